import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { listWritings } from './writings.ts';

const secret = `pa<ss>&w/or d+"quo\\te~d" x=1;%41#e'é`;

describe('listWritings', () => {
  const rows: readonly [what: string, writing: string][] = [
    ['the secret itself', secret],
    ['a URI component', encodeURIComponent(secret)],
    [
      'a URI component in lower case, with the apostrophe escaped',
      'pa%3css%3e%26w%2for%20d%2b%22quo%5cte~d%22%20x%3d1%3b%2541%23e%27%c3%a9',
    ],
    ['a field of a form', 'pa%3Css%3E%26w%2For+d%2B%22quo%5Cte%7Ed%22+x%3D1%3B%2541%23e%27%C3%A9'],
    ['XML', 'pa&lt;ss&gt;&amp;w/or d+&quot;quo\\te~d&quot; x=1;%41#e&apos;é'],
    ['HTML', 'pa&lt;ss&gt;&amp;w/or d+&quot;quo\\te~d&quot; x=1;%41#e&#39;é'],
    ['HTML with numbers', 'pa&lt;ss&gt;&amp;w/or d+&#34;quo\\te~d&#34; x=1;%41#e&#39;é'],
    ['JSON', `pa<ss>&w/or d+\\"quo\\\\te~d\\" x=1;%41#e'é`],
    ['JSON of nothing but ASCII', `pa<ss>&w/or d+\\"quo\\\\te~d\\" x=1;%41#e'\\u00e9`],
    ['JSON with slashes escaped', `pa<ss>&w\\/or d+\\"quo\\\\te~d\\" x=1;%41#e'é`],
    [
      'JSON that HTML cannot misread',
      'pa\\u003css\\u003e\\u0026w/or d\\u002b\\"quo\\\\te~d\\" x\\u003d1;%41#e\\u0027é',
    ],
    [
      'JSON of .NET',
      'pa\\u003Css\\u003E\\u0026w/or d\\u002B\\"quo\\\\te~d\\" x\\u003D1;%41#e\\u0027é',
    ],
    ['JSON of Go', 'pa\\u003css\\u003e\\u0026w/or d+\\"quo\\\\te~d\\" x=1;%41#e\'é'],
    ['hex', Buffer.from(secret).toString('hex')],
    ['hex in upper case', Buffer.from(secret).toString('hex').toUpperCase()],
    ['an argument of a command line', `pa<ss>&w/or d+\\"quo\\te~d\\" x=1;%41#e'é`],
    ["an expression of GitHub's", `pa<ss>&w/or d+"quo\\te~d" x=1;%41#e''é`],
  ];
  for (const [what, writing] of rows) {
    test(`has ${what}`, () => {
      assert.ok(listWritings(secret).includes(writing));
    });
  }

  for (const before of [0, 1, 2, 3, 4]) {
    test(`has its part of the base64 of a longer text, after ${before} bytes`, () => {
      for (const encoding of ['base64', 'base64url'] as const) {
        const bytes = Buffer.from(`${'x'.repeat(before)}${secret}yyy`);
        const written = bytes.toString(encoding);
        assert.ok(
          listWritings(secret).some((one) => one.length > 45 && written.includes(one)),
          written,
        );
      }
    });
  }

  test('has a secret in quotation marks without them', () => {
    assert.ok(listWritings('"a-secret"').includes('a-secret'));
  });

  test('has each spelling once, and none of fewer than 4 characters', () => {
    const all = listWritings('abcd');
    assert.deepEqual(all, [...new Set(all)]);
    assert.deepEqual(all.slice(0, 2), ['abcd', 'YWJjZ']);
    assert.ok(all.every((one) => one.length >= 4));
  });
});
