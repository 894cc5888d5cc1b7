import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readResponse } from './response.ts';

/** The findings in the example of a response, as one text. */
function describeExample(example: string): string | undefined {
  const found = readResponse(`\n${example}`);
  if (typeof found !== 'object') return found;
  const { fields, defaultExpiresIn, finding } = found;
  const lifetime = defaultExpiresIn === undefined ? [] : [`${defaultExpiresIn} s`];
  return [...fields, ...lifetime, finding].join(', ');
}

describe('readResponse', () => {
  const rows: readonly [what: string, example: object | string, found: string | undefined][] = [
    ['nothing', '', undefined],
    ['a sentence', 'Keep the token secret.', undefined],
    [
      'the standard fields',
      { access_token: 'a', token_type: 'bearer', expires_in: 60 },
      'complete',
    ],
    ['the standard fields, as text', { access_token: 'a', expires_in: '3600' }, 'complete'],
    ['another name', { token: 'a', expires_in: 60 }, 'access_token=token, complete'],
    [
      'camelCase',
      { accessToken: 'a', tokenType: 'Bearer', expiresIn: 60 },
      'access_token=accessToken, token_type=tokenType, expires_in=expiresIn, complete',
    ],
    [
      'a path',
      { result: { session: { jwt: 'a', ttl: 900 } } },
      'access_token=result.session.jwt, expires_in=result.session.ttl, complete',
    ],
    [
      'a list',
      [{ token: 'a', expires: 900 }],
      'access_token=0.token, expires_in=0.expires, complete',
    ],
    [
      'the refresh token next to it',
      { refresh: { token: 'r' }, access: { token: 'a' } },
      'access_token=access.token, refresh_token=refresh.token, no-expiry',
    ],
    [
      'a refresh token of its own name',
      { jwt: 'a', refreshToken: 'r', idToken: 'i' },
      'access_token=jwt, refresh_token=refreshToken, id_token=idToken, no-expiry',
    ],
    [
      'a token and a refresh token without the word token',
      { access: 'a', access_expires: 86_400, refresh: 'r', refresh_expires: 2_592_000 },
      'access_token=access, expires_in=access_expires, refresh_token=refresh, complete',
    ],
    [
      'the value of an object',
      { token: { value: 'a', expiry: '2026-01-31T12:00:00Z' } },
      'access_token=token.value, expires_at=token.expiry, complete',
    ],
    [
      "a token under a provider's own name",
      { nextToken: 'n', 'OB-TOKEN-V1': 'a' },
      'access_token=OB-TOKEN-V1, no-expiry',
    ],
    [
      'the id of a session',
      { uid: 'u', sid: 'a', 'session-timeout': 600 },
      'access_token=sid, expires_in=session-timeout, complete',
    ],
    ['an ID token as the only token', { id_token: 'a' }, 'access_token=id_token, no-expiry'],
    [
      'one text that looks like a token',
      { ok: true, d: 'aGVsbG8x-d29ybGQ5_Zm9vYmFy' },
      'access_token=d, no-expiry',
    ],
    ['no token', { status: 'ok', user: { name: 'Jo' } }, 'no-token'],
    [
      'a time with a zone',
      { token: 'a', expires: '2026-01-31T12:00:00Z' },
      'access_token=token, expires_at=expires, complete',
    ],
    [
      'a time with a space',
      { token: 'a', validUntil: '2026-01-31 12:00:00+01:00' },
      'access_token=token, expires_at=validUntil, complete',
    ],
    [
      'seconds since 1970',
      { access_token: 'a', expiry: 1_769_860_800 },
      'expires_at=expiry, complete',
    ],
    [
      'milliseconds since 1970, in the standard place',
      { access_token: 'a', expires_at: 1_769_860_800_000 },
      'complete',
    ],
    [
      'milliseconds by name',
      { access_token: 'a', expiresInMs: 900_000 },
      'expires_in_ms=expiresInMs, complete',
    ],
    [
      'milliseconds by their size',
      { access_token: 'a', expires_in: 1_800_000 },
      'expires_in_ms=expires_in, milliseconds',
    ],
    [
      'milliseconds, named after the token',
      { retVal: { jwtToken: 'a', jwtTTL: 1_800_000, sessionStartTime: 1_769_860_800_000 } },
      'access_token=retVal.jwtToken, expires_in_ms=retVal.jwtTTL, milliseconds',
    ],
    ['a number with a fraction', { access_token: 'a', expires_in: '3600.0' }, 'complete'],
    ['a lifetime of a hundred hours', { access_token: 'a', expires_in: 360_000 }, 'complete'],
    ['a lifetime of days', { access_token: 'a', expires_in: 2_592_000 }, 'complete'],
    ['minutes by name', { access_token: 'a', expiresInMinutes: 30 }, '1800 s, complete'],
    ['a duration', { access_token: 'a', ttl: '12h' }, '43200 s, complete'],
    [
      'a session of unknown unit',
      { SessionId: 'a', SessionTimeout: 20 },
      'access_token=SessionId, unknown-unit',
    ],
    [
      'a duration of hours and minutes',
      { token: 'a', expiresIn: '23:59:59' },
      'access_token=token, unknown-unit',
    ],
    ['the end of time', { access_token: 'a', exp: '9223372036854775807' }, 'unknown-unit'],
    [
      'only the lifetime of the refresh token',
      { access_token: 'a', refresh_expires_in: 60 },
      'no-expiry',
    ],
    ['a bare token', 'f81d4fae7dec11d0a76500a0c91e6bf6', 'access_token=., no-expiry'],
    [
      'a bare token as JSON',
      '"eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln"',
      'access_token=., no-expiry',
    ],
    [
      'a title, a status line and headers',
      'Example response:\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{"token":"a"}',
      'access_token=token, no-expiry',
    ],
    ['what was left out', '{\n  "token": "eyJ...",\n  ...\n}', 'access_token=token, no-expiry'],
    ['JSON that is broken', '{"token": "a', 'unreadable'],
    [
      'a name that could be a key',
      { '8f14e45fceea167a5a36dedd4bea2543': { token: 'a' } },
      'no-token',
    ],
  ];
  for (const [what, example, found] of rows) {
    test(what, () => {
      const text = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
      assert.equal(describeExample(text), found);
    });
  }
});
