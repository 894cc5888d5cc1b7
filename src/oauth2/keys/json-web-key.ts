import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

import { type Members, readText } from '../json-object.ts';
import { SigningKeyError } from './signing-key-error.ts';

/** The public and the private fields of each type of key (RFC 7518 section 6, RFC 8037 section 2). */
const jwkMembers = new Map([
  ['RSA', { open: ['n', 'e'], hidden: ['d', 'p', 'q', 'dp', 'dq', 'qi'] }],
  ['EC', { open: ['crv', 'x', 'y'], hidden: ['d'] }],
  ['OKP', { open: ['crv', 'x'], hidden: ['d'] }],
]);

/** The curves that Node reads. Which of them can be used depends on what the key is for. */
const curves = ['P-256', 'P-384', 'P-521', 'secp256k1', 'Ed25519', 'Ed448', 'X25519', 'X448'];

/** What a JWK says. */
export interface ReadJwk {
  readonly key: KeyObject;
  /** The algorithm that the JWK names. It may not fit the key. */
  readonly publicKey: KeyObject;
  readonly algorithm: string | undefined;
  readonly keyId: string | undefined;
}

/**
 * Reads a private JWK.
 *
 * @throws {SigningKeyError} if it is public, symmetric, incomplete, damaged or of another kind
 * @see RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2
 */
export function readJwk(jwk: Members): ReadJwk {
  const kty = readText(jwk['kty']) ?? '';
  if (kty === 'oct') throw new SigningKeyError('symmetric_jwk');
  const names = jwkMembers.get(kty);
  if (names === undefined) throw new SigningKeyError('unsupported_key');
  if (!('d' in jwk)) throw new SigningKeyError('public_jwk');
  refuseOtherJwk(jwk, kty);
  const open = pickMembers(jwk, ['kty', ...names.open]);
  const hidden = pickMembers(jwk, names.hidden);
  return {
    ...importJwk(open, hidden),
    algorithm: readText(jwk['alg']),
    keyId: readText(jwk['kid']),
  };
}

function refuseOtherJwk(jwk: Members, kty: string): void {
  if (kty === 'RSA') {
    if (!('oth' in jwk)) return;
    throw new SigningKeyError('unsupported_key', { keyType: 'RSA with more than two primes' });
  }
  const curve = readText(jwk['crv']);
  if (curve === undefined || curves.includes(curve)) return;
  throw new SigningKeyError('unsupported_key', { keyType: kty });
}

/** @throws {SigningKeyError} `incomplete_jwk` if some are missing */
function pickMembers(jwk: Members, names: readonly string[]): JsonWebKey {
  const members = names.filter((name) => readText(jwk[name]) === undefined);
  if (members.length > 0) throw new SigningKeyError('incomplete_jwk', { members });
  return Object.fromEntries(names.map((name) => [name, jwk[name]]));
}

function importJwk(open: JsonWebKey, hidden: JsonWebKey): { key: KeyObject; publicKey: KeyObject } {
  try {
    return {
      key: createPrivateKey({ key: { ...open, ...hidden }, format: 'jwk' }),
      publicKey: createPublicKey({ key: open, format: 'jwk' }),
    };
  } catch {
    throw new SigningKeyError('damaged', { form: 'JWK' });
  }
}
