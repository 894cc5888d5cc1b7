/** Tokens that jobs save for each other in the cache, by the built action. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeVersion } from '../../../src/cache/service.ts';
import {
  client,
  findProgram,
  issueTokens,
  type JobOptions,
  type JobRun,
  pathDecides,
  type Stage,
  startStage,
  wires,
} from '../../support/making/cache-stage.ts';
import { token } from '../../support/doubles/scripted-server.ts';
import {
  asking,
  got,
  kept,
  keptIt,
  missed,
  notCached,
  reusing,
  set,
  stabilizeLines,
} from '../../support/making/log-lines.ts';
import { basic, preparePlainPath, start, count } from '../../support/making/cache-jobs.ts';

const concurrency = 3;

const withoutZstd = {
  skip: pathDecides.skip || (findProgram('zstd') === undefined && 'zstd is not installed'),
};

const getPlainPath = preparePlainPath();

/** The version of the newest entry, which says how it is compressed. */
function newestVersion({ service }: Stage): string | undefined {
  return service.entries.at(-1)?.version;
}

describe('a second job', { concurrency }, () => {
  for (const version of wires) {
    test(
      `reuses the token of the first over ${version}, although it has no zstd`,
      withoutZstd,
      async (t) => {
        const stage = await start(t);
        const { host } = new URL(stage.endpoint.url);
        const printed = ({ stdout }: JobRun): string[] => stabilizeLines(stdout.split('\n'), host);
        const first = await stage.run({ version });
        assert.deepEqual(printed(first), [
          `::add-mask::${basic}`,
          `::add-mask::${client.secret}`,
          missed(),
          '::add-mask::token-1-of-the-endpoint',
          got(),
          keptIt,
          set,
          '',
        ]);
        assert.equal(newestVersion(stage), makeVersion('zstd-without-long'));

        const second = await stage.run({ version, environment: { PATH: getPlainPath() } });
        const download = stage.service.requests.findLast(({ call }) => call === 'download');
        const query = download?.path.split('?')[1] ?? '';
        assert.deepEqual(printed(second), [
          `::add-mask::${basic}`,
          `::add-mask::${client.secret}`,
          `::add-mask::${query.replaceAll('%', '%25')}`,
          '::add-mask::token-1-of-the-endpoint',
          reusing(),
          set,
          '',
        ]);
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

    test(`reuses over ${version} what a job without zstd has saved`, pathDecides, async (t) => {
      const stage = await start(t);
      const first = await stage.run({ version, environment: { PATH: getPlainPath() } });
      assert.deepEqual(first.lines, kept);
      assert.equal(newestVersion(stage), makeVersion('gzip'));
      const second = await stage.run({ version });
      assert.deepEqual([second.hit, second.token], [true, first.token]);
      assert.equal(stage.endpoint.requests.length, 1);
    });
  }

  test('uses version 1 on GitHub Enterprise Server, with any value of the flag for version 2', async (t) => {
    const stage = await start(t);
    const environment = { GITHUB_SERVER_URL: 'https://ghe.example' };
    const first = await stage.run({ version: 'v2', environment });
    assert.deepEqual(first.lines, kept);
    assert.equal((await stage.run({ version: 'v2', environment })).token, first.token);
    assert.equal(count(stage, 'v1-lookup'), 4);
    assert.equal(count(stage, 'GetCacheEntryDownloadURL'), 0);
  });

  test('has the granted scopes and the other fields of the answer too, but no secrets', async (t) => {
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

  for (const scope of ['read', 'read;write', ['read', 'write'], '']) {
    test(`reuses the token with any granted scopes, and says what is missing: ${JSON.stringify(scope)}`, async (t) => {
      const stage = await start(t, { answers: [issueTokens({ scope })] });
      const inputs = { scopes: 'read list' };
      const first = await stage.run({ inputs });
      const second = await stage.run({ inputs });
      assert.deepEqual([second.hit, second.token], [true, first.token]);
      const told = (run: JobRun): string[] =>
        run.lines.filter((line) => line.startsWith('Granted '));
      assert.equal(told(first).length, scope === '' ? 0 : 1);
      assert.deepEqual(told(second), told(first));
    });
  }

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

describe('the request of a cached token', { concurrency }, () => {
  /** Only looks, so that the shared cache does not change. */
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
    test(`is a different one with another ${what}`, async () => {
      const run = await stage.run({
        inputs: { ...asked, ...inputs },
        environment: { ...looking, ...environment },
      });
      assert.equal(run.hit, false);
      assert.notEqual(run.token, first.token);
      assert.equal(run.lines[0], missed({ ...asked, ...inputs }));
      assert.equal(run.lines[2], notCached('denied'));
    });
  }

  test('is a different one with another URL', async () => {
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
  test('refresh requests a new token, and the next job gets the new token', async (t) => {
    const stage = await start(t);
    const first = await stage.run();
    const lookUps = count(stage, 'GetCacheEntryDownloadURL');
    const refreshed = await stage.run({ inputs: { 'use-cache': 'refresh' } });
    assert.deepEqual(refreshed.lines, [asking(), ...kept.slice(1)]);
    assert.equal(count(stage, 'GetCacheEntryDownloadURL'), lookUps);
    assert.deepEqual([refreshed.hit, refreshed.token], [false, 'token-2-of-the-endpoint']);
    assert.match(stage.service.entries.at(-1)?.name ?? '', /-[0-9a-f]{16}-[0-9a-f]{8}$/);

    const next = await stage.run();
    assert.deepEqual([next.hit, next.token], [true, refreshed.token]);
    assert.notEqual(next.token, first.token);
  });

  test('false neither looks nor saves, and says nothing about the cache', async (t) => {
    const stage = await start(t);
    await stage.run();
    const before = stage.service.requests.length;
    const run = await stage.run({ inputs: { 'use-cache': 'false' } });
    assert.deepEqual(run.lines, [asking(), got(), set]);
    assert.equal(run.hit, false);
    assert.equal(stage.service.requests.length, before);
  });
});
