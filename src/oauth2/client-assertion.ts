import { createHash, createHmac, type KeyObject, X509Certificate } from 'node:crypto';

import { type ExactJson, writeExactJson } from './json/exact-json.ts';
import { type MacAlgorithm, signBytes } from './keys/signing-algorithm.ts';
import type { SigningKey } from './keys/signing-key.ts';
import type { Parameter } from './request-body.ts';

/**
 * What a signed JWT says, either as client authentication or as a grant.
 *
 * @see RFC 7523 section 3
 */
export interface Assertion {
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly audience: string;
  /** How long ago `iat` is, in seconds; now if left out. */
  readonly age?: number | undefined;
  /**
   * Further claims, which replace all others. An empty text removes a claim. If a name comes twice, the last one
   * counts.
   */
  readonly claims: readonly Parameter[];
}

/** What signs a JWT: a private key, or a secret that the server has too. */
export type AssertionSigner =
  | {
      readonly kind: 'key';
      readonly key: SigningKey;
      /** The thumbprint of the key's certificate, used for the header's `x5t#S256`. See {@link thumbprintOf}. */
      readonly certificateThumbprint?: string | undefined;
    }
  | { readonly kind: 'secret'; readonly secret: string; readonly algorithm: MacAlgorithm };

/** Gives the time and random ids. */
export interface AssertionContext {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomUUID: () => string;
}

/** How long a JWT is valid, in seconds. It is used at once, and only once. */
const lifetime = 60;

/** Claims that are numbers (RFC 7519 section 2, NumericDate; OpenID Connect Core section 2 for auth_time). */
const numericClaims = ['iat', 'exp', 'nbf', 'auth_time'];

/**
 * Makes a signed JWT that is valid for 60 seconds, with a unique `jti`. Make a new one for each attempt.
 *
 * @returns its compact serialization (RFC 7515 section 3.1)
 * @see RFC 7523 section 3 for the claims; RFC 7518 section 3 and RFC 8037 section 3.1 for the signatures
 */
export function signAssertion(
  assertion: Assertion,
  signer: AssertionSigner,
  context: AssertionContext,
): string {
  const parts = [buildHeader(signer), buildClaims(assertion, context)];
  const data = parts.map((part) => encode(writeExactJson(part))).join('.');
  return `${data}.${encode(signData(Buffer.from(data), signer))}`;
}

function encode(data: string | Buffer): string {
  return Buffer.from(data).toString('base64url');
}

/** The JOSE header. Undefined fields are left out. */
function buildHeader(signer: AssertionSigner): Record<string, string | undefined> {
  if (signer.kind === 'secret') return { alg: signer.algorithm, typ: 'JWT' };
  const { key, certificateThumbprint } = signer;
  return {
    alg: key.algorithm,
    typ: 'JWT',
    kid: key.keyId,
    'x5t#S256': certificateThumbprint,
  };
}

function buildClaims(
  { issuer, subject, audience, age = 0, claims }: Assertion,
  { now, randomUUID }: AssertionContext,
): Record<string, unknown> {
  const seconds = Math.floor(now() / 1000);
  const all = new Map<string, ExactJson | undefined>([
    ['iss', issuer],
    ['sub', subject],
    ['aud', audience],
    ['iat', seconds - age],
    ['exp', seconds + lifetime],
    ['jti', randomUUID()],
  ]);
  for (const [name, value] of claims) all.set(name, readClaim(name, value));
  return Object.fromEntries(all);
}

function readClaim(name: string, value: ExactJson): ExactJson | undefined {
  if (value === '') return undefined;
  const isNumeric = typeof value === 'string' && /^\d{1,15}$/.test(value);
  return isNumeric && numericClaims.includes(name) ? Number(value) : value;
}

/** Signs with the private key, or makes a MAC with the secret's UTF-8 bytes as the key (RFC 7518 section 3.2). */
function signData(data: Buffer, signer: AssertionSigner): Buffer {
  if (signer.kind === 'key') return signBytes(data, signer.key);
  return createHmac(`sha${signer.algorithm.slice(2)}`, signer.secret)
    .update(data)
    .digest();
}

/**
 * Makes the value of the header's `x5t#S256`: base64url of the SHA-256 of a certificate's DER.
 *
 * @param certificatePem if it has several, the first one counts
 * @throws if it has none
 * @see RFC 7515 section 4.1.8
 */
export function thumbprintOf(certificatePem: string): string {
  const { raw } = new X509Certificate(certificatePem);
  return createHash('sha256').update(raw).digest('base64url');
}

/** Whether the first certificate of a PEM belongs to a private key. */
export function isCertificateOf(certificatePem: string, key: KeyObject): boolean {
  return new X509Certificate(certificatePem).checkPrivateKey(key);
}
