/** A cache service and a token endpoint, and jobs that run the built action between the two. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { startBuiltAction } from './built-action.ts';
import { stabilizeLines } from './log-lines.ts';
import type { StepClock } from '../doubles/step-clock.ts';
import {
  type CacheService,
  type CacheServiceOptions,
  type Job,
  startCacheService,
} from '../doubles/cache-service.ts';
import { listFiles, listProcesses } from '../leaks/leftovers.ts';
import type { Run } from '../doubles/runner.ts';
import {
  type Answer,
  dynamic,
  type ScriptedServer,
  type ServerCertificate,
  startScriptedServer,
  token,
} from '../doubles/scripted-server.ts';

/** The client of every job that names no other. */
export const client = { id: 'ci-client', secret: 'the-secret-of-ci-client' } as const;

/** Both versions of the service's API. */
export const wires = ['v2', 'v1'] as const;

/** How long a job may take, in milliseconds. It only protects against a hang. */
const guard = 30_000;

/** The options of one job. */
export interface JobOptions extends Partial<Job> {
  /** In addition to the URL, the client and its secret. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** In addition to the variables of the runner and the service, or instead of them. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * A directory for its workspace and RUNNER_TEMP, which stays. By default a new one, which is removed with the job.
   */
  readonly room?: string;
  /** The time of the job, which the test moves forward; the machine's time if left out. */
  readonly clock?: StepClock;
  /** A time limit against a hang, in milliseconds. */
  readonly timeoutMs?: number;
  /** The program that runs it; this Node if left out. */
  readonly node?: string;
}

/** The result of a job. */
export interface JobRun extends Run {
  /** What it printed, without the masks, as `stabilizeLines` makes it comparable. */
  readonly lines: readonly string[];
  /** Whether the token came from the cache, as the output says. */
  readonly hit: boolean;
  readonly token: string;
}

/** How a stage is set up. */
export interface StageOptions {
  /** The answers of the token endpoint. If left out, every request gets its own token, for an hour. */
  readonly answers?: readonly Answer[];
  /** If set, the endpoint has https, and a job trusts it with its input ca-certificate. */
  readonly tls?: ServerCertificate;
  readonly cache?: CacheServiceOptions;
}

/** What jobs share. */
export interface Stage {
  readonly service: CacheService;
  readonly endpoint: ScriptedServer;
  /** The inputs of a job that names none. */
  readonly inputs: Readonly<Record<string, string>>;
  /**
   * Runs a job in its own workspace and RUNNER_TEMP. Throws an AssertionError if it leaves anything: a file, a process,
   * a secret in the log, an annotation or a text on stderr.
   */
  readonly run: (options?: JobOptions) => Promise<JobRun>;
  readonly close: () => Promise<void>;
}

/** Starts a stage whose cache is empty. */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const service = await startCacheService(options.cache);
  const { answers = [issueTokens()], tls } = options;
  const endpoint = await startScriptedServer({ answers, ...(tls && { tls }) });
  const inputs = {
    'token-url': endpoint.url,
    'client-id': client.id,
    'client-secret': client.secret,
  };
  return {
    service,
    endpoint,
    inputs,
    run: async (job = {}) => {
      const room = job.room ?? (await makeRoom());
      try {
        return await runJob(room, { service, endpoint, inputs }, job);
      } finally {
        if (job.room === undefined) await rm(room, { recursive: true, maxRetries: 3 });
      }
    },
    close: async () => {
      await Promise.all([service.close(), endpoint.close()]);
    },
  };
}

/** Answers every request with a new token, first `token-1-of-the-endpoint`. The fields replace those of the answer. */
export function issueTokens(members: Record<string, unknown> = {}): Answer {
  let issued = 0;
  return dynamic(() => {
    issued += 1;
    return token({ access_token: `token-${issued}-of-the-endpoint`, ...members });
  });
}

/** Makes the directory of a job, with a file in its workspace. The caller removes it. */
export async function makeRoom(): Promise<string> {
  const room = await mkdtemp(join(tmpdir(), 'cache-stage-'));
  await mkdir(join(room, 'temp'));
  await mkdir(join(room, 'workspace'));
  await writeFile(join(room, 'workspace', 'README.md'), 'Not to be touched.\n');
  return room;
}

/** For tests in which PATH decides which programs exist. */
export const pathDecides = {
  skip: process.platform === 'win32' && 'on Windows the toolkit looks for tar elsewhere too',
};

/**
 * Makes a directory that can be the whole PATH: links to programs of the machine, and scripts of the test. The caller
 * removes it.
 */
export async function makePath(
  programs: readonly string[],
  scripts: Readonly<Record<string, string>> = {},
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'path-'));
  for (const name of programs) {
    const program = findProgram(name);
    assert.ok(program, `${name} is not installed`);
    await symlink(program, join(directory, name));
  }
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(directory, name), script, { mode: 0o755 });
  }
  return directory;
}

/** Where a program is on this machine; undefined if it is not installed. */
export function findProgram(name: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  return directories.map((directory) => join(directory, name)).find((file) => existsSync(file));
}

async function runJob(
  room: string,
  { service, endpoint, inputs }: Pick<Stage, 'service' | 'endpoint' | 'inputs'>,
  job: JobOptions,
): Promise<JobRun> {
  const before = listFiles(room);
  const all = { ...inputs, ...job.inputs };
  const { timeoutMs = guard, node } = job;
  const run = await startBuiltAction(all, {
    environment: {
      ...service.environment({ version: 'v2', ...job }),
      ...job.clock?.environment,
      ...job.environment,
    },
    workspace: join(room, 'workspace'),
    temp: join(room, 'temp'),
    timeoutMs,
    ...(node === undefined ? {} : { node }),
  });
  const printed = run.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  const { token: got = '', 'cache-hit': hit } = run.outputs;
  await assertTidy(run, room, before);
  for (const secret of [got, all['client-secret'] ?? '', all['cache-encryption-key'] ?? '']) {
    assert.ok(secret === '' || !printed.join('\n').includes(secret), 'a secret is in the log');
  }
  const lines = stabilizeLines(printed.slice(0, -1), new URL(endpoint.url).host);
  return { ...run, lines, hit: hit === 'true', token: got };
}

/** Whatever the cache does, the job has a token, and nothing else is visible. */
async function assertTidy(run: Run, room: string, before: readonly string[]): Promise<void> {
  const { exitCode, conclusion, stderr, heldOpen, annotations, errors, stdout } = run;
  assert.deepEqual(
    { exitCode, conclusion, stderr, heldOpen, annotations, errors },
    {
      exitCode: 0,
      conclusion: 'success',
      stderr: '',
      heldOpen: false,
      annotations: [],
      errors: [],
    },
    stdout,
  );
  assert.deepEqual(run.env, { OAUTH2_TOKEN: run.outputs['token'] });
  assert.notEqual(run.outputs['token'], '');
  assert.deepEqual(listFiles(room), before);
  assert.deepEqual(await listProcesses(room), []);
}
