/** Answers of authorization servers after which the advice led to the wrong setting. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createAuthority } from '../../../test/support/making/certificates.ts';
import { answerJson } from '../../../test/support/doubles/fakes.ts';
import { generatePem, type Given } from '../../../test/support/making/inputs.ts';
import { answer, giveUp, refuse } from '../../../test/support/tables/wording.ts';
import type { HttpResponse } from '../../http/request.ts';

const issuer = 'https://sso.example.com/realms/ci';
const tokenUrl = `${issuer}/protocol/openid-connect/token`;
const byIssuer = { 'token-url': '', issuer };
const key = { 'client-secret': '', 'private-key': generatePem(), 'private-key-id': 'key-1' };
const authority = await createAuthority();
const { certificate, key: clientKey } = await authority.issue({ names: [], client: true });
const tls = { 'client-secret': '', 'client-certificate': certificate, 'client-key': clientKey };
const idToken = {
  token: 'a-token',
  claims: { iss: 'https://i.example.com', sub: 'repo:a/b', aud: 'x' },
};
const asClient = { 'client-secret': '', 'client-id': '', 'id-token-as': 'client_assertion' };

function say(status: number, error: string, description?: string): HttpResponse {
  return answerJson(status, { error, error_description: description });
}

const serviceAccount = say(
  401,
  'unauthorized_client',
  'Client not enabled to retrieve service account',
);
const malformed =
  'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed. Make sure that the various parameters are correct, be aware of case sensitivity and trim your parameters. Make sure that the client you are using has exactly whitelisted the redirect_url you specified.';

describe('the advice leads to what is wrong:', () => {
  const rows: readonly [
    what: string,
    response: HttpResponse,
    given: Given,
    to: RegExp,
    away?: RegExp,
  ][] = [
    [
      'a client without service accounts, with a secret',
      serviceAccount,
      byIssuer,
      /Service accounts roles/,
      /belong together/,
    ],
    ['with a key', serviceAccount, { ...byIssuer, ...key }, /Service accounts roles/, /public key/],
    [
      'with a certificate',
      serviceAccount,
      { ...byIssuer, ...tls },
      /Service accounts roles/,
      /client-certificate/,
    ],
    [
      'with an ID token',
      serviceAccount,
      { ...byIssuer, ...asClient },
      /Service accounts roles/,
      /the trust at the provider/,
    ],
    [
      'a grant that is not allowed, by other words',
      say(400, 'invalid_client', 'This grant type is not enabled for the client'),
      byIssuer,
      /Allow this grant type/,
      /belong together/,
    ],
    [
      'client-id as well as the ID token',
      say(400, 'invalid_client', 'client_id parameter does not match sub claim'),
      { ...byIssuer, ...asClient, 'client-id': 'ci-client' },
      /Remove client-id/,
      /the trust at the provider/,
    ],
    [
      'a client-id that is wrong',
      say(401, 'unauthorized_client', 'Invalid client or Invalid client credentials'),
      { ...byIssuer, ...asClient, 'client-id': 'ci-client' },
      /client-id must name the client/,
    ],
    [
      'a secret that was not decoded',
      say(400, 'unauthorized_client', 'Unexpected error when authenticating client'),
      { ...byIssuer, 'client-secret': '100%-secret', 'client-secret-encoding': 'raw' },
      /client-secret-encoding: form/,
      /Allow this grant type/,
    ],
    [
      'a secret that is shorter than the hash',
      say(401, 'invalid_client'),
      { 'client-auth-method': 'client_secret_jwt', 'client-secret': 'x'.repeat(28) },
      /shorter than the 32 bytes that HS256 requires/,
    ],
    [
      'a secret that is shorter than a longer hash',
      say(401, 'invalid_client'),
      {
        'client-auth-method': 'client_secret_jwt',
        'client-secret': 'x'.repeat(63),
        'signing-algorithm': 'HS512',
      },
      /shorter than the 64 bytes that HS512 requires/,
    ],
    [
      'the algorithm of a MAC',
      say(400, 'invalid_client', 'Invalid signature algorithm'),
      { 'client-auth-method': 'client_secret_jwt' },
      /signing-algorithm/,
      /belong together/,
    ],
    [
      'the aud of a JWT, by issuer',
      answer(403),
      { ...byIssuer, ...key },
      /try assertion-audience: https:\/\/sso\.example\.com\/realms\/ci\/protocol\/openid-connect\/token\./,
    ],
    [
      'the aud of a JWT, by token-url',
      answer(403),
      { 'token-url': tokenUrl, ...key },
      /try the server's issuer as assertion-audience \(probably https:\/\/sso\.example\.com\/realms\/ci\)/,
    ],
    [
      'the aud of a grant',
      say(
        400,
        'server_error',
        'audience is not valid: Audience must contain client_id "http://localhost:4650/"',
      ),
      { ...key, 'private-key-as': 'assertion' },
      /assertion-audience/,
      /status page/,
    ],
    [
      'the key of a grant',
      say(400, 'server_error', 'invalid signature (error fetching keys: key not found)'),
      { ...key, 'private-key-as': 'assertion' },
      /\(kid key-1\)/,
      /status page/,
    ],
    [
      'a scope, by a code of its own',
      say(400, 'scope_invalid'),
      { scopes: 'nope', 'client-auth-method': 'client_secret_post' },
      /Check scopes: nope/,
      /belong together/,
    ],
    [
      'a scope that is missing, without a word',
      answer(403),
      { scopes: '', 'client-auth-method': 'client_secret_post' },
      /may require scopes/,
    ],
    [
      'a form, where JSON was sent',
      say(400, 'unsupported_grant_type'),
      { 'body-format': 'json' },
      /body-format: form/,
    ],
    [
      'DPoP',
      say(400, 'invalid_request', 'DPoP proof is missing'),
      byIssuer,
      /Turn DPoP off/,
      /Compare/,
    ],
    [
      'a refresh token',
      say(400, 'invalid_request', 'Token has been revoked'),
      { 'refresh-token': 'a-refresh-token' },
      /The refresh token may have expired/,
      /belong together/,
    ],
    [
      'an audience that does not exist',
      say(400, 'invalid_client', 'Audience not found'),
      { 'grant-type': 'token-exchange', audience: 'nope', parameters: 'subject_token=a-token' },
      /Check audience: nope/,
      /belong together/,
    ],
    [
      'a client that has to authenticate, too',
      say(401, 'unauthorized_client', 'Invalid client or Invalid client credentials'),
      { ...byIssuer, 'client-secret': '', 'id-token-as': 'assertion' },
      /client-secret with client-auth-method/,
      /the trust at the provider/,
    ],
    [
      'a grant of an ID token',
      say(
        400,
        'invalid_grant',
        'JWT Authorization Grant is not supported for the requested client',
      ),
      { ...byIssuer, 'id-token-as': 'assertion', 'client-auth-method': 'client_secret_basic' },
      /JWT Authorization Grant"\)/,
      /the trust at the provider/,
    ],
    [
      'a grant type that is not known',
      say(400, 'invalid_request', malformed),
      { 'grant-type': 'urn:x:nope' },
      /Compare grant-type/,
      /redirect_uri/,
    ],
    [
      'a client for a JWT',
      say(400, 'invalid_client', 'Parameter client_assertion_type is missing'),
      byIssuer,
      /expects a signed JWT from this client\. Set private-key/,
      /belong together/,
    ],
  ];
  for (const [what, response, given, to, away] of rows) {
    test(what, () => {
      const carried = given['id-token-as'] === undefined ? {} : { idToken };
      const { message } = giveUp(refuse(response), { given, tokenUrl, ...carried });
      // The server's own words are no advice.
      const advice = message.replace(/: \d{3} .*?"\. /, ' ');
      assert.match(advice, to);
      if (away !== undefined) assert.doesNotMatch(advice, away);
    });
  }
});
