import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { formatZuluTime, lastZuluTime, parseRfc3339Time, parseZuluTime } from './zulu-time.ts';

describe('a Zulu time', () => {
  const times: readonly [text: string, iso: string][] = [
    ['2014-12-10T12:00:00Z', '2014-12-10T12:00:00.000Z'],
    ['2014-12-10T12:00:00.5Z', '2014-12-10T12:00:00.500Z'],
    ['2014-12-10T12:00:00.123456789Z', '2014-12-10T12:00:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ];
  for (const [text, iso] of times) {
    test(`is read: ${text}`, () => {
      assert.equal(parseZuluTime(text)?.toISOString(), iso);
    });
  }

  const others = [
    '',
    'soon',
    '2014-12-10',
    '2014-12-10T12:00:00',
    '2014-12-10T12:00:00z',
    '2014-12-10t12:00:00Z',
    '2014-12-10 12:00:00Z',
    '2014-12-10T12:00:00+00:00',
    '2014-12-10T12:00:00.Z',
    '2014-12-10T12:00Z',
    ' 2014-12-10T12:00:00Z',
    '2014-12-10T12:00:00Z\n',
    '2014-13-10T12:00:00Z',
    '2014-04-31T12:00:00Z',
    '2023-02-29T12:00:00Z',
    '2014-12-10T24:00:00Z',
    '2014-12-10T12:60:00Z',
    '2014-12-10T12:00:60Z',
    '12014-12-10T12:00:00Z',
    '+002014-12-10T12:00:00Z',
  ];
  for (const text of others) {
    test(`is nothing else: ${JSON.stringify(text)}`, () => {
      assert.equal(parseZuluTime(text), undefined);
    });
  }

  test('is read again as it was written, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: lastZuluTime }), (epoch) => {
        const read = parseZuluTime(formatZuluTime(new Date(epoch)));
        assert.equal(read?.getTime(), Math.floor(epoch / 1000) * 1000);
      }),
    );
  });
});

describe('an RFC 3339 time', () => {
  const times: readonly [text: string, iso: string | undefined][] = [
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00+01:00', '2026-01-31T11:00:00.000Z'],
    ['2026-01-31T12:00:00-05:30', '2026-01-31T17:30:00.000Z'],
    ['2026-01-31T12:00:00.25+00:00', '2026-01-31T12:00:00.250Z'],
    ['2026-01-31T12:00:00', undefined],
    ['2026-01-31T12:00:00+0100', undefined],
    ['2026-01-31T12:00:00+24:00', undefined],
    ['2026-01-31T12:00:00+01:60', undefined],
    ['2026-02-30T12:00:00Z', undefined],
    ['9999-12-31T23:59:59-01:00', undefined],
    ['0000-01-01T00:00:00+01:00', undefined],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['2026-01-31T12:00:00Z and more', undefined],
    ['on\n2026-01-31T12:00:00Z', undefined],
    ['', undefined],
  ];
  for (const [text, iso] of times) {
    test(`${JSON.stringify(text)} is ${iso ?? 'none'}`, () => {
      assert.equal(parseRfc3339Time(text)?.toISOString(), iso);
    });
  }
});
