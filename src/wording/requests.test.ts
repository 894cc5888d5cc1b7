import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  generatePem,
  type Given,
  readLocatedInputs,
  say,
} from '../../test/support/making/inputs.ts';
import { inputs } from '../../test/support/tables/wording.ts';
import { text } from '../log/text.ts';
import {
  describeDiscovery,
  describeIdTokenRequest,
  describeRequest,
  describeRevocation,
} from './requests.ts';

describe('the shape of a request', () => {
  const pem = generatePem();
  const rows: readonly [given: Given, line: string][] = [
    [
      { 'client-auth-method': 'client_secret_jwt', 'signing-algorithm': 'HS512' },
      'client ci-client, client_secret_jwt (HS512), body: scope',
    ],
    [
      { 'client-secret': '', 'private-key': pem },
      'client ci-client, private_key_jwt (ES256), body: scope',
    ],
    [
      { 'client-secret': '', 'private-key': pem, 'private-key-id': 'key-1' },
      'client ci-client, private_key_jwt (ES256, kid key-1), body: scope',
    ],
    [
      {
        'client-secret': '',
        'private-key': pem,
        'private-key-as': 'assertion',
        'private-key-id': 'key-1',
      },
      'client ci-client, signed assertion (ES256, kid key-1), body: scope',
    ],
    [
      { 'client-secret': '', 'client-id': '', 'id-token-as': 'client_assertion' },
      'no client id, OIDC token as client_assertion, body: scope',
    ],
    [
      { 'client-secret': '', 'client-id': '', 'id-token-as': 'subject_token' },
      'no client id, none, body: scope',
    ],
    [{ 'client-secret': '', 'client-auth-method': 'none' }, 'client ci-client, none, body: scope'],
  ];
  for (const [given, line] of rows) {
    test(`names how the client authenticates: ${line}`, () => {
      const { 1: second = text`` } = describeRequest(readLocatedInputs(given), ['scope']);
      assert.equal(say(second), line);
    });
  }

  const written: readonly [given: Given, names: string[], lines: string[]][] = [
    [
      { 'request-method': 'GET' },
      ['scope', 'x'],
      ['GET https://login.example.com/oauth2/token', 'query: scope, x'],
    ],
    [
      { 'request-method': 'PUT', 'body-format': 'json' },
      ['scope'],
      ['PUT https://login.example.com/oauth2/token', 'body: scope'],
    ],
    [
      { 'body-format': 'multipart', 'token-url': 'https://login.example.com/t?client_secret=x' },
      ['scope'],
      ['POST https://login.example.com/t', 'multipart body: scope'],
    ],
    [{}, [], ['POST https://login.example.com/oauth2/token', 'no parameters']],
  ];
  for (const [given, names, [first = '', second = '']] of written) {
    test(`names the method and the place of the parameters: ${first}, ${second}`, () => {
      const shape = describeRequest(readLocatedInputs(given), names).map(say);
      assert.deepEqual(shape, [first, `client ci-client, client_secret_basic (form), ${second}`]);
    });
  }

  test('is a POST of a form at the end of the job, however the token was requested', () => {
    const located = readLocatedInputs({ 'request-method': 'GET' });
    const [first, second] = describeRevocation(located, 'https://x.example/revoke', ['token']);
    assert.equal(say(first ?? text``), 'POST https://x.example/revoke');
    assert.match(say(second ?? text``), /, body: token$/);
  });

  test('names the certificate on TLS', () => {
    const known = { ...inputs, clientAuthMethod: 'tls_client_auth' } as const;
    const { 1: second = text`` } = describeRequest(known, ['client_id']);
    assert.equal(say(second), 'client ci-client, tls_client_auth, body: client_id');
  });

  test('is the issuer for metadata', () => {
    const lines = describeDiscovery('https://sso.example.com/ci').map(say);
    assert.deepEqual(lines, ['metadata of https://sso.example.com/ci']);
  });

  test('is the service and the audience for an ID token, without what is in the query', () => {
    const url = 'https://run.example.com/42//idtoken/9f?api-version=2.0&x=open-sesame';
    assert.deepEqual(describeIdTokenRequest(url, inputs).map(say), [
      'GET https://run.example.com/42//idtoken/9f',
      "audience: GitHub's default",
    ]);
    const known = { ...inputs, idTokenAudience: 'https://aud.example.com' };
    assert.deepEqual(describeIdTokenRequest('nowhere', known).map(say), [
      'GET a URL that is none',
      'audience: https://aud.example.com',
    ]);
  });
});
