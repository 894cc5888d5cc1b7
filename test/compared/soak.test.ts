/**
 * A small soak (`npm run soak` does a large one): the built action against a token endpoint and a cache service that
 * fail by chance. Nothing in it takes time or depends on time.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { soak } from '../../bench/soaking/soak.ts';

const runs = 20;

test(`in ${runs} runs with any faults, exit status 0 means the right token, and nothing is left or shown`, async () => {
  const outcomes = await soak({ seed: 35, runs, parallel: 4, pace: 'long' });
  const faults = outcomes.filter(({ fault }) => fault !== undefined);
  assert.deepEqual(
    faults.map(({ plan, fault }) => ({ acts: plan.acts.map(({ name }) => name), plan, fault })),
    [],
  );
  // Otherwise it would show little.
  assert.ok(outcomes.some(({ gotToken }) => gotToken) && outcomes.some(({ cacheHit }) => cacheHit));
  assert.ok(outcomes.some(({ gotToken }) => !gotToken));
});
