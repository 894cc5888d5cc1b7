import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMasker } from './masker.ts';

function mask(text: string, ...secrets: string[]): string {
  const masker = createMasker();
  for (const secret of secrets) masker.add(secret);
  return masker.mask(text);
}

describe('a masker', () => {
  test('leaves a text as it is while it knows no secret', () => {
    assert.equal(mask('nothing to hide'), 'nothing to hide');
  });

  test('hides every occurrence of a secret', () => {
    assert.equal(mask('s3cret, s3cret', 's3cret'), '***, ***');
  });

  test('hides secrets that overlap or touch with one mark', () => {
    assert.equal(mask('<abcdef>', 'abcd', 'cdef'), '<***>');
    assert.equal(mask('<abcdef>', 'abc', 'def'), '<***>');
    assert.equal(mask('<abc-def>', 'abc', 'def'), '<***-***>');
  });

  test('hides a secret within a longer one, in whichever order they were added', () => {
    assert.equal(mask('<abcdef>', 'cd', 'abcdef'), '<***>');
    assert.equal(mask('<abcdef>', 'abcdef', 'cd'), '<***>');
  });

  test('hides a whole run in which a secret overlaps itself', () => {
    assert.equal(mask('<ababa>', 'aba'), '<***>');
  });

  test('hides each line of a secret, trimmed, as well as the whole', () => {
    const key = '-----BEGIN-----\r\n  line-one\nline-two\n';
    assert.equal(mask('line-one', key), '***');
    assert.equal(mask('xline-twox', key), 'x***x');
    assert.equal(mask(`<${key}>`, key), '<***>');
  });

  test('ignores an empty secret, and one of only line breaks', () => {
    assert.equal(mask('a b', ''), 'a b');
    assert.equal(mask('a b', '\r\n'), 'a b');
  });

  test('hides base64 of a secret at each of the three alignments', () => {
    const secret = 'a-very-long-secret';
    for (const before of ['', 'u', 'us']) {
      const encoded = Buffer.from(before + secret).toString('base64');
      const hidden = mask(encoded, secret);
      assert.match(hidden, /^[^*]{0,4}\*\*\*$/, `after ${before.length} bytes: ${hidden}`);
    }
  });

  test('hides a secret as JSON, a URI, XML, an expression and a command line write it', () => {
    const secret = `p"a's<s>&\\!*\u2028(ü)`;
    const forms = [
      JSON.stringify(secret).slice(1, -1).replace('\u2028', '\\u2028'),
      'p%22a%27s%3Cs%3E%26%5C%21%2A%E2%80%A8%28%C3%BC%29',
      'p&quot;a&apos;s&lt;s&gt;&amp;\\!*\u2028(ü)',
      secret.replace("'", "''"),
      secret.replace('"', '\\"'),
    ];
    for (const form of forms) assert.equal(mask(`<${form}>`, secret), '<***>', form);
  });

  test('hides what is between double quotes, unless that is short', () => {
    assert.equal(mask('secret-1', '"secret-1"'), '***');
    assert.equal(mask('secret', '"secret"'), 'secret');
  });

  test('hides both sides of an ampersand, as PowerShell splits a command', () => {
    assert.equal(mask('first&seco& / third-part', 'first&seco&third-part'), '*** / ***');
    assert.equal(mask('first&+ / econd-part', 'first&+second-part'), '*** / ***');
    assert.equal(mask('ab& / cd', 'ab&cd'), 'ab& / cd');
  });

  test('hides a lone surrogate, which no URI can hold', () => {
    assert.equal(mask('<a\ud800>', 'a\ud800'), '<***>');
  });
});
