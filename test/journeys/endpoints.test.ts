/**
 * Token endpoints that are almost OAuth. The built action sends the request that they require, reads the token from its
 * place, and keeps every promise. The check for leaks checks each of these runs too.
 */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import { runBuiltJob, startBuiltAction } from '../support/making/built-action.ts';
import { generatePem, type Given } from '../support/making/inputs.ts';
import { startStage } from '../support/making/cache-stage.ts';
import type { Run } from '../support/doubles/runner.ts';
import {
  type Answer,
  json,
  type RecordedRequest,
  reply,
  type ScriptedServer,
  startScriptedServer,
  token,
} from '../support/doubles/scripted-server.ts';

const concurrency = 2;
const plainToken = 'the-token-of-the-endpoint';

/** A login without anything from OAuth. */
const login: Given = { 'grant-type': 'none', 'client-auth-method': 'none' };

async function start(t: TestContext, ...answers: readonly Answer[]): Promise<ScriptedServer> {
  const server = await startScriptedServer({ answers });
  t.after(() => server.close());
  return server;
}

/** Runs the built action once, without the cache. */
function ask(server: ScriptedServer, inputs: Given): Promise<Run> {
  const usual = { 'token-url': server.url, 'use-cache': 'false', 'retry-time-slot': '0' };
  return startBuiltAction({ ...usual, ...inputs });
}

/** Seconds until the token expires, as the outputs say. */
function lifetimeOf(run: Run): number {
  const { 'expires-in': lifetime = '' } = run.outputs;
  return lifetime === '' ? NaN : Number(lifetime);
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 60, `${actual} is not near ${expected}`);
}

/** What was sent, without what each request has. */
function show({ method, path, headers, body }: RecordedRequest): unknown[] {
  return [method, path, headers['content-type'], body];
}

describe('a response that has its token elsewhere', { concurrency }, () => {
  test('is read at the places that response-fields names, and shows no secret of them', async (t) => {
    const server = await start(
      t,
      json(200, {
        auth: { client_token: plainToken, lease_duration: 3600, policies: ['a', 'b'] },
        tokens: [{ refresh: 'the-refresh-token-of-it', kind: 'MAC' }],
        user: { name: 'ci' },
      }),
    );
    const run = await ask(server, {
      ...login,
      'response-fields': [
        'access_token = auth.client_token',
        'expires_in = auth.lease_duration',
        'scope = auth.policies',
        'refresh_token = tokens.0.refresh',
        'token_type = tokens.0.kind',
      ].join('\n'),
    });
    assert.equal(run.exitCode, 0, run.stdout);
    assertNear(lifetimeOf(run), 3600);
    const { 'expires-at': at, 'expires-in': lifetime, ...outputs } = run.outputs;
    assert.notEqual(at, '');
    assert.notEqual(lifetime, '');
    assert.deepEqual(outputs, {
      token: plainToken,
      'token-type': 'MAC',
      scope: 'a b',
      'cache-hit': 'false',
      'refresh-token': 'the-refresh-token-of-it',
      'id-token': '',
      response:
        '{"auth":{"lease_duration":3600,"policies":["a","b"]},"tokens":[{"kind":"MAC"}],"user":{"name":"ci"}}',
    });
    assert.deepEqual(run.env, { OAUTH2_TOKEN: plainToken });
    assert.ok(run.masks.includes('the-refresh-token-of-it'));
  });

  const bodies: readonly (readonly [what: string, body: string, path: string, rest: string])[] = [
    ['a bare token', `${plainToken}\n`, '.', '{}'],
    ['a JSON string', `"${plainToken}"`, '.', '{}'],
    ['a list', `[{"token":"${plainToken}","n":1}]`, '0.token', '[{"n":1}]'],
    ['a form', `t=${plainToken}&n=1`, 't', '{"n":"1"}'],
  ];
  for (const [what, body, path, rest] of bodies) {
    test(`may be ${what}`, async (t) => {
      const server = await start(t, reply({ body }));
      const run = await ask(server, { ...login, 'response-fields': `access_token=${path}` });
      assert.equal(run.outputs['token'], plainToken, run.stdout);
      assert.equal(run.outputs['response'], rest);
    });
  }

  test('may have the ID token as the token', async (t) => {
    const server = await start(t, token({ access_token: 'not-this-one', id_token: plainToken }));
    const run = await ask(server, { ...login, 'response-fields': 'access_token=id_token' });
    assert.equal(run.outputs['token'], plainToken);
    assert.equal(run.outputs['id-token'], plainToken);
  });

  test('is a failure that names the path if the token is not there', async (t) => {
    const server = await start(t, json(200, { token: plainToken }));
    const run = await ask(server, { ...login, 'response-fields': 'access_token=data.token' });
    assert.equal(run.exitCode, 1);
    assert.deepEqual(
      run.annotations.map(({ title }) => title),
      ['oauth2-token: no access_token'],
    );
    assert.match(run.annotations[0]?.message ?? '', / data\.token\./);
    assert.deepEqual(run.outputs, {});
    assert.equal(server.requests.length, 1);
  });

  test('keeps the digits of its numbers, from the cache too', async (t) => {
    const answer = token({ access_token: plainToken });
    const body = `{"access_token":"${plainToken}","expires_in":3600.0,"user_id":17841405793187219}`;
    const stage = await startStage({ answers: [reply({ body }), answer] });
    t.after(stage.close);
    for (const cacheHit of ['false', 'true']) {
      const run = await stage.run();
      assert.equal(run.outputs['cache-hit'], cacheHit, run.stdout);
      assert.equal(run.outputs['response'], '{"user_id":17841405793187219}');
    }
  });
});

describe('an expiry in another form', { concurrency }, () => {
  const inOneHour = new Date(Date.now() + 3_600_000);
  const payload = Buffer.from(JSON.stringify({ exp: Math.floor(inOneHour.getTime() / 1000) }));
  const jwt = `eyJhbGciOiJub25lIn0.${payload.toString('base64url')}.c2lnbmF0dXJl`;
  const forms: readonly (readonly [
    what: string,
    fields: Record<string, unknown>,
    places: string,
  ])[] = [
    ['expires_at in RFC 3339', { expires_at: inOneHour.toISOString() }, ''],
    ['expires_at in milliseconds', { expires_at: inOneHour.getTime() }, ''],
    [
      'a time in seconds as text',
      { until: String(inOneHour.getTime() / 1000) },
      'expires_at=until',
    ],
    ['milliseconds', { expires_in: 3_600_000 }, 'expires_in_ms=expires_in'],
    ['the claim exp', { access_token: jwt }, ''],
  ];
  for (const [what, fields, places] of forms) {
    test(`is read: ${what}`, async (t) => {
      const server = await start(t, token({ expires_in: undefined, ...fields }));
      const run = await ask(server, { ...login, 'response-fields': places });
      assertNear(lifetimeOf(run), 3600);
    });
  }

  test('makes a token that can be cached', async (t) => {
    const answer = token({ expires_in: undefined, expires_at: inOneHour.toISOString() });
    const stage = await startStage({ answers: [answer] });
    t.after(stage.close);
    const hits = [
      (await stage.run()).outputs['cache-hit'],
      (await stage.run()).outputs['cache-hit'],
    ];
    assert.deepEqual(hits, ['false', 'true']);
  });
});

describe('a request as the endpoint requires it', { concurrency }, () => {
  test('has only the given parameters, if the inputs say that there is no grant type and no client', async (t) => {
    const server = await start(t, token());
    const parameters = 'appid=ci-app\nsecret=the-secret-of-the-app';
    const run = await ask(server, { ...login, parameters, verbose: 'true' });
    assert.equal(run.exitCode, 0, run.stdout);
    assert.deepEqual(server.requests.map(show), [
      [
        'POST',
        '/token',
        'application/x-www-form-urlencoded',
        'appid=ci-app&secret=the-secret-of-the-app',
      ],
    ]);
    assert.match(run.stdout, /no client id, none, body: appid, secret/);
  });

  test('is a GET whose parameters are in the query, and is retried as any other', async (t) => {
    const server = await start(t, reply({ status: 503 }), token());
    const run = await ask(server, {
      ...login,
      'token-url': `${server.url}?tenant=acme`,
      'request-method': 'GET',
      parameters: 'clientId=ci\nclientSecret=the secret+of it&',
      verbose: 'true',
    });
    assert.equal(run.exitCode, 0, run.stdout);
    const path = '/token?tenant=acme&clientId=ci&clientSecret=the%20secret%2Bof%20it%26';
    assert.deepEqual(server.requests.map(show), [
      ['GET', path, undefined, ''],
      ['GET', path, undefined, ''],
    ]);
    assert.match(run.stdout, /\nGET http:\/\/127\.0\.0\.1:\d+\/token\n/);
  });

  test('is a PUT of JSON with the types that were written', async (t) => {
    const server = await start(t, token());
    const parameters =
      '{"ttl":3600,"user_id":17841405793187219,"on":true,"no":null,"credentials":{"key":"the-secret-key","site":{"url":""}},"list":["a"]}';
    const run = await ask(server, {
      ...login,
      'request-method': 'PUT',
      'body-format': 'json',
      parameters,
    });
    assert.equal(run.exitCode, 0, run.stdout);
    assert.deepEqual(server.requests.map(show), [
      ['PUT', '/token', 'application/json', parameters],
    ]);
    assert.ok(run.masks.includes('the-secret-key'));
  });

  test('is a multipart body, which is a new one for each attempt', async (t) => {
    const server = await start(t, reply({ status: 503 }), token());
    const run = await ask(server, {
      'client-id': 'ci',
      'client-secret': 'the-secret-of-the-client',
      'client-auth-method': 'client_secret_post',
      'body-format': 'multipart',
      scopes: 'a b',
    });
    assert.equal(run.exitCode, 0, run.stdout);
    const boundaries = server.requests.map(({ headers, body }) => {
      const [, boundary = ''] =
        /^multipart\/form-data; boundary=(\S+)$/.exec(headers['content-type'] ?? '') ?? [];
      const fields = {
        grant_type: 'client_credentials',
        scope: 'a b',
        client_id: 'ci',
        client_secret: 'the-secret-of-the-client',
      };
      const parts = Object.entries(fields).map(
        ([name, value]) =>
          `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      );
      assert.equal(body, `${parts.join('')}--${boundary}--\r\n`);
      return boundary;
    });
    assert.equal(new Set(boundaries).size, 2);
  });

  const empty: readonly (readonly [format: string, type: string | undefined, body: string])[] = [
    ['form', 'application/x-www-form-urlencoded', ''],
    ['json', 'application/json', '{}'],
    ['query', undefined, ''],
  ];
  for (const [format, type, body] of empty) {
    test(`may have nothing to send as ${format}`, async (t) => {
      const server = await start(t, token());
      const basic = { 'client-id': 'ci', 'client-secret': 'the-secret-of-the-client' };
      const run = await ask(server, { 'grant-type': 'none', ...basic, 'body-format': format });
      assert.equal(run.exitCode, 0, run.stdout);
      assert.deepEqual(server.requests.map(show), [['POST', '/token', type, body]]);
      const [{ headers, authorization = '' }] = server.requests as [RecordedRequest];
      assert.equal(headers['content-length'], String(body.length));
      assert.match(authorization, /^Basic /);
    });
  }

  test('does not send the parameters in the query of token-url again, and hides its secrets', async (t) => {
    const server = await start(t, token());
    const secret = 'the secret/in the query';
    const query = `grant_type=account_credentials&client_secret=${encodeURIComponent(secret)}&account_id=7`;
    const run = await ask(server, {
      'token-url': `${server.url}?${query}`,
      'client-id': 'ci',
      'client-secret': secret,
      'client-auth-method': 'client_secret_post',
      verbose: 'true',
    });
    assert.equal(run.exitCode, 0, run.stdout);
    assert.deepEqual(server.requests.map(show), [
      ['POST', `/token?${query}`, 'application/x-www-form-urlencoded', 'client_id=ci'],
    ]);
    assert.ok(run.masks.includes(encodeURIComponent(secret)));
  });

  test('is not sent if the query of token-url contradicts it, and no value is shown', async (t) => {
    const server = await start(t, token());
    const run = await ask(server, {
      'token-url': `${server.url}?client_secret=another-secret-of-it`,
      'client-id': 'ci',
      'client-secret': 'the-secret-of-the-client',
      'client-auth-method': 'client_secret_post',
    });
    assert.equal(run.exitCode, 1);
    assert.match(run.stdout, /token-url: its query has another value for client_secret/);
    assert.equal(server.requests.length, 0);
  });

  test('has several audiences as several parameters', async (t) => {
    const server = await start(t, token());
    const run = await ask(server, {
      'client-id': 'ci',
      'client-auth-method': 'none',
      audience: 'https://a.example.com\nhttps://b.example.com',
    });
    assert.equal(run.exitCode, 0, run.stdout);
    assert.deepEqual(new URLSearchParams(server.requests[0]?.body).getAll('audience'), [
      'https://a.example.com',
      'https://b.example.com',
    ]);
  });

  test('has claims of a signed JWT with the types that were written', async (t) => {
    const server = await start(t, token());
    const run = await ask(server, {
      'client-id': 'ci',
      'private-key': generatePem(),
      'assertion-claims': '{"n":5,"id":17841405793187219,"aud":["a","b"]}',
    });
    assert.equal(run.exitCode, 0, run.stdout);
    const jwt = new URLSearchParams(server.requests[0]?.body).get('client_assertion') ?? '';
    const claims = Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString();
    assert.match(claims, /"n":5,"id":17841405793187219\}$/);
    assert.match(claims, /"aud":\["a","b"\]/);
  });

  test('sends a grant that works once only once, also if the query of token-url has it', async (t) => {
    const server = await start(t, reply({ status: 502 }), token());
    const run = await ask(server, {
      ...login,
      'token-url': `${server.url}?refresh_token=the-refresh-token-of-it`,
    });
    assert.equal(run.exitCode, 1);
    assert.equal(server.requests.length, 1);
  });
});

test('a token from another place is revoked at the end of the job', async (t) => {
  const server = await start(t, json(200, { data: { token: plainToken } }), reply());
  const { runs, posts } = await runBuiltJob(
    {
      'token-url': server.url,
      'client-id': 'ci',
      'client-secret': 'the-secret-of-the-client',
      'response-fields': 'access_token=data.token',
      'request-method': 'GET',
      revoke: 'true',
      'revocation-url': `${server.origin}/revoke`,
    },
    { environment: { ACTIONS_RUNTIME_TOKEN: 'the-runtime-token-of-the-job' } },
  );
  assert.deepEqual([runs[0]?.exitCode, posts[0]?.exitCode], [0, 0]);
  const [, revocation] = server.requests;
  assert.deepEqual(revocation && show(revocation), [
    'POST',
    '/revoke',
    'application/x-www-form-urlencoded',
    `token=${plainToken}&token_type_hint=access_token`,
  ]);
});
