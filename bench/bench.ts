/**
 * Compares the action with the minimum that any action must do, and with what users would use instead. It measures
 * whole processes, in turn in one run, so that other work of the machine affects all equally. The servers are a
 * separate process.
 *
 * Usage: npm run bench [-- --rounds N] [--dist FOLDER] [--only times|costs|growth]
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { findHindrance, makeArchive } from '../test/support/making/archive.ts';
import { build } from '../tools/build.ts';
import { BenchmarkError, Servers, Stage } from './contest.ts';
import { grow } from './growth.ts';
import { type Field, Roster } from './roster.ts';
import { median, quantile, renderTable } from './table.ts';

/** The whole table of times, and the other costs of each. */
function compare(fields: readonly Field[], stage: Stage, rounds: number): void {
  const all = fields.flatMap(({ floor, others }) => [floor, ...others]);
  const times = new Map(all.map((contestant) => [contestant, [] as number[]]));
  // A first run fills the caches of the machine, and saves the token for the hit.
  for (const contestant of all) stage.time({ ...contestant, expects: undefined });
  for (let round = 0; round < rounds; round += 1) {
    for (const [contestant, taken] of times) taken.push(stage.time(contestant));
  }
  const rows = fields.flatMap(({ floor, others }) => {
    const base = median(times.get(floor) ?? []);
    return [floor, ...others].map((contestant) => {
      const taken = times.get(contestant) ?? [];
      return [
        contestant.name,
        median(taken).toFixed(1),
        `${quantile(taken, 0.25).toFixed(1)} to ${quantile(taken, 0.75).toFixed(1)}`,
        (median(taken) / base).toFixed(2),
      ];
    });
  });
  console.log(`\nTimes of ${rounds} rounds, milliseconds from start to end of the process:\n`);
  console.log(renderTable(['', 'median', 'middle half', 'x floor'], rows));
}

async function inspectAll(fields: readonly Field[], stage: Stage, servers: Servers): Promise<void> {
  const rows: string[][] = [];
  for (const contestant of fields.flatMap(({ floor, others }) => [floor, ...others])) {
    // This run saves the token for the hit.
    stage.time({ ...contestant, expects: undefined });
    const { memory, script, programs, counts } = await stage.inspect(contestant, servers);
    rows.push([
      contestant.name,
      memory === undefined ? '' : (memory / 1024).toFixed(0),
      script === undefined ? '' : (script / 1000).toFixed(1),
      programs.join(' ') || 'none',
      String(counts.tokenRequests),
      String(counts.cacheRequests),
      String(counts.bytes),
    ]);
  }
  const head = [
    '',
    'memory, MiB',
    'JavaScript, kB',
    'programs started',
    'token requests',
    'cache requests',
    'bytes on the wire',
  ];
  console.log('\nWhat each costs; memory is the peak of its largest process:\n');
  console.log(renderTable(head, rows));
}

/** What a runner reads and loads, and what it downloads from the repository in its current state. */
function showSizes(dist: string, folder: string): void {
  const rows = ['main', 'post', 'save'].flatMap((name) =>
    readdirSync(join(dist, name))
      .filter((file) => file.endsWith('.js'))
      .map((file) => [
        `dist/${name}/${file}`,
        (statSync(join(dist, name, file)).size / 1000).toFixed(1),
      ]),
  );
  const hindrance = findHindrance();
  if (hindrance === undefined) {
    const archive = join(folder, 'archive.tar.gz');
    makeArchive(archive);
    rows.push(['archive that a job downloads', (statSync(archive).size / 1000).toFixed(1)]);
  } else console.log(`The archive: not measured, because ${hindrance}.`);
  console.log('\nSizes:\n');
  console.log(renderTable(['', 'kB'], rows));
}

/** Runs the parts that the arguments name. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '30' },
      dist: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new BenchmarkError('--rounds: not a number');
  const folder = mkdtempSync(join(tmpdir(), 'oauth2-token-bench-dist-'));
  const servers = await Servers.start();
  const stage = new Stage();
  try {
    const dist = resolve(values.dist ?? join(folder, 'dist'));
    if (values.dist === undefined) build(dist);
    console.log(
      `node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}, ${process.platform} ${process.arch}`,
    );
    const roster = new Roster(servers, dist, folder);
    const fields = await roster.listFields();
    const { only } = values;
    if (only === undefined || only === 'times') compare(fields, stage, rounds);
    if (only === undefined || only === 'costs') {
      await inspectAll(fields, stage, servers);
      showSizes(dist, folder);
    }
    if (only === undefined || only === 'growth') {
      await grow(roster, stage, servers, Math.ceil(rounds / 3));
    }
  } finally {
    stage.close();
    servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.platform === 'linux') {
  await main();
} else {
  console.error('The benchmark runs on Linux only: it needs /usr/bin/time, bash and /proc.');
  process.exitCode = 1;
}
