import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import fc from '../../test/support/making/fast-check.ts';
import { type RequestIdentity, writeIdentity } from './identity.ts';

const plain: RequestIdentity = {
  repository: '1296269',
  endpointType: 'oauth2',
  tokenUrl: 'https://login.example.com/token',
  grantType: 'client_credentials',
  clientId: 'ci-client',
  clientAuthMethod: 'client_secret_basic',
  issuer: undefined,
  clientCertificate: undefined,
  privateKeyAs: undefined,
  assertionAudience: undefined,
  assertionClaims: [],
  idTokenAs: undefined,
  idTokenClaims: [],
  scopes: [],
  audience: undefined,
  resources: [],
  parameters: [],
  headers: [],
  bodyFormat: 'form',
  defaultExpiresIn: undefined,
  expiresAtOverride: undefined,
};

/** Few and short, so that two of them are often equal, and with what JSON and joined texts could mistake. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'b',
    'ab',
    'A',
    'aB',
    '"',
    ',',
    '","',
    ']',
    'null',
    '0',
    '\u0000',
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const optional = fc.option(text, { nil: undefined });
const texts = fc.array(text, { maxLength: 4 });
const pairs = fc.array(fc.tuple(text, text), { maxLength: 4 });

const identities: fc.Arbitrary<RequestIdentity> = fc.record({
  repository: text,
  endpointType: text,
  tokenUrl: optional,
  issuer: optional,
  grantType: text,
  clientId: optional,
  clientAuthMethod: optional,
  clientCertificate: optional,
  privateKeyAs: optional,
  assertionAudience: optional,
  assertionClaims: pairs,
  idTokenAs: optional,
  idTokenClaims: pairs,
  scopes: texts,
  audience: optional,
  resources: texts,
  parameters: pairs,
  headers: pairs,
  bodyFormat: text,
  defaultExpiresIn: fc.option(fc.nat(3), { nil: undefined }),
  expiresAtOverride: optional,
});

const members = Object.keys(plain) as (keyof RequestIdentity)[];

/** What an identity means, in values that isDeepStrictEqual compares without regard to order where there is none. */
function interpret(identity: RequestIdentity): unknown {
  return {
    ...identity,
    scopes: new Set(identity.scopes),
    resources: new Set(identity.resources),
    parameters: groupByName(identity.parameters),
    assertionClaims: groupByName(identity.assertionClaims),
    idTokenClaims: groupByName(identity.idTokenClaims),
    headers: groupByName(
      identity.headers.map(([name, value]) => [name.toLowerCase(), value] as const),
    ),
  };
}

function groupByName(list: readonly (readonly [string, string])[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of list) groups.set(name, [...(groups.get(name) ?? []), value]);
  return groups;
}

function shuffled<T>(values: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...values], { minLength: values.length });
}

test('an identity is written as this text', () => {
  const identity: RequestIdentity = {
    ...plain,
    scopes: ['write', 'read', 'write'],
    audience: 'https://api.example.com',
    resources: ['urn:b', 'urn:a'],
    parameters: [
      ['tenant', 'acme'],
      ['claim', 'second'],
      ['claim', 'first'],
    ],
    headers: [
      ['X-Tenant', 'Acme'],
      ['accept-language', 'en'],
    ],
    issuer: 'https://login.example.com',
    clientCertificate: 'a-thumbprint',
    privateKeyAs: 'client_assertion',
    assertionAudience: 'https://login.example.com',
    assertionClaims: [
      ['sub', ''],
      ['scope', 'b'],
    ],
    idTokenAs: 'assertion',
    idTokenClaims: [
      ['sub', '"b"'],
      ['aud', '"a"'],
    ],
    defaultExpiresIn: 3600,
    expiresAtOverride: '2026-01-31T12:00:00.000Z',
  };
  const expected = [
    '{"assertionAudience":"https://login.example.com"',
    '"assertionClaims":[["scope","b"],["sub",""]]',
    '"audience":"https://api.example.com"',
    '"bodyFormat":"form"',
    '"clientAuthMethod":"client_secret_basic"',
    '"clientCertificate":"a-thumbprint"',
    '"clientId":"ci-client"',
    '"defaultExpiresIn":3600',
    '"endpointType":"oauth2"',
    '"expiresAtOverride":"2026-01-31T12:00:00.000Z"',
    '"formatVersion":2',
    '"grantType":"client_credentials"',
    '"headers":[["accept-language","en"],["x-tenant","Acme"]]',
    '"idTokenAs":"assertion"',
    '"idTokenClaims":[["aud","\\"a\\""],["sub","\\"b\\""]]',
    '"issuer":"https://login.example.com"',
    '"parameters":[["claim","second"],["claim","first"],["tenant","acme"]]',
    '"privateKeyAs":"client_assertion"',
    '"repository":"1296269"',
    '"resources":["urn:a","urn:b"]',
    '"scopes":["read","write"]',
    '"tokenUrl":"https://login.example.com/token"}',
  ];
  assert.equal(writeIdentity(identity), expected.join(','));
});

describe('the text of an identity', () => {
  test('is equal exactly where two identities mean the same', () => {
    fc.assert(
      fc.property(identities, identities, (one, other) => {
        const same = isDeepStrictEqual(interpret(one), interpret(other));
        assert.equal(writeIdentity(one) === writeIdentity(other), same);
      }),
    );
  });

  test('changes with every single member that changes, and with nothing else', () => {
    fc.assert(
      fc.property(identities, identities, fc.constantFrom(...members), (one, other, member) => {
        const changed = { ...one, [member]: other[member] };
        const same = isDeepStrictEqual(interpret(one), interpret(changed));
        assert.equal(writeIdentity(one) === writeIdentity(changed), same);
      }),
      { numRuns: 1000 },
    );
  });

  test('does not depend on the order in which the members of the object were set', () => {
    fc.assert(
      fc.property(identities, shuffled(members), (identity, order) => {
        const entries = order.map((member) => [member, identity[member]] as const);
        const reordered = Object.fromEntries(entries) as unknown as RequestIdentity;
        assert.equal(writeIdentity(reordered), writeIdentity(identity));
      }),
    );
  });

  for (const member of ['scopes', 'resources'] as const) {
    test(`does not depend on the order of ${member}, nor on their being said twice`, () => {
      const lists = texts.chain((list) =>
        fc.record({ list: fc.constant(list), mixed: shuffled([...list, ...list]) }),
      );
      fc.assert(
        fc.property(identities, lists, (identity, { list, mixed }) => {
          assert.equal(
            writeIdentity({ ...identity, [member]: mixed }),
            writeIdentity({ ...identity, [member]: list }),
          );
        }),
      );
    });
  }

  for (const member of ['parameters', 'headers'] as const) {
    test(`does not depend on the order of ${member} with different names`, () => {
      const lists = fc
        .uniqueArray(fc.tuple(text, text), { selector: ([name]) => name.toLowerCase() })
        .chain((list) => fc.record({ list: fc.constant(list), mixed: shuffled(list) }));
      fc.assert(
        fc.property(identities, lists, (identity, { list, mixed }) => {
          assert.equal(
            writeIdentity({ ...identity, [member]: mixed }),
            writeIdentity({ ...identity, [member]: list }),
          );
        }),
      );
    });
  }

  const equal: readonly (readonly [
    what: string,
    Partial<RequestIdentity>,
    Partial<RequestIdentity>,
  ])[] = [
    ['the case of header names', { headers: [['X-A', '1']] }, { headers: [['x-a', '1']] }],
    [
      'the case of header names when they are ordered',
      {
        headers: [
          ['a', '1'],
          ['B', '2'],
        ],
      },
      {
        headers: [
          ['b', '2'],
          ['A', '1'],
        ],
      },
    ],
    ['a scope that is said twice', { scopes: ['a', 'a'] }, { scopes: ['a'] }],
  ];
  for (const [what, one, other] of equal) {
    test(`does not depend on ${what}`, () => {
      assert.equal(writeIdentity({ ...plain, ...one }), writeIdentity({ ...plain, ...other }));
    });
  }

  const different: readonly (readonly [
    what: string,
    Partial<RequestIdentity>,
    Partial<RequestIdentity>,
  ])[] = [
    ['the boundary within a pair', { parameters: [['a', 'bc']] }, { parameters: [['ab', 'c']] }],
    [
      'the boundary between pairs',
      {
        parameters: [
          ['a', 'b'],
          ['c', 'd'],
        ],
      },
      {
        parameters: [
          ['a', 'b","c'],
          ['d', ''],
        ],
      },
    ],
    [
      'a pair and two of its halves',
      { headers: [['a', 'b']] },
      {
        headers: [
          ['a', ''],
          ['b', ''],
        ],
      },
    ],
    ['two scopes and one with a space', { scopes: ['a', 'b'] }, { scopes: ['a b'] }],
    ['two scopes and one with a comma', { scopes: ['a', 'b'] }, { scopes: ['a,b'] }],
    ['no scope and an empty one', { scopes: [] }, { scopes: [''] }],
    ['the case of scopes', { scopes: ['a'] }, { scopes: ['A'] }],
    ['no audience and an empty one', { audience: undefined }, { audience: '' }],
    ['no audience and one named null', { audience: undefined }, { audience: 'null' }],
    ['no lifetime and zero', { defaultExpiresIn: undefined }, { defaultExpiresIn: 0 }],
    ['no override and an empty one', { expiresAtOverride: undefined }, { expiresAtOverride: '' }],
    ['audience and resource', { audience: 'a' }, { resources: ['a'] }],
    ['scope and resource', { scopes: ['a'] }, { resources: ['a'] }],
    ['parameter and header', { parameters: [['a', 'b']] }, { headers: [['a', 'b']] }],
    ['the case of parameter names', { parameters: [['a', 'b']] }, { parameters: [['A', 'b']] }],
    ['the case of header values', { headers: [['a', 'b']] }, { headers: [['a', 'B']] }],
    [
      "the order of one parameter's values",
      {
        parameters: [
          ['a', '1'],
          ['a', '2'],
        ],
      },
      {
        parameters: [
          ['a', '2'],
          ['a', '1'],
        ],
      },
    ],
    [
      "the order of one header's values, whatever the case of its name",
      {
        headers: [
          ['A', '1'],
          ['a', '2'],
        ],
      },
      {
        headers: [
          ['A', '2'],
          ['a', '1'],
        ],
      },
    ],
    [
      'a parameter that is sent twice',
      { parameters: [['a', '1']] },
      {
        parameters: [
          ['a', '1'],
          ['a', '1'],
        ],
      },
    ],
  ];
  for (const [what, one, other] of different) {
    test(`tells apart ${what}`, () => {
      assert.notEqual(writeIdentity({ ...plain, ...one }), writeIdentity({ ...plain, ...other }));
    });
  }
});
