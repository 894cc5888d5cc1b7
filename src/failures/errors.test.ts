import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { IdTokenError } from '../id-token/id-token-error.ts';
import { InputError } from '../inputs/input-error.ts';
import { text } from '../log/text.ts';
import {
  CommandFileError,
  NoRevocationEndpointError,
  NoRunnerError,
  StateTooLongError,
  TokenTooLongError,
} from './errors.ts';

describe('an error has a stable name, and only a stable code as its message:', () => {
  const rows: readonly [error: Error & { readonly code: string }, name: string, code: string][] = [
    [
      new InputError([text`timeout: got "${'open-sesame'}"`], undefined),
      'InputError',
      'bad_inputs',
    ],
    [
      new NoRevocationEndpointError('https://login.example.com'),
      'NoRevocationEndpointError',
      'no_revocation_endpoint',
    ],
    [new NoRunnerError('GITHUB_ENV'), 'NoRunnerError', 'no_runner'],
    [new TokenTooLongError('MY_TOKEN', 'linux'), 'TokenTooLongError', 'token_too_long'],
    [new StateTooLongError(), 'StateTooLongError', 'state_too_long'],
    [new CommandFileError('GITHUB_ENV', 'ENOSPC', undefined), 'CommandFileError', 'command_file'],
    [new IdTokenError('no_permission'), 'IdTokenError', 'no_permission'],
    [new IdTokenError('refused', { status: 403 }), 'IdTokenError', 'refused'],
  ];
  for (const [error, name, code] of rows) {
    test(`${name}, ${code}`, () => {
      assert.equal(error.name, name);
      assert.equal(error.code, code);
      assert.equal(error.message, code);
      assert.equal(String(error), `${name}: ${code}`);
    });
  }
});
