/** What is true for every archive, even a hostile one. The cases with names are in entry.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { AccessToken } from '../oauth2/access-token.ts';
import { openEntry, sealEntry } from './entry.ts';

const key = Buffer.alloc(32, 7);
const name = 'oauth2-token-v2-0123456789abcdef0123456789abcdef-0123456789abcdef';
const magic = Buffer.from('894f4132544f4b0a', 'hex');
const block = 512;
const headBytes = 12;
/** The bytes of nonce and tag. No entry is shorter. */
const shortest = 28;

/** An encrypted token, one block long at most. The number distinguishes it from others. */
function sealNumber(number: number, sealing: { key: Buffer; name: string }): Buffer {
  const accessToken = new AccessToken({
    token: `token-${number}`,
    tokenType: 'Bearer',
    expiresAt: new Date(Date.UTC(2026, 0, 31, 12)),
  });
  const token = { accessToken, scopes: undefined, others: {}, issuedAt: 0 };
  const entry = sealEntry(token, { ...sealing, nonce: Buffer.alloc(12, number) });
  assert.ok(entry !== undefined && entry.length <= block);
  return entry;
}

/** What is at the beginning of one block of an archive. */
const pieces = {
  real: (number: number) => sealNumber(number, { key, name }),
  'of another name': (number: number) => sealNumber(number, { key, name: `${name}-01234567` }),
  'of another key': (number: number) => sealNumber(number, { key: Buffer.alloc(32, 8), name }),
  damaged: (number: number) => {
    const entry = sealNumber(number, { key, name });
    const at = headBytes + (number % (entry.length - headBytes));
    entry.writeUInt8(entry.readUInt8(at) ^ 1, at);
    return entry;
  },
  'one byte late': (number: number) =>
    Buffer.concat([Buffer.alloc(1), sealNumber(number, { key, name })]),
  noise: (number: number) => Buffer.alloc(block, number),
} as const satisfies Record<string, (number: number) => Buffer>;

type Piece =
  | { readonly kind: keyof typeof pieces; readonly number: number }
  /** The magic and a length, whatever follows. */
  | { readonly kind: 'decoy'; readonly length: number };

const lengths = fc.oneof(
  fc.constantFrom(0, shortest - 1, shortest, block - headBytes, 0x7fffffff, 0x80000000, 0xffffffff),
  fc.nat(20 * block),
);
const anyPiece: fc.Arbitrary<Piece> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(...(Object.keys(pieces) as (keyof typeof pieces)[])),
    number: fc.integer({ min: 1, max: 200 }),
  }),
  fc.record({ kind: fc.constant('decoy' as const), length: lengths }),
);

function writeHead(length: number): Buffer {
  const head = Buffer.alloc(headBytes);
  magic.copy(head);
  head.writeUInt32BE(length, magic.length);
  return head;
}

function contentOf(piece: Piece | undefined): Buffer {
  if (piece === undefined) return Buffer.alloc(block);
  return piece.kind === 'decoy' ? writeHead(piece.length) : pieces[piece.kind](piece.number);
}

function toBlock(piece: Piece): Buffer {
  const content = contentOf(piece);
  return Buffer.concat([content, Buffer.alloc(block - content.length)], block);
}

/** What an archive lacks at its end: so many bytes, or all that follows the last piece. */
const cuts = fc.oneof(fc.nat(block), fc.constant('padding' as const));

test('the first real entry is opened that begins a block and has at most three before it that look like one, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(anyPiece, { maxLength: 10 }), cuts, (layout, cut) => {
      const whole = Buffer.concat(layout.map(toBlock));
      const cutOff = cut === 'padding' ? block - contentOf(layout.at(-1)).length : cut;
      const archive = whole.subarray(0, Math.max(0, whole.length - cutOff));

      // The same search by the layout, without reading the bytes.
      let looksLikeOne = 0;
      let expected: string | undefined;
      for (const [index, piece] of layout.entries()) {
        if (piece.kind === 'noise' || piece.kind === 'one byte late') continue;
        const start = index * block + headBytes;
        const size = piece.kind === 'decoy' ? piece.length : contentOf(piece).length - headBytes;
        if (size < shortest || start + size > archive.length) continue;
        looksLikeOne += 1;
        if (looksLikeOne > 4) break;
        if (piece.kind === 'real') {
          expected = `token-${piece.number}`;
          break;
        }
      }
      assert.equal(openEntry(archive, { key, name })?.accessToken.token, expected);
    }),
    { numRuns: 2000 },
  );
});

test('bytes that nobody encrypted never open, nor are they changed', () => {
  const bytes = fc.uint8Array({ maxLength: 3 * block });
  const hostile = fc.tuple(fc.nat(3), lengths, bytes).map(([blocks, length, after]) => {
    return Buffer.concat([Buffer.alloc(blocks * block), writeHead(length), after]);
  });
  fc.assert(
    fc.property(
      fc.oneof(
        bytes.map((some) => Buffer.from(some)),
        hostile,
      ),
      (archive) => {
        const before = Buffer.from(archive);
        assert.equal(openEntry(archive, { key, name }), undefined);
        assert.deepEqual(archive, before);
      },
    ),
    { numRuns: 500 },
  );
});
