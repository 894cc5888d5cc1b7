import { createHmac } from 'node:crypto';

import type { CacheKeys } from './keys.ts';

/** How long the name of a lease is the same, in milliseconds. */
export const leaseWindow = 60_000;

/**
 * The names that a job must reserve, in this order, to lead: the name of the window before this one, then the name of
 * this one. So jobs before and after a boundary, or with clocks that differ by less than a window, have a name in
 * common. The service can keep an old reservation for a day, but it blocks jobs for two windows at most.
 *
 * They say nothing to anyone without the credentials, and no entry's name begins as they do.
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
