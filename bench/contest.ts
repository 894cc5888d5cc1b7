/** Contestants, and how a whole process of each is measured. */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { completeInputs } from '../test/support/doubles/runner/metadata.ts';
import type { Addresses, Counts, Wish } from './messages.ts';

const root = join(import.meta.dirname, '..');

/** One way to get a token. */
export interface Contestant {
  readonly name: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** What it gets in addition to the runner's files and PATH; made again for each run. */
  readonly env: () => Readonly<Record<string, string>>;
  /** What must be in GITHUB_OUTPUT afterwards; undefined if nothing is expected. */
  readonly expects: RegExp | undefined;
}

/** What one run shows when its time is not measured. */
export interface Inspection {
  /** Peak resident memory of its largest process, KiB; undefined if /usr/bin/time is not installed. */
  readonly memory: number | undefined;
  /** JavaScript that its first process loaded, in bytes. */
  readonly script: number | undefined;
  /** Programs that it started. */
  readonly programs: readonly string[];
  readonly counts: Counts;
}

/** A run did something else than what should be measured. */
export class BenchmarkError extends Error {}

/** The servers, in a separate process. */
export class Servers {
  readonly addresses: Addresses;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, addresses: Addresses) {
    this.#child = child;
    this.addresses = addresses;
  }

  static async start(): Promise<Servers> {
    const child = fork(join(import.meta.dirname, 'servers.ts'));
    const [addresses] = (await once(child, 'message')) as [Addresses];
    return new Servers(child, addresses);
  }

  /** Does what is requested and gives the counts since the start. */
  async ask(wish: Wish): Promise<Counts> {
    this.#child.send(wish);
    const [counts] = (await once(this.#child, 'message')) as [Counts];
    return counts;
  }

  /** Runs something; gives its requests and bytes at the servers. */
  async countDuring(work: () => Promise<void> | void): Promise<Counts> {
    const before = await this.ask({ kind: 'count' });
    await work();
    const after = await this.ask({ kind: 'count' });
    return {
      tokenRequests: after.tokenRequests - before.tokenRequests,
      cacheRequests: after.cacheRequests - before.cacheRequests,
      bytes: after.bytes - before.bytes,
    };
  }

  stop(): void {
    this.#child.disconnect();
  }
}

/** The programs that a contestant may start, and whose starts are counted. */
const counted = ['curl', 'jq', 'tar', 'zstd', 'gzip'];

/** The directory in which the contestants run. It is removed afterwards. */
export class Stage {
  readonly #folder = mkdtempSync(join(tmpdir(), 'oauth2-token-bench-'));
  readonly #output = join(this.#folder, 'output');
  readonly #env = join(this.#folder, 'env');

  /** Starts a contestant, waits for its end, and gives the milliseconds in between. */
  time(contestant: Contestant): number {
    const [program = '', ...args] = contestant.command;
    const env = { ...this.#makeEnvironment(), ...contestant.env() };
    const startedAt = process.hrtime.bigint();
    const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
    const took = Number(process.hrtime.bigint() - startedAt) / 1e6;
    this.#check(contestant, status, `${stdout}${stderr}`);
    return took;
  }

  /** Starts so many at once; settles when all have ended. Each writes its own files. */
  async race(contestant: Contestant, count: number): Promise<void> {
    const ends = Array.from({ length: count }, async (_, index) => {
      const files = this.#makeEnvironment(`-${index}`);
      const [program = '', ...args] = contestant.command;
      const env = { ...files, ...contestant.env() };
      const [status] = (await once(spawn(program, args, { env, stdio: 'ignore' }), 'close')) as [
        number,
      ];
      if (status !== 0) throw new BenchmarkError(`${contestant.name} ended with ${status}`);
    });
    await Promise.all(ends);
  }

  /** Runs a contestant and records what it does. */
  async inspect(contestant: Contestant, servers: Servers): Promise<Inspection> {
    const report = join(this.#folder, 'probe.json');
    const log = join(this.#folder, 'programs');
    writeFileSync(log, '');
    const isNode = contestant.command[0] === process.execPath;
    const observed = {
      ...contestant,
      command: isNode
        ? [
            process.execPath,
            '--require',
            join(import.meta.dirname, 'probe.cjs'),
            ...contestant.command.slice(1),
          ]
        : contestant.command,
      env: () => ({
        ...contestant.env(),
        BENCH_PROBE: report,
        PATH: [this.#makeCountingPath(log), process.env['PATH'] ?? ''].join(delimiter),
      }),
    };
    const counts = await servers.countDuring(() => void this.time(observed));
    const probe = isNode
      ? (JSON.parse(readFileSync(report, 'utf8')) as { bytes: number; processes: number })
      : undefined;
    const programs = readFileSync(log, 'utf8').split('\n').filter(Boolean);
    const children = Array.from({ length: probe?.processes ?? 0 }, () => 'node');
    return {
      memory: this.#measureMemory(contestant),
      script: probe?.bytes,
      programs: [...children, ...programs],
      counts,
    };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The variables that a runner gives every step, with empty files. */
  #makeEnvironment(suffix = ''): Record<string, string> {
    const [output, env] = [`${this.#output}${suffix}`, `${this.#env}${suffix}`];
    writeFileSync(output, '');
    writeFileSync(env, '');
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.#folder,
      RUNNER_TEMP: this.#folder,
      GITHUB_REPOSITORY_ID: '1296269',
      GITHUB_OUTPUT: output,
      GITHUB_ENV: env,
    };
  }

  #check({ name, expects }: Contestant, status: number | null, printed: string): void {
    const output = readFileSync(this.#output, 'utf8');
    if (status === 0 && (expects === undefined || expects.test(output))) return;
    throw new BenchmarkError(
      `${name} did not do what it is measured for (status ${status ?? 'none'}):\n${printed}\n${output}`,
    );
  }

  #measureMemory(contestant: Contestant): number | undefined {
    const time = '/usr/bin/time';
    if (!existsSync(time)) return undefined;
    const report = join(this.#folder, 'memory');
    const command = [time, '--format', '%M', '--output', report, ...contestant.command];
    this.time({ ...contestant, command });
    return Number(readFileSync(report, 'utf8').trim());
  }

  /** A directory of scripts that note their name and then become the program of that name. */
  #makeCountingPath(log: string): string {
    const folder = mkdtempSync(join(this.#folder, 'path-'));
    for (const name of counted) {
      const program = findProgram(name);
      if (program === undefined) continue;
      const script = `#!/bin/sh\necho ${name} >> ${log}\nexec ${program} "$@"\n`;
      writeFileSync(join(folder, name), script, { mode: 0o755 });
    }
    symlinkSync(process.execPath, join(folder, 'node'));
    return folder;
  }
}

/** Where a program is; undefined if it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** The inputs of a step as variables, missing inputs have the defaults of action.yml. */
export async function makeInputs(given: Record<string, string>): Promise<Record<string, string>> {
  const { inputs } = await completeInputs(given, join(root, 'action.yml'));
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}
