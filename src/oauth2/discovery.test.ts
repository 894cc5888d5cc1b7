import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { startAuthorizationServer } from '../../test/support/doubles/authorization-server.ts';
import {
  type Answer,
  answerJson,
  createFakeClock,
  createFakeNetwork,
} from '../../test/support/doubles/fakes.ts';
import { type HttpResponse, sendRequest } from '../http/request.ts';
import { TransportError } from '../http/transport-error.ts';
import { discover, type DiscoveryContext, type ServerMetadata } from './discovery.ts';
import { DiscoveryError } from './errors.ts';
import { maxResponseBytes } from './token-endpoint.ts';
import { readLocation } from './token-response.ts';

const issuer = 'https://login.example.com/acme';
const openIdUrl = 'https://login.example.com/acme/.well-known/openid-configuration';
const oauthUrl = 'https://login.example.com/.well-known/oauth-authorization-server/acme';
const tokenEndpoint = 'https://login.example.com/acme/token';

const { signal } = new AbortController();

/** The clock starts at 11:00:00, and an answer takes 200 ms. */
function createContext(answers: readonly Answer[], options: Partial<DiscoveryContext> = {}) {
  const clock = createFakeClock('2026-01-31T11:00:00Z');
  const network = createFakeNetwork(answers, clock);
  const context: DiscoveryContext = {
    send: network.send,
    now: clock.now,
    signal,
    tls: {},
    allowHttp: false,
    ...options,
  };
  const urls = (): string[] => network.requests.map(({ url }) => url);
  return { network, context, urls };
}

/** Metadata of this issuer's server, with some fields replaced. */
function metadata(members: Record<string, unknown> = {}): HttpResponse {
  return answerJson(200, { issuer, token_endpoint: tokenEndpoint, ...members });
}

function answerText(
  status: number,
  body: string | Buffer,
  headers: Record<string, string> = {},
): HttpResponse {
  return { status, statusText: '', headers, body: Buffer.from(body) };
}

const notFound = answerText(404, 'nothing here', { 'content-type': 'text/plain' });
const page = answerText(200, '<html>Welcome</html>', { 'content-type': 'text/html' });
const redirect = answerText(302, '', { location: 'https://u:p@www.example.com/login?session=1' });

/** What a search with these answers throws, and the URLs that it requested. */
async function fail(
  answers: readonly Answer[],
  options: Partial<DiscoveryContext> & { issuer?: string } = {},
): Promise<{ error: DiscoveryError; urls: string[] }> {
  const { context, urls } = createContext(answers, options);
  try {
    await discover(options.issuer ?? issuer, context);
  } catch (error) {
    assert.ok(error instanceof DiscoveryError, String(error));
    return { error, urls: urls() };
  }
  return assert.fail('metadata was found');
}

/** The result of a search whose first answer has these fields. */
function find(
  members: Record<string, unknown>,
  options: Partial<DiscoveryContext> & { issuer?: string } = {},
): Promise<ServerMetadata> {
  const named = options.issuer ?? issuer;
  return discover(named, createContext([metadata({ issuer: named, ...members })], options).context);
}

describe('the URLs of metadata', () => {
  const rows: readonly [issuer: string, openIdConnect: string, oauth: string][] = [
    [
      'https://example.com',
      'https://example.com/.well-known/openid-configuration',
      'https://example.com/.well-known/oauth-authorization-server',
    ],
    [
      'https://example.com/',
      'https://example.com/.well-known/openid-configuration',
      'https://example.com/.well-known/oauth-authorization-server',
    ],
    [
      'https://example.com//',
      'https://example.com/.well-known/openid-configuration',
      'https://example.com/.well-known/oauth-authorization-server',
    ],
    [issuer, openIdUrl, oauthUrl],
    [`${issuer}/`, openIdUrl, oauthUrl],
    [
      'https://example.com:8443/a/b%2Fc/',
      'https://example.com:8443/a/b%2Fc/.well-known/openid-configuration',
      'https://example.com:8443/.well-known/oauth-authorization-server/a/b%2Fc',
    ],
    [
      'https://[::1]:8443',
      'https://[::1]:8443/.well-known/openid-configuration',
      'https://[::1]:8443/.well-known/oauth-authorization-server',
    ],
    [
      'http://127.0.0.1:8080/realms/acme',
      'http://127.0.0.1:8080/realms/acme/.well-known/openid-configuration',
      'http://127.0.0.1:8080/.well-known/oauth-authorization-server/realms/acme',
    ],
  ];
  for (const [named, openIdConnect, oauth] of rows) {
    test(`of ${named} are two, OpenID Connect's first`, async () => {
      const { context, urls } = createContext([notFound, metadata({ issuer: named })]);
      assert.equal((await discover(named, context)).issuer, named);
      assert.deepEqual(urls(), [openIdConnect, oauth]);
    });
  }
});

describe('a search for metadata', () => {
  test('ends at the first URL that has it', async () => {
    const { context, urls } = createContext([metadata(), metadata()]);
    assert.deepEqual(await discover(issuer, context), {
      issuer,
      tokenEndpoint,
      mtlsTokenEndpoint: undefined,
      revocationEndpoint: undefined,
      mtlsRevocationEndpoint: undefined,
    });
    assert.deepEqual(urls(), [openIdUrl]);
  });

  test('sends only the usual headers, and shows the client certificate', async () => {
    const tls = { ca: 'a certificate', certificate: 'my certificate', key: 'my key' };
    const { network, context } = createContext([notFound, metadata()], { tls });
    await discover(issuer, context);
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'oauth2-token',
    };
    assert.deepEqual(network.requests, [
      { method: 'GET', url: openIdUrl, headers },
      { method: 'GET', url: oauthUrl, headers },
    ]);
    const limits = { signal, tls, maxBytes: maxResponseBytes };
    assert.deepEqual(network.limits, [limits, limits]);
  });

  const passing: readonly [what: string, answer: HttpResponse][] = [
    ['404', notFound],
    ['410', answerText(410, '')],
    ['400', answerText(400, '')],
    ['401', answerText(401, '')],
    ['403', answerText(403, '')],
    ['501', answerText(501, '')],
    ['404 with metadata in it', answerJson(404, { issuer, token_endpoint: tokenEndpoint })],
    ['a redirect', redirect],
    ['a page', page],
    ['an empty success', answerText(204, '')],
    ['an array', answerJson(200, [])],
    ['null', answerJson(200, null)],
    ['a string', answerJson(200, 'metadata')],
    ['damaged JSON', answerText(200, '{"issuer":', { 'content-type': 'application/json' })],
    ['a form with an error', answerText(200, 'error=not_found')],
  ];
  for (const [what, answer] of passing) {
    test(`goes on to the second URL after ${what}`, async () => {
      const { context, urls } = createContext([answer, metadata()]);
      assert.equal((await discover(issuer, context)).tokenEndpoint, tokenEndpoint);
      assert.deepEqual(urls(), [openIdUrl, oauthUrl]);
    });
  }

  const retryAfter = { 'retry-after': 'Sat, 31 Jan 2026 11:00:10 GMT' };
  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    test(`goes on after a busy server's ${status}, and is made again if the second URL has nothing`, async () => {
      const busy = answerText(status, '', retryAfter);
      const found = createContext([busy, metadata()]);
      assert.equal((await discover(issuer, found.context)).tokenEndpoint, tokenEndpoint);
      assert.deepEqual(found.urls(), [openIdUrl, oauthUrl]);
      for (const other of [notFound, page, metadata({ issuer: 'https://other.example.com' })]) {
        const { error } = await fail([busy, other]);
        assert.deepEqual(
          [error.code, error.retryable, error.retryAfter, error.answer.status],
          ['refused', true, 9800, status],
        );
        assert.equal(error.attempts.length, 2);
      }
    });
  }

  for (const [status, code] of [
    [400, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [501, 'refused'],
  ] as const) {
    test(`is made again after ${status} with a time to come back`, async () => {
      const { error } = await fail([answerText(status, '', retryAfter), notFound]);
      assert.deepEqual([error.code, error.retryable, error.retryAfter], [code, true, 9800]);
    });
  }

  test('ignores a time to come back in a redirect or a page', async () => {
    for (const answer of [redirect, page]) {
      const asking = { ...answer, headers: { ...answer.headers, ...retryAfter } };
      const { error } = await fail([asking, notFound]);
      assert.deepEqual([error.retryable, error.retryAfter], [false, undefined]);
    }
  });

  test('is made again as a whole if only the second URL is busy', async () => {
    for (const first of [page, notFound, metadata({ issuer: 'https://other.example.com' })]) {
      const { error } = await fail([first, answerText(503, '', { 'retry-after': '7' })]);
      assert.deepEqual([error.code, error.retryable, error.retryAfter], ['refused', true, 7000]);
      assert.deepEqual(error.attempts, [
        { url: openIdUrl, status: first.status },
        { url: oauthUrl, status: 503 },
      ]);
    }
  });

  test('is made again if only the second answer was damaged', async () => {
    const damaged = answerText(200, '{"iss', { 'content-type': 'application/json' });
    const { error } = await fail([answerText(403, ''), damaged]);
    assert.deepEqual([error.code, error.retryable], ['not_metadata', true]);
  });

  test('ends with the error of the network', async () => {
    for (const code of ['connection_failed', 'tls_untrusted', 'timeout', 'answer_cut'] as const) {
      const lost = new TransportError(code);
      const first = createContext([lost, metadata()]);
      await assert.rejects(discover(issuer, first.context), (error) => error === lost);
      assert.deepEqual(first.urls(), [openIdUrl]);
      const second = createContext([notFound, lost]);
      await assert.rejects(discover(issuer, second.context), (error) => error === lost);
    }
  });

  for (const code of [
    'answer_unreadable',
    'answer_too_large',
    'headers_too_large',
    'encoding_unknown',
  ] as const) {
    test(`goes on after an answer that cannot be used: ${code}`, async () => {
      const useless = new TransportError(code);
      const found = createContext([useless, metadata()]);
      assert.equal((await discover(issuer, found.context)).tokenEndpoint, tokenEndpoint);
      assert.deepEqual(found.urls(), [openIdUrl, oauthUrl]);
      for (const other of [notFound, metadata({ issuer: 'https://other.example.com' })]) {
        const { context } = createContext([useless, other]);
        await assert.rejects(discover(issuer, context), (error) => error === useless);
      }
    });
  }
});

describe('a search that finds nothing', () => {
  test('names both URLs and their answers', async () => {
    const { error } = await fail([notFound, answerText(410, 'gone')]);
    assert.equal(error.name, 'DiscoveryError');
    assert.equal(error.message, 'not_found');
    assert.deepEqual(error.attempts, [
      { url: openIdUrl, status: 404 },
      { url: oauthUrl, status: 410 },
    ]);
    assert.deepEqual([error.code, error.retryable], ['not_found', false]);
    const { status, contentType, length } = error.answer;
    assert.deepEqual([status, contentType, length], [404, 'text/plain', 12]);
  });

  const telling: readonly [
    what: string,
    answers: readonly [HttpResponse, HttpResponse],
    code: string,
    status: number,
  ][] = [
    ['a page, then 404', [page, notFound], 'not_metadata', 200],
    ['404, then a page', [notFound, page], 'not_metadata', 200],
    ['a page, then a redirect', [page, redirect], 'not_metadata', 200],
    ['a redirect, then a page', [redirect, page], 'redirect', 302],
    ['a redirect, then 404', [redirect, notFound], 'redirect', 302],
    ['404, then a redirect', [notFound, redirect], 'redirect', 302],
    ['403, then 404', [answerText(403, ''), notFound], 'refused', 403],
    ['404, then 403', [notFound, answerText(403, '')], 'refused', 403],
    ['403, then 400', [answerText(403, ''), answerText(400, '')], 'refused', 403],
    ['a status below all successes', [answerText(199, ''), notFound], 'refused', 199],
    ['the last of the successes', [answerText(299, ''), notFound], 'not_metadata', 299],
    ['the first of the redirects', [answerText(300, ''), notFound], 'redirect', 300],
    ['the last of the redirects', [answerText(399, ''), notFound], 'redirect', 399],
  ];
  for (const [what, answers, code, status] of telling) {
    test(`is about the first answer that says more than 404: ${what}`, async () => {
      const { error } = await fail(answers);
      assert.deepEqual(
        [error.code, error.answer.status, error.retryable, error.attempts.length],
        [code, status, false, 2],
      );
    });
  }

  test('says what kind of page came instead of metadata', async () => {
    const { error } = await fail([page, notFound]);
    assert.deepEqual([error.answer.contentType, error.answer.length], ['text/html', 20]);
  });

  test('is made again if an answer says it is JSON but is damaged, and not if it is a page', async () => {
    const types: readonly [type: string, retryable: boolean][] = [
      ['application/json', true],
      ['application/json; charset=utf-8', true],
      ['application/problem+json', true],
      ['text/html', false],
      ['application/jsonp', false],
    ];
    for (const [type, retryable] of types) {
      const { error } = await fail([answerText(200, '{"iss', { 'content-type': type }), notFound]);
      assert.deepEqual([error.code, error.retryable], ['not_metadata', retryable], type);
    }
    assert.equal((await fail([answerText(200, ''), notFound])).error.retryable, false);
  });

  test('shows where a redirect pointed, without user info and query', async () => {
    const { location = '' } = (await fail([redirect, notFound])).error;
    assert.equal(readLocation(location), 'https://www.example.com/login');
    assert.equal((await fail([answerText(301, ''), notFound])).error.location, undefined);
  });

  test('does not show user info and query that an issuer should not have', async () => {
    const named = 'https://user:secret@login.example.com/acme?key=secret#secret';
    const { error, urls } = await fail([notFound, notFound], { issuer: named });
    assert.deepEqual(urls, [openIdUrl, oauthUrl]);
    assert.doesNotMatch(JSON.stringify(error), /secret/);
  });
});

describe('the issuer in the metadata', () => {
  const others: readonly [what: string, value: unknown, actual: string | undefined][] = [
    ['has a slash more', `${issuer}/`, `${issuer}/`],
    ['differs in case', issuer.toUpperCase(), issuer.toUpperCase()],
    [
      'has the default port',
      'https://login.example.com:443/acme',
      'https://login.example.com:443/acme',
    ],
    ['is a template', 'https://login.example.com/{tenant}', 'https://login.example.com/{tenant}'],
    ['has a blank more', `${issuer} `, `${issuer} `],
    ['is missing', undefined, undefined],
    ['is empty', '', undefined],
    ['is a list', [issuer], undefined],
  ];
  for (const [what, value, actualIssuer] of others) {
    test(`is final if it ${what}, and the error shows it`, async () => {
      const { error, urls } = await fail([metadata({ issuer: value }), notFound]);
      assert.deepEqual(urls, [openIdUrl, oauthUrl]);
      assert.deepEqual(
        [error.code, error.actualIssuer, error.retryable],
        ['issuer_mismatch', actualIssuer, false],
      );
    });
  }

  for (const [what, value] of others) {
    test(`is looked for at the second URL if it ${what}`, async () => {
      const { context } = createContext([metadata({ issuer: value }), metadata()]);
      assert.equal((await discover(issuer, context)).issuer, issuer);
    });
  }

  test('of another server says more than a document without one', async () => {
    const other = metadata({ issuer: 'https://other.example.com' });
    for (const answers of [
      [metadata({ issuer: undefined }), other],
      [other, metadata({ issuer: undefined })],
    ]) {
      const { error } = await fail(answers);
      assert.equal(error.actualIssuer, 'https://other.example.com');
    }
  });

  test('is compared at the second URL too', async () => {
    const { error } = await fail([notFound, metadata({ issuer: 'https://evil.example.com' })]);
    assert.deepEqual(
      [error.code, error.actualIssuer, error.attempts.length],
      ['issuer_mismatch', 'https://evil.example.com', 2],
    );
  });

  test('must have a slash in the metadata if it is given with one', async () => {
    const { error } = await fail([metadata(), notFound], { issuer: `${issuer}/` });
    assert.equal(error.actualIssuer, issuer);
    assert.equal((await find({}, { issuer: `${issuer}/` })).issuer, `${issuer}/`);
  });
});

/** Endpoints that may be used with an https issuer, and the URL that is used. */
const usable: readonly [endpoint: string, href: string][] = [
  ['https://login.example.com/token', 'https://login.example.com/token'],
  [
    'https://other.example.org:8443/token?tenant=1',
    'https://other.example.org:8443/token?tenant=1',
  ],
  ['HTTPS://Login.Example.com/token', 'https://login.example.com/token'],
  ['https://example.com', 'https://example.com/'],
];

/** Endpoints that never may be used, and how an error shows them. */
const unusable: readonly [endpoint: string, shown: string][] = [
  ['/token', '/token'],
  ['token', 'token'],
  ['//login.example.com/token', '//login.example.com/token'],
  ['https:login.example.com/token', 'https://login.example.com/token'],
  ['https:///login.example.com/token', 'https://login.example.com/token'],
  ['https:\\\\login.example.com\\token', 'https://login.example.com/token'],
  ['https://login.example.com\\@evil.example.com/', 'https://login.example.com/@evil.example.com/'],
  ['https://', 'https://'],
  ['https://login.example.com:99999/', 'https://login.example.com:99999/'],
  ['https://user@login.example.com/token', 'https://login.example.com/token'],
  ['https://user:secret@login.example.com/token?secret', 'https://login.example.com/token'],
  ['https://:secret@login.example.com/token', 'https://login.example.com/token'],
  ['https://login.example.com/token#', 'https://login.example.com/token'],
  ['https://login.example.com/token#part', 'https://login.example.com/token'],
  [' https://login.example.com/token', 'https://login.example.com/token'],
  ['https://login.example.com/to ken', 'https://login.example.com/to%20ken'],
  ['https://login.example.com/to\nken', 'https://login.example.com/token'],
  ['https://login.example.com/to\u0001ken', 'https://login.example.com/to%01ken'],
  ['ftp://login.example.com/token', 'ftp://login.example.com/token'],
  ['file:///etc/passwd', 'file:///etc/passwd'],
];

describe('the token endpoint in the metadata', () => {
  for (const [endpoint, href] of usable) {
    test(`may be ${endpoint}`, async () => {
      assert.equal((await find({ token_endpoint: endpoint })).tokenEndpoint, href);
    });
  }

  for (const [endpoint, shown] of unusable) {
    test(`may not be ${JSON.stringify(endpoint)}, not even with allow-http`, async () => {
      for (const allowHttp of [false, true]) {
        const answers = [metadata({ token_endpoint: endpoint }), metadata()];
        const { error, urls } = await fail(answers, { allowHttp });
        assert.deepEqual(
          [error.code, readLocation(error.endpoint ?? ''), error.retryable],
          ['unusable_endpoint', shown, false],
        );
        assert.deepEqual(urls, [openIdUrl]);
      }
    });
  }

  test('must be there', async () => {
    for (const value of [undefined, null, '', 1, {}, [tokenEndpoint]]) {
      const { error, urls } = await fail([metadata({ token_endpoint: value }), notFound]);
      assert.deepEqual([error.code, error.retryable], ['no_token_endpoint', false]);
      assert.deepEqual(urls, [openIdUrl, oauthUrl]);
    }
  });

  test('may be only at the second URL', async () => {
    for (const value of [undefined, null, '', 1, {}, [tokenEndpoint]]) {
      const { context } = createContext([metadata({ token_endpoint: value }), metadata()]);
      assert.equal((await discover(issuer, context)).tokenEndpoint, tokenEndpoint);
    }
  });

  const local = 'http://127.0.0.1:8080';
  const plain: readonly [issuer: string, endpoint: string, allowHttp: boolean, usable: boolean][] =
    [
      ['https://example.com', 'http://example.com/token', false, false],
      ['https://example.com', 'http://127.0.0.1/token', false, false],
      ['https://localhost', 'http://localhost/token', false, false],
      ['https://example.com', 'http://example.com/token', true, true],
      ['http://example.com', 'http://example.com/token', true, true],
      ['http://example.com', 'http://localhost/token', false, false],
      [local, `${local}/token`, false, true],
      [local, 'http://localhost:8081/token', false, true],
      [local, 'http://[::1]/token', false, true],
      [local, 'http://example.com/token', false, false],
      [local, 'http://127.0.0.1.example.com/token', false, false],
      [local, 'https://example.com/token', false, true],
    ];
  for (const [named, endpoint, allowHttp, mayBe] of plain) {
    const given = allowHttp ? `${named} and allow-http` : named;
    test(`${mayBe ? 'may' : 'may not'} be ${endpoint} for ${given}`, async () => {
      const members = { issuer: named, token_endpoint: endpoint };
      const found = discover(named, createContext([metadata(members)], { allowHttp }).context);
      if (mayBe) assert.equal((await found).tokenEndpoint, endpoint);
      else await assert.rejects(found, { code: 'unusable_endpoint', endpoint });
    });
  }
});

describe('the other endpoints in the metadata', () => {
  test('are the one for revocation, and the aliases for mutual TLS', async () => {
    const found = await find({
      revocation_endpoint: 'https://login.example.com/revoke',
      mtls_endpoint_aliases: {
        token_endpoint: 'https://mtls.example.com/token',
        revocation_endpoint: 'https://mtls.example.com/revoke',
      },
    });
    assert.deepEqual(found, {
      issuer,
      tokenEndpoint,
      mtlsTokenEndpoint: 'https://mtls.example.com/token',
      revocationEndpoint: 'https://login.example.com/revoke',
      mtlsRevocationEndpoint: 'https://mtls.example.com/revoke',
    });
  });

  test('count as absent if they cannot be used', async () => {
    const nothing = {
      issuer,
      tokenEndpoint,
      mtlsTokenEndpoint: undefined,
      revocationEndpoint: undefined,
      mtlsRevocationEndpoint: undefined,
    };
    const values = [null, 1, {}, '', 'http://example.com', ...unusable.map(([value]) => value)];
    for (const value of values) {
      const aliases = { token_endpoint: value, revocation_endpoint: value };
      const members = { revocation_endpoint: value, mtls_endpoint_aliases: aliases };
      assert.deepEqual(await find(members), nothing, JSON.stringify(value));
    }
    for (const aliases of [null, 1, 'https://mtls.example.com', ['https://mtls.example.com']]) {
      assert.deepEqual(await find({ mtls_endpoint_aliases: aliases }), nothing);
    }
  });

  test('do not matter, and neither does what the server says it supports', async () => {
    const found = await find({
      grant_types_supported: ['authorization_code'],
      token_endpoint_auth_methods_supported: ['none'],
      scopes_supported: [],
    });
    assert.equal(found.tokenEndpoint, tokenEndpoint);
  });
});

test('metadata may begin with a byte order mark, whatever its content type', async () => {
  const body = `\ufeff${JSON.stringify({ issuer, token_endpoint: tokenEndpoint })}`;
  const { context } = createContext([answerText(200, body, { 'content-type': 'text/plain' })]);
  assert.equal((await discover(issuer, context)).tokenEndpoint, tokenEndpoint);
});

test("whatever two documents hold, metadata is the issuer's own with endpoints fit for secrets, or there is a typed error", async () => {
  const endpoint = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...usable.map(([one]) => one)) },
    { weight: 2, arbitrary: fc.webUrl({ validSchemes: ['https'], withQueryParameters: true }) },
    fc.webUrl({ withFragments: true }),
    fc.constantFrom(...unusable.map(([one]) => one)),
    fc.constantFrom('http://example.com/token', 'http://127.0.0.1/token'),
    fc.string({ unit: 'binary' }).map((text) => `https://${text}`),
    fc.jsonValue(),
  );
  const aliases = fc.record({ token_endpoint: endpoint, revocation_endpoint: endpoint });
  const members = fc.record(
    {
      issuer: fc.oneof({ weight: 9, arbitrary: fc.constant(issuer) }, fc.jsonValue()),
      token_endpoint: endpoint,
      revocation_endpoint: endpoint,
      mtls_endpoint_aliases: fc.oneof(aliases, fc.jsonValue()),
    },
    { requiredKeys: ['issuer', 'token_endpoint'] },
  );
  const body = fc.oneof(
    { weight: 6, arbitrary: members.map((value) => Buffer.from(JSON.stringify(value))) },
    fc.record({ issuer: fc.constant(issuer) }).map((value) => Buffer.from(JSON.stringify(value))),
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  );
  const response: fc.Arbitrary<HttpResponse> = fc.record({
    status: fc.oneof(
      { weight: 3, arbitrary: fc.constant(200) },
      fc.constantFrom(0, 199, 204, 299, 301, 399, 404, 410, 429, 501, 503, 599, 999),
    ),
    statusText: fc.string(),
    headers: fc.record(
      {
        'content-type': fc.oneof(fc.constant('application/json'), fc.string()),
        location: fc.oneof(fc.webUrl(), fc.string({ unit: 'binary' })),
        'retry-after': fc.oneof(fc.nat().map(String), fc.string()),
      },
      { requiredKeys: [] },
    ),
    body,
  });
  const answer = fc.oneof(
    { weight: 9, arbitrary: response },
    fc.constant(new TransportError('answer_cut')),
  );
  const isFit = (text: string): boolean => {
    const url = new URL(text);
    const { protocol, username, password, href } = url;
    return protocol === 'https:' && username + password === '' && !href.includes('#');
  };
  let found = 0;
  await fc.assert(
    fc.asyncProperty(answer, answer, async (first, second) => {
      const { context, urls } = createContext([first, second]);
      try {
        const { issuer: named, ...endpoints } = await discover(issuer, context);
        found += 1;
        assert.equal(named, issuer);
        assert.equal(typeof endpoints.tokenEndpoint, 'string');
        for (const one of Object.values<string | undefined>(endpoints)) {
          assert.ok(one === undefined || isFit(one), one);
        }
      } catch (error) {
        if (error instanceof TransportError) return;
        assert.ok(error instanceof DiscoveryError, String(error));
        assert.deepEqual(
          error.attempts.map(({ url }) => url),
          urls(),
        );
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(found > 100, `${found} searches found metadata`);
});

test('the metadata of oidc-provider is found over https', async (t) => {
  const server = await startAuthorizationServer();
  t.after(server.close);
  const context: DiscoveryContext = {
    send: sendRequest,
    now: Date.now,
    signal: AbortSignal.timeout(10_000),
    tls: { ca: server.caCertificate },
    allowHttp: false,
  };
  const found = await discover(server.issuer, context);
  assert.deepEqual(
    [found.issuer, found.tokenEndpoint, found.revocationEndpoint],
    [server.issuer, server.tokenUrl, server.revocationUrl],
  );
  const elsewhere = `${server.issuer}/elsewhere`;
  await assert.rejects(discover(elsewhere, context), {
    code: 'not_found',
    attempts: [
      { url: `${elsewhere}/.well-known/openid-configuration`, status: 404 },
      {
        url: `${server.issuer}/.well-known/oauth-authorization-server/elsewhere`,
        status: 404,
      },
    ],
  });
  await assert.rejects(discover(`${server.issuer}/`, context), {
    code: 'issuer_mismatch',
    actualIssuer: server.issuer,
  });
  await assert.rejects(discover(server.issuer, { ...context, tls: {} }), { code: 'tls_untrusted' });
});
