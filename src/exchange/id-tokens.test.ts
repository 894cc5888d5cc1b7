import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type Answer, answerJson } from '../../test/support/doubles/fakes.ts';
import { type Given, readUsualInputs } from '../../test/support/making/inputs.ts';
import {
  answerIdToken,
  createFakeStages,
  type FakeStages,
  idTokenClaims,
  idTokenEnvironment,
  writeIdToken,
} from '../../test/support/tables/stages.ts';
import { TransportError } from '../http/transport-error.ts';
import type { IdToken } from '../id-token/id-token.ts';
import { IdTokens } from './id-tokens.ts';
import { StageError } from '../failures/stage-error.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';

const minute = 60_000;

const federated = { 'client-secret': '', 'id-token-as': 'client_assertion' };

/** ID tokens of a job that gets these answers. */
function open(
  answers: readonly Answer[],
  { given = {}, totalTimeout = 120 }: { given?: Given; totalTimeout?: number } = {},
): FakeStages & { readonly idTokens: IdTokens } {
  const stages = createFakeStages({ answers, totalTimeout });
  const inputs = readUsualInputs({ ...federated, ...given });
  const idTokens = IdTokens.open(inputs, idTokenEnvironment, stages.context);
  return { ...stages, idTokens: idTokens ?? assert.fail() };
}

/** How a stage without a result ended. */
async function readEnd(work: Promise<unknown>): Promise<StageError> {
  const error = await work.catch((thrown: unknown) => thrown);
  assert.ok(error instanceof StageError);
  return error;
}

describe('a job', () => {
  const { context } = createFakeStages();

  test('has no ID tokens if none is needed, even if it may request one', () => {
    assert.equal(IdTokens.open(readUsualInputs(), idTokenEnvironment, context), undefined);
    assert.equal(IdTokens.open(readUsualInputs(), {}, context), undefined);
  });

  for (const name of Object.keys(idTokenEnvironment)) {
    test(`that may not request one gets an error before any request: no ${name}`, () => {
      const env = { ...idTokenEnvironment, [name]: '' };
      assert.throws(
        () => IdTokens.open(readUsualInputs(federated), env, context),
        (error) => error instanceof IdTokenError && error.code === 'no_permission',
      );
    });
  }
});

describe('an ID token', () => {
  test('is requested when it is taken, and is a new one each time', async () => {
    const { idTokens, network } = open([answerIdToken(1), answerIdToken(2)]);
    assert.equal(network.requests.length, 0);
    assert.equal((await idTokens.take()).token, writeIdToken(1));
    assert.equal((await idTokens.take()).token, writeIdToken(2));
    assert.equal(network.requests.length, 2);
  });

  test('is hidden before any line shows it', async () => {
    const { idTokens, calls } = open([answerIdToken(1)], { given: { verbose: 'true' } });
    await idTokens.take();
    assert.equal(calls[0], `mask ${writeIdToken(1)}`);
    assert.equal(calls[1], "group GitHub's OIDC token: request and answer");
  });

  test('has the audience that is requested, or else the one that GitHub chooses', async () => {
    const { idTokens, network } = open([answerIdToken(1)], {
      given: { 'id-token-audience': 'https://aud.example.com' },
    });
    await idTokens.take();
    const url = idTokenEnvironment.ACTIONS_ID_TOKEN_REQUEST_URL;
    assert.equal(
      network.requests[0]?.url,
      `${url}&audience=${encodeURIComponent('https://aud.example.com')}`,
    );
    const usual = open([answerIdToken(1)]);
    await usual.idTokens.take();
    assert.equal(usual.network.requests[0]?.url, url);
  });

  test('that was looked at is taken once', async () => {
    const { idTokens, network } = open([answerIdToken(1), answerIdToken(2)]);
    const looked = await idTokens.look();
    assert.equal(await idTokens.take(), looked);
    assert.equal(network.requests.length, 1);
    assert.equal((await idTokens.take()).token, writeIdToken(2));
  });

  for (const [waited, taken] of [
    [minute - 1, 1],
    [minute, 2],
    [10 * minute, 2],
  ] as const) {
    test(`that was looked at ${waited} ms ago is ${taken === 1 ? 'fresh' : 'too old to be sent'}`, async () => {
      const { idTokens, clock } = open([answerIdToken(1), answerIdToken(2)], {
        totalTimeout: 3600,
      });
      await idTokens.look();
      clock.advance(waited);
      assert.equal((await idTokens.take()).token, writeIdToken(taken));
    });
  }

  test('is the last one only after it was taken, not after it was looked at', async () => {
    const { idTokens } = open([answerIdToken(1), answerIdToken(2)]);
    const readLast = (): IdToken | undefined => idTokens.last;
    assert.equal(readLast(), undefined);
    await idTokens.look();
    assert.equal(readLast(), undefined);
    await idTokens.take();
    assert.equal(readLast()?.token, writeIdToken(1));
    await idTokens.take();
    assert.equal(readLast()?.token, writeIdToken(2));
    assert.deepEqual(readLast()?.claims, { ...idTokenClaims, jti: 2 });
  });
});

describe('the service that gives ID tokens', () => {
  test('gets another request, and each failure is reported with its purpose', async () => {
    const answers = [answerJson(503, {}), new TransportError('timeout'), answerIdToken(1)];
    const { idTokens, calls, clock } = open(answers);
    assert.equal((await idTokens.take()).token, writeIdToken(1));
    assert.deepEqual(calls, [
      "info Attempt 1 of 4 to get GitHub's OIDC token failed: 503 Service Unavailable. Retrying in 3 s.",
      "info Attempt 2 of 4 to get GitHub's OIDC token failed: no answer within 15 s. Retrying in 6 s.",
      `mask ${writeIdToken(1)}`,
    ]);
    assert.deepEqual(clock.sleeps, [3000, 6000]);
  });

  test('gets all attempts again for each ID token', async () => {
    const down = Array.from({ length: 3 }, () => answerJson(500, {}));
    const { idTokens, network } = open([...down, answerIdToken(1), ...down, answerIdToken(2)]);
    await idTokens.take();
    assert.equal((await idTokens.take()).token, writeIdToken(2));
    assert.equal(network.requests.length, 8);
  });

  test('is given up after as many attempts as retry-max-attempts says', async () => {
    const answers = Array.from({ length: 3 }, () => answerJson(500, {}));
    const { idTokens } = open(answers, { given: { 'retry-max-attempts': '3' } });
    const { stage, gaveUp, facts } = await readEnd(idTokens.take());
    assert.deepEqual(
      [stage, gaveUp.code, gaveUp.failure.attempt, facts.idToken],
      ['id_token', 'attempts_used_up', 3, undefined],
    );
  });

  test('gets another request after a refusal only with retry-on: all', async () => {
    const answers = [answerJson(403, {}), answerIdToken(1)];
    const { idTokens, network } = open(answers);
    assert.equal((await readEnd(idTokens.take())).gaveUp.code, 'not_retryable');
    assert.equal(network.requests.length, 1);
    const patient = open(answers, { given: { 'retry-on': 'all' } });
    assert.equal((await patient.idTokens.take()).token, writeIdToken(1));
  });

  test('gets requests only within total-timeout', async () => {
    const { idTokens, clock } = open(['silence', 'silence'], { totalTimeout: 20 });
    const startedAt = clock.monotonic();
    assert.equal((await readEnd(idTokens.take())).gaveUp.code, 'total_timeout');
    assert.ok(clock.monotonic() - startedAt <= 20_000);
  });

  test('leaves nothing to take if a look cannot reach it', async () => {
    const { idTokens } = open([answerJson(403, {}), answerIdToken(2)]);
    await readEnd(idTokens.look());
    assert.equal((await idTokens.take()).token, writeIdToken(2));
  });

  test('is shown in a group, without its query, after the last attempt', async () => {
    const { idTokens, calls } = open([answerJson(403, { message: 'open-sesame' })], {
      given: { 'id-token-audience': 'https://aud.example.com' },
    });
    await readEnd(idTokens.take());
    assert.deepEqual(calls, [
      "group GitHub's OIDC token: request and answer",
      'info GET https://run-actions.example.com/42//idtoken/9f',
      'info audience: https://aud.example.com',
      'info 403 Forbidden, application/json, 25 bytes, after 0.2 s',
      'info message: open-sesame',
      'endgroup',
    ]);
  });
});
