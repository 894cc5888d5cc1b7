import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import type { Clock } from '../clock.ts';
import {
  type Attempt,
  type FailedAttempt,
  GaveUp,
  retry,
  type RetryPolicy,
  type Verdict,
} from './retry.ts';

/** A timer of the fake clock. */
interface Timer {
  readonly milliseconds: number;
  readonly fire: () => void;
  calledOff: boolean;
}

/** A clock that stands still until someone sleeps, or a test moves it forward. */
interface FakeClock extends Clock {
  readonly sleeps: number[];
  readonly timers: Timer[];
  readonly advance: (milliseconds: number) => void;
}

/** When the fake clock starts. It is far from 0, so that a deadline cannot be confused with a duration. */
const start = 5_000_000;

function createClock(onSleep: (clock: FakeClock) => void = () => undefined): FakeClock {
  let time = start;
  const sleeps: number[] = [];
  const timers: Timer[] = [];
  const clock: FakeClock = {
    sleeps,
    timers,
    advance: (milliseconds) => {
      time += milliseconds;
    },
    // The time of day can jump, so nothing may depend on it.
    now: () => {
      throw new Error('The time of day was asked for.');
    },
    monotonic: () => time,
    sleep: (milliseconds) => {
      onSleep(clock);
      sleeps.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
    startTimer: (milliseconds, callback) => {
      const timer: Timer = { milliseconds, fire: callback, calledOff: false };
      timers.push(timer);
      return () => {
        timer.calledOff = true;
      };
    },
  };
  return clock;
}

/** The result of one run of retry(). */
interface Outcome<T> {
  readonly clock: FakeClock;
  readonly reports: FailedAttempt[];
  readonly judged: unknown[];
  readonly draws: () => number;
  readonly result: Promise<T>;
}

/** An attempt that can also read the clock, and move it forward. */
type ScriptedAttempt<T> = (...args: [...Parameters<Attempt<T>>, clock: FakeClock]) => Promise<T>;

/** How a run differs from the usual one. Times are in seconds. */
interface Differences {
  readonly policy?: Partial<Omit<RetryPolicy, 'deadline'>>;
  readonly totalTimeout?: number;
  readonly random?: number;
  readonly judge?: (error: unknown) => Verdict;
  /** Called when a sleep begins. */
  readonly onSleep?: (clock: FakeClock) => void;
  readonly prepare?: (clock: FakeClock) => Promise<void>;
}

function run<T>(attempt: ScriptedAttempt<T>, differences: Differences = {}): Outcome<T> {
  const { policy, totalTimeout = 120, random = 0.5 } = differences;
  const { judge = (): Verdict => ({ retryable: true }), prepare } = differences;
  const clock = createClock(differences.onSleep);
  const reports: FailedAttempt[] = [];
  const judged: unknown[] = [];
  let draws = 0;
  const defaults = { maxAttempts: 4, timeSlot: 3, maxWait: 10, attemptTimeout: 15 };
  const deadline = clock.monotonic() + totalTimeout * 1000;
  const result = retry(
    (number, signal) => attempt(number, signal, clock),
    { ...defaults, ...policy, deadline },
    {
      clock,
      random: () => {
        draws += 1;
        return random;
      },
      judge: (error) => {
        judged.push(error);
        return judge(error);
      },
      report: (failure) => {
        reports.push(failure);
      },
      ...(prepare !== undefined && { prepare: () => prepare(clock) }),
    },
  );
  return { clock, reports, judged, draws: () => draws, result };
}

/** The error with which a run gave up. */
async function catchGaveUp(result: Promise<unknown>): Promise<GaveUp> {
  const error: unknown = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GaveUp, `expected GaveUp, got ${String(error)}`);
  return error;
}

function fail(): Promise<never> {
  return Promise.reject(new Error('failed'));
}

/** Fails, each time after so many milliseconds. */
function failAfter(milliseconds: number): ScriptedAttempt<never> {
  return (_attempt, _signal, clock) => {
    clock.advance(milliseconds);
    return fail();
  };
}

/** Fails after so many milliseconds, then succeeds at once. */
function failOnceAfter(milliseconds: number): ScriptedAttempt<string> {
  return (attempt, _signal, clock) => {
    if (attempt > 1) return Promise.resolve('token');
    clock.advance(milliseconds);
    return fail();
  };
}

/** The highest possible draw. */
const highest = 1 - Number.EPSILON;

describe('attempts', () => {
  test('one that succeeds at once has no wait and no report, and gives its own result', async () => {
    const { clock, reports, result } = run((attempt) => Promise.resolve(`result ${attempt}`));
    assert.equal(await result, 'result 1');
    assert.deepEqual(clock.sleeps, []);
    assert.deepEqual(reports, []);
    assert.equal(clock.timers.length, 1);
  });

  test('success at attempt k of N comes after k - 1 waits and reports, and ends it', async () => {
    const attempts = fc.integer({ min: 1, max: 100 });
    await fc.assert(
      fc.asyncProperty(attempts, attempts, async (one, other) => {
        const [success, maxAttempts] = [Math.min(one, other), Math.max(one, other)];
        const numbers: number[] = [];
        const { clock, reports, result } = run(
          (attempt) => {
            numbers.push(attempt);
            return attempt === success ? Promise.resolve('token') : fail();
          },
          { policy: { maxAttempts }, totalTimeout: 86_400 },
        );
        assert.equal(await result, 'token');
        assert.deepEqual(
          numbers,
          Array.from({ length: success }, (_, index) => index + 1),
        );
        assert.equal(clock.sleeps.length, success - 1);
        assert.equal(reports.length, success - 1);
      }),
    );
  });

  test('N failures make N - 1 waits and N reports', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), async (maxAttempts) => {
        const differences = { policy: { maxAttempts }, totalTimeout: 86_400 };
        const { clock, reports, result } = run(fail, differences);
        const { code, failure } = await catchGaveUp(result);
        assert.equal(code, 'attempts_used_up');
        assert.equal(clock.sleeps.length, maxAttempts - 1);
        assert.equal(reports.length, maxAttempts);
        assert.equal(failure, reports.at(-1));
      }),
    );
  });

  test('the error of the last one is the cause of giving up', async () => {
    const errors = [new Error('first'), new Error('second')];
    const { result } = run((attempt) => Promise.reject(errors[attempt - 1] ?? new Error('more')), {
      policy: { maxAttempts: 2 },
    });
    assert.equal((await catchGaveUp(result)).cause, errors[1]);
  });

  test('one that throws before it gives a promise has failed like any other', async () => {
    const { clock, result } = run((attempt) => {
      if (attempt === 1) throw new Error('at once');
      return Promise.resolve('token');
    });
    assert.equal(await result, 'token');
    assert.deepEqual(
      clock.timers.map(({ calledOff }) => calledOff),
      [true, true],
    );
  });

  for (const thrown of ['a string', 404, null, undefined]) {
    test(`one that throws ${String(thrown)} is judged by exactly this value`, async () => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the point
      const { judged, reports, result } = run(() => Promise.reject(thrown), {
        judge: () => ({ retryable: false }),
      });
      const { cause } = await catchGaveUp(result);
      assert.deepEqual([...judged, reports[0]?.error, cause], [thrown, thrown, thrown]);
    });
  }
});

describe('waits', () => {
  test('are drawn for the number of failures so far', async () => {
    const { clock, draws, result } = run(fail, { random: highest });
    await catchGaveUp(result);
    assert.deepEqual(clock.sleeps, [3000, 9000, 10_000]);
    assert.equal(draws(), 3);
  });

  test('can be zero', async () => {
    const { clock, result } = run(fail, { random: 0 });
    await catchGaveUp(result);
    assert.deepEqual(clock.sleeps, [0, 0, 0]);
  });

  test('last as long as the server requests if that is longer, even longer than the longest backoff', async () => {
    const { clock, result } = run(fail, {
      policy: { maxAttempts: 2 },
      random: highest,
      judge: () => ({ retryable: true, retryAfter: 42_000 }),
    });
    await catchGaveUp(result);
    assert.deepEqual(clock.sleeps, [42_000]);
  });

  test('last as long as the backoff when the server requests less', async () => {
    const { clock, result } = run(fail, {
      policy: { maxAttempts: 2 },
      random: highest,
      judge: () => ({ retryable: true, retryAfter: 1000 }),
    });
    await catchGaveUp(result);
    assert.deepEqual(clock.sleeps, [3000]);
  });
});

describe('giving up', () => {
  test('comes at once after an error that would happen again', async () => {
    const { clock, reports, draws, result } = run(fail, {
      judge: () => ({ retryable: false, retryAfter: 1000 }),
    });
    const { code, failure } = await catchGaveUp(result);
    assert.equal(code, 'not_retryable');
    assert.equal(failure.attempt, 1);
    assert.equal(reports.length, 1);
    assert.deepEqual(clock.sleeps, []);
    assert.equal(draws(), 0);
  });

  test('comes without a wait after the only attempt', async () => {
    const { clock, reports, draws, result } = run(fail, { policy: { maxAttempts: 1 } });
    assert.equal((await catchGaveUp(result)).code, 'attempts_used_up');
    assert.equal(reports[0]?.wait, undefined);
    assert.deepEqual(clock.sleeps, []);
    assert.equal(draws(), 0);
  });

  test('comes at once if the server requests more time than is left, and names that time', async () => {
    const { clock, reports, result } = run(fail, {
      judge: () => ({ retryable: true, retryAfter: 3_600_000 }),
    });
    const { code, failure } = await catchGaveUp(result);
    assert.equal(code, 'retry_after_too_long');
    assert.equal(failure.retryAfter, 3_600_000);
    assert.equal(failure.wait, undefined);
    assert.equal(reports.length, 1);
    assert.deepEqual(clock.sleeps, []);
  });

  test('comes at once when the server requests exactly the time that is left', async () => {
    const { clock, result } = run(failAfter(20_000), {
      judge: () => ({ retryable: true, retryAfter: 100_000 }),
    });
    assert.equal((await catchGaveUp(result)).code, 'retry_after_too_long');
    assert.deepEqual(clock.sleeps, []);
  });

  test('does not come when the server requests a little less than the time that is left', async () => {
    const { clock, result } = run(failOnceAfter(20_000), {
      judge: () => ({ retryable: true, retryAfter: 99_998 }),
    });
    assert.equal(await result, 'token');
    assert.deepEqual(clock.sleeps, [99_998]);
  });

  test('comes at once when the wait would last until the deadline', async () => {
    const { clock, reports, result } = run(fail, { random: highest, totalTimeout: 3 });
    const { code, failure } = await catchGaveUp(result);
    assert.equal(code, 'total_timeout');
    assert.equal(failure.wait, undefined);
    assert.equal(reports.length, 1);
    assert.deepEqual(clock.sleeps, []);
  });

  test('does not come when the wait leaves a little of the time', async () => {
    const { clock, result } = run(failOnceAfter(0), { random: highest, totalTimeout: 3.002 });
    assert.equal(await result, 'token');
    assert.deepEqual(clock.sleeps, [3000]);
    assert.equal(clock.timers[1]?.milliseconds, 2);
  });

  test('names the deadline if an attempt took all the time, even if it was the last one', async () => {
    for (const maxAttempts of [1, 4]) {
      const { clock, result } = run(failAfter(15_000), {
        policy: { maxAttempts },
        random: 0,
        totalTimeout: 15,
      });
      assert.equal((await catchGaveUp(result)).code, 'total_timeout');
      assert.deepEqual(clock.sleeps, []);
    }
  });

  test('names the deadline if a timer was a millisecond early, because that is not enough time for an attempt', async () => {
    const { clock, result } = run(failAfter(14_999), { random: 0, totalTimeout: 15 });
    assert.equal((await catchGaveUp(result)).code, 'total_timeout');
    assert.equal(clock.timers.length, 1);
  });

  test('does not come while there are two milliseconds for another attempt', async () => {
    const { clock, result } = run(failOnceAfter(14_998), { random: 0, totalTimeout: 15 });
    assert.equal(await result, 'token');
    assert.equal(clock.timers[1]?.milliseconds, 2);
  });

  test('names the answer rather than the deadline if the answer would be the same', async () => {
    const { result } = run(failAfter(15_000), {
      totalTimeout: 15,
      judge: () => ({ retryable: false }),
    });
    assert.equal((await catchGaveUp(result)).code, 'not_retryable');
  });

  test('names the number of attempts rather than the wait that the server requests after the last', async () => {
    const { result } = run(fail, {
      policy: { maxAttempts: 1 },
      judge: () => ({ retryable: true, retryAfter: 3_600_000 }),
    });
    const { code, failure } = await catchGaveUp(result);
    assert.equal(code, 'attempts_used_up');
    assert.equal(failure.retryAfter, 3_600_000);
  });

  test('is an error with a name and a stable code', async () => {
    const gaveUp = await catchGaveUp(run(fail, { policy: { maxAttempts: 1 } }).result);
    assert.equal(gaveUp.name, 'GaveUp');
    assert.equal(gaveUp.message, 'attempts_used_up');
  });
});

describe('the time of an attempt', () => {
  test('is the timeout, or what is left of the whole time if that is less', async () => {
    const { clock, result } = run(failAfter(15_000), { random: highest, totalTimeout: 50 });
    await catchGaveUp(result);
    // 15 s and a wait of 3 s, 15 s and a wait of 9 s: 8 s are left.
    assert.deepEqual(
      clock.timers.map(({ milliseconds }) => milliseconds),
      [15_000, 15_000, 8000],
    );
  });

  test('is never less than none', async () => {
    const { clock, result } = run(() => Promise.resolve('token'), { totalTimeout: -1 });
    assert.equal(await result, 'token');
    assert.equal(clock.timers[0]?.milliseconds, 0);
  });

  test('aborts the signal of the attempt with a TimeoutError when it is over, and not before', async () => {
    const { result } = run(
      (_, signal, clock) => {
        assert.equal(signal.aborted, false);
        clock.timers.at(-1)?.fire();
        return Promise.reject(signal.reason as DOMException);
      },
      { policy: { maxAttempts: 1 } },
    );
    const { cause } = await catchGaveUp(result);
    assert.ok(cause instanceof DOMException);
    assert.equal(cause.name, 'TimeoutError');
    assert.equal(cause.message, 'The time for this attempt is over.');
  });

  test('has its own signal for each attempt', async () => {
    const signals: AbortSignal[] = [];
    const { result } = run(
      (attempt, signal, clock) => {
        signals.push(signal);
        if (attempt === 2) clock.timers[1]?.fire();
        return fail();
      },
      { policy: { maxAttempts: 3 } },
    );
    await catchGaveUp(result);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false, true, false],
    );
  });

  test('is cancelled when the attempt has ended in any way', async () => {
    const { clock, result } = run(failOnceAfter(0));
    assert.equal(clock.timers[0]?.calledOff, false);
    await result;
    assert.deepEqual(
      clock.timers.map(({ calledOff }) => calledOff),
      [true, true],
    );
  });

  test('is cancelled before the wait begins', async () => {
    const calledOff: (boolean | undefined)[] = [];
    const onSleep = ({ timers }: FakeClock): void => {
      calledOff.push(timers.at(-1)?.calledOff);
    };
    await run(failOnceAfter(0), { onSleep }).result;
    assert.deepEqual(calledOff, [true]);
  });
});

describe('a report', () => {
  test('has the numbers of each failed attempt', async () => {
    const errors = [new Error('1'), new Error('2'), new Error('3')];
    const times = [200, 5000, 700];
    const { reports, result } = run(
      (attempt, _signal, clock) => {
        clock.advance(times[attempt - 1] ?? 0);
        return Promise.reject(errors[attempt - 1] ?? new Error('more'));
      },
      {
        policy: { maxAttempts: 3 },
        totalTimeout: 30,
        random: highest,
        judge: (error) => ({
          retryable: true,
          ...(error === errors[1] ? { retryAfter: 12_000 } : {}),
        }),
      },
    );
    const { failure } = await catchGaveUp(result);
    const [first, second, third] = errors;
    assert.deepEqual(reports, [
      {
        attempt: 1,
        maxAttempts: 3,
        error: first,
        wait: 3000,
        retryAfter: undefined,
        allowed: 15_000,
        took: 200,
      },
      {
        attempt: 2,
        maxAttempts: 3,
        error: second,
        wait: 12_000,
        retryAfter: 12_000,
        allowed: 15_000,
        took: 5000,
      },
      {
        attempt: 3,
        maxAttempts: 3,
        error: third,
        wait: undefined,
        retryAfter: undefined,
        allowed: 9800,
        took: 700,
      },
    ]);
    assert.equal(failure, reports[2]);
  });

  test('comes before the wait that it announces', async () => {
    let reported = 0;
    const { reports, result } = run(failOnceAfter(0), {
      onSleep: () => {
        reported = reports.length;
      },
    });
    await result;
    assert.equal(reported, 1);
  });
});

describe('preparing', () => {
  test('comes before each attempt', async () => {
    const story: string[] = [];
    const { result } = run(
      (attempt) => {
        story.push(`attempt ${attempt}`);
        return attempt === 1 ? fail() : Promise.resolve('token');
      },
      {
        prepare: () => {
          story.push('prepare');
          return Promise.resolve();
        },
      },
    );
    await result;
    assert.deepEqual(story, ['prepare', 'attempt 1', 'prepare', 'attempt 2']);
  });

  test('takes from the whole time, and not from the time of the attempt', async () => {
    const { reports, result } = run(failAfter(200), {
      policy: { maxAttempts: 1 },
      totalTimeout: 20,
      prepare: (clock) => {
        clock.advance(7000);
        return Promise.resolve();
      },
    });
    await catchGaveUp(result);
    assert.deepEqual(
      reports.map(({ allowed, took }) => ({ allowed, took })),
      [{ allowed: 13_000, took: 200 }],
    );
  });

  test('that fails ends everything with its own error, without an attempt or a report', async () => {
    const error = new Error('no OIDC token');
    let attempts = 0;
    const { reports, judged, result } = run(
      () => {
        attempts += 1;
        return fail();
      },
      { prepare: () => Promise.reject(error) },
    );
    await assert.rejects(result, error);
    assert.deepEqual({ attempts, reports, judged }, { attempts: 0, reports: [], judged: [] });
  });
});
