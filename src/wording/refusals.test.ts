import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../test/support/doubles/fakes.ts';
import { say } from '../../test/support/making/inputs.ts';
import {
  answer,
  check,
  fail,
  giveUp,
  refuse,
  same,
  view,
} from '../../test/support/tables/wording.ts';
import type { HttpResponse } from '../http/request.ts';
import { renderText } from '../log/text.ts';
import { parseAcsResponse } from '../oauth2/acs-api.ts';
import { describeAnswer, sayFailedAttempt } from './attempts.ts';
import { explainOAuthError } from './refusals.ts';

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
      'grant type not supported',
      answerJson(400, { error: 'unsupported_grant_type' }),
      { 'grant-type': 'none' },
      `login.example.com does not know a request without grant_type: 400 unsupported_grant_type. Check grant-type, and body-format: some servers read JSON only. ${same}`,
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
      `login.example.com refused the grant: 400 invalid_grant. The provider may not let this client use client_credentials, or wants a user or a role set for it. ${same}`,
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
      answer(503),
      "login.example.com answered 503 Service Unavailable. The provider's status page may tell more.",
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
          say(sayFailedAttempt(failure, view())),
          ...describeAnswer(failure, view()).map(say),
        ];
        assert.match(lines.join(''), /set-output name=token/);
        assert.doesNotMatch(lines.join(''), /##\[|^\s*::|[\r\n]/);
      });
    }

    test('is cut after 300 characters', () => {
      const error = refuse(answerJson(401, { error: 'odd', error_description: 'x'.repeat(1000) }));
      assert.ok(giveUp(error).message.includes(`"${'x'.repeat(300)}..."`));
    });
  });

  test('hides a secret that ends in a full stop, which a description loses at its end', () => {
    const error = refuse(
      answerJson(401, { error: 'odd', error_description: 'no client has the secret p4ss.w0rd.' }),
    );
    const redact = (all: string): string => all.replaceAll('p4ss.w0rd.', '***');
    const { message } = explainOAuthError(error, view());
    assert.match(renderText(message, redact), /"no client has the secret \*\*\*"/);
  });

  test('shows the first line of a description that begins with a line break', () => {
    const error = refuse(answerJson(401, { error: 'odd', error_description: '\r\nfirst\nsecond' }));
    assert.match(giveUp(error).message, /: 401 odd, "first"\. /);
  });
});
