import { X509Certificate } from 'node:crypto';

import { unescapePem } from '../oauth2/keys/private-key-pem.ts';

const certificate = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;

/**
 * Reads certificates in PEM, with real or literal line breaks or with spaces instead.
 *
 * @returns only the certificates, one after the other; undefined where there is none, or something that is none
 * @see RFC 7468 section 5
 */
export function readCertificates(input: string): string | undefined {
  const value = unescapePem(input);
  const blocks = [...value.matchAll(certificate)].map(([, body = '']) => writeCertificate(body));
  const boundaries = value.match(/-----(?:BEGIN|END)/g) ?? [];
  const isAll = blocks.length > 0 && boundaries.length === 2 * blocks.length;
  return isAll && blocks.every(isCertificate) ? blocks.join('\n') : undefined;
}

/** Writes a block as RFC 7468 defines it: OpenSSL takes no other. */
function writeCertificate(body: string): string {
  const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
