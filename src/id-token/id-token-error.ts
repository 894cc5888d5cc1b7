import { TransportError } from '../http/transport-error.ts';
import type { AnswerShape } from '../oauth2/answer/answer-shape.ts';
import type { RetryOn } from '../oauth2/errors.ts';

/** Why there is no ID token from GitHub, in stable words. */
export type IdTokenErrorCode =
  /** The job may not request one: it lacks `permissions: { id-token: write }`. */
  | 'no_permission'
  /** The runner's URL for it is not an https URL, or not a URL. */
  | 'bad_endpoint'
  /** GitHub has not yet noted that the job is running. */
  | 'pending'
  /** Another status that is not a success. */
  | 'refused'
  /** A success that is not a JSON object. */
  | 'unparsable'
  /** A JSON object without a JWT. */
  | 'malformed';

/** Details of an {@link IdTokenError}. */
export interface IdTokenErrorDetails {
  /** The status of the answer; undefined if nothing was requested. */
  readonly status?: number;
  /** The form of the answer. */
  readonly answer?: AnswerShape;
  readonly retryable?: boolean;
  /** The wait that the endpoint named (Retry-After), in milliseconds. */
  readonly retryAfter?: number | undefined;
}

/** The job cannot get GitHub's ID token. */
export class IdTokenError extends Error {
  override readonly name = 'IdTokenError';
  readonly code: IdTokenErrorCode;
  readonly status: number | undefined;
  readonly answer: AnswerShape | undefined;
  /** Whether the same request may succeed a little later. */
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;

  constructor(code: IdTokenErrorCode, details: IdTokenErrorDetails = {}) {
    super(code);
    this.code = code;
    this.status = details.status;
    this.answer = details.answer;
    this.retryable = details.retryable ?? false;
    this.retryAfter = details.retryAfter;
  }
}

/**
 * Decides whether a failed request for an ID token is made again. A second request does no harm, because each answer is
 * a new ID token.
 *
 * @param error what the attempt threw
 */
export function judgeIdTokenFailure(
  error: unknown,
  retryOn: RetryOn,
): { retryable: boolean; retryAfter?: number | undefined } {
  const isAnswer = error instanceof IdTokenError && error.status !== undefined;
  // If nothing was requested, nothing can be requested again.
  if (!isAnswer && !(error instanceof TransportError)) return { retryable: false };
  return { retryable: error.retryable || retryOn === 'all', retryAfter: error.retryAfter };
}
