import { maxHeaderBytes } from '../http/limits.ts';
import type { TransportError } from '../http/transport-error.ts';
import { formatDuration } from '../log/duration.ts';
import type { Annotation } from '../log/log.ts';
import { joinTexts, text, type Text } from '../log/text.ts';
import type { FailedAttempt } from '../retry/retry.ts';
import { describeUnknown, messageOf, nameStatus } from './names.ts';
import { explainProxyRefusal } from './proxy.ts';
import { nameServer, serverOf, type StageView } from './stages.ts';
import { explainDistrust, explainTlsFailure, nameTlsFault, isCertificateShown } from './tls.ts';

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
  const { systemCode = '', reason, encoding = '' } = error;
  switch (error.code) {
    case 'timeout':
      return describeTimeout(error, allowed, view);
    case 'name_not_found':
      return text`${serverOf(view).nameHost(view.server)} was not found (${systemCode})`;
    case 'name_unresolved':
      return text`${serverOf(view).nameHost(view.server)} was not resolved (${systemCode})`;
    case 'connection_failed':
      return describeBrokenConnection(error, view);
    case 'tls_untrusted':
    case 'client_certificate_refused':
    case 'tls_missing':
    case 'tls_outdated':
    case 'tls_failed':
      return text`TLS failed: ${nameTlsFault(error)} (${systemCode})`;
    case 'tls_expected':
      return text`the answer is TLS instead of HTTP`;
    case 'http2_only':
      return text`the server supports only HTTP/2`;
    case 'proxy_refused':
      return text`the proxy refused: ${nameStatus(error.proxyStatus ?? 0)}`;
    case 'proxy_invalid':
      return text`the proxy's address in the environment is not a valid URL`;
    case 'proxy_unsupported':
      return text`the environment names a ${error.scheme ?? ''}:// proxy`;
    case 'proxy_unreachable':
      return text`the proxy could not be reached: ${messageOf(error.cause)}`;
    case 'answer_cut':
      return text`the answer was cut off`;
    case 'answer_unreadable':
      return text`${encoding === '' ? text`the answer is not readable HTTP` : text`the answer is damaged (Content-Encoding: ${encoding})`}${reason === undefined ? '' : text`: ${reason}`}`;
    case 'encoding_unknown':
      return text`the answer has a Content-Encoding that is not supported: ${encoding}`;
    case 'answer_too_large':
      return text`the answer is larger than ${nameLimit(view)}`;
    case 'headers_too_large':
      return text`the headers of the answer are larger than ${maxHeaderBytes / 1024} KiB`;
    case 'request_failed':
      return text`the request failed: ${describeUnknown(error.cause)}`;
  }
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
        message: text`${server} ${isExchanging(error) ? text`gave ${what}` : text`could not be reached: ${what}`}. Check that this runner can reach it. For a slow server, set a longer timeout or total-timeout.`,
      };
    case 'name_not_found':
      return {
        title: 'name not found',
        message: text`${server} could not be reached: ${what}. ${adviseAddress(view, text`. A private name requires a runner inside its network`)}`,
      };
    case 'name_unresolved':
      return {
        title: 'name not resolved',
        message: text`${server} could not be reached: ${what}. The runner's DNS server gave no answer. If every run fails like this, check the DNS settings of the runner.`,
      };
    case 'connection_failed':
      return isReached(error)
        ? {
            title: 'no answer',
            message: text`${server} was reached, but ${what}. ${adviseClosed(view)}`,
          }
        : {
            title: 'no connection',
            message: text`${server} could not be reached: ${what}. ${adviseConnection(view)}`,
          };
    case 'tls_untrusted':
      return explainDistrust(error, view);
    case 'client_certificate_refused':
    case 'tls_missing':
    case 'tls_outdated':
    case 'tls_failed':
      return explainTlsFailure(error, view);
    case 'tls_expected':
      return {
        title: 'TLS expected',
        message: text`${server} uses TLS on this port, but the URL begins with http://. ${serverOf(view).adviseTls(view.inputs, text`the scheme`)}`,
      };
    case 'http2_only':
      return {
        title: 'HTTP/2 only',
        message: text`${server} supports only HTTP/2, and this action uses HTTP/1.1. Allow HTTP/1.1 at the server or at a proxy in front of it.`,
      };
    case 'proxy_refused':
      return explainProxyRefusal(error.proxyStatus ?? 0, server);
    case 'proxy_invalid':
      return {
        title: 'proxy not usable',
        message: text`No request to ${server}: ${what}. Check https_proxy and http_proxy. Write a % in a user name or password as %25.`,
      };
    case 'proxy_unsupported':
      return {
        title: 'proxy not usable',
        message: text`No request to ${server}: ${what}. Only HTTP proxies are supported. Set https_proxy to one that begins with http:// or https://, or name the host in no_proxy.`,
      };
    case 'proxy_unreachable':
      return {
        title: 'proxy not reached',
        message: text`The proxy could not be reached: ${messageOf(error.cause)}. Check https_proxy and http_proxy, or name ${server} in no_proxy.`,
      };
    case 'answer_too_large':
      return {
        title: 'answer too large',
        message: text`${server} sent more than ${nameLimit(view)}. The expected answer has a few KiB. ${adviseAddress(view)}`,
      };
    case 'headers_too_large':
      return {
        title: 'answer too large',
        message: text`${server} sent more than ${maxHeaderBytes / 1024} KiB of headers. The server's operator must make them smaller. The usual reason is cookies.`,
      };
    case 'answer_cut':
    case 'answer_unreadable':
      return {
        title: 'answer damaged',
        message: text`${server} answered, but ${what}. If every run fails like this, look at the server's log or at a proxy in between.`,
      };
    case 'encoding_unknown':
      return {
        title: 'encoding not known',
        message: text`${server} answered, but ${what}. No compression was requested. Only gzip, deflate and br are supported. Change that at the server or at a proxy in front of it.`,
      };
    case 'request_failed':
      return { title: 'request failed', message: text`No request to ${server}: ${what}.` };
  }
}

const networkErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  ECONNABORTED: 'the connection was aborted',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network cannot be reached',
  EADDRNOTAVAIL: 'the address is not available',
  ETIMEDOUT: 'the connection timed out',
  EPIPE: 'the connection broke',
  EACCES: 'this machine does not permit the connection',
  EPERM: 'this machine does not permit the connection',
};

/** A connection that was never made says why; one that was made says when it ended. */
function describeBrokenConnection(error: TransportError, view: StageView): Text {
  const { systemCode = '', step } = error;
  const isClosed = closing.has(systemCode);
  if (isClosed && step === 'securing') {
    return text`the server closed the connection before TLS was set up (${systemCode})`;
  }
  if (isClosed && step === 'exchanging') {
    return text`the server closed the connection without an answer (${systemCode})`;
  }
  return text`${networkErrors[systemCode] ?? 'the connection failed'} (${systemCode})${nameAddresses(error, view)}`;
}

/** How a connection ends that the other side closes. */
const closing: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** Whether there was a connection to the server. */
function isReached({ step }: TransportError): boolean {
  return step === 'securing' || step === 'exchanging';
}

function describeTimeout(error: TransportError, allowed: number, view: StageView): Text {
  const within = text`within ${formatDuration(allowed)}`;
  const isProxy = error.peer === 'proxy';
  switch (error.step) {
    case 'resolving':
      return text`${isProxy ? text`the name of the proxy` : serverOf(view).nameHost(view.server)} was not resolved ${within}`;
    case 'connecting':
      return text`no connection${isProxy ? text` to the proxy` : text``} ${within}${nameAddresses(error, view)}`;
    case 'tunneling':
      return text`no answer from the proxy ${within}`;
    case 'securing':
      return text`no TLS${isProxy ? text` with the proxy` : text``} ${within}`;
    case 'preparing':
    case 'exchanging':
    case undefined:
      return text`no answer ${within}`;
  }
}

/** Whether the request was on its way to the server, or at it. */
function isExchanging({ step }: TransportError): boolean {
  return step === 'exchanging' || step === undefined;
}

/** What a name stood for; an address that the URL names is known already. */
function nameAddresses({ addresses }: TransportError, { server }: StageView): Text {
  const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
  return addresses.length === 0 || addresses.includes(host)
    ? text``
    : text` at ${joinTexts(
        addresses.map((address) => text`${address}`),
        ', ',
      )}`;
}

/** The most that is read of an answer, as people write it. */
function nameLimit(view: StageView): string {
  const kib = serverOf(view).maxBytes / 1024;
  return kib < 1024 ? `${kib} KiB` : `${kib / 1024} MiB`;
}

function adviseAddress(view: StageView, more = text``): Text {
  return serverOf(view).adviseAddress(view.inputs, more);
}

function adviseConnection(view: StageView): Text {
  return adviseAddress(view, text`, and that the server allows this runner's address`);
}

/** A connection was there: the port may speak another protocol, or something on the way ends what it does not like. */
function adviseClosed(view: StageView): Text {
  const scheme = new URL(view.server).protocol === 'http:' ? text`http://` : text`https://`;
  const port =
    view.stage === 'id_token'
      ? adviseAddress(view)
      : serverOf(view).adviseTls(view.inputs, text`the port and the scheme (${scheme})`);
  return isCertificateShown(view)
    ? text`${port} A server that does not accept client-certificate can also close the connection, and so can a firewall or a proxy.`
    : text`${port} A firewall or a proxy can also close the connection.`;
}
