/**
 * The same token requests by this action and by oauth4webapi, a certified client. Each difference is named here with
 * its reason. Everything else is equal.
 *
 * @see https://github.com/panva/oauth4webapi
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';

import { decodeJwt, decodeProtectedHeader, importPKCS8 } from 'jose';
import * as oauth from 'oauth4webapi';

import { run } from '../../src/action/run.ts';
import { startBuiltAction } from '../support/making/built-action.ts';
import { createAuthority } from '../support/making/certificates.ts';
import {
  answerJson,
  createFakeClock,
  createFakeNetwork,
  createFakeRunner,
  createInputEnvironment,
  noFiles,
} from '../support/doubles/fakes.ts';
import {
  type RecordedRequest,
  startScriptedServer,
  token,
} from '../support/doubles/scripted-server.ts';

type Inputs = Readonly<Record<string, string>>;

/** A request as it is given to the network. */
interface Sent {
  readonly method: string;
  readonly url: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const issuer = 'https://login.example.com/tenant';
const metadata = {
  issuer,
  token_endpoint: 'https://login.example.com/tenant/token',
  mtls_endpoint_aliases: { token_endpoint: 'https://mtls.example.com:8443/tenant/token' },
} satisfies oauth.AuthorizationServer;

const tokenResponse = { access_token: 'the-token', token_type: 'Bearer', expires_in: 3600 };

/** What this action sends if the issuer's metadata is the one above. */
async function capture(
  inputs: Inputs,
  { env = {}, answers = [answerJson(200, metadata), answerJson(200, tokenResponse)] } = {},
): Promise<Sent> {
  const runner = createFakeRunner();
  const clock = createFakeClock();
  const network = createFakeNetwork(answers, clock);
  let isGreen = false;
  await run({
    runner,
    env: {
      GITHUB_OUTPUT: '/runner/output',
      GITHUB_ENV: '/runner/env',
      ...createInputEnvironment({ issuer, 'use-cache': 'false', ...inputs }),
      ...env,
    },
    platform: 'linux',
    clock,
    random: () => 0,
    randomBytes,
    randomUUID,
    send: network.send,
    files: noFiles,
    saveScript: '/nowhere/save.js',
    temp: '/nowhere',
    succeed: () => {
      isGreen = true;
    },
  });
  assert.ok(isGreen, runner.calls.at(-1));
  const request = network.requests.at(-1);
  assert.ok(request?.body !== undefined);
  return { ...request, body: request.body };
}

/** What oauth4webapi sends: the request that `ask` makes with these options. */
async function captureOther(
  ask: (options: oauth.TokenEndpointRequestOptions) => Promise<Response>,
): Promise<Sent> {
  const sent: Sent[] = [];
  await ask({
    [oauth.customFetch]: (url, { method, headers, body }) => {
      sent.push({ method, url, headers, body: String(body) });
      return Promise.resolve(Response.json(tokenResponse));
    },
  });
  const [request] = sent;
  assert.ok(request);
  return request;
}

const clientId = 'ci client:é/1-2_3.4~5*';
const secret = 'p@ss w+rd%&=é~-_.*!';

/** One way to authenticate, by both. */
interface Way {
  readonly inputs: Inputs;
  readonly other: () => oauth.ClientAuth | Promise<oauth.ClientAuth>;
  readonly usesTls?: true;
}

const authority = await createAuthority();
const identity = await authority.issue({ names: [], client: true, commonName: 'ci' });
const certificate = { 'client-certificate': identity.certificate, 'client-key': identity.key };

function signBy(algorithm: string, { privateKey }: { privateKey: KeyObject }): Way {
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    inputs: {
      'private-key': pem,
      'private-key-id': 'key-1',
      'signing-algorithm': algorithm,
    },
    other: async () =>
      oauth.PrivateKeyJwt({ key: await importPKCS8(pem, algorithm), kid: 'key-1' }),
  };
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

const ways: Record<string, Way> = {
  client_secret_basic: {
    inputs: { 'client-secret': secret },
    other: () => oauth.ClientSecretBasic(secret),
  },
  client_secret_post: {
    inputs: { 'client-secret': secret, 'client-auth-method': 'client_secret_post' },
    other: () => oauth.ClientSecretPost(secret),
  },
  client_secret_jwt: {
    inputs: { 'client-secret': secret, 'client-auth-method': 'client_secret_jwt' },
    other: () => oauth.ClientSecretJwt(secret),
  },
  'private_key_jwt by RS256': signBy('RS256', rsa),
  'private_key_jwt by PS256': signBy('PS256', rsa),
  'private_key_jwt by ES256': signBy('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  'private_key_jwt by ES512': signBy('ES512', generateKeyPairSync('ec', { namedCurve: 'P-521' })),
  'private_key_jwt by EdDSA': signBy('EdDSA', generateKeyPairSync('ed25519')),
  tls_client_auth: { inputs: certificate, other: () => oauth.TlsClientAuth(), usesTls: true },
  self_signed_tls_client_auth: {
    inputs: { ...certificate, 'client-auth-method': 'self_signed_tls_client_auth' },
    other: () => oauth.TlsClientAuth(),
    usesTls: true,
  },
  none: { inputs: { 'client-auth-method': 'none' }, other: () => oauth.None() },
};

type AskOther = (
  client: oauth.Client,
  authentication: oauth.ClientAuth,
  options: oauth.TokenEndpointRequestOptions,
) => Promise<Response>;

/** Sends a request with a grant for which oauth4webapi has no function. */
function askGenerally(grantType: string, parameters: string[][]): AskOther {
  return (client, authentication, options) =>
    oauth.genericTokenEndpointRequest(
      metadata,
      client,
      authentication,
      grantType,
      parameters,
      options,
    );
}

const madeUp = 'urn:example:params:oauth:grant-type:made-up';

/** The same request, by both. */
const grants: Record<string, { inputs: Inputs; other: AskOther }> = {
  'only client_credentials': {
    inputs: {},
    other: (client, authentication, options) =>
      oauth.clientCredentialsGrantRequest(metadata, client, authentication, {}, options),
  },
  'client_credentials with everything that can be requested': {
    inputs: {
      scopes: 'read list',
      audience: 'https://api.example.com/?a=b&c',
      resource: 'https://one.example.com/\nhttps://two.example.com/',
      parameters: 'tenant=ü ~*\ngroup=one\ngroup=two\nempty=',
    },
    other: (client, authentication, options) =>
      oauth.clientCredentialsGrantRequest(
        metadata,
        client,
        authentication,
        [
          ['scope', 'read list'],
          ['audience', 'https://api.example.com/?a=b&c'],
          ['resource', 'https://one.example.com/'],
          ['resource', 'https://two.example.com/'],
          ['tenant', 'ü ~*'],
          ['group', 'one'],
          ['group', 'two'],
          ['empty', ''],
        ],
        options,
      ),
  },
  'client_credentials with several audiences, and values of JSON': {
    inputs: {
      audience: 'https://one.example.com\nhttps://two.example.com',
      parameters: '{"group":["one",2],"on":true,"id":17841405793187219}',
    },
    other: (client, authentication, options) =>
      oauth.clientCredentialsGrantRequest(
        metadata,
        client,
        authentication,
        [
          ['audience', 'https://one.example.com'],
          ['audience', 'https://two.example.com'],
          ['group', 'one'],
          ['group', '2'],
          ['on', 'true'],
          ['id', '17841405793187219'],
        ],
        options,
      ),
  },
  refresh_token: {
    inputs: { 'refresh-token': 'the refresh+token', scopes: 'read' },
    other: (client, authentication, options) =>
      oauth.refreshTokenGrantRequest(metadata, client, authentication, 'the refresh+token', {
        ...options,
        additionalParameters: { scope: 'read' },
      }),
  },
  'jwt-bearer with an assertion of the user’s': {
    inputs: { 'grant-type': 'jwt-bearer', parameters: 'assertion=head.claims.signature' },
    other: askGenerally('urn:ietf:params:oauth:grant-type:jwt-bearer', [
      ['assertion', 'head.claims.signature'],
    ]),
  },
  'token-exchange': {
    inputs: {
      'grant-type': 'token-exchange',
      parameters: 'subject_token=the subject token\nrequested_token_type=urn:example:type',
    },
    other: askGenerally('urn:ietf:params:oauth:grant-type:token-exchange', [
      ['subject_token', 'the subject token'],
      ['subject_token_type', 'urn:ietf:params:oauth:token-type:jwt'],
      ['requested_token_type', 'urn:example:type'],
    ]),
  },
  'a grant that only its own server knows': {
    inputs: { 'grant-type': madeUp, parameters: 'code=1234-5678' },
    other: askGenerally(madeUp, [['code', '1234-5678']]),
  },
};

for (const [method, { inputs, other, usesTls }] of Object.entries(ways)) {
  describe(`${method} is sent as oauth4webapi sends it`, () => {
    // Every method can have a certificate too, and then the endpoints for certificates are used.
    const sides = usesTls === true ? [certificate] : [{}, certificate];
    const cases = Object.entries(grants).flatMap(([grant, asked]) =>
      sides.map((beside) => ({ grant, asked, beside })),
    );
    for (const { grant, asked, beside } of cases) {
      const isCertified = beside === certificate;
      test(`for ${grant}${isCertified ? ', with a certificate' : ''}`, async () => {
        const own = await capture({
          'client-id': clientId,
          ...beside,
          ...inputs,
          ...asked.inputs,
        });
        const client = { client_id: clientId, use_mtls_endpoint_aliases: isCertified };
        const theirs = await captureOther(async (options) =>
          asked.other(client, await other(), options),
        );
        assert.equal(own.method, theirs.method);
        assert.equal(own.url, theirs.url);
        assertSameHeaders(own, theirs);
        assertSameParameters(own, theirs);
      });
    }
  });
}

describe("GitHub's OIDC token is sent as oauth4webapi sends it", () => {
  const idToken = 'e30.eyJpc3MiOiJodHRwczovL2kuZXhhbXBsZS5jb20ifQ.c2ln';
  const service = {
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://runner.example.com/id?a=b',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-token-of-the-job',
    },
    answers: [answerJson(200, { value: idToken }), answerJson(200, tokenResponse)],
  };
  const usual = { issuer: '', 'token-url': metadata.token_endpoint, parameters: 'role=ü ~*' };

  test('in the header, as an access token is sent', async () => {
    const own = await capture({ ...usual, 'id-token-as': 'bearer' }, service);
    const theirs: Headers[] = [];
    const body = new URLSearchParams({ role: 'ü ~*' });
    await oauth.protectedResourceRequest(idToken, 'POST', new URL(own.url), undefined, body, {
      [oauth.customFetch]: (_, { headers }) => {
        theirs.push(new Headers(headers));
        return Promise.resolve(Response.json(tokenResponse));
      },
    });
    assert.deepEqual(
      [own.headers['authorization'], own.body],
      [theirs[0]?.get('authorization'), String(body)],
    );
  });

  test('in a parameter, except for the grant type and the client, which such a login does not have', async () => {
    const as = { 'id-token-as': 'parameter', 'id-token-parameter': 'jwt' };
    const own = await capture({ ...usual, ...as }, service);
    const theirs = await captureOther((options) =>
      askGenerally('none', [
        ['role', 'ü ~*'],
        ['jwt', idToken],
      ])({ client_id: 'none' }, oauth.None(), options),
    );
    const { grant_type: grantType, client_id: client, ...others } = readParameters(theirs);
    assert.deepEqual([grantType, client], [['none'], ['none']]);
    assert.deepEqual(readParameters(own), others);
    assert.equal(own.headers['authorization'], undefined);
    assertSameHeaders(own, theirs);
  });
});

/** Headers that differ, and are not compared further; `undefined` means that the header is not sent. */
const differentHeaders: Record<string, { own: string | undefined; theirs: RegExp | undefined }> = {
  // Answers are small, and an uncompressed answer needs no second limit for its size after decompression. fetch() adds
  // its own value after oauth4webapi: see the test of the wire.
  'accept-encoding': { own: 'identity', theirs: undefined },
  // The name of this action; oauth4webapi adds its version.
  'user-agent': { own: 'oauth2-token', theirs: /^oauth4webapi\/v[\d.]+$/ },
  // The media type has no such parameter (WHATWG URL, section 5.2; RFC 6749 appendix B), and a few servers compare the
  // header as a whole.
  'content-type': {
    own: 'application/x-www-form-urlencoded',
    theirs: /^application\/x-www-form-urlencoded;charset=UTF-8$/,
  },
};

function assertSameHeaders(own: Sent, theirs: Sent): void {
  for (const [name, expected] of Object.entries(differentHeaders)) {
    assert.equal(own.headers[name], expected.own);
    if (expected.theirs === undefined) assert.equal(theirs.headers[name], undefined);
    else assert.match(theirs.headers[name] ?? '', expected.theirs);
  }
  assert.deepEqual(listCommonHeaders(own), listCommonHeaders(theirs));
}

/** What must be the same in both: all other headers, with the credentials of Basic decoded. */
function listCommonHeaders({ headers }: Sent): Record<string, unknown> {
  const { authorization, ...others } = headers;
  const common = Object.entries(others).filter(([name]) => !(name in differentHeaders));
  return {
    ...Object.fromEntries(common),
    authorization: authorization === undefined ? undefined : readBasic(authorization),
  };
}

/**
 * Id and secret, as a server decodes them (RFC 6749 section 2.3.1). The two encode them differently: this action leaves
 * `*-._` as they are, as application/x-www-form-urlencoded does, so that most ids and secrets work with the many
 * servers that do not decode. oauth4webapi percent-encodes these four too.
 */
function readBasic(authorization: string): string[] {
  const [scheme = '', credentials = ''] = authorization.split(' ');
  const parts = Buffer.from(credentials, 'base64').toString().split(':');
  return [scheme, ...parts.map((part) => new URLSearchParams(`=${part}`).get('') ?? '')];
}

/**
 * The order of parameters does not matter, except among those with the same name. This action sends grant_type first
 * and the authentication last, for people who read a request. oauth4webapi begins with the parameters of its caller.
 */
function assertSameParameters(own: Sent, theirs: Sent): void {
  assert.match(own.body, /^grant_type=/);
  const [ours, others] = [readParameters(own), readParameters(theirs)];
  const { client_assertion: [assertion] = [], ...rest } = ours;
  const { client_assertion: [otherAssertion] = [], ...otherRest } = others;
  assert.deepEqual(rest, otherRest);
  assert.equal(assertion === undefined, otherAssertion === undefined);
  if (assertion === undefined || otherAssertion === undefined) return;
  assertSameJwt(assertion, otherAssertion);
}

function readParameters({ body }: Sent): Partial<Record<string, string[]>> {
  const groups = Map.groupBy(new URLSearchParams(body), ([name]) => name);
  return Object.fromEntries(
    [...groups].map(([name, pairs]) => [name, pairs.map(([, value]) => value)]),
  );
}

/**
 * Header and claims are the same except these. Only this action sends `typ: JWT`, as RFC 7519 section 5.1 recommends
 * and every provider's example has it. Only oauth4webapi sends `nbf`: it can only fail if clocks differ, and `iat` says
 * the same. The `jti` is a UUID here and 32 random bytes there. Both JWTs are valid for 60 seconds.
 */
function assertSameJwt(own: string, theirs: string): void {
  const { typ, ...header } = decodeProtectedHeader(own);
  assert.equal(typ, 'JWT');
  // RFC 9864 names the curve, as oauth4webapi does. Servers know the older name.
  const { alg, ...others } = decodeProtectedHeader(theirs);
  assert.deepEqual(header, { alg: alg === 'Ed25519' ? 'EdDSA' : alg, ...others });

  const { jti, iat = 0, exp = 0, ...claims } = decodeJwt(own);
  const {
    jti: otherId,
    iat: otherIat = 0,
    exp: otherExp = 0,
    nbf,
    ...otherClaims
  } = decodeJwt(theirs);
  assert.deepEqual(claims, otherClaims);
  assert.deepEqual([exp - iat, otherExp - otherIat], [60, 60]);
  assert.equal(nbf, otherIat);
  assert.match(jti ?? '', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  assert.match(otherId ?? '', /^[\w-]{43}$/);
}

describe('on the wire', () => {
  test('the action sends only the headers of the request, and closes its connection', async (t) => {
    const server = await startScriptedServer({ answers: [token()] });
    t.after(server.close);
    const [id, password] = ['ci-client', 'the-secret-of-ci-client'];
    const run = await startBuiltAction({
      'token-url': server.url,
      'client-id': id,
      'client-secret': password,
      scopes: 'read list',
      'use-cache': 'false',
    });
    assert.equal(run.exitCode, 0);
    await oauth.clientCredentialsGrantRequest(
      { issuer: server.origin, token_endpoint: server.url },
      { client_id: id },
      oauth.ClientSecretBasic(password),
      { scope: 'read list' },
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the server is on this machine
      { [oauth.allowInsecureRequests]: true },
    );
    const [own, theirs] = server.requests as [RecordedRequest, RecordedRequest];
    for (const name of ['host', 'content-length', 'accept']) {
      assert.equal(theirs.headers[name], own.headers[name], name);
    }
    // fetch() adds headers about the browser.
    const besides = Object.keys(theirs.headers).filter((name) => !(name in own.headers));
    assert.deepEqual(besides.sort(), ['accept-language', 'sec-fetch-mode']);
    const basic = Buffer.from(`${id}:${password}`).toString('base64');
    assert.deepEqual(own.headers, {
      host: new URL(server.origin).host,
      // A connection is for one request, because the process ends after it.
      connection: 'close',
      'content-length': String(own.body.length),
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'oauth2-token',
      authorization: `Basic ${basic}`,
    });
    // Only the hyphens of the secret are encoded differently.
    assert.deepEqual(readBasic(theirs.authorization ?? ''), readBasic(own.authorization ?? ''));
    assert.notEqual(theirs.authorization, own.authorization);
  });
});
