import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  answerJson,
  createFakeClock,
  createFakeNetwork,
} from '../../test/support/doubles/fakes.ts';
import type { HttpResponse, SendRequest } from '../http/request.ts';
import { TransportError } from '../http/transport-error.ts';
import {
  acsHeaders,
  type AcsRequest,
  askAcsEndpoint,
  buildAcsRequest,
  parseAcsResponse,
} from './acs-api.ts';
import { TokenError } from './errors.ts';
import type { TokenResponse } from './token-response.ts';

const request: AcsRequest = {
  tokenUrl: 'https://acs.example.edu/api/v1/token?v=1',
  clientId: 'ci-client',
  clientSecret: 's3cret: value/+%',
  headers: [],
};

const sentAt = Date.parse('2026-01-31T11:00:00Z');
const context = { sentAt, now: sentAt + 200 };

/** An answer's fields. */
type Given = Readonly<Record<string, unknown>>;

const usual: Given = { access_token: 'acs-token', expires_at: '2026-01-31T12:00:00Z' };

/** Reads a 200 with the usual fields and these. Undefined fields are left out. */
function parse(members: Given = {}): TokenResponse {
  return parseAcsResponse(answerJson(200, { ...usual, ...members }), context);
}

/** The error that reading an answer throws. */
function refuse(response: HttpResponse): TokenError {
  try {
    parseAcsResponse(response, context);
  } catch (error) {
    assert.ok(error instanceof TokenError);
    return error;
  }
  assert.fail('The answer was taken.');
}

describe('the request to an ACS endpoint', () => {
  test('is a GET whose headers name the client, and has no body', () => {
    assert.deepEqual(buildAcsRequest(request), {
      method: 'GET',
      url: 'https://acs.example.edu/api/v1/token?v=1',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'oauth2-token',
        'client-id': 'ci-client',
        'client-secret': 's3cret: value/+%',
      },
    });
  });

  test('has further headers, which replace its own', () => {
    const headers = [
      ['X-Api-Key', 'of the gateway'],
      ['Accept', 'text/json'],
    ] as const;
    assert.deepEqual(buildAcsRequest({ ...request, headers }).headers, {
      accept: 'text/json',
      'accept-encoding': 'identity',
      'user-agent': 'oauth2-token',
      'x-api-key': 'of the gateway',
      'client-id': 'ci-client',
      'client-secret': 's3cret: value/+%',
    });
  });

  test('has two headers that carry the credentials', () => {
    assert.deepEqual(acsHeaders, ['client-id', 'client-secret']);
  });

  test('keeps its credentials whatever the further headers are', () => {
    const headers = acsHeaders.map((name) => [name.toUpperCase(), 'forged'] as const);
    assert.deepEqual(
      buildAcsRequest({ ...request, headers }),
      buildAcsRequest({ ...request, headers: [] }),
    );
  });
});

describe('a request to an ACS endpoint', () => {
  test('is sent once within the limits, and the time before it counts as the time of issue', async () => {
    const clock = createFakeClock('2026-01-31T11:00:00Z');
    const network = createFakeNetwork([answerJson(200, usual)], clock);
    const limits: Parameters<SendRequest>[1][] = [];
    const { signal } = new AbortController();
    const response = await askAcsEndpoint(request, {
      send: (...given) => {
        limits.push(given[1]);
        return network.send(...given);
      },
      now: clock.now,
      signal,
      tls: { ca: 'PEM' },
    });
    assert.deepEqual(network.requests, [buildAcsRequest(request)]);
    assert.deepEqual(limits, [{ signal, tls: { ca: 'PEM' }, maxBytes: 1024 * 1024 }]);
    assert.equal(response.issuedAt, sentAt);
    assert.equal(clock.now(), sentAt + 200);
  });

  test('counts the time of a Retry-After date from when the answer came', async () => {
    const clock = createFakeClock('2026-01-31T11:00:00Z');
    const busy = answerJson(503, {}, { 'retry-after': 'Sat, 31 Jan 2026 11:00:10 GMT' });
    const { send } = createFakeNetwork([busy], clock);
    const { signal } = new AbortController();
    await assert.rejects(
      askAcsEndpoint(request, { send, now: clock.now, signal, tls: {} }),
      (error) => error instanceof TokenError && error.retryAfter === 9800,
    );
  });

  test('throws the error of the network if no answer came', async () => {
    const clock = createFakeClock();
    const failure = new TransportError('answer_cut');
    const { send } = createFakeNetwork([failure], clock);
    const { signal } = new AbortController();
    await assert.rejects(
      askAcsEndpoint(request, { send, now: clock.now, signal, tls: {} }),
      (error) => error === failure,
    );
  });
});

describe('the answer of an ACS endpoint', () => {
  test('gives the token and its expiry, and nothing that is not in it', () => {
    const { accessToken, ...rest } = parse({ expires_in: 3600 });
    assert.equal(accessToken.token, 'acs-token');
    assert.equal(accessToken.tokenType, 'Bearer');
    assert.equal(accessToken.zuluTimeString(), '2026-01-31T12:00:00Z');
    assert.deepEqual(rest, {
      scopes: undefined,
      refreshToken: undefined,
      idToken: undefined,
      others: {},
      issuedAt: sentAt,
    });
  });

  test('has a type if the server names one', () => {
    assert.equal(parse({ token_type: 'MAC' }).accessToken.tokenType, 'MAC');
  });

  test('keeps the other fields, each in its place', () => {
    const { scopes, refreshToken, idToken, others } = parse({
      scope: 'read list',
      refresh_token: 'a-refresh-token',
      id_token: 'an-id-token',
      instance: { region: 'west' },
    });
    assert.deepEqual(
      { scopes, refreshToken, idToken, others },
      {
        scopes: ['read', 'list'],
        refreshToken: 'a-refresh-token',
        idToken: 'an-id-token',
        others: { instance: { region: 'west' } },
      },
    );
  });

  for (const expiresIn of [1, -1, 0, null, 'soon', { seconds: 1 }]) {
    test(`has the expiry of expires_at although expires_in is ${JSON.stringify(expiresIn)}`, () => {
      const { accessToken } = parse({ expires_in: expiresIn });
      assert.equal(accessToken.expiresIn(sentAt), 3600);
    });
  }

  const times: readonly [written: string, read: string][] = [
    ['2014-12-10T12:00:00Z', '2014-12-10T12:00:00.000Z'],
    ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
    ['2026-01-31T12:00:00.123Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00.123456Z', '2026-01-31T12:00:00.123Z'],
    [`2026-01-31T12:00:00.${'9'.repeat(1000)}Z`, '2026-01-31T12:00:00.999Z'],
    ['2028-02-29T23:59:59Z', '2028-02-29T23:59:59.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
    // The last moment of .NET's DateTime.
    ['9999-12-31T23:59:59.9999999Z', '9999-12-31T23:59:59.000Z'],
  ];
  for (const [written, read] of times) {
    test(`expires at ${written.slice(0, 40)}`, () => {
      const { expiresAt } = parse({ expires_at: written }).accessToken;
      assert.equal(expiresAt?.toISOString(), read);
    });
  }

  const noTimes: readonly [what: string, expiresAt: unknown][] = [
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', Date.parse('2026-01-31T12:00:00Z') / 1000],
    ['words', 'tomorrow'],
    ['a day', '2026-01-31'],
    ['without seconds', '2026-01-31T12:00Z'],
    ['without a zone', '2026-01-31T12:00:00'],
    ['with an offset in place of Z', '2026-01-31T12:00:00+00:00'],
    ['with an offset of its own', '2026-01-31T04:00:00-08:00'],
    ['with a small z', '2026-01-31T12:00:00z'],
    ['with a small t', '2026-01-31t12:00:00Z'],
    ['with a space in place of T', '2026-01-31 12:00:00Z'],
    ['with space around it', ' 2026-01-31T12:00:00Z '],
    ['with a line break after it', '2026-01-31T12:00:00Z\n'],
    ['with a fraction of no digits', '2026-01-31T12:00:00.Z'],
    ['with a comma before the fraction', '2026-01-31T12:00:00,5Z'],
    ['with a year of five digits', '12026-01-31T12:00:00Z'],
    ['with a year that has a sign', '+002026-01-31T12:00:00Z'],
    ['in month 13', '2026-13-01T12:00:00Z'],
    ['on 31 April', '2026-04-31T12:00:00Z'],
    ['on 29 February of a common year', '2026-02-29T12:00:00Z'],
    ['on day 0', '2026-01-00T12:00:00Z'],
    ['at 24:00', '2026-01-31T24:00:00Z'],
    ['at 12:60', '2026-01-31T12:60:00Z'],
    ['in a leap second', '2016-12-31T23:59:60Z'],
  ];
  for (const [what, expiresAt] of noTimes) {
    test(`is refused for good if expires_at is ${what}`, () => {
      const { code, retryable, answer } = refuse(
        answerJson(200, { ...usual, expires_in: 3600, expires_at: expiresAt }),
      );
      assert.deepEqual([code, retryable, answer.status], ['no_expires_at', false, 200]);
    });
  }

  for (const [what, accessToken] of [
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 42],
  ] as const) {
    test(`is refused for good if access_token is ${what}`, () => {
      const { code, retryable } = refuse(answerJson(200, { ...usual, access_token: accessToken }));
      assert.deepEqual([code, retryable], ['no_access_token', false]);
    });
  }

  test('is refused for good if the token has a line break', () => {
    const { code, retryable } = refuse(answerJson(200, { ...usual, access_token: 'a\nb' }));
    assert.deepEqual([code, retryable], ['malformed_token', false]);
  });

  const failures: readonly [what: string, response: HttpResponse, code: string, again: boolean][] =
    [
      ['a 200 with an error', answerJson(200, { ...usual, error: 'denied' }), 'oauth_error', false],
      [
        'a 200 with an error that passes',
        answerJson(200, { error: 'temporarily_unavailable' }),
        'oauth_error',
        true,
      ],
      ['a 400', answerJson(400, {}), 'http_error', false],
      ['a 401', answerJson(401, { message: 'Unknown client.' }), 'http_error', false],
      ['a 401 with a token in it', answerJson(401, usual), 'http_error', false],
      ['a 403 with an error', answerJson(403, { error: 'denied' }), 'oauth_error', false],
      ['a 404', answerJson(404, {}), 'http_error', false],
      ['a 408', answerJson(408, {}), 'http_error', true],
      ['a 429', answerJson(429, {}), 'http_error', true],
      ['a 500', answerJson(500, {}), 'http_error', true],
      ['a 501', answerJson(501, {}), 'http_error', false],
      ['a 503', answerJson(503, {}), 'http_error', true],
      ['a redirect', answerJson(302, usual, { location: '/login' }), 'redirect', false],
      ['a list', answerJson(200, [usual]), 'unparsable', true],
      [
        'a page',
        { ...answerJson(200, {}), body: Buffer.from('<html>Log in</html>') },
        'unparsable',
        true,
      ],
      [
        'half of the JSON',
        { ...answerJson(200, {}), body: Buffer.from('{"acc') },
        'unparsable',
        true,
      ],
      ['no body', { ...answerJson(204, {}), body: Buffer.alloc(0) }, 'unparsable', true],
    ];
  for (const [what, response, code, again] of failures) {
    test(`is not a token if it is ${what}, ${again ? 'for now' : 'for good'}`, () => {
      const error = refuse(response);
      assert.deepEqual([error.code, error.retryable], [code, again]);
    });
  }
});
