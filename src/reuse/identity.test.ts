import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import fc from '../../test/support/making/fast-check.ts';
import { createAuthority } from '../../test/support/making/certificates.ts';
import {
  generatePem,
  readUsualInputs,
  writeGoogleKeyFile,
} from '../../test/support/making/inputs.ts';
import type { Claims, IdToken } from '../id-token/id-token.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { thumbprintOf } from '../oauth2/client-assertion.ts';
import { type ExactJson, ExactNumber } from '../oauth2/json/exact-json.ts';
import { readSigningKey } from '../oauth2/keys/signing-key.ts';
import { identify, type Requester, writeIdentity } from './identity.ts';

const usual = readUsualInputs({ 'token-url': 'https://login.example.com/token', scopes: '' });
const authority = await createAuthority();
const certificate = authority.certificate;
const otherCertificate = (await createAuthority()).certificate;
const pem = generatePem('rsa');
const key = readSigningKey(pem);
const keyOfAccount = readSigningKey(writeGoogleKeyFile(pem));

/** The inputs that an identity is made of, and who makes the request. */
interface Asked
  extends
    Pick<
      Inputs,
      | 'endpointType'
      | 'tokenUrl'
      | 'issuer'
      | 'grantType'
      | 'clientId'
      | 'clientAuthMethod'
      | 'clientCertificate'
      | 'signingKey'
      | 'privateKeyAs'
      | 'assertionAudience'
      | 'assertionClaims'
      | 'idTokenAs'
      | 'scopes'
      | 'audiences'
      | 'resources'
      | 'parameters'
      | 'headers'
      | 'requestMethod'
      | 'bodyFormat'
      | 'responseFields'
      | 'defaultExpiresIn'
      | 'expiresAtOverride'
    >,
    Requester {}

/** Writes the identity of inputs that differ from the usual ones. */
function write(asked: Partial<Asked>): string {
  const { repository = '1296269', idToken } = asked;
  return writeIdentity(identify({ ...usual, ...asked }, { repository, idToken }));
}

/** An ID token with these claims. */
function carry(claims: Claims): IdToken {
  return { token: 'a.b.c', claims };
}

/** Few and short, so that two are often equal, and with characters that JSON and joined texts could confuse. */
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
const typed: readonly ExactJson[] = [0, true, null, ['a'], ['a', 0], { a: 'b' }, { a: ['b'] }];
const parameters = fc.array(fc.tuple(text, fc.oneof(text, fc.constantFrom(...typed))), {
  maxLength: 4,
});

const identities: fc.Arbitrary<Asked> = fc.record({
  repository: text,
  endpointType: fc.constantFrom('oauth2', 'acs_api'),
  tokenUrl: optional,
  issuer: optional,
  grantType: optional,
  clientId: optional,
  clientAuthMethod: fc.constantFrom(undefined, 'client_secret_basic', 'private_key_jwt', 'none'),
  clientCertificate: fc.constantFrom(undefined, certificate, otherCertificate),
  signingKey: fc.constantFrom(undefined, key, keyOfAccount),
  privateKeyAs: fc.constantFrom('client_assertion', 'assertion'),
  assertionAudience: optional,
  assertionClaims: parameters,
  idTokenAs: fc.constantFrom(undefined, 'client_assertion', 'assertion', 'subject_token'),
  idToken: fc.option(fc.dictionary(fc.constantFrom('sub', 'aud', '"', ''), text).map(carry), {
    nil: undefined,
  }),
  scopes: texts,
  audiences: texts,
  resources: texts,
  parameters,
  headers: pairs,
  requestMethod: fc.constantFrom('POST', 'GET', 'PUT'),
  bodyFormat: fc.constantFrom('form', 'json', 'query', 'multipart'),
  responseFields: fc.dictionary(fc.constantFrom('access_token', 'scope'), text),
  defaultExpiresIn: fc.option(fc.nat(3), { nil: undefined }),
  expiresAtOverride: fc.constantFrom(undefined, new Date(0), new Date(1)),
});

const members = [
  'repository',
  'endpointType',
  'tokenUrl',
  'issuer',
  'grantType',
  'clientId',
  'clientAuthMethod',
  'clientCertificate',
  'signingKey',
  'privateKeyAs',
  'assertionAudience',
  'assertionClaims',
  'idTokenAs',
  'idToken',
  'scopes',
  'audiences',
  'resources',
  'parameters',
  'headers',
  'requestMethod',
  'bodyFormat',
  'responseFields',
  'defaultExpiresIn',
  'expiresAtOverride',
] as const satisfies readonly (keyof Asked)[];

/** What is requested, in values that isDeepStrictEqual compares without their order if the order does not matter. */
function interpret(asked: Asked): unknown {
  const { signingKey, idToken } = asked;
  return {
    ...asked,
    clientId: asked.clientId ?? signingKey?.owner?.issuer,
    // The key itself is another key of the cache. Here it only says what it is used for.
    signingKey: undefined,
    privateKeyAs: signingKey && asked.privateKeyAs,
    scopes: new Set(asked.scopes),
    audiences: new Set(asked.audiences),
    resources: new Set(asked.resources),
    parameters: groupByName(asked.parameters),
    assertionClaims: groupByName(asked.assertionClaims),
    idToken: new Map(Object.entries(idToken?.claims ?? {})),
    headers: groupByName(
      asked.headers.map(([name, value]) => [name.toLowerCase(), value] as const),
    ),
  };
}

function groupByName<Value>(list: readonly (readonly [string, Value])[]): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const [name, value] of list) groups.set(name, [...(groups.get(name) ?? []), value]);
  return groups;
}

function shuffled<T>(values: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...values], { minLength: values.length });
}

test('an identity is written as this text', () => {
  const asked: Partial<Asked> = {
    scopes: ['write', 'read', 'write'],
    audiences: ['https://api.example.com'],
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
    clientCertificate: certificate,
    signingKey: key,
    privateKeyAs: 'client_assertion',
    assertionAudience: 'https://login.example.com',
    assertionClaims: [
      ['sub', ''],
      ['scope', 'b'],
    ],
    idTokenAs: 'assertion',
    idToken: carry({ sub: 'b', aud: 'a' }),
    responseFields: { scope: 'data.scope', access_token: 'data.token' },
    defaultExpiresIn: 3600,
    expiresAtOverride: new Date('2026-01-31T12:00:00Z'),
  };
  const expected = [
    '{"assertionAudience":"https://login.example.com"',
    '"assertionClaims":[["scope","\\"b\\""],["sub","\\"\\""]]',
    '"audiences":["https://api.example.com"]',
    '"bodyFormat":"form"',
    '"clientAuthMethod":"client_secret_basic"',
    `"clientCertificate":"${thumbprintOf(certificate)}"`,
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
    '"parameters":[["claim","\\"second\\""],["claim","\\"first\\""],["tenant","\\"acme\\""]]',
    '"privateKeyAs":"client_assertion"',
    '"repository":"1296269"',
    '"requestMethod":"POST"',
    '"resources":["urn:a","urn:b"]',
    '"responseFields":[["access_token","data.token"],["scope","data.scope"]]',
    '"scopes":["read","write"]',
    '"tokenUrl":"https://login.example.com/token"}',
  ];
  assert.equal(write(asked), expected.join(','));
});

describe('the text of an identity', () => {
  test('is equal exactly if two identities mean the same', () => {
    fc.assert(
      fc.property(identities, identities, (one, other) => {
        const same = isDeepStrictEqual(interpret(one), interpret(other));
        assert.equal(write(one) === write(other), same);
      }),
    );
  });

  test('changes with every single field that changes, and with nothing else', () => {
    fc.assert(
      fc.property(identities, identities, fc.constantFrom(...members), (one, other, member) => {
        const changed = { ...one, [member]: other[member] };
        const same = isDeepStrictEqual(interpret(one), interpret(changed));
        assert.equal(write(one) === write(changed), same);
      }),
      { numRuns: 1000 },
    );
  });

  test('does not depend on the order in which the fields of the object were set', () => {
    fc.assert(
      fc.property(identities, fc.gen(), (asked, gen) => {
        const identity = identify({ ...usual, ...asked }, asked);
        const fields = gen(() => shuffled(Object.entries(identity)));
        assert.equal(writeIdentity(Object.fromEntries(fields)), writeIdentity(identity));
      }),
    );
  });

  for (const member of ['scopes', 'audiences', 'resources'] as const) {
    test(`does not depend on the order of ${member}, or on repeated ones`, () => {
      const lists = texts.chain((list) =>
        fc.record({ list: fc.constant(list), mixed: shuffled([...list, ...list]) }),
      );
      fc.assert(
        fc.property(identities, lists, (identity, { list, mixed }) => {
          assert.equal(
            write({ ...identity, [member]: mixed }),
            write({ ...identity, [member]: list }),
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
            write({ ...identity, [member]: mixed }),
            write({ ...identity, [member]: list }),
          );
        }),
      );
    });
  }

  const equal: readonly (readonly [what: string, Partial<Asked>, Partial<Asked>])[] = [
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
      assert.equal(write(one), write(other));
    });
  }

  const different: readonly (readonly [what: string, Partial<Asked>, Partial<Asked>])[] = [
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
    ['no audience and an empty one', { audiences: [] }, { audiences: [''] }],
    ['no audience and one named null', { audiences: [] }, { audiences: ['null'] }],
    ['a number and a text', { parameters: [['a', 1]] }, { parameters: [['a', '1']] }],
    [
      'what is within an object',
      { parameters: [['a', { b: 1 }]] },
      { parameters: [['a', { b: 2 }]] },
    ],
    [
      'numbers that are the same when they are rounded',
      { parameters: [['a', new ExactNumber('9007199254740993')]] },
      { parameters: [['a', new ExactNumber('9007199254740992.0')]] },
    ],
    ['no grant type and one named null', { grantType: undefined }, { grantType: 'null' }],
    ['no lifetime and zero', { defaultExpiresIn: undefined }, { defaultExpiresIn: 0 }],
    ['no override and one', { expiresAtOverride: undefined }, { expiresAtOverride: new Date(0) }],
    ['audience and resource', { audiences: ['a'] }, { resources: ['a'] }],
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
    test(`distinguishes ${what}`, () => {
      assert.notEqual(write(one), write(other));
    });
  }

  test('distinguishes a missing value, an empty one, and none', () => {
    const values = [undefined, '', null, 'null', 0, '0', false, 'false', [], [''], {}, { '': '' }];
    const texts = values.map((value) => writeIdentity({ value }));
    assert.equal(new Set(texts).size, values.length);
  });

  test('distinguishes differences at any depth', () => {
    const values = [{ a: { b: [1] } }, { a: { b: [2] } }, { a: { c: [1] } }, { a: {} }];
    const texts = values.map((value) => writeIdentity({ value }));
    assert.equal(new Set(texts).size, values.length);
  });
});
