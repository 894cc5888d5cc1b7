import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readUsualInputs, say } from '../../test/support/making/inputs.ts';
import { inputs } from '../../test/support/tables/wording.ts';
import type { Text } from '../log/text.ts';
import {
  describeElection,
  describeLookUp,
  sayFollowing,
  sayNotFollowing,
  sayTaken,
  sayWaitedInVain,
  sayCacheNotUsed,
  sayCacheTitle,
  saySaved,
  sayNotCached,
} from './cache.ts';

describe('a line about the cache', () => {
  const lines: readonly [line: Text, said: string][] = [
    [
      sayFollowing(30),
      'Another job is requesting this token. Waiting up to 30 s for it (cache-wait).',
    ],
    [
      sayFollowing(0.5),
      'Another job is requesting this token. Waiting up to 0.5 s for it (cache-wait).',
    ],
    [sayTaken(), 'Using the token that another job requested.'],
    [sayWaitedInVain(300), 'No token arrived within 5 min (cache-wait).'],
    [
      sayNotFollowing('limited'),
      'Not waiting for another job (cache-wait): the cache service accepts no more reservations for now.',
    ],
    [
      sayNotFollowing('failed'),
      'Not waiting for another job (cache-wait): the cache service made no reservation.',
    ],
    [describeElection('follows', 230), 'election: follows, after 0.2 s'],
    [sayCacheTitle(), 'Cache'],
    [describeLookUp('hit', 66), 'hit, after 66 ms'],
    [describeLookUp('timeout', 5000), 'timeout, after 5 s'],
    [
      sayCacheNotUsed('short_key_alone'),
      'Cache not used: cache-encryption-key is shorter than 16 bytes and too short to encrypt with. Set a longer one (openssl rand -base64 32 makes one).',
    ],
    [
      sayCacheNotUsed('no_secret'),
      'Cache not used: there is no secret to encrypt with. Optional: set cache-encryption-key (openssl rand -base64 32 makes one).',
    ],
    [
      sayCacheNotUsed('id_token_alone'),
      'Not cached: a job that has only an OIDC token has no key to encrypt with. Optional: set cache-encryption-key.',
    ],
    [
      sayCacheNotUsed('no_key'),
      'Cache not used: this machine could not derive the encryption key (scrypt failed).',
    ],
    [saySaved(), 'Saved in the cache, encrypted, for other jobs and later runs.'],
    [
      sayCacheNotUsed('short_secret'),
      'Cache not used: client-secret is shorter than 16 bytes and too short to encrypt with. Optional: set cache-encryption-key (openssl rand -base64 32 makes one).',
    ],
    [
      sayCacheNotUsed('short_key'),
      'Cache not used: client-secret and cache-encryption-key are both shorter than 16 bytes and too short to encrypt with. Set a longer cache-encryption-key (openssl rand -base64 32 makes one).',
    ],
    [
      sayCacheNotUsed('no_repository'),
      'Cache not used: neither GITHUB_REPOSITORY_ID nor GITHUB_REPOSITORY is set, so the repository is not known.',
    ],
    [
      sayCacheNotUsed('mode'),
      'Cache not used: ACTIONS_CACHE_MODE does not allow this job to read or write the cache.',
    ],
    [
      sayCacheNotUsed('single_use'),
      'Cache not used: this grant works only once (refresh token, code, ...).',
    ],
    [sayCacheNotUsed('failed'), 'Cache not used: the cache service gave an unexpected answer.'],
    [sayCacheNotUsed('no_service'), 'Cache not used: this runner has no cache service.'],
    [sayCacheNotUsed('timeout'), 'Cache not used: the cache service did not answer within 5 s.'],
    [
      sayNotCached('denied', inputs),
      'Not cached: this run can read the cache but not write to it.',
    ],
    [
      sayNotCached('no_expiry', inputs),
      'Not cached: login.example.com did not say when the token expires. Set default-expires-in to cache it.',
    ],
    [sayNotCached('short_life', inputs), 'Not cached: the token has expired, or is about to.'],
    [
      sayNotCached('short_life', readUsualInputs({ 'min-validity': '900' })),
      'Not cached: the token is not valid for longer than min-validity (900 s).',
    ],
    [
      sayNotCached('taken', inputs),
      'Not cached: another job saved a token at the same time. Later jobs reuse that one.',
    ],
    [
      sayNotCached('no_tar', inputs),
      'Not cached: this machine has no tar, which is required to save. Install it before this step.',
    ],
    [sayNotCached('tar_failed', inputs), 'Not cached: tar could not create the archive.'],
    [
      sayNotCached('no_room', inputs),
      'Not cached: no file could be written to RUNNER_TEMP. The directory must exist, be writable and have free space.',
    ],
    [
      sayNotCached('other_tar', inputs),
      'Not cached: the tar of this machine has no option --posix. In Alpine, install GNU tar: apk add tar.',
    ],
    [sayNotCached('failed', inputs), 'Not cached: the cache service rejected the upload.'],
    [
      sayNotCached('timeout', inputs),
      'Not cached: the cache service did not accept the upload within 10 s.',
    ],
    [
      sayNotCached('too_large', inputs),
      'Not cached: the token is too large (over 192 KiB when encrypted).',
    ],
  ];
  for (const [line, said] of lines) {
    test(said, () => {
      assert.equal(say(line), said);
    });
  }
});
