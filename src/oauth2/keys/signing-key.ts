import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

import { findKey, type FoundKey } from './found-key.ts';
import { readText } from '../json-object.ts';
import type { KeyOwner } from './key-file.ts';
import {
  chooseAlgorithm,
  type Signer,
  type SigningAlgorithm,
  verifiesItself,
} from './signing-algorithm.ts';
import { SigningKeyError } from './signing-key-error.ts';

/** A private key, and all that is needed to sign a JWT with it. */
export interface SigningKey {
  readonly key: KeyObject;
  /** One that fits the key. */
  readonly algorithm: SigningAlgorithm;
  /** The header's `kid` (RFC 7515 section 4.1.4). */
  readonly keyId: string | undefined;
  /** Whose key it is, where a provider's key file says so. */
  readonly owner: KeyOwner | undefined;
}

/**
 * Reads a private key in whatever form people have one: a PEM (PKCS#8, PKCS#1, SEC1) with real or literal line breaks
 * or with spaces instead, a JWK, or a key file as downloaded from Google or Zitadel.
 *
 * @param input the key; white space and text around it do not matter
 * @param options what goes before what the key says: its algorithm, and its id; what is empty counts as left out
 * @throws {SigningKeyError} where it is no key to sign with, or does not fit the algorithm
 * @see RFC 7468 (PEM), RFC 7517 and RFC 7518 section 6 (JWK), RFC 8037 section 2 (OKP)
 */
export function readSigningKey(
  input: string,
  options: { readonly algorithm?: string | undefined; readonly keyId?: string | undefined } = {},
): SigningKey {
  const found = findKey(input.trim());
  const signingKey = {
    key: found.key,
    algorithm: chooseAlgorithm(found.key, readText(options.algorithm) ?? found.algorithm),
    keyId: readText(options.keyId) ?? found.keyId,
    owner: found.owner,
  };
  proveKey(signingKey, found);
  return signingKey;
}

/** A damaged key often parses; then its signature does not verify, and a server could only say "invalid". */
function proveKey(signer: Signer, { key, publicKey }: FoundKey): void {
  if (!verifiesItself(signer, publicKey ?? createPublicKey(key))) {
    throw new SigningKeyError('damaged', { form: publicKey === undefined ? 'PEM' : 'JWK' });
  }
}

/**
 * Writes a private key as PKCS#8 DER, the same bytes in whatever form the key came.
 *
 * @see RFC 5958
 */
export function exportKeyMaterial(key: KeyObject): Buffer {
  return completeKey(key).export({ format: 'der', type: 'pkcs8' });
}

/** An EC key that came without its public part, or with a compressed one, would be written as it came. */
function completeKey(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ec') return key;
  try {
    return createPrivateKey({ key: key.export({ format: 'jwk' }), format: 'jwk' });
  } catch {
    // A curve that JWK has no name for.
    return key;
  }
}
