import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readBody, readObjectBody } from './body.ts';

const read = (text: string, path?: string): unknown =>
  readBody(Buffer.from(text), path === undefined ? {} : { access_token: path });

describe('a body is', () => {
  test('an object, with any fields requested', () => {
    for (const path of [undefined, '.', '0', 'data.token']) {
      assert.deepEqual(read('\ufeff {"a":1} ', path), { a: 1 });
    }
  });

  test('a list, only if the token must be found by an index', () => {
    assert.deepEqual(read('[{"token":"x"}]', '0.token'), [{ token: 'x' }]);
    assert.deepEqual(read('["x"]', '0'), ['x']);
    assert.deepEqual(read('["x"]', '10.token'), ['x']);
    for (const path of [undefined, '.', 'token', '0x', 'a.0']) {
      assert.equal(read('["x"]', path), undefined, path);
    }
  });

  test('a form that has a token, also under a listed name, or an error', () => {
    assert.deepEqual(read(' access_token=x&n=1\r\n'), { access_token: 'x', n: '1' });
    for (const text of ['access_token=x y', '<a>&error=x', '"error=x"', '=x', 'undefined=x']) {
      assert.equal(read(text), undefined, text);
    }
    assert.deepEqual(read('error=denied', '.'), { error: 'denied' });
    assert.deepEqual(read('wrap_access_token=x%20y', 'wrap_access_token'), {
      wrap_access_token: 'x y',
    });
    assert.equal(read('wrap_access_token=x'), undefined);
  });
});

describe('a text is a body only if the whole text is the token', () => {
  const texts = {
    'tok-123\r\n': 'tok-123',
    ' 12345678901234567890 ': '12345678901234567890',
    'dG9rZW4=': 'dG9rZW4=',
    '1e3': '1e3',
    nullable: 'nullable',
    'not-true': 'not-true',
    '"tok 123"': 'tok 123',
    ' "a\\"b" ': 'a"b',
    '""': '',
  };
  for (const [written, text] of Object.entries(texts)) {
    test(`${JSON.stringify(written)} is ${JSON.stringify(text)}`, () => {
      assert.equal(read(written, '.'), text);
      assert.equal(read(written), undefined);
      assert.equal(read(written, '0'), undefined);
    });
  }

  const others = [
    ...['', '  ', 'Invalid user name', 'a\nb', '<html>', '{"a":', '[1,', '"abc', 'null', 'true'],
    ...['false', '<b>x</b>', '\u00a0', 'a,b'],
  ];
  for (const text of others) {
    test(`${JSON.stringify(text)} is not a body`, () => {
      assert.equal(read(text, '.'), undefined);
    });
  }
});

test('for an endpoint with a fixed form, only objects and forms are read', () => {
  assert.deepEqual(readObjectBody(Buffer.from('{"a":1}')), { a: 1 });
  assert.deepEqual(readObjectBody(Buffer.from('error=x')), { error: 'x' });
  for (const text of ['["x"]', '"x"', 'x', '']) {
    assert.equal(readObjectBody(Buffer.from(text)), undefined);
  }
});
