import type { SigningKeyError } from '../../oauth2/keys/signing-key-error.ts';
import { text, type Text } from '../../log/text.ts';

const takes = text`must be a PEM, a JWK, or a key file from Google or Zitadel`;

/** The line that makes a PEM of a PKCS#12 file. Every version of OpenSSL knows -nodes. */
export const convertPkcs12 = 'openssl pkcs12 -in FILE -nodes';

/** What a key is for: to sign JWTs, or to be shown on TLS connections. */
export type KeyUse = 'jwt' | 'tls';

/** Says why an input is no key that can be used, and what to do; what comes after the input's name. */
export function explainKeyFault(error: SigningKeyError, use: KeyUse): Text {
  const { keyType = 'of this kind', algorithm, bits = 0 } = error;
  switch (error.code) {
    case 'encrypted':
      return text`is encrypted with a passphrase; store the key that this prints: \`openssl pkey -in key.pem\``;
    case 'public_key':
      return text`is a public key; set it to the private key`;
    case 'public_jwk':
      return text`is a public JWK; set it to the private JWK`;
    case 'certificate':
      return text`is a certificate; set it to the private key`;
    case 'pkcs12':
      return text`is PKCS#12 (.p12, .pfx); store the PEM that this prints: \`${convertPkcs12}\``;
    case 'base64_of_der':
      return text`is base64 without the lines -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY----- around it; store the whole PEM`;
    case 'key_set':
      return text`is a set of keys; set it to one of them (a JWK)`;
    case 'symmetric_jwk':
      return text`is a shared secret (kty: oct); set client-secret instead, with client-auth-method: client_secret_jwt`;
    case 'incomplete_jwk':
      return text`is a JWK without ${(error.members ?? []).join(', ')}`;
    case 'no_key_in_file':
      return text`is JSON without a key; ${takes}`;
    case 'several_keys':
      return text`has several private keys; keep one`;
    case 'openssh_key':
      return text`is in OpenSSH's format; convert the file and store it: \`ssh-keygen -p -m PEM -f FILE\``;
    case 'not_a_key':
      return text`is not a private key; ${takes}`;
    case 'damaged':
      return text`is a damaged ${error.form ?? 'key'}; copy all of it, from the first line to the last`;
    case 'weak_key':
      return text`has ${bits} bits; an RSA key must have 2048 or more`;
    case 'unsupported_key':
      if (use === 'tls') return text`is a key (${keyType}) that TLS cannot use`;
      return error.keyType === undefined
        ? text`is a key that cannot sign a JWT; ${kinds}`
        : text`is a key that cannot sign a JWT (${keyType}); ${kinds}`;
    case 'unsupported_algorithm':
      return algorithm === undefined
        ? text`is for an algorithm that is not supported; ${kinds}`
        : text`is for ${algorithm}, which is not supported; ${kinds}`;
    case 'algorithm_mismatch':
      return text`is a key (${keyType}) that cannot sign with ${algorithm ?? 'this algorithm'}; remove signing-algorithm, or use another key`;
  }
}

const kinds = text`must be RSA, EC on P-256, P-384 or P-521, Ed25519 or Ed448`;
