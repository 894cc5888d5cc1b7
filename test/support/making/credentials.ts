/** The keys and certificates for the secrets of the examples, made in process. */
import { createPrivateKey, createPublicKey, KeyObject, webcrypto } from 'node:crypto';

import type { Values } from './examples.ts';

// The library cannot be loaded without it.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** One RSA key of 2048 bits, and what is made from it. */
export interface Credentials {
  readonly publicKey: KeyObject;
  /** PEM, PKCS#8. */
  readonly privateKey: string;
  /** Self-signed, PEM. */
  readonly certificate: string;
  /** The JSON file of a key of a Google service account, with made-up values. */
  readonly googleKeyFile: string;
  /** The JSON file of a key of a Zitadel service account, with made-up values; its PEM is PKCS#1. */
  readonly zitadelKeyFile: string;
}

const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/**
 * Makes {@link Credentials}.
 *
 * @see https://developers.google.com/workspace/guides/create-credentials
 * @see https://zitadel.com/docs/guides/integrate/service-accounts/private-key-jwt
 */
export async function createCredentials(): Promise<Credentials> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=ci',
    keys,
    signingAlgorithm: algorithm,
  });
  const pkcs8 = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  const pkcs1 = createPrivateKey(pkcs8).export({ type: 'pkcs1', format: 'pem' }).toString();
  return {
    publicKey: createPublicKey(pkcs8),
    privateKey: pkcs8,
    certificate: certificate.toString('pem'),
    googleKeyFile: writeKeyFile({
      type: 'service_account',
      project_id: 'acme-prod',
      private_key_id: 'google-key-id',
      private_key: pkcs8,
      client_email: 'ci@acme-prod.iam.gserviceaccount.com',
      client_id: '100000000000000000000',
      token_uri: 'https://oauth2.googleapis.com/token',
    }),
    zitadelKeyFile: writeKeyFile({
      type: 'serviceaccount',
      keyId: 'zitadel-key-id',
      key: pkcs1,
      userId: 'zitadel-user-id',
    }),
  };
}

/** The values by which {@link Credentials} replace expressions: by the expression, and by the input's name. */
export function listForms(credentials: Credentials): { values: Values; formed: Values } {
  const { privateKey, certificate, googleKeyFile, zitadelKeyFile } = credentials;
  return {
    values: {
      'secrets.GOOGLE_KEY_FILE': googleKeyFile,
      'secrets.ZITADEL_KEY_FILE': zitadelKeyFile,
      // As they are in the JSON of SAP's service keys.
      'secrets.XSUAA_CERTIFICATE': writeLiteral(certificate),
      'secrets.XSUAA_KEY': writeLiteral(privateKey),
    },
    formed: {
      'private-key': privateKey,
      'client-key': privateKey,
      'client-certificate': certificate,
      'ca-certificate': certificate,
    },
  };
}

/** A PEM whose line breaks are written as `\n`. */
function writeLiteral(pem: string): string {
  return pem.replaceAll('\n', '\\n');
}

function writeKeyFile(members: Readonly<Record<string, string>>): string {
  return JSON.stringify(members, undefined, 2);
}
