import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  type ClientDescription,
  defaultClient,
  startAuthorizationServer,
} from './authorization-server.ts';
import { createAuthority, type IssuedCertificate } from '../making/certificates.ts';

type Form = Record<string, string>;
type Options = Omit<RequestOptions, 'headers'> & { headers?: Record<string, string> };

interface Answer {
  status: number | undefined;
  body: Record<string, unknown>;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

async function start(
  t: TestContext,
  options?: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const server = await startAuthorizationServer(options);
  t.after(server.close);
  return server;
}

/** Sends one request to the server, whatever host the URL names. */
async function send(
  server: AuthorizationServer,
  url: string,
  options: Options & { form?: Form } = {},
): Promise<Answer> {
  const { form, headers, ...rest } = options;
  const { host, hostname, pathname } = new URL(url);
  const asked = request({
    host: '127.0.0.1',
    port: server.port,
    path: pathname,
    method: form ? 'POST' : 'GET',
    servername: hostname === '127.0.0.1' ? '' : hostname,
    ca: server.caCertificate,
    agent: false,
    ...rest,
    headers: {
      host,
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...headers,
    },
  }).end(form && new URLSearchParams(form).toString());
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const body = await text(response);
  return {
    status: response.statusCode,
    body: body === '' ? {} : (JSON.parse(body) as Answer['body']),
  };
}

/** Requests a token. The parameters replace those of a plain request. */
function askForToken(
  server: AuthorizationServer,
  form: Form,
  options: Options = {},
): Promise<Answer> {
  return send(server, server.tokenUrl, {
    form: { grant_type: 'client_credentials', ...form },
    ...options,
  });
}

/** The Authorization header of HTTP Basic, by RFC 6749 section 2.3.1. */
function writeBasic({ clientId, clientSecret = '' }: ClientDescription): {
  headers: { authorization: string };
} {
  const encode = (value: string): string => new URLSearchParams([['', value]]).toString().slice(1);
  const pair = `${encode(clientId)}:${encode(clientSecret)}`;
  return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

async function assertActive(server: AuthorizationServer, answer: Answer): Promise<void> {
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { active } = await server.introspect(String(answer.body['access_token']));
  assert.equal(active, true);
}

function assertRefused(answer: Answer, status: number, error: string): void {
  assert.deepEqual([answer.status, answer.body['error']], [status, error]);
}

test('Basic with a form-encoded id and secret gives a token that introspection calls active', async (t) => {
  const client = { clientId: 'a client:1/%', clientSecret: 'p@ss:w+rd %&' };
  const server = await start(t, { clients: [client] });
  const answer = await askForToken(server, { scope: 'read' }, writeBasic(client));
  await assertActive(server, answer);
  const { access_token: token, ...rest } = answer.body;
  assert.deepEqual(rest, { expires_in: 3600, scope: 'read', token_type: 'Bearer' });
  const { client_id, scope } = await server.introspect(String(token));
  assert.deepEqual([client_id, scope], [client.clientId, 'read']);
});

test('the lifetime of a token is the one requested', async (t) => {
  const server = await start(t, { tokenLifetime: 42 });
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const { body } = await askForToken(server, {}, writeBasic(defaultClient));
  assert.equal(body['expires_in'], 42);
  const isActive = async (): Promise<boolean> =>
    (await server.introspect(String(body['access_token']))).active;
  t.mock.timers.tick(41_000);
  assert.equal(await isActive(), true);
  t.mock.timers.tick(2_000);
  assert.equal(await isActive(), false);
});

test('a wrong secret is refused as invalid_client', async (t) => {
  const server = await start(t);
  const wrong = writeBasic({ ...defaultClient, clientSecret: 'wrong' });
  assertRefused(await askForToken(server, {}, wrong), 401, 'invalid_client');
});

test('an unknown scope is refused as invalid_scope, with a resource too', async (t) => {
  const server = await start(t, { resources: ['https://api.test/'] });
  const basic = writeBasic(defaultClient);
  const scope = 'read delete';
  assertRefused(await askForToken(server, { scope }, basic), 400, 'invalid_scope');
  const form = { scope, resource: 'https://api.test/' };
  assertRefused(await askForToken(server, form, basic), 400, 'invalid_scope');
});

test('a scope that the client may not have is refused as invalid_scope', async (t) => {
  const client = { ...defaultClient, scope: 'read list' };
  const server = await start(t, { clients: [client] });
  const basic = writeBasic(client);
  await assertActive(server, await askForToken(server, { scope: 'list' }, basic));
  assertRefused(await askForToken(server, { scope: 'write' }, basic), 400, 'invalid_scope');
});

test('a known resource becomes the audience, an unknown one is refused as invalid_target', async (t) => {
  const server = await start(t, { resources: ['https://api.test/'] });
  const basic = writeBasic(defaultClient);
  const known = await askForToken(server, { resource: 'https://api.test/', scope: 'read' }, basic);
  await assertActive(server, known);
  const { aud, scope } = await server.introspect(String(known.body['access_token']));
  assert.deepEqual([aud, scope], ['https://api.test/', 'read']);
  const unknown = await askForToken(server, { resource: 'https://other.test/' }, basic);
  assertRefused(unknown, 400, 'invalid_target');
});

for (const clientSecret of ['p@ss:w+rd%&', 'пароль-ключ-ü']) {
  test(`client_secret_post accepts the secret ${clientSecret}, and no other`, async (t) => {
    const clientId = 'poster';
    const server = await start(t, {
      clients: [{ clientId, clientSecret, tokenEndpointAuthMethod: 'client_secret_post' }],
    });
    const form = { client_id: clientId, client_secret: clientSecret };
    await assertActive(server, await askForToken(server, form));
    const wrong = { ...form, client_secret: `${clientSecret}!` };
    assertRefused(await askForToken(server, wrong), 401, 'invalid_client');
  });
}

test('Basic with a secret that RFC 6749 does not allow is refused as invalid_request', async (t) => {
  const client = { clientId: 'stranger', clientSecret: 'пароль-ключ-ü' };
  const server = await start(t, { clients: [client] });
  assertRefused(await askForToken(server, {}, writeBasic(client)), 400, 'invalid_request');
});

/** The claims of a client assertion (RFC 7523 section 3) that is valid for a minute. */
function claim(server: AuthorizationServer, clientId: string, algorithm: string): SignJWT {
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: algorithm })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(server.tokenUrl)
    .setIssuedAt()
    .setExpirationTime('1 minute');
}

function present(assertion: string): Form {
  return { client_assertion_type: assertionType, client_assertion: assertion };
}

for (const algorithm of ['RS256', 'PS384', 'ES256', 'ES512', 'EdDSA']) {
  test(`private_key_jwt accepts an assertion signed by ${algorithm} once`, async (t) => {
    const clientId = 'signer';
    const { publicKey, privateKey } = await generateKeyPair(algorithm);
    const jwks = { keys: [await exportJWK(publicKey)] };
    const server = await start(t, {
      clients: [{ clientId, jwks, tokenEndpointAuthMethod: 'private_key_jwt' }],
    });
    const form = present(await claim(server, clientId, algorithm).sign(privateKey));
    await assertActive(server, await askForToken(server, form));
    assertRefused(await askForToken(server, form), 401, 'invalid_client');
  });
}

test('private_key_jwt refuses an assertion signed by another key', async (t) => {
  const clientId = 'signer';
  const { publicKey } = await generateKeyPair('ES256');
  const { privateKey: other } = await generateKeyPair('ES256');
  const jwks = { keys: [await exportJWK(publicKey)] };
  const server = await start(t, {
    clients: [{ clientId, jwks, tokenEndpointAuthMethod: 'private_key_jwt' }],
  });
  const form = present(await claim(server, clientId, 'ES256').sign(other));
  assertRefused(await askForToken(server, form), 401, 'invalid_client');
});

for (const algorithm of ['HS256', 'HS384', 'HS512']) {
  test(`client_secret_jwt accepts an assertion by ${algorithm}, with the right secret`, async (t) => {
    const clientId = 'macker';
    const clientSecret = 'a secret of no less than sixty-four bytes, as HS512 asks its keys to be';
    const server = await start(t, {
      clients: [{ clientId, clientSecret, tokenEndpointAuthMethod: 'client_secret_jwt' }],
    });
    const sign = (secret: string): Promise<string> =>
      claim(server, clientId, algorithm).sign(Buffer.from(secret));
    const right = await sign(clientSecret);
    await assertActive(server, await askForToken(server, present(right)));
    const wrong = await sign(clientSecret.toUpperCase());
    assertRefused(await askForToken(server, present(wrong)), 401, 'invalid_client');
  });
}

/** What a TLS client presents. */
function identify({ certificate, key }: IssuedCertificate): Options {
  return { cert: certificate, key };
}

test('tls_client_auth accepts only a certificate of the authority with the right subject', async (t) => {
  const clientId = 'mutual';
  const authority = await createAuthority();
  const server = await start(t, {
    authority,
    clients: [
      {
        clientId,
        tokenEndpointAuthMethod: 'tls_client_auth',
        tlsClientAuthSubjectDn: 'CN=the client',
      },
    ],
  });
  const ask = (identity: Options): Promise<Answer> =>
    askForToken(server, { client_id: clientId }, identity);
  const named = { names: [], client: true, commonName: 'the client' };

  await assertActive(server, await ask(identify(await authority.issue(named))));
  assertRefused(await ask({}), 401, 'invalid_client');
  const impostor = await authority.issue({ ...named, commonName: 'another client' });
  assertRefused(await ask(identify(impostor)), 401, 'invalid_client');
  const forged = await (await createAuthority()).issue(named);
  assertRefused(await ask(identify(forged)), 401, 'invalid_client');
  const expired = await authority.issue({ ...named, expired: true });
  assertRefused(await ask(identify(expired)), 401, 'invalid_client');
});

test('self_signed_tls_client_auth accepts only the registered certificate', async (t) => {
  const clientId = 'self-signed';
  const { issue } = await createAuthority('Nobody');
  const registered = await issue({ names: [], client: true });
  const { raw, publicKey } = new X509Certificate(registered.certificate);
  const jwks = {
    keys: [{ ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }],
  };
  const server = await start(t, {
    clients: [{ clientId, jwks, tokenEndpointAuthMethod: 'self_signed_tls_client_auth' }],
  });
  const form = { client_id: clientId };
  await assertActive(server, await askForToken(server, form, identify(registered)));
  const other = await issue({ names: [], client: true });
  assertRefused(await askForToken(server, form, identify(other)), 401, 'invalid_client');
});

test('a client without authentication gets a token by its id', async (t) => {
  const clientId = 'public';
  const server = await start(t, { clients: [{ clientId, tokenEndpointAuthMethod: 'none' }] });
  await assertActive(server, await askForToken(server, { client_id: clientId }));
});

test('a revoked token is no longer active', async (t) => {
  const server = await start(t);
  const basic = writeBasic(defaultClient);
  const { body } = await askForToken(server, {}, basic);
  const token = String(body['access_token']);
  assert.equal((await server.introspect(token)).active, true);
  const revoked = await send(server, server.revocationUrl, { form: { token }, ...basic });
  assert.equal(revoked.status, 200);
  assert.deepEqual(await server.introspect(token), { active: false });
});

test('requests to the token endpoint are recorded in order and as they were sent', async (t) => {
  const server = await start(t);
  const basic = writeBasic(defaultClient);
  await askForToken(server, { scope: 'read list' }, basic);
  // The provider leaves a body of this type unread.
  const headers = { 'content-type': 'text/plain' };
  await send(server, server.tokenUrl, { form: { ü: '' }, headers });
  await server.introspect('not at the token endpoint');
  const common = { method: 'POST', path: '/token', tls: true };
  assert.deepEqual(
    server.tokenRequests.map(({ headers, ...rest }) => [rest, headers['content-type']]),
    [
      [
        {
          ...common,
          body: 'grant_type=client_credentials&scope=read+list',
          authorization: basic.headers.authorization,
        },
        'application/x-www-form-urlencoded',
      ],
      [{ ...common, body: '%C3%BC=', authorization: undefined }, 'text/plain'],
    ],
  );
});

test('the metadata has the URLs of a server with an invented host name', async (t) => {
  const server = await start(t, { hostName: 'auth.test' });
  assert.equal(server.issuer, `https://auth.test:${server.port}`);
  const { body } = await send(server, `${server.issuer}/.well-known/openid-configuration`);
  assert.equal(body['issuer'], server.issuer);
  assert.equal(body['token_endpoint'], server.tokenUrl);
  assert.equal(body['introspection_endpoint'], server.introspectionUrl);
  assert.equal(body['revocation_endpoint'], server.revocationUrl);
  await assertActive(server, await askForToken(server, {}, writeBasic(defaultClient)));
});

test('a refresh token is replaced at each use, and a second use ends them all', async (t) => {
  const server = await start(t);
  const basic = writeBasic(defaultClient);
  const refresh = (token: unknown): Promise<Answer> =>
    askForToken(server, { grant_type: 'refresh_token', refresh_token: String(token) }, basic);
  const minted = await server.mintRefreshToken(defaultClient.clientId);
  const first = await refresh(minted);
  await assertActive(server, first);
  assert.notEqual(first.body['refresh_token'], minted);
  const second = await refresh(first.body['refresh_token']);
  await assertActive(server, second);

  assertRefused(await refresh(minted), 400, 'invalid_grant');
  assertRefused(await refresh(second.body['refresh_token']), 400, 'invalid_grant');
  const { active } = await server.introspect(String(second.body['access_token']));
  assert.equal(active, false);
});

test('a refresh token stays the same if the server does not rotate, and belongs to one client', async (t) => {
  const other = { clientId: 'other', clientSecret: 'another-secret' };
  const server = await start(t, { clients: [defaultClient, other], rotateRefreshTokens: false });
  const minted = await server.mintRefreshToken(defaultClient.clientId);
  const form = { grant_type: 'refresh_token', refresh_token: minted };
  for (let use = 0; use < 2; use += 1) {
    const answer = await askForToken(server, form, writeBasic(defaultClient));
    await assertActive(server, answer);
    assert.equal(answer.body['refresh_token'], minted);
  }
  assertRefused(await askForToken(server, form, writeBasic(other)), 400, 'invalid_grant');
});

for (const [grantType, name] of [
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'assertion'],
  ['urn:ietf:params:oauth:grant-type:token-exchange', 'subject_token'],
] as const) {
  test(`${grantType} accepts a JWT for this server that is signed by a known key`, async (t) => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const { privateKey: other } = await generateKeyPair('ES256');
    const server = await start(t, { grantKeys: { keys: [await exportJWK(publicKey)] } });
    const ask = async (jwt: Promise<string>): Promise<Answer> =>
      askForToken(server, { grant_type: grantType, [name]: await jwt }, writeBasic(defaultClient));
    const claims = (): SignJWT => claim(server, 'someone', 'ES256');

    const answer = await ask(claims().sign(privateKey));
    await assertActive(server, answer);
    assert.equal(answer.body['on_behalf_of'], 'someone');
    assert.equal('issued_token_type' in answer.body, name === 'subject_token');
    assertRefused(await ask(claims().sign(other)), 400, 'invalid_grant');
    const elsewhere = claims().setAudience('https://other.test').sign(privateKey);
    assertRefused(await ask(elsewhere), 400, 'invalid_grant');
    const plain = await start(t);
    const form = { grant_type: grantType, [name]: 'x' };
    const unknown = await askForToken(plain, form, writeBasic(defaultClient));
    assertRefused(unknown, 400, 'unsupported_grant_type');
  });
}

test('a server with an endpoint for certificates requests one only there', async (t) => {
  const clientId = 'mutual';
  const authority = await createAuthority();
  const server = await start(t, {
    authority,
    hostName: 'auth.test',
    mtlsHostName: 'mtls.auth.test',
    clients: [
      {
        clientId,
        tokenEndpointAuthMethod: 'tls_client_auth',
        tlsClientAuthSubjectDn: 'CN=the client',
      },
    ],
  });
  assert.equal(server.mtlsTokenUrl, `https://mtls.auth.test:${server.mtlsPort}/token`);
  assert.notEqual(server.mtlsPort, server.port);
  const { body } = await send(server, `${server.issuer}/.well-known/openid-configuration`);
  assert.equal(body['token_endpoint'], server.tokenUrl);
  assert.deepEqual(body['mtls_endpoint_aliases'], {
    token_endpoint: server.mtlsTokenUrl,
    revocation_endpoint: new URL(new URL(server.revocationUrl).pathname, server.mtlsTokenUrl).href,
  });
  const identity = identify(
    await authority.issue({ names: [], client: true, commonName: 'the client' }),
  );
  const form = { grant_type: 'client_credentials', client_id: clientId };
  const mutual = { form, port: server.mtlsPort, ...identity };
  await assertActive(server, await send(server, server.mtlsTokenUrl, mutual));
  assertRefused(await send(server, server.tokenUrl, { form, ...identity }), 401, 'invalid_client');
});

test('a wrong description of a client fails the start', async () => {
  const clients = [{ clientId: 'no secret' }];
  await assert.rejects(startAuthorizationServer({ clients }), {
    error_description: 'client_secret is mandatory property',
  });
});

test(
  'closing ends a connection that never began its TLS handshake',
  { timeout: 30_000 },
  async () => {
    const server = await startAuthorizationServer();
    const silent = connect(server.port, '127.0.0.1');
    const closed = once(silent, 'close');
    await server.introspect('any, so that the connection before it was accepted');
    await Promise.all([server.close(), closed]);
    assert.equal(silent.destroyed, true);
  },
);

test('closing reports an answer that was a server_error', async () => {
  const failure = new Error('the reason');
  // A list, in which the server cannot look anything up.
  const resources = Object.assign(['https://api.test/'], {
    includes: () => {
      throw failure;
    },
  });
  const server = await startAuthorizationServer({ resources });
  const form = { resource: 'https://api.test/' };
  const answer = await askForToken(server, form, writeBasic(defaultClient));
  assertRefused(answer, 500, 'server_error');
  await assert.rejects(server.close(), failure);
});

test('the server writes nothing to the console, and its process ends by itself', async () => {
  const module = import.meta.resolve('./authorization-server.ts');
  const script = `
    import { once } from 'node:events';
    import { connect } from 'node:net';
        import { defaultClient, startAuthorizationServer } from '${module}';
    const secure = await startAuthorizationServer();
    await secure.introspect('unknown');
    await secure.close();

    const server = await startAuthorizationServer({ https: false, resources: ['https://api.test/'] });
    const { clientId, clientSecret } = defaultClient;
    const authorization = 'Basic ' + btoa(clientId + ':' + clientSecret);
    const post = async (url, form, headers = { authorization }) => {
      const body = new URLSearchParams(form);
      const response = await fetch(url, { method: 'POST', headers, body });
      return response.text();
    };
    const grant_type = 'client_credentials';
    const { access_token: token } = JSON.parse(await post(server.tokenUrl, { grant_type, scope: 'read' }));
    await post(server.tokenUrl, { grant_type, resource: 'https://api.test/' });
    await post(server.tokenUrl, { grant_type, resource: 'https://other.test/' });
    await post(server.tokenUrl, { grant_type }, { authorization: 'Basic eDp5' });
    await post(server.introspectionUrl, { token });
    await server.introspect(token);
    await post(server.revocationUrl, { token });
    await fetch(server.issuer + '/.well-known/openid-configuration').then((response) => response.text());
    const broken = connect(server.port, '127.0.0.1');
    broken.end('POST /token HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 9\\r\\n' +
      'content-type: application/x-www-form-urlencoded\\r\\n\\r\\na=');
    broken.resume();
    await once(broken, 'close');
    await server.close();
  `;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    script,
  ]);
  assert.deepEqual({ stdout, stderr }, { stdout: '', stderr: '' });
});
