/**
 * The main job: the built action gets a token from a certified authorization server over https, as a runner starts it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../support/doubles/authorization-server.ts';
import { saySet } from '../../src/wording/progress.ts';
import { type BuiltActionOptions, startBuiltAction } from '../support/making/built-action.ts';
import { explainFinal, refusal } from '../support/making/failures.ts';
import { type Given, say } from '../support/making/inputs.ts';
import { asking, got, set, stabilizeLines, stableHost } from '../support/making/log-lines.ts';
import { startProxy } from '../support/doubles/proxy.ts';
import type { Run } from '../support/doubles/runner.ts';

const plain = { clientId: 'ci-client', clientSecret: 'a-secret-of-plain-letters' };
const special = { clientId: 'ci:client/%', clientSecret: 'p@ss:w+rd%&' };
const foreign = {
  clientId: 'fremde-klientin',
  clientSecret: 'пароль-ключ-ü',
  tokenEndpointAuthMethod: 'client_secret_post',
} as const;
const specialPost = {
  clientId: 'ci-client-post',
  clientSecret: 'p@ss:w+rd%&',
  tokenEndpointAuthMethod: 'client_secret_post',
} as const;

const resource = 'https://api.example.com/things';

let server: AuthorizationServer;

before(async () => {
  server = await startAuthorizationServer({
    clients: [plain, special, foreign, specialPost],
    resources: [resource],
  });
});

after(() => server.close());

/** A client of the server, as the inputs name it. */
interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

function gather(client: Client, inputs: Given = {}): Given {
  return {
    'token-url': server.tokenUrl,
    'ca-certificate': server.caCertificate,
    'client-id': client.clientId,
    'client-secret': client.clientSecret,
    'use-cache': 'false',
    ...inputs,
  };
}

/** Runs the built action against the server, as a client. */
function ask(client: Client, inputs: Given = {}, options: BuiltActionOptions = {}): Promise<Run> {
  return startBuiltAction(gather(client, inputs), options);
}

/** What was printed, made comparable: hosts, times of day and durations. */
function linesOf(run: Run): string[] {
  const printed = run.stdout.replace(/after .*/, 'after a while').split('\n');
  return stabilizeLines(printed, new URL(server.tokenUrl).host);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('client_credentials against oidc-provider over https with a private CA', () => {
  test('masks first, then prints, and gives the token as output and environment variable', async () => {
    const run = await ask(plain, { scopes: 'read list' });
    const { token = '', 'expires-at': expiresAt = '' } = run.outputs;

    assert.deepEqual(linesOf(run), [
      `::add-mask::${base64('ci-client:a-secret-of-plain-letters')}`,
      '::add-mask::a-secret-of-plain-letters',
      asking({ scopes: 'read list' }),
      `::add-mask::${token}`,
      got(),
      set,
      '',
    ]);
    assert.equal(run.stderr, '');
    assert.equal(run.exitCode, 0);
    assert.match(run.outputs['expires-in'] ?? '', /^3(600|5\d\d)$/);
    assert.match(expiresAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(run.outputs, {
      token,
      'token-type': 'Bearer',
      'expires-at': expiresAt,
      'expires-in': run.outputs['expires-in'],
      scope: 'read list',
      'cache-hit': 'false',
      'refresh-token': '',
      'id-token': '',
      response: '{}',
    });
    assert.deepEqual(run.env, { OAUTH2_TOKEN: token });
    assert.deepEqual(run.state, {});
    assert.equal(run.summary, '');
    assert.deepEqual(await introspect(token), { active: true, client_id: 'ci-client' });
  });

  test('encodes id and secret of Basic as a form', async () => {
    const run = await ask(special);
    assert.equal(run.exitCode, 0);
    assert.equal(
      server.tokenRequests.at(-1)?.authorization,
      `Basic ${base64('ci%3Aclient%2F%25:p%40ss%3Aw%2Brd%25%26')}`,
    );
    assert.deepEqual(await introspect(run.outputs['token']), {
      active: true,
      client_id: 'ci:client/%',
    });
  });

  test('sends id and secret in the body with client_secret_post', async () => {
    const run = await ask(specialPost, { 'client-auth-method': 'client_secret_post' });
    assert.equal(run.exitCode, 0);
    assert.equal(
      server.tokenRequests.at(-1)?.body,
      'grant_type=client_credentials&client_id=ci-client-post&client_secret=p%40ss%3Aw%2Brd%25%26',
    );
  });

  test('sends a secret that is not ASCII', async () => {
    const run = await ask(foreign, { 'client-auth-method': 'client_secret_post' });
    assert.equal(run.exitCode, 0);
    assert.deepEqual(await introspect(run.outputs['token']), {
      active: true,
      client_id: 'fremde-klientin',
    });
  });

  test('fails at once with a wrong secret and says what to check', async () => {
    const before = server.tokenRequests.length;
    const client = { clientId: 'ci-client', clientSecret: 'not-the-secret' };
    const run = await ask(client);
    assert.equal(run.exitCode, 1);
    assert.deepEqual(run.outputs, {});
    assert.deepEqual(run.env, {});
    assert.equal(server.tokenRequests.length, before + 1);
    const said = { error: 'invalid_client', description: 'client authentication failed' };
    const annotation = explainFinal(refusal('oauth_error', 401, said), gather(client));
    assert.deepEqual(run.annotations, [annotation]);
    const [message = ''] = stabilizeLines([annotation.message], new URL(server.tokenUrl).host);
    assert.deepEqual(linesOf(run), [
      `::add-mask::${base64('ci-client:not-the-secret')}`,
      '::add-mask::not-the-secret',
      asking(),
      '::group::Request and answer',
      `POST https://${stableHost}/token`,
      'client ci-client, client_secret_basic (form), body: grant_type',
      '401 Unauthorized, application/json, 77 bytes, after a while',
      'error: invalid_client',
      'error_description: client authentication failed',
      '::endgroup::',
      `::error title=oauth2-token%3A client refused::${message}`,
      '',
    ]);
  });

  test('fails at once with a scope that the server does not know', async () => {
    const run = await ask(plain, { scopes: 'read everything' });
    assert.equal(run.exitCode, 1);
    assert.equal(run.annotations[0]?.title, 'oauth2-token: scope refused');
    assert.match(run.annotations[0].message, /Check scopes: read everything\./);
  });

  test('gets a token for a resource that exists, and reports one that does not', async () => {
    const good = await ask(plain, { resource });
    assert.equal(good.exitCode, 0);
    assert.equal(
      server.tokenRequests.at(-1)?.body,
      'grant_type=client_credentials&resource=https%3A%2F%2Fapi.example.com%2Fthings',
    );
    const bad = await ask(plain, { resource: 'https://other.example.com/' });
    assert.equal(bad.exitCode, 1);
    assert.equal(bad.annotations[0]?.title, 'oauth2-token: resource refused');
  });

  test('exports under the name that env-var gives, or not at all', async () => {
    const named = await ask(plain, { 'env-var': 'API_TOKEN' });
    assert.deepEqual(named.env, { API_TOKEN: named.outputs['token'] });
    const none = await ask(plain, { 'env-var': '' });
    assert.deepEqual(none.env, {});
    assert.ok(linesOf(none).includes(say(saySet(undefined))));
  });

  test('does not trust the server without its CA, with any value of NODE_TLS_REJECT_UNAUTHORIZED', async () => {
    const before = server.tokenRequests.length;
    const run = await startBuiltAction(
      {
        'token-url': server.tokenUrl,
        'client-id': plain.clientId,
        'client-secret': plain.clientSecret,
      },
      { environment: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
    );
    assert.equal(run.exitCode, 1);
    assert.equal(run.annotations[0]?.title, 'oauth2-token: TLS not trusted');
    assert.match(run.annotations[0].message, /ca-certificate/);
    assert.equal(server.tokenRequests.length, before);
  });

  test('shows the shape of the request with verbose, and with step debug logging', async () => {
    const group =
      /::group::Request and answer\nPOST .*\nclient .*\na token at attempt 1, after .*\n::endgroup::/;
    assert.match((await ask(plain, { verbose: 'true' })).stdout, group);
    assert.match((await ask(plain, {}, { debug: true })).stdout, group);
    assert.doesNotMatch((await ask(plain)).stdout, group);
  });
});

test('goes through a proxy with credentials, and verifies the server behind it', async () => {
  const behind = await startAuthorizationServer({ clients: [plain], hostName: 'login.test' });
  const credentials = { user: 'builder', password: 'proxy-pass word' };
  const proxy = await startProxy({
    behaviour: 'authenticate',
    credentials,
    routes: { 'login.test': { host: '127.0.0.1', port: behind.port } },
  });
  try {
    const inputs = {
      'token-url': behind.tokenUrl,
      'client-id': plain.clientId,
      'client-secret': plain.clientSecret,
      'use-cache': 'false',
    };
    const environment = { https_proxy: proxy.urlWith(credentials.user, credentials.password) };
    const trusted = await startBuiltAction(
      { ...inputs, 'ca-certificate': behind.caCertificate },
      { environment },
    );
    assert.equal(trusted.exitCode, 0);
    assert.ok(trusted.masks.includes('proxy-pass word'));
    assert.ok(trusted.masks.includes(base64('builder:proxy-pass word')));

    const untrusted = await startBuiltAction(inputs, {
      environment: { ...environment, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    });
    assert.equal(untrusted.exitCode, 1);
    assert.equal(untrusted.annotations[0]?.title, 'oauth2-token: TLS not trusted');
    assert.equal(behind.tokenRequests.length, 1);
  } finally {
    await proxy.close();
    await behind.close();
  }
});

async function introspect(token = ''): Promise<{ active: boolean; client_id: unknown }> {
  const { active, client_id } = await server.introspect(token);
  return { active, client_id };
}
