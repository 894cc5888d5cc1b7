/** Every saved input of the fuzzing (`npm run fuzz`) keeps the laws of its target. */
import { deepEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readCorpus } from '../../bench/fuzzing/corpus.ts';
import { fuzz } from '../../bench/fuzzing/fuzz.ts';
import { targets } from '../../bench/fuzzing/targets.ts';

for (const target of targets) {
  const kept = readCorpus(target);

  describe(`the corpus of ${target.name}`, () => {
    for (const { name, input } of kept) test(name, () => target.run(input));
  });

  test(`a thousand inputs made from the corpus of ${target.name} keep its laws too`, async () => {
    const seeds = kept.map(({ input }) => input);
    const limits = { inputs: 1000, time: Infinity };
    const { inputs, findings } = await fuzz(target, seeds, { seed: 1, limits });
    deepEqual([inputs, findings], [1000, []]);
  });
}
