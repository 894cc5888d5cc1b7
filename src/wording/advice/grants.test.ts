import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../../test/support/doubles/fakes.ts';
import { generatePem, type Given } from '../../../test/support/making/inputs.ts';
import { giveUp, refuse, same } from '../../../test/support/tables/wording.ts';

describe('a refused grant is told what may be wrong with it:', () => {
  const refused = 'login.example.com refused the grant: 400 invalid_grant.';
  const rows: readonly [what: string, given: Given, advice: string][] = [
    [
      'a refresh token',
      { 'refresh-token': 'a-refresh-token' },
      'The refresh token may have expired, been revoked, or been used before. A refresh token that is replaced at each use works only once. Get a new one and store it.',
    ],
    [
      'a signed JWT',
      {
        'client-secret': '',
        'private-key': generatePem(),
        'private-key-as': 'assertion',
        'private-key-id': 'key-1',
      },
      "Check the JWT: aud is https://login.example.com/oauth2/token (assertion-audience). iss and sub come from client-id, a key file or assertion-claims. The provider must know the key (kid key-1). The clocks must agree. If that is right, try the server's issuer as assertion-audience (probably https://login.example.com).",
    ],
    [
      'an assertion of the user',
      { 'grant-type': 'jwt-bearer', parameters: 'assertion=a.b.c' },
      'The assertion may have expired, been used before or be meant for another server.',
    ],
    [
      'a password',
      { 'grant-type': 'password', parameters: 'username=ci' },
      'The user name or the password is wrong, or the user has a second factor, which this grant cannot send.',
    ],
    [
      'nothing but the client',
      {},
      'The provider may not allow client_credentials for this client, or requires a user or a role to be set for it.',
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
