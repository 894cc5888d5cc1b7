import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { createAuthority } from '../../test/support/making/certificates.ts';
import { answerJson } from '../../test/support/doubles/fakes.ts';
import type { Given } from '../../test/support/making/inputs.ts';
import {
  answer,
  explain,
  giveUp,
  type GivingUp,
  inTheSameWay,
  refuse,
  type SaidAnnotation,
  same,
} from '../../test/support/tables/wording.ts';
import type { HttpResponse } from '../http/request.ts';
import {
  TransportError,
  type TransportErrorCode,
  type TransportErrorDetails,
} from '../http/transport-error.ts';
import { parseAcsResponse } from '../oauth2/acs-api.ts';
import {
  type AnswerShape,
  DiscoveryError,
  type DiscoveryErrorCode,
  type DiscoveryErrorDetails,
  type TokenError,
} from '../oauth2/errors.ts';
import { NoRevocationEndpointError, NoRunnerError, TokenTooLongError } from '../failures/errors.ts';
import { text } from '../log/text.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';
import { InputError } from '../inputs/input-error.ts';

describe('an answer without a token', () => {
  const rows: readonly [
    title: string,
    response: HttpResponse,
    given: Record<string, string>,
    message: string,
  ][] = [
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
      `login.example.com answered 200 OK without an access_token. Check that token-url is the token endpoint, and grant-type. A token in another member is not read. ${same}`,
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
      'login.example.com answered 200 OK with text/plain in place of a token: neither a JSON object nor a form. Check that token-url is the token endpoint.',
    ],
    [
      'not a token',
      answer(201, 's3cret'),
      'login.example.com answered 201 Created with 6 bytes of no named type in place of a token: neither a JSON object nor a form. Check that token-url is the token endpoint.',
    ],
    [
      'not a token',
      answer(200, 's3cret', { 'content-type': '' }),
      'login.example.com answered 200 OK with 6 bytes of no named type in place of a token: neither a JSON object nor a form. Check that token-url is the token endpoint.',
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

  test('asks for a token-url in place of an issuer whose endpoint redirects', () => {
    const response = answer(302, '', { location: 'https://sso.example.com/login' });
    const given = { 'token-url': '', issuer: 'https://login.example.com' };
    assert.deepEqual(
      giveUp(refuse(response), { given, tokenUrl: 'https://api.example.com/token' }),
      {
        title: 'redirect',
        message: `api.example.com answered 302 Found, a redirect to https://sso.example.com/login. It was not followed, for the secret would have gone along. Give token-url, the token endpoint itself, instead of issuer. ${same}`,
      },
    );
  });

  test('asks to look at an issuer whose endpoint answers something else', () => {
    const given = { 'token-url': '', issuer: 'https://login.example.com' };
    const tokenUrl = 'https://api.example.com/token';
    assert.deepEqual(giveUp(refuse(answerJson(200, { ok: true })), { given, tokenUrl }), {
      title: 'no access_token',
      message: `api.example.com answered 200 OK without an access_token. Check issuer, whose metadata names this token endpoint, and grant-type. A token in another member is not read. ${same}`,
    });
  });

  test('of an ACS endpoint without a token asks to look at its type', () => {
    const error = refuse(answerJson(200, { ok: true }), parseAcsResponse);
    assert.deepEqual(giveUp(error, { given: { 'endpoint-type': 'acs_api', scopes: '' } }), {
      title: 'no access_token',
      message: `login.example.com answered 200 OK without an access_token. Check that token-url is the token endpoint, and endpoint-type. A token in another member is not read. ${same}`,
    });
  });

  test('that wants a DPoP proof says all that there is to say', () => {
    assert.deepEqual(giveUp(refuse(answerJson(400, { error: 'invalid_dpop_proof' }))), {
      title: 'DPoP wanted',
      message:
        'login.example.com wants a DPoP proof. A token bound to one is of no use to later steps. Switch DPoP off for this client at the provider.',
    });
  });

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
});

describe('a connection that failed', () => {
  const system = (systemCode: string, message = 'odd'): TransportErrorDetails => ({
    systemCode,
    cause: new Error(message),
  });
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
      'TLS not trusted',
      'tls_failed',
      system(
        'SELF_SIGNED_CERT_IN_CHAIN',
        'tunneling socket could not be established, cause=self-signed certificate in certificate chain',
      ),
      "The TLS connection to the proxy failed: self-signed certificate in certificate chain. Check https_proxy. If a private CA issued it, give the CA's certificate in ca-certificate.",
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
      const ending = error.retryable ? 'Gave up after 4 attempts.' : inTheSameWay;
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
  const unavailable = refuse(answer(503));
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

  test('for a Retry-After that is too long of a server that is down says to come later', () => {
    const how = { code: 'retry_after_too_long', retryAfter: 3_540_000 } as const;
    assert.deepEqual(giveUp(unavailable, how), {
      title: 'asked to wait too long',
      message:
        'login.example.com asks to wait 3540 s (Retry-After), past total-timeout: 120. Run the job again later, or set a longer total-timeout.',
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

describe('the metadata of an issuer', () => {
  const issuer = 'https://login.example.com/realms/ci';
  const place = { 'token-url': '', issuer };
  const first = 'https://login.example.com/realms/ci/.well-known/openid-configuration';
  const second = 'https://login.example.com/.well-known/oauth-authorization-server/realms/ci';
  const instead = "Check issuer against the provider's documentation, or give token-url instead.";
  const shape = (status: number, contentType?: string, length = 10): AnswerShape => ({
    status,
    statusText: '',
    contentType,
    length,
  });
  const discoveryError = (
    code: DiscoveryErrorCode,
    details: Partial<DiscoveryErrorDetails> = {},
  ): DiscoveryError =>
    new DiscoveryError(code, {
      attempts: [{ url: first, status: 200 }],
      answer: shape(200, 'application/json'),
      retryable: false,
      ...details,
    });
  const explainMetadata = (error: unknown, how: GivingUp = {}): SaidAnnotation =>
    giveUp(error, { stage: 'metadata', given: place, ...how });

  const rows: readonly [title: string, error: DiscoveryError, message: string][] = [
    [
      'no metadata there',
      discoveryError('not_found', {
        attempts: [
          { url: first, status: 404 },
          { url: second, status: 410 },
        ],
        answer: shape(404),
      }),
      `login.example.com has no metadata for this issuer; tried ${first} (404), ${second} (410). ${instead}`,
    ],
    [
      'no metadata there',
      discoveryError('not_metadata', { answer: shape(200, 'text/html; charset=utf-8') }),
      `login.example.com answered 200 OK with text/html in place of metadata. ${instead}`,
    ],
    [
      'another issuer',
      discoveryError('issuer_mismatch', { actualIssuer: `${issuer}/` }),
      `login.example.com calls itself ${issuer}/, not ${issuer}. The two must be the same to the last slash: set issuer to what the server calls itself, if that is the one you mean, or give token-url instead.`,
    ],
    [
      'issuer not named',
      discoveryError('issuer_mismatch'),
      `login.example.com has metadata that names no issuer. ${instead}`,
    ],
    [
      'no token endpoint in the metadata',
      discoveryError('no_token_endpoint'),
      'The metadata of login.example.com names no token endpoint. Give token-url instead of issuer.',
    ],
    [
      'token endpoint not usable',
      discoveryError('unusable_endpoint', { endpoint: 'http://localhost:8080/token' }),
      'The metadata of login.example.com names a token endpoint that cannot be used: http://localhost:8080/token; it must be https, without user information and fragment. Give token-url instead of issuer.',
    ],
    [
      'no metadata there',
      discoveryError('redirect', {
        answer: shape(302),
        location: 'https://sso.example.com/login',
      }),
      `login.example.com answered the request for its metadata with 302 Found, a redirect to https://sso.example.com/login. ${instead}`,
    ],
    [
      'no metadata there',
      discoveryError('refused', { answer: shape(403) }),
      `login.example.com answered the request for its metadata with 403 Forbidden. ${instead}`,
    ],
    [
      'proxy refused',
      discoveryError('refused', { answer: shape(407) }),
      "The proxy refused to connect to login.example.com: 407 Proxy Authentication Required. Put its user and password into the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT.",
    ],
  ];
  for (const [title, error, message] of rows) {
    test(`${title}: ${message.slice(0, 80)}`, () => {
      assert.deepEqual(explainMetadata(error), { title, message: `${message} ${same}` });
    });
  }

  for (const [status, words] of [
    [503, '503 Service Unavailable'],
    [429, '429 Too Many Requests'],
  ] as const) {
    test(`is not called wrong where the server is busy: ${status}`, () => {
      const error = discoveryError('refused', { answer: shape(status), retryable: true });
      assert.deepEqual(explainMetadata(error, { code: 'attempts_used_up', attempt: 4 }), {
        title: 'server failed',
        message: `login.example.com answered the request for its metadata with ${words}. The provider's status page may tell more; token-url in place of issuer needs no metadata. Gave up after 4 attempts.`,
      });
    });
  }

  test('is shown without commands, whatever the server calls itself', () => {
    const hostile = 'x\n::set-output name=token::y ##[set-output name=token]z';
    for (const error of [
      discoveryError('issuer_mismatch', { actualIssuer: hostile }),
      discoveryError('unusable_endpoint', { endpoint: hostile }),
      discoveryError('redirect', { answer: shape(302), location: hostile }),
      discoveryError('not_metadata', { answer: shape(200, hostile) }),
    ]) {
      const { message } = explainMetadata(error);
      assert.match(message, /set-output name=token/);
      assert.doesNotMatch(message, /##\[|::|[\r\n]/);
    }
  });

  test('that cannot be reached is a matter of the issuer', () => {
    const error = new TransportError('name_not_found', { systemCode: 'ENOTFOUND' });
    assert.deepEqual(explainMetadata(error, { code: 'attempts_used_up', attempt: 4 }), {
      title: 'name not found',
      message: `login.example.com could not be reached: the name login.example.com was not found (ENOTFOUND). Check issuer; a private name needs a runner inside its network. Gave up after 4 attempts.`,
    });
  });
});

describe("GitHub's ID token", () => {
  const federated = { 'client-secret': '', 'id-token-as': 'client_assertion' };
  const explainIdToken = (error: unknown, how: GivingUp = {}): SaidAnnotation =>
    giveUp(error, { stage: 'id_token', given: federated, ...how });
  const service = "GitHub's ID token service";

  test('that a job may not ask for tells which permission it needs', () => {
    assert.deepEqual(explain(new IdTokenError('no_permission')), {
      title: 'no ID token',
      message:
        "id-token-as needs GitHub's ID token, and this job may not ask for one. Give it  permissions: { id-token: write }  (runs for forks' pull requests never may).",
    });
  });

  const rows: readonly [error: IdTokenError, message: string][] = [
    [
      new IdTokenError('bad_endpoint'),
      `id-token-as needs GitHub's ID token, and ACTIONS_ID_TOKEN_REQUEST_URL of this runner is no https URL. Its administrator has to mend that. ${inTheSameWay}`,
    ],
    [
      new IdTokenError('refused', { status: 403 }),
      `${service} answered 403 Forbidden. See githubstatus.com; an audience that it does not take can be the reason, too (id-token-audience). ${same}`,
    ],
    [
      new IdTokenError('unparsable', { status: 200 }),
      `${service} answered 200 OK without an ID token. See githubstatus.com. ${same}`,
    ],
    [
      new IdTokenError('malformed', { status: 201 }),
      `${service} answered 201 Created without an ID token. See githubstatus.com. ${same}`,
    ],
  ];
  for (const [error, message] of rows) {
    test(`that cannot be had: ${error.code}`, () => {
      assert.deepEqual(explainIdToken(error), { title: 'no ID token', message });
    });
  }

  test('that its service does not give after all attempts says so', () => {
    const error = new IdTokenError('refused', { status: 500, retryable: true });
    assert.deepEqual(explainIdToken(error, { code: 'attempts_used_up', attempt: 4 }), {
      title: 'no ID token',
      message: `${service} answered 500 Internal Server Error. See githubstatus.com. Gave up after 4 attempts.`,
    });
  });

  test('whose service asks for patience names it', () => {
    const error = new IdTokenError('refused', { status: 429, retryable: true });
    const how = { code: 'retry_after_too_long', retryAfter: 300_000 } as const;
    assert.deepEqual(explainIdToken(error, how), {
      title: 'asked to wait too long',
      message: `${service} asks to wait 300 s (Retry-After), past total-timeout: 120. Run the job again later, or set a longer total-timeout.`,
    });
  });

  const transport: readonly [
    title: string,
    code: TransportErrorCode,
    systemCode: string,
    message: string,
  ][] = [
    [
      'no answer in time',
      'timeout',
      '',
      `${service} gave no answer within 15 s. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout.`,
    ],
    [
      'name not found',
      'name_not_found',
      'ENOTFOUND',
      `${service} could not be reached: its name was not found (ENOTFOUND). See githubstatus.com.`,
    ],
    [
      'no connection',
      'connection_failed',
      'ECONNREFUSED',
      `${service} could not be reached: connection refused (ECONNREFUSED). See githubstatus.com.`,
    ],
    [
      'answer too large',
      'answer_too_large',
      '',
      `${service} sent more than 64 KiB; the answer that was asked for has a few KiB. See githubstatus.com.`,
    ],
    [
      'TLS not trusted',
      'tls_failed',
      'SELF_SIGNED_CERT_IN_CHAIN',
      `The certificate of ${service} is not trusted: odd (SELF_SIGNED_CERT_IN_CHAIN). A proxy that opens TLS has a CA of its own; the environment variable NODE_EXTRA_CA_CERTS names the file with its certificate.`,
    ],
    [
      'TLS not trusted',
      'tls_failed',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      `The certificate of ${service} is for another name: odd. A proxy in between may have answered.`,
    ],
    [
      'TLS failed',
      'tls_failed',
      'EPROTO',
      `${service} and this runner could not agree on TLS: odd (EPROTO). A proxy in between may have answered.`,
    ],
  ];
  for (const [title, code, systemCode, message] of transport) {
    test(`that its service cannot be asked for speaks of no input that has no part in it: ${code} ${systemCode}`, () => {
      const error = new TransportError(code, { systemCode, cause: new Error('odd') });
      const how = { code: 'attempts_used_up', attempt: 4 } as const;
      assert.deepEqual(explainIdToken(error, how), {
        title,
        message: `${message} Gave up after 4 attempts.`,
      });
      assert.doesNotMatch(message, /token-url|issuer|ca-certificate/);
    });
  }
});

describe("a client's certificate", () => {
  let given: Given;
  before(async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    given = { 'client-secret': '', 'client-certificate': certificate, 'client-key': key };
  });
  const alert = (number: number, reason: string, systemCode: string): TransportError =>
    new TransportError('tls_failed', {
      systemCode,
      cause: new Error(
        `write EPROTO 401D:error:0A000410:SSL routines:ssl3_read_bytes:${reason}:../deps/openssl/record.c:918:SSL alert number ${number}\n`,
      ),
    });

  const refusals: readonly [number: number, reason: string, systemCode: string][] = [
    [40, 'ssl/tls alert handshake failure', 'EPROTO'],
    [42, 'sslv3 alert bad certificate', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'],
    [43, 'sslv3 alert unsupported certificate', 'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE'],
    [44, 'sslv3 alert certificate revoked', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED'],
    [45, 'sslv3 alert certificate expired', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'],
    [46, 'sslv3 alert certificate unknown', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'],
    [48, 'tlsv1 alert unknown ca', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    [49, 'tlsv1 alert access denied', 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED'],
    [51, 'tlsv1 alert decrypt error', 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR'],
    [116, 'tlsv13 alert certificate required', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
  ];
  for (const [number, reason, systemCode] of refusals) {
    test(`is refused by a TLS alert: ${reason}`, () => {
      assert.deepEqual(giveUp(alert(number, reason, systemCode), { given }), {
        title: 'client certificate refused',
        message: `login.example.com did not accept the client's certificate: ${reason} (${systemCode}). Check that client-certificate is the one registered there, with its chain, and current. ${inTheSameWay}`,
      });
    });
  }

  const agree = /^login\.example\.com and this runner could not agree on TLS: /;

  test('has no part in an alert about something else', () => {
    const error = alert(70, 'tlsv1 alert protocol version', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    assert.deepEqual(giveUp(error, { given }), {
      title: 'TLS failed',
      message: `login.example.com and this runner could not agree on TLS: tlsv1 alert protocol version (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION). Check the scheme and the port in token-url. ${inTheSameWay}`,
    });
  });

  test('has no part where none was shown: by a client without one, for metadata, for an ID token', () => {
    const error = alert(40, 'ssl/tls alert handshake failure', 'EPROTO');
    assert.match(giveUp(error).message, agree);
    const issuer = { ...given, 'token-url': '', issuer: 'https://login.example.com' };
    assert.match(giveUp(error, { given: issuer, stage: 'metadata' }).message, agree);
    const federated = {
      ...given,
      'id-token-as': 'subject_token',
      'client-auth-method': 'tls_client_auth',
    };
    assert.doesNotMatch(
      giveUp(error, { given: federated, stage: 'id_token' }).message,
      /certificate/,
    );
  });

  test('is refused where the token is revoked, too', () => {
    const error = alert(48, 'tlsv1 alert unknown ca', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
    assert.equal(giveUp(error, { given, stage: 'revocation' }).title, 'client certificate refused');
  });

  test('is asked for where the server serves nobody without one', () => {
    const systemCode = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';
    const reason = 'tlsv13 alert certificate required';
    assert.deepEqual(giveUp(alert(116, reason, systemCode)), {
      title: 'client certificate wanted',
      message: `login.example.com wants a certificate of the client: ${reason} (${systemCode}). Give client-certificate and client-key. ${inTheSameWay}`,
    });
  });

  test('may be why a connection breaks', () => {
    const how = { code: 'attempts_used_up', attempt: 4 } as const;
    const hint = 'A server that does not accept client-certificate may break the connection, too.';
    for (const systemCode of ['ECONNRESET', 'EPIPE']) {
      const error = new TransportError('connection_failed', { systemCode });
      assert.ok(giveUp(error, { given, ...how }).message.includes(hint));
      assert.ok(!giveUp(error, how).message.includes(hint));
    }
    const refused = new TransportError('connection_failed', { systemCode: 'ECONNREFUSED' });
    assert.ok(!giveUp(refused, { given, ...how }).message.includes(hint));
  });
});

describe('a secret that is empty', () => {
  for (const name of ['client-secret', 'private-key', 'client-key', 'refresh-token'] as const) {
    test(`is named, whatever the cause: ${name}`, () => {
      for (const cause of ['fork', 'dependabot', 'unset'] as const) {
        const { message } = explain(new InputError([], { name, cause }));
        assert.ok(message.startsWith(`${name} is empty`), message);
      }
    });
  }
});

test('a job whose token cannot be revoked learns it before there is one', () => {
  assert.deepEqual(explain(new NoRevocationEndpointError('https://login.example.com/realms/ci')), {
    title: 'no revocation endpoint',
    message:
      'revoke: true cannot be kept: the metadata of login.example.com names no revocation endpoint. Give revocation-url, or leave revoke out. No token was asked for.',
  });
});
