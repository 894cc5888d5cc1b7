import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { type Given, line, say } from '../../test/support/making/inputs.ts';
import {
  answer,
  createToken,
  hour,
  kept,
  keys,
  notCached,
  notKept,
  openJob,
  plant,
  type Planted,
  start,
} from '../../test/support/tables/reusing-job.ts';
import { openEntry } from '../cache/entry.ts';
import { makeName, makeNamePrefix } from '../cache/keys.ts';
import { listLeaseNames } from '../cache/lease.ts';
import { TransportError } from '../http/transport-error.ts';
import { AccessToken } from '../oauth2/access-token.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import {
  type CacheObstacle,
  describeLookUp,
  sayCacheNotUsed,
  sayCacheTitle,
  sayFollowing,
  sayTaken,
  sayWaitedInVain,
} from '../wording/cache.ts';

describe('a token in the cache', () => {
  const signature = 'mask sig=a-signature';

  test('is given with all its saved fields, and hidden together with the secret in its URL', async () => {
    const user = { session_secret: 'a-nested-secret' };
    const token = createToken('a-kept-token', { scopes: ['read'], others: { user } });
    const { reuse, calls, asked } = await openJob({ search: () => plant(token) });
    const found = (await reuse.find()) ?? assert.fail();
    assert.equal(found.accessToken.token, 'a-kept-token');
    assert.deepEqual(found, { ...token, refreshToken: undefined, idToken: undefined });
    assert.deepEqual(calls, [signature, 'mask a-nested-secret', 'mask a-kept-token']);
    assert.equal(reuse.missed, false);
    const prefix = makeNamePrefix(keys);
    assert.deepEqual(asked, [
      `find ${prefix}`,
      `find ${prefix}`,
      `download https://blobs.example.com/${plant(token).name}?sig=a-signature`,
    ]);
  });

  test('is not saved again', async () => {
    const { reuse, calls } = await openJob({ search: () => plant(createToken('a-kept-token')) });
    await reuse.find();
    await reuse.keep(answer());
    assert.deepEqual(calls, [signature, 'mask a-kept-token']);
  });

  test('is reported with verbose, and how long it took', async () => {
    const { reuse, calls } = await openJob({
      inputs: { verbose: 'true' },
      search: () => plant(createToken('a-kept-token')),
    });
    await reuse.find();
    assert.deepEqual(calls, [
      signature,
      'mask a-kept-token',
      `group ${say(sayCacheTitle())}`,
      line(describeLookUp('hit', 150)),
      'endgroup',
    ]);
  });

  test('is a miss if it does not live long enough', async () => {
    const { reuse } = await openJob({
      search: () => plant(createToken('a-kept-token', { age: hour - 299_000 })),
    });
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
  });
});

test('a token in the cache that is too short to be masked is a miss, and is not masked', async () => {
  for (const token of ['true', '   true   ']) {
    const { reuse, calls } = await openJob({ search: () => plant(createToken(token)) });
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
    assert.deepEqual(calls, ['mask sig=a-signature']);
  }
});

describe('a token in the cache that is too long for the environment', () => {
  const long = createToken('x'.repeat(131_071 - 'MY_TOKEN='.length + 1));

  test('is a miss, because no later process of the job could start', async () => {
    const { reuse, calls } = await openJob({
      inputs: { 'env-var': 'MY_TOKEN' },
      search: () => plant(long),
    });
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
    assert.deepEqual(calls, ['mask sig=a-signature']);
  });

  test('is a hit if it just fits, or if no variable is set', async () => {
    const fits = createToken(long.accessToken.token.slice(1));
    for (const [envVar, token] of [
      ['MY_TOKEN', fits],
      ['', long],
    ] as const) {
      const { reuse } = await openJob({
        inputs: { 'env-var': envVar },
        search: () => plant(token),
      });
      assert.equal((await reuse.find())?.accessToken.token, token.accessToken.token);
    }
  });
});

describe('a look-up that finds no token', () => {
  test('is a miss if nothing is there, which verbose shows', async () => {
    const { reuse, calls } = await openJob({ inputs: { verbose: 'true' } });
    assert.equal(reuse.missed, false);
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
    assert.deepEqual(calls, [
      `group ${say(sayCacheTitle())}`,
      line(describeLookUp('miss', 100)),
      'endgroup',
    ]);
  });

  const rows: readonly [what: string, thrown: Error, why: CacheObstacle][] = [
    ['fails', new Error('a defect'), 'failed'],
    ['takes too long', new TransportError('timeout'), 'timeout'],
  ];
  for (const [what, thrown, why] of rows) {
    test(`is not a miss if it ${what}, and the token is not saved`, async () => {
      const search = (): never => {
        throw thrown;
      };
      const { reuse, calls, asked } = await openJob({ search, inputs: { 'cache-wait': '30' } });
      assert.equal(await reuse.find(), undefined);
      assert.equal(reuse.missed, false);
      await reuse.keep(answer());
      assert.deepEqual(calls, [line(sayCacheNotUsed(why))]);
      assert.equal(asked.length, 2);
    });
  }

  test('is reported as not saved if the job may only read, and no process is started', async (context) => {
    const { reuse, calls, folders } = await openJob(
      { env: { ACTIONS_CACHE_MODE: 'read' }, saving: 'saved' },
      context,
    );
    await reuse.find();
    assert.deepEqual(folders(), []);
    await reuse.keep(answer());
    assert.deepEqual(calls, [notCached('denied')]);
  });
});

describe('a token that was requested', () => {
  /** The lines about tokens that a job without a saver keeps, one after the other. */
  async function tellAll(
    responses: readonly TokenResponse[],
    inputs: Given = {},
  ): Promise<readonly string[]> {
    const { reuse, calls } = await openJob({ inputs });
    await reuse.find();
    for (const response of responses) await reuse.keep(response);
    return calls;
  }

  const expiring = (life: number, age = 0): TokenResponse =>
    answer(createToken('x', { life, age }));

  test('is kept only if others can use it, and a line says why it is not', async () => {
    const endless = new AccessToken({ token: 'x', tokenType: 'Bearer', expiresAt: undefined });
    assert.deepEqual(
      await tellAll([
        answer({ refreshToken: 'the-refresh-token' }),
        answer({ accessToken: endless }),
        answer({ scopes: ['read'] }),
        answer({ scopes: ['list', 'read', 'write'] }),
        answer({ scopes: undefined }),
        answer({ idToken: 'the-id-token' }),
      ]),
      [notKept, notCached('no_expiry'), notKept, notKept, notKept, notKept],
    );
  });

  test('must be valid for 300 s more, or for half its lifetime if that is less', async () => {
    const short = notCached('short_life');
    const now = 100;
    assert.deepEqual(
      await tellAll([
        expiring(hour, hour - 300_000 - now),
        expiring(hour, hour - 300_001 - now),
        expiring(hour, hour + 1),
        expiring(600_000, 299_999 - now),
        expiring(400_000, 200_000 - now),
        expiring(400_000, 199_999 - now),
        expiring(-1000),
      ]),
      [short, notKept, short, notKept, short, notKept, short],
    );
  });

  test('must be valid longer than min-validity if that is given', async () => {
    const short = notCached('short_life', { 'min-validity': '1200' });
    const now = 100;
    const lives = [1_200_000 + now, 1_200_001 + now, 400_000];
    assert.deepEqual(
      await tellAll(
        lives.map((life) => expiring(life)),
        { 'min-validity': '1200' },
      ),
      [short, notKept, short],
    );
  });

  test('may be about to expire if min-validity is 0', async () => {
    const lives = [101, 100];
    assert.deepEqual(
      await tellAll(
        lives.map((life) => expiring(life, 0)),
        { 'min-validity': '0' },
      ),
      [notKept, notCached('short_life', { 'min-validity': '0' })],
    );
  });

  test('is not kept before a look-up', async () => {
    const { reuse, calls } = await openJob();
    await reuse.keep(answer());
    assert.deepEqual(calls, []);
  });
});

describe('keeping a token', () => {
  test('encrypts it without its secrets for jobs with the same identity', async (context) => {
    const { reuse, calls, folders, readSaved } = await openJob({ saving: 'saved' }, context);
    await reuse.find();
    const others = { instance_url: 'https://acme.example.com', session_secret: 'hide-me-please' };
    await reuse.keep(answer({ scopes: ['read', 'list'], others, idToken: 'the-id-token' }));
    assert.deepEqual(calls, [kept]);
    assert.deepEqual(folders(), []);
    const { name, entry } = readSaved();
    assert.equal(name, makeName(keys, start + hour));
    assert.deepEqual(
      openEntry(entry, { key: keys.sealing, name }),
      createToken('the-token', {
        scopes: ['read', 'list'],
        others: { instance_url: 'https://acme.example.com' },
      }),
    );
    const next = await openJob({ search: () => ({ name, blob: gzipSync(entry) }) });
    assert.equal((await next.reuse.find())?.accessToken.token, 'the-token');
  });

  test('says why if the saver says so', async (context) => {
    const { reuse, calls, folders } = await openJob({ saving: 'taken' }, context);
    await reuse.find();
    await reuse.keep(answer());
    assert.deepEqual(calls, [notCached('taken')]);
    assert.deepEqual(folders(), []);
  });

  test('is not an error of the step if something is wrong in this process', async (context) => {
    const { reuse, calls, folders } = await openJob(
      {
        saving: 'saved',
        randomBytes: () => {
          throw new Error('no entropy');
        },
      },
      context,
    );
    await reuse.find();
    await reuse.keep(answer());
    assert.deepEqual(calls, [notCached('failed')]);
    assert.deepEqual(folders(), []);
  });

  const fresh = /^oauth2-token-v2-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{8}$/;

  test('takes another name with use-cache: refresh, and nothing is looked for', async (context) => {
    const { reuse, calls, asked, readSaved } = await openJob(
      { inputs: { 'use-cache': 'refresh', 'cache-wait': '30' }, saving: 'saved' },
      context,
    );
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, false);
    await reuse.keep(answer());
    assert.deepEqual(calls, [kept]);
    assert.deepEqual(asked, []);
    const { name } = readSaved();
    assert.match(name, fresh);
    assert.equal(name.slice(0, -9), makeName(keys, start + hour));
  });

  test('takes the usual name if the job may only write, and nothing is looked for', async (context) => {
    const { reuse, calls, asked, readSaved } = await openJob(
      { env: { ACTIONS_CACHE_MODE: 'write-only' }, saving: 'saved' },
      context,
    );
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, false);
    await reuse.keep(answer());
    assert.deepEqual(calls, [kept]);
    assert.deepEqual(asked, []);
    assert.equal(readSaved().name, makeName(keys, start + hour));
  });
});

describe('the process that saves', () => {
  test('runs while the token is requested, and is ended if nothing must be saved', async (context) => {
    const { reuse, calls, folders } = await openJob({ saving: 'saved' }, context);
    await reuse.find();
    assert.equal(folders().length, 1);
    await reuse.cancel();
    assert.deepEqual(folders(), []);
    assert.deepEqual(calls, []);
    await reuse.keep(answer());
    assert.deepEqual(calls, [notCached('failed')]);
  });

  test('is ended if others cannot use the token', async (context) => {
    const { reuse, calls, folders } = await openJob({ saving: 'saved' }, context);
    await reuse.find();
    const endless = new AccessToken({ token: 'x', tokenType: 'Bearer', expiresAt: undefined });
    await reuse.keep(answer({ accessToken: endless }));
    assert.deepEqual(folders(), []);
    assert.deepEqual(calls, [notCached('no_expiry')]);
  });

  test('need not exist to be cancelled', async () => {
    const { reuse } = await openJob();
    await reuse.cancel();
    await reuse.find();
    await reuse.cancel();
  });
});

describe('a job that found nothing and has cache-wait', () => {
  const inputs = { 'cache-wait': '30' };
  const following = line(sayFollowing(30));
  const late = (number: number): Planted | undefined =>
    number > 4 ? plant(createToken('a-late-token')) : undefined;

  test('requests a token if it leads', async () => {
    const { reuse, calls, asked } = await openJob({ inputs });
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
    assert.deepEqual(
      asked.slice(2),
      listLeaseNames(keys, start).map((name) => `reserve ${name}`),
    );
    await reuse.keep(answer());
    assert.deepEqual(calls, [notKept]);
  });

  test('uses the token of another job, hides it and does not save it', async () => {
    const { reuse, calls, asked } = await openJob({ inputs, reserve: 409, search: late });
    const found = await reuse.find();
    assert.equal(found?.accessToken.token, 'a-late-token');
    assert.deepEqual(found, {
      ...createToken('a-late-token'),
      refreshToken: undefined,
      idToken: undefined,
    });
    assert.equal(reuse.missed, false);
    await reuse.keep(answer());
    assert.deepEqual(calls, [
      following,
      'mask sig=a-signature',
      'mask a-late-token',
      line(sayTaken()),
    ]);
    assert.equal(asked.filter((one) => one.startsWith('reserve ')).length, 1);
  });

  const failing = (number: number): undefined => {
    if (number > 2) throw new Error('the service is down');
  };
  const rows: readonly [what: string, search: (number: number) => undefined][] = [
    ['comes', () => undefined],
    ['can be looked for', failing],
  ];
  for (const [what, search] of rows) {
    test(`requests and saves a token if no token ${what} in time, and reports it`, async () => {
      const { reuse, calls, clock } = await openJob({ inputs, reserve: 409, search });
      assert.equal(await reuse.find(), undefined);
      assert.equal(reuse.missed, false);
      assert.ok(clock.now() - start >= 30_000);
      await reuse.keep(answer());
      assert.deepEqual(calls, [following, line(sayWaitedInVain(30)), notKept]);
    });
  }

  test('requests a token at once if it may not write, because it could not lead', async () => {
    const { reuse, calls, asked } = await openJob({
      inputs,
      env: { ACTIONS_CACHE_MODE: 'read' },
      reserve: 409,
    });
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
    assert.deepEqual(calls, []);
    assert.equal(asked.length, 2);
  });

  test('requests a token at once if that is 0', async () => {
    const { reuse, calls, asked } = await openJob({ inputs: { 'cache-wait': '0' }, reserve: 409 });
    assert.equal(await reuse.find(), undefined);
    assert.equal(reuse.missed, true);
    assert.deepEqual(calls, []);
    assert.equal(asked.length, 2);
  });
});
