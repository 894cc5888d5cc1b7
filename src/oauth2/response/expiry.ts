import { ExactNumber } from '../json/exact-json.ts';
import { readJsonObject } from '../json-object.ts';
import { lastZuluTime, parseRfc3339Time } from '../zulu-time.ts';

/** What a response says about the expiry of its token. What it does not say is undefined. */
export interface StatedExpiry {
  /** Seconds. */
  readonly expiresIn: unknown;
  /** Milliseconds. */
  readonly expiresInMs: unknown;
  /** A time in any form that {@link readTime} reads. */
  readonly expiresAt: unknown;
  /** Its `exp` claim is read if it is a JWT. */
  readonly token: string;
}

/**
 * Finds out when a token expires: by its lifetime, else by the time that the server names, else by the `exp` claim of a
 * token that is a JWT. A lifetime of zero and a time in the past do not count, because the token is new.
 *
 * @param sentAt when it was requested: epoch, milliseconds
 * @returns undefined if nothing states it, or only a time after the year 9999
 * @see RFC 6749 section 5.1, RFC 7519 section 4.1.4
 */
export function readExpiry(
  { expiresIn, expiresInMs, expiresAt, token }: StatedExpiry,
  sentAt: number,
): Date | undefined {
  return (
    addLifetime(sentAt, Math.floor(readNumber(expiresIn) ?? 0)) ??
    addLifetime(sentAt, Math.floor((readNumber(expiresInMs) ?? 0) / 1000)) ??
    readLater(expiresAt, sentAt) ??
    readLater(readExpClaim(token), sentAt)
  );
}

/**
 * @param start epoch, milliseconds
 * @param lifetime seconds
 * @returns undefined for an unknown lifetime or a lifetime of zero, and for one that ends after the year 9999
 */
export function addLifetime(start: number, lifetime: number | undefined): Date | undefined {
  if (lifetime === undefined || lifetime <= 0) return undefined;
  const end = start + lifetime * 1000;
  return end > lastZuluTime ? undefined : new Date(end);
}

/** Reads a number, or a text with a number; undefined for anything else. */
function readNumber(value: unknown): number | undefined {
  if (value instanceof ExactNumber) return value.value;
  if (typeof value === 'number') return value;
  const isNumeric = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value);
  return isNumeric ? Number(value) : undefined;
}

function readLater(value: unknown, sentAt: number): Date | undefined {
  const time = readTime(value);
  return time !== undefined && time.getTime() > sentAt ? time : undefined;
}

/** From this number on, a time is in milliseconds. In seconds it is the year 5138, in milliseconds March 1973. */
const firstMilliseconds = 1e11;

/**
 * Reads a time: RFC 3339, also with a space for the T or an offset without a colon (`+0800`, as Java writes it), or the
 * seconds or milliseconds since 1970, as number or text.
 *
 * @returns undefined if it is none of these, and for a time after the year 9999
 * @see RFC 3339 section 5.6
 */
export function readTime(value: unknown): Date | undefined {
  const number = readNumber(value);
  if (number !== undefined) {
    const epoch = Math.floor(number < firstMilliseconds ? number * 1000 : number);
    return epoch < 0 || epoch > lastZuluTime ? undefined : new Date(epoch);
  }
  if (typeof value !== 'string') return undefined;
  const written = value.trim().replace(/^(\d{4}-\d\d-\d\d) /, '$1T');
  return parseRfc3339Time(written.replace(/(?<=:\d\d(?:\.\d+)?[+-]\d\d)(?=\d\d$)/, ':'));
}

/**
 * Reads `exp` of a JWT without verifying anything: it says only how long the token is worth keeping.
 *
 * @returns undefined if the token is no JWT or has no such claim
 * @see RFC 7519 section 7.2
 */
function readExpClaim(token: string): unknown {
  const [header, payload, ...rest] = token.split('.', 4);
  if (rest.length !== 1) return undefined;
  if (decodePart(header)?.['alg'] === undefined) return undefined;
  const exp = decodePart(payload)?.['exp'];
  return typeof exp === 'number' ? exp : undefined;
}

function decodePart(part = ''): ReturnType<typeof readJsonObject> {
  return /^[\w-]+$/.test(part)
    ? readJsonObject(Buffer.from(part, 'base64url').toString())
    : undefined;
}
