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
  sayKept,
  sayNotCached,
} from './cache.ts';

describe('a line about the cache', () => {
  const lines: readonly [line: Text, said: string][] = [
    [sayFollowing(30), 'Another job is asking for this token; waiting up to 30 s for it.'],
    [sayFollowing(0.5), 'Another job is asking for this token; waiting up to 0.5 s for it.'],
    [sayTaken(), 'Took the token that another job got.'],
    [sayWaitedInVain(300), 'No token came within 5 min (cache-wait).'],
    [
      sayNotFollowing('limited'),
      'Not waiting for another job (cache-wait): the cache service takes no more reservations for now.',
    ],
    [
      sayNotFollowing('failed'),
      'Not waiting for another job (cache-wait): the cache service reserved no name.',
    ],
    [describeElection('follows', 230), 'election: follows, after 0.2 s'],
    [sayCacheTitle(), 'Cache'],
    [describeLookUp('hit', 66), 'hit, after 66 ms'],
    [describeLookUp('timeout', 5000), 'timeout, after 5 s'],
    [
      sayCacheNotUsed('short_key_alone'),
      'Cache not used: cache-encryption-key is shorter than 16 bytes, too short to encrypt with. Set a longer one to use it (openssl rand -base64 32 makes one).',
    ],
    [
      sayCacheNotUsed('no_secret'),
      'Cache not used: there is no secret to encrypt with. Set cache-encryption-key to use it (openssl rand -base64 32 makes one).',
    ],
    [
      sayCacheNotUsed('id_token_alone'),
      'Cache not used: an ID token is no key to encrypt with. Set cache-encryption-key to use it.',
    ],
    [
      sayCacheNotUsed('no_key'),
      'Cache not used: this machine could not make a key to encrypt with (scrypt failed).',
    ],
    [sayKept(), 'Kept in the cache, encrypted, for other jobs and later runs.'],
    [
      sayCacheNotUsed('short_secret'),
      'Cache not used: client-secret is shorter than 16 bytes, too short to encrypt with. Set cache-encryption-key to use it (openssl rand -base64 32 makes one).',
    ],
    [
      sayCacheNotUsed('short_key'),
      'Cache not used: client-secret and cache-encryption-key are both shorter than 16 bytes, too short to encrypt with. Set a longer cache-encryption-key to use it (openssl rand -base64 32 makes one).',
    ],
    [
      sayCacheNotUsed('no_repository'),
      'Cache not used: neither GITHUB_REPOSITORY_ID nor GITHUB_REPOSITORY is set, so it is not known whose tokens these are.',
    ],
    [
      sayCacheNotUsed('mode'),
      'Cache not used: ACTIONS_CACHE_MODE lets this job neither read nor write it.',
    ],
    [
      sayCacheNotUsed('single_use'),
      'Cache not used: the request carries a grant that is used up by asking.',
    ],
    [sayCacheNotUsed('failed'), 'Cache not used: the service did not answer as it should.'],
    [sayCacheNotUsed('no_service'), 'Cache not used: this runner offers no cache service.'],
    [sayCacheNotUsed('timeout'), 'Cache not used: the service did not answer within 5 s.'],
    [sayNotCached('denied', inputs), 'Not cached: this run may read the cache but not write it.'],
    [
      sayNotCached('no_expiry', inputs),
      'Not cached: login.example.com did not say when the token expires. Set default-expires-in to cache it.',
    ],
    [sayNotCached('short_life', inputs), 'Not cached: the token has expired, or is about to.'],
    [
      sayNotCached('short_life', readUsualInputs({ 'min-validity': '900' })),
      'Not cached: the token lives no longer than min-validity: 900.',
    ],
    [
      sayNotCached('taken', inputs),
      'Not cached: another job kept a token at the same time; later jobs reuse that one.',
    ],
    [
      sayNotCached('no_tar', inputs),
      'Not cached: this machine has no tar, which saving needs. Install it before this step.',
    ],
    [
      sayNotCached('tar_failed', inputs),
      'Not cached: tar could not make the archive on this machine.',
    ],
    [
      sayNotCached('no_room', inputs),
      'Not cached: no file could be written to RUNNER_TEMP. The directory must exist, be writable and have room.',
    ],
    [
      sayNotCached('other_tar', inputs),
      'Not cached: the tar of this machine has no --posix, which saving needs (in Alpine: apk add tar).',
    ],
    [sayNotCached('failed', inputs), 'Not cached: the service did not take it.'],
    [sayNotCached('timeout', inputs), 'Not cached: the service did not take it within 10 s.'],
    [
      sayNotCached('too_large', inputs),
      'Not cached: the token is too large, over 192 KiB when sealed.',
    ],
  ];
  for (const [line, said] of lines) {
    test(said, () => {
      assert.equal(say(line), said);
    });
  }
});
