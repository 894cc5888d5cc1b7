/** Runs a script in a separate process, as ProcessInvoker.cs of https://github.com/actions/runner does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { RunnerError } from './errors.ts';
import { LineReader } from './lines.ts';

/** What to run. */
export interface ProcessOptions {
  /** The program, and its one argument. */
  node: string;
  script: string;
  directory: string;
  /** The whole environment of the process. */
  environment: Record<string, string>;
  /** After this many milliseconds it is killed. */
  timeoutMs: number;
  /** How many milliseconds another process may hold its output open after its end. */
  graceMs: number;
  /** Called with its id when it runs. */
  onStart?: (pid: number | undefined) => void;
  /** Kills it when it aborts. */
  kill?: AbortSignal;
  /** Called with each line of stdout and stderr, in the order in which they arrive. */
  onLine: (line: string) => void;
}

/** How a process ended. */
export interface ProcessEnd {
  /** Null if a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** True if a process that it started still held its output open when the extra time was over. */
  heldOpen: boolean;
}

/** Runs it to its end. Throws RunnerError not_started, or timed_out if it was killed. */
export async function runProcess(options: ProcessOptions): Promise<ProcessEnd> {
  const child = spawn(options.node, [options.script], {
    cwd: options.directory,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  options.onStart?.(child.pid);
  const stdout = new Capture(child.stdout, options.onLine);
  const stderr = new Capture(child.stderr, options.onLine);
  const cut = (): void => {
    child.stdout.destroy();
    child.stderr.destroy();
  };

  const cuts = { timedOut: false, heldOpen: false };
  const guard = setTimeout(() => {
    cuts.timedOut = true;
    child.kill('SIGKILL');
    cut();
  }, options.timeoutMs);

  const kill = (): void => {
    child.kill('SIGKILL');
  };
  if (options.kill?.aborted === true) kill();
  options.kill?.addEventListener('abort', kill);

  let grace: NodeJS.Timeout | undefined;
  child.once('exit', () => {
    grace = setTimeout(() => {
      cuts.heldOpen = true;
      cut();
    }, options.graceMs);
  });

  try {
    const [exitCode, signal] = await waitForClose(child);
    const output = { stdout: stdout.end(), stderr: stderr.end() };
    if (cuts.timedOut) {
      throw new RunnerError('timed_out', `Still running after ${options.timeoutMs} ms: killed.`);
    }
    return { exitCode, signal, ...output, heldOpen: cuts.heldOpen };
  } finally {
    clearTimeout(guard);
    clearTimeout(grace);
    options.kill?.removeEventListener('abort', kill);
  }
}

async function waitForClose(
  child: ChildProcess,
): Promise<[exitCode: number | null, signal: NodeJS.Signals | null]> {
  try {
    return (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  } catch (cause) {
    throw new RunnerError('not_started', `Could not start ${child.spawnfile}.`, { cause });
  }
}

/** Keeps the output of a stream, and passes its lines on. */
class Capture {
  readonly #chunks: Buffer[] = [];
  readonly #lines: LineReader;

  constructor(stream: Readable, onLine: (line: string) => void) {
    this.#lines = new LineReader(onLine);
    stream.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#lines.push(chunk);
    });
  }

  end(): string {
    this.#lines.end();
    return Buffer.concat(this.#chunks).toString();
  }
}
