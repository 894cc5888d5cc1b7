import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { TransportError } from '../http/transport-error.ts';
import {
  IdTokenError,
  InputError,
  judgeIdTokenFailure,
  NoRevocationEndpointError,
  NoRunnerError,
  TokenTooLongError,
} from './errors.ts';
import { text } from './text.ts';

describe('an error has a name and a code that stay, and nothing else in its message:', () => {
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
    [new TokenTooLongError('MY_TOKEN'), 'TokenTooLongError', 'token_too_long'],
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

describe('a request for an ID token', () => {
  const rows: readonly [what: string, error: unknown, transient: boolean, all: boolean][] = [
    ['a connection that broke', new TransportError('connection_failed'), true, true],
    [
      'what the proxy refused',
      new TransportError('proxy_refused', { proxyStatus: 407 }),
      false,
      true,
    ],
    ['a busy service', new IdTokenError('refused', { status: 503, retryable: true }), true, true],
    ['a refusal', new IdTokenError('refused', { status: 403 }), false, true],
    ['no permission, for nothing was asked', new IdTokenError('no_permission'), false, false],
    ['a defect', new TypeError('odd'), false, false],
  ];
  for (const [what, error, transient, all] of rows) {
    test(`is made again after ${what}: ${transient ? 'always' : all ? 'with retry-on: all' : 'never'}`, () => {
      assert.equal(judgeIdTokenFailure(error, 'transient').retryable, transient);
      assert.equal(judgeIdTokenFailure(error, 'all').retryable, all);
    });
  }

  test('waits as long as the service asks', () => {
    const error = new IdTokenError('refused', { status: 429, retryable: true, retryAfter: 5000 });
    assert.equal(judgeIdTokenFailure(error, 'transient').retryAfter, 5000);
  });
});
