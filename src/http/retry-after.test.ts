import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Half a second past, because an HTTP-date has only whole seconds. */
const now = Date.UTC(2026, 0, 31, 12, 0, 0, 500);

type Row = readonly [value: string | undefined, expected: number | undefined];

function check(rows: readonly Row[]): void {
  for (const [value, expected] of rows) {
    const words = expected === undefined ? 'says nothing' : `asks for ${expected} ms`;
    test(`${value === undefined ? 'no header' : `"${value}"`} ${words}`, () => {
      assert.equal(parseRetryAfter(value, now), expected);
    });
  }
}

describe('seconds', () => {
  check([
    ['0', 0],
    ['1', 1000],
    ['120', 120_000],
    ['0120', 120_000],
    [' 7\t', 7000],
    ['86400', 86_400_000],
    ['9007199254740', 9_007_199_254_740_000],
    ['9007199254741', Number.MAX_SAFE_INTEGER],
  ]);

  test('that no number can hold are limited', () => {
    assert.equal(parseRetryAfter('9'.repeat(400), now), Number.MAX_SAFE_INTEGER);
  });

  test('of any number are that number of milliseconds', () => {
    fc.assert(
      fc.property(fc.nat(), (seconds) => {
        assert.equal(parseRetryAfter(String(seconds), now), seconds * 1000);
      }),
    );
  });
});

describe('an HTTP-date', () => {
  check([
    // The three forms of RFC 9110 section 5.6.7.
    ['Sat, 31 Jan 2026 12:00:30 GMT', 29_500],
    ['Saturday, 31-Jan-26 12:00:30 GMT', 29_500],
    ['Sat Jan 31 12:00:30 2026', 29_500],
    ['Sun Feb  1 12:00:00 2026', 86_399_500],
    [' Sat, 31 Jan 2026 12:00:30 GMT ', 29_500],
    // The past.
    ['Sat, 31 Jan 2026 12:00:00 GMT', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Sun Nov  6 08:49:37 1994', 0],
    // Far away, but a date.
    ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59) - now],
    // Leap days and leap seconds.
    ['Tue, 29 Feb 2028 00:00:00 GMT', Date.UTC(2028, 1, 29) - now],
    ['Tue, 30 Jun 2026 23:59:60 GMT', Date.UTC(2026, 6, 1) - now],
  ]);

  for (const [month, number] of [
    ['Jan', 1],
    ['Feb', 2],
    ['Mar', 3],
    ['Apr', 4],
    ['May', 5],
    ['Jun', 6],
    ['Jul', 7],
    ['Aug', 8],
    ['Sep', 9],
    ['Oct', 10],
    ['Nov', 11],
    ['Dec', 12],
  ] as const) {
    test(`in ${month} is in month ${number}`, () => {
      const expected = Date.UTC(2027, number - 1, 10) - now;
      assert.equal(parseRetryAfter(`Sun, 10 ${month} 2027 00:00:00 GMT`, now), expected);
    });
  }
});

describe('a year of two digits', () => {
  check([
    ['Sunday, 31-Jan-27 12:00:00 GMT', Date.UTC(2027, 0, 31, 12) - now],
    // Fifty years ahead is the limit.
    ['Friday, 31-Jan-76 12:00:00 GMT', Date.UTC(2076, 0, 31, 12) - now],
    ['Monday, 31-Jan-77 12:00:00 GMT', 0],
  ]);

  test('may be of the next century', () => {
    const newYearsEve = Date.UTC(2099, 11, 31, 23, 59);
    assert.equal(parseRetryAfter('Friday, 01-Jan-00 00:00:00 GMT', newYearsEve), 60_000);
  });
});

describe('anything else', () => {
  check([
    [undefined, undefined],
    ['', undefined],
    ['  ', undefined],
    ['1.5', undefined],
    ['-1', undefined],
    ['+1', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['1 apples', undefined],
    ['1, 2', undefined],
    ['soon', undefined],
    ['Infinity', undefined],
    ['2026-01-31T12:00:30Z', undefined],
    // Dates and times that do not exist.
    ['Thu, 31 Apr 2026 12:00:00 GMT', undefined],
    ['Sun, 29 Feb 2026 12:00:00 GMT', undefined],
    ['Sat, 00 Jan 2026 12:00:00 GMT', undefined],
    ['Sat, 32 Jan 2026 12:00:00 GMT', undefined],
    ['Sat, 31 Jan 2026 24:00:00 GMT', undefined],
    ['Sat, 31 Jan 2026 12:60:00 GMT', undefined],
    ['Sat, 31 Jan 2026 12:00:61 GMT', undefined],
    // Almost an HTTP-date.
    ['Sat, 31 Jan 2026 12:00:30', undefined],
    ['Sat, 31 Jan 2026 12:00:30 UTC', undefined],
    ['Sat, 31 Jan 2026 12:00:30 +0000', undefined],
    ['Sat, 31 Jan 26 12:00:30 GMT', undefined],
    ['Sat, 1 Feb 2026 12:00:30 GMT', undefined],
    ['Sat, 31 JAN 2026 12:00:30 GMT', undefined],
    ['31 Jan 2026 12:00:30 GMT', undefined],
    ['Saturday, 31-Jan-2026 12:00:30 GMT', undefined],
    ['Sat Jan 31 12:00:30 2026 GMT', undefined],
    ['in Sat, 31 Jan 2026 12:00:30 GMT', undefined],
    ['Sat, 31 Jan 2026 12:00:30 GMT, 5', undefined],
  ]);
});

test('the time requested is never negative and never more than a number can hold exactly', () => {
  const digits = fc.stringMatching(/^\d{1,30}$/);
  fc.assert(
    fc.property(digits, (value) => {
      const asked = parseRetryAfter(value, now);
      assert.ok(asked !== undefined && asked >= 0 && Number.isSafeInteger(asked));
    }),
  );
});
