import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';

import { generatePem, say } from '../../../test/support/making/inputs.ts';
import { SigningKeyError } from '../../oauth2/keys/signing-key-error.ts';
import { readSigningKey } from '../../oauth2/keys/signing-key.ts';
import { explainKeyFault } from './key-faults.ts';

const pem = generatePem();
const takes = 'must be a PEM, a JWK, or a key file from Google or Zitadel';
const kinds = 'must be RSA, EC on P-256, P-384 or P-521, Ed25519 or Ed448';

/** Every code of a SigningKeyError, and what is said of it. */
const sentences: Readonly<Record<SigningKeyError['code'], string>> = {
  encrypted:
    'is encrypted with a passphrase; store the key that this prints: `openssl pkey -in key.pem`',
  public_key: 'is a public key; set it to the private key',
  public_jwk: 'is a public JWK; set it to the private JWK',
  certificate: 'is a certificate; set it to the private key',
  pkcs12:
    'is PKCS#12 (.p12, .pfx); store the PEM that this prints: `openssl pkcs12 -in FILE -nodes`',
  base64_of_der:
    'is base64 without the lines -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY----- around it; store the whole PEM',
  key_set: 'is a set of keys; set it to one of them (a JWK)',
  symmetric_jwk:
    'is a shared secret (kty: oct); set client-secret instead, with client-auth-method: client_secret_jwt',
  incomplete_jwk: 'is a JWK without p, q',
  no_key_in_file: `is JSON without a key; ${takes}`,
  several_keys: 'has several private keys; keep one',
  openssh_key:
    "is in OpenSSH's format; convert the file and store it: `ssh-keygen -p -m PEM -f FILE`",
  not_a_key: `is not a private key; ${takes}`,
  damaged: 'is a damaged JWK; copy all of it, from the first line to the last',
  weak_key: 'has 1024 bits; an RSA key must have 2048 or more',
  unsupported_key: `is a key that cannot sign a JWT (RSA); ${kinds}`,
  unsupported_algorithm: `is for RSA-OAEP, which is not supported; ${kinds}`,
  algorithm_mismatch:
    'is a key (RSA) that cannot sign with RSA-OAEP; remove signing-algorithm, or use another key',
};

const details = {
  keyType: 'RSA',
  algorithm: 'RSA-OAEP',
  bits: 1024,
  form: 'JWK',
  members: ['p', 'q'],
} as const;

describe('a key that cannot be used', () => {
  for (const [code, sentence] of Object.entries(sentences)) {
    test(`${code}: ${sentence.slice(0, 60)}`, () => {
      const error = new SigningKeyError(code as SigningKeyError['code'], details);
      assert.equal(say(explainKeyFault(error, 'jwt')), sentence);
    });
  }

  test('has a sentence of its own for each code', () => {
    assert.equal(new Set(Object.values(sentences)).size, Object.keys(sentences).length);
  });

  const unknown: readonly [code: SigningKeyError['code'], sentence: string][] = [
    ['damaged', 'is a damaged key; copy all of it, from the first line to the last'],
    ['unsupported_key', `is a key that cannot sign a JWT; ${kinds}`],
    ['unsupported_algorithm', `is for an algorithm that is not supported; ${kinds}`],
  ];
  for (const [code, sentence] of unknown) {
    test(`has words where nothing more is known of it: ${code}`, () => {
      assert.equal(say(explainKeyFault(new SigningKeyError(code), 'jwt')), sentence);
    });
  }

  test('has other words where it is for TLS', () => {
    const error = new SigningKeyError('unsupported_key', { keyType: 'X25519' });
    assert.equal(say(explainKeyFault(error, 'tls')), 'is a key (X25519) that TLS cannot use');
  });

  test('shows text from outside without commands', () => {
    const error = new SigningKeyError('unsupported_algorithm', { algorithm: 'x\n##[y] ::z::' });
    assert.doesNotMatch(say(explainKeyFault(error, 'jwt')), /##\[|^\s*::|\n/);
  });
});

describe('no sentence shows what was given:', () => {
  const body = pem.split('\n')[1] ?? '';
  const { privateKey } = generateKeyPairSync('x25519');
  const jwk = createPublicKey(pem).export({ format: 'jwk' });
  const secrets: readonly [what: string, input: string][] = [
    ['a word', 'open-sesame-open-sesame'],
    ['a key that is cut off', pem.slice(0, 90)],
    ['a key without its frame', pem.replace(/-----[A-Z ]+-----/g, '')],
    ['base64 around a key that is cut off', Buffer.from(pem.slice(0, 90)).toString('base64')],
    ['two keys', pem + generatePem()],
    ['JSON without a key', JSON.stringify({ secret: 'open-sesame-open-sesame' })],
    ['JSON that is cut off', JSON.stringify({ key: pem }).slice(0, -5)],
    ['a public JWK', JSON.stringify(jwk)],
    ['a damaged JWK', JSON.stringify({ ...jwk, d: 'open-sesame-open-sesame' })],
    ['a shared secret', JSON.stringify({ kty: 'oct', k: 'open-sesame-open-sesame' })],
    [
      'a JWK whose algorithm is a secret',
      JSON.stringify({ ...jwk, alg: 'open-sesame-open-sesame' }),
    ],
    ['a key that signs nothing', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
  ];
  for (const [what, input] of secrets) {
    test(what, () => {
      assert.throws(
        () => readSigningKey(input),
        (error) => {
          assert.ok(error instanceof SigningKeyError);
          const sentence = say(explainKeyFault(error, 'jwt'));
          for (const secret of ['open-sesame', body, body.slice(0, 20)]) {
            assert.ok(!sentence.includes(secret), sentence);
          }
          return true;
        },
      );
    });
  }
});
