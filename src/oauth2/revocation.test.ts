import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  defaultClient,
  startAuthorizationServer,
} from '../../test/support/doubles/authorization-server.ts';
import {
  type Answer,
  answerJson,
  createFakeClock,
  createFakeNetwork,
} from '../../test/support/doubles/fakes.ts';
import { type HttpResponse, sendRequest } from '../http/request.ts';
import { TransportError } from '../http/transport-error.ts';
import { encodeBasic } from './client-authentication.ts';
import { TokenError } from './errors.ts';
import { revoke, type RevocationRequest } from './revocation.ts';
import { type AttemptContext, maxResponseBytes } from './token-endpoint.ts';

type Proof = RevocationRequest['proofs'][number];

const revocationUrl = 'https://login.example.com/revoke';

const request: RevocationRequest = {
  revocationUrl,
  token: 'a-token+/=',
  proofs: [],
  headers: [],
};

const { signal } = new AbortController();
const tls = { ca: 'a certificate', certificate: 'my certificate', key: 'my key' };

/** The clock starts at 11:00:00, and an answer takes 200 ms. */
function createContext(answers: readonly Answer[]) {
  const clock = createFakeClock('2026-01-31T11:00:00Z');
  const network = createFakeNetwork(answers, clock);
  const context: AttemptContext = { send: network.send, now: clock.now, signal, tls };
  return { network, context };
}

function answerText(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): HttpResponse {
  return { status, statusText: '', headers, body: Buffer.from(body) };
}

/** client_secret_basic. */
function proveByBasic(id: string, secret: string): Proof {
  return {
    add: ({ headers }) => {
      headers.set('authorization', `Basic ${encodeBasic(id, secret, 'form')}`);
    },
  };
}

/** What a revocation with this answer throws. */
async function fail(answer: Answer): Promise<TokenError> {
  try {
    await revoke(request, createContext([answer]).context);
  } catch (error) {
    assert.ok(error instanceof TokenError, String(error));
    return error;
  }
  return assert.fail('the revocation succeeded');
}

describe('a revocation', () => {
  test('sends the token once, in a form, as the attempt has it', async () => {
    const { network, context } = createContext([answerText(200, '')]);
    await revoke(request, context);
    assert.deepEqual(network.requests, [
      {
        method: 'POST',
        url: revocationUrl,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'oauth2-token',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'token=a-token%2B%2F%3D&token_type_hint=access_token',
      },
    ]);
    assert.deepEqual(network.limits, [{ signal, tls, maxBytes: maxResponseBytes }]);
  });

  test('proves who the client is, in order, with new proofs each time', async () => {
    const { network, context } = createContext([answerText(200, ''), answerText(200, '')]);
    let assertions = 0;
    const proofs: Proof[] = [
      proveByBasic('id', 'secret'),
      { add: ({ parameters }) => void parameters.push(['client_id', 'id']) },
      {
        add: async ({ parameters }) => {
          await Promise.resolve();
          assertions += 1;
          parameters.push(['client_assertion', `assertion-${assertions}`]);
        },
      },
      { add: ({ parameters }) => void parameters.push(['last', 'one']) },
    ];
    await revoke({ ...request, token: 't', proofs }, context);
    await revoke({ ...request, token: 't', proofs }, context);
    assert.deepEqual(
      network.requests.map(({ body }) => body),
      [1, 2].map(
        (number) =>
          `token=t&token_type_hint=access_token&client_id=id&client_assertion=assertion-${number}&last=one`,
      ),
    );
    assert.equal(network.requests[0]?.headers['authorization'], 'Basic aWQ6c2VjcmV0');
  });

  test('sends further headers, but stays a form', async () => {
    const { network, context } = createContext([answerText(200, '')]);
    const headers = [
      ['X-Api-Key', 'k'],
      ['User-Agent', 'mine'],
      ['Content-Type', 'application/json'],
    ] as const;
    await revoke({ ...request, headers }, context);
    assert.deepEqual(network.requests[0]?.headers, {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'mine',
      'content-type': 'application/x-www-form-urlencoded',
      'x-api-key': 'k',
    });
  });

  test('is not sent if the client cannot prove who it is', async () => {
    const { network, context } = createContext([answerText(200, '')]);
    const reason = new Error('no key');
    const proofs = [{ add: () => Promise.reject(reason) }];
    await assert.rejects(revoke({ ...request, proofs }, context), reason);
    assert.deepEqual(network.requests, []);
  });

  const successes: readonly [what: string, answer: HttpResponse][] = [
    ['an empty 200', answerText(200, '')],
    ['204', answerText(204, '')],
    ['a page', answerText(200, '<html>', { 'content-type': 'text/html' })],
    ['JSON', answerJson(200, { revoked: true })],
    ['JSON without an error', answerJson(200, { error: null })],
    ['the last of them', answerJson(299, { error: '' })],
  ];
  for (const [what, answer] of successes) {
    test(`has succeeded with any 2xx: ${what}`, async () => {
      await assert.doesNotReject(revoke(request, createContext([answer]).context));
    });
  }
});

describe('a revocation that fails', () => {
  test('may say so with 200', async () => {
    const error = await fail(answerJson(200, { error: 'invalid_client' }));
    assert.deepEqual([error.code, error.oauthError?.error], ['oauth_error', 'invalid_client']);
  });

  test('can have a status below 200', async () => {
    assert.equal((await fail(answerText(199, ''))).code, 'http_error');
  });

  test('may be made again if the server is busy, and says when', async () => {
    const error = await fail(
      answerText(503, '', { 'retry-after': 'Sat, 31 Jan 2026 11:00:10 GMT' }),
    );
    assert.deepEqual([error.code, error.retryable, error.retryAfter], ['http_error', true, 9800]);
  });

  const rows: readonly [
    what: string,
    answer: HttpResponse,
    code: string,
    oauthError: string | undefined,
    retryable: boolean,
  ][] = [
    [
      'unsupported_token_type',
      answerJson(400, { error: 'unsupported_token_type' }),
      'oauth_error',
      'unsupported_token_type',
      false,
    ],
    [
      'invalid_client',
      answerJson(401, { error: 'invalid_client' }),
      'oauth_error',
      'invalid_client',
      false,
    ],
    [
      'temporarily_unavailable',
      answerJson(400, { error: 'temporarily_unavailable' }),
      'oauth_error',
      'temporarily_unavailable',
      true,
    ],
    ['404', answerText(404, 'x'), 'http_error', undefined, false],
    ['403 with a JSON object', answerJson(403, {}), 'http_error', undefined, false],
    ['500', answerText(500, ''), 'http_error', undefined, true],
    ['501', answerText(501, ''), 'http_error', undefined, false],
  ];
  for (const [what, answer, code, oauthError, retryable] of rows) {
    test(`says why: ${what}`, async () => {
      const error = await fail(answer);
      assert.deepEqual(
        [error.code, error.oauthError?.error, error.retryable],
        [code, oauthError, retryable],
      );
    });
  }

  test('does not follow a redirect', async () => {
    const error = await fail(answerText(302, '', { location: 'https://example.com/login?a=b' }));
    assert.deepEqual([error.code, error.location], ['redirect', 'https://example.com/login?a=b']);
  });

  test('without an answer has the error of the network', async () => {
    const lost = new TransportError('answer_cut');
    const { network, context } = createContext([lost, answerText(200, '')]);
    await assert.rejects(revoke(request, context), (error) => error === lost);
    assert.equal(network.requests.length, 1);
  });

  test('shows neither the token nor the proof', async () => {
    const { context } = createContext([answerJson(400, { error: 'invalid_request' })]);
    const proofs = [proveByBasic('id', 'the-secret')];
    await assert.rejects(revoke({ ...request, proofs }, context), (error) => {
      const shown = `${String(error)} ${JSON.stringify(error)}`;
      assert.doesNotMatch(shown, /a-token|the-secret/);
      return true;
    });
  });
});

test('a token that oidc-provider revoked over https is no longer active', async (t) => {
  const server = await startAuthorizationServer();
  t.after(server.close);
  const context: AttemptContext = {
    send: sendRequest,
    now: Date.now,
    signal: AbortSignal.timeout(10_000),
    tls: { ca: server.caCertificate },
  };
  const { clientId, clientSecret } = defaultClient;
  const response = await sendRequest(
    {
      method: 'POST',
      url: server.tokenUrl,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${encodeBasic(clientId, clientSecret, 'form')}`,
      },
      body: 'grant_type=client_credentials',
    },
    { ...context, maxBytes: maxResponseBytes },
  );
  const { access_token: token } = JSON.parse(response.body.toString()) as { access_token: string };
  const ask = (secret: string): Promise<void> =>
    revoke(
      {
        ...request,
        revocationUrl: server.revocationUrl,
        token,
        proofs: [proveByBasic(clientId, secret)],
      },
      context,
    );

  await assert.rejects(ask('another secret'), { code: 'oauth_error' });
  assert.equal((await server.introspect(token)).active, true);
  await ask(clientSecret);
  assert.equal((await server.introspect(token)).active, false);
  // A second revocation is a success too (RFC 7009 section 2.2).
  await ask(clientSecret);
});
