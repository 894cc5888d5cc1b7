/** Jobs that start together and behave as the action does. The election and the wait are the code of the action. */
import { elect, follow } from '../../src/cache/election.ts';
import type { CacheKeys } from '../../src/cache/keys.ts';
import { listLeaseNames } from '../../src/cache/lease.ts';
import { type Chance, createChance } from './chance.ts';
import { SimulatedService } from './service.ts';
import { VirtualTime } from './virtual-time.ts';

/** What is simulated. Times are in milliseconds. */
export interface Scenario {
  readonly jobs: number;
  /** The jobs start within this time, evenly distributed. */
  readonly startWithin: number;
  /** The value of the input, but in milliseconds; 0 is off. */
  readonly cacheWait: number;
  /** Whether the first leader dies as soon as it leads. */
  readonly leaderDies?: boolean;
  /** A whole number. */
  readonly seed: number;
}

/** The result. */
export interface Result {
  readonly tokenRequests: number;
  /** The maximum within 60 s, including refused ones, and how many were refused in all. */
  readonly reservations: number;
  readonly reservationsRefused: number;
  readonly lookUps: number;
  readonly lookUpsRefused: number;
  /** How long each job took from its start until it had a token, sorted, in milliseconds; without the job that died. */
  readonly waits: readonly number[];
}

/**
 * Assumed, in milliseconds: the median times of making the keys and of the token server's answer, and the error of
 * clocks.
 */
export const assumed = { keys: 100, tokenServer: 500, clocks: 1000 } as const;

const keys: CacheKeys = {
  naming: Buffer.alloc(32, 1),
  sealing: Buffer.alloc(32, 2),
  lease: Buffer.alloc(32, 3),
};

/** 2026-01-31T11:00:00Z, and a random time within the hour after it. */
const beginning = Date.UTC(2026, 0, 31, 11);
const hour = 3_600_000;

/** What the jobs of one simulation share. */
interface World {
  readonly scenario: Scenario;
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly service: SimulatedService;
  /** The time of day when the simulation begins. */
  readonly startedAt: number;
  /** The leader that died. */
  dead: boolean;
  tokenRequests: number;
}

/** Runs one simulation; the same scenario gives the same result. */
export async function simulate(scenario: Scenario): Promise<Result> {
  const time = new VirtualTime();
  const chance = createChance(scenario.seed);
  const service = new SimulatedService(time, chance);
  const startedAt = beginning + chance.random() * hour;
  const world: World = {
    scenario,
    time,
    chance,
    service,
    startedAt,
    dead: false,
    tokenRequests: 0,
  };
  const jobs = Array.from({ length: scenario.jobs }, () => runJob(world));
  await time.run();
  const waits = (await Promise.all(jobs)).filter((wait) => wait !== undefined);
  return {
    tokenRequests: world.tokenRequests,
    reservations: service.uploads.countBusiestMinute(),
    reservationsRefused: service.uploads.refused,
    lookUps: service.downloads.countBusiestMinute(),
    lookUpsRefused: service.downloads.refused,
    waits: waits.sort((one, other) => one - other),
  };
}

/** One job, with the steps of the action; gives how long it had no token, undefined if it died. */
async function runJob(world: World): Promise<number | undefined> {
  const { scenario, time, chance, service } = world;
  await time.sleep(chance.random() * scenario.startWithin);
  const startedAt = time.monotonic();
  const hadTokenAfter = (): number => time.monotonic() - startedAt;

  await time.sleep(chance.latency(assumed.keys));
  const first = await service.look();
  if (first === 'hit') return hadTokenAfter();
  if (first === 'miss' && scenario.cacheWait > 0) {
    const outcome = await waitForOther(world);
    if (outcome === 'died') return undefined;
    if (outcome === 'taken') return hadTokenAfter();
  }
  world.tokenRequests += 1;
  await time.sleep(chance.latency(assumed.tokenServer));
  const wait = hadTokenAfter();
  // Later steps have the token, so what follows delays nobody.
  if (first === 'miss') await service.save(nameToken(world));
  return wait;
}

async function waitForOther(world: World): Promise<'taken' | 'ask' | 'died'> {
  const { scenario, time, chance, service } = world;
  const { monotonic, sleep, startTimer } = time;
  const startedAt = monotonic();
  const names = listLeaseNames(keys, tellTime(world));
  const role = await elect(names, { service, startTimer });
  if (role === 'leads' && scenario.leaderDies === true && !world.dead) {
    world.dead = true;
    return 'died';
  }
  if (role !== 'follows') return 'ask';
  const found = await follow(async () => ((await service.look()) === 'hit' ? true : undefined), {
    wait: scenario.cacheWait - (monotonic() - startedAt),
    monotonic,
    sleep,
    random: chance.random,
  });
  return found === true ? 'taken' : 'ask';
}

/** A job's time of day; clocks differ. */
function tellTime({ startedAt, time, chance }: World): number {
  return startedAt + time.monotonic() + (chance.random() * 2 - 1) * assumed.clocks;
}

/** Tokens that expire in the same five minutes have one name. All are valid for an hour. */
function nameToken({ startedAt, time }: World): string {
  return `token-${Math.floor((startedAt + time.monotonic()) / 300_000)}`;
}

/** A quantile of a sorted list: this part of the list (0 to 1) is not larger than it. */
export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}
