/**
 * Every mask of the action is needed. A copy of the built action without one mask leaks, and the check for leaks
 * reports it. Every run of the test suite goes through this check (support/leaks.ts).
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { startCacheService } from '../support/doubles/cache-service.ts';
import { createAuthority } from '../support/making/certificates.ts';
import { startIdTokenService } from '../support/doubles/id-token-service.ts';
import { LeakError } from '../support/leaks/leaks.ts';
import { type Run, runAction } from '../support/doubles/runner.ts';
import {
  type Answer,
  dynamic,
  json,
  type RecordedRequest,
  redirect,
  reply,
  startScriptedServer,
  token,
} from '../support/doubles/scripted-server.ts';

const root = join(import.meta.dirname, '..', '..');
const built = join(root, 'dist');
const copies = mkdtempSync(join(tmpdir(), 'leaky-'));

after(() => {
  rmSync(copies, { recursive: true });
});

/**
 * The text that is replaced in the built action, and the new text. There is exactly one place. `$&` stands for the old
 * text.
 */
type Change = readonly [from: string, to: string];

/** Finds a text of the source in a bundle, where a function that shares its name with another has a prefix. */
function writePattern(from: string): RegExp {
  const escaped = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(escaped.replace(/(?<![.\w])[a-z]\w*(?=\\\()/g, '(?:\\w+_)?$&'), 'g');
}

/** The log hides every spelling of a secret itself, so some masks matter only for later steps. */
const withoutWritings: Change = ['[...this.#masked].flatMap(listWritings)', '[...this.#masked]'];

/** Copies the built action with changes to one of its scripts, and gives the copy's directory. */
function spoil(changes: readonly Change[], script: 'main' | 'post' = 'main'): string {
  const copy = mkdtempSync(join(copies, 'dist-'));
  cpSync(built, copy, { recursive: true });
  for (const change of changes) replaceOnce(join(copy, script), change);
  return copy;
}

function replaceOnce(folder: string, [from, to]: Change): void {
  let places = 0;
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.js'))) {
    const file = join(folder, name);
    const code = readFileSync(file, 'utf8');
    const pattern = writePattern(from);
    places += code.match(pattern)?.length ?? 0;
    writeFileSync(
      file,
      code.replace(pattern, (found) => to.replace('$&', () => found)),
    );
  }
  assert.equal(places, 1, `"${from}" is in ${folder} in ${places} places`);
}

/** A step that shows a secret unless it is masked. */
interface Scene {
  readonly answer: Answer;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts an endpoint, and runs the action against it, from this directory. */
async function play(scene: Scene, directory: string, debug: boolean): Promise<Run> {
  const server = await startScriptedServer({ answers: [scene.answer] });
  try {
    return await ask(server.url, scene, directory, debug);
  } finally {
    await server.close();
  }
}

function ask(
  url: string,
  { inputs, environment = {} }: Omit<Scene, 'answer'>,
  directory: string,
  debug: boolean,
): Promise<Run> {
  return runAction({
    script: join(directory, 'main', 'index.js'),
    metadata: join(root, 'action.yml'),
    inputs: {
      'token-url': url,
      'client-id': 'ci-client',
      'client-secret': secret,
      'use-cache': 'false',
      'retry-max-attempts': '1',
      ...inputs,
    },
    environment,
    debug,
  });
}

/** An error whose description is made from the request. */
function echo(describe: (request: RecordedRequest) => string): Answer {
  return dynamic((request) =>
    json(400, { error: 'invalid_request', error_description: describe(request) }),
  );
}

const secret = 'p@ss w+rd::of ~the* client/1';
const withCommand = `a-secret##[with-a-command-${randomUUID()}`;
const other = `another-secret-${randomUUID()}`;
const quoted = 'a "quoted" secret/of the client';
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const keyLine = privateKey.split('\n')[3] ?? '';
const authority = await createAuthority();
const certified = await authority.issue({ names: ['client'], client: true });
const certifiedLine = certified.key.split('\n')[2] ?? '';

const withKey = { 'client-secret': '', 'private-key': privateKey };
const proxy = `http://me:${encodeURIComponent(secret)}@127.0.0.1:1`;

/** One mask: how it is removed, a step in which it matters, and what the check finds then. */
interface Row {
  readonly mask: string;
  readonly change: Change;
  /** What makes the mask unnecessary within the step itself. */
  readonly more?: readonly Change[];
  readonly scene: Scene;
  readonly what: string;
  /** `log` if left out. */
  readonly where?: string;
}

/** A mask of something that only a hostile server would show. */
function hold(
  mask: string,
  change: Change,
  what: string,
  shown: string,
  scene: Omit<Scene, 'answer'>,
): Row {
  return { mask, change, what, scene: { ...scene, answer: echo(() => shown) } };
}

const inputRows: readonly Row[] = [
  {
    mask: 'all that the step is given',
    change: ['hideStepSecrets(env, log);', ''],
    scene: { answer: echo(() => secret) },
    what: 'the input client-secret',
  },
  {
    mask: 'all that the step is given, before the first line',
    change: ['hideStepSecrets(env, log);', 'runner.info("Hello."); $&'],
    scene: { answer: echo(() => secret) },
    what: 'the input client-secret',
    where: 'masks',
  },
  ...(
    [
      ['', 'listSecretQuery(readInput(env, name)),', '[],'],
      [
        ' as it is written',
        "return [input, URL.parse(input)?.href ?? '']",
        "return [URL.parse(input)?.href ?? '']",
      ],
      [' as it is sent', "return [input, URL.parse(input)?.href ?? '']", 'return [input]'],
      [' in a form', '[...secrets.flatMap(listForms), written', '[written'],
      [' as it is written', ", written.slice(written.indexOf('=') + 1)];", '];'],
    ] as const
  ).map(([how, from, to]): Row => ({
    mask: `a secret in the query of token-url${how}: without ${from}`,
    change: [from, to],
    scene: {
      answer: token(),
      // It has three forms: written, sent and decoded.
      inputs: { 'token-url': `http://127.0.0.1:1/token?api_key=&client_secret=%61"b/c:${other}` },
    },
    what: `a secret in the query of token-url${how}`,
    where: 'masks',
  })),
  {
    mask: 'client-secret',
    change: ['return [...listForms(secret), encodeBasic', 'return [encodeBasic'],
    scene: { answer: echo(() => secret) },
    what: 'the input client-secret',
  },
  {
    // GitHub's runner hides the forms of a query and of JSON itself, but not every engine does.
    mask: 'what a form has of a secret',
    change: [
      '[secret, encodeForm(secret), encodeQuery(secret), ',
      '[secret, encodeQuery(secret), ',
    ],
    scene: { answer: token(), inputs: { 'client-secret': quoted } },
    what: 'the input client-secret in a form',
    // The log hides every spelling itself.
    where: 'masks',
  },
  {
    mask: 'what a form has of a parameter',
    change: [
      'listSecretValues(value, name))\n        .flatMap(listForms)',
      'listSecretValues(value, name))',
    ],
    scene: { answer: token(), inputs: { parameters: `password=${quoted}` } },
    what: 'the parameter password in a form',
    where: 'masks',
  },
  {
    mask: 'the Basic value',
    change: ["encodeBasic(id, secret, 'form'), encodeBasic", 'encodeBasic'],
    scene: { answer: echo(({ authorization = '' }) => authorization) },
    what: 'the Basic value of client-id and client-secret',
    // The runner itself hides the secret in it.
    where: 'masks',
  },
  {
    mask: 'the raw Basic value',
    change: [
      "encodeBasic(id, secret, 'form'), encodeBasic(id, secret, 'raw')",
      "encodeBasic(id, secret, 'form')",
    ],
    scene: {
      answer: echo(({ authorization = '' }) => authorization),
      inputs: { 'client-secret-encoding': 'raw' },
    },
    what: 'the Basic value of client-id and client-secret',
    where: 'masks',
  },
  hold(
    'cache-encryption-key',
    ["'cache-encryption-key': { secret: 'text'", "'cache-encryption-key': { secret: false"],
    'the input cache-encryption-key',
    other,
    { inputs: { 'cache-encryption-key': other } },
  ),
  hold(
    'refresh-token',
    ["'refresh-token': { secret: 'text'", "'refresh-token': { secret: false"],
    'the input refresh-token',
    other,
    { inputs: { 'refresh-token': other } },
  ),
  hold(
    'private-key',
    ["'private-key': {\n        secret: 'private_key'", "'private-key': {\n        secret: false"],
    'a part of the input private-key',
    keyLine,
    { inputs: withKey },
  ),
  hold(
    'a key that is given as base64',
    ['...(isText ? listPrivateParts(decoded) : [])', ''],
    'a part of the input private-key',
    keyLine,
    { inputs: { ...withKey, 'private-key': Buffer.from(privateKey).toString('base64') } },
  ),
  hold(
    'a key in client-certificate',
    [
      'certificate: (env, name) => listBesideCertificates(readInput(env, name)),',
      'certificate: () => [],',
    ],
    'a part of the input client-certificate',
    certifiedLine,
    {
      inputs: {
        'client-secret': '',
        'client-certificate': certified.certificate + certified.key,
        scopes: `${certifiedLine},`,
      },
    },
  ),
  hold(
    'client-key',
    ["'client-key': { secret: 'private_key'", "'client-key': { secret: false"],
    'a part of the input client-key',
    certifiedLine,
    // No certificate can be used with plain http. This is an input error, which must not show a secret either.
    {
      inputs: {
        'client-secret': '',
        'client-certificate': certified.certificate,
        'client-key': certified.key,
        scopes: `${certifiedLine},`,
      },
    },
  ),
  hold(
    'parameters',
    ["listSecretParameters(readInput(env, name, 'exact'))", '[]'],
    'the parameter password',
    other,
    { inputs: { parameters: `password=${other}` } },
  ),
  hold(
    'headers',
    ["listSecretHeaders(readInput(env, name, 'exact'))", '[]'],
    'the header X-Api-Key',
    other,
    { inputs: { headers: `X-Api-Key: ${other}` } },
  ),
  {
    mask: 'the password in a ready Basic header',
    change: ['...listBasicPassword(name, value)', ''],
    scene: {
      answer: echo(() => other),
      inputs: {
        'client-secret': '',
        'client-auth-method': 'none',
        headers: `Authorization: Basic ${Buffer.from(`me:${other}`).toString('base64')}`,
      },
    },
    what: 'the password in the header Authorization',
    where: 'masks',
  },
  {
    mask: 'what a form has of the password in a ready Basic header',
    change: ['? [] : listForms(password)', '? [] : [password]'],
    scene: {
      answer: token(),
      inputs: {
        'client-secret': '',
        'client-auth-method': 'none',
        headers: `Authorization: Basic ${Buffer.from(`me:${quoted}`).toString('base64')}`,
      },
    },
    what: 'the password in the header Authorization in a form',
    where: 'masks',
  },
  {
    mask: 'the secrets in the query of revocation-url',
    change: ['query: (env, name) => listSecretQuery(readInput(env, name)),', 'query: () => [],'],
    scene: {
      answer: token(),
      inputs: {
        revoke: 'true',
        'use-cache': '',
        'revocation-url': `http://127.0.0.1:1/revoke?api_key=${other}`,
      },
      environment: { ACTIONS_RUNTIME_TOKEN: 'the-runtime-token-of-the-job' },
    },
    what: 'a secret in the query of revocation-url',
    where: 'masks',
  },
  ...['HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].map((name): Row => ({
    mask: `the password in ${name}`,
    change: [
      "['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];",
      `['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].filter((one) => one !== '${name}');`,
    ],
    scene: { answer: token(), environment: { [name]: proxy, no_proxy: '127.0.0.1' } },
    what: `the password in ${name}`,
    where: 'masks',
  })),
  hold('the proxy', ['...listProxySecrets(env)', ''], 'the password in https_proxy', other, {
    environment: { https_proxy: `http://me:${other}@127.0.0.1:1`, no_proxy: '127.0.0.1' },
  }),
  {
    mask: "the proxy's password as the URL writes it",
    change: ['return [password, decoded, Buffer', 'return [decoded, Buffer'],
    more: [withoutWritings],
    scene: {
      answer: echo(() => new URL(proxy).password.toLowerCase()),
      inputs: { 'client-secret': 'x-unlike-the-proxys' },
      environment: { https_proxy: proxy.toLowerCase() },
    },
    what: 'the password in https_proxy',
    where: 'masks',
  },
  {
    mask: "the proxy's password",
    change: ['return [password, decoded, Buffer', 'return [password, Buffer'],
    scene: {
      answer: echo(() => secret),
      inputs: { 'client-secret': 'x-unlike-the-proxys' },
      environment: { https_proxy: proxy },
    },
    what: 'the password in https_proxy',
  },
  {
    mask: "the proxy's Basic value",
    change: [
      "decoded, Buffer.from(`${decodeOr(username)}:${decoded}`).toString('base64')]",
      'decoded]',
    ],
    scene: { answer: echo(() => 'nothing'), environment: { https_proxy: proxy } },
    what: 'the password in https_proxy',
    where: 'masks',
  },
];

/** The answer repeats a part of itself as the type of the token, which is printed. */
function typed(name: string, value: string): Answer {
  return token({ [name]: value, token_type: value });
}

const responseRows: readonly Row[] = [
  ['access_token', 'accessToken.token, refreshToken', 'refreshToken', 'the output token'],
  [
    'refresh_token',
    'accessToken.token, refreshToken,',
    'accessToken.token,',
    'the output refresh-token',
  ],
  [
    'id_token',
    'refreshToken, idToken, ...fields',
    'refreshToken, ...fields',
    'the output id-token',
  ],
  ['session_key', '...fields, ...escaped]', ']', 'the member session_key of the output response'],
].map(([member = '', from = '', to = '', what = '']) => ({
  mask: `${member} of the answer`,
  change: [from, to],
  scene: { answer: typed(member, `${member}-${randomUUID()}`) },
  what,
}));

const otherRows: readonly Row[] = [
  {
    mask: "the client's assertion",
    change: ['hide(jwt);', ''],
    scene: {
      answer: echo(({ body }) => new URLSearchParams(body).get('client_assertion') ?? ''),
      inputs: withKey,
    },
    what: 'the parameter client_assertion that was sent',
  },
  {
    mask: "the grant's assertion",
    change: ['hide(jwt);', ''],
    scene: {
      answer: redirectTo(({ body }) => new URLSearchParams(body).get('assertion') ?? ''),
      inputs: { ...withKey, 'private-key-as': 'assertion' },
    },
    what: 'the parameter assertion that was sent',
  },
  {
    mask: 'what the runner is told, not the action alone',
    change: ['this.#runner.setSecret(secret);', ''],
    more: [withoutWritings],
    scene: { answer: echo(() => Buffer.from(secret).toString('base64')) },
    what: 'the input client-secret',
    where: 'masks',
  },
  {
    mask: 'what the action hides itself, for the runner does not find what was broken',
    change: [
      "this.#hidden.reduce((rest, writing) => rest.replaceAll(writing, '***'), text)",
      'text',
    ],
    scene: { answer: echo(() => withCommand), inputs: { 'client-secret': withCommand } },
    what: 'the input client-secret',
  },
  {
    mask: 'what the action hides itself, for the runner does not find what was cut',
    change: [
      "this.#hidden.reduce((rest, writing) => rest.replaceAll(writing, '***'), text)",
      'text',
    ],
    scene: {
      answer: echo(() => `${'x '.repeat(140)}${other}`),
      inputs: { 'client-secret': other },
    },
    what: 'the input client-secret',
  },
  {
    mask: 'every writing of a secret, which the runner does not find where it was cut',
    change: withoutWritings,
    scene: { answer: echo(() => `${'x '.repeat(135)}${encodeURIComponent(secret)}`) },
    what: 'the input client-secret',
  },
  {
    mask: 'what is in a content type',
    change: ['return [...listForms(secret), encodeBasic', 'return [encodeBasic'],
    scene: {
      answer: reply({ headers: { 'content-type': `text/${other}` }, body: '<p>' }),
      inputs: { 'client-secret': other },
    },
    what: 'the input client-secret',
  },
];

function redirectTo(path: (request: RecordedRequest) => string): Answer {
  return dynamic((request) => redirect(302, `https://example.com/${path(request)}`));
}

async function assertHeld({ change, more = [], scene, what, where = 'log' }: Row): Promise<void> {
  const run = await play(scene, built, true);
  assert.equal(run.stderr, '');
  await assertLeaks(play(scene, spoil([change, ...more]), false), what, where);
}

async function assertLeaks(run: Promise<unknown>, what: string, where: string): Promise<void> {
  await assert.rejects(run, (error) => {
    assert.ok(error instanceof LeakError, String(error));
    const found = error.leaks.some((leak) => leak.what === what && leak.where === where);
    assert.ok(found, error.message);
    return true;
  });
}

describe('the check for leaks fails without the mask of', { concurrency: 2 }, () => {
  for (const row of [...inputRows, ...responseRows, ...otherRows]) {
    test(row.mask, () => assertHeld(row));
  }

  test("GitHub's ID token", async () => {
    const service = await startIdTokenService();
    try {
      await assertHeld({
        mask: '',
        change: ['hide(token);', ''],
        scene: {
          answer: echo(({ body }) => new URLSearchParams(body).get('client_assertion') ?? ''),
          inputs: { 'client-secret': '', 'id-token-as': 'client_assertion' },
          environment: service.environment,
        },
        what: 'the member value of an answer',
      });
    } finally {
      await service.close();
    }
  });

  test('a token in the cache', async () => {
    const service = await startCacheService();
    const server = await startScriptedServer({
      answers: [typed('access_token', `cached-${randomUUID()}`)],
    });
    const scene = {
      inputs: { 'use-cache': 'true' },
      environment: service.environment({ version: 'v2' }),
    };
    try {
      const first = await ask(server.url, scene, built, false);
      assert.equal(first.outputs['cache-hit'], 'false');
      const second = await ask(server.url, scene, built, true);
      assert.equal(second.outputs['cache-hit'], 'true');
      const copy = spoil([['hideSecrets(toResponse(finding.token), log);', '']]);
      await assertLeaks(ask(server.url, scene, copy, false), 'the output token', 'log');
    } finally {
      await Promise.all([service.close(), server.close()]);
    }
  });

  test("the query of a cache service's URL", async () => {
    const service = await startCacheService();
    const findQuery = (): string => {
      const download = service.requests.findLast(({ call }) => call === 'download');
      return download?.path.replace(/^[^?]*\?/, '') ?? '';
    };
    const server = await startScriptedServer({ answers: [echo(findQuery)] });
    const scene = {
      inputs: { 'use-cache': 'true' },
      environment: service.environment({ version: 'v2' }),
    };
    try {
      // The first run shows the names that it looks for. The next runs find what is planted there.
      await ask(server.url, scene, built, false);
      for (const { body, call } of [...service.requests]) {
        if (call !== 'GetCacheEntryDownloadURL') continue;
        const { key, version } = JSON.parse(body.toString()) as { key: string; version: string };
        service.plant({ name: `${key}${'0'.repeat(16)}`, version, blob: 'garbage' });
      }
      const run = await ask(server.url, scene, built, true);
      assert.notEqual(findQuery(), '');
      assert.match(run.log, /error_description: \*\*\*/);
      const copy = spoil([["hide(found.url.replace(/^[^?]*\\??/, ''));", '']]);
      const what = "the query of a cache service's URL";
      await assertLeaks(ask(server.url, scene, copy, false), what, 'log');
    } finally {
      await Promise.all([service.close(), server.close()]);
    }
  });
});

describe('the check for leaks fails at the end of the job', { concurrency: 2 }, () => {
  /** A step whose token is revoked, and the end of its job, by the scripts of these directories. */
  async function playJob(main: string, post: string, shown: string): Promise<Run> {
    const description = `not revoked: ${shown}`;
    const server = await startScriptedServer({
      answers: [
        token({ access_token: 'a-token-that-is-revoked' }),
        json(400, { error: 'invalid_request', error_description: description }),
      ],
    });
    const inputs = {
      revoke: 'true',
      'revocation-url': `${server.origin}/revoke`,
      'use-cache': '',
    };
    const environment = { ACTIONS_RUNTIME_TOKEN: 'the-runtime-token-of-the-job' };
    try {
      const { state } = await ask(server.url, { inputs, environment }, main, true);
      return await runAction({
        script: join(post, 'post', 'index.js'),
        metadata: join(root, 'action.yml'),
        inputs: {
          'token-url': server.url,
          'client-id': 'ci-client',
          'client-secret': secret,
          'retry-max-attempts': '1',
          ...inputs,
        },
        environment,
        state,
        debug: true,
      });
    } finally {
      await server.close();
    }
  }

  test('without the encryption of the state', async () => {
    await playJob(built, built, 'nothing');
    const copy = spoil([
      [
        "sealState(state, env['ACTIONS_RUNTIME_TOKEN'] ?? '', randomBytes)",
        'JSON.stringify(state)',
      ],
    ]);
    await assertLeaks(playJob(copy, built, 'nothing'), 'the output token', 'state');
  });

  test('without the mask of the token', async () => {
    const { log } = await playJob(built, built, 'a-token-that-is-revoked');
    assert.match(log, /not revoked: \*\*\*/);
    const copy = spoil([['hideIn(log)(state.token);', '']], 'post');
    const what = 'the member access_token of an answer';
    await assertLeaks(playJob(built, copy, 'a-token-that-is-revoked'), what, 'log');
  });

  test('without the masks of the inputs of the step', async () => {
    const { log } = await playJob(built, built, secret);
    assert.match(log, /not revoked: \*\*\*/);
    const copy = spoil([['hideStepSecrets(kept, log);', '']], 'post');
    await assertLeaks(playJob(built, copy, secret), 'the input client-secret', 'log');
  });
});

describe('what the runner prints with step debug logging', () => {
  test('shows no secret of the output response, in any JSON spelling', async () => {
    const answer = token({ session_key: 'a-"key"\u2028that-JSON\\escapes\u0085' });
    const run = await play({ answer }, built, true);
    assert.match(run.log, /##\[debug\]Set output response = \{"session_key":"\*\*\*"\}/);
  });
});
