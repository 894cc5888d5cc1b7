/** Time that passes as fast as the machine can work. Sleeps end in the order of their times. */

interface Alarm {
  readonly due: number;
  /** Of alarms with the same time, the first that was set rings first. */
  readonly number: number;
  readonly ring: () => void;
}

/** A clock for many jobs at once, in milliseconds. It stands still except in `run`. */
export class VirtualTime {
  #now = 0;
  #count = 0;
  /** A binary heap: no alarm is due before its parent, which is at half its place. */
  readonly #alarms: Alarm[] = [];

  readonly monotonic = (): number => this.#now;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      this.startTimer(milliseconds, resolve);
    });

  readonly startTimer = (milliseconds: number, callback: () => void): (() => void) => {
    const timer = { stopped: false };
    const ring = (): void => {
      if (!timer.stopped) callback();
    };
    this.#push({ due: this.#now + Math.max(milliseconds, 0), number: this.#count++, ring });
    return () => {
      timer.stopped = true;
    };
  };

  /** Lets the time pass until no job sleeps any more. */
  async run(): Promise<void> {
    for (let alarm = this.#pop(); alarm !== undefined; alarm = this.#pop()) {
      this.#now = alarm.due;
      alarm.ring();
      await settle();
    }
  }

  #push(alarm: Alarm): void {
    let at = this.#alarms.push(alarm) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isEarlier(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): Alarm | undefined {
    const last = this.#alarms.length - 1;
    if (last > 0) this.#swap(0, last);
    const first = this.#alarms.pop();
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = this.#isEarlier(right, left) ? right : left;
      if (!this.#isEarlier(child, at)) return first;
      this.#swap(at, child);
      at = child;
    }
  }

  /** Whether there is an alarm at one place, and it rings before the alarm at another. */
  #isEarlier(one: number, other: number): boolean {
    const [a, b] = [this.#alarms[one], this.#alarms[other]];
    if (a === undefined || b === undefined) return false;
    return a.due < b.due || (a.due === b.due && a.number < b.number);
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#alarms[one], this.#alarms[other]];
    if (a === undefined || b === undefined) return;
    this.#alarms[one] = b;
    this.#alarms[other] = a;
  }
}

/** Waits until everything has happened that follows from settled promises. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
