/** The built action against a Stanford ACS-style endpoint, as a runner starts it. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import {
  acsClient,
  type AcsServerOptions,
  startAcsServer,
  unavailable,
} from '../support/doubles/acs-server.ts';
import { type BuiltActionOptions, startBuiltAction } from '../support/making/built-action.ts';
import { startCacheService } from '../support/doubles/cache-service.ts';
import type { Run } from '../support/doubles/runner.ts';
import { redirect, type ScriptedServer } from '../support/doubles/scripted-server.ts';

const { clientId, clientSecret } = acsClient;

/** What is masked before anything is said: the secret, and both encodings of Basic, which are the same for this one. */
const firstMasks = [
  `::add-mask::${clientSecret}`,
  `::add-mask::${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
];

const sameAnswer = 'Not tried again, for the answer would be the same.';

async function start(t: TestContext, options: AcsServerOptions = {}): Promise<ScriptedServer> {
  const server = await startAcsServer(options);
  t.after(server.close);
  return server;
}

/** Runs the built action against the server. */
function ask(
  server: ScriptedServer,
  inputs: Record<string, string> = {},
  options: BuiltActionOptions = {},
): Promise<Run> {
  const all = {
    'endpoint-type': 'acs_api',
    'token-url': server.url,
    'client-id': clientId,
    'client-secret': clientSecret,
    'use-cache': 'false',
    ...inputs,
  };
  return startBuiltAction(all, options);
}

function hostOf(server: ScriptedServer): string {
  return new URL(server.url).host;
}

/** What was printed, with the times of attempts taken out. */
function linesOf(run: Run): string[] {
  return run.stdout
    .replace(/after .*/g, 'after a while')
    .trimEnd()
    .split('\n');
}

/** The step is red, with this one annotation, and gave nothing to later steps. */
function assertFailed(run: Run, title: string, message: string): void {
  assert.deepEqual(run.annotations, [{ level: 'error', title: `oauth2-token: ${title}`, message }]);
  assert.equal(run.exitCode, 1);
  assert.deepEqual(run.outputs, {});
  assert.deepEqual(run.env, {});
}

describe('the built action at an ACS endpoint', { concurrency: 2 }, () => {
  test('sends one GET whose headers say who asks, masks first, and hands the token over', async (t) => {
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
    assert.deepEqual(linesOf(run).slice(0, 4), [
      ...firstMasks,
      `Asking ${hostOf(server)} (acs_api).`,
      '::add-mask::acs-token-1',
    ]);
    assert.match(
      run.stdout,
      /^Got a Bearer token, valid for \d+ days, until 2999-12-31T23:59:59Z\.\nSet: output token, environment variable OAUTH2_TOKEN\.\n$/m,
    );
    assert.equal(run.stderr, '');
    assert.equal(run.exitCode, 0);
    assert.deepEqual(run.annotations, []);
    // expires_in of the answer says an hour.
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
    const message = `${hostOf(server)} answered 401 Unauthorized. Check that client-id and client-secret belong together and are current. ${sameAnswer}`;
    assertFailed(run, 'refused', message);
    assert.equal(server.requests.length, 1);
    assert.deepEqual(linesOf(run), [
      ...firstMasks,
      `Asking ${hostOf(server)} (acs_api).`,
      '::group::Request and answer',
      `GET ${server.url}`,
      'client acs-client, acs_api, headers: client-id, client-secret',
      '401 Unauthorized, application/json, after a while',
      '::endgroup::',
      `::error title=oauth2-token%3A refused::${message}`,
    ]);
  });

  test('asks again after a 503, and after another', async (t) => {
    const server = await start(t, { faults: [unavailable(), unavailable()] });
    const run = await ask(server, { 'retry-time-slot': '0' });
    const until = run.outputs['expires-at'] ?? '';
    assert.equal(run.exitCode, 0);
    assert.deepEqual(linesOf(run), [
      ...firstMasks,
      `Asking ${hostOf(server)} (acs_api).`,
      'Attempt 1 of 4 failed: 503 Service Unavailable. Trying again now.',
      'Attempt 2 of 4 failed: 503 Service Unavailable. Trying again now.',
      '::add-mask::acs-token-1',
      `Got a Bearer token at attempt 3, valid for 1 h, until ${until}.`,
      'Set: output token, environment variable OAUTH2_TOKEN.',
    ]);
    assert.equal(server.requests.length, 3);
    for (const { headers } of server.requests) assert.equal(headers['client-secret'], clientSecret);
  });

  for (const [what, expiresAt] of [
    ['has no expires_at', undefined],
    ['has an offset in expires_at', '2026-01-31T04:00:00-08:00'],
    ['has an impossible date in expires_at', '2026-02-30T12:00:00Z'],
  ] as const) {
    test(`fails at once where the answer ${what}, and masks nothing more`, async (t) => {
      const server = await start(t, { members: { expires_at: expiresAt } });
      const run = await ask(server);
      assertFailed(
        run,
        'no expires_at',
        `${hostOf(server)} answered 200 OK without a Zulu time in expires_at, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url, and endpoint-type. ${sameAnswer}`,
      );
      assert.equal(server.requests.length, 1);
      assert.doesNotMatch(run.stdout, /acs-token-1/);
    });
  }

  test('follows no redirect: nobody else sees the headers', async (t) => {
    const elsewhere = await start(t);
    for (const [status, words] of [
      [301, 'Moved Permanently'],
      [302, 'Found'],
      [303, 'See Other'],
      [307, 'Temporary Redirect'],
      [308, 'Permanent Redirect'],
    ] as const) {
      const server = await start(t, { faults: [redirect(status, `${elsewhere.url}?session=1`)] });
      const run = await ask(server);
      assertFailed(
        run,
        'redirect',
        `${hostOf(server)} answered ${status} ${words}, a redirect to ${elsewhere.url}. It was not followed, for the secret would have gone along. Set token-url to the token endpoint itself. ${sameAnswer}`,
      );
      assert.equal(server.requests.length, 1);
    }
    assert.equal(elsewhere.connections, 0);
  });

  test('keeps the token in the cache, and a second job asks nobody', async (t) => {
    const server = await start(t);
    const service = await startCacheService();
    t.after(service.close);
    const environment = service.environment({ version: 'v2' });
    const inputs = { 'use-cache': 'true' };

    const first = await ask(server, inputs, { environment });
    assert.equal(first.outputs['cache-hit'], 'false');
    assert.match(
      first.stdout,
      /^Kept in the cache, encrypted, for other jobs and later runs\.$/m,
      first.stdout,
    );
    for (const { name, blob } of service.entries) {
      assert.match(name, /^oauth2-token-v2-/);
      assert.equal(blob.includes('acs-token-1'), false);
    }

    const second = await ask(server, inputs, { environment });
    assert.equal(second.exitCode, 0);
    assert.equal(server.requests.length, 1);
    const told = linesOf(second).filter((line) => !line.startsWith('::add-mask::'));
    assert.match(
      told[0] ?? '',
      /^Reusing a token from the cache: Bearer, valid for .* was not asked\.$/,
    );
    assert.equal(told[1], 'Set: output token, environment variable OAUTH2_TOKEN.');
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

  test('refuses every input that means nothing there, by name, and asks nobody', async (t) => {
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
    const list = names.map((name) => `${name}: has no meaning with endpoint-type: acs_api`);
    assertFailed(run, 'inputs', `8 inputs need attention: ${list.join('; ')}`);
    assert.equal(server.connections, 0);
  });

  test('shows the shape of the request with verbose', async (t) => {
    const server = await start(t);
    const run = await ask(server, { verbose: 'true', headers: 'X-Region: west' });
    assert.deepEqual(linesOf(run).slice(2, 10), [
      `Asking ${hostOf(server)} (acs_api).`,
      '::add-mask::acs-token-1',
      '::group::Request and answer',
      `GET ${server.url}`,
      'client acs-client, acs_api, headers: client-id, client-secret',
      'further headers: X-Region',
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
      assertFailed(run, 'inputs', `${input}: has a character that a header cannot carry`);
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
    const printed = linesOf(run).filter((line) => !line.startsWith('::add-mask::'));
    assert.equal(printed.join('\n').includes(clientSecret), false);
    assert.match(
      run.annotations[0]?.message ?? '',
      /a redirect to https:\/\/acs\.example\.edu\/\*\*\*\/login\./,
    );
  });
});
