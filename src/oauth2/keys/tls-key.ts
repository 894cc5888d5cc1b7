import { createPublicKey, type KeyObject } from 'node:crypto';

import { findKey } from './found-key.ts';
import { holdTlsKey } from './signing-algorithm.ts';

/**
 * Reads the private key of a TLS client, in every form that `readSigningKey` accepts. It need not be a key that can
 * sign JWTs.
 *
 * @param input the key; white space and text around it do not matter
 * @throws {SigningKeyError} if TLS cannot use the key, or the key is damaged
 */
export function readTlsKey(input: string): KeyObject {
  const { key, publicKey } = findKey(input.trim());
  holdTlsKey(key, publicKey ?? createPublicKey(key));
  return key;
}
