import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { type Backoff, drawWait } from './backoff.ts';

const backoff: Backoff = { timeSlot: 3, maxWait: 10 };

/** Every wait that can be drawn after so many failures, in seconds. All have the same probability. */
function listWaits(failed: number): number[] {
  const outcomes = 2 ** failed;
  return Array.from({ length: outcomes }, (_, outcome) =>
    drawWait(backoff, failed, () => outcome / outcomes),
  );
}

const waits: readonly (readonly [failed: number, expected: readonly number[]])[] = [
  [1, [0, 3]],
  [2, [0, 3, 6, 9]],
  [3, [0, 3, 6, 9, 10, 10, 10, 10]],
];

for (const [failed, expected] of waits) {
  test(`with slot 3 and limit 10, failure ${failed} is followed by one of ${expected.join(', ')} s`, () => {
    assert.deepEqual(listWaits(failed), expected);
  });
}

test('a draw gives one wait up to the beginning of the next', () => {
  const almost = 1 - Number.EPSILON;
  assert.equal(
    drawWait(backoff, 2, () => 0.25 * almost),
    0,
  );
  assert.equal(
    drawWait(backoff, 2, () => almost),
    9,
  );
});

test('a wait takes one draw', () => {
  let draws = 0;
  drawWait(backoff, 5, () => {
    draws += 1;
    return 0.5;
  });
  assert.equal(draws, 1);
});

describe('for any slot, limit, number of failures and draw', () => {
  // Thousandths, so that a multiple can be recognized although values are rounded.
  const seconds = fc.integer({ min: 0, max: 3_600_000 }).map((thousandths) => thousandths / 1000);
  const failures = fc.integer({ min: 1, max: 100 });
  const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test('the wait is between 0 and the limit', () => {
    fc.assert(
      fc.property(seconds, seconds, failures, draw, (timeSlot, maxWait, failed, drawn) => {
        const wait = drawWait({ timeSlot, maxWait }, failed, () => drawn);
        assert.ok(wait >= 0 && wait <= maxWait, `${wait} s`);
      }),
    );
  });

  test('the wait is a whole number of slots, or the limit', () => {
    fc.assert(
      fc.property(seconds, seconds, failures, draw, (timeSlot, maxWait, failed, drawn) => {
        const wait = drawWait({ timeSlot, maxWait }, failed, () => drawn);
        const slots = timeSlot === 0 ? 0 : Math.round(wait / timeSlot);
        assert.ok(wait === maxWait || wait === slots * timeSlot, `${wait} s`);
      }),
    );
  });

  test('the limit shortens a wait that is too long, and changes no other', () => {
    fc.assert(
      fc.property(seconds, seconds, failures, draw, (timeSlot, maxWait, failed, drawn) => {
        const uncut = drawWait({ timeSlot, maxWait: Infinity }, failed, () => drawn);
        const wait = drawWait({ timeSlot, maxWait }, failed, () => drawn);
        assert.equal(wait, uncut > maxWait ? maxWait : uncut);
      }),
    );
  });

  test('a higher draw never gives a shorter wait', () => {
    fc.assert(
      fc.property(
        seconds,
        seconds,
        failures,
        draw,
        draw,
        (timeSlot, maxWait, failed, one, other) => {
          const [low, high] = [Math.min(one, other), Math.max(one, other)];
          const shorter = drawWait({ timeSlot, maxWait }, failed, () => low);
          const longer = drawWait({ timeSlot, maxWait }, failed, () => high);
          assert.ok(shorter <= longer, `${shorter} s, ${longer} s`);
        },
      ),
    );
  });

  test('every slot up to 2^n - 1 can be drawn after n failures', () => {
    const fewFailures = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(fewFailures, draw, (failed, drawn) => {
        const slot = Math.floor(drawn * 2 ** failed);
        const wait = drawWait({ timeSlot: 1, maxWait: Infinity }, failed, () => slot / 2 ** failed);
        assert.equal(wait, slot);
      }),
    );
  });
});

test('the hundredth failure is followed by 0 or the limit as any other', () => {
  assert.equal(
    drawWait(backoff, 100, () => 0),
    0,
  );
  assert.equal(
    drawWait(backoff, 100, () => 1 - Number.EPSILON),
    10,
  );
});
