/** Whatever text comes from outside, the runner obeys no command in it; tried in process. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from '../support/making/fast-check.ts';
import { inputNames } from '../../src/inputs/catalog.ts';
import { outputNames } from '../../src/action/outputs.ts';
import { sealState } from '../../src/action/revocation-state.ts';
import { revokeToken } from '../../src/action/revoke-token.ts';
import { run } from '../../src/action/run.ts';
import type { Surroundings } from '../../src/surroundings.ts';
import type { HttpResponse } from '../../src/http/request.ts';
import { TransportError } from '../../src/http/transport-error.ts';
import { createFakeClock, createInputEnvironment, noFiles } from '../support/doubles/fakes.ts';
import { createPrintingRunner, type PrintingRunner } from '../support/doubles/printing-runner.ts';
import { LineReader } from '../support/doubles/runner/lines.ts';
import { createMasker } from '../support/doubles/runner/masker.ts';
import { OutputReader } from '../support/doubles/runner/output.ts';
import { Step } from '../support/doubles/runner/step.ts';
import { secret, own, hostile, unprintable, value } from '../support/making/hostile-text.ts';

/** Runs a step in process, with a network that gives these answers and then repeats the last one. */
async function runStep(
  answers: readonly (HttpResponse | Error)[],
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  debug = false,
  story: (surroundings: Surroundings) => Promise<void> = run,
): Promise<PrintingRunner> {
  const runner = createPrintingRunner({ debug });
  let asked = 0;
  const given = {
    'token-url': 'https://login.example.com/token',
    'client-id': 'ci-client',
    'client-secret': secret,
    'use-cache': 'false',
    ...inputs,
  };
  await story({
    runner,
    env: {
      GITHUB_OUTPUT: '/runner/output',
      GITHUB_ENV: '/runner/env',
      ...createInputEnvironment(given),
      ...env,
    },
    platform: 'linux',
    clock: createFakeClock(),
    random: () => 0.5,
    randomBytes,
    randomUUID,
    send: () => {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      if (answer === undefined || answer instanceof Error) {
        return Promise.reject(answer ?? new TransportError('timeout'));
      }
      return Promise.resolve(answer);
    },
    files: noFiles,
    saveScript: '/nowhere/save.js',
    temp: '/nowhere',
    succeed: () => undefined,
  });
  return runner;
}

/** Lets the embedded runner read what was printed. It must obey only what the action meant. */
function assertObeysOnlyTheAction(runner: PrintingRunner, hidden = [secret]): void {
  assertGreenOrRed(runner);
  assertObeysOnly(runner, hidden);
}

function assertObeysOnly(runner: PrintingRunner, hidden: readonly string[]): void {
  const step = new Step(createMasker(), false);
  const output = new OutputReader(step);
  let lines = 0;
  const reader = new LineReader((line) => {
    lines += 1;
    output.read(line);
    if (line.startsWith('::add-mask::')) return;
    assert.doesNotMatch(line, unprintable);
    assert.doesNotMatch(
      line.replace(/^::(group|endgroup|warning|error)( title=[^:]*)?::/, ''),
      /##\[|^\s*::/,
    );
  });
  reader.push(Buffer.from(runner.stdout()));
  reader.end();
  assert.equal(lines, runner.commands.length + runner.plainLines());
  assert.deepEqual(
    step.commands.map(({ command, data }) => [command, data.toWellFormed()]),
    runner.commands.map(([command, data]) => [command, data.toWellFormed()]),
  );
  assert.deepEqual(
    step.commands.filter(({ command }) => !own.includes(command)),
    [],
  );
  assert.deepEqual([...step.outputs, ...step.environment, ...step.state, ...step.path], []);
  assert.deepEqual([step.errors, step.deprecations, step.failed], [[], [], false]);
  assert.ok(hidden.every((one) => !step.log.includes(one)));
}

/** Either all outputs were set, or there is one error. */
function assertGreenOrRed(runner: PrintingRunner): void {
  const names = runner.outputs.map(([name]) => name);
  assert.deepEqual(names, names.length === 0 ? [] : outputNames);
  assert.ok(runner.variables.every(([name]) => /^[A-Z_a-z]\w*$/.test(name)));
  assert.equal(
    runner.commands.filter(([command]) => command === 'error').length,
    names.length === 0 ? 1 : 0,
  );
}

/** How many cases of each kind there are. */
const numRuns = 1000;

const headers = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'location',
    'retry-after',
    'www-authenticate',
    'dpop-nonce',
    'content-encoding',
    'server',
    'cf-mitigated',
    'x-squid-error',
    'date',
    'x-request-id',
  ),
  hostile,
);

const status = fc.constantFrom(
  200,
  201,
  204,
  302,
  307,
  400,
  401,
  403,
  404,
  405,
  406,
  407,
  415,
  429,
  500,
  503,
  999,
);

const tokenNames = [
  'access_token',
  'token_type',
  'expires_in',
  'scope',
  'refresh_token',
  'id_token',
  'error',
  'error_description',
  'error_uri',
  'session_key',
  'message',
  'errors',
  'detail',
  'token',
];

function members(names: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.dictionary(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, hostile),
    value,
  );
}

function respond(body: fc.Arbitrary<unknown>): fc.Arbitrary<HttpResponse> {
  const text = fc.oneof(
    { weight: 5, arbitrary: body.map((one) => JSON.stringify(one)) },
    { weight: 1, arbitrary: hostile },
    {
      weight: 1,
      arbitrary: hostile.map(
        (one) => `error=x&error_description=${encodeURIComponent(one.toWellFormed())}`,
      ),
    },
  );
  return fc
    .record({ status, statusText: hostile, headers, body: text })
    .map((response) => ({ ...response, body: Buffer.from(response.body) }));
}

const failure = fc
  .record({
    code: fc.constantFrom(
      'tls_failed',
      'tls_untrusted',
      'tls_untrusted',
      'tls_missing',
      'request_failed',
      'connection_failed',
      'proxy_refused',
      'proxy_unsupported',
      'proxy_unreachable',
      'name_not_found',
      'answer_unreadable',
      'encoding_unknown',
    ),
    systemCode: fc.constantFrom(
      'SELF_SIGNED_CERT_IN_CHAIN',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'EPROTO',
      'ENOTFOUND',
      'ECONNRESET',
    ),
    proxyStatus: fc.integer({ min: 100, max: 999 }),
    issuer: hostile,
    proxy: hostile,
    peer: fc.constantFrom('server', 'proxy'),
    step: fc.constantFrom('connecting', 'securing', 'exchanging', undefined),
    reason: fc.option(hostile, { nil: undefined }),
    encoding: fc.option(hostile, { nil: undefined }),
    scheme: hostile,
    message: hostile,
    name: hostile,
  })
  .map(({ code, message, name, ...details }) => {
    const cause = Object.assign(new Error(message), { name });
    return new TransportError(code, { ...details, cause });
  });

const verbose = fc.constantFrom('true', 'false');

/** Where the ID token goes in the request. */
const idTokenUses = [
  { 'id-token-as': 'client_assertion' },
  { 'id-token-as': 'bearer' },
  { 'id-token-as': 'parameter', 'id-token-parameter': 'jwt' },
] as const;

describe('no text is obeyed', { concurrency: 1 }, () => {
  test('in the answers of a token endpoint, and in errors on the way to it', async () => {
    const answers = fc.array(
      fc.oneof({ weight: 4, arbitrary: respond(members(tokenNames)) }, failure),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(answers, verbose, fc.boolean(), async (some, verbose, debug) => {
        assertObeysOnlyTheAction(await runStep(some, { verbose, scopes: 'read list' }, {}, debug));
      }),
      { numRuns: 2 * numRuns },
    );
  });

  test('in the answer with a token', async () => {
    const answer = respond(
      members(tokenNames).map((some) => ({
        ...some,
        error: undefined,
        access_token: 'a-token-that-is-one',
      })),
    ).map((response) => ({ ...response, status: 200 }));
    await fc.assert(
      fc.asyncProperty(answer, verbose, async (one, verbose) => {
        assertObeysOnlyTheAction(await runStep([one], { verbose, scopes: 'read list' }));
      }),
      { numRuns },
    );
  });

  test('in an answer that has its token elsewhere', async () => {
    const text = 'a-token-that-is-one';
    const places = fc.constantFrom(
      'access_token=error_description',
      'access_token=session_key\ntoken_type=scope\nscope=token_type',
      'access_token=.',
      'access_token=0.access_token\nrefresh_token=0.id_token\nscope=0.scope',
      'access_token=id_token.access_token\nexpires_at=expires_in',
    );
    const bodies = fc.oneof(
      respond(members(tokenNames)),
      respond(members(tokenNames).map((some) => [{ ...some, access_token: text }])),
      respond(members(tokenNames).map((some) => ({ ...some, session_key: text }))),
      hostile.map((body) => ({
        status: 200,
        statusText: '',
        headers: {},
        body: Buffer.from(body),
      })),
    );
    await fc.assert(
      fc.asyncProperty(bodies, places, verbose, async (one, fields, verbose) => {
        const inputs = { verbose, 'response-fields': fields };
        assertObeysOnlyTheAction(await runStep([{ ...one, status: 200 }], inputs));
      }),
      { numRuns: 2 * numRuns },
    );
  });

  test('in the answer of an ACS endpoint', async () => {
    await fc.assert(
      fc.asyncProperty(
        respond(members(['access_token', 'expires_at', 'message'])),
        verbose,
        async (one, verbose) => {
          assertObeysOnlyTheAction(await runStep([one], { verbose, 'endpoint-type': 'acs_api' }));
        },
      ),
      { numRuns },
    );
  });

  test("in an issuer's metadata", async () => {
    const issuer = 'https://login.example.com';
    const metadata = respond(
      fc
        .tuple(
          members(['issuer', 'token_endpoint', 'mtls_endpoint_aliases']),
          fc.oneof(fc.constant({ issuer }), fc.constant({})),
          hostile.map((path) => ({ token_endpoint: `https://login.example.com/${path}` })),
        )
        .map(([some, named, endpoint]) => ({ ...endpoint, ...some, ...named })),
    );
    await fc.assert(
      fc.asyncProperty(
        metadata,
        respond(members(tokenNames)),
        verbose,
        async (one, other, verbose) => {
          assertObeysOnlyTheAction(
            await runStep([one, other], { verbose, issuer, 'token-url': '' }),
          );
        },
      ),
      { numRuns },
    );
  });

  test("in the answers of GitHub's ID-token endpoint, and in an ID token", async () => {
    const jwt = members(['iss', 'sub', 'aud']).map((claims) =>
      ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'c2ln'].join('.'),
    );
    const answer = respond(
      fc.oneof(
        jwt.map((one) => ({ value: one })),
        members(['value', 'message']),
      ),
    );
    const url = fc.oneof(
      fc.constant('https://example.com/id?a=b'),
      hostile,
      hostile.map((path) => `https://example.com/${path}`),
    );
    await fc.assert(
      fc.asyncProperty(
        answer,
        respond(members(tokenNames)),
        url,
        hostile,
        fc.constantFrom(...idTokenUses),
        verbose,
        async (one, other, url, audience, use, verbose) => {
          const inputs = {
            'client-secret': '',
            ...use,
            'id-token-audience': audience,
            verbose,
          };
          const env = {
            ACTIONS_ID_TOKEN_REQUEST_URL: url,
            ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
          };
          assertObeysOnlyTheAction(await runStep([one, other], inputs, env), []);
        },
      ),
      { numRuns },
    );
  });

  test('in any input, right or wrong', async () => {
    const granted: HttpResponse = {
      status: 200,
      statusText: 'OK',
      headers: {},
      body: Buffer.from('{"access_token":"a-token-that-is-one","scope":"x"}'),
    };
    const names = inputNames.filter((name) => !['use-cache', 'client-secret'].includes(name));
    const one = fc.oneof(
      hostile,
      hostile.map((text) => `https://login.example.com/${text}`),
      hostile.map((text) => `${text}=${text}`),
      hostile.map((text) => `X-${text}: ${text}`),
      hostile.map((text) => JSON.stringify({ [text]: text })),
      hostile.map((text) => Buffer.from(`-----BEGIN PRIVATE KEY-----\n${text}`).toString('base64')),
      hostile.map((text) => `access_token=${text}`),
      fc.constantFrom('true', 'assertion', 'oauth2', 'private_key_jwt', 'client_secret_post'),
      fc.constantFrom('bearer', 'parameter', 'skip', 'GET', 'multipart'),
    );
    const unknown = hostile.map(
      (text) => `client-${text.replaceAll('\0', '').replaceAll('=', '')}`,
    );
    const inputs = fc.dictionary(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, unknown),
      one,
      { minKeys: 1, maxKeys: 3 },
    );
    await fc.assert(
      fc.asyncProperty(inputs, verbose, async (some, verbose) => {
        assertObeysOnlyTheAction(await runStep([granted], { verbose, ...some }));
      }),
      { numRuns: 3 * numRuns },
    );
  });

  test('in the answer to a revocation', async () => {
    const state = {
      token: 'a-token-that-is-revoked',
      revocationUrl: 'https://login.example.com/revoke',
      tokenUrl: 'https://login.example.com/token',
      expiresAt: undefined,
      inputs: {
        'token-url': 'https://login.example.com/token',
        'client-id': 'ci-client',
        'client-secret': secret,
        revoke: 'true',
        'revocation-url': 'https://login.example.com/revoke',
      },
    };
    const sealing = 'the-token-of-the-runtime';
    const env = {
      ACTIONS_RUNTIME_TOKEN: sealing,
      STATE_revocation: sealState(state, sealing, randomBytes),
    };
    const answer = fc.oneof({ weight: 4, arbitrary: respond(members(tokenNames)) }, failure);
    await fc.assert(
      fc.asyncProperty(answer, verbose, fc.boolean(), async (one, verbose, debug) => {
        const inputs = { verbose, revoke: 'true', 'use-cache': '' };
        const runner = await runStep([one], inputs, env, debug, revokeToken);
        assertObeysOnly(runner, [secret, state.token]);
        assert.deepEqual([...runner.outputs, ...runner.variables, ...runner.state], []);
      }),
      { numRuns },
    );
  });

  test('in the answers of the cache service', async () => {
    const found = respond(
      members([
        'ok',
        'matched_key',
        'signed_download_url',
        'cacheKey',
        'archiveLocation',
        'msg',
        'code',
      ]).map((some) => ({ ok: true, ...some })),
    );
    const env = {
      ACTIONS_RESULTS_URL: 'https://results.example.com/',
      ACTIONS_CACHE_SERVICE_V2: 'True',
      ACTIONS_RUNTIME_TOKEN: 'the-token-of-the-runtime',
      // Nothing is saved here, because a process for each case would take too long.
      ACTIONS_CACHE_MODE: 'read',
      GITHUB_REPOSITORY: 'octo-org/octo-repo',
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(found, failure), { minLength: 1, maxLength: 4 }),
        verbose,
        async (some, verbose) => {
          const granted = {
            status: 200,
            statusText: '',
            headers: {},
            body: Buffer.from('{"access_token":"a-token-that-is-one"}'),
          };
          assertObeysOnlyTheAction(
            await runStep([...some, granted], { verbose, 'use-cache': 'true' }, env),
          );
        },
      ),
      // Each derives keys, which is slow on purpose.
      { numRuns: 25 },
    );
  });
});
