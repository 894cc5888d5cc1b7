import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';

import { startCacheService } from '../../test/support/doubles/cache-service.ts';
import { answerJson } from '../../test/support/doubles/fakes.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type RequestLimits,
  sendRequest,
  type SendRequest,
} from '../http/request.ts';
import { TransportError } from '../http/transport-error.ts';
import {
  type CacheService,
  CacheServiceError,
  chooseCacheService,
  compressions,
  makeVersion,
  readCacheMode,
  type ReservationService,
} from './service.ts';

type Env = Record<string, string>;

/** What the toolkit makes of an environment; `error` if it throws. */
interface ToolkitChoice {
  readonly version?: 'v1' | 'v2';
  readonly url?: string;
  readonly readable?: boolean;
  readonly writable?: boolean;
  readonly error?: string;
}

/**
 * Runs the toolkit itself, in a process whose environment it can change. Its package does not export this, but a file
 * can be imported by its URL.
 */
function askToolkit(envs: readonly Env[]): {
  choices: ToolkitChoice[];
  versions: Record<string, string>;
} {
  const script = `
    import { readFileSync } from 'node:fs';
    const { toolkit, envs, compressions } = JSON.parse(readFileSync(0, 'utf8'));
    const config = await import(new URL('internal/config.js', toolkit));
    const { getCacheVersion } = await import(new URL('internal/cacheUtils.js', toolkit));
    const choose = (env) => {
      process.env = env;
      const mode = config.getCacheMode();
      try {
        return {
          version: config.getCacheServiceVersion(),
          url: config.getCacheServiceURL(),
          readable: config.isCacheReadable(mode),
          writable: config.isCacheWritable(mode),
        };
      } catch (error) {
        return { error: error.message };
      }
    };
    const versions = compressions.map((one) => [one, getCacheVersion(['token.bin'], one, true)]);
    const answer = { choices: envs.map(choose), versions: Object.fromEntries(versions) };
    process.stdout.write(JSON.stringify(answer));`;
  const input = JSON.stringify({
    toolkit: import.meta.resolve('@actions/cache'),
    envs,
    compressions,
  });
  const args = ['--input-type=module', '--eval', script];
  const child = spawnSync(process.execPath, args, { input, maxBuffer: 2 ** 24, encoding: 'utf8' });
  assert.equal(child.status, 0, child.stderr);
  return JSON.parse(child.stdout) as ReturnType<typeof askToolkit>;
}

/** Every combination of the values of some variables; undefined leaves one out. */
function combine(values: Record<string, readonly (string | undefined)[]>): Env[] {
  return Object.entries(values).reduce<Env[]>(
    (envs, [name, options]) =>
      envs.flatMap((env) =>
        options.map((value) => (value === undefined ? env : { ...env, [name]: value })),
      ),
    [{}],
  );
}

const environments = combine({
  ACTIONS_RUNTIME_TOKEN: ['runtime-token'],
  GITHUB_SERVER_URL: [
    undefined,
    '',
    'https://github.com',
    'https://GitHub.com/',
    'https://github.com:8443',
    'https://acme.ghe.com',
    'https://ghe.com',
    'https://notghe.com',
    'https://github.localhost',
    'http://localhost:3000',
    'https://ghe.example.com',
    'https://github.com.example.com',
    'https://www.github.com',
  ],
  ACTIONS_CACHE_SERVICE_V2: [undefined, '', 'true', 'True', 'false', '0', ' '],
  ACTIONS_RESULTS_URL: [undefined, '', 'https://results.example.com/some/path/'],
  ACTIONS_CACHE_URL: [undefined, '', 'https://cache.example.com/token/'],
});

const modes = [
  undefined,
  '',
  'none',
  'read',
  'write',
  'write-only',
  'READ',
  ' Write-Only\n',
  'read-write',
  'readwrite',
  'off',
  'true',
];

const modeEnvironments = combine({ ACTIONS_CACHE_MODE: modes });

const toolkit = askToolkit([...environments, ...modeEnvironments]);

const prefix = 'oauth2-token-v2-0123456789abcdef0123456789abcdef-';
const name = `${prefix}0123456789abcdef`;
const blobUrl = 'https://blobs.example.com/1?sig=a%2Bb';
const { signal } = new AbortController();

const v2: Env = {
  ACTIONS_RUNTIME_TOKEN: 'runtime-token',
  ACTIONS_CACHE_SERVICE_V2: 'True',
  ACTIONS_RESULTS_URL: 'https://results.example.com/some/path/',
  GITHUB_SERVER_URL: 'https://github.com',
};
const v1: Env = {
  ACTIONS_RUNTIME_TOKEN: 'runtime-token',
  ACTIONS_CACHE_URL: 'https://cache.example.com/token/',
  GITHUB_SERVER_URL: 'https://ghe.example.com',
};

/** A service that always gives the same answer, and the requests that it got. */
function createService(
  env: Env,
  answer: HttpResponse | Error,
): {
  service: CacheService & ReservationService;
  requests: HttpRequest[];
  limits: RequestLimits[];
} {
  const requests: HttpRequest[] = [];
  const limits: RequestLimits[] = [];
  const send: SendRequest = (request, limit) => {
    requests.push(request);
    limits.push(limit);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const service = chooseCacheService(env, send);
  assert.ok(service !== undefined);
  return { service, requests, limits };
}

function answerText(status: number, text: string | Buffer): HttpResponse {
  return { status, statusText: '', headers: {}, body: Buffer.from(text) };
}

describe('chooseCacheService', () => {
  test('chooses what the toolkit chooses', async () => {
    assert.equal(environments.length, 13 * 7 * 3 * 3);
    for (const [index, env] of environments.entries()) {
      const choice = toolkit.choices[index];
      const requests: HttpRequest[] = [];
      const service = chooseCacheService(env, (request) => {
        requests.push(request);
        return Promise.resolve(answerJson(200, { ok: false }));
      });
      // Version 1 has another answer. Here the request is enough.
      await service?.find(prefix, 'gzip', signal).catch(() => undefined);
      const sent = requests.map(({ method, url }) => `${method} ${url.split('?')[0] ?? ''}`);
      assert.deepEqual(sent, expectRequests(choice), JSON.stringify(env));
    }
  });

  function expectRequests({ version, url }: ToolkitChoice = {}): string[] {
    if (url === '') return [];
    if (version === 'v1') return [`GET ${url ?? ''}_apis/artifactcache/cache`];
    const path = '/twirp/github.actions.results.api.v1.CacheService/GetCacheEntryDownloadURL';
    return [`POST ${new URL(path, url).href}`];
  }

  for (const token of [undefined, '']) {
    test(`chooses none if the runtime token is ${token === '' ? 'empty' : 'missing'}`, () => {
      for (const env of [v1, v2]) {
        const bare = { ...env, ACTIONS_RUNTIME_TOKEN: token };
        assert.equal(chooseCacheService(bare, sendRequest), undefined);
      }
    });
  }

  for (const env of [
    {},
    { ...v2, ACTIONS_RESULTS_URL: 'no URL' },
    { ...v2, ACTIONS_RESULTS_URL: '', ACTIONS_CACHE_URL: 'https://cache.example.com/' },
    { ...v1, ACTIONS_CACHE_URL: 'no URL' },
  ]) {
    test(`chooses none for ${JSON.stringify(env)}`, () => {
      assert.equal(chooseCacheService(env, sendRequest), undefined);
    });
  }
});

describe('readCacheMode', () => {
  for (const [index, env] of modeEnvironments.entries()) {
    const { readable, writable } = toolkit.choices[environments.length + index] ?? {};
    test(`reads ${JSON.stringify(env)} as the toolkit does`, () => {
      assert.deepEqual(readCacheMode(env), { readable, writable });
    });
  }

  const known: readonly (readonly [mode: string, readable: boolean, writable: boolean])[] = [
    ['none', false, false],
    ['read', true, false],
    ['write', true, true],
    ['write-only', false, true],
    ['another', true, true],
    ['', true, true],
  ];
  for (const [mode, readable, writable] of known) {
    test(`says that "${mode}" ${readable ? 'reads' : 'does not read'} and ${writable ? 'writes' : 'does not write'}`, () => {
      assert.deepEqual(readCacheMode({ ACTIONS_CACHE_MODE: mode }), { readable, writable });
    });
  }
});

describe('makeVersion', () => {
  for (const compression of compressions) {
    test(`gives the version of the toolkit for ${compression}`, () => {
      assert.equal(makeVersion(compression), toolkit.versions[compression]);
    });
  }
});

describe('find by version 2', () => {
  const found = { ok: true, signed_download_url: blobUrl, matched_key: name };

  test('sends the request of the toolkit', async () => {
    const { service, requests, limits } = createService(v2, answerJson(200, found));
    await service.find(prefix, 'zstd-without-long', signal);
    assert.deepEqual(requests, [
      {
        method: 'POST',
        url: 'https://results.example.com/twirp/github.actions.results.api.v1.CacheService/GetCacheEntryDownloadURL',
        headers: {
          authorization: 'Bearer runtime-token',
          'user-agent': 'oauth2-token',
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          key: prefix,
          restore_keys: [prefix],
          version: toolkit.versions['zstd-without-long'],
        }),
      },
    ]);
    assert.deepEqual(limits, [{ signal, maxBytes: 65_536 }]);
  });

  const entry = { name, url: blobUrl };
  const answers: readonly (readonly [what: string, answer: unknown, expected: unknown])[] = [
    ['an entry', found, entry],
    [
      'an entry in the other names of proto3',
      { ok: true, signedDownloadUrl: blobUrl, matchedKey: name },
      entry,
    ],
    ['an entry with further fields', { ...found, more: { a: 1 } }, entry],
    ['no entry', { ok: false, signed_download_url: '', matched_key: '' }, undefined],
    ['no entry, but what would be one', { ...found, ok: false }, undefined],
    ['no entry, left out', {}, undefined],
    ['no entry, by null', { ok: null }, undefined],
  ];
  for (const [what, answer, expected] of answers) {
    test(`reads ${what}`, async () => {
      const { service } = createService(v2, answerJson(200, answer));
      assert.deepEqual(await service.find(prefix, 'gzip', signal), expected);
    });
  }

  test('accepts any success', async () => {
    const { service } = createService(v2, answerJson(201, found));
    assert.deepEqual(await service.find(prefix, 'gzip', signal), entry);
  });

  const refused: readonly (readonly [what: string, answer: HttpResponse])[] = [
    ['ok in words', answerJson(200, { ...found, ok: 'true' })],
    ['ok as a number', answerJson(200, { ...found, ok: 1 })],
    ['no URL', answerJson(200, { ok: true, matched_key: name })],
    ['no name', answerJson(200, { ok: true, signed_download_url: blobUrl })],
    ['a URL that is no text', answerJson(200, { ...found, signed_download_url: [blobUrl] })],
    ['a name that is no text', answerJson(200, { ...found, matched_key: 7 })],
    ['a list', answerJson(200, [found])],
    ['no content', answerText(204, '')],
  ];
  for (const [what, answer] of refused) {
    test(`refuses ${what}`, async () => {
      await refuse(v2, answer);
    });
  }
});

describe('find by version 1', () => {
  const found = { cacheKey: name, archiveLocation: blobUrl };

  test('sends the request of the toolkit', async () => {
    const { service, requests, limits } = createService(v1, answerText(204, ''));
    await service.find(prefix, 'gzip', signal);
    const version = toolkit.versions['gzip'] ?? '';
    assert.deepEqual(requests, [
      {
        method: 'GET',
        url: `https://cache.example.com/token/_apis/artifactcache/cache?keys=${prefix}&version=${version}`,
        headers: {
          authorization: 'Bearer runtime-token',
          'user-agent': 'oauth2-token',
          accept: 'application/json;api-version=6.0-preview.1',
        },
      },
    ]);
    assert.deepEqual(limits, [{ signal, maxBytes: 65_536 }]);
  });

  test('reads 204 as no entry', async () => {
    const { service } = createService(v1, answerText(204, ''));
    assert.equal(await service.find(prefix, 'gzip', signal), undefined);
  });

  test('reads any 2xx', async () => {
    const { service } = createService(v1, answerJson(299, found));
    assert.deepEqual(await service.find(prefix, 'gzip', signal), { name, url: blobUrl });
  });

  test('reads an entry', async () => {
    const answer = { ...found, scope: 'refs/heads/main', creationTime: '2026-01-31T11:00:00Z' };
    const { service } = createService(v1, answerJson(200, answer));
    assert.deepEqual(await service.find(prefix, 'gzip', signal), { name, url: blobUrl });
  });

  const refused: readonly (readonly [what: string, answer: HttpResponse])[] = [
    ['no URL', answerJson(200, { cacheKey: name })],
    ['no name', answerJson(200, { archiveLocation: blobUrl })],
    ['a URL that is no text', answerJson(200, { ...found, archiveLocation: { url: blobUrl } })],
    ['a name that is no text', answerJson(200, { ...found, cacheKey: null })],
    ['an empty object', answerJson(200, {})],
    ['a list', answerJson(200, [found])],
  ];
  for (const [what, answer] of refused) {
    test(`refuses ${what}`, async () => {
      await refuse(v1, answer);
    });
  }
});

/** Whatever the answer was, the error has its status and nothing else of it. */
async function refuse(env: Env, answer: HttpResponse): Promise<void> {
  const { service } = createService(env, answer);
  await assert.rejects(service.find(prefix, 'gzip', signal), (error) => {
    assert.ok(error instanceof CacheServiceError);
    const { status, code, message } = error;
    const word = 'cache_service_failed';
    assert.deepEqual(
      { name: error.name, status, code, message },
      { name: 'CacheServiceError', status: answer.status, code: word, message: word },
    );
    assert.deepEqual(Object.keys(error).toSorted(), ['code', 'name', 'status']);
    return true;
  });
}

describe('find refuses', () => {
  const page = '<!doctype html><title>Sign in</title>';
  const answers: readonly (readonly [what: string, answer: HttpResponse])[] = [
    ['a page', answerText(200, page)],
    ['an empty answer', answerText(200, '')],
    ['null', answerText(200, 'null')],
    ['a number', answerText(200, '7')],
    ['a text', answerText(200, '"ok"')],
    ['half an answer', answerText(200, '{"ok": true, ')],
    ['a redirect', answerText(302, '')],
    [
      'a redirect with what would be an entry',
      answerJson(302, {
        ok: true,
        signed_download_url: blobUrl,
        matched_key: name,
        archiveLocation: blobUrl,
        cacheKey: name,
      }),
    ],
    ['400', answerJson(400, { code: 'malformed' })],
    ['401', answerJson(401, { code: 'unauthenticated' })],
    ['403', answerJson(403, { msg: 'cache read denied: token has no readable scopes' })],
    ['404', answerText(404, page)],
    ['429', answerJson(429, { code: 'resource_exhausted' })],
    ['500', answerText(500, '')],
    ['503', answerText(503, page)],
  ];
  for (const [what, answer] of answers) {
    test(`${what}, with either version`, async () => {
      await refuse(v1, answer);
      await refuse(v2, answer);
    });
  }

  test('no answer with the error of the transport', async () => {
    const error = new TransportError('timeout');
    for (const env of [v1, v2]) {
      const { service } = createService(env, error);
      await assert.rejects(service.find(prefix, 'gzip', signal), error);
    }
  });
});

describe('download', () => {
  const archive = randomBytes(100);

  test('sends only the URL, and no bearer', async () => {
    for (const env of [v1, v2]) {
      const { service, requests, limits } = createService(env, answerText(200, archive));
      assert.deepEqual(await service.download({ name, url: blobUrl }, signal), archive);
      const headers = { 'user-agent': 'oauth2-token' };
      assert.deepEqual(requests, [{ method: 'GET', url: blobUrl, headers }]);
      assert.deepEqual(limits, [{ signal, maxBytes: 262_144 }]);
    }
  });

  test('sends no bearer to the service itself either', async () => {
    const { service, requests } = createService(v1, answerText(200, archive));
    const url = 'https://cache.example.com/token/_apis/artifactcache/artifacts/1';
    await service.download({ name, url }, signal);
    assert.equal(JSON.stringify(requests).includes('runtime-token'), false);
  });

  const act: Env = { ...v1, ACTIONS_CACHE_URL: 'http://172.17.0.1:34567/' };
  const trusted: readonly (readonly [url: string, env: Env])[] = [
    ['https://blobs.example.com/1', v2],
    ['HTTPS://blobs.example.com/1', v2],
    ['http://127.0.0.1:8080/1', v2],
    ['http://localhost/1', v1],
    ['http://[::1]:8080/1', v1],
    ['http://172.17.0.1:34567/_apis/artifactcache/artifacts/1', act],
  ];
  for (const [url, env] of trusted) {
    test(`trusts ${url}`, async () => {
      const { service } = createService(env, answerText(200, archive));
      assert.deepEqual(await service.download({ name, url }, signal), archive);
    });
  }

  const refused: readonly (readonly [url: string, env: Env])[] = [
    ['http://blobs.example.com/1', v2],
    ['http://results.example.com/1', v2],
    ['http://localhost.example.com/1', v2],
    ['http://127.0.0.1@blobs.example.com/1', v2],
    ['http://172.17.0.1:34568/1', act],
    ['http://172.17.0.1/1', act],
    ['http://169.254.169.254/latest/meta-data', act],
    ['ftp://127.0.0.1/1', v2],
    ['file:///etc/passwd', v2],
    ['data:text/plain,x', v2],
    ['//blobs.example.com/1', v2],
    ['/1', v2],
    ['', v2],
  ];
  for (const [url, env] of refused) {
    test(`refuses ${JSON.stringify(url)} without a request`, async () => {
      const { service, requests } = createService(env, answerText(200, archive));
      await assert.rejects(service.download({ name, url }, signal), new CacheServiceError(0));
      assert.deepEqual(requests, []);
    });
  }

  for (const status of [201, 204, 206, 301, 302, 304, 307, 403, 404, 500]) {
    test(`refuses an answer with the status ${status}`, async () => {
      const { service } = createService(v2, answerText(status, archive));
      const result = service.download({ name, url: blobUrl }, signal);
      await assert.rejects(result, new CacheServiceError(status));
    });
  }

  for (const code of ['timeout', 'answer_too_large', 'answer_cut'] as const) {
    test(`fails with the error of the transport, such as ${code}`, async () => {
      const { service } = createService(v2, new TransportError(code));
      await assert.rejects(service.download({ name, url: blobUrl }, signal), { code });
    });
  }
});

describe('reserve', () => {
  const lease = 'oauth2-lease-v2-0123456789abcdef0123456789abcdef';

  test('sends by version 2 what the toolkit sends, under a version that is always the same', async () => {
    const answer = answerJson(200, { ok: true, signed_upload_url: blobUrl });
    const { service, requests, limits } = createService(v2, answer);
    await service.reserve(lease, signal);
    assert.deepEqual(requests, [
      {
        method: 'POST',
        url: 'https://results.example.com/twirp/github.actions.results.api.v1.CacheService/CreateCacheEntry',
        headers: {
          authorization: 'Bearer runtime-token',
          'user-agent': 'oauth2-token',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ key: lease, version: toolkit.versions['gzip'] }),
      },
    ]);
    assert.deepEqual(limits, [{ signal, maxBytes: 65_536 }]);
  });

  test('sends by version 1 what the toolkit sends, under a version that is always the same', async () => {
    const { service, requests, limits } = createService(v1, answerJson(201, { cacheId: 7 }));
    await service.reserve(lease, signal);
    assert.deepEqual(requests, [
      {
        method: 'POST',
        url: 'https://cache.example.com/token/_apis/artifactcache/caches',
        headers: {
          authorization: 'Bearer runtime-token',
          'user-agent': 'oauth2-token',
          accept: 'application/json;api-version=6.0-preview.1',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ key: lease, version: toolkit.versions['gzip'] }),
      },
    ]);
    assert.deepEqual(limits, [{ signal, maxBytes: 65_536 }]);
  });

  const denied = { ok: false, signed_upload_url: '', message: 'cache write denied' };
  const answers: readonly [what: string, env: Env, answer: HttpResponse, outcome: string][] = [
    ['an upload URL', v2, answerJson(200, { ok: true, signed_upload_url: blobUrl }), 'reserved'],
    ['only ok', v2, answerJson(201, { ok: true }), 'reserved'],
    ['an id', v1, answerJson(201, { cacheId: 7 }), 'reserved'],
    ['an id, as act answers it', v1, answerJson(200, { cacheId: 1 }), 'reserved'],
    ['a denial', v2, answerJson(200, denied), 'failed'],
    ['ok in words', v2, answerJson(200, { ok: 'true' }), 'failed'],
    ['ok left out', v2, answerJson(200, {}), 'failed'],
    ['an id in words', v1, answerJson(201, { cacheId: '7' }), 'failed'],
    ['no id', v1, answerJson(201, {}), 'failed'],
    ['no content', v1, answerText(204, ''), 'failed'],
  ];
  for (const [what, env, answer, outcome] of answers) {
    test(`takes ${what} for ${outcome}`, async () => {
      const { service } = createService(env, answer);
      assert.equal(await service.reserve(lease, signal), outcome);
    });
  }

  const statuses: readonly [status: number, outcome: string][] = [
    [409, 'taken'],
    [429, 'limited'],
    [400, 'failed'],
    [401, 'failed'],
    [403, 'failed'],
    [404, 'failed'],
    [199, 'failed'],
    [300, 'failed'],
    [302, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ];
  for (const [status, outcome] of statuses) {
    test(`takes ${status} for ${outcome}, with either version and whatever the body says`, async () => {
      for (const env of [v1, v2]) {
        for (const body of ['', '<html>', '{"ok": true, "cacheId": 7, "code": "already_exists"}']) {
          const { service } = createService(env, answerText(status, body));
          assert.equal(await service.reserve(lease, signal), outcome);
        }
      }
    });
  }

  for (const error of [new TransportError('timeout'), new Error('a defect')]) {
    test(`never throws, not even the error: ${error.message}`, async () => {
      for (const env of [v1, v2]) {
        const { service } = createService(env, error);
        assert.equal(await service.reserve(lease, signal), 'failed');
      }
    });
  }
});

describe('over the network', () => {
  for (const version of ['v1', 'v2'] as const) {
    test(`a name is reserved once by version ${version}, and is nowhere to be found`, async () => {
      const server = await startCacheService();
      try {
        const service = chooseCacheService(server.environment({ version }), sendRequest);
        assert.ok(service !== undefined);
        const lease = 'oauth2-lease-v2-0123456789abcdef0123456789abcdef';
        const outcomes = await Promise.all([
          service.reserve(lease, signal),
          service.reserve(lease, signal),
          service.reserve(`${lease.slice(0, -1)}0`, signal),
        ]);
        assert.deepEqual(outcomes.toSorted(), ['reserved', 'reserved', 'taken']);
        assert.equal(await service.find(lease, 'gzip', signal), undefined);
        assert.deepEqual(
          server.entries.map(({ finalized, blob }) => [finalized, blob.length]),
          [
            [false, 0],
            [false, 0],
          ],
        );
      } finally {
        await server.close();
      }
    });
  }

  for (const version of ['v1', 'v2'] as const) {
    test(`the newest entry with a prefix is found and downloaded by version ${version}`, async () => {
      const server = await startCacheService();
      try {
        const blob = randomBytes(1000);
        const entryVersion = makeVersion('gzip');
        server.plant({ name: `${prefix}old`, version: entryVersion, blob: 'old' });
        server.plant({ name, version: entryVersion, blob });
        server.plant({
          name: `${prefix}zstd`,
          version: makeVersion('zstd-without-long'),
          blob: 'z',
        });
        server.plant({ name: 'another', version: entryVersion, blob: 'another' });
        const env = server.environment({ version });
        const service = chooseCacheService(
          version === 'v1' ? { ...env, GITHUB_SERVER_URL: 'https://ghe.example.com' } : env,
          sendRequest,
        );
        const found = await service?.find(prefix, 'gzip', signal);
        assert.ok(service !== undefined && found !== undefined);
        assert.equal(found.name, name);
        assert.deepEqual(await service.download(found, signal), blob);
        assert.equal(await service.find('nothing-', 'gzip', signal), undefined);
        const bearers = server.requests.map(({ headers }) => 'authorization' in headers);
        assert.deepEqual(bearers, [true, false, true]);
      } finally {
        await server.close();
      }
    });
  }
});
