import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createAuthority } from '../../test/support/making/certificates.ts';
import { answerJson } from '../../test/support/doubles/fakes.ts';
import { generatePem, type Given, say } from '../../test/support/making/inputs.ts';
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
import { parseAcsResponse } from '../oauth2/acs-api.ts';
import { renderText } from '../log/text.ts';
import { describeAnswer, sayFailedAttempt } from './exchange.ts';
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
        assert.doesNotMatch(lines.join(''), /##\[|::|[\r\n]/);
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

describe('a refused client is told what may help its way to authenticate:', () => {
  const pem = generatePem();
  const aud = 'aud https://login.example.com/oauth2/token (assertion-audience)';
  const signs = {
    'client-secret': '',
    'private-key': pem,
  };
  const rows: readonly [what: string, given: Given, advice: string][] = [
    [
      'client_secret_jwt',
      { 'client-auth-method': 'client_secret_jwt', 'signing-algorithm': 'HS384' },
      `${check}; if they are, check that the provider expects client_secret_jwt with HS384 from this client, and ${aud}.`,
    ],
    [
      'private_key_jwt',
      signs,
      `Check that the provider knows the public key of private-key (no kid; private-key-id sets one) for this client-id, and expects ES256 (signing-algorithm) and ${aud}.`,
    ],
    [
      'private_key_jwt with a kid, and an audience of its own',
      { ...signs, 'private-key-id': 'key-1', 'assertion-audience': 'https://aud.example.com' },
      'Check that the provider knows the public key of private-key (kid key-1) for this client-id, and expects ES256 (signing-algorithm) and aud https://aud.example.com (assertion-audience).',
    ],
    [
      'a signed grant',
      { ...signs, 'private-key-as': 'assertion' },
      'Check what the JWT says: aud is https://login.example.com/oauth2/token (assertion-audience), iss and sub come from client-id, a key file or assertion-claims; the provider must know the key (no kid; private-key-id sets one), and the clocks must agree.',
    ],
    [
      'none',
      { 'client-secret': '', 'client-auth-method': 'none' },
      'The client did not authenticate (client-auth-method: none); the provider may want a credential of it.',
    ],
  ];
  const responses = [
    answerJson(401, { error: 'invalid_client' }),
    answerJson(403, { error: 'access_denied' }),
    answer(400),
  ];
  for (const [what, given, advice] of rows) {
    test(what, () => {
      for (const response of responses) {
        const { message } = giveUp(refuse(response), { given });
        assert.ok(message.endsWith(` ${advice} ${same}`), message);
      }
    });
  }

  test('a certificate, by the input that names the host', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    const given = { 'client-secret': '', 'client-certificate': certificate, 'client-key': key };
    const advice = (input: string): string =>
      `Check that the provider knows client-certificate for this client-id, and that ${input} is the host that asks for certificates (often one of its own). ${same}`;
    for (const method of ['tls_client_auth', 'self_signed_tls_client_auth']) {
      for (const response of responses) {
        const how = { given: { ...given, 'client-auth-method': method } };
        const { message } = giveUp(refuse(response), how);
        assert.ok(message.endsWith(advice('token-url')), message);
      }
    }
    const place = { 'token-url': '', issuer: 'https://login.example.com' };
    const how = { given: { ...given, ...place }, tokenUrl: 'https://mtls.example.com/token' };
    const { message } = giveUp(refuse(answer(401)), how);
    assert.ok(message.startsWith('mtls.example.com answered 401'), message);
    assert.ok(message.endsWith(advice('issuer')), message);
  });

  test('the aud is shown without the query of token-url, which can hold a secret', () => {
    const how = { given: { ...signs, 'token-url': 'https://login.example.com/t?code=key-1' } };
    assert.match(
      giveUp(refuse(answer(401)), how).message,
      / and aud https:\/\/login\.example\.com\/t\?\.\.\. \(assertion-audience\)\./,
    );
  });

  test('the aud is the issuer where that is given', () => {
    const place = { 'token-url': '', issuer: 'https://login.example.com/' };
    const how = { given: { ...signs, ...place }, tokenUrl: 'https://login.example.com/token' };
    assert.match(
      giveUp(refuse(answer(401)), how).message,
      / and aud https:\/\/login\.example\.com\/ \(assertion-audience\)\./,
    );
  });
});

describe('a refused request is told what to compare first:', () => {
  const missing = {
    error: 'invalid_request',
    error_description: 'AADSTS900144: The request body must contain the parameter scope.',
  };
  const compare =
    "Compare scopes, audience, parameters and body-format with the provider's documentation, for something is missing or wrong. If they fit: Check that ";

  test('with a secret, that comes before the credentials', () => {
    const { title, message } = giveUp(refuse(answerJson(400, missing)));
    assert.equal(title, 'refused');
    assert.ok(message.includes(`must contain the parameter scope". ${compare}client-id`), message);
  });

  test('a scope may be a claim of the JWT that is the grant', () => {
    const given = {
      'client-secret': '',
      'private-key': generatePem(),
      'private-key-as': 'assertion',
      scopes: '',
    };
    const { message } = giveUp(refuse(answerJson(400, { error: 'invalid_scope' })), { given });
    assert.match(
      message,
      /Set scopes, or the claim scope in assertion-claims, as the provider wants it\./,
    );
  });

  test('a refresh token, where the server says nothing but 400', () => {
    const given = { 'refresh-token': 'a-refresh-token' };
    const { message } = giveUp(refuse(answer(400)), { given });
    assert.match(message, /client_secret_post\. The refresh token may have expired, /);
  });

  test('an endpoint that the metadata named, by another name', () => {
    const place = { 'token-url': '', issuer: 'https://login.example.com' };
    const how = { given: place, tokenUrl: 'https://login.example.com/t' };
    assert.match(
      giveUp(refuse(answer(404)), how).message,
      / for \/t\. The issuer's metadata names this endpoint; give token-url instead if /,
    );
  });
});

describe('a refused grant is told what may be wrong with it:', () => {
  const refused = 'login.example.com refused the grant: 400 invalid_grant.';
  const rows: readonly [what: string, given: Given, advice: string][] = [
    [
      'a refresh token',
      { 'refresh-token': 'a-refresh-token' },
      'The refresh token may have expired, been revoked, or been used before: one that is replaced at each use is good for one request. Get a new one and store it.',
    ],
    [
      'a signed JWT',
      {
        'client-secret': '',
        'private-key': generatePem(),
        'private-key-as': 'assertion',
        'private-key-id': 'key-1',
      },
      'Check what the JWT says: aud is https://login.example.com/oauth2/token (assertion-audience), iss and sub come from client-id, a key file or assertion-claims; the provider must know the key (kid key-1), and the clocks must agree.',
    ],
    [
      'an assertion of the user',
      { 'grant-type': 'jwt-bearer', parameters: 'assertion=a.b.c' },
      'The assertion may have expired, been used before or be meant for another server.',
    ],
    [
      'a password',
      { 'grant-type': 'password', parameters: 'username=ci' },
      'The user name or the password is wrong, or the user has a second factor, which this grant cannot give.',
    ],
    [
      'nothing but the client',
      {},
      'The provider may not let this client use client_credentials, or wants a user or a role set for it.',
    ],
    [
      'anything else',
      { 'grant-type': 'urn:acme:ticket', parameters: 'ticket=ci' },
      'It may have expired, been used before or belong to another client.',
    ],
  ];
  for (const [what, given, advice] of rows) {
    test(what, () => {
      assert.deepEqual(giveUp(refuse(answerJson(400, { error: 'invalid_grant' })), { given }), {
        title: 'grant refused',
        message: `${refused} ${advice} ${same}`,
      });
    });
  }
});

describe('an ID token that is refused', () => {
  const idToken = {
    token: 'open-sesame',
    claims: {
      iss: 'https://token.actions.githubusercontent.com',
      sub: 'repo:acme/shop:environment:production',
      aud: 'api://AzureADTokenExchange',
    },
  };
  const says =
    'It says iss: https://token.actions.githubusercontent.com, sub: repo:acme/shop:environment:production, aud: api://AzureADTokenExchange; the trust at the provider must name exactly these. id-token-audience sets aud; sub depends on what started the run.';
  const as = (idTokenAs: string): Given => ({ 'client-secret': '', 'id-token-as': idTokenAs });
  const ways = ['client_assertion', 'assertion', 'subject_token'];

  for (const way of ways) {
    test(`is shown by iss, sub and aud, and by the first line of what the server says: ${way}`, () => {
      const description =
        'AADSTS700213: No matching federated identity record found.\r\nTrace ID: 1\r\nTimestamp: 2026-01-31';
      const error = refuse(
        answerJson(401, { error: 'invalid_client', error_description: description }),
      );
      assert.deepEqual(giveUp(error, { given: as(way), idToken }), {
        title: 'ID token refused',
        message: `login.example.com refused GitHub's ID token: 401 invalid_client, "AADSTS700213: No matching federated identity record found". ${says} ${same}`,
      });
      const lines = describeAnswer(fail(error), { ...view(), idToken })
        .map(say)
        .join('\n');
      assert.match(lines, /AADSTS700213: .*Trace ID: 1 {2}Timestamp: 2026-01-31/);
    });

    const codes: readonly [response: HttpResponse, said: string][] = [
      [answerJson(400, { error: 'invalid_request' }), '400 invalid_request'],
      [answerJson(403, { error: 'access_denied' }), '403 access_denied'],
      [answerJson(401, { error: 'unauthorized_client' }), '401 unauthorized_client'],
      [answer(400), '400 Bad Request'],
      [answer(401), '401 Unauthorized'],
      [answer(403), '403 Forbidden'],
    ];
    for (const [response, said] of codes) {
      test(`is taken for the reason of ${said}: ${way}`, () => {
        const { title, message } = giveUp(refuse(response), { given: as(way), idToken });
        assert.equal(title, 'ID token refused');
        assert.ok(message.includes(`refused GitHub's ID token: ${said}. It says iss: `), message);
      });
    }

    const others: readonly [response: HttpResponse, title: string][] = [
      [answerJson(400, { error: 'invalid_scope' }), 'scope refused'],
      [answerJson(400, { error: 'invalid_target' }), 'resource refused'],
      [answerJson(400, { error: 'invalid_request', error_description: 'a Parameter' }), 'refused'],
      [answerJson(400, { error: 'unsupported_grant_type' }), 'grant type not supported'],
      [answerJson(400, { error: 'invalid_dpop_proof' }), 'DPoP wanted'],
      [answerJson(400, { error: 'use_dpop_nonce' }), 'DPoP wanted'],
      [answerJson(400, { error: 'temporarily_unavailable' }), 'server busy'],
      [answer(404), 'no token endpoint there'],
      [answer(500), 'server failed'],
    ];
    for (const [response, title] of others) {
      test(`is not the reason where the server names another one: ${title}, ${way}`, () => {
        const how = { given: as(way), idToken };
        assert.equal(giveUp(refuse(response), how).title, title);
      });
    }
  }

  test('is the reason of invalid_grant where it is the grant, or the only credential', () => {
    for (const way of ways) {
      const error = refuse(answerJson(400, { error: 'invalid_grant' }));
      assert.equal(giveUp(error, { given: as(way), idToken }).title, 'ID token refused');
    }
  });

  test('is not the reason of invalid_grant where it authenticates the client of another grant', () => {
    const error = refuse(answerJson(400, { error: 'invalid_grant' }));
    const given = { ...as('client_assertion'), 'refresh-token': 'a-refresh-token' };
    const { title, message } = giveUp(error, { given, idToken });
    assert.equal(title, 'grant refused');
    assert.match(message, /The refresh token may have expired/);
  });

  test('is not the reason of invalid_client where the client has a secret of its own', () => {
    const error = refuse(answerJson(401, { error: 'invalid_client' }));
    const given = { 'id-token-as': 'subject_token', 'client-auth-method': 'client_secret_post' };
    assert.deepEqual(giveUp(error, { given, idToken }), {
      title: 'client refused',
      message: `login.example.com refused the client: 401 invalid_client. ${check}; if they are, try client-auth-method: client_secret_basic. ${same}`,
    });
    const denied = refuse(answerJson(403, { error: 'access_denied' }));
    assert.equal(giveUp(denied, { given, idToken }).title, 'ID token refused');
  });

  test('is never shown itself', () => {
    for (const way of ways) {
      const { message } = giveUp(refuse(answer(401)), { given: as(way), idToken });
      assert.doesNotMatch(message, /open-sesame/);
    }
  });

  test('has no commands in what it says', () => {
    const hostile = { token: 'x', claims: { sub: 'a\n::set-output name=token::b ##[error]c' } };
    const { message } = giveUp(refuse(answer(401)), { given: as('assertion'), idToken: hostile });
    assert.match(message, /set-output name=token/);
    assert.doesNotMatch(message, /##\[|::|\n/);
  });
});
