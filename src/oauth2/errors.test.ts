import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { TransportError } from '../http/transport-error.ts';
import {
  DiscoveryError,
  type DiscoveryErrorCode,
  judgeFailure,
  TokenError,
  type TokenErrorCode,
} from './errors.ts';

function answer(
  status: number,
  code: TokenErrorCode,
  retryable: boolean,
  retryAfter?: number,
): TokenError {
  const shape = { status, statusText: '', contentType: undefined, length: 0 };
  return new TokenError(code, { answer: shape, retryable, retryAfter });
}

function search(
  code: DiscoveryErrorCode,
  status: number,
  retryable: boolean,
  retryAfter?: number,
): DiscoveryError {
  const shape = { status, statusText: '', contentType: undefined, length: 0 };
  const attempts = [{ url: 'https://example.com/.well-known/openid-configuration', status }];
  return new DiscoveryError(code, { attempts, answer: shape, retryable, retryAfter });
}

const reset = new TransportError('connection_failed', { systemCode: 'ECONNRESET' });
const refusedConnection = new TransportError('connection_failed', { sent: false });

/** For each error: is it repeated as transient, with retry-on: all, and with a grant that works only once? */
const rows: readonly [
  what: string,
  error: unknown,
  transient: boolean,
  all: boolean,
  spent: boolean,
][] = [
  ['a reset connection', reset, true, true, false],
  ['a refused connection', refusedConnection, true, true, true],
  [
    'a connection that ends in the handshake of TLS',
    new TransportError('connection_failed', { systemCode: 'ECONNRESET', sent: false }),
    true,
    true,
    true,
  ],
  [
    'TLS that breaks after the request',
    new TransportError('connection_failed', { systemCode: 'ERR_SSL_BAD_RECORD_TYPE', sent: true }),
    true,
    true,
    false,
  ],
  [
    'a name that is not found',
    new TransportError('name_not_found', { sent: false }),
    true,
    true,
    true,
  ],
  ['a timeout', new TransportError('timeout'), true, true, false],
  ['a timeout while connecting', new TransportError('timeout', { sent: false }), true, true, true],
  ['an answer cut off', new TransportError('answer_cut'), true, true, false],
  [
    'TLS that is not trusted',
    new TransportError('tls_untrusted', { sent: false }),
    false,
    true,
    true,
  ],
  [
    'a certificate of the client that is refused after the request',
    new TransportError('client_certificate_refused', { alert: 116 }),
    false,
    true,
    false,
  ],
  [
    'a proxy that wants credentials',
    new TransportError('proxy_refused', { proxyStatus: 407, sent: false }),
    false,
    true,
    true,
  ],
  [
    'a proxy that is busy',
    new TransportError('proxy_refused', { proxyStatus: 503, sent: false }),
    true,
    true,
    true,
  ],
  ['an answer that is too large', new TransportError('answer_too_large'), false, true, false],
  ['503', answer(503, 'http_error', true), true, true, true],
  [
    '502, behind which a token may have been handed out',
    answer(502, 'http_error', true),
    true,
    true,
    false,
  ],
  ['504', answer(504, 'http_error', true), true, true, false],
  ['408', answer(408, 'http_error', true), true, true, false],
  ['520 of a gateway', answer(520, 'http_error', true), true, true, false],
  ['521, when a gateway could not connect', answer(521, 'http_error', true), true, true, true],
  ['524 of a gateway', answer(524, 'http_error', true), true, true, false],
  ['598 of a gateway', answer(598, 'http_error', true), true, true, false],
  ['599 of a gateway', answer(599, 'http_error', true), true, true, false],
  ['500', answer(500, 'http_error', true), true, true, true],
  ['401', answer(401, 'oauth_error', false), false, true, true],
  ['200 with an error', answer(200, 'oauth_error', false), false, true, true],
  ['a choice of places', answer(300, 'redirect', false), false, true, true],
  ['a redirect', answer(302, 'redirect', false), false, true, true],
  ['a damaged success', answer(200, 'unparsable', true), true, true, false],
  ['a success without a token', answer(200, 'no_access_token', false), false, true, false],
  ['a success with a malformed token', answer(200, 'malformed_token', false), false, true, false],
  ['metadata of a busy server', search('refused', 503, true), true, true, true],
  ['metadata behind a gateway that gave up', search('refused', 504, true), true, true, true],
  ['damaged metadata', search('not_metadata', 200, true), true, true, true],
  ['metadata of another issuer', search('issuer_mismatch', 200, false), false, true, true],
  ['metadata that is not there', search('not_found', 404, false), false, true, true],
  ['a defect', new TypeError('x'), false, false, false],
];

describe('a failed attempt', () => {
  for (const [what, error, transient, all, spent] of rows) {
    test(`is judged by what it was: ${what}`, () => {
      const judge = (retryOn: 'transient' | 'all', spendsGrant: boolean): boolean =>
        judgeFailure(error, { retryOn, spendsGrant }).retryable;
      assert.equal(judge('transient', false), transient, 'transient');
      assert.equal(judge('all', false), all, 'all');
      assert.equal(judge('all', true), spent, 'all, with a grant that is used up');
      assert.equal(judge('transient', true), transient && spent, 'transient, used up');
    });
  }

  test('keeps the wait that the server requested', () => {
    const busy = answer(503, 'http_error', true, 20_000);
    assert.equal(
      judgeFailure(busy, { retryOn: 'transient', spendsGrant: false }).retryAfter,
      20_000,
    );
    assert.equal(
      judgeFailure(answer(403, 'http_error', false, 20_000), { retryOn: 'all', spendsGrant: true })
        .retryAfter,
      20_000,
    );
    assert.equal(
      judgeFailure(search('refused', 503, true, 20_000), {
        retryOn: 'transient',
        spendsGrant: false,
      }).retryAfter,
      20_000,
    );
    const proxy = new TransportError('proxy_refused', { proxyStatus: 503, retryAfter: 7000 });
    assert.equal(
      judgeFailure(proxy, { retryOn: 'transient', spendsGrant: false }).retryAfter,
      7000,
    );
    assert.equal(judgeFailure(reset, { retryOn: 'all', spendsGrant: false }).retryAfter, undefined);
  });

  test('with any other error is never repeated, whatever was thrown', () => {
    for (const thrown of ['ECONNRESET', null, undefined, { retryable: true }, new Error('x')]) {
      assert.deepEqual(judgeFailure(thrown, { retryOn: 'all', spendsGrant: false }), {
        retryable: false,
      });
    }
  });
});

test('each error has its name, its code as the message, and what caused it', () => {
  const cause = new SyntaxError('x');
  const shape = { status: 200, statusText: '', contentType: undefined, length: 0 };
  const token = new TokenError('unparsable', { answer: shape, retryable: true, cause });
  assert.deepEqual([token.name, token.message, token.cause], ['TokenError', 'unparsable', cause]);
  const metadata = search('not_metadata', 200, true);
  assert.deepEqual([metadata.name, metadata.message], ['DiscoveryError', 'not_metadata']);
});
