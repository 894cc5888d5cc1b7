/** What is true for every RFC 3339 time. The tables are in zulu-time.test.ts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { formatZuluTime, lastZuluTime, parseRfc3339Time, parseZuluTime } from './zulu-time.ts';

const firstZuluTime = Date.parse('0000-01-01T00:00:00Z');

/** Numbers that dates and times can have, and some that they cannot. */
const fields = fc.tuple(
  fc.integer({ min: 0, max: 9999 }),
  fc.integer({ min: 0, max: 13 }),
  fc.integer({ min: 0, max: 32 }),
  fc.integer({ min: 0, max: 25 }),
  fc.integer({ min: 0, max: 61 }),
  fc.integer({ min: 0, max: 61 }),
);
type Fields = typeof fields extends fc.Arbitrary<infer One> ? One : never;

function write([year, month, day, hour, minute, second]: Fields): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}`;
}

/** Counts days by hand, because Date is what is tested. */
function isReal([year, month, day, hour, minute, second]: Fields): boolean {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60;
}

const fraction = fc.stringMatching(/^(?:\.\d{1,20})?$/);

describe('a Zulu time', () => {
  test('is read if the date and the time exist, and written again to the second', () => {
    fc.assert(
      fc.property(fields, fraction, (parts, behind) => {
        const read = parseZuluTime(`${write(parts)}${behind}Z`);
        assert.equal(read !== undefined, isReal(parts));
        if (read !== undefined) assert.equal(formatZuluTime(read), `${write(parts)}Z`);
      }),
      { numRuns: 2000 },
    );
  });

  test('is nothing else: the text that is read begins with the text that is written', () => {
    const scrap = fc.constantFrom(...'2026 - 01 31 T t 12 : 00 59 60 24 .5 . Z z + 1 ٣'.split(' '));
    const almost = fc.tuple(fields.map(write), fc.nat(20), fc.string({ maxLength: 2 }));
    const texts = fc.oneof(
      fc.array(scrap, { maxLength: 14 }).map((scraps) => scraps.join('')),
      almost.map(([text, at, piece]) => `${text.slice(0, at)}${piece}${text.slice(at)}Z`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const read = parseZuluTime(text);
        if (read === undefined) return;
        assert.match(text, /Z$/);
        assert.equal(text.slice(0, 19), formatZuluTime(read).slice(0, 19));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an RFC 3339 time', () => {
  const offset = fc.record({
    sign: fc.constantFrom('+', '-'),
    hours: fc.integer({ min: 0, max: 25 }),
    minutes: fc.integer({ min: 0, max: 61 }),
  });

  test('is its Zulu time minus its offset, within the years that can be written', () => {
    fc.assert(
      fc.property(fields, fraction, offset, (parts, behind, { sign, hours, minutes }) => {
        const local = `${write(parts)}${behind}`;
        const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        const there = parseZuluTime(`${local}Z`)?.getTime();
        const shift = (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
        const here = there === undefined ? NaN : there - shift;
        const real = hours < 24 && minutes < 60 && here >= firstZuluTime && here <= lastZuluTime;
        assert.equal(parseRfc3339Time(local + zone)?.getTime(), real ? here : undefined);
      }),
      { numRuns: 1000 },
    );
  });

  test('is the same in upper and lower case', () => {
    fc.assert(
      fc.property(
        fields,
        offset.map(({ sign }) => `${sign}05:30`),
        (parts, zone) => {
          for (const text of [`${write(parts)}Z`, write(parts) + zone]) {
            assert.deepEqual(parseRfc3339Time(text.toLowerCase()), parseRfc3339Time(text));
          }
        },
      ),
    );
  });
});
