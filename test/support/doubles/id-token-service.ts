/**
 * GitHub's OIDC provider as a job sees it: an endpoint of the runner that gives ID tokens, and the keys to verify them.
 */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';

import { calculateJwkThumbprint, exportJWK, type JWK, type JWTPayload, SignJWT } from 'jose';

import {
  type Answer,
  dynamic,
  json,
  type RecordedRequest,
  startScriptedServer,
} from './scripted-server.ts';

/** Claims that replace the usual ones. Undefined claims are left out. */
export type GivenClaims = Readonly<Record<string, unknown>>;

/** How the service differs from the usual one. */
export interface IdTokenServiceOptions {
  /** `sub` follows from `repository`, `environment`, `event_name` and `ref` unless it is given. */
  readonly claims?: GivenClaims;
  /** The time of day: epoch, milliseconds; the machine's if left out. */
  readonly now?: () => number;
}

/** A service that `startIdTokenService` started. */
export interface IdTokenService {
  /** The `iss` of its ID tokens. The metadata is below this URL. */
  readonly issuer: string;
  readonly jwksUrl: string;
  /** The variables that a step needs, as with `permissions: { id-token: write }`. */
  readonly environment: Readonly<
    Record<'ACTIONS_ID_TOKEN_REQUEST_URL' | 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', string>
  >;
  /** All requests for an ID token so far, whatever their result. */
  readonly requests: readonly RecordedRequest[];
  /** The ID tokens that were given so far, in order. */
  readonly issued: readonly string[];
  /** Answers the next requests for an ID token with these, each with one. */
  readonly misbehave: (...answers: readonly Answer[]) => void;
  /** Signs an ID token that nobody requested. */
  readonly sign: (claims?: GivenClaims) => Promise<string>;
  /** Destroys every connection and stops listening. */
  readonly close: () => Promise<void>;
}

/** The lifetime of an ID token, in seconds. */
export const idTokenLifetime = 300;

/** The repository and its owner, in GitHub's documentation. */
const repository = 'octo-org/octo-repo';
const owner = 'octo-org';

/** The `sub` of an ID token without an environment. */
export const usualSubject = `repo:${repository}:ref:refs/heads/main`;

/** The `aud` of an ID token if no audience was requested. */
export const usualAudience = `https://github.com/${owner}`;

const endpointPath = `/42//idtoken/${randomUUID()}/${randomUUID()}`;
const metadataPath = '/.well-known/openid-configuration';
const jwksPath = '/.well-known/jwks';

/**
 * Starts the service on a free port of 127.0.0.1. Each request for an ID token must have the bearer token and an
 * `api-version`, and gets a new ID token.
 *
 * @see https://docs.github.com/actions/reference/security/oidc
 */
export async function startIdTokenService({
  claims: given = {},
  now = Date.now,
}: IdTokenServiceOptions = {}): Promise<IdTokenService> {
  const key = await createSigningKey();
  const bearer = randomUUID();
  const requests: RecordedRequest[] = [];
  const issued: string[] = [];
  const misbehaviour: Answer[] = [];

  const sign = (claims: GivenClaims = {}): Promise<string> => {
    const all = completeClaims({ ...given, ...claims }, server.origin, now());
    return new SignJWT(all)
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: key.kid })
      .sign(key.privateKey);
  };
  const giveIdToken = async (request: RecordedRequest, query: URLSearchParams): Promise<Answer> => {
    requests.push(request);
    const misbehaving = misbehaviour.shift();
    if (misbehaving !== undefined) return misbehaving;
    if (request.authorization !== `Bearer ${bearer}`) return refuse(401, 'Not authorized.');
    if (!query.has('api-version')) return refuse(400, 'No api-version.');
    const audience = query.get('audience');
    const token = await sign(audience === null ? {} : { aud: audience });
    issued.push(token);
    return json(200, { count: token.length, value: token });
  };
  const answer = (request: RecordedRequest): Answer | Promise<Answer> => {
    // Not with new URL(), which reads a text after two slashes as a host.
    const [path = '', query] = request.path.split('?');
    if (request.method !== 'GET') return refuse(405, 'Ask by GET.');
    if (path === endpointPath) return giveIdToken(request, new URLSearchParams(query));
    if (path === metadataPath) return json(200, describeIssuer(server.origin));
    if (path === jwksPath) return json(200, { keys: [key.publicJwk] });
    return refuse(404, 'Nothing is here.');
  };

  const server = await startScriptedServer({ answers: [dynamic(answer)] });
  return {
    issuer: server.origin,
    jwksUrl: `${server.origin}${jwksPath}`,
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${server.origin}${endpointPath}?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    },
    requests,
    issued,
    misbehave: (...answers) => misbehaviour.push(...answers),
    sign,
    close: server.close,
  };
}

interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicJwk: JWK;
  readonly kid: string;
}

async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { privateKey, publicJwk: { ...jwk, kid, use: 'sig', alg: 'RS256' }, kid };
}

function refuse(status: number, message: string): Answer {
  return json(status, { message });
}

/** The claims of GitHub's documentation. All are texts except the times. */
function completeClaims(given: GivenClaims, issuer: string, now: number): JWTPayload {
  const seconds = Math.floor(now / 1000);
  const claims = {
    jti: randomUUID(),
    aud: usualAudience,
    iss: issuer,
    ref: 'refs/heads/main',
    ref_type: 'branch',
    ref_protected: 'true',
    sha: 'c040cae0f0dc81641728557b80f09cfa23b83fe5',
    repository,
    repository_id: '74',
    repository_owner: owner,
    repository_owner_id: '65',
    repository_visibility: 'private',
    run_id: '22259804324',
    run_number: '10',
    run_attempt: '1',
    check_run_id: '90000001',
    actor: 'octocat',
    actor_id: '12',
    workflow: 'deploy',
    workflow_ref: `${repository}/.github/workflows/deploy.yml@refs/heads/main`,
    workflow_sha: 'c040cae0f0dc81641728557b80f09cfa23b83fe5',
    job_workflow_ref: `${owner}/octo-automation/.github/workflows/oidc.yml@refs/heads/main`,
    job_workflow_sha: 'c9ed89cf4dacf01feb527c42a26e0a8920d14c61',
    event_name: 'push',
    head_ref: '',
    base_ref: '',
    runner_environment: 'github-hosted',
    iat: seconds,
    nbf: seconds,
    exp: seconds + idTokenLifetime,
    ...given,
  };
  return { sub: nameSubject(claims), ...claims };
}

/** The default form of `sub`. It names the environment, else the event, else the ref. */
function nameSubject(claims: JWTPayload): string {
  const { repository, environment, event_name, ref } = claims as Partial<Record<string, string>>;
  const start = `repo:${repository}`;
  if (environment !== undefined) return `${start}:environment:${environment}`;
  return event_name === 'pull_request' ? `${start}:pull_request` : `${start}:ref:${ref}`;
}

function describeIssuer(issuer: string): Record<string, unknown> {
  return {
    issuer,
    jwks_uri: `${issuer}${jwksPath}`,
    subject_types_supported: ['public', 'pairwise'],
    response_types_supported: ['id_token'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  };
}
