/**
 * Every text of the log except those of failures, which have their own test: the whole log of a step, or of a job's
 * end.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { logTexts } from '../support/tables/log-table.ts';

describe('the log', { concurrency: 2 }, () => {
  for (const { name, tell, log } of logTexts) {
    test(`reports ${name}`, async () => {
      assert.deepEqual(await tell(), log);
    });
  }
});
