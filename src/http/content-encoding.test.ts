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

    test('is known in upper and lower case, with space around it', async () => {
      const written = ` ${name.toUpperCase()} `;
      assert.deepEqual(await decodeContent(encode(text), written, limit), text);
    });

    test('may give exactly as much as is allowed', async () => {
      const body = Buffer.alloc(limit, 'a');
      assert.deepEqual(await decodeContent(encode(body), name, limit), body);
    });

    test('may not give a byte more', async () => {
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

    test('that was never applied is unreadable', async () => {
      const error: unknown = await decodeContent(text, name, limit).catch(
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof Error);
      assert.equal('code' in error && error.code, 'answer_unreadable');
      assert.equal('encoding' in error && error.encoding, name);
      assert.ok(error.cause instanceof Error, 'the cause is kept');
      assert.equal('reason' in error && error.reason, error.cause.message);
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

describe('deflate without its zlib header', () => {
  test('is undone', async () => {
    assert.deepEqual(await decodeContent(deflateRawSync(text), 'deflate', limit), text);
  });

  test('may not give a byte more than is allowed', async () => {
    const body = deflateRawSync(Buffer.alloc(limit + 1, 'a'));
    await assert.rejects(decodeContent(body, 'deflate', limit), { code: 'answer_too_large' });
  });
});

describe('several encodings', () => {
  test('are undone from the last to the first', async () => {
    const body = brotliCompressSync(gzipSync(text));
    assert.deepEqual(await decodeContent(body, 'gzip, br', limit), text);
    await assert.rejects(decodeContent(body, 'br, gzip', limit), { code: 'answer_unreadable' });
  });

  for (const list of ['gzip, identity', 'identity,gzip', ' , gzip ,']) {
    test(`count only if the list has any: "${list}"`, async () => {
      assert.deepEqual(await decodeContent(gzipSync(text), list, limit), text);
    });
  }

  test('may not give more than is allowed in between', async () => {
    const body = gzipSync(gzipSync(Buffer.alloc(64 * limit * limit)));
    assert.ok(body.length < limit);
    await assert.rejects(decodeContent(body, 'gzip, gzip', limit), { code: 'answer_too_large' });
  });

  test('are not undone if they are more than anybody needs', async () => {
    const list = Array<string>(6).fill('gzip').join();
    await assert.rejects(decodeContent(gzipSync(text), list, limit), {
      code: 'answer_unreadable',
      encoding: 'gzip',
    });
  });

  test('are named by the one that is not known', async () => {
    await assert.rejects(decodeContent(text, 'gzip, zstd', limit), {
      code: 'encoding_unknown',
      encoding: 'zstd',
    });
  });
});

for (const none of [undefined, '', ' ', 'identity', 'Identity']) {
  test(`a body is left as it is with ${none === undefined ? 'no header' : `"${none}"`}`, async () => {
    assert.equal(await decodeContent(text, none, limit), text);
  });
}

for (const unknown of ['zstd', 'compress', 'gzip;q=1', 'toString', '__proto__', 'utf-8']) {
  describe(`the encoding "${unknown}"`, () => {
    test('is reported as not known', async () => {
      await assert.rejects(decodeContent(text, unknown, limit), {
        code: 'encoding_unknown',
        encoding: unknown.toLowerCase(),
        retryable: true,
      });
    });
  });
}

describe('an encoding that is not known', () => {
  for (const accepted of ['zstd', 'ZSTD', 'gzip, zstd', 'zstd;q=0.5', 'br, *', '*;q=0.1']) {
    test(`leaves the body as it is if the request accepts "${accepted}"`, async () => {
      assert.equal(await decodeContent(text, 'zstd', limit, accepted), text);
    });
  }

  for (const accepted of ['', 'identity', 'gzip', 'zstd2', 'zstd;q=0', 'zstd; q=0.00', '*;q=0']) {
    test(`is an error if the request accepts "${accepted}"`, async () => {
      await assert.rejects(decodeContent(text, 'zstd', limit, accepted), {
        code: 'encoding_unknown',
      });
    });
  }
});

test('a known encoding is undone even if the request accepted it', async () => {
  assert.deepEqual(await decodeContent(gzipSync(text), 'gzip', limit, 'gzip'), text);
});
