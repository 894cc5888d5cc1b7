import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createAuthority } from '../../../test/support/making/certificates.ts';
import { answerJson } from '../../../test/support/doubles/fakes.ts';
import {
  generatePem,
  type Given,
  writeGoogleKeyFile,
} from '../../../test/support/making/inputs.ts';
import { answer, giveUp, refuse, same } from '../../../test/support/tables/wording.ts';

const signs = { 'client-secret': '', 'private-key': generatePem() };

describe('a refused client is told what may help its way to authenticate:', () => {
  const rows: readonly [what: string, given: Given, advice: string][] = [
    [
      'a secret by HTTP Basic',
      {},
      'Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post.',
    ],
    [
      'with characters that no encoding changes',
      { 'client-id': 'a*b-c._D9' },
      'Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post.',
    ],
    [
      'with an id that the encodings change',
      { 'client-id': 'sb-app!t1|b' },
      'Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post, or client-secret-encoding: raw.',
    ],
    [
      'with a secret that the encodings change',
      { 'client-secret': 'abc+/=' },
      'Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post, or client-secret-encoding: raw.',
    ],
    [
      'as it is',
      { 'client-secret': 'abc def', 'client-secret-encoding': 'raw' },
      'Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post.',
    ],
    [
      'a secret in the body',
      { 'client-auth-method': 'client_secret_post' },
      'Check that client-id and client-secret belong together and are current. If HTTP Basic, the default, was refused too, one of the two is wrong.',
    ],
    [
      'a secret in quotation marks',
      { 'client-secret': '"quoted-secret"' },
      'client-secret has quotation marks around it, and they are sent. Remove them. If they are part of the secret, check that client-id and client-secret belong together and are current.',
    ],
    [
      'a secret in apostrophes',
      { 'client-secret': "'quoted-secret'", 'client-auth-method': 'client_secret_post' },
      'client-secret has quotation marks around it, and they are sent. Remove them. If they are part of the secret, check that client-id and client-secret belong together and are current.',
    ],
    [
      'the ID of a secret of Entra',
      {
        'token-url': 'https://login.microsoftonline.com/t/oauth2/v2.0/token',
        'client-secret': '11111111-2222-3333-4444-555555555555',
      },
      'client-secret looks like the ID of a secret. Entra shows an ID and a value. Use the value.',
    ],
    [
      'client_secret_jwt',
      {
        'client-auth-method': 'client_secret_jwt',
        'signing-algorithm': 'HS384',
        'client-secret': 'x'.repeat(48),
      },
      "Check that client-id and client-secret belong together and are current. If they are, check that the provider expects client_secret_jwt with HS384 (signing-algorithm) from this client, and aud https://login.example.com/oauth2/token (assertion-audience). If that is right, try the server's issuer as assertion-audience (probably https://login.example.com).",
    ],
    [
      'client_secret_jwt with a short secret',
      { 'client-auth-method': 'client_secret_jwt' },
      "client-secret is shorter than the 32 bytes that HS256 requires (RFC 7518), and servers may refuse it. Use a longer secret, or another client-auth-method. Check that client-id and client-secret belong together and are current. If they are, check that the provider expects client_secret_jwt with HS256 (signing-algorithm) from this client, and aud https://login.example.com/oauth2/token (assertion-audience). If that is right, try the server's issuer as assertion-audience (probably https://login.example.com).",
    ],
    [
      'private_key_jwt',
      signs,
      "Check that the provider knows the public key of private-key (no kid; private-key-id sets one) for this client-id, and expects ES256 (signing-algorithm) and aud https://login.example.com/oauth2/token (assertion-audience). If that is right, try the server's issuer as assertion-audience (probably https://login.example.com).",
    ],
    [
      'private_key_jwt with a kid, and an audience of its own',
      { ...signs, 'private-key-id': 'key-1', 'assertion-audience': 'https://aud.example.com' },
      'Check that the provider knows the public key of private-key (kid key-1) for this client-id, and expects ES256 (signing-algorithm) and aud https://aud.example.com (assertion-audience).',
    ],
    [
      'private_key_jwt with the query of token-url left out',
      { ...signs, 'token-url': 'https://login.example.com/t?code=key-1' },
      "Check that the provider knows the public key of private-key (no kid; private-key-id sets one) for this client-id, and expects ES256 (signing-algorithm) and aud https://login.example.com/t?... (assertion-audience). If that is right, try the server's issuer as assertion-audience (probably https://login.example.com).",
    ],
    [
      'a signed grant',
      { ...signs, 'private-key-as': 'assertion' },
      "Check the JWT: aud is https://login.example.com/oauth2/token (assertion-audience). iss and sub come from client-id, a key file or assertion-claims. The provider must know the key (no kid; private-key-id sets one). The clocks must agree. If that is right, try the server's issuer as assertion-audience (probably https://login.example.com).",
    ],
    [
      'none, as written',
      { 'client-secret': '', 'client-auth-method': 'none' },
      'The client did not authenticate (client-auth-method: none). If the provider requires it, remove client-auth-method and set client-secret or private-key.',
    ],
  ];
  const responses = [
    answerJson(401, { error: 'invalid_client' }),
    answerJson(403, { error: 'access_denied' }),
    answerJson(401, { message: 'Unknown client' }),
    answer(401),
  ];
  for (const [what, given, advice] of rows) {
    test(what, () => {
      for (const response of responses) {
        const { message } = giveUp(refuse(response), { given });
        assert.ok(message.includes(`. ${advice} `), message);
      }
    });
  }

  test('a certificate, by the input that names the host', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    const given = { 'client-secret': '', 'client-certificate': certificate, 'client-key': key };
    const advice = (input: string): string =>
      `Check that the provider knows client-certificate for this client-id, and that ${input} is the host for clients with certificates (often a separate host).`;
    for (const method of ['tls_client_auth', 'self_signed_tls_client_auth']) {
      for (const response of responses) {
        const how = { given: { ...given, 'client-auth-method': method } };
        const { message } = giveUp(refuse(response), how);
        assert.ok(message.includes(advice('token-url')), message);
      }
    }
    const place = { 'token-url': '', issuer: 'https://login.example.com' };
    const how = { given: { ...given, ...place }, tokenUrl: 'https://mtls.example.com/token' };
    const { message } = giveUp(refuse(answer(401)), how);
    assert.ok(message.startsWith('mtls.example.com answered 401'), message);
    assert.ok(message.includes(advice('issuer')), message);
  });

  test('a key file, which usually signs the grant', () => {
    const given = { 'client-secret': '', 'private-key': writeGoogleKeyFile(generatePem()) };
    assert.match(
      giveUp(refuse(answer(401)), { given }).message,
      /private-key is a key file\. Such a key usually signs the grant, so try private-key-as: assertion\. Otherwise: Check that the provider knows/,
    );
  });

  test('HTTP Basic, where the server names it and the secret was sent in the body', () => {
    const given = { 'client-auth-method': 'client_secret_post' };
    const asked = answer(401, '', { 'www-authenticate': 'Basic realm="ci"' });
    assert.match(
      giveUp(refuse(asked), { given }).message,
      /try client-auth-method: client_secret_basic/,
    );
    const other = answer(401, '', { 'www-authenticate': 'Bearer' });
    assert.doesNotMatch(giveUp(refuse(other), { given }).message, /client_secret_basic/);
  });

  test('a secret that the server says has expired', () => {
    const words = 'AADSTS7000222: The provided client secret keys for app x are expired.';
    const error = refuse(answerJson(401, { error: 'invalid_client', error_description: words }));
    const advice = `client-secret has expired. Create a new one at the provider. ${same}`;
    assert.ok(giveUp(error).message.endsWith(advice));
  });

  test('a server that could not decode what it got, by the encoding that all servers know', () => {
    const error = refuse(
      answerJson(400, { message: 'Unexpected error when authenticating client' }),
    );
    const advise = (encoding: string): string =>
      giveUp(error, { given: { 'client-secret': 'a%bc', 'client-secret-encoding': encoding } })
        .message;
    assert.match(
      advise('raw'),
      /try client-secret-encoding: form, or client-auth-method: client_secret_post\./,
    );
    assert.match(advise('form'), /try client-auth-method: client_secret_post\./);
  });

  const issuers: readonly [tokenUrl: string, issuer: string][] = [
    [
      'https://sso.example.com/realms/ci/protocol/openid-connect/token',
      'https://sso.example.com/realms/ci',
    ],
    ['https://acme.okta.com/oauth2/default/v1/token', 'https://acme.okta.com/oauth2/default'],
    ['https://acme.okta.com/oauth2/v1/token', 'https://acme.okta.com'],
    ['https://acme.auth0.com/oauth/token', 'https://acme.auth0.com'],
    ['https://login.example.com/connect/token', 'https://login.example.com'],
    ['https://login.example.com/as/token.oauth2', 'https://login.example.com/as'],
    ['https://login.example.com/tokens?key=x', 'https://login.example.com'],
    ['https://login.example.com/odd/place', 'https://login.example.com'],
  ];
  for (const [tokenUrl, issuer] of issuers) {
    test(`the issuer as aud, as ${tokenUrl} suggests it`, () => {
      const { message } = giveUp(refuse(answer(401)), {
        given: { ...signs, 'token-url': tokenUrl },
      });
      assert.ok(message.includes(`(probably ${issuer}).`), message);
    });
  }

  test('the token endpoint as aud where the issuer is given', () => {
    const place = { 'token-url': '', issuer: 'https://login.example.com/' };
    const how = {
      given: { ...signs, ...place },
      tokenUrl: 'https://login.example.com/token?key=x',
    };
    assert.match(
      giveUp(refuse(answer(401)), how).message,
      / and aud https:\/\/login\.example\.com\/ \(assertion-audience\)\. If that is right, try assertion-audience: https:\/\/login\.example\.com\/token\?\.\.\.\./,
    );
  });
});
