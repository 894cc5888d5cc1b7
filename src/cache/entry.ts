import { AccessToken } from '../oauth2/access-token.ts';
import {
  ExactNumber,
  isNestedWithin,
  parseExactJson,
  writeExactJson,
} from '../oauth2/json/exact-json.ts';
import { nonceBytes, seal, tagBytes, unseal } from './seal.ts';

/** What the cache keeps of an answer. Never a refresh token or an ID token. */
export interface CachedToken {
  readonly accessToken: AccessToken;
  /** The granted scopes; undefined if the server named none. */
  readonly scopes: readonly string[] | undefined;
  /** What else the answer has; a number that would change is an ExactNumber. */
  readonly others: Readonly<Record<string, unknown>> | readonly unknown[];
  /** When it was requested: epoch, milliseconds. */
  readonly issuedAt: number;
}

/*
 * An entry: magic (8 bytes), length of what follows (4), nonce (12), tag (16), ciphertext. AES-256-GCM with the entry's
 * full name as additional data, so that it is worthless under another name (NIST SP 800-38D).
 */
const magic = Buffer.from('\x89OA2TOK\n', 'latin1');
const lengthBytes = 4;
const headBytes = magic.length + lengthBytes;

/** The largest size of an entry, in bytes. */
export const maxEntryBytes = 192 * 1024;

/** A file in a tar archive begins at a multiple of this, in bytes. */
const tarBlock = 512;

/** How many places that look like an entry are tried; each costs a decryption. */
const maxCandidates = 4;

/**
 * Encrypts a token.
 *
 * @param key 32 bytes
 * @param name the full name of the entry
 * @param nonce 12 random bytes, never the same twice
 * @returns undefined if it is too large to be kept
 */
export function sealEntry(
  token: CachedToken,
  { key, name, nonce }: { readonly key: Buffer; readonly name: string; readonly nonce: Buffer },
): Buffer | undefined {
  const body = seal(writeContents(token), { key, nonce, purpose: name });
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(body.length);
  const entry = Buffer.concat([magic, length, body]);
  return entry.length > maxEntryBytes ? undefined : entry;
}

/**
 * Finds an entry in an archive and opens it. The archive is not trusted until a decryption succeeds. The tar
 * around the entry is not parsed, and no step of the search depends on its bytes.
 *
 * @param archive decompressed, of a bounded size
 * @param key 32 bytes
 * @param name the full name under which the archive was found
 * @returns undefined if there is no entry that this key and this name open
 */
export function openEntry(
  archive: Buffer,
  { key, name }: { readonly key: Buffer; readonly name: string },
): CachedToken | undefined {
  for (const body of listCandidates(archive)) {
    const contents = unseal(body, { key, purpose: name });
    if (contents !== undefined) return readContents(contents);
  }
  return undefined;
}

/** The places that look like an entry and lie inside the archive, the first few. */
function listCandidates(archive: Buffer): Buffer[] {
  const candidates: Buffer[] = [];
  for (let at = 0; at + headBytes <= archive.length; at += tarBlock) {
    if (!archive.subarray(at, at + magic.length).equals(magic)) continue;
    const length = archive.readUInt32BE(at + magic.length);
    const start = at + headBytes;
    const fits = length >= nonceBytes + tagBytes && start + length <= archive.length;
    if (fits) candidates.push(archive.subarray(start, start + length));
    if (candidates.length === maxCandidates) break;
  }
  return candidates;
}

/** The contents of an entry, as JSON. Times are epochs in milliseconds. */
interface Contents {
  readonly token: string;
  readonly type: string;
  readonly scopes: readonly string[] | null;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly others: CachedToken['others'];
}

function writeContents({ accessToken, scopes, others, issuedAt }: CachedToken): Buffer {
  const contents: Contents = {
    token: accessToken.token,
    type: accessToken.tokenType,
    scopes: scopes ?? null,
    issuedAt,
    expiresAt: accessToken.expiresAt?.getTime() ?? 0,
    others,
  };
  return Buffer.from(writeExactJson(contents));
}

/**
 * Reads what was decrypted. Any job that has the secret can have written it, so it is checked as a response is.
 *
 * @returns undefined if it is not what {@link writeContents} writes of a response
 */
function readContents(bytes: Buffer): CachedToken | undefined {
  try {
    const contents: unknown = parseExactJson(bytes.toString());
    return isContents(contents) ? toCachedToken(contents) : undefined;
  } catch {
    // It is not JSON, it is nested too deeply, or its expiry is not a time.
    return undefined;
  }
}

function toCachedToken(contents: Contents): CachedToken {
  return {
    accessToken: new AccessToken({
      token: contents.token,
      tokenType: contents.type,
      expiresAt: new Date(contents.expiresAt),
    }),
    scopes: contents.scopes ?? undefined,
    others: contents.others,
    issuedAt: contents.issuedAt,
  };
}

/** How deep the other fields may be nested, levels: as in a response, with the object that holds them. */
const deepest = 101;

/** RFC 6749 appendix A.12 has the characters of a token. */
function isContents(value: unknown): value is Contents {
  if (typeof value !== 'object' || value === null) return false;
  const { token, type, scopes, issuedAt, expiresAt, others } = value as Partial<
    Record<keyof Contents, unknown>
  >;
  return (
    typeof token === 'string' &&
    /^[\x20-\x7e]+$/.test(token) &&
    typeof type === 'string' &&
    (scopes === null ||
      (Array.isArray(scopes) && scopes.every((one) => typeof one === 'string'))) &&
    Number.isSafeInteger(issuedAt) &&
    Number.isSafeInteger(expiresAt) &&
    typeof others === 'object' &&
    others !== null &&
    !(others instanceof ExactNumber) &&
    isNestedWithin(others, deepest)
  );
}
