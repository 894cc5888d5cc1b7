/** Logins that are almost OAuth: a JWT in the header or in a parameter of any name, and no grant type. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import { decodeJwt } from 'jose';

import { startCacheService } from '../support/doubles/cache-service.ts';
import { startIdTokenService } from '../support/doubles/id-token-service.ts';
import {
  json,
  type RecordedRequest,
  type ScriptedServer,
  startScriptedServer,
} from '../support/doubles/scripted-server.ts';
import { startBuiltAction } from '../support/making/built-action.ts';
import { generatePem } from '../support/making/inputs.ts';
import type { Run } from '../support/doubles/runner.ts';

type Inputs = Readonly<Record<string, string>>;

const granted = json(201, { token: 'an-installation-token', expires_at: '2999-01-31T12:00:00Z' });

/** Runs a job with these inputs against a server that is busy at first. */
async function request(
  t: TestContext,
  inputs: Inputs,
): Promise<{ run: Run; requests: readonly RecordedRequest[]; issued: readonly string[] }> {
  const idTokens = await startIdTokenService();
  t.after(idTokens.close);
  const server: ScriptedServer = await startScriptedServer({ answers: [json(503, {}), granted] });
  t.after(server.close);
  const run = await startBuiltAction(
    {
      'token-url': server.url,
      'response-fields': 'access_token=token',
      'retry-time-slot': '0',
      'use-cache': 'false',
      verbose: 'true',
      ...inputs,
    },
    { environment: idTokens.environment },
  );
  return { run, requests: server.requests, issued: idTokens.issued };
}

describe('a signed JWT in the header', () => {
  const app: Inputs = {
    'client-id': 'Iv23liExample',
    'private-key': generatePem('rsa'),
    'private-key-as': 'bearer',
    'body-format': 'json',
  };

  test('gets the token of a GitHub App, with a new JWT in each attempt', async (t) => {
    const { run, requests } = await request(t, app);
    assert.equal(run.outputs['token'], 'an-installation-token', run.stdout);
    assert.equal(run.outputs['expires-at'], '2999-01-31T12:00:00Z');
    const jwts = requests.map(({ authorization = '' }) => authorization.replace(/^Bearer /, ''));
    assert.equal(new Set(jwts).size, 2);
    for (const jwt of jwts) {
      const { iss, iat = 0, exp = 0, sub } = decodeJwt(jwt);
      assert.deepEqual([iss, sub, exp - iat], ['Iv23liExample', undefined, 120]);
      assert.ok(run.masks.includes(jwt));
    }
    assert.deepEqual(
      requests.map(({ body }) => body),
      ['{}', '{}'],
    );
  });

  test('sends the given parameters as well', async (t) => {
    const { requests } = await request(t, {
      ...app,
      parameters: '{"repositories":["one"],"permissions":{"contents":"read"}}',
      'grant-type': 'urn:example:grant',
    });
    assert.deepEqual(JSON.parse(requests[1]?.body ?? ''), {
      grant_type: 'urn:example:grant',
      repositories: ['one'],
      permissions: { contents: 'read' },
    });
  });

  test('is found in the cache by its key', async (t) => {
    const service = await startCacheService();
    t.after(service.close);
    const server = await startScriptedServer({ answers: [granted] });
    t.after(server.close);
    const inputs = { ...app, 'token-url': server.url, 'response-fields': 'access_token=token' };
    const environment = service.environment({ version: 'v2' });
    const first = await startBuiltAction(inputs, { environment });
    const second = await startBuiltAction(inputs, { environment });
    assert.deepEqual(
      [first, second].map(({ outputs }) => outputs['cache-hit']),
      ['false', 'true'],
    );
    assert.equal(server.requests.length, 1);
  });
});

describe('an ID token', () => {
  test('in the header is sent as Bearer, a new one in each attempt', async (t) => {
    const { run, requests, issued } = await request(t, { 'id-token-as': 'bearer' });
    assert.equal(run.outputs['token'], 'an-installation-token', run.stdout);
    assert.deepEqual(
      requests.map(({ authorization, body }) => [authorization, body]),
      issued.map((token) => [`Bearer ${token}`, '']),
    );
    assert.equal(new Set(issued).size, 2);
    for (const token of issued) assert.ok(run.masks.includes(token));
  });

  for (const format of ['form', 'json', 'multipart', 'query']) {
    test(`in a parameter is sent under its name as ${format}`, async (t) => {
      const { run, requests, issued } = await request(t, {
        'id-token-as': 'parameter',
        'id-token-parameter': 'jwt',
        'body-format': format,
        parameters: 'role=ci',
      });
      assert.equal(run.outputs['token'], 'an-installation-token', run.stdout);
      const last = requests.at(-1);
      const sent = format === 'query' ? (last?.path ?? '') : (last?.body ?? '');
      assert.ok(sent.includes(issued.at(-1) ?? assert.fail()));
      assert.ok(!sent.includes('grant_type'));
      assert.equal(last?.authorization, undefined);
    });
  }
});
