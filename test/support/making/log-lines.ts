/** The lines of a job's log in the words of the action, for tests that distinguish lines but do not pin their texts. */
import type { Stage } from '../../../src/failures/stage-error.ts';
import { AccessToken } from '../../../src/oauth2/access-token.ts';
import {
  type CacheObstacle,
  type NotCachedReason,
  sayCacheNotUsed,
  sayFollowing,
  saySaved,
  sayNotCached,
  sayNotFollowing,
  sayTaken,
  sayWaitedInVain,
} from '../../../src/wording/cache.ts';
import { sayFailedAttempt } from '../../../src/wording/attempts.ts';
import {
  sayRequesting,
  sayGot,
  sayGranted,
  sayReusing,
  saySet,
} from '../../../src/wording/progress.ts';
import { type Given, readUsualInputs, say } from './inputs.ts';

/** The time that replaces every Zulu time of a log. */
export const stableTime = '2026-01-31T12:00:00Z';

/** The host that replaces the token endpoint. */
export const stableHost = 'login.example.com';

/** Replaces every Zulu time in lines of a log by {@link stableTime}, and `host` by {@link stableHost}. */
export function stabilizeLines(lines: readonly string[], host: string): string[] {
  return lines.map((line) =>
    line.replaceAll(host, stableHost).replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, stableTime),
  );
}

/** A client with a secret, and no scopes. */
function read(given: Given = {}): ReturnType<typeof readUsualInputs> {
  return readUsualInputs({ scopes: '', ...given });
}

const hour = 3600;

function makeToken(lifetime: number | undefined): AccessToken {
  const expiresAt = lifetime === undefined ? undefined : new Date(stableTime);
  return new AccessToken({ token: 'the-token', tokenType: 'Bearer', expiresAt });
}

/** The line before the token request. */
export function asking(given?: Given): string {
  return say(sayRequesting(read(given), false));
}

/** The lines before the token request if the cache had nothing. */
export function missed(given?: Given): string {
  return say(sayRequesting(read(given), true));
}

/** A Bearer token came at this attempt. It is valid for an hour or so many seconds. */
export function got(lifetime = hour, attempt = 1): string {
  return say(sayGot(makeToken(lifetime), attempt, lifetime, read()));
}

/** An attempt of the usual four failed, and the next one follows at once. */
export function failedOnce(error: unknown, attempt: number, stage: Stage = 'token'): string {
  const inputs = read();
  const failure = {
    attempt,
    maxAttempts: 4,
    error,
    wait: 0,
    retryAfter: undefined,
    allowed: 0,
    took: 0,
  };
  return say(sayFailedAttempt(failure, { stage, inputs, server: inputs.tokenUrl ?? '' }));
}

/** A Bearer token came, and its expiry is not known. */
export const gotForUnknown = say(sayGot(makeToken(undefined), 1, undefined, read()));

/** A Bearer token from the cache, which is valid for an hour or so many seconds. */
export function reusing(lifetime = hour): string {
  return say(sayReusing(makeToken(lifetime), Date.parse(stableTime) - lifetime * 1000, read()));
}

/** The server granted these scopes, and did not grant those. */
export function granted(scopes: readonly string[], missing: readonly string[]): string {
  return say(sayGranted(scopes, missing, read()));
}

/** The output and the usual variable are set. */
export const set = say(saySet('OAUTH2_TOKEN'));

/** The token is in the cache. */
export const keptIt = say(saySaved());

/** Why the cache is not used. */
export function notUsed(obstacle: CacheObstacle): string {
  return say(sayCacheNotUsed(obstacle));
}

/** Why the token is not in the cache. */
export function notCached(reason: NotCachedReason, given?: Given): string {
  return say(sayNotCached(reason, read(given)));
}

/** The job waits so many seconds for the token of another. */
export function following(seconds: number): string {
  return say(sayFollowing(seconds));
}

/** The wait for another job brought its token. */
export const taken = say(sayTaken());

/** The wait of so many seconds brought nothing. */
export function waitedInVain(seconds: number): string {
  return say(sayWaitedInVain(seconds));
}

/** Why the job does not wait for another one. */
export function notFollowing(why: Parameters<typeof sayNotFollowing>[0]): string {
  return say(sayNotFollowing(why));
}

/** The log of a job that found nothing in the cache, got a token for an hour and saved it. */
export const kept: readonly string[] = [missed(), got(), keptIt, set];
