/** What is true for every Retry-After header. The tables are in retry-after.test.ts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { parseRetryAfter } from './retry-after.ts';

const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const second = 1000;

/** The three forms of RFC 9110 section 5.6.7, made from the form that JavaScript writes. */
const forms = {
  'IMF-fixdate': (date: Date) => date.toUTCString(),
  'RFC 850': (date: Date) => {
    const { day, month, year, time } = split(date);
    return `${weekdays[date.getUTCDay()] ?? ''}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
  },
  asctime: (date: Date) => {
    const { weekday, day, month, year, time } = split(date);
    return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
  },
} as const;

function split(date: Date): Record<'weekday' | 'day' | 'month' | 'year' | 'time', string> {
  const [weekday = '', day = '', month = '', year = '', time = ''] = date
    .toUTCString()
    .split(/,? /);
  return { weekday, day, month, year, time };
}

/** From 1970 on, in whole seconds. */
const wholeSeconds = (max: number): fc.Arbitrary<Date> =>
  fc.integer({ min: 0, max: Math.floor(max / second) }).map((at) => new Date(at * second));

const anyNow = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2199, 0) });

describe('any HTTP-date', () => {
  for (const [form, write] of Object.entries(forms)) {
    test(`means the time until it, or none if it is over: ${form}`, () => {
      const dates = wholeSeconds(form === 'RFC 850' ? Date.UTC(2250, 0) : Date.UTC(9999, 11, 31));
      fc.assert(
        fc.property(dates, anyNow, (date, now) => {
          // Two digits stand for a year from 49 years ago to 50 ahead.
          const ahead = date.getUTCFullYear() - new Date(now).getUTCFullYear();
          fc.pre(form !== 'RFC 850' || (ahead > -50 && ahead <= 50));
          const asked = parseRetryAfter(write(date), now);
          assert.equal(asked, Math.max(0, date.getTime() - now), write(date));
        }),
      );
    });

    test(`is the date and time that it writes, or none: ${form}`, () => {
      const year = 2026;
      const now = Date.UTC(year, 0);
      const digits = (max: number): fc.Arbitrary<string> =>
        fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, '0'));
      const pieces = fc.tuple(digits(39), digits(29), digits(69), digits(69), fc.nat({ max: 11 }));
      fc.assert(
        fc.property(pieces, ([day, hour, minute, secondOfMinute, month]) => {
          const text = write(new Date(Date.UTC(year, month, 1)))
            .replace(/\b01\b| 1(?= )/, day)
            .replace('00:00:00', `${hour}:${minute}:${secondOfMinute}`);
          const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
          const real =
            Number(day) >= 1 &&
            Number(day) <= last &&
            Number(hour) < 24 &&
            Number(minute) < 60 &&
            Number(secondOfMinute) <= 60;
          const numbers = [day, hour, minute, secondOfMinute].map(Number) as [
            number,
            number,
            number,
            number,
          ];
          const expected = real ? Date.UTC(year, month, ...numbers) - now : undefined;
          assert.equal(parseRetryAfter(text, now), expected, text);
        }),
        { numRuns: 1000 },
      );
    });
  }
});

test('whatever a header says, it means whole milliseconds that are not negative, or none', () => {
  const scrap = fc.constantFrom(
    ...'Sat, |31|Jan|2026|12|:|00|30|GMT|-|+|e|0x|.|1| |\t|Sunday, |٣'.split('|'),
  );
  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(scrap, { maxLength: 14 }).map((scraps) => scraps.join('')),
  );
  fc.assert(
    fc.property(values, anyNow, (value, now) => {
      const asked = parseRetryAfter(value, now);
      if (asked === undefined) return;
      assert.ok(Number.isSafeInteger(asked) && asked >= 0, `${asked} ms`);
      // All three forms of a date have a time of day, and seconds are only digits.
      assert.match(value.trim(), /^[0-9]+$|\d\d:\d\d:\d\d/);
    }),
    { numRuns: 2000 },
  );
});
