import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../../test/support/making/fast-check.ts';
import { base64, fakeBody } from '../../../test/support/tables/key-mistakes.ts';
import { lineBreaks, toPem } from '../../../test/support/making/signing-keys.ts';
import { decodeText, isPkcs12 } from './encoded-text.ts';

const pem = toPem('PRIVATE KEY', fakeBody);
const json = '{\n  "kty": "EC", "x": "???>>>"\n}';

describe('a text is decoded', () => {
  for (const [what, inside] of Object.entries({ 'a PEM': pem, JSON: json })) {
    test(`if it is base64 of ${what}, of either alphabet, with and without padding`, () => {
      for (const text of [base64(inside), Buffer.from(inside).toString('base64url')]) {
        assert.equal(decodeText(text), inside.trim());
      }
    });

    test(`if it is base64 of ${what} in lines, with any line breaks`, () => {
      const lines = base64(`\n ${inside}\r\n`).replace(/.{76}/g, '$&\n');
      for (const [name, rewrite] of Object.entries(lineBreaks)) {
        assert.equal(decodeText(rewrite(lines)), inside.trim(), name);
      }
    });
  }

  test('with a byte order mark in it', () => {
    assert.equal(decodeText(base64(`\u{feff}${pem}`)), pem.trim());
  });
});

test('another text is not decoded', () => {
  for (const text of [
    '',
    pem,
    json,
    base64('some text'),
    base64(base64(pem)),
    `x.${base64(pem)}`,
    'open-sesame',
  ]) {
    assert.equal(decodeText(text), undefined, text);
  }
});

test('what is decoded is what was encoded', () => {
  fc.assert(
    fc.property(fc.json(), (one) => {
      const isList = /^[{[]/.test(one);
      assert.equal(decodeText(base64(one)), isList ? one.trim() : undefined);
    }),
  );
});

describe('PKCS#12', () => {
  const short = '3009020103300406022a00';
  const long = '3082024002010330820206';
  const indefinite = '308002010330800609';

  test('is known by its version, in every encoding of its length', () => {
    for (const hex of [short, long, indefinite]) {
      assert.ok(isPkcs12(Buffer.from(hex, 'hex').toString('base64')), hex);
    }
  });

  test('is known as bytes that were stored as text', () => {
    assert.ok(isPkcs12(Buffer.from(long, 'hex').toString()));
  });

  test('is not a key, a certificate or a word', () => {
    const others = [
      '30820240020100300d0609',
      '3077020101042000',
      '308202403082018002010330',
      '02010330',
    ];
    for (const hex of others) {
      assert.ok(!isPkcs12(Buffer.from(hex, 'hex').toString('base64')), hex);
      assert.ok(!isPkcs12(Buffer.from(hex, 'hex').toString()), hex);
    }
    for (const text of ['', '0', '0-open-sesame', pem, json]) assert.ok(!isPkcs12(text));
  });
});
