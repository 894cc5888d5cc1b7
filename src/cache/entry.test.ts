import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { AccessToken } from '../oauth2/access-token.ts';
import { parseExactJson, writeExactJson } from '../oauth2/json/exact-json.ts';
import { type CachedToken, maxEntryBytes, openEntry, sealEntry } from './entry.ts';
import { seal as sealBytes } from './seal.ts';

const key = Buffer.alloc(32, 7);
const name = 'oauth2-token-v2-0123456789abcdef0123456789abcdef-0123456789abcdef';
const nonce = Buffer.from('000102030405060708090a0b', 'hex');
const magic = Buffer.from('894f4132544f4b0a', 'hex');
const block = 512;

/** The head of an entry, the magic and the length, in bytes. */
const headBytes = 12;

interface TokenParts {
  token: string;
  tokenType: string;
  expiresAt: number;
  issuedAt: number;
  scopes: readonly string[] | undefined;
  others: Record<string, unknown>;
}

const usual: TokenParts = {
  token: 'an-access-token',
  tokenType: 'Bearer',
  expiresAt: Date.UTC(2026, 0, 31, 12),
  issuedAt: Date.UTC(2026, 0, 31, 11),
  scopes: ['read'],
  others: {},
};

function createToken(parts: Partial<TokenParts> = {}): CachedToken {
  const { token, tokenType, expiresAt, ...rest } = { ...usual, ...parts };
  const accessToken = new AccessToken({ token, tokenType, expiresAt: new Date(expiresAt) });
  return { accessToken, ...rest };
}

/** An AccessToken hides its token from assertions. */
function show({ accessToken, ...rest }: CachedToken): unknown {
  const { token, tokenType, expiresAt } = accessToken;
  return { token, tokenType, expiresAt, ...rest };
}

function seal(token: CachedToken): Buffer {
  const entry = sealEntry(token, { key, name, nonce });
  assert.ok(entry !== undefined, 'it is too large');
  return entry;
}

function opens(archive: Buffer): boolean {
  return openEntry(archive, { key, name }) !== undefined;
}

const entry = seal(createToken());

/** Something that looks like an entry: only magic and a length. */
function writeDecoy(length: number): Buffer {
  const head = Buffer.concat([magic, Buffer.alloc(4)]);
  head.writeUInt32BE(length, magic.length);
  return head;
}

/** Begins each part at a multiple of 512 bytes, as tar does. */
function writeBlocks(...parts: Buffer[]): Buffer {
  const padded = parts.map((part) => {
    return Buffer.concat([part, Buffer.alloc((block - (part.length % block)) % block)]);
  });
  return Buffer.concat(padded);
}

describe('contents that no response can have are not an entry:', () => {
  const good = {
    token: 'an-access-token',
    type: 'Bearer',
    scopes: null,
    issuedAt: 1,
    expiresAt: 2,
    others: {},
  };
  const isEntry = (contents: unknown): boolean => {
    const text = typeof contents === 'string' ? contents : JSON.stringify(contents);
    const body = sealBytes(Buffer.from(text), { key, nonce, purpose: name });
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return opens(Buffer.concat([magic, length, body]));
  };

  test('but the usual ones are', () => {
    assert.ok(isEntry(good));
    assert.ok(isEntry({ ...good, scopes: ['a'], others: [1, { a: null }] }));
  });

  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const rows: readonly unknown[] = [
    'no JSON',
    '',
    'null',
    nested(100_000),
    JSON.stringify(good).replace('"others":{}', `"others":${nested(102)}`),
    ...['x\nname=a', 'a\0b', 'tökens', '', 12345678, null].map((token) => ({ ...good, token })),
    ...[{}, null, 1, undefined].map((type) => ({ ...good, type })),
    ...['a b', {}, 1, [1], [null]].map((scopes) => ({ ...good, scopes })),
    ...['1', null, 1.5, 1e300].map((issuedAt) => ({ ...good, issuedAt })),
    ...['2', null, 1.5, 8.64e15].map((expiresAt) => ({ ...good, expiresAt })),
    ...[null, 'a', 1].map((others) => ({ ...good, others })),
  ];
  for (const [index, contents] of rows.entries()) {
    test(`${index + 1}: ${JSON.stringify(contents).slice(0, 120)}`, () => {
      assert.ok(!isEntry(contents));
    });
  }
});

describe('an encrypted token', () => {
  test('opens as what it was', () => {
    const tokens = fc.record({
      token: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 200 }),
      tokenType: fc.string(),
      expiresAt: fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }),
      issuedAt: fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }),
      scopes: fc.option(fc.array(fc.string()), { nil: undefined }),
      others: fc.dictionary(fc.string(), fc.jsonValue()),
    });
    const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(tokens, keys, fc.string(), (parts, anyKey, anyName) => {
        const token = createToken(parts);
        const sealed = sealEntry(token, { key: anyKey, name: anyName, nonce });
        const opened = openEntry(sealed ?? Buffer.alloc(0), { key: anyKey, name: anyName });
        assert.ok(opened !== undefined);
        // As JSON, because JSON has no -0.
        const others = JSON.parse(JSON.stringify(parts.others)) as unknown;
        assert.deepEqual(show(opened), { ...(show(token) as object), others });
      }),
    );
  });

  test('whose scopes the server did not name opens without scopes', () => {
    const opened = openEntry(seal(createToken({ scopes: undefined })), { key, name });
    assert.ok(opened !== undefined);
    assert.equal(opened.scopes, undefined);
  });

  test('keeps the digits of numbers, and a list that is the whole response', () => {
    const others = parseExactJson('[{"user_id":17841405793187219,"rate":1.10}]');
    const opened = openEntry(seal({ ...createToken(), others: others as [] }), { key, name });
    assert.equal(writeExactJson(opened?.others), '[{"user_id":17841405793187219,"rate":1.10}]');
  });

  test('without an expiry opens as one that expired long ago', () => {
    const accessToken = new AccessToken({ token: 'x', tokenType: 'Bearer', expiresAt: undefined });
    const opened = openEntry(seal({ ...createToken(), accessToken }), { key, name });
    assert.equal(opened?.accessToken.expiresAt?.getTime(), 0);
  });

  test('shows nothing of itself', () => {
    for (const secret of ['an-access-token', 'Bearer', 'read', 'expiresAt']) {
      assert.equal(entry.includes(secret), false);
    }
  });

  test('differs for another nonce', () => {
    const other = sealEntry(createToken(), { key, name, nonce: Buffer.alloc(12) });
    assert.notDeepEqual(other?.subarray(headBytes + 28), entry.subarray(headBytes + 28));
  });

  test('is magic, length, nonce, tag and AES-256-GCM with its name as additional data', () => {
    assert.deepEqual(entry.subarray(0, 8), magic);
    assert.equal(entry.readUInt32BE(8), entry.length - headBytes);
    assert.deepEqual(entry.subarray(12, 24), nonce);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(Buffer.from(name)).setAuthTag(entry.subarray(24, 40));
    const contents = Buffer.concat([decipher.update(entry.subarray(40)), decipher.final()]);
    assert.deepEqual(JSON.parse(contents.toString()), {
      token: 'an-access-token',
      type: 'Bearer',
      scopes: ['read'],
      issuedAt: 1769857200000,
      expiresAt: 1769860800000,
      others: {},
    });
  });

  test('that another program wrote opens', () => {
    const contents = {
      token: 'theirs',
      type: 'DPoP',
      scopes: null,
      issuedAt: 1,
      expiresAt: 2,
      others: { a: [1] },
    };
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
    const sealed = [cipher.update(JSON.stringify(contents)), cipher.final()];
    const body = Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
    const opened = openEntry(Buffer.concat([writeDecoy(body.length), body]), { key, name });
    assert.ok(opened !== undefined);
    assert.deepEqual(show(opened), {
      token: 'theirs',
      tokenType: 'DPoP',
      expiresAt: new Date(2),
      scopes: undefined,
      issuedAt: 1,
      others: { a: [1] },
    });
  });
});

describe('the size of an entry', () => {
  const around = seal(createToken({ token: 'x' })).length - 1;
  const largest = createToken({ token: 'x'.repeat(maxEntryBytes - around) });

  test('may be 192 KiB', () => {
    assert.equal(maxEntryBytes, 192 * 1024);
    const sealed = seal(largest);
    assert.equal(sealed.length, maxEntryBytes);
    assert.ok(opens(sealed));
  });

  test('may not be a byte more', () => {
    const token = createToken({ token: `${largest.accessToken.token}x` });
    assert.equal(sealEntry(token, { key, name, nonce }), undefined);
  });
});

describe('an entry does not open', () => {
  test('with another key', () => {
    assert.equal(openEntry(entry, { key: Buffer.alloc(32, 8), name }), undefined);
  });

  for (const other of ['', name.slice(0, -1), `${name}-01234567`, name.toUpperCase()]) {
    test(`under the name ${JSON.stringify(other)}`, () => {
      assert.equal(openEntry(entry, { key, name: other }), undefined);
    });
  }

  test('with any one bit flipped, but the bits around it do not matter', () => {
    const archive = writeBlocks(Buffer.alloc(block), entry, Buffer.alloc(block));
    for (let bit = 0; bit < archive.length * 8; bit += 1) {
      const at = bit >> 3;
      const byte = archive.readUInt8(at);
      archive.writeUInt8(byte ^ (1 << (bit & 7)), at);
      const isAround = at < block || at >= block + entry.length;
      assert.equal(opens(archive), isAround, `bit ${bit & 7} of byte ${at - block}`);
      archive.writeUInt8(byte, at);
    }
  });

  test('cut anywhere, with zeros or nothing instead of the rest', () => {
    for (let length = 0; length < entry.length; length += 1) {
      const cut = entry.subarray(0, length);
      assert.equal(opens(cut), false, `${length} bytes`);
      const rest = Buffer.alloc(entry.length - length);
      const filled = Buffer.concat([cut, rest]);
      assert.equal(opens(filled), filled.equals(entry), `${length} bytes and zeros`);
    }
  });

  test('with its nonce or its tag from another entry', () => {
    const other = sealEntry(createToken({ token: 'another' }), {
      key,
      name,
      nonce: Buffer.alloc(12),
    });
    assert.ok(other !== undefined);
    for (const [start, end] of [
      [12, 24],
      [24, 40],
      [12, 40],
    ] as const) {
      const mixed = Buffer.from(entry);
      other.copy(mixed, start, start, end);
      assert.equal(opens(mixed), false);
    }
  });
});

describe('an entry is found', () => {
  test('at every multiple of 512 and nowhere else', () => {
    for (let at = 0; at <= 4 * block; at += 1) {
      const archive = Buffer.concat([Buffer.alloc(at), entry, Buffer.alloc(block)]);
      assert.equal(opens(archive), at % block === 0, `at ${at}`);
    }
  });

  test('at the very end of an archive', () => {
    const end = 512 * 1024;
    const at = Math.floor((end - entry.length) / block) * block;
    assert.ok(opens(Buffer.concat([Buffer.alloc(at), entry])));
  });

  test('after three that look like one, but not after four', () => {
    const decoys = Array<Buffer>(4).fill(writeDecoy(28));
    assert.ok(opens(writeBlocks(...decoys.slice(1), entry)));
    assert.equal(opens(writeBlocks(...decoys, entry)), false);
  });

  test('after any number of those with an impossible length', () => {
    const archive = writeBlocks(...Array<Buffer>(500).fill(writeDecoy(0xffffffff)), entry);
    assert.ok(opens(archive));
  });

  test('as the first of several', () => {
    const second = seal(createToken({ token: 'the second' }));
    const opened = openEntry(writeBlocks(entry, second), { key, name });
    assert.equal(opened?.accessToken.token, 'an-access-token');
  });

  test('after one that is encrypted for another name', () => {
    const other = sealEntry(createToken(), { key, name: `${name}-01234567`, nonce });
    assert.ok(other !== undefined);
    assert.ok(opens(writeBlocks(other, entry)));
  });
});

describe('an archive has no entry', () => {
  const archives: readonly (readonly [what: string, archive: Buffer])[] = [
    ['with no bytes', Buffer.alloc(0)],
    ['with only the magic', magic],
    ['with only a head', writeDecoy(28)],
    ['with a length of 0', writeBlocks(writeDecoy(0))],
    ['with a length a byte less than nonce and tag', writeBlocks(writeDecoy(27))],
    ['with nothing but nonce and tag', writeBlocks(writeDecoy(28))],
    ['with a length up to its end', writeBlocks(writeDecoy(block - headBytes))],
    ['with a length a byte past its end', writeBlocks(writeDecoy(block - headBytes + 1))],
    [
      'with a length that is negative to those who read a sign',
      writeBlocks(writeDecoy(0x80000000)),
    ],
    ['with the greatest length', writeBlocks(writeDecoy(0xffffffff))],
    ['with the magic in every block', writeBlocks(...Array<Buffer>(1024).fill(writeDecoy(28)))],
    [
      'with the magic and a length up to its end in every block',
      writeBlocks(
        ...Array.from({ length: 1024 }, (_, at) => writeDecoy((1024 - at) * block - headBytes)),
      ),
    ],
    ['with only zeros', Buffer.alloc(512 * 1024)],
  ];
  for (const [what, archive] of archives) {
    test(what, () => {
      assert.equal(opens(archive), false);
    });
  }
});

describe('in an archive by tar, an entry is found', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'entry-test-'));
    writeFileSync(join(folder, 'token.bin'), entry);
    writeFileSync(join(folder, 'before.txt'), 'x'.repeat(1000));
    writeFileSync(join(folder, `${'long'.repeat(40)}.txt`), 'y');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const version = spawnSync('tar', ['--version'], { encoding: 'utf8' });
  const skip = version.status !== 0 && 'there is no tar with --version here';
  // bsdtar, the tar of macOS and Windows, has its own name for it.
  const gnu =
    version.status === 0 && version.stdout.includes('GNU') ? '--format=gnu' : '--format=gnutar';

  const rows: readonly (readonly [what: string, args: readonly string[]])[] = [
    ['made as the toolkit makes it', ['--posix', '-P', 'token.bin']],
    ['in the old format of GNU', [gnu, 'token.bin']],
    ['in the format ustar', ['--format=ustar', 'token.bin']],
    ['after other files', ['--posix', 'before.txt', 'token.bin']],
    [
      'behind the extended header of a long name',
      ['--posix', `${'long'.repeat(40)}.txt`, 'token.bin'],
    ],
    ['behind the GNU header of a long name', [gnu, `${'long'.repeat(40)}.txt`, 'token.bin']],
  ];
  for (const [what, args] of rows) {
    test(what, { skip }, () => {
      const tar = spawnSync('tar', ['-cf', '-', '-C', folder, ...args]);
      assert.equal(tar.status, 0, tar.stderr.toString());
      const opened = openEntry(tar.stdout, { key, name });
      assert.equal(opened?.accessToken.token, 'an-access-token');
    });
  }
});

/**
 * A tar header with any errors.
 *
 * @param size the twelve bytes of the field
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
function writeTarHeader(
  path: string,
  size: string | Buffer,
  { type = '0', link = '' }: { type?: string; link?: string } = {},
): Buffer {
  const header = Buffer.alloc(block);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  Buffer.from(size).copy(header, 124, 0, 12);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

describe('an entry is found whatever the tar header says, such as', () => {
  const good = entry.length.toString(8).padStart(11, '0');
  const record = Buffer.from('30 size=99999999999999999999\n');
  const rows: readonly (readonly [what: string, before: readonly Buffer[]])[] = [
    ['a good header', [writeTarHeader('token.bin', good)]],
    ['a size of zero', [writeTarHeader('token.bin', '00000000000')]],
    ['a negative size', [writeTarHeader('token.bin', '-0000001000')]],
    ['a size of spaces', [writeTarHeader('token.bin', ' '.repeat(12))]],
    ['a size that is no number', [writeTarHeader('token.bin', 'zzzzzzzzzzz')]],
    ['the greatest octal size', [writeTarHeader('token.bin', '77777777777')]],
    [
      'a huge size in base 256',
      [writeTarHeader('token.bin', Buffer.from(`80${'ff'.repeat(11)}`, 'hex'))],
    ],
    ['a negative size in base 256', [writeTarHeader('token.bin', Buffer.alloc(12, 0xff))]],
    ['an absolute path', [writeTarHeader('/etc/passwd', good)]],
    ['a path that climbs', [writeTarHeader('../../../home/runner/.bashrc', good)]],
    ['no path', [writeTarHeader('', good)]],
    ['a symbolic link', [writeTarHeader('token.bin', good, { type: '2', link: '/etc/shadow' })]],
    ['a hard link', [writeTarHeader('token.bin', good, { type: '1', link: '/etc/shadow' })]],
    ['a device', [writeTarHeader('token.bin', good, { type: '4' })]],
    ['a directory', [writeTarHeader('token.bin/', good, { type: '5' })]],
    ['a type that nobody knows', [writeTarHeader('token.bin', good, { type: '\x7f' })]],
    [
      'an extended header with a size of its own',
      [
        writeTarHeader('PaxHeaders/token.bin', '00000000036', { type: 'x' }),
        record,
        writeTarHeader('token.bin', good),
      ],
    ],
    ['a global extended header', [writeTarHeader('global', '00000000036', { type: 'g' }), record]],
    [
      'a file of AppleDouble before it',
      [
        writeTarHeader('._token.bin', '00000000243'),
        Buffer.concat([
          Buffer.from('0005160700020000', 'hex'),
          Buffer.from('Mac OS X'.padEnd(155)),
        ]),
        writeTarHeader('token.bin', good),
      ],
    ],
    ['an end of the archive in front', [Buffer.alloc(2 * block)]],
    ['nothing at all', []],
  ];
  for (const [what, parts] of rows) {
    test(what, () => {
      const opened = openEntry(writeBlocks(...parts, entry, Buffer.alloc(2 * block)), {
        key,
        name,
      });
      assert.equal(opened?.accessToken.token, 'an-access-token');
    });
  }
});
