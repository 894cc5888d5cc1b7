/** The built action against a Stanford ACS-style endpoint, as a runner starts it. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import {
  acsClient,
  type AcsServerOptions,
  startAcsServer,
  unavailable,
} from '../support/doubles/acs-server.ts';
import { InputError } from '../../src/inputs/input-error.ts';
import { text } from '../../src/log/text.ts';
import { explainFailure } from '../../src/wording/failures.ts';
import { type BuiltActionOptions, startBuiltAction } from '../support/making/built-action.ts';
import { type ErrorAnnotation, explainFinal, refusal } from '../support/making/failures.ts';
import { type Given, say } from '../support/making/inputs.ts';
import {
  asking,
  failedOnce,
  got,
  keptIt,
  reusing,
  set,
  stabilizeLines,
  stableHost,
} from '../support/making/log-lines.ts';
import { startCacheService } from '../support/doubles/cache-service.ts';
import type { Run } from '../support/doubles/runner.ts';
import { redirect, type ScriptedServer } from '../support/doubles/scripted-server.ts';

const { clientId, clientSecret } = acsClient;

/**
 * What is masked before anything is printed: the secret, and both encodings of Basic, which are the same for this
 * secret. The longest is first.
 */
const firstMasks = [
  `::add-mask::${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
  `::add-mask::${clientSecret}`,
];

async function start(t: TestContext, options: AcsServerOptions = {}): Promise<ScriptedServer> {
  const server = await startAcsServer(options);
  t.after(server.close);
  return server;
}

/** The inputs of a client of the server. */
function gather(server: ScriptedServer, inputs: Given = {}): Given {
  return {
    'endpoint-type': 'acs_api',
    'token-url': server.url,
    'client-id': clientId,
    'client-secret': clientSecret,
    'use-cache': 'false',
    ...inputs,
  };
}

/** Runs the built action against the server. */
function ask(
  server: ScriptedServer,
  inputs: Given = {},
  options: BuiltActionOptions = {},
): Promise<Run> {
  return startBuiltAction(gather(server, inputs), options);
}

function hostOf(server: ScriptedServer): string {
  return new URL(server.url).host;
}

/** What was printed, made comparable: hosts, times of day and durations. */
function linesOf(run: Run, server: ScriptedServer): string[] {
  const printed = run.stdout
    .replace(/after .*/g, 'after a while')
    .trimEnd()
    .split('\n');
  return stabilizeLines(printed, hostOf(server));
}

/** The line before the request. */
const toAsk = asking({ 'endpoint-type': 'acs_api' });

/** The step is red, with this one annotation, and gave nothing to later steps. */
function assertFailed(run: Run, annotation: ErrorAnnotation): void {
  assert.deepEqual(run.annotations, [annotation]);
  assert.equal(run.exitCode, 1);
  assert.deepEqual(run.outputs, {});
  assert.deepEqual(run.env, {});
}

/** What a step prints if its inputs have these problems. */
function refuseInputs(...problems: readonly string[]): ErrorAnnotation {
  const { title, message } = explainFailure(
    new InputError(
      problems.map((problem) => text`${problem}`),
      undefined,
    ),
  );
  return { level: 'error', title: `oauth2-token: ${title}`, message: say(message) };
}

describe('the built action at an ACS endpoint', { concurrency: 2 }, () => {
  test('sends one GET whose headers name the client, masks first, and gives the token to later steps', async (t) => {
    const server = await start(t, { members: { expires_at: '2999-12-31T23:59:59Z' } });
    const run = await ask(server);

    assert.deepEqual(server.requests, [
      {
        method: 'GET',
        path: '/token',
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'client-id': clientId,
          'client-secret': clientSecret,
          connection: 'close',
          host: hostOf(server),
          'user-agent': 'oauth2-token',
        },
        body: '',
        tls: false,
        authorization: undefined,
      },
    ]);
    assert.deepEqual(linesOf(run, server), [
      ...firstMasks,
      toAsk,
      '::add-mask::acs-token-1',
      got(Number(run.outputs['expires-in'])),
      set,
    ]);
    assert.equal(run.stderr, '');
    assert.equal(run.exitCode, 0);
    assert.deepEqual(run.annotations, []);
    // The `expires_in` of the answer says an hour.
    assert.match(run.outputs['expires-in'] ?? '', /^\d{11}$/);
    assert.deepEqual(run.outputs, {
      token: 'acs-token-1',
      'token-type': 'Bearer',
      'expires-at': '2999-12-31T23:59:59Z',
      'expires-in': run.outputs['expires-in'],
      scope: '',
      'cache-hit': 'false',
      'refresh-token': '',
      'id-token': '',
      response: '{}',
    });
    assert.deepEqual(run.env, { OAUTH2_TOKEN: 'acs-token-1' });
  });

  test('fails at once with a wrong secret, and says what to check', async (t) => {
    const server = await start(t, { clientSecret: 'another-secret' });
    const run = await ask(server);
    const words = { place: 'message', outside: 'Unknown client.', form: 'value' } as const;
    const error = refusal('http_error', 401, { answer: { words } });
    const annotation = explainFinal(error, gather(server));
    assertFailed(run, annotation);
    assert.equal(server.requests.length, 1);
    const [message = ''] = stabilizeLines([annotation.message], hostOf(server));
    assert.deepEqual(linesOf(run, server), [
      ...firstMasks,
      toAsk,
      '::group::Request and answer',
      `GET http://${stableHost}/token`,
      'client acs-client, acs_api, headers: client-id, client-secret',
      '401 Unauthorized, application/json, 29 bytes, after a while',
      'message: Unknown client.',
      '::endgroup::',
      `::error title=oauth2-token%3A client refused::${message}`,
    ]);
  });

  test('sends the request again after a 503, and after another', async (t) => {
    const server = await start(t, { faults: [unavailable(), unavailable()] });
    const run = await ask(server, { 'retry-time-slot': '0' });
    assert.equal(run.exitCode, 0);
    assert.deepEqual(linesOf(run, server), [
      ...firstMasks,
      toAsk,
      failedOnce(refusal('http_error', 503), 1),
      failedOnce(refusal('http_error', 503), 2),
      '::add-mask::acs-token-1',
      got(3600, 3),
      set,
    ]);
    assert.equal(server.requests.length, 3);
    for (const { headers } of server.requests) assert.equal(headers['client-secret'], clientSecret);
  });

  for (const [what, expiresAt] of [
    ['has no expires_at', undefined],
    ['has an offset in expires_at', '2026-01-31T04:00:00-08:00'],
    ['has an impossible date in expires_at', '2026-02-30T12:00:00Z'],
  ] as const) {
    test(`fails at once if the answer ${what}, and masks nothing more`, async (t) => {
      const server = await start(t, { members: { expires_at: expiresAt } });
      const run = await ask(server);
      assertFailed(run, explainFinal(refusal('no_expires_at', 200), gather(server)));
      assert.equal(server.requests.length, 1);
      assert.doesNotMatch(run.stdout, /acs-token-1/);
    });
  }

  test('follows no redirect, so that nobody else sees the headers', async (t) => {
    const elsewhere = await start(t);
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await start(t, { faults: [redirect(status, `${elsewhere.url}?session=1`)] });
      const run = await ask(server);
      const error = refusal('redirect', status, { location: elsewhere.url });
      assertFailed(run, explainFinal(error, gather(server)));
      assert.equal(server.requests.length, 1);
    }
    assert.equal(elsewhere.connections, 0);
  });

  test('saves the token in the cache, and a second job sends no token request', async (t) => {
    const server = await start(t);
    const service = await startCacheService();
    t.after(service.close);
    const environment = service.environment({ version: 'v2' });
    const inputs = { 'use-cache': 'true' };

    const first = await ask(server, inputs, { environment });
    assert.equal(first.outputs['cache-hit'], 'false');
    assert.ok(linesOf(first, server).includes(keptIt), first.stdout);
    for (const { name, blob } of service.entries) {
      assert.match(name, /^oauth2-token-v2-/);
      assert.equal(blob.includes('acs-token-1'), false);
    }

    const second = await ask(server, inputs, { environment });
    assert.equal(second.exitCode, 0);
    assert.equal(server.requests.length, 1);
    const told = linesOf(second, server).filter((line) => !line.startsWith('::add-mask::'));
    assert.deepEqual(told, [reusing(Number(second.outputs['expires-in'])), set]);
    const { 'expires-in': expiresIn, ...rest } = second.outputs;
    assert.match(expiresIn ?? '', /^3[56]\d\d$/);
    assert.deepEqual(rest, {
      token: 'acs-token-1',
      'token-type': 'Bearer',
      'expires-at': first.outputs['expires-at'],
      scope: '',
      'cache-hit': 'true',
      'refresh-token': '',
      'id-token': '',
      response: '{}',
    });
  });

  test('refuses every input that has no meaning there, by name, and sends nothing', async (t) => {
    const server = await start(t);
    const run = await ask(server, {
      'client-auth-method': 'client_secret_post',
      'client-secret-encoding': 'raw',
      scopes: 'read',
      'grant-type': 'password',
      audience: 'https://api.example.edu',
      resource: 'https://api.example.edu',
      parameters: 'a=b',
      'body-format': 'json',
    });
    const names = [
      'audience',
      'body-format',
      'client-auth-method',
      'client-secret-encoding',
      'grant-type',
      'parameters',
      'resource',
      'scopes',
    ];
    const list = names.map((name) => `${name}: cannot be used with endpoint-type: acs_api`);
    assertFailed(run, refuseInputs(...list));
    assert.equal(server.connections, 0);
  });

  test('shows the shape of the request with verbose', async (t) => {
    const server = await start(t);
    const run = await ask(server, { verbose: 'true', headers: 'X-Region: west' });
    assert.deepEqual(linesOf(run, server).slice(2, 10), [
      toAsk,
      '::add-mask::acs-token-1',
      '::group::Request and answer',
      `GET http://${stableHost}/token`,
      'client acs-client, acs_api, headers: client-id, client-secret',
      'other headers: X-Region',
      'a token at attempt 1, after a while',
      '::endgroup::',
    ]);
    assert.equal(server.requests[0]?.headers['x-region'], 'west');
  });

  for (const [what, input, value] of [
    ['an id with a euro sign', 'client-id', 'client-€'],
    ['a secret with Cyrillic letters', 'client-secret', 'пароль-ключ'],
    ['a secret with a line break', 'client-secret', 'a-secret\r\nx-admin: true'],
    ['a secret with a control character', 'client-secret', 'a-secret\u0007value'],
  ] as const) {
    test(`refuses ${what}, which a header cannot carry, and does not show it`, async (t) => {
      const server = await start(t);
      const run = await ask(server, { [input]: value });
      assertFailed(run, refuseInputs(`${input}: has a character that is not allowed in a header`));
      assert.equal(server.connections, 0);
      assert.equal(run.log.includes(value), false);
    });
  }

  test('sends every character that a header can carry, as the Python library does', async (t) => {
    const special = { clientId: 'ci:client/%', clientSecret: 'p@ss, "word"; +%20 ü÷ÿ' };
    const server = await start(t, special);
    const run = await ask(server, {
      'client-id': special.clientId,
      'client-secret': special.clientSecret,
    });
    assert.equal(run.exitCode, 0);
    // Node reads a header as Latin-1, in which the library writes it.
    assert.equal(server.requests[0]?.headers['client-secret'], special.clientSecret);
  });

  test('shows an answer that carries the secret without it', async (t) => {
    const echo = redirect(302, `https://acs.example.edu/${clientSecret}/login`);
    const server = await start(t, { faults: [echo] });
    const run = await ask(server);
    assert.equal(run.exitCode, 1);
    const printed = linesOf(run, server).filter((line) => !line.startsWith('::add-mask::'));
    assert.equal(printed.join('\n').includes(clientSecret), false);
    assert.match(
      run.annotations[0]?.message ?? '',
      /a redirect to https:\/\/acs\.example\.edu\/\*\*\*\/login\./,
    );
  });
});
