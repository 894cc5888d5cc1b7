import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../test/support/doubles/fakes.ts';
import { createAuthority } from '../../test/support/making/certificates.ts';
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
import { describeAnswer } from './attempts.ts';

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
    assert.doesNotMatch(message, /##\[|^\s*::|\n/);
  });
});
