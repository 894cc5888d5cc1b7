/** X.509 certificates made in process: ECDSA keys on P-256, valid from an hour ago. */
import { createPublicKey, KeyObject, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

// The library cannot be loaded without it.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key, both PEM; the key is PKCS#8. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What must be certified. */
export interface CertificateRequest {
  /** DNS names and IP addresses for the subjectAltName extension; may be empty. */
  readonly names: readonly string[];
  /** If set, it expired a minute ago. Otherwise it is valid for a day. */
  readonly expired?: boolean;
  /** If set, it is for a TLS client instead of a TLS server. */
  readonly client?: boolean;
  /** The subject; the first of `names`, or `unnamed`, if left out. */
  readonly commonName?: string;
  /** The key to certify, of any type, PKCS#8 PEM; a new one on P-256 if left out. */
  readonly key?: string;
}

/** A private certificate authority. */
export interface Authority {
  /** Its certificate, PEM, self-signed unless another authority made it. A peer must trust it. */
  readonly certificate: string;
  readonly issue: (request: CertificateRequest) => Promise<IssuedCertificate>;
  /** Makes an intermediate authority that this one signs. */
  readonly createIntermediate: (name: string, options?: IntermediateOptions) => Promise<Authority>;
}

/** What is unusual about an authority. */
export interface IntermediateOptions {
  /** The digest of the signature on its certificate; SHA-256 if left out. */
  readonly hash?: 'SHA-1' | 'SHA-256';
}

/** Who signs the certificate of an authority. */
interface Issuer {
  readonly name: x509.JsonName;
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * Makes a certificate authority; `name` becomes its common name.
 *
 * @see https://github.com/PeculiarVentures/x509
 */
export function createAuthority(name = 'Test Authority'): Promise<Authority> {
  return makeAuthority(name);
}

/** @param issuedBy itself if left out */
async function makeAuthority(
  name: string,
  issuedBy?: Issuer,
  { hash = 'SHA-256' }: IntermediateOptions = {},
): Promise<Authority> {
  const { publicKey, privateKey } = await generateKeys();
  const issuer = [{ CN: [name] }];
  const parent = issuedBy ?? { name: issuer, privateKey, publicKey };
  const root = await x509.X509CertificateGenerator.create({
    issuer: parent.name,
    subject: issuer,
    publicKey,
    signingKey: parent.privateKey,
    signingAlgorithm: { ...algorithm, hash },
    ...validity(),
    extensions: [
      new x509.BasicConstraintsExtension(true, issuedBy === undefined ? 1 : 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(parent.publicKey),
    ],
  });

  const issue: Authority['issue'] = async (request) => {
    const { names, expired, client, commonName = names[0] ?? 'unnamed', key } = request;
    const pem = key ?? (await generatePem());
    const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
    const alternatives = names.map((each) => ({
      type: isIP(each) === 0 ? ('dns' as const) : ('ip' as const),
      value: each,
    }));
    const leaf = await x509.X509CertificateGenerator.create({
      issuer,
      subject: [{ CN: [commonName] }],
      publicKey: readPublicKey(pem),
      signingKey: privateKey,
      signingAlgorithm: algorithm,
      ...validity(expired),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([client ? clientAuth : serverAuth]),
        // Distinguishes authorities of the same name if both are trusted.
        await x509.AuthorityKeyIdentifierExtension.create(publicKey),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(alternatives)] : []),
      ],
    });
    return { certificate: leaf.toString('pem'), key: pem };
  };
  return {
    certificate: root.toString('pem'),
    issue,
    createIntermediate: (its, options) =>
      makeAuthority(its, { name: issuer, privateKey, publicKey }, options),
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function generatePem(): Promise<string> {
  const { privateKey } = await generateKeys();
  return KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function readPublicKey(pem: string): x509.PublicKey {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return new x509.PublicKey(new Uint8Array(der));
}

function validity(expired = false): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return {
    notBefore: new Date(now - hour),
    notAfter: new Date(expired ? now - minute : now + day),
  };
}
