import { createHmac } from 'node:crypto';

import type { CacheKeys } from './keys.ts';

/** How long the name of a lease is the same, milliseconds. */
export const leaseWindow = 60_000;

/**
 * The names that a job has to reserve, in this order, to lead: that of the window before this one, then this one's. So
 * jobs to both sides of a boundary, or with clocks that differ by less than a window, have a name in common; and an old
 * reservation, which the service can keep for a day, is in nobody's way for longer than two windows.
 *
 * They tell nothing to those without the credentials, and begin as no entry's name does.
 *
 * @param now epoch, milliseconds
 */
export function listLeaseNames({ lease }: CacheKeys, now: number): readonly string[] {
  const window = Math.floor(now / leaseWindow);
  return [window - 1, window].map((each) => {
    const id = createHmac('sha256', lease).update(String(each)).digest();
    return `oauth2-lease-v2-${id.subarray(0, 16).toString('hex')}`;
  });
}
