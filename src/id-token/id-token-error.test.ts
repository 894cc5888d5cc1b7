import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { TransportError } from '../http/transport-error.ts';
import { IdTokenError, judgeIdTokenFailure } from './id-token-error.ts';

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
    [
      'no permission, because nothing was requested',
      new IdTokenError('no_permission'),
      false,
      false,
    ],
    ['a defect', new TypeError('odd'), false, false],
  ];
  for (const [what, error, transient, all] of rows) {
    test(`is made again after ${what}: ${transient ? 'always' : all ? 'with retry-on: all' : 'never'}`, () => {
      assert.equal(judgeIdTokenFailure(error, 'transient').retryable, transient);
      assert.equal(judgeIdTokenFailure(error, 'all').retryable, all);
    });
  }

  test('waits as long as the service says', () => {
    const error = new IdTokenError('refused', { status: 429, retryable: true, retryAfter: 5000 });
    assert.equal(judgeIdTokenFailure(error, 'transient').retryAfter, 5000);
  });
});
