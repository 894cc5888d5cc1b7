import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { decodeContent } from './content-encoding.ts';

const limit = 1000;
const text = Buffer.from('{"access_token":"a"}');

const encodings = [
  { name: 'gzip', encode: gzipSync },
  { name: 'x-gzip', encode: gzipSync },
  { name: 'deflate', encode: deflateSync },
  { name: 'br', encode: brotliCompressSync },
] as const;

for (const { name, encode } of encodings) {
  describe(name, () => {
    test('is undone', async () => {
      assert.deepEqual(await decodeContent(encode(text), name, limit), text);
    });

    test('is known in any case, with space around it', async () => {
      const written = ` ${name.toUpperCase()} `;
      assert.deepEqual(await decodeContent(encode(text), written, limit), text);
    });

    test('may bring exactly as much as is allowed', async () => {
      const body = Buffer.alloc(limit, 'a');
      assert.deepEqual(await decodeContent(encode(body), name, limit), body);
    });

    test('may not bring a byte more', async () => {
      const body = encode(Buffer.alloc(limit + 1, 'a'));
      await assert.rejects(decodeContent(body, name, limit), { code: 'answer_too_large' });
    });

    test('of a bomb is stopped', async () => {
      const bomb = encode(Buffer.alloc(16 * 1024 * 1024));
      assert.ok(bomb.length < 32 * 1024);
      await assert.rejects(decodeContent(bomb, name, 1024 * 1024), {
        name: 'TransportError',
        code: 'answer_too_large',
        retryable: false,
      });
    });

    test('that was cut short is unreadable', async () => {
      const body = encode(text);
      await assert.rejects(decodeContent(body.subarray(0, -1), name, limit), {
        name: 'TransportError',
        code: 'answer_unreadable',
        retryable: true,
      });
    });

    test('that was never done is unreadable', async () => {
      const error: unknown = await decodeContent(text, name, limit).catch(
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof Error);
      assert.equal('code' in error && error.code, 'answer_unreadable');
      assert.ok(error.cause instanceof Error, 'the cause is kept');
    });

    test('of an empty body is an empty body', async () => {
      assert.equal((await decodeContent(Buffer.alloc(0), name, limit)).length, 0);
    });
  });
}

for (const name of ['gzip', 'x-gzip', 'deflate'] as const) {
  test(`${name} whose checksum does not fit is unreadable`, async () => {
    const body = name === 'deflate' ? deflateSync(text) : gzipSync(text);
    // The checksum is at the end: four bytes of Adler-32, or eight of CRC-32 and length.
    const at = body.length - (name === 'deflate' ? 1 : 5);
    body.writeUInt8(body.readUInt8(at) ^ 1, at);
    await assert.rejects(decodeContent(body, name, limit), { code: 'answer_unreadable' });
  });
}

test('deflate without its zlib header is unreadable', async () => {
  await assert.rejects(decodeContent(deflateRawSync(text), 'deflate', limit), {
    code: 'answer_unreadable',
  });
});

for (const none of [undefined, '', ' ', 'identity', 'Identity']) {
  test(`a body is left as it is with ${none === undefined ? 'no header' : `"${none}"`}`, async () => {
    assert.equal(await decodeContent(text, none, limit), text);
  });
}

for (const unknown of ['zstd', 'compress', 'gzip, br', 'gzip;q=1', 'toString', '__proto__']) {
  test(`a body with the encoding "${unknown}" is unreadable`, async () => {
    await assert.rejects(decodeContent(text, unknown, limit), {
      code: 'answer_unreadable',
      systemCode: 'content-encoding',
    });
  });
}
