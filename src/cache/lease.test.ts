import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { type CacheKeys, isEntryName, makeNamePrefix } from './keys.ts';
import { leaseWindow, listLeaseNames } from './lease.ts';

const keys: CacheKeys = {
  naming: Buffer.alloc(32, 1),
  sealing: Buffer.alloc(32, 2),
  lease: Buffer.from('4777ce38087819150ec575e9fa1a47c69a45d7a06f5862e2573cdf368582dca7', 'hex'),
};

/** 2026-01-31T12:00:00Z, where a window begins. */
const windowStart = Date.UTC(2026, 0, 31, 12);

const times = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });

describe('the names of a lease', () => {
  // Computed with hmac of Python.
  test('of a known key and time are these, first the name of the window before', () => {
    assert.deepEqual(listLeaseNames(keys, windowStart), [
      'oauth2-lease-v2-90ef77f8d99acb427b605ee7d7e64c62',
      'oauth2-lease-v2-6472d51ebb7e078d0e540d66269f10f5',
    ]);
  });

  test('stay the same for 60 s', () => {
    const names = listLeaseNames(keys, windowStart);
    assert.deepEqual(listLeaseNames(keys, windowStart + 59_999), names);
    assert.notDeepEqual(listLeaseNames(keys, windowStart + 60_000), names);
    assert.notDeepEqual(listLeaseNames(keys, windowStart - 1), names);
  });

  test('have one in common if two clocks differ by no more than a window', () => {
    const skews = fc.integer({ min: 0, max: leaseWindow });
    fc.assert(
      fc.property(times, skews, (now, skew) => {
        const later = listLeaseNames(keys, now + skew);
        return listLeaseNames(keys, now).some((name) => later.includes(name));
      }),
    );
  });

  test('have none in common after two windows, so that an old reservation blocks nobody', () => {
    fc.assert(
      fc.property(times, (now) => {
        const later = listLeaseNames(keys, now + 2 * leaseWindow);
        return !listLeaseNames(keys, now).some((name) => later.includes(name));
      }),
    );
  });

  test('differ only if the key differs', () => {
    const names = listLeaseNames(keys, windowStart);
    const other = { ...keys, lease: Buffer.alloc(32) };
    assert.equal(
      listLeaseNames(other, windowStart).some((name) => names.includes(name)),
      false,
    );
    const same = { ...keys, naming: Buffer.alloc(32), sealing: Buffer.alloc(32) };
    assert.deepEqual(listLeaseNames(same, windowStart), names);
  });

  test('share no prefix with the names of entries', () => {
    const prefix = makeNamePrefix(keys);
    for (const name of listLeaseNames(keys, windowStart)) {
      assert.equal(isEntryName(name, prefix), false);
      assert.equal(name.startsWith('oauth2-token-'), false);
      assert.equal(prefix.startsWith('oauth2-lease-'), false);
    }
  });
});
