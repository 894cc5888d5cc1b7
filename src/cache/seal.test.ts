import assert from 'node:assert/strict';
import { createDecipheriv } from 'node:crypto';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { nonceBytes, seal, tagBytes, unseal } from './seal.ts';

const bytes = (size: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((array) => Buffer.from(array));
const plaintexts = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const purposes = fc.string({ unit: 'binary', maxLength: 20 });
/** Two texts with lone surrogates can be the same bytes. */
const wellFormed = purposes.filter((text) => text.isWellFormed());
const sealings = fc.record({ key: bytes(32), nonce: bytes(nonceBytes), purpose: purposes });

describe('what was encrypted', () => {
  test('is decrypted with its key, for its purpose, to the same bytes', () => {
    fc.assert(
      fc.property(plaintexts, sealings, (plaintext, sealing) => {
        assert.deepEqual(unseal(seal(plaintext, sealing), sealing), plaintext);
      }),
    );
  });

  test('is nonce, tag and AES-256-GCM, as long as they are together', () => {
    fc.assert(
      fc.property(plaintexts, sealings, (plaintext, sealing) => {
        const sealed = seal(plaintext, sealing);
        assert.equal(sealed.length, nonceBytes + tagBytes + plaintext.length);
        assert.deepEqual(sealed.subarray(0, nonceBytes), sealing.nonce);
        const decipher = createDecipheriv('aes-256-gcm', sealing.key, sealing.nonce)
          .setAAD(Buffer.from(sealing.purpose))
          .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
        const opened = [decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()];
        assert.deepEqual(Buffer.concat(opened), plaintext);
      }),
    );
  });

  test('does not open with another key', () => {
    fc.assert(
      fc.property(plaintexts, sealings, bytes(32), (plaintext, sealing, key) => {
        fc.pre(!key.equals(sealing.key));
        assert.equal(unseal(seal(plaintext, sealing), { ...sealing, key }), undefined);
      }),
    );
  });

  test('does not open for another purpose', () => {
    fc.assert(
      fc.property(
        plaintexts,
        sealings,
        wellFormed,
        wellFormed,
        (plaintext, sealing, one, other) => {
          fc.pre(one !== other);
          const sealed = seal(plaintext, { ...sealing, purpose: one });
          assert.equal(unseal(sealed, { ...sealing, purpose: other }), undefined);
        },
      ),
    );
  });

  test('does not open when anything was changed, cut off or put in', () => {
    const edits = fc.record({
      at: fc.nat(),
      remove: fc.nat(40),
      insert: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(plaintexts, sealings, edits, (plaintext, sealing, { at, remove, insert }) => {
        const sealed = seal(plaintext, sealing);
        const from = at % (sealed.length + 1);
        const edited = Buffer.concat([
          sealed.subarray(0, from),
          insert,
          sealed.subarray(from + remove),
        ]);
        fc.pre(!edited.equals(sealed));
        assert.equal(unseal(edited, sealing), undefined);
      }),
      { numRuns: 1000 },
    );
  });

  test('does not open if it was never encrypted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), sealings, (anything, sealing) => {
        assert.equal(unseal(Buffer.from(anything), sealing), undefined);
      }),
    );
  });
});
