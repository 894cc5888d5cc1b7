import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { decompressArchive } from './archive.ts';
import { type Compression, compressions } from './service.ts';

/** How many bytes may come out. */
const bound = 512 * 1024;

const mebibyte = 1024 * 1024;

const compress: Readonly<Record<Compression, (bytes: Buffer) => Buffer>> = {
  'zstd-without-long': (bytes) => zstdCompressSync(bytes),
  gzip: (bytes) => gzipSync(bytes),
};

/**
 * A zstd frame, written by hand.
 *
 * @param windowLog log2 of the window that the header requests
 * @see RFC 8878 section 3.1.1
 */
function writeFrame(windowLog: number, ...blocks: Buffer[]): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (windowLog - 10) << 3]);
  return Buffer.concat([header, ...blocks, writeBlockHeader({ last: true, type: 0, size: 0 })]);
}

function writeBlockHeader(block: { last: boolean; type: 0 | 1; size: number }): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE(Number(block.last) | (block.type << 1) | (block.size << 3), 0, 3);
  return header;
}

/** A block of these bytes as they are. */
function writeRaw(content: Buffer): Buffer {
  const header = writeBlockHeader({ last: false, type: 0, size: content.length });
  return Buffer.concat([header, content]);
}

/** A block that repeats a zero so many times, 128 KiB at most. */
function writeZeros(size: number): Buffer {
  return Buffer.concat([writeBlockHeader({ last: false, type: 1, size }), Buffer.alloc(1)]);
}

for (const compression of compressions) {
  describe(`an archive compressed by ${compression}`, () => {
    const pack = compress[compression];

    test('becomes what it was', async () => {
      const bytes = randomBytes(70_000);
      assert.deepEqual(await decompressArchive(pack(bytes), compression), bytes);
    });

    test('may become 512 KiB', async () => {
      const archive = await decompressArchive(pack(Buffer.alloc(bound, 'x')), compression);
      assert.deepEqual(archive, Buffer.alloc(bound, 'x'));
    });

    test('is refused if it would become a byte more', async () => {
      const blob = pack(Buffer.alloc(bound + 1, 'x'));
      await assert.rejects(decompressArchive(blob, compression), { code: 'ERR_BUFFER_TOO_LARGE' });
    });

    test('is refused if it would become a hundred times more', async () => {
      const blob = pack(Buffer.alloc(50 * mebibyte));
      assert.ok(blob.length < 256 * 1024, `${blob.length} bytes pass for an archive`);
      await assert.rejects(decompressArchive(blob, compression), { code: 'ERR_BUFFER_TOO_LARGE' });
    });

    test('is refused if it ends early, at any place', async () => {
      const blob = pack(Buffer.from('some text and some more text'));
      for (let length = 0; length < blob.length; length += 1) {
        await assert.rejects(decompressArchive(blob.subarray(0, length), compression));
      }
    });

    test('is refused if it begins with something else', async () => {
      const blob = Buffer.concat([Buffer.from('<'), pack(Buffer.from('text'))]);
      await assert.rejects(decompressArchive(blob, compression));
    });

    test('is refused if it has the other compression', async () => {
      const other = compression === 'gzip' ? 'zstd-without-long' : 'gzip';
      await assert.rejects(decompressArchive(pack(Buffer.from('text')), other));
    });
  });
}

describe('a bomb', () => {
  test('of 1 GiB in 32 KiB of zstd is refused', async () => {
    const blob = writeFrame(23, ...Array<Buffer>(8192).fill(writeZeros(128 * 1024)));
    assert.ok(blob.length < 33 * 1024);
    const result = decompressArchive(blob, 'zstd-without-long');
    await assert.rejects(result, { code: 'ERR_BUFFER_TOO_LARGE' });
  });

  test('of many small frames of zstd never becomes more than 512 KiB', async () => {
    const frame = zstdCompressSync(Buffer.alloc(bound));
    const blob = Buffer.concat([frame, frame, frame]);
    const result = decompressArchive(blob, 'zstd-without-long');
    await assert.rejects(result, { code: 'ERR_BUFFER_TOO_LARGE' });
  });

  test('of many small fields of gzip is refused', async () => {
    const member = gzipSync(Buffer.alloc(mebibyte / 4));
    const blob = Buffer.concat(Array<Buffer>(500).fill(member));
    await assert.rejects(decompressArchive(blob, 'gzip'), { code: 'ERR_BUFFER_TOO_LARGE' });
  });
});

describe('a zstd frame', () => {
  const content = Buffer.from('content');

  for (const windowLog of [10, 22, 23]) {
    test(`with a window of 2^${windowLog} bytes is read`, async () => {
      const blob = writeFrame(windowLog, writeRaw(content));
      assert.deepEqual(await decompressArchive(blob, 'zstd-without-long'), content);
    });
  }

  for (const windowLog of [24, 27, 31, 41]) {
    test(`with a window of 2^${windowLog} bytes is refused`, async () => {
      const blob = writeFrame(windowLog, writeRaw(content));
      const result = decompressArchive(blob, 'zstd-without-long');
      await assert.rejects(result, { code: 'ZSTD_error_frameParameter_windowTooLarge' });
    });
  }
});

test('a gzip archive with a wrong checksum is refused', async () => {
  const blob = gzipSync(Buffer.from('text'));
  blob.writeUInt32LE(blob.readUInt32LE(blob.length - 8) ^ 1, blob.length - 8);
  await assert.rejects(decompressArchive(blob, 'gzip'), { code: 'Z_DATA_ERROR' });
});
