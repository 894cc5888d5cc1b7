import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parse } from 'yaml';

import fc from '../../test/support/making/fast-check.ts';
import { writeStep } from './yaml.ts';

/** The inputs of a written step, as YAML reads them. */
function readBack(
  inputs: readonly (readonly [string, string])[],
  comments: string[] = [],
): unknown {
  const [step] = parse(writeStep({ inputs, comments })) as [{ with: unknown }];
  return step.with;
}

describe('writeStep', () => {
  test('writes a list with one step', () => {
    assert.equal(
      writeStep({
        inputs: [
          ['token-url', 'https://a.example/token'],
          ['client-secret', '${{ secrets.CLIENT_SECRET }}'],
          ['parameters', 'a=1\nb=2'],
          ['headers', 'x-api-key: a'],
        ],
        comments: ['One:', '', 'Two'],
      }),
      [
        '- id: tok',
        '  uses: org/oauth2-token@v1',
        '  with:',
        '    token-url: https://a.example/token',
        '    client-secret: ${{ secrets.CLIENT_SECRET }}',
        '    parameters: |-',
        '      a=1',
        '      b=2',
        "    headers: 'x-api-key: a'",
        '# One:',
        '#',
        '# Two',
        '',
      ].join('\n'),
    );
  });

  const values = [
    'yes',
    'null',
    '~',
    '1e3',
    '007',
    '1_000',
    '0x1f',
    '2026-01-31',
    '*',
    '&a',
    '!a',
    '- a',
    '{a}',
    '[a]',
    'a: b',
    'a:',
    'a #b',
    '#a',
    "it's",
    '"a"',
    ' a',
    'a ',
    ' a\nb',
    'a\n b\n',
    'a\n\nb',
    'a\tb',
    'a\u0000b',
    'a\u007fb\u0085c\u2028d',
    'é \u{1f600}',
    '%a',
    '@a',
    '`a',
    '? a',
    '| a',
    '> a',
    '---',
    '...',
    '${{ vars.A }}@b',
    'a\r\nb',
  ];
  for (const value of values) {
    test(`${JSON.stringify(value)} stays the text that it is`, () => {
      assert.deepEqual(readBack([['a', value]]), { a: value });
    });
  }

  test('a number and a boolean read as what they say', () => {
    assert.deepEqual(
      readBack([
        ['a', '30'],
        ['b', 'true'],
      ]),
      { a: 30, b: true },
    );
  });

  test('any text reads back as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        fc.pre(value.isWellFormed() && !/^(true|false|[1-9]\d{0,8})$/.test(value));
        assert.deepEqual(readBack([['a', value]]), { a: value });
      }),
    );
  });
});
