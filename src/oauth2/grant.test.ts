import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { RequestParts } from './client-authentication.ts';
import {
  assertionGrant,
  hasGuardedParameter,
  hasSingleUseParameter,
  jwtBearerGrant,
  subjectTokenGrant,
  tokenExchangeGrant,
  usualSubjectTokenType,
} from './grant.ts';

test('grants and the type of a token have their registered names', () => {
  // RFC 7523 section 8.1, RFC 8693 section 7.1.
  assert.equal(jwtBearerGrant, 'urn:ietf:params:oauth:grant-type:jwt-bearer');
  assert.equal(tokenExchangeGrant, 'urn:ietf:params:oauth:grant-type:token-exchange');
  assert.equal(usualSubjectTokenType, 'urn:ietf:params:oauth:token-type:jwt');
});

for (const [name, grant] of [
  ['assertion', assertionGrant],
  ['subject_token', subjectTokenGrant],
] as const) {
  test(`a JWT as the ${name} is made again for each request`, async () => {
    let made = 0;
    const proof = grant(() => `jwt-${(made += 1)}`);
    const requests: RequestParts[] = [
      { headers: new Map(), parameters: [] },
      { headers: new Map(), parameters: [] },
    ];
    for (const parts of requests) await proof.add(parts);
    assert.deepEqual(
      requests.map(({ parameters }) => parameters),
      [[[name, 'jwt-1']], [[name, 'jwt-2']]],
    );
    assert.deepEqual(proof.parameters, [name]);
  });
}

// RFC 6749 sections 4.1.3 and 6, RFC 8628 section 3.4, RFC 8693 section 2.1, RFC 7523 section 2.1.
for (const [name, isGuarded] of [
  ['refresh_token', true],
  ['code', true],
  ['device_code', true],
  ['otp', true],
  ['subject_token', false],
  ['assertion', false],
] as const) {
  const camelCase = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  for (const written of [name, camelCase, name.toUpperCase(), name.replaceAll('_', '-')]) {
    test(`a grant with the parameter ${written} works once, and a lost answer ${isGuarded ? 'can' : 'cannot'} do harm`, () => {
      assert.ok(
        hasSingleUseParameter([
          ['x', 'y'],
          [written, 'z'],
        ]),
      );
      assert.equal(hasGuardedParameter([[written, 'z']]), isGuarded);
      assert.ok(hasSingleUseParameter([['data', [{ a: { [written]: 'z' } }]]]));
    });
  }
}

test('a grant with authCode works once', () => {
  assert.ok(hasGuardedParameter([['authCode', 'z']]));
});

test('other parameters do not say how often a grant works', () => {
  const others = ['barcode', 'country_code', 'refresh_token_type', 'client_secret', 'api_key'];
  assert.ok(!hasSingleUseParameter(others.map((name) => [name, { value: 'refresh_token' }])));
});
