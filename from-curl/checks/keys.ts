import { generateKeyPairSync } from 'node:crypto';

import type { StepInput } from '../step/step.ts';
import type { KeyStandIns } from './check.ts';

/**
 * Makes keys and certificates for a check of inputs, if there are inputs for them. They are only used for this check.
 */
export async function makeKeyStandIns(
  inputs: ReadonlyMap<StepInput, string>,
): Promise<KeyStandIns> {
  const needsCertificate = inputs.has('client-key') || inputs.has('ca-certificate');
  const { certificate, key } = needsCertificate ? await makeCertificate() : emptyPair;
  return {
    'private-key': inputs.has('private-key') ? makePrivateKey(inputs.get('signing-algorithm')) : '',
    // A key without its own certificate is one file with both.
    'client-key': inputs.has('client-certificate') ? key : `${key}\n${certificate}`,
    'client-certificate': certificate,
    'ca-certificate': certificate,
  };
}

const emptyPair = { certificate: '', key: '' };

function makePrivateKey(algorithm: string | undefined): string {
  const { privateKey } = /^[RP]S/.test(algorithm ?? '')
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** Makes a certificate for a day. The packages for it are loaded only where they are needed. */
async function makeCertificate(): Promise<{ readonly certificate: string; readonly key: string }> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=stand-in',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: algorithm,
    keys,
  });
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    certificate: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${key.toString('base64')}\n-----END PRIVATE KEY-----\n`,
  };
}
