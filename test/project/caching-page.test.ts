/** The pages on caching have everything that the log says about it, and all inputs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { inputNames } from '../../src/inputs/catalog.ts';
import type { Text } from '../../src/log/text.ts';
import {
  type CacheObstacle,
  type NotCachedReason,
  sayCacheNotUsed,
  sayNotCached,
  sayNotFollowing,
} from '../../src/wording/cache.ts';
import { sayRefreshTokenReplaced } from '../../src/wording/progress.ts';
import { readText } from '../support/making/examples.ts';
import { readUsualInputs, say } from '../support/making/inputs.ts';
import { inputs } from '../support/tables/wording.ts';

// The compiler complains if a reason is not in these records.
const obstacles: Readonly<Record<CacheObstacle, true>> = {
  short_secret: true,
  short_key: true,
  short_key_alone: true,
  no_secret: true,
  id_token_alone: true,
  no_key: true,
  no_service: true,
  no_repository: true,
  mode: true,
  single_use: true,
  timeout: true,
  failed: true,
};

const reasons: Readonly<Record<NotCachedReason, true>> = {
  no_expiry: true,
  short_life: true,
  denied: true,
  taken: true,
  no_tar: true,
  other_tar: true,
  tar_failed: true,
  no_room: true,
  failed: true,
  timeout: true,
  too_large: true,
};

const lines: readonly Text[] = [
  ...keysOf(obstacles).map(sayCacheNotUsed),
  ...keysOf(reasons).map((reason) => sayNotCached(reason, inputs)),
  sayNotCached('short_life', readUsualInputs({ 'min-validity': '3600' })),
  sayRefreshTokenReplaced(),
  sayNotFollowing('limited'),
  sayNotFollowing('failed'),
];

function keysOf<Key extends string>(record: Readonly<Record<Key, true>>): Key[] {
  return Object.keys(record) as Key[];
}

const page = readText('docs/caching.md');
const rows = [...page.matchAll(/^\| `([^`]+)` \| .+ \|$/gm)].map(([, line = '']) => line);

describe('docs/caching.md', () => {
  test('has one row for each line of the log that says why nothing is cached', () => {
    const said = lines.map(say);
    // A row has the first sentence. The next column says what to do.
    const missing = said.filter(
      (line) => rows.filter((row) => line === row || line.startsWith(`${row} `)).length !== 1,
    );
    assert.deepEqual(missing, []);
    assert.equal(rows.length, said.length);
  });
});

test('docs/caching-security.md says for every input whether it makes a different token', () => {
  const [, section = ''] =
    /^## What makes a token the same\n([^]*?)^## /m.exec(readText('docs/caching-security.md')) ??
    [];
  // The inputs for retries are named together.
  const unnamed = inputNames.filter(
    (name) => !name.startsWith('retry-') && !section.includes(`\`${name}\``),
  );
  assert.deepEqual(unnamed, []);
});
