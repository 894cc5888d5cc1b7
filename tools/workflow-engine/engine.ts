/** Runs workflows with act, a workflow engine for local machines, in host mode: steps are processes of this machine. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = join(import.meta.dirname, '..', '..');

/** Where .ci/run installs act, from the root of the repository. */
const installed = join('build', 'act-venv', 'bin', 'act');

/** How many milliseconds one workflow may take. */
const longest = 60_000;

/** What to do if act is missing. */
export const howToGetAct = `act was found neither at ${installed} nor in PATH. Python 3 can install it:
  python3 -m venv build/act-venv
  build/act-venv/bin/pip install --require-hashes --requirement tools/workflow-engine/requirements.txt`;

/** Gives the path of act, first from build/, then from PATH; undefined if none runs. */
export function findAct(): string | undefined {
  const candidates = [join(root, installed), 'act'];
  const home = mkdtempSync(join(tmpdir(), 'oauth2-token-act-'));
  // act writes a settings file into its home, even if it prints only its version.
  const env = { PATH: process.env['PATH'], HOME: home, XDG_CONFIG_HOME: home };
  try {
    return candidates.find((program) => spawnSync(program, ['--version'], { env }).status === 0);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** A line of act's log. */
export interface LogEntry {
  /** What act shows, masked. */
  readonly msg: string;
  /** The job, with the name of its workflow: `Token/first` for example. */
  readonly job?: string;
  readonly stage?: 'Pre' | 'Main' | 'Post';
  /** The name of the step, or what it uses. */
  readonly step?: string;
  /** The workflow command that the step printed. */
  readonly command?: string;
  /** The name in a command, such as an output. */
  readonly name?: string;
  /** Set at the end of a step. */
  readonly stepResult?: string;
  /** Set at the end of a job. */
  readonly jobResult?: string;
}

/** The result of a workflow. */
export interface WorkflowRun {
  /** The exit status of act: 0 if every job succeeded. */
  readonly status: number | null;
  /** Everything that act shows, in order. */
  readonly entries: readonly LogEntry[];
  /** The same as text, with everything else that act printed. */
  readonly log: string;
}

/** A copy of the action in its own repository, and the engine next to it. */
export interface Engine {
  /** A folder for files that steps write: `vars.FOLDER` in the workflows. */
  readonly folder: string;
  /** Stands for the token that the runner gives only to actions. */
  readonly runtimeToken: string;
  /**
   * Runs a workflow of test/workflows/ to its end, or for a minute. Throws if act does not start.
   *
   * @param workflow its file, without the ending
   */
  readonly run: (workflow: string) => Promise<WorkflowRun>;
  /** Removes every file. */
  readonly close: () => void;
}

/**
 * Copies action.yml, dist/, test/composites/ and test/workflows/ into a new repository, in a temporary folder that is
 * also the home of everything that runs. Throws if git fails.
 *
 * @param act its path
 * @param variables the `vars` of the workflows in addition to FOLDER, and REPOSITORY to clone
 * @param secrets the `secrets` of the workflows
 */
export function startEngine(
  act: string,
  variables: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): Engine {
  const base = mkdtempSync(join(tmpdir(), 'oauth2-token-act-'));
  const [repository, folder, home] = ['repository', 'folder', 'home'].map((name) =>
    makeFolder(base, name),
  ) as [string, string, string];
  const environment = {
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: home,
    XDG_CACHE_HOME: makeFolder(home, 'cache'),
    TMPDIR: makeFolder(base, 'tmp'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  makeRepository(repository, environment);
  const runtimeToken = randomBytes(16).toString('hex');
  const vars = { ...variables, REPOSITORY: repository, FOLDER: folder };
  const args = [
    'push',
    '--json',
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...['--cache-server-addr', '127.0.0.1', '--cache-server-port', '0'],
    // act sets no such token unless its artifact server runs.
    ...['--env', `ACTIONS_RUNTIME_TOKEN=${runtimeToken}`],
    // The values of these come from the environment.
    ...Object.keys(vars).flatMap((name) => ['--var', name]),
    ...Object.keys(secrets).flatMap((name) => ['--secret', name]),
  ];
  return {
    folder,
    runtimeToken,
    run: async (workflow) => {
      const child = spawn(act, [...args, '--workflows', `test/workflows/${workflow}.yml`], {
        cwd: repository,
        env: { ...environment, ...vars, ...secrets },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: longest,
      });
      const [printed, complaints, [status]] = (await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ])) as [string, string, [number | null]];
      return { status, ...readLog(`${printed}\n${complaints}`) };
    },
    close: () => {
      rmSync(base, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function makeFolder(base: string, name: string): string {
  const folder = join(base, name);
  mkdirSync(folder);
  return folder;
}

/** act reads the name of the repository and the commit from git. Nothing is fetched from the address. */
function makeRepository(repository: string, environment: NodeJS.ProcessEnv): void {
  for (const path of ['action.yml', 'dist', 'test/composites', 'test/workflows']) {
    cpSync(join(root, path), join(repository, path), { recursive: true });
  }
  const git = (...args: string[]): void => {
    const options = { cwd: repository, env: environment, encoding: 'utf8' } as const;
    const { status, stderr, error } = spawnSync('git', args, options);
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${error?.message ?? stderr}`);
  };
  git('init', '--quiet', '--initial-branch', 'main');
  git('remote', 'add', 'origin', 'https://github.com/acme/app.git');
  git('add', '--all', '--force');
  const author = ['-c', 'user.name=acme', '-c', 'user.email=acme@example.com'];
  git(...author, 'commit', '--quiet', '--message', 'Add the action');
}

/** Gives what a step has written into a file of the folder; undefined if there is no file. */
export function readWritten({ folder }: Engine, name: string): string | undefined {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/**
 * Reads the entries from what act printed with `--json`. act masks only `msg`, which is what it shows without `--json`,
 * so the log has only this field.
 */
function readLog(printed: string): { readonly entries: LogEntry[]; readonly log: string } {
  const lines = printed.split('\n').filter((line) => line !== '');
  const read = lines.map(readEntry);
  return {
    entries: read.filter((entry) => entry !== undefined),
    log: read.map((entry, at) => (entry === undefined ? lines[at] : showEntry(entry))).join('\n'),
  };
}

/** Gives undefined for a line that is not an entry. */
function readEntry(line: string): LogEntry | undefined {
  if (!line.startsWith('{"')) return undefined;
  try {
    const entry = JSON.parse(line) as LogEntry;
    // act pads the names of jobs to one length.
    return entry.job === undefined ? entry : { ...entry, job: entry.job.trim() };
  } catch {
    return undefined;
  }
}

function showEntry({ job, stage, step, msg }: LogEntry): string {
  return `[${[job, stage, step].filter((word) => word !== undefined).join(' | ')}] ${msg.trimEnd()}`;
}

/** A step of a job: a `stage` of `step`, which is its name or what it uses. */
export type StepPlace = Required<Pick<LogEntry, 'job' | 'stage' | 'step'>>;

/**
 * Gives what a step showed, one per line: its output, and `::add-mask::***` for each value that it masked. act may
 * print the last lines of a step after its result, so they are found by their step and not by their place.
 */
export function listStepLines({ entries }: WorkflowRun, place: StepPlace): string[] {
  return entries
    .filter(
      ({ job, stage, step }) => job === place.job && stage === place.stage && step === place.step,
    )
    .filter(({ stepResult, msg }) => stepResult === undefined && !msg.startsWith('⭐ Run '))
    .filter(({ command }) => command !== 'set-output' && command !== 'set-env')
    .map(({ command, msg }) =>
      command === 'add-mask' ? msg.replace(/^\s*⚙\s*/, '::add-mask::') : msg,
    )
    .map((line) => line.trim());
}

/** Gives how a job ended: `success` or `failure`; undefined if it did not end. */
export function readJobResult({ entries }: WorkflowRun, job: string): string | undefined {
  return entries.find((entry) => entry.job === job && entry.jobResult !== undefined)?.jobResult;
}

/** Gives the outputs that act read from the steps of a job, as it shows them, by their names. */
export function readOutputs({ entries }: WorkflowRun, job: string): Record<string, string> {
  return Object.fromEntries(
    entries
      .filter((entry) => entry.job === job && entry.command === 'set-output')
      .map(({ name = '', msg }) => [name, msg.slice(msg.indexOf('=') + 1)]),
  );
}
