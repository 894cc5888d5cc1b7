import { TransportError } from '../http/transport-error.ts';
import type { AnswerShape } from './answer/answer-shape.ts';

/** Why an answer of the token endpoint brought no token, in stable words. */
export type TokenErrorCode =
  /** The server said so in an `error` (RFC 6749 section 5.2), with whatever status. */
  | 'oauth_error'
  /** A status that is not a success, without an `error`. */
  | 'http_error'
  | 'redirect'
  /**
   * A success that is not a JSON object, not a form with a token or an error, and not what response-fields can read.
   */
  | 'unparsable'
  /** A body that was read but has no token in the expected place. */
  | 'no_access_token'
  /** An ACS answer whose `expires_at` is missing or is not a Zulu time. */
  | 'no_expires_at'
  /** A token with characters that no token can have (RFC 6749 appendices A.12 and A.17). */
  | 'malformed_token'
  /** A token that is too short to be masked in a log. */
  | 'short_token';

/** What a server says about an error (RFC 6749 section 5.2). Text from outside: never print it as it is. */
export interface OAuthErrorResponse {
  readonly error: string;
  readonly description: string | undefined;
  readonly uri: string | undefined;
}

/** Details of a {@link TokenError}. */
export interface TokenErrorDetails {
  readonly answer: AnswerShape;
  readonly retryable: boolean;
  readonly oauthError?: OAuthErrorResponse | undefined;
  /** Where a redirect pointed, as the server wrote it. Text from outside: never print it as it is. */
  readonly location?: string | undefined;
  /** Where response-fields says the token is, if it was not there. */
  readonly path?: string | undefined;
  /** The wait that the server named (Retry-After), in milliseconds. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The statuses by which a gateway says that it passed the request on and has no answer (RFC 9110 section 15, and the
 * statuses of Cloudflare and others: unknown error, connection lost, a timeout of the server).
 *
 * @see https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const lostAnswers: ReadonlySet<number> = new Set([408, 502, 504, 520, 524, 598, 599]);

/** A complete HTTP response that brought no token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;
  readonly answer: AnswerShape;
  /** Whether the same request may succeed a little later. */
  readonly retryable: boolean;
  readonly oauthError: OAuthErrorResponse | undefined;
  readonly location: string | undefined;
  readonly path: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: TokenErrorCode, details: TokenErrorDetails) {
    super(code, { cause: details.cause });
    this.code = code;
    this.answer = details.answer;
    this.retryable = details.retryable;
    this.oauthError = details.oauthError;
    this.location = details.location;
    this.path = details.path;
    this.retryAfter = details.retryAfter;
  }

  /**
   * Whether the server may have issued a token although none arrived: the answer was damaged, or a gateway lost the
   * answer of the server behind it.
   */
  get mayHaveArrived(): boolean {
    const { status } = this.answer;
    const isDamagedSuccess = status < 300 && this.code !== 'oauth_error';
    return isDamagedSuccess || lostAnswers.has(status);
  }
}

/** Why a search for a server's metadata brought none that can be used, in stable words. */
export type DiscoveryErrorCode =
  /** 404 or 410 at every URL that was tried. */
  | 'not_found'
  /** A success that is no JSON object. */
  | 'not_metadata'
  /** The metadata is another issuer's, or names no issuer. */
  | 'issuer_mismatch'
  | 'no_token_endpoint'
  /** A token endpoint to which no secret may be sent. */
  | 'unusable_endpoint'
  | 'redirect'
  /** Another status that is not a success. */
  | 'refused';

/** One URL that was requested for metadata, and the status that came back. */
export interface DiscoveryAttempt {
  readonly url: string;
  readonly status: number;
}

/** Details of a {@link DiscoveryError}. */
export interface DiscoveryErrorDetails {
  /** In the order of the requests. */
  readonly attempts: readonly DiscoveryAttempt[];
  /** The answer that the code is about. */
  readonly answer: AnswerShape;
  readonly retryable: boolean;
  /** The wait that the server requested (Retry-After), in milliseconds. */
  readonly retryAfter?: number | undefined;
  /** Where a redirect pointed, as the server wrote it. Text from outside: never print it as it is. */
  readonly location?: string | undefined;
  /** What the server calls itself. Text from outside: never print it as it is. */
  readonly actualIssuer?: string | undefined;
  /** A token endpoint that is unusable, as the metadata has it. Text from outside: never print it as it is. */
  readonly endpoint?: string | undefined;
}

/** Complete HTTP responses that brought no metadata, or none that can be used. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
  readonly code: DiscoveryErrorCode;
  readonly attempts: readonly DiscoveryAttempt[];
  readonly answer: AnswerShape;
  /** Whether the same search may succeed a little later. */
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
  readonly location: string | undefined;
  readonly actualIssuer: string | undefined;
  readonly endpoint: string | undefined;
  /** Metadata can be requested again, because the answer has no token. */
  readonly mayHaveArrived = false;

  constructor(code: DiscoveryErrorCode, details: DiscoveryErrorDetails) {
    super(code);
    this.code = code;
    this.attempts = details.attempts;
    this.answer = details.answer;
    this.retryable = details.retryable;
    this.retryAfter = details.retryAfter;
    this.location = details.location;
    this.actualIssuer = details.actualIssuer;
    this.endpoint = details.endpoint;
  }
}

/** Which failed attempts are made again: those whose result may change, or all, as the Python library does. */
export type RetryOn = 'transient' | 'all';

/**
 * Decides, in this one place, whether a failed attempt is made again.
 *
 * @param error what the attempt threw
 * @param spendsGrant whether the request carries a grant that the server accepts only once. If its answer may have been
 *   lost, it is not sent again, because the server could take it for theft and revoke all tokens (RFC 6749 section
 * 10.4)
 */
export function judgeFailure(
  error: unknown,
  { retryOn, spendsGrant }: { readonly retryOn: RetryOn; readonly spendsGrant: boolean },
): { retryable: boolean; retryAfter?: number | undefined } {
  if (!isFailedAttempt(error)) return { retryable: false };
  if (spendsGrant && error.mayHaveArrived) return { retryable: false };
  return {
    retryable: error.retryable || retryOn === 'all',
    retryAfter: error.retryAfter,
  };
}

function isFailedAttempt(error: unknown): error is TokenError | DiscoveryError | TransportError {
  return (
    error instanceof TokenError ||
    error instanceof DiscoveryError ||
    error instanceof TransportError
  );
}
