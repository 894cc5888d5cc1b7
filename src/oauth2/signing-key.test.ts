import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { CompactSign, compactVerify } from 'jose';

import fc from '../../test/support/fast-check.ts';
import { createAuthority } from '../../test/support/certificates.ts';
import {
  createPssKey,
  createSampleKeys,
  lineBreaks,
  listForms,
  listKeyFiles,
  listPems,
  owners,
  type SampleKey,
  toPem,
} from '../../test/support/signing-keys.ts';
import {
  exportKeyMaterial,
  listPrivateParts,
  macAlgorithms,
  readSigningKey,
  signBytes,
  signingAlgorithms,
  SigningKeyError,
  type SigningKeyErrorCode,
  type SigningKeyErrorDetails,
  type SigningKey,
} from './signing-key.ts';

const samples = createSampleKeys();
const [rsa] = samples;
assert.ok(rsa !== undefined);
const rsaPem = pemOf(rsa.privateKey);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function sampleOf(keyType: string): SampleKey {
  const sample = samples.find((one) => one.keyType === keyType);
  assert.ok(sample !== undefined);
  return sample;
}

/** A JWK of a sample, with these members besides; one that is undefined is left out. */
function jwkOf(keyType: string, members: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    ...sampleOf(keyType).privateKey.export({ format: 'jwk' }),
    ...members,
  });
}

/** The error that reading throws. */
function refuse(
  input: string,
  options: Parameters<typeof readSigningKey>[1] = {},
): SigningKeyError {
  try {
    readSigningKey(input, options);
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
    for (const [form, text] of Object.entries(sample.forms)) {
      const name = `a key of ${sample.keyType}, ${form},`;

      test(`${name} signs with its usual algorithm unless told otherwise`, () => {
        assert.equal(readSigningKey(text).algorithm, sample.algorithms[0]);
      });

      for (const algorithm of signingAlgorithms) {
        if (sample.algorithms.includes(algorithm)) {
          test(`${name} signs with ${algorithm}`, async () => {
            const signingKey = readSigningKey(text, { algorithm });
            assert.equal(signingKey.algorithm, algorithm);
            assert.ok(await isVerified(signingKey, sample));
          });
        } else {
          test(`${name} is refused for ${algorithm}`, () => {
            const details = { keyType: sample.keyType, algorithm };
            assertRefused(refuse(text, { algorithm }), 'algorithm_mismatch', details);
          });
        }
      }

      test(`${name} is refused for an algorithm of secrets`, () => {
        for (const algorithm of macAlgorithms) {
          const details = { keyType: sample.keyType, algorithm };
          assertRefused(refuse(text, { algorithm }), 'algorithm_mismatch', details);
        }
      });
    }
  }

  test('has signatures that are as long as RFC 7518 says', () => {
    const lengths = samples.map((sample) => {
      return signBytes(Buffer.from('x'), readSigningKey(pemOf(sample.privateKey))).length;
    });
    assert.deepEqual(lengths, [256, 256, 256, 64, 96, 132, 64, 114]);
  });

  test('has PS signatures with a salt as long as the hash', () => {
    for (const algorithm of ['PS256', 'PS384', 'PS512'] as const) {
      const bits = Number(algorithm.slice(2));
      const signature = signBytes(Buffer.from('x'), readSigningKey(rsaPem, { algorithm }));
      const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bits / 8 };
      const verifier = { key: rsa.publicKey, ...padding };
      assert.ok(verify(`sha${bits}`, Buffer.from('x'), verifier, signature));
    }
  });
});

describe('what a key says of itself', () => {
  test('is its id and algorithm in a JWK', () => {
    const { keyId, algorithm, owner } = readSigningKey(jwkOf('RSA', { kid: 'k1', alg: 'PS384' }));
    assert.deepEqual(
      { keyId, algorithm, owner },
      { keyId: 'k1', algorithm: 'PS384', owner: undefined },
    );
  });

  test('comes after what is asked for', () => {
    const jwk = jwkOf('RSA', { kid: 'k1', alg: 'PS384' });
    const { keyId, algorithm } = readSigningKey(jwk, { keyId: 'k2', algorithm: 'RS512' });
    assert.deepEqual({ keyId, algorithm }, { keyId: 'k2', algorithm: 'RS512' });
  });

  test('counts where what is asked for is empty', () => {
    const jwk = jwkOf('RSA', { kid: 'k1', alg: 'PS384' });
    const { keyId, algorithm } = readSigningKey(jwk, { keyId: '', algorithm: '' });
    assert.deepEqual({ keyId, algorithm }, { keyId: 'k1', algorithm: 'PS384' });
  });

  test('may be an algorithm that the key cannot sign with', () => {
    const details = { keyType: 'EC P-256', algorithm: 'ES384' };
    assertRefused(refuse(jwkOf('EC P-256', { alg: 'ES384' })), 'algorithm_mismatch', details);
    assert.equal(
      readSigningKey(jwkOf('EC P-256', { alg: 'ES384' }), { algorithm: 'ES256' }).algorithm,
      'ES256',
    );
  });

  test('may be the name of its curve instead of EdDSA', () => {
    for (const name of ['Ed25519', 'Ed448']) {
      assert.equal(readSigningKey(jwkOf(name, { alg: name })).algorithm, 'EdDSA');
    }
    const details = { keyType: 'Ed25519', algorithm: 'Ed448' };
    assertRefused(refuse(jwkOf('Ed25519', { alg: 'Ed448' })), 'unsupported_algorithm', details);
  });

  test('may be an algorithm that signs no JWT', () => {
    for (const algorithm of ['RSA-OAEP-256', 'none', 'ES256K', 'rs256']) {
      const details = { keyType: 'RSA', algorithm };
      assertRefused(refuse(jwkOf('RSA', { alg: algorithm })), 'unsupported_algorithm', details);
      assertRefused(refuse(rsaPem, { algorithm }), 'unsupported_algorithm', details);
    }
  });

  test('is not shown as an algorithm where it does not look like one', () => {
    const details = { keyType: 'RSA', algorithm: undefined };
    const algorithm = 'a-secret-in-the-wrong-place';
    assertRefused(refuse(rsaPem, { algorithm }), 'unsupported_algorithm', details);
  });

  test('is nothing in a PEM', () => {
    const { keyId, owner } = readSigningKey(rsaPem);
    assert.deepEqual({ keyId, owner }, { keyId: undefined, owner: undefined });
    assert.equal(readSigningKey(rsaPem, { keyId: 'k2' }).keyId, 'k2');
  });

  test('is its id and whose it is in a key file', () => {
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

  test('may lack the id and whose it is in a key file', () => {
    const file = JSON.stringify({ type: 'service_account', private_key: rsaPem, client_email: 7 });
    const { keyId, owner } = readSigningKey(file);
    assert.deepEqual({ keyId, owner }, { keyId: undefined, owner: undefined });
  });
});

describe('a key is taken', () => {
  test('beside its certificate, and with text before and after it', async () => {
    const { certificate } = await (await createAuthority()).issue({ names: ['localhost'] });
    assert.equal(readSigningKey(`${certificate}\n# the key\n${rsaPem}\nend\n`).algorithm, 'RS256');
    assert.equal(readSigningKey(`${rsaPem}${certificate}`).algorithm, 'RS256');
  });

  test('in quotes, and after a byte order mark', () => {
    assert.equal(readSigningKey(JSON.stringify(rsaPem)).algorithm, 'RS256');
    assert.equal(readSigningKey(`\u{feff}${jwkOf('RSA')}`).algorithm, 'RS256');
  });

  test('under the label of another form', () => {
    const pem = rsaPem.replaceAll('PRIVATE KEY', 'RSA PRIVATE KEY');
    assert.equal(readSigningKey(pem).algorithm, 'RS256');
  });

  test('for PS384 alone, by an RSA-PSS key that allows no other hash', () => {
    assert.equal(readSigningKey(pemOf(sampleOf('RSA-PSS SHA-384').privateKey)).algorithm, 'PS384');
  });
});

const fakeBody = 'c29tZSBieXRlcyB0aGF0IGFyZSBubyBrZXkgYXQgYWxs';
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const weakPss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey;
const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
const x25519 = generateKeyPairSync('x25519').privateKey;
const ed25519Jwk = sampleOf('Ed25519').privateKey.export({ format: 'jwk' });
const lock = { cipher: 'aes-256-cbc', passphrase: 'passphrase' };

/** What is no key to sign with. */
const mistakes: readonly [
  name: string,
  input: string,
  code: SigningKeyErrorCode,
  details?: SigningKeyErrorDetails,
][] = [
  ['nothing', '', 'not_a_key'],
  ['a password', 'correct horse battery staple', 'not_a_key'],
  ['the name of a file', './deploy-key.pem', 'not_a_key'],
  ['some base64', base64('neither a key nor a file'), 'not_a_key'],
  ['a request for a certificate', toPem('CERTIFICATE REQUEST', fakeBody), 'not_a_key'],
  [
    'an encrypted key',
    rsa.privateKey.export({ format: 'pem', type: 'pkcs8', ...lock }).toString(),
    'encrypted',
  ],
  [
    'an encrypted key of the older form',
    rsa.privateKey.export({ format: 'pem', type: 'pkcs1', ...lock }).toString(),
    'encrypted',
  ],
  [
    'an encrypted key of the older form on one line',
    rsa.privateKey
      .export({ format: 'pem', type: 'pkcs1', ...lock })
      .toString()
      .replaceAll('\n', ' '),
    'encrypted',
  ],
  ['half an encrypted key', toPem('ENCRYPTED PRIVATE KEY', fakeBody).slice(0, 60), 'encrypted'],
  ['a public key', rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString(), 'public_key'],
  [
    'a public key of the older form',
    rsa.publicKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
    'public_key',
  ],
  ['a public key of ssh', `ssh-ed25519 ${fakeBody} ci@example.com`, 'public_key'],
  ['a key of ssh', toPem('OPENSSH PRIVATE KEY', fakeBody), 'openssh_key'],
  ['a certificate', toPem('CERTIFICATE', fakeBody), 'certificate'],
  ['base64 of a PEM', base64(rsaPem), 'base64_of_pem'],
  ['base64 of a PEM in lines', base64(rsaPem).replace(/.{76}/g, '$&\n'), 'base64_of_pem'],
  ['base64 of a certificate', base64(toPem('CERTIFICATE', fakeBody)), 'base64_of_pem'],
  ['base64 of a JWK', base64(jwkOf('RSA')), 'base64_of_json'],
  ['base64 of a key file', base64(Object.values(listKeyFiles(rsaPem))[0] ?? ''), 'base64_of_json'],
  ['a PEM without its first and last line', rsaPem.replace(/-----.*-----\n/g, ''), 'base64_of_der'],
  ['a set of keys', `{"keys":[${jwkOf('RSA')}]}`, 'key_set'],
  ['a public JWK', jwkOf('EC P-256', { d: undefined }), 'public_jwk'],
  ['a public JWK of RSA', JSON.stringify(rsa.publicKey.export({ format: 'jwk' })), 'public_jwk'],
  ['a symmetric JWK', JSON.stringify({ kty: 'oct', k: fakeBody }), 'symmetric_jwk'],
  [
    'a JWK of RSA without primes',
    jwkOf('RSA', { p: undefined, q: undefined, dp: 1, dq: '', qi: undefined }),
    'incomplete_jwk',
    { members: ['p', 'q', 'dp', 'dq', 'qi'] },
  ],
  [
    'a JWK without its public part',
    jwkOf('EC P-256', { x: undefined, y: undefined }),
    'incomplete_jwk',
    { members: ['x', 'y'] },
  ],
  [
    'a JWK without its curve',
    jwkOf('Ed25519', { crv: undefined }),
    'incomplete_jwk',
    { members: ['crv'] },
  ],
  ['a JWK whose d is no text', jwkOf('Ed25519', { d: 5 }), 'incomplete_jwk', { members: ['d'] }],
  ['an empty object', '{}', 'no_key_in_file'],
  ['an array', '[]', 'no_key_in_file'],
  ['a file of a user of Google', '{"type":"authorized_user"}', 'no_key_in_file'],
  ['a file of Google without a key', '{"type":"service_account"}', 'no_key_in_file'],
  ['a file of Zitadel whose key is no text', '{"type":"application","key":7}', 'no_key_in_file'],
  ['a PEM in JSON of another form', JSON.stringify({ privateKey: rsaPem }), 'no_key_in_file'],
  [
    'a key file with a public key',
    JSON.stringify({
      type: 'service_account',
      private_key: rsa.publicKey.export({ format: 'pem', type: 'spki' }),
    }),
    'public_key',
  ],
  ['several keys', rsaPem + pemOf(x25519), 'several_keys'],
  ['a PEM without its end', rsaPem.slice(0, 900), 'damaged', { form: 'PEM' }],
  ['a PEM without its beginning', rsaPem.slice(100), 'damaged', { form: 'PEM' }],
  ['a PEM with too few dashes', rsaPem.replaceAll('-----', '---'), 'damaged', { form: 'PEM' }],
  ['a PEM with long dashes', rsaPem.replaceAll('--', '\u2014'), 'damaged', { form: 'PEM' }],
  [
    'a PEM without its last lines',
    toPem('PRIVATE KEY', rsaPem.split('\n').slice(1, 9).join('')),
    'damaged',
    { form: 'PEM' },
  ],
  ['a PEM of something else', toPem('PRIVATE KEY', fakeBody), 'damaged', { form: 'PEM' }],
  ['a PEM with a stray character', rsaPem.replace('\nMII', '\nM.II'), 'damaged', { form: 'PEM' }],
  ['an empty PEM', toPem('PRIVATE KEY', ''), 'damaged', { form: 'PEM' }],
  ['JSON without its end', jwkOf('RSA').slice(0, 900), 'damaged', { form: 'JSON' }],
  ['a JWK with a wrong number', jwkOf('EC P-256', { d: 'AA' }), 'damaged', { form: 'JWK' }],
  [
    'a JWK with the public part of another key',
    jwkOf('EC P-256', otherPublicPart('P-256')),
    'damaged',
    { form: 'JWK' },
  ],
  [
    'a JWK of Ed25519 with the public part of another key',
    JSON.stringify({ ...ed25519Jwk, x: x25519.export({ format: 'jwk' }).x }),
    'damaged',
    { form: 'JWK' },
  ],
  ['an RSA key of 1024 bits', pemOf(weak), 'weak_key', { keyType: 'RSA', bits: 1024 }],
  [
    'a JWK of RSA with 1024 bits',
    JSON.stringify(weak.export({ format: 'jwk' })),
    'weak_key',
    { keyType: 'RSA', bits: 1024 },
  ],
  ['an RSA-PSS key of 1024 bits', pemOf(weakPss), 'weak_key', { keyType: 'RSA-PSS', bits: 1024 }],
  [
    'an RSA-PSS key for SHA-1',
    pemOf(createPssKey('sha1', 'sha1', 20)),
    'unsupported_key',
    { keyType: 'RSA-PSS SHA-1' },
  ],
  [
    'an RSA-PSS key with two hashes',
    pemOf(createPssKey('sha256', 'sha512', 32)),
    'unsupported_key',
    { keyType: 'RSA-PSS SHA-256' },
  ],
  [
    'an RSA-PSS key whose salt is longer than the hash',
    pemOf(createPssKey('sha256', 'sha256', 48)),
    'unsupported_key',
    { keyType: 'RSA-PSS SHA-256' },
  ],
  ['a key of secp256k1', pemOf(koblitz), 'unsupported_key', { keyType: 'EC secp256k1' }],
  [
    'a JWK of secp256k1',
    JSON.stringify(koblitz.export({ format: 'jwk' })),
    'unsupported_key',
    { keyType: 'EC secp256k1' },
  ],
  ['a key of X25519', pemOf(x25519), 'unsupported_key', { keyType: 'X25519' }],
  [
    'a JWK of X25519',
    JSON.stringify(x25519.export({ format: 'jwk' })),
    'unsupported_key',
    { keyType: 'X25519' },
  ],
  [
    'a JWK of an unknown curve',
    jwkOf('EC P-256', { crv: 'P-999' }),
    'unsupported_key',
    { keyType: 'EC' },
  ],
  ['a JWK of an unknown type', '{"kty":"AKP","d":"AA"}', 'unsupported_key'],
  [
    'a JWK of RSA with a third prime',
    jwkOf('RSA', { oth: [] }),
    'unsupported_key',
    { keyType: 'RSA with more than two primes' },
  ],
  ['a key of DSA', toPem('DSA PRIVATE KEY', fakeBody), 'unsupported_key', { keyType: 'DSA' }],
  ['a key of PGP', toPem('PGP PRIVATE KEY BLOCK', fakeBody), 'unsupported_key'],
];

function otherPublicPart(namedCurve: string): { x?: string | undefined; y?: string | undefined } {
  const { x, y } = generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });
  return { x, y };
}

describe('what is no key to sign with', () => {
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

/** Pieces of base64 in an input, 8 characters each, that a text quotes. */
function findQuotes(text: string, input: string): string[] {
  const runs = input.match(/[A-Za-z0-9+/]{24,}/g) ?? [];
  return runs
    .flatMap((run) => Array.from(run.slice(7), (_, at) => run.slice(at, at + 8)))
    .filter((piece) => text.includes(piece));
}

/** The lines of base64 in a key's PEMs. */
function listLines(key: KeyObject): string[] {
  return Object.values(listPems(key))
    .flatMap((pem) => pem.split('\n'))
    .filter((line) => line.length >= 8 && !line.startsWith('-'));
}

/** What the runner leaves of a text. */
function mask(text: string, parts: readonly string[]): string {
  const longestFirst = [...parts].sort((one, other) => other.length - one.length);
  return longestFirst.reduce((masked, part) => masked.replaceAll(part, '***'), text);
}

describe('the private parts', () => {
  const lines = rsaPem.trim().split('\n').slice(1, -1);

  test('of a PEM are its lines of base64, and these in a row', () => {
    assert.deepEqual(listPrivateParts(rsaPem).sort(), [...lines, lines.join('')].sort());
  });

  test('of a PEM are the same however its lines are broken', () => {
    for (const [name, rewrite] of Object.entries(lineBreaks)) {
      const parts = listPrivateParts(rewrite(rsaPem));
      assert.deepEqual(parts.sort(), [...lines, lines.join('')].sort(), name);
    }
  });

  test('of a PEM do not have a last line of fewer than 8 characters', () => {
    const pem = toPem('PRIVATE KEY', `${'A'.repeat(64)}BBBB===`);
    assert.deepEqual(listPrivateParts(pem), ['A'.repeat(64), `${'A'.repeat(64)}BBBB===`]);
    assert.deepEqual(listPrivateParts(toPem('PRIVATE KEY', `${'A'.repeat(64)}BBBBBBB=`)), [
      'A'.repeat(64),
      'BBBBBBB=',
      `${'A'.repeat(64)}BBBBBBB=`,
    ]);
  });

  test('of an encrypted PEM are its lines without the headers', () => {
    const pem = rsa.privateKey.export({ format: 'pem', type: 'pkcs1', ...lock }).toString();
    const body = pem.trim().split('\n').slice(4, -1);
    for (const text of [pem, pem.replaceAll('\n', '\\n'), pem.replaceAll('\n', ' ')]) {
      assert.deepEqual(listPrivateParts(text).sort(), [...body, body.join('')].sort());
    }
  });

  test('of a PEM do not include the text around it', () => {
    const text = `Bag Attributes\n    friendlyName: deployment\n${rsaPem}\nfarewell-to-all\n`;
    assert.deepEqual(listPrivateParts(text), listPrivateParts(rsaPem));
  });

  test('of a JWK are its private members', () => {
    const jwk = rsa.privateKey.export({ format: 'jwk' });
    const { d, p, q, dp, dq, qi } = jwk;
    assert.deepEqual(listPrivateParts(JSON.stringify(jwk)).sort(), [d, p, q, dp, dq, qi].sort());
    const ed = JSON.stringify({ ...ed25519Jwk, kid: 'deployment-key', alg: 'EdDSA' }, undefined, 2);
    assert.deepEqual(listPrivateParts(ed), [ed25519Jwk.d]);
    assert.deepEqual(listPrivateParts(`{"kty":"oct","k":"${fakeBody}"}`), [fakeBody]);
    const oth = '{"kty":"RSA","oth":[{"r":"rrrrrrrr","d":"dddddddd","t":"tttttttt"}]}';
    assert.deepEqual(listPrivateParts(oth), ['rrrrrrrr', 'dddddddd', 'tttttttt']);
  });

  test('of a key file are the lines, and the key as it is written there', () => {
    for (const file of Object.values(listKeyFiles(rsaPem))) {
      const parts = listPrivateParts(file);
      const written = /"(?:private_)?key":\s*"([^"]*)"/.exec(file)?.[1] ?? '';
      for (const part of [...lines, lines.join(''), written]) assert.ok(parts.includes(part));
      for (const part of parts) assert.match(part, /^[^{"@:]{8,}$/);
    }
  });

  test('of base64 of a key are its lines, and those of the key', () => {
    const text = base64(rsaPem).replace(/.{76}/g, '$&\n');
    const parts = listPrivateParts(text);
    // The last line of the text may be too short.
    for (const line of [...text.split('\n').slice(0, -1), ...lines]) {
      assert.ok(parts.includes(line));
    }
    const members = listPrivateParts(base64(JSON.stringify(ed25519Jwk)));
    assert.deepEqual(members, [base64(JSON.stringify(ed25519Jwk)), ed25519Jwk.d]);
  });

  test('of JSON of another form are what is long and like base64', () => {
    const file = '{"type":"authorized_user","refresh_token":"1//a-refresh-token-of-google"}';
    assert.deepEqual(listPrivateParts(file), ['1//a-refresh-token-of-google']);
    assert.deepEqual(listPrivateParts(file.slice(0, -5)), ['1//a-refresh-token-of-goo']);
  });

  test('of what is no key at all are its lines', () => {
    assert.deepEqual(listPrivateParts('a passphrase, perhaps\nshort\n'), [
      'a passphrase, perhaps',
      'apassphrase,perhapsshort',
    ]);
    assert.deepEqual(listPrivateParts(''), []);
    assert.deepEqual(listPrivateParts('{}'), []);
    assert.deepEqual(listPrivateParts('{'), []);
  });

  test('of everything that is refused leave nothing of its base64', () => {
    for (const [name, input] of mistakes) {
      if (name.includes('public')) continue;
      const left = mask(input, listPrivateParts(input)).match(/[A-Za-z0-9+/]{64,}/g) ?? [];
      const open = left.filter((run) => !isOpen(run));
      assert.deepEqual(open, [], name);
    }
  });

  /** Whether a run of base64 is the public part of a JWK among the mistakes. */
  function isOpen(run: string): boolean {
    return [rsa?.privateKey, weak].some((key) => {
      return key?.export({ format: 'jwk' }).n?.includes(run) === true;
    });
  }
});

describe('laws', () => {
  // By their names, so that a counterexample is short.
  const anyKeyType = fc.constantFrom(...samples.map(({ keyType }) => keyType));
  const anyForm = anyKeyType.chain((keyType) => {
    const form = fc.constantFrom(...Object.keys(sampleOf(keyType).forms));
    return fc.record({ keyType: fc.constant(keyType), form });
  });
  type AnyForm = typeof anyForm extends fc.Arbitrary<infer One> ? One : never;

  function textOf({ keyType, form }: AnyForm): string {
    return sampleOf(keyType).forms[form] ?? '';
  }

  /** Text around a PEM that says nothing of a key. */
  const around = fc.stringMatching(/^(?:[a-z]{1,9}[ :]{1,2}){0,4}\n$/);

  test('a key has the same material in every form', () => {
    for (const { privateKey, forms } of samples) {
      const material = privateKey.export({ format: 'der', type: 'pkcs8' });
      for (const [form, text] of Object.entries(forms)) {
        assert.deepEqual(exportKeyMaterial(readSigningKey(text).key), material, form);
      }
    }
  });

  test('a key of a curve that has no JWK has material, too', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' });
    const material = privateKey.export({ format: 'der', type: 'pkcs8' });
    assert.deepEqual(exportKeyMaterial(privateKey), material);
  });

  test('a PEM is read, and its lines are masked, whatever its lines are broken by and is around it', () => {
    const breaks = fc.constantFrom(...Object.keys(lineBreaks));
    fc.assert(
      fc.property(anyKeyType, breaks, around, around, (keyType, broken, before, after) => {
        const { privateKey } = sampleOf(keyType);
        for (const pem of Object.values(listPems(privateKey))) {
          const text = before + (lineBreaks[broken]?.(pem) ?? '') + after;
          const material = exportKeyMaterial(readSigningKey(text).key);
          assert.deepEqual(material, exportKeyMaterial(privateKey));
          const parts = listPrivateParts(text);
          const lines = pem.split('\n').filter((line) => line.length >= 8 && !line.startsWith('-'));
          assert.ok(lines.every((line) => parts.includes(line)));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('no form has a line of base64 that is not masked', () => {
    for (const { privateKey, forms } of samples) {
      for (const [form, text] of Object.entries(forms)) {
        const masked = mask(text, listPrivateParts(text));
        // Lines of the modulus are no secret, and a JWK shows it.
        const shown = listLines(privateKey).filter((line) => masked.includes(line));
        assert.deepEqual(form.includes('JWK') ? [] : shown, [], form);
      }
    }
  });

  /** A form with a piece cut out, and another one put in its place. */
  const anyDamage = fc.record({
    ofForm: anyForm,
    at: fc.nat(),
    length: fc.nat({ max: 200 }),
    piece: fc.string({ maxLength: 6 }),
  });
  type AnyDamage = typeof anyDamage extends fc.Arbitrary<infer One> ? One : never;

  function damage({ ofForm, at, length, piece }: AnyDamage): string {
    const text = textOf(ofForm);
    const start = at % text.length;
    return text.slice(0, start) + piece + text.slice(start + length);
  }

  const anyInput = fc.oneof(
    fc.record({ text: fc.oneof(fc.string(), fc.json()) }),
    fc.record({ damaged: anyDamage }),
    fc.record({ encoded: anyForm }),
  );
  type AnyInput = typeof anyInput extends fc.Arbitrary<infer One> ? One : never;

  function writeInput(input: AnyInput): string {
    if ('text' in input) return input.text;
    return 'damaged' in input ? damage(input.damaged) : base64(textOf(input.encoded));
  }

  test('reading throws nothing but its own error, which does not quote the input', () => {
    const anyAlgorithm = fc.option(fc.constantFrom(...signingAlgorithms), { nil: undefined });
    fc.assert(
      fc.property(anyInput, anyAlgorithm, (input, algorithm) => {
        const text = writeInput(input);
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

  test('listing private parts never throws, and lists nothing short, no markers and no JSON', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        for (const part of listPrivateParts(writeInput(input))) {
          assert.ok(part.length >= 8);
          assert.doesNotMatch(
            part,
            /^-----(?:BEGIN|END) (?:(?:RSA |EC )?PRIVATE KEY|EC PARAMETERS)-----$/,
          );
          assert.doesNotMatch(part, /^\{.*\}$/s);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a damaged key is masked but for pieces of at most 24 characters', () => {
    fc.assert(
      fc.property(anyDamage, (one) => {
        const text = damage(one);
        const masked = mask(text, listPrivateParts(text));
        const { privateKey } = sampleOf(one.ofForm.keyType);
        const secret = listSecretText(privateKey);
        const open = listOpenText(privateKey);
        const left = masked.match(/[A-Za-z0-9+/_-]{25,}/g) ?? [];
        const shown = left.filter((run) => {
          return (
            secret.some((text) => text.includes(run)) && !open.some((text) => text.includes(run))
          );
        });
        assert.deepEqual(shown, []);
      }),
      { numRuns: 1000 },
    );
  });

  /** The base64 of a key without line breaks, and the private members of its JWK. */
  function listSecretText(key: KeyObject): string[] {
    const bodies = Object.values(listPems(key)).map((pem) => {
      return pem.replace(/-----.*-----/g, '').replace(/\s/g, '');
    });
    if (key.asymmetricKeyType === 'rsa-pss') return bodies;
    const { d = '', p = '', q = '', dp = '', dq = '', qi = '' } = key.export({ format: 'jwk' });
    return [...bodies, d, p, q, dp, dq, qi];
  }

  /** The public members of its JWK, in both alphabets, for a PEM has them, too. */
  function listOpenText(key: KeyObject): string[] {
    if (key.asymmetricKeyType === 'rsa-pss') return [];
    const { n = '', x = '', y = '' } = key.export({ format: 'jwk' });
    return [n, x, y].flatMap((text) => [text, Buffer.from(text, 'base64url').toString('base64')]);
  }

  test('each key is written in many forms', () => {
    for (const { privateKey } of samples) {
      assert.ok(Object.keys(listForms(privateKey)).length >= 13);
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
