/** Entries that somebody has changed or forged. */
import { randomBytes } from 'node:crypto';
import { type ForgedEntry, packTar } from './forged-entry.ts';

/** The positions of the parts of an entry, in bytes. */
export const at = { magic: 0, length: 8, nonce: 12, tag: 24, ciphertext: 40 } as const;

/** A copy with the lowest bit of one byte flipped; a negative position counts from the end. */
export function flip(bytes: Uint8Array, position: number, bit = 0): Buffer {
  const copy = Buffer.from(bytes);
  const index = position < 0 ? copy.length + position : position;
  copy.writeUInt8(copy.readUInt8(index) ^ (1 << bit), index);
  return copy;
}

/** A copy with another length in its head. */
export function withLength(entry: Buffer, length: number): Buffer {
  const copy = Buffer.from(entry);
  copy.writeUInt32BE(length, at.length);
  return copy;
}

/** An archive as tar makes it, with this entry as its only file. */
export function pack({ entry }: ForgedEntry): Buffer {
  return packTar([{ content: entry }]);
}

/** A block that only looks like the beginning of an entry. */
export function makeDecoy(length = 400): Buffer {
  const body = randomBytes(512);
  Buffer.from('\x89OA2TOK\n', 'latin1').copy(body);
  return withLength(body, length);
}
