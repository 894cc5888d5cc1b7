import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';

import {
  type IdTokenService,
  type IdTokenServiceOptions,
  startIdTokenService,
} from './id-token-service.ts';
import { json, reset, silence } from './scripted-server.ts';

const noon = Date.UTC(2026, 0, 31, 12, 0, 0, 999);

async function start(t: TestContext, options: IdTokenServiceOptions = {}): Promise<IdTokenService> {
  const service = await startIdTokenService(options);
  t.after(service.close);
  return service;
}

/** Sends a request as a step does. `query` is added to the URL's own query. */
function ask(
  { environment }: IdTokenService,
  { query = '', ...init }: RequestInit & { query?: string } = {},
): Promise<Response> {
  const authorization = `Bearer ${environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN}`;
  const url = `${environment.ACTIONS_ID_TOKEN_REQUEST_URL}${query}`;
  return fetch(url, { headers: { authorization }, ...init });
}

/** Requests an ID token, and gives it. */
async function get(service: IdTokenService, query = ''): Promise<string> {
  const response = await ask(service, { query });
  assert.equal(response.status, 200);
  const { count, value } = (await response.json()) as { count: number; value: string };
  assert.equal(count, value.length);
  return value;
}

describe('an ID token', () => {
  test('can be verified by the published metadata and keys', async (t) => {
    const service = await start(t);
    const metadata = await fetch(`${service.issuer}/.well-known/openid-configuration`);
    const { issuer, jwks_uri: jwksUri } = (await metadata.json()) as Record<string, string>;
    assert.equal(issuer, service.issuer);
    assert.equal(jwksUri, service.jwksUrl);

    const keys = createRemoteJWKSet(new URL(service.jwksUrl));
    const { payload, protectedHeader } = await jwtVerify(await get(service), keys, {
      algorithms: ['RS256'],
      typ: 'JWT',
      issuer: service.issuer,
      audience: 'https://github.com/octo-org',
      subject: 'repo:octo-org/octo-repo:ref:refs/heads/main',
    });
    assert.equal(payload.exp, (payload.iat ?? 0) + 300);
    assert.equal(typeof protectedHeader.kid, 'string');
  });

  test('is not verified by the keys of another service', async (t) => {
    const service = await start(t);
    const other = await start(t);
    const keys = createRemoteJWKSet(new URL(other.jwksUrl));
    await assert.rejects(jwtVerify(await get(service), keys), {
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    });
  });

  test('has the claims that GitHub documents, and no environment if the job has none', async (t) => {
    const service = await start(t, { now: () => noon });
    const { jti, ...claims } = decodeJwt(await get(service));
    assert.match(jti ?? '', /^[\da-f-]{36}$/);
    assert.deepEqual(Object.keys(claims).sort(), [
      ...['actor', 'actor_id', 'aud', 'base_ref', 'check_run_id', 'event_name', 'exp', 'head_ref'],
      ...['iat', 'iss', 'job_workflow_ref', 'job_workflow_sha', 'nbf', 'ref', 'ref_protected'],
      ...['ref_type', 'repository', 'repository_id', 'repository_owner', 'repository_owner_id'],
      ...['repository_visibility', 'run_attempt', 'run_id', 'run_number', 'runner_environment'],
      ...['sha', 'sub', 'workflow', 'workflow_ref', 'workflow_sha'],
    ]);
    const start12 = noon / 1000 - 0.999;
    assert.deepEqual([claims.iat, claims.nbf, claims.exp], [start12, start12, start12 + 300]);
  });

  test('is a new one each time, and recorded', async (t) => {
    const service = await start(t);
    const tokens = [await get(service), await get(service)];
    assert.deepEqual(service.issued, tokens);
    const [one, other] = tokens.map((token) => decodeJwt(token).jti);
    assert.notEqual(one, other);
  });

  test('has the audience that was requested', async (t) => {
    const service = await start(t);
    const query = '&audience=api%3A%2F%2FAzureADTokenExchange';
    assert.equal(decodeJwt(await get(service, query)).aud, 'api://AzureADTokenExchange');
  });

  for (const [claims, subject] of [
    [{ environment: 'production' }, 'repo:octo-org/octo-repo:environment:production'],
    [{ event_name: 'pull_request' }, 'repo:octo-org/octo-repo:pull_request'],
    [{ ref: 'refs/tags/v1' }, 'repo:octo-org/octo-repo:ref:refs/tags/v1'],
    [{ repository: 'acme/shop' }, 'repo:acme/shop:ref:refs/heads/main'],
    [{ sub: 'anyone', environment: 'production' }, 'anyone'],
  ] as const) {
    test(`has the subject ${subject} with ${JSON.stringify(claims)}`, async (t) => {
      const service = await start(t, { claims });
      const read = decodeJwt(await get(service));
      assert.deepEqual(read, { ...read, ...claims, sub: subject });
    });
  }

  test('lacks the claims that were removed', async (t) => {
    const service = await start(t, { claims: { jti: undefined, actor: undefined } });
    const claims = decodeJwt(await get(service));
    assert.equal('jti' in claims || 'actor' in claims, false);
  });

  test('can be signed without a request', async (t) => {
    const service = await start(t, { claims: { actor: 'hubot' } });
    const token = await service.sign({ exp: 1 });
    const { exp, actor } = decodeJwt(token);
    assert.deepEqual({ exp, actor }, { exp: 1, actor: 'hubot' });
    assert.equal(decodeProtectedHeader(token).alg, 'RS256');
    assert.deepEqual([service.requests, service.issued], [[], []]);
  });
});

describe('a request for an ID token', () => {
  test('is recorded, unlike one for the keys', async (t) => {
    const service = await start(t);
    await fetch(service.jwksUrl);
    await get(service, '&audience=x');
    assert.equal(service.requests.length, 1);
    const [request] = service.requests;
    assert.equal(request?.method, 'GET');
    assert.match(
      request.path,
      /^\/42\/\/idtoken\/[\da-f-]+\/[\da-f-]+\?api-version=2\.0&audience=x$/,
    );
  });

  test('is refused with 401 without the right bearer token', async (t) => {
    const service = await start(t);
    const token = service.environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
    for (const headers of [{}, { authorization: 'Bearer x' }, { authorization: token }]) {
      assert.equal((await ask(service, { headers })).status, 401);
    }
    assert.equal(service.requests.length, 3);
    assert.deepEqual(service.issued, []);
  });

  test('is refused with 400 without an api-version, and with 405 by POST', async (t) => {
    const service = await start(t);
    const url = service.environment.ACTIONS_ID_TOKEN_REQUEST_URL.replace(/\?.*/, '');
    const authorization = `Bearer ${service.environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN}`;
    assert.equal((await fetch(url, { headers: { authorization } })).status, 400);
    assert.equal((await ask(service, { method: 'POST' })).status, 405);
  });

  test('goes to its own path: every other is 404', async (t) => {
    const service = await start(t);
    assert.equal((await fetch(`${service.issuer}/idtoken`)).status, 404);
  });

  test('gets the scripted answers, once each, and then an ID token', async (t) => {
    const service = await start(t);
    service.misbehave(json(500, { message: 'oops' }, { 'retry-after': '7' }), reset('in-head'));
    const failed = await ask(service);
    assert.deepEqual([failed.status, failed.headers.get('retry-after')], [500, '7']);
    await assert.rejects(ask(service));
    await get(service);
    assert.equal(service.requests.length, 3);
    assert.equal(service.issued.length, 1);
  });

  test('can be left without an answer', async (t) => {
    const service = await start(t);
    service.misbehave(silence('before-head'));
    const giveUp = new AbortController();
    const answered = ask(service, { signal: giveUp.signal });
    // The answer to a later request shows that the first one has been read.
    await get(service);
    giveUp.abort();
    await assert.rejects(answered, { name: 'AbortError' });
  });
});
