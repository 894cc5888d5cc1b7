import { hkdfSync } from 'node:crypto';
import type * as zlib from 'node:zlib';

import { nonceBytes, seal, unseal } from '../cache/seal.ts';
import { inputNames } from '../inputs/catalog.ts';
import { readInput } from '../inputs/reader.ts';
import { shortestToken } from '../oauth2/token-response.ts';

/** The name under which the runner keeps the state between the step and the end of the job. */
export const stateName = 'revocation';

/**
 * All that the end of the job needs to revoke a token. The inputs in the environment then can be those of another step.
 */
export interface RevocationState {
  readonly token: string;
  readonly revocationUrl: string;
  readonly tokenUrl: string;
  /** When the server said that the token expires: epoch, milliseconds; undefined if it did not say. */
  readonly expiresAt: number | undefined;
  /** The step's inputs as they were written, by name. They are checked again when they are used. */
  readonly inputs: Readonly<Record<string, string>>;
}

const purpose = 'oauth2-token v2 state';
const saltBytes = 16;
const keyLength = 32;

/** The largest state that is read, in bytes. A state that does not come from a step could have any size. */
const longestState = 4 * 1024 * 1024;

/** The inputs that are not needed to revoke a token. */
const notNeeded: ReadonlySet<string> = new Set(['cache-encryption-key', 'env-var', 'use-cache']);

/** Lists the inputs of a step that its state keeps, as they are written. */
export function listKeptInputs(env: NodeJS.ProcessEnv): Record<string, string> {
  const given = inputNames
    .filter((name) => !notNeeded.has(name))
    .map((name) => [name, readInput(env, name, 'exact')] as const)
    .filter(([, value]) => value.trim() !== '');
  return Object.fromEntries(given);
}

/** The environment of a step with these inputs and no others. */
export function writeInputVariables(inputs: RevocationState['inputs']): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}

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
  const { deflateRawSync } = loadZlib();
  const sealed = seal(deflateRawSync(JSON.stringify(state)), {
    key: deriveKey(secret, salt),
    nonce: randomBytes(nonceBytes),
    purpose,
  });
  return Buffer.concat([salt, sealed]).toString('base64');
}

/**
 * Decrypts what {@link sealState} made.
 *
 * @returns undefined if it was made with another secret, is damaged, or is not a state; an empty secret opens nothing,
 *   because everybody has it
 */
export function openState(text: string, secret: string): RevocationState | undefined {
  if (secret === '') return undefined;
  const bytes = Buffer.from(text, 'base64');
  const salt = bytes.subarray(0, saltBytes);
  const opened = unseal(bytes.subarray(saltBytes), { key: deriveKey(secret, salt), purpose });
  if (opened === undefined) return undefined;
  try {
    const { inflateRawSync } = loadZlib();
    const state: unknown = JSON.parse(
      inflateRawSync(opened, { maxOutputLength: longestState }).toString(),
    );
    return isState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Every action of the job has the secret, so the contents are checked even if decryption succeeds. */
function isState(value: unknown): value is RevocationState {
  if (typeof value !== 'object' || value === null) return false;
  const { token, revocationUrl, tokenUrl, expiresAt, inputs } = value as Partial<
    Record<keyof RevocationState, unknown>
  >;
  return (
    typeof token === 'string' &&
    /^[\x20-\x7e]+$/.test(token) &&
    token.trim().length >= shortestToken &&
    [revocationUrl, tokenUrl].every((url) => typeof url === 'string' && URL.canParse(url)) &&
    (expiresAt === undefined || isTime(expiresAt)) &&
    typeof inputs === 'object' &&
    inputs !== null &&
    Object.values(inputs).every((input) => typeof input === 'string')
  );
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}

/** RFC 5869. The secret is long and random, so that no slow derivation is needed. */
function deriveKey(secret: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, keyLength));
}

/** Loaded only for `revoke`, because loading takes a millisecond. */
function loadZlib(): typeof zlib {
  return process.getBuiltinModule('node:zlib');
}
