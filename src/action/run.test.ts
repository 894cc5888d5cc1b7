import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { describe, test } from 'node:test';

import { type Answer, answerJson, createFakeRunner } from '../../test/support/doubles/fakes.ts';
import { createAuthority } from '../../test/support/making/certificates.ts';
import { line, readUsualInputs } from '../../test/support/making/inputs.ts';
import {
  asking,
  basic,
  failedAt,
  gotAt,
  granted,
  handedOver,
  masks,
  type Outcome,
  readError,
  runStep,
  secret,
} from '../../test/support/tables/step.ts';
import { giveUp, refuse } from '../../test/support/tables/wording.ts';
import { TransportError } from '../http/transport-error.ts';
import { sayCacheNotUsed } from '../wording/cache.ts';
import {
  sayRequesting,
  sayGranted,
  sayRefreshTokenReplaced,
  sayReplaced,
  saySet,
  sayDropped,
  sayTlsStaysVerified,
  sayTrustChanged,
} from '../wording/progress.ts';

describe('a step that gets a token', () => {
  test('hides secrets first, hides the token before any line shows it, and gives it to later steps', async () => {
    const { calls } = await runStep();
    assert.deepEqual(calls, [...masks, asking, 'mask the-token', gotAt(1), ...handedOver]);
  });

  test('is green as soon as later steps have the token, and not before', async () => {
    const { calls, greenAfter = 0 } = await runStep();
    assert.equal(calls[greenAfter - 1], 'env OAUTH2_TOKEN=the-token');
  });

  test('sends one request, as the inputs say', async () => {
    const { network } = await runStep();
    assert.equal(network.requests.length, 1);
    const { method, url, headers, body } = network.requests[0] ?? assert.fail();
    assert.deepEqual(
      { method, url, body },
      {
        method: 'POST',
        url: 'https://login.example.com/oauth2/token',
        body: 'grant_type=client_credentials&scope=read+list',
      },
    );
    assert.equal(headers['authorization'], `Basic ${basic}`);
  });

  test('sends what every input requests', async () => {
    const { network } = await runStep({
      inputs: {
        'client-auth-method': 'client_secret_post',
        'grant-type': 'token-exchange',
        audience: 'aud',
        resource: 'urn:a urn:b',
        parameters: 'subject_token=a-token\nx=1\nx=2',
        headers: 'X-Tenant: acme',
        'body-format': 'json',
      },
    });
    const { headers, body } = network.requests[0] ?? assert.fail();
    assert.deepEqual(JSON.parse(body ?? ''), {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      scope: 'read list',
      audience: 'aud',
      resource: ['urn:a', 'urn:b'],
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: 'a-token',
      x: ['1', '2'],
      client_id: 'ci-client',
      client_secret: secret,
    });
    assert.equal(headers['x-tenant'], 'acme');
    assert.equal(headers['authorization'], undefined);
  });

  test('drops a refresh token and an ID token that are too short to be hidden, and says so', async () => {
    const answer = answerJson(200, {
      access_token: 'the-token',
      expires_in: 3600,
      refresh_token: 'true',
      id_token: 'seven77',
    });
    const { calls } = await runStep({ answers: [answer] });
    assert.ok(calls.includes(line(sayDropped('refreshToken'))));
    assert.ok(calls.includes(line(sayDropped('idToken'))));
    assert.ok(calls.includes('output refresh-token='));
    assert.ok(calls.includes('output id-token='));
    assert.deepEqual(
      calls.filter((call) => call.startsWith('mask ')),
      [...masks, 'mask the-token'],
    );
  });

  test('hides a field with line breaks line by line, and no short line', async () => {
    const answer = answerJson(200, {
      access_token: 'the-token',
      expires_in: 3600,
      a_token: 'true\nfirst-line\r\n1\n"seven77"\nsecond-line',
    });
    const { calls } = await runStep({ answers: [answer] });
    assert.deepEqual(calls.filter((call) => call.startsWith('mask ')).slice(masks.length), [
      String.raw`mask true\nfirst-line\r\n1\n\"seven77\"\nsecond-line`,
      'mask first-line',
      'mask second-line',
      'mask the-token',
    ]);
  });

  test('hides every secret of the answer before anything else is said', async () => {
    const answer = answerJson(200, {
      access_token: 'the-token',
      expires_in: 3600,
      refresh_token: 'the-refresh-token',
      id_token: 'the-id-token',
      instance_url: 'https://acme.example.com',
      user: { session_secret: 'a-nested-secret' },
    });
    const { calls } = await runStep({ answers: [answer], inputs: { verbose: 'true' } });
    const asked = calls.indexOf(asking);
    assert.deepEqual(calls.slice(asked + 1, asked + 6), [
      'mask the-refresh-token',
      'mask a-nested-secret',
      'mask the-id-token',
      'mask the-token',
      'group Request and answer',
    ]);
    assert.ok(calls.includes('output refresh-token=the-refresh-token'));
    assert.ok(calls.includes('output id-token=the-id-token'));
    assert.ok(
      calls.includes(
        'output response={"instance_url":"https://acme.example.com","user":{"session_secret":"a-nested-secret"}}',
      ),
    );
  });

  test('trusts the given certificates together with the usual ones', async () => {
    const { certificate } = await createAuthority();
    const { network } = await runStep({ inputs: { 'ca-certificate': certificate } });
    assert.deepEqual(network.limits[0]?.tls, { ca: certificate.trim() });
    assert.deepEqual((await runStep()).network.limits[0]?.tls, {});
  });

  test('reports failed attempts, and at which one the token came', async () => {
    const { calls, clock, network } = await runStep({
      answers: [answerJson(503, {}), 'silence', granted],
      // 0.2 s, a wait of 3 s, 15 s and a wait of 6 s before the third.
      start: '2026-01-31T10:59:35.800Z',
    });
    assert.deepEqual(calls, [
      ...masks,
      asking,
      failedAt(1, refuse(answerJson(503, {})), { wait: 3000 }),
      failedAt(2, new TransportError('timeout'), { wait: 6000, allowed: 15_000 }),
      'mask the-token',
      gotAt(3),
      ...handedOver,
    ]);
    assert.deepEqual(clock.sleeps, [3000, 6000]);
    assert.equal(network.requests.length, 3);
  });

  test('waits as long as the server says', async () => {
    const { calls, clock } = await runStep({
      answers: [answerJson(429, {}, { 'retry-after': '20' }), granted],
    });
    assert.deepEqual(clock.sleeps, [20_000]);
    const next = { wait: 20_000, retryAfter: 20_000 };
    assert.ok(calls.includes(failedAt(1, refuse(answerJson(429, {})), next)));
  });

  test('tries everything again with retry-on: all', async () => {
    const { calls, greenAfter } = await runStep({
      answers: [answerJson(401, { error: 'invalid_client' }), granted],
      inputs: { 'retry-on': 'all' },
      random: 0,
    });
    assert.notEqual(greenAfter, undefined);
    const refused = refuse(answerJson(401, { error: 'invalid_client' }));
    assert.ok(calls.includes(failedAt(1, refused, { wait: 0 })));
  });

  test('names the scopes that were not granted, and gives those that were', async () => {
    const answer = answerJson(200, { access_token: 'the-token', scope: 'read' });
    const { calls } = await runStep({ answers: [answer] });
    const got = calls.findIndex((call) => call.startsWith('info Got '));
    assert.deepEqual(calls.slice(got, got + 2), [
      gotAt(1, { expires: false }),
      line(sayGranted(['read'], ['list'], { useCache: 'false' })),
    ]);
    for (const output of ['scope=read', 'expires-at=', 'expires-in=']) {
      assert.ok(calls.includes(`output ${output}`), output);
    }
  });

  test('says nothing about scopes if all were granted, in any order and with others', async () => {
    const answer = answerJson(200, { access_token: 'the-token', scope: 'list more read' });
    const { calls } = await runStep({ answers: [answer] });
    assert.doesNotMatch(calls.join('\n'), /not granted/);
    assert.ok(calls.includes('output scope=list more read'));
  });

  test('assumes a lifetime if the server names none', async () => {
    const answer = answerJson(200, { access_token: 'the-token' });
    const { calls } = await runStep({ answers: [answer], inputs: { 'default-expires-in': '900' } });
    assert.ok(calls.includes('output expires-at=2026-01-31T11:15:00Z'));
  });

  test("assumes none if the server names one, and prefers the user's own expiry to both", async () => {
    const assumed = await runStep({ inputs: { 'default-expires-in': '900' } });
    assert.ok(assumed.calls.includes('output expires-at=2026-01-31T12:00:00Z'));
    const inputs = { 'default-expires-in': '900', 'expires-at-override': '2026-01-31T11:30:00Z' };
    const { calls } = await runStep({ inputs });
    assert.ok(calls.includes('output expires-at=2026-01-31T11:30:00Z'));
    assert.ok(calls.includes('output expires-in=1799'));
  });

  test('exports no variable if none is requested', async () => {
    const { calls } = await runStep({ inputs: { 'env-var': '' } });
    assert.ok(!calls.some((call) => call.startsWith('env ')));
    assert.equal(calls.at(-1), line(saySet(undefined)));
  });

  test('says that a variable was set before', async () => {
    const { calls } = await runStep({ env: { OAUTH2_TOKEN: 'another' } });
    assert.deepEqual(calls.slice(-3), [
      line(sayReplaced('OAUTH2_TOKEN')),
      'env OAUTH2_TOKEN=the-token',
      line(saySet('OAUTH2_TOKEN')),
    ]);
  });

  test('says that TLS stays verified if an earlier step tried to switch that off', async () => {
    const { calls } = await runStep({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    assert.equal(calls[masks.length], line(sayTlsStaysVerified()));
  });

  for (const set of [
    ['NODE_EXTRA_CA_CERTS'],
    ['NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE'],
    ['SSL_CERT_DIR'],
  ]) {
    test(`says that ${set.join(' and ')} changes which certificates TLS trusts`, async () => {
      const env = Object.fromEntries(set.map((name) => [name, '/somewhere']));
      const { calls } = await runStep({ env });
      assert.equal(calls[masks.length], line(sayTrustChanged(set)));
    });
  }

  for (const option of ['--use-system-ca', '--use_openssl_ca']) {
    test(`says that NODE_OPTIONS with ${option} changes which certificates TLS trusts`, async () => {
      const env = { NODE_OPTIONS: `--max-http-header-size=16384 ${option}` };
      const { calls } = await runStep({ env });
      assert.equal(calls[masks.length], line(sayTrustChanged(['NODE_OPTIONS'])));
    });
  }

  test('says nothing about trust if NODE_OPTIONS does not change it', async () => {
    const { calls } = await runStep({ env: { NODE_OPTIONS: '--no-use-system-ca --no-warnings' } });
    assert.ok(!calls.includes(line(sayTrustChanged(['NODE_OPTIONS']))));
  });

  test('warns once of variables that may have been meant as inputs, and works', async () => {
    const { calls, greenAfter } = await runStep({ env: { INPUT_ENV: 'prod', INPUT_URL: 'x' } });
    const warnings = calls.filter((call) => call.startsWith('warning '));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /env-var.*token-url/);
    assert.notEqual(greenAfter, undefined);
  });

  test('says nothing about a variable that resembles no input', async () => {
    const { calls } = await runStep({ env: { INPUT_FAVORITE_COLOR: 'x' } });
    assert.deepEqual(
      calls.filter((call) => call.startsWith('warning ')),
      [],
    );
  });

  test('mentions in an error what may have been meant as an input', async () => {
    for (const inputs of [{ 'token-url': '' }, {}]) {
      const { calls } = await runStep({
        inputs,
        env: { INPUT_URL: 'x' },
        answers: [answerJson(400, { error: 'invalid_request' })],
      });
      assert.match(calls.at(-1) ?? '', /^error .*\(url: .*token-url\?\)$/);
    }
  });

  test('says why the cache is not used, and requests a token', async () => {
    const short = await runStep({
      inputs: { 'use-cache': 'true' },
      env: { GITHUB_REPOSITORY_ID: '1' },
    });
    assert.deepEqual(short.calls.slice(masks.length, masks.length + 2), [
      line(sayCacheNotUsed('short_secret')),
      asking,
    ]);
    const { calls } = await runStep({
      inputs: { 'use-cache': 'true', 'cache-encryption-key': 'a-key-of-32-characters-or-longer' },
      env: { GITHUB_REPOSITORY_ID: '1' },
    });
    assert.ok(calls.includes(line(sayCacheNotUsed('no_service'))));
    assert.deepEqual(calls.slice(-handedOver.length), handedOver);
  });

  test('sends a request to an ACS endpoint', async () => {
    const answer = answerJson(200, {
      access_token: 'the-token',
      expires_at: '2026-01-31T12:00:00.5Z',
    });
    const { calls, network } = await runStep({
      answers: [answer],
      inputs: { 'endpoint-type': 'acs_api', scopes: '' },
    });
    const { method, headers, body } = network.requests[0] ?? assert.fail();
    assert.deepEqual({ method, body }, { method: 'GET', body: undefined });
    assert.equal(headers['client-id'], 'ci-client');
    assert.equal(headers['client-secret'], secret);
    const acs = readUsualInputs({ 'endpoint-type': 'acs_api', scopes: '' });
    assert.ok(calls.includes(line(sayRequesting(acs, false))));
    assert.ok(calls.includes('output expires-at=2026-01-31T12:00:00Z'));
  });

  test('sends the request to an ACS endpoint again after an answer that was lost', async () => {
    const answer = answerJson(200, {
      access_token: 'x'.repeat(8),
      expires_at: '2026-01-31T12:00:00Z',
    });
    const { greenAfter } = await runStep({
      answers: [new TransportError('answer_cut'), answer],
      inputs: { 'endpoint-type': 'acs_api', scopes: '' },
    });
    assert.notEqual(greenAfter, undefined);
  });
});

describe('the group of request and answer', () => {
  const group = [
    'group Request and answer',
    'info POST https://login.example.com/oauth2/token',
    'info client ci-client, client_secret_basic (form), body: grant_type, scope',
    'info a token at attempt 1, after 0.2 s',
    'endgroup',
  ];
  const readGroup = ({ calls }: Outcome): readonly string[] => {
    const start = calls.indexOf('group Request and answer');
    return start < 0 ? [] : calls.slice(start, calls.indexOf('endgroup') + 1);
  };

  test('is not there if all is well', async () => {
    assert.deepEqual(readGroup(await runStep()), []);
  });

  test('is there with verbose: true', async () => {
    assert.deepEqual(readGroup(await runStep({ inputs: { verbose: 'true' } })), group);
  });

  test('is there with step debug logging', async () => {
    assert.deepEqual(
      readGroup(await runStep({ runner: createFakeRunner({ debug: true }) })),
      group,
    );
  });

  test('names everything that the body holds', async () => {
    const inputs = {
      verbose: 'true',
      'client-auth-method': 'client_secret_post',
      parameters: 'x=1',
    };
    const outcome = await runStep({ inputs });
    const sent = new URLSearchParams(outcome.network.requests[0]?.body);
    const [, , line = ''] = readGroup(outcome);
    const named = line.split('body: ')[1]?.split(', ') ?? [];
    assert.deepEqual(new Set(named), new Set(sent.keys()));
  });

  test('shows neither secret nor token', async () => {
    const answer = answerJson(200, {
      access_token: 'the-token',
      refresh_token: 'the-refresh-token',
    });
    const inputs = { verbose: 'true', 'client-auth-method': 'client_secret_post' };
    const lines = readGroup(await runStep({ answers: [answer], inputs })).join('\n');
    assert.doesNotMatch(lines, /s3cret-value|the-token|the-refresh-token/);
  });
});

describe('a step with a key for TLS', () => {
  test('hides it as TLS gets it, although it was written in another form', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    const sec1 = createPrivateKey(key).export({ type: 'sec1', format: 'pem' }).toString();
    const { calls, greenAfter } = await runStep({
      inputs: { 'client-secret': '', 'client-certificate': certificate, 'client-key': sec1 },
      // The certificate is valid by the clock of the machine.
      start: new Date().toISOString(),
    });
    assert.notEqual(greenAfter, undefined);
    const lines = key.split('\n').filter((line) => line.length >= 8 && !line.includes('-----'));
    assert.ok(lines.length > 0);
    for (const line of lines) assert.ok(calls.includes(`mask ${line}`));
  });
});

describe('a step that sends a refresh token', () => {
  const replaced = line(sayRefreshTokenReplaced());
  const sent = 'an-old-refresh-token';
  const ways: readonly [what: string, inputs: Readonly<Record<string, string>>][] = [
    ['the input', { 'refresh-token': sent }],
    ['parameters', { 'grant-type': 'refresh_token', parameters: `refresh_token=${sent}` }],
  ];
  const answerWith = (refreshToken: string): Answer =>
    answerJson(200, { access_token: 'the-token', refresh_token: refreshToken });

  for (const [what, inputs] of ways) {
    test(`hides it, sends it once, and says that it was replaced: by ${what}`, async () => {
      const outcome = await runStep({ answers: [answerWith('a-new-refresh-token')], inputs });
      const body = new URLSearchParams(outcome.network.requests[0]?.body);
      assert.deepEqual(body.getAll('refresh_token'), [sent]);
      assert.equal(body.get('grant_type'), 'refresh_token');
      assert.ok(outcome.calls.indexOf(`mask ${sent}`) < outcome.calls.indexOf('mask the-token'));
      assert.ok(outcome.calls.includes(`mask ${sent}`));
      assert.ok(outcome.calls.includes(replaced));
      assert.ok(outcome.calls.includes('output refresh-token=a-new-refresh-token'));
    });

    test(`says nothing about one that stays: by ${what}`, async () => {
      for (const answer of [answerWith(sent), granted]) {
        const outcome = await runStep({ answers: [answer], inputs });
        assert.notEqual(outcome.greenAfter, undefined);
        assert.ok(!outcome.calls.includes(replaced));
      }
    });

    test(`does not send it again after an answer that was lost: by ${what}`, async () => {
      const outcome = await runStep({ answers: [new TransportError('answer_cut')], inputs });
      assert.equal(outcome.network.requests.length, 1);
      const { message } = giveUp(new TransportError('answer_cut'));
      assert.ok(readError(outcome).endsWith(message));
    });
  }

  test('says nothing about one that nobody sent', async () => {
    for (const parameters of ['', 'tenant=acme']) {
      const outcome = await runStep({
        answers: [answerWith('a-new-refresh-token')],
        inputs: { parameters },
      });
      assert.notEqual(outcome.greenAfter, undefined);
      assert.ok(!outcome.calls.includes(replaced));
    }
  });
});
