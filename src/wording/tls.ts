import type { TransportError } from '../http/transport-error.ts';
import { showsCertificate } from '../inputs/client/tls-credentials.ts';
import type { Annotation } from '../log/log.ts';
import { text, type Text } from '../log/text.ts';
import { messageOf } from './names.ts';
import { nameServer, serverOf, type StageView, wordsOf } from './stages.ts';

/** Whether the client shows its certificate in this stage. */
export function isCertificateShown({ stage, inputs }: StageView): boolean {
  return wordsOf(stage).showsCertificate && showsCertificate(inputs);
}

/** What is missing where a certificate is good, and only its issuer is not known here. */
const unknownIssuers: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

/** The certificate of a server or a proxy that was not accepted. */
export function explainDistrust(error: TransportError, view: StageView): Annotation {
  const title = 'TLS not trusted';
  const { systemCode = '' } = error;
  const server = nameServer(view);
  const fault = nameTlsFault(error);
  const { adviseTls, adviseTrust } = serverOf(view);
  if (error.peer === 'proxy') {
    return {
      title,
      message: text`The TLS connection to the proxy failed: ${fault}. Check https_proxy. ${adviseTrust(view.inputs)}`,
    };
  }
  if (systemCode === 'CERT_HAS_EXPIRED') {
    return {
      title,
      message: text`The certificate of ${server} or of its CA has expired. The server's operator must renew it.`,
    };
  }
  if (systemCode === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      title,
      message: text`The certificate of ${server} is for another name: ${fault}. ${adviseTls(view.inputs, text`the host`)}`,
    };
  }
  if (unknownIssuers.has(systemCode)) {
    return {
      title,
      message: text`The certificate of ${server} is not trusted: ${fault} (${systemCode})${nameIssuer(error)}. ${suspectProxy(error)}${adviseTrust(view.inputs)}`,
    };
  }
  return {
    title,
    message: text`The certificate of ${server} or of its CA is not accepted: ${fault} (${systemCode}). The server's operator must replace it. If a proxy inspects TLS, it is the proxy's certificate.`,
  };
}

/** Who issued the certificate: the name tells a private CA and a proxy that inspects TLS from a public one. */
function nameIssuer({ issuer }: TransportError): Text {
  return issuer === undefined ? text`` : text`, issued by "${issuer}"`;
}

/** Such a proxy shows certificates of its own. */
function suspectProxy({ proxy }: TransportError): Text {
  return proxy === undefined
    ? text``
    : text`The connection goes through the proxy ${proxy}. If the proxy inspects TLS, the certificate is the proxy's. `;
}

/** The alert of a server that serves nobody without a certificate (RFC 8446 section 6.2). */
const certificateRequired = 116;

/** The alerts that do not name the client's certificate, and are sent for it, too: handshake_failure, decrypt_error. */
const handshakeFailure = 40;
const ambiguousAlerts: ReadonlySet<number | undefined> = new Set([handshakeFailure, 51]);

/** A handshake that failed for another reason than the peer's certificate. */
export function explainTlsFailure(error: TransportError, view: StageView): Annotation {
  const { code, systemCode = '', alert } = error;
  const server = error.peer === 'proxy' ? text`The proxy` : text`${nameServer(view)}`;
  const fault = text`${nameTlsFault(error)} (${systemCode})`;
  const isRefused = code === 'client_certificate_refused' || ambiguousAlerts.has(alert);
  if (isCertificateShown(view) && isRefused) {
    return {
      title: 'client certificate refused',
      message: text`${server} rejected the client certificate: ${fault}. Check that client-certificate is registered there, is current and has its chain.`,
    };
  }
  if (alert === certificateRequired) {
    return {
      title: 'client certificate required',
      message: text`${server} requires a client certificate: ${fault}. Set client-certificate and client-key.`,
    };
  }
  const title = 'TLS failed';
  if (code === 'tls_missing') {
    return {
      title,
      message: text`${server} does not use TLS on this port: ${fault}. ${adviseScheme(error, view)}`,
    };
  }
  if (code === 'tls_outdated') {
    return {
      title,
      message: text`${server} supports only outdated versions of TLS: ${fault}. The server's operator must allow TLS 1.2 or later.`,
    };
  }
  const mayWantCertificate = alert === handshakeFailure && wordsOf(view.stage).showsCertificate;
  const advice =
    mayWantCertificate && error.peer === 'server'
      ? text`It may require a client certificate (client-certificate), or have no cipher in common with this runner.`
      : adviseScheme(error, view);
  return {
    title,
    message: text`${server} and this runner could not agree on TLS: ${fault}. ${advice}`,
  };
}

function adviseScheme({ peer }: TransportError, view: StageView): Text {
  return peer === 'proxy'
    ? text`Check https_proxy. The address of a proxy usually begins with http://.`
    : serverOf(view).adviseTls(view.inputs, text`the scheme and the port`);
}

/** What an error of TLS says, without Node's advice, which nobody can follow in a workflow. */
export function nameTlsFault({ reason, cause }: TransportError): string {
  return reason ?? messageOf(cause).replace(/; if the root CA is installed locally.*$/s, '');
}
