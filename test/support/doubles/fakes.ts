/** What tests pass as the runner, the clock and the network. */
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Runner } from '../../../src/log/log.ts';
import type {
  HttpRequest,
  HttpResponse,
  RequestLimits,
  SendRequest,
} from '../../../src/http/request.ts';
import { TransportError } from '../../../src/http/transport-error.ts';
import type { Clock } from '../../../src/clock.ts';
import type { CommandFiles } from '../../../src/surroundings.ts';

/** A runner's toolkit that only records its calls. */
export interface FakeRunner extends Runner {
  /**
   * Its calls, in order: `mask SECRET`, `info LINE`, `group TITLE`, `endgroup`, `warning [TITLE] MESSAGE`,
   * `error [TITLE] MESSAGE`, `output NAME=VALUE`, `state NAME=VALUE`, `env NAME=VALUE`.
   */
  readonly calls: readonly string[];
}

/** Files of a runner that can always be written. */
export const noFiles: CommandFiles = { measure: () => 0, cut: () => undefined };

/** Makes a {@link FakeRunner}; `debug` is whether step debug logging is on. */
export function createFakeRunner({ debug = false }: { debug?: boolean } = {}): FakeRunner {
  const calls: string[] = [];
  const annotate =
    (level: string): Runner['error'] =>
    (message, { title = '' } = {}) => {
      calls.push(`${level} [${title}] ${String(message)}`);
    };
  return {
    calls,
    setSecret: (secret) => calls.push(`mask ${secret}`),
    info: (line) => calls.push(`info ${line}`),
    notice: annotate('notice'),
    warning: annotate('warning'),
    error: annotate('error'),
    startGroup: (title) => calls.push(`group ${title}`),
    endGroup: () => calls.push('endgroup'),
    setOutput: (name, value) => calls.push(`output ${name}=${String(value)}`),
    saveState: (name, value) => calls.push(`state ${name}=${String(value)}`),
    exportVariable: (name, value) => calls.push(`env ${name}=${String(value)}`),
    isDebug: () => debug,
  };
}

/** A clock that stands still until someone sleeps, or a test moves it forward. */
export interface FakeClock extends Clock {
  /** The waits so far, in milliseconds. */
  readonly sleeps: readonly number[];
  /** Moves the time forward by milliseconds. Timers whose time has come call back. */
  readonly advance: (milliseconds: number) => void;
  /** Moves the time forward to the next timer; not at all if none is running. */
  readonly advanceToTimer: () => void;
}

/** Makes a {@link FakeClock}; `start` is its time of day. */
export function createFakeClock(start = '2026-01-31T11:00:00Z'): FakeClock {
  const startedAt = Date.parse(start);
  const sleeps: number[] = [];
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();
  let passed = 0;
  const advance = (milliseconds: number): void => {
    passed += milliseconds;
    for (const timer of [...timers].filter(({ due }) => due <= passed)) {
      timers.delete(timer);
      timer.callback();
    }
  };
  return {
    sleeps,
    advance,
    advanceToTimer: () => {
      const next = Math.min(...[...timers].map(({ due }) => due));
      if (next !== Infinity) advance(next - passed);
    },
    now: () => startedAt + passed,
    // Far from the time of day, so that the two cannot be confused.
    monotonic: () => 5_000_000 + passed,
    sleep: (milliseconds) => {
      sleeps.push(milliseconds);
      advance(milliseconds);
      return Promise.resolve();
    },
    startTimer: (milliseconds, callback) => {
      const timer = { due: passed + milliseconds, callback };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
  };
}

/** How often the event loop turns until what was sent within this machine has arrived. */
const turns = 50;

/** Lets everything arrive that was sent within this machine, without waiting for any time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await nextTurn();
}

/** How a {@link FakeNetwork} handles one request: an answer, an error to throw, or nothing until the time is over. */
export type Answer = HttpResponse | Error | 'silence';

/** A network that answers from a script. */
export interface FakeNetwork {
  readonly send: SendRequest;
  /** What was sent so far. */
  readonly requests: readonly HttpRequest[];
  /** The limits of each of them. */
  readonly limits: readonly RequestLimits[];
}

/** How long an answer of a {@link FakeNetwork} takes, in milliseconds. */
const latency = 200;

/** Makes a {@link FakeNetwork}; its answers take time on the clock. */
export function createFakeNetwork(answers: readonly Answer[], clock: FakeClock): FakeNetwork {
  const requests: HttpRequest[] = [];
  const limits: RequestLimits[] = [];
  const send: SendRequest = (request, limit) => {
    const answer = answers[requests.length] ?? new Error('No answer is left for this request.');
    requests.push(request);
    limits.push(limit);
    if (answer === 'silence') clock.advanceToTimer();
    else clock.advance(latency);
    if (answer === 'silence' || limit.signal.aborted)
      return Promise.reject(new TransportError('timeout'));
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { send, requests, limits };
}

/** Writes a JSON answer. */
export function answerJson(
  status: number,
  members: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const body = Buffer.from(JSON.stringify(members));
  return {
    status,
    statusText: '',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  };
}

/** Gives the environment in which the runner starts a step that has these inputs. */
export function createInputEnvironment(
  inputs: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  );
}
