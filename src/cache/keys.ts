import { createHash, createHmac, hkdfSync, scrypt } from 'node:crypto';

/**
 * The secrets that an entry can be encrypted with: the byte that stands for each (never change one), and whether a
 * person may have chosen it.
 */
const kinds = {
  'cache-encryption-key': { byte: 1, guessable: true },
  'client-secret': { byte: 2, guessable: true },
  'private-key': { byte: 3, guessable: false },
  'client-key': { byte: 4, guessable: false },
  // A secret in a parameter, a header or the query. There can be several.
  request: { byte: 5, guessable: true },
} as const;

/** A secret that an entry is encrypted with. */
export interface Credential {
  readonly label: keyof typeof kinds;
  readonly bytes: Buffer;
}

/** The shortest secret that may be used to encrypt, in bytes. */
const shortestCredential = 16;

/** Whether any of the secrets is long enough to encrypt with. */
export function canSeal(credentials: readonly Credential[]): boolean {
  return credentials.some(({ bytes }) => bytes.length >= shortestCredential);
}

/** What is derived from the credentials, each for one purpose. */
export interface CacheKeys {
  /** Makes the names of entries. */
  readonly naming: Buffer;
  /** Encrypts entries. */
  readonly sealing: Buffer;
  /** Makes the names of leases. */
  readonly lease: Buffer;
}

/** RFC 7914 section 2: 32 MiB and about 66 ms per guess, because anyone who sees a name can test guesses offline. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

const keyLength = 32;

/**
 * Derives the keys of one identity from all credentials together. So a rotated credential, or one that only another
 * environment has, finds nothing. If none of them is a private key, the derivation is slow (see {@link cost}) and runs
 * on the thread pool. A private key needs no slow derivation, because nobody can guess it.
 *
 * @param identity a text that is equal only if the requests are equal
 * @see RFC 7914, RFC 5869
 */
export async function deriveKeys(
  credentials: readonly Credential[],
  identity: string,
): Promise<CacheKeys> {
  const material = joinCredentials(credentials);
  const salt = createHash('sha256').update(identity).digest();
  const guessable = credentials.every(({ label }) => kinds[label].guessable);
  const root = guessable ? await stretch(material, salt) : expand(material, 'root', salt);
  return {
    naming: expand(root, 'name'),
    sealing: expand(root, 'seal'),
    lease: expand(root, 'lease'),
  };
}

/**
 * For each: a byte for its kind, its length, its bytes, in the order of the kinds. Different credentials never give the
 * same bytes.
 */
function joinCredentials(credentials: readonly Credential[]): Buffer {
  const parts = credentials
    .toSorted((one, other) => kinds[one.label].byte - kinds[other.label].byte)
    .flatMap(({ label, bytes }) => [writeHeader(kinds[label].byte, bytes.length), bytes]);
  return Buffer.concat(parts);
}

function writeHeader(kind: number, length: number): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(length, 1);
  return header;
}

function stretch(material: Buffer, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(material, salt, keyLength, cost, (error, root) => {
      if (error === null) resolve(root);
      else reject(error);
    });
  });
}

/** HKDF (RFC 5869), extract and expand. */
function expand(
  material: Buffer,
  purpose: 'root' | 'name' | 'seal' | 'lease',
  salt: Buffer = Buffer.alloc(0),
): Buffer {
  const info = `oauth2-token v2 ${purpose}`;
  return Buffer.from(hkdfSync('sha256', material, salt, info, keyLength));
}

/**
 * Expiries within so many seconds share a name. So of the jobs that got a token in the same five minutes only one can
 * upload.
 */
const slotLength = 300;

/**
 * The part of a name that all entries of one identity share; it says nothing to anyone without the credentials.
 */
export function makeNamePrefix({ naming }: CacheKeys): string {
  return writePrefix(digest(naming, 'id'));
}

/** How long a {@link makeFallbackPrefix} is the same, in milliseconds. */
const fallbackWindow = 300_000;

/**
 * The part that names share for five minutes. It is used if somebody has planted an entry whose name is exactly the
 * usual prefix. A search finds an exact match first, so that entry would hide all others forever.
 *
 * @param now epoch, milliseconds
 */
export function makeFallbackPrefix({ naming }: CacheKeys, now: number): string {
  return writePrefix(digest(naming, `id|${Math.floor(now / fallbackWindow)}`));
}

function writePrefix(id: Buffer): string {
  return `oauth2-token-v2-${id.subarray(0, 16).toString('hex')}-`;
}

/**
 * The name of an entry.
 *
 * @param expiresAt of the token: epoch, milliseconds
 * @param prefix with which it begins
 */
export function makeName(
  keys: CacheKeys,
  expiresAt: number,
  prefix: string = makeNamePrefix(keys),
): string {
  const slot = Math.floor(expiresAt / 1000 / slotLength);
  const hidden = digest(keys.naming, `slot|${slot}`).subarray(0, 8).toString('hex');
  return `${prefix}${hidden}`;
}

/** Another name for the same entry, used if the first name is taken by an entry that nobody can use. */
export function makeNameUnique(name: string, random: Buffer): string {
  return `${name}-${random.subarray(0, 4).toString('hex')}`;
}

/** Whether a name that a search returned belongs to an entry with this prefix. */
export function isEntryName(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^[0-9a-f]{16}(-[0-9a-f]{8})?$/.test(name.slice(prefix.length));
}

function digest(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
