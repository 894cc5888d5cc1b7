import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createFakeClock } from '../test/support/doubles/fakes.ts';
import { limitTime, longestTimer, systemClock } from './clock.ts';

const tooLong = 2 * longestTimer;

test('a timer calls back once, when its time is over', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let calls = 0;
  systemClock.startTimer(1000, () => {
    calls += 1;
  });
  t.mock.timers.tick(999);
  assert.equal(calls, 0);
  t.mock.timers.tick(1);
  t.mock.timers.tick(1000);
  assert.equal(calls, 1);
});

test('a cancelled timer never calls back', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let calls = 0;
  const callOff = systemClock.startTimer(1000, () => {
    calls += 1;
  });
  callOff();
  t.mock.timers.tick(2000);
  assert.equal(calls, 0);
});

test('a timer for too long a time is set to the longest time that does not fire at once', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let calls = 0;
  systemClock.startTimer(tooLong, () => {
    calls += 1;
  });
  t.mock.timers.tick(longestTimer - 1);
  assert.equal(calls, 0);
  t.mock.timers.tick(1);
  assert.equal(calls, 1);
});

test('a sleep ends when its time is over, and no later than the longest timer', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const sleeps = [systemClock.sleep(1000), systemClock.sleep(tooLong)];
  let settled = 0;
  const count = (): void => {
    settled += 1;
  };
  const counted = sleeps.map((sleep) => sleep.then(count));
  t.mock.timers.tick(999);
  await Promise.resolve();
  assert.equal(settled, 0);
  t.mock.timers.tick(1);
  await counted[0];
  assert.equal(settled, 1);
  t.mock.timers.tick(longestTimer - 1000);
  await Promise.all(counted);
});

test('the longest timer is the longest that node takes as it is', (t) => {
  const warnings: string[] = [];
  t.mock.method(process, 'emitWarning', (_: unknown, name: string) => warnings.push(name));
  clearTimeout(setTimeout(() => undefined, longestTimer));
  assert.deepEqual(warnings, []);
  clearTimeout(setTimeout(() => undefined, longestTimer + 1));
  assert.deepEqual(warnings, ['TimeoutOverflowWarning']);
});

test('durations do not follow the time of day', (t) => {
  const before = systemClock.monotonic();
  t.mock.timers.enable({ apis: ['Date'], now: 0 });
  assert.equal(systemClock.now(), 0);
  assert.ok(systemClock.monotonic() >= before);
  t.mock.timers.setTime(86_400_000);
  assert.equal(systemClock.now(), 86_400_000);
  assert.ok(systemClock.monotonic() - before < 86_400_000);
});

test('a time limit gives the result of the work, and leaves no timer', async () => {
  const clock = createFakeClock();
  const result = await limitTime(
    (signal) => {
      assert.equal(signal.aborted, false);
      return Promise.resolve('done');
    },
    { milliseconds: 1000, over: 'Too late.' },
    clock,
  );
  assert.equal(result, 'done');
  const before = clock.monotonic();
  clock.advanceToTimer();
  assert.equal(clock.monotonic(), before);
});

test('a time limit aborts the work when its time is over, and says so in the reason', async () => {
  const clock = createFakeClock();
  const work = limitTime(
    (signal) => {
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => {
        reject(signal.reason);
      });
      clock.advance(999);
      assert.equal(signal.aborted, false);
      clock.advance(1);
      return promise;
    },
    { milliseconds: 1000, over: 'Too late.' },
    clock,
  );
  await assert.rejects(work, { name: 'TimeoutError', message: 'Too late.' });
});

test('a time limit leaves no timer if the work fails', async () => {
  const clock = createFakeClock();
  const fail = (): Promise<never> => Promise.reject(new Error('odd'));
  await assert.rejects(limitTime(fail, { milliseconds: 1000, over: 'Too late.' }, clock), /odd/);
  const before = clock.monotonic();
  clock.advanceToTimer();
  assert.equal(clock.monotonic(), before);
});
