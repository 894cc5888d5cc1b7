/** Every way to authenticate and every grant: the built action against a certified authorization server over https. */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { after, before, describe, test, type TestContext } from 'node:test';

import {
  createLocalJWKSet,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';

import {
  type AuthorizationServer,
  type ClientDescription,
  startAuthorizationServer,
} from '../support/doubles/authorization-server.ts';
import { startBuiltAction } from '../support/making/built-action.ts';
import { startCacheService } from '../support/doubles/cache-service.ts';
import { createAuthority, type IssuedCertificate } from '../support/making/certificates.ts';
import { thumbprint } from '../support/making/matchers.ts';
import { type Proxy, startProxy } from '../support/doubles/proxy.ts';
import type { Run } from '../support/doubles/runner.ts';
import {
  type RecordedRequest,
  type ScriptedServer,
  startScriptedServer,
  token,
} from '../support/doubles/scripted-server.ts';

type Inputs = Readonly<Record<string, string>>;

const concurrency = 3;

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** As long as HS512 asks its keys to be (RFC 7518 section 3.2), with what a form has to encode. */
const secret = 'a secret: 64 bytes & more, for a MAC by SHA-512 wants that many +%/=';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed = generateKeyPairSync('ed25519');
/** Of nobody that a server here knows. */
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function writePem(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string {
  return key.export({ type, format: 'pem' }).toString();
}

/** As secrets on one line have it. */
function writeOnOneLine(pem: string): string {
  return pem.trim().replaceAll('\n', '\\n');
}

function publish(key: KeyObject, members: Partial<JWK> = {}): JSONWebKeySet {
  return { keys: [{ ...(key.export({ format: 'jwk' }) as JWK), ...members }] };
}

/** A signed JWT that authenticates a client: what its header is, and how the server verifies it. */
interface ExpectedJwt {
  readonly header: Readonly<Record<string, string>>;
  readonly key: JSONWebKeySet | Uint8Array;
}

/** One way to authenticate a client. */
interface Way {
  readonly client: ClientDescription;
  /** Besides where to ask and the client id. */
  readonly inputs: Inputs;
  /** What is secret among them, as far as it must be a mask as it is. */
  readonly secrets: readonly string[];
  /** The names of the body's parameters after grant_type. */
  readonly sends: readonly string[];
  readonly basic?: true;
  readonly jwt?: ExpectedJwt;
}

const byId = ['client_id'];
const byAssertion = ['client_id', 'client_assertion_type', 'client_assertion'];

function signsBySecret(hash: 256 | 384 | 512, inputs: Inputs = {}): Way {
  return {
    client: {
      clientId: `mac-${hash}`,
      clientSecret: secret,
      tokenEndpointAuthMethod: 'client_secret_jwt',
      metadata: { token_endpoint_auth_signing_alg: `HS${hash}` },
    },
    inputs: { 'client-secret': secret, 'client-auth-method': 'client_secret_jwt', ...inputs },
    secrets: [secret],
    sends: byAssertion,
    jwt: { header: { alg: `HS${hash}` }, key: Buffer.from(secret) },
  };
}

function signsByKey(
  clientId: string,
  publicKey: KeyObject,
  privateKey: string,
  header: { readonly alg: string; readonly kid?: string; readonly 'x5t#S256'?: string },
  inputs: Inputs = {},
): Way {
  const { alg, kid } = header;
  const jwks = publish(publicKey, { alg, use: 'sig', ...(kid === undefined ? {} : { kid }) });
  return {
    client: {
      clientId,
      jwks,
      tokenEndpointAuthMethod: 'private_key_jwt',
      metadata: { token_endpoint_auth_signing_alg: alg },
    },
    inputs: { 'private-key': privateKey, ...inputs },
    secrets: listLines(privateKey),
    sends: byAssertion,
    jwt: { header, key: jwks },
  };
}

/** The lines of a PEM that are nobody's business. */
function listLines(privateKey: string): string[] {
  return privateKey.split(/\n|\\n/).filter((line) => /^[A-Za-z0-9+/=]{16,}$/.test(line));
}

function identify({ certificate, key }: IssuedCertificate): Pick<Way, 'inputs' | 'secrets'> {
  return {
    inputs: { 'client-certificate': certificate, 'client-key': key },
    secrets: listLines(key),
  };
}

const authority = await createAuthority();
const naming = { names: [], client: true, commonName: 'the client' };
const certified = await authority.issue(naming);
const nobody = await createAuthority('Nobody');
const selfSigned = await nobody.issue(naming);

const byCertificate: Way = {
  client: {
    clientId: 'certified',
    tokenEndpointAuthMethod: 'tls_client_auth',
    tlsClientAuthSubjectDn: 'CN=the client',
  },
  ...identify(certified),
  sends: byId,
};

const byOwnCertificate: Way = {
  client: {
    clientId: 'self-signed',
    tokenEndpointAuthMethod: 'self_signed_tls_client_auth',
    jwks: listCertificate(selfSigned),
  },
  secrets: listLines(selfSigned.key),
  inputs: {
    ...identify(selfSigned).inputs,
    'client-auth-method': 'self_signed_tls_client_auth',
  },
  sends: byId,
};

function listCertificate({ certificate }: IssuedCertificate): JSONWebKeySet {
  const { raw, publicKey } = new X509Certificate(certificate);
  return publish(publicKey, { x5c: [raw.toString('base64')] });
}

const jwk: JWK = { ...(ed.privateKey.export({ format: 'jwk' }) as JWK), kid: 'key-2' };

const ways = {
  client_secret_basic: {
    client: { clientId: 'basic:client/%', clientSecret: secret },
    inputs: { 'client-secret': secret },
    secrets: [secret],
    sends: [],
    basic: true,
  },
  client_secret_post: {
    client: {
      clientId: 'post',
      clientSecret: secret,
      tokenEndpointAuthMethod: 'client_secret_post',
    },
    inputs: { 'client-secret': secret, 'client-auth-method': 'client_secret_post' },
    secrets: [secret],
    sends: ['client_id', 'client_secret'],
  },
  'client_secret_jwt by HS256, which is the default': signsBySecret(256),
  'client_secret_jwt by HS384': signsBySecret(384, { 'signing-algorithm': 'HS384' }),
  'client_secret_jwt by HS512': signsBySecret(512, { 'signing-algorithm': 'HS512' }),
  'private_key_jwt by RS256, with a PKCS#8 PEM': signsByKey(
    'rs256',
    rsa.publicKey,
    writePem(rsa.privateKey),
    { alg: 'RS256' },
  ),
  'private_key_jwt by RS512, with a PKCS#1 PEM': signsByKey(
    'rs512',
    rsa.publicKey,
    writePem(rsa.privateKey, 'pkcs1'),
    { alg: 'RS512' },
    { 'signing-algorithm': 'RS512' },
  ),
  'private_key_jwt by PS256, with a PEM on one line': signsByKey(
    'ps256',
    rsa.publicKey,
    writeOnOneLine(writePem(rsa.privateKey)),
    { alg: 'PS256' },
    { 'signing-algorithm': 'PS256' },
  ),
  'private_key_jwt by ES256, with a SEC1 PEM and a key id': signsByKey(
    'es256',
    ec.publicKey,
    writePem(ec.privateKey, 'sec1'),
    { alg: 'ES256', kid: 'key-1' },
    { 'private-key-id': 'key-1' },
  ),
  'private_key_jwt by ES384': signsByKey('es384', ec384.publicKey, writePem(ec384.privateKey), {
    alg: 'ES384',
  }),
  'private_key_jwt by EdDSA, with a JWK': {
    ...signsByKey('eddsa', ed.publicKey, JSON.stringify(jwk), { alg: 'EdDSA', kid: 'key-2' }),
    secrets: [jwk.d ?? ''],
  },
  'private_key_jwt, the certificate named in the header': signsByKey(
    'key-with-certificate',
    createPublicKey(certified.key),
    certified.key,
    { alg: 'ES256', 'x5t#S256': thumbprint(certified.certificate) },
    { 'client-certificate': writeOnOneLine(certified.certificate) },
  ),
  tls_client_auth: byCertificate,
  self_signed_tls_client_auth: byOwnCertificate,
  none: {
    client: { clientId: 'public', tokenEndpointAuthMethod: 'none' },
    inputs: { 'client-auth-method': 'none' },
    secrets: [],
    sends: byId,
  },
} as const satisfies Record<string, Way>;

let server: AuthorizationServer;

before(async () => {
  server = await startAuthorizationServer({
    authority,
    clients: Object.values<Way>(ways).map(({ client }) => client),
  });
});

after(() => server.close());

/** Runs the built action as a client of a server, told where to ask by its token URL unless it is told otherwise. */
async function ask(
  { client, inputs, secrets }: Way,
  given: Inputs = {},
  { at = server, environment = {} }: { at?: AuthorizationServer; environment?: Inputs } = {},
): Promise<Run> {
  const where = 'issuer' in given ? {} : { 'token-url': at.tokenUrl };
  const run = await startBuiltAction(
    {
      ...where,
      'ca-certificate': at.caCertificate,
      'client-id': client.clientId,
      'use-cache': 'false',
      ...inputs,
      ...given,
    },
    { environment },
  );
  assertHidden(run, secrets);
  return run;
}

/** Asserts that secrets are masks, and that nothing prints them besides. */
function assertHidden(run: Run, secrets: readonly string[]): void {
  const printed = run.stdout.replaceAll(/^::add-mask::.*$/gm, '');
  for (const each of secrets) {
    assert.ok(run.masks.includes(each), 'a secret is not masked');
    assert.ok(!printed.includes(each) && !run.stderr.includes(each), 'a secret is printed');
  }
}

/** What a run printed, but for the masks; every Zulu time is `<time>`, and every duration of an answer `<took>`. */
function listLinesOf(run: Run): string[] {
  return run.stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('::add-mask::'))
    .map((line) =>
      line
        .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
        .replace(/after [\d.]+ m?s$/, 'after <took>'),
    );
}

/** Asserts that a run was green, told its story, and gave a good token of the client's. */
async function assertGot(
  run: Run,
  { clientId }: ClientDescription,
  at: AuthorizationServer,
  asking: string,
): Promise<void> {
  assert.deepEqual(run.annotations, []);
  assert.deepEqual([run.exitCode, run.stderr], [0, '']);
  assert.deepEqual(listLinesOf(run), [
    `Asking ${asking} (client_credentials).`,
    'Got a Bearer token, valid for 1 h, until <time>.',
    'Set: output token, environment variable OAUTH2_TOKEN.',
  ]);
  const { active, client_id } = await at.introspect(run.outputs['token'] ?? '');
  assert.deepEqual({ active, client_id }, { active: true, client_id: clientId });
}

/** The requests of one client, whichever way it says who it is. */
function requestsOf(
  { clientId }: ClientDescription,
  at: AuthorizationServer = server,
): readonly RecordedRequest[] {
  const user = new URLSearchParams([['', clientId]]).toString().slice(1);
  return at.tokenRequests.filter(({ body, authorization = '' }) => {
    const decoded = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
    return readForm({ body })['client_id'] === clientId || decoded.startsWith(`${user}:`);
  });
}

function readForm({ body }: Pick<RecordedRequest, 'body'>): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

function listNames({ body }: RecordedRequest): string[] {
  return [...new URLSearchParams(body).keys()];
}

/** Verifies a signed JWT by what the server knows, and that it says what it shall and nothing more. */
async function assertJwt(
  jwt: string,
  { header, key }: ExpectedJwt,
  who: { readonly issuer: string; readonly audience: string; readonly subject?: string },
): Promise<JWTPayload> {
  const { payload, protectedHeader } =
    key instanceof Uint8Array
      ? await jwtVerify(jwt, key, who)
      : await jwtVerify(jwt, createLocalJWKSet(key), who);
  assert.deepEqual({ ...protectedHeader }, { typ: 'JWT', ...header });
  const { iat = 0, exp, jti = '' } = payload;
  const { issuer, audience, subject = issuer } = who;
  assert.deepEqual(
    { ...payload },
    { iss: issuer, sub: subject, aud: audience, iat, exp: iat + 60, jti },
  );
  assert.equal(exp, iat + 60);
  assert.match(jti, /^[\da-f-]{36}$/);
  return payload;
}

describe('a client gets a token, by the token URL and by the issuer, with', { concurrency }, () => {
  for (const [name, way] of Object.entries<Way>(ways)) {
    test(name, async () => {
      const { client, sends, basic, jwt } = way;
      const { host } = new URL(server.issuer);
      const audiences = [server.tokenUrl, server.issuer];
      const byUrl = await ask(way);
      await assertGot(byUrl, client, server, host);
      const byIssuer = await ask(way, { issuer: server.issuer });
      await assertGot(byIssuer, client, server, host);

      const requests = requestsOf(client);
      assert.equal(requests.length, 2);
      const ids = new Set<string | undefined>();
      for (const [index, request] of requests.entries()) {
        assert.deepEqual(listNames(request), ['grant_type', ...sends]);
        assert.equal(request.authorization === undefined, basic !== true);
        if (jwt === undefined) continue;
        const { client_assertion: assertion = '', client_assertion_type: type } = readForm(request);
        assert.equal(type, jwtBearer);
        const who = { issuer: client.clientId, audience: audiences[index] ?? '' };
        ids.add((await assertJwt(assertion, jwt, who)).jti);
        assertHidden([byUrl, byIssuer][index] ?? byUrl, [assertion]);
      }
      assert.equal(ids.size, jwt === undefined ? 0 : 2);
    });
  }
});

describe('a client is refused, and told what to change, with', { concurrency }, () => {
  const es256 = ways['private_key_jwt by ES256, with a SEC1 PEM and a key id'];
  const mac = ways['client_secret_jwt by HS256, which is the default'];
  const named = ways['private_key_jwt, the certificate named in the header'];
  const refused = 'refused the client: 401 invalid_client, "client authentication failed".';
  const notAgain = 'Not tried again, for the answer would be the same.';
  const belong = 'Check that client-id and client-secret belong together and are current';
  const knowsCertificate =
    'Check that the provider knows client-certificate for this client-id, and that token-url is the host that asks for certificates (often one of its own).';

  interface Row {
    readonly way: Way;
    readonly given: () => Inputs | Promise<Inputs>;
    readonly advice: () => string;
    /** The client of the request in the log, and how it authenticates. */
    readonly shape: string;
  }
  const rows: Record<string, Row> = {
    'the secret of another client in the body': {
      way: ways.client_secret_post,
      given: () => ({ 'client-secret': 'not-the-secret' }),
      advice: () => `${belong}; if they are, try client-auth-method: client_secret_basic.`,
      shape: 'client post, client_secret_post, body: grant_type, client_id, client_secret',
    },
    'a JWT by another secret': {
      way: mac,
      given: () => ({ 'client-secret': 'not-the-secret-but-no-shorter-than-the-secret-is' }),
      advice: () =>
        `${belong}; if they are, check that the provider expects client_secret_jwt with HS256 from this client, and aud ${server.tokenUrl} (assertion-audience).`,
      shape: `client mac-256, client_secret_jwt (HS256), body: grant_type, ${byAssertion.join(', ')}`,
    },
    'a JWT by another key': {
      way: es256,
      given: () => ({ 'private-key': writePem(stranger.privateKey) }),
      advice: () =>
        `Check that the provider knows the public key of private-key (kid key-1) for this client-id, and expects ES256 (signing-algorithm) and aud ${server.tokenUrl} (assertion-audience).`,
      shape: `client es256, private_key_jwt (ES256, kid key-1), body: grant_type, ${byAssertion.join(', ')}`,
    },
    'a JWT by an algorithm that the client is not registered with': {
      way: ways['private_key_jwt by RS256, with a PKCS#8 PEM'],
      given: () => ({ 'signing-algorithm': 'RS384' }),
      advice: () =>
        `Check that the provider knows the public key of private-key (no kid; private-key-id sets one) for this client-id, and expects RS384 (signing-algorithm) and aud ${server.tokenUrl} (assertion-audience).`,
      shape: `client rs256, private_key_jwt (RS384), body: grant_type, ${byAssertion.join(', ')}`,
    },
    'a JWT for another audience': {
      way: es256,
      given: () => ({ 'assertion-audience': 'https://login.example.com', issuer: server.issuer }),
      advice: () =>
        'Check that the provider knows the public key of private-key (kid key-1) for this client-id, and expects ES256 (signing-algorithm) and aud https://login.example.com (assertion-audience).',
      shape: `client es256, private_key_jwt (ES256, kid key-1), body: grant_type, ${byAssertion.join(', ')}`,
    },
    'a certificate of another authority': {
      way: byCertificate,
      given: async () => identify(await nobody.issue(naming)).inputs,
      advice: () => knowsCertificate,
      shape: 'client certified, tls_client_auth, body: grant_type, client_id',
    },
    'a certificate for another name': {
      way: byCertificate,
      given: async () =>
        identify(await authority.issue({ ...naming, commonName: 'somebody else' })).inputs,
      advice: () => knowsCertificate,
      shape: 'client certified, tls_client_auth, body: grant_type, client_id',
    },
    'a certificate of its own that is not registered': {
      way: byOwnCertificate,
      given: async () => identify(await nobody.issue(naming)).inputs,
      advice: () => knowsCertificate,
      shape: 'client self-signed, self_signed_tls_client_auth, body: grant_type, client_id',
    },
    'no certificate where the server wants one': {
      way: { ...byCertificate, inputs: { 'client-auth-method': 'none' }, secrets: [] },
      given: () => ({}),
      advice: () =>
        'The client did not authenticate (client-auth-method: none); the provider may want a credential of it.',
      shape: 'client certified, none, body: grant_type, client_id',
    },
  };
  for (const [name, { way, given, advice, shape }] of Object.entries(rows)) {
    test(name, async () => {
      const inputs = await given();
      const run = await ask({ ...way, secrets: [] }, inputs);
      const { host } = new URL(server.issuer);
      assert.deepEqual([run.exitCode, run.outputs, run.env], [1, {}, {}]);
      assert.deepEqual(run.annotations, [
        {
          level: 'error',
          title: 'oauth2-token: client refused',
          message: `${host} ${refused} ${advice()} ${notAgain}`,
        },
      ]);
      assert.deepEqual(listLinesOf(run).slice(0, -1), [
        `Asking ${host} (client_credentials).`,
        '::group::Request and answer',
        `POST ${server.tokenUrl}`,
        shape,
        '401 Unauthorized, application/json, after <took>',
        'error: invalid_client',
        'error_description: client authentication failed',
        '::endgroup::',
      ]);
      const { 'private-key': key = '', 'client-key': clientKey = '' } = inputs;
      assertHidden(run, [...listLines(key), ...listLines(clientKey)]);
    });
  }

  const unsent: Record<string, { way: Way; given: Inputs; message: string }> = {
    'a certificate without its key': {
      way: byCertificate,
      given: { 'client-key': '' },
      message:
        "client-key is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.",
    },
    'a key without its certificate': {
      way: byCertificate,
      given: { 'client-certificate': '' },
      message: 'client-certificate is required with client-key',
    },
    "a key that is not the certificate's": {
      way: byCertificate,
      given: { 'client-key': writePem(stranger.privateKey) },
      message: 'client-certificate: does not belong to client-key',
    },
    "a private-key that is not the certificate's": {
      way: named,
      given: { 'private-key': writePem(stranger.privateKey) },
      message: 'client-certificate: does not belong to private-key',
    },
  };
  for (const [name, { way, given, message }] of Object.entries(unsent)) {
    test(`${name}, before anything is sent`, async () => {
      const clientId = `sends nothing: ${name}`;
      const run = await ask({ ...way, secrets: [] }, { ...given, 'client-id': clientId });
      assert.deepEqual([run.exitCode, run.outputs], [1, {}]);
      assert.deepEqual(
        run.annotations.map((annotation) => annotation.message),
        [message],
      );
      assert.deepEqual(requestsOf({ clientId }), []);
    });
  }
});

describe('where the server has an endpoint of its own for certificates,', () => {
  const basic = ways.client_secret_basic;
  const signing = ways['private_key_jwt, the certificate named in the header'];
  const clients = [basic, signing, byCertificate, byOwnCertificate].map(({ client }) => client);
  let near: AuthorizationServer;
  let far: AuthorizationServer;
  let proxy: Proxy;

  before(async () => {
    near = await startAuthorizationServer({ authority, clients, mtlsHostName: '127.0.0.1' });
    far = await startAuthorizationServer({
      authority,
      clients,
      hostName: 'login.test',
      mtlsHostName: 'mtls.login.test',
    });
    proxy = await startProxy({
      routes: {
        'login.test': { host: '127.0.0.1', port: far.port },
        'mtls.login.test': { host: '127.0.0.1', port: far.mtlsPort },
      },
    });
  });

  after(() => Promise.all([near.close(), far.close(), proxy.close()]));

  const mutual = [
    ['tls_client_auth', byCertificate],
    ['self_signed_tls_client_auth', byOwnCertificate],
  ] as const;

  /** The host of the last request of a client's. */
  function lastHost({ client }: Way, at: AuthorizationServer): string | undefined {
    return requestsOf(client, at).at(-1)?.headers['host'];
  }

  for (const [method, way] of mutual) {
    test(`${method} by the issuer asks it`, async () => {
      const run = await ask(way, { issuer: near.issuer }, { at: near });
      await assertGot(run, way.client, near, new URL(near.issuer).host);
      assert.equal(lastHost(way, near), `127.0.0.1:${near.mtlsPort}`);
      assert.notEqual(near.mtlsPort, near.port);
    });

    test(`${method} by the issuer asks it through a proxy`, async () => {
      const before = proxy.connects.length;
      const environment = { https_proxy: proxy.url };
      const run = await ask(way, { issuer: far.issuer }, { at: far, environment });
      await assertGot(run, way.client, far, `login.test:${far.port}`);
      assert.deepEqual(
        proxy.connects.slice(before).map(({ target }) => target),
        [`login.test:${far.port}`, `mtls.login.test:${far.mtlsPort}`],
      );
    });

    test(`${method} by its own token URL asks it through a proxy`, async () => {
      const environment = { https_proxy: proxy.url };
      const inputs = { 'token-url': far.mtlsTokenUrl };
      const run = await ask(way, inputs, { at: far, environment });
      await assertGot(run, way.client, far, `mtls.login.test:${far.mtlsPort}`);
    });
  }

  test('the usual endpoint sees no certificate, and the annotation tells of the other', async () => {
    const run = await ask(byCertificate, {}, { at: near });
    assert.equal(run.exitCode, 1);
    assert.deepEqual(run.annotations, [
      {
        level: 'error',
        title: 'oauth2-token: client refused',
        message: `127.0.0.1:${near.port} refused the client: 401 invalid_client, "client authentication failed". Check that the provider knows client-certificate for this client-id, and that token-url is the host that asks for certificates (often one of its own). Not tried again, for the answer would be the same.`,
      },
    ]);
  });

  for (const [name, way] of Object.entries({
    client_secret_basic: basic,
    'private_key_jwt with a certificate': signing,
  })) {
    test(`${name} by the issuer asks the usual one`, async () => {
      const run = await ask(way, { issuer: near.issuer }, { at: near });
      await assertGot(run, way.client, near, new URL(near.issuer).host);
      assert.equal(lastHost(way, near), `127.0.0.1:${near.port}`);
    });
  }
});

describe('a refresh token', { concurrency }, () => {
  const client = { clientId: 'ci-client', clientSecret: secret };
  const way: Way = {
    client,
    inputs: { 'client-secret': secret },
    secrets: [secret],
    sends: [],
  };
  let rotating: AuthorizationServer;

  before(async () => {
    rotating = await startAuthorizationServer({ authority, clients: [client] });
  });

  after(() => rotating.close());

  test('gets a token and is replaced: masked, an output, and nothing is cached', async (t) => {
    const cache = await startCacheService();
    t.after(cache.close);
    const minted = await rotating.mintRefreshToken(client.clientId);
    const run = await ask(
      way,
      { 'refresh-token': minted, 'use-cache': 'true' },
      { at: rotating, environment: cache.environment({ version: 'v2' }) },
    );
    assert.deepEqual([run.exitCode, run.stderr, run.annotations], [0, '', []]);
    const { token: got = '', 'refresh-token': next = '' } = run.outputs;
    assert.deepEqual(listLinesOf(run), [
      'Cache not used: the request carries a grant that is used up by asking.',
      `Asking ${new URL(rotating.issuer).host} (refresh_token).`,
      'Got a Bearer token, valid for 1 h, until <time>.',
      'Not cached: the refresh token was replaced. Store the output refresh-token before anything else.',
      'Set: output token, environment variable OAUTH2_TOKEN.',
    ]);
    assert.deepEqual(cache.requests, []);
    assert.notEqual(next, '');
    assert.notEqual(next, minted);
    assertHidden(run, [minted, next, got]);
    assert.ok(run.stdout.indexOf(`::add-mask::${next}`) < run.stdout.indexOf('Got a Bearer'));
    assert.deepEqual(run.env, { OAUTH2_TOKEN: got });
    assert.equal((await rotating.introspect(got)).active, true);
    const request = requestsOf(client, rotating).find(({ body }) => body.includes(minted));
    assert.equal(request?.body, `grant_type=refresh_token&refresh_token=${minted}`);

    const later = await ask(way, { 'refresh-token': next }, { at: rotating });
    assert.equal(later.exitCode, 0);
    assert.notEqual(later.outputs['refresh-token'], next);
  });

  test('that was replaced before is refused, once, and the annotation says why', async () => {
    const minted = await rotating.mintRefreshToken(client.clientId);
    const inputs = { 'refresh-token': minted, 'retry-on': 'all', 'retry-time-slot': '0' };
    assert.equal((await ask(way, inputs, { at: rotating })).exitCode, 0);
    const run = await ask(way, { 'refresh-token': minted }, { at: rotating });
    assert.equal(run.exitCode, 1);
    assert.deepEqual(run.annotations, [
      {
        level: 'error',
        title: 'oauth2-token: grant refused',
        message: `${new URL(rotating.issuer).host} refused the grant: 400 invalid_grant, "grant request is invalid". The refresh token may have expired, been revoked, or been used before: one that is replaced at each use is good for one request. Get a new one and store it. Not tried again, for the answer would be the same.`,
      },
    ]);
    assertHidden(run, [minted]);
  });

  test('that stays the same is said to be nothing new', async (t) => {
    const constant = await startAuthorizationServer({
      authority,
      clients: [client],
      rotateRefreshTokens: false,
    });
    t.after(constant.close);
    const minted = await constant.mintRefreshToken(client.clientId);
    const run = await ask(way, { 'refresh-token': minted }, { at: constant });
    assert.deepEqual(listLinesOf(run), [
      `Asking ${new URL(constant.issuer).host} (refresh_token).`,
      'Got a Bearer token, valid for 1 h, until <time>.',
      'Set: output token, environment variable OAUTH2_TOKEN.',
    ]);
    assert.equal(run.outputs['refresh-token'], minted);
    assertHidden(run, [minted]);
  });
});

describe('a signed JWT as the grant', { concurrency }, () => {
  const grantKeys = publish(ec.publicKey);
  const signing = { 'private-key': writePem(ec.privateKey), 'private-key-as': 'assertion' };
  const clients = {
    basic: ways.client_secret_basic,
    mutual: byCertificate,
    none: ways.none,
  };
  let granting: AuthorizationServer;

  before(async () => {
    granting = await startAuthorizationServer({
      authority,
      grantKeys,
      clients: Object.values<Way>(clients).map(({ client }) => client),
    });
  });

  after(() => granting.close());

  /** The client's own way needs its name here, for the JWT alone would be `none`. */
  const methods = {
    basic: 'client_secret_basic',
    mutual: 'tls_client_auth',
  } as const;
  for (const [name, method] of Object.entries(methods)) {
    test(`goes with ${method} besides`, async () => {
      const way: Way = clients[name as keyof typeof methods];
      const { client, sends } = way;
      const run = await ask(
        way,
        {
          ...signing,
          'client-auth-method': method,
          'assertion-claims': 'sub=somebody',
          scopes: 'list',
        },
        { at: granting },
      );
      assert.deepEqual([run.exitCode, run.annotations], [0, []]);
      assert.equal(run.outputs['scope'], 'list');
      assert.equal(
        listLinesOf(run)[0],
        `Asking ${new URL(granting.issuer).host} (jwt-bearer, scope: list).`,
      );
      assert.deepEqual(JSON.parse(run.outputs['response'] ?? ''), { on_behalf_of: 'somebody' });
      const [request] = requestsOf(client, granting);
      assert.ok(request);
      assert.deepEqual(listNames(request), ['grant_type', 'scope', ...sends, 'assertion']);
      const form = readForm(request);
      assert.equal(form['grant_type'], jwtBearerGrant);
      const who = { issuer: client.clientId, audience: granting.tokenUrl };
      const { assertion = '' } = form;
      const expected = { header: { alg: 'ES256' }, key: grantKeys };
      await assertJwt(assertion, expected, { ...who, subject: 'somebody' });
      assertHidden(run, [assertion]);
    });
  }

  test('is all that is sent where it alone says who asks', async (t) => {
    const server = await startScripted(t);
    const run = await startBuiltAction({
      'token-url': server.url,
      'client-id': 'service@example.com',
      ...signing,
      'assertion-claims': 'sub=\nscope=read list\nexp=4102444800',
      'use-cache': 'false',
    });
    assert.deepEqual([run.exitCode, run.annotations], [0, []]);
    const [request] = server.requests;
    assert.ok(request);
    assert.equal(request.authorization, undefined);
    assert.deepEqual(listNames(request), ['grant_type', 'assertion']);
    const { assertion = '' } = readForm(request);
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(grantKeys));
    const { iat, jti, ...claims } = payload;
    assert.deepEqual(claims, {
      iss: 'service@example.com',
      aud: server.url,
      scope: 'read list',
      exp: 4_102_444_800,
    });
    assert.deepEqual([typeof iat, typeof jti], ['number', 'string']);
  });

  test('by a key that the server does not know is refused, with what the JWT says', async () => {
    const run = await ask(
      clients.basic,
      {
        ...signing,
        'private-key': writePem(stranger.privateKey),
        'client-auth-method': 'client_secret_basic',
      },
      { at: granting },
    );
    assert.equal(run.exitCode, 1);
    assert.deepEqual(run.annotations, [
      {
        level: 'error',
        title: 'oauth2-token: grant refused',
        message: `${new URL(granting.issuer).host} refused the grant: 400 invalid_grant, "grant request is invalid". Check what the JWT says: aud is ${granting.tokenUrl} (assertion-audience), iss and sub come from client-id, a key file or assertion-claims; the provider must know the key (no kid; private-key-id sets one), and the clocks must agree. Not tried again, for the answer would be the same.`,
      },
    ]);
  });

  test('can be exchanged, and the type of what came of it is in the response', async () => {
    const subject = await new SignJWT({ jti: 'once' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('https://idp.example.com')
      .setSubject('somebody')
      .setAudience(granting.issuer)
      .setExpirationTime('1 minute')
      .sign(ec.privateKey);
    const run = await ask(
      clients.none,
      { 'grant-type': 'token-exchange', parameters: `subject_token=${subject}` },
      { at: granting },
    );
    assert.deepEqual([run.exitCode, run.annotations], [0, []]);
    assert.deepEqual(JSON.parse(run.outputs['response'] ?? ''), {
      on_behalf_of: 'somebody',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    assertHidden(run, [subject]);
    const [request] = requestsOf(clients.none.client, granting);
    assert.deepEqual(request && readForm(request), {
      grant_type: tokenExchangeGrant,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: subject,
      client_id: 'public',
    });
  });
});

describe('another grant is sent as it is written:', { concurrency }, () => {
  const client = { 'client-id': 'ci-client', 'client-secret': 'the-secret-of-ci-client' };
  const basic = `Basic ${Buffer.from('ci-client:the-secret-of-ci-client').toString('base64')}`;

  test('password', async (t) => {
    const server = await startScripted(t);
    const password = 'a p@ssword+&=%';
    const run = await startBuiltAction({
      ...client,
      'token-url': server.url,
      'grant-type': 'password',
      scopes: 'read',
      parameters: `username=robot@example.com\npassword=${password}`,
      'use-cache': 'false',
    });
    assert.equal(run.exitCode, 0);
    const [request] = server.requests;
    assert.ok(request);
    assert.equal(request.authorization, basic);
    assert.deepEqual(Object.entries(readForm(request)), [
      ['grant_type', 'password'],
      ['scope', 'read'],
      ['username', 'robot@example.com'],
      ['password', password],
    ]);
    assertHidden(run, [password]);
    assert.equal(
      listLinesOf(run)[0],
      `Asking ${new URL(server.url).host} (password, scope: read).`,
    );
  });

  test('any URN, with parameters that come again, as a form and as JSON', async (t) => {
    const server = await startScripted(t);
    const grantType = 'urn:example:params:oauth:grant-type:made-up';
    const inputs = {
      ...client,
      'token-url': server.url,
      'grant-type': grantType,
      'client-auth-method': 'client_secret_post',
      parameters: 'group=one\ngroup=two\nempty=',
      'use-cache': 'false',
    };
    assert.equal((await startBuiltAction(inputs)).exitCode, 0);
    assert.equal((await startBuiltAction({ ...inputs, 'body-format': 'json' })).exitCode, 0);
    const [form, body] = server.requests;
    assert.deepEqual(
      [...new URLSearchParams(form?.body)],
      [
        ['grant_type', grantType],
        ['group', 'one'],
        ['group', 'two'],
        ['empty', ''],
        ['client_id', 'ci-client'],
        ['client_secret', 'the-secret-of-ci-client'],
      ],
    );
    assert.deepEqual(JSON.parse(body?.body ?? ''), {
      grant_type: grantType,
      group: ['one', 'two'],
      empty: '',
      client_id: 'ci-client',
      client_secret: 'the-secret-of-ci-client',
    });
  });
});

/** A server that gives a token for everything. */
async function startScripted(t: TestContext): Promise<ScriptedServer> {
  const server = await startScriptedServer({ answers: [token()] });
  t.after(server.close);
  return server;
}
