import { text, type Text } from '../log/text.ts';
import type { CertificateError } from './certificates.ts';
import { convertPkcs12 } from './client/key-faults.ts';

const frame = '-----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----';

/** Says why an input has no certificates that can be used, and what to do; what comes after the input's name. */
export function explainCertificateFault({ code }: CertificateError): Text {
  switch (code) {
    case 'none':
      return text`is not a certificate; must be PEM, from ${frame}`;
    case 'damaged':
      return text`has a damaged certificate; copy all of it, from ${frame}`;
    case 'unframed':
      return text`is a certificate without its first and last line; must be PEM, from ${frame}`;
    case 'pkcs12':
      return text`is PKCS#12 (.p12, .pfx); store the PEM that this prints: \`${convertPkcs12}\``;
    case 'pkcs7':
      return text`is PKCS#7 (.p7b); store the PEM that this prints: \`openssl pkcs7 -in FILE -print_certs\``;
    case 'trusted':
      return text`has a TRUSTED CERTIFICATE, a format that only OpenSSL reads; store what this prints: \`openssl x509 -in FILE\``;
    case 'request':
      return text`is a certificate request; set it to the certificate that was issued for it`;
    case 'private_key':
      return text`is a private key; set it to the certificate that belongs to the key, in PEM`;
  }
}
