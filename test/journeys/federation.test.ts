/** Workload identity federation: the built action authenticates by the job's ID token, and there is no secret. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import { startBuiltAction } from '../support/making/built-action.ts';
import {
  federatedAudience,
  federatedClientId,
  type FederatedServer,
  type FederatedServerOptions,
  type IdTokenParameter,
  startFederatedServer,
} from '../support/doubles/federated-server.ts';
import {
  type IdTokenService,
  type IdTokenServiceOptions,
  startIdTokenService,
} from '../support/doubles/id-token-service.ts';
import type { Run } from '../support/doubles/runner.ts';
import { json, reset, silence, token } from '../support/doubles/scripted-server.ts';

/** The surroundings of a job that runs the action. */
interface Stage {
  readonly service: IdTokenService;
  readonly server: FederatedServer;
  /**
   * Runs a job and gives its result. Throws an AssertionError if any part of an ID token is visible, or is in something
   * that the job gives to others.
   */
  readonly run: (
    inputs?: Readonly<Record<string, string>>,
    environment?: Readonly<Record<string, string>>,
  ) => Promise<Run>;
}

async function start(
  t: TestContext,
  given: { server?: Partial<FederatedServerOptions>; service?: IdTokenServiceOptions } = {},
): Promise<Stage> {
  const service = await startIdTokenService(given.service);
  t.after(service.close);
  const server = await startFederatedServer({ trusted: service, ...given.server });
  t.after(server.close);
  const usual = {
    'token-url': server.url,
    'id-token-as': 'client_assertion',
    'id-token-audience': federatedAudience,
    'retry-time-slot': '0',
    'use-cache': 'false',
  };
  const run: Stage['run'] = async (inputs = {}, environment = service.environment) => {
    const before = service.issued.length;
    const result = await startBuiltAction({ ...usual, ...inputs }, { environment });
    checkSecrecy(result, service.issued.slice(before));
    return result;
  };
  return { service, server, run };
}

/**
 * Asserts that each ID token is masked, that no part of it is printed otherwise, and that later steps do not get it.
 */
function checkSecrecy(run: Run, issued: readonly string[]): void {
  const given = JSON.stringify([run.outputs, run.env, run.state, run.path, run.summary]);
  const besidesMasks = run.stdout.replaceAll(/^::add-mask::.*$/gm, '');
  for (const idToken of issued) {
    assert.ok(run.masks.includes(idToken), 'An ID token is not masked.');
    const [header = '', payload = '', signature = ''] = idToken.split('.');
    for (const seen of [run.log, run.stderr, given, besidesMasks]) {
      for (const part of [`${header}.`, payload, signature]) {
        assert.ok(!seen.includes(part), 'A part of an ID token can be seen.');
      }
    }
  }
}

/** The parameters of a form, by name. */
function readForm(server: FederatedServer, index = -1): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(server.requests.at(index)?.body));
}

/** What each form sends in addition to the ID token, without a client-id. */
const sent: Readonly<Record<IdTokenParameter, Readonly<Record<string, string>>>> = {
  client_assertion: {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  },
  assertion: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
  subject_token: {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  },
};

for (const as of Object.keys(sent) as IdTokenParameter[]) {
  describe(`id-token-as: ${as}`, () => {
    test('gets a token without any secret', async (t) => {
      const { service, server, run } = await start(t);
      const { exitCode, outputs, env, annotations } = await run({ 'id-token-as': as });
      assert.deepEqual(annotations, []);
      assert.equal(exitCode, 0);
      assert.equal(outputs['token'], 'federated-token-1');
      assert.deepEqual(env, { OAUTH2_TOKEN: 'federated-token-1' });
      assert.deepEqual(readForm(server), { ...sent[as], [as]: service.issued[0] });
      assert.equal(server.requests[0]?.authorization, undefined);
      assert.equal(service.requests.length, 1);
    });

    test('sends the client-id if there is one', async (t) => {
      const { server, run } = await start(t);
      const { exitCode } = await run({ 'id-token-as': as, 'client-id': federatedClientId });
      assert.equal(exitCode, 0);
      assert.equal(readForm(server)['client_id'], federatedClientId);
    });

    test('can be sent as JSON', async (t) => {
      const { service, server, run } = await start(t);
      const { exitCode } = await run({ 'id-token-as': as, 'body-format': 'json' });
      assert.equal(exitCode, 0);
      const body: unknown = JSON.parse(server.requests[0]?.body ?? '');
      assert.deepEqual(body, { ...sent[as], [as]: service.issued[0] });
    });

    test('sends a new ID token with each attempt, because the last one cannot be sent again after a 503', async (t) => {
      const { server, run } = await start(t, { server: { outages: 2 } });
      const { exitCode, outputs, stdout } = await run({ 'id-token-as': as });
      assert.equal(exitCode, 0, stdout);
      assert.equal(outputs['token'], 'federated-token-1');
      assert.equal(new Set(server.presented.map(({ claims }) => claims.jti)).size, 3);
    });

    test('shows iss, sub and aud if the server trusts another sub', async (t) => {
      const { service, server, run } = await start(t, {
        service: { claims: { environment: 'staging' } },
        server: { subject: 'repo:octo-org/octo-repo:environment:production' },
      });
      const { exitCode, annotations } = await run({ 'id-token-as': as });
      assert.equal(exitCode, 1);
      assert.equal(annotations.length, 1);
      const { message = '' } = annotations[0] ?? {};
      for (const shown of [
        service.issuer,
        'repo:octo-org/octo-repo:environment:staging',
        federatedAudience,
        'AADSTS700213',
      ]) {
        assert.ok(message.includes(shown), `${shown} is not in: ${message}`);
      }
      assert.ok(!message.includes('Trace ID'), message);
      assert.equal(server.requests.length, 1);
    });
  });
}

describe('the ID token', () => {
  test('has the audience that GitHub chooses if none is requested', async (t) => {
    const audience = 'https://github.com/octo-org';
    const { service, run } = await start(t, { server: { audience } });
    const { exitCode } = await run({ 'id-token-audience': '' });
    assert.equal(exitCode, 0);
    assert.match(service.requests[0]?.path ?? '', /\?api-version=2\.0$/);
  });

  test('is requested again if its service fails for a while in any way', async (t) => {
    const { service, server, run } = await start(t);
    service.misbehave(json(500, { message: 'oops' }), reset('in-head'), json(200, []));
    const { exitCode, stdout } = await run();
    assert.equal(exitCode, 0, stdout);
    assert.equal(service.requests.length, 4);
    assert.equal(server.requests.length, 1);
  });

  test('is requested again if its service does not answer within timeout', async (t) => {
    const { service, run } = await start(t);
    service.misbehave(silence('before-head'));
    const { exitCode, stdout } = await run({ timeout: '0.5' });
    assert.equal(exitCode, 0, stdout);
    assert.equal(service.requests.length, 2);
  });

  test('has as many attempts as retry-max-attempts says, and then one annotation', async (t) => {
    const { service, server, run } = await start(t);
    service.misbehave(json(503, {}), json(503, {}), json(503, {}));
    const { exitCode, annotations, outputs } = await run({ 'retry-max-attempts': '2' });
    assert.equal(exitCode, 1);
    assert.equal(annotations.length, 1);
    assert.match(annotations[0]?.message ?? '', /OIDC token.*503/);
    assert.equal(service.requests.length, 2);
    assert.deepEqual([server.requests, outputs], [[], {}]);
  });

  for (const [what, answer] of Object.entries({
    'a refusal': json(403, { message: 'no' }),
    'no JWT': json(200, { value: 'oops' }),
    'a JWT with a command behind it': json(200, { value: 'a.b.c\n::set-output name=token::x' }),
    'a JWT without claims': json(200, { value: 'e30.bm8.c2ln' }),
    'a redirect': json(302, {}, { location: 'http://127.0.0.1:9/' }),
    'a token response': token(),
  })) {
    test(`is not requested again after ${what}`, async (t) => {
      const { service, server, run } = await start(t);
      service.misbehave(answer);
      const { exitCode, annotations, commands } = await run();
      assert.equal(exitCode, 1);
      assert.equal(annotations.length, 1);
      assert.match(annotations[0]?.message ?? '', /OIDC token/);
      assert.ok(!JSON.stringify(commands).includes('set-output'));
      assert.equal(service.requests.length, 1);
      assert.deepEqual(server.requests, []);
    });
  }

  test('is not sent again although the request is retried', async (t) => {
    const { service, server, run } = await start(t, { server: { subject: 'someone' } });
    const { exitCode } = await run({ 'retry-on': 'all', 'retry-max-attempts': '3' });
    assert.equal(exitCode, 1);
    assert.equal(server.requests.length, 3);
    assert.equal(new Set(service.issued).size, 3);
  });

  test('is not in the log of a verbose run, nor with step debug logging', async (t) => {
    const { run } = await start(t, { server: { outages: 1 } });
    const { exitCode } = await run({ verbose: 'true' });
    assert.equal(exitCode, 0);
  });
});

describe('a job that may not request an ID token', () => {
  for (const name of ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'] as const) {
    test(`learns by one annotation what to give it (without ${name})`, async (t) => {
      const { service, server, run } = await start(t);
      const environment = { ...service.environment, [name]: '' };
      const { exitCode, annotations, outputs } = await run({}, environment);
      assert.equal(exitCode, 1);
      assert.equal(annotations.length, 1);
      assert.match(annotations[0]?.message ?? '', /permissions: { id-token: write }/);
      assert.deepEqual([service.requests, server.requests, outputs], [[], [], {}]);
    });
  }
});

describe('a token exchange', () => {
  test('may give a token of an unusual type', async (t) => {
    const members = { token_type: 'N_A' };
    const { run } = await start(t, { server: { members } });
    const { exitCode, outputs } = await run({ 'id-token-as': 'subject_token' });
    assert.equal(exitCode, 0);
    assert.equal(outputs['token-type'], 'N_A');
    assert.deepEqual(JSON.parse(outputs['response'] ?? ''), {
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
  });

  test('names the type of the ID token as parameters say', async (t) => {
    const { server, run } = await start(t);
    const type = 'urn:ietf:params:oauth:token-type:id_token';
    const { exitCode } = await run({
      'id-token-as': 'subject_token',
      parameters: `subject_token_type=${type}`,
    });
    assert.equal(exitCode, 0);
    assert.equal(readForm(server)['subject_token_type'], type);
  });
});
