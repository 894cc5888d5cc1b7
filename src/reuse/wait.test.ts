import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createFakeClock, createFakeRunner } from '../../test/support/doubles/fakes.ts';
import { line, say } from '../../test/support/making/inputs.ts';
import type { CacheKeys } from '../cache/keys.ts';
import { listLeaseNames } from '../cache/lease.ts';
import type { Reservation } from '../cache/service.ts';
import { AccessToken } from '../oauth2/access-token.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import { type Waiting, waitForOtherJob } from './wait.ts';
import { Log } from '../log/log.ts';
import {
  describeElection,
  sayCacheTitle,
  sayFollowing,
  sayNotFollowing,
  sayTaken,
  sayWaitedInVain,
} from '../wording/cache.ts';

const keys: CacheKeys = {
  naming: Buffer.alloc(32, 1),
  sealing: Buffer.alloc(32, 2),
  lease: Buffer.alloc(32, 3),
};

const response: TokenResponse = {
  accessToken: new AccessToken({
    token: 'the-token',
    tokenType: 'Bearer',
    expiresAt: new Date('2026-01-31T12:00:00Z'),
  }),
  scopes: undefined,
  others: {},
  issuedAt: Date.parse('2026-01-31T11:00:00Z'),
  refreshToken: undefined,
  idToken: undefined,
};

/** What happened to a job, and what it did. */
interface Story {
  readonly waiting: Waiting;
  readonly calls: readonly string[];
  readonly names: readonly string[];
  /** Milliseconds since the beginning. */
  readonly looks: readonly number[];
  readonly total: number;
}

/** Lets a job wait. It gets these reservations, each after `took`, and finds the token at the n-th look. */
async function tell({
  reservations,
  took = 200,
  cacheWait = 30,
  verbose = false,
  foundAt,
}: {
  readonly reservations: readonly Reservation[];
  readonly took?: number;
  readonly cacheWait?: number;
  readonly verbose?: boolean;
  readonly foundAt?: number;
}): Promise<Story> {
  const clock = createFakeClock('2026-01-31T11:00:00Z');
  const runner = createFakeRunner();
  const startedAt = clock.monotonic();
  const names: string[] = [];
  const looks: number[] = [];
  const waiting = await waitForOtherJob(
    () => {
      looks.push(clock.monotonic() - startedAt);
      return Promise.resolve(looks.length === foundAt ? response : undefined);
    },
    { cacheWait, verbose },
    {
      keys,
      service: {
        reserve: (name) => {
          clock.advance(took);
          return Promise.resolve(reservations[names.push(name) - 1] ?? 'failed');
        },
      },
      clock,
      random: () => 0.5,
      log: new Log(runner),
    },
  );
  return { waiting, calls: runner.calls, names, looks, total: clock.monotonic() - startedAt };
}

const following = line(sayFollowing(30));

describe('a job that found nothing', () => {
  test('requests a token at once and says nothing if it leads', async () => {
    const { waiting, calls, names, looks } = await tell({ reservations: ['reserved', 'reserved'] });
    assert.deepEqual(waiting, { code: 'ask' });
    assert.deepEqual([calls, looks], [[], []]);
    assert.deepEqual(names, listLeaseNames(keys, Date.parse('2026-01-31T11:00:00Z')));
  });

  for (const reservation of ['limited', 'failed'] as const) {
    test(`requests a token at once and says why if its reservation is ${reservation}`, async () => {
      const { waiting, calls, looks } = await tell({ reservations: [reservation] });
      assert.deepEqual(waiting, { code: 'ask' });
      assert.deepEqual(calls, [line(sayNotFollowing(reservation))]);
      assert.deepEqual(looks, []);
    });
  }

  test('uses the token of another one', async () => {
    const { waiting, calls, looks } = await tell({ reservations: ['taken'], foundAt: 2 });
    assert.deepEqual(waiting, { code: 'taken', response });
    assert.deepEqual(calls, [following, line(sayTaken())]);
    assert.deepEqual(looks, [2200, 5200]);
  });

  test('waits no longer than cache-wait, including the time of the election', async () => {
    const { waiting, calls, looks, total } = await tell({
      reservations: ['reserved', 'taken'],
      took: 1000,
    });
    assert.deepEqual(waiting, { code: 'in_vain' });
    assert.deepEqual(calls, [following, line(sayWaitedInVain(30))]);
    assert.deepEqual([looks.at(-1), total], [30_000, 30_000]);
  });

  test('waits no more if the election took longer than cache-wait', async () => {
    const { waiting, looks, total } = await tell({
      reservations: ['taken'],
      took: 1500,
      cacheWait: 1,
    });
    assert.deepEqual([waiting, looks, total], [{ code: 'in_vain' }, [], 1500]);
  });

  test('shows the result of the election with verbose', async () => {
    const { calls } = await tell({ reservations: ['taken'], verbose: true, foundAt: 1 });
    assert.deepEqual(calls.slice(0, 4), [
      `group ${say(sayCacheTitle())}`,
      line(describeElection('follows', 200)),
      'endgroup',
      following,
    ]);
  });
});
