/**
 * What the Python library stanford.green.oauth2 offers, and where this action has it. parity-page.test.ts says
 * which rows of docs/from-stanford-green.md each test holds.
 */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { inspect } from 'node:util';

import { inputDefaults } from '../../src/inputs/catalog.ts';
import { type Inputs, readInputs } from '../../src/inputs/inputs.ts';
import { run } from '../../src/action/run.ts';
import { realSurroundings } from '../../src/action/surroundings.ts';
import type { HttpRequest } from '../../src/http/request.ts';
import { AccessToken } from '../../src/oauth2/access-token.ts';
import { acsClient, startAcsServer } from '../support/doubles/acs-server.ts';
import { startBuiltAction } from '../support/making/built-action.ts';
import { type CacheService, startCacheService } from '../support/doubles/cache-service.ts';
import {
  type Answer,
  answerJson,
  createFakeClock,
  createFakeNetwork,
  createFakeRunner,
  createInputEnvironment,
  noFiles,
} from '../support/doubles/fakes.ts';
import type { Run } from '../support/doubles/runner.ts';
import { dynamic, json, startScriptedServer } from '../support/doubles/scripted-server.ts';

type Given = Readonly<Record<string, string>>;

/** What the library's examples give. */
const required: Given = {
  'token-url': 'https://api.endpoint.com/api/v1/token',
  'client-id': 'username',
  'client-secret': 'password',
};

/** The time at which every run begins. */
const start = '2026-01-31T11:00:00Z';

const token = answerJson(200, { access_token: 'the-token', expires_in: 3600 });
const acsToken = answerJson(200, { access_token: 'the-token', expires_at: '2026-01-31T12:00:00Z' });
const refused = answerJson(401, {});
const unavailable = answerJson(503, {});

/** The result of a run. */
interface Outcome {
  /** The calls of the runner, in order. */
  readonly calls: readonly string[];
  readonly requests: readonly HttpRequest[];
  /** Seconds. */
  readonly waits: readonly number[];
}

/** Runs the action in this process, without the cache, with a fake clock and a scripted network. */
async function ask(given: Given, answers: readonly Answer[], draw = 0): Promise<Outcome> {
  const runner = createFakeRunner();
  const clock = createFakeClock(start);
  const network = createFakeNetwork(answers, clock);
  const inputs = { ...inputDefaults, 'use-cache': 'false', ...required, ...given };
  await run({
    ...realSurroundings(),
    files: noFiles,
    runner,
    env: {
      GITHUB_OUTPUT: 'never written',
      GITHUB_ENV: 'never written',
      ...createInputEnvironment(inputs),
    },
    clock,
    random: () => draw,
    send: network.send,
    succeed: () => undefined,
  });
  return {
    calls: runner.calls,
    requests: network.requests,
    waits: clock.sleeps.map((milliseconds) => milliseconds / 1000),
  };
}

/** Reads inputs as the runner passes them. */
function read(given: Given): Inputs {
  const inputs = { ...inputDefaults, ...required, ...given };
  return readInputs(createInputEnvironment(inputs), { debug: false });
}

/** The errors of a run. */
function errorsOf({ calls }: Outcome): string[] {
  return calls.filter((call) => call.startsWith('error '));
}

/** The calls that set the token and its expiry. */
function outputsOf({ calls }: Outcome): string[] {
  return calls.filter((call) => /^output (token|expires-at|expires-in)=/.test(call));
}

function formOf(request: HttpRequest | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(request?.body));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('ApiAccessTokenEndpoint', () => {
  test('endpoint_type chooses between a POST of OAuth 2.0 and the GET of ACS', async () => {
    const [post] = (await ask({ 'endpoint-type': 'oauth2' }, [token])).requests;
    assert.equal(post?.method, 'POST');
    assert.deepEqual(formOf(post), { grant_type: 'client_credentials' });

    const [get] = (await ask({ 'endpoint-type': 'acs_api' }, [acsToken])).requests;
    assert.equal(get?.method, 'GET');
    assert.equal(get.body, undefined);
    assert.equal(get.headers['client-id'], 'username');
    assert.equal(get.headers['client-secret'], 'password');
  });

  test('an endpoint_type that the library does not know is an error here too', async () => {
    const outcome = await ask({ 'endpoint-type': 'saml' }, []);
    assert.deepEqual(errorsOf(outcome), [
      'error [oauth2-token: inputs] endpoint-type: got "saml"; must be one of: oauth2, acs_api.',
    ]);
    assert.deepEqual(outcome.requests, []);
  });

  test('url is where the request goes', async () => {
    const url = 'https://api.endpoint.com:8443/api/v1/token?tenant=a%20b';
    for (const [type, answer] of [
      ['oauth2', token],
      ['acs_api', acsToken],
    ] as const) {
      const given = { 'endpoint-type': type, 'token-url': url };
      const { requests } = await ask(given, [answer]);
      assert.deepEqual(
        requests.map((request) => request.url),
        [url],
      );
    }
  });

  test('client_id and client_secret go into Basic, encoded as RFC 6749 says', async () => {
    const plain = await ask({}, [token]);
    assert.equal(
      plain.requests[0]?.headers['authorization'],
      `Basic ${base64('username:password')}`,
    );
    const odd = await ask({ 'client-id': 'user:name', 'client-secret': 'pass+word%' }, [token]);
    assert.equal(
      odd.requests[0]?.headers['authorization'],
      `Basic ${base64('user%3Aname:pass%2Bword%25')}`,
    );
  });

  test('client-secret-encoding: raw sends id and secret as the library does', async () => {
    const given = {
      'client-secret': 'pass: wörd+/%',
      'client-secret-encoding': 'raw',
      scopes: 'read list',
    };
    const [request] = (await ask(given, [token])).requests;
    assert.equal(request?.headers['authorization'], `Basic ${base64('username:pass: wörd+/%')}`);
    assert.equal(request.headers['accept'], 'application/json');
    assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(request.body, 'grant_type=client_credentials&scope=read+list');
  });

  test('client_secret_post sends id and secret as later versions of the library do', async () => {
    const [request] = (await ask({ 'client-auth-method': 'client_secret_post' }, [token])).requests;
    assert.equal(request?.headers['authorization'], undefined);
    assert.deepEqual(formOf(request), {
      grant_type: 'client_credentials',
      client_id: 'username',
      client_secret: 'password',
    });
  });

  test('num_iterations is the number of attempts, with a wait between each two', async () => {
    for (const attempts of [1, 2, 4]) {
      const given = { 'retry-max-attempts': String(attempts) };
      const { requests, waits } = await ask(given, Array<Answer>(attempts).fill(unavailable));
      assert.equal(requests.length, attempts);
      assert.equal(waits.length, attempts - 1);
    }
  });

  test('time_slot_secs and limit_value give the waits of ExponentialBackoff(3.0, 4, limit_value=10.0)', async () => {
    const given = {
      'retry-time-slot': '3.0',
      'retry-max-attempts': '4',
      'retry-max-wait': '10.0',
    };
    const drawn = [0, 1, 2, 3, 4, 5, 6, 7].map(async (eighth) => {
      const { waits } = await ask(given, Array<Answer>(4).fill(unavailable), eighth / 8);
      return waits;
    });
    assert.deepEqual(await Promise.all(drawn), [
      [0, 0, 0],
      [0, 0, 3],
      [0, 3, 6],
      [0, 3, 9],
      [3, 6, 10],
      [3, 6, 10],
      [3, 9, 10],
      [3, 9, 10],
    ]);
  });

  test('debug of the backoff needs no input: every wait is a line of the log', async () => {
    const { calls } = await ask({}, [unavailable, refused], 0.5);
    assert.deepEqual(
      calls.filter((call) => call.startsWith('info Attempt')),
      [
        'info Attempt 1 of 4 failed: 503 Service Unavailable. Retrying in 3 s.',
        'info Attempt 2 of 4 failed: 401 Unauthorized.',
      ],
    );
  });

  test('timeout is for each attempt, not for all of them', async () => {
    const outcome = await ask({ timeout: '15.0' }, ['silence', 'silence', token]);
    assert.deepEqual(
      outcome.calls.filter((call) => call.startsWith('info Attempt')),
      [
        'info Attempt 1 of 4 failed: no answer within 15 s. Retrying now.',
        'info Attempt 2 of 4 failed: no answer within 15 s. Retrying now.',
      ],
    );
    assert.equal(outcome.requests.length, 3);
    assert.deepEqual(errorsOf(outcome), []);
  });

  test('verbose shows the request and how long it took, and nothing of it is shown without', async () => {
    const group = [
      'group Request and answer',
      'info POST https://api.endpoint.com/api/v1/token',
      'info client username, client_secret_basic (form), body: grant_type',
      'info a token at attempt 1, after 0.2 s',
      'endgroup',
    ];
    const { calls } = await ask({ verbose: 'True' }, [token]);
    const from = calls.indexOf('group Request and answer');
    assert.deepEqual(calls.slice(from, from + group.length), group);
    const quiet = await ask({ verbose: 'False' }, [token]);
    assert.deepEqual(
      quiet.calls.filter((call) => group.includes(call)),
      [],
    );
  });

  test('grant_type is sent as it is', async () => {
    const [request] = (await ask({ 'grant-type': 'urn:example:grant' }, [token])).requests;
    assert.deepEqual(formOf(request), { grant_type: 'urn:example:grant' });
  });

  test('scopes are sent as one scope with spaces, and not at all where there are none', async () => {
    const [some] = (await ask({ scopes: 'read list' }, [token])).requests;
    assert.equal(some?.body, 'grant_type=client_credentials&scope=read+list');
    const [none] = (await ask({ scopes: '' }, [token])).requests;
    assert.equal(none?.body, 'grant_type=client_credentials');
  });

  test('what is left out has the default of the library', () => {
    const { endpointType, timeout, useCache, verbose, grantType, scopes } = read({});
    assert.deepEqual(
      { endpointType, timeout, useCache, verbose, grantType, scopes },
      {
        endpointType: 'oauth2',
        timeout: 15,
        useCache: 'true',
        verbose: false,
        grantType: 'client_credentials',
        scopes: [],
      },
    );
  });
});

describe('values as Python writes them', () => {
  test('numbers with a fraction and booleans with a capital are accepted', () => {
    const inputs = read({
      timeout: '15.0',
      'retry-time-slot': '3.0',
      'retry-max-attempts': '4.0',
      'retry-max-wait': '10.0',
      'use-cache': 'False',
      verbose: 'True',
    });
    const { timeout, retryTimeSlot, retryMaxAttempts, retryMaxWait, useCache, verbose } = inputs;
    assert.deepEqual(
      [timeout, retryTimeSlot, retryMaxAttempts, retryMaxWait, useCache, verbose],
      [15, 3, 4, 10, 'false', true],
    );
  });

  test('a list and None are refused, with what to write', async () => {
    const given = { scopes: "['read', 'list']", 'retry-max-wait': 'None' };
    const outcome = await ask(given, []);
    assert.deepEqual(errorsOf(outcome), [
      'error [oauth2-token: inputs] 2 inputs need attention: ' +
        'retry-max-wait: got "None"; must be a number of seconds, 0 or more. ' +
        'scopes: must be separated by spaces, without quotes, brackets or dashes.',
    ]);
    assert.deepEqual(outcome.requests, []);
  });
});

describe('AccessToken', () => {
  const expiresAt = new Date('2026-01-31T12:00:00.999Z');
  const accessToken = new AccessToken({ token: 'the-token', tokenType: 'Bearer', expiresAt });
  const noon = Date.parse('2026-01-31T12:00:00Z');

  test('AccessToken(token, expires_at) has both, and refuses an empty token', () => {
    assert.equal(accessToken.token, 'the-token');
    assert.equal(accessToken.expiresAt, expiresAt);
    assert.throws(
      () => new AccessToken({ token: '', tokenType: 'Bearer', expiresAt }),
      new RangeError('An access token cannot be empty.'),
    );
  });

  test('expires_at that is not a time is refused', () => {
    assert.throws(
      () => new AccessToken({ token: 'a', tokenType: 'Bearer', expiresAt: new Date('soon') }),
      new RangeError('The expiry of an access token must be a time.'),
    );
  });

  test('expires_in() is in whole seconds, and negative once it has expired', () => {
    assert.equal(accessToken.expiresIn(noon - 3600_000), 3600);
    assert.equal(accessToken.expiresIn(noon), 0);
    assert.equal(accessToken.expiresIn(noon + 1000), -1);
    assert.equal(accessToken.expiresIn(noon + 60_999), -60);
  });

  test('is_expired() is true from the moment of expiry on', () => {
    assert.equal(accessToken.isExpired(noon + 998), false);
    assert.equal(accessToken.isExpired(noon + 999), true);
    assert.equal(accessToken.isExpired(noon + 1000), true);
  });

  test('zulu_time_string() has whole seconds, whatever the fraction', () => {
    assert.equal(accessToken.zuluTimeString(), '2026-01-31T12:00:00Z');
  });

  test('str() does not show the token', () => {
    for (const shown of [
      String(accessToken),
      JSON.stringify({ accessToken }),
      inspect({ accessToken }, { depth: null, showHidden: true }),
    ]) {
      assert.doesNotMatch(shown, /the-token/);
      assert.match(shown, /2026-01-31T12:00:00Z/);
    }
  });

  test('the outputs say what an AccessToken says', async () => {
    for (const [type, answer] of [
      ['oauth2', token],
      ['acs_api', acsToken],
    ] as const) {
      // The answer took a fifth of a second.
      assert.deepEqual(outputsOf(await ask({ 'endpoint-type': type }, [answer])), [
        'output token=the-token',
        'output expires-at=2026-01-31T12:00:00Z',
        'output expires-in=3599',
      ]);
    }
  });
});

describe('get_token', () => {
  test('expires_at_override replaces the expiry, without the cache too', async () => {
    const override = { 'expires-at-override': '2026-01-31T13:00:00+01:00' };
    for (const [type, answer] of [
      ['oauth2', answerJson(200, { access_token: 'the-token', expires_in: 60 })],
      [
        'acs_api',
        answerJson(200, { access_token: 'the-token', expires_at: '2026-01-31T11:01:00Z' }),
      ],
    ] as const) {
      assert.deepEqual(outputsOf(await ask({ 'endpoint-type': type, ...override }, [answer])), [
        'output token=the-token',
        'output expires-at=2026-01-31T12:00:00Z',
        'output expires-in=3599',
      ]);
    }
  });

  test('an oauth2 answer without expires_in gives a token whose expiry is not known', async () => {
    const outcome = await ask({}, [answerJson(200, { access_token: 'the-token' })]);
    assert.deepEqual(errorsOf(outcome), []);
    assert.deepEqual(outputsOf(outcome), [
      'output token=the-token',
      'output expires-at=',
      'output expires-in=',
    ]);
  });

  test('a 401 is requested once, and with retry-on: all as often as in the library', async () => {
    const answers = Array<Answer>(4).fill(refused);
    assert.equal((await ask({}, answers)).requests.length, 1);
    const all = await ask({ 'retry-on': 'all' }, answers, 0.5);
    assert.equal(all.requests.length, 4);
    assert.deepEqual(all.waits, [3, 6, 10]);
    assert.equal(errorsOf(all).length, 1);
  });

  test('is_acs_api() and is_oauth2() are answered by the log', async () => {
    const acs = await ask({ 'endpoint-type': 'acs_api' }, [acsToken]);
    assert.ok(acs.calls.some((call) => call.endsWith('api.endpoint.com (acs_api).')));
    const oauth2 = await ask({ 'endpoint-type': 'oauth2', scopes: 'read' }, [token]);
    const named = 'api.endpoint.com (client_credentials, scope: read).';
    assert.ok(oauth2.calls.some((call) => call.endsWith(named)));
  });
});

describe('the cache', { concurrency: 2 }, () => {
  async function startService(t: TestContext): Promise<CacheService> {
    const service = await startCacheService();
    t.after(service.close);
    return service;
  }

  /** Runs the built action in a job that has the cache. */
  function askInJob(service: CacheService, url: string, inputs: Given = {}): Promise<Run> {
    const all = {
      'token-url': url,
      'endpoint-type': 'acs_api',
      'client-id': acsClient.clientId,
      'client-secret': acsClient.clientSecret,
      ...inputs,
    };
    return startBuiltAction(all, { environment: service.environment({ version: 'v2' }) });
  }

  test('two clients of one url do not share a token, as they do in the library', async (t) => {
    const service = await startService(t);
    const server = await startScriptedServer({
      answers: [
        dynamic(({ headers }) =>
          json(200, {
            access_token: `token-of-${headers['client-id'] ?? ''}`,
            expires_at: new Date(Date.now() + 3600_000).toISOString(),
          }),
        ),
      ],
    });
    t.after(server.close);
    const tokens = [];
    for (const client of ['one', 'other', 'one', 'other']) {
      const { outputs } = await askInJob(service, server.url, { 'client-id': client });
      tokens.push(outputs['token']);
    }
    assert.deepEqual(tokens, ['token-of-one', 'token-of-other', 'token-of-one', 'token-of-other']);
    assert.equal(server.requests.length, 2);
  });

  test('use_cache=False neither looks into the cache nor saves anything there', async (t) => {
    const service = await startService(t);
    const server = await startAcsServer();
    t.after(server.close);
    for (const expected of ['acs-token-1', 'acs-token-2']) {
      const { outputs } = await askInJob(service, server.url, { 'use-cache': 'False' });
      assert.equal(outputs['token'], expected);
    }
    assert.deepEqual(service.requests, []);
  });

  test('cache_set() is use-cache: refresh, and the next cache_get() finds the new token', async (t) => {
    const service = await startService(t);
    const server = await startAcsServer();
    t.after(server.close);
    const tokens = [];
    for (const useCache of ['true', 'true', 'refresh', 'true']) {
      const { outputs } = await askInJob(service, server.url, { 'use-cache': useCache });
      tokens.push(outputs['token']);
    }
    assert.deepEqual(tokens, ['acs-token-1', 'acs-token-1', 'acs-token-2', 'acs-token-2']);
    assert.equal(server.requests.length, 2);
  });

  test('a token that would expire too soon is not taken from the cache', async (t) => {
    const service = await startService(t);
    const server = await startAcsServer();
    t.after(server.close);
    await askInJob(service, server.url);
    const { outputs } = await askInJob(service, server.url, { 'min-validity': '3600' });
    assert.equal(outputs['token'], 'acs-token-2');
    assert.equal(outputs['cache-hit'], 'false');
  });
});
