import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../../test/support/making/fast-check.ts';
import { ExactNumber, parseExactJson, writeExactJson } from './exact-json.ts';

/** Reads a text and writes it again. */
function rewrite(text: string): string {
  return writeExactJson(parseExactJson(text));
}

describe('numbers keep the digits with which they were written', () => {
  const numbers = [
    '17841405793187219',
    '9007199254740993',
    '-9007199254740993',
    '0.1234567890123456789',
    '1.10',
    '1e3',
    '1E+3',
    '-0',
    '1e999',
    '0',
    '-1',
    '3600',
    '0.5',
    '1e-7',
  ];
  for (const number of numbers) {
    test(`${number}, by itself, in a list and in an object`, () => {
      assert.equal(rewrite(number), number);
      assert.equal(rewrite(`[${number},[${number}]]`), `[${number},[${number}]]`);
      assert.equal(rewrite(`{"a":{"b":${number}}}`), `{"a":{"b":${number}}}`);
    });
  }

  test('an ordinary number is a number, and any other has both its value and its text', () => {
    assert.deepEqual(parseExactJson('[3600, 0.5]'), [3600, 0.5]);
    const [number] = parseExactJson('[9007199254740993, 3600]') as [ExactNumber];
    assert.ok(number instanceof ExactNumber);
    assert.equal(number.source, '9007199254740993');
    assert.equal(number.value, 9007199254740992);
  });

  test('JSON.stringify(), which would lose the digits, refuses it', () => {
    assert.throws(() => JSON.stringify([new ExactNumber('1.10')]), TypeError);
  });

  test('a number has no fields, so that no path of names leads into it', () => {
    const number = parseExactJson('1.10') as ExactNumber;
    assert.deepEqual(Object.getOwnPropertyNames(number), []);
  });
});

describe('what only looks like a number stays as it is', () => {
  test('digits in strings and in names', () => {
    const text = '{"1.10":"1.10","\\"9007199254740993":"\\\\","n":1.10}';
    assert.equal(rewrite(text), text);
  });

  test('fields named __proto__ and constructor are fields', () => {
    const text = '{"__proto__":1.10,"constructor":{"__proto__":{"a":2.0}}}';
    assert.equal(rewrite(text), text);
    assert.equal((Object.prototype as Record<string, unknown>)['a'], undefined);
  });
});

describe('any text', () => {
  test('is refused exactly if JSON.parse() refuses it', () => {
    const texts = fc.oneof(fc.string(), fc.json(), fc.constantFrom('', '01', '1.', '{"a":1,}'));
    fc.assert(
      fc.property(texts, (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (isJson) parseExactJson(text);
        else assert.throws(() => parseExactJson(text), SyntaxError);
      }),
    );
  });

  test('is read and written as JSON.parse() and JSON.stringify() do, if its numbers are ordinary', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        if (!text.includes('-0')) assert.deepEqual(parseExactJson(text), value);
        assert.equal(writeExactJson(value), JSON.stringify(value));
      }),
    );
  });

  test('with numbers of any form is written as it was', () => {
    const number = fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,25})?([eE][+-]?\d{1,4})?$/);
    const { value } = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        number,
        fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
        fc.constantFrom('null', 'true', 'false', '[]', '{}'),
        fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
        fc
          .uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), tie('value')), {
            maxLength: 3,
            selector: ([name]) => name,
          })
          // Names that are numbers change their place, as always in JavaScript.
          .map((fields) => fields.filter(([name]) => !/^\d+$/.test(name)))
          .map((fields) =>
            fields.map(([name, field]) => `${JSON.stringify(name)}:${field}`).join(','),
          )
          .map((fields) => `{${fields}}`),
      ),
    }));
    fc.assert(
      fc.property(value, (text) => {
        assert.equal(rewrite(text), text);
      }),
    );
  });

  test('is read with any depth and with strings of any length', () => {
    const deep = `${'['.repeat(100_000)}1.10${']'.repeat(100_000)}`;
    assert.ok(Array.isArray(parseExactJson(deep)));
    const long = JSON.stringify(['"'.repeat(500_000), '\n'.repeat(500_000)]);
    assert.equal(rewrite(`[${long},1.10]`), `[${long},1.10]`);
  });
});

test('a field that is undefined is left out, as by JSON.stringify()', () => {
  assert.equal(writeExactJson({ a: undefined, b: [undefined] }), '{"b":[null]}');
});
