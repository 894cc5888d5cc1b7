import { type Backoff, drawWait } from './backoff.ts';
import { limitTime } from '../clock.ts';
import type { Surroundings } from '../surroundings.ts';

/** How often and how long to try. */
export interface RetryPolicy extends Backoff {
  /** Attempts in all, 1 or more. */
  readonly maxAttempts: number;
  /** Time limit for one attempt, in seconds. */
  readonly attemptTimeout: number;
  /** When all attempts must be over, by the clock's monotonic(), in milliseconds. */
  readonly deadline: number;
}

/** Whether another attempt makes sense after an error. */
export interface Verdict {
  readonly retryable: boolean;
  /** The wait that the server named (Retry-After), in milliseconds. */
  readonly retryAfter?: number | undefined;
}

/** A report about one failed attempt. */
export interface FailedAttempt {
  /** 1 for the first. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly error: unknown;
  /** Milliseconds until the next attempt; undefined when there is none. */
  readonly wait: number | undefined;
  /** The wait that the server named (Retry-After), in milliseconds. */
  readonly retryAfter: number | undefined;
  /** The time limit that the attempt had, in milliseconds. */
  readonly allowed: number;
  /** The time that it took, in milliseconds. */
  readonly took: number;
}

/** What retrying needs from its surroundings. */
export interface RetryCollaborators extends Pick<Surroundings, 'clock' | 'random'> {
  readonly judge: (error: unknown) => Verdict;
  readonly report: (failure: FailedAttempt) => void;
  /**
   * Runs before each attempt. It does not count for the attempt's time limit. If it throws, there are no more attempts.
   */
  readonly prepare?: () => Promise<void>;
}

/** Why there was no further attempt. */
export type GaveUpCode =
  'not_retryable' | 'attempts_used_up' | 'total_timeout' | 'retry_after_too_long';

/** No attempt succeeded. The cause is the error of the last one. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp';
  readonly code: GaveUpCode;
  /** The last attempt. */
  readonly failure: FailedAttempt;

  constructor(code: GaveUpCode, failure: FailedAttempt) {
    super(code, { cause: failure.error });
    this.code = code;
    this.failure = failure;
  }
}

/** One attempt. It gets its number, from 1, and the signal that ends it. */
export type Attempt<T> = (attempt: number, signal: AbortSignal) => Promise<T>;

/**
 * Makes attempts until one succeeds, until none is left, or until another would be useless or too late.
 *
 * @throws {GaveUp} with the last attempt's error as its cause; and whatever preparing throws
 */
export async function retry<T>(
  attempt: Attempt<T>,
  policy: RetryPolicy,
  collaborators: RetryCollaborators,
): Promise<T> {
  const { clock, report, prepare } = collaborators;
  for (let number = 1; ; number += 1) {
    if (prepare !== undefined) await prepare();
    const startedAt = clock.monotonic();
    const allowed = Math.max(
      0,
      Math.min(policy.attemptTimeout * 1000, policy.deadline - startedAt),
    );
    const limit = { milliseconds: allowed, over: 'The time for this attempt is over.' };
    try {
      return await limitTime((signal) => attempt(number, signal), limit, clock);
    } catch (error) {
      const took = clock.monotonic() - startedAt;
      const { wait, retryAfter, gaveUp } = decide(error, number, policy, collaborators);
      const { maxAttempts } = policy;
      const failure = { attempt: number, maxAttempts, error, wait, retryAfter, allowed, took };
      report(failure);
      if (gaveUp !== undefined) throw new GaveUp(gaveUp, failure);
      await clock.sleep(wait);
    }
  }
}

type Decision = { readonly retryAfter: number | undefined } & (
  | { readonly wait: number; readonly gaveUp?: undefined }
  | { readonly wait: undefined; readonly gaveUp: GaveUpCode }
);

/** A timer can call back so many milliseconds too early. This rest is not enough time for an attempt. */
const earlyTimer = 1;

/** Decides after a failed attempt how long to wait, or why to give up. */
function decide(
  error: unknown,
  failed: number,
  policy: RetryPolicy,
  { clock, random, judge }: RetryCollaborators,
): Decision {
  const { retryable, retryAfter } = judge(error);
  const giveUp = (gaveUp: GaveUpCode): Decision => ({ wait: undefined, retryAfter, gaveUp });
  const left = policy.deadline - clock.monotonic();

  if (!retryable) return giveUp('not_retryable');
  if (left <= earlyTimer) return giveUp('total_timeout');
  if (failed >= policy.maxAttempts) return giveUp('attempts_used_up');
  if (retryAfter !== undefined && retryAfter >= left) return giveUp('retry_after_too_long');
  const wait = Math.max(drawWait(policy, failed, random) * 1000, retryAfter ?? 0);
  if (wait >= left) return giveUp('total_timeout');
  return { wait, retryAfter };
}
