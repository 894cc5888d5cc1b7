import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';

import { openState, type RevocationState, sealState } from './revocation-state.ts';

const secret = 'the-runtime-token-of-the-job';
const state: RevocationState = {
  token: 'a-token-to-be-revoked',
  revocationUrl: 'https://login.example.com/revoke',
  tokenUrl: 'https://login.example.com/token',
  expiresAt: Date.UTC(2026, 0, 31, 12),
  inputs: { 'client-id': 'ci' },
};

describe('the state that waits for the end of the job', () => {
  test('opens with the secret that it was encrypted with', () => {
    assert.deepEqual(openState(sealState(state, secret, randomBytes), secret), state);
    const unknown = { ...state, expiresAt: undefined };
    assert.deepEqual(openState(sealState(unknown, secret, randomBytes), secret), {
      token: state.token,
      revocationUrl: state.revocationUrl,
      tokenUrl: state.tokenUrl,
      inputs: state.inputs,
    });
  });

  test('does not open without a secret, which everybody has', () => {
    assert.equal(openState(sealState(state, '', randomBytes), ''), undefined);
  });

  test('does not open if it is not a state', () => {
    const forged = [
      { revocationUrl: 'no url' },
      { token: 'a-line-\nbreak' },
      { token: 'true' },
      { token: '  true  ' },
      { expiresAt: 8.65e15 },
      { inputs: { a: 1 } },
    ];
    for (const one of forged) {
      const sealed = sealState({ ...state, ...one } as RevocationState, secret, randomBytes);
      assert.equal(openState(sealed, secret), undefined, JSON.stringify(one));
    }
  });

  test('does not open with another secret', () => {
    assert.equal(openState(sealState(state, secret, randomBytes), `${secret}2`), undefined);
    assert.equal(openState(sealState(state, secret, randomBytes), ''), undefined);
  });

  test('shows nothing of the token, in any encoding, and is a different text each time', () => {
    const sealed = [1, 2].map(() => sealState(state, secret, randomBytes));
    assert.notEqual(sealed[0], sealed[1]);
    for (const one of sealed) {
      assert.match(one, /^[A-Za-z0-9+/]+=*$/);
      assert.ok(!Buffer.from(one, 'base64').includes('a-token'));
    }
  });

  test('does not open if a byte of it has changed or is missing', () => {
    const sealed = Buffer.from(sealState(state, secret, randomBytes), 'base64');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8((sealed[at] ?? 0) ^ 1, at);
      assert.equal(openState(changed.toString('base64'), secret), undefined, `byte ${at}`);
      const cut = sealed.subarray(0, at).toString('base64');
      assert.equal(openState(cut, secret), undefined, `cut to ${at}`);
    }
  });

  for (const rubbish of ['', 'x', '{}', '####', 'QUJD']) {
    test(`does not open if it is rubbish: ${JSON.stringify(rubbish)}`, () => {
      assert.equal(openState(rubbish, secret), undefined);
    });
  }
});
