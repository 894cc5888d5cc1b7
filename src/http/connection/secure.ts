import { readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
// Imported as a namespace, because an import of a name that an older Node does not have would fail.
import * as tls from 'node:tls';

import { toTransportError, TransportError } from '../transport-error.ts';
import { type ConnectionContext, destroyWith } from './reach.ts';

/** Which certificates to trust, and which to show, on a TLS connection. */
export interface TlsIdentity {
  /** PEM certificates, trusted as well as the default roots. */
  readonly ca?: string;
  /** The client's own PEM certificate and PEM private key (RFC 8705). */
  readonly certificate?: string;
  readonly key?: string;
}

/**
 * Sets TLS up over a connection. The certificate is always verified, whatever NODE_TLS_REJECT_UNAUTHORIZED says. An
 * earlier step can export that variable together with https_proxy.
 *
 * @param host the name or address that the certificate must be for
 * @throws {TransportError} if the peer cannot be trusted, or TLS cannot be set up
 */
export function secure(
  socket: Socket,
  host: string,
  identity: TlsIdentity,
  { over, progress }: Pick<ConnectionContext, 'over' | 'progress'>,
): Promise<tls.TLSSocket> {
  progress.step = 'securing';
  return new Promise((resolve, reject) => {
    const secured = destroyWith(over, startTls(socket, host, identity));
    const readIssuer = keepIssuer(secured);
    const fail = (error: unknown): void => {
      // It is set only if the certificate was read and not accepted.
      const isUntrusted = Boolean(secured.authorizationError as unknown);
      reject(
        isUntrusted ? distrust(error, progress, readIssuer()) : toTransportError(error, progress),
      );
    };
    secured.once('secureConnect', () => {
      resolve(secured);
    });
    secured.once('error', fail);
    secured.once('close', () => {
      fail(new Error('closed'));
    });
  });
}

/**
 * Keeps the name of the issuer of the peer's certificate. Node ends the connection if it does not accept a certificate,
 * and the certificate is gone before the error arrives.
 */
function keepIssuer(secured: tls.TLSSocket): () => string | undefined {
  let issuer: string | undefined;
  const destroy = secured.destroy.bind(secured);
  secured.destroy = (error) => {
    issuer ??= nameIssuer(secured);
    return destroy(error);
  };
  return () => issuer;
}

/** The common name of the issuer, else its organization. */
function nameIssuer(secured: tls.TLSSocket): string | undefined {
  // Before the handshake there is no certificate, although the types say that there always is one.
  const certificate = secured.getPeerCertificate() as Partial<tls.PeerCertificate> | null;
  const { CN, O } = certificate?.issuer ?? {};
  return [CN, O].flat().find((name) => typeof name === 'string' && name !== '');
}

function distrust(
  error: unknown,
  progress: ConnectionContext['progress'],
  issuer: string | undefined,
): TransportError {
  const { cause, systemCode } = toTransportError(error, progress);
  return new TransportError('tls_untrusted', { ...progress, cause, systemCode, issuer });
}

function startTls(socket: Socket, host: string, identity: TlsIdentity): tls.TLSSocket {
  const name = host.replace(/\.$/, '');
  try {
    return tls.connect({
      socket,
      // The name that the certificate must have. The handshake names it too, unless it is an address.
      host: name,
      ...(isIP(name) === 0 ? { servername: name } : {}),
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
      ...trust(identity),
      ...showCertificate(identity),
    });
  } catch (cause) {
    // The client's own key or certificate is bad, and nothing was sent.
    throw new TransportError('request_failed', { sent: false, cause });
  }
}

/** A given authority is trusted as it is. It need not be a root, and its root need not be known here. */
function trust({ ca }: TlsIdentity): tls.ConnectionOptions {
  return ca === undefined ? {} : { ca: [...listDefaultRoots(), ca], allowPartialTrustChain: true };
}

function showCertificate({ certificate, key }: TlsIdentity): tls.ConnectionOptions {
  return certificate === undefined || key === undefined ? {} : { cert: certificate, key };
}

/** The default roots. Node 20 and early 22 cannot list them, so this code does. */
function listDefaultRoots(): readonly string[] {
  const { getCACertificates } = tls as Partial<typeof tls>;
  return getCACertificates?.('default') ?? [...tls.rootCertificates, ...readExtraRoots()];
}

function readExtraRoots(): string[] {
  const file = process.env['NODE_EXTRA_CA_CERTS'] ?? '';
  try {
    return file === '' ? [] : [readFileSync(file, 'utf8')];
  } catch {
    // Node ignores such a file too, and warns itself.
    return [];
  }
}
