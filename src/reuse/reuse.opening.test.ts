import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { describe, test } from 'node:test';

import { answerJson } from '../../test/support/doubles/fakes.ts';
import { createAuthority } from '../../test/support/making/certificates.ts';
import { generatePem, line, writeGoogleKeyFile } from '../../test/support/making/inputs.ts';
import {
  type Differences,
  open,
  openJob,
  secret,
  toCredential,
  usualIdentity,
} from '../../test/support/tables/reusing-job.ts';
import { answerIdToken, idTokenClaims } from '../../test/support/tables/stages.ts';
import { type Credential, deriveKeys, makeNamePrefix } from '../cache/keys.ts';
import { StageError } from '../failures/stage-error.ts';
import { thumbprintOf } from '../oauth2/client-assertion.ts';
import { exportKeyMaterial } from '../oauth2/keys/signing-key.ts';
import { type RequestIdentity, writeIdentity } from './identity.ts';
import { type CacheObstacle, sayCacheNotUsed } from '../wording/cache.ts';

describe('the cache is not used, without a request to its service,', () => {
  const short = { 'client-secret': '0123456789' };
  const none = { 'client-secret': '', 'client-auth-method': 'none' };
  const federated = { 'client-secret': '', 'id-token-as': 'client_assertion' };
  const rows: readonly [what: string, differences: Differences, why: CacheObstacle][] = [
    ['where the secret is too short', { inputs: short }, 'short_secret'],
    [
      'where both secrets are too short',
      { inputs: { ...short, 'cache-encryption-key': 'abcdefghij' } },
      'short_key',
    ],
    [
      'where the one key is too short',
      { inputs: { ...none, 'cache-encryption-key': 'abcdefghij' } },
      'short_key_alone',
    ],
    ['where there is no secret', { inputs: none }, 'no_secret'],
    ['if there is only an ID token', { inputs: federated }, 'id_token_alone'],
    [
      'if a parameter works only once',
      { inputs: { parameters: 'x=1\ncode=the-code-of-a-user' } },
      'single_use',
    ],
    [
      'if the grant works only once',
      { inputs: { 'refresh-token': 'the-refresh-token' } },
      'single_use',
    ],
    [
      'where the job may neither read nor write it',
      { env: { ACTIONS_CACHE_MODE: 'none' } },
      'mode',
    ],
    [
      'where the repository is not known',
      { env: { GITHUB_REPOSITORY_ID: '', GITHUB_REPOSITORY: undefined } },
      'no_repository',
    ],
    ['where the runner has none', { env: { ACTIONS_RUNTIME_TOKEN: '' } }, 'no_service'],
    [
      'where the runner has none and something else is missing too',
      { inputs: short, env: { ACTIONS_RUNTIME_TOKEN: '' } },
      'short_secret',
    ],
  ];
  for (const [what, differences, why] of rows) {
    test(`${what}, which a line reports`, async () => {
      const { reuse, calls, asked } = await open(differences);
      assert.equal(reuse, undefined);
      assert.deepEqual(calls, [line(sayCacheNotUsed(why))]);
      assert.deepEqual(asked, []);
    });
  }

  test('with use-cache: false, which no line reports', async () => {
    const { reuse, calls } = await open({ inputs: { 'use-cache': 'false' } });
    assert.equal(reuse, undefined);
    assert.deepEqual(calls, []);
  });

  test('if no ID token comes to say whose it is, which is an error of the step', async () => {
    const inputs = { ...federated, 'cache-encryption-key': secret };
    await assert.rejects(open({ inputs, idToken: answerJson(403, {}) }), StageError);
  });
});

describe('the name under which a token is looked for', () => {
  /** Looks for a token, and gives the prefix that was searched for. */
  async function readName(differences: Differences): Promise<string> {
    const { reuse, asked } = await openJob(differences);
    await reuse.find();
    assert.equal(new Set(asked).size, 1);
    return asked[0] ?? '';
  }

  async function writeName(
    credentials: readonly Credential[],
    identity: Partial<RequestIdentity>,
  ): Promise<string> {
    const all = writeIdentity({ ...usualIdentity, ...identity });
    return `find ${makeNamePrefix(await deriveKeys(credentials, all))}`;
  }

  const cannotWrite = { ACTIONS_CACHE_MODE: 'read' };

  test('comes from the secret and all that is requested', async () => {
    const inputs = {
      'token-url': '',
      issuer: 'https://login.example.com',
      'cache-encryption-key': 'a-key-for-the-cache-alone',
      audience: 'aud',
      resource: 'urn:a',
      parameters: 'x=1',
      headers: 'X-Tenant: acme',
      'request-method': 'PUT',
      'body-format': 'json',
      'response-fields': 'scope=data.scope',
      'default-expires-in': '600',
      'expires-at-override': '2026-01-31T12:00:00Z',
      'client-auth-method': 'client_secret_jwt',
      'assertion-audience': 'urn:b',
      'assertion-claims': 'y=2',
    };
    const expected = await writeName(
      [
        toCredential('cache-encryption-key', 'a-key-for-the-cache-alone'),
        toCredential('client-secret', secret),
      ],
      {
        tokenUrl: undefined,
        issuer: 'https://login.example.com',
        audiences: ['aud'],
        resources: ['urn:a'],
        parameters: [['x', '"1"']],
        headers: [['x-tenant', 'acme']],
        requestMethod: 'PUT',
        bodyFormat: 'json',
        responseFields: [['scope', 'data.scope']],
        defaultExpiresIn: 600,
        expiresAtOverride: '2026-01-31T12:00:00.000Z',
        clientAuthMethod: 'client_secret_jwt',
        assertionAudience: 'urn:b',
        assertionClaims: [['y', '"2"']],
      },
    );
    assert.equal(await readName({ inputs, env: cannotWrite }), expected);
  });

  for (const id of ['', undefined]) {
    test(`comes from the name of the repository if its id is ${JSON.stringify(id)}`, async () => {
      const env = { ...cannotWrite, GITHUB_REPOSITORY_ID: id };
      const credentials = [toCredential('client-secret', secret)];
      assert.equal(
        await readName({ env }),
        await writeName(credentials, { repository: 'acme/shop' }),
      );
    });
  }

  test('comes from the key, and from its owner if there is no client id', async () => {
    const pem = generatePem('rsa');
    const inputs = {
      'client-id': '',
      'client-secret': '',
      'private-key': writeGoogleKeyFile(pem),
      'private-key-as': 'assertion',
    };
    const material = exportKeyMaterial(createPrivateKey(pem));
    const expected = await writeName([{ label: 'private-key', bytes: material }], {
      grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      clientId: 'ci@acme-prod.iam.gserviceaccount.com',
      clientAuthMethod: 'none',
      privateKeyAs: 'assertion',
    });
    assert.equal(await readName({ inputs, env: cannotWrite }), expected);
  });

  test('comes from the key if only claims say whose it is', async () => {
    const pem = generatePem();
    const inputs = {
      'client-id': '',
      'client-secret': '',
      'private-key': pem,
      'private-key-as': 'assertion',
      'assertion-claims': 'iss=ci\nsub=ci',
    };
    const material = exportKeyMaterial(createPrivateKey(pem));
    const expected = await writeName([{ label: 'private-key', bytes: material }], {
      grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      clientId: undefined,
      clientAuthMethod: 'none',
      privateKeyAs: 'assertion',
      assertionClaims: [
        ['iss', '"ci"'],
        ['sub', '"ci"'],
      ],
    });
    assert.equal(await readName({ inputs, env: cannotWrite }), expected);
  });

  test('comes from the certificate and the key of the client', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    const inputs = {
      'client-secret': '',
      'client-certificate': certificate,
      'client-key': key,
      'client-auth-method': 'tls_client_auth',
    };
    const material = exportKeyMaterial(createPrivateKey(key));
    const expected = await writeName([{ label: 'client-key', bytes: material }], {
      clientAuthMethod: 'tls_client_auth',
      clientCertificate: thumbprintOf(certificate),
    });
    assert.equal(await readName({ inputs, env: cannotWrite }), expected);
  });

  test("comes from the claims of GitHub's ID token that do not change with every run", async () => {
    const inputs = {
      'client-id': '',
      'client-secret': '',
      'id-token-as': 'client_assertion',
      'cache-encryption-key': secret,
    };
    const { iss, sub, aud } = idTokenClaims;
    const expected = await writeName([toCredential('cache-encryption-key', secret)], {
      clientId: undefined,
      clientAuthMethod: undefined,
      idTokenAs: 'client_assertion',
      idTokenClaims: Object.entries({ aud, environment: 'prod', iss, sub }).map(([name, value]) => [
        name,
        JSON.stringify(value),
      ]),
    });
    const idToken = answerIdToken(1, { environment: 'prod', run_id: '7' });
    assert.equal(await readName({ inputs, idToken, env: cannotWrite }), expected);
  });
});
