/** Responses with the token in another place than in RFC 6749, as the input response-fields says. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import fc from '../../test/support/making/fast-check.ts';
import type { HttpResponse } from '../http/request.ts';
import { TokenError } from './errors.ts';
import { writeExactJson } from './json/exact-json.ts';
import { fieldNames, type ResponseFields } from './response/response-fields.ts';
import { parseTokenResponse, type TokenResponse } from './token-response.ts';
import { lastZuluTime } from './zulu-time.ts';

const sentAt = Date.UTC(2026, 0, 31, 11, 0, 0, 500);
const now = sentAt + 2000;

function toResponse(body: unknown, status = 200): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, statusText: '', headers: {}, body: Buffer.from(text) };
}

function read(body: unknown, fields: ResponseFields = {}): TokenResponse | TokenError {
  try {
    return parseTokenResponse(toResponse(body), { sentAt, now, fields });
  } catch (error) {
    assert.ok(error instanceof TokenError, inspect(error));
    return error;
  }
}

/** The parts that can be compared, because an AccessToken hides its token. */
function show(outcome: TokenResponse | TokenError): Record<string, unknown> {
  if (outcome instanceof TokenError) return { code: outcome.code, path: outcome.path };
  const { accessToken, others, scopes, refreshToken, idToken } = outcome;
  const { token, tokenType, expiresAt } = accessToken;
  const expiry = expiresAt?.toISOString();
  return {
    ...{ token, tokenType, scopes, refreshToken, idToken },
    expiry,
    others: writeExactJson(others),
  };
}

const plain = {
  tokenType: 'Bearer',
  scopes: undefined,
  refreshToken: undefined,
  idToken: undefined,
  expiry: undefined,
  others: '{}',
};
const later = (seconds: number): string => new Date(sentAt + seconds * 1000).toISOString();

const answers: readonly (readonly [
  what: string,
  body: unknown,
  fields: ResponseFields,
  unknown,
])[] = [
  [
    'a token under another name',
    { token: 'tok', n: 1 },
    { access_token: 'token' },
    { token: 'tok', others: '{"n":1}' },
  ],
  [
    'everything in other places',
    {
      auth: {
        client_token: 'tok',
        lease: '60',
        policies: ['a', 'b'],
        renew: 'ref',
        type: 'MAC',
        id: 'a.b.c',
      },
    },
    {
      access_token: 'auth.client_token',
      expires_in: 'auth.lease',
      scope: 'auth.policies',
      refresh_token: 'auth.renew',
      token_type: 'auth.type',
      id_token: 'auth.id',
    },
    {
      token: 'tok',
      tokenType: 'MAC',
      scopes: ['a', 'b'],
      refreshToken: 'ref',
      idToken: 'a.b.c',
      expiry: later(60),
      others: '{"auth":{"lease":"60","policies":["a","b"],"type":"MAC"}}',
    },
  ],
  [
    'a list',
    [{ token: 'tok', expires: 60 }, 'more'],
    { access_token: '0.token', expires_in: '0.expires' },
    { token: 'tok', expiry: later(60), others: '[{"expires":60},"more"]' },
  ],
  ['a text', ' tok-1 \n', { access_token: '.' }, { token: 'tok-1' }],
  ['a JSON string', '"tok-1"', { access_token: '.' }, { token: 'tok-1' }],
  [
    'a form',
    'wrap_access_token=tok&wrap_expires=60',
    { access_token: 'wrap_access_token', expires_in: 'wrap_expires' },
    { token: 'tok', expiry: later(60), others: '{"wrap_expires":"60"}' },
  ],
  [
    'the ID token as the token',
    { access_token: 'not-this', id_token: 'a.b.c', expires_in: 60 },
    { access_token: 'id_token' },
    { token: 'a.b.c', idToken: 'a.b.c', expiry: later(60) },
  ],
  [
    'a lifetime in milliseconds',
    { access_token: 'tok', expires_in: 900_000 },
    { expires_in_ms: 'expires_in' },
    { token: 'tok', expiry: later(900) },
  ],
  [
    'a lifetime in milliseconds that is too short, and not taken for seconds',
    { access_token: 'tok', expires_in: 900 },
    { expires_in_ms: 'expires_in' },
    { token: 'tok' },
  ],
  [
    'a lifetime in milliseconds as well as one in seconds',
    { access_token: 'tok', expires_in: 1, ms: 60_000 },
    { expires_in_ms: 'ms' },
    { token: 'tok', expiry: later(60), others: '{"ms":60000}' },
  ],
  [
    'milliseconds that are not there, and seconds in their standard place',
    { access_token: 'tok', expires_in: 60 },
    { expires_in_ms: 'ms' },
    { token: 'tok', expiry: later(60) },
  ],
  [
    'a time under the name of a lifetime',
    { access_token: 'tok', expires_in: (sentAt + 60_000) / 1000 },
    { expires_at: 'expires_in' },
    { token: 'tok', expiry: later(60) },
  ],
  [
    'a time that nobody requested',
    { access_token: 'tok', expires_at: later(60) },
    {},
    { token: 'tok', expiry: later(60), others: `{"expires_at":"${later(60)}"}` },
  ],
  [
    'a lifetime before a time',
    { access_token: 'tok', expires_in: 60, expires_at: later(90) },
    {},
    { token: 'tok', expiry: later(60), others: `{"expires_at":"${later(90)}"}` },
  ],
  [
    'numbers with their digits',
    '{"access_token":"tok","expires_in":60.0,"user_id":17841405793187219,"list":[1.10]}',
    {},
    { token: 'tok', expiry: later(60), others: '{"user_id":17841405793187219,"list":[1.10]}' },
  ],
  [
    'standard fields that are secret and not used',
    { access_token: 'one', refresh_token: 'two', data: { a: 'tok', r: 'ref' } },
    { access_token: 'data.a', refresh_token: 'data.r' },
    { token: 'tok', refreshToken: 'ref', others: '{"data":{}}' },
  ],
];

describe('the response', () => {
  for (const [what, body, fields, expected] of answers) {
    test(`with ${what}`, () => {
      assert.deepEqual(show(read(body, fields)), { ...plain, ...(expected as object) });
    });
  }
});

describe('a path of the access token that leads nowhere', () => {
  const nowhere: readonly (readonly [body: unknown, path: string])[] = [
    [{ access_token: 'tok' }, 'token'],
    [{ token: { access: 'tok' } }, 'token'],
    [{ token: '' }, 'token'],
    [{ token: 12 }, 'token'],
    [{ token: null }, 'token'],
    [{ token: 'tok' }, '.'],
    [{ token: 'tok' }, 'constructor.name'],
    [['tok'], '1'],
    ['""', '.'],
  ];
  for (const [body, path] of nowhere) {
    test(`is an error that names it: ${path} in ${JSON.stringify(body)}`, () => {
      const error = read(body, { access_token: path });
      assert.deepEqual(show(error), { code: 'no_access_token', path });
      assert.equal(error instanceof TokenError && error.retryable, false);
    });
  }

  test('means for every other name that the field does not exist', () => {
    const names = fieldNames.filter((name) => name !== 'access_token');
    const fields = Object.fromEntries(names.map((name) => [name, 'none.here']));
    const body = {
      ...{ access_token: 'tok', expires_in: 60, scope: 'a', token_type: 'MAC' },
      ...{ refresh_token: 'r', id_token: 'i' },
    };
    assert.deepEqual(show(read(body, fields)), { ...plain, token: 'tok' });
  });
});

describe('a body that cannot be read', () => {
  const bodies: readonly (readonly [body: string, path: string | undefined])[] = [
    ['["tok"]', undefined],
    ['"tok"', undefined],
    ['tok', undefined],
    ['tok', 'token'],
    ['["tok"]', '.'],
    ['<html>down</html>', '.'],
    ['Not logged in', '.'],
  ];
  for (const [body, path] of bodies) {
    test(`${body} with the path ${path ?? 'of the standard'}`, () => {
      const error = read(body, path === undefined ? {} : { access_token: path });
      assert.equal(show(error)['code'], 'unparsable');
      assert.equal(error instanceof TokenError && error.retryable, true);
    });
  }

  test('a token with a line break is refused in another place as in the usual one', () => {
    assert.equal(show(read({ t: 'a\nb' }, { access_token: 't' }))['code'], 'malformed_token');
    assert.equal(show(read('"a\\nb"', { access_token: '.' }))['code'], 'malformed_token');
    const fields = { refresh_token: 'r' };
    assert.equal(show(read({ access_token: 'tok', r: 'a\nb' }, fields))['code'], 'malformed_token');
  });
});

describe('for any response', () => {
  const step = fc.constantFrom('data', 'token', '0', '1', 'a', '__proto__', 'length', '.', '');
  const path = fc
    .array(step, { minLength: 1, maxLength: 4 })
    .map((steps) => steps.join('.'))
    .filter((text) => text !== '');
  const anyFields = fc
    .array(fc.tuple(fc.constantFrom(...fieldNames), path), { maxLength: 6 })
    .map((pairs): ResponseFields => Object.fromEntries(pairs));
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('tok', '60', later(60)));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text,
      fc.constantFrom<unknown>(60, 0, 1e300, null, true, 1_800_000_000_000),
      fc.array(tie('value'), { maxLength: 3 }),
      fc
        .array(fc.tuple(fc.oneof(step, fc.constantFrom(...fieldNames)), tie('value')), {
          maxLength: 4,
        })
        .map((pairs) => Object.fromEntries(pairs)),
    ),
  }));
  const bodies = fc.oneof(
    { weight: 4, arbitrary: value.map((one) => JSON.stringify(one)) },
    fc.string(),
    fc.json(),
  );

  test('and any places the result is a token that can be used, or a typed error', () => {
    fc.assert(
      fc.property(bodies, anyFields, (body, fields) => {
        const outcome = read(body, fields);
        if (outcome instanceof TokenError) return;
        const { accessToken, refreshToken = 'x', idToken = 'x', others, scopes = [] } = outcome;
        for (const token of [accessToken.token, refreshToken, idToken]) {
          assert.match(token, /^[\x20-\x7e]+$/);
        }
        const expiry = accessToken.expiresAt?.getTime() ?? lastZuluTime;
        assert.ok(expiry > sentAt && expiry <= lastZuluTime);
        assert.ok(scopes.every((scope) => typeof scope === 'string'));
        assert.doesNotThrow(() => JSON.parse(writeExactJson(others)) as unknown);
      }),
      { numRuns: 3000 },
    );
  });

  test('an error of a success has nothing of the body in it', () => {
    const secret = 'qzj5ecretqzj';
    fc.assert(
      fc.property(value, anyFields, fc.integer({ min: 200, max: 299 }), (body, fields, status) => {
        const carried = JSON.stringify({ a: [secret], data: body, token: { token: [secret] } });
        try {
          parseTokenResponse(toResponse(carried, status), { sentAt, now, fields });
        } catch (error) {
          const printed = inspect(error, { depth: null, showHidden: true });
          assert.ok(!printed.includes(secret), printed);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the standard places, listed, change nothing', () => {
    const standard = Object.fromEntries(
      fieldNames.filter((name) => name !== 'expires_in_ms').map((name) => [name, name]),
    );
    const members = fc
      .array(fc.tuple(fc.constantFrom(...fieldNames, 'other'), value), { maxLength: 7 })
      .map((pairs) => Object.fromEntries(pairs) as Record<string, unknown>)
      .map((some): Record<string, unknown> => ({ access_token: 'tok', ...some }));
    fc.assert(
      fc.property(members, (body) => {
        const listed = { ...show(read(body, standard)), path: undefined };
        assert.deepEqual(listed, { ...show(read(body)), path: undefined });
      }),
    );
  });

  test('moved to other places, it is the same response', () => {
    const moved = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), {
      minLength: fieldNames.length,
      maxLength: fieldNames.length,
    });
    const wrap = fc.constantFrom<(inner: unknown) => [unknown, string]>(
      (inner) => [inner, ''],
      (inner) => [{ data: inner, more: 1 }, 'data.'],
      (inner) => [{ data: { list: [0, { inner }] } }, 'data.list.1.inner.'],
      (inner) => [[inner], '0.'],
    );
    const standard = fc.record({
      access_token: fc.stringMatching(/^[!-~]{1,9}$/),
      expires_in: fc.oneof(fc.nat(), fc.constantFrom('60', 'x')),
      scope: fc.constantFrom('a b', ['a'], 1),
      refresh_token: fc.constantFrom('ref', '', 1),
      token_type: fc.constantFrom('MAC', '', 1),
    });
    fc.assert(
      fc.property(standard, moved, wrap, (members, names, wrapIn) => {
        const [, prefix] = wrapIn({});
        const listed = Object.keys(members).map((name, index) => [name, names[index] ?? '']);
        const renamed = listed.map(([name = '', to = '']) => [
          to,
          members[name as keyof typeof members],
        ]);
        const [body] = wrapIn(Object.fromEntries(renamed));
        const fields = Object.fromEntries(
          listed.map(([name = '', to = '']) => [name, `${prefix}${to}`]),
        );
        const there = { ...show(read(body, fields)), others: '' };
        assert.deepEqual(there, { ...show(read(members)), others: '' });
      }),
    );
  });
});
