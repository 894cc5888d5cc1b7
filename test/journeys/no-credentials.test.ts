/** Jobs without credentials: for pull requests from forks and from Dependabot, all secrets are empty. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import { json, startScriptedServer, token } from '../support/doubles/scripted-server.ts';
import { startIdTokenService } from '../support/doubles/id-token-service.ts';
import { startBuiltAction } from '../support/making/built-action.ts';
import type { Run } from '../support/doubles/runner.ts';

type Inputs = Readonly<Record<string, string>>;

/** Runs a step in a job without the permission for an ID token, and gives how many requests it made. */
async function run(
  t: TestContext,
  inputs: Inputs,
  environment: Inputs = {},
): Promise<{ run: Run; requests: number }> {
  const server = await startScriptedServer({ answers: [token()] });
  t.after(server.close);
  const usual = { 'token-url': server.url, 'client-id': 'ci-client', 'use-cache': 'false' };
  const result = await startBuiltAction({ ...usual, ...inputs }, { environment });
  return { run: result, requests: server.requests.length };
}

const secret: Inputs = { 'client-secret': 'the-secret-of-ci-client' };

/** The inputs of jobs without a credential. */
const lacking: Readonly<Record<string, Inputs>> = {
  'a client secret': { 'client-secret': '' },
  'a private key': { 'private-key': '', 'client-auth-method': 'private_key_jwt' },
  'a key that signs the grant': { 'private-key': '', 'private-key-as': 'assertion' },
  'the key of a certificate': { 'client-auth-method': 'tls_client_auth' },
  'a refresh token': { ...secret, 'grant-type': 'refresh_token', 'refresh-token': '' },
  'a password': { ...secret, 'grant-type': 'password', parameters: 'username=ci\npassword=' },
  'a secret in JSON': { ...secret, parameters: '{"auth":{"apiKey":""}}', 'body-format': 'json' },
  'a token in a header': {
    'client-auth-method': 'none',
    'grant-type': 'none',
    headers: 'Authorization: Bearer ',
  },
  'every secret': { 'token-url': '', 'client-id': '', 'client-secret': '' },
  'an ID token': { 'id-token-as': 'client_assertion' },
  'an ID token in a parameter': { 'id-token-as': 'parameter', 'id-token-parameter': 'jwt' },
  'an ID token and every secret': { 'token-url': '', 'client-id': '', 'id-token-as': 'assertion' },
  'the secret of an ACS endpoint': { 'endpoint-type': 'acs_api', 'client-secret': '' },
};

describe('a job that lacks', () => {
  for (const [what, inputs] of Object.entries(lacking)) {
    test(`${what} fails before any request`, async (t) => {
      const { run: failed, requests } = await run(t, inputs);
      assert.deepEqual([failed.exitCode, requests], [1, 0]);
      assert.equal(failed.annotations.length, 1);
      assert.equal(failed.annotations[0]?.level, 'error');
    });

    test(`${what} ends green with one notice and empty outputs if it may be skipped`, async (t) => {
      const given = { ...inputs, 'if-no-credentials': 'skip' };
      const { run: skipped, requests } = await run(t, given);
      assert.deepEqual([skipped.exitCode, requests], [0, 0], skipped.stdout);
      assert.deepEqual(
        skipped.annotations.map(({ level }) => level),
        ['notice'],
      );
      assert.deepEqual([...new Set(Object.values(skipped.outputs))], ['']);
      assert.deepEqual([skipped.env, skipped.state], [{}, {}]);
    });
  }
});

describe('with if-no-credentials: skip, a job', () => {
  const skip: Inputs = { 'if-no-credentials': 'skip' };

  test('gets its token if it has the credentials', async (t) => {
    const { run: got, requests } = await run(t, { ...secret, ...skip });
    assert.deepEqual([got.exitCode, requests, got.annotations], [0, 1, []]);
    assert.notEqual(got.outputs['token'], '');
  });

  const wrong: Readonly<Record<string, Inputs>> = {
    'a number is wrong': { 'client-secret': '', timeout: 'soon' },
    'only token-url is empty': { ...secret, 'token-url': '' },
    'only client-id is empty': { ...secret, 'client-id': '' },
    'the secret has a line break': { 'client-secret': 'the-secret\nof-ci-client' },
  };
  for (const [what, inputs] of Object.entries(wrong)) {
    test(`fails if ${what}`, async (t) => {
      const { run: failed, requests } = await run(t, { ...inputs, ...skip });
      assert.deepEqual([failed.exitCode, requests], [1, 0], failed.stdout);
      assert.equal(failed.annotations[0]?.level, 'error');
    });
  }

  test('fails if the server refuses its credentials', async (t) => {
    const server = await startScriptedServer({ answers: [json(401, { error: 'invalid_client' })] });
    t.after(server.close);
    const { run: failed } = await run(t, { ...secret, ...skip, 'token-url': server.url });
    assert.equal(failed.exitCode, 1);
  });

  test('fails if the ID token service refuses it', async (t) => {
    const idTokens = await startIdTokenService();
    t.after(idTokens.close);
    idTokens.misbehave(json(403, {}));
    const given = { ...skip, 'id-token-as': 'client_assertion' };
    const { run: failed } = await run(t, given, idTokens.environment);
    assert.equal(failed.exitCode, 1);
  });
});
