import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { createAuthority } from '../making/certificates.ts';
import { noteAnswer, noteRequest, noteSecret } from './handed-out.ts';
import { type Leak, LeakError, LeakWatch, type Seen, type Watched } from './leaks.ts';
import { createMasker } from '../doubles/runner/masker.ts';
import { runAction } from '../doubles/runner.ts';

const directory = mkdtempSync(join(tmpdir(), 'leaks-test-'));

after(() => {
  rmSync(directory, { recursive: true });
});

const nothing: Seen = {
  log: '',
  annotations: [],
  summary: '',
  state: new Map(),
  outputs: new Map(),
  masks: [],
};

/** A secret with characters that every encoding writes differently. */
const secret = 'sé>cret/"of" the?client+~1';

interface Given extends Partial<Watched> {
  /** What the script prints. */
  readonly lines?: readonly string[];
}

/** What the check finds; nothing if there is no leak. */
function find(given: Given, seen: Partial<Seen> = {}): readonly Leak[] {
  const { lines = [], ...watched } = given;
  const masker = createMasker();
  const watch = new LeakWatch({
    masker,
    inputs: {},
    environment: {},
    masks: [],
    isAction: false,
    directories: [],
    ...watched,
  });
  for (const line of lines) {
    watch.read(line);
    const [, data] = /^::add-mask::(.*)$/.exec(line) ?? [];
    if (data !== undefined) masker.add(data);
  }
  try {
    watch.check({ ...nothing, ...seen });
    return [];
  } catch (error) {
    assert.ok(error instanceof LeakError);
    return error.leaks;
  }
}

/** How the client secret is found in a printed line. */
function findClientSecret(line: string, value = secret): string[] {
  return find({ inputs: { 'client-secret': value }, lines: [line] })
    .filter(({ what, where }) => what === 'the input client-secret' && where === 'log')
    .map(({ how }) => how);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('the check for leaks finds a secret', () => {
  const writings: readonly (readonly [how: string, what: string, line: string])[] = [
    ['plain', 'as it is', `a ${secret} b`],
    ['plain', 'with a command broken in it', 'sé>cret/"of" t he?client+~1'],
    ['base64', 'in base64', base64(secret)],
    ['base64', 'in base64 behind one byte', base64(`:${secret}`)],
    ['base64', 'in base64 behind two bytes, before others', base64(`a:${secret}zz`)],
    ['base64', 'in base64 with line breaks', base64(`ci:${secret}`).replace(/.{10}/g, '$& ')],
    ['base64url', 'in base64url', Buffer.from(secret).toString('base64url')],
    ['percent', 'percent-encoded', encodeURIComponent(secret)],
    [
      'percent',
      'percent-encoded in lower case',
      encodeURIComponent(secret).replace(/%../g, (s) => s.toLowerCase()),
    ],
    ['form', 'form-encoded', new URLSearchParams({ secret }).toString()],
    [
      'form',
      'form-encoded in lower case',
      new URLSearchParams({ secret }).toString().replace(/%../g, (s) => s.toLowerCase()),
    ],
    ['json', 'in JSON', JSON.stringify({ secret })],
    ['json', 'in JSON of ASCII alone', JSON.stringify({ secret }).replace('é', '\\u00e9')],
    ['json', 'in JSON with its slashes escaped', JSON.stringify({ secret }).replace('/', '\\/')],
    ['hex', 'in hex', Buffer.from(secret).toString('hex')],
    ['hex', 'in hex of upper case', Buffer.from(secret).toString('hex').toUpperCase()],
    ['hex', 'in a dump', Buffer.from(secret).toString('hex').replace(/../g, '$& ')],
    ['cut', 'that was cut', `${secret.slice(0, 20)}...`],
  ];
  for (const [how, what, line] of writings) {
    test(what, () => {
      assert.deepEqual(findClientSecret(line), [how]);
    });
  }

  test('in every encoding, with any characters', () => {
    for (let turn = 0; turn < 200; turn += 1) {
      const any = randomBytes(8 + (turn % 30))
        .toString('latin1')
        .replace(/[\s\p{Cc}\p{Cf}]/gu, 'x');
      for (const line of [
        any,
        base64(`${'x'.repeat(turn % 5)}${any}y`),
        encodeURIComponent(any),
        JSON.stringify(any),
        Buffer.from(any).toString('hex'),
      ]) {
        assert.equal(findClientSecret(`before ${line} after`, any).length, 1, JSON.stringify(any));
      }
    }
  });

  test('in a line before its mask, and not in a line after it', () => {
    const mask = '::add-mask::the-secret-of-the-client';
    const inputs = { 'client-secret': 'the-secret-of-the-client' };
    const line = 'oh the-secret-of-the-client';
    assert.equal(find({ inputs, lines: [line, mask] }).length, 1);
    assert.deepEqual(find({ inputs, lines: [mask, line] }), []);
  });

  const places: readonly (readonly [where: string, seen: Partial<Seen>])[] = [
    ['log', { log: `##[debug]${secret}\n` }],
    ['annotations', { annotations: [{ title: secret, message: '' }] }],
    ['annotations', { annotations: [{ message: secret }] }],
    ['summary', { summary: secret }],
    ['state', { state: new Map([['a', secret]]) }],
    ['state', { state: new Map([[secret, '']]) }],
  ];
  for (const [where, seen] of places) {
    test(`in ${JSON.stringify(Object.keys(seen))}`, () => {
      const found = find({ inputs: { 'client-secret': secret } }, seen);
      assert.deepEqual(found, [{ what: 'the input client-secret', where, how: 'plain' }]);
    });
  }

  test('in a file that was left, but not in the files for outputs and variables', () => {
    const inputs = { 'client-secret': secret };
    writeFileSync(join(directory, 'set_output_1'), secret);
    writeFileSync(join(directory, 'set_env_1'), secret);
    assert.deepEqual(find({ inputs, directories: [directory] }), []);
    writeFileSync(join(directory, 'save_state_1'), secret);
    const [leak] = find({ inputs, directories: [directory] });
    assert.equal(leak?.where, `file ${join(directory, 'save_state_1')}`);
  });
});

describe('the check for leaks treats as a secret', () => {
  const value = 'value-that-nobody-may-see';
  const begins: readonly (readonly [what: string, given: Given])[] = [
    ['cache-encryption-key', { inputs: { 'cache-encryption-key': ` ${value}\n` } }],
    ['refresh-token', { inputs: { 'refresh-token': value } }],
    ['a password among the parameters', { inputs: { parameters: `a=b\npassword=${value}` } }],
    ['a token among the parameters', { inputs: { parameters: `subject_token=${value}` } }],
    ['a parameter in JSON', { inputs: { parameters: JSON.stringify({ my_secret: [value] }) } }],
    [
      'a secret in the query of a URL',
      { inputs: { 'token-url': `https://x.example/?a=b&client_secret=${value}#c` } },
    ],
    ['a key among the headers', { inputs: { headers: `X-Api-Key: ${value}` } }],
    ['what follows the scheme', { inputs: { headers: `Authorization: Token ${value}` } }],
    ['a cookie', { inputs: { headers: `cookie: ${value}` } }],
    ['the password of a proxy', { environment: { https_proxy: `http://me:${value}@127.0.0.1:1` } }],
    ["the runner's token", { environment: { ACTIONS_RUNTIME_TOKEN: value } }],
    [
      "the runner's token for ID tokens",
      { environment: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: value } },
    ],
    ["a secret of the workflow's", { masks: [value] }],
  ];
  for (const [what, given] of begins) {
    test(what, () => {
      assert.equal(find({ ...given, lines: [`an ${value}`] }).length, 1);
      assert.deepEqual(find({ ...given, lines: ['nothing'] }), []);
    });
  }

  test('the Basic value of id and secret, in both encodings', () => {
    const inputs = { 'client-id': 'a b', 'client-secret': 'c d e f/g' };
    // The secret itself, or its form encoding, is in it.
    assert.equal(find({ inputs, lines: [base64('a+b:c+d+e+f%2Fg')] }).length, 2);
    assert.equal(find({ inputs, lines: [base64('a b:c d e f/g')] }).length, 2);
  });

  test('the lines of a private key, and its other forms', async () => {
    const { key } = await (await createAuthority()).issue({ names: ['localhost'] });
    const line = key.split('\n')[2] ?? '';
    for (const name of ['private-key', 'client-key']) {
      for (const input of [
        key,
        key.replaceAll('\n', '\\n'),
        JSON.stringify({ private_key: key }),
      ]) {
        assert.notEqual(find({ inputs: { [name]: input }, lines: [line] }).length, 0);
      }
    }
    const found = find({ inputs: { 'private-key': key }, lines: ['-----BEGIN PRIVATE KEY-----'] });
    assert.deepEqual(found, []);
  });

  test('the private fields of a JWK, and not the public ones', () => {
    const jwk = { kty: 'RSA', n: 'public-member-of-it', d: 'private-member-of-it' };
    const inputs = { 'private-key': JSON.stringify(jwk) };
    assert.equal(find({ inputs, lines: [jwk.d] }).length, 1);
    assert.deepEqual(find({ inputs, lines: [jwk.n] }), []);
  });

  test('the outputs that are secret, and secrets in the response', () => {
    for (const name of ['token', 'refresh-token', 'id-token']) {
      assert.equal(find({ lines: [value] }, { outputs: new Map([[name, value]]) }).length, 1, name);
    }
    const outputs = new Map([['response', JSON.stringify({ a: { session_key: value } })]]);
    assert.equal(find({ lines: [value] }, { outputs }).length, 1);
    assert.deepEqual(find({ lines: [value] }, { outputs: new Map([['scope', value]]) }), []);
  });

  test('whatever was masked', () => {
    assert.equal(find({ lines: [value, `::add-mask::${value}`] }, { masks: [value] }).length, 1);
  });

  test('each line of a secret', () => {
    const inputs = { 'client-secret': 'first-line-of-it\r\nsecond-line-of-it' };
    assert.equal(find({ inputs, lines: ['second-line-of-it'] }).length, 1);
  });

  test('what was sent over the network', () => {
    const [token, assertion, credentials, url, jwt] = Array.from({ length: 5 }, () => randomUUID());
    noteAnswer(JSON.stringify({ access_token: token, token_type: 'Bearer-type' }));
    noteRequest({ authorization: `Basic ${credentials}` }, `client_assertion=${assertion}&a=b`);
    noteSecret('a query', url ?? '');
    const [inQuery, inPart] = [randomUUID(), randomUUID()];
    noteRequest({}, `--b\r\nX: y; name="password"\r\n\r\n${inPart}\r\n--b--\r\n`);
    noteRequest({}, '', `/token?client_secret=${inQuery}&tenant=acme-tenant`);
    assert.equal(find({ lines: [inQuery] }).length, 1);
    assert.equal(find({ lines: [inPart] }).length, 1);
    assert.deepEqual(find({ lines: ['acme-tenant'] }), []);
    noteAnswer(JSON.stringify({ value: `${jwt}.${jwt}.${jwt}` }));
    for (const one of [token, assertion, credentials, url]) {
      assert.equal(find({ lines: [`a ${one}`] }).length, 1);
    }
    assert.equal(find({ lines: [`${jwt}.${jwt}.${jwt}`] }).length, 1);
    assert.deepEqual(find({ lines: ['Bearer-type'] }), []);
  });

  test('no text of fewer than 8 characters, and no word of letters', () => {
    for (const short of ['a1b2c3d', 'password', 'Confidential']) {
      assert.deepEqual(find({ inputs: { 'client-secret': short }, lines: [short] }), []);
    }
  });
});

describe('the check for leaks requires masks from the action', () => {
  const inputs = { 'client-secret': 'the-secret-of-the-client' };
  const mask = '::add-mask::the-secret-of-the-client';
  const basic = `::add-mask::${base64(':the-secret-of-the-client')}`;

  test('for the secrets that it gets, before the first line', () => {
    assert.deepEqual(find({ inputs, isAction: true, lines: [mask, basic, 'hello'] }), []);
    for (const lines of [
      [mask, 'hello', basic],
      [basic, 'hello'],
      ['hello', mask, basic],
    ]) {
      const leaks = find({ inputs, isAction: true, lines });
      assert.ok(leaks.length > 0);
      assert.ok(
        leaks.every(({ where, how }) => where === 'masks' && how === 'after the first line'),
      );
    }
    assert.deepEqual(find({ inputs, lines: ['hello'] }), []);
  });

  test('for the secrets that it outputs', () => {
    const outputs = new Map([['token', 'the-access-token']]);
    assert.deepEqual(find({ isAction: true }, { outputs }), [
      { what: 'the output token', where: 'masks', how: 'never' },
    ]);
    assert.deepEqual(
      find({ isAction: true, lines: ['::add-mask::the-access-token'] }, { outputs }),
      [],
    );
  });
});

describe('the embedded runner', () => {
  let scripts = 0;

  /** Runs a script that gets a secret, and gives what it leaks. */
  async function leak(code: string): Promise<readonly Leak[]> {
    const script = join(directory, `script-${(scripts += 1)}.mjs`);
    writeFileSync(
      script,
      `import fs from 'node:fs';
      import os from 'node:os';
      import { spawn } from 'node:child_process';
      const { env } = process;
      const secret = env['INPUT_CLIENT-SECRET'];
      ${code}`,
    );
    try {
      await runAction({ script, inputs: { 'client-secret': 'the-secret-of-the-client' } });
      return [];
    } catch (error) {
      assert.ok(error instanceof LeakError);
      return error.leaks;
    }
  }

  const leaky: readonly (readonly [what: string, where: string, code: string])[] = [
    ['on stdout', 'log', 'console.log(secret);'],
    ['on stderr', 'log', 'console.error(secret);'],
    ['in a command that nobody sees', 'log', 'console.log(`::debug::${secret}`);'],
    [
      'in the title of an annotation',
      'annotations',
      'console.log(`::add-mask::${secret}\\n::error title=${secret}::x`);',
    ],
    ['in the state', 'state', 'fs.appendFileSync(env.GITHUB_STATE, `a=${secret}\\n`);'],
    ['in the summary', 'summary', 'fs.appendFileSync(env.GITHUB_STEP_SUMMARY, secret);'],
    ['in a temporary file', 'file', "fs.writeFileSync(os.tmpdir() + '/left', secret);"],
    ['in RUNNER_TEMP', 'file', "fs.writeFileSync(env.RUNNER_TEMP + '/left', secret);"],
    ['in the workspace', 'file', "fs.writeFileSync('left', secret);"],
  ];
  for (const [what, where, code] of leaky) {
    test(`refuses a script that leaks ${what}`, async () => {
      const places = (await leak(code)).map((one) => one.where.split(' ')[0]);
      assert.ok(places.includes(where), places.join());
    });
  }

  test(
    'refuses a script that leaks to the command line of another',
    { skip: process.platform !== 'linux' },
    async () => {
      const leaks = await leak(`
      const child = spawn(process.execPath, ['-e', 'process.stdin.resume()', secret], { stdio: ['pipe', 'ignore', 'ignore'] });
      child.on('spawn', () => {
        console.log('It runs.');
        // A pipe holds less than this. So when it is written, the first line was read and the process was seen.
        console.log(' '.repeat(2 ** 20));
        child.stdin.end();
      });
    `);
      assert.deepEqual(
        leaks.map(({ where }) => where),
        ['command line'],
      );
    },
  );

  test('does not report the inputs that the runner itself shows', async () => {
    const script = join(directory, 'silent.mjs');
    writeFileSync(script, '');
    const inputs = { 'client-secret': 'the-secret-of-the-client' };
    const run = await runAction({ script, inputs, uses: 'octo-org/oauth2-token@v1' });
    assert.match(run.log, /client-secret: the-secret-of-the-client/);
  });

  test('allows secrets in outputs and variables', async () => {
    const leaks = await leak(`
      fs.appendFileSync(env.GITHUB_OUTPUT, \`token=\${secret}\\n\`);
      fs.appendFileSync(env.GITHUB_ENV, \`TOKEN=\${secret}\\n\`);
    `);
    assert.deepEqual(leaks, []);
  });
});
