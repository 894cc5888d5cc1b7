/** Every other grant than client_credentials: the built action against a certified authorization server over https. */
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../support/doubles/authorization-server.ts';
import { sayRefreshTokenReplaced } from '../../src/wording/progress.ts';
import { startBuiltAction } from '../support/making/built-action.ts';
import { explainFinal, refusal } from '../support/making/failures.ts';
import { say } from '../support/making/inputs.ts';
import { asking, got, notUsed, set } from '../support/making/log-lines.ts';
import { startCacheService } from '../support/doubles/cache-service.ts';
import {
  type ScriptedServer,
  startScriptedServer,
  token,
} from '../support/doubles/scripted-server.ts';
import {
  secret,
  ec,
  stranger,
  writePem,
  publish,
  type Way,
  authority,
  byCertificate,
  ways,
  gather,
  ask,
  assertHidden,
  listLinesOf,
  requestsOf,
  readForm,
  listNames,
  assertJwt,
} from '../support/making/clients.ts';

const concurrency = 3;

const refusedGrant = { error: 'invalid_grant', description: 'grant request is invalid' };

const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

const replaced = say(sayRefreshTokenReplaced());

describe('a refresh token', { concurrency }, () => {
  const client = { clientId: 'ci-client', clientSecret: secret };
  const way: Way = {
    client,
    inputs: { 'client-secret': secret },
    secrets: [secret],
    sends: [],
  };
  let rotating: AuthorizationServer;

  before(async () => {
    rotating = await startAuthorizationServer({ authority, clients: [client] });
  });

  after(() => rotating.close());

  test('gets a token and is replaced: masked, an output, and nothing is cached', async (t) => {
    const cache = await startCacheService();
    t.after(cache.close);
    const minted = await rotating.mintRefreshToken(client.clientId);
    const run = await ask(
      way,
      { 'refresh-token': minted, 'use-cache': 'true' },
      { at: rotating, environment: cache.environment({ version: 'v2' }) },
    );
    assert.deepEqual([run.exitCode, run.stderr, run.annotations], [0, '', []]);
    const { token: accessToken = '', 'refresh-token': next = '' } = run.outputs;
    const { host } = new URL(rotating.issuer);
    const lines = listLinesOf(run, host);
    const refreshing = asking({ 'refresh-token': minted });
    assert.deepEqual(lines, [notUsed('single_use'), refreshing, got(), replaced, set]);
    assert.deepEqual(cache.requests, []);
    assert.notEqual(next, '');
    assert.notEqual(next, minted);
    assertHidden(run, [minted, next, accessToken]);
    assert.ok(run.stdout.indexOf(`::add-mask::${next}`) < run.stdout.indexOf(replaced));
    assert.deepEqual(run.env, { OAUTH2_TOKEN: accessToken });
    assert.equal((await rotating.introspect(accessToken)).active, true);
    const request = requestsOf(client, rotating).find(({ body }) => body.includes(minted));
    assert.equal(request?.body, `grant_type=refresh_token&refresh_token=${minted}`);

    const later = await ask(way, { 'refresh-token': next }, { at: rotating });
    assert.equal(later.exitCode, 0);
    assert.notEqual(later.outputs['refresh-token'], next);
  });

  test('that was replaced before is refused, once, and the annotation says why', async () => {
    const minted = await rotating.mintRefreshToken(client.clientId);
    const inputs = { 'refresh-token': minted, 'retry-on': 'all', 'retry-time-slot': '0' };
    assert.equal((await ask(way, inputs, { at: rotating })).exitCode, 0);
    const run = await ask(way, { 'refresh-token': minted }, { at: rotating });
    assert.equal(run.exitCode, 1);
    const error = refusal('oauth_error', 400, refusedGrant);
    const given = gather(way, { 'refresh-token': minted }, rotating);
    assert.deepEqual(run.annotations, [explainFinal(error, given)]);
    assertHidden(run, [minted]);
  });

  test('that stays the same is not reported as new', async (t) => {
    const constant = await startAuthorizationServer({
      authority,
      clients: [client],
      rotateRefreshTokens: false,
    });
    t.after(constant.close);
    const minted = await constant.mintRefreshToken(client.clientId);
    const run = await ask(way, { 'refresh-token': minted }, { at: constant });
    const { host } = new URL(constant.issuer);
    assert.deepEqual(listLinesOf(run, host), [asking({ 'refresh-token': minted }), got(), set]);
    assert.equal(run.outputs['refresh-token'], minted);
    assertHidden(run, [minted]);
  });
});

describe('a signed JWT as the grant', { concurrency }, () => {
  const grantKeys = publish(ec.publicKey);
  const signing = { 'private-key': writePem(ec.privateKey), 'private-key-as': 'assertion' };
  const clients = {
    basic: ways.client_secret_basic,
    mutual: byCertificate,
    none: ways.none,
  };
  let granting: AuthorizationServer;

  before(async () => {
    granting = await startAuthorizationServer({
      authority,
      grantKeys,
      clients: Object.values<Way>(clients).map(({ client }) => client),
    });
  });

  after(() => granting.close());

  /** The method needs its name here, because with only the JWT it would be `none`. */
  const methods = {
    basic: 'client_secret_basic',
    mutual: 'tls_client_auth',
  } as const;
  for (const [name, method] of Object.entries(methods)) {
    test(`can be sent together with ${method}`, async () => {
      const way: Way = clients[name as keyof typeof methods];
      const { client, sends } = way;
      const run = await ask(
        way,
        {
          ...signing,
          'client-auth-method': method,
          'assertion-claims': 'sub=somebody',
          scopes: 'list',
        },
        { at: granting },
      );
      assert.deepEqual([run.exitCode, run.annotations], [0, []]);
      assert.equal(run.outputs['scope'], 'list');
      const [first] = listLinesOf(run, new URL(granting.issuer).host);
      const parameters = 'assertion=a-jwt';
      assert.equal(first, asking({ 'grant-type': jwtBearerGrant, parameters, scopes: 'list' }));
      assert.deepEqual(JSON.parse(run.outputs['response'] ?? ''), { on_behalf_of: 'somebody' });
      const [request] = requestsOf(client, granting);
      assert.ok(request);
      assert.deepEqual(listNames(request), ['grant_type', 'scope', ...sends, 'assertion']);
      const form = readForm(request);
      assert.equal(form['grant_type'], jwtBearerGrant);
      const who = { issuer: client.clientId, audience: granting.tokenUrl };
      const { assertion = '' } = form;
      const expected = { header: { alg: 'ES256' }, key: grantKeys };
      await assertJwt(assertion, expected, { ...who, subject: 'somebody' });
      assertHidden(run, [assertion]);
    });
  }

  test('is sent by itself if only the JWT names the client', async (t) => {
    const server = await startScripted(t);
    const run = await startBuiltAction({
      'token-url': server.url,
      'client-id': 'service@example.com',
      ...signing,
      'assertion-claims': 'sub=\nscope=read list\nexp=4102444800',
      'use-cache': 'false',
    });
    assert.deepEqual([run.exitCode, run.annotations], [0, []]);
    const [request] = server.requests;
    assert.ok(request);
    assert.equal(request.authorization, undefined);
    assert.deepEqual(listNames(request), ['grant_type', 'assertion']);
    const { assertion = '' } = readForm(request);
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(grantKeys));
    const { iat, jti, ...claims } = payload;
    assert.deepEqual(claims, {
      iss: 'service@example.com',
      aud: server.url,
      scope: 'read list',
      exp: 4_102_444_800,
    });
    assert.deepEqual([typeof iat, typeof jti], ['number', 'string']);
  });

  test('by a key that the server does not know is refused, with what the JWT says', async () => {
    const { basic } = clients;
    const given = {
      ...signing,
      'private-key': writePem(stranger.privateKey),
      'client-auth-method': 'client_secret_basic',
    };
    const run = await ask(basic, given, { at: granting });
    assert.equal(run.exitCode, 1);
    const error = refusal('oauth_error', 400, refusedGrant);
    assert.deepEqual(run.annotations, [explainFinal(error, gather(basic, given, granting))]);
  });

  test('can be exchanged, and the type of the new token is in the response', async () => {
    const subject = await new SignJWT({ jti: 'once' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('https://idp.example.com')
      .setSubject('somebody')
      .setAudience(granting.issuer)
      .setExpirationTime('1 minute')
      .sign(ec.privateKey);
    const run = await ask(
      clients.none,
      { 'grant-type': 'token-exchange', parameters: `subject_token=${subject}` },
      { at: granting },
    );
    assert.deepEqual([run.exitCode, run.annotations], [0, []]);
    assert.deepEqual(JSON.parse(run.outputs['response'] ?? ''), {
      on_behalf_of: 'somebody',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    assertHidden(run, [subject]);
    const [request] = requestsOf(clients.none.client, granting);
    assert.deepEqual(request && readForm(request), {
      grant_type: tokenExchangeGrant,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: subject,
      client_id: 'public',
    });
  });
});

describe('another grant is sent as it is written:', { concurrency }, () => {
  const client = { 'client-id': 'ci-client', 'client-secret': 'the-secret-of-ci-client' };
  const basic = `Basic ${Buffer.from('ci-client:the-secret-of-ci-client').toString('base64')}`;

  test('password', async (t) => {
    const server = await startScripted(t);
    const password = 'a p@ssword+&=%';
    const run = await startBuiltAction({
      ...client,
      'token-url': server.url,
      'grant-type': 'password',
      scopes: 'read',
      parameters: `username=robot@example.com\npassword=${password}`,
      'use-cache': 'false',
    });
    assert.equal(run.exitCode, 0);
    const [request] = server.requests;
    assert.ok(request);
    assert.equal(request.authorization, basic);
    assert.deepEqual(Object.entries(readForm(request)), [
      ['grant_type', 'password'],
      ['scope', 'read'],
      ['username', 'robot@example.com'],
      ['password', password],
    ]);
    assertHidden(run, [password]);
    const [first] = listLinesOf(run, new URL(server.url).host);
    assert.equal(first, asking({ 'grant-type': 'password', scopes: 'read' }));
  });

  test('any URN, with repeated parameters, as a form and as JSON', async (t) => {
    const server = await startScripted(t);
    const grantType = 'urn:example:params:oauth:grant-type:made-up';
    const inputs = {
      ...client,
      'token-url': server.url,
      'grant-type': grantType,
      'client-auth-method': 'client_secret_post',
      parameters: 'group=one\ngroup=two\nempty=',
      'use-cache': 'false',
    };
    assert.equal((await startBuiltAction(inputs)).exitCode, 0);
    assert.equal((await startBuiltAction({ ...inputs, 'body-format': 'json' })).exitCode, 0);
    const [form, body] = server.requests;
    assert.deepEqual(
      [...new URLSearchParams(form?.body)],
      [
        ['grant_type', grantType],
        ['group', 'one'],
        ['group', 'two'],
        ['empty', ''],
        ['client_id', 'ci-client'],
        ['client_secret', 'the-secret-of-ci-client'],
      ],
    );
    assert.deepEqual(JSON.parse(body?.body ?? ''), {
      grant_type: grantType,
      group: ['one', 'two'],
      empty: '',
      client_id: 'ci-client',
      client_secret: 'the-secret-of-ci-client',
    });
  });
});

/** A server that gives a token for every request. */
async function startScripted(t: TestContext): Promise<ScriptedServer> {
  const server = await startScriptedServer({ answers: [token()] });
  t.after(server.close);
  return server;
}
