/**
 * Simulates jobs that start together, with cache-wait and without, and writes the results: the figures into
 * docs/cache-wait.md, between two comments, and the plot to docs/cache-wait.svg.
 *
 * Usage: npm run simulate
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Line, plot, writeNumber } from './simulation/plot.ts';
import { percentile, type Result, type Scenario, simulate } from './simulation/simulation.ts';

const docs = join(import.meta.dirname, '..', 'docs');

const seeds = 10;
const sizes = [10, 30, 64, 100, 150, 200, 256, 500, 1000, 3000, 10_000] as const;
/** The numbers of jobs in the tables. The plot has more. */
const shown: ReadonlySet<number> = new Set([10, 64, 150, 200, 256, 500, 1000, 10_000]);
const second = 1000;
const cacheWait = 30 * second;

/** Within how many milliseconds the jobs start, and the line for it in the plot. */
const starts = [
  { within: second, color: '#b3261e', dash: '2 4' },
  { within: 10 * second, color: '#1a5fb4', dash: '8 4' },
  { within: 60 * second, color: '#26714a', dash: 'none' },
] as const;

/** The same scenario with one seed after the other. */
async function repeat(scenario: Omit<Scenario, 'seed'>): Promise<Result[]> {
  const results: Result[] = [];
  for (let seed = 0; seed < seeds; seed += 1) results.push(await simulate({ ...scenario, seed }));
  return results;
}

/** A scenario with cache-wait and without. */
interface Pair {
  readonly jobs: number;
  readonly within: number;
  readonly without: readonly Result[];
  readonly results: readonly Result[];
}

async function compare(jobs: number, within: number): Promise<Pair> {
  const scenario = { jobs, startWithin: within };
  return {
    jobs,
    within,
    without: await repeat({ ...scenario, cacheWait: 0 }),
    results: await repeat({ ...scenario, cacheWait }),
  };
}

/** The median of the seeds. */
function typical(results: readonly Result[], pick: (result: Result) => number): number {
  const values = results.map(pick).sort((one, other) => one - other);
  return percentile(values, 0.5);
}

function worst(results: readonly Result[], pick: (result: Result) => number): number {
  return Math.max(...results.map(pick));
}

/** The typical number, and the worst one if it differs. */
function writeRequests(results: readonly Result[]): string {
  const usual = typical(results, (result) => result.tokenRequests);
  const most = worst(results, (result) => result.tokenRequests);
  return usual === most ? writeNumber(usual) : `${writeNumber(usual)} (${writeNumber(most)})`;
}

/** The maximum in a minute, and a mark if some were refused. */
function writeCalls(
  results: readonly Result[],
  pick: (result: Result) => { readonly most: number; readonly refused: number },
): string {
  const most = worst(results, (result) => pick(result).most);
  const isRefused = results.some((result) => pick(result).refused > 0);
  return `${writeNumber(most)}${isRefused ? ' !' : ''}`;
}

function writeWaits(results: readonly Result[]): string {
  const waits = results.flatMap((result) => result.waits).sort((one, other) => one - other);
  const [median, high] = [0.5, 0.99].map((part) => (percentile(waits, part) / second).toFixed(1));
  return `${median ?? ''} / ${high ?? ''}`;
}

const heading = [
  '| jobs | token requests without | with | reservations per minute | lookups per minute | seconds without | with |',
  '| ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
];

function writeRow({ jobs, without, results }: Pair): string {
  const cells = [
    writeNumber(jobs),
    writeRequests(without),
    writeRequests(results),
    writeCalls(results, (one) => ({ most: one.reservations, refused: one.reservationsRefused })),
    writeCalls(results, (one) => ({ most: one.lookUps, refused: one.lookUpsRefused })),
    writeWaits(without),
    writeWaits(results),
  ];
  return `| ${cells.join(' | ')} |`;
}

function writeTables(pairs: readonly Pair[]): string[] {
  return starts.flatMap(({ within }) => [
    `All jobs start within ${within / second} s:`,
    '',
    ...heading,
    ...pairs.filter((pair) => pair.within === within && shown.has(pair.jobs)).map(writeRow),
    '',
  ]);
}

/** The cost if the leader dies, for the matrix size for which the limits are chosen. */
async function writeDeadLeader(): Promise<string> {
  const results = await repeat({ jobs: 64, startWithin: second, cacheWait, leaderDies: true });
  const requests = writeRequests(results);
  const lookUps = writeNumber(worst(results, (result) => result.lookUps));
  return `64 jobs within 1 s whose leader dies: ${requests} token requests, at most ${lookUps} lookups per minute, a token after ${writeWaits(results)} s.`;
}

function writePlot(pairs: readonly Pair[]): string {
  const draw = (
    within: number,
    pick: (pair: Pair) => readonly Result[],
    style: Omit<Line, 'points'>,
  ): Line => ({
    ...style,
    points: pairs
      .filter((pair) => pair.within === within)
      .map((pair) => [pair.jobs, typical(pick(pair), (result) => result.tokenRequests)]),
  });
  const lines = [
    draw(second, ({ without }) => without, {
      label: 'without, within 1 s',
      color: '#777',
      dash: 'none',
    }),
    ...starts.map(({ within, color, dash }) =>
      draw(within, ({ results }) => results, {
        label: `cache-wait: 30, within ${within / second} s`,
        color,
        dash,
      }),
    ),
  ];
  const title = 'Token requests of jobs that start together (simulated)';
  return plot({ title, x: 'jobs', y: 'token requests', decades: 4 }, lines);
}

function replaceFigures(page: string, figures: string): string {
  const [start, end] = ['<!-- figures of npm run simulate -->', '<!-- end of figures -->'];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/cache-wait.md has no block ${start} ... ${end}`);
  return `${page.slice(0, from + start.length)}\n\n${figures}\n\n${page.slice(to)}`;
}

const pairs: Pair[] = [];
for (const { within } of starts) {
  for (const jobs of sizes) {
    const pair = await compare(jobs, within);
    pairs.push(pair);
    console.log(`within ${within / second} s: ${writeRow(pair)}`);
  }
}
const figures = [...writeTables(pairs), await writeDeadLeader()].join('\n');
const page = join(docs, 'cache-wait.md');
writeFileSync(page, replaceFigures(readFileSync(page, 'utf8'), figures));
writeFileSync(join(docs, 'cache-wait.svg'), writePlot(pairs));
