/** The time of a step that runs in a separate process. It stands still until the test moves it forward. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

import { LineReader } from './runner/lines.ts';

/** A clock that `startStepClock` started. */
export interface StepClock {
  /** The variables that give a Node process, and the processes that it starts, the time of this clock. */
  readonly environment: Readonly<Record<string, string>>;
  /** Moves the time forward by milliseconds, and waits until every process knows. */
  readonly advance: (milliseconds: number) => Promise<void>;
  /** Moves the time forward to the next timer of the first process, as soon as one is running. */
  readonly advanceToTimer: () => Promise<void>;
  /** From now on the time moves forward to the end of every sleep, as soon as it has begun. */
  readonly skipSleeps: () => void;
  /** Settles when so many processes with this clock are running. */
  readonly whenRunning: (processes: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A timer of a process. Somebody waits for a sleep. A limit ends work that takes too long. */
interface Timer {
  readonly kind: 'sleep' | 'limit';
  /** By the time of the clock, in milliseconds. */
  readonly due: number;
}

/** What is known about a process. */
interface Step {
  readonly timers: Map<string, Timer>;
  /** The time that it knows, in milliseconds. */
  reached: number;
}

/** Starts a clock for one step; `start` is its time of day, epoch, milliseconds. */
export async function startStepClock({ start = Date.now() } = {}): Promise<StepClock> {
  const steps = new Map<Socket, Step>();
  const waiters = new Set<() => void>();
  let passed = 0;
  let skips = false;

  const moveTo = (time: number): void => {
    if (time <= passed) return;
    passed = time;
    for (const socket of steps.keys()) socket.write(`${passed}\n`);
  };
  /** The timers that have not ended yet. */
  const listTimers = (): Timer[] =>
    [...steps.values()]
      .flatMap(({ timers }) => [...timers.values()])
      .filter(({ due }) => due > passed);
  const findNext = (): number => Math.min(...listTimers().map(({ due }) => due));
  const areAllThere = (): boolean => [...steps.values()].every(({ reached }) => reached >= passed);
  /**
   * A limit that ends before the sleep runs out first. The time moves forward only after every process has handled its
   * due timers, so no timer overtakes another.
   */
  const skip = (): void => {
    if (!skips || !areAllThere()) return;
    if (listTimers().some(({ kind }) => kind === 'sleep')) moveTo(findNext());
  };
  const note = (step: Step, line: string): void => {
    const [verb, what = '', due] = line.split(' ');
    if (verb === 'sleep' || verb === 'limit') {
      step.timers.set(what, { kind: verb, due: Number(due) });
    } else if (verb === 'stop') {
      step.timers.delete(what);
    } else {
      step.reached = Number(what);
      moveTo(step.reached);
    }
    skip();
    for (const check of waiters) check();
  };
  const wait = (isOver: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!isOver()) return;
        waiters.delete(check);
        resolve();
      };
      waiters.add(check);
      check();
    });
  const waitForAll = (): Promise<void> => wait(areAllThere);

  const server = createServer((socket) => {
    const step: Step = { timers: new Map(), reached: 0 };
    steps.set(socket, step);
    // The time may have moved since the process was started.
    socket.write(`${passed}\n`);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      steps.delete(socket);
      skip();
      for (const check of waiters) check();
    });
    const reader = new LineReader((line) => {
      note(step, line);
    });
    socket.on('data', (bytes) => {
      reader.push(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no TCP port');
  return {
    environment: {
      NODE_OPTIONS: `--require ${join(import.meta.dirname, 'step-clock', 'preload.cjs')}`,
      STEP_CLOCK: String(address.port),
      STEP_CLOCK_EPOCH: String(start),
    },
    advance: async (milliseconds) => {
      moveTo(passed + milliseconds);
      await waitForAll();
    },
    advanceToTimer: async () => {
      await wait(() => steps.size > 0);
      const [first] = steps.keys();
      const before = passed;
      first?.write('next\n');
      await wait(() => passed > before || steps.size === 0);
    },
    skipSleeps: () => {
      skips = true;
      skip();
    },
    whenRunning: (processes) => wait(() => steps.size === processes),
    close: async () => {
      for (const socket of steps.keys()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
