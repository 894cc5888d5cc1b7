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
      'GITHUB_OUTPUT is not set. This action runs as a step of a GitHub Actions workflow. To try settings without a workflow, use npm run demo.',
    ],
    [
      new TokenTooLongError('MY_TOKEN', 'win32'),
      'token too long',
      'The token is too long for the environment variable MY_TOKEN (limit: 32,767 characters on Windows). With it, no later step could start. Set env-var: false and use the output token.',
    ],
    [
      new TokenTooLongError('MY_TOKEN', 'linux'),
      'token too long',
      'The token is too long for the environment variable MY_TOKEN (limit: 131,071 bytes with its name). With it, no later step could start. Set env-var: false and use the output token.',
    ],
    [
      new StateTooLongError(),
      'token too long',
      'revoke: true is not possible: the token and the data for its revocation are too long to be saved until the end of the job. The step ended without a token. Remove revoke, or request a shorter token.',
    ],
    [
      new CommandFileError('GITHUB_ENV', 'ENOSPC', undefined),
      'runner file not writable',
      'The file in GITHUB_ENV could not be written: the disk is full (ENOSPC). Later steps got no token. If the server issued one, it stays valid until it expires or is revoked. A refresh token that it replaced is lost.',
    ],
    [
      new CommandFileError('GITHUB_ENV', 'EODD', undefined),
      'runner file not writable',
      'The file in GITHUB_ENV could not be written: EODD. Later steps got no token. If the server issued one, it stays valid until it expires or is revoked. A refresh token that it replaced is lost.',
    ],
    [
      new RangeError('odd\n##[x]'),
      'unexpected error',
      'RangeError: odd # #[x]. This is a bug in oauth2-token. Report it in the issue tracker of oauth2-token.',
    ],
    [
      'a string',
      'unexpected error',
      'a string. This is a bug in oauth2-token. Report it in the issue tracker of oauth2-token.',
    ],
  ];
  for (const [error, title, message] of rows) {
    test(`${title}: ${message.slice(0, 60)}`, () => {
      assert.deepEqual(explain(error), { title, message });
    });
  }
});
