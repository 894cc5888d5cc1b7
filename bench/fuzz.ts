/**
 * Fuzzes the two parsers that read untrusted bytes: a token endpoint's answer, and an entry of the cache. Inputs are
 * made from test/corpus/ by chance. Inputs that run new code of src/ are used to make more. A finding is saved in
 * test/corpus/, where a test runs it, and the command ends with 1.
 *
 * Usage: npm run fuzz -- --minutes N [--target response|entry] [--inputs N] [--seed N] [--keep]
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

import { keepInput, readCorpus } from './fuzzing/corpus.ts';
import { fuzz, runOne } from './fuzzing/fuzz.ts';
import { type Target, targets } from './fuzzing/targets.ts';

const { values } = parseArgs({
  options: {
    /** For each target. */
    minutes: { type: 'string', default: '1' },
    target: { type: 'string' },
    /** The maximum for each target. */
    inputs: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    /** Saves short inputs that ran new code. */
    keep: { type: 'boolean', default: false },
  },
});

/** Longer inputs are not saved, in bytes. */
const longestKept = 2048;

const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
const [minutes, most, seed] = [values.minutes, values.inputs, values.seed].map(Number) as [
  number,
  number,
  number,
];
if (chosen.length === 0 || !(minutes > 0) || !(most > 0) || !Number.isInteger(seed)) {
  throw new RangeError('takes --minutes N, --target response or entry, --inputs N, --seed N');
}
console.log(`Seed ${seed}.`);
for (const target of chosen) await fuzzTarget(target);

async function fuzzTarget(target: Target): Promise<void> {
  const kept = readCorpus(target).map(({ input }) => input);
  const startedAt = performance.now();
  const limits = { time: minutes * 60_000, inputs: most };
  const { inputs, findings, discoveries, characters } = await fuzz(target, kept, { seed, limits });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `${target.name}: ${inputs.toLocaleString('en')} inputs in ${seconds} s from ${kept.length} of the corpus, ${characters.toLocaleString('en')} characters of src/ ran, ${discoveries.length} discoveries, ${findings.length} findings.`,
  );
  for (const { input } of findings) {
    const again = await runOne(target, input);
    console.log(keepInput(target, 'finding', input), again?.error ?? 'but not when it runs again');
    process.exitCode = 1;
  }
  if (!values.keep) return;
  for (const input of discoveries.filter(({ length }) => length <= longestKept)) {
    keepInput(target, 'discovery', input);
  }
}
