/** The cache service of the simulation: its names, its limits, and how long it takes to answer. */
import type { Reservation, ReservationService } from '../../src/cache/service.ts';
import type { Chance } from './chance.ts';
import type { VirtualTime } from './virtual-time.ts';

/**
 * What the service allows within any 60 s for a repository.
 *
 * @see
 * https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching#usage-limits-and-eviction-policy
 */
export const limits = { uploads: 200, downloads: 1500 } as const;

/**
 * Assumed, because nobody publishes them: the median times of answers, in milliseconds. It is also assumed that each
 * reservation counts as an upload, even if the name was taken, that each look-up counts as a download, even if nothing
 * was found, and that refused calls do not count.
 */
export const latencies = { lookUp: 100, reservation: 120, upload: 150, finalize: 120 } as const;

/** Calls of one kind: when each was made, milliseconds, and how many were refused. */
export class Calls {
  readonly times: number[] = [];
  refused = 0;
  readonly #most: number;
  /** The first of the times that is not older than 60 s. */
  #oldest = 0;
  readonly #accepted: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts a call; false if it is above the limit. */
  admit(now: number): boolean {
    this.times.push(now);
    while ((this.#accepted[this.#oldest] ?? Infinity) <= now - 60_000) this.#oldest += 1;
    const admitted = this.#accepted.length - this.#oldest < this.#most;
    if (admitted) this.#accepted.push(now);
    else this.refused += 1;
    return admitted;
  }

  /** The maximum of calls within 60 s, including refused ones. */
  countBusiestMinute(): number {
    let from = 0;
    return this.times.reduce((most, time, index) => {
      while ((this.times[from] ?? Infinity) <= time - 60_000) from += 1;
      return Math.max(most, index + 1 - from);
    }, 0);
  }
}

/** A cache service for one repository, empty at first. */
export class SimulatedService implements ReservationService {
  readonly uploads = new Calls(limits.uploads);
  readonly downloads = new Calls(limits.downloads);
  readonly #time: VirtualTime;
  readonly #chance: Chance;
  readonly #taken = new Set<string>();
  #hasToken = false;

  constructor(time: VirtualTime, chance: Chance) {
    this.#time = time;
    this.#chance = chance;
  }

  readonly reserve = async (name: string): Promise<Reservation> => {
    const { monotonic, sleep } = this.#time;
    const way = this.#chance.latency(latencies.reservation) / 2;
    await sleep(way);
    const reservation = this.#tryToReserve(name, monotonic());
    await sleep(way);
    return reservation;
  };

  #tryToReserve(name: string, now: number): Reservation {
    if (!this.uploads.admit(now)) return 'limited';
    if (this.#taken.has(name)) return 'taken';
    this.#taken.add(name);
    return 'reserved';
  }

  /** One look-up: a request for each of the two compressions. */
  async look(): Promise<'hit' | 'miss' | 'failed'> {
    const found = await Promise.all([this.#lookUp(), this.#lookUp()]);
    if (found.includes('hit')) return 'hit';
    return found.includes('failed') ? 'failed' : 'miss';
  }

  async #lookUp(): Promise<'hit' | 'miss' | 'failed'> {
    const { monotonic, sleep } = this.#time;
    const way = this.#chance.latency(latencies.lookUp) / 2;
    await sleep(way);
    const admitted = this.downloads.admit(monotonic());
    const hit = this.#hasToken;
    await sleep(way);
    if (!admitted) return 'failed';
    return hit ? 'hit' : 'miss';
  }

  /** Saves a token, which all later look-ups find. */
  async save(name: string): Promise<void> {
    if ((await this.reserve(name)) !== 'reserved') return;
    const { latency } = this.#chance;
    await this.#time.sleep(latency(latencies.upload) + latency(latencies.finalize));
    this.#hasToken = true;
  }
}
