import { formatDuration } from '../log/duration.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { text, type Text } from '../log/text.ts';
import { hostOf, urlOf } from './names.ts';

/** Why the cache cannot be used at all. */
export type CacheObstacle =
  | 'short_secret'
  | 'short_key'
  | 'short_key_alone'
  | 'no_secret'
  | 'id_token_alone'
  | 'no_key'
  | 'no_service'
  | 'no_repository'
  | 'mode'
  | 'single_use'
  | 'timeout'
  | 'failed';

/** The cache is not used, in a line and without an annotation. */
export function sayCacheNotUsed(obstacle: CacheObstacle): Text {
  switch (obstacle) {
    case 'short_secret':
      return text`Cache not used: client-secret is shorter than 16 bytes and too short to encrypt with. Optional: set cache-encryption-key (openssl rand -base64 32 makes one).`;
    case 'short_key':
      return text`Cache not used: client-secret and cache-encryption-key are both shorter than 16 bytes and too short to encrypt with. Set a longer cache-encryption-key (openssl rand -base64 32 makes one).`;
    case 'short_key_alone':
      return text`Cache not used: cache-encryption-key is shorter than 16 bytes and too short to encrypt with. Set a longer one (openssl rand -base64 32 makes one).`;
    case 'no_secret':
      return text`Cache not used: there is no secret to encrypt with. Optional: set cache-encryption-key (openssl rand -base64 32 makes one).`;
    case 'id_token_alone':
      return text`Not cached: a job that has only an OIDC token has no key to encrypt with. Optional: set cache-encryption-key.`;
    case 'no_key':
      return text`Cache not used: this machine could not derive the encryption key (scrypt failed).`;
    case 'no_service':
      return text`Cache not used: this runner has no cache service.`;
    case 'no_repository':
      return text`Cache not used: neither GITHUB_REPOSITORY_ID nor GITHUB_REPOSITORY is set, so the repository is not known.`;
    case 'mode':
      return text`Cache not used: ACTIONS_CACHE_MODE does not allow this job to read or write the cache.`;
    case 'single_use':
      return text`Cache not used: this grant works only once (refresh token, code, ...).`;
    case 'timeout':
      return text`Cache not used: the cache service did not answer within 5 s.`;
    case 'failed':
      return text`Cache not used: the cache service gave an unexpected answer.`;
  }
}

/** Why a token is not put into the cache. */
export type NotCachedReason =
  | 'no_expiry'
  | 'short_life'
  | 'denied'
  | 'taken'
  | 'no_tar'
  | 'other_tar'
  | 'tar_failed'
  | 'no_room'
  | 'failed'
  | 'timeout'
  | 'too_large';

/** The token is not put into the cache, in a line and without an annotation. */
export function sayNotCached(reason: NotCachedReason, inputs: Inputs): Text {
  const { minValidity } = inputs;
  switch (reason) {
    case 'no_expiry':
      return text`Not cached: ${hostOf(urlOf(inputs))} did not say when the token expires. Set default-expires-in to cache it.`;
    case 'short_life':
      return minValidity === undefined
        ? text`Not cached: the token has expired, or is about to.`
        : text`Not cached: the token is not valid for longer than min-validity (${minValidity} s).`;
    case 'denied':
      return text`Not cached: this run can read the cache but not write to it.`;
    case 'taken':
      return text`Not cached: another job saved a token at the same time. Later jobs reuse that one.`;
    case 'no_tar':
      return text`Not cached: this machine has no tar, which is required to save. Install it before this step.`;
    case 'other_tar':
      return text`Not cached: the tar of this machine has no option --posix. In Alpine, install GNU tar: apk add tar.`;
    case 'tar_failed':
      return text`Not cached: tar could not create the archive.`;
    case 'no_room':
      return text`Not cached: no file could be written to RUNNER_TEMP. The directory must exist, be writable and have free space.`;
    case 'failed':
      return text`Not cached: the cache service rejected the upload.`;
    case 'timeout':
      return text`Not cached: the cache service did not accept the upload within 10 s.`;
    case 'too_large':
      return text`Not cached: the token is too large (over 192 KiB when encrypted).`;
  }
}

/** The title of {@link describeLookUp}. */
export function sayCacheTitle(): Text {
  return text`Cache`;
}

/** What the cache answered. */
export function describeLookUp(code: 'hit' | 'miss' | 'failed' | 'timeout', took: number): Text {
  return text`${code}, after ${formatDuration(took)}`;
}

/** The token is in the cache now. */
export function saySaved(): Text {
  return text`Saved in the cache, encrypted, for other jobs and later runs.`;
}

/** What the election among the jobs that missed together gave. */
export function describeElection(
  role: 'leads' | 'follows' | 'limited' | 'failed',
  took: number,
): Text {
  return text`election: ${role}, after ${formatDuration(took)}`;
}

/** Another job asks, and this one waits for its token. */
export function sayFollowing(cacheWait: number): Text {
  return text`Another job is requesting this token. Waiting up to ${formatDuration(cacheWait * 1000)} for it (cache-wait).`;
}

/** The wait had an end: the token is there. */
export function sayTaken(): Text {
  return text`Using the token that another job requested.`;
}

/** The wait is over, and no token came. */
export function sayWaitedInVain(cacheWait: number): Text {
  return text`No token arrived within ${formatDuration(cacheWait * 1000)} (cache-wait).`;
}

/** The jobs could not agree on one of them, so this one asks. */
export function sayNotFollowing(why: 'limited' | 'failed'): Text {
  return why === 'limited'
    ? text`Not waiting for another job (cache-wait): the cache service accepts no more reservations for now.`
    : text`Not waiting for another job (cache-wait): the cache service made no reservation.`;
}
