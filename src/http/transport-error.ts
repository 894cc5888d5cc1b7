/** What went wrong between here and the server, in stable words. */
export type TransportErrorCode =
  | 'timeout'
  | 'name_not_found'
  | 'connection_failed'
  | 'tls_failed'
  | 'proxy_refused'
  | 'proxy_invalid'
  | 'proxy_unreachable'
  | 'answer_cut'
  | 'answer_unreadable'
  | 'answer_too_large'
  | 'request_failed';

/** The codes after which the server cannot have read the request. */
const neverSent: ReadonlySet<TransportErrorCode> = new Set([
  'name_not_found',
  'tls_failed',
  'proxy_refused',
  'proxy_invalid',
  'proxy_unreachable',
]);

/** The codes after which the same request would fail in the same way. */
const final: ReadonlySet<TransportErrorCode> = new Set([
  'tls_failed',
  'proxy_invalid',
  'answer_too_large',
  'request_failed',
]);

/** The network errors that mean: no connection was made, so nothing was sent. */
const unconnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

const connectionErrors: ReadonlySet<string> = new Set([
  ...unconnected,
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
]);

/** The statuses that say that it went well (RFC 9110 section 15.3). */
export function isSuccessStatus(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** The statuses that are worth another try (RFC 9110 section 15, RFC 6585, RFC 8470). */
export function isTransientStatus(status: number): boolean {
  if (status === 408 || status === 425 || status === 429) return true;
  return status >= 500 && status <= 599 && status !== 501 && status !== 505;
}

/** Details of a {@link TransportError}. */
export interface TransportErrorDetails {
  /** The status with which a proxy refused to connect. */
  readonly proxyStatus?: number;
  /** What went wrong between here and a proxy, in the words of Node or OpenSSL. */
  readonly proxyFault?: string;
  /** The code of the underlying error (`ECONNRESET`, `CERT_HAS_EXPIRED`, ...). */
  readonly systemCode?: string;
  readonly cause?: unknown;
}

/** A request that brought no complete HTTP response. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;
  readonly proxyStatus: number | undefined;
  readonly proxyFault: string | undefined;
  readonly systemCode: string | undefined;

  constructor(code: TransportErrorCode, details: TransportErrorDetails = {}) {
    super(code, { cause: details.cause });
    this.code = code;
    this.proxyStatus = details.proxyStatus;
    this.proxyFault = details.proxyFault;
    this.systemCode = details.systemCode;
  }

  /** Whether the same request may succeed a little later. */
  get retryable(): boolean {
    if (this.code === 'proxy_refused') return isTransientStatus(this.proxyStatus ?? 0);
    return !final.has(this.code);
  }

  /** Whether the server may have acted on the request although no answer arrived. */
  get mayHaveArrived(): boolean {
    return !neverSent.has(this.code) && !unconnected.has(this.systemCode ?? '');
  }
}

/** What `tunnel` says when a proxy does not connect; it gives every such error the code ECONNRESET. */
const tunnelRefusal = /^tunneling socket could not be established, statusCode=(\d{3})/;
const tunnelFailure = /^tunneling socket could not be established, cause=(.*)/s;

/**
 * Sorts an error of node:http, node:tls or `tunnel` into a {@link TransportError}.
 *
 * @param error whatever the request threw or emitted
 * @see https://nodejs.org/api/errors.html#nodejs-error-codes
 */
export function toTransportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const cause = error;
  const message = error instanceof Error ? error.message : '';
  const systemCode = readSystemCode(error);
  const details = systemCode === undefined ? { cause } : { cause, systemCode };

  const status = tunnelRefusal.exec(message)?.[1];
  if (status !== undefined) {
    return new TransportError('proxy_refused', { ...details, proxyStatus: Number(status) });
  }
  // Only the words are left of what went wrong between here and a proxy.
  const proxyFault = tunnelFailure.exec(message)?.[1];
  if (proxyFault !== undefined) {
    const isTls = /certificate|altnames|SSL routines/i.test(proxyFault);
    const code = isTls ? 'tls_failed' : 'proxy_unreachable';
    return new TransportError(code, { ...details, proxyFault });
  }
  if (error instanceof URIError) return new TransportError('proxy_invalid', details);
  return new TransportError(codeOf(systemCode), details);
}

function codeOf(systemCode: string | undefined): TransportErrorCode {
  if (systemCode === undefined) return 'request_failed';
  if (systemCode === 'ENOTFOUND' || systemCode === 'EAI_AGAIN') return 'name_not_found';
  if (connectionErrors.has(systemCode)) return 'connection_failed';
  if (systemCode.startsWith('HPE_')) return 'answer_unreadable';
  if (isTlsCode(systemCode)) return 'tls_failed';
  return 'request_failed';
}

/** The codes of OpenSSL's verification (X509_V_ERR_*), of its protocol errors and of node:tls. */
function isTlsCode(systemCode: string): boolean {
  return (
    /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|INVALID_(CA|PURPOSE)|PATH_LENGTH_)/.test(
      systemCode,
    ) ||
    systemCode.includes('SELF_SIGNED') ||
    systemCode === 'EPROTO' ||
    systemCode === 'HOSTNAME_MISMATCH'
  );
}

function readSystemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
