import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { createFakeClock, type FakeClock } from '../../test/support/doubles/fakes.ts';
import { elect, follow, type Role } from './election.ts';
import type { CacheKeys } from './keys.ts';
import { leaseWindow, listLeaseNames } from './lease.ts';
import type { Reservation, ReservationService } from './service.ts';

const { startTimer } = createFakeClock();

/** A service that gives these outcomes one after the other, and the names that were requested from it. */
function createService(outcomes: readonly Reservation[]): {
  service: ReservationService;
  asked: string[];
} {
  const asked: string[] = [];
  const reserve: ReservationService['reserve'] = (name) => {
    const outcome = outcomes[asked.length];
    asked.push(name);
    assert.ok(outcome !== undefined, 'one reservation too many');
    return Promise.resolve(outcome);
  };
  return { service: { reserve }, asked };
}

/** A service where a name can be reserved once. */
function createRegister(): ReservationService {
  const taken = new Set<string>();
  return {
    reserve: (name) => {
      if (taken.has(name)) return Promise.resolve('taken');
      taken.add(name);
      return Promise.resolve('reserved');
    },
  };
}

describe('elect', () => {
  const names = ['previous', 'current'];
  const elections: readonly [outcomes: Reservation[], role: Role, asked: string[]][] = [
    [['reserved', 'reserved'], 'leads', ['previous', 'current']],
    [['taken'], 'follows', ['previous']],
    [['reserved', 'taken'], 'follows', ['previous', 'current']],
    [['limited'], 'limited', ['previous']],
    [['reserved', 'limited'], 'limited', ['previous', 'current']],
    [['failed'], 'failed', ['previous']],
    [['reserved', 'failed'], 'failed', ['previous', 'current']],
  ];
  for (const [outcomes, role, expected] of elections) {
    test(`gives ${role} if the names are ${outcomes.join(' and ')}`, async () => {
      const { service, asked } = createService(outcomes);
      assert.equal(await elect(names, { service, startTimer }), role);
      assert.deepEqual(asked, expected);
    });
  }

  for (const silentFrom of [0, 1]) {
    test(`is over after 5 s if the service does not answer for name ${silentFrom + 1}`, async () => {
      const clock = createFakeClock();
      const startedAt = clock.monotonic();
      let asked = 0;
      let reason: unknown;
      const service: ReservationService = {
        reserve: (_, signal) => {
          asked += 1;
          if (asked <= silentFrom) return Promise.resolve('reserved');
          return new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              reason = signal.reason;
              resolve('failed');
            });
            clock.advanceToTimer();
          });
        },
      };
      assert.equal(await elect(names, { service, startTimer: clock.startTimer }), 'failed');
      assert.equal(clock.monotonic() - startedAt, 5000);
      assert.ok(reason instanceof DOMException);
      assert.equal(reason.name, 'TimeoutError');
      assert.equal(reason.message, 'The time for the election is over.');
    });
  }

  test('leaves no timer behind', async () => {
    const clock = createFakeClock();
    const startedAt = clock.monotonic();
    const { service } = createService(['taken']);
    await elect(names, { service, startTimer: clock.startTimer });
    clock.advanceToTimer();
    assert.equal(clock.monotonic(), startedAt);
  });
});

describe('an election among many jobs', () => {
  const keys: CacheKeys = {
    naming: Buffer.alloc(32),
    sealing: Buffer.alloc(32),
    lease: Buffer.alloc(32, 7),
  };
  const someTime = fc.integer({ min: leaseWindow, max: Date.UTC(2100) });

  /** Lets the requests of all jobs arrive in any order. */
  async function electAll(s: fc.Scheduler, clocks: readonly number[]): Promise<Role[]> {
    const register = createRegister();
    const service: ReservationService = {
      reserve: s.scheduleFunction((name: string, signal: AbortSignal) =>
        register.reserve(name, signal),
      ),
    };
    const roles = clocks.map((now) => elect(listLeaseNames(keys, now), { service, startTimer }));
    await s.waitIdle();
    return Promise.all(roles);
  }

  test('whose clocks differ by less than a window has exactly one leader, and all others follow', async () => {
    const skews = fc.array(fc.integer({ min: 0, max: leaseWindow - 1 }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), someTime, skews, async (s, now, each) => {
        const roles = await electAll(
          s,
          each.map((skew) => now + skew),
        );
        const others = roles.filter((role) => role !== 'leads');
        assert.equal(others.length, roles.length - 1);
        assert.ok(others.every((role) => role === 'follows'));
      }),
    );
  });

  test('that come a minute after each other has a new leader in the third minute, not before', async () => {
    const service = createRegister();
    const roles: Role[] = [];
    // A follower of the second minute must not take the name that the leader of the third minute needs.
    for (const minute of [10, 11, 11, 12, 12, 13, 14]) {
      const names = listLeaseNames(keys, minute * leaseWindow);
      roles.push(await elect(names, { service, startTimer }));
    }
    const [leads, follows] = ['leads', 'follows'] as const;
    assert.deepEqual(roles, [leads, follows, follows, leads, follows, follows, leads]);
  });

  test('whose clocks differ by any time has at least one leader', async () => {
    const skews = fc.array(fc.integer({ min: 0, max: 6 * leaseWindow }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), someTime, skews, async (s, now, each) => {
        const roles = await electAll(
          s,
          each.map((skew) => now + skew),
        );
        assert.ok(roles.includes('leads'));
      }),
    );
  });
});

/** How a job follows: a clock, and what each look gives. */
interface Following {
  readonly wait: number;
  readonly random?: () => number;
  /** How long a look takes, in milliseconds. */
  readonly took?: number;
  /** The look, counted from 1, that finds the token. */
  readonly foundAt?: number;
}

/** The result, and the times since the beginning at which it looked. */
interface Followed {
  readonly result: string | undefined;
  readonly looks: readonly number[];
  readonly clock: FakeClock;
  readonly total: number;
}

async function followWith({
  wait,
  random = () => 0.5,
  took = 0,
  foundAt,
}: Following): Promise<Followed> {
  const clock = createFakeClock();
  const startedAt = clock.monotonic();
  const looks: number[] = [];
  const look = (): Promise<string | undefined> => {
    looks.push(clock.monotonic() - startedAt);
    clock.advance(took);
    return Promise.resolve(looks.length === foundAt ? 'the token' : undefined);
  };
  const { monotonic, sleep } = clock;
  const result = await follow(look, { wait, monotonic, sleep, random });
  return { result, looks, clock, total: clock.monotonic() - startedAt };
}

describe('follow', () => {
  test('looks after waits that grow, and for the last time when the wait is over', async () => {
    const { result, looks, total } = await followWith({ wait: 30_000 });
    assert.equal(result, undefined);
    assert.deepEqual(looks, [2000, 5000, 9500, 16_250, 26_375, 30_000]);
    assert.equal(total, 30_000);
  });

  test('ends with the look that finds the token', async () => {
    const { result, looks } = await followWith({ wait: 30_000, foundAt: 2 });
    assert.equal(result, 'the token');
    assert.deepEqual(looks, [2000, 5000]);
  });

  test('takes a token that comes at the very end', async () => {
    const { result, looks } = await followWith({ wait: 5000, foundAt: 2 });
    assert.equal(result, 'the token');
    assert.deepEqual(looks, [2000, 5000]);
  });

  const draws: readonly [draw: number, first: number][] = [
    [0, 1000],
    [0.25, 1500],
    [0.999, 2998],
  ];
  for (const [draw, first] of draws) {
    test(`waits ${first} ms at first if ${draw} is drawn`, async () => {
      const { looks } = await followWith({ wait: 30_000, random: () => draw });
      assert.equal(looks[0], first);
    });
  }

  test('draws anew for each wait', async () => {
    const drawn = [0, 0.999];
    const { looks } = await followWith({
      wait: 30_000,
      random: () => drawn.shift() ?? 0.5,
      foundAt: 2,
    });
    assert.deepEqual(looks, [1000, 1000 + 3000 * 1.499]);
  });

  test('looks once, at the end, if the wait is short', async () => {
    assert.deepEqual((await followWith({ wait: 800 })).looks, [800]);
    assert.deepEqual((await followWith({ wait: 2900 })).looks, [2900]);
  });

  test('looks once more if a whole second would be left, and if a whole millisecond is left', async () => {
    assert.deepEqual((await followWith({ wait: 3000 })).looks, [2000, 3000]);
    assert.deepEqual((await followWith({ wait: 2999 })).looks, [2999]);
    assert.deepEqual((await followWith({ wait: 1 })).looks, [1]);
  });

  for (const wait of [0, 0.9, -200]) {
    test(`neither waits nor looks if ${wait} ms are left`, async () => {
      const { looks, total } = await followWith({ wait });
      assert.deepEqual([looks, total], [[], 0]);
    });
  }

  test('does not look once more after a look that went past the end', async () => {
    const { looks } = await followWith({ wait: 8000, took: 5000 });
    assert.deepEqual(looks, [2000, 8000]);
  });

  test('counts the time that looks take', async () => {
    const { looks } = await followWith({ wait: 20_000, took: 1000 });
    assert.deepEqual(looks, [2000, 6000, 11_500, 20_000]);
  });

  test('never sleeps past the end and never looks often, however long the wait and whatever is drawn', async () => {
    const waits = fc.integer({ min: 1, max: 2 ** 31 - 1 }).map((seconds) => seconds * 1000);
    const draws = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(waits, draws, async (wait, drawn) => {
        const random = (): number => Number(drawn.next().value);
        const { looks, total } = await followWith({ wait, random });
        assert.equal(looks.at(-1), wait);
        assert.equal(total, wait);
        // The waits are shortest if 0 is drawn each time: 1 s, 1.5 s, 2.25 s ...
        const most = Math.log(1 + wait / 2000) / Math.log(1.5) + 1;
        assert.ok(looks.length <= Math.ceil(most), `${looks.length} looks in ${wait} ms`);
      }),
    );
  });
});
