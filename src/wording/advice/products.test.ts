/** What a person reads after the errors of real products. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { generatePem } from '../../../test/support/making/inputs.ts';
import { type ProductError, productErrors } from '../../../test/support/tables/product-errors.ts';
import { answer, giveUp, refuse } from '../../../test/support/tables/wording.ts';

const pem = generatePem();

const idToken = {
  token: 'a-token',
  claims: {
    iss: 'https://token.actions.githubusercontent.com',
    sub: 'repo:octo-org/octo-repo:ref:refs/heads/main',
    aud: 'https://aud.example.com',
  },
};

function explain({ status, body, headers, inputs = {} }: ProductError): ReturnType<typeof giveUp> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? {} : { 'content-type': 'application/json' };
  const error = refuse(answer(status, text, { ...type, ...headers }));
  const hasKey = inputs['private-key'] !== undefined;
  const given = hasKey ? { ...inputs, 'private-key': pem } : inputs;
  return giveUp(error, {
    given,
    ...(inputs['id-token-as'] === undefined ? {} : { idToken }),
  });
}

describe('the words of a product are shown, and the advice follows them:', () => {
  for (const row of productErrors) {
    test(row.product, () => {
      const { title, message } = explain(row);
      assert.equal(title, row.title);
      assert.ok(message.includes(`"${row.shown}`) || row.shown === '', message);
      if (row.shown === '') assert.doesNotMatch(message, /"/);
      assert.ok(message.includes(row.advice), message);
    });
  }

  test('of 60 products and more', () => {
    assert.ok(productErrors.length >= 60);
    assert.equal(new Set(productErrors.map(({ product }) => product)).size, productErrors.length);
  });
});
