import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../test/support/making/fast-check.ts';
import { convertCurl } from './convert.ts';
import { Refusal } from './refusal.ts';
import { explainRefusal } from './wording.ts';

/** Everything that a person sees of a command: the step with its notes, or the sentence of the refusal. */
function show(command: string): string {
  try {
    const { yaml, notes, references } = convertCurl(command);
    return `${yaml}\n${notes.join('\n')}\n${JSON.stringify(references)}`;
  } catch (error) {
    if (error instanceof Refusal) return `${explainRefusal(error.reason)}\n${String(error)}`;
    throw error;
  }
}

/** Secrets as people and machines make them. */
const secrets = [
  'Tr0ub4dor&3xyz',
  'open sesame please!',
  'c5f3a2b19d8e4f7061728394a5b6c7d8',
  'Zm9vYmFyLXNlY3JldC12YWx1ZQ==',
  'sk_test_51Habc9fQ2mZ7pLtKx',
  '7d444840-9dc0-11d1-b245-5ffdce74fad2',
  '5up3r.53cr37~value_here',
  '{{Kx9fQ2mZ7pLt}}',
  '<Kx9fQ2mZ7pLt>',
  'a"b\\c\'d$(e)`f`-12345678',
  '%Kx9fQ2mZ%20pLt+/',
  'ключ-к-двери-0001',
];

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A word of sh. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const url = 'https://id.acme.example/token';

/** The places of a secret in a command. */
const places: readonly [what: string, write: (secret: string) => string][] = [
  [
    'client_secret in a form',
    (secret) => `curl ${url} -d a=b --data-urlencode ${quote(`client_secret=${secret}`)}`,
  ],
  [
    'client_secret in a form that is not encoded',
    (secret) => `curl ${url} -d ${quote(`client_id=a&client_secret=${secret}`)}`,
  ],
  [
    'a parameter that no list knows',
    (secret) => `curl ${url} --data-urlencode ${quote(`foo=${secret}`)}`,
  ],
  [
    'a parameter whose name sounds harmless',
    (secret) => `curl ${url} --data-urlencode ${quote(`realm=${secret}`)}`,
  ],
  [
    'a scope',
    (secret) =>
      `curl ${url} -d client_secret=a --data-urlencode ${quote(`client_secret=${secret}`)} --data-urlencode ${quote(`scope=x${secret}`)}`,
  ],
  ['JSON', (secret) => `curl ${url} --json ${quote(JSON.stringify({ password: secret }))}`],
  [
    'JSON, deep down',
    (secret) => `curl ${url} --json ${quote(JSON.stringify({ a: [{ b: { value: secret } }] }))}`,
  ],
  [
    'a query in JSON',
    (secret) =>
      `curl ${url} --json ${quote(JSON.stringify({ query: `mutation { login(password: ${JSON.stringify(secret)}) }` }))}`,
  ],
  ['text fields', (secret) => `curl ${url} --form-string ${quote(`pw=${secret}`)}`],
  ['the query', (secret) => `curl ${quote(`${url}?client_secret=${encodeURIComponent(secret)}`)}`],
  [
    'the query next to a body',
    (secret) => `curl ${quote(`${url}?key=${encodeURIComponent(secret)}`)} -d a=b`,
  ],
  ['the query, not encoded', (secret) => `curl ${quote(`${url}?key=${secret}`)} -d a=b`],
  ['the query, without a name', (secret) => `curl ${quote(`${url}?${secret}`)} -d a=b`],
  ['the encoding', (secret) => `curl ${url} -H ${quote(`Accept-Encoding: ${secret}`)} -d a=b`],
  ['the path', (secret) => `curl ${quote(`${url}/${encodeURIComponent(secret)}`)} -d a=b`],
  [
    'the user information of the URL',
    (secret) => `curl ${quote(`https://jo:${encodeURIComponent(secret)}@a.example/`)} -d a=b`,
  ],
  ['-u', (secret) => `curl ${url} -u ${quote(`jo:${secret}`)} -d a=b`],
  ['-u without a colon', (secret) => `curl ${url} -u ${quote(secret)} -d a=b`],
  ['-u with nothing behind the colon', (secret) => `curl ${url} -u ${quote(`${secret}:`)} -d a=b`],
  ['-u with nothing before the colon', (secret) => `curl ${url} -u ${quote(`:${secret}`)} -d a=b`],
  [
    'a ready Basic value',
    (secret) => `curl ${url} -H ${quote(`Authorization: Basic ${base64(`jo:${secret}`)}`)} -d a=b`,
  ],
  [
    'a Basic value that is none',
    (secret) => `curl ${url} -H ${quote(`Authorization: Basic ${secret}`)} -d a=b`,
  ],
  [
    'a Basic value that is made',
    (secret) =>
      `curl ${url} -H "Authorization: Basic $(echo -n ${quote(`jo:${secret}`)} | base64)" -d a=b`,
  ],
  [
    'a Bearer token',
    (secret) => `curl ${url} -H ${quote(`Authorization: Bearer ${secret}`)} -d a=b`,
  ],
  [
    'a scheme of its own',
    (secret) => `curl ${url} -H ${quote(`Authorization: Key ${secret}`)} -d a=b`,
  ],
  ['no scheme', (secret) => `curl ${url} -H ${quote(`Authorization: ${secret}`)} -d a=b`],
  ['a header that no list knows', (secret) => `curl ${url} -H ${quote(`X-Foo: ${secret}`)} -d a=b`],
  ['a cookie', (secret) => `curl ${url} -b ${quote(`sid=${secret}`)} -d a=b`],
  ['the user agent', (secret) => `curl ${url} -A ${quote(secret)} -d a=b`],
  [
    'the password of a proxy',
    (secret) =>
      `curl ${url} -x ${quote(`http://jo:${secret}@proxy.example`)} -U ${quote(`jo:${secret}`)} -d a=b`,
  ],
  [
    'the password of a key',
    (secret) => `curl ${url} --cert ${quote(`c.pem:${secret}`)} --pass ${quote(secret)} -d a=b`,
  ],
  [
    'a signature',
    (secret) => `curl ${url} -H ${quote(`Authorization: Signature signature="${secret}"`)} -d a=b`,
  ],
  ['data without a name', (secret) => `curl ${url} -d ${quote(secret)}`],
  ['a header without a name', (secret) => `curl ${url} -H ${quote(secret)} -d a=b`],
  ['a word too many', (secret) => `curl ${url} ${quote(secret)}`],
  ['an option that is none', (secret) => `curl ${url} ${quote(`--${secret}`)}`],
  ['letters that are no options', (secret) => `curl ${url} ${quote(`-${secret}`)}`],
  ['the method', (secret) => `curl ${url} -X ${quote(secret)}`],
  ['the file of a body', (secret) => `curl ${url} -d ${quote(`@${secret}`)}`],
  [
    'a file that a parameter comes from',
    (secret) => `curl ${url} --data-urlencode ${quote(`key@${secret}`)}`,
  ],
  ['a variable that is set before', (secret) => `KEY=${quote(secret)}\ncurl ${url} -d "key=$KEY"`],
  [
    'an address that is set before',
    (secret) =>
      `URL=${quote(`https://jo:${encodeURIComponent(secret)}@a.example/`)}\ncurl "$URL" -d a=b`,
  ],
  ['a comment', (secret) => `curl ${url} -d a=b # ${secret.replaceAll('\n', ' ')}`],
  ['a filter', (secret) => `curl ${url} -d a=b | jq -r ${quote(`.["${secret}"]`)}`],
  ['a filter that is no path', (secret) => `curl ${url} -d a=b | sed ${quote(secret)}`],
  [
    'the response',
    (secret) => `curl ${url} -d a=b\n${JSON.stringify({ access_token: secret, x: secret })}`,
  ],
  ['the response, as text', (secret) => `curl ${url} -d a=b\n${secret}`],
  ['the response, as a list', (secret) => `curl ${url} -d a=b\n${JSON.stringify([secret])}`],
  ['an unfinished quote', (secret) => `curl ${url} -d "${secret}`],
  [
    'a grant',
    (secret) =>
      `curl ${url} -d client_id=a --data-urlencode ${quote(`client_secret=${secret}`)} --data-urlencode ${quote(`grant_type=${secret}`)}`,
  ],
  [
    'a claim of a JWT',
    (secret) =>
      `curl ${url} -d grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer -d assertion=${base64('{"alg":"RS256"}')}.${Buffer.from(JSON.stringify({ iss: 'a', key: secret, foo: secret })).toString('base64url')}.c2ln`,
  ],
  [
    'a placeholder in its place',
    (secret) => `curl ${url} -d client_id=a --data-urlencode ${quote(`client_secret=<${secret}>`)}`,
  ],
];

/** The forms in which somebody could read a secret. */
function listForms(secret: string): string[] {
  const bare = secret.replace(/^[{<]+|[}>]+$/g, '');
  const forms = [secret, bare].flatMap((one) => [
    one,
    encodeURIComponent(one),
    JSON.stringify(one).slice(1, -1),
    base64(one),
    base64(`jo:${one}`),
    one.replaceAll("'", "''"),
    one.toUpperCase().replace(/[^A-Z\d]+/g, '_'),
  ]);
  return forms.filter((form) => form.length >= 8);
}

describe('no secret is shown', () => {
  for (const [what, write] of places) {
    test(`in ${what}`, () => {
      for (const secret of secrets) {
        const shown = show(write(secret));
        for (const form of listForms(secret)) {
          assert.ok(!shown.includes(form), `${form} is in:\n${write(secret)}\n${shown}`);
        }
      }
    });
  }

  test('with any secret, in any command', () => {
    const letters = fc.constantFrom(
      ...Array.from('abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ'),
    );
    const anything = fc.constantFrom(
      ...Array.from('abcDEF0123456789-_.~!*()=+/@:&%#?,;<>{}[]|^$ '),
    );
    // A secret with a digit between letters, as in generated secrets.
    const secret = fc
      .tuple(letters, fc.nat(9), letters, fc.array(anything, { minLength: 9, maxLength: 40 }))
      .map(([first, digit, second, rest]) =>
        `${first}${digit}${second}${first}${rest.join('')}`.trim(),
      );
    fc.assert(
      fc.property(secret, fc.constantFrom(...places), (value, [, write]) => {
        const shown = show(write(value));
        for (const form of listForms(value)) assert.ok(!shown.includes(form));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('every refusal', () => {
  test('is one line of 10 to 400 characters', () => {
    for (const [, write] of places) {
      for (const secret of secrets) {
        try {
          convertCurl(write(secret));
        } catch (error) {
          assert.ok(error instanceof Refusal);
          assert.match(explainRefusal(error.reason), /^[\x20-\x7e]{10,400}$/);
        }
      }
    }
  });
});
