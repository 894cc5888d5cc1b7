import { X509Certificate } from 'node:crypto';

const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads certificates in PEM; a value that was stored on one line has `\n` in place of its line breaks.
 *
 * @returns the certificates alone, one after the other; undefined where there is none, or something that is none
 * @see RFC 7468 section 5
 */
export function readCertificates(input: string): string | undefined {
  const value = input.replaceAll('\\n', '\n');
  const blocks = value.match(certificate) ?? [];
  const begun = value.split('-----BEGIN').length - 1;
  const whole = begun > 0 && blocks.length === begun && blocks.every(isCertificate);
  return whole ? blocks.join('\n') : undefined;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
