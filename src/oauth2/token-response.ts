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
  /** The granted scopes; undefined where the server named none, which means: as requested (RFC 6749 section 5.1). */
  readonly scopes: readonly string[] | undefined;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  /** What else the response has, without what is nested too deeply: an object, or the list that the response is. */
  readonly others: OtherFields;
  /** When it was requested: epoch, milliseconds. */
  readonly issuedAt: number;
}

/** Values of JSON; a number that would change is an ExactNumber. */
export type OtherFields = Members | readonly unknown[];

/** What the reading of a response needs as well. */
export interface ResponseContext {
  /** The places that are not the standard ones; none if it is left out. */
  readonly fields?: ResponseFields | undefined;
  /** When the request was sent: epoch, milliseconds. The expiry is counted from here, because the answer took time. */
  readonly sentAt: number;
  /** Now: epoch, milliseconds. */
  readonly now: number;
}

/** The fewest characters of a token, without white space at its ends. A mask of fewer would hide ordinary words. */
export const shortestToken = 8;

/** The errors that a server reports for a while (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5). */
const transientErrors: ReadonlySet<string> = new Set([
  'temporarily_unavailable',
  'server_error',
  'slow_down',
]);

/** The fields that are read here and have a place of their own in a {@link TokenResponse}. */
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
 * @throws {TokenError} when it brings no token
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
 * Throws where the answer is a failure: an `error`, whatever the status, a status that is no success, or a success that
 * cannot be read.
 *
 * @param body what was read of it; undefined if it cannot be read
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
  // A server that says when to come back means that it will answer otherwise then.
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
    // Not of the RFC, but some servers nest it: {"error": {"code": ..., "message": ...}}.
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
 * @throws {TokenError} where there is no token, or one that cannot be one
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
  // Who names a place for milliseconds knows of no seconds.
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
 * @throws {TokenError} where it is missing, or malformed
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
 * Refuses an access token that is too short to be hidden in a log.
 *
 * @param read what was read of the response
 * @throws {TokenError}
 */
export function refuseShortToken(read: TokenResponse, response: HttpResponse): TokenResponse {
  if (read.accessToken.token.trim().length >= shortestToken) return read;
  throw failure('short_token', response, { retryable: false });
}

/**
 * Reads a token of any kind.
 *
 * @throws {TokenError} where it has a character outside %x20-7E (RFC 6749 appendices A.12 and A.17): a line break in it
 *   would be an injection into a later step
 */
function readToken(response: HttpResponse, value: unknown): string | undefined {
  const token = readText(value);
  if (token === undefined || /^[\x20-\x7e]+$/.test(token)) return token;
  throw failure('malformed_token', response, { retryable: false });
}

/**
 * Reads what comes with the token.
 *
 * @throws {TokenError} where a refresh token or an ID token is malformed
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

/** How deep another field may be nested, levels. JSON.parse reads any depth, but no recursive call goes that far. */
const deepest = 100;

/**
 * Takes from a Location where it points, without its query and user info: they may carry what is nobody's business. Secrets must be
 * hidden in it before, because a mask matches no part of one.
 */
export function readLocation(location: string): string {
  // As URLs are read: without white space around and line breaks and tabs within, and a backslash is a slash.
  const text = location.replace(/[\t\r\n]/g, '').trim();
  if (/^https?:/i.test(text) && URL.canParse(text)) {
    const { protocol, host, pathname } = new URL(text);
    return `${protocol}//${host}${pathname}`;
  }
  const [place = ''] = text.split(/[?#]/);
  // Only what begins with one slash is sure to have no host, and so no user info.
  if (/^\/(?![/\\])/.test(place)) return place;
  return dropUserInfo(place);
}

/** Drops all before the last @ but a scheme and slashes; in one go, because a server chooses the length. */
function dropUserInfo(place: string): string {
  const at = place.lastIndexOf('@');
  if (at < 0) return place;
  const [start = ''] = /^(?:[a-z][a-z\d+.-]*:(?=[/\\]))?[/\\]*/i.exec(place) ?? [];
  return start + place.slice(at + 1);
}

/** A {@link TokenError} that tells what the answer was like. */
export function failure(
  code: TokenError['code'],
  response: HttpResponse,
  details: Omit<ConstructorParameters<typeof TokenError>[1], 'answer'>,
): TokenError {
  return new TokenError(code, { ...details, answer: shapeOf(response) });
}
