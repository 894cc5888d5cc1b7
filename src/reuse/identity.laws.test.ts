/**
 * The law of the cache: two steps share a token only if the server gets the same request and the answer is read in the
 * same way. Each input is varied, a whole run sends its requests, and these are compared with the identity.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { createAuthority } from '../../test/support/making/certificates.ts';
import {
  answerJson,
  createFakeClock,
  createFakeRunner,
  createInputEnvironment,
  noFiles,
} from '../../test/support/doubles/fakes.ts';
import { generatePem, type Given, writeGoogleKeyFile } from '../../test/support/making/inputs.ts';
import { answerIdToken, idTokenEnvironment } from '../../test/support/tables/stages.ts';
import { run } from '../action/run.ts';
import { IdTokens } from '../exchange/id-tokens.ts';
import type { HttpRequest, HttpResponse, SendRequest } from '../http/request.ts';
import { readInputs, type Inputs } from '../inputs/inputs.ts';
import type { InputName } from '../inputs/catalog.ts';
import { Log } from '../log/log.ts';
import { Deadline } from '../retry/deadline.ts';
import type { Surroundings } from '../surroundings.ts';
import { decisions, identify, listCredentials, worksOnce, writeIdentity } from './identity.ts';

/** Two values of one input, with the other inputs that both need. An empty one is left out. */
interface Variation {
  readonly values: readonly [one: string | Given, other: string | Given];
  readonly beside?: Given;
  /** Why the token is the same although the requests differ. */
  readonly sameToken?: string;
  /** Why no token is shared although the requests are the same. */
  readonly anotherToken?: string;
}

const withSecret: Given = {
  'token-url': 'https://login.example.com/oauth2/token',
  'client-id': 'ci-client',
  'client-secret': 'a secret: of 20 bytes',
};
const asJson: Given = { ...withSecret, 'body-format': 'json' };
const withIssuer: Given = { ...withSecret, 'token-url': '', issuer: 'https://login.example.com' };
const macAssertion: Given = { ...withSecret, 'client-auth-method': 'client_secret_jwt' };
const federated: Given = { ...withSecret, 'client-secret': '', 'id-token-as': 'client_assertion' };

const authority = await createAuthority();
const one = await authority.issue({ names: [], client: true });
const other = await authority.issue({ names: [], client: true });
const again = await authority.issue({ names: [], client: true, key: one.key });
const [pem, otherPem] = [generatePem('rsa'), generatePem('rsa')];
const withKey: Given = { ...withSecret, 'client-secret': '', 'private-key': pem };
const grantOfKey: Given = { ...withKey, 'private-key-as': 'assertion' };
const withCertificate: Given = {
  ...withSecret,
  'client-secret': '',
  'client-certificate': one.certificate,
  'client-key': one.key,
};

/** The code does not compile if an input is missing here. */
const variations: Readonly<Record<InputName, readonly Variation[]>> = {
  'token-url': [
    { values: ['https://login.example.com/a', 'https://login.example.com/b'] },
    { values: ['https://login.example.com/?api_key=1', 'https://login.example.com/?api_key=2'] },
  ],
  issuer: [{ values: ['https://login.example.com', 'https://id.example.com'], beside: withIssuer }],
  'endpoint-type': [{ values: ['oauth2', 'acs_api'] }],
  'ca-certificate': [{ values: ['', authority.certificate] }],
  'allow-http': [{ values: ['false', 'true'] }],
  'client-id': [
    { values: ['ci-client', 'other-client'] },
    {
      values: ['', 'other-client'],
      beside: { ...grantOfKey, 'private-key': writeGoogleKeyFile(pem) },
    },
  ],
  'client-secret': [{ values: ['a-secret-of-20-bytes', 'another-secret-of-20'] }],
  'client-auth-method': [
    { values: ['client_secret_basic', 'client_secret_post'] },
    { values: ['', 'client_secret_basic'] },
    {
      values: ['tls_client_auth', 'self_signed_tls_client_auth'],
      beside: withCertificate,
      anotherToken: 'A client is registered with one of them.',
    },
    { values: ['', 'none'], beside: grantOfKey },
  ],
  'client-secret-encoding': [
    { values: ['form', 'raw'], sameToken: 'It is the same secret in another writing.' },
  ],
  'private-key': [
    { values: [pem, otherPem], beside: withKey },
    { values: [pem, otherPem], beside: grantOfKey },
  ],
  'private-key-id': [
    { values: ['', 'key-1'], beside: withKey, sameToken: 'It is the same key with a name.' },
  ],
  'signing-algorithm': [
    {
      values: ['RS256', 'RS384'],
      beside: withKey,
      sameToken: 'The same key signs the same claims.',
    },
    {
      values: ['HS256', 'HS384'],
      beside: macAssertion,
      sameToken: 'The same secret signs the same claims.',
    },
  ],
  'private-key-as': [
    { values: ['client_assertion', 'assertion'], beside: withKey },
    { values: ['assertion', 'bearer'], beside: withKey },
  ],
  'assertion-audience': [
    { values: ['', 'urn:a'], beside: withKey },
    { values: ['urn:a', 'urn:b'], beside: grantOfKey },
  ],
  'assertion-claims': [
    { values: ['scope=a', 'scope=b'], beside: grantOfKey },
    { values: ['{"n":1}', '{"n":"1"}'], beside: grantOfKey },
    { values: ['{"o":{"n":1}}', '{"o":{"n":2}}'], beside: grantOfKey },
  ],
  'client-certificate': [{ values: [one.certificate, again.certificate], beside: withCertificate }],
  'client-key': [
    {
      // A certificate fits one key, so the key cannot change without its certificate.
      values: [
        { 'client-certificate': one.certificate, 'client-key': one.key },
        { 'client-certificate': other.certificate, 'client-key': other.key },
      ],
      beside: withCertificate,
    },
  ],
  'id-token-as': [
    { values: ['client_assertion', 'assertion'], beside: federated },
    { values: ['assertion', 'subject_token'], beside: federated },
    { values: ['assertion', 'bearer'], beside: federated },
  ],
  'id-token-parameter': [
    { values: ['token', 'jwt'], beside: { ...federated, 'id-token-as': 'parameter' } },
  ],
  'id-token-audience': [{ values: ['', 'api://other'], beside: federated }],
  'refresh-token': [{ values: ['refresh-token-1', 'refresh-token-2'] }],
  scopes: [{ values: ['read', 'read write'] }],
  'grant-type': [
    { values: ['client_credentials', 'urn:example:grant'] },
    { values: ['client_credentials', 'none'] },
  ],
  audience: [{ values: ['', 'https://api.example.com'] }, { values: ['a', 'a\nb'] }],
  resource: [{ values: ['urn:a', 'urn:b'] }],
  parameters: [
    { values: ['account=1', 'account=2'] },
    { values: ['account=1', '{"account":1}'], beside: asJson },
    { values: ['{"account":{"id":1}}', '{"account":{"id":2}}'], beside: asJson },
    { values: ['{"id":9007199254740993}', '{"id":9007199254740992}'], beside: asJson },
  ],
  headers: [{ values: ['X-Tenant: a', 'X-Tenant: b'] }],
  'request-method': [{ values: ['POST', 'PUT'] }, { values: ['POST', 'GET'] }],
  'body-format': [
    { values: ['form', 'json'] },
    { values: ['form', 'multipart'] },
    { values: ['form', 'query'] },
  ],
  'response-fields': [{ values: ['', 'token_type=access_token'] }],
  timeout: [{ values: ['15', '16'] }],
  'total-timeout': [{ values: ['120', '121'] }],
  'retry-max-attempts': [{ values: ['4', '5'] }],
  'retry-time-slot': [{ values: ['3', '4'] }],
  'retry-max-wait': [{ values: ['10', '11'] }],
  'retry-on': [{ values: ['transient', 'all'] }],
  'use-cache': [{ values: ['true', 'false'] }],
  'min-validity': [{ values: ['', '60'] }],
  'cache-encryption-key': [
    {
      values: ['', 'a-key-for-the-cache-alone'],
      anotherToken: 'It separates jobs that have it from jobs that do not.',
    },
  ],
  'cache-wait': [{ values: ['0', '30'] }],
  'default-expires-in': [{ values: ['', '600'] }],
  'expires-at-override': [{ values: ['', '2026-01-31T11:30:00Z'] }],
  'if-no-credentials': [{ values: ['error', 'skip'] }],
  'env-var': [{ values: ['OAUTH2_TOKEN', 'OTHER_TOKEN'] }],
  revoke: [{ values: ['false', 'true'], beside: withIssuer }],
  'revocation-url': [
    {
      values: ['https://login.example.com/revoke', 'https://login.example.com/end'],
      beside: { ...withSecret, revoke: 'true' },
    },
  ],
  verbose: [{ values: ['false', 'true'] }],
};

/** Where the jobs of the law may request their ID token. */
const env = {
  ...idTokenEnvironment,
  ACTIONS_RUNTIME_TOKEN: 'the-runtime-token',
  GITHUB_OUTPUT: '/nowhere/output',
  GITHUB_ENV: '/nowhere/env',
};

/** Answers for the servers of all variations. Everybody gets the same answer, except for what a request names. */
function answer({ url, headers }: HttpRequest): HttpResponse {
  const { origin, hostname, pathname, searchParams } = new URL(url);
  if (hostname === 'run-actions.example.com') {
    return answerIdToken(1, { aud: searchParams.get('audience') ?? 'https://github.com/acme' });
  }
  if (pathname === '/.well-known/openid-configuration') {
    return answerJson(200, {
      issuer: origin,
      token_endpoint: `${origin}/token`,
      revocation_endpoint: `${origin}/revoke`,
    });
  }
  // Only an ACS endpoint names a time.
  const expiry = 'client-id' in headers ? { expires_at: '2026-01-31T12:00:00Z' } : {};
  return answerJson(200, { access_token: 'the-token', token_type: 'Bearer', ...expiry });
}

/** What a step sends, and its results. */
interface Exchange {
  /** The requests except those to GitHub, together with the client's certificate on the connection. */
  readonly sent: readonly unknown[];
  /** The outputs. */
  readonly read: readonly string[];
}

/** What is known about one step. */
interface Step {
  readonly inputs: Inputs;
  readonly exchange: Exchange;
  /** The identity for the cache; undefined if nothing is cached. */
  readonly shares: unknown;
}

async function takeStep(given: Given): Promise<Step> {
  const step = { ...createInputEnvironment(given), ...env };
  const sent: unknown[] = [];
  const send: SendRequest = (request, { tls }) => {
    const { certificate, key } = tls ?? {};
    const isGitHub = request.url.startsWith(env.ACTIONS_ID_TOKEN_REQUEST_URL);
    if (!isGitHub) sent.push({ ...request, certificate, key });
    return Promise.resolve(answer(request));
  };
  const clock = createFakeClock();
  const runner = createFakeRunner();
  const surroundings: Surroundings = {
    runner,
    env: step,
    platform: 'linux',
    clock,
    random: () => 0.5,
    randomBytes: (size) => Buffer.alloc(size),
    randomUUID: () => 'the-one-id',
    send,
    files: noFiles,
    saveScript: '/nowhere/save.js',
    temp: '/nowhere',
    succeed: () => undefined,
  };
  // Certificates are valid by the clock of the machine.
  await run({ ...surroundings, clock: { ...clock, now: () => aDayOfCertificates } });
  const read = runner.calls.filter((call) => call.startsWith('output '));
  assert.notDeepEqual(read, [], runner.calls.join('\n'));
  const inputs = readInputs(step, { debug: false });
  return { inputs, exchange: { sent, read }, shares: await readShares(inputs, surroundings) };
}

/** Now: epoch, milliseconds, the same in all steps. */
const aDayOfCertificates = Date.now();

async function readShares(inputs: Inputs, surroundings: Surroundings): Promise<unknown> {
  if (worksOnce(inputs)) return undefined;
  const { clock, runner } = surroundings;
  const context = { ...surroundings, log: new Log(runner), deadline: new Deadline(clock, 120) };
  const idToken = await IdTokens.open(inputs, surroundings.env, context)?.look();
  return [
    writeIdentity(identify(inputs, { repository: '74', idToken })),
    listCredentials(inputs).map(({ label, bytes }) => `${label} ${bytes.toString('hex')}`),
  ];
}

/** Both steps of a variation. */
async function compare(name: string, { values, beside = withSecret }: Variation): Promise<Step[]> {
  const givens = values.map((value) =>
    typeof value === 'string' ? { ...beside, [name]: value } : { ...beside, ...value },
  );
  return Promise.all(givens.map(takeStep));
}

describe('two steps with another value of an input', () => {
  for (const [name, rows] of Object.entries(variations)) {
    for (const [index, variation] of rows.entries()) {
      test(`share a token only if it would be the same: ${name}, ${index + 1}`, async () => {
        const [first, second] = await compare(name, variation);
        assert.ok(first !== undefined && second !== undefined);
        const isSame = isDeepStrictEqual(first.exchange, second.exchange);
        const mayShare =
          first.shares !== undefined && isDeepStrictEqual(first.shares, second.shares);
        const { sameToken, anotherToken } = variation;
        if (sameToken !== undefined) {
          assert.deepEqual({ isSame, mayShare }, { isSame: false, mayShare: true }, sameToken);
        } else if (anotherToken !== undefined) {
          assert.deepEqual({ isSame, mayShare }, { isSame: true, mayShare: false }, anotherToken);
        } else {
          assert.equal(mayShare, isSame, `the same request: ${isSame}, one token: ${mayShare}`);
        }
      });
    }
  }
});

test('every field of the inputs is varied', async () => {
  const varied = new Set<string>();
  for (const [name, rows] of Object.entries(variations)) {
    for (const variation of rows) {
      const [first, second] = (await compare(name, variation)).map(({ inputs }) => inputs);
      for (const [field, value] of Object.entries(first ?? assert.fail())) {
        if (!isDeepStrictEqual(value, second?.[field as keyof Inputs])) varied.add(field);
      }
    }
  }
  assert.deepEqual([...varied].sort(), Object.keys(decisions).sort());
});
