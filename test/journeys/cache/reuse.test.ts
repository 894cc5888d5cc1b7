/** Tokens that jobs leave for each other in the cache, by the built action. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, test, type TestContext } from 'node:test';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

import { makeVersion } from '../../../src/cache/service.ts';
import {
  client,
  findProgram,
  issueTokens,
  type JobOptions,
  type JobRun,
  makePath,
  pathDecides,
  type Stage,
  type StageOptions,
  startStage,
  wires,
} from '../../support/making/cache-stage.ts';
import { compress, createForge, forgedToken, packTar } from '../../support/making/forged-entry.ts';
import { type Answer, dynamic, token } from '../../support/doubles/scripted-server.ts';

const concurrency = 3;

const withoutZstd = {
  skip: pathDecides.skip || (findProgram('zstd') === undefined && 'zstd is not installed'),
};

const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');

/** The lines of a job that found nothing, asked, and kept what it got. */
const kept = [
  'No usable token in the cache. Asking <host> (client_credentials).',
  'Got a Bearer token, valid for 1 h, until <time>.',
  'Kept in the cache, encrypted, for other jobs and later runs.',
  'Set: output token, environment variable OAUTH2_TOKEN.',
];

/** The lines of a job that has no use of the cache, and says why before it asks. */
function notUsed(why: string): string[] {
  return [
    `Cache not used: ${why}`,
    'Asking <host> (client_credentials).',
    'Got a Bearer token, valid for 1 h, until <time>.',
    'Set: output token, environment variable OAUTH2_TOKEN.',
  ];
}

/** A PATH with all that saving needs but zstd. */
let plainPath = '';

before(async () => {
  if (pathDecides.skip === false) plainPath = await makePath(['tar', 'gzip']);
});

after(async () => {
  if (plainPath !== '') await rm(plainPath, { recursive: true });
});

async function start(t: TestContext, options?: StageOptions): Promise<Stage> {
  const stage = await startStage(options);
  t.after(stage.close);
  return stage;
}

/** The version of the newest entry, which says how it is compressed. */
function newestVersion({ service }: Stage): string | undefined {
  return service.entries.at(-1)?.version;
}

function count(stage: Stage, call: Stage['service']['requests'][number]['call']): number {
  return stage.service.requests.filter((request) => request.call === call).length;
}

describe('a second job', { concurrency }, () => {
  for (const version of wires) {
    test(
      `reuses the token of the first over ${version}, although it has no zstd`,
      withoutZstd,
      async (t) => {
        const stage = await start(t);
        const { host } = new URL(stage.endpoint.url);
        const first = await stage.run({ version });
        assert.equal(
          first.stdout,
          [
            `::add-mask::${client.secret}`,
            `::add-mask::${basic}`,
            `No usable token in the cache. Asking ${host} (client_credentials).`,
            '::add-mask::token-1-of-the-endpoint',
            `Got a Bearer token, valid for 1 h, until ${first.outputs['expires-at'] ?? ''}.`,
            'Kept in the cache, encrypted, for other jobs and later runs.',
            'Set: output token, environment variable OAUTH2_TOKEN.',
            '',
          ].join('\n'),
        );
        assert.equal(newestVersion(stage), makeVersion('zstd-without-long'));

        const second = await stage.run({ version, environment: { PATH: plainPath } });
        const download = stage.service.requests.findLast(({ call }) => call === 'download');
        const query = download?.path.split('?')[1] ?? '';
        assert.equal(
          second.stdout,
          [
            `::add-mask::${client.secret}`,
            `::add-mask::${basic}`,
            `::add-mask::${query.replaceAll('%', '%25')}`,
            '::add-mask::token-1-of-the-endpoint',
            `Reusing a token from the cache: Bearer, valid for 1 h, until ${first.outputs['expires-at'] ?? ''}. ${host} was not asked.`,
            'Set: output token, environment variable OAUTH2_TOKEN.',
            '',
          ].join('\n'),
        );
        assert.deepEqual(second.outputs, {
          ...first.outputs,
          'cache-hit': 'true',
          'expires-in': second.outputs['expires-in'],
        });
        assert.match(second.outputs['expires-in'] ?? '', /^3(600|5\d\d)$/);
        assert.equal(stage.endpoint.requests.length, 1);
        assert.equal(download?.headers['authorization'], undefined);
      },
    );

    test(`reuses over ${version} what a job without zstd has kept`, pathDecides, async (t) => {
      const stage = await start(t);
      const first = await stage.run({ version, environment: { PATH: plainPath } });
      assert.deepEqual(first.lines, kept);
      assert.equal(newestVersion(stage), makeVersion('gzip'));
      const second = await stage.run({ version });
      assert.deepEqual([second.hit, second.token], [true, first.token]);
      assert.equal(stage.endpoint.requests.length, 1);
    });
  }

  test('uses version 1 on GitHub Enterprise Server, whatever the flag for version 2 says', async (t) => {
    const stage = await start(t);
    const environment = { GITHUB_SERVER_URL: 'https://ghe.example' };
    const first = await stage.run({ version: 'v2', environment });
    assert.deepEqual(first.lines, kept);
    assert.equal((await stage.run({ version: 'v2', environment })).token, first.token);
    assert.equal(count(stage, 'v1-lookup'), 4);
    assert.equal(count(stage, 'GetCacheEntryDownloadURL'), 0);
  });

  test('has the granted scopes and the other members of the answer too, but no secret among them', async (t) => {
    const answer = token({
      scope: 'list read',
      instance_url: 'https://eu.example',
      api_key: 'key-of-the-answer',
    });
    const stage = await start(t, { answers: [answer] });
    const inputs = { scopes: 'read list' };
    const first = await stage.run({ inputs });
    assert.match(first.outputs['response'] ?? '', /"key-of-the-answer"/);
    assert.ok(first.masks.includes('key-of-the-answer'));
    const second = await stage.run({ inputs });
    assert.equal(second.hit, true);
    assert.equal(second.outputs['scope'], 'list read');
    assert.equal(second.outputs['response'], '{"instance_url":"https://eu.example"}');
  });

  test('says with verbose what the cache answered, after the token is masked', async (t) => {
    const stage = await start(t);
    const first = await stage.run({ inputs: { verbose: 'true' } });
    assert.match(
      first.lines.join('\n'),
      /^::group::Cache\nmiss, after [\d.]+ m?s\n::endgroup::\nNo usable /,
    );
    const second = await stage.run({ inputs: { verbose: 'true' } });
    assert.match(
      second.lines.join('\n'),
      /^::group::Cache\nhit, after [\d.]+ m?s\n::endgroup::\nReusing /,
    );
    assert.ok(second.stdout.indexOf('token-1') < second.stdout.indexOf('::group::'));
  });
});

describe('the question that a token answers', { concurrency }, () => {
  /** Only looks: what the rows have in common stays as it is. */
  const looking = { ACTIONS_CACHE_MODE: 'read' };
  const asked = {
    scopes: 'read list',
    audience: 'https://audience.example',
    resource: 'https://resource.example',
    parameters: 'tenant=one\nregion=eu',
    headers: 'X-Tenant: one\nX-Region: eu',
    'cache-encryption-key': 'key-that-seals-entries',
  };
  let stage: Stage;
  let first: JobRun;

  before(async () => {
    stage = await startStage();
    first = await stage.run({ inputs: asked });
  });

  after(() => stage.close());

  const others: Record<string, JobOptions> = {
    'client id': { inputs: { 'client-id': 'other-client' } },
    'client secret': { inputs: { 'client-secret': 'other-secret-of-ci-client' } },
    'cache-encryption-key': { inputs: { 'cache-encryption-key': 'other-key-that-seals' } },
    'empty cache-encryption-key': { inputs: { 'cache-encryption-key': '' } },
    'set of scopes': { inputs: { scopes: 'read' } },
    audience: { inputs: { audience: 'https://other.example' } },
    resource: { inputs: { resource: 'https://other.example' } },
    parameter: { inputs: { parameters: 'tenant=two\nregion=eu' } },
    header: { inputs: { headers: 'X-Tenant: two\nX-Region: eu' } },
    'grant type': { inputs: { 'grant-type': 'password' } },
    'client-auth-method': { inputs: { 'client-auth-method': 'client_secret_post' } },
    'body-format': { inputs: { 'body-format': 'json' } },
    'expires-at-override': { inputs: { 'expires-at-override': '2999-12-31T12:00:00Z' } },
    'default-expires-in': { inputs: { 'default-expires-in': '3600' } },
    'repository id': { environment: { GITHUB_REPOSITORY_ID: '4711' } },
  };
  for (const [what, { inputs, environment }] of Object.entries(others)) {
    test(`is another one with another ${what}`, async () => {
      const run = await stage.run({
        inputs: { ...asked, ...inputs },
        environment: { ...looking, ...environment },
      });
      assert.equal(run.hit, false);
      assert.notEqual(run.token, first.token);
      assert.match(run.lines[0] ?? '', /^No usable token in the cache\. Asking /);
      assert.equal(run.lines[2], 'Not cached: this run may read the cache but not write it.');
    });
  }

  test('is another one with another URL', async () => {
    const inputs = { ...asked, 'token-url': `${stage.endpoint.origin}/other` };
    const run = await stage.run({ inputs, environment: looking });
    assert.equal(run.hit, false);
    assert.equal(stage.endpoint.requests.filter(({ path }) => path === '/other').length, 1);
  });

  const same: Record<string, JobOptions> = {
    'for another run of another job': {
      environment: { GITHUB_RUN_ID: '4711', GITHUB_JOB: 'deploy', GITHUB_SHA: '0'.repeat(40) },
    },
    'with the scopes in another order, and one twice': { inputs: { scopes: 'list  read list' } },
    'with parameters and headers in another order': {
      inputs: {
        parameters: 'region=eu\ntenant=one',
        headers: 'X-Region: eu\nX-Tenant: one',
      },
    },
    'with other inputs that no server sees': {
      inputs: { timeout: '5', 'retry-on': 'all', 'min-validity': '60', verbose: 'true' },
    },
    'in a repository that was renamed': { environment: { GITHUB_REPOSITORY: 'octo-org/renamed' } },
  };
  for (const [when, { inputs, environment }] of Object.entries(same)) {
    test(`is the same one ${when}`, async () => {
      const run = await stage.run({
        inputs: { ...asked, ...inputs },
        environment: { ...looking, ...environment },
      });
      assert.equal(run.hit, true);
      assert.equal(run.token, first.token);
    });
  }
});

describe('use-cache', { concurrency }, () => {
  test('refresh asks anew, and the next job gets the new token', async (t) => {
    const stage = await start(t);
    const first = await stage.run();
    const lookUps = count(stage, 'GetCacheEntryDownloadURL');
    const refreshed = await stage.run({ inputs: { 'use-cache': 'refresh' } });
    assert.deepEqual(refreshed.lines, ['Asking <host> (client_credentials).', ...kept.slice(1)]);
    assert.equal(count(stage, 'GetCacheEntryDownloadURL'), lookUps);
    assert.deepEqual([refreshed.hit, refreshed.token], [false, 'token-2-of-the-endpoint']);
    assert.match(stage.service.entries.at(-1)?.name ?? '', /-[0-9a-f]{16}-[0-9a-f]{8}$/);

    const next = await stage.run();
    assert.deepEqual([next.hit, next.token], [true, refreshed.token]);
    assert.notEqual(next.token, first.token);
  });

  test('false neither looks nor keeps, and says nothing of the cache', async (t) => {
    const stage = await start(t);
    await stage.run();
    const before = stage.service.requests.length;
    const run = await stage.run({ inputs: { 'use-cache': 'false' } });
    assert.deepEqual(run.lines, ['Asking <host> (client_credentials).', kept[1], kept[3]]);
    assert.equal(run.hit, false);
    assert.equal(stage.service.requests.length, before);
  });
});

describe('an entry that nobody can use', { concurrency }, () => {
  for (const version of wires) {
    test(`is replaced over ${version} by the very next job when it is damaged`, async (t) => {
      const stage = await start(t);
      const forge = await createForge(stage.endpoint.url);
      const { name, entry } = forge.seal();
      entry.writeUInt8(entry.readUInt8(entry.length - 1) ^ 1, entry.length - 1);
      const blob = compress(packTar([{ content: entry }]), 'gzip');
      stage.service.plant({ name, version: makeVersion('gzip'), blob });
      await assertReplaced(stage, { version });
    });

    test(`is replaced over ${version} by the very next job when it is garbage, planted for each compression`, async (t) => {
      const stage = await start(t);
      const { prefix } = await createForge(stage.endpoint.url);
      for (const compression of ['gzip', 'zstd-without-long'] as const) {
        const name = `${prefix}${'0'.repeat(16)}`;
        stage.service.plant({ name, version: makeVersion(compression), blob: 'garbage' });
      }
      await assertReplaced(stage, { version });
    });
  }

  /** A miss, whose token is kept under a name that nobody could take before, and a hit. */
  async function assertReplaced(stage: Stage, job: JobOptions): Promise<void> {
    const next = await stage.run(job);
    assert.deepEqual(next.lines, kept);
    assert.match(stage.service.entries.at(-1)?.name ?? '', /-[0-9a-f]{16}-[0-9a-f]{8}$/);
    const later = await stage.run(job);
    assert.deepEqual([later.hit, later.token], [true, next.token]);
    assert.equal(stage.endpoint.requests.length, 1);
  }

  test('because it has expired is replaced by the very next job', async (t) => {
    const stage = await start(t);
    const { seal } = await createForge(stage.endpoint.url);
    plant(stage, seal({ issuedIn: -3600, expiresIn: -1 }));
    const next = await stage.run();
    assert.deepEqual(next.lines, kept);
    assert.deepEqual([(await stage.run()).token, next.hit], [next.token, false]);
  });

  test('does not keep the one after it from being saved, although both expire in the same five minutes', async (t) => {
    // Half a minute before the five minutes are over, and 200 s earlier.
    const end = Math.ceil((Date.now() / 1000 + 3600) / 300) * 300 - 30;
    const lifetime = Math.floor(end - Date.now() / 1000);
    const stage = await start(t, { answers: [issueTokens({ expires_in: lifetime })] });
    const { seal } = await createForge(stage.endpoint.url);
    const { name, entry } = seal({ expiresIn: lifetime - 200 });
    plant(stage, { name, entry });

    const inputs = { 'min-validity': String(lifetime - 100) };
    const next = await stage.run({ inputs });
    assert.equal(next.lines[2], kept[2]);
    const saved = stage.service.entries.at(-1)?.name ?? '';
    assert.equal(saved.slice(0, name.length + 1), `${name}-`);
    const later = await stage.run({ inputs: { 'min-validity': String(lifetime - 150) } });
    assert.deepEqual([later.hit, later.token], [true, next.token]);
  });
});

/** A lifetime of about an hour that ends in the middle of five minutes, whenever in the next 100 s it begins. Seconds. */
function chooseLifetime(): number {
  const now = Math.floor(Date.now() / 1000);
  return Math.ceil((now + 3600) / 300) * 300 + 50 - now;
}

function plant(stage: Stage, { name, entry }: { name: string; entry: Buffer }): void {
  const blob = compress(packTar([{ content: entry }]), 'gzip');
  stage.service.plant({ name, version: makeVersion('gzip'), blob });
}

describe('a cached token is used', { concurrency }, () => {
  const looking = { ACTIONS_CACHE_MODE: 'read' };
  /** Half a minute from the boundary, for the job needs time. Seconds. */
  const rows: {
    name: string;
    lifetime: number;
    left: number;
    minValidity?: string;
    hit: boolean;
  }[] = [
    { name: 'with over 5 min left', lifetime: 3600, left: 330, hit: true },
    { name: 'not with less than 5 min left', lifetime: 3600, left: 299, hit: false },
    { name: 'with over half of a short lifetime left', lifetime: 400, left: 230, hit: true },
    {
      name: 'not with less than half of a short lifetime left',
      lifetime: 400,
      left: 199,
      hit: false,
    },
    {
      name: 'with more than min-validity left',
      lifetime: 3600,
      left: 1830,
      minValidity: '1800',
      hit: true,
    },
    {
      name: 'not with less than min-validity left',
      lifetime: 3600,
      left: 1799,
      minValidity: '1800',
      hit: false,
    },
    {
      name: 'to its end with min-validity: 0',
      lifetime: 3600,
      left: 30,
      minValidity: '0',
      hit: true,
    },
    { name: 'not after its end', lifetime: 3600, left: -1, minValidity: '0', hit: false },
  ];
  for (const { name, lifetime, left, minValidity, hit } of rows) {
    test(name, async (t) => {
      const stage = await start(t);
      const { seal } = await createForge(stage.endpoint.url);
      plant(stage, seal({ issuedIn: left - lifetime, expiresIn: left }));
      const inputs: Record<string, string> =
        minValidity === undefined ? {} : { 'min-validity': minValidity };
      const run = await stage.run({ inputs, environment: looking });
      assert.equal(run.hit, hit);
      assert.equal(run.token, hit ? forgedToken : 'token-1-of-the-endpoint');
    });
  }
});

test('of two cached tokens, one of each compression, the one that lives longer is used', async (t) => {
  const stage = await start(t);
  const { seal } = await createForge(stage.endpoint.url);
  for (const [compression, expiresIn] of [
    ['zstd-without-long', 2400],
    ['gzip', 3000],
  ] as const) {
    const { name, entry } = seal({ token: `token-for-${expiresIn}-s`, expiresIn });
    const blob = compress(packTar([{ content: entry }]), compression);
    stage.service.plant({ name, version: makeVersion(compression), blob });
  }
  assert.equal((await stage.run()).token, 'token-for-3000-s');
});

describe('a lifetime that the server does not give', { concurrency }, () => {
  const answers = [issueTokens({ expires_in: undefined })];

  test('is that of default-expires-in', async (t) => {
    const stage = await start(t, { answers });
    const inputs = { 'default-expires-in': '3600' };
    const first = await stage.run({ inputs });
    assert.deepEqual(first.lines, kept);
    const second = await stage.run({ inputs });
    assert.equal(second.hit, true);
    assert.equal(second.outputs['expires-at'], first.outputs['expires-at']);
  });

  test('ends at expires-at-override, which goes before default-expires-in', async (t) => {
    const stage = await start(t, { answers });
    const expiresAt = `${new Date(Date.now() + 7_200_000).toISOString().slice(0, 19)}Z`;
    const inputs = { 'expires-at-override': expiresAt, 'default-expires-in': '600' };
    const first = await stage.run({ inputs });
    assert.equal(first.outputs['expires-at'], expiresAt);
    const second = await stage.run({ inputs });
    assert.equal(second.hit, true);
    assert.equal(second.outputs['expires-at'], expiresAt);
  });

  test('may be short: a token for 100 s is reused as long as half of that is left', async (t) => {
    const stage = await start(t, { answers });
    const inputs = { 'default-expires-in': '100' };
    const first = await stage.run({ inputs });
    assert.equal((await stage.run({ inputs })).token, first.token);
  });
});

describe('a token is not kept', { concurrency }, () => {
  const got = kept[1] ?? '';
  const set = kept[3] ?? '';
  const rows: { name: string; answer: Answer; inputs?: Record<string, string>; lines: string[] }[] =
    [
      {
        name: 'when nobody knows when it expires',
        answer: token({ expires_in: undefined }),
        lines: [
          'No usable token in the cache. Asking <host> (client_credentials).',
          'Got a Bearer token; <host> did not say when it expires.',
          'Not cached: <host> did not say when the token expires. Set default-expires-in to cache it.',
          set,
        ],
      },
      {
        name: 'when less was granted than asked for',
        answer: token({ scope: 'read' }),
        inputs: { scopes: 'read list' },
        lines: [
          'No usable token in the cache. Asking <host> (client_credentials, scope: read list).',
          got,
          'Granted read; not granted: list.',
          'Not cached: less was granted than asked for.',
          set,
        ],
      },
      {
        name: 'when it lives no longer than min-validity',
        answer: token(),
        inputs: { 'min-validity': '3600' },
        lines: [
          'No usable token in the cache. Asking <host> (client_credentials).',
          got,
          'Not cached: the token lives no longer than min-validity: 3600.',
          set,
        ],
      },
      {
        name: 'when a refresh token came with it',
        answer: token({ refresh_token: 'refresh-token-of-the-endpoint' }),
        lines: [
          'No usable token in the cache. Asking <host> (client_credentials).',
          got,
          'Not cached: a refresh token came with it, and that belongs in no cache.',
          set,
        ],
      },
      {
        name: 'when it is too large',
        answer: token({ access_token: 'large'.repeat(40_000) }),
        lines: [
          'No usable token in the cache. Asking <host> (client_credentials).',
          got,
          'Not cached: the token is too large, over 192 KiB when sealed.',
          set,
        ],
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
  ]) {
    test(`when the parameter ${name} is used up by asking`, async (t) => {
      const stage = await start(t);
      const run = await stage.run({ inputs: { parameters: `${name}=used-up-by-asking` } });
      assert.deepEqual(
        run.lines,
        notUsed('the request carries a grant that is used up by asking.'),
      );
      assert.deepEqual(stage.service.requests, []);
    });
  }
});

describe('where a token cannot be kept, one line says why', { concurrency }, () => {
  const noService = 'this runner offers no cache service.';
  const shortSecret =
    'client-secret is shorter than 16 bytes, too short to encrypt with. Set cache-encryption-key to use it (openssl rand -base64 32 makes one).';
  const unused: { name: string; job: JobOptions; why: string }[] = [
    {
      name: 'a mode of none',
      job: { environment: { ACTIONS_CACHE_MODE: 'none' } },
      why: 'ACTIONS_CACHE_MODE lets this job neither read nor write it.',
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
      why: noService,
    },
    {
      name: 'no runtime token',
      job: { environment: { ACTIONS_RUNTIME_TOKEN: '' } },
      why: noService,
    },
    {
      name: 'no repository',
      job: { environment: { GITHUB_REPOSITORY_ID: '', GITHUB_REPOSITORY: '' } },
      why: 'neither GITHUB_REPOSITORY_ID nor GITHUB_REPOSITORY is set, so it is not known whose tokens these are.',
    },
    {
      name: 'a secret of 15 bytes',
      job: { inputs: { 'client-secret': 'fifteen-letters' } },
      why: shortSecret,
    },
    {
      name: 'two secrets of 15 bytes',
      job: {
        inputs: { 'client-secret': 'fifteen-letters', 'cache-encryption-key': 'another-fifteen' },
      },
      why: 'client-secret and cache-encryption-key are both shorter than 16 bytes, too short to encrypt with. Set a longer cache-encryption-key to use it (openssl rand -base64 32 makes one).',
    },
  ];
  for (const { name, job, why } of unused) {
    test(name, async (t) => {
      const stage = await start(t);
      const run = await stage.run(job);
      assert.deepEqual(run.lines, notUsed(why));
      assert.deepEqual(stage.service.requests, []);
    });
  }

  const denied = 'Not cached: this run may read the cache but not write it.';
  const noTar =
    'Not cached: the tar of this machine has no --posix, which saving needs (in Alpine: apk add tar).';
  const missed: {
    name: string;
    job: JobOptions;
    scripts?: Record<string, string>;
    line: string;
  }[] = [
    {
      name: 'a mode that only reads',
      job: { environment: { ACTIONS_CACHE_MODE: 'read' } },
      line: denied,
    },
    { name: 'a token that only reads, v2', job: { version: 'v2', readOnly: true }, line: denied },
    { name: 'a token that only reads, v1', job: { version: 'v1', readOnly: true }, line: denied },
    { name: 'no tar', job: {}, scripts: {}, line: noTar },
    {
      name: 'the tar of busybox with glibc',
      job: {},
      scripts: refusePosix("unrecognized option '--posix'"),
      line: noTar,
    },
    {
      name: 'the tar of busybox with musl',
      job: {},
      scripts: refusePosix('unrecognized option: posix'),
      line: noTar,
    },
  ];
  for (const { name, job, scripts, line } of missed) {
    test(name, scripts === undefined ? {} : pathDecides, async (t) => {
      const stage = await start(t);
      const path = scripts && (await makePath(['gzip'], scripts));
      t.after(() => path && rm(path, { recursive: true }));
      const run = await stage.run({
        ...job,
        environment: { ...job.environment, ...(path && { PATH: path }) },
      });
      assert.deepEqual(run.lines, [kept[0], kept[1], line, kept[3]]);
      assert.deepEqual(stage.service.entries, []);
    });
  }

  /** A tar that does everything but what it does not know. */
  function refusePosix(complaint: string): Record<string, string> {
    const tar = findProgram('tar') ?? 'tar';
    return {
      tar: `#!/bin/sh\ncase " $* " in\n*" --posix "*) echo "tar: ${complaint}" >&2; exit 1;;\nesac\nexec ${tar} "$@"\n`,
    };
  }

  test('but a mode that only writes is enough to keep one, unseen', async (t) => {
    const stage = await start(t);
    const first = await stage.run({ environment: { ACTIONS_CACHE_MODE: 'write-only' } });
    assert.deepEqual(first.lines, ['Asking <host> (client_credentials).', ...kept.slice(1)]);
    assert.equal(count(stage, 'GetCacheEntryDownloadURL'), 0);
    assert.equal((await stage.run()).token, first.token);
  });

  test('and a key makes a short secret do', async (t) => {
    const stage = await start(t);
    const inputs = { 'client-secret': 'short', 'cache-encryption-key': 'key-of-sixteen-b' };
    const first = await stage.run({ inputs });
    assert.deepEqual(first.lines, kept);
    assert.equal((await stage.run({ inputs })).token, first.token);
  });

  test('and the name of a repository makes up for its id', async (t) => {
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

describe('what is kept', { concurrency }, () => {
  for (const version of wires) {
    test(
      `tells nothing of token, client, URL and secret over ${version}`,
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
        for (const PATH of [process.env['PATH'] ?? '', plainPath]) {
          const run = await stage.run({
            version,
            inputs: { ...inputs, 'use-cache': 'refresh' },
            environment: { PATH },
          });
          assert.equal(run.lines[2], kept[2]);
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

  test('has names that differ entirely for different secrets, and begin alike for one', async (t) => {
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
    // They expire in the same five minutes, which the names must not tell.
    assert.notEqual(one[1], other[1]);
    assert.deepEqual(one.slice(0, 2), again.slice(0, 2));
  });
});

describe('jobs that start at once', () => {
  /** A server that keeps a client's newest tokens alone, and gives the first only when so many have asked. */
  function keepNewest(
    most: number,
    together: number,
    beforeLater: Promise<unknown>,
  ): { answers: Answer[]; isAlive: (token: string) => boolean } {
    const issued: string[] = [];
    const lifetime = chooseLifetime();
    const all = Promise.withResolvers<undefined>();
    let asked = 0;
    const answer = dynamic(async () => {
      asked += 1;
      if (asked === together) all.resolve(undefined);
      await all.promise;
      const name = `token-${issued.length + 1}-of-the-endpoint`;
      issued.push(name);
      if (issued.length > 1) await beforeLater;
      return token({ access_token: name, expires_in: lifetime });
    });
    return { answers: [answer], isAlive: (name) => issued.slice(-most).includes(name) };
  }

  test('each ask for a token, and one of them is kept', async (t) => {
    const { answers, isAlive } = keepNewest(10, 16, Promise.resolve());
    const stage = await start(t, { answers });
    const runs = await Promise.all(Array.from({ length: 16 }, () => stage.run()));

    assert.equal(stage.endpoint.requests.length, 16);
    assert.equal(new Set(runs.map((run) => run.token)).size, 16);
    assert.equal(runs.filter((run) => !isAlive(run.token)).length, 6);
    assert.equal(stage.service.entries.length, 1);
    assert.deepEqual(runs.map((run) => run.lines[2]).sort(), [
      kept[2],
      ...Array.from(
        { length: 15 },
        () => 'Not cached: another job kept a token at the same time; later jobs reuse that one.',
      ),
    ]);
    const later = await stage.run();
    const keeper = runs.find((run) => run.lines[2] === kept[2]);
    assert.deepEqual([later.hit, later.token], [true, keeper?.token]);
    t.diagnostic(`${later.token} was kept and is ${isAlive(later.token) ? 'alive' : 'dead'}`);
  });

  test('can keep one that the server has withdrawn for a later one, and refresh mends that', async (t) => {
    const firstDone = Promise.withResolvers<undefined>();
    const { answers, isAlive } = keepNewest(2, 3, firstDone.promise);
    const stage = await start(t, { answers });
    const runs = Array.from({ length: 3 }, () => stage.run());
    await Promise.race(runs);
    firstDone.resolve(undefined);
    await Promise.all(runs);

    const later = await stage.run();
    assert.deepEqual([later.hit, isAlive(later.token)], [true, false]);
    await stage.run({ inputs: { 'use-cache': 'refresh' } });
    const mended = await stage.run();
    assert.deepEqual([mended.hit, isAlive(mended.token)], [true, true]);
  });
});
