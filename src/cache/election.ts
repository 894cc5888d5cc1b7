import { type Clock, limitTime, type TimeLimit } from '../clock.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Reservation, ReservationService } from './service.ts';

/**
 * What a job must do. `leads`: request a token that others wait for. `follows`: wait for it. `limited` and `failed`:
 * the service did not let the job take part, so it requests a token too.
 */
export type Role = 'leads' | 'follows' | Exclude<Reservation, 'reserved' | 'taken'>;

/** The longest that an election may take. */
const electionLimit: TimeLimit = { milliseconds: 5000, over: 'The time for the election is over.' };

/**
 * Elects one of the jobs that start together. Each job reserves the names one after the other. A job that gets all
 * names leads, and a job that finds a name taken follows. One job always gets the last name, so there is always a
 * leader. If the leader dies, the others wait only as long as their inputs say.
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

/** The first wait in milliseconds: the shortest time in which a leader can request and save a token. */
const firstWait = 2000;

/** The factor by which each wait is longer than the one before. So even a long wait has few look-ups. */
const growth = 1.5;

/** How long to wait, and by which clock. */
interface FollowContext extends Pick<Clock, 'monotonic' | 'sleep'>, Pick<Surroundings, 'random'> {
  /** The longest wait in all, in milliseconds. */
  readonly wait: number;
}

/**
 * Looks again and again for the leader's token. The waits between grow and differ from job to job. The last look is
 * when the wait is over.
 *
 * @param look gives undefined if nothing is there yet, or where that is not known
 * @returns undefined if nothing came
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

/**
 * A random time from half to one and a half of the planned wait. If hardly any time would be left after it, all that is
 * left.
 */
function chooseWait(turn: number, left: number, draw: number): number {
  const wait = firstWait * growth ** turn * (0.5 + draw);
  return left - wait < firstWait / 2 ? left : wait;
}
