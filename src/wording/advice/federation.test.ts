import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../../test/support/doubles/fakes.ts';
import { type Given, say } from '../../../test/support/making/inputs.ts';
import { answer, fail, giveUp, refuse, same, view } from '../../../test/support/tables/wording.ts';
import type { HttpResponse } from '../../http/request.ts';
import { describeAnswer } from '../attempts.ts';

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
    'The token has iss: https://token.actions.githubusercontent.com, sub: repo:acme/shop:environment:production, aud: api://AzureADTokenExchange. The trust at the provider must have exactly these values. id-token-audience sets aud; sub depends on what started the run.';
  const as = (idTokenAs: string): Given => ({
    'client-secret': '',
    'client-id': '',
    'id-token-as': idTokenAs,
  });
  const ways = ['client_assertion', 'assertion', 'subject_token'];

  for (const way of ways) {
    test(`is shown by iss, sub and aud, and by the first line of what the server says: ${way}`, () => {
      const description =
        'AADSTS700213: No matching federated identity record found.\r\nTrace ID: 1\r\nTimestamp: 2026-01-31';
      const error = refuse(
        answerJson(401, { error: 'invalid_client', error_description: description }),
      );
      assert.deepEqual(giveUp(error, { given: as(way), idToken }), {
        title: 'OIDC token refused',
        message: `login.example.com refused GitHub's OIDC token: 401 invalid_client, "AADSTS700213: No matching federated identity record found". ${says} ${same}`,
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
        assert.equal(title, 'OIDC token refused');
        assert.ok(
          message.includes(`refused GitHub's OIDC token: ${said}. The token has iss: `),
          message,
        );
      });
    }

    const others: readonly [response: HttpResponse, title: string][] = [
      [answerJson(400, { error: 'invalid_scope' }), 'scope refused'],
      [answerJson(400, { error: 'invalid_target' }), 'resource refused'],
      [answerJson(400, { error: 'invalid_request', error_description: 'a Parameter' }), 'refused'],
      [answerJson(400, { error: 'unsupported_grant_type' }), 'grant type not supported'],
      [answerJson(400, { error: 'invalid_dpop_proof' }), 'DPoP required'],
      [answerJson(400, { error: 'use_dpop_nonce' }), 'DPoP required'],
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
      assert.equal(giveUp(error, { given: as(way), idToken }).title, 'OIDC token refused');
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
    const { title, message } = giveUp(error, { given, idToken });
    assert.equal(title, 'client refused');
    assert.match(message, /belong together/);
    const denied = refuse(answerJson(403, { error: 'access_denied' }));
    assert.equal(giveUp(denied, { given, idToken }).title, 'OIDC token refused');
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

  test('may be refused because of client-id, which is sent as well', () => {
    const given = { ...as('client_assertion'), 'client-id': 'ci-client' };
    const { message } = giveUp(refuse(answer(401)), { given, idToken });
    const hint =
      'client-id must name the client that trusts this token. Keycloak expects no client-id, so remove it there.';
    assert.ok(message.endsWith(` ${hint} ${same}`), message);
    const none = giveUp(refuse(answer(401)), { given: as('assertion'), idToken });
    assert.ok(!none.message.includes('client-id must name'), none.message);
  });

  test('is named where the server speaks of its audience, not of that of the token', () => {
    const words = (description: string): string =>
      giveUp(
        refuse(answerJson(400, { error: 'invalid_request', error_description: description })),
        {
          given: { ...as('subject_token'), audience: 'https://api.example.com' },
          idToken,
        },
      ).title;
    assert.equal(words('Audience not found'), 'resource refused');
    assert.equal(words('No match for the presented assertion audience'), 'OIDC token refused');
  });
});
