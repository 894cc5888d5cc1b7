import { createPublicKey, type KeyObject } from 'node:crypto';

import { findKey } from './found-key.ts';
import { holdTlsKey } from './signing-algorithm.ts';

/**
 * Reads the private key of a TLS client, in whatever form `readSigningKey` takes one. It need not be one that signs JWTs.
 *
 * @param input the key; white space and text around it do not matter
 * @throws {SigningKeyError} if it is no key that TLS can use, or is damaged
 */
export function readTlsKey(input: string): KeyObject {
  const { key, publicKey } = findKey(input.trim());
  holdTlsKey(key, publicKey ?? createPublicKey(key));
  return key;
}
