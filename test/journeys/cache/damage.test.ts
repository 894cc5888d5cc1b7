/** A damaged entry or archive is at worst a miss. Tested in process, byte for byte. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { decompressArchive } from '../../../src/cache/archive.ts';
import { openEntry } from '../../../src/cache/entry.ts';
import { type Compression, compressions } from '../../../src/cache/service.ts';
import { type Finding, TokenCache } from '../../../src/cache/token-cache.ts';
import { systemClock } from '../../../src/clock.ts';
import {
  compress,
  createForge,
  type Forge,
  forgedToken,
  packTar,
} from '../../support/making/forged-entry.ts';
import { flip, pack, makeDecoy } from '../../support/making/planted-entry.ts';

/** The cache of a job, with a service that has one blob for a compression. */
function openCache(
  { keys }: Forge,
  compression: Compression,
  name: string,
  blob: Buffer,
): TokenCache {
  return new TokenCache({
    keys,
    service: {
      find: (_, asked) =>
        Promise.resolve(asked === compression ? { name, url: 'https://blobs.example' } : undefined),
      download: () => Promise.resolve(blob),
    },
    now: systemClock.now,
    startTimer: systemClock.startTimer,
    randomBytes,
    hide: () => undefined,
  });
}

function find(cache: TokenCache): Promise<Finding> {
  return cache.find(() => true);
}

describe('an entry', () => {
  test('opens, but not after any bit of it was flipped', async () => {
    const { keys, seal } = await createForge('https://login.example/token');
    const { name, entry } = seal();
    const open = (content: Buffer): string | undefined =>
      openEntry(packTar([{ content }]), { key: keys.sealing, name })?.accessToken.token;
    assert.equal(open(entry), forgedToken);
    for (let position = 0; position < entry.length; position += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        assert.equal(open(flip(entry, position, bit)), undefined, `${position}.${bit}`);
      }
    }
  });

  test('does not open after it was cut anywhere', async () => {
    const { keys, seal } = await createForge('https://login.example/token');
    const { name, entry } = seal();
    for (let length = 0; length < entry.length; length += 1) {
      const cut = entry.subarray(0, length);
      assert.equal(openEntry(cut, { key: keys.sealing, name }), undefined, String(length));
    }
  });

  test('does not open under any other name', async () => {
    const { keys, seal, prefix } = await createForge('https://login.example/token');
    const { name, entry } = seal();
    for (const other of [
      `${name}-00000000`,
      name.slice(0, -1),
      flip(Buffer.from(name), -1).toString(),
      prefix,
      '',
    ]) {
      assert.equal(openEntry(entry, { key: keys.sealing, name: other }), undefined, other);
    }
  });

  test('opens with any tar header before it, because the header is not parsed', async () => {
    const { keys, seal } = await createForge('https://login.example/token');
    const { name, entry } = seal();
    const archive = packTar([{ content: entry }]);
    for (let position = 0; position < 512; position += 1) {
      const opened = openEntry(flip(archive, position, position % 8), { key: keys.sealing, name });
      assert.equal(opened?.accessToken.token, forgedToken, String(position));
    }
  });

  test('is searched for in four places that look like one, and no more', async () => {
    const { keys, seal } = await createForge('https://login.example/token');
    const { name, entry } = seal();
    const openAfter = (blocks: readonly Buffer[]): string | undefined =>
      openEntry(Buffer.concat([...blocks, entry]), { key: keys.sealing, name })?.accessToken.token;
    const repeat = (block: Buffer, times: number): Buffer[] =>
      Array.from({ length: times }, () => block);
    assert.equal(openAfter(repeat(makeDecoy(), 3)), forgedToken);
    assert.equal(openAfter(repeat(makeDecoy(), 4)), undefined);
    assert.equal(openAfter(repeat(makeDecoy(), 1000)), undefined);
    // A place with a length that does not fit is not tried.
    for (const length of [0, 27, 0x7fffffff, 0x80000000, 0xffffffff]) {
      assert.equal(openAfter(repeat(makeDecoy(length), 1000)), forgedToken, String(length));
    }
  });
});

describe('a compressed archive', () => {
  for (const compression of compressions) {
    test(`of ${compression} with any byte changed is a miss, or gives the same token`, async () => {
      const forge = await createForge('https://login.example/token');
      const sealed = forge.seal();
      const blob = compress(pack(sealed), compression);
      const look = async (bytes: Buffer): Promise<string> => {
        const finding = await find(openCache(forge, compression, sealed.name, bytes));
        return finding.code === 'hit' ? finding.token.accessToken.token : finding.code;
      };
      assert.equal(await look(blob), forgedToken);
      const findings: string[] = [];
      for (let position = 0; position < blob.length; position += 1) {
        findings.push(await look(flip(blob, position, position % 8)));
        findings.push(await look(blob.subarray(0, position)));
      }
      assert.deepEqual(
        [...new Set(findings)].filter((each) => each !== 'miss' && each !== forgedToken),
        [],
      );
      assert.ok(findings.includes('miss'));
    });

    test(`of ${compression} is decompressed to 512 KiB and not a byte more`, async () => {
      const most = compress(Buffer.alloc(512 * 1024), compression);
      assert.equal((await decompressArchive(most, compression)).length, 512 * 1024);
      for (const size of [512 * 1024 + 1, 64 * 1024 * 1024]) {
        const bomb = compress(Buffer.alloc(size), compression);
        await assert.rejects(decompressArchive(bomb, compression), {
          code: 'ERR_BUFFER_TOO_LARGE',
        });
      }
    });
  }

  test('of zstd that requests a window of a GiB is refused', async () => {
    // RFC 8878 section 3.1.1: magic, no flags, window descriptor, and a last raw block of three bytes.
    const frame = Buffer.from('28b52ffd00' + 'a0' + '190000' + '616263', 'hex');
    await assert.rejects(decompressArchive(frame, 'zstd-without-long'), {
      code: 'ZSTD_error_frameParameter_windowTooLarge',
    });
  });
});
