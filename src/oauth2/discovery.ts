import { isLoopback } from '../http/loopback.ts';
import type { HttpResponse } from '../http/request.ts';
import { readRetryAfter } from '../http/retry-after.ts';
import {
  isSuccessStatus,
  isTransientStatus,
  TransportError,
  type TransportErrorCode,
} from '../http/transport-error.ts';
import { shapeOf } from './answer/answer-shape.ts';
import { defaultHeaders } from './default-headers.ts';
import { DiscoveryError, type DiscoveryErrorCode, type DiscoveryErrorDetails } from './errors.ts';
import { isObject, type Members, readJsonObject, readText } from './json-object.ts';
import { type AttemptContext, maxResponseBytes } from './token-endpoint.ts';

/**
 * The part of an authorization server's metadata that is used. The rest is not read. Servers support more than they
 * announce, so the metadata never forbids a grant or a client authentication method.
 */
export interface ServerMetadata {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  /** For requests with a client certificate (RFC 8705 section 5). */
  readonly mtlsTokenEndpoint: string | undefined;
  readonly revocationEndpoint: string | undefined;
  readonly mtlsRevocationEndpoint: string | undefined;
}

/** What one search for metadata needs from its surroundings. */
export interface DiscoveryContext extends AttemptContext {
  /** Whether endpoints may be plain http. */
  readonly allowHttp: boolean;
}

/** The answer to one request for metadata. */
interface Reply {
  readonly url: string;
  readonly response: HttpResponse;
  /** The fields of a success that is a JSON object. */
  readonly members: Members | undefined;
  /** Retry-After, in milliseconds. */
  readonly retryAfter: number | undefined;
}

/**
 * Looks up an issuer's metadata once. It requests the URL of OpenID Connect Discovery first. After any answer that is
 * not this issuer's metadata, it requests the URL of RFC 8414. A client certificate is shown if the server requests
 * one, because a gateway may require it for every request.
 *
 * @param issuer an absolute URL without user info, query and fragment, which the caller has checked
 * @throws {TransportError} if no complete response came back
 * @throws {DiscoveryError} if there is no metadata, or none that can be used
 * @see OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3
 */
export async function discover(issuer: string, context: DiscoveryContext): Promise<ServerMetadata> {
  const urls = buildMetadataUrls(issuer);
  const first = await ask(urls.openIdConnect, context).catch(keepUnusable);
  if (first instanceof TransportError) return discoverByOAuth(issuer, urls.oauth, first, context);
  if (isOf(issuer, first) && namesTokenEndpoint(first)) {
    return readMetadata(issuer, first, [first], context);
  }
  const second = await ask(urls.oauth, context);
  const asked = [first, second];
  const telling = isOf(issuer, second) ? second : chooseTelling(first, second);
  return readMetadata(issuer, telling, asked, context);
}

/** The failures that still are an answer, such as a page that is larger than any metadata. */
const unusableAnswers: ReadonlySet<TransportErrorCode> = new Set([
  'answer_unreadable',
  'encoding_unknown',
  'answer_too_large',
  'headers_too_large',
]);

function keepUnusable(error: unknown): TransportError {
  if (error instanceof TransportError && unusableAnswers.has(error.code)) return error;
  throw error;
}

/** @param first the failure at the first URL; it says more than a second answer without metadata */
async function discoverByOAuth(
  issuer: string,
  url: string,
  first: TransportError,
  context: DiscoveryContext,
): Promise<ServerMetadata> {
  const reply = await ask(url, context);
  if (!isOf(issuer, reply)) throw first;
  return readMetadata(issuer, reply, [reply], context);
}

/** Whether a reply is the metadata of this issuer (RFC 8414 section 3.3, OpenID Connect Discovery section 4.3). */
function isOf(issuer: string, { members }: Reply): boolean {
  return readText(members?.['issuer']) === issuer;
}

/**
 * In OpenID Connect it may be missing if only the implicit flow is used. The metadata of RFC 8414 may still have it.
 */
function namesTokenEndpoint({ members }: Reply): boolean {
  return readText(members?.['token_endpoint']) !== undefined;
}

/** Of two replies without the metadata, the one that says more. */
function chooseTelling(first: Reply, second: Reply): Reply {
  return rank(second) < rank(first) ? second : first;
}

function rank(reply: Reply): number {
  if (mayPass(reply)) return 0;
  if (readText(reply.members?.['issuer']) !== undefined) return 1;
  if (reply.members !== undefined) return 2;
  return isNotFound(reply.response) ? 4 : 3;
}

/** Whether the same request may bring the metadata a little later. */
function mayPass({ response: { status, headers }, members, retryAfter }: Reply): boolean {
  if (isTransientStatus(status) || retryAfter !== undefined) return true;
  // An answer that says it is JSON but is not was damaged on its way. A web page would come again.
  const isJson = /\bjson\b/i.test(headers['content-type'] ?? '');
  return isSuccessStatus(status) && members === undefined && isJson;
}

/**
 * The URLs of an issuer's metadata. OpenID Connect appends the well-known path to the issuer. RFC 8414 inserts it
 * between host and path. Slashes at the issuer's end are left out.
 */
function buildMetadataUrls(issuer: string): { openIdConnect: string; oauth: string } {
  const { protocol, host, pathname } = new URL(issuer);
  const origin = `${protocol}//${host}`;
  const path = pathname.replace(/\/+$/, '');
  return {
    openIdConnect: `${origin}${path}/.well-known/openid-configuration`,
    oauth: `${origin}/.well-known/oauth-authorization-server${path}`,
  };
}

async function ask(url: string, { send, now, signal, tls }: DiscoveryContext): Promise<Reply> {
  const headers = Object.fromEntries(defaultHeaders);
  const limits = { signal, tls, maxBytes: maxResponseBytes };
  const response = await send({ method: 'GET', url, headers }, limits);
  return {
    url,
    response,
    members: isSuccessStatus(response.status) ? readBody(response) : undefined,
    retryAfter: readRetryAfter(response, now()),
  };
}

/** TextDecoder drops a byte order mark. */
function readBody({ body }: HttpResponse): Members | undefined {
  return readJsonObject(new TextDecoder().decode(body));
}

function isNotFound({ status }: HttpResponse): boolean {
  return status === 404 || status === 410;
}

/**
 * Reads the metadata in a reply.
 *
 * @param asked all replies of the search
 * @throws {DiscoveryError} if there is none, if it is another issuer's (RFC 8414 section 3.3, OpenID Connect Discovery
 *   section 4.3), or if it has no token endpoint that can be used
 */
function readMetadata(
  issuer: string,
  reply: Reply,
  asked: readonly Reply[],
  { allowHttp }: DiscoveryContext,
): ServerMetadata {
  const { members } = reply;
  if (members === undefined) throw missing(reply, asked);
  const actualIssuer = readText(members['issuer']);
  if (actualIssuer !== issuer)
    throw discoveryError('issuer_mismatch', reply, asked, { actualIssuer });

  const plainHttp = choosePlainHttp(issuer, allowHttp);
  const aliases = isObject(members['mtls_endpoint_aliases'])
    ? members['mtls_endpoint_aliases']
    : {};
  const tokenEndpoint = readEndpoint(members['token_endpoint'], plainHttp);
  if (tokenEndpoint === undefined) throw tokenEndpointFailure(members, reply, asked);
  return {
    issuer,
    tokenEndpoint,
    mtlsTokenEndpoint: readEndpoint(aliases['token_endpoint'], plainHttp),
    revocationEndpoint: readEndpoint(members['revocation_endpoint'], plainHttp),
    mtlsRevocationEndpoint: readEndpoint(aliases['revocation_endpoint'], plainHttp),
  };
}

/** Where the URL of an endpoint may be plain http. */
type PlainHttp = 'nowhere' | 'on loopback' | 'anywhere';

function choosePlainHttp(issuer: string, allowHttp: boolean): PlainHttp {
  if (allowHttp) return 'anywhere';
  return isHttpOnLoopback(new URL(issuer)) ? 'on loopback' : 'nowhere';
}

/**
 * Reads the URL of an endpoint, to which secrets will go: absolute, https, without user info and fragment.
 *
 * @returns undefined if there is none, or none that can be used
 * @see RFC 6749 section 3.2
 */
function readEndpoint(value: unknown, plainHttp: PlainHttp): string | undefined {
  const text = readText(value) ?? '';
  // The URL parser accepts white space, control characters, backslashes, and too many or too few slashes.
  if (!/^https?:\/\/(?!\/)[^\s#\\\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return undefined;
  const isAllowed =
    url.protocol === 'https:' ||
    plainHttp === 'anywhere' ||
    (plainHttp === 'on loopback' && isHttpOnLoopback(url));
  return isAllowed ? url.href : undefined;
}

function isHttpOnLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && isLoopback(hostname);
}

/** The error for a reply without metadata. */
function missing(reply: Reply, asked: readonly Reply[]): DiscoveryError {
  const { response } = reply;
  const { status, headers } = response;
  const retryable = mayPass(reply);
  if (isSuccessStatus(status)) return discoveryError('not_metadata', reply, asked, { retryable });
  if (status >= 300 && status <= 399) {
    return discoveryError('redirect', reply, asked, { location: headers['location'] });
  }
  const code = isNotFound(response) && !retryable ? 'not_found' : 'refused';
  return discoveryError(code, reply, asked, { retryable });
}

/** The error for metadata without a token endpoint that can be used. */
function tokenEndpointFailure(
  members: Members,
  reply: Reply,
  asked: readonly Reply[],
): DiscoveryError {
  const endpoint = readText(members['token_endpoint']);
  return endpoint === undefined
    ? discoveryError('no_token_endpoint', reply, asked)
    : discoveryError('unusable_endpoint', reply, asked, { endpoint });
}

/** A {@link DiscoveryError} that names the requested URLs and the form of the answer. */
function discoveryError(
  code: DiscoveryErrorCode,
  { response, retryAfter }: Reply,
  asked: readonly Reply[],
  details: Partial<DiscoveryErrorDetails> = {},
): DiscoveryError {
  return new DiscoveryError(code, {
    attempts: asked.map((one) => ({ url: one.url, status: one.response.status })),
    answer: shapeOf(response),
    retryable: false,
    retryAfter,
    ...details,
  });
}
