import type { Clock } from '../clock.ts';
import { isLoopback } from '../http/loopback.ts';
import type { HttpResponse } from '../http/request.ts';
import { readRetryAfter } from '../http/retry-after.ts';
import { isSuccessStatus, isTransientStatus } from '../http/transport-error.ts';
import type { Surroundings } from '../surroundings.ts';
import { defaultHeaders } from '../oauth2/default-headers.ts';
import type { Pair } from '../oauth2/token-request.ts';
import { shapeOf } from '../oauth2/answer/answer-shape.ts';
import { readJsonObject } from '../oauth2/json-object.ts';
import { IdTokenError, type IdTokenErrorDetails } from './id-token-error.ts';

/** What an ID token says. It is not verified here. It is shown and compared, but never trusted. */
export type Claims = Readonly<Record<string, unknown>>;

/** GitHub's OIDC ID token of the job. */
export interface IdToken {
  /** The secret itself: a JWT in its compact form. */
  readonly token: string;
  readonly claims: Claims;
}

/** Where a job can request its ID token. */
export interface IdTokenEndpoint {
  readonly url: string;
  /** The bearer token that the endpoint requires. */
  readonly requestToken: string;
}

/** What one attempt needs from its surroundings. */
export interface IdTokenContext extends Pick<Surroundings, 'send'>, Pick<Clock, 'now'> {
  readonly signal: AbortSignal;
  /** Keeps a secret out of the log. */
  readonly hide: (secret: string) => void;
}

/** How many bytes of an answer are read. An ID token has 2 KiB. */
export const maxIdTokenAnswerBytes = 64 * 1024;

/** Three parts of base64url (RFC 7515 section 7.1); GitHub signs, so no part is empty. */
const compactJwt = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

/**
 * Finds where the job may request its ID token.
 *
 * @param env the step's environment
 * @returns undefined if the job lacks `permissions: { id-token: write }`
 * @see https://docs.github.com/actions/reference/security/oidc
 */
export function findIdTokenEndpoint(env: NodeJS.ProcessEnv): IdTokenEndpoint | undefined {
  const url = env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '';
  const requestToken = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '';
  return url === '' || requestToken === '' ? undefined : { url, requestToken };
}

/**
 * Requests the job's ID token once. Each answer is a new token with its own `jti`.
 *
 * @param audience the `aud` that it must have; GitHub's own choice where undefined
 * @throws {TransportError} if no complete response came back
 * @throws {IdTokenError} if the request cannot be made, or the response brings no ID token
 */
export async function requestIdToken(
  endpoint: IdTokenEndpoint,
  audience: string | undefined,
  { send, now, signal, hide }: IdTokenContext,
): Promise<IdToken> {
  const url = addAudience(readEndpointUrl(endpoint.url), audience);
  const headers = {
    ...Object.fromEntries(defaultHeaders),
    authorization: `Bearer ${endpoint.requestToken}`,
  };
  const response = await send(
    { method: 'GET', url, headers },
    { signal, maxBytes: maxIdTokenAnswerBytes },
  );
  return readAnswer(response, { now: now(), hide });
}

/** The bearer token is sent only over https, or within this machine. */
function readEndpointUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url === undefined || !isSafe) throw new IdTokenError('bad_endpoint');
  return url;
}

/** Leaves the existing query as it is. `searchParams` would write it in another form. */
function addAudience(url: URL, audience: string | undefined): string {
  if (audience === undefined) return url.href;
  const before = url.search === '' ? '' : `${url.search}&`;
  const complete = new URL(url);
  complete.search = `${before}audience=${encodeURIComponent(audience)}`;
  return complete.href;
}

function readAnswer(
  response: HttpResponse,
  { now, hide }: { readonly now: number; readonly hide: IdTokenContext['hide'] },
): IdToken {
  const { status, body } = response;
  const retryAfter = readRetryAfter(response, now);
  const describe = (): IdTokenErrorDetails => ({ status, answer: shapeOf(response), retryAfter });
  if (!isSuccessStatus(status)) {
    if (saysPending(body)) throw new IdTokenError('pending', { ...describe(), retryable: true });
    const retryable = isTransientStatus(status) || retryAfter !== undefined;
    throw new IdTokenError('refused', { ...describe(), retryable });
  }
  const members = readJsonObject(new TextDecoder().decode(body));
  if (members === undefined)
    throw new IdTokenError('unparsable', { ...describe(), retryable: true });

  const token = members['value'];
  const payload = typeof token === 'string' ? compactJwt.exec(token)?.[1] : undefined;
  if (typeof token !== 'string' || payload === undefined) {
    // It is not masked: what is not a token may be a brace or a letter, and such a mask would blank the log.
    throw new IdTokenError('malformed', describe());
  }
  // The whole value is masked: a text is cut after the masks are applied, and a part of a token is of no use.
  hide(token);
  const claims = readClaims(payload);
  if (claims === undefined) throw new IdTokenError('malformed', describe());
  return { token, claims };
}

/** GitHub refuses a job that it does not yet know as running, and gives the token a moment later. */
function saysPending(body: Buffer): boolean {
  return /\bjob in '?(pending|queued|waiting)\b/i.test(new TextDecoder().decode(body));
}

function readClaims(payload: string): Claims | undefined {
  try {
    // Fatal, because replacement characters would make different claims equal.
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const claims = readJsonObject(decoder.decode(Buffer.from(payload, 'base64url')));
    // JSON is read at any depth, but JSON that is nested too deeply cannot be written again.
    JSON.stringify(claims);
    return claims;
  } catch {
    return undefined;
  }
}

/** The claims that differ from run to run, or from commit to commit, and do not say who makes the request. */
const passing: ReadonlySet<string> = new Set([
  'jti',
  'iat',
  'nbf',
  'exp',
  'run_id',
  'run_number',
  'run_attempt',
  'check_run_id',
  'sha',
  'workflow_sha',
]);

/**
 * Whether a claim changes with every run. The commit of a reusable workflow does not: a provider can trust one audited
 * commit of it. In a job outside a reusable workflow, that commit is the commit of the run.
 */
function isPassing(name: string, claims: Claims): boolean {
  if (name !== 'job_workflow_sha') return passing.has(name);
  return claims['job_workflow_ref'] === claims['workflow_ref'];
}

/**
 * The claims that say who makes the request. They are part of the identity of a cached token. The `sub` is not enough:
 * it can be the same for a whole repository, although servers test the environment or the ref.
 *
 * @returns sorted by name, the values as JSON
 */
export function bindClaims(claims: Claims): Pair[] {
  return Object.entries(claims)
    .filter(([name]) => !isPassing(name, claims))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => [name, JSON.stringify(value)]);
}

/** What a server that trusts ID tokens checks. Text from outside. */
export interface DescribedClaims {
  readonly iss: string | undefined;
  readonly sub: string | undefined;
  /** Several values are separated by a comma. */
  readonly aud: string | undefined;
}

/** The claims that must match the configuration at the provider, as the log shows them. */
export function describeClaims({ iss, sub, aud }: Claims): DescribedClaims {
  return { iss: describeClaim(iss), sub: describeClaim(sub), aud: describeClaim(aud) };
}

function describeClaim(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.map(writeClaim).join(', ') : writeClaim(value);
}

function writeClaim(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
