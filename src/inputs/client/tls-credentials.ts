import type { KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

import { text, type Text } from '../../log/text.ts';
import type { SigningKey } from '../../oauth2/keys/signing-key.ts';
import { readTlsKey } from '../../oauth2/keys/tls-key.ts';
import { writePem } from '../../oauth2/keys/private-key-pem.ts';
import { formatZuluTime } from '../../oauth2/zulu-time.ts';
import { explainCertificateFault } from '../certificate-faults.ts';
import {
  CertificateError,
  holdsCertificate,
  holdsPrivateKey,
  readCertificates,
  sortChain,
  writeCertificates,
} from '../certificates.ts';
import type { InputReader } from '../reader.ts';
import { tryKey } from './credentials.ts';

type TlsInput = 'client-certificate' | 'client-key';

/** The client's certificate, and the key with which it is shown on TLS connections. */
export interface TlsCredentials {
  /** PEM, with its chain. */
  readonly clientCertificate: string | undefined;
  /** Undefined if the certificate is not shown: it is that of `private-key`. */
  readonly clientKey: KeyObject | undefined;
}

/** Whether a certificate is shown on the connections to the server (RFC 8705). */
export function showsCertificate({ clientCertificate, clientKey }: TlsCredentials): boolean {
  return clientCertificate !== undefined && clientKey !== undefined;
}

/** Whether the key of the certificate is given, in either input. */
export function offersClientKey(reader: InputReader): boolean {
  return findSource(reader, 'client-key', holdsPrivateKey) !== undefined;
}

/**
 * Reads the client's certificate and its key. A PEM that holds both is taken in either input, and the other input can be
 * left out then.
 *
 * @param signingKey the key of JWTs, to which the certificate must belong if it has no key of its own
 * @param now epoch, milliseconds
 */
export function readTlsCredentials(
  reader: InputReader,
  signingKey: SigningKey | undefined,
  now: number,
): TlsCredentials {
  const keyInput = findSource(reader, 'client-key', holdsPrivateKey);
  const certificateInput = findSource(reader, 'client-certificate', holdsCertificate);
  const clientKey =
    keyInput && tryKey(reader, keyInput, 'tls', () => readTlsKey(reader.read(keyInput) ?? ''));
  if (certificateInput === undefined) {
    if (clientKey) reader.complain(text`client-certificate is required with client-key`);
    return { clientCertificate: undefined, clientKey };
  }
  const certificates = tryCertificates(reader, certificateInput);
  if (certificates === undefined) return { clientCertificate: undefined, clientKey };
  // A key that could not be read has a problem of its own.
  const key = keyInput === undefined ? signingKey?.key : clientKey;
  const chain = key === undefined ? certificates : sortChain(certificates, key);
  if (chain === undefined) {
    const owner = keyInput === undefined ? 'private-key' : 'client-key';
    reader.complain(text`client-certificate: does not belong to ${owner}`);
    return { clientCertificate: writeCertificates(certificates), clientKey };
  }
  const clientCertificate = writeCertificates(chain);
  const fault = findFault(chain, clientCertificate, clientKey, now);
  if (fault !== undefined) reader.complain(text`client-certificate: ${fault}`);
  return { clientCertificate, clientKey };
}

/** The input that has what one is for: itself, or the other one if that holds both. */
function findSource(
  reader: InputReader,
  name: TlsInput,
  holds: (text: string) => boolean,
): TlsInput | undefined {
  if (reader.isGiven(name)) return name;
  const other = name === 'client-key' ? 'client-certificate' : 'client-key';
  return holds(reader.read(other) ?? '') ? other : undefined;
}

function tryCertificates(reader: InputReader, name: TlsInput): X509Certificate[] | undefined {
  try {
    return readCertificates(reader.read(name) ?? '');
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    reader.complain(text`${name}: ${explainCertificateFault(error)}`);
    return undefined;
  }
}

/** What is wrong with a certificate that belongs to its key. */
function findFault(
  [own]: readonly X509Certificate[],
  clientCertificate: string,
  clientKey: KeyObject | undefined,
  now: number,
): Text | undefined {
  if (own !== undefined && own.validToDate.getTime() < now) {
    return text`expired at ${formatZuluTime(own.validToDate)}; the provider must issue a new one`;
  }
  if (clientKey === undefined) return undefined;
  try {
    createSecureContext({ cert: clientCertificate, key: writePem(clientKey) });
    return undefined;
  } catch (error) {
    return text`cannot be used with its key on TLS connections (${nameReason(error)}); the provider must issue a stronger one`;
  }
}

/** OpenSSL's own word for it, such as "ee key too small"; never what it was given. */
function nameReason(error: unknown): string {
  const reason = (error as { readonly reason?: unknown }).reason;
  return typeof reason === 'string' ? reason : 'not accepted by OpenSSL';
}
