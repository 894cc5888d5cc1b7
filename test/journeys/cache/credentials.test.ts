/** Entries of the cache are encrypted by every kind of credential, and bound to the claims of an ID token. */
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';

import { startBuiltAction } from '../../support/making/built-action.ts';
import { startCacheService } from '../../support/doubles/cache-service.ts';
import {
  type JobOptions,
  type JobRun,
  type Stage,
  type StageOptions,
  startStage,
} from '../../support/making/cache-stage.ts';
import { asking, got, kept, keptIt, missed, notUsed, set } from '../../support/making/log-lines.ts';
import { createAuthority } from '../../support/making/certificates.ts';
import {
  federatedAudience,
  type FederatedServer,
  startFederatedServer,
} from '../../support/doubles/federated-server.ts';
import {
  type GivenClaims,
  type IdTokenService,
  startIdTokenService,
} from '../../support/doubles/id-token-service.ts';
import type { Run } from '../../support/doubles/runner.ts';
import { json } from '../../support/doubles/scripted-server.ts';

type Inputs = Readonly<Record<string, string>>;

const concurrency = 3;

/** Only looks, so that later jobs find the cache unchanged. */
const looking = { ACTIONS_CACHE_MODE: 'read' };

const encryptionKey = { 'cache-encryption-key': 'the-key-that-seals-the-entries' };

/** Starts a stage whose jobs have these inputs and no client-secret. */
async function start(
  t: TestContext,
  inputs: Inputs,
  options?: StageOptions,
): Promise<{ stage: Stage; run: (given?: Inputs, job?: JobOptions) => Promise<JobRun> }> {
  const stage = await startStage(options);
  t.after(stage.close);
  return {
    stage,
    run: (given, job) =>
      stage.run({ ...job, inputs: { 'client-secret': '', ...inputs, ...given } }),
  };
}

function generatePem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The same key in other forms. */
function writeForms(pem: string): Record<string, string> {
  const key = createPrivateKey(pem);
  return {
    'a JWK': JSON.stringify(key.export({ format: 'jwk' })),
    'a key file': JSON.stringify({
      type: 'serviceaccount',
      keyId: 'key-1',
      key: key.export({ type: 'sec1', format: 'pem' }),
      userId: 'somebody',
    }),
  };
}

describe('a token that was requested with a private key', { concurrency }, () => {
  test('is reused with the same key in any form, and not with another key', async (t) => {
    const pem = generatePem();
    const { stage, run } = await start(t, { 'private-key': pem });
    const first = await run();
    assert.deepEqual(first.lines, kept);
    for (const [form, key] of Object.entries(writeForms(pem))) {
      const again = await run({ 'private-key': key });
      assert.deepEqual([again.hit, again.token], [true, first.token], form);
    }
    assert.equal(stage.endpoint.requests.length, 1);

    const rotated = await run({ 'private-key': generatePem() });
    assert.equal(rotated.hit, false);
    assert.deepEqual(rotated.lines, kept);
    assert.equal(stage.service.entries.length, 2);
  });

  test('is not reused by a job that only has the same cache-encryption-key with another key', async (t) => {
    const { run } = await start(t, { 'private-key': generatePem(), ...encryptionKey });
    const first = await run();
    assert.equal((await run()).token, first.token);
    const other = { 'private-key': generatePem() };
    assert.equal((await run(other, { environment: looking })).hit, false);
  });

  test('is a different one with other claims and another audience', async (t) => {
    const inputs = { 'private-key': generatePem() };
    const { run } = await start(t, inputs);
    await run();
    const others: Inputs[] = [
      { 'assertion-claims': 'tenant=acme' },
      { 'assertion-audience': 'https://login.example.com' },
    ];
    for (const other of others) {
      assert.equal((await run(other, { environment: looking })).hit, false, JSON.stringify(other));
    }
  });

  test('is reused by grants of a signed JWT, because each attempt has made a new one', async (t) => {
    const inputs = { 'private-key': generatePem(), 'private-key-as': 'assertion' };
    const { stage, run } = await start(t, inputs);
    const first = await run();
    assert.equal(first.lines[0], missed({ ...inputs, 'client-secret': '' }));
    assert.deepEqual(first.lines.slice(1), kept.slice(1));
    const second = await run();
    assert.deepEqual([second.hit, second.token], [true, first.token]);
    assert.equal(stage.endpoint.requests.length, 1);
  });
});

describe('a token that was requested with a client certificate', { concurrency }, () => {
  test('is reused with the same key and certificate, and with no other', async (t) => {
    const authority = await createAuthority();
    const { certificate: cert, key } = await authority.issue({ names: ['127.0.0.1'] });
    const naming = { names: [], client: true, commonName: 'ci-client' };
    const own = await authority.issue(naming);
    const other = await authority.issue(naming);
    const renewed = await authority.issue({ ...naming, key: own.key });
    const { stage, run } = await start(
      t,
      {
        'ca-certificate': authority.certificate,
        'client-certificate': own.certificate,
        'client-key': own.key,
      },
      { tls: { cert, key } },
    );
    const first = await run();
    assert.deepEqual(first.lines, kept);
    const { 'a JWK': jwk = '' } = writeForms(own.key);
    assert.equal((await run({ 'client-key': jwk })).token, first.token);
    assert.equal(stage.endpoint.requests.length, 1);
    const others = {
      'a renewed certificate': { 'client-certificate': renewed.certificate },
      'another key': { 'client-certificate': other.certificate, 'client-key': other.key },
      'another method': { 'client-auth-method': 'self_signed_tls_client_auth' },
    };
    for (const [what, inputs] of Object.entries<Inputs>(others)) {
      assert.equal((await run(inputs, { environment: looking })).hit, false, what);
    }
  });
});

describe('a client without a credential', { concurrency }, () => {
  test('reuses a token with cache-encryption-key, and not with another key', async (t) => {
    const { stage, run } = await start(t, { 'client-auth-method': 'none', ...encryptionKey });
    const first = await run();
    assert.deepEqual(first.lines, kept);
    assert.equal((await run()).token, first.token);
    assert.equal(stage.endpoint.requests.length, 1);
    const other = { 'cache-encryption-key': 'another-key-that-seals-entries' };
    assert.equal((await run(other, { environment: looking })).hit, false);
  });

  test('does not use the cache without one, and the log says how to use it', async (t) => {
    const { stage, run } = await start(t, { 'client-auth-method': 'none' });
    assert.deepEqual((await run()).lines, [notUsed('no_secret'), asking(), got(), set]);
    assert.deepEqual(stage.service.requests, []);
  });
});

describe('a token that was requested with an ID token', { concurrency }, () => {
  /** A stage whose jobs authenticate by ID tokens, each with its own claims in addition to the usual ones. */
  async function startFederated(
    t: TestContext,
    inputs: Inputs,
  ): Promise<{
    stage: Stage;
    idTokens: IdTokenService;
    run: (claims?: GivenClaims, given?: Inputs, environment?: Inputs) => Promise<JobRun>;
  }> {
    const idTokens = await startIdTokenService();
    t.after(idTokens.close);
    const all = { 'id-token-as': 'client_assertion', ...inputs };
    const { stage, run } = await start(t, all);
    return {
      stage,
      idTokens,
      run: async (claims = {}, given = {}, environment = {}) => {
        const value = await idTokens.sign(claims);
        idTokens.misbehave(json(200, { value }));
        const result = await run(given, {
          environment: { ...idTokens.environment, ...environment },
        });
        assert.ok(result.masks.includes(value));
        return result;
      },
    };
  }

  test('is reused by later runs and commits, but not by another ref, environment or event', async (t) => {
    const { stage, run } = await startFederated(t, encryptionKey);
    const first = await run();
    assert.deepEqual(first.lines, kept);
    const later = await run({
      run_id: '22259804325',
      run_number: '11',
      run_attempt: '2',
      check_run_id: '90000002',
      sha: 'f'.repeat(40),
      workflow_sha: 'f'.repeat(40),
    });
    assert.deepEqual([later.hit, later.token], [true, first.token]);
    assert.equal(stage.endpoint.requests.length, 1);

    const sub = 'repo:octo-org/octo-repo:ref:refs/heads/main';
    const others: GivenClaims[] = [
      // The same sub, as if it is customized to be only the repository.
      { sub, ref: 'refs/heads/feature' },
      { sub, environment: 'production' },
      { event_name: 'pull_request' },
      // Another commit of the reusable workflow. The provider may trust only one commit.
      { job_workflow_sha: 'f'.repeat(40) },
    ];
    for (const claims of others) {
      const other = await run(claims, {}, looking);
      assert.equal(other.hit, false, JSON.stringify(claims));
    }
    assert.equal(stage.endpoint.requests.length, 1 + others.length);
  });

  test('as the grant is reused too, because it is requested again each time', async (t) => {
    const { run } = await startFederated(t, { 'id-token-as': 'subject_token', ...encryptionKey });
    const first = await run();
    assert.equal(first.lines[2], keptIt);
    const second = await run();
    assert.deepEqual([second.hit, second.token], [true, first.token]);
  });

  test('is not cached if there is only the ID token, and one ID token is enough', async (t) => {
    const { stage, idTokens, run } = await startFederated(t, {});
    const { lines } = await run();
    assert.deepEqual(lines, [notUsed('id_token_alone'), asking(), got(), set]);
    assert.deepEqual(stage.service.requests, []);
    assert.equal(idTokens.requests.length, 1);
  });
});

describe('a server that accepts each ID token once', { concurrency }, () => {
  interface Federation {
    readonly idTokens: IdTokenService;
    readonly server: FederatedServer;
    readonly cacheRequests: () => number;
    readonly run: (inputs?: Inputs) => Promise<Run>;
  }

  async function startFederation(
    t: TestContext,
    options: { outages?: number; subject?: string } = {},
  ): Promise<Federation> {
    const idTokens = await startIdTokenService();
    const server = await startFederatedServer({ trusted: idTokens, ...options });
    const cache = await startCacheService();
    t.after(() => Promise.all([idTokens.close(), server.close(), cache.close()]));
    return {
      idTokens,
      server,
      cacheRequests: () => cache.requests.length,
      run: (inputs) =>
        startBuiltAction(
          {
            'token-url': server.url,
            'id-token-as': 'client_assertion',
            'id-token-audience': federatedAudience,
            'retry-time-slot': '0',
            ...encryptionKey,
            ...inputs,
          },
          { environment: { ...idTokens.environment, ...cache.environment({ version: 'v2' }) } },
        ),
    };
  }

  test('gets the same ID token whose claims were used for the cache', async (t) => {
    const { idTokens, server, run } = await startFederation(t);
    const first = await run();
    assert.equal(first.exitCode, 0, first.stdout);
    assert.equal(idTokens.requests.length, 1);
    assert.deepEqual(
      server.presented.map(({ token }) => token),
      idTokens.issued,
    );
    const second = await run();
    assert.deepEqual(
      [second.outputs['cache-hit'], second.outputs['token']],
      ['true', first.outputs['token']],
    );
    assert.equal(idTokens.requests.length, 2);
    assert.equal(server.requests.length, 1);
    assert.ok(second.masks.includes(idTokens.issued[1] ?? ''));
  });

  test('gets it once, and each further attempt sends a new one', async (t) => {
    const { idTokens, server, run } = await startFederation(t, { outages: 2 });
    const { exitCode, stdout } = await run();
    assert.equal(exitCode, 0, stdout);
    assert.equal(idTokens.requests.length, 3);
    assert.deepEqual(
      server.presented.map(({ token }) => token),
      idTokens.issued,
    );
    assert.equal(new Set(idTokens.issued).size, 3);
  });

  test('gets it with use-cache: refresh too', async (t) => {
    const { idTokens, server, run } = await startFederation(t);
    const first = await run();
    const refreshed = await run({ 'use-cache': 'refresh' });
    assert.notEqual(refreshed.outputs['token'], first.outputs['token']);
    assert.equal(idTokens.requests.length, 2);
    assert.equal(server.requests.length, 2);
  });

  test('that trusts another environment gives no token, and neither does the cache', async (t) => {
    const subject = 'repo:octo-org/octo-repo:environment:production';
    const { idTokens, server, run } = await startFederation(t, { subject });
    const value = await idTokens.sign({ aud: federatedAudience, environment: 'production' });
    idTokens.misbehave(json(200, { value }));
    const trusted = await run();
    assert.equal(trusted.exitCode, 0, trusted.stdout);
    const other = await run();
    assert.deepEqual([other.exitCode, other.outputs], [1, {}]);
    assert.equal(other.annotations[0]?.title, 'oauth2-token: OIDC token refused');
    assert.equal(server.requests.length, 2);
  });

  test('gets no request if there is no ID token to search the cache with', async (t) => {
    const { idTokens, server, cacheRequests, run } = await startFederation(t);
    const busy = json(503, { message: 'busy' });
    idTokens.misbehave(busy, busy);
    const { exitCode, outputs, annotations } = await run({ 'retry-max-attempts': '2' });
    assert.deepEqual([exitCode, outputs], [1, {}]);
    assert.equal(annotations.length, 1);
    assert.match(annotations[0]?.message ?? '', /OIDC token.*503.*after 2 attempts\.$/);
    assert.deepEqual([server.requests.length, cacheRequests()], [0, 0]);
  });
});
