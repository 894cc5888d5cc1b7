/**
 * The parts of node:crypto that the checks of inputs use, for browsers. The keys and certificates of these checks are
 * replacements too (see key-stand-ins.ts). The page never sees a real one.
 */

/** A key, represented by its text. */
class StandInKey {
  readonly type = 'private';
  readonly asymmetricKeyType: string;
  readonly asymmetricKeyDetails: object;

  constructor(kind: string) {
    if (kind !== 'rsa' && kind !== 'ec') throw new Error('not a stand-in for a key');
    this.asymmetricKeyType = kind;
    this.asymmetricKeyDetails =
      kind === 'rsa' ? { modulusLength: 2048 } : { namedCurve: 'prime256v1' };
  }

  export(): string {
    return '';
  }
}

export function createPrivateKey({
  key,
}: {
  readonly key: { toString: () => string };
}): StandInKey {
  return new StandInKey(key.toString());
}

export function createPublicKey(key: StandInKey): StandInKey {
  return key;
}

export function sign(): Uint8Array {
  return new Uint8Array();
}

export function verify(): boolean {
  return true;
}

export function randomUUID(): string {
  return crypto.randomUUID();
}

export const constants = { RSA_PKCS1_PSS_PADDING: 0, RSA_PSS_SALTLEN_DIGEST: 0 };

/** A certificate that never expires and belongs to every key. */
export class X509Certificate {
  readonly fingerprint256 = '';
  readonly validToDate = new Date(8.64e15);

  constructor(bytes: { toString: () => string }) {
    if (bytes.toString() !== 'certificate') throw new Error('not a stand-in for a certificate');
  }

  checkPrivateKey(): boolean {
    return true;
  }

  checkIssued(): boolean {
    return false;
  }

  toString(): string {
    return '';
  }
}
