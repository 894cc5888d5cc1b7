import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readBody } from '../response/body.ts';
import { findField } from '../response/response-fields.ts';
import { shapeOf } from './answer-shape.ts';
import { listFields, suggestTokenPath } from './fields.ts';

describe('the fields of an answer', () => {
  test('are those at the top and one object below, and of the first item of a list', () => {
    assert.deepEqual(
      listFields({ a: 1, b: { c: 1, d: { e: 1 } }, f: [{ g: 1 }, { h: 1 }], i: [] }),
      ['a', 'b.c', 'b.d', 'f.0.g', 'i'],
    );
    assert.deepEqual(listFields([{ a: { b: 1 } }]), ['0.a.b']);
    for (const value of ['x', 1, null, undefined, true, [], {}])
      assert.deepEqual(listFields(value), []);
  });

  test('are 30 at most, without names that could be anything', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, 1]));
    assert.equal(listFields(many).length, 30);
    assert.deepEqual(listFields({ ['x'.repeat(65)]: 1, ['y'.repeat(64)]: 1 }), ['y'.repeat(64)]);
  });
});

describe('the field that is probably the token', () => {
  const rows: readonly [body: unknown, path: string | undefined][] = [
    [{ token: 'abc' }, 'token'],
    [{ accessToken: 'abc', token: 'no' }, 'accessToken'],
    [{ 'Access-Token': 'abc' }, 'Access-Token'],
    [{ ACCESSTOKEN: 'abc' }, 'ACCESSTOKEN'],
    [{ jwt: 'abc' }, 'jwt'],
    [{ idToken: 'abc' }, 'idToken'],
    [{ id_token: 'abc' }, 'id_token'],
    [{ status: 'ok', data: { token: 'abc' } }, 'data.token'],
    [{ access_token: { value: 'abc' } }, 'access_token.value'],
    [{ token: { value: 'abc' } }, 'token.value'],
    [[{ accessToken: 'abc' }], '0.accessToken'],
    [{ tokens: [{ token: 'abc' }] }, 'tokens.0.token'],
    [{ tenant_access_token: 't-abc' }, 'tenant_access_token'],
    [{ a: { b: { token: 'too deep' } } }, undefined],
    [{ token_type: 'Bearer', refresh_token: 'abc', refreshToken: 'abc' }, undefined],
    [{ csrfToken: 'abc', tokenId: 'abc', token_url: 'abc' }, undefined],
    [{ refresh: 'abc', access: 'abc' }, 'access'],
    [{ data: { did: 'abc', sid: 'abc' } }, 'data.sid'],
    [{ token: '' }, undefined],
    [{ token: 7 }, undefined],
    [{ token: 'not found' }, undefined],
    [{ 'a.b': { token: 'abc' } }, undefined],
    [{ 'a b': { token: 'abc' } }, undefined],
    [{ value: 'abc' }, undefined],
    ['abc', undefined],
    [undefined, undefined],
  ];
  for (const [body, path] of rows) {
    test(`of ${JSON.stringify(body)} is ${path ?? 'none'}`, () => {
      assert.equal(suggestTokenPath(body), path);
    });
  }

  test('is found again by response-fields', () => {
    for (const [body, path] of rows) {
      if (path === undefined) continue;
      const read = readBody(Buffer.from(JSON.stringify(body)), { access_token: path });
      const place = findField(read, { access_token: path }, 'access_token');
      assert.match(String(place?.value), /abc$/);
    }
  });
});

describe('a body that could be the bare token', () => {
  const pathOf = (body: string, status = 200): string | undefined =>
    shapeOf({ status, statusText: '', headers: {}, body: Buffer.from(body) }).tokenPath;

  test('is suggested as a whole', () => {
    for (const body of [
      'abc.def.ghi',
      'abcdefgh\r\n',
      '"abcdefgh"',
      'dG9rZW4=',
      '12345678901234567890',
    ]) {
      assert.equal(pathOf(body), '.', body);
    }
  });

  test('is nothing else', () => {
    const others = [
      '',
      'OK',
      'success',
      'not found',
      '"not found"',
      'a\nb',
      '<html>',
      'true',
      'null',
      '{}',
      '[]',
      'é',
    ];
    for (const body of others) assert.equal(pathOf(body), undefined, body);
  });

  test('is looked for only where the status is a success', () => {
    assert.equal(pathOf('abc.def.ghi', 400), undefined);
    assert.equal(pathOf('{"token":"abc"}', 500), undefined);
    assert.equal(pathOf('{"token":"abc"}', 201), 'token');
  });
});
