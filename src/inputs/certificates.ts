import { type KeyObject, X509Certificate } from 'node:crypto';

import { decodeText, isPkcs12 } from '../oauth2/keys/encoded-text.ts';
import { listBlocks, pemMarker, readBase64, unescapePem } from '../oauth2/keys/private-key-pem.ts';

/** Why a text has no certificates that can be used. */
export type CertificateFault =
  /** There is none, nor anything that is known. */
  | 'none'
  /** Of a certificate, one of its two lines is missing, or what is between them is none. */
  | 'damaged'
  /** Base64 of a certificate without its two lines. */
  | 'unframed'
  | 'pkcs12'
  /** PKCS#7, which holds certificates in a form of its own. */
  | 'pkcs7'
  /** OpenSSL's own form, with words of trust behind the certificate. */
  | 'trusted'
  /** A request for a certificate. */
  | 'request'
  /** A private key and no certificate. */
  | 'private_key';

/** A text without certificates that can be used. It has no cause, because a parser's error may quote the text. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code: CertificateFault;

  constructor(code: CertificateFault) {
    super(code);
    this.code = code;
  }
}

/**
 * Reads the certificates of a PEM, or of the base64 of one, with real or literal line breaks or with spaces instead. Keys
 * and other text around them are passed over.
 *
 * @returns in their order, each once
 * @throws {CertificateError} if there is none, or something that only looks like one
 * @see RFC 7468 section 5
 */
export function readCertificates(input: string): X509Certificate[] {
  if (isPkcs12(input)) throw new CertificateError('pkcs12');
  const pem = readText(input);
  const blocks = listBlocks(pem).filter(({ label }) => isCertificateLabel(label));
  if (blocks.length === 0) throw new CertificateError(explainAbsence(pem));
  if (blocks.some(({ label }) => label === 'TRUSTED CERTIFICATE')) {
    throw new CertificateError('trusted');
  }
  if (countMarkers(pem) !== 2 * blocks.length || hasLooseLines(pem)) {
    throw new CertificateError('damaged');
  }
  const certificates = blocks.map(({ body }) => readDer(readBase64(body.replace(/\s/g, ''))));
  if (!certificates.every((one) => one !== undefined)) throw new CertificateError('damaged');
  const seen = new Map(certificates.map((one) => [one.fingerprint256, one]));
  return [...seen.values()];
}

/** Writes certificates one after the other as RFC 7468 defines it. */
export function writeCertificates(certificates: readonly X509Certificate[]): string {
  return certificates.map((one) => one.toString().trim()).join('\n');
}

/** Whether a text holds a private key in PEM, whole or not, or base64 of one. */
export function holdsPrivateKey(input: string): boolean {
  return listLabels(readText(input)).some((label) => label.includes('PRIVATE KEY'));
}

/** Whether a text holds certificates and nothing that could be a key. */
export function holdsOnlyCertificates(input: string): boolean {
  return holdsCertificate(input) && !holdsPrivateKey(input) && !hasLooseLines(readText(input));
}

/** Whether a text holds a certificate in PEM, whole or not, or base64 of one. */
export function holdsCertificate(input: string): boolean {
  return listLabels(readText(input)).some(isCertificateLabel);
}

/**
 * Puts the certificate of a key first, and behind each certificate the one that issued it. What belongs to neither stays
 * behind in its order.
 *
 * @returns undefined if none of them is the key's
 */
export function sortChain(
  certificates: readonly X509Certificate[],
  key: KeyObject,
): X509Certificate[] | undefined {
  const own = certificates.find((one) => one.checkPrivateKey(key));
  if (own === undefined) return undefined;
  const rest = new Set(certificates);
  const chain: X509Certificate[] = [];
  let next: X509Certificate | undefined = own;
  while (next !== undefined) {
    chain.push(next);
    rest.delete(next);
    const issued: X509Certificate = next;
    next = [...rest].find((one) => issued.checkIssued(one));
  }
  return [...chain, ...rest];
}

function readText(input: string): string {
  return unescapePem(decodeText(input) ?? input);
}

function isCertificateLabel(label: string): boolean {
  return /^(?:X509 |TRUSTED )?CERTIFICATE$/.test(label);
}

function listLabels(pem: string): string[] {
  return [...pem.matchAll(pemMarker)].map(([, , label = '']) => label);
}

/** Counts the lines before and after certificates, nearly whole ones too. Words without a dash are words. */
function countMarkers(pem: string): number {
  return [...pem.matchAll(pemMarker)].filter(
    ([marker, , label = '']) => isCertificateLabel(label) && /[^A-Z0-9 ]/.test(marker),
  ).length;
}

/** Whether whole lines of base64 stand outside of all blocks: a certificate may have lost both of its lines. */
function hasLooseLines(pem: string): boolean {
  const blocks = listBlocks(pem);
  const starts = [0, ...blocks.map(({ end }) => end)];
  const ends = [...blocks.map(({ start }) => start), pem.length];
  return starts.some((start, nth) => {
    return /^[A-Za-z0-9+/]{64}\s*$/m.test(pem.slice(start, ends[nth]));
  });
}

function explainAbsence(pem: string): CertificateFault {
  const labels = listLabels(pem);
  if (labels.some(isCertificateLabel)) return 'damaged';
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) return 'private_key';
  if (labels.includes('PKCS7')) return 'pkcs7';
  if (labels.some((label) => label.endsWith('REQUEST'))) return 'request';
  return readDer(readBase64(pem.replace(/\s/g, ''))) === undefined ? 'none' : 'unframed';
}

function readDer(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}
