import { joinTexts, text } from '../../log/text.ts';
import { SigningKeyError } from '../../oauth2/keys/signing-key-error.ts';
import { readSigningKey, type SigningKey } from '../../oauth2/keys/signing-key.ts';
import type { Parameter } from '../../oauth2/request-body.ts';
import type { InputName, SecretTextName } from '../catalog.ts';
import { parseParameters } from '../pairs.ts';
import { type InputReader, shortestSecret } from '../reader.ts';
import { explainKeyFault, type KeyUse } from './key-faults.ts';

/** Reads a secret that is hidden as it is. */
export function readSecret(reader: InputReader, name: SecretTextName): string | undefined {
  const value = reader.read(name);
  if (value !== undefined && value.length < shortestSecret) {
    reader.complain(
      text`${name}: has fewer than ${shortestSecret} characters and cannot be hidden in the log`,
    );
  }
  return value;
}

/** Reads the client's secret. A private key that is sent as a secret is given away. */
export function readClientSecret(reader: InputReader): string | undefined {
  const value = readSecret(reader, 'client-secret');
  if (/-----BEGIN |"private_key"/.test(value ?? '')) {
    reader.complain(text`client-secret: is a private key; set private-key instead`);
  }
  return value;
}

/** Reads the key that signs JWTs. */
export function readKey(
  reader: InputReader,
  algorithm: string | undefined,
): SigningKey | undefined {
  const value = reader.read('private-key');
  if (value === undefined) return undefined;
  const keyId = reader.read('private-key-id');
  return tryKey(reader, 'private-key', 'jwt', () => readSigningKey(value, { algorithm, keyId }));
}

/** Reads the claims that come over those of a signed JWT. */
export function readClaims(reader: InputReader): readonly Parameter[] {
  const { pairs, faults } = parseParameters(reader.readExact('assertion-claims'));
  const names = pairs.map(([name]) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (faults.length > 0) reader.complain(text`assertion-claims: ${joinTexts(faults, ', ')}`);
  if (repeated !== undefined) {
    reader.complain(text`assertion-claims: ${repeated} is set more than once`);
  }
  return pairs;
}

/** Reads a key, and notes what is wrong with it. */
export function tryKey<Key>(
  reader: InputReader,
  name: InputName,
  use: KeyUse,
  read: () => Key,
): Key | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SigningKeyError)) throw error;
    reader.complain(text`${name}: ${explainKeyFault(error, use)}`);
    return undefined;
  }
}
