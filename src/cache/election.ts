import { type Clock, limitTime, type TimeLimit } from '../clock.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Reservation, ReservationService } from './service.ts';

/**
 * What a job must do: `leads`, request a token that others wait for; `follows`, wait for it. `limited` and `failed`: the
 * service let it take no part, so it requests one as well.
 */
export type Role = 'leads' | 'follows' | Exclude<Reservation, 'reserved' | 'taken'>;

/** The longest that an election may take. */
const electionLimit: TimeLimit = { milliseconds: 5000, over: 'The time for the election is over.' };

/**
 * Elects one of the jobs that start together. The names are reserved one after the other; who gets all of them leads,
 * and who finds one taken follows. There is always one who gets the last name of all, so not all can follow; a leader
 * that dies keeps the others waiting no longer than they want to wait.
 *
 * @param names as `listLeaseNames` gives them
 */
export async function elect(
  names: readonly string[],
  { service, startTimer }: Pick<Clock, 'startTimer'> & { readonly service: ReservationService },
): Promise<Role> {
  const reserveAll = async (signal: AbortSignal): Promise<Role> => {
    for (const name of names) {
      const reservation = await service.reserve(name, signal);
      if (reservation === 'taken') return 'follows';
      if (reservation !== 'reserved') return reservation;
    }
    return 'leads';
  };
  return limitTime(reserveAll, electionLimit, { startTimer });
}

/** The first wait, milliseconds: what a leader needs at best to request and to save. */
const firstWait = 2000;

/** By how much each wait is longer than the one before: the looks become few, however long a job may wait. */
const growth = 1.5;

/** How long to wait, and by which clock. */
interface FollowContext extends Pick<Clock, 'monotonic' | 'sleep'>, Pick<Surroundings, 'random'> {
  /** The longest wait in all, milliseconds. */
  readonly wait: number;
}

/**
 * Looks again and again for what the leader gets, with waits that grow and differ from job to job; for the last time
 * when the wait is over.
 *
 * @param look gives undefined where nothing is there yet, or where that is not known
 * @returns undefined where nothing came
 */
export async function follow<T>(
  look: () => Promise<T | undefined>,
  { wait, monotonic, sleep, random }: FollowContext,
): Promise<T | undefined> {
  const deadline = monotonic() + wait;
  for (let turn = 0; ; turn += 1) {
    const left = deadline - monotonic();
    // A timer may fire a moment early, and that is the end of the wait too.
    if (left < 1) return undefined;
    await sleep(chooseWait(turn, left, random()));
    const found = await look();
    if (found !== undefined) return found;
  }
}

/** From half to one and a half of what the turn would be; all that is left, where hardly anything would be left. */
function chooseWait(turn: number, left: number, draw: number): number {
  const wait = firstWait * growth ** turn * (0.5 + draw);
  return left - wait < firstWait / 2 ? left : wait;
}
