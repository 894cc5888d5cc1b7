/** How long the built action uses a token from the cache, and how it replaces one that nobody can use. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeVersion } from '../../../src/cache/service.ts';
import {
  issueTokens,
  type JobOptions,
  type Stage,
  wires,
} from '../../support/making/cache-stage.ts';
import { compress, createForge, forgedToken, packTar } from '../../support/making/forged-entry.ts';
import { kept, keptIt } from '../../support/making/log-lines.ts';
import { start } from '../../support/making/cache-jobs.ts';

const concurrency = 3;

describe('an entry that nobody can use', { concurrency }, () => {
  for (const version of wires) {
    test(`is replaced over ${version} by the next job if it is damaged`, async (t) => {
      const stage = await start(t);
      const forge = await createForge(stage.endpoint.url);
      const { name, entry } = forge.seal();
      entry.writeUInt8(entry.readUInt8(entry.length - 1) ^ 1, entry.length - 1);
      const blob = compress(packTar([{ content: entry }]), 'gzip');
      stage.service.plant({ name, version: makeVersion('gzip'), blob });
      await assertReplaced(stage, { version });
    });

    test(`is replaced over ${version} by the next job if it is garbage, planted for each compression`, async (t) => {
      const stage = await start(t);
      const { prefix } = await createForge(stage.endpoint.url);
      for (const compression of ['gzip', 'zstd-without-long'] as const) {
        const name = `${prefix}${'0'.repeat(16)}`;
        stage.service.plant({ name, version: makeVersion(compression), blob: 'garbage' });
      }
      await assertReplaced(stage, { version });
    });
  }

  /** A miss, whose token is saved under a name that nobody could reserve before, and then a hit. */
  async function assertReplaced(stage: Stage, job: JobOptions): Promise<void> {
    const next = await stage.run(job);
    assert.deepEqual(next.lines, kept);
    assert.match(stage.service.entries.at(-1)?.name ?? '', /-[0-9a-f]{16}-[0-9a-f]{8}$/);
    const later = await stage.run(job);
    assert.deepEqual([later.hit, later.token], [true, next.token]);
    assert.equal(stage.endpoint.requests.length, 1);
  }

  test('because it has expired is replaced by the next job', async (t) => {
    const stage = await start(t);
    const { seal } = await createForge(stage.endpoint.url);
    plant(stage, seal({ issuedIn: -3600, expiresIn: -1 }));
    const next = await stage.run();
    assert.deepEqual(next.lines, kept);
    assert.deepEqual([(await stage.run()).token, next.hit], [next.token, false]);
  });

  test('does not prevent that the next one is saved, although both expire in the same five minutes', async (t) => {
    // Half a minute before the five minutes are over, and 200 s earlier.
    const end = Math.ceil((Date.now() / 1000 + 3600) / 300) * 300 - 30;
    const lifetime = Math.floor(end - Date.now() / 1000);
    const stage = await start(t, { answers: [issueTokens({ expires_in: lifetime })] });
    const { seal } = await createForge(stage.endpoint.url);
    const { name, entry } = seal({ expiresIn: lifetime - 200 });
    plant(stage, { name, entry });

    const inputs = { 'min-validity': String(lifetime - 100) };
    const next = await stage.run({ inputs });
    assert.equal(next.lines[2], keptIt);
    const saved = stage.service.entries.at(-1)?.name ?? '';
    assert.equal(saved.slice(0, name.length + 1), `${name}-`);
    const later = await stage.run({ inputs: { 'min-validity': String(lifetime - 150) } });
    assert.deepEqual([later.hit, later.token], [true, next.token]);
  });
});

function plant(stage: Stage, { name, entry }: { name: string; entry: Buffer }): void {
  const blob = compress(packTar([{ content: entry }]), 'gzip');
  stage.service.plant({ name, version: makeVersion('gzip'), blob });
}

describe('a cached token is used', { concurrency }, () => {
  const looking = { ACTIONS_CACHE_MODE: 'read' };
  /** Half a minute from the boundary, in seconds, because the job needs time. */
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

describe('a lifetime that the server does not name', { concurrency }, () => {
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

  test('ends at expires-at-override, which is used before default-expires-in', async (t) => {
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
