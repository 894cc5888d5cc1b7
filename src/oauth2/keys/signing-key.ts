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

/** A private key, and everything needed to sign a JWT with it. */
export interface SigningKey {
  readonly key: KeyObject;
  /** An algorithm that fits the key. */
  readonly algorithm: SigningAlgorithm;
  /** The header's `kid` (RFC 7515 section 4.1.4). */
  readonly keyId: string | undefined;
  /** The owner of the key, if a provider's key file names one. */
  readonly owner: KeyOwner | undefined;
}

/**
 * Reads a private key in every usual form: a PEM (PKCS#8, PKCS#1, SEC1) with real or literal line breaks or with spaces
 * instead, a JWK, or a key file as downloaded from Google or Zitadel.
 *
 * @param input the key; white space and text around it do not matter
 * @param options the algorithm and the key id. They come before those that the key names. Empty ones count as left out
 * @throws {SigningKeyError} if it is not a key that can sign, or does not fit the algorithm
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

/** A damaged key often parses, but its signature does not verify. A server could only say "invalid". */
function proveKey(signer: Signer, { key, publicKey }: FoundKey): void {
  if (!verifiesItself(signer, publicKey ?? createPublicKey(key))) {
    throw new SigningKeyError('damaged', { form: publicKey === undefined ? 'PEM' : 'JWK' });
  }
}

/**
 * Writes a private key as PKCS#8 DER. The bytes are the same for every form of the same key.
 *
 * @see RFC 5958
 */
export function exportKeyMaterial(key: KeyObject): Buffer {
  return completeKey(key).export({ format: 'der', type: 'pkcs8' });
}

/** An EC key without its public part, or with a compressed one, would be written as it was read. */
function completeKey(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ec') return key;
  try {
    return createPrivateKey({ key: key.export({ format: 'jwk' }), format: 'jwk' });
  } catch {
    // JWK has no name for this curve.
    return key;
  }
}
