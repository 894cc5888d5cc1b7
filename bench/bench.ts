/**
 * Measures the action against the least that any action must do, and against a shell script: whole processes, all in
 * turn in one run, so that what else the machine does hits all alike. The servers are a process of their own.
 *
 * Usage: npm run bench [-- --rounds N] [--dist FOLDER] [--only times|costs|growth]
 */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { build } from '../tools/build.ts';
import {
  BenchmarkError,
  type Contestant,
  findProgram,
  makeInputs,
  Servers,
  Stage,
} from './contest.ts';
import { slowness } from './messages.ts';
import { median, quantile, renderTable } from './table.ts';

const contestants = join(import.meta.dirname, 'contestants');
const client = { 'client-id': 'ci-client', 'client-secret': 'the-secret-of-ci-client' };

/** What is compared, by what each is compared with. */
interface Field {
  readonly floor: Contestant;
  readonly others: readonly Contestant[];
}

/** Makes contestants from addresses and the built action. */
class Roster {
  readonly #servers: Servers;
  readonly #action: string;
  readonly #caFile: string;
  #misses = 0;

  constructor(servers: Servers, dist: string, folder: string) {
    this.#servers = servers;
    this.#action = join(dist, 'main', 'index.js');
    this.#caFile = join(folder, 'ca.pem');
    writeFileSync(this.#caFile, servers.addresses.ca);
  }

  /** All of them, in groups of one endpoint each. */
  async listFields(): Promise<Field[]> {
    const { fast, slow, https, ca } = this.#servers.addresses;
    const trust = { NODE_EXTRA_CA_CERTS: this.#caFile };
    return [
      {
        floor: await this.#script('floor', 'floor.cjs', fast),
        others: [
          bare,
          await this.#script('floor, as an ES module', 'floor.mjs', fast),
          await this.action('without cache', { 'token-url': fast, 'use-cache': 'false' }),
          await this.hit(),
          ...this.#shell('bash, curl and jq', fast),
        ],
      },
      {
        floor: await this.#script(`floor, endpoint of ${slowness} ms`, 'floor.cjs', slow),
        others: [
          await this.action(`without cache, endpoint of ${slowness} ms`, {
            'token-url': slow,
            'use-cache': 'false',
          }),
          await this.miss(`cache miss with saving, endpoint of ${slowness} ms`, slow),
        ],
      },
      {
        floor: await this.#script('floor, https', 'floor.cjs', https, trust),
        others: [
          await this.action(
            'without cache, https',
            { 'token-url': https, 'use-cache': 'false' },
            trust,
          ),
          await this.action('without cache, https, ca-certificate', {
            'token-url': https,
            'use-cache': 'false',
            'ca-certificate': ca,
          }),
          ...this.#shell('bash, curl and jq, https', https, { CURL_CA_BUNDLE: this.#caFile }),
        ],
      },
    ];
  }

  /** A job whose token is in the cache once it has run for the first time. */
  async hit(): Promise<Contestant> {
    const hit = await this.action('cache hit', { 'token-url': this.#servers.addresses.fast });
    return { ...hit, expects: /^cache-hit<<.*\ntrue\n/m };
  }

  /** A job that nobody has run before, with a client of its own each time. */
  async miss(name: string, url: string): Promise<Contestant> {
    const missing = await this.action(name, { 'token-url': url });
    return {
      ...missing,
      env: () => ({ ...missing.env(), 'INPUT_CLIENT-ID': `client-${(this.#misses += 1)}` }),
      expects: /^cache-hit<<.*\nfalse\n/m,
    };
  }

  async action(
    name: string,
    inputs: Record<string, string>,
    more: Record<string, string> = {},
  ): Promise<Contestant> {
    const variables = await makeInputs({ ...client, ...inputs });
    const env = { ...variables, ...this.#servers.addresses.cacheEnvironment, ...more };
    return {
      name: `action ${name}`,
      command: [process.execPath, this.#action],
      env: () => env,
      expects: /^token<</m,
    };
  }

  async #script(
    name: string,
    file: string,
    url: string,
    more: Record<string, string> = {},
  ): Promise<Contestant> {
    const env = { ...(await makeInputs({ ...client, 'token-url': url })), ...more };
    const command = [process.execPath, join(contestants, file)];
    return { name, command, env: () => env, expects: /^token=/m };
  }

  /** None where a program is missing. */
  #shell(name: string, url: string, more: Record<string, string> = {}): Contestant[] {
    const missing = ['bash', 'curl', 'jq'].filter((program) => findProgram(program) === undefined);
    if (missing.length > 0) {
      console.log(`${name}: not measured, for this machine has no ${missing.join(', no ')}.`);
      return [];
    }
    const env = {
      TOKEN_URL: url,
      CLIENT_ID: client['client-id'],
      CLIENT_SECRET: client['client-secret'],
      ...more,
    };
    // As the runner starts `shell: bash`.
    const options = ['--noprofile', '--norc', '-e', '-o', 'pipefail'];
    const command = ['bash', ...options, join(contestants, 'script.sh')];
    return [{ name, command, env: () => env, expects: /^token=/m }];
  }
}

/** What Node itself costs. */
const bare: Contestant = {
  name: 'node -e 0',
  command: [process.execPath, '-e', '0'],
  env: () => ({}),
  expects: undefined,
};

/** The whole table of times, and what each costs besides. */
function compare(fields: readonly Field[], stage: Stage, rounds: number): void {
  const all = fields.flatMap(({ floor, others }) => [floor, ...others]);
  const times = new Map(all.map((contestant) => [contestant, [] as number[]]));
  // Once for the caches of the machine, and for the token that the hit needs.
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

function showBundles(dist: string): void {
  const rows = ['main', 'save'].flatMap((name) =>
    readdirSync(join(dist, name))
      .filter((file) => file.endsWith('.js'))
      .map((file) => [
        `dist/${name}/${file}`,
        (statSync(join(dist, name, file)).size / 1000).toFixed(1),
      ]),
  );
  console.log('\nThe bundle:\n');
  console.log(renderTable(['', 'kB'], rows));
}

/** How the cost grows with the token, with the entries of others, and with jobs that start together. */
async function grow(roster: Roster, stage: Stage, servers: Servers, rounds: number): Promise<void> {
  const { fast } = servers.addresses;
  await servers.ask({ kind: 'others', count: 0 });
  await growToken(roster, stage, servers, rounds);
  await servers.ask({ kind: 'token-length', length: 900 });
  await growOthers(roster, stage, servers, rounds);
  await servers.ask({ kind: 'others', count: 0 });

  const rows: string[][] = [];
  for (const count of [1, 4, 16, 64]) {
    const job = await roster.action('', { 'token-url': fast, 'client-id': `of-${count}-jobs` });
    for (const state of ['cold', 'warm']) {
      const counts = await servers.countDuring(() => stage.race(job, count));
      rows.push([
        `${count}, ${state} cache`,
        (counts.tokenRequests / count).toFixed(2),
        (counts.cacheRequests / count).toFixed(2),
        (counts.bytes / count).toFixed(0),
      ]);
    }
  }
  console.log('\nJobs that start together and want the same token, for each job:\n');
  console.log(renderTable(['jobs', 'token requests', 'cache requests', 'bytes'], rows));
}

async function growToken(
  roster: Roster,
  stage: Stage,
  servers: Servers,
  rounds: number,
): Promise<void> {
  const { fast } = servers.addresses;
  const rows: string[][] = [];
  for (const length of [100, 1024, 4096, 16_384, 65_536]) {
    await servers.ask({ kind: 'token-length', length });
    const url = { 'token-url': fast, 'client-id': `with-${length}` };
    const without = await roster.action('', { ...url, 'use-cache': 'false' });
    const cached = await roster.action('', url);
    const saving = await servers.countDuring(() => void stage.time(cached));
    const hit = { ...cached, expects: /^cache-hit<<.*\ntrue\n/m };
    const reading = await servers.countDuring(() => void stage.time(hit));
    const [plain, reused] = timeInTurn([without, hit], stage, rounds);
    const cells = [median(plain ?? []).toFixed(1), median(reused ?? []).toFixed(1)];
    rows.push([String(length), ...cells, String(saving.bytes), String(reading.bytes)]);
  }
  console.log(`\nBy the length of the token, medians of ${rounds} rounds:\n`);
  const head = [
    'characters',
    'without cache, ms',
    'cache hit, ms',
    'bytes of a miss',
    'bytes of a hit',
  ];
  console.log(renderTable(head, rows));
}

async function growOthers(
  roster: Roster,
  stage: Stage,
  servers: Servers,
  rounds: number,
): Promise<void> {
  const rows: string[][] = [];
  for (const count of [1, 100, 1000, 10_000]) {
    await servers.ask({ kind: 'others', count });
    const hit = await roster.hit();
    stage.time({ ...hit, expects: undefined });
    const counts = await servers.countDuring(() => void stage.time(hit));
    const [taken] = timeInTurn([hit], stage, rounds);
    const cells = [median(taken ?? []).toFixed(1), String(counts.cacheRequests)];
    rows.push([String(count), ...cells, String(counts.bytes)]);
  }
  console.log(`\nA cache hit by the number of others' entries, medians of ${rounds} rounds:\n`);
  console.log(renderTable(['entries', 'ms', 'cache requests', 'bytes'], rows));
}

function timeInTurn(all: readonly Contestant[], stage: Stage, rounds: number): number[][] {
  const times = all.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    all.forEach((contestant, index) => times[index]?.push(stage.time(contestant)));
  }
  return times;
}

/** Runs what was asked for. */
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
    const dist = values.dist === undefined ? folder : resolve(values.dist);
    if (values.dist === undefined) build(join(folder));
    console.log(
      `node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}, ${process.platform} ${process.arch}`,
    );
    const roster = new Roster(servers, dist, folder);
    const fields = await roster.listFields();
    const { only } = values;
    if (only === undefined || only === 'times') compare(fields, stage, rounds);
    if (only === undefined || only === 'costs') {
      // The token that the hit needs.
      stage.time({ ...(await roster.hit()), expects: undefined });
      await inspectAll(fields, stage, servers);
      showBundles(dist);
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
