import { type Clock, limitTime, type TimeLimit } from '../clock.ts';
import type { Surroundings } from '../surroundings.ts';
import { TransportError } from '../http/transport-error.ts';
import { decompressArchive, readableCompressions } from './archive.ts';
import { type CachedToken, openEntry, sealEntry } from './entry.ts';
import {
  type CacheKeys,
  isEntryName,
  makeFallbackPrefix,
  makeName,
  makeNamePrefix,
  makeNameUnique,
} from './keys.ts';
import type { SaveOutcome, Saver } from './saver.ts';
import type { CacheService, Compression, FoundEntry } from './service.ts';

/** What a look into the cache found. After `failed` and `timeout` it is not known what the cache has. */
export type Finding =
  | { readonly code: 'hit'; readonly token: CachedToken }
  | { readonly code: 'miss' | 'failed' | 'timeout' };

/** How the attempt to keep a token ended. */
export type Keeping = SaveOutcome | 'too_large';

/** What a {@link TokenCache} needs from its surroundings. */
export interface TokenCacheContext
  extends Pick<Clock, 'now' | 'startTimer'>, Pick<Surroundings, 'randomBytes'> {
  readonly keys: CacheKeys;
  readonly service: CacheService;
  /** Hides the secret part of a URL. */
  readonly hide: (secret: string) => void;
}

/** The longest that finding may take. */
const findLimit: TimeLimit = { milliseconds: 5000, over: 'The time for the cache is over.' };

/** The longest that saving may take, in milliseconds. */
const saveTimeout = 10_000;

/** How far ahead the clock of the job that saved may be, in milliseconds. */
const clockSkew = 300_000;

/** What an entry that was found is worth. */
type Opened =
  | { readonly code: 'none' }
  /** The entry exists, but nobody can use it: it is damaged, planted, or from the future. */
  | { readonly code: 'unusable' }
  /** Somebody planted the prefix itself, which hides every other entry. */
  | { readonly code: 'hidden' }
  | { readonly code: 'opened'; readonly name: string; readonly token: CachedToken };

/** The encrypted tokens of one identity in the Actions cache. */
export class TokenCache {
  readonly #context: TokenCacheContext;
  /** The prefix of the next entry's name. */
  #prefix: string;
  /** The names of entries that open but have expired. */
  readonly #seen = new Set<string>();
  /** Whether an entry that nobody can use is found where the next entry should be. */
  #spoiled = false;

  constructor(context: TokenCacheContext) {
    this.#context = context;
    this.#prefix = makeNamePrefix(context.keys);
  }

  /**
   * Looks for a token. A bad entry never causes more than a miss.
   *
   * @param isUsable whether a token that opened lives long enough
   */
  async find(isUsable: (token: CachedToken) => boolean): Promise<Finding> {
    const results = await limitTime(
      (signal) => this.#lookBehindHidden(signal),
      findLimit,
      this.#context,
    );
    return this.#choose(results, isUsable);
  }

  /** Looks a second time, with another prefix, where somebody has planted the usual one. */
  async #lookBehindHidden(signal: AbortSignal): Promise<PromiseSettledResult<Opened>[]> {
    const results = await this.#lookForAll(signal);
    if (!results.some(isHidden)) return results;
    // The prefix changes for all compressions, because it is not known which one the next entry has.
    this.#prefix = makeFallbackPrefix(this.#context.keys, this.#context.now());
    return [...results, ...(await this.#lookForAll(signal))];
  }

  /** The next entry gets another name than the one that was found, because that one must be replaced. */
  replace(): void {
    this.#spoiled = true;
  }

  /**
   * Keeps a token under a name that its expiry gives.
   */
  async save(token: CachedToken, saver: Saver): Promise<Keeping> {
    const { keys, randomBytes } = this.#context;
    const name = this.#chooseName(makeName(keys, expiryOf(token), this.#prefix));
    const entry = sealEntry(token, { key: keys.sealing, name, nonce: randomBytes(12) });
    if (entry !== undefined) return saver.save(name, entry, saveTimeout);
    await saver.cancel();
    return 'too_large';
  }

  #chooseName(name: string): string {
    const taken = this.#spoiled || this.#seen.has(name);
    return taken ? makeNameUnique(name, this.#context.randomBytes(4)) : name;
  }

  /** The usable token that lives longest, from the entries of both compressions. */
  #choose(
    results: readonly PromiseSettledResult<Opened>[],
    isUsable: (token: CachedToken) => boolean,
  ): Finding {
    const opened = results.flatMap((result) =>
      result.status === 'fulfilled' && result.value.code === 'opened' ? [result.value] : [],
    );
    const [best] = opened
      .map(({ token }) => token)
      .filter(isUsable)
      .sort(byLaterExpiry);
    if (best !== undefined) return { code: 'hit', token: best };

    opened.forEach(({ name }) => this.#seen.add(name));
    const failures = results.filter((result) => result.status === 'rejected');
    if (failures.length === 0) return { code: 'miss' };
    return { code: failures.some(({ reason }) => isTimeout(reason)) ? 'timeout' : 'failed' };
  }

  #lookForAll(signal: AbortSignal): Promise<PromiseSettledResult<Opened>[]> {
    return Promise.allSettled(
      readableCompressions.map((compression) => this.#look(compression, signal)),
    );
  }

  /** @throws if the search failed; an entry that was found but cannot be downloaded is `unusable` instead */
  async #look(compression: Compression, signal: AbortSignal): Promise<Opened> {
    const prefix = this.#prefix;
    const found = await this.#search(prefix, compression, signal);
    if (found?.name === prefix) return { code: 'hidden' };
    return this.#open(found, prefix, compression, signal);
  }

  async #search(
    prefix: string,
    compression: Compression,
    signal: AbortSignal,
  ): Promise<FoundEntry | undefined> {
    const { service, hide } = this.#context;
    const found = await service.find(prefix, compression, signal);
    if (found !== undefined) hide(found.url.replace(/^[^?]*\??/, ''));
    return found;
  }

  /** Opens what a search with this prefix found. */
  async #open(
    found: FoundEntry | undefined,
    prefix: string,
    compression: Compression,
    signal: AbortSignal,
  ): Promise<Opened> {
    if (found === undefined) return { code: 'none' };
    const opened = isEntryName(found.name, prefix)
      ? await this.#unpack(found, compression, signal)
      : ({ code: 'unusable' } as const);
    if (opened.code === 'unusable') this.#spoiled = true;
    return opened;
  }

  async #unpack(found: FoundEntry, compression: Compression, signal: AbortSignal): Promise<Opened> {
    const { service, keys, now } = this.#context;
    try {
      const blob = await service.download(found, signal);
      const archive = await decompressArchive(blob, compression);
      const token = openEntry(archive, { key: keys.sealing, name: found.name });
      const isPlausible = token !== undefined && token.issuedAt <= now() + clockSkew;
      return isPlausible ? { code: 'opened', name: found.name, token } : { code: 'unusable' };
    } catch (error) {
      if (isTimeout(error)) throw error;
      return { code: 'unusable' };
    }
  }
}

function isHidden(result: PromiseSettledResult<Opened>): boolean {
  return result.status === 'fulfilled' && result.value.code === 'hidden';
}

function byLaterExpiry(one: CachedToken, other: CachedToken): number {
  return expiryOf(other) - expiryOf(one);
}

function expiryOf({ accessToken }: CachedToken): number {
  return accessToken.expiresAt?.getTime() ?? 0;
}

function isTimeout(error: unknown): boolean {
  return error instanceof TransportError && error.code === 'timeout';
}
