import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type RSAPSSKeyPairKeyObjectOptions,
} from 'node:crypto';

import type { SigningAlgorithm } from '../../../src/oauth2/keys/signing-algorithm.ts';

/** A private key to test with, in all its forms. */
export interface SampleKey {
  /** Its name in errors. */
  readonly keyType: string;
  readonly privateKey: KeyObject;
  /** The key that verifies its signatures. For an RSA-PSS key it is a plain RSA key, which verifiers know. */
  readonly publicKey: KeyObject;
  /** The algorithms with which it can sign, the usual one first. */
  readonly algorithms: readonly SigningAlgorithm[];
  /** Texts of the key, by their forms. */
  readonly forms: Readonly<Record<string, string>>;
}

/** The owner that a key file of the forms names. */
export const owners = {
  google: 'ci@acme.iam.gserviceaccount.com',
  zitadelUser: '100000000000000001',
  zitadelClient: '100000000000000002@acme',
  keyId: 'key-of-the-file',
};

/** A PEM of base64, in lines. */
export function toPem(label: string, base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** Wrong and unusual ways to write the line breaks of a PEM. */
export const lineBreaks: Readonly<Record<string, (pem: string) => string>> = {
  'line feeds': (pem) => pem,
  CRLF: (pem) => pem.replaceAll('\n', '\r\n'),
  'literal \\n': (pem) => pem.replaceAll('\n', '\\n'),
  'literal \\r\\n': (pem) => pem.replaceAll('\n', '\\r\\n'),
  'literal \\\\n': (pem) => pem.replaceAll('\n', '\\\\n'),
  spaces: (pem) => pem.replaceAll('\n', ' '),
  'no line breaks': (pem) => pem.replaceAll('\n', ''),
  'indented lines': (pem) => pem.replaceAll(/^/gm, '    '),
};

/** The PEM forms of a key, by their names. */
export function listPems(key: KeyObject): Record<string, string> {
  const type = key.asymmetricKeyType;
  const pems: Record<string, string> = { 'PKCS#8': exportPem(key, 'pkcs8') };
  if (type === 'rsa') pems['PKCS#1'] = exportPem(key, 'pkcs1');
  if (type === 'ec') {
    pems['SEC1'] = exportPem(key, 'sec1');
    pems['SEC1 after its parameters'] = writeParameters(key) + exportPem(key, 'sec1');
    pems['SEC1 without its public part'] = writeShortSec1(key);
  }
  return pems;
}

function exportPem(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1'): string {
  return key.export({ format: 'pem', type }).toString();
}

/** The object identifiers of curves (RFC 5480 section 2.1.1.1), DER. */
const curveOids: Readonly<Record<string, string>> = {
  prime256v1: '06082a8648ce3d030107',
  secp384r1: '06052b81040022',
  secp521r1: '06052b81040023',
};

function oidOf(key: KeyObject): Buffer {
  return Buffer.from(curveOids[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? '', 'hex');
}

/** The block that `openssl ecparam -genkey` writes before the key. */
function writeParameters(key: KeyObject): string {
  return toPem('EC PARAMETERS', oidOf(key).toString('base64'));
}

/** An ECPrivateKey of RFC 5915 section 3 with its parameters, and without its public key. */
function writeShortSec1(key: KeyObject): string {
  const number = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url');
  const parts = [
    Buffer.from([2, 1, 1, 4, number.length]),
    number,
    Buffer.from([0xa0, oidOf(key).length]),
    oidOf(key),
  ];
  const body = Buffer.concat(parts);
  const der = Buffer.concat([Buffer.from([0x30, body.length]), body]);
  return toPem('EC PRIVATE KEY', der.toString('base64'));
}

/** Key files that name the owner of a PEM, as their vendors write them. */
export function listKeyFiles(pem: string): Record<string, string> {
  const { google, zitadelUser, zitadelClient, keyId } = owners;
  const service = {
    type: 'service_account',
    project_id: 'acme',
    private_key_id: keyId,
    private_key: pem,
    client_email: google,
    client_id: '100000000000000000001',
    token_uri: 'https://oauth2.googleapis.com/token',
  };
  const user = { type: 'serviceaccount', keyId, key: pem, userId: zitadelUser };
  const application = { type: 'application', keyId, key: pem, appId: '1', clientId: zitadelClient };
  return {
    'a file of Google': JSON.stringify(service, undefined, 2),
    'a file of Google with escaped slashes': JSON.stringify(service).replaceAll('/', '\\/'),
    "a file of Zitadel's service account": JSON.stringify(user),
    "a file of Zitadel's application": JSON.stringify(application),
  };
}

/** Writes a key in every form. */
export function listForms(key: KeyObject): Record<string, string> {
  const forms: Record<string, string> = {};
  for (const [name, pem] of Object.entries(listPems(key))) {
    for (const [breaks, rewrite] of Object.entries(lineBreaks)) {
      forms[`${name} with ${breaks}`] = rewrite(pem);
    }
    for (const [file, text] of Object.entries(listKeyFiles(pem)))
      forms[`${name} in ${file}`] = text;
    forms[`${name} as base64`] = encode(pem);
    forms[`${name} as base64 in lines`] = encode(pem).replace(/.{76}/g, '$&\n');
    forms[`${name} in a file of Google as base64`] = encode(
      listKeyFiles(pem)['a file of Google'] ?? '',
    );
    forms[`${name} after the attributes of a bag`] =
      `Bag Attributes\n    friendlyName: deployment\nKey Attributes: <No Attributes>\n${pem}`;
  }
  if (key.asymmetricKeyType !== 'rsa-pss') {
    forms['a JWK'] = JSON.stringify(key.export({ format: 'jwk' }));
    forms['a JWK as base64'] = encode(JSON.stringify(key.export({ format: 'jwk' })));
    forms['an indented JWK'] = JSON.stringify(key.export({ format: 'jwk' }), undefined, 2);
  }
  return forms;
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Makes an RSA-PSS key that allows only one hash and requires a minimum salt, in bytes. */
export function createPssKey(hash: string, mgf1: string, saltLength: number): KeyObject {
  const hashes = { hashAlgorithm: hash, mgf1HashAlgorithm: mgf1 };
  // The types wrongly say that the salt's length is a string.
  const options: object = { modulusLength: 2048, ...hashes, saltLength };
  return generateKeyPairSync('rsa-pss', options as RSAPSSKeyPairKeyObjectOptions).privateKey;
}

/** Makes a key of every type that can sign JWTs. */
export function createSampleKeys(): SampleKey[] {
  const size = { modulusLength: 2048 };
  const pss = ['PS256', 'PS384', 'PS512'] as const;
  const keys: readonly [
    keyType: string,
    key: KeyObject,
    algorithms: readonly SigningAlgorithm[],
  ][] = [
    ['RSA', generateKeyPairSync('rsa', size).privateKey, ['RS256', 'RS384', 'RS512', ...pss]],
    ['RSA-PSS', generateKeyPairSync('rsa-pss', size).privateKey, pss],
    ['RSA-PSS SHA-384', createPssKey('sha384', 'sha384', 48), ['PS384']],
    ['EC P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, ['ES256']],
    ['EC P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, ['ES384']],
    ['EC P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey, ['ES512']],
    ['Ed25519', generateKeyPairSync('ed25519').privateKey, ['EdDSA']],
    ['Ed448', generateKeyPairSync('ed448').privateKey, ['EdDSA']],
  ];
  return keys.map(([keyType, privateKey, algorithms]) => ({
    keyType,
    privateKey,
    publicKey: publicKeyOf(privateKey),
    algorithms,
    forms: listForms(privateKey),
  }));
}

function publicKeyOf(key: KeyObject): KeyObject {
  const publicKey = createPublicKey(key);
  if (key.asymmetricKeyType !== 'rsa-pss') return publicKey;
  // The RSAPublicKey (RFC 8017 appendix A.1.1) of 2048 bits is at its end.
  const der = publicKey.export({ format: 'der', type: 'spki' }).subarray(-270);
  return createPublicKey({ key: der, format: 'der', type: 'pkcs1' });
}

/** The sample of a kind. */
export function findSample(samples: readonly SampleKey[], keyType: string): SampleKey {
  const sample = samples.find((one) => one.keyType === keyType);
  if (sample === undefined) throw new Error(`no sample of ${keyType}`);
  return sample;
}

/** A key as PKCS#8 in PEM. */
export function pemOf(key: KeyObject): string {
  return exportPem(key, 'pkcs8');
}

/** A private JWK with these fields in addition. Undefined fields are left out. */
export function jwkOf(key: KeyObject, members: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...key.export({ format: 'jwk' }), ...members });
}
