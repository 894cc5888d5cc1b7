import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson, createInputEnvironment } from '../../../test/support/fakes.ts';
import { type HttpResponse } from '../../http/request.ts';
import {
  TransportError,
  type TransportErrorCode,
  type TransportErrorDetails,
} from '../../http/transport-error.ts';
import { AccessToken } from '../../oauth2/access-token.ts';
import { parseAcsResponse } from '../../oauth2/acs-api.ts';
import { TokenError } from '../../oauth2/errors.ts';
import { parseTokenResponse } from '../../oauth2/token-response.ts';
import { type FailedAttempt, GaveUp, type GaveUpCode } from '../../retry/retry.ts';
import { InputError, NoRunnerError, TokenTooLongError } from '../errors.ts';
import { type Inputs, readInputs } from '../inputs.ts';
import { renderText, text, type Text } from '../text.ts';
import { type Stage, StageError } from '../stage-error.ts';
import { type LocatedInputs } from '../proofs.ts';
import { sayCacheNotUsed, sayKept, sayNotCached } from './cache-lines.ts';
import {
  describeAcsRequest,
  describeAnswer,
  describeRequest,
  sayFailedAttempt,
} from './exchange.ts';
import { explainFailure } from './failures.ts';
import {
  sayAsking,
  sayGot,
  sayGranted,
  sayReplaced,
  sayReusing,
  saySet,
  sayTlsStaysVerified,
} from './lines.ts';

const now = Date.UTC(2026, 0, 31, 11, 0, 0);

function readThese(given: Readonly<Record<string, string>> = {}): LocatedInputs {
  const inputs = {
    'token-url': 'https://login.example.com/oauth2/token',
    'client-id': 'ci-client',
    'client-secret': 's3cret-value',
    scopes: 'read list',
    ...given,
  };
  const read = readInputs(createInputEnvironment(inputs), { debug: false });
  return { ...read, tokenUrl: read.tokenUrl ?? '' };
}

const inputs = readThese();

/** What is known at the token endpoint, unless it is said otherwise. */
function view(known: Inputs, stage: Stage = 'token') {
  return { stage, inputs: known };
}

function say(line: Text): string {
  return renderText(line, (all) => all);
}

/** An answer that is not JSON. */
function answer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { status, statusText: '', headers, body: Buffer.from(body) };
}

/** What a token endpoint's answer throws. */
function refuse(response: HttpResponse, parse = parseTokenResponse): TokenError {
  try {
    parse(response, { sentAt: now, now });
  } catch (error) {
    assert.ok(error instanceof TokenError);
    return error;
  }
  throw new Error('The answer brings a token.');
}

/** A failed attempt: the first of four, and the end of it, unless it is said otherwise. */
function fail(error: unknown, differences: Partial<FailedAttempt> = {}): FailedAttempt {
  return {
    attempt: 1,
    maxAttempts: 4,
    error,
    wait: undefined,
    retryAfter: undefined,
    allowed: 15_000,
    took: 200,
    ...differences,
  };
}

/** How giving up differs from the usual. */
interface GivingUp extends Partial<FailedAttempt> {
  readonly code?: GaveUpCode;
  readonly given?: Readonly<Record<string, string>>;
}

/** The annotation of a step that failed. */
function explain(error: unknown): { title: string; message: string } {
  const { title, message } = explainFailure(error);
  return { title, message: say(message) };
}

/** The annotation where the attempts ended with an error. */
function giveUp(
  error: unknown,
  { code = 'not_retryable', given = {}, ...differences }: GivingUp = {},
): {
  title: string;
  message: string;
} {
  const gaveUp = new GaveUp(code, fail(error, differences));
  return explain(new StageError('token', gaveUp, { inputs: readThese(given) }));
}

/** What each explanation of a final answer ends with. */
const same = 'Not tried again, for the answer would be the same.';
const check = 'Check that client-id and client-secret belong together and are current';

describe('before the endpoint is asked', () => {
  const rows: readonly [given: Record<string, string>, missed: boolean, said: string][] = [
    [{}, false, 'Asking login.example.com (client_credentials, scope: read list).'],
    [
      {},
      true,
      'No usable token in the cache. Asking login.example.com (client_credentials, scope: read list).',
    ],
    [{ scopes: '' }, false, 'Asking login.example.com (client_credentials).'],
    [
      {
        'token-url': 'https://login.example.com:8443/t?x=1',
        'grant-type': 'token-exchange',
        parameters: 'subject_token=x',
        scopes: 'a',
      },
      false,
      'Asking login.example.com:8443 (token-exchange, scope: a).',
    ],
    [{ 'endpoint-type': 'acs_api', scopes: '' }, false, 'Asking login.example.com (acs_api).'],
  ];
  for (const [given, missed, said] of rows) {
    test(said, () => {
      assert.equal(say(sayAsking(readThese(given), missed)), said);
    });
  }
});

describe('a failed attempt', () => {
  const unavailable = refuse(answerJson(503, {}));
  const rows: readonly [failure: FailedAttempt, said: string][] = [
    [
      fail(unavailable, { wait: 3000 }),
      'Attempt 1 of 4 failed: 503 Service Unavailable. Trying again in 3 s.',
    ],
    [
      fail(new TransportError('timeout'), { attempt: 2, wait: 6000 }),
      'Attempt 2 of 4 failed: no answer within 15 s. Trying again in 6 s.',
    ],
    [
      fail(unavailable, { wait: 0 }),
      'Attempt 1 of 4 failed: 503 Service Unavailable. Trying again now.',
    ],
    [
      fail(unavailable, { wait: 0, retryAfter: 0 }),
      'Attempt 1 of 4 failed: 503 Service Unavailable. Trying again now.',
    ],
    [
      fail(refuse(answerJson(429, {})), { wait: 20_000, retryAfter: 20_000 }),
      'Attempt 1 of 4 failed: 429 Too Many Requests. The server asks for 20 s (Retry-After). Trying again then.',
    ],
    [
      fail(refuse(answerJson(429, {})), { wait: 6000, retryAfter: 1000 }),
      'Attempt 1 of 4 failed: 429 Too Many Requests. Trying again in 6 s.',
    ],
    [fail(unavailable, { attempt: 4 }), 'Attempt 4 of 4 failed: 503 Service Unavailable.'],
    [
      fail(refuse(answerJson(503, { error: 'temporarily_unavailable' })), { wait: 3000 }),
      'Attempt 1 of 4 failed: 503 temporarily_unavailable. Trying again in 3 s.',
    ],
    [
      fail(new TransportError('timeout'), { wait: 0, allowed: 3500 }),
      'Attempt 1 of 4 failed: no answer within 3.5 s. Trying again now.',
    ],
    [
      fail(new TypeError('odd'), { wait: 0 }),
      'Attempt 1 of 4 failed: TypeError: odd. Trying again now.',
    ],
  ];
  for (const [failure, said] of rows) {
    test(said, () => {
      assert.equal(say(sayFailedAttempt(failure, view(inputs))), said);
    });
  }
});

describe('in a few words', () => {
  const odd = new Error('odd');
  const rows: readonly [error: unknown, words: string][] = [
    [new TransportError('timeout'), 'no answer within 15 s'],
    [
      new TransportError('name_not_found', { systemCode: 'EAI_AGAIN' }),
      'the name login.example.com was not found (EAI_AGAIN)',
    ],
    [
      new TransportError('connection_failed', { systemCode: 'ECONNRESET' }),
      'the connection was reset (ECONNRESET)',
    ],
    [
      new TransportError('tls_failed', { systemCode: 'CERT_REVOKED', cause: odd }),
      'TLS failed: odd (CERT_REVOKED)',
    ],
    [
      new TransportError('proxy_refused', { proxyStatus: 502 }),
      'the proxy refused: 502 Bad Gateway',
    ],
    [
      new TransportError('proxy_invalid'),
      "the proxy's address in the environment is no usable URL",
    ],
    [new TransportError('answer_cut'), 'the answer was cut off'],
    [new TransportError('answer_unreadable'), 'the answer is not readable HTTP'],
    [new TransportError('answer_too_large'), 'the answer is larger than 1 MiB'],
    [new TransportError('request_failed', { cause: odd }), 'the request failed: Error: odd'],
    [refuse(answerJson(401, { error: 'invalid_client' })), '401 invalid_client'],
    [refuse(answer(503, '')), '503 Service Unavailable'],
    [refuse(answer(599, '')), '599'],
    [refuse(answer(307, '', { location: '/x?y' })), '307 Temporary Redirect, a redirect to /x'],
    [refuse(answer(307, '')), '307 Temporary Redirect, a redirect'],
    [refuse(answer(200, '')), '200 OK with an empty body in place of a token'],
    [refuse(answerJson(200, {})), '200 OK without an access_token'],
    [
      refuse(answerJson(200, { access_token: 'x' }), parseAcsResponse),
      '200 OK without a Zulu time in expires_at',
    ],
    [
      refuse(answerJson(200, { access_token: '\n' })),
      '200 OK with a token that has characters no token can have',
    ],
    ['thrown', 'thrown'],
  ];
  for (const [error, words] of rows) {
    test(`an attempt failed: ${words}`, () => {
      const line = say(sayFailedAttempt(fail(error, { wait: 0 }), view(inputs)));
      assert.equal(line, `Attempt 1 of 4 failed: ${words}. Trying again now.`);
    });
  }
});

describe('a token', () => {
  const token = (tokenType: string, expiresAt?: string): AccessToken =>
    new AccessToken({
      token: 'the-token',
      tokenType,
      expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
    });
  const hour = token('Bearer', '2026-01-31T12:00:00Z');

  const got: readonly [
    token: AccessToken,
    attempt: number,
    lifetime: number | undefined,
    said: string,
  ][] = [
    [hour, 1, 3600, 'Got a Bearer token, valid for 1 h, until 2026-01-31T12:00:00Z.'],
    [hour, 1, 3599, 'Got a Bearer token, valid for 1 h, until 2026-01-31T12:00:00Z.'],
    [hour, 3, 3600, 'Got a Bearer token at attempt 3, valid for 1 h, until 2026-01-31T12:00:00Z.'],
    [hour, 1, 1, 'Got a Bearer token, valid for 1 s, until 2026-01-31T12:00:00Z.'],
    [hour, 1, 0, 'Got a Bearer token, which expired at 2026-01-31T12:00:00Z.'],
    [hour, 2, -5, 'Got a Bearer token at attempt 2, which expired at 2026-01-31T12:00:00Z.'],
    [token('bot'), 1, undefined, 'Got a bot token; login.example.com did not say when it expires.'],
    [
      token('bot'),
      2,
      undefined,
      'Got a bot token at attempt 2; login.example.com did not say when it expires.',
    ],
  ];
  for (const [one, attempt, lifetime, said] of got) {
    test(said, () => {
      assert.equal(say(sayGot(one, attempt, lifetime, inputs)), said);
    });
  }

  test('that came from the cache', () => {
    assert.equal(
      say(sayReusing(hour, Date.UTC(2026, 0, 31, 11, 18), inputs)),
      'Reusing a token from the cache: Bearer, valid for 42 min, until 2026-01-31T12:00:00Z. login.example.com was not asked.',
    );
  });

  test('whose type is hostile', () => {
    const hostile = token('x\n##[set-output name=token]y');
    assert.equal(
      say(sayGot(hostile, 1, undefined, inputs)),
      'Got a x # #[set-output name=token]y token; login.example.com did not say when it expires.',
    );
  });
});

describe('other lines', () => {
  const lines: readonly [line: Text, said: string][] = [
    [sayGranted(['read'], ['list']), 'Granted read; not granted: list.'],
    [sayGranted(['a', 'b'], ['c', 'd']), 'Granted a b; not granted: c d.'],
    [sayGranted([], ['read']), 'Granted nothing; not granted: read.'],
    [saySet('OAUTH2_TOKEN'), 'Set: output token, environment variable OAUTH2_TOKEN.'],
    [saySet(undefined), 'Set: output token.'],
    [
      sayReplaced('OAUTH2_TOKEN'),
      'OAUTH2_TOKEN was already set; later steps now see this token. Use env-var to give each its own name.',
    ],
    [
      sayTlsStaysVerified(),
      'NODE_TLS_REJECT_UNAUTHORIZED is set; this action verifies TLS all the same. Use ca-certificate for a private CA.',
    ],
    [sayKept(), 'Kept in the cache, encrypted, for other jobs and later runs.'],
    [
      sayCacheNotUsed('short_secret'),
      'Cache not used: client-secret is shorter than 16 bytes, too short to encrypt with. Set cache-encryption-key to use it (openssl rand -base64 32 makes one).',
    ],
    [
      sayCacheNotUsed('short_key'),
      'Cache not used: client-secret and cache-encryption-key are both shorter than 16 bytes, too short to encrypt with. Set a longer cache-encryption-key to use it (openssl rand -base64 32 makes one).',
    ],
    [
      sayCacheNotUsed('no_repository'),
      'Cache not used: neither GITHUB_REPOSITORY_ID nor GITHUB_REPOSITORY is set, so it is not known whose tokens these are.',
    ],
    [
      sayCacheNotUsed('mode'),
      'Cache not used: ACTIONS_CACHE_MODE lets this job neither read nor write it.',
    ],
    [
      sayCacheNotUsed('single_use'),
      'Cache not used: the request carries a grant that is used up by asking.',
    ],
    [sayCacheNotUsed('failed'), 'Cache not used: the service did not answer as it should.'],
    [sayCacheNotUsed('no_service'), 'Cache not used: this runner offers no cache service.'],
    [sayCacheNotUsed('timeout'), 'Cache not used: the service did not answer within 5 s.'],
    [sayNotCached('denied', inputs), 'Not cached: this run may read the cache but not write it.'],
    [
      sayNotCached('no_expiry', inputs),
      'Not cached: login.example.com did not say when the token expires. Set default-expires-in to cache it.',
    ],
    [sayNotCached('narrower_scope', inputs), 'Not cached: less was granted than asked for.'],
    [sayNotCached('short_life', inputs), 'Not cached: the token has expired, or is about to.'],
    [
      sayNotCached('short_life', readThese({ 'min-validity': '900' })),
      'Not cached: the token lives no longer than min-validity: 900.',
    ],
    [
      sayNotCached('refresh_token', inputs),
      'Not cached: a refresh token came with it, and that belongs in no cache.',
    ],
    [
      sayNotCached('taken', inputs),
      'Not cached: another job kept a token at the same time; later jobs reuse that one.',
    ],
    [
      sayNotCached('no_tar', inputs),
      'Not cached: the tar of this machine has no --posix, which saving needs (in Alpine: apk add tar).',
    ],
    [sayNotCached('failed', inputs), 'Not cached: the service did not take it.'],
    [sayNotCached('timeout', inputs), 'Not cached: the service did not take it within 10 s.'],
    [
      sayNotCached('too_large', inputs),
      'Not cached: the token is too large, over 192 KiB when sealed.',
    ],
  ];
  for (const [line, said] of lines) {
    test(said, () => {
      assert.equal(say(line), said);
    });
  }
});

describe('the group of request and answer', () => {
  const names = ['grant_type', 'scope'];

  test('tells of a rejected secret', () => {
    const error = refuse(
      answerJson(401, {
        error: 'invalid_client',
        error_description: 'Client authentication failed',
      }),
    );
    const lines = [...describeRequest(inputs, names), ...describeAnswer(fail(error), view(inputs))];
    assert.deepEqual(lines.map(say), [
      'POST https://login.example.com/oauth2/token',
      'client ci-client, client_secret_basic (form), body: grant_type, scope',
      '401 Unauthorized, application/json, after 0.2 s',
      'error: invalid_client',
      'error_description: Client authentication failed',
    ]);
  });

  test('shows origin and path of a URL, never its query', () => {
    const { 0: line = text`` } = describeRequest(
      readThese({ 'token-url': 'https://login.example.com:8443/t?api_key=s3cret' }),
      names,
    );
    assert.equal(say(line), 'POST https://login.example.com:8443/t');
  });

  test('names further headers without their values', () => {
    const withHeaders = readThese({
      headers: 'X-Tenant: acme\nX-Api-Key: s3cret',
      'client-secret-encoding': 'raw',
    });
    assert.deepEqual(describeRequest(withHeaders, names).slice(1).map(say), [
      'client ci-client, client_secret_basic (raw), body: grant_type, scope',
      'further headers: X-Tenant, X-Api-Key',
    ]);
  });

  test('names no encoding where there is none', () => {
    const post = readThese({ 'client-auth-method': 'client_secret_post' });
    const { 1: line = text`` } = describeRequest(post, names);
    assert.equal(say(line), 'client ci-client, client_secret_post, body: grant_type, scope');
  });

  test('tells of a request to an ACS endpoint', () => {
    const acs = readThese({ 'endpoint-type': 'acs_api', scopes: '', headers: 'X-A: 1' });
    assert.deepEqual(describeAcsRequest(acs).map(say), [
      'GET https://login.example.com/oauth2/token',
      'client ci-client, acs_api, headers: client-id, client-secret',
      'further headers: X-A',
    ]);
  });

  const answers: readonly [error: unknown, lines: string[]][] = [
    [
      refuse(answerJson(400, { error: 'x', error_uri: 'https://docs.example.com/x' })),
      [
        '400 Bad Request, application/json, after 0.2 s',
        'error: x',
        'error_uri: https://docs.example.com/x',
      ],
    ],
    [
      refuse(answerJson(400, { error: 'x', error_description: 'one\r\ntwo ##[z]' })),
      [
        '400 Bad Request, application/json, after 0.2 s',
        'error: x',
        'error_description: one  two # #[z]',
      ],
    ],
    [
      refuse(answer(302, '', { location: 'https://other.example.com/login?secret=1' })),
      ['302 Found, an empty body, after 0.2 s', 'location: https://other.example.com/login'],
    ],
    [
      refuse(answer(200, '<p>s3cret</p>', { 'content-type': 'text/html; charset=utf-8' })),
      ['200 OK, text/html, after 0.2 s'],
    ],
    [refuse(answer(599, 's3cret')), ['599, 6 bytes of no named type, after 0.2 s']],
    [new TransportError('timeout'), ['no answer within 15 s']],
    [new TypeError('odd'), ['failed after 0.2 s: TypeError: odd']],
  ];
  for (const [error, lines] of answers) {
    test(`says ${lines.join('; ')}`, () => {
      assert.deepEqual(describeAnswer(fail(error), view(inputs)).map(say), lines);
    });
  }
});

describe('an error of the server', () => {
  const rows: readonly [
    title: string,
    response: HttpResponse,
    given: Record<string, string>,
    message: string,
  ][] = [
    [
      'client refused',
      answerJson(401, {
        error: 'invalid_client',
        error_description: 'Client authentication failed',
      }),
      {},
      `login.example.com refused the client: 401 invalid_client, "Client authentication failed". ${check}; if they are, try client-auth-method: client_secret_post. ${same}`,
    ],
    [
      'client refused',
      answerJson(401, { error: 'invalid_client' }),
      { 'client-auth-method': 'client_secret_post' },
      `login.example.com refused the client: 401 invalid_client. ${check}; if they are, try client-auth-method: client_secret_basic. ${same}`,
    ],
    [
      'grant not allowed',
      answerJson(400, { error: 'unauthorized_client', error_description: 'No.' }),
      { 'client-auth-method': 'client_secret_post' },
      `login.example.com does not let this client use grant type client_credentials: 400 unauthorized_client, "No". Allow it at the provider. ${same}`,
    ],
    [
      'grant type not supported',
      answerJson(400, { error: 'unsupported_grant_type' }),
      { 'grant-type': 'jwt-bearer', parameters: 'assertion=x' },
      `login.example.com does not know grant type urn:ietf:params:oauth:grant-type:jwt-bearer: 400 unsupported_grant_type. Check grant-type, and body-format: some servers read JSON only. ${same}`,
    ],
    [
      'scope refused',
      answerJson(400, { error: 'invalid_scope' }),
      {},
      `login.example.com refused the scope: 400 invalid_scope. Check scopes: read list; the provider must know each and allow it to this client. ${same}`,
    ],
    [
      'scope refused',
      answerJson(400, { error: 'invalid_scope' }),
      { scopes: '' },
      `login.example.com wants a scope: 400 invalid_scope. Set scopes. ${same}`,
    ],
    [
      'resource refused',
      answerJson(400, { error: 'invalid_target' }),
      {},
      `login.example.com refused the resource: 400 invalid_target. Check resource and audience. ${same}`,
    ],
    [
      'grant refused',
      answerJson(400, { error: 'invalid_grant' }),
      {},
      `login.example.com refused the grant: 400 invalid_grant. It may have expired, been used before or belong to another client. ${same}`,
    ],
    [
      'refused',
      answerJson(200, { error: 'bad_verification_code' }),
      {},
      `login.example.com refused the request: 200 bad_verification_code. The provider's documentation says what that means. ${same}`,
    ],
    [
      'refused',
      answer(401, ''),
      {},
      `login.example.com answered 401 Unauthorized. ${check}; if they are, try client-auth-method: client_secret_post. ${same}`,
    ],
    [
      'no token endpoint there',
      answer(404, '<h1>Not found</h1>', { 'content-type': 'text/html' }),
      { 'token-url': 'https://login.example.com/oauth2/tokens?x=1' },
      `login.example.com answered 404 Not Found for /oauth2/tokens. Check token-url against the provider's documentation. ${same}`,
    ],
    [
      'no token endpoint there',
      answer(405, ''),
      {},
      `login.example.com answered 405 Method Not Allowed for /oauth2/token. Check token-url against the provider's documentation. ${same}`,
    ],
    [
      'no token endpoint there',
      answer(410, ''),
      {},
      `login.example.com answered 410 Gone for /oauth2/token. Check token-url against the provider's documentation. ${same}`,
    ],
    [
      'format refused',
      answer(415, ''),
      {},
      `login.example.com answered 415 Unsupported Media Type. Try body-format: json. ${same}`,
    ],
    [
      'format refused',
      answer(406, ''),
      { 'body-format': 'json' },
      `login.example.com answered 406 Not Acceptable. Try body-format: form. ${same}`,
    ],
    [
      'refused',
      answer(422, ''),
      {},
      `login.example.com answered 422 Unprocessable Entity. Check token-url and what the provider's documentation says of this answer. ${same}`,
    ],
    [
      'server failed',
      answer(501, ''),
      {},
      `login.example.com answered 501 Not Implemented. The provider's status page may tell more. ${same}`,
    ],
    [
      'redirect',
      answer(302, '', { location: 'https://sso.example.com/login?next=1' }),
      {},
      `login.example.com answered 302 Found, a redirect to https://sso.example.com/login. It was not followed, for the secret would have gone along. Set token-url to the token endpoint itself. ${same}`,
    ],
    [
      'redirect',
      answer(304, ''),
      {},
      `login.example.com answered 304 Not Modified, a redirect. It was not followed, for the secret would have gone along. Set token-url to the token endpoint itself. ${same}`,
    ],
    [
      'no access_token',
      answerJson(200, { ok: true }),
      {},
      `login.example.com answered 200 OK without an access_token. Check that token-url is the token endpoint, and grant-type. ${same}`,
    ],
    [
      'malformed token',
      answerJson(200, { access_token: 'abc\n::set-env::' }),
      {},
      `login.example.com answered 200 OK with a token that has characters no token can have; it could inject something into a later step, so it was thrown away. The server's operator has to mend it. ${same}`,
    ],
  ];
  for (const [title, response, given, message] of rows) {
    test(`${title}: ${message.slice(0, 80)}`, () => {
      assert.deepEqual(giveUp(refuse(response), { given }), { title, message });
    });
  }

  const transient: readonly [title: string, response: HttpResponse, message: string][] = [
    [
      'too many requests',
      answer(429, ''),
      'login.example.com answered 429 Too Many Requests. Ask less often, or ask the provider for a higher limit.',
    ],
    [
      'server failed',
      answer(503, ''),
      "login.example.com answered 503 Service Unavailable. The provider's status page may tell more.",
    ],
    [
      'empty answer',
      answer(200, ''),
      'login.example.com answered 200 OK with an empty body in place of a token. Check that token-url is the token endpoint.',
    ],
    [
      'a page, not a token',
      answer(200, '<!doctype html>', { 'content-type': 'TEXT/HTML; charset=utf-8' }),
      'login.example.com answered 200 OK with TEXT/HTML in place of a token: a page for people. Check token-url; it may name a login page, or a proxy may have answered.',
    ],
    [
      'not a token',
      answer(200, 's3cret', { 'content-type': 'text/plain' }),
      'login.example.com answered 200 OK with text/plain in place of a token: neither JSON nor a form. Check that token-url is the token endpoint.',
    ],
    [
      'not a token',
      answer(201, 's3cret'),
      'login.example.com answered 201 Created with 6 bytes of no named type in place of a token: neither JSON nor a form. Check that token-url is the token endpoint.',
    ],
    [
      'not a token',
      answer(200, 's3cret', { 'content-type': '' }),
      'login.example.com answered 200 OK with 6 bytes of no named type in place of a token: neither JSON nor a form. Check that token-url is the token endpoint.',
    ],
  ];
  for (const [title, response, message] of transient) {
    test(`${title}, after all attempts: ${message.slice(0, 80)}`, () => {
      assert.deepEqual(giveUp(refuse(response), { code: 'attempts_used_up', attempt: 4 }), {
        title,
        message: `${message} Gave up after 4 attempts.`,
      });
    });
  }

  test('of an ACS endpoint without an expiry', () => {
    const error = refuse(
      answerJson(200, { access_token: 'x', expires_in: 3600 }),
      parseAcsResponse,
    );
    assert.deepEqual(giveUp(error, { given: { 'endpoint-type': 'acs_api', scopes: '' } }), {
      title: 'no expires_at',
      message: `login.example.com answered 200 OK without a Zulu time in expires_at, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url, and endpoint-type. ${same}`,
    });
  });

  test('of an ACS endpoint is not answered with inputs that have no meaning there', () => {
    const given = { 'endpoint-type': 'acs_api', scopes: '' };
    const responses = [400, 401, 403, 404, 406, 415, 429, 500].map((status) => answer(status, ''));
    const others = [answerJson(401, { error: 'invalid_client' }), answerJson(200, {})];
    for (const response of [...responses, ...others]) {
      const { message } = giveUp(refuse(response, parseAcsResponse), { given });
      assert.doesNotMatch(
        message,
        /client-auth-method|client-secret-encoding|grant-type|body-format|scopes/,
      );
    }
  });

  describe('that wants a DPoP proof', () => {
    const wants = 'wants a DPoP proof. A token bound to one is of no use to later steps.';
    const switchOff =
      'In Okta: Applications, the app, General Settings, switch off "Require Demonstrating Proof of Possession (DPoP) header in token requests".';
    const elsewhere = 'Switch DPoP off for this client at the provider.';

    test('says all that there is to say, and nothing of another attempt', () => {
      const given = { 'token-url': 'https://acme.okta.com/oauth2/v1/token' };
      assert.deepEqual(
        giveUp(refuse(answerJson(400, { error: 'invalid_dpop_proof' })), { given }),
        {
          title: 'DPoP wanted',
          message: `acme.okta.com ${wants} ${switchOff}`,
        },
      );
    });

    const hosts: readonly [host: string, advice: string][] = [
      ['acme.oktapreview.com', switchOff],
      ['acme.okta-emea.com', switchOff],
      ['login.example.com', elsewhere],
      ['acmeokta.com', elsewhere],
      ['acme.okta.com.example.com', elsewhere],
    ];
    for (const [host, advice] of hosts) {
      test(`is told where to switch it off: ${host}`, () => {
        const given = { 'token-url': `https://${host}/oauth2/v1/token` };
        const { title, message } = giveUp(refuse(answerJson(400, { error: 'use_dpop_nonce' })), {
          given,
        });
        assert.equal(title, 'DPoP wanted');
        assert.ok(message.startsWith(`${host} ${wants} ${advice}`), message);
      });
    }
  });

  describe('that refuses who asks, whatever its code,', () => {
    const codes: readonly [status: number, error: string][] = [
      [400, 'invalid_request'],
      [400, 'access_denied'],
      [401, 'access_denied'],
      [403, 'access_denied'],
      [401, 'invalid_token'],
      [403, 'constructor'],
      [401, 'unauthorized_client'],
    ];
    for (const [status, error] of codes) {
      test(`is answered with client_secret_post: ${status} ${error}`, () => {
        const { message } = giveUp(refuse(answerJson(status, { error })));
        assert.ok(message.includes(`${status} ${error}`), message);
        assert.ok(
          message.includes(`${check}; if they are, try client-auth-method: client_secret_post.`),
          message,
        );
      });
    }

    for (const status of [402, 409, 422, 500, 503]) {
      test(`is no matter of credentials with ${status}`, () => {
        const { message } = giveUp(refuse(answerJson(status, { error: 'odd' })));
        assert.doesNotMatch(message, /client_secret_post|client-secret-encoding/);
      });
    }

    const encodings: readonly [given: Record<string, string>, advice: string][] = [
      [{}, 'client-auth-method: client_secret_post.'],
      [{ 'client-id': 'a*b-c._D9' }, 'client-auth-method: client_secret_post.'],
      [
        { 'client-id': 'sb-app!t1|b' },
        'client-auth-method: client_secret_post, or client-secret-encoding: raw.',
      ],
      [
        { 'client-secret': 'abc+/=' },
        'client-auth-method: client_secret_post, or client-secret-encoding: raw.',
      ],
      [
        { 'client-secret': 'abc def', 'client-secret-encoding': 'raw' },
        'client-auth-method: client_secret_post, or client-secret-encoding: form.',
      ],
      [
        { 'client-secret': 'abc+/=', 'client-auth-method': 'client_secret_post' },
        'client-auth-method: client_secret_basic.',
      ],
    ];
    for (const [given, advice] of encodings) {
      for (const status of [400, 401, 403]) {
        test(`is answered with what may help ${JSON.stringify(given)}: ${status}`, () => {
          assert.equal(
            giveUp(refuse(answer(status, '')), { given }).message.split('try ')[1],
            `${advice} ${same}`,
          );
        });
      }
    }
  });

  describe('that gives an error of its own with a status that says more', () => {
    const spring = {
      timestamp: '2026-01-31',
      status: 404,
      error: 'Not Found',
      path: '/oauth2/token',
    };
    const keycloak = { error: 'Realm does not exist' };
    const advice = "for /oauth2/token. Check token-url against the provider's documentation.";
    const rows: readonly [response: HttpResponse, title: string, message: string][] = [
      [answerJson(404, spring), 'no token endpoint there', `404 Not Found ${advice}`],
      [answerJson(404, keycloak), 'no token endpoint there', `404 Realm does not exist ${advice}`],
      [
        answerJson(429, { error: 'too_many_attempts', error_description: 'Wait.' }),
        'too many requests',
        '429 too_many_attempts, "Wait". Ask less often, or ask the provider for a higher limit.',
      ],
      [
        answerJson(500, { error: 'server_error' }),
        'server failed',
        "500 server_error. The provider's status page may tell more.",
      ],
    ];
    for (const [response, title, message] of rows) {
      test(`${title}: ${message.slice(0, 40)}`, () => {
        assert.deepEqual(giveUp(refuse(response), { code: 'attempts_used_up', attempt: 4 }), {
          title,
          message: `login.example.com answered ${message} Gave up after 4 attempts.`,
        });
      });
    }
  });

  test('that holds for a while only is no refusal, whatever its status', () => {
    for (const [status, error] of [
      [200, 'slow_down'],
      [400, 'temporarily_unavailable'],
      [401, 'server_error'],
    ] as const) {
      const how = { code: 'attempts_used_up', attempt: 4 } as const;
      assert.deepEqual(giveUp(refuse(answerJson(status, { error })), how), {
        title: 'server busy',
        message: `login.example.com cannot answer for now: ${status} ${error}. The provider's status page may tell more. Gave up after 4 attempts.`,
      });
    }
  });

  for (const response of [answer(407, ''), answerJson(407, { error: 'odd' })]) {
    test(`407 is the refusal of a proxy, which wants a password: ${response.body.length} bytes`, () => {
      assert.deepEqual(giveUp(refuse(response)), {
        title: 'proxy refused',
        message: `The proxy refused to connect to login.example.com: 407 Proxy Authentication Required. Put its user and password into the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT. ${same}`,
      });
    });
  }

  describe('whose words are hostile', () => {
    const hostile = 'a ##[set-output name=token]b\n::add-mask::c';
    const harmless = 'a # #[set-output name=token]b';

    test('is shown by the first line of its description, made harmless', () => {
      const error = refuse(
        answerJson(401, { error: 'invalid_client', error_description: hostile }),
      );
      assert.equal(
        giveUp(error).message.split('. Check')[0],
        `login.example.com refused the client: 401 invalid_client, "${harmless}"`,
      );
    });

    const responses: readonly [what: string, response: HttpResponse][] = [
      [
        'an error',
        answerJson(400, { error: hostile, error_description: hostile, error_uri: hostile }),
      ],
      ['an error within an error', answerJson(400, { error: { code: hostile, message: hostile } })],
      ['a content type', answer(200, 'x', { 'content-type': hostile })],
      ['a redirect', answer(302, '', { location: '/a ::set-output name=token::b\n##[error]' })],
    ];
    for (const [what, response] of responses) {
      test(`is shown without commands: ${what}`, () => {
        const failure = fail(refuse(response));
        const lines = [
          giveUp(failure.error).message,
          say(sayFailedAttempt(failure, view(inputs))),
          ...describeAnswer(failure, view(inputs)).map(say),
        ];
        assert.match(lines.join(''), /set-output name=token/);
        assert.doesNotMatch(lines.join(''), /##\[|::|[\r\n]/);
      });
    }

    test('is cut after 300 characters', () => {
      const error = refuse(answerJson(401, { error: 'odd', error_description: 'x'.repeat(1000) }));
      assert.ok(giveUp(error).message.includes(`"${'x'.repeat(300)}..."`));
    });
  });

  test('shows the first line of a description that begins with a line break', () => {
    const error = refuse(answerJson(401, { error: 'odd', error_description: '\r\nfirst\nsecond' }));
    assert.match(giveUp(error).message, /: 401 odd, "first"\. /);
  });
});

describe('a connection that failed', () => {
  const system = (systemCode: string, message = 'odd'): TransportErrorDetails => ({
    systemCode,
    cause: new Error(message),
  });
  const notAgain = 'Not tried again, for it would fail in the same way.';
  const reach = 'login.example.com could not be reached:';
  const address = "Check token-url, and that the server admits this runner's address.";

  const rows: readonly [
    title: string,
    code: TransportErrorCode,
    details: TransportErrorDetails,
    message: string,
  ][] = [
    [
      'no answer in time',
      'timeout',
      {},
      'login.example.com gave no answer within 15 s. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout.',
    ],
    [
      'name not found',
      'name_not_found',
      system('ENOTFOUND'),
      `${reach} the name login.example.com was not found (ENOTFOUND). Check token-url; a private name needs a runner inside its network.`,
    ],
    [
      'no connection',
      'connection_failed',
      system('ECONNREFUSED'),
      `${reach} connection refused (ECONNREFUSED). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('ECONNRESET'),
      `${reach} the connection was reset (ECONNRESET). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('ECONNABORTED'),
      `${reach} the connection was aborted (ECONNABORTED). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('EHOSTUNREACH'),
      `${reach} no route to the host (EHOSTUNREACH). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('ENETUNREACH'),
      `${reach} the network cannot be reached (ENETUNREACH). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('EADDRNOTAVAIL'),
      `${reach} the address is not available (EADDRNOTAVAIL). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('ETIMEDOUT'),
      `${reach} the connection timed out (ETIMEDOUT). ${address}`,
    ],
    [
      'no connection',
      'connection_failed',
      system('EPIPE'),
      `${reach} the connection broke (EPIPE). ${address}`,
    ],
    [
      'TLS not trusted',
      'tls_failed',
      system('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
      "The certificate of login.example.com is not trusted: self-signed certificate in certificate chain (SELF_SIGNED_CERT_IN_CHAIN). If a private CA issued it, give the CA's certificate in ca-certificate.",
    ],
    [
      'TLS not trusted',
      'tls_failed',
      system('CERT_HAS_EXPIRED', 'certificate has expired'),
      "The certificate of login.example.com has expired, or the one of its CA. The server's operator has to renew it.",
    ],
    [
      'TLS not trusted',
      'tls_failed',
      system('ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames"),
      "The certificate of login.example.com is for another name: Hostname/IP does not match certificate's altnames. Check the host in token-url.",
    ],
    [
      'TLS failed',
      'tls_failed',
      system('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'),
      'login.example.com and this runner could not agree on TLS: wrong version number (ERR_SSL_WRONG_VERSION_NUMBER). Check the scheme and the port in token-url.',
    ],
    [
      'TLS failed',
      'tls_failed',
      system('EPROTO', 'write EPROTO'),
      'login.example.com and this runner could not agree on TLS: write EPROTO (EPROTO). Check the scheme and the port in token-url.',
    ],
    [
      'proxy refused',
      'proxy_refused',
      { proxyStatus: 407 },
      "The proxy refused to connect to login.example.com: 407 Proxy Authentication Required. Put its user and password into the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT.",
    ],
    [
      'proxy refused',
      'proxy_refused',
      { proxyStatus: 403 },
      'The proxy refused to connect to login.example.com: 403 Forbidden. Allow the host at the proxy, or name it in no_proxy.',
    ],
    [
      'proxy not usable',
      'proxy_invalid',
      {},
      "login.example.com could not be asked: the proxy's address in the environment is no usable URL. Check https_proxy and http_proxy; a % in a user name or password is written %25.",
    ],
    [
      'answer damaged',
      'answer_cut',
      {},
      "login.example.com could not be understood: the answer was cut off. If it stays so, look at the server's log or at a proxy in between.",
    ],
    [
      'answer damaged',
      'answer_unreadable',
      system('HPE_INVALID_CONSTANT'),
      "login.example.com could not be understood: the answer is not readable HTTP. If it stays so, look at the server's log or at a proxy in between.",
    ],
    [
      'answer too large',
      'answer_too_large',
      {},
      'login.example.com sent more than 1 MiB; the answer that was asked for has a few KiB. Check token-url.',
    ],
    [
      'request failed',
      'request_failed',
      { cause: new TypeError('Invalid character in header content') },
      'login.example.com could not be asked: the request failed: TypeError: Invalid character in header content.',
    ],
  ];
  for (const [title, code, details, message] of rows) {
    test(`${title}: ${message.slice(0, 80)}`, () => {
      const error = new TransportError(code, details);
      const ending = error.retryable ? 'Gave up after 4 attempts.' : notAgain;
      const how = error.retryable ? ({ code: 'attempts_used_up', attempt: 4 } as const) : {};
      assert.deepEqual(giveUp(error, how), { title, message: `${message} ${ending}` });
    });
  }

  test('shows the words of a certificate harmless', () => {
    const error = new TransportError(
      'tls_failed',
      system('ERR_TLS_CERT_ALTNAME_INVALID', '\n##[x] ::y::'),
    );
    assert.match(giveUp(error).message, /: {2}# #\[x\] : :y: :\. Check/);
  });
});

describe('the end of all attempts', () => {
  const unavailable = refuse(answer(503, ''));
  const answered =
    "login.example.com answered 503 Service Unavailable. The provider's status page may tell more.";

  const rows: readonly [how: GivingUp, error: TokenError | TransportError, message: string][] = [
    [
      { code: 'attempts_used_up', attempt: 4 },
      unavailable,
      `${answered} Gave up after 4 attempts.`,
    ],
    [
      { code: 'attempts_used_up', attempt: 1, given: { 'retry-max-attempts': '1' } },
      unavailable,
      `${answered} Not tried again, for retry-max-attempts is 1.`,
    ],
    [
      { code: 'total_timeout', attempt: 2, given: { 'total-timeout': '30' } },
      unavailable,
      `${answered} Gave up at attempt 2 of 4, for total-timeout: 30 leaves no time for another.`,
    ],
    [
      { code: 'not_retryable' },
      refuse(answer(502, '')),
      "login.example.com answered 502 Bad Gateway. The provider's status page may tell more. Not tried again, for the grant may have been used up: what it carries is accepted once.",
    ],
  ];
  for (const [how, error, message] of rows) {
    test(`${how.code ?? ''}: ${message.slice(-60)}`, () => {
      assert.deepEqual(giveUp(error, how), { title: 'server failed', message });
    });
  }

  test('for a Retry-After that is too long says that it is a quota', () => {
    const how = { code: 'retry_after_too_long', retryAfter: 3_540_000 } as const;
    assert.deepEqual(giveUp(refuse(answer(429, '')), how), {
      title: 'asked to wait too long',
      message:
        'login.example.com asks to wait 3540 s (Retry-After), past total-timeout: 120. Nothing here can shorten that: it is a quota. Reuse tokens (use-cache), or ask the provider for more.',
    });
  });

  test('for an error that nobody expected asks for a report', () => {
    assert.deepEqual(giveUp(new TypeError('x is not a function')), {
      title: 'unexpected error',
      message:
        'TypeError: x is not a function. This is a defect of oauth2-token; its issue tracker is the place to report it. Not tried again, for it would fail in the same way.',
    });
  });
});

describe('inputs that cannot be worked with', () => {
  const problems = [
    text`token-url: got "${'http://login.example.com/token'}", takes https (or allow-http: true)`,
    text`retry-max-attempts: got "${'many'}", takes a whole number, 1 or more`,
    text`scope: unknown input, did you mean scopes?`,
  ];

  test('are named together', () => {
    assert.deepEqual(explain(new InputError(problems, undefined)), {
      title: 'inputs',
      message:
        '3 inputs need attention: retry-max-attempts: got "many", takes a whole number, 1 or more; scope: unknown input, did you mean scopes?; token-url: got "http://login.example.com/token", takes https (or allow-http: true)',
    });
  });

  test('are not counted where there is one', () => {
    assert.deepEqual(explain(new InputError([text`client-id is required`], undefined)), {
      title: 'inputs',
      message: 'client-id is required',
    });
  });

  const fork =
    "client-secret is empty: this run is for a pull request from a fork, and GitHub gives such runs no secrets. To skip the job there, give it  if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository";
  const dependabot =
    "client-secret is empty: Dependabot started this run, and it sees only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), or give the job  if: github.actor != 'dependabot[bot]'";
  const unset =
    "client-secret is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.";
  for (const [cause, message] of [
    ['fork', fork],
    ['dependabot', dependabot],
    ['unset', unset],
  ] as const) {
    test(`say why client-secret is empty: ${cause}`, () => {
      assert.deepEqual(explain(new InputError([], { name: 'client-secret', cause })), {
        title: 'inputs',
        message,
      });
    });
  }

  test('end with the empty client-secret, whose text is the longest', () => {
    assert.equal(
      explain(
        new InputError([text`client-id is required`], { name: 'client-secret', cause: 'unset' }),
      ).message,
      `2 inputs need attention: client-id is required; ${unset}`,
    );
  });
});

describe('other failures', () => {
  const rows: readonly [error: unknown, title: string, message: string][] = [
    [
      new NoRunnerError('GITHUB_OUTPUT'),
      'not in a workflow',
      'GITHUB_OUTPUT is not set, so there is nowhere to put a token. This runs as a step of a GitHub Actions workflow; npm run demo tries settings without one.',
    ],
    [
      new TokenTooLongError('MY_TOKEN'),
      'token too long',
      'The token is too long for an environment variable of Windows (32,767 characters), so MY_TOKEN cannot hold it. Set env-var: false and use the output token.',
    ],
    [
      new RangeError('odd\n##[x]'),
      'unexpected error',
      'RangeError: odd # #[x]. This is a defect of oauth2-token; its issue tracker is the place to report it.',
    ],
    [
      'a string',
      'unexpected error',
      'a string. This is a defect of oauth2-token; its issue tracker is the place to report it.',
    ],
  ];
  for (const [error, title, message] of rows) {
    test(`${title}: ${message.slice(0, 60)}`, () => {
      assert.deepEqual(explain(error), { title, message });
    });
  }
});
