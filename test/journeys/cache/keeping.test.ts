/**
 * Which tokens the built action saves in the cache, what it says about the others, and what others see of a saved
 * token.
 */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { CacheObstacle, NotCachedReason } from '../../../src/wording/cache.ts';
import { makeVersion } from '../../../src/cache/service.ts';
import {
  client,
  findProgram,
  issueTokens,
  type JobOptions,
  makePath,
  pathDecides,
  wires,
} from '../../support/making/cache-stage.ts';
import { type Answer, token } from '../../support/doubles/scripted-server.ts';
import type { Given } from '../../support/making/inputs.ts';
import {
  asking,
  got,
  gotForUnknown,
  kept,
  keptIt,
  missed,
  notCached,
  notUsed,
  set,
} from '../../support/making/log-lines.ts';
import {
  basic,
  preparePlainPath,
  start,
  count,
  chooseLifetime,
} from '../../support/making/cache-jobs.ts';

const concurrency = 3;

/** The lines of a job that does not use the cache, and says why before its request. */
function unused(obstacle: CacheObstacle): string[] {
  return [notUsed(obstacle), asking(), got(), set];
}

const getPlainPath = preparePlainPath();

describe('a token is not kept', { concurrency }, () => {
  const rows: { name: string; answer: Answer; inputs?: Given; lines: string[] }[] = [
    {
      name: 'when nobody knows when it expires',
      answer: token({ expires_in: undefined }),
      lines: [missed(), gotForUnknown, notCached('no_expiry'), set],
    },
    {
      name: 'when it lives no longer than min-validity',
      answer: token(),
      inputs: { 'min-validity': '3600' },
      lines: [missed(), got(), notCached('short_life', { 'min-validity': '3600' }), set],
    },
    {
      name: 'when it is too large',
      // A token of that size would not fit into an environment variable.
      answer: token({ note: 'large'.repeat(40_000) }),
      lines: [missed(), got(), notCached('too_large'), set],
    },
  ];
  for (const { name, answer, inputs = {}, lines } of rows) {
    test(name, async (t) => {
      const stage = await start(t, { answers: [answer] });
      const run = await stage.run({ inputs });
      assert.deepEqual(run.lines, lines);
      assert.deepEqual(stage.service.entries, []);
    });
  }

  for (const name of [
    'refresh_token',
    'code',
    'device_code',
    'otp',
    'subject_token',
    'assertion',
    'refreshToken',
    'authCode',
  ]) {
    test(`when the parameter ${name} works only once`, async (t) => {
      const stage = await start(t);
      const run = await stage.run({ inputs: { parameters: `${name}=used-up-by-asking` } });
      assert.deepEqual(run.lines, unused('single_use'));
      assert.deepEqual(stage.service.requests, []);
    });
  }
});

describe('if a token cannot be saved, one line says why', { concurrency }, () => {
  const obstacles: { name: string; job: JobOptions; why: CacheObstacle }[] = [
    {
      name: 'a mode of none',
      job: { environment: { ACTIONS_CACHE_MODE: 'none' } },
      why: 'mode',
    },
    {
      name: 'a GitHub Enterprise Server without a service',
      job: {
        environment: {
          GITHUB_SERVER_URL: 'https://ghe.example',
          ACTIONS_CACHE_URL: '',
          ACTIONS_RESULTS_URL: '',
        },
      },
      why: 'no_service',
    },
    {
      name: 'no runtime token',
      job: { environment: { ACTIONS_RUNTIME_TOKEN: '' } },
      why: 'no_service',
    },
    {
      name: 'no repository',
      job: { environment: { GITHUB_REPOSITORY_ID: '', GITHUB_REPOSITORY: '' } },
      why: 'no_repository',
    },
    {
      name: 'a secret of 15 bytes',
      job: { inputs: { 'client-secret': 'fifteen-letters' } },
      why: 'short_secret',
    },
    {
      name: 'two secrets of 15 bytes',
      job: {
        inputs: { 'client-secret': 'fifteen-letters', 'cache-encryption-key': 'another-fifteen' },
      },
      why: 'short_key',
    },
  ];
  for (const { name, job, why } of obstacles) {
    test(name, async (t) => {
      const stage = await start(t);
      const run = await stage.run(job);
      assert.deepEqual(run.lines, unused(why));
      assert.deepEqual(stage.service.requests, []);
    });
  }

  const reasons: {
    name: string;
    job: JobOptions;
    scripts?: Record<string, string>;
    why: NotCachedReason;
  }[] = [
    {
      name: 'a mode that only reads',
      job: { environment: { ACTIONS_CACHE_MODE: 'read' } },
      why: 'denied',
    },
    { name: 'a token that only reads, v2', job: { version: 'v2', readOnly: true }, why: 'denied' },
    { name: 'a token that only reads, v1', job: { version: 'v1', readOnly: true }, why: 'denied' },
    { name: 'no tar', job: {}, scripts: {}, why: 'no_tar' },
    {
      name: 'a tar that fails',
      job: {},
      scripts: { tar: '#!/bin/sh\necho "tar (GNU tar) 1.35"\n[ "$1" = --version ]\n' },
      why: 'tar_failed',
    },
    {
      name: 'no directory for temporary files',
      job: { environment: { RUNNER_TEMP: '/nonexistent/directory' } },
      why: 'no_room',
    },
    {
      name: 'the tar of busybox with glibc',
      job: {},
      scripts: refusePosix("unrecognized option '--posix'"),
      why: 'other_tar',
    },
    {
      name: 'the tar of busybox with musl',
      job: {},
      scripts: refusePosix('unrecognized option: posix'),
      why: 'other_tar',
    },
  ];
  for (const { name, job, scripts, why } of reasons) {
    test(name, scripts === undefined ? {} : pathDecides, async (t) => {
      const stage = await start(t);
      const path = scripts && (await makePath(['gzip'], scripts));
      t.after(() => path && rm(path, { recursive: true }));
      const run = await stage.run({
        ...job,
        environment: { ...job.environment, ...(path && { PATH: path }) },
      });
      assert.deepEqual(run.lines, [missed(), got(), notCached(why), set]);
      assert.deepEqual(stage.service.entries, []);
    });
  }

  /** A tar that fails for one option, and otherwise works. */
  function refusePosix(complaint: string): Record<string, string> {
    const tar = findProgram('tar') ?? 'tar';
    return {
      tar: `#!/bin/sh\ncase " $* " in\n*" --posix "*) echo "tar: ${complaint}" >&2; exit 1;;\nesac\nexec ${tar} "$@"\n`,
    };
  }

  test('but a mode that only writes is enough to save one without a look-up', async (t) => {
    const stage = await start(t);
    const first = await stage.run({ environment: { ACTIONS_CACHE_MODE: 'write-only' } });
    assert.deepEqual(first.lines, [asking(), ...kept.slice(1)]);
    assert.equal(count(stage, 'GetCacheEntryDownloadURL'), 0);
    assert.equal((await stage.run()).token, first.token);
  });

  test('and with a cache-encryption-key a short secret is enough', async (t) => {
    const stage = await start(t);
    const inputs = { 'client-secret': 'short', 'cache-encryption-key': 'key-of-sixteen-b' };
    const first = await stage.run({ inputs });
    assert.deepEqual(first.lines, kept);
    assert.equal((await stage.run({ inputs })).token, first.token);
  });

  test('and the name of a repository is used if it has no id', async (t) => {
    const stage = await start(t);
    const environment = { GITHUB_REPOSITORY_ID: '', GITHUB_REPOSITORY: 'octo-org/one' };
    const first = await stage.run({ environment });
    assert.equal((await stage.run({ environment })).token, first.token);
    const other = await stage.run({
      environment: { ...environment, GITHUB_REPOSITORY: 'octo-org/two' },
    });
    assert.equal(other.hit, false);
  });
});

describe('the saved entry', { concurrency }, () => {
  for (const version of wires) {
    test(
      `shows nothing of token, client, URL and secret over ${version}`,
      pathDecides,
      async (t) => {
        const answer = token({
          access_token: 'the-very-access-token',
          instance_url: 'https://instance.example',
        });
        const stage = await start(t, { answers: [answer] });
        const inputs = {
          scopes: 'read:things',
          'cache-encryption-key': 'the-cache-encryption-key',
        };
        for (const PATH of [process.env['PATH'] ?? '', getPlainPath()]) {
          const run = await stage.run({
            version,
            inputs: { ...inputs, 'use-cache': 'refresh' },
            environment: { PATH },
          });
          assert.equal(run.lines[2], keptIt);
        }
        const known = [
          'the-very-access-token',
          'https://instance.example',
          'read:things',
          'the-cache-encryption-key',
          client.id,
          client.secret,
          basic,
          stage.endpoint.url,
          new URL(stage.endpoint.url).host,
        ];
        const public_ = [
          ...stage.service.entries.flatMap(({ name, blob, version: of }) => [
            Buffer.from(name),
            blob,
            of === makeVersion('gzip') ? gunzipSync(blob) : zstdDecompressSync(blob),
          ]),
          ...stage.service.requests.flatMap(({ path, body }) => [Buffer.from(path), body]),
        ];
        assert.equal(stage.service.entries.length, 2);
        for (const bytes of public_) {
          const found = known
            .flatMap((text) => [
              text,
              Buffer.from(text).toString('base64'),
              Buffer.from(text).toString('hex'),
            ])
            .filter((text) => bytes.includes(text));
          assert.deepEqual(found, []);
        }
      },
    );
  }

  test('has names that differ completely for different secrets, and begin the same for one secret', async (t) => {
    const stage = await start(t, { answers: [issueTokens({ expires_in: chooseLifetime() })] });
    await stage.run();
    await stage.run({ inputs: { 'client-secret': 'the-secret-of-ci-clienT' } });
    await stage.run({ inputs: { 'use-cache': 'refresh' } });
    const [one = [], other = [], again = []] = stage.service.entries.map(({ name }) => {
      const parts = /^oauth2-token-v2-([0-9a-f]{32})-([0-9a-f]{16})(-[0-9a-f]{8})?$/.exec(name);
      assert.ok(parts, name);
      return parts.slice(1);
    });
    assert.notEqual(one[0], other[0]);
    // They expire in the same five minutes, which the names must not show.
    assert.notEqual(one[1], other[1]);
    assert.deepEqual(one.slice(0, 2), again.slice(0, 2));
  });
});
