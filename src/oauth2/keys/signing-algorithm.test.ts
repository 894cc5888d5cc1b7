import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, verify } from 'node:crypto';
import { describe, test } from 'node:test';

import { createSampleKeys, findSample } from '../../../test/support/making/signing-keys.ts';
import { chooseAlgorithm, signBytes, verifiesItself } from './signing-algorithm.ts';

const samples = createSampleKeys();
const rsa = findSample(samples, 'RSA');

describe('signing', () => {
  test('has signatures that are as long as RFC 7518 says', () => {
    const lengths = samples.map(({ privateKey: key, algorithms: [algorithm] }) => {
      assert.ok(algorithm !== undefined);
      return signBytes(Buffer.from('x'), { key, algorithm }).length;
    });
    assert.deepEqual(lengths, [256, 256, 256, 64, 96, 132, 64, 114]);
  });

  test('has PS signatures with a salt as long as the hash', () => {
    for (const algorithm of ['PS256', 'PS384', 'PS512'] as const) {
      const bits = Number(algorithm.slice(2));
      const signature = signBytes(Buffer.from('x'), { key: rsa.privateKey, algorithm });
      const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bits / 8 };
      const verifier = { key: rsa.publicKey, ...padding };
      assert.ok(verify(`sha${bits}`, Buffer.from('x'), verifier, signature));
    }
  });
});

test('the check of a key fails if it cannot sign with the algorithm', () => {
  const { privateKey, publicKey } = findSample(samples, 'Ed25519');
  assert.equal(verifiesItself({ key: privateKey, algorithm: 'ES256' }, publicKey), false);
  assert.equal(verifiesItself({ key: privateKey, algorithm: 'EdDSA' }, publicKey), true);
});

test('a short key of another kind than RSA is refused for its kind', () => {
  const short = { modulusLength: 1024, divisorLength: 160 };
  const { privateKey } = generateKeyPairSync('dsa', short);
  assert.throws(() => chooseAlgorithm(privateKey, undefined), {
    code: 'unsupported_key',
    keyType: 'DSA',
  });
});

test('only for Edwards curves the type of the key can be given as the algorithm', () => {
  assert.equal(chooseAlgorithm(findSample(samples, 'Ed25519').privateKey, 'Ed25519'), 'EdDSA');
  assert.throws(() => chooseAlgorithm(rsa.privateKey, 'RSA'), { code: 'unsupported_algorithm' });
});
