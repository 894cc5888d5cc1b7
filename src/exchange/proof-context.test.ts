import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readUsualInputs } from '../../test/support/making/inputs.ts';
import {
  answerIdToken,
  createFakeStages,
  idTokenEnvironment,
  writeIdToken,
} from '../../test/support/tables/stages.ts';
import { IdTokens } from './id-tokens.ts';
import { makeProofContext } from './proof-context.ts';

const federated = readUsualInputs({ 'client-secret': '', 'id-token-as': 'client_assertion' });

describe('the context of the proofs', () => {
  test('has the time of the clock and the ids of the surroundings', () => {
    const { context, clock } = createFakeStages();
    const made = makeProofContext({ ...context, randomUUID: () => 'an-id', idTokens: undefined });
    clock.advance(1500);
    assert.equal(made.now(), Date.parse('2026-01-31T11:00:01.500Z'));
    assert.equal(made.randomUUID(), 'an-id');
  });

  test('masks what it must hide', () => {
    const { context, calls } = createFakeStages();
    const made = makeProofContext({ ...context, randomUUID: () => '', idTokens: undefined });
    made.hide('a-signed-jwt');
    assert.deepEqual(calls, ['mask a-signed-jwt']);
  });

  test('always has the ID token that was taken last', async () => {
    const { context } = createFakeStages({ answers: [answerIdToken(1), answerIdToken(2)] });
    const idTokens = IdTokens.open(federated, idTokenEnvironment, context) ?? assert.fail();
    const made = makeProofContext({ ...context, randomUUID: () => '', idTokens });
    assert.equal(made.readIdToken(), '');
    await idTokens.take();
    assert.equal(made.readIdToken(), writeIdToken(1));
    await idTokens.take();
    assert.equal(made.readIdToken(), writeIdToken(2));
  });

  test('has no ID token if the job has none', () => {
    const { context } = createFakeStages();
    const made = makeProofContext({ ...context, randomUUID: () => '', idTokens: undefined });
    assert.equal(made.readIdToken(), '');
  });
});
