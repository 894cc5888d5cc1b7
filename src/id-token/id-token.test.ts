import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import {
  type Answer,
  answerJson,
  createFakeClock,
  createFakeNetwork,
  type FakeNetwork,
} from '../../test/support/doubles/fakes.ts';
import type { HttpResponse } from '../http/request.ts';
import { readWords } from '../oauth2/answer/words.ts';
import { TransportError, type TransportErrorCode } from '../http/transport-error.ts';
import {
  bindClaims,
  describeClaims,
  findIdTokenEndpoint,
  type IdToken,
  type IdTokenEndpoint,
  requestIdToken,
} from './id-token.ts';
import { IdTokenError, judgeIdTokenFailure } from './id-token-error.ts';

const endpoint: IdTokenEndpoint = {
  url: 'https://run-actions.example.com/42//idtoken/9f?api-version=2.0',
  requestToken: 'the-request-token',
};

const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  sub: 'repo:acme/shop:ref:refs/heads/main',
  aud: 'https://github.com/acme',
};

/** Writes a JWT with these bytes as its claims. */
function writeJwt(payload: string | Uint8Array): string {
  const header = Buffer.from('{"alg":"RS256"}').toString('base64url');
  return `${header}.${Buffer.from(payload).toString('base64url')}.c2lnbmF0dXJl`;
}

const jwt = writeJwt(JSON.stringify(claims));
const good = answerJson(200, { value: jwt });

/** One attempt and its effects. */
interface Attempt {
  readonly result: Promise<IdToken>;
  readonly network: FakeNetwork;
  /** What was hidden, in order. */
  readonly hidden: readonly string[];
  readonly signal: AbortSignal;
}

function attempt(
  answer: Answer = good,
  { at = endpoint, audience }: { at?: IdTokenEndpoint; audience?: string } = {},
): Attempt {
  const clock = createFakeClock('2026-01-31T11:00:00Z');
  const network = createFakeNetwork([answer], clock);
  const hidden: string[] = [];
  const { signal } = new AbortController();
  const result = requestIdToken(at, audience, {
    send: network.send,
    now: clock.now,
    signal,
    hide: (secret) => hidden.push(secret),
  });
  return { result, network, hidden, signal };
}

/** The error of an attempt that gets this answer. */
async function refuse(answer: Answer, at = endpoint): Promise<IdTokenError> {
  const error: unknown = await attempt(answer, { at }).result.catch((caught: unknown) => caught);
  assert.ok(error instanceof IdTokenError, 'The answer was taken.');
  return error;
}

/** The URL of the request. */
async function askedUrl(url: string, audience?: string): Promise<string | undefined> {
  const at = { ...endpoint, url };
  const { result, network } = attempt(good, audience === undefined ? { at } : { at, audience });
  await result;
  return network.requests[0]?.url;
}

function answerText(status: number, body: string | Uint8Array): HttpResponse {
  return { status, statusText: '', headers: {}, body: Buffer.from(body) };
}

describe('where a job may request its ID token', () => {
  const env = {
    ACTIONS_ID_TOKEN_REQUEST_URL: endpoint.url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: endpoint.requestToken,
  };

  test('is what the runner says', () => {
    assert.deepEqual(findIdTokenEndpoint(env), endpoint);
  });

  for (const name of Object.keys(env)) {
    test(`is undefined without ${name}, or if it is empty`, () => {
      assert.equal(findIdTokenEndpoint({ ...env, [name]: '' }), undefined);
      assert.equal(findIdTokenEndpoint({ ...env, [name]: undefined }), undefined);
    });
  }
});

describe('the request for an ID token', () => {
  test('is one GET with the request token as bearer, within the limits', async () => {
    const { result, network, signal } = attempt();
    await result;
    assert.deepEqual(network.requests, [
      {
        method: 'GET',
        url: endpoint.url,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'oauth2-token',
          authorization: 'Bearer the-request-token',
        },
      },
    ]);
    assert.deepEqual(network.limits, [{ signal, maxBytes: 65_536 }]);
  });

  test('names the audience after the existing query', async () => {
    assert.equal(
      await askedUrl('https://a.example/t?api-version=2.0', 'api://AzureADTokenExchange'),
      'https://a.example/t?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange',
    );
  });

  test('names the audience if there is no query', async () => {
    assert.equal(await askedUrl('https://a.example/t', 'x'), 'https://a.example/t?audience=x');
    assert.equal(await askedUrl('https://a.example/t?', 'x'), 'https://a.example/t?audience=x');
  });

  test('leaves the query as it is written', async () => {
    const url = 'https://a.example/t?q=a%20b&r=%7e&s';
    assert.equal(await askedUrl(url), url);
    assert.equal(await askedUrl(url, 'x'), `${url}&audience=x`);
  });

  test('carries any audience so that the server reads the same text', async () => {
    const wellFormed = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed());
    await fc.assert(
      fc.asyncProperty(wellFormed, async (audience) => {
        const asked = new URL((await askedUrl(endpoint.url, audience)) ?? '');
        assert.deepEqual(
          [...asked.searchParams],
          [
            ['api-version', '2.0'],
            ['audience', audience],
          ],
        );
        assert.equal(asked.hash, '');
      }),
      { numRuns: 200 },
    );
  });

  for (const url of [
    'http://127.0.0.1:8080/token',
    'http://localhost/token',
    'http://[::1]:8080/token',
  ]) {
    test(`goes to ${url} although it is plain http`, async () => {
      assert.equal(await askedUrl(url), url);
    });
  }

  for (const url of [
    'http://run-actions.example.com/token',
    'http://127.0.0.1.example.com/token',
    'ftp://127.0.0.1/token',
    'file:///etc/hostname',
    'run-actions.example.com/token',
    'https://',
  ]) {
    test(`does not go to ${url}`, async () => {
      const { result, network } = attempt(good, { at: { ...endpoint, url } });
      await assert.rejects(result, { name: 'IdTokenError', code: 'bad_endpoint' });
      assert.deepEqual(network.requests, []);
    });
  }
});

describe('the answer to a request for an ID token', () => {
  test('gives the token and its claims', async () => {
    assert.deepEqual(await attempt().result, { token: jwt, claims });
  });

  test('is read with any content type, further fields and 2xx status', async () => {
    const body = `\ufeff${JSON.stringify({ count: 1, value: jwt })}`;
    assert.deepEqual(await attempt(answerText(201, body)).result, { token: jwt, claims });
  });

  test('has its token hidden as a whole, and nothing else', async () => {
    const { result, hidden } = attempt();
    await result;
    assert.deepEqual(hidden, [jwt]);
  });

  test('has its token hidden before its claims are read', async () => {
    const token = writeJwt('no JSON');
    const { result, hidden } = attempt(answerJson(200, { value: token }));
    await assert.rejects(result, { code: 'malformed' });
    assert.deepEqual(hidden, [token]);
  });

  test('is not hidden if it is not a token, because such a mask could blank the log', async () => {
    const { result, hidden } = attempt(answerJson(200, { value: '{\n}' }));
    await assert.rejects(result, { code: 'malformed' });
    assert.deepEqual(hidden, []);
  });

  for (const [what, value] of Object.entries({
    'no value': undefined,
    null: null,
    'a number': 1,
    'a list with the token': [jwt],
    'an empty text': '',
    'two parts': jwt.slice(0, jwt.lastIndexOf('.')),
    'four parts': `${jwt}.x`,
    'five parts, as of an encrypted one': `${jwt}.x.y`,
    'an empty header': jwt.slice(jwt.indexOf('.')),
    'no signature': jwt.slice(0, jwt.lastIndexOf('.') + 1),
    'a line break at its end': `${jwt}\n`,
    'a line break and a command': `${jwt}\n::set-output name=a::b`,
    'a space before it': ` ${jwt}`,
    'a letter of another alphabet': `${jwt}ü`,
    'the padding of base64': `${jwt}=`,
    'the alphabet of plain base64': `${jwt}+/`,
    'a header injection': `${jwt}\r\nx-evil: 1`,
  })) {
    test(`is malformed with ${what} for a token, and final`, async () => {
      const error = await refuse(answerJson(200, { value }));
      assert.equal(error.code, 'malformed');
      assert.equal(error.status, 200);
      assert.equal(error.retryable, false);
    });
  }

  for (const [what, payload] of Object.entries({
    'no JSON': 'sub=repo',
    'a JSON list': '[{"sub":"x"}]',
    'a JSON text': '"repo:acme/shop"',
    null: 'null',
    'broken UTF-8': Buffer.from([...Buffer.from('{"sub":"'), 0xff, ...Buffer.from('"}')]),
    'lists nested without end': `{"sub":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  })) {
    test(`is malformed with ${what} for claims, and final`, async () => {
      const error = await refuse(answerJson(200, { value: writeJwt(payload) }));
      assert.equal(error.code, 'malformed');
      assert.equal(error.retryable, false);
    });
  }

  test('keeps a claim named __proto__ as a claim like any other', async () => {
    const value = writeJwt('{"__proto__":{"sub":"forged"}}');
    const { claims: read } = await attempt(answerJson(200, { value })).result;
    assert.equal(read['sub'], undefined);
    assert.deepEqual(bindClaims(read), [['__proto__', '{"sub":"forged"}']]);
  });

  for (const [what, body] of Object.entries({
    'an empty body': '',
    'a page': '<html>Sign in</html>',
    'JSON that is cut': JSON.stringify({ value: jwt }).slice(0, -2),
    'a JSON list': JSON.stringify([{ value: jwt }]),
    'only the token': jwt,
    'a form': `value=${jwt}&error=x`,
  })) {
    test(`is unparsable with ${what}, and retried`, async () => {
      const error = await refuse(answerText(200, body));
      assert.equal(error.code, 'unparsable');
      assert.equal(error.status, 200);
      assert.equal(error.retryable, true);
    });
  }

  for (const status of [100, 301, 302, 400, 401, 403, 404, 501, 505]) {
    test(`is a refusal with ${status}, and final, whatever its body`, async () => {
      const error = await refuse(answerJson(status, { value: jwt }));
      assert.equal(error.code, 'refused');
      assert.equal(error.status, status);
      assert.equal(error.retryable, false);
    });
  }

  for (const status of [408, 425, 429, 500, 502, 503, 504, 599]) {
    test(`is a refusal with ${status}, and retried`, async () => {
      const error = await refuse(answerText(status, 'busy'));
      assert.equal(error.code, 'refused');
      assert.equal(error.status, status);
      assert.equal(error.retryable, true);
    });
  }

  test('says how long to wait, by seconds or by a date counted from when it came', async () => {
    const wait = async (answer: Answer): Promise<number | undefined> =>
      (await refuse(answer)).retryAfter;
    const date = { 'retry-after': 'Sat, 31 Jan 2026 11:00:10 GMT' };
    assert.equal(await wait(answerJson(429, {}, { 'retry-after': '7' })), 7000);
    assert.equal(await wait(answerJson(503, {}, date)), 9800);
    assert.equal(await wait(answerJson(200, [], { 'retry-after': '7' })), undefined);
    assert.equal(await wait(answerJson(302, {}, { 'retry-after': '7' })), undefined);
    assert.equal(await wait(answerJson(503, {})), undefined);
  });

  test('that says when to come back is requested again, whatever its status', async () => {
    for (const status of [400, 403, 404, 501]) {
      const { retryable, retryAfter } = await refuse(
        answerJson(status, {}, { 'retry-after': '7' }),
      );
      assert.deepEqual([retryable, retryAfter], [true, 7000]);
    }
  });

  test('for a job that GitHub does not yet know as running is requested again', async () => {
    for (const [message, code] of [
      ["Can't issue ID_TOKEN for job in 'Pending' state", 'pending'],
      ["Can't issue ID_TOKEN for job in 'Queued' state", 'pending'],
      ["Can't issue ID_TOKEN for job in 'Completed' state", 'refused'],
      ['Pending', 'refused'],
    ] as const) {
      const error = await refuse(answerJson(403, { message }));
      assert.deepEqual([error.code, error.retryable], [code, code === 'pending'], message);
    }
  });

  test('that did not come is passed on as it is', async () => {
    const error = new TransportError('connection_failed', { systemCode: 'ECONNRESET' });
    await assert.rejects(attempt(error).result, (caught) => caught === error);
  });

  test('is never quoted in an error', async () => {
    for (const answer of [
      answerJson(200, { value: `${jwt}\n` }),
      answerJson(200, { values: jwt }),
      answerJson(500, { value: jwt }),
      answerText(200, jwt),
    ]) {
      const error = await refuse(answer);
      assert.equal(error.cause, undefined);
      const { words, code = '', fields = [] } = error.answer ?? {};
      const said = words === undefined ? '' : readWords(words);
      assert.doesNotMatch(
        [error.message, error.stack ?? '', said, code, ...fields].join('\n'),
        /eyJ|request-token/,
      );
    }
  });

  test('is a hidden token of harmless characters or an error, whatever its bytes', async () => {
    const json = fc.json({ maxDepth: 3 });
    const token = fc.oneof(
      fc.string({ unit: 'binary' }),
      json.map(writeJwt),
      fc.uint8Array().map(writeJwt),
      fc.stringMatching(/^[\w.-]*$/),
    );
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      json.map((one) => Buffer.from(one)),
      token.map((value) => Buffer.from(JSON.stringify({ value }))),
    );
    const status = fc.oneof(fc.constant(200), fc.integer({ min: 100, max: 599 }));
    let tokens = 0;
    await fc.assert(
      fc.asyncProperty(status, body, fc.string(), async (code, bytes, retryAfter) => {
        const headers = { 'retry-after': retryAfter };
        const answer = { status: code, statusText: '', headers, body: bytes };
        const { result, hidden } = attempt(answer);
        const settled: unknown = await result.catch((error: unknown) => error);
        if (settled instanceof IdTokenError) return;
        const idToken = await result;
        tokens += 1;
        assert.match(idToken.token, /^[A-Za-z0-9._-]+$/);
        assert.deepEqual(hidden, [idToken.token]);
        bindClaims(idToken.claims);
        describeClaims(idToken.claims);
      }),
      { numRuns: 1000 },
    );
    assert.notEqual(tokens, 0);
  });
});

describe('the claims that are bound', () => {
  test('are all except those that change from run to run, sorted by name, as JSON', () => {
    const all = {
      sub: 'repo:acme/shop:environment:production',
      aud: ['one', 'two'],
      iss: 'https://token.actions.githubusercontent.com',
      environment: 'production',
      repository_id: '42',
      ref_protected: true,
      Z: null,
      jti: 'j',
      iat: 1,
      nbf: 1,
      exp: 301,
      run_id: '1',
      run_number: '1',
      run_attempt: '1',
      check_run_id: '1',
      sha: 'a',
      workflow_sha: 'b',
      job_workflow_sha: 'c',
    };
    assert.deepEqual(bindClaims(all), [
      ['Z', 'null'],
      ['aud', '["one","two"]'],
      ['environment', '"production"'],
      ['iss', '"https://token.actions.githubusercontent.com"'],
      ['ref_protected', 'true'],
      ['repository_id', '"42"'],
      ['sub', '"repo:acme/shop:environment:production"'],
    ]);
  });

  test('have the commit of a reusable workflow, because a provider can trust only that commit', () => {
    const [own, called] = [
      'acme/shop/ci.yml@refs/heads/main',
      'acme/shared/deploy.yml@refs/heads/main',
    ];
    const ofJob = { workflow_ref: own, job_workflow_ref: called, job_workflow_sha: 'a' };
    assert.notDeepEqual(bindClaims(ofJob), bindClaims({ ...ofJob, job_workflow_sha: 'b' }));
    const ordinary = { ...ofJob, job_workflow_ref: own };
    assert.deepEqual(bindClaims(ordinary), bindClaims({ ...ordinary, job_workflow_sha: 'b' }));
  });

  test('are the same in every order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (given) => {
        const reversed = Object.fromEntries(Object.entries(given).reverse());
        assert.deepEqual(bindClaims(reversed), bindClaims(given));
      }),
    );
  });

  test('distinguish a text from the number that it looks like', () => {
    assert.notDeepEqual(bindClaims({ ref: 'true' }), bindClaims({ ref: true }));
    assert.notDeepEqual(bindClaims({ aud: 'a, b' }), bindClaims({ aud: ['a', 'b'] }));
  });
});

describe('the claims that are shown', () => {
  test('are iss, sub and aud', () => {
    assert.deepEqual(describeClaims({ ...claims, ref: 'refs/heads/main' }), claims);
  });

  test('are undefined if they are missing', () => {
    const none = { iss: undefined, sub: undefined, aud: undefined };
    assert.deepEqual(describeClaims({}), none);
    assert.deepEqual(describeClaims({ iss: null, sub: undefined }), none);
  });

  test('are texts whatever their type was', () => {
    assert.deepEqual(describeClaims({ iss: 7, sub: { a: 1 }, aud: ['one', 'two', 3, null] }), {
      iss: '7',
      sub: '{"a":1}',
      aud: 'one, two, 3, null',
    });
  });
});

describe('another try for an ID token', () => {
  const busy = new IdTokenError('refused', { status: 503, retryable: true, retryAfter: 5000 });
  const refused = new IdTokenError('refused', { status: 403 });

  test('is made if the error is temporary, after the time that was requested', () => {
    assert.deepEqual(judgeIdTokenFailure(busy, 'transient'), {
      retryable: true,
      retryAfter: 5000,
    });
    assert.equal(judgeIdTokenFailure(refused, 'transient').retryable, false);
  });

  test('is made after every answer if all failures are retried', () => {
    for (const error of [busy, refused, new IdTokenError('malformed', { status: 200 })]) {
      assert.equal(judgeIdTokenFailure(error, 'all').retryable, true);
    }
  });

  test('is not made if nothing was requested', () => {
    for (const code of ['no_permission', 'bad_endpoint'] as const) {
      assert.equal(judgeIdTokenFailure(new IdTokenError(code), 'all').retryable, false);
    }
  });

  for (const [code, retryable] of Object.entries({
    timeout: true,
    answer_cut: true,
    tls_untrusted: false,
  })) {
    test(`follows the transport error ${code}, and all failures if they are retried`, () => {
      const error = new TransportError(code as TransportErrorCode);
      assert.equal(judgeIdTokenFailure(error, 'transient').retryable, retryable);
      assert.equal(judgeIdTokenFailure(error, 'all').retryable, true);
    });
  }

  test('waits as long as a proxy requests', () => {
    const details = { proxyStatus: 503, retryAfter: 7000, sent: false };
    assert.deepEqual(
      judgeIdTokenFailure(new TransportError('proxy_refused', details), 'transient'),
      {
        retryable: true,
        retryAfter: 7000,
      },
    );
  });

  test('is not made after a defect', () => {
    assert.equal(judgeIdTokenFailure(new TypeError('oops'), 'all').retryable, false);
  });
});
