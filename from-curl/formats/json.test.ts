import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { readJson, readWholeJson, writeJson } from './json.ts';

/** The value that is read from a text, written again; undefined if nothing is read. */
function rewrite(text: string): string | undefined {
  const value = readWholeJson(text);
  return value === undefined ? undefined : writeJson(value);
}

describe('readWholeJson', () => {
  test('reads what JSON.parse reads, and writes it as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        // An escape cannot give a private use character. Numbers keep the text in which they were written.
        fc.pre(!/[\ue000-\uf8ff]|\\u[ef]|-0|e[+-]/i.test(text));
        assert.deepEqual(JSON.parse(rewrite(text) ?? ''), JSON.parse(text));
      }),
    );
  });

  const rows: readonly [what: string, text: string, written: string | undefined][] = [
    [
      'numbers as they are written',
      '{"a":12345678901234567890,"b":1.50,"c":-0}',
      '{"a":12345678901234567890,"b":1.50,"c":-0}',
    ],
    ['a name that occurs twice', '{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
    ['the name of a prototype', '{"__proto__":1}', '{"__proto__":1}'],
    ['a comma too many', '{"a":[1,2,],}', '{"a":[1,2]}'],
    ['single quotes', "{'a':'b'}", '{"a":"b"}'],
    ['names without quotes', '{a: 1}', '{"a":1}'],
    ['comments', '{"a": 1, // one\n/* two */ "b": 2}', '{"a":1,"b":2}'],
    ['what was left out', '{"a": 1, ...}', '{"a":1}'],
    [
      'placeholders without quotes',
      '{"a": <id>, "b": {id}, "c": {{id}}, "d": YOUR_ID, "e": ${id}}',
      '{"a":<id>,"b":{id},"c":{{id}},"d":YOUR_ID,"e":${id}}',
    ],
    ['a line break within a text', '{"a":"b\nc"}', '{"a":"b\\nc"}'],
    ['a character that stands for a slot, as an escape', '{"a":"\\ue000"}', '{"a":"\ufffd"}'],
    ['no end', '{"a":1', undefined],
    ['no comma', '{"a":1 "b":2}', undefined],
    ['more than one value', '{} {}', undefined],
    ['a text without end', '{"a":"b', undefined],
    ['more depth than anybody needs', '['.repeat(70), undefined],
    ['nothing', '', undefined],
  ];
  for (const [what, text, written] of rows) {
    test(what, () => {
      assert.equal(rewrite(text), written);
    });
  }

  test('a value ends where it ends', () => {
    assert.equal(readJson('x{"a":1} rest', 1)?.end, 8);
  });

  test('is written over several lines with their indentation', () => {
    const value = readWholeJson('{"a":{"b":[1]},"c":{},"d":[]}');
    assert.ok(value);
    assert.equal(
      writeJson(value, '\n'),
      '{\n  "a": {\n    "b": [\n      1\n    ]\n  },\n  "c": {},\n  "d": []\n}',
    );
  });
});
