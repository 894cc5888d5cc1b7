import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../../test/support/making/fast-check.ts';
import { ExactNumber } from '../json/exact-json.ts';
import { lastZuluTime } from '../zulu-time.ts';
import { addLifetime, readExpiry, readTime, type StatedExpiry } from './expiry.ts';

const sentAt = Date.UTC(2026, 0, 31, 11, 0, 0, 500);
const inOneHour = new Date(sentAt + 3_600_000);
const nothing: StatedExpiry = {
  expiresIn: undefined,
  expiresInMs: undefined,
  expiresAt: undefined,
  token: 'opaque-token',
};

/** A JWT with these claims. Its signature does not matter here. */
function makeJwt(claims: unknown, header: unknown = { alg: 'RS256' }): string {
  const parts = [header, claims].map((part) => Buffer.from(JSON.stringify(part)));
  return [...parts.map((part) => part.toString('base64url')), 'c2ln'].join('.');
}

function expiryOf(stated: Partial<StatedExpiry>): string | undefined {
  return readExpiry({ ...nothing, ...stated }, sentAt)?.toISOString();
}

describe('the first statement counts', () => {
  const exp = sentAt / 1000 + 4000;
  const everything: StatedExpiry = {
    expiresIn: 1000,
    expiresInMs: 2_000_000,
    expiresAt: sentAt + 3_000_000,
    token: makeJwt({ exp }),
  };
  const order: readonly (readonly [what: string, missing: Partial<StatedExpiry>, after: number])[] =
    [
      ['expires_in', {}, 1000],
      ['expires_in_ms', { expiresIn: undefined }, 2000],
      ['expires_at', { expiresIn: undefined, expiresInMs: undefined }, 3000],
      ['exp', { expiresIn: undefined, expiresInMs: undefined, expiresAt: undefined }, 4000],
    ];
  for (const [what, missing, after] of order) {
    test(what, () => {
      const expiry = expiryOf({ ...everything, ...missing });
      assert.equal(expiry, new Date(sentAt + after * 1000).toISOString());
    });
  }

  test('and without any statement the expiry is not known', () => {
    assert.equal(readExpiry(nothing, sentAt), undefined);
  });
});

describe('a statement that says nothing is skipped', () => {
  const unreadable = [
    ...[0, -1, 0.5, '0', '-5', 'soon', '177:59:59', '5 minutes', null, true, {}, []],
    ...[['3600'], '3600.', '.5', '3600s'],
  ];
  for (const value of unreadable) {
    test(`a lifetime of ${JSON.stringify(value)}`, () => {
      assert.equal(
        expiryOf({ expiresIn: value, expiresAt: inOneHour.getTime() }),
        inOneHour.toISOString(),
      );
    });
  }

  const past = [
    0,
    3600,
    sentAt,
    sentAt / 1000 - 10,
    '0001-01-01T00:00:00Z',
    '2026-01-31T10:00:00Z',
  ];
  for (const value of past) {
    test(`a time in the past, ${value}`, () => {
      const token = makeJwt({ exp: inOneHour.getTime() / 1000 });
      assert.equal(expiryOf({ expiresAt: value, token }), inOneHour.toISOString());
      assert.equal(expiryOf({ expiresAt: value }), undefined);
    });
  }

  test('a lifetime of less than a second in milliseconds', () => {
    assert.equal(expiryOf({ expiresInMs: 999 }), undefined);
    assert.equal(expiryOf({ expiresInMs: 1999 }), new Date(sentAt + 1000).toISOString());
  });
});

describe('a lifetime', () => {
  const lifetimes: readonly (readonly [value: unknown, seconds: number])[] = [
    [3600, 3600],
    [3599.9, 3599],
    ['3600', 3600],
    [' 3600 ', 3600],
    ['3600.55', 3600],
    [new ExactNumber('3600.0'), 3600],
    [new ExactNumber('36e2'), 3600],
  ];
  for (const [value, seconds] of lifetimes) {
    test(`of ${value instanceof ExactNumber ? value.source : JSON.stringify(value)}`, () => {
      const expiry = new Date(sentAt + seconds * 1000).toISOString();
      assert.equal(expiryOf({ expiresIn: value }), expiry);
    });
  }

  test('that ends after the year 9999 is not known', () => {
    assert.equal(expiryOf({ expiresIn: new ExactNumber('1e999') }), undefined);
    assert.equal(expiryOf({ expiresIn: 1e12 }), undefined);
  });

  test('that is not known or is zero has no end', () => {
    assert.equal(addLifetime(sentAt, undefined), undefined);
    assert.equal(addLifetime(sentAt, 0), undefined);
    assert.equal(addLifetime(lastZuluTime - 1000, 1)?.getTime(), lastZuluTime);
    assert.equal(addLifetime(lastZuluTime - 999, 1), undefined);
    assert.equal(addLifetime(sentAt, 0.5)?.getTime(), sentAt + 500);
  });
});

describe('a time', () => {
  const times: readonly (readonly [value: unknown, iso: string | undefined])[] = [
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31 12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T20:00:00.5+0830', '2026-01-31T11:30:00.500Z'],
    [' 2026-01-31 12:00:00.123456789+01:00\n', '2026-01-31T11:00:00.123Z'],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
    [1_769_860_800, '2026-01-31T12:00:00.000Z'],
    ['1769860800', '2026-01-31T12:00:00.000Z'],
    [1_769_860_800.5, '2026-01-31T12:00:00.500Z'],
    [1_769_860_800_123, '2026-01-31T12:00:00.123Z'],
    ['1769860800123', '2026-01-31T12:00:00.123Z'],
    [new ExactNumber('1.7698608e9'), '2026-01-31T12:00:00.000Z'],
    [99_999_999_999, '5138-11-16T09:46:39.000Z'],
    [100_000_000_000, '1973-03-03T09:46:40.000Z'],
    [lastZuluTime, '9999-12-31T23:59:59.000Z'],
    [lastZuluTime + 1000, undefined],
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, undefined],
    [Infinity, undefined],
    ['2026-01-31 12:00:00', undefined],
    ['2026-01-31  12:00:00Z', undefined],
    ['2026-01-31', undefined],
    ['Sat, 31 Jan 2026 12:00:00 GMT', undefined],
    ['177:59:59', undefined],
    ['1e9', undefined],
    ['', undefined],
    [null, undefined],
    [true, undefined],
    [['2026-01-31T12:00:00Z'], undefined],
    [{}, undefined],
  ];
  for (const [value, iso] of times) {
    const written = value instanceof ExactNumber ? value.source : JSON.stringify(value);
    test(`${written} is ${iso ?? 'none'}`, () => {
      assert.equal(readTime(value)?.toISOString(), iso);
    });
  }

  test('is the same in each form', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1e8, max: lastZuluTime / 1000 }), (seconds) => {
        const time = new Date(seconds * 1000);
        const iso = time.toISOString();
        const zulu = ['Z', '+00:00', '-0000'].map((zone) => iso.replace('Z', zone));
        const forms = [...zulu, iso.replace('T', ' ')];
        if (seconds < 1e11) forms.push(String(seconds));
        if (seconds >= 1e8) forms.push(String(seconds * 1000));
        for (const form of forms) assert.deepEqual(readTime(form), time, form);
      }),
    );
  });
});

describe('the exp claim', () => {
  const exp = inOneHour.getTime() / 1000;
  const others: Readonly<Record<string, string>> = {
    'in text is none': makeJwt({ exp: String(exp) }),
    'in an encrypted JWT cannot be read': `${makeJwt({ exp })}.YQ.YQ`,
    'behind a header without alg is none': makeJwt({ exp }, {}),
    'behind a header that is no object is none': makeJwt({ exp }, [1]),
    'in two parts is none': makeJwt({ exp }).split('.').slice(0, 2).join('.'),
    'of a payload that is no object is none': makeJwt([exp]),
    'of a payload with other characters is none': makeJwt({ exp }).replace('.', '.!'),
    'of a payload with padding is none': makeJwt({ exp }).replace(/\.[^.]*$/, '=.c2ln'),
    'of a JWT without it is none': makeJwt({ iat: exp }),
    'that is past is none': makeJwt({ exp: sentAt / 1000 }),
  };
  for (const [what, token] of Object.entries(others)) {
    test(what, () => {
      assert.equal(expiryOf({ token }), undefined);
    });
  }

  test('is read from an unsigned JWT too', () => {
    const token = makeJwt({ exp }, { alg: 'none' }).replace(/c2ln$/, '');
    assert.equal(expiryOf({ token }), inOneHour.toISOString());
  });
});

test('whatever a server says, the expiry is later than the request and has a year of four digits', () => {
  const said = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.double(),
    fc.integer(),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.bigInt().map((number) => new ExactNumber(`${number}.0`)),
  );
  const token = fc.oneof(
    fc.string(),
    fc.tuple(said, fc.constantFrom({ alg: 'RS256' }, {})).map(([exp, header]) => {
      return makeJwt({ exp: exp instanceof ExactNumber ? exp.value : exp }, header);
    }),
  );
  const stated = fc.record({ expiresIn: said, expiresInMs: said, expiresAt: said, token });
  fc.assert(
    fc.property(stated, (parts) => {
      const expiry = readExpiry(parts, sentAt)?.getTime() ?? sentAt + 1;
      assert.ok(expiry > sentAt && expiry <= lastZuluTime);
    }),
  );
});
