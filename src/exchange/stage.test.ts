import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type Given, readUsualInputs } from '../../test/support/making/inputs.ts';
import { createFakeStages, type FakeStages } from '../../test/support/tables/stages.ts';
import { TransportError } from '../http/transport-error.ts';
import { GaveUp } from '../retry/retry.ts';
import { type Stage, StageError, type StageFacts } from '../failures/stage-error.ts';
import { runStage, type StagePlan, type StageResult } from './stage.ts';
import type { IdToken } from '../id-token/id-token.ts';
import { text } from '../log/text.ts';

const lost = new TransportError('answer_cut');
const idToken = { token: 'a.b.c', claims: { iss: 'i', sub: 's', aud: 'a' } };

/** A stage whose attempts take a second and end with these: an error is thrown, anything else is the result. */
interface Script {
  readonly stage?: Stage;
  readonly given?: Given;
  readonly ends: readonly unknown[];
  /** What is done before each attempt. */
  readonly prepare?: () => Promise<IdToken>;
  readonly facts?: Partial<StageFacts>;
  readonly stages?: FakeStages;
}

async function runScript({
  stage = 'token',
  given = {},
  ends,
  prepare = () => Promise.resolve(idToken),
  facts = {},
  stages = createFakeStages(),
}: Script): Promise<{ readonly result: StageResult<unknown>; readonly attempts: number }> {
  let attempts = 0;
  const plan: StagePlan<unknown> = {
    stage,
    inputs: readUsualInputs(given),
    server: 'https://login.example.com/oauth2/token',
    idTokens: { take: prepare, last: facts.idToken },
    ask: () => {
      const end = ends[attempts];
      attempts += 1;
      stages.clock.advance(1000);
      return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
    },
    judge: (error) => ({ retryable: error === lost }),
    shape: [text`the shape of ${'a request'}`],
  };
  return { result: await runStage(plan, stages.context), attempts };
}

describe('a stage that succeeds', () => {
  test('gives the result and the number of its attempt', async () => {
    const { result } = await runScript({ ends: [lost, lost, 'done'] });
    assert.deepEqual(result, { result: 'done', attempt: 3 });
  });

  test('says nothing if all is well', async () => {
    const stages = createFakeStages();
    await runScript({ ends: ['done'], stages });
    assert.deepEqual(stages.calls, []);
  });

  test('reports each attempt that failed before', async () => {
    const stages = createFakeStages();
    await runScript({ ends: [lost, lost, 'done'], stages });
    assert.deepEqual(stages.calls, [
      'info Attempt 1 of 4 failed: the answer was cut off. Retrying in 3 s.',
      'info Attempt 2 of 4 failed: the answer was cut off. Retrying in 6 s.',
    ]);
  });

  test('says for what an attempt that failed was', async () => {
    const stages = createFakeStages();
    await runScript({ stage: 'metadata', ends: [lost, 'done'], stages });
    assert.deepEqual(stages.calls, [
      "info Attempt 1 of 4 to read the issuer's metadata failed: the answer was cut off. Retrying in 3 s.",
    ]);
  });

  const verbose: readonly [stage: Stage, title: string, success: string][] = [
    ['metadata', 'Metadata: request and answer', 'metadata at attempt 2, after 1 s'],
    [
      'id_token',
      "GitHub's OIDC token: request and answer",
      'an OIDC token at attempt 2, after 1 s',
    ],
    ['token', 'Request and answer', 'a token at attempt 2, after 1 s'],
    ['revocation', 'Revocation: request and answer', 'revoked at attempt 2, after 1 s'],
  ];
  for (const [stage, title, success] of verbose) {
    test(`shows the shape of its request with verbose: ${stage}`, async () => {
      const stages = createFakeStages();
      await runScript({ stage, ends: [lost, 'done'], given: { verbose: 'true' }, stages });
      assert.deepEqual(stages.calls.slice(1), [
        `group ${title}`,
        'info the shape of a request',
        `info ${success}`,
        'endgroup',
      ]);
    });
  }

  test('shows what the ID token said with verbose, if the request carried one', async () => {
    const stages = createFakeStages();
    const given = { verbose: 'true' };
    await runScript({ ends: ['done'], given, facts: { idToken }, stages });
    assert.deepEqual(stages.calls.slice(1, -1), [
      'info the shape of a request',
      'info OIDC token: iss: i, sub: s, aud: a',
      'info a token at attempt 1, after 1 s',
    ]);
  });
});

describe('what an ID token said', () => {
  const said = 'info OIDC token: iss: i, sub: s, aud: a';
  const facts = { idToken };

  test('is not part of a request that carries none', async () => {
    for (const stage of ['metadata', 'id_token', 'revocation'] as const) {
      const stages = createFakeStages();
      const given = { verbose: 'true' };
      await runScript({ stage, ends: ['done'], given, facts, stages });
      await assert.rejects(runScript({ stage, ends: [new TypeError('odd')], facts, stages }));
      assert.ok(!stages.calls.includes(said));
    }
  });

  test('is shown before the answer if the request failed', async () => {
    const stages = createFakeStages();
    await assert.rejects(runScript({ ends: [new TypeError('odd')], facts, stages }));
    assert.deepEqual(stages.calls.slice(-4), [
      'info the shape of a request',
      said,
      'info failed after 1 s: TypeError: odd',
      'endgroup',
    ]);
  });
});

describe('a stage that fails', () => {
  test('throws an error that says what it was, how it ended, and what was known then', async () => {
    const facts = { idToken };
    await assert.rejects(runScript({ ends: [lost, new TypeError('odd')], facts }), (error) => {
      assert.ok(error instanceof StageError);
      assert.equal(error.code, 'stage_failed');
      assert.equal(String(error), 'StageError: stage_failed');
      assert.equal(error.stage, 'token');
      assert.ok(error.gaveUp instanceof GaveUp);
      assert.equal(error.cause, error.gaveUp);
      assert.equal(error.gaveUp.failure.attempt, 2);
      assert.equal(error.facts.idToken, idToken);
      assert.equal(error.facts.inputs.clientId, 'ci-client');
      return true;
    });
  });

  test('shows its request and answer in a group, at the end', async () => {
    const stages = createFakeStages();
    await assert.rejects(runScript({ ends: [lost, new TypeError('odd')], stages }));
    assert.deepEqual(stages.calls, [
      'info Attempt 1 of 4 failed: the answer was cut off. Retrying in 3 s.',
      'info Attempt 2 of 4 failed: TypeError: odd.',
      'group Request and answer',
      'info the shape of a request',
      'info failed after 1 s: TypeError: odd',
      'endgroup',
    ]);
  });

  test('at its first and only attempt has no line of its own, because the error reports it', async () => {
    const stages = createFakeStages();
    await assert.rejects(runScript({ ends: [new TypeError('odd')], stages }));
    assert.equal(stages.calls[0], 'group Request and answer');
  });
});

describe('what is made before each attempt', () => {
  test("is made once for each, and its time is not the attempt's", async () => {
    const stages = createFakeStages();
    let made = 0;
    const prepare = (): Promise<IdToken> => {
      made += 1;
      stages.clock.advance(14_000);
      return Promise.resolve(idToken);
    };
    const { attempts } = await runScript({ ends: [lost, 'done'], prepare, stages });
    assert.deepEqual([made, attempts], [2, 2]);
    assert.match(stages.calls[0] ?? '', /the answer was cut off/);
  });

  test('ends the stage with its own error if it fails', async () => {
    const stages = createFakeStages();
    const inner = new Error('inner');
    const prepare = (): Promise<IdToken> => Promise.reject(inner);
    await assert.rejects(runScript({ ends: ['done'], prepare, stages }), inner);
    assert.deepEqual(stages.calls, []);
  });
});

describe('stages one after the other', () => {
  test('share one deadline, but each has all attempts', async () => {
    const stages = createFakeStages({ totalTimeout: 25 });
    const given = { 'retry-max-attempts': '3', 'total-timeout': '25' };
    // 3 attempts of a second, with waits of 3 s and 6 s.
    const first = await runScript({ ends: [lost, lost, 'one'], given, stages });
    assert.equal(first.attempts, 3);
    // 12 s are over. The same again would end at 24 s.
    const second = await runScript({ ends: [lost, lost, 'two'], given, stages });
    assert.equal(second.attempts, 3);
    await assert.rejects(runScript({ ends: [lost, 'three'], given, stages }), (error) => {
      assert.ok(error instanceof StageError);
      assert.equal(error.gaveUp.code, 'total_timeout');
      return true;
    });
  });

  test('get back the time that does not count', async () => {
    const stages = createFakeStages({ totalTimeout: 25 });
    await stages.context.deadline.exclude(() => stages.clock.sleep(30_000));
    const { attempts } = await runScript({ ends: [lost, lost, 'done'], stages });
    assert.equal(attempts, 3);
  });
});
