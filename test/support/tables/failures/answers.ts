/** Answers without a token, and those that say to come back later. */
import { answer } from '../failure-scene.ts';
import { end, garbage, huge, json, redirect, reply, token } from '../../doubles/scripted-server.ts';
import {
  onlyAttempt,
  page,
  unavailable,
  refused,
  asking,
  request,
  asked,
  row,
  type Failure,
} from './row.ts';
import { inTheSameWay, same } from '../wording.ts';

/** Answers without a token, and those that say to come back later. */
export const answerFailures: readonly Failure[] = [
  row(
    'a page instead of a token',
    answer([page], { 'retry-max-attempts': '2' }),
    'a page, not a token',
    [
      asking,
      'Attempt 1 of 2 failed: 200 OK with text/html instead of a token. Retrying now.',
      'Attempt 2 of 2 failed: 200 OK with text/html instead of a token.',
      ...request,
      '    200 OK, text/html, 37 bytes, after 0.2 s',
      'Error: login.example.com answered 200 OK with a login page instead of a token. Check that token-url is not the address of a web page. A gateway with its own login may be in front of the server. Stopped after 2 attempts.',
    ],
  ),
  row('an empty answer', answer([reply()], { 'retry-max-attempts': '1' }), 'empty answer', [
    ...asked,
    '    200 OK, an empty body, after 0.2 s',
    `Error: login.example.com answered 200 OK with an empty body instead of a token. Check that token-url is the token endpoint. ${onlyAttempt}`,
  ]),
  row(
    'plain text instead of a token',
    answer([reply({ headers: { 'content-type': 'text/plain' }, body: 'ok' })], {
      'retry-max-attempts': '1',
    }),
    'not a token',
    [
      ...asked,
      '    200 OK, text/plain, 2 bytes, after 0.2 s',
      `Error: login.example.com answered 200 OK with text/plain instead of a token: neither a JSON object nor a form. Check that token-url is the token endpoint. ${onlyAttempt}`,
    ],
  ),
  row(
    'an answer without an access_token',
    answer([json(200, { id_token: 'x' })]),
    'no access_token',
    [
      ...asked,
      '    200 OK, application/json, 16 bytes, after 0.2 s',
      '    fields: id_token',
      'Error: login.example.com answered 200 OK without an access_token. Its fields: id_token. Not retried: the answer would be the same. If id_token is the token, add `response-fields: access_token=id_token`',
    ],
  ),
  row(
    'an ACS answer without expires_at',
    answer([token()], { 'endpoint-type': 'acs_api', scopes: '' }),
    'no expires_at',
    [
      'Requesting a token from login.example.com (acs_api).',
      '> Request and answer',
      '    GET https://login.example.com/oauth2/token',
      '    client ci-client, acs_api, headers: client-id, client-secret',
      '    200 OK, application/json, 87 bytes, after 0.2 s',
      '    fields: access_token, token_type, expires_in',
      `Error: login.example.com answered 200 OK without a Zulu time in expires_at, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url and endpoint-type. ${same}`,
    ],
  ),
  row('a malformed token', answer([token({ access_token: 'a\nb' })]), 'malformed token', [
    ...asked,
    '    200 OK, application/json, 63 bytes, after 0.2 s',
    '    fields: access_token, token_type, expires_in',
    "Error: login.example.com answered 200 OK with a token that has characters that are not allowed. It could inject commands into later steps, so it was discarded. The server's operator must fix it. Not retried: the answer would be the same.",
  ]),
  row('a token that is too short', answer([token({ access_token: 'true' })]), 'malformed token', [
    ...asked,
    '    200 OK, application/json, 63 bytes, after 0.2 s',
    '    fields: access_token, token_type, expires_in',
    `Error: login.example.com answered 200 OK with a token of fewer than 8 characters. So short a token cannot be hidden in the log. Check that token-url is the token endpoint. ${same}`,
  ]),
  row('a redirect', answer([redirect(302, 'https://sso.example.com/login?next=1')]), 'redirect', [
    ...asked,
    '    302 Found, an empty body, after 0.2 s',
    '    location: https://sso.example.com/login',
    'Error: login.example.com answered 302 Found, a redirect to https://sso.example.com/login. Redirects are not followed, because they would send the secret to another address. Set token-url to the token endpoint itself. The redirect points to a login page. A gateway with its own login may be in front of the server. Not retried: the answer would be the same.',
  ]),
  row(
    'a 429 with a Retry-After past total-timeout',
    answer([json(429, {}, { 'retry-after': '3540' })]),
    'wait too long',
    [
      ...asked,
      '    429 Too Many Requests, application/json, 2 bytes, after 0.2 s',
      'Error: login.example.com answered 429 Too Many Requests and requires a wait of 3540 s (Retry-After), longer than total-timeout (120 s) allows. No setting can shorten that, because it is a quota of the provider. Reuse tokens (use-cache), or ask the provider for a higher limit.',
    ],
  ),
  row(
    'a 503 with a Retry-After past total-timeout',
    answer([json(503, {}, { 'retry-after': '600' })]),
    'wait too long',
    [
      ...asked,
      '    503 Service Unavailable, application/json, 2 bytes, after 0.2 s',
      'Error: login.example.com answered 503 Service Unavailable and requires a wait of 600 s (Retry-After), longer than total-timeout (120 s) allows. Run the job again later, or set a longer total-timeout.',
    ],
  ),
  row('a 429 to every attempt', answer([json(429, {})]), 'too many requests', [
    asking,
    'Attempt 1 of 4 failed: 429 Too Many Requests. Retrying now.',
    'Attempt 2 of 4 failed: 429 Too Many Requests. Retrying now.',
    'Attempt 3 of 4 failed: 429 Too Many Requests. Retrying now.',
    'Attempt 4 of 4 failed: 429 Too Many Requests.',
    ...request,
    '    429 Too Many Requests, application/json, 2 bytes, after 0.2 s',
    'Error: login.example.com refused the request for now: 429 Too Many Requests. Request tokens less often (use-cache reuses them), or ask the provider for a higher limit. Stopped after 4 attempts.',
  ]),
  row('a 503 to every attempt', answer([unavailable]), 'server failed', [
    asking,
    'Attempt 1 of 4 failed: 503 Service Unavailable. Retrying now.',
    'Attempt 2 of 4 failed: 503 Service Unavailable. Retrying now.',
    'Attempt 3 of 4 failed: 503 Service Unavailable. Retrying now.',
    'Attempt 4 of 4 failed: 503 Service Unavailable.',
    ...request,
    '    503 Service Unavailable, application/json, 2 bytes, after 0.2 s',
    "Error: login.example.com answered 503 Service Unavailable. Check the provider's status page. Stopped after 4 attempts.",
  ]),
  row(
    'temporarily_unavailable to the last attempt',
    answer([refused('temporarily_unavailable', 'Maintenance')], { 'retry-max-attempts': '1' }),
    'server busy',
    [
      ...asked,
      '    400 Bad Request, application/json, 69 bytes, after 0.2 s',
      '    error: temporarily_unavailable',
      '    error_description: Maintenance',
      `Error: login.example.com cannot answer now: 400 temporarily_unavailable, "Maintenance". Check the provider's status page. Not retried: retry-max-attempts is 1.`,
    ],
  ),
  row('an answer that is too large', answer([huge(10 * 1024 * 1024)]), 'answer too large', [
    ...asked,
    '    failed after 0.2 s: the answer is larger than 1 MiB',
    `Error: login.example.com sent more than 1 MiB. The expected answer has a few KiB. Check token-url. ${inTheSameWay}`,
  ]),
  row(
    'an answer that is cut off',
    answer([end('in-body')], { 'retry-max-attempts': '2' }),
    'answer damaged',
    [
      asking,
      'Attempt 1 of 2 failed: the answer was cut off. Retrying now.',
      'Attempt 2 of 2 failed: the answer was cut off.',
      ...request,
      '    failed after 0.2 s: the answer was cut off',
      "Error: login.example.com answered, but the answer was cut off. If every run fails like this, look at the server's log or at a proxy in between. Stopped after 2 attempts.",
    ],
  ),
  row(
    'an answer that is no HTTP',
    answer([garbage('SSH-2.0-OpenSSH_9.9\r\n')], { 'retry-max-attempts': '1' }),
    'answer damaged',
    [
      ...asked,
      '    failed after 0.2 s: the answer is not readable HTTP: Expected HTTP/, RTSP/ or ICE/',
      `Error: login.example.com answered, but the answer is not readable HTTP: Expected HTTP/, RTSP/ or ICE/. If every run fails like this, look at the server's log or at a proxy in between. ${onlyAttempt}`,
    ],
  ),
  row(
    'an answer with an encoding that is not known',
    answer([reply({ headers: { 'content-encoding': 'zstd' }, body: 'x' })], {
      'retry-max-attempts': '1',
    }),
    'encoding not known',
    [
      ...asked,
      '    failed after 0.2 s: the answer has a Content-Encoding that is not supported: zstd',
      `Error: login.example.com answered, but the answer has a Content-Encoding that is not supported: zstd. No compression was requested. Only gzip, deflate and br are supported. Change that at the server or at a proxy in front of it. ${onlyAttempt}`,
    ],
  ),
  row(
    'an answer with headers that are too large',
    answer([reply({ headers: { 'x-long': 'x'.repeat(70 * 1024) } })]),
    'answer too large',
    [
      ...asked,
      '    failed after 0.2 s: the headers of the answer are larger than 64 KiB',
      `Error: login.example.com sent more than 64 KiB of headers. The server's operator must make them smaller. The usual reason is cookies. ${inTheSameWay}`,
    ],
  ),
  row(
    'a refresh token that may be used up',
    answer([json(502, {})], { 'refresh-token': 'the-refresh-token', scopes: '' }),
    'server failed',
    [
      'Requesting a token from login.example.com (refresh_token).',
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, refresh_token',
      '    502 Bad Gateway, application/json, 2 bytes, after 0.2 s',
      "Error: login.example.com answered 502 Bad Gateway. Check the provider's status page. Not retried: this grant works only once, and may have been used already.",
    ],
  ),
];
