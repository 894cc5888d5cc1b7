import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { createFakeClock, type FakeClock } from '../../test/support/doubles/fakes.ts';
import { TransportError } from '../http/transport-error.ts';
import { AccessToken } from '../oauth2/access-token.ts';
import { type CachedToken, openEntry, sealEntry } from './entry.ts';
import { type CacheKeys, makeFallbackPrefix, makeName, makeNamePrefix } from './keys.ts';
import type { SaveOutcome, Saver } from './saver.ts';
import { type CacheService, CacheServiceError, type Compression } from './service.ts';
import { type Finding, TokenCache } from './token-cache.ts';

const keys: CacheKeys = {
  naming: Buffer.alloc(32, 1),
  sealing: Buffer.alloc(32, 2),
  lease: Buffer.alloc(32, 3),
};
const prefix = makeNamePrefix(keys);
const start = Date.UTC(2026, 0, 31, 11);
const hour = 3_600_000;
const fallbackPrefix = makeFallbackPrefix(keys, start);

/** Bytes that count up, so that the second draw differs from the first. */
const suffix = /-0{8}$|-01010101$|-02020202$/;

function createToken(token: string, { life = hour, issued = start } = {}): CachedToken {
  const expiresAt = new Date(start + life);
  const accessToken = new AccessToken({ token, tokenType: 'Bearer', expiresAt });
  return { accessToken, scopes: undefined, others: {}, issuedAt: issued };
}

/** What the cache has for one compression: an entry, or the error of one of the two requests. */
interface Planted {
  readonly name: string;
  readonly blob: Buffer | Error | 'silence';
  readonly url?: string;
}

type Shelf = Planted | Error | 'silence' | undefined;

/** Encrypts a token as an earlier job would have done. */
function plant(
  token: CachedToken,
  compression: Compression,
  parts: Partial<Planted> = {},
): Planted {
  const name = parts.name ?? makeName(keys, token.accessToken.expiresAt?.getTime() ?? 0);
  const entry = sealEntry(token, { key: keys.sealing, name, nonce: Buffer.alloc(12, 3) });
  const archive = Buffer.concat([Buffer.alloc(512), entry ?? Buffer.alloc(0), Buffer.alloc(1024)]);
  const blob = compression === 'gzip' ? gzipSync(archive) : zstdCompressSync(archive);
  return { name, blob, ...parts };
}

/** What the cache has under one prefix. */
interface Shelves {
  readonly zstd?: Shelf;
  readonly gzip?: Shelf;
}

/** A place where a search looks, and the URL of what it finds there. */
interface Place {
  readonly prefix: string;
  readonly compression: Compression;
  readonly shelf: Shelf;
  readonly url: string;
}

function listPlaces(under: string, { zstd, gzip }: Shelves): Place[] {
  const shelves = [
    { compression: 'zstd-without-long', shelf: zstd },
    { compression: 'gzip', shelf: gzip },
  ] as const;
  return shelves.map(({ compression, shelf }) => {
    const own = isPlanted(shelf) ? shelf.url : undefined;
    const url = own ?? `https://blobs.example.com/${under}?sig=${compression}`;
    return { prefix: under, compression, shelf, url };
  });
}

/** A cache whose surroundings are all fake; `events` are the calls that it made, in order. */
function createCache({ fallback = {}, ...usual }: Shelves & { readonly fallback?: Shelves }): {
  cache: TokenCache;
  clock: FakeClock;
  events: string[];
  signals: Set<AbortSignal>;
} {
  const clock = createFakeClock('2026-01-31T11:00:00Z');
  const events: string[] = [];
  const signals = new Set<AbortSignal>();
  const places = [...listPlaces(prefix, usual), ...listPlaces(fallbackPrefix, fallback)];
  const settle = async <T>(value: T | Error | 'silence', signal: AbortSignal): Promise<T> => {
    signals.add(signal);
    if (value === 'silence') return untilAborted(signal);
    if (value instanceof Error) throw value;
    return Promise.resolve(value);
  };
  const service: CacheService = {
    find: async (asked, compression, signal) => {
      events.push(`find ${compression}`);
      const place = places.find(
        (each) => each.prefix === asked && each.compression === compression,
      );
      assert.ok(place !== undefined, `nobody should ask for ${asked}`);
      const found = await settle(place.shelf, signal);
      return found && { name: found.name, url: place.url };
    },
    download: async ({ url }, signal) => {
      events.push(`download ${url}`);
      const shelf = places.find((each) => each.url === url && isPlanted(each.shelf))?.shelf;
      assert.ok(isPlanted(shelf), `nothing lies at ${url}`);
      return settle(shelf.blob, signal);
    },
  };
  let drawn = 0;
  const randomBytes = (size: number): Buffer => Buffer.alloc(size, drawn++);
  const hide = (secret: string): void => {
    events.push(`hide ${secret}`);
  };
  const { now, startTimer } = clock;
  const cache = new TokenCache({ keys, service, now, startTimer, randomBytes, hide });
  return { cache, clock, events, signals };
}

function isPlanted(shelf: Shelf): shelf is Planted {
  return typeof shelf === 'object' && !(shelf instanceof Error);
}

/** As sendRequest does: the error of an aborted request is always this one. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new TransportError('timeout', { cause: signal.reason }));
    });
  });
}

/** A saver that remembers; `calls` are `save NAME` and `cancel`. */
function createSaver(outcome: SaveOutcome = 'saved'): Saver & {
  calls: string[];
  saved: { name: string; entry: Buffer; timeout: number }[];
} {
  const calls: string[] = [];
  const saved: { name: string; entry: Buffer; timeout: number }[] = [];
  return {
    calls,
    saved,
    save: (name, entry, timeout) => {
      calls.push(`save ${name}`);
      saved.push({ name, entry, timeout });
      return Promise.resolve(outcome);
    },
    cancel: () => {
      calls.push('cancel');
      return Promise.resolve();
    },
  };
}

/** It reads the token, so that only a token can get here. */
const usable = ({ accessToken }: CachedToken): boolean => accessToken.token !== '';
const unusable = (): boolean => false;

/** A finding as text: `hit TOKEN`, or its code. */
function show(finding: Finding): string {
  return finding.code === 'hit' ? `hit ${finding.token.accessToken.token}` : finding.code;
}

/** Saves a token and gives the name that it got. */
async function saveAndGetName(cache: TokenCache, token: CachedToken): Promise<string> {
  const saver = createSaver();
  assert.equal(await cache.save(token, saver), 'saved');
  return saver.saved[0]?.name ?? '';
}

/** Enough turns to settle every promise that waits only for other promises. */
function settleAll(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const early = createToken('early', { life: hour });
const late = createToken('late', { life: 2 * hour });
const down = new CacheServiceError(503);
const reset = new TransportError('connection_failed', { systemCode: 'ECONNRESET' });
const damaged: Planted = {
  ...plant(early, 'zstd-without-long'),
  blob: Buffer.from('this is no archive'),
};

describe('find', () => {
  const zstdEarly = plant(early, 'zstd-without-long');
  const zstdLate = plant(late, 'zstd-without-long');
  const gzipEarly = plant(early, 'gzip');
  const gzipLate = plant(late, 'gzip');

  const rows: readonly (readonly [what: string, zstd: Shelf, gzip: Shelf, expected: string])[] = [
    ['a token by zstd', zstdEarly, undefined, 'hit early'],
    ['a token by gzip', undefined, gzipEarly, 'hit early'],
    ['the later of two, by zstd', zstdLate, gzipEarly, 'hit late'],
    ['the later of two, by gzip', zstdEarly, gzipLate, 'hit late'],
    ['nothing', undefined, undefined, 'miss'],
    ['a token though one search fails', down, gzipEarly, 'hit early'],
    ['a token though the other search fails', zstdEarly, reset, 'hit early'],
    ['a token though the other entry is damaged', damaged, gzipEarly, 'hit early'],
    ['a failure where one fails and one has nothing', down, undefined, 'failed'],
    ['a failure where one has nothing and one fails', undefined, reset, 'failed'],
    ['a failure where both fail', down, reset, 'failed'],
    ['a failure where one fails and one is damaged', damaged, down, 'failed'],
    ['a failure for an error of any kind', new Error('a bug'), undefined, 'failed'],
    ['nothing where an entry is damaged', damaged, undefined, 'miss'],
  ];
  for (const [what, zstd, gzip, expected] of rows) {
    test(`finds ${what}`, async () => {
      const { cache } = createCache({ zstd, gzip });
      assert.equal(show(await cache.find(usable)), expected);
    });
  }

  test('gives all that was encrypted', async () => {
    const token: CachedToken = {
      accessToken: early.accessToken,
      scopes: ['read', 'list'],
      others: { instance_url: 'https://acme.example.com' },
      issuedAt: start - 1000,
    };
    const { cache } = createCache({ gzip: plant(token, 'gzip') });
    const finding = await cache.find(usable);
    assert.ok(finding.code === 'hit');
    const { accessToken, ...rest } = finding.token;
    assert.equal(accessToken.token, 'early');
    assert.equal(accessToken.tokenType, 'Bearer');
    assert.equal(accessToken.expiresAt?.getTime(), start + hour);
    const { scopes, others, issuedAt } = token;
    assert.deepEqual(rest, { scopes, others, issuedAt });
  });

  test('finds nothing if no token lives long enough', async () => {
    const { cache } = createCache({ zstd: zstdEarly, gzip: gzipLate });
    assert.equal(show(await cache.find(unusable)), 'miss');
  });

  test('finds the token that lives long enough, although the other would expire later', async () => {
    const { cache } = createCache({ zstd: zstdEarly, gzip: gzipLate });
    const finding = await cache.find(({ accessToken }) => accessToken.token === 'early');
    assert.equal(show(finding), 'hit early');
  });

  test('requests both compressions at once', async () => {
    const { cache, clock, events } = createCache({ zstd: 'silence', gzip: 'silence' });
    const finding = cache.find(usable);
    assert.deepEqual(events, ['find zstd-without-long', 'find gzip']);
    clock.advanceToTimer();
    await finding;
  });

  const future: readonly (readonly [seconds: number, expected: string])[] = [
    [0, 'hit early'],
    [300, 'hit early'],
    [300.001, 'miss'],
    [86_400, 'miss'],
  ];
  for (const [seconds, expected] of future) {
    test(`finds a ${expected} in a token that was issued ${seconds} s in the future`, async () => {
      const token = createToken('early', { issued: start + seconds * 1000 });
      const { cache } = createCache({ zstd: plant(token, 'zstd-without-long') });
      assert.equal(show(await cache.find(usable)), expected);
    });
  }
});

describe('the time for finding', () => {
  const gzipEarly = plant(early, 'gzip');
  const silent = { ...plant(late, 'zstd-without-long'), blob: 'silence' } as const;

  test('is five seconds, after which both searches are aborted', async () => {
    const { cache, clock, signals } = createCache({ zstd: 'silence', gzip: 'silence' });
    const finding = cache.find(usable);
    clock.advance(4999);
    await settleAll();
    assert.deepEqual(
      [...signals].map(({ aborted }) => aborted),
      [false],
    );
    clock.advance(1);
    assert.deepEqual(
      [...signals].map(({ aborted }) => aborted),
      [true],
    );
    const [reason] = [...signals].map((signal) => signal.reason as unknown);
    assert.ok(reason instanceof DOMException);
    assert.equal(reason.name, 'TimeoutError');
    assert.equal(reason.message, 'The time for the cache is over.');
    assert.equal(show(await finding), 'timeout');
  });

  const rows: readonly (readonly [what: string, zstd: Shelf, gzip: Shelf, expected: string])[] = [
    ['search', 'silence', undefined, 'timeout'],
    ['search next to one that failed', down, 'silence', 'timeout'],
    ['search next to a hit', 'silence', gzipEarly, 'hit early'],
    ['download', silent, undefined, 'timeout'],
    ['download next to a hit', silent, gzipEarly, 'hit early'],
  ];
  for (const [what, zstd, gzip, expected] of rows) {
    test(`ends a ${what} as ${expected}`, async () => {
      const { cache, clock } = createCache({ zstd, gzip });
      const finding = cache.find(usable);
      await settleAll();
      clock.advance(5000);
      assert.equal(show(await finding), expected);
    });
  }

  test('is cancelled when everything was found', async () => {
    const { cache, clock, signals } = createCache({ gzip: gzipEarly });
    await cache.find(usable);
    clock.advance(5000);
    assert.deepEqual(
      [...signals].map(({ aborted }) => aborted),
      [false],
    );
  });
});

describe('the secret part of a URL', () => {
  const urls: readonly (readonly [url: string, secret: string])[] = [
    ['https://blobs.example.com/1?sv=1&sig=a%2Fb', 'sv=1&sig=a%2Fb'],
    ['https://blobs.example.com/1?sv=1?&sig=b', 'sv=1?&sig=b'],
    ['https://blobs.example.com/1', ''],
    ['no URL', ''],
  ];
  for (const [url, secret] of urls) {
    test(`is ${JSON.stringify(secret)} of ${url}, and hidden before anything is done with it`, async () => {
      const { cache, events } = createCache({ gzip: plant(early, 'gzip', { url }) });
      assert.equal(show(await cache.find(usable)), 'hit early');
      const rest = events.filter((event) => !event.startsWith('find'));
      assert.deepEqual(rest, [`hide ${secret}`, `download ${url}`]);
    });
  }

  test('is hidden if the name is not the name of an entry', async () => {
    const { cache, events } = createCache({ gzip: plant(early, 'gzip', { name: 'another' }) });
    await cache.find(usable);
    assert.deepEqual(events, ['find zstd-without-long', 'find gzip', 'hide sig=gzip']);
  });
});

describe('an entry that nobody can use is a miss, and the next entry gets its own name:', () => {
  const name = makeName(keys, start + hour);
  const otherKeys = { ...keys, sealing: Buffer.alloc(32, 9) };
  const foreign = sealEntry(early, { key: otherKeys.sealing, name, nonce: Buffer.alloc(12) });
  const bomb = zstdCompressSync(Buffer.alloc(600 * 1024));
  const zstd = 'zstd-without-long';
  const rows: readonly (readonly [what: string, planted: Planted])[] = [
    ['a name with another prefix', plant(early, zstd, { name: `x${name}` })],
    ['a name with something after it', plant(early, zstd, { name: `${name}-zz` })],
    ['no archive', damaged],
    ['an empty archive', { name, blob: Buffer.alloc(0) }],
    ['an archive without an entry', { name, blob: zstdCompressSync(Buffer.alloc(2048)) }],
    ['an archive that becomes too large', { name, blob: bomb }],
    ['an archive of the other compression', plant(early, 'gzip')],
    ['an entry with another key', { name, blob: zstdCompressSync(foreign ?? Buffer.alloc(0)) }],
    ['an entry under another name', { ...plant(early, zstd), name: makeName(keys, start) }],
    ['an entry of the future', plant(createToken('x', { issued: start + hour }), zstd)],
    ['a blob that is not there', { name, blob: new CacheServiceError(404) }],
    ['a URL that is not trusted', { name, blob: new CacheServiceError(0) }],
    ['a blob that is too large', { name, blob: new TransportError('answer_too_large') }],
    ['a blob that is cut', { name, blob: new TransportError('answer_cut') }],
  ];
  for (const [what, planted] of rows) {
    test(what, async () => {
      const { cache } = createCache({ zstd: planted });
      assert.equal(show(await cache.find(usable)), 'miss');
      const saved = await saveAndGetName(cache, late);
      assert.match(saved, suffix);
      assert.equal(saved.replace(suffix, ''), makeName(keys, start + 2 * hour));
    });
  }
});

describe('if somebody planted the prefix itself as a name', () => {
  const hiding: Planted = { name: prefix, blob: Buffer.from('hides all others') };
  const hidden = (token: CachedToken, compression: Compression): Planted => {
    const expiresAt = token.accessToken.expiresAt?.getTime() ?? 0;
    return plant(token, compression, { name: makeName(keys, expiresAt, fallbackPrefix) });
  };
  const zstdLate = hidden(late, 'zstd-without-long');
  const gzipEarly = hidden(early, 'gzip');
  const hidingToo: Planted = { ...hiding, name: fallbackPrefix };
  const usualEarly = plant(early, 'zstd-without-long');

  const rows: readonly (readonly [
    what: string,
    shelves: Shelves & { readonly fallback?: Shelves },
    expected: string,
  ])[] = [
    ['finds nothing', { zstd: hiding, gzip: hiding }, 'miss'],
    [
      'finds the later of two tokens by the other prefix',
      { zstd: hiding, gzip: hiding, fallback: { zstd: zstdLate, gzip: gzipEarly } },
      'hit late',
    ],
    [
      'finds a token of the compression for which nothing was planted',
      { gzip: hiding, fallback: { zstd: zstdLate } },
      'hit late',
    ],
    [
      'finds a token of the other compression by the usual prefix',
      { zstd: usualEarly, gzip: hiding },
      'hit early',
    ],
    [
      'finds the later token, by whatever prefix',
      { gzip: hiding, zstd: usualEarly, fallback: { zstd: zstdLate } },
      'hit late',
    ],
    [
      'fails where the search by the other prefix fails',
      { zstd: hiding, fallback: { gzip: down } },
      'failed',
    ],
    [
      'finds nothing where the other prefix was planted too',
      { zstd: hiding, fallback: { zstd: hidingToo, gzip: hidingToo } },
      'miss',
    ],
  ];
  for (const [what, shelves, expected] of rows) {
    test(`it ${what}`, async () => {
      const { cache } = createCache(shelves);
      assert.equal(show(await cache.find(usable)), expected);
    });
  }

  test('it downloads nothing of what was planted, and hides its URL', async () => {
    const { cache, events } = createCache({
      gzip: { ...hiding, url: 'https://example.com/?sig=1' },
    });
    await cache.find(usable);
    const searches = ['find zstd-without-long', 'find gzip'];
    assert.deepEqual(events, [...searches, 'hide sig=1', ...searches]);
  });

  test('it saves by the other prefix, where a later search finds it', async () => {
    const { cache } = createCache({ gzip: hiding });
    await cache.find(usable);
    const saver = createSaver();
    await cache.save(late, saver);
    const [{ name, entry } = { name: '', entry: Buffer.alloc(0) }] = saver.saved;
    assert.equal(name, makeName(keys, start + 2 * hour, fallbackPrefix));
    const fallback = { zstd: { name, blob: zstdCompressSync(entry) } };
    const { cache: next } = createCache({ gzip: hiding, fallback });
    assert.equal(show(await next.find(usable)), 'hit late');
  });

  test('it has five seconds for both searches together', async () => {
    const { cache, clock } = createCache({ gzip: hiding, fallback: { gzip: 'silence' } });
    const finding = cache.find(usable);
    clock.advance(4000);
    await settleAll();
    clock.advance(1000);
    assert.equal(show(await finding), 'timeout');
  });
});

describe('save', () => {
  test('encrypts the token for its name, with fresh random bytes, and gives ten seconds', async () => {
    const { cache } = createCache({});
    const saver = createSaver();
    assert.equal(await cache.save(early, saver), 'saved');
    const [{ name, entry, timeout } = { name: '', entry: Buffer.alloc(0), timeout: 0 }] =
      saver.saved;
    assert.equal(saver.calls.length, 1);
    assert.equal(name, makeName(keys, start + hour));
    assert.equal(timeout, 10_000);
    const opened = openEntry(entry, { key: keys.sealing, name });
    assert.equal(opened?.accessToken.token, 'early');
    const again = createSaver();
    await cache.save(early, again);
    assert.notDeepEqual(again.saved[0]?.entry.subarray(12, 24), entry.subarray(12, 24));
  });

  for (const outcome of ['taken', 'denied', 'no_tar', 'failed', 'timeout'] as const) {
    test(`says ${outcome} if the saver says it`, async () => {
      const { cache } = createCache({});
      assert.equal(await cache.save(early, createSaver(outcome)), outcome);
    });
  }

  test('cancels the saver if the token is too large', async () => {
    const { cache } = createCache({});
    const saver = createSaver();
    assert.equal(await cache.save(createToken('x'.repeat(200_000)), saver), 'too_large');
    assert.deepEqual(saver.calls, ['cancel']);
  });

  test('chooses the plain name after a search that found nothing', async () => {
    const { cache } = createCache({});
    await cache.find(usable);
    assert.equal(await saveAndGetName(cache, early), makeName(keys, start + hour));
  });

  test('chooses another name if an expired entry has the same name', async () => {
    const { cache } = createCache({ gzip: plant(early, 'gzip') });
    await cache.find(unusable);
    const saved = await saveAndGetName(cache, createToken('new', { life: hour + 1000 }));
    assert.match(saved, suffix);
    assert.equal(saved.replace(suffix, ''), makeName(keys, start + hour));
  });

  test('chooses the plain name if an expired entry has another name', async () => {
    const { cache } = createCache({ gzip: plant(early, 'gzip') });
    await cache.find(unusable);
    assert.equal(await saveAndGetName(cache, late), makeName(keys, start + 2 * hour));
  });

  test('names a token without an expiry as one that expired long ago', async () => {
    const { cache } = createCache({});
    const accessToken = new AccessToken({ token: 'x', tokenType: 'Bearer', expiresAt: undefined });
    const endless: CachedToken = { ...early, accessToken };
    assert.equal(await saveAndGetName(cache, endless), makeName(keys, 0));
  });

  test('chooses another name if the token must be replaced', async () => {
    const { cache } = createCache({});
    cache.replace();
    assert.match(await saveAndGetName(cache, early), suffix);
  });

  test('encrypts for the name with its suffix', async () => {
    const { cache } = createCache({});
    cache.replace();
    const saver = createSaver();
    await cache.save(early, saver);
    const [{ name, entry } = { name: '', entry: Buffer.alloc(0) }] = saver.saved;
    assert.ok(openEntry(entry, { key: keys.sealing, name }) !== undefined);
  });

  test('chooses a new suffix each time', async () => {
    const { cache } = createCache({});
    cache.replace();
    assert.notEqual(await saveAndGetName(cache, early), await saveAndGetName(cache, early));
  });

  test('gives a token that a later search finds', async () => {
    const saver = createSaver();
    const first = createCache({}).cache;
    first.replace();
    await first.save(late, saver);
    const [{ name, entry } = { name: '', entry: Buffer.alloc(0) }] = saver.saved;
    const { cache } = createCache({ gzip: { name, blob: gzipSync(entry) } });
    assert.equal(show(await cache.find(usable)), 'hit late');
  });
});
