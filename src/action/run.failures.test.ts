import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import {
  type Answer,
  answerJson,
  createFakeRunner,
  type FakeRunner,
} from '../../test/support/doubles/fakes.ts';
import {
  asking,
  assertFailed,
  basic,
  failedAt,
  masks,
  type Outcome,
  readAttempts,
  readError,
  runStep,
  secret,
} from '../../test/support/tables/step.ts';
import { explain, type GivingUp, giveUp, refuse } from '../../test/support/tables/wording.ts';
import { NoRunnerError } from '../failures/errors.ts';
import { TransportError } from '../http/transport-error.ts';

describe('a step that gets no token', () => {
  const busy = refuse(answerJson(503, {}));

  /** The error after attempts that ended with this one. */
  const errorOf = (error: unknown, how: GivingUp = {}): string => {
    const { title, message } = giveUp(error, how);
    return `error [oauth2-token: ${title}] ${message}`;
  };

  test('because its secret is rejected reports it in a group, and then in one error', async () => {
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
      'info 401 Unauthorized, application/json, 77 bytes, after 0.2 s',
      'info error: invalid_client',
      'info error_description: Client authentication failed',
      'endgroup',
      errorOf(refuse(answer)),
    ]);
  });

  test('after all attempts reports each of them', async () => {
    const answers = Array.from({ length: 4 }, () => answerJson(503, {}));
    const outcome = await runStep({ answers, random: 0 });
    assert.equal(readError(outcome), errorOf(busy, { code: 'attempts_used_up', attempt: 4 }));
    assert.deepEqual(readAttempts(outcome), [
      failedAt(1, busy, { wait: 0 }),
      failedAt(2, busy, { wait: 0 }),
      failedAt(3, busy, { wait: 0 }),
      failedAt(4, busy, {}),
    ]);
  });

  test('makes as many attempts as retry-max-attempts says', async () => {
    const outcome = await runStep({
      answers: [answerJson(503, {})],
      inputs: { 'retry-max-attempts': '1' },
    });
    assert.equal(readError(outcome), errorOf(busy, { code: 'attempts_used_up' }));
    assert.deepEqual(readAttempts(outcome), []);
  });

  test('reports the last of several attempts too', async () => {
    const outcome = await runStep({
      answers: [answerJson(503, {}), answerJson(401, {})],
      random: 0,
    });
    const refused = refuse(answerJson(401, {}));
    assert.equal(readError(outcome), errorOf(refused));
    assert.deepEqual(readAttempts(outcome), [
      failedAt(1, busy, { wait: 0 }),
      failedAt(2, refused, {}),
    ]);
  });

  test('gives up when total-timeout is over', async () => {
    const given = { timeout: '15', 'total-timeout': '31' };
    const outcome = await runStep({
      answers: ['silence', 'silence', 'silence'],
      inputs: given,
      random: 0,
    });
    assert.equal(outcome.network.requests.length, 3);
    const how = { code: 'total_timeout', attempt: 3, allowed: 1000, given } as const;
    assert.equal(readError(outcome), errorOf(new TransportError('timeout'), how));
  });

  test('does not wait for a Retry-After past total-timeout', async () => {
    const outcome = await runStep({ answers: [answerJson(429, {}, { 'retry-after': '3540' })] });
    assert.deepEqual(outcome.clock.sleeps, []);
    const how = { code: 'retry_after_too_long', retryAfter: 3_540_000 } as const;
    assert.equal(readError(outcome), errorOf(refuse(answerJson(429, {})), how));
  });

  test('does not send a single-use grant again after an answer that was lost', async () => {
    const outcome = await runStep({
      answers: [new TransportError('answer_cut')],
      inputs: { 'grant-type': 'refresh_token', parameters: 'refresh_token=the-refresh-token' },
    });
    assert.equal(outcome.network.requests.length, 1);
    assert.equal(readError(outcome), errorOf(new TransportError('answer_cut')));
  });

  test('because of its inputs sends nothing, and prints only the error', async () => {
    const outcome = await runStep({ inputs: { timeout: 'x', scopes: 'a, b' } });
    assert.match(readError(outcome), /^error \[oauth2-token: inputs\] .*scopes.*timeout/);
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
    assert.match(readError(outcome), /^error \[oauth2-token: inputs\] client-secret .*fork/);
    assert.deepEqual(outcome.network.requests, []);
  });

  test('because its token is too short to be masked masks nothing of the answer', async () => {
    for (const token of ['true', 'e', 'seven77', '  seven77  ']) {
      const companions = { refresh_token: 'refresh-token', id_token: 'the-id-token' };
      const outcome = await runStep({
        answers: [answerJson(200, { access_token: token, ...companions })],
      });
      assert.match(readError(outcome), /^error \[oauth2-token: malformed token\] /);
      assert.deepEqual(
        outcome.calls.filter((call) => call.startsWith('mask ')),
        masks,
      );
    }
  });

  describe('because the runner could not take it', () => {
    for (const variable of ['GITHUB_OUTPUT', 'GITHUB_ENV']) {
      for (const value of [undefined, '']) {
        test(`requests none: ${variable} is ${value ?? 'missing'}`, async () => {
          const outcome = await runStep({ env: { [variable]: value } });
          const { title, message } = explain(new NoRunnerError(variable));
          assert.equal(readError(outcome), `error [oauth2-token: ${title}] ${message}`);
          assert.deepEqual(outcome.network.requests, []);
        });
      }
    }

    test('prints no mask, which would show the secret if there is no runner', async () => {
      const outcome = await runStep({ env: { GITHUB_OUTPUT: undefined } });
      assert.equal(outcome.calls.length, 1);
    });
  });

  test('because the token does not fit a variable of Windows sets nothing', async () => {
    const answer = answerJson(200, { access_token: 'x'.repeat(32_768), expires_in: 3600 });
    const outcome = await runStep({ answers: [answer], platform: 'win32' });
    assert.match(readError(outcome), /^error \[oauth2-token: token too long\] .*OAUTH2_TOKEN/);
  });

  describe('because of a defect', () => {
    test('of the request names it, as an unexpected error', async () => {
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
      answerJson(200, { access_token: 'x'.repeat(8), token_type: hostile, scope: hostile }),
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

  test('cannot make the action give later steps a token with a line break', async () => {
    const answer = answerJson(200, { access_token: 'abc\nOTHER=evil', expires_in: 3600 });
    assert.match(readError(await runStep({ answers: [answer] })), /malformed token/);
  });
});

test('a step that is skipped is red if the empty outputs cannot be written', async () => {
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  let measured = 0;
  const outcome = await runStep({
    inputs: { 'client-secret': '', 'if-no-credentials': 'skip' },
    files: {
      measure: () => {
        measured += 1;
        // Both files are checked before anything else.
        if (measured > 2) throw full;
        return 0;
      },
      cut: () => undefined,
    },
  });
  assertFailed(outcome);
  assert.match(readError(outcome), /^error \[oauth2-token: runner file not writable\] /);
});
