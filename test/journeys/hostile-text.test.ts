/**
 * Text from outside is only ever text: whatever a server, a certificate, a proxy, GitHub's ID-token endpoint, the cache
 * service or an input writes, the runner obeys no command but those of the action, and nothing is set that the action
 * did not set.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
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
import { startCacheService } from '../support/doubles/cache-service.ts';
import { createAuthority } from '../support/making/certificates.ts';
import { createFakeClock, createInputEnvironment, noFiles } from '../support/doubles/fakes.ts';
import { startIdTokenService } from '../support/doubles/id-token-service.ts';
import { createPrintingRunner, type PrintingRunner } from '../support/doubles/printing-runner.ts';
import { LineReader } from '../support/doubles/runner/lines.ts';
import { createMasker } from '../support/doubles/runner/masker.ts';
import { OutputReader } from '../support/doubles/runner/output.ts';
import { Step } from '../support/doubles/runner/step.ts';
import { type Run, runAction } from '../support/doubles/runner.ts';
import {
  type Answer,
  garbage,
  json,
  reply,
  startScriptedServer,
  startTcpServer,
  token,
} from '../support/doubles/scripted-server.ts';

const root = join(import.meta.dirname, '..', '..');
const secret = 'the-secret-of-the-client';

/** The commands that the action prints itself. */
const own = ['add-mask', 'group', 'endgroup', 'warning', 'error'];

/** What a runner or a terminal could obey, and what could hide it from a check. */
const pieces = [
  '##[set-output name=token;]x',
  '##[add-mask]',
  '##[',
  '#',
  '[',
  ']',
  '::set-output name=token::x',
  '::stop-commands::x',
  '::set-env name=PATH::/evil',
  '::add-mask::e',
  '::save-state name=a::b',
  '::error::',
  '::',
  ':',
  ...['\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '\v', '\f', '\0', '\b'],
  ...['\x1b[31m', '\x1b]8;;', '\x9b', '\u202e', '\u2066', '\u200b', '\u200d', '\ufeff', '\u00ad'],
  ...['\ud83d', '\udc69', '\u{e0041}', '%0A', '%0D', '%3A', '%25', '%'],
  ...[' ', '\t', '"', '\\', '/', '?', '@', '=', '&', '<', 'x', 'é', '***', secret],
] as const;

const hostile = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 })
  .map((some) => some.join(''));

/** Characters with which a line could be anything but text. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Runs a step in process, with a network that gives these answers, the last one again and again. */
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

/** Has the embedded runner read what was printed: it obeys what the action meant, and nothing else. */
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
  407,
  415,
  429,
  500,
  503,
  999,
);

const value = fc.oneof(
  hostile,
  fc.array(hostile, { maxLength: 3 }),
  fc.dictionary(hostile, hostile, { maxKeys: 2 }),
  fc.constantFrom(
    3600,
    null,
    true,
    'Bearer',
    'read',
    'invalid_client',
    'use_dpop_proof',
    'a-token',
  ),
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
    systemCode: fc.constantFrom('ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO', 'ENOTFOUND'),
    proxyStatus: fc.integer({ min: 100, max: 999 }),
    peer: fc.constantFrom('server', 'proxy'),
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

describe('no text is obeyed', { concurrency: 1 }, () => {
  test('in the answers of a token endpoint, and in what fails on the way to it', async () => {
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
        verbose,
        async (one, other, url, audience, verbose) => {
          const inputs = {
            'client-secret': '',
            'id-token-as': 'client_assertion',
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

  test('in any input, be it right or wrong', async () => {
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
      fc.constantFrom('true', 'assertion', 'oauth2', 'private_key_jwt', 'client_secret_post'),
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
      // Nothing is saved here: a process for each case would take too long.
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

/** Texts that a runner would obey, or that break a line; each is in every field of a scene. */
const evil = [
  '##[set-output name=token;]x',
  '::stop-commands::x',
  '::add-mask::e##[add-mask]e',
  '\n::set-env name=PATH::/evil\r##[error]x\r\n::set-output name=token::x',
  '\u2028::save-state name=a::b\u0085::add-path::/evil\v::error::x\f::warning::x',
  '\x1b[2K\x1b]0;x\x07::add-mask::a\u202e::notice::x\u200b#\u200b#\u200b[error]x\0',
] as const;

/** Runs the built action in the embedded runner, which obeys commands as GitHub's does. */
async function runBuilt(
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
  debug: boolean,
): Promise<Run> {
  return runAction({
    script: join(root, 'dist', 'main', 'index.js'),
    metadata: join(root, 'action.yml'),
    inputs: {
      'client-id': 'ci-client',
      'client-secret': secret,
      'use-cache': 'false',
      'retry-max-attempts': '2',
      'retry-time-slot': '0',
      verbose: 'true',
      ...inputs,
    },
    environment,
    debug,
  });
}

/** The runner did what the action wanted, and nothing else. */
function assertTame(result: Run): void {
  assert.deepEqual(
    result.commands.filter(({ command }) => !own.includes(command)),
    [],
  );
  const { state, path, errors, deprecations, stderr, summary } = result;
  assert.deepEqual(
    { state, path, errors, deprecations, stderr, summary },
    { state: {}, path: [], errors: [], deprecations: [], stderr: '', summary: '' },
  );
  const green = result.exitCode === 0;
  assert.equal(result.conclusion, green ? 'success' : 'failure');
  assert.deepEqual(Object.keys(result.outputs), green ? outputNames : []);
  assert.deepEqual(result.env, green ? { OAUTH2_TOKEN: result.outputs['token'] } : {});
  assert.equal(result.annotations.length, green ? 0 : 1);
  for (const line of result.stdout.split('\n').filter((one) => !one.startsWith('::add-mask::'))) {
    assert.doesNotMatch(line, unprintable);
    assert.doesNotMatch(
      line.replace(/^::(group|endgroup|error)( title=[^:]*)?::/, ''),
      /##\[|^\s*::/,
    );
  }
}

/** Starts the built action against a server with this answer. */
async function tryAnswer(answer: Answer, debug: boolean, inputs = {}): Promise<Run> {
  const server = await startScriptedServer({ answers: [answer] });
  try {
    const result = await runBuilt({ 'token-url': server.url, ...inputs }, {}, debug);
    assertTame(result);
    return result;
  } finally {
    await server.close();
  }
}

/** What of a text can stand in a head of HTTP; the parser refuses the rest. */
function forHead(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what a head cannot have
  return Buffer.from(text.replace(/[\x00-\x08\n-\x1f\x7f]/g, ' ')).toString('latin1');
}

describe('the runner obeys the built action alone', { concurrency: 2 }, () => {
  for (const [index, text] of evil.entries()) {
    const debug = index % 2 === 0;
    const shown = JSON.stringify(text);

    test(`with ${shown} in an error`, async () => {
      const answer = json(
        400,
        { error: text, error_description: text, error_uri: text, [text]: text },
        { 'www-authenticate': forHead(text) },
      );
      const { conclusion } = await tryAnswer(answer, debug);
      assert.equal(conclusion, 'failure');
    });

    test(`with ${shown} in the head of an answer`, async () => {
      const head = forHead(text);
      await tryAnswer(
        reply({
          status: 302,
          statusText: head,
          headers: {
            location: `https://example.com/${head}`,
            'content-type': head,
            'retry-after': head,
            [`x-${index}`]: head,
          },
          body: text,
        }),
        debug,
      );
      await tryAnswer(garbage(`HTTP/1.1 200 ${text}\r\n${text}: ${text}\r\n\r\n${text}`), debug);
    });

    test(`with ${shown} beside a token`, async () => {
      // In the characters of a token: any other is refused with the whole answer.
      const quoted = JSON.stringify(text).replace(
        /[^\x20-\x7e]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
      const { conclusion } = await tryAnswer(
        token({
          token_type: text,
          scope: `read ${text}`,
          refresh_token: `refresh-${quoted}`,
          id_token: `id-${quoted}`,
          session_key: `session-${quoted}`,
          [text]: text,
        }),
        debug,
        { scopes: 'read list' },
      );
      assert.equal(conclusion, 'success');
    });

    test(`with ${shown} in the metadata`, async () => {
      const server = await startScriptedServer({
        answers: [json(200, { issuer: text, token_endpoint: text })],
      });
      try {
        assertTame(await runBuilt({ issuer: server.origin }, {}, debug));
      } finally {
        await server.close();
      }
    });

    test(`with ${shown} in the claims of GitHub's ID token, and in its refusal`, async () => {
      const service = await startIdTokenService({ claims: { sub: text, iss: text } });
      const inputs = { 'client-secret': '', 'id-token-as': 'client_assertion' };
      const server = await startScriptedServer({ answers: [json(401, { error: text })] });
      try {
        const all = { ...inputs, 'token-url': server.url };
        const refused = await runBuilt(all, service.environment, debug);
        assertTame(refused);
        assert.equal(server.requests.length, 1);
        service.misbehave(json(403, { message: text }), json(403, { message: text }));
        assertTame(await runBuilt(all, service.environment, debug));
      } finally {
        await Promise.all([service.close(), server.close()]);
      }
    });

    test(`with ${shown} from a proxy`, async () => {
      const head = forHead(text);
      const proxy = await startTcpServer(({ stream }) => {
        stream.once('data', () => {
          stream.end(
            `HTTP/1.1 403 ${head}\r\nproxy-authenticate: ${head}\r\ncontent-length: 0\r\n\r\n`,
          );
        });
      });
      try {
        const environment = { https_proxy: `http://127.0.0.1:${proxy.port}` };
        const result = await runBuilt(
          { 'token-url': 'https://login.example.com/token' },
          environment,
          debug,
        );
        assertTame(result);
        assert.match(result.annotations[0]?.message ?? '', /proxy/);
      } finally {
        await proxy.close();
      }
    });

    test(`with ${shown} in a certificate`, async () => {
      // A name that begins with # is taken for hex (RFC 4514 section 2.4).
      const name = `x${text}`;
      const authority = await createAuthority(name);
      const trusted = { 'ca-certificate': authority.certificate };
      for (const [names, inputs] of [
        [[], trusted],
        [['other.example.com'], {}],
      ] as const) {
        const { certificate, key } = await authority.issue({ names, commonName: name });
        const tls = { key, cert: certificate };
        const server = await startScriptedServer({ answers: [token()], tls });
        try {
          const result = await runBuilt({ 'token-url': server.url, ...inputs }, {}, debug);
          assertTame(result);
          assert.match(result.annotations[0]?.message ?? '', /TLS|certificate/);
        } finally {
          await server.close();
        }
      }
    });

    test(`with ${shown} from the cache service`, async () => {
      const service = await startCacheService();
      const server = await startScriptedServer({ answers: [token()] });
      const url = `${service.origin}/${encodeURI(text.toWellFormed())}?sig=${encodeURIComponent(text)}`;
      const found = { ok: true, matched_key: text, signed_download_url: url };
      service.fault('GetCacheEntryDownloadURL', { status: 200, body: JSON.stringify(found) }, 2);
      service.fault('CreateCacheEntry', {
        status: 409,
        body: JSON.stringify({ code: text, msg: text, message: text, ok: false }),
      });
      try {
        const inputs = { 'token-url': server.url, 'use-cache': 'true' };
        const result = await runBuilt(inputs, service.environment({ version: 'v2' }), debug);
        assertTame(result);
        assert.equal(result.conclusion, 'success');
        service.clearFaults();
        service.fault('GetCacheEntryDownloadURL', { status: 500, body: text });
        assertTame(await runBuilt(inputs, service.environment({ version: 'v2' }), debug));
      } finally {
        await Promise.all([service.close(), server.close()]);
      }
    });

    test(`with ${shown} in inputs`, async () => {
      // No variable of a process can have it.
      const value = text.replaceAll('\0', '');
      const wrong = {
        'token-url': value,
        issuer: value,
        'client-id': value,
        scopes: `${value},`,
        audience: value,
        resource: value,
        'env-var': value,
        'grant-type': value,
        headers: `X-${value}: ${value}`,
        parameters: value,
        'retry-on': value,
        timeout: value,
        [`scope-${value.replaceAll('=', '')}`]: value,
      };
      // The runner itself warns of the name that action.yml does not know.
      const result = await runBuilt(wrong, {}, debug);
      assert.deepEqual(
        result.commands.filter(({ command }) => !own.includes(command)),
        [],
      );
      assert.deepEqual([result.outputs, result.env, result.state, result.errors], [{}, {}, {}, []]);
    });
  }
});
