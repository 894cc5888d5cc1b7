import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  answerJson,
  createFakeClock,
  createFakeNetwork,
} from '../../test/support/doubles/fakes.ts';
import { TransportError } from '../http/transport-error.ts';
import { clientSecretBasic } from './client-authentication.ts';
import { type AttemptContext, askTokenEndpoint, maxResponseBytes } from './token-endpoint.ts';
import type { TokenRequest } from './token-request.ts';

const request: TokenRequest = {
  tokenUrl: 'https://login.example.com/token',
  grantType: 'client_credentials',
  proofs: [clientSecretBasic('id', 'secret', 'form')],
  scopes: [],
  audiences: [],
  resources: [],
  parameters: [],
  headers: [],
  bodyFormat: 'form',
  requestMethod: 'POST',
  responseFields: {},
};

const token = answerJson(200, { access_token: 'the-token', expires_in: 3600 });

const { signal } = new AbortController();
const tls = { ca: 'a certificate' };

/** The clock starts at 11:00:00, and an answer takes 200 ms. */
function createContext(answers: Parameters<typeof createFakeNetwork>[0]) {
  const clock = createFakeClock('2026-01-31T11:00:00Z');
  const network = createFakeNetwork(answers, clock);
  const context: AttemptContext = { send: network.send, now: clock.now, signal, tls };
  return { clock, network, context };
}

describe('a token endpoint', () => {
  test('gets one request, with the limits of the attempt', async () => {
    const { network, context } = createContext([token]);
    const response = await askTokenEndpoint(request, context);
    assert.equal(response.accessToken.token, 'the-token');
    assert.deepEqual(
      network.requests.map(({ method, url }) => [method, url]),
      [['POST', 'https://login.example.com/token']],
    );
    assert.deepEqual(network.limits, [{ signal, tls, maxBytes: maxResponseBytes }]);
  });

  test('gives no token if the token is too short to be masked', async () => {
    const { context } = createContext([answerJson(200, { access_token: ' seven77' })]);
    await assert.rejects(askTokenEndpoint(request, context), {
      name: 'TokenError',
      code: 'short_token',
      retryable: false,
    });
  });

  test('may send 1 MiB', () => {
    assert.equal(maxResponseBytes, 1_048_576);
  });

  test('gives a token whose expiry is counted from before the request was sent', async () => {
    const { context } = createContext([token]);
    const { accessToken, issuedAt } = await askTokenEndpoint(request, context);
    assert.equal(accessToken.expiresAt?.toISOString(), '2026-01-31T12:00:00.000Z');
    assert.equal(issuedAt, Date.parse('2026-01-31T11:00:00Z'));
  });

  test('gives a token whose expiry does not count the time that it took to write the request', async () => {
    const { clock, context } = createContext([token]);
    const slowly: TokenRequest = {
      ...request,
      proofs: [{ headers: [], parameters: [], add: () => clock.sleep(5000) }],
    };
    const { accessToken } = await askTokenEndpoint(slowly, context);
    assert.equal(accessToken.expiresAt?.toISOString(), '2026-01-31T12:00:05.000Z');
  });

  test('names a date to come back that is counted from when it answered', async () => {
    const busy = answerJson(503, {}, { 'retry-after': 'Sat, 31 Jan 2026 11:00:10 GMT' });
    const { context } = createContext([busy]);
    await assert.rejects(askTokenEndpoint(request, context), {
      code: 'http_error',
      retryAfter: 9800,
    });
  });

  test('gets a newly written request each time', async () => {
    const { network, context } = createContext([token, token]);
    let assertions = 0;
    const proving: TokenRequest = {
      ...request,
      proofs: [
        {
          headers: ['x-assertion'],
          parameters: ['client_assertion'],
          add: ({ parameters, headers }) => {
            assertions += 1;
            parameters.push(['client_assertion', `assertion-${assertions}`]);
            headers.set('x-assertion', String(assertions));
          },
        },
      ],
    };
    await askTokenEndpoint(proving, context);
    await askTokenEndpoint(proving, context);
    assert.deepEqual(
      network.requests.map(({ body, headers }) => [body, headers['x-assertion']]),
      [
        ['grant_type=client_credentials&client_assertion=assertion-1', '1'],
        ['grant_type=client_credentials&client_assertion=assertion-2', '2'],
      ],
    );
  });

  test('gets no request if the client cannot prove who it is', async () => {
    const { network, context } = createContext([token]);
    const reason = new Error('no key');
    const failing: TokenRequest = {
      ...request,
      proofs: [{ headers: [], parameters: [], add: () => Promise.reject(reason) }],
    };
    await assert.rejects(askTokenEndpoint(failing, context), reason);
    assert.deepEqual(network.requests, []);
  });

  test('that gives no answer fails with the error of the network', async () => {
    const reset = new TransportError('connection_failed', { systemCode: 'ECONNRESET' });
    const { network, context } = createContext([reset, token]);
    await assert.rejects(askTokenEndpoint(request, context), (error: unknown) => error === reset);
    assert.equal(network.requests.length, 1);
  });
});
