import assert from 'node:assert/strict';
import { createPrivateKey, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { createAuthority } from '../../test/support/making/certificates.ts';
import {
  type Answer,
  answerJson,
  createFakeClock,
  createFakeNetwork,
  createFakeRunner,
  createInputEnvironment,
  type FakeClock,
  type FakeNetwork,
  type FakeRunner,
} from '../../test/support/doubles/fakes.ts';
import {
  answerIdToken,
  idTokenClaims,
  idTokenEnvironment,
  writeIdToken,
} from '../../test/support/tables/stages.ts';
import { TransportError } from '../http/transport-error.ts';
import { openState } from './revocation-state.ts';
import { run } from './run.ts';

const secret = 's3cret-value';
const basic = Buffer.from(`ci-client:${secret}`).toString('base64');
const masks = [`mask ${secret}`, `mask ${basic}`];
const asking = 'info Asking login.example.com (client_credentials, scope: read list).';

/** What a step ends with whose server gives `granted`, at the usual time. */
const handedOver = [
  'output token=the-token',
  'output token-type=Bearer',
  'output expires-at=2026-01-31T12:00:00Z',
  'output expires-in=3599',
  'output scope=read list',
  'output cache-hit=false',
  'output refresh-token=',
  'output id-token=',
  'output response={}',
  'env OAUTH2_TOKEN=the-token',
  'info Set: output token, environment variable OAUTH2_TOKEN.',
];

const granted = answerJson(200, {
  access_token: 'the-token',
  token_type: 'Bearer',
  expires_in: 3600,
});

/** How a step differs from the usual one. */
interface Differences {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly answers?: readonly Answer[];
  readonly start?: string;
  readonly random?: number;
  readonly runner?: FakeRunner;
  readonly platform?: NodeJS.Platform;
}

/** What a step did. */
interface Outcome {
  readonly calls: readonly string[];
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  /** How many calls the runner had got when the step became green; undefined where it did not. */
  readonly greenAfter: number | undefined;
}

/** Runs a step, without the cache unless it is said otherwise. */
async function runStep(differences: Differences = {}): Promise<Outcome> {
  const { answers = [granted], start, random = 0.5, platform = 'linux' } = differences;
  const { runner = createFakeRunner() } = differences;
  const clock = createFakeClock(start);
  const network = createFakeNetwork(answers, clock);
  let greenAfter: number | undefined;
  const inputs = {
    'token-url': 'https://login.example.com/oauth2/token',
    'client-id': 'ci-client',
    'client-secret': secret,
    scopes: 'read list',
    'use-cache': 'false',
    ...differences.inputs,
  };
  await run({
    runner,
    env: {
      GITHUB_OUTPUT: '/runner/output',
      GITHUB_ENV: '/runner/env',
      ...createInputEnvironment(inputs),
      ...differences.env,
    },
    platform,
    clock,
    random: () => random,
    randomBytes,
    randomUUID,
    send: network.send,
    saveScript: '/nowhere/save.js',
    temp: '/nowhere',
    succeed: () => {
      greenAfter = runner.calls.length;
    },
  });
  return { calls: runner.calls, clock, network, greenAfter };
}

/** Holds that a step failed as it should: red, with one error, which is the last line, and nothing handed over. */
function assertFailed({ calls, greenAfter }: Outcome): void {
  assert.equal(greenAfter, undefined);
  assert.match(calls.at(-1) ?? '', /^error \[oauth2-token: /);
  assert.equal(calls.filter((call) => /^(error|warning) /.test(call)).length, 1);
  assert.deepEqual(
    calls.filter((call) => /^(output|env) /.test(call)),
    [],
  );
}

/** The error of a step that failed as it should. */
function readError(outcome: Outcome): string {
  assertFailed(outcome);
  return outcome.calls.at(-1) ?? '';
}

describe('a step that gets a token', () => {
  test('hides secrets first, the token before it tells of it, and hands it over', async () => {
    const { calls } = await runStep();
    assert.deepEqual(calls, [
      ...masks,
      asking,
      'mask the-token',
      'info Got a Bearer token, valid for 1 h, until 2026-01-31T12:00:00Z.',
      ...handedOver,
    ]);
  });

  test('is green once later steps have the token, and not before', async () => {
    const { calls, greenAfter = 0 } = await runStep();
    assert.equal(calls[greenAfter - 1], 'env OAUTH2_TOKEN=the-token');
  });

  test('asks once, as it was told to', async () => {
    const { network } = await runStep();
    assert.equal(network.requests.length, 1);
    const { method, url, headers, body } = network.requests[0] ?? assert.fail();
    assert.deepEqual(
      { method, url, body },
      {
        method: 'POST',
        url: 'https://login.example.com/oauth2/token',
        body: 'grant_type=client_credentials&scope=read+list',
      },
    );
    assert.equal(headers['authorization'], `Basic ${basic}`);
  });

  test('sends what every input asks for', async () => {
    const { network } = await runStep({
      inputs: {
        'client-auth-method': 'client_secret_post',
        'grant-type': 'token-exchange',
        audience: 'aud',
        resource: 'urn:a urn:b',
        parameters: 'subject_token=a-token\nx=1\nx=2',
        headers: 'X-Tenant: acme',
        'body-format': 'json',
      },
    });
    const { headers, body } = network.requests[0] ?? assert.fail();
    assert.deepEqual(JSON.parse(body ?? ''), {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      scope: 'read list',
      audience: 'aud',
      resource: ['urn:a', 'urn:b'],
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: 'a-token',
      x: ['1', '2'],
      client_id: 'ci-client',
      client_secret: secret,
    });
    assert.equal(headers['x-tenant'], 'acme');
    assert.equal(headers['authorization'], undefined);
  });

  test('hides every secret of the answer before anything else is said', async () => {
    const answer = answerJson(200, {
      access_token: 'the-token',
      expires_in: 3600,
      refresh_token: 'the-refresh-token',
      id_token: 'the-id-token',
      instance_url: 'https://acme.example.com',
      user: { session_secret: 'a-nested-secret' },
    });
    const { calls } = await runStep({ answers: [answer], inputs: { verbose: 'true' } });
    const asked = calls.indexOf(asking);
    assert.deepEqual(calls.slice(asked + 1, asked + 6), [
      'mask the-token',
      'mask the-refresh-token',
      'mask the-id-token',
      'mask a-nested-secret',
      'group Request and answer',
    ]);
    assert.ok(calls.includes('output refresh-token=the-refresh-token'));
    assert.ok(calls.includes('output id-token=the-id-token'));
    assert.ok(
      calls.includes(
        'output response={"instance_url":"https://acme.example.com","user":{"session_secret":"a-nested-secret"}}',
      ),
    );
  });

  test('trusts the certificates that it was given beside the usual ones', async () => {
    const { certificate } = await createAuthority();
    const { network } = await runStep({ inputs: { 'ca-certificate': certificate } });
    assert.deepEqual(network.limits[0]?.tls, { ca: certificate.trim() });
    assert.deepEqual((await runStep()).network.limits[0]?.tls, {});
  });

  test('tells of failed attempts, and at which one the token came', async () => {
    const { calls, clock, network } = await runStep({
      answers: [answerJson(503, {}), 'silence', granted],
      // 0.2 s, a wait of 3 s, 15 s and a wait of 6 s before the third.
      start: '2026-01-31T10:59:35.800Z',
    });
    assert.deepEqual(calls, [
      ...masks,
      asking,
      'info Attempt 1 of 4 failed: 503 Service Unavailable. Trying again in 3 s.',
      'info Attempt 2 of 4 failed: no answer within 15 s. Trying again in 6 s.',
      'mask the-token',
      'info Got a Bearer token at attempt 3, valid for 1 h, until 2026-01-31T12:00:00Z.',
      ...handedOver,
    ]);
    assert.deepEqual(clock.sleeps, [3000, 6000]);
    assert.equal(network.requests.length, 3);
  });

  test('waits as long as the server asks', async () => {
    const { calls, clock } = await runStep({
      answers: [answerJson(429, {}, { 'retry-after': '20' }), granted],
    });
    assert.deepEqual(clock.sleeps, [20_000]);
    assert.ok(
      calls.includes(
        'info Attempt 1 of 4 failed: 429 Too Many Requests. The server asks for 20 s (Retry-After). Trying again then.',
      ),
    );
  });

  test('tries everything again with retry-on: all', async () => {
    const { calls, greenAfter } = await runStep({
      answers: [answerJson(401, { error: 'invalid_client' }), granted],
      inputs: { 'retry-on': 'all' },
      random: 0,
    });
    assert.notEqual(greenAfter, undefined);
    assert.ok(calls.includes('info Attempt 1 of 4 failed: 401 invalid_client. Trying again now.'));
  });

  test('names the scopes that were not granted, and gives those that were', async () => {
    const answer = answerJson(200, { access_token: 'the-token', scope: 'read' });
    const { calls } = await runStep({ answers: [answer] });
    const got = calls.findIndex((call) => call.startsWith('info Got '));
    assert.deepEqual(calls.slice(got, got + 2), [
      'info Got a Bearer token; login.example.com did not say when it expires.',
      'info Granted read; not granted: list.',
    ]);
    for (const output of ['scope=read', 'expires-at=', 'expires-in=']) {
      assert.ok(calls.includes(`output ${output}`), output);
    }
  });

  test('says nothing of scopes where all were granted, in any order and with others', async () => {
    const answer = answerJson(200, { access_token: 'the-token', scope: 'list more read' });
    const { calls } = await runStep({ answers: [answer] });
    assert.doesNotMatch(calls.join('\n'), /not granted/);
    assert.ok(calls.includes('output scope=list more read'));
  });

  test('assumes a lifetime where the server names none', async () => {
    const answer = answerJson(200, { access_token: 'the-token' });
    const { calls } = await runStep({ answers: [answer], inputs: { 'default-expires-in': '900' } });
    assert.ok(calls.includes('output expires-at=2026-01-31T11:15:00Z'));
  });

  test("assumes none where the server names one, and puts the user's own expiry over both", async () => {
    const assumed = await runStep({ inputs: { 'default-expires-in': '900' } });
    assert.ok(assumed.calls.includes('output expires-at=2026-01-31T12:00:00Z'));
    const inputs = { 'default-expires-in': '900', 'expires-at-override': '2026-01-31T11:30:00Z' };
    const { calls } = await runStep({ inputs });
    assert.ok(calls.includes('output expires-at=2026-01-31T11:30:00Z'));
    assert.ok(calls.includes('output expires-in=1799'));
  });

  test('exports no variable where none is wanted', async () => {
    const { calls } = await runStep({ inputs: { 'env-var': '' } });
    assert.ok(!calls.some((call) => call.startsWith('env ')));
    assert.equal(calls.at(-1), 'info Set: output token.');
  });

  test('says that a variable was set before', async () => {
    const { calls } = await runStep({ env: { OAUTH2_TOKEN: 'another' } });
    assert.deepEqual(calls.slice(-3), [
      'info OAUTH2_TOKEN was already set; later steps now see this token. Use env-var to give each its own name.',
      'env OAUTH2_TOKEN=the-token',
      'info Set: output token, environment variable OAUTH2_TOKEN.',
    ]);
  });

  test('says that TLS stays verified where an earlier step tried to switch that off', async () => {
    const { calls } = await runStep({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    assert.equal(
      calls[masks.length],
      'info NODE_TLS_REJECT_UNAUTHORIZED is set; this action verifies TLS all the same. Use ca-certificate for a private CA.',
    );
  });

  test('says why the cache is not used, and asks', async () => {
    const short = await runStep({
      inputs: { 'use-cache': 'true' },
      env: { GITHUB_REPOSITORY_ID: '1' },
    });
    assert.deepEqual(short.calls.slice(masks.length, masks.length + 2), [
      'info Cache not used: client-secret is shorter than 16 bytes, too short to encrypt with. Set cache-encryption-key to use it (openssl rand -base64 32 makes one).',
      asking,
    ]);
    const { calls } = await runStep({
      inputs: { 'use-cache': 'true', 'cache-encryption-key': 'a-key-of-32-characters-or-longer' },
      env: { GITHUB_REPOSITORY_ID: '1' },
    });
    assert.ok(calls.includes('info Cache not used: this runner offers no cache service.'));
    assert.deepEqual(calls.slice(-handedOver.length), handedOver);
  });

  test('asks an ACS endpoint', async () => {
    const answer = answerJson(200, {
      access_token: 'the-token',
      expires_at: '2026-01-31T12:00:00.5Z',
    });
    const { calls, network } = await runStep({
      answers: [answer],
      inputs: { 'endpoint-type': 'acs_api', scopes: '' },
    });
    const { method, headers, body } = network.requests[0] ?? assert.fail();
    assert.deepEqual({ method, body }, { method: 'GET', body: undefined });
    assert.equal(headers['client-id'], 'ci-client');
    assert.equal(headers['client-secret'], secret);
    assert.ok(calls.includes('info Asking login.example.com (acs_api).'));
    assert.ok(calls.includes('output expires-at=2026-01-31T12:00:00Z'));
  });

  test('asks an ACS endpoint again after an answer that was lost', async () => {
    const answer = answerJson(200, { access_token: 'x', expires_at: '2026-01-31T12:00:00Z' });
    const { greenAfter } = await runStep({
      answers: [new TransportError('answer_cut'), answer],
      inputs: { 'endpoint-type': 'acs_api', scopes: '' },
    });
    assert.notEqual(greenAfter, undefined);
  });
});

describe('the group of request and answer', () => {
  const group = [
    'group Request and answer',
    'info POST https://login.example.com/oauth2/token',
    'info client ci-client, client_secret_basic (form), body: grant_type, scope',
    'info a token at attempt 1, after 0.2 s',
    'endgroup',
  ];
  const readGroup = ({ calls }: Outcome): readonly string[] => {
    const start = calls.indexOf('group Request and answer');
    return start < 0 ? [] : calls.slice(start, calls.indexOf('endgroup') + 1);
  };

  test('is not there where all is well', async () => {
    assert.deepEqual(readGroup(await runStep()), []);
  });

  test('is there with verbose: true', async () => {
    assert.deepEqual(readGroup(await runStep({ inputs: { verbose: 'true' } })), group);
  });

  test('is there with step debug logging', async () => {
    assert.deepEqual(
      readGroup(await runStep({ runner: createFakeRunner({ debug: true }) })),
      group,
    );
  });

  test('names everything that the body holds', async () => {
    const inputs = {
      verbose: 'true',
      'client-auth-method': 'client_secret_post',
      parameters: 'x=1',
    };
    const outcome = await runStep({ inputs });
    const sent = new URLSearchParams(outcome.network.requests[0]?.body);
    const [, , line = ''] = readGroup(outcome);
    const named = line.split('body: ')[1]?.split(', ') ?? [];
    assert.deepEqual(new Set(named), new Set(sent.keys()));
  });

  test('shows neither secret nor token', async () => {
    const answer = answerJson(200, {
      access_token: 'the-token',
      refresh_token: 'the-refresh-token',
    });
    const inputs = { verbose: 'true', 'client-auth-method': 'client_secret_post' };
    const lines = readGroup(await runStep({ answers: [answer], inputs })).join('\n');
    assert.doesNotMatch(lines, /s3cret-value|the-token|the-refresh-token/);
  });
});

describe('a step that gets no token', () => {
  test('because its secret is rejected tells it in a group, and one error after it', async () => {
    const answer = answerJson(401, {
      error: 'invalid_client',
      error_description: 'Client authentication failed',
    });
    const outcome = await runStep({ answers: [answer] });
    assertFailed(outcome);
    assert.deepEqual(outcome.calls, [
      ...masks,
      asking,
      'group Request and answer',
      'info POST https://login.example.com/oauth2/token',
      'info client ci-client, client_secret_basic (form), body: grant_type, scope',
      'info 401 Unauthorized, application/json, after 0.2 s',
      'info error: invalid_client',
      'info error_description: Client authentication failed',
      'endgroup',
      'error [oauth2-token: client refused] login.example.com refused the client: 401 invalid_client, "Client authentication failed". Check that client-id and client-secret belong together and are current; if they are, try client-auth-method: client_secret_post. Not tried again, for the answer would be the same.',
    ]);
  });

  test('after all attempts tells of each', async () => {
    const answers = Array.from({ length: 4 }, () => answerJson(503, {}));
    const outcome = await runStep({ answers, random: 0 });
    assert.match(
      readError(outcome),
      /^error \[oauth2-token: server failed\] .* Gave up after 4 attempts\.$/,
    );
    const told = outcome.calls.filter((call) => call.startsWith('info Attempt '));
    assert.deepEqual(told, [
      'info Attempt 1 of 4 failed: 503 Service Unavailable. Trying again now.',
      'info Attempt 2 of 4 failed: 503 Service Unavailable. Trying again now.',
      'info Attempt 3 of 4 failed: 503 Service Unavailable. Trying again now.',
      'info Attempt 4 of 4 failed: 503 Service Unavailable.',
    ]);
  });

  test('makes as many attempts as it was told to', async () => {
    const outcome = await runStep({
      answers: [answerJson(503, {})],
      inputs: { 'retry-max-attempts': '1' },
    });
    assert.match(readError(outcome), /Not tried again, for retry-max-attempts is 1\.$/);
    assert.ok(!outcome.calls.some((call) => call.startsWith('info Attempt ')));
  });

  test('tells of the last of several attempts too', async () => {
    const outcome = await runStep({
      answers: [answerJson(503, {}), answerJson(401, {})],
      random: 0,
    });
    assert.match(readError(outcome), /Not tried again, for the answer would be the same\.$/);
    assert.deepEqual(
      outcome.calls.filter((call) => call.startsWith('info Attempt ')),
      [
        'info Attempt 1 of 4 failed: 503 Service Unavailable. Trying again now.',
        'info Attempt 2 of 4 failed: 401 Unauthorized.',
      ],
    );
  });

  test('gives up when total-timeout is used up', async () => {
    const outcome = await runStep({
      answers: ['silence', 'silence', 'silence'],
      inputs: { timeout: '15', 'total-timeout': '31' },
      random: 0,
    });
    assert.equal(outcome.network.requests.length, 3);
    assert.match(
      readError(outcome),
      /gave no answer within 1 s\. .* Gave up at attempt 3 of 4, for total-timeout: 31 leaves no time for another\.$/,
    );
  });

  test('does not wait for a Retry-After past total-timeout', async () => {
    const outcome = await runStep({ answers: [answerJson(429, {}, { 'retry-after': '3540' })] });
    assert.deepEqual(outcome.clock.sleeps, []);
    assert.match(
      readError(outcome),
      /^error \[oauth2-token: asked to wait too long\] login\.example\.com asks to wait 3540 s/,
    );
  });

  test('does not send what is accepted once again after an answer that was lost', async () => {
    const outcome = await runStep({
      answers: [new TransportError('answer_cut')],
      inputs: { 'grant-type': 'refresh_token', parameters: 'refresh_token=the-refresh-token' },
    });
    assert.equal(outcome.network.requests.length, 1);
    assert.match(readError(outcome), /the grant may have been used up/);
  });

  test('because of its inputs sends nothing, and says nothing but the error', async () => {
    const outcome = await runStep({ inputs: { timeout: 'x', scope: 'read' } });
    assert.match(readError(outcome), /^error \[oauth2-token: inputs\] 2 inputs need attention: /);
    assert.equal(outcome.calls.length, masks.length + 1);
    assert.deepEqual(outcome.network.requests, []);
  });

  test('because a fork has no secrets says so', async (t: TestContext) => {
    const folder = mkdtempSync(join(tmpdir(), 'run-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    const file = join(folder, 'event.json');
    writeFileSync(file, '{"pull_request": {"head": {"repo": {"full_name": "stranger/repo"}}}}');
    const outcome = await runStep({
      inputs: { 'client-secret': '' },
      env: {
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: file,
        GITHUB_REPOSITORY: 'octo-org/octo-repo',
      },
    });
    assert.match(
      readError(outcome),
      /client-secret is empty: this run is for a pull request from a fork/,
    );
    assert.deepEqual(outcome.network.requests, []);
  });

  describe('because nobody would take it', () => {
    for (const variable of ['GITHUB_OUTPUT', 'GITHUB_ENV']) {
      for (const value of [undefined, '']) {
        test(`asks for none: ${variable} is ${value ?? 'missing'}`, async () => {
          const outcome = await runStep({ env: { [variable]: value } });
          assert.match(
            readError(outcome),
            new RegExp(`^error \\[oauth2-token: not in a workflow\\] ${variable} is not set`),
          );
          assert.deepEqual(outcome.network.requests, []);
        });
      }
    }

    test('prints no mask, which would show the secret where no runner hides it', async () => {
      const outcome = await runStep({ env: { GITHUB_OUTPUT: undefined } });
      assert.equal(outcome.calls.length, 1);
    });
  });

  test('because it does not fit a variable of Windows sets nothing', async () => {
    const answer = answerJson(200, { access_token: 'x'.repeat(32_768), expires_in: 3600 });
    const outcome = await runStep({ answers: [answer], platform: 'win32' });
    assert.match(readError(outcome), /^error \[oauth2-token: token too long\] .*OAUTH2_TOKEN/);
  });

  describe('because of a defect', () => {
    test('of the request names it, and asks for a report', async () => {
      const outcome = await runStep({ answers: [new TypeError('x is not a function')] });
      assert.equal(outcome.network.requests.length, 1);
      assert.match(
        readError(outcome),
        /^error \[oauth2-token: unexpected error\] TypeError: x is not a function\. /,
      );
    });

    test('of the runner is red, with one error', async () => {
      const runner = createFakeRunner();
      const broken: FakeRunner = {
        ...runner,
        setOutput: () => {
          throw new Error('Missing file at path: /runner/output');
        },
      };
      const outcome = await runStep({ runner: broken });
      assert.match(readError(outcome), /Missing file at path: \/runner\/output/);
    });

    test('hides secrets in what it names', async () => {
      const outcome = await runStep({ answers: [new TypeError(`odd: ${secret}, ${basic}`)] });
      assert.match(readError(outcome), /TypeError: odd: \*\*\*, \*\*\*\. /);
    });
  });
});

describe('a server whose words are hostile', () => {
  const hostile = 'x\n::set-output name=token::evil\r##[set-output name=token]evil';

  /** The lines for people: all that the runner reads commands from. */
  function readLines({ calls }: Outcome): string {
    return calls.filter((call) => /^(info|group|error|warning) /.test(call)).join('\u0000');
  }

  const answers: readonly [what: string, answer: Answer][] = [
    [
      'an error',
      answerJson(400, { error: hostile, error_description: hostile, error_uri: hostile }),
    ],
    ['an error that is tried again', answerJson(503, { error: hostile })],
    [
      'a token type and scopes',
      answerJson(200, { access_token: 'x', token_type: hostile, scope: hostile }),
    ],
    [
      'a content type',
      {
        status: 200,
        statusText: hostile,
        headers: { 'content-type': hostile },
        body: Buffer.from('x'),
      },
    ],
    [
      'a redirect',
      {
        status: 302,
        statusText: hostile,
        headers: { location: `/x ${hostile}` },
        body: Buffer.from(''),
      },
    ],
    [
      'an error of the network',
      new TransportError('request_failed', { cause: new Error(hostile) }),
    ],
  ];
  for (const [what, answer] of answers) {
    test(`gets no command into the log: ${what}`, async () => {
      const outcome = await runStep({
        answers: [answer, answer],
        inputs: { verbose: 'true', 'retry-max-attempts': '2' },
      });
      const lines = readLines(outcome);
      assert.match(lines, /set-output name=token/);
      assert.doesNotMatch(lines, /##\[|^\s*::|[\r\n]/);
    });
  }

  test('cannot have a secret shown by repeating it', async () => {
    const said = `${secret} or Basic ${basic}`;
    const answer = answerJson(401, { error: 'invalid_client', error_description: said });
    const outcome = await runStep({ answers: [answer] });
    assert.doesNotMatch(readLines(outcome), new RegExp(`${secret}|${basic}`));
    assert.match(readError(outcome), /"\*\*\* or Basic \*\*\*"/);
  });

  test('cannot have a token with a line break in it handed over', async () => {
    const answer = answerJson(200, { access_token: 'abc\nOTHER=evil', expires_in: 3600 });
    assert.match(readError(await runStep({ answers: [answer] })), /malformed token/);
  });
});

/** The lines for people. */
function readInfo({ calls }: Outcome): readonly string[] {
  return calls.filter((call) => call.startsWith('info ')).map((call) => call.slice(5));
}

describe('a step that knows its issuer', () => {
  const issuer = 'https://sso.example.com/realms/ci';
  const place = { 'token-url': '', issuer };
  const wellKnown = `${issuer}/.well-known/openid-configuration`;
  const tokenEndpoint = 'https://tokens.example.com/ci/token';
  const metadata = answerJson(200, { issuer, token_endpoint: tokenEndpoint });

  test('reads the metadata first, and asks the endpoint that it names', async () => {
    const { calls, network, greenAfter } = await runStep({
      answers: [metadata, granted],
      inputs: place,
    });
    assert.notEqual(greenAfter, undefined);
    assert.deepEqual(
      network.requests.map(({ method, url }) => `${method} ${url}`),
      [`GET ${wellKnown}`, `POST ${tokenEndpoint}`],
    );
    assert.ok(
      calls.includes('info Asking sso.example.com (client_credentials, scope: read list).'),
    );
    assert.equal(network.requests[0]?.headers['authorization'], undefined);
    assert.equal(network.requests[1]?.headers['authorization'], `Basic ${basic}`);
  });

  test('asks the second place where the first has none', async () => {
    const { network, greenAfter } = await runStep({
      answers: [answerJson(404, {}), metadata, granted],
      inputs: place,
    });
    assert.notEqual(greenAfter, undefined);
    assert.equal(
      network.requests[1]?.url,
      'https://sso.example.com/.well-known/oauth-authorization-server/realms/ci',
    );
  });

  test('asks for the metadata again where the server is busy, and tells its purpose', async () => {
    const outcome = await runStep({
      answers: [answerJson(503, {}), 'silence', metadata, granted],
      inputs: place,
    });
    assert.notEqual(outcome.greenAfter, undefined);
    assert.deepEqual(readInfo(outcome).slice(1, 3), [
      "Attempt 1 of 4 to read the issuer's metadata failed: 503 Service Unavailable. Trying again in 3 s.",
      "Attempt 2 of 4 to read the issuer's metadata failed: no answer within 15 s. Trying again in 6 s.",
    ]);
  });

  test('has all attempts for the token although the metadata took some', async () => {
    const busy = answerJson(503, {});
    const outcome = await runStep({
      answers: [busy, busy, busy, metadata, busy, busy, busy, granted],
      inputs: place,
      random: 0,
    });
    assert.notEqual(outcome.greenAfter, undefined);
    assert.ok(readInfo(outcome).some((line) => line.startsWith('Got a Bearer token at attempt 4')));
  });

  test('tells who the server is where it is another one, and sends it no secret', async () => {
    const answers = [answerJson(200, { issuer: `${issuer}/`, token_endpoint: tokenEndpoint })];
    const outcome = await runStep({ answers, inputs: place });
    assert.match(
      readError(outcome),
      /^error \[oauth2-token: another issuer\] sso\.example\.com calls itself https:\/\/sso\.example\.com\/realms\/ci\/, not /,
    );
    assert.equal(outcome.network.requests.length, 1);
    assert.ok(outcome.calls.includes('group Metadata: request and answer'));
    assert.ok(outcome.calls.includes(`info GET ${wellKnown}: 200 OK`));
  });

  test('names every place that was tried where there is no metadata', async () => {
    const answers = [answerJson(404, {}), answerJson(404, {})];
    const error = readError(await runStep({ answers, inputs: place }));
    assert.match(error, /^error \[oauth2-token: no metadata there\]/);
    assert.ok(error.includes(`tried ${wellKnown} (404), https://sso.example.com/.well-known/`));
  });

  test('gives up when the metadata does not come', async () => {
    const answers = Array.from({ length: 4 }, () => answerJson(503, {}));
    const error = readError(await runStep({ answers, inputs: place, random: 0 }));
    assert.match(error, /^error \[oauth2-token: server failed\] .* Gave up after 4 attempts\.$/);
  });

  test('shows what the metadata says without commands', async () => {
    const hostile = 'x\n::set-output name=token::evil\r##[set-output name=token]evil';
    const answers: readonly Answer[] = [
      answerJson(200, { issuer: hostile, token_endpoint: tokenEndpoint }),
      answerJson(200, { issuer, token_endpoint: `http://${hostile}` }),
      answerJson(302, {}, { location: `/x ${hostile}` }),
      answerJson(200, { issuer, token_endpoint: hostile }),
    ];
    for (const one of answers) {
      const outcome = await runStep({ answers: [one, one], inputs: { ...place, verbose: 'true' } });
      assertFailed(outcome);
      const lines = outcome.calls
        .filter((call) => /^(info|group|error) /.test(call))
        .join('\u0000');
      assert.match(lines, /set-output name=token/);
      assert.doesNotMatch(lines, /##\[|^\s*::|[\r\n]/);
    }
  });

  test('asks for the metadata again after any refusal with retry-on: all', async () => {
    const outcome = await runStep({
      answers: [answerJson(403, {}), answerJson(403, {}), metadata, granted],
      inputs: { ...place, 'retry-on': 'all' },
      random: 0,
    });
    assert.notEqual(outcome.greenAfter, undefined);
    assert.equal(
      readInfo(outcome)[1],
      "Attempt 1 of 4 to read the issuer's metadata failed: 403 Forbidden. Trying again now.",
    );
  });

  test('asks the endpoint for certificates where it shows one, and shows it there alone', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    const mtls = 'https://mtls.example.com/token';
    const answers = [
      answerJson(200, {
        issuer,
        token_endpoint: tokenEndpoint,
        mtls_endpoint_aliases: { token_endpoint: mtls },
      }),
      granted,
    ];
    const inputs = {
      ...place,
      'client-secret': '',
      'client-certificate': certificate,
      'client-key': key,
    };
    // The certificate is valid by the clock of the machine.
    const start = new Date().toISOString();
    const { network, greenAfter } = await runStep({ answers, inputs, start });
    assert.notEqual(greenAfter, undefined);
    assert.equal(network.requests[1]?.url, mtls);
    assert.deepEqual(network.limits[0]?.tls, {});
    assert.deepEqual(network.limits[1]?.tls, { certificate: certificate.trim(), key });
    assert.equal(
      network.requests[1].body,
      'grant_type=client_credentials&scope=read+list&client_id=ci-client',
    );
  });
});

describe('a step whose token is revoked at the end of the job', () => {
  const issuer = 'https://sso.example.com/realms/ci';
  const tokenUrl = 'https://login.example.com/oauth2/token';
  const revocationUrl = 'https://login.example.com/revoke';
  const runtimeToken = 'the-runtime-token';
  const env = { ACTIONS_RUNTIME_TOKEN: runtimeToken };
  const given = { revoke: 'true', 'revocation-url': revocationUrl };
  const byIssuer = { revoke: 'true', 'token-url': '', issuer };
  const named = { issuer, token_endpoint: tokenUrl, revocation_endpoint: revocationUrl };

  /** What waits for the end of the job; undefined where nothing does. */
  const readState = ({ calls }: Outcome): unknown => {
    const state = calls.find((call) => call.startsWith('state revocation='));
    return state && openState(state.slice('state revocation='.length), runtimeToken);
  };

  test('keeps the token for then, sealed, before later steps have it', async () => {
    const outcome = await runStep({ inputs: given, env });
    assert.deepEqual(readState(outcome), {
      token: 'the-token',
      revocationUrl,
      tokenUrl,
      expiresAt: Date.parse('2026-01-31T12:00:00Z'),
    });
    const kept = outcome.calls.findIndex((call) => call.startsWith('state '));
    assert.ok(kept > outcome.calls.indexOf('mask the-token'));
    assert.ok(kept < outcome.calls.indexOf('output token=the-token'));
    assert.ok(!outcome.calls[kept]?.includes('the-token'));
  });

  test('keeps no expiry that only the user named, for the token lives on after it', async () => {
    const outcome = await runStep({
      answers: [answerJson(200, { access_token: 'the-token' })],
      inputs: {
        ...given,
        'default-expires-in': '900',
        'expires-at-override': '2026-01-31T11:30:00Z',
      },
      env,
    });
    assert.ok(outcome.calls.includes('output expires-at=2026-01-31T11:30:00Z'));
    assert.deepEqual(readState(outcome), { token: 'the-token', revocationUrl, tokenUrl });
  });

  test('keeps nothing where that is not asked for', async () => {
    assert.equal(readState(await runStep({ env })), undefined);
  });

  const other = 'https://other.example.com/revoke';
  const places: readonly [what: string, inputs: Readonly<Record<string, string>>, url: string][] = [
    ['the metadata names', byIssuer, revocationUrl],
    [
      'revocation-url names, whatever the metadata does',
      { ...byIssuer, 'revocation-url': other },
      other,
    ],
  ];
  for (const [what, inputs, url] of places) {
    test(`will ask the place that ${what}`, async () => {
      const outcome = await runStep({ answers: [answerJson(200, named), granted], inputs, env });
      assert.equal((readState(outcome) as { revocationUrl: string }).revocationUrl, url);
    });
  }

  test('asks for no token where nothing says how it is revoked', async () => {
    const metadata = answerJson(200, { issuer, token_endpoint: tokenUrl });
    const outcome = await runStep({ answers: [metadata, granted], inputs: byIssuer, env });
    assert.match(
      readError(outcome),
      /^error \[oauth2-token: no revocation endpoint\] revoke: true cannot be kept: the metadata of sso\.example\.com /,
    );
    assert.equal(outcome.network.requests.length, 1);
  });

  test('will ask the place for certificates where it shows one and there is such', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    const inputs = {
      ...byIssuer,
      'client-secret': '',
      'client-certificate': certificate,
      'client-key': key,
    };
    // The certificate is valid by the clock of the machine.
    const start = new Date().toISOString();
    const mtls = 'https://mtls.example.com/revoke';
    for (const [aliases, url] of [
      [{ revocation_endpoint: mtls }, mtls],
      [{}, revocationUrl],
    ] as const) {
      const metadata = answerJson(200, { ...named, mtls_endpoint_aliases: aliases });
      const outcome = await runStep({ answers: [metadata, granted], inputs, env, start });
      assert.equal((readState(outcome) as { revocationUrl: string }).revocationUrl, url);
    }
    const metadata = answerJson(200, {
      ...named,
      mtls_endpoint_aliases: { revocation_endpoint: mtls },
    });
    const outcome = await runStep({ answers: [metadata, granted], inputs: byIssuer, env });
    assert.equal((readState(outcome) as { revocationUrl: string }).revocationUrl, revocationUrl);
  });
});

describe('a step with a key for TLS', () => {
  test('hides it as TLS gets it, although it was written in another form', async () => {
    const authority = await createAuthority();
    const { certificate, key } = await authority.issue({ names: [], client: true });
    const sec1 = createPrivateKey(key).export({ type: 'sec1', format: 'pem' }).toString();
    const { calls, greenAfter } = await runStep({
      inputs: { 'client-secret': '', 'client-certificate': certificate, 'client-key': sec1 },
      // The certificate is valid by the clock of the machine.
      start: new Date().toISOString(),
    });
    assert.notEqual(greenAfter, undefined);
    const lines = key.split('\n').filter((line) => line.length >= 8 && !line.includes('-----'));
    assert.ok(lines.length > 0);
    for (const line of lines) assert.ok(calls.includes(`mask ${line}`));
  });
});

describe("a step that sends GitHub's ID token", () => {
  const federated = { 'client-secret': '', 'id-token-as': 'client_assertion' };
  const env = idTokenEnvironment;
  const sentIdToken = ({ network }: Outcome, index: number): string | null =>
    new URLSearchParams(network.requests[index]?.body).get('client_assertion');

  test('asks for it, hides it before anything tells of it, and sends it', async () => {
    const outcome = await runStep({
      answers: [answerIdToken(1), granted],
      inputs: federated,
      env,
    });
    assert.deepEqual(outcome.calls.slice(0, 4), [
      asking,
      `mask ${writeIdToken(1)}`,
      'mask the-token',
      'info Got a Bearer token, valid for 1 h, until 2026-01-31T12:00:00Z.',
    ]);
    assert.equal(sentIdToken(outcome, 1), writeIdToken(1));
  });

  test('says which permission the job lacks, and asks nobody', async () => {
    const outcome = await runStep({ inputs: federated });
    assert.match(
      readError(outcome),
      /^error \[oauth2-token: no ID token\] .* permissions: { id-token: write } /,
    );
    assert.deepEqual(outcome.network.requests, []);
  });

  test('sends another one at each attempt, for a server takes each once', async () => {
    const outcome = await runStep({
      answers: [answerIdToken(1), answerJson(503, {}), answerIdToken(2), granted],
      inputs: federated,
      env,
    });
    assert.notEqual(outcome.greenAfter, undefined);
    assert.deepEqual(
      [sentIdToken(outcome, 1), sentIdToken(outcome, 3)],
      [writeIdToken(1), writeIdToken(2)],
    );
  });

  test('counts the attempts to get it apart from those to get the token', async () => {
    const busy = answerJson(500, {});
    const outcome = await runStep({
      answers: [busy, busy, answerIdToken(1), busy, busy, busy, answerIdToken(2), granted],
      inputs: federated,
      env,
      random: 0,
    });
    assert.notEqual(outcome.greenAfter, undefined);
    const idToken =
      " to get GitHub's ID token failed: 500 Internal Server Error. Trying again now.";
    assert.deepEqual(
      readInfo(outcome).filter((line) => line.startsWith('Attempt ')),
      [
        `Attempt 1 of 4${idToken}`,
        `Attempt 2 of 4${idToken}`,
        'Attempt 1 of 4 failed: 500 Internal Server Error. Trying again now.',
        `Attempt 1 of 4${idToken}`,
        `Attempt 2 of 4${idToken}`,
      ],
    );
  });

  test('fails by what its service says where none comes for a later attempt', async () => {
    const outcome = await runStep({
      answers: [answerIdToken(1), answerJson(503, {}), answerJson(403, {})],
      inputs: federated,
      env,
    });
    assert.match(
      readError(outcome),
      /^error \[oauth2-token: no ID token\] GitHub's ID token service answered 403 Forbidden\./,
    );
  });

  test('shows what the last one said where the server refuses it', async () => {
    const outcome = await runStep({
      answers: [
        answerIdToken(1, { sub: 'repo:acme/shop:pull_request' }),
        answerJson(503, {}),
        answerIdToken(2),
        answerJson(401, {
          error: 'invalid_client',
          error_description: 'AADSTS700213: No match.\r\nTrace ID: 1',
        }),
      ],
      inputs: federated,
      env,
    });
    const error = readError(outcome);
    const { iss, sub, aud } = idTokenClaims;
    assert.ok(error.startsWith('error [oauth2-token: ID token refused] '), error);
    assert.ok(error.includes('401 invalid_client, "AADSTS700213: No match". It says '), error);
    assert.ok(error.includes(`iss: ${iss}, sub: ${sub}, aud: ${aud};`), error);
    assert.ok(outcome.calls.includes(`info ID token: iss: ${iss}, sub: ${sub}, aud: ${aud}`));
    assert.doesNotMatch(outcome.calls.filter((call) => !call.startsWith('mask ')).join(), /eyJ/);
  });

  test('asks neither for it nor for a token where its service is no https URL', async () => {
    const outcome = await runStep({
      inputs: federated,
      env: { ...env, ACTIONS_ID_TOKEN_REQUEST_URL: 'http://run-actions.example.com/' },
    });
    assert.match(readError(outcome), /Not tried again, for it would fail in the same way\.$/);
    assert.deepEqual(outcome.network.requests, []);
  });
});

describe('total-timeout', () => {
  const issuer = 'https://sso.example.com';
  const everything = {
    'token-url': '',
    issuer,
    'client-secret': '',
    'id-token-as': 'client_assertion',
  };
  const env = idTokenEnvironment;
  const metadata = answerJson(200, { issuer, token_endpoint: `${issuer}/token` });

  test('is one for the metadata, the ID token and the token', async () => {
    const start = '2026-01-31T11:00:00Z';
    const outcome = await runStep({
      // 15 s each, then 0.2 s for each answer.
      answers: ['silence', metadata, 'silence', answerIdToken(1), 'silence'],
      inputs: { ...everything, 'total-timeout': '45.3' },
      env,
      start,
      random: 0,
    });
    assert.match(readError(outcome), /for total-timeout: 45\.3 leaves no time for another\.$/);
    assert.equal(outcome.clock.now() - Date.parse(start), 45_300);
  });

  test('lets all three take their time where there is enough of it', async () => {
    const outcome = await runStep({
      answers: [
        'silence',
        metadata,
        'silence',
        answerIdToken(1),
        'silence',
        answerIdToken(2),
        granted,
      ],
      inputs: { ...everything, 'total-timeout': '46' },
      env,
      random: 0,
    });
    assert.notEqual(outcome.greenAfter, undefined);
  });

  test('has nothing to do with the time that the cache takes', async () => {
    const cached = {
      'use-cache': 'true',
      'cache-encryption-key': 'a-key-of-32-characters-or-longer',
      'total-timeout': '4',
    };
    const outcome = await runStep({
      // The cache is silent for the 5 s that it has, twice at once.
      answers: ['silence', 'silence', granted],
      inputs: cached,
      env: {
        GITHUB_REPOSITORY_ID: '1',
        ACTIONS_RESULTS_URL: 'https://results.example.com/',
        ACTIONS_CACHE_SERVICE_V2: 'True',
        ACTIONS_RUNTIME_TOKEN: 'the-runtime-token',
      },
    });
    assert.ok(readInfo(outcome).includes('Cache not used: the service did not answer within 5 s.'));
    assert.notEqual(outcome.greenAfter, undefined);
  });
});

describe('a step that sends a refresh token', () => {
  const replaced =
    'Not cached: the refresh token was replaced. Store the output refresh-token before anything else.';
  const sent = 'an-old-refresh-token';
  const ways: readonly [what: string, inputs: Readonly<Record<string, string>>][] = [
    ['the input', { 'refresh-token': sent }],
    ['parameters', { 'grant-type': 'refresh_token', parameters: `refresh_token=${sent}` }],
  ];
  const answerWith = (refreshToken: string): Answer =>
    answerJson(200, { access_token: 'the-token', refresh_token: refreshToken });

  for (const [what, inputs] of ways) {
    test(`hides it, sends it once, and says that it was replaced: by ${what}`, async () => {
      const outcome = await runStep({ answers: [answerWith('a-new-refresh-token')], inputs });
      const body = new URLSearchParams(outcome.network.requests[0]?.body);
      assert.deepEqual(body.getAll('refresh_token'), [sent]);
      assert.equal(body.get('grant_type'), 'refresh_token');
      assert.ok(outcome.calls.indexOf(`mask ${sent}`) < outcome.calls.indexOf('mask the-token'));
      assert.ok(outcome.calls.includes(`mask ${sent}`));
      assert.ok(readInfo(outcome).includes(replaced));
      assert.ok(outcome.calls.includes('output refresh-token=a-new-refresh-token'));
    });

    test(`says nothing of one that stays: by ${what}`, async () => {
      for (const answer of [answerWith(sent), granted]) {
        const outcome = await runStep({ answers: [answer], inputs });
        assert.notEqual(outcome.greenAfter, undefined);
        assert.ok(!readInfo(outcome).includes(replaced));
      }
    });

    test(`does not send it again after an answer that was lost: by ${what}`, async () => {
      const outcome = await runStep({ answers: [new TransportError('answer_cut')], inputs });
      assert.equal(outcome.network.requests.length, 1);
      assert.match(readError(outcome), /the grant may have been used up/);
    });
  }

  test('says nothing of one that nobody sent', async () => {
    for (const parameters of ['', 'tenant=acme']) {
      const outcome = await runStep({
        answers: [answerWith('a-new-refresh-token')],
        inputs: { parameters },
      });
      assert.notEqual(outcome.greenAfter, undefined);
      assert.ok(!readInfo(outcome).includes(replaced));
    }
  });
});
