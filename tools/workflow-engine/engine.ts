/** Runs workflows by act, a workflow engine for one's own machine, in host mode: steps are processes of this machine. */
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

/** The longest that one workflow may take, milliseconds. */
const longest = 60_000;

/** What to do where act is missing. */
export const howToGetAct = `act was found neither at ${installed} nor in PATH. Python 3 can install it:
  python3 -m venv build/act-venv
  build/act-venv/bin/pip install --require-hashes --requirement tools/workflow-engine/requirements.txt`;

/** Gives the path of act, that of build/ before that of PATH; undefined where there is none that runs. */
export function findAct(): string | undefined {
  const candidates = [join(root, installed), 'act'];
  return candidates.find((program) => spawnSync(program, ['--version']).status === 0);
}

/** What came of a workflow. */
export interface WorkflowRun {
  /** The exit status of act: 0 where every job succeeded. */
  readonly status: number | null;
  /** All that act printed, on both streams. */
  readonly log: string;
}

/** A copy of the action in a repository of its own, and the engine beside it. */
export interface Engine {
  /** A folder for files that steps write: `vars.FOLDER` in the workflows. */
  readonly folder: string;
  /** Stands for what the runner gives to actions alone. */
  readonly runtimeToken: string;
  /**
   * Runs a workflow of test/workflows/ to its end, or for a minute. Throws where act does not start.
   *
   * @param workflow its file, without the ending
   */
  readonly run: (workflow: string) => Promise<WorkflowRun>;
  /** Removes every file. */
  readonly close: () => void;
}

/**
 * Copies action.yml, dist/ and test/workflows/ into a new repository, in a temporary folder that is the home of all that
 * runs too. Throws where git fails.
 *
 * @param act its path
 * @param variables what `vars` has in the workflows, besides FOLDER, and REPOSITORY to clone
 * @param secrets what `secrets` has
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
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...['--cache-server-addr', '127.0.0.1', '--cache-server-port', '0'],
    // act sets none unless its artifact server runs.
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
      return { status, log: `${printed}${complaints}` };
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

/** act takes the name of the repository and the commit from git. Nothing is fetched from the address. */
function makeRepository(repository: string, environment: NodeJS.ProcessEnv): void {
  for (const path of ['action.yml', 'dist', 'test/workflows']) {
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

/** Gives what a step has written into a file of the folder; undefined where there is none. */
export function readWritten({ folder }: Engine, name: string): string | undefined {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Gives what act printed for one job, each line without the job's name. */
export function listJobLines({ log }: WorkflowRun, job: string): string[] {
  const prefix = `[${job}]`;
  return log
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length).trim());
}

/** Gives the lines of one step, from its beginning to its end and without both, `Main ./` or `Post ./` for example. */
export function listStepLines(run: WorkflowRun, job: string, step: string): string[] {
  const lines = listJobLines(run, job);
  const start = lines.indexOf(`⭐ Run ${step}`);
  if (start < 0) return [];
  const end = lines.findIndex((line, at) => at > start && endOfStep.test(line));
  return lines.slice(start + 1, end < 0 ? undefined : end);
}

const endOfStep = /^(✅ {2}Success|❌ {2}Failure) - /;

/** Gives the outputs that act read from the steps of a job, as it shows them, by their names. */
export function readOutputs(run: WorkflowRun, job: string): Record<string, string> {
  return Object.fromEntries(
    listJobLines(run, job).flatMap((line) => {
      const [, name, value] = /^⚙ {2}::set-output:: ([^=]+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}
