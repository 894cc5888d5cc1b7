import type { HttpRequest, HttpResponse } from '../http/request.ts';
import { AccessToken } from './access-token.ts';
import { defaultHeaders } from './default-headers.ts';
import { type Members, readText } from './json-object.ts';
import { type AttemptContext, maxResponseBytes } from './token-endpoint.ts';
import { joinHeaders, type Pair } from './token-request.ts';
import {
  failure,
  readCompanions,
  readTokenString,
  refuseFailure,
  refuseShortToken,
  type ResponseContext,
  type TokenResponse,
} from './token-response.ts';
import { readObjectBody } from './response/body.ts';
import { lastZuluTime, parseZuluTime } from './zulu-time.ts';

/** The request to a Stanford ACS-style endpoint: a GET whose headers name the client. */
export interface AcsRequest {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Further headers. */
  readonly headers: readonly Pair[];
}

/** The headers that carry the credentials, in lower case. */
export const acsHeaders: readonly string[] = ['client-id', 'client-secret'];

/**
 * Sends one request to an ACS endpoint.
 *
 * @throws {TransportError} if no complete response came back
 * @throws {TokenError} if the response brings no token, or none with an expiry
 */
export async function askAcsEndpoint(
  request: AcsRequest,
  { send, now, signal, tls }: AttemptContext,
): Promise<TokenResponse> {
  const sentAt = now();
  const limits = { signal, tls, maxBytes: maxResponseBytes };
  const response = await send(buildAcsRequest(request), limits);
  return refuseShortToken(parseAcsResponse(response, { sentAt, now: now() }), response);
}

/** Writes the request as HTTP. */
export function buildAcsRequest(request: AcsRequest): HttpRequest {
  const { tokenUrl, clientId, clientSecret, headers } = request;
  const all = joinHeaders([
    ...defaultHeaders,
    ...headers,
    ['client-id', clientId],
    ['client-secret', clientSecret],
  ]);
  return { method: 'GET', url: tokenUrl, headers: Object.fromEntries(all) };
}

/**
 * Reads the answer of an ACS endpoint. Its `expires_at` decides; `expires_in` is ignored, as the Python library does.
 *
 * @throws {TokenError} if it brings no token, or a token without a Zulu time in `expires_at`
 */
export function parseAcsResponse(response: HttpResponse, context: ResponseContext): TokenResponse {
  const members = refuseFailure(response, readObjectBody(response.body), context.now);
  const accessToken = new AccessToken({
    token: readTokenString(response, members),
    tokenType: readText(members['token_type']) ?? 'Bearer',
    expiresAt: readExpiresAt(response, members),
  });
  return {
    accessToken,
    ...readCompanions(response, withoutExpiry(members)),
    issuedAt: context.sentAt,
  };
}

function readExpiresAt(response: HttpResponse, members: Members): Date {
  const expiresAt = parseZuluTime(readText(members['expires_at']) ?? '');
  if (expiresAt === undefined) throw failure('no_expires_at', response, { retryable: false });
  // Some servers mean "never" by 9999-12-31T23:59:59.9999999Z, and its fraction is later than the last whole second.
  return new Date(Math.min(expiresAt.getTime(), lastZuluTime));
}

function withoutExpiry(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([name]) => name !== 'expires_at'));
}
