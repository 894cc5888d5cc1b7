/** Time as an argument. Tests pass a clock that does not make them wait. */
export interface Clock {
  /** The time of day: epoch, milliseconds. It can jump when the machine's clock is set. */
  readonly now: () => number;
  /** Milliseconds since some moment; it only moves forward. Durations and deadlines are measured by it. */
  readonly monotonic: () => number;
  /** Waits for so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Calls back after so many milliseconds. Gives the function that stops the timer. */
  readonly startTimer: (milliseconds: number, callback: () => void) => () => void;
}

/** setTimeout fires at once for a longer time than this, in milliseconds. */
export const longestTimer = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // The same as performance.now(), whose module takes a millisecond to load.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (milliseconds) =>
    new Promise((resolve) => {
      setTimeout(resolve, Math.min(milliseconds, longestTimer));
    }),
  startTimer: (milliseconds, callback) => {
    const timer = setTimeout(callback, Math.min(milliseconds, longestTimer));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** How long some work may take. */
export interface TimeLimit {
  readonly milliseconds: number;
  /** What the signal's reason says when the time is over. */
  readonly over: string;
}

/**
 * Runs some work with a signal that aborts, with a DOMException named TimeoutError, when its time is over. The work
 * has to end by itself when that happens.
 */
export async function limitTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { milliseconds, over }: TimeLimit,
  { startTimer }: Pick<Clock, 'startTimer'>,
): Promise<T> {
  const controller = new AbortController();
  const stopTimer = startTimer(milliseconds, () => {
    controller.abort(new DOMException(over, 'TimeoutError'));
  });
  try {
    return await work(controller.signal);
  } finally {
    stopTimer();
  }
}
