import type { KeyObject } from 'node:crypto';

import { isObject } from '../json-object.ts';
import { decodeText, isPkcs12 } from './encoded-text.ts';
import { readJwk } from './json-web-key.ts';
import { type KeyOwner, readKeyFile } from './key-file.ts';
import { readPem } from './private-key-pem.ts';
import { SigningKeyError } from './signing-key-error.ts';

/** What is read from an input, before an algorithm is chosen. */
export interface FoundKey {
  readonly key: KeyObject;
  /** Set if the input has its own public part. */
  readonly publicKey?: KeyObject;
  readonly algorithm?: string | undefined;
  readonly keyId?: string | undefined;
  readonly owner?: KeyOwner | undefined;
}

/**
 * Finds the key in an input of any form: a PEM, a JWK, a key file, or the base64 of one.
 *
 * @param text without white space around it
 * @throws {SigningKeyError} if it has none
 */
export function findKey(text: string): FoundKey {
  if (isPkcs12(text)) throw new SigningKeyError('pkcs12');
  const plain = decodeText(text) ?? text;
  return /^[{[]/.test(plain) ? findKeyInJson(parseJson(plain)) : { key: readPem(plain) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SigningKeyError('damaged', { form: 'JSON' });
  }
}

function findKeyInJson(value: unknown): FoundKey {
  if (!isObject(value)) throw new SigningKeyError('no_key_in_file');
  if (Array.isArray(value['keys'])) throw new SigningKeyError('key_set');
  if (typeof value['kty'] === 'string') return readJwk(value);
  const file = readKeyFile(value);
  if (file.pem === undefined) throw new SigningKeyError('no_key_in_file');
  return { key: readPem(file.pem), keyId: file.keyId, owner: file.owner };
}
