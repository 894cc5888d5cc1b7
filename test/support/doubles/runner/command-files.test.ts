import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parsePairs } from './command-files.ts';

function parse(text: string, platform: NodeJS.Platform = 'linux'): [string, string][] {
  return [...parsePairs(text, platform)];
}

describe('a command file', () => {
  test('has NAME=value, split at the first equals sign, with nothing trimmed', () => {
    assert.deepEqual(parse('a=b=c\n\n b = \nc=<<d'), [
      ['a', 'b=c'],
      [' b ', ' '],
      ['c', '<<d'],
    ]);
  });

  test('has NAME<<delimiter, whose value is all lines up to the delimiter', () => {
    assert.deepEqual(parse('a<<EOF\none\n\ntwo=2\n EOF\nEOF\nb<<x=y\n1\nx=y'), [
      ['a', 'one\n\ntwo=2\n EOF'],
      ['b', '1'],
    ]);
  });

  test('may have an empty value between delimiters', () => {
    assert.deepEqual(parse('a<<EOF\nEOF\nb<<EOF\n\nEOF\n'), [
      ['a', ''],
      ['b', ''],
    ]);
  });

  test('keeps the CR of a CRLF, except on Windows', () => {
    const text = 'a=1\r\nb<<EOF\r\n2\r\n3\r\nEOF\r\n';
    assert.deepEqual(parse(text, 'linux'), [
      ['a', '1\r'],
      ['b', '2\r\n3\r'],
    ]);
    assert.deepEqual(parse(text, 'win32'), [
      ['a', '1'],
      ['b', '2\r\n3'],
    ]);
  });

  const malformed = [
    ['has no separator', 'name', "Invalid format 'name'"],
    [
      'has no name before the delimiter',
      '<<EOF\nEOF',
      "Invalid format '<<EOF'. Name must not be empty and delimiter must not be empty",
    ],
    [
      'has no delimiter',
      'a<<\n',
      "Invalid format 'a<<'. Name must not be empty and delimiter must not be empty",
    ],
    ['never closes', 'a<<EOF\n1\n', "Invalid value. Matching delimiter not found 'EOF'"],
    ['ends within a line', 'a<<EOF\n1', 'Invalid value. EOF marker missing new line.'],
  ] as const;
  for (const [what, text, message] of malformed) {
    test(`is malformed if an entry ${what}, and the entries before it count`, () => {
      const pairs = parsePairs(`first=1\n${text}`, 'linux');
      assert.deepEqual(pairs.next().value, ['first', '1']);
      assert.throws(() => pairs.next(), { code: 'malformed_file', message });
    });
  }
});
