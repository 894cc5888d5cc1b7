import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../test/support/doubles/fakes.ts';
import { readLocatedInputs, say } from '../../test/support/making/inputs.ts';
import {
  answer,
  fail,
  giveUp,
  type GivingUp,
  inputs,
  refuse,
  view,
} from '../../test/support/tables/wording.ts';
import type { Stage } from '../failures/stage-error.ts';
import { TransportError } from '../http/transport-error.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';
import { text } from '../log/text.ts';
import { parseAcsResponse } from '../oauth2/acs-api.ts';
import {
  DiscoveryError,
  type DiscoveryErrorCode,
  type DiscoveryErrorDetails,
  type TokenError,
} from '../oauth2/errors.ts';
import type { FailedAttempt } from '../retry/retry.ts';
import { describeAnswer, describeSuccess, sayExchangeTitle, sayFailedAttempt } from './attempts.ts';
import { describeAcsRequest, describeRequest, describeRevocation } from './requests.ts';

describe('a failed attempt', () => {
  const unavailable = refuse(answerJson(503, {}));
  const rows: readonly [failure: FailedAttempt, said: string][] = [
    [
      fail(unavailable, { wait: 3000 }),
      'Attempt 1 of 4 failed: 503 Service Unavailable. Retrying in 3 s.',
    ],
    [
      fail(new TransportError('timeout'), { attempt: 2, wait: 6000 }),
      'Attempt 2 of 4 failed: no answer within 15 s. Retrying in 6 s.',
    ],
    [
      fail(unavailable, { wait: 0 }),
      'Attempt 1 of 4 failed: 503 Service Unavailable. Retrying now.',
    ],
    [
      fail(unavailable, { wait: 0, retryAfter: 0 }),
      'Attempt 1 of 4 failed: 503 Service Unavailable. Retrying now.',
    ],
    [
      fail(refuse(answerJson(429, {})), { wait: 20_000, retryAfter: 20_000 }),
      'Attempt 1 of 4 failed: 429 Too Many Requests. Retrying in 20 s, as the server requested (Retry-After).',
    ],
    [
      fail(refuse(answerJson(429, {})), { wait: 6000, retryAfter: 1000 }),
      'Attempt 1 of 4 failed: 429 Too Many Requests. Retrying in 6 s.',
    ],
    [fail(unavailable, { attempt: 4 }), 'Attempt 4 of 4 failed: 503 Service Unavailable.'],
    [
      fail(refuse(answerJson(503, { error: 'temporarily_unavailable' })), { wait: 3000 }),
      'Attempt 1 of 4 failed: 503 temporarily_unavailable. Retrying in 3 s.',
    ],
    [
      fail(new TransportError('timeout'), { wait: 0, allowed: 3500 }),
      'Attempt 1 of 4 failed: no answer within 3.5 s. Retrying now.',
    ],
    [
      fail(new TypeError('odd'), { wait: 0 }),
      'Attempt 1 of 4 failed: TypeError: odd. Retrying now.',
    ],
  ];
  for (const [failure, said] of rows) {
    test(said, () => {
      assert.equal(say(sayFailedAttempt(failure, view())), said);
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
    ...(
      [
        ['ECONNREFUSED', 'connection refused'],
        ['ECONNABORTED', 'the connection was aborted'],
        ['EHOSTUNREACH', 'no route to the host'],
        ['ENETUNREACH', 'the network cannot be reached'],
        ['EADDRNOTAVAIL', 'the address is not available'],
        ['ETIMEDOUT', 'the connection timed out'],
        ['EPIPE', 'the connection broke'],
        ['EODD', 'the connection failed'],
      ] as const
    ).map(([systemCode, words]): [TransportError, string] => [
      new TransportError('connection_failed', { systemCode }),
      `${words} (${systemCode})`,
    ]),
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
      "the proxy's address in the environment is not a valid URL",
    ],
    [new TransportError('answer_cut'), 'the answer was cut off'],
    [new TransportError('answer_unreadable'), 'the answer is not readable HTTP'],
    [new TransportError('answer_too_large'), 'the answer is larger than 1 MiB'],
    [new TransportError('request_failed', { cause: odd }), 'the request failed: Error: odd'],
    [refuse(answerJson(401, { error: 'invalid_client' })), '401 invalid_client'],
    [refuse(answer(503)), '503 Service Unavailable'],
    [refuse(answer(599, '')), '599'],
    [refuse(answer(307, '', { location: '/x?y' })), '307 Temporary Redirect, a redirect to /x'],
    [refuse(answer(307, '')), '307 Temporary Redirect, a redirect'],
    [refuse(answer(200, '')), '200 OK with an empty body instead of a token'],
    [refuse(answerJson(200, {})), '200 OK without an access_token'],
    [
      refuse(answerJson(200, { access_token: 'x' }), parseAcsResponse),
      '200 OK without a Zulu time in expires_at',
    ],
    [
      refuse(answerJson(200, { access_token: '\n' })),
      '200 OK with a token that has characters that are not allowed',
    ],
    ['thrown', 'thrown'],
  ];
  for (const [error, words] of rows) {
    test(`an attempt failed: ${words}`, () => {
      const line = say(sayFailedAttempt(fail(error, { wait: 0 }), view()));
      assert.equal(line, `Attempt 1 of 4 failed: ${words}. Retrying now.`);
    });
  }
});

describe('a failed attempt of another stage', () => {
  const shape = { status: 503, statusText: '', contentType: undefined, length: 0 };
  const attempts = [{ url: 'https://login.example.com/x', status: 503 }];
  const discovery = (
    code: DiscoveryErrorCode,
    details: Partial<DiscoveryErrorDetails> = {},
  ): DiscoveryError =>
    new DiscoveryError(code, { attempts, answer: shape, retryable: true, ...details });

  const purposes: readonly [stage: Stage, purpose: string][] = [
    ['metadata', " to read the issuer's metadata"],
    ['id_token', " to get GitHub's OIDC token"],
    ['token', ''],
    ['revocation', ' to revoke the token'],
  ];
  for (const [stage, purpose] of purposes) {
    test(`tells its purpose: ${stage}`, () => {
      const failure = fail(new TransportError('timeout'), { wait: 3000 });
      assert.equal(
        say(sayFailedAttempt(failure, view(inputs, stage))),
        `Attempt 1 of 4${purpose} failed: no answer within 15 s. Retrying in 3 s.`,
      );
    });
  }

  const rows: readonly [stage: Stage, error: unknown, words: string][] = [
    ['metadata', discovery('not_found', { answer: { ...shape, status: 404 } }), '404 Not Found'],
    ['metadata', discovery('refused'), '503 Service Unavailable'],
    [
      'metadata',
      discovery('not_metadata', {
        answer: { ...shape, status: 200, contentType: 'text/html', length: 1 },
      }),
      '200 OK with text/html instead of metadata',
    ],
    ['metadata', discovery('issuer_mismatch'), 'metadata without an issuer'],
    [
      'metadata',
      discovery('issuer_mismatch', { actualIssuer: 'https://other.example.com' }),
      'metadata of https://other.example.com',
    ],
    ['metadata', discovery('no_token_endpoint'), 'metadata without a token endpoint'],
    [
      'metadata',
      discovery('unusable_endpoint', { endpoint: 'http://other.example.com/token' }),
      'metadata with a token endpoint that cannot be used: http://other.example.com/token',
    ],
    [
      'metadata',
      discovery('redirect', { answer: { ...shape, status: 301 }, location: '/login' }),
      '301 Moved Permanently, a redirect to /login',
    ],
    ['metadata', new TransportError('answer_too_large'), 'the answer is larger than 1 MiB'],
    ['id_token', new TransportError('answer_too_large'), 'the answer is larger than 64 KiB'],
    [
      'id_token',
      new TransportError('name_not_found', { systemCode: 'ENOTFOUND' }),
      'its name was not found (ENOTFOUND)',
    ],
    ['id_token', new IdTokenError('no_permission'), 'this job has no permission to request one'],
    ['id_token', new IdTokenError('bad_endpoint'), 'the runner has no https URL for it'],
    ['id_token', new IdTokenError('refused', { status: 500 }), '500 Internal Server Error'],
    ['id_token', new IdTokenError('unparsable', { status: 200 }), '200 OK without an OIDC token'],
    ['id_token', new IdTokenError('malformed', { status: 200 }), '200 OK without an OIDC token'],
  ];
  for (const [stage, error, words] of rows) {
    test(`says in a few words what it was: ${words}`, () => {
      const line = say(sayFailedAttempt(fail(error, { wait: 0 }), view(inputs, stage)));
      assert.ok(line.endsWith(` failed: ${words}. Retrying now.`), line);
    });
  }

  test('names the host of the issuer whose name was not found', () => {
    const known = { ...inputs, tokenUrl: undefined, issuer: 'https://sso.example.com/ci' };
    const error = new TransportError('name_not_found', { systemCode: 'ENOTFOUND' });
    assert.match(
      say(sayFailedAttempt(fail(error), view(known, 'metadata'))),
      /the name sso\.example\.com was not found/,
    );
  });
});

describe('what was asked and answered', () => {
  const rows: readonly [stage: Stage, title: string, success: string][] = [
    ['metadata', 'Metadata: request and answer', 'metadata at attempt 2, after 0.2 s'],
    [
      'id_token',
      "GitHub's OIDC token: request and answer",
      'an OIDC token at attempt 2, after 0.2 s',
    ],
    ['token', 'Request and answer', 'a token at attempt 2, after 0.2 s'],
    ['revocation', 'Revocation: request and answer', 'revoked at attempt 2, after 0.2 s'],
  ];
  for (const [stage, title, success] of rows) {
    test(`has a title, and an end where all went well: ${stage}`, () => {
      assert.equal(say(sayExchangeTitle(stage)), title);
      assert.equal(say(describeSuccess(stage, 2, 200)), success);
    });
  }

  test('names the place where a token is revoked, and the client as at the token endpoint', () => {
    const known = readLocatedInputs({ headers: 'X-Tenant: open-sesame' });
    const url = 'https://login.example.com/revoke?api_key=open-sesame';
    assert.deepEqual(describeRevocation(known, url, ['token', 'token_type_hint']).map(say), [
      'POST https://login.example.com/revoke',
      'client ci-client, client_secret_basic (form), body: token, token_type_hint',
      'other headers: X-Tenant',
    ]);
  });
});

describe('the answer of another stage', () => {
  test('is each URL that was asked for metadata, and what was wrong', () => {
    const error = new DiscoveryError('issuer_mismatch', {
      attempts: [
        { url: 'https://login.example.com/a', status: 404 },
        { url: 'https://login.example.com/b', status: 200 },
      ],
      answer: { status: 200, statusText: '', contentType: 'application/json', length: 9 },
      retryable: false,
      actualIssuer: 'https://other.example.com',
      endpoint: 'http://other.example.com/token',
      location: 'https://sso.example.com',
    });
    assert.deepEqual(describeAnswer(fail(error), view(inputs, 'metadata')).map(say), [
      'GET https://login.example.com/a: 404 Not Found',
      'GET https://login.example.com/b: 200 OK',
      'application/json, 9 bytes, after 0.2 s',
      'issuer: https://other.example.com',
      'token_endpoint: http://other.example.com/token',
      'location: https://sso.example.com/',
    ]);
  });

  test("is the status alone for GitHub's ID token", () => {
    const lines = (error: IdTokenError): string[] =>
      describeAnswer(fail(error), view(inputs, 'id_token')).map(say);
    assert.deepEqual(lines(new IdTokenError('refused', { status: 403 })), [
      '403 Forbidden, after 0.2 s',
    ]);
    assert.deepEqual(lines(new IdTokenError('bad_endpoint')), [
      'failed after 0.2 s: the runner has no https URL for it',
    ]);
  });
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
    const lines = [...describeRequest(inputs, names), ...describeAnswer(fail(error), view())];
    assert.deepEqual(lines.map(say), [
      'POST https://login.example.com/oauth2/token',
      'client ci-client, client_secret_basic (form), body: grant_type, scope',
      '401 Unauthorized, application/json, 77 bytes, after 0.2 s',
      'error: invalid_client',
      'error_description: Client authentication failed',
    ]);
  });

  test('shows origin and path of a URL, never its query', () => {
    const { 0: line = text`` } = describeRequest(
      readLocatedInputs({ 'token-url': 'https://login.example.com:8443/t?api_key=s3cret' }),
      names,
    );
    assert.equal(say(line), 'POST https://login.example.com:8443/t');
  });

  test('names further headers without their values', () => {
    const withHeaders = readLocatedInputs({
      headers: 'X-Tenant: acme\nX-Api-Key: s3cret',
      'client-secret-encoding': 'raw',
    });
    assert.deepEqual(describeRequest(withHeaders, names).slice(1).map(say), [
      'client ci-client, client_secret_basic (raw), body: grant_type, scope',
      'other headers: X-Tenant, X-Api-Key',
    ]);
  });

  test('names no encoding where there is none', () => {
    const post = readLocatedInputs({ 'client-auth-method': 'client_secret_post' });
    const { 1: line = text`` } = describeRequest(post, names);
    assert.equal(say(line), 'client ci-client, client_secret_post, body: grant_type, scope');
  });

  test('tells of a request to an ACS endpoint', () => {
    const acs = readLocatedInputs({ 'endpoint-type': 'acs_api', scopes: '', headers: 'X-A: 1' });
    assert.deepEqual(describeAcsRequest(acs).map(say), [
      'GET https://login.example.com/oauth2/token',
      'client ci-client, acs_api, headers: client-id, client-secret',
      'other headers: X-A',
    ]);
  });

  const answers: readonly [error: unknown, lines: string[]][] = [
    [
      refuse(answerJson(400, { error: 'x', error_uri: 'https://docs.example.com/x' })),
      [
        '400 Bad Request, application/json, 54 bytes, after 0.2 s',
        'error: x',
        'error_uri: https://docs.example.com/x',
      ],
    ],
    [
      refuse(answerJson(400, { error: 'x', error_description: 'one\r\ntwo ##[z]' })),
      [
        '400 Bad Request, application/json, 52 bytes, after 0.2 s',
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
      ['200 OK, text/html, 13 bytes, after 0.2 s'],
    ],
    [
      refuse(answer(599, 's3cret')),
      ['599, 6 bytes without a content type, after 0.2 s', 'text: s3cret'],
    ],
    [new TransportError('timeout'), ['no answer within 15 s']],
    [new TransportError('answer_cut'), ['failed after 0.2 s: the answer was cut off']],
    [new TypeError('odd'), ['failed after 0.2 s: TypeError: odd']],
  ];
  for (const [error, lines] of answers) {
    test(`says ${lines.join('; ')}`, () => {
      assert.deepEqual(describeAnswer(fail(error), view()).map(say), lines);
    });
  }
});

describe('the end of all attempts', () => {
  const unavailable = refuse(answer(503));
  const answered =
    "login.example.com answered 503 Service Unavailable. Check the provider's status page.";

  const rows: readonly [how: GivingUp, error: TokenError | TransportError, message: string][] = [
    [
      { code: 'attempts_used_up', attempt: 4 },
      unavailable,
      `${answered} Stopped after 4 attempts.`,
    ],
    [
      { code: 'attempts_used_up', attempt: 1, given: { 'retry-max-attempts': '1' } },
      unavailable,
      `${answered} Not retried: retry-max-attempts is 1.`,
    ],
    [
      { code: 'total_timeout', attempt: 2, given: { 'total-timeout': '30' } },
      unavailable,
      `${answered} Stopped after attempt 2 of 4: total-timeout (30 s) leaves no time for another.`,
    ],
    [
      { code: 'not_retryable' },
      refuse(answer(502, '')),
      "login.example.com answered 502 Bad Gateway. Check the provider's status page. Not retried: this grant works only once, and may have been used already.",
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
      title: 'wait too long',
      message:
        'login.example.com answered 429 Too Many Requests and requires a wait of 3540 s (Retry-After), longer than total-timeout (120 s) allows. No setting can shorten that, because it is a quota of the provider. Reuse tokens (use-cache), or ask the provider for a higher limit.',
    });
  });

  test('for a Retry-After that is too long of a server that is down says to come later', () => {
    const how = { code: 'retry_after_too_long', retryAfter: 3_540_000 } as const;
    assert.deepEqual(giveUp(unavailable, how), {
      title: 'wait too long',
      message:
        'login.example.com answered 503 Service Unavailable and requires a wait of 3540 s (Retry-After), longer than total-timeout (120 s) allows. Run the job again later, or set a longer total-timeout.',
    });
  });

  test('for an error that nobody expected asks for a report', () => {
    assert.deepEqual(giveUp(new TypeError('x is not a function')), {
      title: 'unexpected error',
      message:
        'TypeError: x is not a function. This is a bug in oauth2-token. Report it in the issue tracker of oauth2-token. Not retried: it would fail in the same way.',
    });
  });
});
