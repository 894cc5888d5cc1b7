import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  clientAssertion,
  clientSecretBasic,
  clientSecretPost,
  encodeBasic,
  encodeForm,
  namedClient,
  proveBy,
  type RequestParts,
} from './client-authentication.ts';

function makeParts(): RequestParts {
  return { headers: new Map(), parameters: [['grant_type', 'client_credentials']] };
}

describe('the form encoding of one value', () => {
  const vectors: readonly [text: string, encoded: string][] = [
    // RFC 6749 appendix B.
    [' %&+£€', '+%25%26%2B%C2%A3%E2%82%AC'],
    ['p@ss:w+rd%&', 'p%40ss%3Aw%2Brd%25%26'],
    ['AZaz09*-._', 'AZaz09*-._'],
    ['~!', '%7E%21'],
    ['', ''],
    ['a\nb', 'a%0Ab'],
  ];
  for (const [text, encoded] of vectors) {
    test(`of ${JSON.stringify(text)} is ${encoded}`, () => {
      assert.equal(encodeForm(text), encoded);
    });
  }
});

describe('client_secret_basic', () => {
  test('gives the value of RFC 6749 section 2.3.1', () => {
    assert.equal(encodeBasic('s6BhdRkqt3', 'gX1fBat3bV', 'form'), 'czZCaGRSa3F0MzpnWDFmQmF0M2JW');
  });

  test('is the same with either encoding for a plain id and secret', () => {
    assert.equal(
      encodeBasic('s6BhdRkqt3', 'gX1fBat3bV', 'raw'),
      encodeBasic('s6BhdRkqt3', 'gX1fBat3bV', 'form'),
    );
  });

  test('distinguishes a colon in the id from the colon after the id with form, but not with raw', () => {
    const decode = (value: string): string => Buffer.from(value, 'base64').toString();
    assert.equal(decode(encodeBasic('urn:id', 'a b', 'form')), 'urn%3Aid:a+b');
    assert.equal(decode(encodeBasic('urn:id', 'a b', 'raw')), 'urn:id:a b');
  });

  test('encodes what would be read as something else', () => {
    assert.equal(encodeBasic('example.com', 's=cr%t', 'form'), 'ZXhhbXBsZS5jb206cyUzRGNyJTI1dA==');
  });

  test('leaves id and secret as they are with raw, as UTF-8', () => {
    const value = encodeBasic('id', 's=cr%t:ü', 'raw');
    assert.equal(Buffer.from(value, 'base64').toString(), 'id:s=cr%t:ü');
  });

  test('sets the header and adds no parameter', async () => {
    const parts = makeParts();
    const proof = clientSecretBasic('s6BhdRkqt3', 'gX1fBat3bV', 'form');
    await proof.add(parts);
    assert.deepEqual(proof.parameters, []);
    assert.deepEqual(proof.headers, ['authorization']);
    assert.deepEqual([...parts.headers], [['authorization', 'Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW']]);
    assert.deepEqual(parts.parameters, [['grant_type', 'client_credentials']]);
  });
});

test('client_secret_post adds id and secret as parameters and sets no header', async () => {
  const parts = makeParts();
  const proof = clientSecretPost('id', 's=cr%t');
  await proof.add(parts);
  assert.deepEqual(proof.parameters, ['client_id', 'client_secret']);
  assert.deepEqual(proof.headers, []);
  assert.equal(parts.headers.size, 0);
  assert.deepEqual(parts.parameters, [
    ['grant_type', 'client_credentials'],
    ['client_id', 'id'],
    ['client_secret', 's=cr%t'],
  ]);
});

describe('a client assertion', () => {
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

  test('is sent with its type and the id of the client', async () => {
    const parts = makeParts();
    const proof = clientAssertion('id', () => 'a.b.c');
    await proof.add(parts);
    assert.deepEqual(proof.parameters, ['client_id', 'client_assertion_type', 'client_assertion']);
    assert.deepEqual(parts.parameters.slice(1), [
      ['client_id', 'id'],
      ['client_assertion_type', type],
      ['client_assertion', 'a.b.c'],
    ]);
    assert.equal(parts.headers.size, 0);
  });

  test('can be sent without a client id', async () => {
    const parts = makeParts();
    await clientAssertion(undefined, () => 'a.b.c').add(parts);
    assert.deepEqual(parts.parameters.slice(1), [
      ['client_assertion_type', type],
      ['client_assertion', 'a.b.c'],
    ]);
  });

  test('is made again each time, and may take a while', async () => {
    let made = 0;
    const proof = clientAssertion('id', () => Promise.resolve(`jwt-${(made += 1)}`));
    assert.equal(made, 0);
    const sent = [];
    for (const parts of [makeParts(), makeParts()]) {
      await proof.add(parts);
      sent.push(parts.parameters.at(-1));
    }
    assert.deepEqual(sent, [
      ['client_assertion', 'jwt-1'],
      ['client_assertion', 'jwt-2'],
    ]);
  });
});

test('a client without a proof sends its id, or nothing if it has none', async () => {
  const [named, nameless] = [makeParts(), makeParts()];
  await namedClient('id').add(named);
  await namedClient(undefined).add(nameless);
  assert.deepEqual(named.parameters.slice(1), [['client_id', 'id']]);
  assert.deepEqual(nameless.parameters.slice(1), []);
  assert.deepEqual(namedClient('id').parameters, ['client_id']);
  assert.deepEqual(namedClient(undefined).parameters, []);
});

test('a proof in the parameters fails if one of its values cannot be made', async () => {
  const proof = proveBy({ a: () => Promise.reject(new Error('odd')) });
  await assert.rejects(async () => {
    await proof.add(makeParts());
  }, /odd/);
});
