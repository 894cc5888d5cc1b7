import { createPrivateKey, type KeyObject } from 'node:crypto';

import { SigningKeyError } from './signing-key-error.ts';

/**
 * The line before or after a block (RFC 7468 section 3), without its last dashes, because the next line may share them.
 */
const pemBoundary = /-----(BEGIN|END) ([A-Z0-9 ]+)(?=-----)/g;

/** A line before or after a block, complete or almost, because dashes get lost or changed when text is copied. */
export const pemMarker =
  /[-\u2013\u2014]{0,6} ?(BEGIN|END) ((?:[A-Z0-9.]{1,16} ){0,3}(?:KEY(?: BLOCK)?|CERTIFICATE|REQUEST|PARAMETERS|CRL|PKCS7)) ?[-\u2013\u2014]{0,6}/g;

/**
 * Reads the private key of a PEM: PKCS#8, PKCS#1 or SEC1, with real or literal line breaks or with spaces instead.
 *
 * @param text may have text, certificates and parameters around it
 * @throws {SigningKeyError} if it has no key, or several, or one that is encrypted, damaged or of another kind
 * @see RFC 7468
 */
export function readPem(text: string): KeyObject {
  const pem = unescapePem(text);
  const blocks = listBlocks(pem);
  const [block, another] = blocks.filter(({ label }) => isPrivate(label));
  if (another !== undefined) throw new SigningKeyError('several_keys');
  if (block === undefined) throw explainAbsence(pem);
  refuseOtherKinds(block);
  const key = readDer(readBase64(block.body.replace(/\s/g, '')));
  if (key === undefined) throw new SigningKeyError('damaged', { form: 'PEM' });
  return key;
}

/** A block of a PEM. */
export interface PemBlock {
  readonly label: string;
  readonly body: string;
  /** Where the block begins and ends in the PEM, together with its BEGIN and END lines. */
  readonly start: number;
  readonly end: number;
}

/** A BEGIN or END line with all its dashes, and where it is. */
interface PemBoundary {
  readonly kind: string | undefined;
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Lists the blocks of a PEM: from each BEGIN to the next END of its label. It looks at each boundary only twice. One
 * regular expression would read to the end of the text for every BEGIN that has no END.
 *
 * @param pem with real line breaks, see {@link unescapePem}
 */
export function listBlocks(pem: string): PemBlock[] {
  const boundaries = [...pem.matchAll(pemBoundary)].map(readBoundary);
  const lasts = findEnds(boundaries);
  const blocks: PemBlock[] = [];
  let done = 0;
  boundaries.forEach(({ kind, label, start, end }, nth) => {
    const last = lasts[nth];
    if (kind !== 'BEGIN' || start < done || last === undefined) return;
    blocks.push({ label, body: pem.slice(end, last.start), start, end: last.end });
    done = last.end;
  });
  return blocks;
}

function readBoundary({ index, 0: line, 1: kind, 2: label = '' }: RegExpExecArray): PemBoundary {
  return { kind, label, start: index, end: index + line.length + '-----'.length };
}

/** Finds for each boundary the next END with its label; undefined if there is none. */
function findEnds(boundaries: readonly PemBoundary[]): (PemBoundary | undefined)[] {
  const next = new Map<string, PemBoundary>();
  return boundaries
    .toReversed()
    .map((boundary) => {
      const end = next.get(boundary.label);
      if (boundary.kind === 'END') next.set(boundary.label, boundary);
      return end;
    })
    .toReversed();
}

/** Turns a literal `\n` into a line break, because secrets on one line have it. Also undoes JSON's `\/`. */
export function unescapePem(text: string): string {
  return breakLines(text).replaceAll('\\/', '/');
}

/** Turns a literal `\n`, escaped once or twice, into a line break. */
export function breakLines(text: string): string {
  return text.replace(/(?:\\{1,2}r)?\\{1,2}n/g, '\n');
}

function isPrivate(label: string): boolean {
  return label.includes('PRIVATE KEY');
}

function refuseOtherKinds({ label, body }: PemBlock): void {
  if (label.includes('ENCRYPTED') || /Proc-Type:\s*4,\s*ENCRYPTED/.test(body)) {
    throw new SigningKeyError('encrypted');
  }
  if (label === 'OPENSSH PRIVATE KEY') throw new SigningKeyError('openssh_key');
  if (label === 'DSA PRIVATE KEY') throw new SigningKeyError('unsupported_key', { keyType: 'DSA' });
  if (!/^(?:(?:RSA|EC) )?PRIVATE KEY$/.test(label)) throw new SigningKeyError('unsupported_key');
}

/** Makes the error for a text without a complete private key. It says what the text is instead. */
function explainAbsence(text: string): SigningKeyError {
  const labels = [...text.matchAll(pemMarker)].map(([, , label = '']) => label);
  const label = labels.find(isPrivate) ?? labels[0] ?? '';
  if (label.includes('ENCRYPTED')) return new SigningKeyError('encrypted');
  if (isPrivate(label)) return new SigningKeyError('damaged', { form: 'PEM' });
  if (label.endsWith('PUBLIC KEY') || /^(?:ssh-|ecdsa-sha2-)\S+ /.test(text)) {
    return new SigningKeyError('public_key');
  }
  if (label.endsWith('CERTIFICATE')) return new SigningKeyError('certificate');
  const isKey = readDer(readBase64(text.replace(/\s/g, ''))) !== undefined;
  return new SigningKeyError(isKey ? 'base64_of_der' : 'not_a_key');
}

/** Decodes base64 of either alphabet; no bytes if the text is not base64. */
export function readBase64(text: string): Buffer {
  return Buffer.from(/^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? text : '', 'base64');
}

/** Reads PKCS#8, PKCS#1 or SEC1, whatever its label says. Node accepts both older forms as sec1. */
function readDer(der: Buffer): KeyObject | undefined {
  for (const type of ['pkcs8', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type });
    } catch {
      // It may be of the other form.
    }
  }
  return undefined;
}

/** Writes a private key as PKCS#8 in PEM. */
export function writePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
