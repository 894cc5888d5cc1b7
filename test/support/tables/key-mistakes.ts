import { generateKeyPairSync, type KeyObject } from 'node:crypto';

import type {
  SigningKeyErrorCode,
  SigningKeyErrorDetails,
} from '../../../src/oauth2/keys/signing-key-error.ts';
import {
  createPssKey,
  findSample,
  jwkOf,
  pemOf,
  type SampleKey,
  toPem,
} from '../making/signing-keys.ts';

/** Base64 that is not a key. */
export const fakeBody = 'c29tZSBieXRlcyB0aGF0IGFyZSBubyBrZXkgYXQgYWxs';

/** The beginning of a PKCS#12 file (RFC 7292 section 4), and as many bytes as it says. */
const pkcs12 = Buffer.concat([
  Buffer.from('3082024002010330820206', 'hex'),
  Buffer.alloc(569, 'x'),
]).toString('base64');

/** How an encrypted key is encrypted. */
export const lock = { cipher: 'aes-256-cbc', passphrase: 'passphrase' };

/** An input that is not a key that can sign, and its error. */
export type KeyMistake = readonly [
  name: string,
  input: string,
  code: SigningKeyErrorCode,
  details?: SigningKeyErrorDetails,
];

/** Base64 of a text. */
export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Makes inputs of every kind that are not a key that can sign. */
export function createKeyMistakes(samples: readonly SampleKey[]): readonly KeyMistake[] {
  const rsa = findSample(samples, 'RSA');
  const rsaPem = pemOf(rsa.privateKey);
  const p256 = findSample(samples, 'EC P-256').privateKey;
  const ed25519 = findSample(samples, 'Ed25519').privateKey;
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const weakPss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey;
  const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
  const x25519 = generateKeyPairSync('x25519').privateKey;
  return [
    ['nothing', '', 'not_a_key'],
    ['a password', 'correct horse battery staple', 'not_a_key'],
    ['the name of a file', './deploy-key.pem', 'not_a_key'],
    ['some base64', base64('neither a key nor a file'), 'not_a_key'],
    ['words before JSON', `key = ${jwkOf(p256)}`, 'not_a_key'],
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
    [
      'a public key',
      rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      'public_key',
    ],
    [
      'a public key of the older form',
      rsa.publicKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
      'public_key',
    ],
    ['a public key of ssh', `ssh-ed25519 ${fakeBody} ci@example.com`, 'public_key'],
    ['a key of ssh', toPem('OPENSSH PRIVATE KEY', fakeBody), 'openssh_key'],
    ['a certificate', toPem('CERTIFICATE', fakeBody), 'certificate'],
    ['base64 of a certificate', base64(toPem('CERTIFICATE', fakeBody)), 'certificate'],
    ['base64 of half a PEM', base64(rsaPem.slice(0, 900)), 'damaged', { form: 'PEM' }],
    ['base64 of JSON without a key', base64('{}'), 'no_key_in_file'],
    ['base64 of base64 of a PEM', base64(base64(rsaPem)), 'not_a_key'],
    [
      'base64 of a key of secp256k1',
      base64(pemOf(koblitz)),
      'unsupported_key',
      { keyType: 'EC secp256k1' },
    ],
    ['PKCS#12', pkcs12, 'pkcs12'],
    ['PKCS#12 in lines', pkcs12.replace(/.{16}/g, '$&\n'), 'pkcs12'],
    ['PKCS#12 that was stored as text', Buffer.from(pkcs12, 'base64').toString(), 'pkcs12'],
    [
      'a PEM without its first and last line',
      rsaPem.replace(/-----.*-----\n/g, ''),
      'base64_of_der',
    ],
    ['a set of keys', `{"keys":[${jwkOf(rsa.privateKey)}]}`, 'key_set'],
    ['a public JWK', jwkOf(p256, { d: undefined }), 'public_jwk'],
    ['a public JWK of RSA', JSON.stringify(rsa.publicKey.export({ format: 'jwk' })), 'public_jwk'],
    ['a symmetric JWK', JSON.stringify({ kty: 'oct', k: fakeBody }), 'symmetric_jwk'],
    [
      'a JWK of RSA without primes',
      jwkOf(rsa.privateKey, { p: undefined, q: undefined, dp: 1, dq: '', qi: undefined }),
      'incomplete_jwk',
      { members: ['p', 'q', 'dp', 'dq', 'qi'] },
    ],
    [
      'a JWK without its public part',
      jwkOf(p256, { x: undefined, y: undefined }),
      'incomplete_jwk',
      { members: ['x', 'y'] },
    ],
    [
      'a JWK without its curve',
      jwkOf(ed25519, { crv: undefined }),
      'incomplete_jwk',
      { members: ['crv'] },
    ],
    ['a JWK whose d is no text', jwkOf(ed25519, { d: 5 }), 'incomplete_jwk', { members: ['d'] }],
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
    ['JSON without its end', jwkOf(rsa.privateKey).slice(0, 900), 'damaged', { form: 'JSON' }],
    ['a JWK with a wrong number', jwkOf(p256, { d: 'AA' }), 'damaged', { form: 'JWK' }],
    ['a JWK whose point is on no curve', jwkOf(p256, { x: 'AA' }), 'damaged', { form: 'JWK' }],
    [
      'a JWK with the public part of another key',
      jwkOf(p256, otherPublicPart('P-256')),
      'damaged',
      { form: 'JWK' },
    ],
    ['a PEM with the public part of another key', mixKeys(p256), 'damaged', { form: 'PEM' }],
    [
      'a JWK of RSA with the longest numbers, which are no key',
      writeLongJwk(16_384),
      'damaged',
      { form: 'JWK' },
    ],
    [
      'a JWK of Ed25519 with the public part of another key',
      jwkOf(ed25519, { x: x25519.export({ format: 'jwk' }).x }),
      'damaged',
      { form: 'JWK' },
    ],
    ['an RSA key of 1024 bits', pemOf(weak), 'weak_key', { keyType: 'RSA', bits: 1024 }],
    ['a JWK of RSA with 1024 bits', jwkOf(weak), 'weak_key', { keyType: 'RSA', bits: 1024 }],
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
    [
      'a JWK of RSA whose numbers are too long to sign with',
      writeLongJwk(20_000),
      'unsupported_key',
      { keyType: 'RSA of more than 16384 bits' },
    ],
    ['a key of secp256k1', pemOf(koblitz), 'unsupported_key', { keyType: 'EC secp256k1' }],
    ['a JWK of secp256k1', jwkOf(koblitz), 'unsupported_key', { keyType: 'EC secp256k1' }],
    ['a key of X25519', pemOf(x25519), 'unsupported_key', { keyType: 'X25519' }],
    ['a JWK of X25519', jwkOf(x25519), 'unsupported_key', { keyType: 'X25519' }],
    [
      'a JWK of X448',
      jwkOf(generateKeyPairSync('x448').privateKey),
      'unsupported_key',
      { keyType: 'X448' },
    ],
    [
      'a JWK of an unknown curve',
      jwkOf(p256, { crv: 'P-999' }),
      'unsupported_key',
      { keyType: 'EC' },
    ],
    ['a JWK of an unknown type', '{"kty":"AKP","d":"AA"}', 'unsupported_key'],
    ['a JWK of no type', '{"kty":"","d":"AA"}', 'unsupported_key'],
    [
      'a JWK of RSA with a third prime',
      jwkOf(rsa.privateKey, { oth: [] }),
      'unsupported_key',
      { keyType: 'RSA with more than two primes' },
    ],
    ['a key of DSA', toPem('DSA PRIVATE KEY', fakeBody), 'unsupported_key', { keyType: 'DSA' }],
    ['a key of PGP', toPem('PGP PRIVATE KEY BLOCK', fakeBody), 'unsupported_key'],
  ];
}

/** A PEM of P-256 whose last 65 bytes, the point, are another key's. */
function mixKeys(key: KeyObject): string {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const [own, point] = [key, other].map((one) => one.export({ format: 'der', type: 'pkcs8' })) as [
    Buffer,
    Buffer,
  ];
  return toPem(
    'PRIVATE KEY',
    Buffer.concat([own.subarray(0, -65), point.subarray(-65)]).toString('base64'),
  );
}

function otherPublicPart(namedCurve: string): { x?: string | undefined; y?: string | undefined } {
  const { x, y } = generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });
  return { x, y };
}

/** A JWK of RSA of this length in bits, whose numbers are not a key. */
function writeLongJwk(bits: number): string {
  const write = (length: number): string => `${'_'.repeat(Math.floor(length / 6))}w`;
  const primes = ['p', 'q', 'dp', 'dq', 'qi'].map((name) => [name, write(bits / 2)]);
  const rest = { kty: 'RSA', e: 'AQAB', n: write(bits), d: write(bits) };
  return JSON.stringify({ ...rest, ...Object.fromEntries(primes) });
}
