import { type TransportError } from '../../http/transport-error.ts';
import { type Annotation } from '../log.ts';
import { usesTlsAuthentication } from '../proofs.ts';
import { text, type Text } from '../text.ts';
import { type StageView } from './exchange.ts';
import { messageOf, nameUrlInput } from './names.ts';

/** What `tunnel` says where the proxy's own TLS fails, before the server is reached. */
const proxyTlsFailure = /^tunneling socket could not be established, cause=(.*)/s;

/**
 * What a failure of TLS means, and what to change.
 *
 * @param server who was asked
 */
export function explainTlsFailure(
  { systemCode = '', cause }: TransportError,
  server: string,
  view: StageView,
): Annotation {
  const title = 'TLS not trusted';
  const ofProxy = proxyTlsFailure.exec(messageOf(cause))?.[1];
  if (ofProxy !== undefined) {
    return {
      title,
      message: text`The TLS connection to the proxy failed: ${ofProxy}. Check https_proxy. ${advisePrivateCa(view)}`,
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
      message: text`The certificate of ${server} is for another name: ${messageOf(cause)}. ${adviseName(view)}`,
    };
  }
  if (isAlert(systemCode, cause) && showsCertificate(view)) {
    return {
      title: 'client certificate refused',
      message: text`${server} did not accept the client's certificate: ${messageOf(cause)} (${systemCode}). Check that client-certificate is the one registered there, with its chain, and current.`,
    };
  }
  if (/certificate required/i.test(messageOf(cause))) {
    return {
      title: 'client certificate wanted',
      message: text`${server} wants a certificate of the client: ${messageOf(cause)} (${systemCode}). Give client-certificate and client-key.`,
    };
  }
  if (/^(EPROTO|ERR_SSL_|ERR_TLS_)/.test(systemCode)) {
    return {
      title: 'TLS failed',
      message: text`${server} and this runner could not agree on TLS: ${messageOf(cause)} (${systemCode}). ${advisePort(view)}`,
    };
  }
  return {
    title,
    message: text`The certificate of ${server} is not trusted: ${messageOf(cause)} (${systemCode}). ${advisePrivateCa(view)}`,
  };
}

/** Whether the other side broke off; a handshake of TLS 1.2 has that in its words alone. */
function isAlert(systemCode: string, cause: unknown): boolean {
  return systemCode.includes('ALERT') || /\balert\b/.test(messageOf(cause));
}

/** Metadata and GitHub's ID token are asked for without it. */
function showsCertificate({ stage, inputs }: StageView): boolean {
  return (stage === 'token' || stage === 'revocation') && usesTlsAuthentication(inputs);
}

/** GitHub's ID token is asked for with the runner's own roots alone. */
function advisePrivateCa({ stage }: StageView): Text {
  return stage === 'id_token'
    ? text`If a private CA issued it, name the CA's certificate for the runner: NODE_EXTRA_CA_CERTS.`
    : text`If a private CA issued it, give the CA's certificate in ca-certificate.`;
}

function adviseName({ stage, inputs }: StageView): Text {
  return stage === 'id_token'
    ? text`Look at a proxy in between.`
    : text`Check the host in ${nameUrlInput(inputs)}.`;
}

function advisePort({ stage, inputs }: StageView): Text {
  return stage === 'id_token'
    ? text`Look at a proxy in between.`
    : text`Check the scheme and the port in ${nameUrlInput(inputs)}.`;
}
