/** Clients of a certified authorization server, one for each way to authenticate, and how they run the built action. */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { AuthorizationServer, ClientDescription } from '../doubles/authorization-server.ts';
import { startBuiltAction } from './built-action.ts';
import { asking, got, set, stabilizeLines } from './log-lines.ts';
import { createAuthority, type IssuedCertificate } from './certificates.ts';
import { thumbprint } from './matchers.ts';
import type { Run } from '../doubles/runner.ts';
import type { RecordedRequest } from '../doubles/scripted-server.ts';

export type Inputs = Readonly<Record<string, string>>;

/** What oidc-provider says about a client, or a grant, that it does not accept. */
export const refused = { error: 'invalid_client', description: 'client authentication failed' };

/** As long as HS512 requires its keys to be (RFC 7518 section 3.2), with characters that a form must encode. */
export const secret = 'a secret: 64 bytes & more, for a MAC by SHA-512 wants that many +%/=';

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });

export const ed = generateKeyPairSync('ed25519');

/** A key that no server here knows. */
export const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export function writePem(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string {
  return key.export({ type, format: 'pem' }).toString();
}

/** As in secrets on one line. */
export function writeOnOneLine(pem: string): string {
  return pem.trim().replaceAll('\n', '\\n');
}

export function publish(key: KeyObject, members: Partial<JWK> = {}): JSONWebKeySet {
  return { keys: [{ ...(key.export({ format: 'jwk' }) as JWK), ...members }] };
}

/** A signed JWT that authenticates a client: its header, and how the server verifies it. */
export interface ExpectedJwt {
  readonly header: Readonly<Record<string, string>>;
  readonly key: JSONWebKeySet | Uint8Array;
}

/** One way to authenticate a client. */
export interface Way {
  readonly client: ClientDescription;
  /** In addition to the endpoint and the client id. */
  readonly inputs: Inputs;
  /** The secrets in them that must be masked exactly as they are. */
  readonly secrets: readonly string[];
  /** The names of the body's parameters after grant_type. */
  readonly sends: readonly string[];
  readonly basic?: true;
  readonly jwt?: ExpectedJwt;
}

export const byId = ['client_id'];

export const byAssertion = ['client_id', 'client_assertion_type', 'client_assertion'];

export function signsBySecret(hash: 256 | 384 | 512, inputs: Inputs = {}): Way {
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

export function signsByKey(
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

/** The secret lines of a PEM. */
export function listLines(privateKey: string): string[] {
  return privateKey.split(/\n|\\n/).filter((line) => /^[A-Za-z0-9+/=]{16,}$/.test(line));
}

export function identify({ certificate, key }: IssuedCertificate): Pick<Way, 'inputs' | 'secrets'> {
  return {
    inputs: { 'client-certificate': certificate, 'client-key': key },
    secrets: listLines(key),
  };
}

export const authority = await createAuthority();

export const naming = { names: [], client: true, commonName: 'the client' };

export const certified = await authority.issue(naming);

export const nobody = await createAuthority('Nobody');

export const selfSigned = await nobody.issue(naming);

export const byCertificate: Way = {
  client: {
    clientId: 'certified',
    tokenEndpointAuthMethod: 'tls_client_auth',
    tlsClientAuthSubjectDn: 'CN=the client',
  },
  ...identify(certified),
  sends: byId,
};

export const byOwnCertificate: Way = {
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

export function listCertificate({ certificate }: IssuedCertificate): JSONWebKeySet {
  const { raw, publicKey } = new X509Certificate(certificate);
  return publish(publicKey, { x5c: [raw.toString('base64')] });
}

export const jwk: JWK = { ...(ed.privateKey.export({ format: 'jwk' }) as JWK), kid: 'key-2' };

export const ways = {
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

/** The inputs of a client of a server, by default with its token URL. */
export function gather({ client, inputs }: Way, given: Inputs, at: AuthorizationServer): Inputs {
  const where = 'issuer' in given ? {} : { 'token-url': at.tokenUrl };
  return {
    ...where,
    'ca-certificate': at.caCertificate,
    'client-id': client.clientId,
    'use-cache': 'false',
    ...inputs,
    ...given,
  };
}

/** Runs the built action as a client of a server. */
export async function ask(
  way: Way,
  given: Inputs,
  { at, environment = {} }: { readonly at: AuthorizationServer; readonly environment?: Inputs },
): Promise<Run> {
  const run = await startBuiltAction(gather(way, given, at), { environment });
  assertHidden(run, way.secrets);
  return run;
}

/** Asserts that secrets are masked, and that nothing else prints them. */
export function assertHidden(run: Run, secrets: readonly string[]): void {
  const printed = run.stdout.replaceAll(/^::add-mask::.*$/gm, '');
  for (const each of secrets) {
    assert.ok(run.masks.includes(each), 'a secret is not masked');
    assert.ok(!printed.includes(each) && !run.stderr.includes(each), 'a secret is printed');
  }
}

/** What a run printed, without the masks, made comparable: the host, times of day and durations. */
export function listLinesOf(run: Run, host: string): string[] {
  const lines = run.stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('::add-mask::'))
    .map((line) => line.replace(/after [\d.]+ m?s$/, 'after <took>'));
  return stabilizeLines(lines, host);
}

/** Asserts that a run was green, printed the expected lines, and gave a valid token of the client. */
export async function assertGot(
  run: Run,
  { clientId }: ClientDescription,
  at: AuthorizationServer,
  host: string,
): Promise<void> {
  assert.deepEqual(run.annotations, []);
  assert.deepEqual([run.exitCode, run.stderr], [0, '']);
  assert.deepEqual(listLinesOf(run, host), [asking(), got(), set]);
  const { active, client_id } = await at.introspect(run.outputs['token'] ?? '');
  assert.deepEqual({ active, client_id }, { active: true, client_id: clientId });
}

/** The requests of one client, with any authentication method. */
export function requestsOf(
  { clientId }: ClientDescription,
  at: AuthorizationServer,
): readonly RecordedRequest[] {
  const user = new URLSearchParams([['', clientId]]).toString().slice(1);
  return at.tokenRequests.filter(({ body, authorization = '' }) => {
    const decoded = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
    return readForm({ body })['client_id'] === clientId || decoded.startsWith(`${user}:`);
  });
}

export function readForm({ body }: Pick<RecordedRequest, 'body'>): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

export function listNames({ body }: RecordedRequest): string[] {
  return [...new URLSearchParams(body).keys()];
}

/** Verifies a signed JWT with the server's key or secret, and checks that it has exactly the right claims. */
export async function assertJwt(
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
