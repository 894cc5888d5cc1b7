/**
 * An entry that somebody plants in the cache is at worst a miss for the built action: no file is written, nothing
 * hangs, the token arrives.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { type Compression, compressions, makeVersion } from '../../../src/cache/service.ts';
import {
  type JobOptions,
  type JobRun,
  makeRoom,
  type Stage,
  wires,
} from '../../support/making/cache-stage.ts';
import { count, start } from '../../support/making/cache-jobs.ts';
import { createAuthority } from '../../support/making/certificates.ts';
import {
  compress,
  createForge,
  type Forge,
  type ForgedEntry,
  forgedToken,
  packTar,
  type TarMember,
} from '../../support/making/forged-entry.ts';
import { kept } from '../../support/making/log-lines.ts';
import { startProxy } from '../../support/doubles/proxy.ts';
import { reply, startScriptedServer } from '../../support/doubles/scripted-server.ts';
import { at, flip, withLength, pack, makeDecoy } from '../../support/making/planted-entry.ts';

const concurrency = 3;

/** The parts of a planted blob. */
interface Means {
  readonly forge: Forge;
  /** An entry of the job's own client, valid for an hour. */
  readonly good: ForgedEntry;
  /** An entry of another client under the name of the first one. */
  readonly stranger: ForgedEntry;
  /** The directory of the job, in which nothing may change. */
  readonly room: string;
}

/** A blob, and its name if it is not the name of the good entry. */
type Plant = (means: Means, compression: Compression) => { blob: Uint8Array; name?: string };

/** A changed entry in an archive that is otherwise right. */
function change(work: (entry: Buffer) => Buffer): Plant {
  return ({ good }, compression) => ({
    blob: compress(packTar([{ content: work(good.entry) }]), compression),
  });
}

/** An entry that is good, except for the size of what comes after it. */
function inflate(rest: Buffer): Plant {
  return ({ good }, compression) => ({
    blob: compress(Buffer.concat([pack(good), rest]), compression),
  });
}

/** An archive with these fields and garbage in them. */
function members(make: (room: string) => TarMember[]): Plant {
  return ({ room }, compression) => ({ blob: compress(packTar(make(room)), compression) });
}

function sized(size: string | Uint8Array): Plant {
  const content = Buffer.from('planted');
  return members(() => [{ content, size: Buffer.from(size) }, { content }]);
}

function link(type: '1' | '2'): Plant {
  return members((room) => [
    { path: 'token.bin', type, linkTarget: join(room, 'canary') },
    { path: 'token.bin', content: Buffer.from('planted') },
    { path: '../canary', type, linkTarget: '/etc/passwd' },
  ]);
}

function planted(path: string): TarMember {
  return { path, content: Buffer.from('planted') };
}

/** A directory of a job, with a file that an attacker would like to change. */
async function makeRoomWithCanary(t: TestContext): Promise<string> {
  const room = await makeRoom();
  t.after(() => rm(room, { recursive: true }));
  await writeFile(join(room, 'canary'), 'alive');
  return room;
}

/**
 * Runs a job. It must not touch the files of its directory. It finds nothing, sends one token request, and saves its
 * token under a name that nobody could reserve before. It makes at most two look-ups and two downloads.
 */
async function assertMissed(stage: Stage, job: JobOptions): Promise<void> {
  const run = await stage.run(job);
  assert.deepEqual(run.lines, kept);
  assert.deepEqual([run.hit, run.token], [false, 'token-1-of-the-endpoint']);
  assert.match(stage.service.entries.at(-1)?.name ?? '', /-[0-9a-f]{16}-[0-9a-f]{8}$/);
  assert.equal(count(stage, 'GetCacheEntryDownloadURL'), 2);
  assert.ok(count(stage, 'download') <= 2);
  assert.equal(stage.endpoint.requests.length, 1);
}

describe('the built action does not use a planted entry, and replaces it', { concurrency }, () => {
  const hostileWindow = Buffer.from('28b52ffd00a0190000616263', 'hex');
  const rows: [name: string, zstd: Plant, gzip: Plant][] = [
    [
      'with another magic, and one with another length',
      change((e) => flip(e, at.magic)),
      change((e) => flip(e, at.length + 3)),
    ],
    [
      'with a length past every end, and one of nothing',
      change((e) => withLength(e, 0xffffffff)),
      change((e) => withLength(e, 0)),
    ],
    [
      'with another nonce, and one with another tag',
      change((e) => flip(e, at.nonce)),
      change((e) => flip(e, at.ciphertext - 1)),
    ],
    [
      'with another first byte, and one with another last',
      change((e) => flip(e, at.ciphertext)),
      change((e) => flip(e, -1)),
    ],
    [
      'whose compressed frame begins otherwise',
      ({ good }, kind) => ({ blob: flip(compress(pack(good), kind), 0) }),
      ({ good }, kind) => ({ blob: flip(compress(pack(good), kind), 2) }),
    ],
    [
      'that was cut in the middle, and an empty one',
      ({ good }, kind) => ({ blob: compress(pack(good), kind).subarray(0, 200) }),
      () => ({ blob: Buffer.alloc(0) }),
    ],
    [
      'that was moved under another name, and one of another client',
      ({ good, forge }, kind) => ({
        blob: compress(pack(good), kind),
        name: `${forge.prefix}${'0'.repeat(16)}`,
      }),
      ({ stranger }, kind) => ({ blob: compress(pack(stranger), kind) }),
    ],
    [
      'that claims to be issued 400 s ahead',
      ({ forge }, kind) => plantSealed(forge.seal({ issuedIn: 400 }), kind),
      ({ forge }, kind) => plantSealed(forge.seal({ issuedIn: 400, expiresIn: 7200 }), kind),
    ],
    [
      'whose token has a line break, and one whose token is too short to be hidden',
      ({ forge }, kind) => plantSealed(forge.seal({ token: 'planted\nPATH=/planted' }), kind),
      ({ forge }, kind) => plantSealed(forge.seal({ token: 'true' }), kind),
    ],
    [
      'that becomes 64 MiB',
      inflate(Buffer.alloc(64 * 1024 * 1024)),
      inflate(Buffer.alloc(64 * 1024 * 1024)),
    ],
    [
      'that is over 256 KiB, and one that requests a window of a GiB',
      () => ({ blob: hostileWindow }),
      inflate(randomBytes(300 * 1024)),
    ],
    [
      'whose tar header has a negative size, and one with a huge size',
      sized('-0000000777\0'),
      sized('77777777777\0'),
    ],
    [
      'whose tar header has a size in base 256, and one with no number',
      sized(Buffer.alloc(12, 0xff)),
      sized('not a size!\0'),
    ],
    [
      'with an absolute path, and one that climbs',
      members((room) => [planted(join(room, 'canary')), planted(join(room, 'workspace', 'new'))]),
      members(() => [
        planted('../canary'),
        planted('../../../../tmp/../canary'),
        planted('README.md'),
      ]),
    ],
    ['with symbolic links, and one with hard links', link('2'), link('1')],
    [
      'with 500 files, and one with the magic in every block',
      members(() =>
        Array.from({ length: 500 }, (_, index) => ({
          path: `m${index}`,
          size: Buffer.alloc(12, 0xff),
        })),
      ),
      ({ good }, kind) => ({
        blob: compress(
          Buffer.concat([...Array.from({ length: 900 }, () => makeDecoyOfZeros()), pack(good)]),
          kind,
        ),
      }),
    ],
  ];
  for (const [attack, zstd, gzip] of rows) {
    test(attack, async (t) => {
      const stage = await start(t);
      const room = await makeRoomWithCanary(t);
      const forge = await createForge(stage.endpoint.url);
      const good = forge.seal();
      const other = await createForge('https://login.example/token');
      const means = { forge, good, stranger: other.seal({ name: good.name }), room };
      for (const [make, compression] of [
        [zstd, 'zstd-without-long'],
        [gzip, 'gzip'],
      ] as const) {
        const { blob, name = good.name } = make(means, compression);
        stage.service.plant({ name, version: makeVersion(compression), blob });
      }
      await assertMissed(stage, { room });
      assert.equal(count(stage, 'download'), 2);
    });
  }

  function plantSealed(sealed: ForgedEntry, kind: Compression): { blob: Buffer; name: string } {
    return { blob: compress(pack(sealed), kind), name: sealed.name };
  }
});

/** Compresses well, so that 900 of them stay below the limit of a blob. */
function makeDecoyOfZeros(): Buffer {
  const block = Buffer.alloc(512);
  makeDecoy().copy(block, 0, 0, 12);
  return block;
}

describe('the built action accepts', { concurrency }, () => {
  const hostileSizes = [
    Buffer.from('-0000000777\0'),
    Buffer.from('77777777777\0'),
    Buffer.alloc(12, 0xff),
  ];
  const rows: [
    name: string,
    make: (forge: Forge, room: string) => [ForgedEntry, archive: Buffer],
  ][] = [
    [
      'its own entry, whatever sizes the tar headers name',
      ({ seal }) => {
        const sealed = seal();
        const before = hostileSizes.map((size): TarMember => ({ path: 'x', size }));
        return [
          sealed,
          packTar([...before, { content: sealed.entry, size: Buffer.alloc(12, 0x80) }]),
        ];
      },
    ],
    [
      'its own entry between files that would be written elsewhere, and writes none of them',
      ({ seal }, room) => {
        const sealed = seal();
        const around = [planted(join(room, 'canary')), planted('../canary')];
        return [sealed, packTar([...around, { content: sealed.entry }, ...around])];
      },
    ],
    [
      'an entry that was issued 200 s ahead, for clocks differ',
      ({ seal }) => {
        const sealed = seal({ issuedIn: 200 });
        return [sealed, pack(sealed)];
      },
    ],
  ];
  for (const [name, make] of rows) {
    test(name, async (t) => {
      const stage = await start(t);
      const room = await makeRoomWithCanary(t);
      const [sealed, archive] = make(await createForge(stage.endpoint.url), room);
      const blob = compress(archive, 'gzip');
      stage.service.plant({ name: sealed.name, version: makeVersion('gzip'), blob });
      const run = await stage.run({ room });
      assert.deepEqual([run.hit, run.token], [true, forgedToken]);
      assert.equal(stage.endpoint.requests.length, 0);
    });
  }

  test('an older entry that is planted again, as long as it is valid', async (t) => {
    const stage = await start(t);
    const { seal } = await createForge(stage.endpoint.url);
    const older = seal({ token: 'older-token', issuedIn: -2400, expiresIn: 1200 });
    const newer = seal({ token: 'newer-token' });
    const plant = ({ name, entry }: ForgedEntry, scope: string): void => {
      const blob = compress(packTar([{ content: entry }]), 'gzip');
      stage.service.plant({ name, version: makeVersion('gzip'), scope, blob });
    };
    plant(newer, 'refs/heads/main');
    plant(older, 'refs/heads/feature');
    const onMain = await stage.run();
    const onBranch = await stage.run({ ref: 'refs/heads/feature' });
    assert.deepEqual([onMain.token, onBranch.token], ['newer-token', 'older-token']);
  });
});

describe('the built action ignores a planted name', { concurrency }, () => {
  const rows: [name: string, one: string, other: string][] = [
    ['that is short, and one in capitals', '0'.repeat(15), 'ABCDEF0123456789'],
    ['with too much after it', `${'0'.repeat(16)}-00000000-0`, `${'0'.repeat(16)}-000000000`],
    ['with commands in it', `${'0'.repeat(16)}\n::set-output name=token::planted`, '##[add-mask]x'],
    ['that climbs, and one of 512 characters', '../../../canary', '0'.repeat(463)],
    ['with characters of other scripts', '\uff10'.repeat(16), `${'0'.repeat(15)}\u{1F511}`],
  ];
  for (const [name, ...ends] of rows) {
    test(name, async (t) => {
      const stage = await start(t);
      const room = await makeRoomWithCanary(t);
      const { prefix, seal } = await createForge(stage.endpoint.url);
      for (const [index, compression] of compressions.entries()) {
        // Encrypted correctly, so that only its name is wrong.
        const sealed = seal({ name: `${prefix}${ends[index] ?? ''}` });
        const blob = compress(pack(sealed), compression);
        stage.service.plant({ name: sealed.name, version: makeVersion(compression), blob });
      }
      await assertMissed(stage, { room });
      assert.equal(count(stage, 'download'), 0);
    });
  }

  const hidden: [name: string, planted: readonly Compression[]][] = [
    ['for both compressions', compressions],
    ['for gzip only', ['gzip']],
    ['for zstd only', ['zstd-without-long']],
  ];
  for (const version of wires) {
    for (const [where, planted] of hidden) {
      test(`that is exactly the prefix, and would hide all others ${where} over ${version}`, async (t) => {
        const stage = await start(t);
        const { prefix } = await createForge(stage.endpoint.url);
        for (const compression of planted) {
          stage.service.plant({ name: prefix, version: makeVersion(compression), blob: 'planted' });
        }
        const [next, later] = await runTwoInOneWindow(stage, { version });
        assert.deepEqual(next.lines, kept);
        assert.deepEqual([later.hit, later.token], [true, next.token]);
      });
    }
  }

  /**
   * Two jobs in the same five minutes, which both use the same other prefix, and then two jobs at the next boundary.
   */
  async function runTwoInOneWindow(stage: Stage, job: JobOptions): Promise<[JobRun, JobRun]> {
    const tellWindow = (): number => Math.floor(Date.now() / 300_000);
    const window = tellWindow();
    const runs: [JobRun, JobRun] = [await stage.run(job), await stage.run(job)];
    return tellWindow() === window ? runs : runTwoInOneWindow(stage, job);
  }
});

describe(
  'the built action does not go where a download URL should not point:',
  { concurrency },
  () => {
    const rows: [one: string, other: string][] = [
      ['http://blobs.example.test/blob', 'http://127.0.0.1.example.test/blob'],
      ['file:///proc/self/environ', 'javascript:process.exit(1)'],
      ['data:application/octet-stream;base64,AAAA', 'ftp://blobs.example.test/blob'],
      ['/blob', ''],
    ];
    for (const urls of rows) {
      test(urls.join(' and '), async (t) => {
        const stage = await start(t);
        const proxy = await startProxy();
        t.after(proxy.close);
        const { seal } = await createForge(stage.endpoint.url);
        for (const url of urls) answerLookUp(stage, seal(), url);
        const environment = {
          http_proxy: proxy.url,
          https_proxy: proxy.url,
          no_proxy: '127.0.0.1',
        };
        await assertMissed(stage, { environment });
        assert.deepEqual(proxy.connects, []);
        assert.equal(count(stage, 'download'), 0);
      });
    }

    test('where the storage redirects to', async (t) => {
      const stage = await start(t);
      const { seal } = await createForge(stage.endpoint.url);
      const good = seal();
      const elsewhere = await startScriptedServer({
        answers: [reply({ body: compress(pack(good), 'gzip') })],
      });
      t.after(elsewhere.close);
      stage.service.plant({ name: good.name, version: makeVersion('gzip'), blob: 'planted' });
      stage.service.fault('download', { status: 302, headers: { location: elsewhere.url } });
      await assertMissed(stage, {});
      assert.equal(count(stage, 'download'), 1);
      assert.equal(elsewhere.connections, 0);
    });

    test('but gets a blob by https from any host, without the bearer token of the service', async (t) => {
      const stage = await start(t);
      const { seal } = await createForge(stage.endpoint.url);
      const good = seal();
      const authority = await createAuthority();
      const { key, certificate } = await authority.issue({ names: ['blobs.example.test'] });
      const storage = await startScriptedServer({
        answers: [reply({ body: compress(pack(good), 'gzip') })],
        tls: { key, cert: certificate },
      });
      t.after(storage.close);
      const routes = { 'blobs.example.test': { host: '127.0.0.1', port: storage.port } };
      const proxy = await startProxy({ routes });
      t.after(proxy.close);
      const room = await makeRoom();
      t.after(() => rm(room, { recursive: true }));
      const trusted = join(room, 'ca.pem');
      await writeFile(trusted, authority.certificate);

      // For both compressions, although it can be read only as gzip.
      compressions.forEach(() => {
        answerLookUp(stage, good, 'https://blobs.example.test/blob?sig=of-the-blob');
      });
      const run = await stage.run({
        room,
        environment: { https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: trusted },
      });
      assert.deepEqual([run.hit, run.token], [true, forgedToken]);
      const [request] = storage.requests;
      assert.equal(request?.path, '/blob?sig=of-the-blob');
      assert.equal(request.authorization, undefined);
      assert.ok(run.masks.includes('sig=of-the-blob'));
    });

    /** Makes the next look-up find this entry at this URL. */
    function answerLookUp({ service }: Stage, { name }: ForgedEntry, url: string): void {
      const found = { ok: true, signed_download_url: url, matched_key: name };
      service.fault('GetCacheEntryDownloadURL', { wrongBody: JSON.stringify(found) }, 1);
    }
  },
);
