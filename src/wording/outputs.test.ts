import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { explain } from '../../test/support/tables/wording.ts';
import {
  CommandFileError,
  NoRunnerError,
  StateTooLongError,
  TokenTooLongError,
} from '../failures/errors.ts';

describe('other failures', () => {
  const rows: readonly [error: unknown, title: string, message: string][] = [
    [
      new NoRunnerError('GITHUB_OUTPUT'),
      'not in a workflow',
      'GITHUB_OUTPUT is not set, so there is nowhere to put a token. This runs as a step of a GitHub Actions workflow; npm run demo tries settings without one.',
    ],
    [
      new TokenTooLongError('MY_TOKEN', 'win32'),
      'token too long',
      'The token is too long for an environment variable (32,767 characters on Windows), so MY_TOKEN cannot hold it: no later step could start. Set env-var: false and use the output token.',
    ],
    [
      new TokenTooLongError('MY_TOKEN', 'linux'),
      'token too long',
      'The token is too long for an environment variable (131,071 bytes with its name), so MY_TOKEN cannot hold it: no later step could start. Set env-var: false and use the output token.',
    ],
    [
      new StateTooLongError(),
      'token too long',
      'revoke: true cannot be kept: the token and what its revocation needs are too long for the runner to keep until the end of the job. The step ended without a token. Leave revoke out, or request a shorter token.',
    ],
    [
      new CommandFileError('GITHUB_ENV', 'ENOSPC', undefined),
      'runner file not writable',
      'The file that GITHUB_ENV names could not be written: the disk is full (ENOSPC). Later steps got no token. If the server has issued one, it stays valid until it expires or is revoked; a refresh token that it replaced is lost.',
    ],
    [
      new CommandFileError('GITHUB_ENV', 'EODD', undefined),
      'runner file not writable',
      'The file that GITHUB_ENV names could not be written: EODD. Later steps got no token. If the server has issued one, it stays valid until it expires or is revoked; a refresh token that it replaced is lost.',
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
