import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type HttpRequest, type RequestLimits } from '../http/request.ts';
import { clientSecretBasic } from './client-authentication.ts';
import { askTokenEndpoint, maxResponseBytes } from './token-endpoint.ts';

test('asks once, with the limits of the attempt, and counts the expiry from before the request', async () => {
  const sent: { request: HttpRequest; limits: RequestLimits }[] = [];
  const { signal } = new AbortController();
  const tls = { ca: 'a certificate' };
  let time = Date.UTC(2026, 0, 31, 11);
  const response = await askTokenEndpoint(
    {
      tokenUrl: 'https://login.example.com/token',
      grantType: 'client_credentials',
      authenticate: clientSecretBasic('id', 'secret', 'form'),
      scopes: [],
      audience: undefined,
      resources: [],
      parameters: [],
      headers: [],
      bodyFormat: 'form',
    },
    {
      signal,
      tls,
      now: () => time,
      send: (request, limits) => {
        sent.push({ request, limits });
        time += 10_000;
        const body = Buffer.from('{"access_token":"abc","expires_in":3600}');
        return Promise.resolve({ status: 200, statusText: 'OK', headers: {}, body });
      },
    },
  );
  assert.equal(response.accessToken.zuluTimeString(), '2026-01-31T12:00:00Z');
  assert.equal(sent.length, 1);
  assert.equal(sent[0]?.request.url, 'https://login.example.com/token');
  assert.deepEqual(sent[0].limits, { signal, tls, maxBytes: maxResponseBytes });
});
