/** What holds for the words of every answer. The tables are beside each part. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../../test/support/making/fast-check.ts';
import { type AnswerShape, shapeOf } from './answer-shape.ts';
import { readWords } from './words.ts';

/** Everything of an answer that can be printed. */
function listPrinted({ code = '', words, fields = [] }: AnswerShape): string[] {
  return [code, ...(words === undefined ? [] : [readWords(words), words.place]), ...fields];
}

const names = fc.constantFrom(
  ...['error', 'error_description', 'message', 'msg', 'errors', 'title', 'detail', 'code', 'data'],
  ...['fault', 'token', 'access_token', 'reason', '__proto__', 'constructor', 'length', ''],
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(null, true, 1.5, '', ' ', 'a b', '\n'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(names, fc.string({ maxLength: 5 })), tie('value'), { maxKeys: 4 }),
  ),
}));
const markup = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '</',
        '<!--',
        '-->',
        '<title>',
        '</title>',
        '<script>',
        '</script>',
      ),
      fc.constantFrom(
        '<s:faultstring>',
        '</s:faultstring>',
        '<![CDATA[',
        ']]>',
        '&amp;',
        '&#x',
        ';',
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => `<${parts.join('')}`);
const bodies = fc.oneof(
  value.map((one) => Buffer.from(JSON.stringify(one))),
  markup.map((one) => Buffer.from(one)),
  fc.string({ unit: 'binary' }).map((one) => Buffer.from(one)),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
);
const headers = fc.dictionary(
  fc.constantFrom('content-type', 'www-authenticate'),
  fc.oneof(fc.constantFrom('text/html', 'application/json; charset=utf-16le'), fc.string()),
);
const failing = fc.integer({ min: 300, max: 599 });
const success = fc.integer({ min: 200, max: 299 });

describe('the words of any answer', () => {
  test('are one line, or there are none', () => {
    fc.assert(
      fc.property(bodies, headers, fc.oneof(failing, success), (body, head, status) => {
        const { words } = shapeOf({ status, statusText: '', headers: head, body });
        if (words === undefined) return;
        assert.doesNotMatch(readWords(words), /[\r\n]/);
      }),
      { numRuns: 3000 },
    );
  });

  test('have no word of 20 or more characters where the status is a success', () => {
    fc.assert(
      fc.property(bodies, headers, success, (body, head, status) => {
        const { code = '', words } = shapeOf({ status, statusText: '', headers: head, body });
        const line = words === undefined ? '' : readWords(words);
        assert.ok(
          line.split(' ').every((word) => word.trim().length < 20),
          line,
        );
        assert.ok(code.length < 20 || /^[a-z_]+$/.test(code), code);
      }),
      { numRuns: 3000 },
    );
  });

  test('have no token that stands beside them where the status is a success', () => {
    const token = fc.stringMatching(/^[\w.~+/-]{20,80}$/);
    const place = fc.constantFrom('access_token', 'token', 'message', 'detail', 'error', 'title');
    fc.assert(
      fc.property(value, place, token, success, (some, name, secret, status) => {
        for (const body of [
          { [name]: secret, data: some },
          { data: { [name]: secret } },
          [{ [name]: secret }],
          secret,
        ]) {
          const json = Buffer.from(JSON.stringify(body));
          const printed = listPrinted(shapeOf({ status, statusText: '', headers: {}, body: json }));
          assert.ok(!printed.join('\n').includes(secret), printed.join('\n'));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('are found in time that grows with the length alone', () => {
    const length = 300_000;
    const hostile = [
      '<'.repeat(length),
      '<a'.repeat(length / 2),
      '<!--'.repeat(length / 4),
      '<title>'.repeat(length / 7),
      `<${'a:'.repeat(length / 2)}title>`,
      `<title ${'a '.repeat(length / 2)}`,
      `<p>${'&#1'.repeat(length / 3)}`,
      `${'{"errors":'.repeat(length / 10)}1${'}'.repeat(length / 10)}`,
      `${'[{"a":'.repeat(length / 6)}1${'}]'.repeat(length / 6)}`,
      JSON.stringify(
        Object.fromEntries(Array.from({ length: length / 10 }, (_, n) => [`e${n}`, n])),
      ),
      JSON.stringify(Array.from({ length: length / 10 }, () => ({ errors: [{}] }))),
      JSON.stringify({ message: `eyJ${'a'.repeat(length)}` }),
      JSON.stringify({ a: `${'x'.repeat(length)}\\` }),
      '='.repeat(length),
      '.'.repeat(length),
    ];
    // The square of it would take minutes.
    for (const body of hostile) {
      for (const status of [200, 400]) {
        listPrinted(shapeOf({ status, statusText: '', headers: {}, body: Buffer.from(body) }));
      }
    }
  });
});
