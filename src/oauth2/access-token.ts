import { inspect } from 'node:util';

import { formatZuluTime, lastZuluTime } from './zulu-time.ts';

/** The parts of an {@link AccessToken}. */
export interface AccessTokenParts {
  readonly token: string;
  /** As the server wrote it (RFC 6749 section 7.1). */
  readonly tokenType: string;
  /** Undefined if the server did not say. */
  readonly expiresAt: Date | undefined;
}

/**
 * An access token. It has the methods of the AccessToken of the Python library stanford.green.oauth2. It never prints
 * its token: not as a string, not as JSON, not by util.inspect.
 */
export class AccessToken {
  readonly #token: string;
  readonly tokenType: string;
  readonly expiresAt: Date | undefined;

  /** @throws {RangeError} for an empty token, or an expiry that is not a time or is after the year 9999 */
  constructor({ token, tokenType, expiresAt }: AccessTokenParts) {
    if (token === '') throw new RangeError('An access token cannot be empty.');
    const epoch = expiresAt?.getTime() ?? 0;
    if (Number.isNaN(epoch) || Math.abs(epoch) > lastZuluTime) {
      throw new RangeError('The expiry of an access token must be a time.');
    }
    this.#token = token;
    this.tokenType = tokenType;
    this.expiresAt = expiresAt;
  }

  /** The same token with another expiry. */
  withExpiry(expiresAt: Date | undefined): AccessToken {
    return new AccessToken({ token: this.#token, tokenType: this.tokenType, expiresAt });
  }

  /** The secret itself. */
  get token(): string {
    return this.#token;
  }

  /**
   * @param now epoch, milliseconds
   * @returns whole seconds until it expires, negative if it has expired; undefined if the expiry is not known
   */
  expiresIn(now: number = Date.now()): number | undefined {
    if (this.expiresAt === undefined) return undefined;
    return Math.floor((this.expiresAt.getTime() - now) / 1000);
  }

  /** Whether it has expired. A token without a known expiry has not. */
  isExpired(now: number = Date.now()): boolean {
    return this.expiresAt !== undefined && this.expiresAt.getTime() <= now;
  }

  /** The expiry as `2026-01-31T12:00:00Z`; undefined if it is not known. */
  zuluTimeString(): string | undefined {
    return this.expiresAt === undefined ? undefined : formatZuluTime(this.expiresAt);
  }

  toString(): string {
    return `[AccessToken, expires ${this.zuluTimeString() ?? 'unknown'}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
