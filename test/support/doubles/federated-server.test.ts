import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';

import { createAuthority } from '../making/certificates.ts';
import {
  federatedAudience,
  federatedClientId,
  type FederatedServer,
  type FederatedServerOptions,
  type IdTokenParameter,
  startFederatedServer,
} from './federated-server.ts';
import { type IdTokenService, startIdTokenService, usualSubject } from './id-token-service.ts';

const forms: Readonly<Record<IdTokenParameter, Readonly<Record<string, string>>>> = {
  client_assertion: {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  },
  assertion: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
  subject_token: {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  },
};
const names = Object.keys(forms) as IdTokenParameter[];

let service: IdTokenService;

before(async () => {
  service = await startIdTokenService({ claims: { aud: federatedAudience } });
});

after(() => service.close());

async function start(
  t: TestContext,
  options: Partial<FederatedServerOptions> = {},
): Promise<FederatedServer> {
  const server = await startFederatedServer({ trusted: service, ...options });
  t.after(server.close);
  return server;
}

interface Answered {
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
}

async function send(server: FederatedServer, init: RequestInit): Promise<Answered> {
  const response = await fetch(server.url, { method: 'POST', ...init });
  return {
    status: response.status,
    members: (await response.json()) as Answered['members'],
  };
}

/** Sends an ID token in one of the three places; an empty parameter is left out. */
function present(
  server: FederatedServer,
  as: IdTokenParameter,
  token: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const all = Object.entries({ ...forms[as], [as]: token, ...parameters });
  const body = new URLSearchParams(all.filter(([, value]) => value !== ''));
  return send(server, { body });
}

/** The status, the error and the first line of its description. */
function shortly({ status, members }: Answered): unknown[] {
  const description = members['error_description'];
  assert.ok(typeof description === 'string');
  return [status, members['error'], description.split(/[:\r\n]/)[0]];
}

/** How a bad ID token is refused, by its place in the request. */
const refusals: Readonly<Record<IdTokenParameter, readonly [number, string]>> = {
  client_assertion: [401, 'invalid_client'],
  assertion: [400, 'invalid_grant'],
  subject_token: [400, 'invalid_request'],
};

for (const as of names) {
  describe(`an ID token as ${as}`, () => {
    test('gets its own access token', async (t) => {
      const server = await start(t);
      for (const number of [1, 2]) {
        const { status, members } = await present(server, as, await service.sign());
        assert.equal(status, 200);
        assert.deepEqual(members, {
          access_token: `federated-token-${number}`,
          token_type: 'Bearer',
          expires_in: 3600,
          ...(as === 'subject_token' && {
            issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          }),
        });
      }
    });

    test('may come as JSON', async (t) => {
      const server = await start(t);
      const body = JSON.stringify({ ...forms[as], [as]: await service.sign() });
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      assert.equal((await send(server, { body, headers })).status, 200);
    });

    test('may come with the id of the client, but not with another id', async (t) => {
      const server = await start(t);
      const client = { client_id: federatedClientId };
      assert.equal((await present(server, as, await service.sign(), client)).status, 200);
      const other = await present(server, as, await service.sign(), { client_id: 'someone' });
      assert.deepEqual(shortly(other), [401, 'invalid_client', 'Unknown client.']);
    });

    test('is accepted once', async (t) => {
      const server = await start(t);
      const token = await service.sign();
      assert.equal((await present(server, as, token)).status, 200);
      const again = await present(server, as, token);
      assert.deepEqual(shortly(again), [...refusals[as], 'jti was used']);
      assert.equal(server.presented.length, 1);
    });

    test('cannot be sent again after a 503', async (t) => {
      const server = await start(t, { outages: 2 });
      const token = await service.sign();
      const first = await present(server, as, token);
      assert.equal(first.status, 503);
      assert.deepEqual(shortly(await present(server, as, token)), [
        ...refusals[as],
        'jti was used',
      ]);
      assert.equal((await present(server, as, await service.sign())).status, 503);
      const third = await present(server, as, await service.sign());
      assert.equal(third.members['access_token'], 'federated-token-1');
      assert.deepEqual(
        server.presented.map((each) => each.as),
        [as, as, as],
      );
      assert.equal(server.presented[0]?.token, token);
      assert.equal(new Set(server.presented.map(({ claims }) => claims.jti)).size, 3);
    });

    for (const [what, claims, code] of [
      ['another sub', { sub: 'repo:octo-org/octo-repo:pull_request' }, 'AADSTS700213'],
      ['another aud', { aud: 'https://github.com/octo-org' }, 'AADSTS700212'],
      ['another iss', { iss: 'https://token.example.com' }, 'AADSTS700211'],
      ['an exp that is over', { exp: 1_700_000_000 }, 'AADSTS700024'],
      ['an nbf that is to come', { nbf: 9_000_000_000 }, 'AADSTS50027'],
      ['no jti', { jti: undefined }, 'AADSTS50027'],
      ['no exp', { exp: undefined }, 'AADSTS50027'],
      ['no sub', { sub: undefined }, 'AADSTS700213'],
    ] as const) {
      test(`is refused with ${what}`, async (t) => {
        const server = await start(t);
        const answered = await present(server, as, await service.sign(claims));
        assert.deepEqual(shortly(answered), [...refusals[as], code]);
        assert.deepEqual(server.presented, []);
      });
    }

    test('is refused if another key has signed it, if it was changed, or if it is not a JWT', async (t) => {
      const server = await start(t);
      const other = await startIdTokenService({
        claims: { iss: service.issuer, aud: federatedAudience },
      });
      t.after(other.close);
      const [header, , signature] = (await service.sign()).split('.');
      const [, payload] = (await service.sign({ actor: 'mallory' })).split('.');
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload ?? ''}.`;
      for (const token of [
        await other.sign(),
        [header, payload, signature].join('.'),
        unsigned,
        'no-jwt',
      ]) {
        const answered = await present(server, as, token);
        assert.deepEqual(shortly(answered), [...refusals[as], 'AADSTS50013']);
      }
    });

    test('is missing', async (t) => {
      const server = await start(t);
      const answered = await present(server, as, '');
      assert.deepEqual(shortly(answered), [400, 'invalid_request', `${as} is missing.`]);
    });
  });
}

describe('a federated server', () => {
  test('refuses in several lines, and the first line says what was sent', async (t) => {
    const now = Date.UTC(2026, 0, 31, 12);
    const server = await start(t, { now: () => now });
    const token = await service.sign({ sub: 'repo:a/b:pull_request', nbf: 1, exp: 9_000_000_000 });
    const { members } = await present(server, 'client_assertion', token);
    const lines = String(members['error_description']).split('\r\n');
    assert.match(
      lines[0] ?? '',
      /^AADSTS700213: No matching .* assertion subject 'repo:a\/b:pull_request'\. Check /,
    );
    assert.deepEqual(
      lines.slice(1).map((line) => line.replace(/[\da-f-]{36}/, 'ID')),
      ['Trace ID: ID', 'Correlation ID: ID', 'Timestamp: 2026-01-31 12:00:00Z'],
    );
    assert.deepEqual(members['error_codes'], [700_213]);
  });

  test('uses its own clock', async (t) => {
    const now = Date.UTC(2026, 0, 31, 12);
    const server = await start(t, { now: () => now });
    for (const [exp, status] of [
      [now / 1000 + 1, 200],
      [now / 1000 - 1, 400],
    ]) {
      const token = await service.sign({ nbf: 1, exp });
      assert.equal((await present(server, 'assertion', token)).status, status);
    }
  });

  test('can expect another audience, another subject and another client', async (t) => {
    const server = await start(t, { audience: 'a', subject: 's', clientId: 'c' });
    const token = await service.sign({ aud: ['b', 'a'], sub: 's' });
    const { status } = await present(server, 'assertion', token, { client_id: 'c' });
    assert.equal(status, 200);
    const usual = await present(server, 'assertion', await service.sign());
    assert.equal(usual.status, 400);
    assert.equal(usualSubject, 'repo:octo-org/octo-repo:ref:refs/heads/main');
  });

  test('can answer with other fields', async (t) => {
    const members = { token_type: 'N_A', expires_in: undefined };
    const server = await start(t, { members });
    const answered = await present(server, 'subject_token', await service.sign());
    assert.deepEqual(answered.members, {
      access_token: 'federated-token-1',
      token_type: 'N_A',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
  });

  test('accepts an ID token with the type of ID tokens too', async (t) => {
    const server = await start(t);
    const type = { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' };
    assert.equal((await present(server, 'subject_token', await service.sign(), type)).status, 200);
  });

  for (const [as, parameters, error] of [
    ['client_assertion', { client_assertion_type: '' }, 'invalid_request'],
    ['client_assertion', { client_assertion_type: 'jwt-bearer' }, 'invalid_request'],
    ['client_assertion', { grant_type: '' }, 'invalid_request'],
    ['client_assertion', { client_secret: 'x' }, 'invalid_request'],
    ['subject_token', { subject_token_type: '' }, 'invalid_request'],
    [
      'subject_token',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
      'invalid_request',
    ],
    ['assertion', { grant_type: 'jwt-bearer' }, 'unsupported_grant_type'],
    ['assertion', { grant_type: 'refresh_token' }, 'unsupported_grant_type'],
  ] as const) {
    test(`refuses ${as} with ${JSON.stringify(parameters)}, and the ID token can still be used`, async (t) => {
      const server = await start(t);
      const token = await service.sign();
      const { status, members } = await present(server, as, token, parameters);
      assert.deepEqual([status, members['error']], [400, error]);
      assert.equal((await present(server, as, token)).status, 200);
    });
  }

  test('refuses a repeated parameter, and a second way to authenticate', async (t) => {
    const server = await start(t);
    const body = new URLSearchParams({ ...forms.assertion, assertion: await service.sign() });
    const headers = { authorization: 'Basic Yzpz' };
    assert.equal((await send(server, { body, headers })).status, 400);
    body.append('client_id', federatedClientId);
    body.append('client_id', federatedClientId);
    assert.equal((await send(server, { body })).status, 400);
  });

  test('refuses a body that is neither a form nor a JSON object, and other methods than POST', async (t) => {
    const server = await start(t);
    const type = { 'content-type': 'application/json' };
    const text = { 'content-type': 'text/plain' };
    for (const body of ['{', 'null', '"text"', '[]', '{"grant_type":["client_credentials"]}']) {
      assert.equal((await send(server, { body, headers: type })).status, 400);
    }
    assert.equal((await send(server, { body: 'a=b', headers: text })).status, 415);
    assert.equal((await send(server, { method: 'PUT', body: 'a=b', headers: text })).status, 405);
  });

  test('speaks TLS with a certificate', async (t) => {
    const { certificate, key } = await (await createAuthority()).issue({ names: ['127.0.0.1'] });
    const server = await start(t, { tls: { cert: certificate, key } });
    assert.match(server.url, /^https:/);
  });
});
