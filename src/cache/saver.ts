import type { ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, promises } from 'node:fs';
import { delimiter, isAbsolute, join, win32 } from 'node:path';
import type { Readable, Writable } from 'node:stream';

import type { Clock } from '../clock.ts';
import type { Surroundings } from '../surroundings.ts';
import { saveWords, type SaveWord } from './save-report.ts';

/** How saving ended: a word of the child process, or `timeout` if the time was over. */
export type SaveOutcome = SaveWord | 'timeout';

/** A child process that is loading while the token is requested, and that saves one entry. */
export interface Saver {
  /**
   * Saves an entry.
   *
   * @param timeout milliseconds; then the child is killed with all it started
   */
  readonly save: (name: string, entry: Buffer, timeout: number) => Promise<SaveOutcome>;
  /** Ends the child if there is nothing to save. */
  readonly cancel: () => Promise<void>;
}

/** What a {@link Saver} needs from its surroundings. */
export interface SaverContext
  extends Pick<Surroundings, 'env' | 'platform' | 'temp'>, Pick<Clock, 'startTimer'> {
  /** The built child process, an absolute path. */
  readonly script: string;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/**
 * The variables that the toolkit, tar and a proxy need. No input of the step, and nothing that can request an ID token.
 */
const passedOn =
  /^(PATH|PATHEXT|PROGRAMFILES|SYSTEMROOT|HOME|GITHUB_SERVER_URL|NODE_EXTRA_CA_CERTS|(https?|no)_proxy|RUNNER_.*|ACTIONS_(?!ID_TOKEN_).*)$/i;

/**
 * Starts the child process. It has its own process group and its own directory, and prints nothing: what the
 * toolkit prints stays in the child.
 */
export function startSaver(context: SaverContext): Saver {
  const folder = mkdtempSync(join(context.temp, 'oauth2-token-'));
  const child: Child = loadSpawn()(process.execPath, [context.script], {
    cwd: folder,
    env: makeEnvironment(context.env, folder),
    stdio: ['pipe', 'pipe', 'ignore'],
    // A group can be killed as a whole, together with tar and zstd. Windows has no groups.
    detached: context.platform !== 'win32',
    windowsHide: true,
  });
  const answer = readAnswer(child);
  const end = async (): Promise<void> => {
    await killGroup(child, context, folder);
    // If this fails, the entry is still saved, and the runner empties its temporary directory.
    await promises
      .rm(folder, { recursive: true, force: true, maxRetries: 3 })
      .catch(() => undefined);
  };
  return {
    save: async (name, entry, timeout) => {
      child.stdin.end(Buffer.concat([Buffer.from(`${name}\n`), entry]));
      let stopTimer: () => void = () => undefined;
      const timedOut = new Promise<SaveOutcome>((resolve) => {
        stopTimer = context.startTimer(timeout, () => {
          resolve('timeout');
        });
      });
      try {
        return await Promise.race([answer, timedOut]);
      } finally {
        stopTimer();
        await end();
      }
    },
    cancel: end,
  };
}

/** Loaded only where a process starts: most steps start none. */
function loadSpawn(): typeof spawn {
  return process.getBuiltinModule('node:child_process').spawn;
}

function makeEnvironment(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env)
    .filter(([name]) => passedOn.test(name))
    .map(([name, value = '']): [string, string] => [
      name,
      /^path$/i.test(name) ? keepAbsolute(value) : value,
    ]);
  return {
    ...Object.fromEntries(kept),
    // Windows would look for a bare name in the working directory before PATH.
    NoDefaultCurrentDirectoryInExePath: '1',
    // The toolkit leaves an empty directory behind in the first, and makes paths relative to the second.
    RUNNER_TEMP: folder,
    GITHUB_WORKSPACE: folder,
    // macOS's tar would add fields with extended attributes.
    COPYFILE_DISABLE: '1',
  };
}

/** The toolkit looks up tar and zstd in PATH; a relative folder in it could be one of a repository. */
function keepAbsolute(path: string): string {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .join(delimiter);
}

/** Waits for the word that the child prints at its end. */
function readAnswer(child: Child): Promise<SaveOutcome> {
  return new Promise((resolve) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', () => {
      resolve('failed');
    });
    // A child that has ended reads nothing more. The close event reports its end.
    child.stdin.on('error', () => undefined);
    child.on('close', () => {
      resolve(saveWords.find((word) => word === said.trim()) ?? 'failed');
    });
  });
}

/** Kills the child with all it started, and waits until it is gone. */
async function killGroup(
  child: Child,
  { env, platform }: SaverContext,
  folder: string,
): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const gone = child.exitCode !== null || child.signalCode !== null;
  const closed = gone ? undefined : new Promise((resolve) => child.once('close', resolve));
  if (platform !== 'win32') signalGroup(pid);
  // The id of a process that is gone may belong to another program by now.
  else if (!gone) await taskkill(pid, env, folder);
  // The child ends even without taskkill. A program that still holds the pipe is not waited for.
  child.kill('SIGKILL');
  child.stdout.destroy();
  await closed;
}

/** This also works if the child itself has ended, because what it started may still run. */
function signalGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}

/**
 * Started by its absolute path: for a bare name Windows looks in the current directory first, which is the workspace.
 * It gets nothing of the step's environment, and no inputs.
 *
 * @see https://learn.microsoft.com/windows-server/administration/windows-commands/taskkill
 */
function taskkill(pid: number, env: NodeJS.ProcessEnv, folder: string): Promise<void> {
  const systemRoot = findSystemRoot(env);
  const program = String.raw`${systemRoot}\System32\taskkill.exe`;
  return new Promise((resolve) => {
    const killer = loadSpawn()(program, ['/PID', String(pid), '/T', '/F'], {
      cwd: folder,
      env: { SystemRoot: systemRoot },
      stdio: 'ignore',
      windowsHide: true,
    });
    killer.on('error', () => {
      resolve();
    });
    killer.on('close', () => {
      resolve();
    });
  });
}

/** The folder of Windows. */
function findSystemRoot(env: NodeJS.ProcessEnv): string {
  const [, value = ''] = Object.entries(env).find(([name]) => /^systemroot$/i.test(name)) ?? [];
  return win32.isAbsolute(value) ? value : String.raw`C:\Windows`;
}
