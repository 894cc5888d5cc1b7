/**
 * The step that is made from a curl command sends the same request as curl. The real curl, run by a shell, is compared
 * with the built action.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';

import { convertCurl } from '../../from-curl/convert.ts';
import {
  json,
  type RecordedRequest,
  startScriptedServer,
} from '../support/doubles/scripted-server.ts';
import { startBuiltAction } from '../support/making/built-action.ts';

/** The values of the secrets and variables of each step, by their names. A shell has them as variables too. */
const values = {
  CLIENT_ID: 'ci.client@acme-7',
  CLIENT_SECRET: 'p@ss w+rd/%&=:0001',
  ACME_ID: 'acme-id-0001',
  ACME_SECRET: 'acme~secret/0001+',
  USERNAME: 'jo@acme.example',
  PASSWORD: 'Pa55 wörd"\\ 0002',
  API_KEY: 'k3y-0000000003==',
  REFRESH_TOKEN: 'rt-000000000004',
  TTL: '12345678901234567890',
};

const token = 'the-access-token-0123456789';
const answer = { access_token: token, token_type: 'Bearer', expires_in: 3600 };

const basic = (text: string): string => Buffer.from(text).toString('base64');
const form = (pairs: Record<string, string>): string => new URLSearchParams(pairs).toString();
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What differs from the usual. */
interface Differences {
  readonly response?: unknown;
  readonly values?: Readonly<Record<string, string>>;
}

/** A command, and what differs with it. */
type Row = readonly [what: string, command: (url: string) => string, differences?: Differences];

const { CLIENT_ID: id, CLIENT_SECRET: secret, USERNAME: user, PASSWORD: password } = values;

const rows: readonly Row[] = [
  [
    'a form',
    (url) =>
      `curl -sSL -X POST '${url}' -H 'Content-Type: application/x-www-form-urlencoded' -d 'grant_type=client_credentials' --data-urlencode ${quote(`client_id=${id}`)} --data-urlencode ${quote(`client_secret=${secret}`)} -d 'scope=read+list%3Aall'`,
  ],
  [
    'a form in one text',
    (url) =>
      `curl ${url} --data-raw ${quote(`${form({ client_id: id, client_secret: secret })}&tenant=acme`)}`,
  ],
  [
    'Basic by -u',
    (url) => `curl -u ${quote(`${id}:${secret}`)} ${url} -d grant_type=client_credentials`,
  ],
  [
    'Basic by variables',
    (url) =>
      `curl --user "$ACME_ID:$ACME_SECRET" --url ${url} -d grant_type=acme_grant -d audience=a`,
  ],
  [
    'Basic by a ready header',
    (url) =>
      `curl ${url} --header 'Authorization: Basic ${basic(`${id}:${secret}`)}' -d grant_type=client_credentials`,
  ],
  [
    'Basic by a command',
    (url) =>
      `curl ${url} -H "Authorization: Basic $(printf '%s:%s' "$ACME_ID" "$ACME_SECRET" | base64 | tr -d '\\n')" -d grant_type=client_credentials`,
  ],
  ['Basic and no grant', (url) => `curl -X POST -u ${quote(`${id}:${secret}`)} ${url}`],
  [
    'JSON',
    (url) =>
      `curl ${url} -H 'content-type: application/json' -d ${quote(JSON.stringify({ grant_type: 'client_credentials', client_id: id, client_secret: secret, audience: 'https://api.acme.example' }, null, 2))}`,
  ],
  [
    'JSON with a login',
    (url) => `curl --json ${quote(JSON.stringify({ username: user, password }))} ${url}`,
  ],
  [
    'JSON with depth and numbers',
    (url) =>
      `curl ${url} --json ${quote(`{"login":{"username":"${user}","password":"Pa55word-0005"},"ttl":12345678901234567890,"roles":["a","b"],"site":null}`)}`,
    // A secret between the quotes of JSON must be stored as JSON writes it.
    { values: { PASSWORD: 'Pa55word-0005' } },
  ],
  [
    'an empty JSON object',
    (url) => `curl ${url} -H ${quote(`X-Api-Key: ${values.API_KEY}`)} --json '{}'`,
  ],
  [
    'text fields',
    (url) =>
      `curl ${url} -F grant_type=client_credentials -F ${quote(`client_id=${id}`)} -F ${quote(`client_secret="${secret}"`)} -F scope=a,b`,
  ],
  [
    'GET',
    (url) => `curl '${url}?${form({ username: user, password })}' -H 'Accept: application/json'`,
  ],
  [
    '-G',
    (url) =>
      `curl -G ${url} --data-urlencode ${quote(`client_id=${id}`)} --data-urlencode ${quote(`client_secret=${secret}`)} -d grant_type=client_credentials`,
  ],
  [
    'a query in a POST',
    (url) =>
      `curl -X POST '${url}?grant_type=client_credentials&${form({ client_id: id, client_secret: secret })}'`,
  ],
  [
    'a query and a form',
    (url) =>
      `curl '${url}?grant_type=client_credentials&api-version=2' -d ${quote(form({ client_id: id, client_secret: secret }))}`,
  ],
  [
    'PUT',
    (url) => `curl -X PUT ${url} --json ${quote(JSON.stringify({ username: user, password }))}`,
  ],
  [
    'a refresh token',
    (url) =>
      `curl ${url} -d grant_type=refresh_token -d client_id=ci.client@acme-7 -d refresh_token=${values.REFRESH_TOKEN}`,
  ],
  ['a Bearer token', (url) => `curl -X POST ${url} --oauth2-bearer "$API_KEY"`],
  [
    'a password',
    (url) =>
      `curl ${url} -d grant_type=password -d client_id=ci.client@acme-7 --data-urlencode ${quote(`username=${user}`)} --data-urlencode ${quote(`password=${password}`)}`,
  ],
  [
    'a response of its own',
    (url) => `curl -X POST ${url} -u "$ACME_ID:$ACME_SECRET" | jq -r '.data[0].jwt'`,
    { response: { data: [{ jwt: token, ttl: 60 }] } },
  ],
  [
    'a content type without a body',
    (url) => `curl -X POST ${url} -u "$ACME_ID:$ACME_SECRET" -H 'Content-Type: application/json'`,
  ],
];

const hasCurl =
  process.platform !== 'win32' &&
  spawnSync('curl', ['--version'], { stdio: 'ignore' }).status === 0;

describe('the same request as curl', { skip: hasCurl ? false : 'this machine has no curl' }, () => {
  for (const [what, write, { response = answer, values: own = {} } = {}] of rows) {
    test(what, async () => {
      const server = await startScriptedServer({ answers: [json(200, response)] });
      try {
        const command = write(server.url);
        await runShell(command);
        const run = await startBuiltAction({
          ...fillIn(convertCurl(command).inputs, { ...values, ...own }),
          'use-cache': 'false',
        });
        assert.equal(run.outputs['token'], token, run.stdout);
        const [wanted, sent, another] = server.requests;
        assert.equal(another, undefined);
        assert.deepEqual(describeRequest(sent), describeRequest(wanted));
      } finally {
        await server.close();
      }
    });
  }
});

async function runShell(command: string): Promise<void> {
  const [curl = command] = command.split(' | jq');
  const child = spawn('sh', ['-c', curl], { env: { ...process.env, ...values }, stdio: 'ignore' });
  const [status] = (await once(child, 'close')) as [number];
  assert.equal(status, 0, 'curl failed');
}

/** Replaces the expressions by the values, as the runner does. */
function fillIn(
  inputs: ReadonlyMap<string, string>,
  byName: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    [...inputs].map(([name, value]) => [
      name,
      value.replace(/\$\{\{ \w+\.(\w+) \}\}/g, (_, variable: string) => {
        const known = byName[variable];
        assert.ok(known !== undefined, `there is no value for ${variable}`);
        return known;
      }),
    ]),
  );
}

/** The parts of a request that count: not the order of parameters, and no header that a token endpoint ignores. */
function describeRequest(request: RecordedRequest | undefined): unknown {
  assert.ok(request !== undefined);
  const { method, path, headers, body } = request;
  const url = new URL(path, 'http://a.example');
  const { authorization, 'x-api-key': key, 'content-type': type = '' } = headers;
  return {
    method,
    path: url.pathname,
    query: [...url.searchParams].sort(),
    authorization,
    key,
    body: describeBody(type.split(';', 1)[0] ?? '', body),
  };
}

function describeBody(type: string, body: string): unknown {
  if (type === 'application/json') {
    return body === '' ? type : { type, fields: readFields(body) };
  }
  if (type === 'multipart/form-data') {
    const fields = body.matchAll(/name="([^"]*)"\r\n(?:[^\r\n]+\r\n)*\r\n([^]*?)\r\n--/g);
    return { type, fields: [...fields].map(([, name, value]) => [name, value]).sort() };
  }
  // An empty form is not a body.
  return body === '' ? 'none' : { type, fields: [...new URLSearchParams(body)].sort() };
}

/** The fields of an object, with numbers as they are written. */
function readFields(body: string): unknown {
  return JSON.parse(body.replace(/:\s*(\d{16,})/g, ':"number $1"'));
}
