/**
 * Runs the built action many times against a token endpoint and a cache service that fail by chance, and checks
 * every run: it ends in time, with exit status 0 exactly if later steps got the right token; no secret is visible; no
 * process, socket or file is left. Build dist/ first.
 *
 * Usage: npm run soak -- [--runs 2000] [--seed N] [--parallel 8] [--only N]
 */
import { randomInt } from 'node:crypto';
import { inspect, parseArgs } from 'node:util';

import { percentile } from './simulation/simulation.ts';
import { doRun, type Outcome, soak } from './soaking/soak.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    parallel: { type: 'string', default: '8' },
    /** The number of the one run to do. */
    only: { type: 'string' },
  },
});
const [seed, runs, parallel] = [values.seed, values.runs, values.parallel].map(Number) as [
  number,
  number,
  number,
];
if (![seed, runs, parallel].every(Number.isInteger)) throw new RangeError('takes whole numbers');

/** How many milliseconds a busy machine may add to the time limit of a run, for the start of two processes. */
const slack = 5000;

console.log(`Seed ${seed}.`);
const startedAt = performance.now();
if (values.only === undefined)
  summarize(await soak({ seed, runs, parallel, pace: 'short' }, tellFault));
else tellOne(await doRun(seed, Number(values.only), 'short'));

function isLate({ took, allowed }: Outcome): boolean {
  return took > allowed + slack;
}

function tellFault(outcome: Outcome): void {
  if (outcome.fault !== undefined || isLate(outcome)) tellOne(outcome);
}

function tellOne({ plan, took, allowed, gotToken, requests, fault }: Outcome): void {
  const { number, acts, cached, cacheFaults, inputs, wire, endpointType, network } = plan;
  const names = acts.map(({ name }) => name);
  console.log(
    inspect(
      {
        number,
        names,
        cached,
        cacheFaults,
        network,
        inputs,
        wire,
        endpointType,
        gotToken,
        requests,
        took,
        allowed,
      },
      { depth: 4, breakLength: 120 },
    ),
  );
  if (fault === undefined) return;
  console.log(fault);
  process.exitCode = 1;
}

function summarize(outcomes: readonly Outcome[]): void {
  const count = (is: (outcome: Outcome) => boolean): number => outcomes.filter(is).length;
  const took = outcomes.map((outcome) => outcome.took).sort((one, other) => one - other);
  const [median, high] = [0.5, 0.99].map((part) => (percentile(took, part) / 1000).toFixed(1));
  const late = count(isLate);
  const faults = count(({ fault }) => fault !== undefined);
  const requests = outcomes.reduce((sum, outcome) => sum + outcome.requests, 0);
  console.log(
    [
      `${outcomes.length} runs, ${parallel} at a time, in ${Math.round((performance.now() - startedAt) / 1000)} s.`,
      `${count(({ gotToken }) => gotToken)} got the token, ${count(({ cacheHit }) => cacheHit)} of them from the cache; ${count(({ gotToken }) => !gotToken)} failed as they had to.`,
      `${requests} requests of the token endpoint. A run took ${median ?? ''} s (median), ${high ?? ''} s (99 %), ${((took.at(-1) ?? 0) / 1000).toFixed(1)} s (longest).`,
      `${faults} broke a law, ${late} were late.`,
    ].join('\n'),
  );
  if (faults + late > 0) process.exitCode = 1;
}
