import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { writeExactJson } from '../oauth2/json/exact-json.ts';
import type { Parameter } from '../oauth2/request-body.ts';
import type { Pair } from '../oauth2/token-request.ts';
import { type ParsedPairs, parseHeaders, parseParameters } from './pairs.ts';
import { renderText } from '../log/text.ts';

/** The pairs, and the faults as they are shown. */
function show<One extends Parameter>({
  pairs,
  faults,
}: ParsedPairs<One>): { pairs: readonly One[]; faults: string[] } {
  return { pairs, faults: faults.map((fault) => renderText(fault, (all) => all)) };
}

describe('parseParameters', () => {
  const read: readonly [what: string, input: string, pairs: Parameter[]][] = [
    ['nothing', '', []],
    ['white space', ' \n\t\n', []],
    ['one line', 'tenant=acme', [['tenant', 'acme']]],
    [
      'several lines, in their order',
      'b=2\na=1\nc=3',
      [
        ['b', '2'],
        ['a', '1'],
        ['c', '3'],
      ],
    ],
    ['a last line break', 'a=1\n', [['a', '1']]],
    [
      'empty lines between',
      '\na=1\n\n  \nb=2\n\n',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'line breaks of Windows',
      'a=1\r\nb=2\r\n',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a value with further =', 'filter=a=b==', [['filter', 'a=b==']]],
    [
      'a value with spaces at its ends, which it keeps',
      'a=  x y  \nb=\tz',
      [
        ['a', '  x y  '],
        ['b', '\tz'],
      ],
    ],
    ['an empty value', 'a=', [['a', '']]],
    ['a name with spaces around it, which it loses', '  a =x', [['a', 'x']]],
    [
      'a name that comes again',
      'r=1\nr=2',
      [
        ['r', '1'],
        ['r', '2'],
      ],
    ],
    ['a value that looks like a form', 'q=a&b=c%20d+e', [['q', 'a&b=c%20d+e']]],
    ['a value in quotes, which are part of it', 'a="x"', [['a', '"x"']]],
    [
      'names that objects have by themselves',
      '__proto__=1\nconstructor=2',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    ],
    ['an empty JSON object', '{}', []],
    [
      'a JSON object',
      '{"b": "2", "a": "1"}',
      [
        ['b', '2'],
        ['a', '1'],
      ],
    ],
    ['a JSON object over several lines', '\n  {\n  "a": "1"\n}\n', [['a', '1']]],
    ['a JSON value with line breaks', '{"key": "one\\ntwo\\r\\n"}', [['key', 'one\ntwo\r\n']]],
    [
      'JSON numbers and booleans with their types',
      '{"n": 15, "f": 1.5, "t": true, "u": false}',
      [
        ['n', 15],
        ['f', 1.5],
        ['t', true],
        ['u', false],
      ],
    ],
    [
      'JSON lists, objects and null as they are',
      '{"r": ["1", 2, [true]], "s": {"t": {}}, "n": null, "e": []}',
      [
        ['r', ['1', 2, [true]]],
        ['s', { t: {} }],
        ['n', null],
        ['e', []],
      ],
    ],
    ['JSON names that objects have by themselves', '{"__proto__": "1"}', [['__proto__', '1']]],
  ];
  for (const [what, input, pairs] of read) {
    test(`reads ${what}`, () => {
      assert.deepEqual(show(parseParameters(input)), { pairs, faults: [] });
    });
  }

  const refused: readonly [what: string, input: string, pairs: Parameter[], faults: string[]][] = [
    [
      'a line without =',
      'a=1\ns3cret\nb=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
      ['line 2 is not name=value'],
    ],
    ['a line without a name', '=s3cret', [], ['line 1 is not name=value']],
    ['a line whose name is white space', ' =s3cret', [], ['line 1 is not name=value']],
    [
      'several lines, each by its number',
      's3cret\n\na=1\r\ns3cret',
      [['a', '1']],
      ['line 1 is not name=value', 'line 4 is not name=value'],
    ],
    ['JSON that is cut off', '{"a": "s3cret"', [], ['begins with { but is not a JSON object']],
    [
      'JSON with more behind it',
      '{"a": "s3cret"} b',
      [],
      ['begins with { but is not a JSON object'],
    ],
    ['a list in place of a JSON object', '["s3cret"]', [], ['line 1 is not name=value']],
    [
      'JSON that is nested too deeply',
      `{"a": ${'['.repeat(101)}"s3cret"${']'.repeat(101)}, "b": ${'['.repeat(100)}${']'.repeat(100)}}`,
      [['b', JSON.parse('['.repeat(100) + ']'.repeat(100)) as []]],
      ['a is nested too deeply'],
    ],
  ];
  for (const [what, input, pairs, faults] of refused) {
    test(`refuses ${what}, and shows no value`, () => {
      assert.deepEqual(show(parseParameters(input)), { pairs, faults });
    });
  }

  test('refuses an empty name in JSON, as it does in a line', () => {
    assert.deepEqual(show(parseParameters('{"": "s3cret", "a": "1"}')), {
      pairs: [['a', '1']],
      faults: ['a field has no name'],
    });
  });

  test('keeps the digits of a JSON number that cannot be read exactly', () => {
    const { pairs, faults } = parseParameters('{"n": 12345678901234567890, "m": [1e400, 1.0]}');
    assert.deepEqual(faults, []);
    assert.equal(
      writeExactJson(Object.fromEntries(pairs)),
      '{"n":12345678901234567890,"m":[1e400,1.0]}',
    );
  });
});

describe('parseHeaders', () => {
  const read: readonly [what: string, input: string, pairs: Pair[]][] = [
    ['nothing', '', []],
    ['one line', 'X-Tenant: acme', [['X-Tenant', 'acme']]],
    [
      'several lines, in their order',
      'b: 2\na: 1',
      [
        ['b', '2'],
        ['a', '1'],
      ],
    ],
    [
      'line breaks of Windows and empty lines',
      '\r\na: 1\r\n\r\nb: 2\r\n',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a value without a space before it', 'a:1', [['a', '1']]],
    ['spaces around name and value, which they lose', '  a  :   x y  ', [['a', 'x y']]],
    [
      'a value with further colons',
      'Link: https://x.example:8080/',
      [['Link', 'https://x.example:8080/']],
    ],
    ['an empty value', 'a:', [['a', '']]],
    ['a value with a tab and letters of Latin-1', 'a: b\tc é', [['a', 'b\tc é']]],
    [
      'every character that a name can have',
      "!#$%&'*+-.^_`|~09azAZ: x",
      [["!#$%&'*+-.^_`|~09azAZ", 'x']],
    ],
    [
      'a name that comes again',
      'a: 1\na: 2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
  ];
  for (const [what, input, pairs] of read) {
    test(`reads ${what}`, () => {
      assert.deepEqual(show(parseHeaders(input)), { pairs, faults: [] });
    });
  }

  const refused: readonly [what: string, input: string, fault: string][] = [
    ['a line without a colon', 's3cret', 'line 1 is not "Name: value"'],
    ['a line without a name', ': s3cret', 'line 1 is not "Name: value"'],
    ['a name with a space', 'X Tenant: s3cret', 'line 1 is not "Name: value"'],
    ['a name with letters of Latin-1', 'é: s3cret', 'line 1 is not "Name: value"'],
    ['JSON', '{"a": "s3cret"}', 'line 1 is not "Name: value"'],
    [
      'a value with a character that no header can carry',
      'X-Key: s3cret€',
      'line 1 (X-Key) has a character that is not allowed in a header',
    ],
    [
      'a value with a control character',
      'X-Key: s3\u0000cret',
      'line 1 (X-Key) has a character that is not allowed in a header',
    ],
    [
      'a value with a lone carriage return',
      'X-Key: s3\rcret',
      'line 1 (X-Key) has a character that is not allowed in a header',
    ],
  ];
  for (const [what, input, fault] of refused) {
    test(`refuses ${what}, and shows no value`, () => {
      assert.deepEqual(show(parseHeaders(input)), { pairs: [], faults: [fault] });
    });
  }

  test('reads the good lines and names each bad one by its number', () => {
    assert.deepEqual(show(parseHeaders('a: 1\nb\n\nc: €\nd: 2')), {
      pairs: [
        ['a', '1'],
        ['d', '2'],
      ],
      faults: [
        'line 2 is not "Name: value"',
        'line 4 (c) has a character that is not allowed in a header',
      ],
    });
  });
});
