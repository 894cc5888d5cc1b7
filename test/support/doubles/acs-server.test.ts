import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { test, type TestContext } from 'node:test';

import { acsClient, type AcsServerOptions, startAcsServer, unavailable } from './acs-server.ts';
import type { ScriptedServer } from './scripted-server.ts';

const noon = Date.UTC(2026, 0, 31, 12, 0, 0, 999);
const right = { 'client-id': acsClient.clientId, 'client-secret': acsClient.clientSecret };

async function start(t: TestContext, options: AcsServerOptions = {}): Promise<ScriptedServer> {
  const server = await startAcsServer({ now: () => noon, ...options });
  t.after(server.close);
  return server;
}

/** Sends a request and gives the status and the JSON of the answer. */
async function ask(server: ScriptedServer, init: RequestInit): Promise<[number, unknown]> {
  const response = await fetch(server.url, init);
  return [response.status, await response.json()];
}

test('the right client gets a token with its expiry in Zulu time', async (t) => {
  const server = await start(t);
  assert.deepEqual(await ask(server, { headers: right }), [
    200,
    { access_token: 'acs-token-1', expires_at: '2026-01-31T13:00:00Z', expires_in: 3600 },
  ]);
});

test('each token is a new one', async (t) => {
  const server = await start(t);
  await ask(server, { headers: right });
  const [, members] = await ask(server, { headers: right });
  assert.equal((members as Record<string, unknown>)['access_token'], 'acs-token-2');
});

for (const [name, headers] of Object.entries({
  'a wrong id': { ...right, 'client-id': 'someone' },
  'a wrong secret': { ...right, 'client-secret': 'guessed' },
  'no header at all': {},
})) {
  test(`${name} is refused with 401`, async (t) => {
    const server = await start(t);
    assert.deepEqual(await ask(server, { headers }), [401, { message: 'Unknown client.' }]);
  });
}

test('a POST is refused with 405', async (t) => {
  const server = await start(t);
  const [status] = await ask(server, { method: 'POST', headers: right, body: 'a=b' });
  assert.equal(status, 405);
});

test('a GET with a body is refused with 400', async (t) => {
  const server = await start(t);
  // fetch() cannot send such a request.
  const asked = request(server.url, { headers: { ...right, 'content-length': 1 } }).end('x');
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  assert.equal(response.statusCode, 400);
});

test('the right client can be another one', async (t) => {
  const server = await start(t, { clientId: 'other', clientSecret: 'other-secret' });
  const headers = { 'client-id': 'other', 'client-secret': 'other-secret' };
  assert.equal((await ask(server, { headers }))[0], 200);
  assert.equal((await ask(server, { headers: right }))[0], 401);
});

test('fields of the answer can be replaced and left out', async (t) => {
  const server = await start(t, { members: { expires_at: 'soon', expires_in: undefined } });
  assert.deepEqual(await ask(server, { headers: right }), [
    200,
    { access_token: 'acs-token-1', expires_at: 'soon' },
  ]);
});

test('faults come before the first token, and do not change its number', async (t) => {
  const server = await start(t, { faults: [unavailable(), unavailable()] });
  const statuses = [];
  for (let count = 0; count < 2; count += 1) {
    statuses.push((await fetch(server.url, { headers: right })).status);
  }
  assert.deepEqual(statuses, [503, 503]);
  const [status, members] = await ask(server, { headers: right });
  assert.equal(status, 200);
  assert.equal((members as Record<string, unknown>)['access_token'], 'acs-token-1');
});
