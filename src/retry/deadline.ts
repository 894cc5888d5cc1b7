import type { Clock } from '../clock.ts';

/** When all requests of a run to authorization servers must be over. */
export class Deadline {
  readonly #clock: Clock;
  #at: number;

  /** @param seconds from now */
  constructor(clock: Clock, seconds: number) {
    this.#clock = clock;
    this.#at = clock.monotonic() + seconds * 1000;
  }

  /** By the clock's monotonic(), in milliseconds. */
  get at(): number {
    return this.#at;
  }

  /** Does some work and moves the deadline by the time that the work took. */
  async exclude<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = this.#clock.monotonic();
    try {
      return await work();
    } finally {
      this.#at += this.#clock.monotonic() - startedAt;
    }
  }
}
