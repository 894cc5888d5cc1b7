import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { format, inspect } from 'node:util';

import { AccessToken } from './access-token.ts';

const expiresAt = new Date('2026-01-31T12:00:00.900Z');
const make = (parts: Partial<ConstructorParameters<typeof AccessToken>[0]> = {}): AccessToken =>
  new AccessToken({ token: 's3cret-token', tokenType: 'Bearer', expiresAt, ...parts });

describe('an access token', () => {
  test('says when it expires, in whole seconds that are negative after the expiry', () => {
    const at = (offset: number): number | undefined =>
      make().expiresIn(expiresAt.getTime() + offset);
    assert.deepEqual([-3600_000, -1500, -999, 0, 1, 1500].map(at), [3600, 1, 0, 0, -1, -2]);
    assert.equal(make({ expiresAt: undefined }).expiresIn(0), undefined);
  });

  test('has expired from the moment of its expiry on', () => {
    const at = (offset: number): boolean => make().isExpired(expiresAt.getTime() + offset);
    assert.deepEqual([-1, 0, 1].map(at), [false, true, true]);
    assert.equal(make({ expiresAt: undefined }).isExpired(Infinity), false);
  });

  test('counts from the time of day if no time is given', () => {
    const hour = 3600_000;
    const token = make({ expiresAt: new Date(Date.now() + hour) });
    const left = token.expiresIn() ?? 0;
    assert.ok(left > 3500 && left <= 3600);
    assert.equal(token.isExpired(), false);
  });

  test('writes its expiry in Zulu, rounded down', () => {
    assert.equal(make().zuluTimeString(), '2026-01-31T12:00:00Z');
    assert.equal(make({ expiresAt: undefined }).zuluTimeString(), undefined);
  });

  test('is the same token with another expiry', () => {
    const other = make().withExpiry(undefined);
    assert.deepEqual(
      [other.token, other.tokenType, other.expiresAt],
      ['s3cret-token', 'Bearer', undefined],
    );
  });

  test('never prints its token', () => {
    const token = make();
    const prints = [
      String(token),
      token.toString(),
      JSON.stringify({ token }),
      inspect(token, { showHidden: true, depth: 9 }),
      format('%o %s %j', token, token, token),
      JSON.stringify(Object.entries(token)),
    ];
    assert.doesNotMatch(prints.join('\n'), /s3cret/);
    const words = '[AccessToken, expires 2026-01-31T12:00:00Z]';
    assert.deepEqual([prints[0], inspect(token)], [words, words]);
    assert.equal(String(make({ expiresAt: undefined })), '[AccessToken, expires unknown]');
  });

  test('is a text in JSON that does not show it', () => {
    assert.equal(
      JSON.stringify({ token: make({ expiresAt: undefined }) }),
      '{"token":"[AccessToken, expires unknown]"}',
    );
  });

  test('is refused when empty', () => {
    assert.throws(() => make({ token: '' }), { name: 'RangeError', message: /cannot be empty/ });
  });

  test('may expire in the last second of the year 9999', () => {
    const last = make({ expiresAt: new Date(Date.UTC(9999, 11, 31, 23, 59, 59)) });
    assert.equal(last.zuluTimeString(), '9999-12-31T23:59:59Z');
  });

  for (const time of [NaN, 8.64e15, Date.UTC(10_000, 0)]) {
    test(`is refused with an expiry that is not a time: ${time}`, () => {
      assert.throws(() => make({ expiresAt: new Date(time) }), {
        name: 'RangeError',
        message: /must be a time/,
      });
    });
  }
});
