/** Jobs that start at once and do not wait for each other, by the built action. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answer, dynamic, token } from '../../support/doubles/scripted-server.ts';
import { keptIt, notCached } from '../../support/making/log-lines.ts';
import { start, chooseLifetime } from '../../support/making/cache-jobs.ts';

describe('jobs that start at once', () => {
  /** A server that keeps only a client's newest tokens, and gives the first only after so many requests. */
  function keepNewest(
    most: number,
    together: number,
    beforeLater: Promise<unknown>,
  ): { answers: Answer[]; isAlive: (token: string) => boolean } {
    const issued: string[] = [];
    const lifetime = chooseLifetime();
    const all = Promise.withResolvers<undefined>();
    let asked = 0;
    const answer = dynamic(async () => {
      asked += 1;
      if (asked === together) all.resolve(undefined);
      await all.promise;
      const name = `token-${issued.length + 1}-of-the-endpoint`;
      issued.push(name);
      if (issued.length > 1) await beforeLater;
      return token({ access_token: name, expires_in: lifetime });
    });
    return { answers: [answer], isAlive: (name) => issued.slice(-most).includes(name) };
  }

  test('each request a token, and one of them is saved', async (t) => {
    const { answers, isAlive } = keepNewest(10, 16, Promise.resolve());
    const stage = await start(t, { answers });
    const runs = await Promise.all(Array.from({ length: 16 }, () => stage.run()));

    assert.equal(stage.endpoint.requests.length, 16);
    assert.equal(new Set(runs.map((run) => run.token)).size, 16);
    assert.equal(runs.filter((run) => !isAlive(run.token)).length, 6);
    assert.equal(stage.service.entries.length, 1);
    assert.deepEqual(
      runs.map((run) => run.lines[2]).sort(),
      [keptIt, ...Array.from({ length: 15 }, () => notCached('taken'))].sort(),
    );
    const later = await stage.run();
    const keeper = runs.find((run) => run.lines[2] === keptIt);
    assert.deepEqual([later.hit, later.token], [true, keeper?.token]);
    t.diagnostic(`${later.token} was kept and is ${isAlive(later.token) ? 'alive' : 'dead'}`);
  });

  test('can save one that the server has replaced by a later one, and refresh fixes that', async (t) => {
    const firstDone = Promise.withResolvers<undefined>();
    const { answers, isAlive } = keepNewest(2, 3, firstDone.promise);
    const stage = await start(t, { answers });
    const runs = Array.from({ length: 3 }, () => stage.run());
    await Promise.race(runs);
    firstDone.resolve(undefined);
    await Promise.all(runs);

    const later = await stage.run();
    assert.deepEqual([later.hit, isAlive(later.token)], [true, false]);
    await stage.run({ inputs: { 'use-cache': 'refresh' } });
    const mended = await stage.run();
    assert.deepEqual([mended.hit, isAlive(mended.token)], [true, true]);
  });
});
