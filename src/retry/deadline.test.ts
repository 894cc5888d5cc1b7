import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createFakeClock } from '../../test/support/doubles/fakes.ts';
import { Deadline } from './deadline.ts';

test('a deadline is so many seconds ahead, by the clock that only moves forward', () => {
  const clock = createFakeClock();
  const deadline = new Deadline(clock, 1.5);
  assert.equal(deadline.at, clock.monotonic() + 1500);
});

test('a deadline does not move while time passes', () => {
  const clock = createFakeClock();
  const deadline = new Deadline(clock, 10);
  clock.advance(4000);
  assert.equal(deadline.at - clock.monotonic(), 6000);
});

test('a deadline moves by the time of work that does not count, and the work gives its result', async () => {
  const clock = createFakeClock();
  const deadline = new Deadline(clock, 10);
  clock.advance(4000);
  const result = await deadline.exclude(async () => {
    await clock.sleep(5000);
    return 'done';
  });
  assert.equal(result, 'done');
  assert.equal(deadline.at - clock.monotonic(), 6000);
});

test('a deadline moves even if the work that does not count fails', async () => {
  const clock = createFakeClock();
  const deadline = new Deadline(clock, 10);
  const failing = deadline.exclude(async () => {
    await clock.sleep(5000);
    throw new Error('odd');
  });
  await assert.rejects(failing, /odd/);
  assert.equal(deadline.at - clock.monotonic(), 10_000);
});
