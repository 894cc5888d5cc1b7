/** A small version of the simulation behind the figures of docs/cache-wait.md, and its parts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createChance } from '../../bench/simulation/chance.ts';
import { plot } from '../../bench/simulation/plot.ts';
import { Calls } from '../../bench/simulation/service.ts';
import { percentile, type Result, simulate } from '../../bench/simulation/simulation.ts';
import { VirtualTime } from '../../bench/simulation/virtual-time.ts';

const second = 1000;
const cacheWait = 30 * second;

describe('200 simulated jobs that start within 10 s', () => {
  const jobs = 200;
  for (const seed of [1, 2, 3]) {
    test(`request one token with cache-wait, and stay far below the limits of the service (seed ${seed})`, async () => {
      const result = await simulate({ jobs, startWithin: 10 * second, cacheWait, seed });
      assert.equal(result.tokenRequests, 1);
      assert.equal(result.waits.length, jobs);
      assert.ok(result.reservations <= 100, `${result.reservations} reservations a minute`);
      assert.ok(result.lookUps <= 750, `${result.lookUps} look-ups a minute`);
      assert.deepEqual([result.reservationsRefused, result.lookUpsRefused], [0, 0]);
      assert.ok(percentile(result.waits, 0.99) < 5 * second);
    });

    test(`request more than one token without it (seed ${seed})`, async () => {
      const result = await simulate({ jobs, startWithin: 10 * second, cacheWait: 0, seed });
      assert.ok(result.tokenRequests > 5, `${result.tokenRequests} token requests`);
    });
  }
});

describe('64 simulated jobs that start within 1 s', () => {
  const scenario = { jobs: 64, startWithin: second, cacheWait };

  test('make one reservation each, and look far less often than the service allows', async () => {
    const result = await simulate({ ...scenario, seed: 1 });
    // The leader reserves a second name, and saves.
    assert.equal(result.tokenRequests, 1);
    assert.ok(result.reservations <= 64 + 2);
    assert.ok(result.lookUps <= 400);
  });

  for (const seed of [1, 2, 3]) {
    test(`all get a token if the leader dies, at the end of their wait at the latest (seed ${seed})`, async () => {
      const result = await simulate({ ...scenario, leaderDies: true, seed });
      assert.equal(result.waits.length, 63);
      assert.ok(result.tokenRequests >= 1);
      // A look before, the wait, a look at its end and the token request.
      assert.ok((result.waits.at(-1) ?? Infinity) < cacheWait + 5 * second);
      assert.ok(result.lookUps < 1000, `${result.lookUps} look-ups a minute`);
      assert.deepEqual([result.reservationsRefused, result.lookUpsRefused], [0, 0]);
    });
  }

  test('give the same result with the same seed, and a different one with a different seed', async () => {
    const results: Result[] = [];
    for (const seed of [1, 1, 2]) results.push(await simulate({ ...scenario, seed }));
    assert.deepEqual(results[0], results[1]);
    assert.notDeepEqual(results[0], results[2]);
  });
});

describe('1,000 simulated jobs that start within 1 s', () => {
  test('are refused by the service, and all get a token', async () => {
    const result = await simulate({ jobs: 1000, startWithin: second, cacheWait, seed: 1 });
    assert.equal(result.waits.length, 1000);
    assert.ok(result.reservationsRefused > 0 && result.lookUpsRefused > 0);
  });
});

describe('virtual time', () => {
  test('ends sleeps in the order of their times, and sleeps of the same time in their own order', async () => {
    const time = new VirtualTime();
    const woken: string[] = [];
    const sleep = async (name: string, ...waits: readonly number[]): Promise<void> => {
      for (const wait of waits) {
        await time.sleep(wait);
        woken.push(`${name} ${time.monotonic()}`);
      }
    };
    const all = [
      sleep('a', 5, 10),
      sleep('b', 3, 3, 9),
      sleep('c', 15),
      sleep('d', 0),
      sleep('e', 3),
    ];
    await time.run();
    await Promise.all(all);
    assert.deepEqual(woken, ['d 0', 'b 3', 'e 3', 'a 5', 'b 6', 'c 15', 'a 15', 'b 15']);
  });

  test('does not call a cancelled timer', async () => {
    const time = new VirtualTime();
    let rang = false;
    time.startTimer(5, () => {
      rang = true;
    })();
    await time.run();
    assert.equal(rang, false);
  });
});

describe('simulated calls', () => {
  test('are refused above the limit, until the first of them are 60 s old', () => {
    const calls = new Calls(2);
    const admitted = [0, 10, 20, 59_999, 60_000, 60_005, 60_010].map((now) => calls.admit(now));
    assert.deepEqual(admitted, [true, true, false, false, true, false, true]);
    assert.equal(calls.refused, 3);
    assert.equal(calls.countBusiestMinute(), 5);
  });
});

describe('simulated randomness', () => {
  test('is even, and its latencies have the median that was requested', () => {
    const { random, latency } = createChance(7);
    const numbers = Array.from({ length: 10_000 }, random);
    assert.ok(numbers.every((number) => number >= 0 && number < 1));
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    assert.ok(Math.abs(mean - 0.5) < 0.02, `a mean of ${mean}`);
    const latencies = Array.from({ length: 10_000 }, () => latency(100)).sort((a, b) => a - b);
    assert.ok(Math.abs(percentile(latencies, 0.5) - 100) < 3);
  });
});

describe('the plot', () => {
  test('puts powers of ten at equal distances, from the lower left corner on', () => {
    const line = { label: 'a line', color: '#000', dash: 'none' };
    const points = [
      [1, 1],
      [10, 100],
      [100, 10],
    ] as const;
    const svg = plot({ title: 'title', x: 'x', y: 'y', decades: 2 }, [{ ...line, points }]);
    assert.match(svg, /d="M70 380L275 50L480 215"/);
    assert.match(svg, />a line<\/text>/);
  });
});
