/** What is true for every answer of a token endpoint or an ACS endpoint. The tables are in token-response.test.ts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import fc from '../../test/support/making/fast-check.ts';
import type { HttpResponse } from '../http/request.ts';
import { parseAcsResponse } from './acs-api.ts';
import { readWords } from './answer/words.ts';
import { TokenError } from './errors.ts';
import { parseTokenResponse, readLocation, type TokenResponse } from './token-response.ts';
import { formatZuluTime, lastZuluTime } from './zulu-time.ts';

const sentAt = Date.UTC(2026, 0, 31, 11, 0, 0, 500);
const now = sentAt + 2000;

const parsers = { 'a token endpoint': parseTokenResponse, 'an ACS endpoint': parseAcsResponse };
type Parse = (typeof parsers)[keyof typeof parsers];

function toResponse(body: string | Uint8Array, parts: Partial<HttpResponse> = {}): HttpResponse {
  return { status: 200, statusText: '', headers: {}, ...parts, body: Buffer.from(body) };
}

/** The result of an answer. */
function read(parse: Parse, response: HttpResponse): TokenResponse | TokenError {
  try {
    return parse(response, { sentAt, now });
  } catch (error) {
    assert.ok(error instanceof TokenError, inspect(error));
    return error;
  }
}

/** The parts that can be compared, because an AccessToken hides its token. */
function show(outcome: TokenResponse | TokenError): unknown {
  if (outcome instanceof TokenError) {
    const { code, retryable, oauthError, location, retryAfter, mayHaveArrived } = outcome;
    return { code, retryable, oauthError, location, retryAfter, mayHaveArrived };
  }
  const { accessToken, ...rest } = outcome;
  const { token, tokenType, expiresAt } = accessToken;
  return { token, tokenType, expiresAt, ...rest };
}

const memberNames = [
  'access_token',
  'token_type',
  'expires_in',
  'expires_at',
  'scope',
  'refresh_token',
  'id_token',
  'error',
  'error_description',
  'error_uri',
  'instance_url',
  '__proto__',
  'constructor',
];
const someText = fc.oneof(
  fc.constantFrom('abc', '', 'invalid_client', 'server_error', '3600', ' 60 ', '1e3', 'read write'),
  fc.constantFrom('2026-01-31T12:00:00Z', '9999-12-31T23:59:59.9999Z', 'a,b', 'a\nb', '\u00e9'),
  fc.string({ unit: 'binary' }),
);
const someValue = fc.oneof(
  { weight: 4, arbitrary: someText },
  { weight: 2, arbitrary: fc.constantFrom(3600, 0, -1, 0.5, 1e308, 2 ** 53, null, true, [], {}) },
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);
const members = fc
  .array(fc.tuple(fc.constantFrom(...memberNames), someValue), { maxLength: 7 })
  .map((pairs) => Object.fromEntries(pairs) as Record<string, unknown>);
const successes = fc
  .tuple(members, fc.stringMatching(/^[\x20-\x7e]{1,30}$/))
  .map(([others, token]) => ({
    ...others,
    error: undefined,
    access_token: token,
    expires_at: '2026-01-31T12:00:00Z',
  }));

const bodies: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  members.map((some) => JSON.stringify(some)),
  fc
    .tuple(
      members.map((some) => JSON.stringify(some)),
      fc.nat(),
    )
    .map(([text, at]) => {
      return text.slice(0, at % (text.length + 1));
    }),
  fc.array(fc.tuple(fc.constantFrom(...memberNames), someText), { maxLength: 5 }).map((pairs) => {
    return new URLSearchParams(pairs.filter(([, value]) => value.isWellFormed())).toString();
  }),
  fc.json(),
);
const headers = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'text/html', 'text/plain', ''),
    'retry-after': fc.constantFrom('7', 'soon', 'Sat, 31 Jan 2026 11:00:30 GMT'),
    location: fc.constantFrom('https://example.com/login?x=1', '/login', ''),
  },
  { requiredKeys: [] },
);
const statuses = fc.oneof(fc.constant(200), fc.constantFrom(201, 301, 302, 400, 401, 408, 429), {
  weight: 2,
  arbitrary: fc.integer({ min: 100, max: 599 }),
});
const responses = fc
  .tuple(bodies, statuses, headers)
  .map(([body, status, some]) => toResponse(body, { status, headers: some }));

/** RFC 9110 sections 15 and 10.2.3, and the design: which failures are temporary. */
function passes({ status, headers: { 'retry-after': wait = 'soon' } }: HttpResponse): boolean {
  const server = status >= 500 && status !== 501 && status !== 505;
  return server || [408, 425, 429].includes(status) || (status >= 400 && wait !== 'soon');
}

for (const [endpoint, parse] of Object.entries(parsers)) {
  describe(`whatever ${endpoint} answers`, () => {
    test('the result is a token that can be used, or a typed error that says whether to retry', () => {
      fc.assert(
        fc.property(responses, (response) => {
          const { status, body } = response;
          const outcome = read(parse, response);
          if (outcome instanceof TokenError) {
            assert.equal(outcome.answer.status, status);
            assert.equal(outcome.answer.length, body.length);
            const said = ['server_error', 'temporarily_unavailable', 'slow_down'];
            const transient =
              passes(response) ||
              outcome.code === 'unparsable' ||
              (outcome.code === 'oauth_error' && said.includes(outcome.oauthError?.error ?? ''));
            assert.equal(outcome.retryable, transient, outcome.code);
            const redirects = status >= 300 && status < 400;
            assert.equal(outcome.code === 'redirect', redirects);
            const success = status >= 200 && status < 300;
            if (outcome.code !== 'oauth_error' && !redirects) {
              assert.equal(outcome.code === 'http_error', !success);
            }
            return;
          }
          assert.ok(status >= 200 && status < 300);
          const { token, tokenType, expiresAt } = outcome.accessToken;
          assert.match(token, /^[\x20-\x7e]+$/);
          assert.notEqual(tokenType, '');
          const expiry = expiresAt?.getTime() ?? Infinity;
          const earliest = endpoint === 'a token endpoint' ? sentAt + 1000 : 0;
          assert.ok(expiresAt === undefined || (expiry >= earliest && expiry <= lastZuluTime));
          assert.equal(outcome.issuedAt, sentAt);
          const taken = ['access_token', 'token_type', 'expires_in', 'scope', 'refresh_token'];
          for (const name of [...taken, 'id_token']) {
            assert.ok(!Object.hasOwn(outcome.others, name), name);
          }
        }),
        { numRuns: 2000 },
      );
    });

    test('its content type does not matter', () => {
      fc.assert(
        fc.property(responses, fc.string(), (response, type) => {
          const other = { ...response, headers: { ...response.headers, 'content-type': type } };
          assert.deepEqual(show(read(parse, other)), show(read(parse, response)));
        }),
      );
    });

    test('a byte order mark before JSON and white space around it do not matter', () => {
      const space = fc.stringMatching(/^[ \t\r\n]{0,4}$/);
      fc.assert(
        fc.property(members, space, space, fc.boolean(), (some, before, after, mark) => {
          const text = JSON.stringify(some);
          const dressed = `${mark ? '\ufeff' : ''}${before}${text}${after}`;
          const plain = show(read(parse, toResponse(text)));
          assert.deepEqual(show(read(parse, toResponse(dressed))), plain);
        }),
      );
    });

    test('the order of the fields does not matter', () => {
      fc.assert(
        fc.property(members, (some) => {
          const turned = Object.fromEntries(Object.entries(some).reverse());
          const plain = show(read(parse, toResponse(JSON.stringify(some))));
          assert.deepEqual(show(read(parse, toResponse(JSON.stringify(turned)))), plain);
        }),
      );
    });

    test('a form says the same as JSON with the same texts', () => {
      const text = someText.filter((value) => value.isWellFormed());
      const pairs = fc.uniqueArray(fc.tuple(fc.constantFrom(...memberNames), text), {
        selector: ([name]) => name,
        minLength: 1,
      });
      fc.assert(
        fc.property(pairs, (some) => {
          fc.pre(some.some(([name]) => name === 'access_token' || name === 'error'));
          const form = new URLSearchParams(some).toString();
          const json = JSON.stringify(Object.fromEntries(some));
          const told = show(read(parse, toResponse(json)));
          assert.deepEqual(show(read(parse, toResponse(form))), told);
        }),
      );
    });

    test('an error of a success shows only the error, description and URI of a body', () => {
      const secret = fc.stringMatching(/^[a-z]{12,20}$/);
      const shown = ['error', 'error_description', 'error_uri'];
      const name = fc.constantFrom(...memberNames.filter((one) => !shown.includes(one)));
      const carriers: fc.Arbitrary<(text: string) => string> = fc.oneof(
        fc.tuple(members, name).map(([some, one]) => (text: string) => {
          return JSON.stringify({ ...some, [one]: `${text}\n` });
        }),
        name.map((one) => (text: string) => `{"${one}": "${text}`),
        fc.constant((text: string) => `<html>${text}</html>`),
        fc.constant((text: string) => text),
        fc.constant((text: string) => `access_token=${text}%0A&error=x`),
      );
      fc.assert(
        fc.property(secret, carriers, (text, carry) => {
          const outcome = read(parse, toResponse(carry(text)));
          if (!(outcome instanceof TokenError)) return;
          const printed =
            inspect(outcome, { depth: null, showHidden: true }) + (outcome.stack ?? '');
          assert.ok(!printed.includes(text), printed);
        }),
        { numRuns: 500 },
      );
    });

    test('an error of any status shows no field that is a token', () => {
      const token = fc.stringMatching(/^[\w.-]{20,60}$/);
      const name = fc.constantFrom('access_token', 'refresh_token', 'id_token', 'token', 'jwt');
      fc.assert(
        fc.property(
          members,
          name,
          token,
          fc.boolean(),
          statuses,
          (some, one, value, nested, status) => {
            const fields = { ...some, [one]: value };
            const body = JSON.stringify(nested ? { data: fields } : fields);
            const outcome = read(parse, toResponse(body, { status }));
            if (!(outcome instanceof TokenError)) return;
            const { words, code = '', fields: names = [] } = outcome.answer;
            const shown = [words === undefined ? '' : readWords(words), code, ...names].join('\n');
            assert.ok(!shown.includes(value), shown);
          },
        ),
        { numRuns: 500 },
      );
    });
  });
}

describe('the lifetime', () => {
  test('is counted from when the request was sent, in whole seconds, as a number or as text', () => {
    const seconds = fc.oneof(
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.double({ min: 1, max: 1e9, noNaN: true }),
    );
    fc.assert(
      fc.property(seconds, (lifetime) => {
        const expected = sentAt + Math.floor(lifetime) * 1000;
        for (const written of [lifetime, lifetime.toFixed(3)]) {
          const body = JSON.stringify({ access_token: 'abc', expires_in: written });
          const outcome = read(parseTokenResponse, toResponse(body));
          assert.ok(!(outcome instanceof TokenError));
          // toFixed can round up to the next whole second.
          const exact = sentAt + Math.floor(Number(written)) * 1000;
          const found = outcome.accessToken.expiresAt?.getTime();
          assert.ok(found === expected || found === exact, `${written}: ${found ?? 'none'}`);
        }
      }),
    );
  });

  test('is not known if it is not a positive number of seconds', () => {
    const nothing = fc.oneof(
      fc.double({ max: 0.999 }),
      fc.constantFrom('', '-5', '+5', '1e3', '0x10', '٣', 'NaN', 'Infinity', '0', '0.9', '1 h'),
      fc.constantFrom<unknown>(null, true, [], [3600], {}, { valueOf: 5 }),
    );
    fc.assert(
      fc.property(nothing, (lifetime) => {
        const body = JSON.stringify({ access_token: 'abc', expires_in: lifetime });
        const outcome = read(parseTokenResponse, toResponse(body));
        assert.ok(!(outcome instanceof TokenError));
        assert.equal(outcome.accessToken.expiresAt, undefined);
      }),
    );
  });

  test('of an ACS token is what expires_at says, whatever expires_in says', () => {
    const times = fc.integer({ min: 0, max: lastZuluTime }).map((at) => new Date(at));
    fc.assert(
      fc.property(successes, times, someValue, (some, time, lifetime) => {
        const expiresAt = formatZuluTime(time);
        const body = JSON.stringify({ ...some, expires_at: expiresAt, expires_in: lifetime });
        const outcome = read(parseAcsResponse, toResponse(body));
        if (outcome instanceof TokenError) {
          assert.equal(outcome.code, 'malformed_token');
          const { refresh_token, id_token }: Record<string, unknown> = some;
          const others = [refresh_token, id_token].map(String);
          assert.ok(others.some((other) => /[^\x20-\x7e]/.test(other)));
          return;
        }
        assert.equal(outcome.accessToken.zuluTimeString(), expiresAt);
      }),
    );
  });
});

test('granted scopes are read equally from a text with spaces, commas or semicolons, and a list', () => {
  // Without the separators that servers use instead of spaces.
  const scope = fc.stringMatching(/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,12}$/);
  fc.assert(
    fc.property(fc.array(scope, { minLength: 1, maxLength: 5 }), (scopes) => {
      for (const written of [
        scopes.join(' '),
        ` ${scopes.join('  ')} `,
        scopes.join(','),
        scopes.join(', '),
        scopes.join(';'),
        [scopes.join(' ')],
        scopes,
      ]) {
        const body = JSON.stringify({ access_token: 'abc', scope: written });
        const outcome = read(parseTokenResponse, toResponse(body));
        assert.ok(!(outcome instanceof TokenError));
        assert.deepEqual(outcome.scopes, scopes);
      }
    }),
  );
});

test('the target of a redirect is shown without user info, query and fragment, in every spelling', () => {
  const scrap = fc.constantFrom(
    ...['https:', 'http:', '//', '/', '\\', 'u5er:pa55', '@', 'example.com', ':8443', '?', '#'],
    ...['que5y', ' ', '[', '%40', 'login', 'foo:', '\t'],
  );
  const location = fc.array(scrap, { maxLength: 9 }).map((scraps) => scraps.join(''));
  fc.assert(
    fc.property(location, (value) => {
      const shown = readLocation(value);
      assert.doesNotMatch(shown, /[?#]/);
      if (!URL.canParse(shown, 'https://login.example.com')) return;
      const { username, password } = new URL(shown, 'https://login.example.com');
      assert.deepEqual([username, password], ['', ''], shown);
    }),
    { numRuns: 3000 },
  );
});
