import type { HttpResponse } from '../http/request.ts';
import { readRetryAfter } from '../http/retry-after.ts';
import { isSuccessStatus, isTransientStatus } from '../http/transport-error.ts';
import { AccessToken } from './access-token.ts';
import { shapeOf } from './answer/answer-shape.ts';
import { type OAuthErrorResponse, TokenError } from './errors.ts';
import { isNestedWithin } from './json/exact-json.ts';
import { isObject, type Members, readText } from './json-object.ts';
import { readBody, type ResponseBody } from './response/body.ts';
import { readExpiry } from './response/expiry.ts';
import { readScopes } from './scopes.ts';
import {
  dropListedSecrets,
  type FieldName,
  findField,
  type ResponseFields,
} from './response/response-fields.ts';

/** What a token endpoint gave. */
export interface TokenResponse {
  readonly accessToken: AccessToken;
  /** The granted scopes; undefined if the server named none, which means: as requested (RFC 6749 section 5.1). */
  readonly scopes: readonly string[] | undefined;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  /** The other fields of the response, without those that are nested too deeply. It is a list if the response is one. */
  readonly others: OtherFields;
  /** When it was requested: epoch, milliseconds. */
  readonly issuedAt: number;
}

/** JSON values. A number that would change is an ExactNumber. */
export type OtherFields = Members | readonly unknown[];

/** What else is needed to read a response. */
export interface ResponseContext {
  /** The places that differ from the standard; none if it is left out. */
  readonly fields?: ResponseFields | undefined;
  /**
   * When the request was sent: epoch, milliseconds. The lifetime is counted from this time, because the answer took
   * time.
   */
  readonly sentAt: number;
  /** Now: epoch, milliseconds. */
  readonly now: number;
}

/** The shortest token, in characters without white space at its ends. A shorter mask would hide ordinary words. */
export const shortestToken = 8;

/** The errors that are only temporary (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5). */
const transientErrors: ReadonlySet<string> = new Set([
  'temporarily_unavailable',
  'server_error',
  'slow_down',
]);

/** The fields that are read here and have their own place in a {@link TokenResponse}. */
const understood: ReadonlySet<string> = new Set([
  'access_token',
  'token_type',
  'expires_in',
  'scope',
  'refresh_token',
  'id_token',
]);

/**
 * Reads the answer of a token endpoint.
 *
 * @throws {TokenError} if it brings no token
 * @see RFC 6749 sections 5.1 and 5.2
 */
export function parseTokenResponse(
  response: HttpResponse,
  context: ResponseContext,
): TokenResponse {
  const { fields = {}, sentAt, now } = context;
  const body = refuseFailure(response, readBody(response.body, fields), now);
  return {
    accessToken: readAccessToken(response, body, fields, sentAt),
    ...readCompanions(response, body, fields),
    issuedAt: sentAt,
  };
}

/**
 * Throws if the answer is a failure: an `error` with any status, a status that is not a success, or a success that
 * cannot be read.
 *
 * @param body the body that was read; undefined if it cannot be read
 * @param now epoch, milliseconds
 * @returns the body of a success
 * @throws {TokenError}
 */
export function refuseFailure<Body extends ResponseBody>(
  response: HttpResponse,
  body: Body | undefined,
  now: number,
): Body {
  const { status, headers } = response;
  const oauthError = isObject(body) ? readOAuthError(body) : undefined;
  const retryAfter = readRetryAfter(response, now);
  if (status >= 300 && status < 400) {
    const location = headers['location'];
    throw failure('redirect', response, { retryable: false, oauthError, location });
  }
  // A server that says when to come back will give another answer then.
  const transient =
    isTransientStatus(status) ||
    transientErrors.has(oauthError?.error ?? '') ||
    retryAfter !== undefined;
  if (oauthError !== undefined) {
    throw failure('oauth_error', response, { retryable: transient, oauthError, retryAfter });
  }
  if (!isSuccessStatus(status)) {
    throw failure('http_error', response, { retryable: transient, retryAfter });
  }
  if (body === undefined) throw failure('unparsable', response, { retryable: true });
  return body;
}

function readOAuthError(members: Members): OAuthErrorResponse | undefined {
  const error = members['error'];
  const description = readText(members['error_description']);
  const uri = readText(members['error_uri']);
  if (isObject(error)) {
    // This is not in the RFC, but some servers nest it: {"error": {"code": ..., "message": ...}}.
    const code = readText(error['status']) ?? readText(error['code']) ?? readText(error['type']);
    return {
      error: code ?? 'unnamed error',
      description: description ?? readText(error['message']),
      uri,
    };
  }
  const code = readText(error);
  return code === undefined ? undefined : { error: code, description, uri };
}

/**
 * Reads the token and its expiry.
 *
 * @param sentAt epoch, milliseconds
 * @throws {TokenError} if there is no token, or a text that cannot be a token
 */
function readAccessToken(
  response: HttpResponse,
  body: ResponseBody,
  fields: ResponseFields,
  sentAt: number,
): AccessToken {
  const find = (name: FieldName): unknown => findField(body, fields, name)?.value;
  const token = readTokenString(response, body, fields);
  const expiresInMs = find('expires_in_ms');
  // If a place for milliseconds is named, the response has no seconds.
  const isReplaced = expiresInMs !== undefined && fields.expires_in === undefined;
  const expiresIn = isReplaced ? undefined : find('expires_in');
  const expiresAt = find('expires_at');
  return new AccessToken({
    token,
    tokenType: readText(find('token_type')) ?? 'Bearer',
    expiresAt: readExpiry({ expiresIn, expiresInMs, expiresAt, token }, sentAt),
  });
}

/**
 * Reads the access token.
 *
 * @throws {TokenError} if it is missing or malformed
 */
export function readTokenString(
  response: HttpResponse,
  body: ResponseBody,
  fields: ResponseFields = {},
): string {
  const token = readToken(response, findField(body, fields, 'access_token')?.value);
  if (token !== undefined) return token;
  throw failure('no_access_token', response, { retryable: false, path: fields.access_token });
}

/**
 * Refuses an access token that is too short to be masked in a log.
 *
 * @param read what was read from the response
 * @throws {TokenError}
 */
export function refuseShortToken(read: TokenResponse, response: HttpResponse): TokenResponse {
  if (read.accessToken.token.trim().length >= shortestToken) return read;
  throw failure('short_token', response, { retryable: false });
}

/**
 * Reads a token of any kind.
 *
 * @throws {TokenError} if it has a character outside %x20-7E (RFC 6749 appendices A.12 and A.17). A line break in it
 * could   inject a command into a later step
 */
function readToken(response: HttpResponse, value: unknown): string | undefined {
  const token = readText(value);
  if (token === undefined || /^[\x20-\x7e]+$/.test(token)) return token;
  throw failure('malformed_token', response, { retryable: false });
}

/**
 * Reads what comes with the token.
 *
 * @throws {TokenError} if a refresh token or an ID token is malformed
 */
export function readCompanions(
  response: HttpResponse,
  body: ResponseBody,
  fields: ResponseFields = {},
): Omit<TokenResponse, 'accessToken' | 'issuedAt'> {
  const find = (name: FieldName): unknown => findField(body, fields, name)?.value;
  return {
    scopes: readScopes(find('scope')),
    refreshToken: readToken(response, find('refresh_token')),
    idToken: readToken(response, find('id_token')),
    others: listOthers(body, fields),
  };
}

function listOthers(body: ResponseBody, fields: ResponseFields): OtherFields {
  if (typeof body === 'string') return {};
  if (!isObject(body)) {
    const shallow = body.map((item) => (isNestedWithin(item, deepest) ? item : null));
    return dropListedSecrets(shallow, fields) as OtherFields;
  }
  const shallow = Object.entries(body).filter(
    ([name, value]) => !understood.has(name) && isNestedWithin(value, deepest),
  );
  return dropListedSecrets(Object.fromEntries(shallow), fields) as OtherFields;
}

/**
 * How many levels deep another field may be nested. JSON.parse reads any depth, but a recursive call cannot go that
 * far.
 */
const deepest = 100;

/**
 * Reads where a Location points, without its query and user info, because these may hold secrets. Known secrets must be
 * hidden in it before, because a mask does not match a part of a secret.
 */
export function readLocation(location: string): string {
  // This is how URLs are read: without white space around them, without line breaks and tabs in them, a backslash as a
  // slash.
  const text = location.replace(/[\t\r\n]/g, '').trim();
  if (/^https?:/i.test(text) && URL.canParse(text)) {
    const { protocol, host, pathname } = new URL(text);
    return `${protocol}//${host}${pathname}`;
  }
  const [place = ''] = text.split(/[?#]/);
  // Only a text that begins with exactly one slash certainly has no host and no user info.
  if (/^\/(?![/\\])/.test(place)) return place;
  return dropUserInfo(place);
}

/**
 * Drops everything before the last @ except a scheme and slashes. It reads the text once, because a server chooses its
 * length.
 */
function dropUserInfo(place: string): string {
  const at = place.lastIndexOf('@');
  if (at < 0) return place;
  const [start = ''] = /^(?:[a-z][a-z\d+.-]*:(?=[/\\]))?[/\\]*/i.exec(place) ?? [];
  return start + place.slice(at + 1);
}

/** A {@link TokenError} that says what the answer was like. */
export function failure(
  code: TokenError['code'],
  response: HttpResponse,
  details: Omit<ConstructorParameters<typeof TokenError>[1], 'answer'>,
): TokenError {
  return new TokenError(code, { ...details, answer: shapeOf(response) });
}
