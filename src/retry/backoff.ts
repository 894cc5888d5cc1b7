/** How the waits between attempts grow. */
export interface Backoff {
  /** Length of a time slot, in seconds. */
  readonly timeSlot: number;
  /** The longest wait, in seconds. */
  readonly maxWait: number;
}

/**
 * Draws the wait after a failed attempt: exponential backoff with collision avoidance. After the n-th attempt it is a
 * random whole number of time slots, from 0 to 2^n - 1. The limit is applied after the draw. So a wait of the limit
 * becomes more likely with each attempt.
 *
 * @param failed the number of attempts that have failed so far, 1 or more
 * @param random gives a number from 0 (included) to 1 (excluded)
 * @returns seconds
 * @see https://pypi.org/project/exponential-backoff-ca/
 */
export function drawWait(backoff: Backoff, failed: number, random: () => number): number {
  const slots = Math.floor(random() * 2 ** failed);
  return Math.min(backoff.maxWait, backoff.timeSlot * slots);
}
