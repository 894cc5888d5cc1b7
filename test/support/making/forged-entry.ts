/** Cache entries made by hand: as a job with the client's secret makes them, and as an attacker would. */
import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { type CachedToken, sealEntry } from '../../../src/cache/entry.ts';
import { type RequestIdentity, writeIdentity } from '../../../src/reuse/identity.ts';
import { type CacheKeys, deriveKeys, makeName, makeNamePrefix } from '../../../src/cache/keys.ts';
import type { Compression } from '../../../src/cache/service.ts';
import { AccessToken } from '../../../src/oauth2/access-token.ts';
import { client } from './cache-stage.ts';

/** The contents of a forged entry. Times are seconds from now. */
export interface ForgedToken {
  readonly token?: string;
  /** 0 if left out. */
  readonly issuedIn?: number;
  /** An hour if left out. */
  readonly expiresIn?: number;
  /** The name for which it is encrypted; the name that its expiry gives if left out. */
  readonly name?: string;
}

/** An encrypted entry and the name for which it is encrypted. */
export interface ForgedEntry {
  readonly name: string;
  readonly entry: Buffer;
}

/** Makes entries that the jobs of one endpoint's client can open. */
export interface Forge {
  readonly keys: CacheKeys;
  /** The prefix of the names of that client's entries. */
  readonly prefix: string;
  readonly seal: (token?: ForgedToken) => ForgedEntry;
}

/** The default token of a forged entry. */
export const forgedToken = 'token-in-a-forged-entry';

/** How the job of a forge differs from a job whose only inputs are the URL, the client and its secret. */
export interface ForgeOptions {
  readonly clientSecret?: string;
  readonly clientAuthMethod?: string;
  readonly endpointType?: 'oauth2' | 'acs_api';
}

/** Makes a forge for a job. */
export async function createForge(tokenUrl: string, options: ForgeOptions = {}): Promise<Forge> {
  const {
    clientSecret = client.secret,
    clientAuthMethod = 'client_secret_basic',
    endpointType = 'oauth2',
  } = options;
  const identity: RequestIdentity = {
    // The runner's GITHUB_REPOSITORY_ID.
    repository: '1296269',
    endpointType,
    tokenUrl,
    grantType: 'client_credentials',
    clientId: client.id,
    clientAuthMethod,
    issuer: undefined,
    clientCertificate: undefined,
    privateKeyAs: undefined,
    assertionAudience: undefined,
    assertionClaims: [],
    idTokenAs: undefined,
    idTokenClaims: [],
    scopes: [],
    audiences: [],
    resources: [],
    parameters: [],
    headers: [],
    requestMethod: 'POST',
    bodyFormat: 'form',
    responseFields: [],
    defaultExpiresIn: undefined,
    expiresAtOverride: undefined,
  };
  const credentials = [{ label: 'client-secret', bytes: Buffer.from(clientSecret) }] as const;
  const keys = await deriveKeys(credentials, writeIdentity(identity));
  return { keys, prefix: makeNamePrefix(keys), seal: (token = {}) => seal(keys, token) };
}

function seal(keys: CacheKeys, forged: ForgedToken): ForgedEntry {
  const { token = forgedToken, issuedIn = 0, expiresIn = 3600 } = forged;
  const expiresAt = new Date(Date.now() + expiresIn * 1000);
  const name = forged.name ?? makeName(keys, expiresAt.getTime());
  const contents: CachedToken = {
    accessToken: new AccessToken({ token, tokenType: 'Bearer', expiresAt }),
    scopes: undefined,
    others: {},
    issuedAt: Date.now() + issuedIn * 1000,
  };
  const entry = sealEntry(contents, { key: keys.sealing, name, nonce: randomBytes(12) });
  if (entry === undefined) throw new RangeError('the token is too large for an entry');
  return { name, entry };
}

/** A field of a tar archive; the default is a file `token.bin` that tar itself packed. */
export interface TarMember {
  readonly path?: string;
  readonly content?: Uint8Array;
  /** The bytes of the size field, 12 at most; octal digits by default. */
  readonly size?: Uint8Array;
  /** `0` a file, `1` a hard link, `2` a symbolic link, `5` a directory, `x` further headers. */
  readonly type?: string;
  readonly linkTarget?: string;
}

const block = 512;

/** Packs fields and the two empty blocks of the end (POSIX.1-1988 ustar). */
export function packTar(members: readonly TarMember[]): Buffer {
  const packed = members.flatMap((member) => [
    writeHeader(member),
    pad(member.content ?? Buffer.alloc(0)),
  ]);
  return Buffer.concat([...packed, Buffer.alloc(2 * block)]);
}

function pad(content: Uint8Array): Buffer {
  return Buffer.concat([content, Buffer.alloc((block - (content.length % block)) % block)]);
}

function writeHeader(member: TarMember): Buffer {
  const { path = 'token.bin', content = Buffer.alloc(0), type = '0', linkTarget = '' } = member;
  const header = Buffer.alloc(block);
  const put = (text: string | Uint8Array, at: number): void => {
    Buffer.from(text).copy(header, at);
  };
  put(path, 0);
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(member.size ?? `${content.length.toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put(type, 156);
  put(linkTarget, 157);
  put('ustar\x0000', 257);
  // The checksum treats its own field as spaces.
  put(' '.repeat(8), 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** Compresses an archive as the toolkit's tar does. */
export function compress(archive: Uint8Array, compression: Compression): Buffer {
  return compression === 'gzip' ? gzipSync(archive) : zstdCompressSync(archive);
}
