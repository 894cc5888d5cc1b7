import { createChance } from '../simulation/chance.ts';
import { type Coverage, startCoverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import type { Target } from './targets.ts';

/** An input that broke a law. */
export interface Finding {
  readonly input: Buffer;
  readonly error: unknown;
}

/** The result of fuzzing one target. */
export interface Report {
  readonly inputs: number;
  readonly findings: readonly Finding[];
  /** Inputs that ran code that no earlier input had run. */
  readonly discoveries: readonly Buffer[];
  /** How many characters of src/ ran. */
  readonly characters: number;
}

/** The limits. The first that is reached ends it. */
export interface Limits {
  readonly inputs: number;
  /** Milliseconds. */
  readonly time: number;
}

/** How many inputs run between two checks of the coverage. A check takes as long as hundreds of inputs. */
const batchSize = 4096;

/** Into how many parts a batch with something new is divided, again and again. */
const parts = 16;

/** An input that takes longer is a finding, in milliseconds. The limit is seconds too long, for busy machines. */
const longestRun = 2000;

/** After how many findings it ends. */
const enough = 5;

/**
 * Runs inputs that are made by chance from the corpus, and from those that ran new code, until a limit is reached or
 * there are five findings.
 */
export async function fuzz(
  target: Target,
  seeds: readonly Buffer[],
  { seed, limits }: { readonly seed: number; readonly limits: Limits },
): Promise<Report> {
  const chance = createChance(seed);
  const endsAt = performance.now() + limits.time;
  const corpus = [...seeds];
  const discoveries: Buffer[] = [];
  const findings: Finding[] = [];
  let inputs = 0;
  const coverage = await startCoverage();
  const material = { ...target, corpus };
  // Thousands of errors per second are made and dropped.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    await learnFrom(seeds, target, coverage);
    while (inputs < limits.inputs && performance.now() < endsAt && findings.length < enough) {
      const size = Math.min(batchSize, limits.inputs - inputs);
      const batch = Array.from({ length: size }, () => mutate(material, chance));
      inputs += batch.length;
      findings.push(...(await runAll(target, batch)));
      // The first one is checked separately, to see how often it ran a block.
      const news = (await coverage.sawNew())
        ? await learnFromBatch(batch, target, coverage)
        : await learnFrom(batch.slice(0, 1), target, coverage);
      discoveries.push(...news);
      corpus.push(...news);
    }
    return { inputs, findings, discoveries, characters: coverage.size() };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    await coverage.stop();
  }
}

/** Runs inputs together; gives those that broke a law. */
async function runAll(target: Target, inputs: readonly Buffer[]): Promise<Finding[]> {
  const found = await Promise.all(inputs.map((input) => runOne(target, input)));
  return found.filter((finding) => finding !== undefined);
}

/** Runs one input; gives a finding if it breaks a law or takes too long. */
export async function runOne(target: Target, input: Buffer): Promise<Finding | undefined> {
  const startedAt = performance.now();
  try {
    const running = target.run(input);
    const took = performance.now() - startedAt;
    if (took > longestRun) throw new RangeError(`it took ${Math.round(took)} ms`);
    await running;
    return undefined;
  } catch (error) {
    return { input, error };
  }
}

/** Runs inputs one by one; gives those that ran unknown code. */
async function learnFrom(
  inputs: readonly Buffer[],
  target: Target,
  coverage: Coverage,
): Promise<Buffer[]> {
  const news: Buffer[] = [];
  for (const input of inputs) {
    await runOne(target, input);
    if (await coverage.learn()) news.push(input);
  }
  return news;
}

/** Runs inputs in ever smaller parts, as few of them run unknown code; gives those. */
async function learnFromBatch(
  inputs: readonly Buffer[],
  target: Target,
  coverage: Coverage,
): Promise<Buffer[]> {
  if (inputs.length <= parts) return learnFrom(inputs, target, coverage);
  const size = Math.ceil(inputs.length / parts);
  const news: Buffer[] = [];
  for (let start = 0; start < inputs.length; start += size) {
    const part = inputs.slice(start, start + size);
    await runAll(target, part);
    if (await coverage.sawNew()) news.push(...(await learnFromBatch(part, target, coverage)));
  }
  return news;
}
