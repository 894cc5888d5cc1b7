import { elect, follow } from '../cache/election.ts';
import type { CacheKeys } from '../cache/keys.ts';
import { listLeaseNames } from '../cache/lease.ts';
import type { ReservationService } from '../cache/service.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { Log } from '../log/log.ts';
import {
  describeElection,
  sayCacheTitle,
  sayFollowing,
  sayNotFollowing,
  sayTaken,
  sayWaitedInVain,
} from '../wording/cache.ts';

/**
 * How the wait ended: with another job's token, or with this job requesting one. `in_vain`: it requests one after
 * waiting.
 */
export type Waiting =
  | { readonly code: 'taken'; readonly response: TokenResponse }
  | { readonly code: 'ask' | 'in_vain' };

/** What is needed to wait for another job. */
export interface CacheWaitContext extends Pick<Surroundings, 'clock' | 'random'> {
  readonly keys: CacheKeys;
  readonly service: ReservationService;
  readonly log: Log;
}

/**
 * After a miss, the jobs that found nothing at the same time elect one of them. Waits for its token unless it is this
 * job.
 *
 * @param look looks into the cache again; gives undefined if there is no token, or if the cache does not answer
 */
export async function waitForOtherJob(
  look: () => Promise<TokenResponse | undefined>,
  { cacheWait, verbose }: Pick<Inputs, 'cacheWait' | 'verbose'>,
  { keys, service, clock, random, log }: CacheWaitContext,
): Promise<Waiting> {
  const { now, monotonic, sleep, startTimer } = clock;
  const startedAt = monotonic();
  const role = await elect(listLeaseNames(keys, now()), { service, startTimer });
  const took = monotonic() - startedAt;
  if (verbose) log.group(sayCacheTitle(), [describeElection(role, took)]);
  if (role !== 'follows') {
    if (role !== 'leads') log.say(sayNotFollowing(role));
    return { code: 'ask' };
  }
  log.say(sayFollowing(cacheWait));
  const response = await follow(look, { wait: cacheWait * 1000 - took, monotonic, sleep, random });
  log.say(response === undefined ? sayWaitedInVain(cacheWait) : sayTaken());
  return response === undefined ? { code: 'in_vain' } : { code: 'taken', response };
}
