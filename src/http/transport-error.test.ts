import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  isTransientStatus,
  toTransportError,
  TransportError,
  type TransportErrorCode,
} from './transport-error.ts';

/** How an error is sorted. */
interface Sorted {
  readonly code: TransportErrorCode;
  readonly retryable: boolean;
  readonly mayHaveArrived: boolean;
}

/** An error as node throws it. */
function createError(message: string, code?: unknown): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

function describeError({ code, retryable, mayHaveArrived }: TransportError): Sorted {
  return { code, retryable, mayHaveArrived };
}

const unconnected: Sorted = {
  code: 'connection_failed',
  retryable: true,
  mayHaveArrived: false,
};
const broken: Sorted = { code: 'connection_failed', retryable: true, mayHaveArrived: true };
const nameNotFound: Sorted = { code: 'name_not_found', retryable: true, mayHaveArrived: false };
const untrusted: Sorted = { code: 'tls_failed', retryable: false, mayHaveArrived: false };
const unreadable: Sorted = { code: 'answer_unreadable', retryable: true, mayHaveArrived: true };
const unknown: Sorted = { code: 'request_failed', retryable: false, mayHaveArrived: true };

const systemCodes: readonly (readonly [systemCode: string, expected: Sorted])[] = [
  ['ECONNREFUSED', unconnected],
  ['EHOSTUNREACH', unconnected],
  ['ENETUNREACH', unconnected],
  ['EADDRNOTAVAIL', unconnected],
  ['ECONNRESET', broken],
  ['ECONNABORTED', broken],
  ['EPIPE', broken],
  ['ETIMEDOUT', broken],
  ['ENOTFOUND', nameNotFound],
  ['EAI_AGAIN', nameNotFound],
  ['HPE_INVALID_CONSTANT', unreadable],
  ['HPE_HEADER_OVERFLOW', unreadable],
  ['HPE_INVALID_CHUNK_SIZE', unreadable],
  ['EPROTO', untrusted],
  ['ERR_SSL_WRONG_VERSION_NUMBER', untrusted],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', untrusted],
  ['ERR_OSSL_PEM_NO_START_LINE', untrusted],
  ['ERR_TLS_CERT_ALTNAME_INVALID', untrusted],
  ['CERT_HAS_EXPIRED', untrusted],
  ['CERT_NOT_YET_VALID', untrusted],
  ['CERT_SIGNATURE_FAILURE', untrusted],
  ['CERT_UNTRUSTED', untrusted],
  ['CERT_REVOKED', untrusted],
  ['CERT_CHAIN_TOO_LONG', untrusted],
  ['CRL_HAS_EXPIRED', untrusted],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['INVALID_CA', untrusted],
  ['INVALID_PURPOSE', untrusted],
  ['PATH_LENGTH_EXCEEDED', untrusted],
  ['HOSTNAME_MISMATCH', untrusted],
  ['EACCES', unknown],
  ['ERR_INVALID_CHAR', unknown],
  ['ERR_INVALID_URL', unknown],
  ['econnreset', unknown],
];

describe('the code of an error', () => {
  for (const [systemCode, expected] of systemCodes) {
    test(`${systemCode} is ${expected.code}`, () => {
      const cause = createError('words', systemCode);
      const error = toTransportError(cause);
      assert.deepEqual(describeError(error), expected);
      assert.equal(error.systemCode, systemCode);
      assert.equal(error.cause, cause);
    });
  }
});

const tunnelMessage = 'tunneling socket could not be established, ';

const refusals: readonly (readonly [proxyStatus: number, retryable: boolean])[] = [
  [301, false],
  [400, false],
  [403, false],
  [404, false],
  [405, false],
  [407, false],
  [408, true],
  [429, true],
  [500, true],
  [501, false],
  [502, true],
  [503, true],
  [504, true],
];

describe('a proxy', () => {
  for (const [proxyStatus, retryable] of refusals) {
    test(`that answers ${proxyStatus} is asked ${retryable ? 'again' : 'no more'}`, () => {
      const error = toTransportError(
        createError(`${tunnelMessage}statusCode=${proxyStatus}`, 'ECONNRESET'),
      );
      assert.deepEqual(describeError(error), {
        code: 'proxy_refused',
        retryable,
        mayHaveArrived: false,
      });
      assert.equal(error.proxyStatus, proxyStatus);
    });
  }

  for (const words of [
    'self-signed certificate',
    'self-signed certificate in certificate chain',
    'unable to verify the first certificate',
    'unable to get local issuer certificate',
    'certificate has expired',
    "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
    'write EPROTO 8060:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:\n',
    'C0:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure',
  ]) {
    test(`that fails with "${words.slice(0, 50).trim()}" is not trusted`, () => {
      const error = toTransportError(createError(`${tunnelMessage}cause=${words}`, 'ECONNRESET'));
      assert.deepEqual(describeError(error), untrusted);
      assert.equal(error.proxyStatus, undefined);
      assert.equal(error.proxyFault, words);
    });
  }

  for (const words of [
    'connect ECONNREFUSED 127.0.0.1:3128',
    'socket hang up',
    'read ECONNRESET',
    'getaddrinfo ENOTFOUND proxy.corp.example',
  ]) {
    test(`that fails with "${words}" was not reached, and nothing was sent`, () => {
      const error = toTransportError(createError(`${tunnelMessage}cause=${words}`, 'ECONNRESET'));
      assert.deepEqual(describeError(error), {
        code: 'proxy_unreachable',
        retryable: true,
        mayHaveArrived: false,
      });
    });
  }

  test('that says more than it was asked is no connection', () => {
    const error = toTransportError(
      createError('got illegal response body from proxy', 'ECONNRESET'),
    );
    assert.deepEqual(describeError(error), broken);
  });

  test('whose words come from elsewhere is no refusal', () => {
    const message = `the server says: ${tunnelMessage}statusCode=407`;
    assert.deepEqual(describeError(toTransportError(createError(message, 'ECONNRESET'))), broken);
    const certificate = `the server says: ${tunnelMessage}cause=certificate`;
    assert.deepEqual(
      describeError(toTransportError(createError(certificate, 'ECONNRESET'))),
      broken,
    );
  });

  test('whose address is no URL is final, and nothing was sent', () => {
    assert.deepEqual(describeError(toTransportError(new URIError('URI malformed'))), {
      code: 'proxy_invalid',
      retryable: false,
      mayHaveArrived: false,
    });
  });
});

describe('an error of another kind', () => {
  for (const [words, thrown] of [
    ['an Error without a code', new Error('words')],
    ['an Error with a number for a code', createError('words', 20)],
    ['a string', 'ECONNRESET'],
    ['an object that is no Error', { code: 'ECONNRESET', message: 'words' }],
    ['null', null],
    ['undefined', undefined],
  ] as const) {
    test(`${words} is final, and may have come too late`, () => {
      const error = toTransportError(thrown);
      assert.deepEqual(describeError(error), unknown);
      assert.equal(error.systemCode, undefined);
      assert.equal(error.cause, thrown);
    });
  }
});

test('a TransportError stays the one it is', () => {
  const error = new TransportError('timeout');
  assert.equal(toTransportError(error), error);
});

test('a TransportError says its code and nothing else', () => {
  const error = new TransportError('timeout', { cause: new Error('a secret') });
  assert.equal(error.name, 'TransportError');
  assert.equal(error.message, 'timeout');
});

const codes: Readonly<Record<TransportErrorCode, Omit<Sorted, 'code'>>> = {
  timeout: { retryable: true, mayHaveArrived: true },
  name_not_found: { retryable: true, mayHaveArrived: false },
  connection_failed: { retryable: true, mayHaveArrived: true },
  tls_failed: { retryable: false, mayHaveArrived: false },
  proxy_refused: { retryable: false, mayHaveArrived: false },
  proxy_invalid: { retryable: false, mayHaveArrived: false },
  proxy_unreachable: { retryable: true, mayHaveArrived: false },
  answer_cut: { retryable: true, mayHaveArrived: true },
  answer_unreadable: { retryable: true, mayHaveArrived: true },
  answer_too_large: { retryable: false, mayHaveArrived: true },
  request_failed: { retryable: false, mayHaveArrived: true },
};

for (const [code, expected] of Object.entries(codes) as [
  TransportErrorCode,
  Omit<Sorted, 'code'>,
][]) {
  const { retryable, mayHaveArrived } = expected;
  const words = `${retryable ? 'may pass' : 'would come again'}, and the request ${mayHaveArrived ? 'may' : 'cannot'} have arrived`;
  test(`${code} ${words}`, () => {
    assert.deepEqual(describeError(new TransportError(code)), { code, ...expected });
  });
}

test('of all statuses, exactly 408, 425, 429 and 5xx but 501 and 505 are worth another try', () => {
  const transient = Array.from({ length: 1000 }, (_, status) => status).filter(isTransientStatus);
  const serverErrors = Array.from({ length: 100 }, (_, index) => 500 + index);
  assert.deepEqual(transient, [
    408,
    425,
    429,
    ...serverErrors.filter((status) => status !== 501 && status !== 505),
  ]);
});
