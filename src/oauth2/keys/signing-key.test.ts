import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { CompactSign, compactVerify } from 'jose';

import fc from '../../../test/support/making/fast-check.ts';
import { createAuthority } from '../../../test/support/making/certificates.ts';
import {
  anyInput,
  anyKeyType,
  anyTextAround,
  writeInput,
} from '../../../test/support/tables/damaged-keys.ts';
import { createKeyMistakes } from '../../../test/support/tables/key-mistakes.ts';
import {
  createSampleKeys,
  findSample,
  jwkOf,
  lineBreaks,
  listKeyFiles,
  listPems,
  owners,
  pemOf,
  type SampleKey,
} from '../../../test/support/making/signing-keys.ts';
import {
  chooseAlgorithm,
  macAlgorithms,
  signBytes,
  signingAlgorithms,
} from './signing-algorithm.ts';
import {
  SigningKeyError,
  type SigningKeyErrorCode,
  type SigningKeyErrorDetails,
} from './signing-key-error.ts';
import { exportKeyMaterial, readSigningKey, type SigningKey } from './signing-key.ts';

const samples = createSampleKeys();
const sampleOf = (keyType: string): SampleKey => findSample(samples, keyType);
const rsa = sampleOf('RSA');
const rsaPem = pemOf(rsa.privateKey);
const mistakes = createKeyMistakes(samples);

/** The error that reading throws. */
function refuse(
  input: string,
  options: Parameters<typeof readSigningKey>[1] = {},
): SigningKeyError {
  return catchKeyError(() => readSigningKey(input, options));
}

function catchKeyError(work: () => unknown): SigningKeyError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof SigningKeyError, inspect(error));
    return error;
  }
  assert.fail('The key was taken.');
}

function assertRefused(
  error: SigningKeyError,
  code: SigningKeyErrorCode,
  details: SigningKeyErrorDetails = {},
): void {
  const { keyType, algorithm, bits, form, members } = error;
  const actual = { code: error.code, keyType, algorithm, bits, form, members };
  const none = { keyType: undefined, algorithm: undefined, bits: undefined };
  assert.deepEqual(actual, { code, ...none, form: undefined, members: undefined, ...details });
}

/** Whether jose takes the key's signature; of Ed448, which it does not know, whether OpenSSL does. */
async function isVerified(signingKey: SigningKey, sample: SampleKey): Promise<boolean> {
  const { algorithm } = signingKey;
  const encode = (text: string): string => Buffer.from(text).toString('base64url');
  const data = `${encode(JSON.stringify({ alg: algorithm }))}.${encode('payload')}`;
  const signature = signBytes(Buffer.from(data), signingKey);
  if (sample.keyType === 'Ed448') {
    return verify(null, Buffer.from(data), sample.publicKey, signature);
  }
  const jws = `${data}.${signature.toString('base64url')}`;
  const verified = await compactVerify(jws, sample.publicKey, { algorithms: [algorithm] });
  return Buffer.from(verified.payload).toString() === 'payload';
}

describe('the matrix of keys', () => {
  for (const sample of samples) {
    const material = sample.privateKey.export({ format: 'der', type: 'pkcs8' });
    for (const [form, text] of Object.entries(sample.forms)) {
      const name = `a key of ${sample.keyType}, ${form},`;

      // One test for all the algorithms, because thousands of tests would take longer than the work in them.
      test(`${name} is that key, and signs only with ${sample.algorithms.join(', ')}`, async () => {
        const usual = readSigningKey(text);
        assert.equal(usual.algorithm, sample.algorithms[0]);
        assert.deepEqual(exportKeyMaterial(usual.key), material);
        for (const algorithm of sample.algorithms) {
          const signingKey = readSigningKey(text, { algorithm });
          assert.equal(signingKey.algorithm, algorithm);
          assert.ok(await isVerified(signingKey, sample), algorithm);
        }
        for (const algorithm of [...signingAlgorithms, ...macAlgorithms]) {
          if (sample.algorithms.some((one) => one === algorithm)) continue;
          const details = { keyType: sample.keyType, algorithm };
          const error = catchKeyError(() => chooseAlgorithm(usual.key, algorithm));
          assertRefused(error, 'algorithm_mismatch', details);
        }
      });
    }

    test(`a key of ${sample.keyType} is not read for an algorithm of another kind`, () => {
      for (const algorithm of [...signingAlgorithms, ...macAlgorithms]) {
        if (sample.algorithms.some((one) => one === algorithm)) continue;
        const details = { keyType: sample.keyType, algorithm };
        const error = refuse(pemOf(sample.privateKey), { algorithm });
        assertRefused(error, 'algorithm_mismatch', details);
      }
    });
  }
});

describe('what a key says about itself', () => {
  test('is its id and algorithm in a JWK', () => {
    const { keyId, algorithm, owner } = readSigningKey(
      jwkOf(sampleOf('RSA').privateKey, { kid: 'k1', alg: 'PS384' }),
    );
    assert.deepEqual(
      { keyId, algorithm, owner },
      { keyId: 'k1', algorithm: 'PS384', owner: undefined },
    );
  });

  test('is not used if something else is requested', () => {
    const jwk = jwkOf(sampleOf('RSA').privateKey, { kid: 'k1', alg: 'PS384' });
    const { keyId, algorithm } = readSigningKey(jwk, { keyId: 'k2', algorithm: 'RS512' });
    assert.deepEqual({ keyId, algorithm }, { keyId: 'k2', algorithm: 'RS512' });
  });

  test('is used if nothing is requested', () => {
    const jwk = jwkOf(sampleOf('RSA').privateKey, { kid: 'k1', alg: 'PS384' });
    const { keyId, algorithm } = readSigningKey(jwk, { keyId: '', algorithm: '' });
    assert.deepEqual({ keyId, algorithm }, { keyId: 'k1', algorithm: 'PS384' });
  });

  test('may be an algorithm that the key cannot sign with', () => {
    const details = { keyType: 'EC P-256', algorithm: 'ES384' };
    assertRefused(
      refuse(jwkOf(sampleOf('EC P-256').privateKey, { alg: 'ES384' })),
      'algorithm_mismatch',
      details,
    );
    assert.equal(
      readSigningKey(jwkOf(sampleOf('EC P-256').privateKey, { alg: 'ES384' }), {
        algorithm: 'ES256',
      }).algorithm,
      'ES256',
    );
  });

  test('may be the name of its curve instead of EdDSA', () => {
    for (const name of ['Ed25519', 'Ed448']) {
      assert.equal(
        readSigningKey(jwkOf(sampleOf(name).privateKey, { alg: name })).algorithm,
        'EdDSA',
      );
    }
    const details = { keyType: 'Ed25519', algorithm: 'Ed448' };
    assertRefused(
      refuse(jwkOf(sampleOf('Ed25519').privateKey, { alg: 'Ed448' })),
      'unsupported_algorithm',
      details,
    );
  });

  test('may be an algorithm that cannot sign a JWT', () => {
    for (const algorithm of ['RSA-OAEP-256', 'none', 'ES256K', 'rs256']) {
      const details = { keyType: 'RSA', algorithm };
      assertRefused(
        refuse(jwkOf(sampleOf('RSA').privateKey, { alg: algorithm })),
        'unsupported_algorithm',
        details,
      );
      assertRefused(refuse(rsaPem, { algorithm }), 'unsupported_algorithm', details);
    }
  });

  test('is not shown as an algorithm if it does not look like one', () => {
    const details = { keyType: 'RSA', algorithm: undefined };
    const algorithm = 'a-secret-in-the-wrong-place';
    assertRefused(refuse(rsaPem, { algorithm }), 'unsupported_algorithm', details);
  });

  test('is nothing in a PEM', () => {
    const { keyId, owner } = readSigningKey(rsaPem);
    assert.deepEqual({ keyId, owner }, { keyId: undefined, owner: undefined });
    assert.equal(readSigningKey(rsaPem, { keyId: 'k2' }).keyId, 'k2');
  });

  test('is its id and its owner in a key file', () => {
    const files = Object.values(listKeyFiles(rsaPem)).map((file) => readSigningKey(file));
    const google = { issuer: owners.google, subject: undefined };
    const user = { issuer: owners.zitadelUser, subject: owners.zitadelUser };
    const application = { issuer: owners.zitadelClient, subject: owners.zitadelClient };
    assert.deepEqual(
      files.map(({ owner }) => owner),
      [google, google, user, application],
    );
    assert.ok(files.every(({ keyId }) => keyId === owners.keyId));
  });

  test('may lack the id and the owner in a key file', () => {
    const file = JSON.stringify({ type: 'service_account', private_key: rsaPem, client_email: 7 });
    const { keyId, owner } = readSigningKey(file);
    assert.deepEqual({ keyId, owner }, { keyId: undefined, owner: undefined });
  });
});

describe('a key is accepted', () => {
  test('together with its certificate, and with text before and after it', async () => {
    const { certificate } = await (await createAuthority()).issue({ names: ['localhost'] });
    assert.equal(readSigningKey(`${certificate}\n# the key\n${rsaPem}\nend\n`).algorithm, 'RS256');
    assert.equal(readSigningKey(`${rsaPem}${certificate}`).algorithm, 'RS256');
  });

  test('in quotes, and after a byte order mark', () => {
    assert.equal(readSigningKey(JSON.stringify(rsaPem)).algorithm, 'RS256');
    assert.equal(readSigningKey(`\u{feff}${jwkOf(sampleOf('RSA').privateKey)}`).algorithm, 'RS256');
  });

  test('under the label of another form', () => {
    const pem = rsaPem.replaceAll('PRIVATE KEY', 'RSA PRIVATE KEY');
    assert.equal(readSigningKey(pem).algorithm, 'RS256');
  });

  test('only for PS384, if it is an RSA-PSS key that allows no other hash', () => {
    assert.equal(readSigningKey(pemOf(sampleOf('RSA-PSS SHA-384').privateKey)).algorithm, 'PS384');
  });
});

describe('an input that is not a key that can sign', () => {
  for (const [name, input, code, details] of mistakes) {
    test(`such as ${name} is refused as ${code}, and not quoted`, () => {
      const error = refuse(input);
      assertRefused(error, code, details);
      assert.equal(error.message, code);
      assert.equal(error.cause, undefined);
      assert.deepEqual(findQuotes(inspect(error), input), []);
    });
  }
});

/** Pieces of base64 of an input, 8 characters each, that a text quotes. */
function findQuotes(text: string, input: string): string[] {
  const runs = input.match(/[A-Za-z0-9+/]{24,}/g) ?? [];
  return runs
    .flatMap((run) => Array.from(run.slice(7), (_, at) => run.slice(at, at + 8)))
    .filter((piece) => text.includes(piece));
}

describe('laws', () => {
  test('a key of a curve without a JWK can be written too', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' });
    const material = privateKey.export({ format: 'der', type: 'pkcs8' });
    assert.deepEqual(exportKeyMaterial(privateKey), material);
  });

  test('a PEM is read, with every kind of line break and any text around it', () => {
    const breaks = fc.constantFrom(...Object.keys(lineBreaks));
    fc.assert(
      fc.property(
        anyKeyType(samples),
        breaks,
        anyTextAround,
        anyTextAround,
        (keyType, broken, before, after) => {
          const { privateKey } = sampleOf(keyType);
          for (const pem of Object.values(listPems(privateKey))) {
            const text = before + (lineBreaks[broken]?.(pem) ?? '') + after;
            const material = exportKeyMaterial(readSigningKey(text).key);
            assert.deepEqual(material, exportKeyMaterial(privateKey));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('reading throws only its own error, which does not quote the input', () => {
    const anyAlgorithm = fc.option(fc.constantFrom(...signingAlgorithms), { nil: undefined });
    fc.assert(
      fc.property(anyInput(samples), anyAlgorithm, (input, algorithm) => {
        const text = writeInput(samples, input);
        try {
          readSigningKey(text, { algorithm });
        } catch (error) {
          assert.ok(error instanceof SigningKeyError, inspect(error));
          assert.equal(error.cause, undefined);
          assert.deepEqual(findQuotes(inspect(error), text), []);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('each key is written in many forms', () => {
    for (const { forms } of samples) {
      assert.ok(Object.keys(forms).length >= 13);
    }
  });
});

test('jose signs with the key as it was read', async () => {
  const { key } = readSigningKey(rsaPem);
  const jws = await new CompactSign(Buffer.from('x'))
    .setProtectedHeader({ alg: 'RS256' })
    .sign(key);
  assert.ok(await compactVerify(jws, rsa.publicKey));
});
