/** Each failure with words of its own, by the built action: its one annotation, and the whole log before it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { fail } from '../support/tables/failure-scene.ts';
import { failures } from '../support/tables/failures/failure-table.ts';

describe('the built action', { concurrency: 3 }, () => {
  for (const { name, start, title, log } of failures) {
    test(`reports ${name} as "${title}", in one annotation after the details`, async () => {
      assert.deepEqual(await fail(start), { title: `oauth2-token: ${title}`, log });
    });
  }
});

test('each failure has its own words', () => {
  const messages = failures.map(({ log }) => log.at(-1));
  assert.equal(new Set(messages).size, failures.length);
});
