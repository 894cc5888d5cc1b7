import { constants, type KeyObject, sign, verify } from 'node:crypto';

import { SigningKeyError } from './signing-key-error.ts';

/** The algorithms by which a private key signs a JWT, as RFC 7518 section 3.1 and RFC 8037 section 3.1 name them. */
export const signingAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** The algorithms by which a shared secret signs a JWT, as RFC 7518 section 3.1 names them. */
export const macAlgorithms = ['HS256', 'HS384', 'HS512'] as const;

/** One of {@link signingAlgorithms}. */
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** One of {@link macAlgorithms}. */
export type MacAlgorithm = (typeof macAlgorithms)[number];

/** The shortest RSA key that may sign (RFC 7518 sections 3.3 and 3.5), in bits. */
const shortestRsaKey = 2048;

/** The longest RSA key with which OpenSSL verifies, in bits. Signing with a longer one takes minutes. */
const longestRsaKey = 16384;

/**
 * Signs data in the way of a JWS with the key's algorithm. An ES signature is R followed by S. PS has a salt as long as
 * the hash.
 *
 * @see RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1
 */
export function signBytes(data: Uint8Array, { key, algorithm }: Signer): Buffer {
  return sign(hashOf(algorithm), data, { key, ...signatureOptions(algorithm) });
}

/** A key, and how it signs. */
export interface Signer {
  readonly key: KeyObject;
  readonly algorithm: SigningAlgorithm;
}

function hashOf(algorithm: SigningAlgorithm): string | null {
  return algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
}

function signatureOptions(algorithm: SigningAlgorithm): {
  padding?: number;
  saltLength?: number;
  dsaEncoding?: 'ieee-p1363';
} {
  if (algorithm.startsWith('ES')) return { dsaEncoding: 'ieee-p1363' };
  if (!algorithm.startsWith('PS')) return {};
  const { RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;
  return { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST };
}

/** Whether a public key verifies the signature of a private key. */
export function verifiesItself(signer: Signer, publicKey: KeyObject): boolean {
  const { algorithm } = signer;
  const probe = Buffer.from('probe');
  return isVerified(() => {
    const signature = signBytes(probe, signer);
    const verifier = { key: publicKey, ...signatureOptions(algorithm) };
    return verify(hashOf(algorithm), probe, verifier, signature);
  });
}

/**
 * Chooses the algorithm by which a key signs.
 *
 * @param asked what the user wrote; undefined means the usual algorithm of the key
 * @throws {SigningKeyError} if the key cannot sign a JWT, is too short or too long, or does not fit the algorithm
 */
export function chooseAlgorithm(key: KeyObject, asked: string | undefined): SigningAlgorithm {
  const { keyType, algorithms } = describeKey(key);
  if (keyType.startsWith('RSA')) refuseLength(keyType, key);
  const [first] = algorithms;
  if (first === undefined) throw new SigningKeyError('unsupported_key', { keyType });
  // RFC 9864 uses the name of the curve. Servers know the name EdDSA.
  if (asked === undefined || (first === 'EdDSA' && asked === keyType)) return first;
  const chosen = algorithms.find((algorithm) => algorithm === asked);
  if (chosen !== undefined) return chosen;
  throw isAlgorithm(asked)
    ? new SigningKeyError('algorithm_mismatch', { keyType, algorithm: asked })
    : new SigningKeyError('unsupported_algorithm', { keyType, algorithm: showAlgorithm(asked) });
}

function refuseLength(keyType: string, key: KeyObject): void {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? shortestRsaKey;
  if (bits < shortestRsaKey) throw new SigningKeyError('weak_key', { keyType, bits });
  refuseLongKey(keyType, key);
}

function refuseLongKey(keyType: string, { asymmetricKeyDetails }: KeyObject): void {
  if ((asymmetricKeyDetails?.modulusLength ?? 0) > longestRsaKey) {
    const longKeyType = `${keyType} of more than ${longestRsaKey} bits`;
    throw new SigningKeyError('unsupported_key', { keyType: longKeyType });
  }
}

/** The types of keys that a TLS client can have, by Node's names. */
const tlsKeyTypes = ['rsa', 'rsa-pss', 'ec', 'ed25519', 'ed448', 'dsa'];

/**
 * Checks that TLS can use a key, and that it is not damaged. The connection decides whether it is long enough, because
 * TLS allows curves and lengths that no JWT has.
 *
 * @param publicKey what came with the key
 * @throws {SigningKeyError} `unsupported_key`; `damaged` if the two do not belong together
 */
export function holdTlsKey(key: KeyObject, publicKey: KeyObject): void {
  const { keyType } = describeKey(key);
  const type: string = key.asymmetricKeyType ?? '';
  if (!tlsKeyTypes.includes(type)) throw new SigningKeyError('unsupported_key', { keyType });
  refuseLongKey(keyType, key);
  const isBare = type === 'ed25519' || type === 'ed448';
  const hash = isBare ? null : (key.asymmetricKeyDetails?.hashAlgorithm ?? 'sha256');
  const probe = Buffer.from('probe');
  if (!isVerified(() => verify(hash, probe, publicKey, sign(hash, probe, key)))) {
    throw new SigningKeyError('damaged');
  }
}

function isVerified(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

function isAlgorithm(name: string): boolean {
  return [...signingAlgorithms, ...macAlgorithms].some((algorithm) => algorithm === name);
}

/** Algorithms have short names (such as `RSA-OAEP-256`). Anything else may be a secret in the wrong place. */
function showAlgorithm(name: string): string | undefined {
  return /^[A-Za-z][A-Za-z0-9+-]{0,14}$/.test(name) ? name : undefined;
}

/** A type of key, and the algorithms with which it can sign. The first is the usual one. */
interface KeyDescription {
  readonly keyType: string;
  readonly algorithms: readonly SigningAlgorithm[];
}

/** The curves of RFC 7518 section 3.4, by OpenSSL's names. */
const curves = new Map<string, KeyDescription>([
  ['prime256v1', { keyType: 'EC P-256', algorithms: ['ES256'] }],
  ['secp384r1', { keyType: 'EC P-384', algorithms: ['ES384'] }],
  ['secp521r1', { keyType: 'EC P-521', algorithms: ['ES512'] }],
]);

function describeKey(key: KeyObject): KeyDescription {
  const type: string = key.asymmetricKeyType ?? '';
  switch (type) {
    case 'rsa':
      return {
        keyType: 'RSA',
        algorithms: signingAlgorithms.filter((name) => /^[RP]S/.test(name)),
      };
    case 'rsa-pss':
      return describePssKey(key);
    case 'ec':
      return describeEcKey(key);
    case 'ed25519':
    case 'ed448':
      return { keyType: `Ed${type.slice(2)}`, algorithms: ['EdDSA'] };
    default:
      return { keyType: type.toUpperCase(), algorithms: [] };
  }
}

function describeEcKey(key: KeyObject): KeyDescription {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  return curves.get(curve) ?? { keyType: `EC ${curve}`.trim(), algorithms: [] };
}

/** A key only for RSA-PSS. It may allow only one hash and require a minimum salt (RFC 4055 section 3.1). */
function describePssKey(key: KeyObject): KeyDescription {
  const { hashAlgorithm, mgf1HashAlgorithm, saltLength = 0 } = key.asymmetricKeyDetails ?? {};
  const all = signingAlgorithms.filter((name) => name.startsWith('PS'));
  if (hashAlgorithm === undefined) return { keyType: 'RSA-PSS', algorithms: all };
  const algorithms = all.filter(
    (name) =>
      hashOf(name) === hashAlgorithm &&
      hashOf(name) === mgf1HashAlgorithm &&
      saltLength <= Number(name.slice(2)) / 8,
  );
  return {
    keyType: `RSA-PSS ${hashAlgorithm.toUpperCase().replace(/^SHA(?=\d)/, 'SHA-')}`,
    algorithms,
  };
}
