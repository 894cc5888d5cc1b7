import type { Peer, Progress, Step } from './connection/progress.ts';

/** What went wrong between the action and the server, in stable words. */
export type TransportErrorCode =
  /** The time was over. The `step` says where. */
  | 'timeout'
  /** The resolver answered that there is no such name. */
  | 'name_not_found'
  /** The resolver did not answer, or failed. */
  | 'name_unresolved'
  /** The connection was not made, or it broke. */
  | 'connection_failed'
  /** The certificate of the peer was not accepted. */
  | 'tls_untrusted'
  /** The peer did not accept the client's certificate, or requires one. */
  | 'client_certificate_refused'
  /** The peer does not speak TLS. */
  | 'tls_missing'
  /** The URL says http, and the server speaks TLS. */
  | 'tls_expected'
  /** The peer speaks only versions of TLS that are not accepted here. */
  | 'tls_outdated'
  /** Another failure of TLS. */
  | 'tls_failed'
  /** The server speaks HTTP/2 only. */
  | 'http2_only'
  /** The proxy answered, and did not connect. */
  | 'proxy_refused'
  /** The address of the proxy is no URL. */
  | 'proxy_invalid'
  /** The proxy is of an unsupported kind. */
  | 'proxy_unsupported'
  /** The connection to the proxy was not made, or it broke. */
  | 'proxy_unreachable'
  | 'answer_cut'
  /** The answer is not HTTP, or its body is damaged. */
  | 'answer_unreadable'
  /** The answer has an unsupported Content-Encoding. */
  | 'encoding_unknown'
  | 'answer_too_large'
  | 'headers_too_large'
  /** The request cannot be made. */
  | 'request_failed';

/** After these codes the same request would fail in the same way. */
const final: ReadonlySet<TransportErrorCode> = new Set([
  'tls_untrusted',
  'client_certificate_refused',
  'proxy_invalid',
  'proxy_unsupported',
  'answer_too_large',
  'headers_too_large',
  'request_failed',
]);

/** The statuses by which a proxy says that it will not connect. Any other status may change a little later. */
const finalProxyStatuses: ReadonlySet<number | undefined> = new Set([403, 407]);

/** The statuses of a success (RFC 9110 section 15.3). */
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
  /** What the request was doing. */
  readonly step?: Step | undefined;
  /** Who was at the other end; the server where it is left out. */
  readonly peer?: Peer | undefined;
  /** Whether a byte of the request may have been written to a connection to the server; true where it is left out. */
  readonly sent?: boolean | undefined;
  /** The addresses that were tried. */
  readonly addresses?: readonly string[] | undefined;
  /** The status with which a proxy refused to connect. */
  readonly proxyStatus?: number | undefined;
  /** The wait that the proxy named (Retry-After), in milliseconds. */
  readonly retryAfter?: number | undefined;
  /** The scheme of an unsupported proxy. Text from outside: never print it as it is. */
  readonly scheme?: string | undefined;
  /** The Content-Encoding that could not be undone. Text from outside: never print it as it is. */
  readonly encoding?: string | undefined;
  /** The code of the underlying error (`ECONNRESET`, `CERT_HAS_EXPIRED`, ...). */
  readonly systemCode?: string | undefined;
  /** What the parser of HTTP or TLS, or a decoder, reported, in its own words. */
  readonly reason?: string | undefined;
  /** The host of the proxy that the connection went through. */
  readonly proxy?: string | undefined;
  /** Who issued the certificate that was not accepted. Text from outside: never print it as it is. */
  readonly issuer?: string | undefined;
  /** The number of the alert by which the peer ended TLS (RFC 8446 section 6). */
  readonly alert?: number | undefined;
  readonly cause?: unknown;
}

/** A request that brought no complete HTTP response. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;
  readonly step: Step | undefined;
  readonly peer: Peer;
  readonly addresses: readonly string[];
  readonly proxyStatus: number | undefined;
  readonly retryAfter: number | undefined;
  readonly scheme: string | undefined;
  readonly encoding: string | undefined;
  readonly systemCode: string | undefined;
  readonly reason: string | undefined;
  readonly alert: number | undefined;
  readonly issuer: string | undefined;
  readonly proxy: string | undefined;
  /** Whether the server may have acted on the request although no answer arrived. */
  readonly mayHaveArrived: boolean;

  constructor(code: TransportErrorCode, details: TransportErrorDetails = {}) {
    super(code, { cause: details.cause });
    this.code = code;
    this.step = details.step;
    this.peer = details.peer ?? 'server';
    this.addresses = details.addresses ?? [];
    this.proxyStatus = details.proxyStatus;
    this.retryAfter = details.retryAfter;
    this.scheme = details.scheme;
    this.encoding = details.encoding;
    this.systemCode = details.systemCode;
    this.reason = details.reason;
    this.alert = details.alert;
    this.issuer = details.issuer;
    this.proxy = details.proxy;
    this.mayHaveArrived = details.sent ?? true;
  }

  /** Whether the same request may succeed a little later. */
  get retryable(): boolean {
    return !final.has(this.code) && !finalProxyStatuses.has(this.proxyStatus);
  }
}

/**
 * Turns an error of the resolver, node:net, node:tls or node:http into a {@link TransportError}. It goes by what the
 * request was doing, because every system has its own codes.
 *
 * @param error whatever was thrown or emitted
 * @see https://nodejs.org/api/errors.html#nodejs-error-codes
 */
export function toTransportError(error: unknown, progress: Progress): TransportError {
  if (error instanceof TransportError) return error;
  const systemCode = readSystemCode(error);
  const alert = readAlert(error);
  const reason = readReason(error);
  const details = { ...progress, cause: error, systemCode, alert, reason };
  return new TransportError(chooseCode({ error, systemCode, alert, reason }, progress), details);
}

/** What is known about an error. */
interface Fault {
  readonly error: unknown;
  readonly systemCode: string | undefined;
  readonly alert: number | undefined;
  readonly reason: string | undefined;
}

function chooseCode(fault: Fault, { step, peer }: Progress): TransportErrorCode {
  const unreachable = peer === 'proxy' ? 'proxy_unreachable' : 'connection_failed';
  switch (step) {
    case 'preparing':
      return 'request_failed';
    case 'resolving':
      if (peer === 'proxy') return 'proxy_unreachable';
      return fault.systemCode === 'ENOTFOUND' ? 'name_not_found' : 'name_unresolved';
    case 'connecting':
    case 'tunneling':
      return unreachable;
    case 'securing':
      return isTlsFault(fault) ? sortTlsFault(fault) : unreachable;
    case 'exchanging':
      return sortExchangeFault(fault);
  }
}

/** Whether TLS itself failed, and not the connection under it. */
function isTlsFault({ systemCode = '' }: Fault): boolean {
  return systemCode === 'EPROTO' || /^ERR_(SSL|OSSL|TLS)_/.test(systemCode);
}

/** The alerts about the certificate of a client (RFC 8446 section 6.2, RFC 5246 section 7.2.2). */
const certificateAlerts: ReadonlySet<number | undefined> = new Set([
  41, 42, 43, 44, 45, 46, 48, 49, 116,
]);

/** RFC 8446 section 6.2: protocol_version, and RFC 7301 section 3.2: no_application_protocol. */
const versionAlert = 70;
const protocolAlert = 120;

function sortTlsFault({ alert, reason = '' }: Fault): TransportErrorCode {
  if (certificateAlerts.has(alert)) return 'client_certificate_refused';
  if (alert === protocolAlert) return 'http2_only';
  if (alert === versionAlert || /unsupported protocol|version too low/.test(reason)) {
    return 'tls_outdated';
  }
  // The first record has something else instead of the version, such as the T of HTTP.
  return /wrong version number|packet length too long/.test(reason) ? 'tls_missing' : 'tls_failed';
}

/** From TLS 1.3 on, the server can refuse the client's certificate after the request was sent. */
function sortExchangeFault(fault: Fault): TransportErrorCode {
  const { error, systemCode = '', alert } = fault;
  if (systemCode === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  if (systemCode.startsWith('HPE_')) return sortUnreadable(readPacket(error));
  return certificateAlerts.has(alert) ? 'client_certificate_refused' : 'connection_failed';
}

/** What the peer sent instead of HTTP/1.1: a record of TLS (an alert or a handshake), or a frame of HTTP/2. */
function sortUnreadable(packet: Uint8Array): TransportErrorCode {
  const [first, second, , type] = packet;
  if ((first === 0x15 || first === 0x16) && second === 3) return 'tls_expected';
  // SETTINGS or GOAWAY (RFC 9113 section 6), whose length has three bytes.
  return first === 0 && (type === 4 || type === 7) ? 'http2_only' : 'answer_unreadable';
}

function readSystemCode(error: unknown): string | undefined {
  const code = readProperty(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** The parser's or OpenSSL's own words. Nothing in them comes from the peer. */
function readReason(error: unknown): string | undefined {
  const reason = readProperty(error, 'reason');
  const isOwn = /^(HPE_|ERR_SSL_|EPROTO)/.test(readSystemCode(error) ?? '');
  if (isOwn && typeof reason === 'string') return reason;
  return /SSL routines:[^:]*:([^:]+):/.exec(readMessage(error))?.[1];
}

function readAlert(error: unknown): number | undefined {
  const number = /SSL alert number (\d+)/.exec(readMessage(error))?.[1];
  return number === undefined ? undefined : Number(number);
}

function readPacket(error: unknown): Uint8Array {
  const packet = readProperty(error, 'rawPacket');
  return packet instanceof Uint8Array ? packet : new Uint8Array();
}

function readMessage(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

function readProperty(error: unknown, name: string): unknown {
  return error instanceof Error ? (error as unknown as Record<string, unknown>)[name] : undefined;
}
