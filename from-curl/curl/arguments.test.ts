import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Refusal } from '../refusal.ts';
import { readArguments } from './arguments.ts';

describe('readArguments', () => {
  const rows: readonly [what: string, words: string[], given: [string, string][]][] = [
    ['a long option', ['--request', 'PUT'], [['request', 'PUT']]],
    ['a short option', ['-X', 'PUT'], [['request', 'PUT']]],
    ['a value in the same word', ['-XPUT'], [['request', 'PUT']]],
    ['switches together, the last with a value', ['-sSLkX', 'PUT'], [['request', 'PUT']]],
    ['switches together with a value', ['-sSd@-'], [['data', '@-']]],
    ['an equals sign, which curl does not take', ['--data=a=b'], [['data', 'a=b']]],
    ['a beginning of a name', ['--data-url', 'a=b'], [['data-urlencode', 'a=b']]],
    [
      'long dashes',
      ['\u2014data', 'a', '\u2013H', 'b: c', '\u2013\u2013user', 'd'],
      [
        ['data', 'a'],
        ['header', 'b: c'],
        ['user', 'd'],
      ],
    ],
    ['a value that looks like an option', ['-d', '-H'], [['data', '-H']]],
    ['an empty value', ['-d', ''], [['data', '']]],
    [
      'the same option twice',
      ['-d', 'a', '-d', 'b'],
      [
        ['data', 'a'],
        ['data', 'b'],
      ],
    ],
    [
      'what only changes the output',
      ['-isSfvo', 'x', '--no-progress-meter', '-w', '%{http_code}'],
      [],
    ],
    ['a switch that is turned off', ['--no-keepalive', '--no-location'], []],
  ];
  for (const [what, words, given] of rows) {
    test(`reads ${what}`, () => {
      const read = readArguments(words).given.map(({ name, value }) => [name, value]);
      assert.deepEqual(read, given);
    });
  }

  test('reads a URL as a word, by --url, and after --', () => {
    assert.deepEqual(readArguments(['-s', 'a.example']).urls, ['a.example']);
    assert.deepEqual(readArguments(['--url', 'a.example']).urls, ['a.example']);
    assert.deepEqual(readArguments(['--', '-a.example']).urls, ['-a.example']);
  });

  test('lists what it leaves out, each once', () => {
    const { dropped } = readArguments([
      '-kL',
      '-k',
      '--proxy',
      'http://a:b@c',
      '--connect-timeout',
      '5',
    ]);
    assert.deepEqual(dropped, ['insecure', 'location', 'proxy', 'connect-timeout']);
  });

  const refused: readonly [what: string, words: string[], reason: Refusal['reason']][] = [
    ['an unknown long option', ['-s', '--frobnicate'], { code: 'unknown-option', word: 2 }],
    ['an unknown letter', ['-s?'], { code: 'unknown-option', word: 1 }],
    ['a beginning that several have', ['--data-', 'a'], { code: 'unknown-option', word: 1 }],
    ['a missing value', ['-H'], { code: 'missing-value', option: 'header' }],
    ['two URLs', ['a.example', 'b.example'], { code: 'stray-word', word: 2 }],
    [
      'a signature of AWS',
      ['--aws-sigv4', 'a'],
      { code: 'unsupported-option', option: 'aws-sigv4' },
    ],
    ['an upload', ['-T', 'a'], { code: 'unsupported-option', option: 'upload-file' }],
    ['several requests', ['a.example', '--next'], { code: 'unsupported-option', option: 'next' }],
    [
      "PowerShell's own curl",
      ['-Uri', 'https://a.example', '-Method', 'Post'],
      { code: 'invoke-web-request' },
    ],
  ];
  for (const [what, words, reason] of refused) {
    test(`refuses ${what}`, () => {
      assert.throws(
        () => readArguments(words),
        (error) => {
          assert.ok(error instanceof Refusal);
          assert.deepEqual(error.reason, reason);
          return true;
        },
      );
    });
  }
});
