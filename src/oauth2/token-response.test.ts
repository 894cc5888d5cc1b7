import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { HttpResponse } from '../http/request.ts';
import { isTransientStatus } from '../http/transport-error.ts';
import type { TokenError } from './errors.ts';
import { parseTokenResponse, readLocation } from './token-response.ts';
import { lastZuluTime } from './zulu-time.ts';

const sentAt = Date.UTC(2026, 0, 31, 11, 0, 0, 500);
const now = sentAt + 2000;

/** What a table row answers with. */
interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

function toResponse({
  status = 200,
  type = 'application/json',
  headers = {},
  body,
}: Answer): HttpResponse {
  return {
    status,
    statusText: '',
    headers: { 'content-type': type, ...headers },
    body: Buffer.from(body),
  };
}

const json = (members: unknown): Answer => ({ body: JSON.stringify(members) });
const token = (members: Record<string, unknown> = {}): Answer =>
  json({ access_token: 'abc', token_type: 'Bearer', expires_in: 3600, ...members });

/** The result of a success. What is left out is as in `usual`. */
interface Success {
  readonly token: string;
  readonly type: string;
  readonly expiresAt: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  readonly others: Record<string, unknown>;
}

const usual: Success = {
  token: 'abc',
  type: 'Bearer',
  expiresAt: '2026-01-31T12:00:00.500Z',
  scopes: undefined,
  refreshToken: undefined,
  idToken: undefined,
  others: {},
};
const unknownExpiry = { expiresAt: undefined };
/** Whole seconds from the request to the end of the year 9999. */
const secondsLeft = Math.floor((Date.UTC(9999, 11, 31, 23, 59, 59) - sentAt) / 1000);

const successes: readonly [what: string, answer: Answer, differs: Partial<Success>][] = [
  ['a usual answer', token(), {}],
  ['201', { ...token(), status: 201 }, {}],
  ['299', { ...token(), status: 299 }, {}],
  ['JSON said to be HTML', { ...token(), type: 'text/html' }, {}],
  ['JSON of no named type', { ...token(), type: '' }, {}],
  ['JSON said to be a form', { ...token(), type: 'application/x-www-form-urlencoded' }, {}],
  ['JSON with a charset', { ...token(), type: 'application/json; charset=utf-8' }, {}],
  ['JSON with a byte order mark', { body: `\ufeff${token().body.toString()}` }, {}],
  ['JSON with white space around', { body: `\r\n ${token().body.toString()} \n` }, {}],
  [
    'a form',
    {
      type: 'application/x-www-form-urlencoded',
      body: 'access_token=abc&token_type=Bearer&expires_in=3600',
    },
    {},
  ],
  [
    'a form said to be text, with a line break',
    { type: 'text/plain', body: 'expires_in=3600&access_token=a%20c\r\n' },
    { token: 'a c' },
  ],
  [
    'a form with more',
    { body: 'access_token=abc&expires_in=3600&scope=a+b&x=y' },
    { scopes: ['a', 'b'], others: { x: 'y' } },
  ],
  [
    'a form with a byte order mark',
    { body: '\ufeffaccess_token=abc&expires_in=3600&token_type=Bearer' },
    {},
  ],
  [
    'a form that gives a name twice, the last of which counts',
    { body: 'access_token=x&access_token=abc&expires_in=3600' },
    {},
  ],
  ['a form with nothing but a token', { body: 'access_token=abc' }, unknownExpiry],
  ['expires_in as a string', token({ expires_in: '3600' }), {}],
  ['expires_in as a string with spaces', token({ expires_in: ' 3600 ' }), {}],
  ['expires_in as a float', token({ expires_in: 3600.9 }), {}],
  ['expires_in as a float string', token({ expires_in: '3600.9' }), {}],
  ['expires_in null', token({ expires_in: null }), unknownExpiry],
  ['expires_in absent', token({ expires_in: undefined }), unknownExpiry],
  ['expires_in zero', token({ expires_in: 0 }), unknownExpiry],
  ['expires_in below one', token({ expires_in: 0.5 }), unknownExpiry],
  ['expires_in negative', token({ expires_in: -1 }), unknownExpiry],
  ['expires_in negative as a string', token({ expires_in: '-1' }), unknownExpiry],
  ['expires_in as an empty string', token({ expires_in: '' }), unknownExpiry],
  ['expires_in with an exponent', token({ expires_in: '1e3' }), unknownExpiry],
  ['expires_in as a string with a unit', token({ expires_in: '3600s' }), unknownExpiry],
  ['expires_in as an object', token({ expires_in: { seconds: 3600 } }), unknownExpiry],
  [
    'expires_in as a string of more digits than a number holds',
    token({ expires_in: '9'.repeat(400) }),
    unknownExpiry,
  ],
  [
    'expires_in up to the last second of the year 9999',
    token({ expires_in: secondsLeft }),
    { expiresAt: '9999-12-31T23:59:58.500Z' },
  ],
  ['expires_in a second further', token({ expires_in: secondsLeft + 1 }), unknownExpiry],
  ['expires_in as a word', token({ expires_in: 'soon' }), unknownExpiry],
  ['expires_in in hexadecimal', token({ expires_in: '0x10' }), unknownExpiry],
  ['expires_in as a boolean', token({ expires_in: true }), unknownExpiry],
  ['expires_in as a list', token({ expires_in: [3600] }), unknownExpiry],
  ['expires_in past the year 9999', token({ expires_in: 1e15 }), unknownExpiry],
  [
    'expires_in beyond numbers',
    { body: '{"access_token":"abc","expires_in":1e999}' },
    unknownExpiry,
  ],
  ['token_type missing', token({ token_type: undefined }), {}],
  ['token_type empty', token({ token_type: '' }), {}],
  ['token_type no string', token({ token_type: 7 }), {}],
  ['token_type in lower case', token({ token_type: 'bearer' }), { type: 'bearer' }],
  [
    'token_type with spaces',
    token({ token_type: 'Application Access Token' }),
    { type: 'Application Access Token' },
  ],
  ['token_type N_A', token({ token_type: 'N_A' }), { type: 'N_A' }],
  ['scope as a string', token({ scope: 'read  list' }), { scopes: ['read', 'list'] }],
  [
    'scope with commas',
    token({ scope: 'chat:write,users:read' }),
    { scopes: ['chat:write', 'users:read'] },
  ],
  [
    'scope with commas inside and spaces between',
    token({ scope: 'a,b c' }),
    { scopes: ['a', 'b', 'c'] },
  ],
  ['scope as a list', token({ scope: ['read', 7, 'list'] }), { scopes: ['read', 'list'] }],
  [
    'scope with semicolons',
    token({ scope: 'read;list; write' }),
    { scopes: ['read', 'list', 'write'] },
  ],
  [
    'scope as a list of lists',
    token({ scope: ['read list', ['write,all']] }),
    { scopes: ['read', 'list', 'write', 'all'] },
  ],
  ['scope empty', token({ scope: '' }), {}],
  ['scope of white space', token({ scope: ' \t' }), {}],
  ['scope of separators only', token({ scope: ' ,; ' }), {}],
  ['scope as an empty list', token({ scope: [] }), {}],
  ['scope as an object', token({ scope: { read: true } }), {}],
  ['scope as a number', token({ scope: 7 }), {}],
  ['scope null', token({ scope: null }), {}],
  [
    'a refresh token and an ID token',
    token({ refresh_token: 'r', id_token: 'i' }),
    { refreshToken: 'r', idToken: 'i' },
  ],
  ['empty companions', token({ refresh_token: '', id_token: '' }), {}],
  [
    'other fields',
    token({ instance_url: 'https://x.example', ext: { a: [1] } }),
    { others: { instance_url: 'https://x.example', ext: { a: [1] } } },
  ],
  ['an error that is null', token({ error: null }), { others: { error: null } }],
  ['an error that is empty', token({ error: '' }), { others: { error: '' } }],
  ['an error that is false', token({ error: false }), { others: { error: false } }],
  [
    'a token with every character it may have',
    token({ access_token: ' !~"\\' }),
    { token: ' !~"\\' },
  ],
  [
    'a name given twice, the last of which counts',
    { body: '{"access_token":"x","access_token":"abc","expires_in":3600}' },
    {},
  ],
];

describe('a token response', () => {
  for (const [what, answer, differs] of successes) {
    test(`is a token: ${what}`, () => {
      const response = parseTokenResponse(toResponse(answer), { sentAt, now });
      const { accessToken, scopes, refreshToken, idToken, others } = response;
      assert.deepEqual(
        {
          token: accessToken.token,
          type: accessToken.tokenType,
          expiresAt: accessToken.expiresAt?.toISOString(),
          scopes,
          refreshToken,
          idToken,
          others,
        },
        { ...usual, ...differs },
      );
      assert.equal(response.issuedAt, sentAt);
    });
  }

  test('is a token with any 2xx', () => {
    for (let status = 200; status <= 299; status += 1) {
      const response = toResponse({ ...token(), status });
      assert.equal(parseTokenResponse(response, { sentAt, now }).accessToken.token, 'abc');
    }
  });

  test('leaves out a field that is nested deeper than 100 levels, and keeps the token', () => {
    const nest = (depth: number): string =>
      '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2);
    for (const depth of [102, 10_000, 200_000]) {
      const body = `{"access_token":"abc","kept":${nest(100)},"nested":${nest(depth)}}`;
      const { accessToken, others } = parseTokenResponse(toResponse({ body }), { sentAt, now });
      assert.equal(accessToken.token, 'abc');
      assert.equal(JSON.stringify(others), `{"kept":${nest(100)}}`);
    }
  });

  test('leaves out a list with a field that is nested too deeply', () => {
    const deep = '['.repeat(101) + ']'.repeat(101);
    const body = `{"access_token":"abc","over":${deep},"list":[1,${deep}],"kept":${deep.slice(1, -1)}}`;
    const { others } = parseTokenResponse(toResponse({ body }), { sentAt, now });
    assert.deepEqual(Object.keys(others), ['kept']);
  });

  test('may expire in the last second of the year 9999, and not after', () => {
    const start = Date.UTC(2026, 0, 31);
    const left = (lastZuluTime - start) / 1000;
    for (const [lifetime, expected] of [
      [left, lastZuluTime],
      [left + 1, undefined],
    ] as const) {
      const answer = toResponse(token({ expires_in: lifetime }));
      const { accessToken } = parseTokenResponse(answer, { sentAt: start, now });
      assert.equal(accessToken.expiresAt?.getTime(), expected);
    }
  });

  test('keeps a field named __proto__ of a form as a field', () => {
    const body = 'access_token=abc&__proto__=x';
    const { others } = parseTokenResponse(toResponse({ body }), { sentAt, now });
    assert.deepEqual(Object.entries(others), [['__proto__', 'x']]);
  });

  test('keeps a field named __proto__ as a field', () => {
    const body = '{"access_token":"abc","__proto__":{"access_token":"x"}}';
    const { others } = parseTokenResponse(toResponse({ body }), { sentAt, now });
    assert.deepEqual(Object.keys(others), ['__proto__']);
    assert.equal(Object.getPrototypeOf(others), Object.prototype);
  });
});

/** What a failure says; what is left out is undefined. */
interface Failure {
  readonly code: TokenError['code'];
  readonly retryable: boolean;
  readonly error?: string;
  readonly description?: string;
  readonly uri?: string;
  readonly location?: string;
  readonly retryAfter?: number;
}

const error = (status: number, members: Record<string, unknown>, headers = {}): Answer => ({
  ...json(members),
  status,
  headers,
});
const unparsable: Failure = { code: 'unparsable', retryable: true };
const noToken: Failure = { code: 'no_access_token', retryable: false };
const malformed: Failure = { code: 'malformed_token', retryable: false };
const refused = (name: string): Failure => ({ code: 'oauth_error', retryable: false, error: name });

const failures: readonly [what: string, answer: Answer, outcome: Failure][] = [
  ['an empty body', { body: '' }, unparsable],
  ['204', { status: 204, body: '' }, unparsable],
  [
    'a page',
    { type: 'text/html', body: '<html><a href="?a=b&error=x&c=d">log in</a></html>' },
    unparsable,
  ],
  [
    'text that holds what a form would',
    { type: 'text/plain', body: 'Try again &access_token=x&error=y' },
    unparsable,
  ],
  ['a page without a space', { body: '<p>a&access_token=b&error=c</p>' }, unparsable],
  ['text with a quoted form', { body: '"&access_token=x' }, unparsable],
  ['a form of percent signs', { body: '%%%%' }, unparsable],
  ['JSON true', { body: 'true' }, unparsable],
  ['JSON followed by more', { body: '{"access_token":"abc"}{}' }, unparsable],
  ['JSON with a NUL after it', { body: '{"access_token":"abc"}\0' }, unparsable],
  ['two byte order marks', { body: '\ufeff\ufeff{"access_token":"abc"}' }, unparsable],
  ['UTF-16', { body: Buffer.from('\ufeff{"access_token":"abc"}', 'utf16le') }, unparsable],
  [
    '202 with a time to come back',
    { status: 202, headers: { 'retry-after': '9' }, body: '' },
    unparsable,
  ],
  ['text', { type: 'text/plain', body: 'eyJhbGciOi.abc.def' }, unparsable],
  ['JSON cut off', { body: '{"access_token":"abc","expires_in":36' }, unparsable],
  ['a JSON list', { body: '["abc"]' }, unparsable],
  ['a JSON string', { body: '"abc"' }, unparsable],
  ['a JSON number', { body: '7' }, unparsable],
  ['JSON null', { body: 'null' }, unparsable],
  ['a form about something else', { body: 'a=b&c=d' }, unparsable],
  ['bytes that are no UTF-8', { body: Buffer.from([0xff, 0xfe, 0x00]) }, unparsable],
  ['an empty object', { body: '{}' }, noToken],
  ['a token of another name', json({ token: 'abc' }), noToken],
  ['a token in a nested field', json({ data: { access_token: 'abc' } }), noToken],
  ['a token that is inherited', { body: '{"__proto__":{"access_token":"abc"}}' }, noToken],
  ['an empty token', token({ access_token: '' }), noToken],
  ['a token that is null', token({ access_token: null }), noToken],
  ['a token that is a number', token({ access_token: 7 }), noToken],
  ['an empty token in a form', { body: 'access_token=' }, noToken],
  ['a token with a line break', token({ access_token: 'a\nb' }), malformed],
  ['a token with a carriage return', token({ access_token: 'a\rb' }), malformed],
  ['a token that ends in a line break', token({ access_token: 'a\n' }), malformed],
  ['a token with a line break in a form', { body: 'access_token=a%0Ab' }, malformed],
  ['a token with a NUL', token({ access_token: 'a\0b' }), malformed],
  ['a token with a DEL', token({ access_token: 'a\x7f' }), malformed],
  ['a token with a line separator', token({ access_token: 'a\u2028b' }), malformed],
  ['a token with half a character', token({ access_token: 'a\ud83d' }), malformed],
  ['a token that is a list', token({ access_token: ['abc'] }), noToken],
  ['an error that is a number, without a token', json({ error: 7 }), noToken],
  ['a token with a tab', token({ access_token: 'a\tb' }), malformed],
  ['a token with an umlaut', token({ access_token: 'ä' }), malformed],
  ['a refresh token with a line break', token({ refresh_token: 'a"\nb' }), malformed],
  ['an ID token with a line break', token({ id_token: 'a\nb' }), malformed],
  [
    'a token of bytes that are no UTF-8',
    { body: Buffer.from('7b226163636573735f746f6b656e223a22ff227d', 'hex') },
    malformed,
  ],
  ['200 with an error', json({ ok: false, error: 'invalid_auth' }), refused('invalid_auth')],
  ['200 with an error and a token', token({ error: 'odd' }), refused('odd')],
  [
    '200 with an error in a form',
    { body: 'error=bad_verification_code' },
    refused('bad_verification_code'),
  ],
  [
    '200 with an error for a while',
    json({ error: 'temporarily_unavailable' }),
    { ...refused('temporarily_unavailable'), retryable: true },
  ],
  [
    '200 with an error that has fields, and a token',
    token({ error: { code: 'DENIED' } }),
    refused('DENIED'),
  ],
  [
    '200 with an error in a form, with all that can be said',
    { body: 'error=denied&error_description=no+such&error_uri=https%3A%2F%2Fe.example' },
    { ...refused('denied'), description: 'no such', uri: 'https://e.example' },
  ],
  [
    'an error said to be HTML',
    { status: 400, type: 'text/html', body: '{"error":"invalid_grant"}' },
    refused('invalid_grant'),
  ],
  ['401 invalid_client', error(401, { error: 'invalid_client' }), refused('invalid_client')],
  [
    '400 with all that can be said',
    error(400, {
      error: 'invalid_scope',
      error_description: 'no\nsuch',
      error_uri: 'https://e.example',
    }),
    { ...refused('invalid_scope'), description: 'no\nsuch', uri: 'https://e.example' },
  ],
  [
    '400 with a description that is no text',
    error(400, { error: 'x', error_description: 7 }),
    refused('x'),
  ],
  [
    '400 temporarily_unavailable',
    error(400, { error: 'temporarily_unavailable' }),
    { ...refused('temporarily_unavailable'), retryable: true },
  ],
  [
    '400 slow_down',
    error(400, { error: 'slow_down' }),
    { ...refused('slow_down'), retryable: true },
  ],
  [
    '400 server_error',
    error(400, { error: 'server_error' }),
    { ...refused('server_error'), retryable: true },
  ],
  [
    'an error with fields',
    error(400, { error: { code: 7, status: 'DENIED', message: 'no' } }),
    { ...refused('DENIED'), description: 'no' },
  ],
  [
    'an error with fields, by its code if it has no status',
    error(400, { error: { code: 'E7', type: 'OAuth' } }),
    refused('E7'),
  ],
  [
    'an error with fields, by its type if it has nothing else',
    error(400, { error: { code: 7, type: 'OAuth', message: 'no' }, error_description: 'never' }),
    { ...refused('OAuth'), description: 'never' },
  ],
  [
    '501 with an error for a while',
    error(501, { error: 'server_error' }),
    { ...refused('server_error'), retryable: true },
  ],
  [
    '503 with an error for good',
    error(503, { error: 'invalid_client' }),
    { ...refused('invalid_client'), retryable: true },
  ],
  ['an error with fields that say nothing', error(400, { error: {} }), refused('unnamed error')],
  [
    'an error within a list',
    error(400, { error: ['x'] }),
    { code: 'http_error', retryable: false },
  ],
  ['400 without a body', { status: 400, body: '' }, { code: 'http_error', retryable: false }],
  [
    '404 with a page',
    { status: 404, type: 'text/html', body: '<html>' },
    { code: 'http_error', retryable: false },
  ],
  ['a token with a 4xx', { ...token(), status: 403 }, { code: 'http_error', retryable: false }],
  ['408', { status: 408, body: '' }, { code: 'http_error', retryable: true }],
  ['425', { status: 425, body: '' }, { code: 'http_error', retryable: true }],
  ['500', { status: 500, body: '' }, { code: 'http_error', retryable: true }],
  ['501', { status: 501, body: '' }, { code: 'http_error', retryable: false }],
  ['505', { status: 505, body: '' }, { code: 'http_error', retryable: false }],
  ...[400, 401, 403, 404, 418, 499, 501, 505].map((status): [string, Answer, Failure] => [
    `${status} with a time to come back`,
    { status, headers: { 'retry-after': '20' }, body: '' },
    { code: 'http_error', retryable: true, retryAfter: 20_000 },
  ]),
  [
    '401 with an error and a time to come back',
    error(401, { error: 'invalid_client' }, { 'retry-after': '0' }),
    { ...refused('invalid_client'), retryable: true, retryAfter: 0 },
  ],
  [
    '403 with a time to come back that is none',
    { status: 403, headers: { 'retry-after': 'soon' }, body: '' },
    { code: 'http_error', retryable: false },
  ],
  [
    '200 with an error and a time to come back',
    error(200, { error: 'invalid_client' }, { 'retry-after': '20' }),
    refused('invalid_client'),
  ],
  [
    '503 with seconds',
    { status: 503, headers: { 'retry-after': '20' }, body: '' },
    { code: 'http_error', retryable: true, retryAfter: 20_000 },
  ],
  [
    '429 with an error and seconds',
    error(429, { error: 'slow' }, { 'retry-after': '7' }),
    { ...refused('slow'), retryable: true, retryAfter: 7000 },
  ],
  [
    '429 with a date, counted from now',
    { status: 429, headers: { 'retry-after': 'Sat, 31 Jan 2026 11:00:10 GMT' }, body: '' },
    { code: 'http_error', retryable: true, retryAfter: 7500 },
  ],
  [
    '503 with rubbish in Retry-After',
    { status: 503, headers: { 'retry-after': 'soon' }, body: '' },
    { code: 'http_error', retryable: true },
  ],
  [
    'a redirect, without its query and user information',
    { status: 302, headers: { location: 'https://u:p@login.example/a?code=s3cret#x' }, body: '' },
    { code: 'redirect', retryable: false, location: 'https://login.example/a' },
  ],
  [
    'a redirect within the host',
    { status: 307, headers: { location: '/a?code=x' }, body: '' },
    { code: 'redirect', retryable: false, location: '/a' },
  ],
  [
    'a redirect to another host, without a scheme and without its user information',
    { status: 302, headers: { location: '//u:p@login.example/a?code=x' }, body: '' },
    { code: 'redirect', retryable: false, location: '//login.example/a' },
  ],
  [
    'a redirect to a port that is none, without its user information',
    { status: 302, headers: { location: 'https://u:p@login.example:99999/a#x' }, body: '' },
    { code: 'redirect', retryable: false, location: 'https://login.example:99999/a' },
  ],
  [
    'a redirect within the folder',
    { status: 302, headers: { location: '../a#x' }, body: '' },
    { code: 'redirect', retryable: false, location: '../a' },
  ],
  [
    'a redirect to a host behind backslashes, which are slashes to a browser',
    { status: 302, headers: { location: String.raw`\\u:p@login.example/a` }, body: '' },
    { code: 'redirect', retryable: false, location: String.raw`\\login.example/a` },
  ],
  [
    'a redirect by another scheme',
    { status: 302, headers: { location: 'app:u:p@login.example/a' }, body: '' },
    { code: 'redirect', retryable: false, location: 'login.example/a' },
  ],
  [
    'a redirect to an upper-case scheme and host, with an @ in its path',
    { status: 302, headers: { location: 'HTTP://u:p@LOGIN.example/users/@me?code=x' }, body: '' },
    { code: 'redirect', retryable: false, location: 'http://login.example/users/@me' },
  ],
  [
    'a redirect with white space in and around it',
    { status: 302, headers: { location: ' /lo\tgin\r\n?code=x ' }, body: '' },
    { code: 'redirect', retryable: false, location: '/login' },
  ],
  [
    'a redirect that begins with an @',
    { status: 302, headers: { location: '@login.example/a' }, body: '' },
    { code: 'redirect', retryable: false, location: 'login.example/a' },
  ],
  [
    'a redirect to a scheme with a digit',
    { status: 302, headers: { location: 'h2+x://u:p@login.example/a' }, body: '' },
    { code: 'redirect', retryable: false, location: 'h2+x://login.example/a' },
  ],
  [
    'a redirect to a path with an @',
    { status: 302, headers: { location: '/users/@me?code=x' }, body: '' },
    { code: 'redirect', retryable: false, location: '/users/@me' },
  ],
  [
    'a redirect with a time to come back',
    { status: 303, headers: { location: '/a', 'retry-after': '5' }, body: '' },
    { code: 'redirect', retryable: false, location: '/a' },
  ],
  [
    'a redirect with an error for a while',
    error(307, { error: 'temporarily_unavailable' }),
    { code: 'redirect', retryable: false, error: 'temporarily_unavailable' },
  ],
  ['a redirect to nowhere', { status: 304, body: '' }, { code: 'redirect', retryable: false }],
  ['a redirect with a token', { ...token(), status: 301 }, { code: 'redirect', retryable: false }],
  [
    'a redirect with an error',
    error(302, { error: 'x' }),
    { code: 'redirect', retryable: false, error: 'x' },
  ],
];

describe('an answer that brings no token', () => {
  for (const [what, answer, outcome] of failures) {
    test(`is ${outcome.code}: ${what}`, () => {
      const response = toResponse(answer);
      assert.throws(
        () => parseTokenResponse(response, { sentAt, now }),
        (thrown: TokenError) => {
          const { code, retryable, oauthError, location, retryAfter } = thrown;
          assert.deepEqual(
            {
              code,
              retryable,
              error: oauthError?.error,
              description: oauthError?.description,
              uri: oauthError?.uri,
              location: location === undefined ? undefined : readLocation(location),
              retryAfter,
            },
            {
              error: undefined,
              description: undefined,
              uri: undefined,
              location: undefined,
              retryAfter: undefined,
              ...outcome,
            },
          );
          assert.equal(thrown.answer.status, response.status);
          assert.equal(thrown.answer.length, response.body.length);
          assert.equal(thrown.answer.contentType, response.headers['content-type']);
          return true;
        },
      );
    });
  }

  test('is a redirect with any 3xx, and an HTTP error with any 1xx, 4xx and 5xx', () => {
    const statuses = Array.from({ length: 500 }, (_, index) => 100 + index);
    for (const status of statuses.filter((each) => each < 200 || each > 299)) {
      const parse = (): unknown =>
        parseTokenResponse(toResponse({ ...token(), status }), { sentAt, now });
      const isRedirect = status >= 300 && status <= 399;
      assert.throws(parse, {
        name: 'TokenError',
        code: isRedirect ? 'redirect' : 'http_error',
        retryable: isTransientStatus(status),
      });
    }
  });

  test('is reported in words of its own, without any of the answer', () => {
    const response = toResponse(error(400, { error: 's3cret', error_description: 's3cret' }));
    assert.throws(() => parseTokenResponse(response, { sentAt, now }), {
      name: 'TokenError',
      message: 'oauth_error',
    });
  });
});

test('the effort for the target of a redirect grows only with its length', () => {
  // An effort that grows with its square would take minutes.
  const slashes = '/'.repeat(1_000_000);
  for (const location of [`x${slashes}`, `//${slashes}`]) {
    assert.equal(readLocation(location), location);
  }
});
