import { hkdfSync } from 'node:crypto';

import { nonceBytes, seal, unseal } from '../cache/seal.ts';

/** The name under which the runner keeps the state between the step and the end of the job. */
export const stateName = 'revocation';

/** What the end of the job needs to revoke a token, as well as the step's inputs. */
export interface RevocationState {
  readonly token: string;
  readonly revocationUrl: string;
  readonly tokenUrl: string;
  /** When the server said that the token expires: epoch, milliseconds; undefined where it did not say. */
  readonly expiresAt: number | undefined;
}

const purpose = 'oauth2-token v1 state';
const saltBytes = 16;
const keyLength = 32;

/**
 * Encrypts the state, because the runner keeps it in a file that other steps can read.
 *
 * @param secret ACTIONS_RUNTIME_TOKEN, which the runner gives only to actions, the same in both processes
 * @returns base64 of salt and encrypted JSON
 */
export function sealState(
  state: RevocationState,
  secret: string,
  randomBytes: (size: number) => Buffer,
): string {
  const salt = randomBytes(saltBytes);
  const sealed = seal(Buffer.from(JSON.stringify(state)), {
    key: deriveKey(secret, salt),
    nonce: randomBytes(nonceBytes),
    purpose,
  });
  return Buffer.concat([salt, sealed]).toString('base64');
}

/**
 * Decrypts what {@link sealState} made.
 *
 * @returns undefined where it was made with another secret, or is damaged
 */
export function openState(text: string, secret: string): RevocationState | undefined {
  const bytes = Buffer.from(text, 'base64');
  const salt = bytes.subarray(0, saltBytes);
  const opened = unseal(bytes.subarray(saltBytes), { key: deriveKey(secret, salt), purpose });
  // Only sealState() can have written what opens.
  return opened === undefined ? undefined : (JSON.parse(opened.toString()) as RevocationState);
}

/** RFC 5869. The secret is long and random, so that no slow derivation is needed. */
function deriveKey(secret: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, keyLength));
}
