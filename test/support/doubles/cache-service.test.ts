import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
// The service and the toolkit use this package. In the child process that saves, another module takes its place.
import { BlockBlobClient } from 'azure-storage-blob';
import { runCacheSteps } from '../making/cache-steps.ts';
import {
  type CacheService,
  type CacheServiceOptions,
  type Fault,
  type Job,
  startCacheService,
} from './cache-service.ts';

const version = 'a'.repeat(64);
const otherVersion = 'b'.repeat(64);
const main = 'refs/heads/main';
const feature = 'refs/heads/feature';
const versions = ['v2', 'v1'] as const;

async function start(t: TestContext, options?: CacheServiceOptions): Promise<CacheService> {
  const service = await startCacheService(options);
  t.after(service.close);
  return service;
}

interface Reply {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Calls version 2 with the token of a job, or with another Authorization header. */
async function callTwirp(
  service: CacheService,
  method: string,
  message: unknown,
  job: Omit<Job, 'version'> | { authorization: string } = {},
): Promise<Reply> {
  const authorization = 'authorization' in job ? job.authorization : bearer(service, job);
  const response = await fetch(
    `${service.origin}/twirp/github.actions.results.api.v1.CacheService/${method}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: typeof message === 'string' ? message : JSON.stringify(message),
    },
  );
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function callRest(
  service: CacheService,
  method: string,
  resource: string,
  options: { job?: Omit<Job, 'version'>; body?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const { job = {}, body, headers } = options;
  const { ACTIONS_CACHE_URL: base = '' } = service.environment({ version: 'v1' });
  const response = await fetch(`${base}_apis/artifactcache/${resource}`, {
    method,
    headers: { authorization: bearer(service, job), ...headers },
    ...(body !== undefined && { body }),
  });
  const answer = await response.text();
  const parsed: unknown = answer === '' ? undefined : JSON.parse(answer);
  return { status: response.status, headers: response.headers, body: parsed };
}

function bearer(service: CacheService, job: Omit<Job, 'version'>): string {
  const { ACTIONS_RUNTIME_TOKEN: token = '' } = service.environment({ version: 'v2', ...job });
  return `Bearer ${token}`;
}

/** A field of an answer that must be a string. */
function stringIn(reply: Reply, name: string): string {
  const value = (reply.body as Record<string, unknown>)[name];
  assert.ok(typeof value === 'string', `${name} is no string`);
  return value;
}

async function reserve(service: CacheService, key: string): Promise<string> {
  const reply = await callTwirp(service, 'CreateCacheEntry', { key, version });
  assert.equal(reply.status, 200);
  return stringIn(reply, 'signed_upload_url');
}

async function finalize(service: CacheService, key: string, size: number): Promise<Reply> {
  const message = { key, version, size_bytes: String(size) };
  return callTwirp(service, 'FinalizeCacheEntryUpload', message);
}

/** A download URL of a planted entry. */
async function findUrl(service: CacheService, blob: string): Promise<string> {
  service.plant({ name: 'planted', version, blob });
  const reply = await callTwirp(service, 'GetCacheEntryDownloadURL', { key: 'planted', version });
  return stringIn(reply, 'signed_download_url');
}

async function put(url: string, body: string): Promise<Response> {
  return fetch(url, { method: 'PUT', headers: { 'x-ms-blob-type': 'BlockBlob' }, body });
}

function withoutBlobs(service: CacheService): unknown[] {
  return service.entries.map(({ name, scope, finalized }) => ({ name, scope, finalized }));
}

for (const wire of versions) {
  describe(`the real @actions/cache with ${wire}`, () => {
    test('finds what it saved, and its second save of a name answers -1', async (t) => {
      const service = await start(t);
      const { results, output } = await runCacheSteps(service.environment({ version: wire }), [
        { save: 'name', content: 'first' },
        { save: 'name', content: 'second' },
        { restore: 'name' },
      ]);
      assert.deepEqual(results, [{ id: 1 }, { id: -1 }, { name: 'name', content: 'first' }]);
      assert.match(output, /another job may be creating this cache/);
      assert.deepEqual(withoutBlobs(service), [{ name: 'name', scope: main, finalized: true }]);
    });

    test('finds the newest entry by a prefix, and none of another version', async (t) => {
      const service = await start(t);
      const { results } = await runCacheSteps(service.environment({ version: wire }), [
        { save: 'name-2', content: 'old' },
        { save: 'name-1', content: 'new' },
        { save: 'other', content: 'newer' },
        { restore: 'name-', prefixes: ['other'] },
        { restore: 'none', prefixes: ['name-2', 'name-'] },
        { restore: 'name-', path: 'other.bin' },
      ]);
      assert.deepEqual(results.slice(3), [
        { name: 'name-1', content: 'new' },
        { name: 'name-2', content: 'old' },
        'miss',
      ]);
    });

    test('finds the entry of its own branch before a newer one of the default branch', async (t) => {
      const service = await start(t);
      const own = service.environment({ version: wire, ref: feature });
      await runCacheSteps(own, [{ save: 'name-1', content: 'own' }]);
      await runCacheSteps(service.environment({ version: wire }), [
        { save: 'name-2', content: 'main' },
        { save: 'main-only', content: 'main' },
      ]);
      const { results } = await runCacheSteps(own, [{ restore: 'name-' }, { restore: 'main-' }]);
      assert.deepEqual(results, [
        { name: 'name-1', content: 'own' },
        { name: 'main-only', content: 'main' },
      ]);
    });

    test('is refused to write with a read-only token, and to read without a scope', async (t) => {
      const service = await start(t);
      const readOnly = await runCacheSteps(service.environment({ version: wire, readOnly: true }), [
        { save: 'name', content: 'content' },
      ]);
      assert.deepEqual(readOnly.results, [{ id: -1 }]);
      assert.match(readOnly.output, /cache write denied: token has no writable scopes/);
      assert.deepEqual(service.entries, []);

      const blind = await runCacheSteps(service.environment({ version: wire, scopes: [] }), [
        { restore: 'name' },
      ]);
      assert.deepEqual(blind.results, ['miss']);
      assert.match(blind.output, /cache read denied: token has no readable scopes/);
    });
  });
}

describe('a runtime token', () => {
  test('carries its scopes as GitHub writes them', async (t) => {
    const service = await start(t);
    const claimsOf = (job: Omit<Job, 'version'>): unknown => {
      const [, payload = ''] = bearer(service, job).split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { ac: string };
      return JSON.parse(claims.ac);
    };
    assert.deepEqual(claimsOf({}), [{ Scope: main, Permission: 3 }]);
    assert.deepEqual(claimsOf({ ref: feature }), [
      { Scope: feature, Permission: 3 },
      { Scope: main, Permission: 1 },
    ]);
    assert.deepEqual(claimsOf({ ref: feature, readOnly: true }), [
      { Scope: feature, Permission: 1 },
      { Scope: main, Permission: 1 },
    ]);
    assert.deepEqual(claimsOf({ scopes: [{ scope: 'x', permission: 2 }], readOnly: true }), []);
  });

  test('is needed by both versions, unchanged and not expired', async (t) => {
    let now = 0;
    const service = await start(t, { now: () => now });
    const other = await start(t, { now: () => now });
    const message = { key: 'name', version };
    for (const authorization of ['', 'Bearer x', bearer(other, {})]) {
      const reply = await callTwirp(service, 'GetCacheEntryDownloadURL', message, {
        authorization,
      });
      assert.equal(reply.status, 401);
      assert.equal(stringIn(reply, 'code'), 'unauthenticated');
      const headers = { authorization };
      const rest = await callRest(service, 'GET', `cache?keys=a&version=${version}`, { headers });
      assert.equal(rest.status, 401);
    }
    const authorization = bearer(service, {});
    const ask = (): Promise<Reply> =>
      callTwirp(service, 'GetCacheEntryDownloadURL', message, { authorization });
    assert.equal((await ask()).status, 200);
    now = 6 * 3600 * 1000;
    assert.equal((await ask()).status, 401);
  });

  test('that may only write sees no entry, and one that may only read sees only its own', async (t) => {
    const service = await start(t);
    service.plant({ name: 'name', version, blob: 'x' });
    const look = (scopes: NonNullable<Job['scopes']>): Promise<Reply> =>
      callTwirp(service, 'GetCacheEntryDownloadURL', { key: 'name', version }, { scopes });
    const denied = await look([{ scope: main, permission: 2 }]);
    assert.equal(denied.status, 403);
    assert.equal(stringIn(denied, 'code'), 'permission_denied');
    const foreign = await look([{ scope: feature, permission: 1 }]);
    assert.deepEqual(foreign.body, { ok: false, signed_download_url: '', matched_key: '' });
    assert.equal(stringIn(await look([{ scope: main, permission: 1 }]), 'matched_key'), 'name');
  });
});

describe('version 2', () => {
  test('refuses what is not JSON, has fields of the wrong type, or breaks a rule for names', async (t) => {
    const service = await start(t);
    const refusals: [message: unknown, code: string][] = [
      ['{', 'malformed'],
      ['[]', 'malformed'],
      [{ key: 1, version }, 'malformed'],
      [{ key: 'name', version, restore_keys: 'x' }, 'malformed'],
      [{ key: 'name', version, size_bytes: 'x' }, 'malformed'],
      [{ version }, 'invalid_argument'],
      [{ key: 'n'.repeat(513), version }, 'invalid_argument'],
      [{ key: 'name', version: 'v1' }, 'invalid_argument'],
    ];
    for (const [message, code] of refusals) {
      const reply = await callTwirp(service, 'GetCacheEntryDownloadURL', message);
      assert.equal(reply.status, 400, JSON.stringify(message));
      assert.equal(stringIn(reply, 'code'), code, JSON.stringify(message));
    }
    const headers = { authorization: bearer(service, {}) };
    const path = '/twirp/github.actions.results.api.v1.CacheService/CreateCacheEntry';
    const body = JSON.stringify({ key: 'name', version });
    const plain = await fetch(`${service.origin}${path}`, { method: 'POST', headers, body });
    assert.equal(plain.status, 404);
    assert.deepEqual(service.entries, []);
    const unknown = await callTwirp(service, 'DeleteCacheEntry', {});
    assert.equal(unknown.status, 404);
    assert.equal(stringIn(unknown, 'code'), 'bad_route');
    assert.equal(service.requests.at(-1)?.call, 'unknown');
  });

  test('reads the names of protobuf fields and those of JSON', async (t) => {
    const service = await start(t);
    service.plant({ name: 'name-1', version, blob: 'x' });
    for (const name of ['restore_keys', 'restoreKeys']) {
      const message = { key: 'none', version, [name]: ['name-'] };
      const reply = await callTwirp(service, 'GetCacheEntryDownloadURL', message);
      assert.equal(stringIn(reply, 'matched_key'), 'name-1', name);
    }
    for (const [name, size] of Object.entries({ size_bytes: '4', sizeBytes: 4 })) {
      await put(await reserve(service, name), 'four');
      const message = { key: name, version, [name]: size };
      const reply = await callTwirp(service, 'FinalizeCacheEntryUpload', message);
      const id = service.entries.at(-1)?.id;
      assert.deepEqual(reply.body, { ok: true, entry_id: String(id), message: '' });
    }
  });

  test('finalizes an entry once, by its name, version and scope, and with the size that was uploaded', async (t) => {
    const service = await start(t);
    const url = await reserve(service, 'name');
    const notUploaded = await finalize(service, 'name', 4);
    assert.equal(notUploaded.status, 404);
    assert.equal(stringIn(notUploaded, 'code'), 'not_found');
    await put(url, 'four');
    assert.equal((await finalize(service, 'name', 5)).status, 404);
    assert.equal(stringIn(await finalize(service, 'name', 0), 'code'), 'invalid_argument');
    const message = { key: 'name', version: otherVersion, size_bytes: '4' };
    const other = await callTwirp(service, 'FinalizeCacheEntryUpload', message);
    assert.equal(other.status, 404);
    const own = { ...message, version };
    const branch = { ref: feature };
    const foreign = await callTwirp(service, 'FinalizeCacheEntryUpload', own, branch);
    assert.equal(foreign.status, 404);
    assert.equal((await finalize(service, 'name', 4)).status, 200);
    assert.equal((await finalize(service, 'name', 4)).status, 404);
  });

  test('finds the entry that was finalized last', async (t) => {
    const service = await start(t);
    const first = await reserve(service, 'name-1');
    service.plant({ name: 'name-2', version, blob: 'x' });
    await put(first, 'late');
    await finalize(service, 'name-1', 4);
    const message = { key: 'name-', version };
    const reply = await callTwirp(service, 'GetCacheEntryDownloadURL', message);
    assert.equal(stringIn(reply, 'matched_key'), 'name-1');
  });

  test('gives a name to exactly one of 64 requests at the same time', async (t) => {
    const service = await start(t);
    const message = { key: 'name', version };
    const replies = await Promise.all(
      Array.from({ length: 64 }, () => callTwirp(service, 'CreateCacheEntry', message)),
    );
    assert.equal(replies.filter(({ status }) => status === 200).length, 1);
    assert.equal(replies.filter(({ status }) => status === 409).length, 63);
  });

  test('answers 429 after as many reservations as are allowed', async (t) => {
    const service = await start(t, { limitReservations: 2 });
    await reserve(service, 'one');
    await reserve(service, 'two');
    const reply = await callTwirp(service, 'CreateCacheEntry', { key: 'three', version });
    assert.equal(reply.status, 429);
    assert.equal(stringIn(reply, 'code'), 'resource_exhausted');
    assert.equal(reply.headers.get('retry-after'), '60');
    assert.equal(service.entries.length, 2);
  });
});

describe('whenAnswered', () => {
  test('settles with the last answer that was needed, or at once if there are enough', async (t) => {
    const service = await start(t);
    await service.whenAnswered('CreateCacheEntry', 0);
    let settled = false;
    const both = service.whenAnswered('CreateCacheEntry', 2).then(() => {
      settled = true;
    });
    await reserve(service, 'one');
    await callTwirp(service, 'GetCacheEntryDownloadURL', { key: 'one', version });
    assert.equal(settled, false);
    await reserve(service, 'two');
    await both;
    await service.whenAnswered('CreateCacheEntry', 1);
  });
});

describe('version 1', () => {
  const reserveRest = (service: CacheService, key: string): Promise<Reply> =>
    callRest(service, 'POST', 'caches', { body: JSON.stringify({ key, version }) });

  test('gives a name once, or to everybody as the service of act does', async (t) => {
    const once = await start(t);
    assert.equal((await reserveRest(once, 'name')).status, 201);
    assert.equal((await reserveRest(once, 'name')).status, 409);
    const always = await start(t, { reservesTaken: true });
    assert.deepEqual((await reserveRest(always, 'name')).body, { cacheId: 1 });
    assert.deepEqual((await reserveRest(always, 'name')).body, { cacheId: 2 });
  });

  test('joins chunks that came in any order, and refuses a gap or another size', async (t) => {
    const service = await start(t);
    assert.deepEqual((await reserveRest(service, 'name')).body, { cacheId: 1 });
    const patch = (range: string, body: string): Promise<Reply> =>
      callRest(service, 'PATCH', 'caches/1', { body, headers: { 'content-range': range } });
    const commit = (size: number): Promise<Reply> =>
      callRest(service, 'POST', 'caches/1', { body: JSON.stringify({ size }) });

    const branch = {
      job: { ref: feature },
      body: 'x',
      headers: { 'content-range': 'bytes 0-0/*' },
    };
    assert.equal((await callRest(service, 'PATCH', 'caches/1', branch)).status, 404);
    assert.equal((await patch('bytes 5-7/*', 'x')).status, 400);
    assert.equal((await patch('bytes 5-9/*', 'world')).status, 204);
    assert.equal((await commit(5)).status, 400);
    assert.equal((await patch('bytes 0-4/*', 'hello')).status, 204);
    assert.equal((await commit(9)).status, 400);
    assert.equal((await commit(10)).status, 204);
    assert.equal(service.entries[0]?.blob.toString(), 'helloworld');
    assert.equal((await patch('bytes 0-4/*', 'again')).status, 404);
  });

  test('answers 204 to a miss and describes a hit, whose archive needs no bearer', async (t) => {
    const service = await start(t, { now: () => 0 });
    service.plant({ name: 'name-1', version, blob: 'archive' });
    const miss = await callRest(service, 'GET', `cache?keys=none&version=${version}`);
    assert.equal(miss.status, 204);
    const hit = await callRest(service, 'GET', `cache?keys=none%2Cname-&version=${version}`);
    const { archiveLocation, ...rest } = hit.body as { archiveLocation: string };
    assert.deepEqual(rest, {
      cacheKey: 'name-1',
      cacheVersion: version,
      scope: main,
      creationTime: '1970-01-01T00:00:00.000Z',
    });
    assert.equal(await (await fetch(archiveLocation)).text(), 'archive');
  });

  test('lists the entries that may be read and begin with a key', async (t) => {
    const service = await start(t);
    service.plant({ name: 'name-1', version: otherVersion, blob: 'x' });
    service.plant({ name: 'name-2', version, scope: feature, blob: 'x' });
    service.plant({ name: 'other', version, blob: 'x' });
    await reserveRest(service, 'name-3');
    const reply = await callRest(service, 'GET', 'caches?key=name-');
    const { totalCount, artifactCaches } = reply.body as {
      totalCount: number;
      artifactCaches: { cacheKey: string }[];
    };
    assert.equal(totalCount, 1);
    assert.deepEqual(
      artifactCaches.map(({ cacheKey }) => cacheKey),
      ['name-1'],
    );
  });

  test('refuses a reservation without a proper key, of a taken name, or by a reader', async (t) => {
    const service = await start(t);
    for (const body of ['{', '{"version":"x"}', '{"version":"x","key":"a,b"}']) {
      assert.equal((await callRest(service, 'POST', 'caches', { body })).status, 400, body);
    }
    assert.equal((await reserveRest(service, 'name')).status, 201);
    const taken = await reserveRest(service, 'name');
    assert.equal(taken.status, 409);
    assert.match(stringIn(taken, 'message'), /^Cache already exists\. Scope: refs\/heads\/main/);
    const body = JSON.stringify({ key: 'other', version });
    const denied = await callRest(service, 'POST', 'caches', { body, job: { readOnly: true } });
    assert.equal(denied.status, 403);
    assert.match(stringIn(denied, 'message'), /^cache write denied: /);
  });
});

test('a reservation takes its name in its scope, in both versions, and is not found', async (t) => {
  const service = await start(t);
  await reserve(service, 'name');
  const message = { key: 'name', version };
  const taken = await callTwirp(service, 'CreateCacheEntry', message);
  assert.equal(taken.status, 409);
  assert.deepEqual(taken.body, {
    code: 'already_exists',
    msg: 'cache entry with the same key, version, and scope already exists',
  });
  const body = JSON.stringify(message);
  assert.equal((await callRest(service, 'POST', 'caches', { body })).status, 409);

  const miss = await callTwirp(service, 'GetCacheEntryDownloadURL', message);
  assert.equal(miss.status, 200);
  assert.deepEqual(miss.body, { ok: false, signed_download_url: '', matched_key: '' });
  const elsewhere = `cache?keys=name&version=${version}`;
  assert.equal((await callRest(service, 'GET', elsewhere)).status, 204);

  const other = { key: 'name', version: otherVersion };
  assert.equal((await callTwirp(service, 'CreateCacheEntry', other)).status, 200);
  const branch = await callTwirp(service, 'CreateCacheEntry', message, { ref: feature });
  assert.equal(branch.status, 200);
});

test('a look-up goes by scope, then by key, and prefers the exact name to a newer prefix match', async (t) => {
  const service = await start(t);
  for (const [name, scope] of [
    ['b', feature],
    ['a', main],
    ['ab', main],
    ['b-newer', feature],
  ] as const) {
    service.plant({ name, version, scope, blob: 'x' });
  }
  const look = async (key: string, ...restoreKeys: string[]): Promise<string> => {
    const message = { key, version, restore_keys: restoreKeys };
    const job = { ref: feature };
    return stringIn(
      await callTwirp(service, 'GetCacheEntryDownloadURL', message, job),
      'matched_key',
    );
  };
  assert.equal(await look('b'), 'b');
  assert.equal(await look('b-'), 'b-newer');
  assert.equal(await look('a', 'b'), 'b');
  assert.equal(await look('a'), 'a');
  assert.equal(await look('c', 'ab', 'a'), 'ab');
});

describe('the blob storage', () => {
  test('takes blocks from @azure/storage-blob and gives the archive back in ranges', async (t) => {
    const service = await start(t);
    const archive = Buffer.from('the archive, in blocks of five bytes');
    const url = await reserve(service, 'name');
    const options = { blockSize: 5, maxSingleShotSize: 1, concurrency: 3 };
    await new BlockBlobClient(url).uploadData(archive, options);
    assert.equal((await finalize(service, 'name', archive.length)).status, 200);
    assert.equal(service.requests.filter(({ path }) => /comp=block(&|$)/.test(path)).length, 8);
    assert.equal(service.requests.filter(({ path }) => path.includes('comp=blocklist')).length, 1);
    assert.deepEqual(service.entries[0]?.blob, archive);

    const message = { key: 'name', version };
    const reply = await callTwirp(service, 'GetCacheEntryDownloadURL', message);
    const client = new BlockBlobClient(stringIn(reply, 'signed_download_url'));
    assert.equal((await client.getProperties()).contentLength, archive.length);
    assert.deepEqual(await client.downloadToBuffer(0, undefined, { blockSize: 7 }), archive);
  });

  test('uses the blocks that the list names, in its order, and no others', async (t) => {
    const service = await start(t);
    const url = await reserve(service, 'name');
    for (const block of ['one', 'two', 'three'])
      await put(`${url}&comp=block&blockid=${block}`, block);
    const list = (...ids: string[]): Promise<Response> =>
      put(
        `${url}&comp=blocklist`,
        `<?xml version="1.0"?><BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join('')}</BlockList>`,
      );
    const refused = await list('one', 'four');
    assert.equal(refused.status, 400);
    assert.equal(refused.headers.get('x-ms-error-code'), 'InvalidBlockList');
    assert.equal((await list('two', 'one')).status, 201);
    assert.equal(service.entries[0]?.blob.toString(), 'twoone');
  });

  test('gives the whole, a range, or only the head', async (t) => {
    const service = await start(t);
    const url = await findUrl(service, '0123456789');
    const get = async (
      headers: Record<string, string>,
      method = 'GET',
    ): Promise<[number, string, string | null, string | null]> => {
      const response = await fetch(url, { method, headers });
      const { status, headers: got } = response;
      return [status, await response.text(), got.get('content-range'), got.get('content-length')];
    };
    assert.deepEqual(await get({}), [200, '0123456789', null, '10']);
    assert.deepEqual(await get({}, 'HEAD'), [200, '', null, '10']);
    assert.deepEqual(await get({ range: 'bytes=2-4' }), [206, '234', 'bytes 2-4/10', '3']);
    assert.deepEqual(await get({ range: 'bytes=7-99' }), [206, '789', 'bytes 7-9/10', '3']);
    assert.deepEqual(await get({ range: 'bytes=8-' }), [206, '89', 'bytes 8-9/10', '2']);
    assert.deepEqual(await get({ 'x-ms-range': 'bytes=0-0' }), [206, '0', 'bytes 0-0/10', '1']);
    assert.deepEqual(await get({ range: 'lines=1-2' }), [200, '0123456789', null, '10']);
    assert.equal((await get({ range: 'bytes=10-11' }))[0], 416);
  });

  test('refuses a URL that was changed, used for the other direction or has expired, and any bearer token', async (t) => {
    let now = 0;
    const service = await start(t, { now: () => now });
    const download = await findUrl(service, 'archive');
    const upload = await reserve(service, 'name');
    const codeOf = async (answer: Promise<Response>): Promise<string> => {
      const { status, headers } = await answer;
      return `${status} ${headers.get('x-ms-error-code') ?? ''}`.trim();
    };
    const unsigned = new URL(download);
    unsigned.searchParams.delete('sig');
    const moved = new URL(download);
    moved.pathname = new URL(upload).pathname;
    assert.equal(await codeOf(fetch(unsigned)), '403 AuthenticationFailed');
    assert.equal(await codeOf(fetch(moved)), '403 AuthenticationFailed');
    assert.equal(await codeOf(fetch(upload)), '403 AuthorizationPermissionMismatch');
    assert.equal(await codeOf(put(download, 'x')), '403 AuthorizationPermissionMismatch');
    assert.equal(await codeOf(fetch(upload, { method: 'PUT' })), '400 MissingRequiredHeader');
    const headers = { authorization: bearer(service, {}) };
    assert.equal(await codeOf(fetch(download, { headers })), '401 InvalidAuthenticationInfo');
    now = 599_999;
    assert.equal(await codeOf(fetch(download)), '200');
    now = 600_000;
    assert.equal(await codeOf(fetch(download)), '403 AuthenticationFailed');
    assert.equal(await codeOf(put(upload, 'x')), '201');
  });
});

describe('a fault', () => {
  const message = { key: 'name', version };

  test('with a status replaces the call, as often as requested', async (t) => {
    const service = await start(t);
    const fault: Fault = {
      status: 503,
      body: 'busy',
      contentType: 'text/plain',
      headers: { 'retry-after': '1' },
    };
    service.fault('upload', fault, 2);
    const url = await reserve(service, 'name');
    for (let time = 0; time < 2; time += 1) {
      const response = await put(url, 'four');
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('content-type'), 'text/plain');
      assert.equal(response.headers.get('retry-after'), '1');
      assert.equal(await response.text(), 'busy');
      assert.equal(service.entries[0]?.blob.length, 0);
    }
    assert.equal((await put(url, 'four')).status, 201);
    assert.deepEqual(
      service.requests.map(({ call, status }) => [call, status]),
      [
        ['CreateCacheEntry', 200],
        ['upload', 503],
        ['upload', 503],
        ['upload', 201],
      ],
    );
  });

  test('comes after the one before it, and forever until it is cleared', async (t) => {
    const service = await start(t);
    service.fault('GetCacheEntryDownloadURL', { status: 500, body: '{}' }, 1);
    service.fault('GetCacheEntryDownloadURL', { status: 502, body: '{}' });
    const statuses: number[] = [];
    for (let time = 0; time < 3; time += 1) {
      statuses.push((await callTwirp(service, 'GetCacheEntryDownloadURL', message)).status);
    }
    assert.deepEqual(statuses, [500, 502, 502]);
    service.clearFaults();
    assert.equal((await callTwirp(service, 'GetCacheEntryDownloadURL', message)).status, 200);
  });

  test('that resets ends the connection before the call', async (t) => {
    const service = await start(t);
    service.fault('CreateCacheEntry', 'reset', 1);
    await assert.rejects(
      callTwirp(service, 'CreateCacheEntry', message),
      (error: Error) => (error.cause as { code?: string }).code === 'ECONNRESET',
    );
    assert.deepEqual(service.entries, []);
    assert.equal(service.requests[0]?.status, undefined);
    assert.equal((await callTwirp(service, 'CreateCacheEntry', message)).status, 200);
  });

  test('that hangs answers nothing until the service is closed', async (t) => {
    const service = await start(t);
    service.fault('CreateCacheEntry', 'hang');
    let settled = false;
    const hanging = callTwirp(service, 'CreateCacheEntry', message).finally(() => {
      settled = true;
    });
    while (service.requests.length === 0) await setImmediate();
    assert.equal((await callTwirp(service, 'GetCacheEntryDownloadURL', message)).status, 200);
    assert.equal(settled, false);
    await service.close();
    await assert.rejects(hanging);
    assert.equal(service.requests[0]?.status, undefined);
  });

  test('that cuts sends half of the body', async (t) => {
    const service = await start(t);
    const url = await findUrl(service, '0123456789');
    service.fault('download', 'cut', 1);
    const response = await fetch(url);
    assert.equal(response.headers.get('content-length'), '10');
    const received: Uint8Array[] = [];
    await assert.rejects(async () => {
      for await (const piece of response.body ?? []) received.push(piece as Uint8Array);
    });
    assert.equal(Buffer.concat(received).toString(), '01234');
    assert.equal(await (await fetch(url)).text(), '0123456789');
  });

  test('that cuts an answer without a body resets, after the call', async (t) => {
    const service = await start(t);
    const url = await reserve(service, 'name');
    service.fault('upload', 'cut');
    await assert.rejects(put(url, 'four'));
    assert.equal(service.entries[0]?.blob.toString(), 'four');
  });

  test('with a wrong body changes only the bytes', async (t) => {
    const service = await start(t);
    const url = await findUrl(service, '0123456789');
    service.fault('download', { wrongBody: Buffer.from('other') });
    const response = await fetch(url, { headers: { range: 'bytes=0-3' } });
    assert.equal(response.status, 206);
    assert.equal(response.headers.get('content-length'), '5');
    assert.equal(await response.text(), 'other');
  });
});

test('entries are planted, removed and cleared without a request', async (t) => {
  const service = await start(t);
  service.plant({ name: 'one', version, blob: 'x' });
  service.plant({ name: 'one', version: otherVersion, blob: 'x' });
  service.plant({ name: 'two', version, scope: feature, blob: 'blob' });
  assert.throws(() => {
    service.plant({ name: 'one', version, blob: 'y' });
  }, RangeError);
  assert.equal(service.entries.at(-1)?.blob.toString(), 'blob');
  service.remove({ name: 'one', version });
  assert.deepEqual(
    service.entries.map(({ name, version: kept }) => [name, kept]),
    [
      ['one', otherVersion],
      ['two', version],
    ],
  );
  service.clear();
  assert.deepEqual(service.entries, []);
  assert.deepEqual(service.requests, []);
});

test('every request is recorded with its call, its headers and its body', async (t) => {
  const service = await start(t);
  const { ACTIONS_RUNTIME_TOKEN: token = '', ...environment } = service.environment({
    version: 'v2',
  });
  assert.deepEqual(environment, {
    ACTIONS_CACHE_URL: `${service.origin}/repository/`,
    ACTIONS_RESULTS_URL: `${service.origin}/results/`,
    ACTIONS_CACHE_SERVICE_V2: 'True',
    GITHUB_SERVER_URL: 'https://github.com',
  });
  assert.equal('ACTIONS_CACHE_SERVICE_V2' in service.environment({ version: 'v1' }), false);
  const url = `${environment.ACTIONS_CACHE_URL}_apis/artifactcache/caches`;
  await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  const [request] = service.requests;
  assert.ok(request);
  const { method, path, call, headers, body, status } = request;
  assert.deepEqual(
    { method, path, call, body: body.toString(), status },
    {
      method: 'POST',
      path: '/repository/_apis/artifactcache/caches',
      call: 'v1-reserve',
      body: '{}',
      status: 400,
    },
  );
  assert.equal(headers['authorization'], `Bearer ${token}`);
});

test('a closed service refuses connections', async () => {
  const service = await startCacheService();
  await service.close();
  await assert.rejects(
    fetch(service.origin),
    (error: Error) => (error.cause as { code?: string }).code === 'ECONNREFUSED',
  );
});
