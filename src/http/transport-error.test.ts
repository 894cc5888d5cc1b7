import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type Progress, startProgress } from './connection/progress.ts';
import {
  isTransientStatus,
  toTransportError,
  TransportError,
  type TransportErrorCode,
} from './transport-error.ts';

/** An error as Node throws it. */
function createError(message: string, code?: unknown, more: object = {}): Error {
  return Object.assign(new Error(message), code === undefined ? more : { code, ...more });
}

/** A request in some state. */
function at(step: Progress['step'], more: Partial<Progress> = {}): Progress {
  return { ...startProgress(), step, ...more };
}

const exchanging = at('exchanging', { sent: true });

/** Codes of every kind: those of a list, and others. */
const systemCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EADDRINUSE',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENOBUFS',
  'EPIPE',
  'ETIMEDOUT',
  'UNKNOWN',
  'EODD',
  undefined,
];

describe('a failure while the name is looked up', () => {
  test('says that there is no such name if the resolver says so', () => {
    const cause = createError('getaddrinfo ENOTFOUND a.test', 'ENOTFOUND');
    const error = toTransportError(cause, at('resolving'));
    assert.equal(error.code, 'name_not_found');
    assert.deepEqual([error.retryable, error.mayHaveArrived], [true, false]);
    assert.deepEqual([error.systemCode, error.cause], ['ENOTFOUND', cause]);
  });

  for (const code of ['EAI_AGAIN', 'EAI_FAIL', 'EAI_MEMORY', 'ESERVFAIL', 'ETIMEOUT', undefined]) {
    test(`is a resolver without an answer: ${code ?? 'no code'}`, () => {
      const error = toTransportError(createError('x', code), at('resolving'));
      assert.equal(error.code, 'name_unresolved');
      assert.deepEqual([error.retryable, error.mayHaveArrived], [true, false]);
    });
  }

  test('of a proxy means that the proxy is not reached', () => {
    const error = toTransportError(
      createError('x', 'ENOTFOUND'),
      at('resolving', { peer: 'proxy' }),
    );
    assert.deepEqual([error.code, error.peer], ['proxy_unreachable', 'proxy']);
  });
});

for (const step of ['connecting', 'tunneling', 'securing'] as const) {
  describe(`a failure while ${step}`, () => {
    for (const code of systemCodes) {
      test(`may pass, and nothing was sent: ${code ?? 'no code'}`, () => {
        const error = toTransportError(createError('x', code), at(step));
        assert.equal(error.code, 'connection_failed');
        assert.deepEqual([error.retryable, error.mayHaveArrived], [true, false]);
        const ofProxy = toTransportError(createError('x', code), at(step, { peer: 'proxy' }));
        assert.equal(ofProxy.code, 'proxy_unreachable');
        assert.deepEqual([ofProxy.retryable, ofProxy.mayHaveArrived], [true, false]);
      });
    }
  });
}

describe('a failure while sending and receiving', () => {
  for (const code of [...systemCodes, 'ERR_SSL_BAD_RECORD_TYPE', 'EPROTO', 'ERR_STREAM_X']) {
    test(`may pass, and the request may have arrived: ${code ?? 'no code'}`, () => {
      const error = toTransportError(createError('x', code), exchanging);
      assert.equal(error.code, 'connection_failed');
      assert.deepEqual([error.retryable, error.mayHaveArrived], [true, true]);
    });
  }

  const packets: readonly [what: string, bytes: number[], code: TransportErrorCode][] = [
    ['nothing', [], 'answer_unreadable'],
    ['another protocol', [...Buffer.from('SSH-2.0-OpenSSH')], 'answer_unreadable'],
    ['an alert of TLS', [0x15, 3, 1, 0, 2, 2, 70], 'tls_expected'],
    ['a handshake of TLS', [0x16, 3, 3, 0, 80], 'tls_expected'],
    ['the SETTINGS of HTTP/2', [0, 0, 18, 4, 0, 0, 0, 0, 0], 'http2_only'],
    ['the GOAWAY of HTTP/2', [0, 0, 8, 7, 0, 0, 0, 0, 0], 'http2_only'],
    ['zeros', [0, 0, 0, 0, 0], 'answer_unreadable'],
  ];
  for (const [what, bytes, code] of packets) {
    test(`by ${what} is ${code}`, () => {
      const more = { reason: 'Expected HTTP/', rawPacket: Buffer.from(bytes) };
      const cause = createError('Parse Error: Expected HTTP/', 'HPE_INVALID_CONSTANT', more);
      const error = toTransportError(cause, exchanging);
      assert.deepEqual([error.code, error.reason], [code, 'Expected HTTP/']);
      assert.deepEqual([error.retryable, error.mayHaveArrived], [true, true]);
    });
  }

  test('by headers over the limit is final', () => {
    const cause = createError('Parse Error: Header overflow', 'HPE_HEADER_OVERFLOW');
    const error = toTransportError(cause, exchanging);
    assert.deepEqual([error.code, error.retryable], ['headers_too_large', false]);
  });
});

test('a failure before anything was connected is a request that cannot be made', () => {
  const error = toTransportError(createError('x', 'ERR_INVALID_CHAR'), at('preparing'));
  assert.equal(error.code, 'request_failed');
  assert.deepEqual([error.retryable, error.mayHaveArrived], [false, false]);
});

/** An error of OpenSSL's, as Node 24 gives it. */
function createTlsError(reason: string, alert?: number, code = 'ERR_SSL_X'): Error {
  const end = alert === undefined ? '' : `SSL alert number ${alert}\n`;
  const words = `40FD46:error:0A000410:SSL routines:ssl3_read_bytes:${reason}:../deps/x.c:918:${end}`;
  return createError(words, code, { library: 'SSL routines', reason });
}

describe('TLS that fails', () => {
  const rows: readonly [
    reason: string,
    alert: number | undefined,
    code: TransportErrorCode,
    retryable: boolean,
  ][] = [
    ['wrong version number', undefined, 'tls_missing', true],
    ['packet length too long', undefined, 'tls_missing', true],
    ['unsupported protocol', undefined, 'tls_outdated', true],
    ['tlsv1 alert protocol version', 70, 'tls_outdated', true],
    ['tlsv1 alert no application protocol', 120, 'http2_only', true],
    ['dh key too small', undefined, 'tls_failed', true],
    ['ssl/tls alert handshake failure', 40, 'tls_failed', true],
    ['tlsv1 alert internal error', 80, 'tls_failed', true],
    ['tlsv1 unrecognized name', 112, 'tls_failed', true],
    ['ssl/tls alert bad certificate', 42, 'client_certificate_refused', false],
    ['ssl/tls alert unsupported certificate', 43, 'client_certificate_refused', false],
    ['ssl/tls alert certificate revoked', 44, 'client_certificate_refused', false],
    ['ssl/tls alert certificate expired', 45, 'client_certificate_refused', false],
    ['ssl/tls alert certificate unknown', 46, 'client_certificate_refused', false],
    ['tlsv1 alert unknown ca', 48, 'client_certificate_refused', false],
    ['tlsv1 alert access denied', 49, 'client_certificate_refused', false],
    ['tlsv13 alert certificate required', 116, 'client_certificate_refused', false],
  ];
  for (const [reason, alert, code, retryable] of rows) {
    test(`by "${reason}" is ${code}`, () => {
      for (const systemCode of ['ERR_SSL_X', 'EPROTO']) {
        const error = toTransportError(createTlsError(reason, alert, systemCode), at('securing'));
        assert.equal(error.code, code);
        assert.deepEqual([error.retryable, error.mayHaveArrived], [retryable, false]);
        assert.deepEqual([error.reason, error.alert], [reason, alert]);
      }
    });
  }

  test('by an alert about the certificate is final although the request was sent before', () => {
    const cause = createTlsError('tlsv13 alert certificate required', 116);
    const error = toTransportError(cause, exchanging);
    assert.equal(error.code, 'client_certificate_refused');
    assert.deepEqual([error.retryable, error.mayHaveArrived], [false, true]);
  });

  test('says its reason by its words if it has no more', () => {
    const words =
      'write EPROTO 80600:error:0A00010B:SSL routines:x:wrong version number:../a.c:1:\n';
    const error = toTransportError(createError(words, 'EPROTO'), at('securing'));
    assert.deepEqual([error.code, error.reason], ['tls_missing', 'wrong version number']);
  });
});

describe('a proxy', () => {
  for (const [proxyStatus, retryable] of [
    [301, true],
    [400, true],
    [403, false],
    [404, true],
    [407, false],
    [429, true],
    [500, true],
    [501, true],
    [502, true],
    [503, true],
  ] as const) {
    test(`that answers ${proxyStatus} gets ${retryable ? 'another request' : 'no further request'}`, () => {
      const error = new TransportError('proxy_refused', { proxyStatus, sent: false });
      assert.deepEqual([error.retryable, error.mayHaveArrived], [retryable, false]);
    });
  }
});

describe('an error that is not from Node', () => {
  for (const [words, thrown] of [
    ['an Error with a number for a code', createError('words', 20)],
    ['a string', 'ECONNRESET'],
    ['an object that is no Error', { code: 'ECONNRESET', message: 'words' }],
    ['null', null],
    ['undefined', undefined],
  ] as const) {
    test(`has no code: ${words}`, () => {
      const error = toTransportError(thrown, exchanging);
      assert.deepEqual([error.code, error.systemCode], ['connection_failed', undefined]);
      assert.equal(error.cause, thrown);
    });
  }

  test('has no reason, because a server wrote the words', () => {
    const error = toTransportError(createError('x', 'EODD', { reason: 'words' }), exchanging);
    assert.equal(error.reason, undefined);
  });
});

test('a TransportError stays the same', () => {
  const error = new TransportError('timeout');
  assert.equal(toTransportError(error, exchanging), error);
});

test('a TransportError says only its code', () => {
  const error = new TransportError('timeout', { cause: new Error('a secret') });
  assert.equal(error.name, 'TransportError');
  assert.equal(error.message, 'timeout');
});

test('a TransportError that does not say more is of the server, and may have arrived', () => {
  const { peer, mayHaveArrived, addresses } = new TransportError('timeout');
  assert.deepEqual(
    { peer, mayHaveArrived, addresses },
    { peer: 'server', mayHaveArrived: true, addresses: [] },
  );
});

const retryable: Readonly<Record<TransportErrorCode, boolean>> = {
  timeout: true,
  name_not_found: true,
  name_unresolved: true,
  connection_failed: true,
  tls_untrusted: false,
  client_certificate_refused: false,
  tls_missing: true,
  tls_expected: true,
  tls_outdated: true,
  tls_failed: true,
  http2_only: true,
  proxy_refused: true,
  proxy_invalid: false,
  proxy_unsupported: false,
  proxy_unreachable: true,
  answer_cut: true,
  answer_unreadable: true,
  encoding_unknown: true,
  answer_too_large: false,
  headers_too_large: false,
  request_failed: false,
};

for (const [code, expected] of Object.entries(retryable) as [TransportErrorCode, boolean][]) {
  test(`${code} ${expected ? 'may pass' : 'would come again'}`, () => {
    assert.equal(new TransportError(code).retryable, expected);
  });
}

test('of all statuses, exactly 408, 425, 429 and 5xx except 501 and 505 are retried', () => {
  const transient = Array.from({ length: 1000 }, (_, status) => status).filter(isTransientStatus);
  const serverErrors = Array.from({ length: 100 }, (_, index) => 500 + index);
  assert.deepEqual(transient, [
    408,
    425,
    429,
    ...serverErrors.filter((status) => status !== 501 && status !== 505),
  ]);
});
