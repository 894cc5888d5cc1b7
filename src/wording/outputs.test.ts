import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { explain } from '../../test/support/tables/wording.ts';
import { NoRunnerError, TokenTooLongError } from '../failures/errors.ts';

describe('other failures', () => {
  const rows: readonly [error: unknown, title: string, message: string][] = [
    [
      new NoRunnerError('GITHUB_OUTPUT'),
      'not in a workflow',
      'GITHUB_OUTPUT is not set, so there is nowhere to put a token. This runs as a step of a GitHub Actions workflow; npm run demo tries settings without one.',
    ],
    [
      new TokenTooLongError('MY_TOKEN'),
      'token too long',
      'The token is too long for an environment variable of Windows (32,767 characters), so MY_TOKEN cannot hold it. Set env-var: false and use the output token.',
    ],
    [
      new RangeError('odd\n##[x]'),
      'unexpected error',
      'RangeError: odd # #[x]. This is a defect of oauth2-token; its issue tracker is the place to report it.',
    ],
    [
      'a string',
      'unexpected error',
      'a string. This is a defect of oauth2-token; its issue tracker is the place to report it.',
    ],
  ];
  for (const [error, title, message] of rows) {
    test(`${title}: ${message.slice(0, 60)}`, () => {
      assert.deepEqual(explain(error), { title, message });
    });
  }
});
