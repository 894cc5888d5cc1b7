import type { TransportError } from '../http/transport-error.ts';
import { formatDuration } from '../log/duration.ts';
import type { Annotation } from '../log/log.ts';
import { text, type Text } from '../log/text.ts';
import { showsCertificate } from '../inputs/client/tls-credentials.ts';
import type { FailedAttempt } from '../retry/retry.ts';
import { describeUnknown, nameStatus } from './names.ts';
import { explainProxyRefusal } from './proxy.ts';
import { nameServer, serverOf, type StageView, wordsOf } from './stages.ts';

const networkErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  ECONNABORTED: 'the connection was aborted',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network cannot be reached',
  EADDRNOTAVAIL: 'the address is not available',
  ETIMEDOUT: 'the connection timed out',
  EPIPE: 'the connection broke',
};

/**
 * Says in a few words why no complete answer came.
 *
 * @param allowed how long the attempt was allowed to take, milliseconds
 */
export function describeTransportError(
  error: TransportError,
  allowed: number,
  view: StageView,
): Text {
  const system = error.systemCode ?? '';
  switch (error.code) {
    case 'timeout':
      return text`no answer within ${formatDuration(allowed)}`;
    case 'name_not_found':
      return text`${serverOf(view).nameHost(view.server)} was not found (${system})`;
    case 'connection_failed':
      return text`${networkErrors[system] ?? 'the connection failed'} (${system})`;
    case 'tls_failed':
      return text`TLS failed: ${nameTlsFault(error.cause)} (${system})`;
    case 'proxy_refused':
      return text`the proxy refused: ${nameStatus(error.proxyStatus ?? 0)}`;
    case 'proxy_invalid':
      return text`the proxy's address in the environment is no usable URL`;
    case 'proxy_unreachable':
      return text`the proxy could not be reached: ${error.proxyFault ?? system}`;
    case 'answer_cut':
      return text`the answer was cut off`;
    case 'answer_unreadable':
      return text`the answer is not readable HTTP`;
    case 'answer_too_large':
      return text`the answer is larger than ${nameLimit(view)}`;
    case 'request_failed':
      return text`the request failed: ${describeUnknown(error.cause)}`;
  }
}

/** The most that is read of an answer, as people write it. */
function nameLimit(view: StageView): string {
  const kib = serverOf(view).maxBytes / 1024;
  return kib < 1024 ? `${kib} KiB` : `${kib / 1024} MiB`;
}

/** What was wrong with a fault of the connection, in the group of request and answer. */
export function describeTransportAnswer(
  error: TransportError,
  { allowed, took }: FailedAttempt,
  view: StageView,
): Text {
  const what = describeTransportError(error, allowed, view);
  // A time that was over says how long it was.
  return error.code === 'timeout' ? what : text`failed after ${formatDuration(took)}: ${what}`;
}

/** Explains why no complete answer came, and says what to check. */
export function explainTransportError(
  error: TransportError,
  { allowed }: FailedAttempt,
  view: StageView,
): Annotation {
  const server = nameServer(view);
  const what = describeTransportError(error, allowed, view);
  switch (error.code) {
    case 'timeout':
      return {
        title: 'no answer in time',
        message: text`${server} gave ${what}. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout.`,
      };
    case 'name_not_found':
      return {
        title: 'name not found',
        message: text`${server} could not be reached: ${what}. ${adviseAddress(view, text`; a private name needs a runner inside its network`)}`,
      };
    case 'tls_failed':
      return explainTlsFailure(error, view);
    case 'proxy_refused':
      return explainProxyRefusal(error.proxyStatus ?? 0, server);
    case 'proxy_invalid':
      return {
        title: 'proxy not usable',
        message: text`${server} could not be asked: ${what}. Check https_proxy and http_proxy; a % in a user name or password is written %25.`,
      };
    case 'proxy_unreachable':
      return {
        title: 'proxy not reached',
        message: text`The proxy could not be reached: ${error.proxyFault ?? what}. Check https_proxy and http_proxy, or name ${server} in no_proxy.`,
      };
    case 'answer_too_large':
      return {
        title: 'answer too large',
        message: text`${server} sent more than ${nameLimit(view)}; the answer that was asked for has a few KiB. ${adviseAddress(view)}`,
      };
    case 'answer_cut':
    case 'answer_unreadable':
      return {
        title: 'answer damaged',
        message: text`${server} could not be understood: ${what}. If it stays so, look at the server's log or at a proxy in between.`,
      };
    case 'connection_failed':
      return {
        title: 'no connection',
        message: text`${server} could not be reached: ${what}. ${adviseConnection(error, view)}`,
      };
    case 'request_failed':
      return { title: 'request failed', message: text`${server} could not be asked: ${what}.` };
  }
}

function adviseAddress(view: StageView, more = text``): Text {
  return serverOf(view).adviseAddress(view.inputs, more);
}

function isCertificateShown({ stage, inputs }: StageView): boolean {
  return wordsOf(stage).showsCertificate && showsCertificate(inputs);
}

function adviseConnection({ systemCode = '' }: TransportError, view: StageView): Text {
  const address = adviseAddress(view, text`, and that the server admits this runner's address`);
  const isBroken = systemCode === 'ECONNRESET' || systemCode === 'EPIPE';
  return isBroken && isCertificateShown(view)
    ? text`${address} A server that does not accept client-certificate may break the connection, too.`
    : address;
}

/** The alerts by which a server refuses a client's certificate, or wants another one (RFC 8446 section 6.2). */
const certificateAlerts: ReadonlySet<number | undefined> = new Set([
  40, 42, 43, 44, 45, 46, 48, 49, 51, 116,
]);

/** The alert of a server that serves nobody without a certificate (RFC 8446 section 6.2). */
const certificateRequired = 116;

function explainTlsFailure(error: TransportError, view: StageView): Annotation {
  const { systemCode = '', cause, proxyFault } = error;
  const title = 'TLS not trusted';
  const server = nameServer(view);
  const { adviseTls, adviseTrust } = serverOf(view);
  const fault = nameTlsFault(cause);
  if (proxyFault !== undefined) {
    return {
      title,
      message: text`The TLS connection to the proxy failed: ${proxyFault}. Check https_proxy. ${adviseTrust}`,
    };
  }
  if (systemCode === 'CERT_HAS_EXPIRED') {
    return {
      title,
      message: text`The certificate of ${server} has expired, or the one of its CA. The server's operator has to renew it.`,
    };
  }
  if (systemCode === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      title,
      message: text`The certificate of ${server} is for another name: ${fault}. ${adviseTls(view.inputs, text`the host`)}`,
    };
  }
  if (isCertificateShown(view) && certificateAlerts.has(readTlsAlert(cause))) {
    return {
      title: 'client certificate refused',
      message: text`${server} did not accept the client's certificate: ${fault} (${systemCode}). Check that client-certificate is the one registered there, with its chain, and current.`,
    };
  }
  if (readTlsAlert(cause) === certificateRequired) {
    return {
      title: 'client certificate wanted',
      message: text`${server} wants a certificate of the client: ${fault} (${systemCode}). Give client-certificate and client-key.`,
    };
  }
  if (/^(EPROTO|ERR_SSL_|ERR_TLS_)/.test(systemCode)) {
    return {
      title: 'TLS failed',
      message: text`${server} and this runner could not agree on TLS: ${fault} (${systemCode}). ${adviseTls(view.inputs, text`the scheme and the port`)}`,
    };
  }
  return {
    title,
    message: text`The certificate of ${server} is not trusted: ${fault} (${systemCode}). ${adviseTrust}`,
  };
}

/** What an error of TLS says; of OpenSSL's errors only the reason, without addresses and source files. */
function nameTlsFault(error: unknown): string {
  const message = messageOf(error);
  return /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message;
}

/** The number of the alert by which a peer ended TLS (RFC 8446 section 6); undefined where there was none. */
function readTlsAlert(error: unknown): number | undefined {
  const number = /SSL alert number (\d+)/.exec(messageOf(error))?.[1];
  return number === undefined ? undefined : Number(number);
}

/** What an error of Node's says. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
