import {
  constants,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** How a private key signs a JWT, by the names of RFC 7518 section 3.1 and RFC 8037 section 3.1. */
export const signingAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** How a shared secret signs a JWT, by the names of RFC 7518 section 3.1. */
export const macAlgorithms = ['HS256', 'HS384', 'HS512'] as const;

/** One of {@link signingAlgorithms}. */
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** One of {@link macAlgorithms}. */
export type MacAlgorithm = (typeof macAlgorithms)[number];

/** A private key, and all that is needed to sign a JWT with it. */
export interface SigningKey {
  readonly key: KeyObject;
  /** One that fits the key. */
  readonly algorithm: SigningAlgorithm;
  /** The header's `kid` (RFC 7515 section 4.1.4). */
  readonly keyId: string | undefined;
  /** Whose key it is, where a provider's key file says so. */
  readonly owner: KeyOwner | undefined;
}

/** Who a JWT that is signed by a key file's key comes from: the provider's usual `iss` and `sub`. */
export interface KeyOwner {
  readonly issuer: string;
  readonly subject: string | undefined;
}

/** Why an input is no key to sign with, in stable words. */
export type SigningKeyErrorCode =
  /** Needs a passphrase: PKCS#8 or the older `Proc-Type: 4,ENCRYPTED`. */
  | 'encrypted'
  | 'public_key'
  | 'certificate'
  /** The whole value is base64 of a PEM. */
  | 'base64_of_pem'
  /** The whole value is base64 of a JSON object. */
  | 'base64_of_json'
  /** The whole value is base64 of a key: a PEM without its BEGIN and END lines. */
  | 'base64_of_der'
  /** A JWK Set (RFC 7517 section 5). */
  | 'key_set'
  | 'public_jwk'
  | 'symmetric_jwk'
  /** A private JWK that lacks `members`. */
  | 'incomplete_jwk'
  /** JSON of no known form. */
  | 'no_key_in_file'
  | 'several_keys'
  | 'openssh_key'
  | 'not_a_key'
  /** Of the right `form`, but it does not parse, or does not verify its own signature. */
  | 'damaged'
  /** An RSA key of fewer than 2048 `bits`. */
  | 'weak_key'
  /** A key of a kind that signs no JWT: `keyType`, where it can be told. */
  | 'unsupported_key'
  /** The JWK's `alg`, or the algorithm asked for, is none of {@link signingAlgorithms}. */
  | 'unsupported_algorithm'
  /** A key of `keyType` does not sign with `algorithm`. */
  | 'algorithm_mismatch';

/** What is known of an input that is no key to sign with. Nothing in it is secret. */
export interface SigningKeyErrorDetails {
  /** What the key is, such as `RSA`, `EC P-256`, `Ed25519`. */
  readonly keyType?: string | undefined;
  /** The algorithm that was asked for. */
  readonly algorithm?: string | undefined;
  /** The length of an RSA key's modulus. */
  readonly bits?: number | undefined;
  /** The form in which something damaged came. */
  readonly form?: KeyForm | undefined;
  /** The names of the members that a JWK lacks. */
  readonly members?: readonly string[] | undefined;
}

/** The form of an input. */
export type KeyForm = 'PEM' | 'JWK' | 'JSON';

/** An input that is no key to sign with. It has no cause, for a parser's error may quote the key. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError';
  readonly code: SigningKeyErrorCode;
  readonly keyType: string | undefined;
  readonly algorithm: string | undefined;
  readonly bits: number | undefined;
  readonly form: KeyForm | undefined;
  readonly members: readonly string[] | undefined;

  constructor(code: SigningKeyErrorCode, details: SigningKeyErrorDetails = {}) {
    super(code);
    this.code = code;
    this.keyType = details.keyType;
    this.algorithm = details.algorithm;
    this.bits = details.bits;
    this.form = details.form;
    this.members = details.members;
  }
}

/** What an input says, before an algorithm is chosen. */
interface FoundKey {
  readonly key: KeyObject;
  /** Given where the input has a public part of its own. */
  readonly publicKey?: KeyObject;
  readonly algorithm?: string | undefined;
  readonly keyId?: string | undefined;
  readonly owner?: KeyOwner | undefined;
}

/** A JSON object. */
type Members = Readonly<Record<string, unknown>>;

/** The shortest RSA key that signs (RFC 7518 sections 3.3 and 3.5), bits. */
const shortestRsaKey = 2048;

/**
 * Reads a private key in whatever form people have one: a PEM (PKCS#8, PKCS#1, SEC1) with real or literal line breaks
 * or with spaces instead, a JWK, or a key file as downloaded from Google or Zitadel.
 *
 * @param input the key; white space and text around it do not matter
 * @param options what goes before what the key says: its algorithm, and its id; what is empty counts as left out
 * @throws {SigningKeyError} where it is no key to sign with, or does not fit the algorithm
 * @see RFC 7468 (PEM), RFC 7517 and RFC 7518 section 6 (JWK), RFC 8037 section 2 (OKP)
 */
export function readSigningKey(
  input: string,
  options: { readonly algorithm?: string | undefined; readonly keyId?: string | undefined } = {},
): SigningKey {
  const found = findKey(input.trim());
  const signingKey = {
    key: found.key,
    algorithm: chooseAlgorithm(found.key, readText(options.algorithm) ?? found.algorithm),
    keyId: readText(options.keyId) ?? found.keyId,
    owner: found.owner,
  };
  proveKey(signingKey, found);
  return signingKey;
}

function findKey(text: string): FoundKey {
  return /^[{[]/.test(text) ? findKeyInJson(parseJson(text)) : { key: readPem(text) };
}

/**
 * Signs data as a JWS of the key's algorithm does: ES as R and S in a row, PS with a salt as long as the hash.
 *
 * @see RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1
 */
export function signBytes(data: Uint8Array, { key, algorithm }: Signer): Buffer {
  return sign(hashOf(algorithm), data, { key, ...signatureOptions(algorithm) });
}

/** What signs: a key, and how. */
type Signer = Pick<SigningKey, 'key' | 'algorithm'>;

function hashOf(algorithm: SigningAlgorithm): string | null {
  return algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
}

function signatureOptions(algorithm: SigningAlgorithm): {
  padding?: number;
  saltLength?: number;
  dsaEncoding?: 'ieee-p1363';
} {
  if (algorithm.startsWith('ES')) return { dsaEncoding: 'ieee-p1363' };
  if (!algorithm.startsWith('PS')) return {};
  const { RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;
  return { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST };
}

/** A damaged key often parses; then its signature does not verify, and a server could only say "invalid". */
function proveKey(signer: Signer, { key, publicKey }: FoundKey): void {
  if (!verifiesItself(signer, publicKey ?? createPublicKey(key))) {
    throw new SigningKeyError('damaged', { form: publicKey === undefined ? 'PEM' : 'JWK' });
  }
}

function verifiesItself(signer: Signer, publicKey: KeyObject): boolean {
  const { algorithm } = signer;
  const probe = Buffer.from('probe');
  try {
    const signature = signBytes(probe, signer);
    const verifier = { key: publicKey, ...signatureOptions(algorithm) };
    return verify(hashOf(algorithm), probe, verifier, signature);
  } catch {
    return false;
  }
}

function chooseAlgorithm(key: KeyObject, asked: string | undefined): SigningAlgorithm {
  const { keyType, algorithms } = describeKey(key);
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (keyType.startsWith('RSA') && bits !== undefined && bits < shortestRsaKey) {
    throw new SigningKeyError('weak_key', { keyType, bits });
  }
  const [first] = algorithms;
  if (first === undefined) throw new SigningKeyError('unsupported_key', { keyType });
  // RFC 9864 names the curve itself; servers know EdDSA.
  if (asked === undefined || (first === 'EdDSA' && asked === keyType)) return first;
  const chosen = algorithms.find((algorithm) => algorithm === asked);
  if (chosen !== undefined) return chosen;
  throw isAlgorithm(asked)
    ? new SigningKeyError('algorithm_mismatch', { keyType, algorithm: asked })
    : new SigningKeyError('unsupported_algorithm', { keyType, algorithm: showAlgorithm(asked) });
}

function isAlgorithm(name: string): boolean {
  return [...signingAlgorithms, ...macAlgorithms].some((algorithm) => algorithm === name);
}

/** Algorithms have short names (such as `RSA-OAEP-256`); what has none may be a secret in the wrong place. */
function showAlgorithm(name: string): string | undefined {
  return /^[A-Za-z][A-Za-z0-9+-]{0,14}$/.test(name) ? name : undefined;
}

/** A kind of key, and the algorithms that it can sign with; the first is its usual one. */
interface KeyDescription {
  readonly keyType: string;
  readonly algorithms: readonly SigningAlgorithm[];
}

/** The curves of RFC 7518 section 3.4, by OpenSSL's names. */
const curves = new Map<string, KeyDescription>([
  ['prime256v1', { keyType: 'EC P-256', algorithms: ['ES256'] }],
  ['secp384r1', { keyType: 'EC P-384', algorithms: ['ES384'] }],
  ['secp521r1', { keyType: 'EC P-521', algorithms: ['ES512'] }],
]);

function describeKey(key: KeyObject): KeyDescription {
  const type: string = key.asymmetricKeyType ?? '';
  switch (type) {
    case 'rsa':
      return {
        keyType: 'RSA',
        algorithms: signingAlgorithms.filter((name) => /^[RP]S/.test(name)),
      };
    case 'rsa-pss':
      return describePssKey(key);
    case 'ec':
      return describeEcKey(key);
    case 'ed25519':
    case 'ed448':
      return { keyType: `Ed${type.slice(2)}`, algorithms: ['EdDSA'] };
    default:
      return { keyType: type.toUpperCase(), algorithms: [] };
  }
}

function describeEcKey(key: KeyObject): KeyDescription {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  return curves.get(curve) ?? { keyType: `EC ${curve}`.trim(), algorithms: [] };
}

/** A key for RSA-PSS alone, which may be bound to one hash and a shortest salt (RFC 4055 section 3.1). */
function describePssKey(key: KeyObject): KeyDescription {
  const { hashAlgorithm, mgf1HashAlgorithm, saltLength = 0 } = key.asymmetricKeyDetails ?? {};
  const all = signingAlgorithms.filter((name) => name.startsWith('PS'));
  if (hashAlgorithm === undefined) return { keyType: 'RSA-PSS', algorithms: all };
  const algorithms = all.filter(
    (name) =>
      hashOf(name) === hashAlgorithm &&
      hashOf(name) === mgf1HashAlgorithm &&
      saltLength <= Number(name.slice(2)) / 8,
  );
  return {
    keyType: `RSA-PSS ${hashAlgorithm.toUpperCase().replace(/^SHA(?=\d)/, 'SHA-')}`,
    algorithms,
  };
}

// PEM

const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

/** A line before or after a block, whole or nearly so: dashes get lost or changed when text is copied. */
const pemMarker =
  /[-\u2013\u2014]{0,6} ?(BEGIN|END) ((?:[A-Z0-9.]{1,16} ){0,3}(?:KEY(?: BLOCK)?|CERTIFICATE|REQUEST|PARAMETERS|CRL|PKCS7)) ?[-\u2013\u2014]{0,6}/g;

function readPem(text: string): KeyObject {
  const pem = unescapePem(text);
  const blocks = [...pem.matchAll(pemBlock)].map(([, label = '', body = '']) => ({ label, body }));
  const [block, another] = blocks.filter(({ label }) => isPrivate(label));
  if (another !== undefined) throw new SigningKeyError('several_keys');
  if (block === undefined) throw explainAbsence(pem);
  refuseOtherKinds(block);
  const key = readDer(readBase64(block.body.replace(/\s+/g, '')));
  if (key === undefined) throw new SigningKeyError('damaged', { form: 'PEM' });
  return key;
}

/** Makes line breaks of literal `\n`, as secrets on one line have them, and undoes JSON's `\/`. */
function unescapePem(text: string): string {
  return breakLines(text).replaceAll('\\/', '/');
}

/** Makes line breaks of literal ones, escaped once or twice. */
function breakLines(text: string): string {
  return text.replace(/(?:\\{1,2}r)?\\{1,2}n/g, '\n');
}

function isPrivate(label: string): boolean {
  return label.includes('PRIVATE KEY');
}

function refuseOtherKinds({
  label,
  body,
}: {
  readonly label: string;
  readonly body: string;
}): void {
  if (label.includes('ENCRYPTED') || /Proc-Type:\s*4,\s*ENCRYPTED/.test(body)) {
    throw new SigningKeyError('encrypted');
  }
  if (label === 'OPENSSH PRIVATE KEY') throw new SigningKeyError('openssh_key');
  if (label === 'DSA PRIVATE KEY') throw new SigningKeyError('unsupported_key', { keyType: 'DSA' });
  if (!/^(?:(?:RSA|EC) )?PRIVATE KEY$/.test(label)) throw new SigningKeyError('unsupported_key');
}

/** Says what a text without a whole private key is instead. */
function explainAbsence(text: string): SigningKeyError {
  const labels = [...text.matchAll(pemMarker)].map(([, , label = '']) => label);
  const label = labels.find(isPrivate) ?? labels[0] ?? '';
  if (label.includes('ENCRYPTED')) return new SigningKeyError('encrypted');
  if (isPrivate(label)) return new SigningKeyError('damaged', { form: 'PEM' });
  if (label.endsWith('PUBLIC KEY') || /^(?:ssh-|ecdsa-sha2-)\S+ /.test(text)) {
    return new SigningKeyError('public_key');
  }
  if (label.endsWith('CERTIFICATE')) return new SigningKeyError('certificate');
  return new SigningKeyError(nameEncoded(text) ?? 'not_a_key');
}

function nameEncoded(text: string): SigningKeyErrorCode | undefined {
  const bytes = readBase64(text.replace(/\s+/g, ''));
  if (bytes === undefined) return undefined;
  const decoded = bytes.toString().trim();
  if (/^\{[\s\S]*\}$/.test(decoded)) return 'base64_of_json';
  if (decoded.includes('-----BEGIN ')) return 'base64_of_pem';
  return readDer(bytes) === undefined ? undefined : 'base64_of_der';
}

/** Decodes base64 of either alphabet; undefined where it is none. */
function readBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** Reads PKCS#8, PKCS#1 or SEC1, whatever its label says: Node takes all of the older forms as sec1. */
function readDer(der: Buffer | undefined): KeyObject | undefined {
  if (der === undefined) return undefined;
  for (const type of ['pkcs8', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type });
    } catch {
      continue;
    }
  }
  return undefined;
}

// JSON

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SigningKeyError('damaged', { form: 'JSON' });
  }
}

function findKeyInJson(value: unknown): FoundKey {
  if (!isMembers(value)) throw new SigningKeyError('no_key_in_file');
  if (Array.isArray(value['keys'])) throw new SigningKeyError('key_set');
  if (typeof value['kty'] === 'string') return readJwk(value);
  const file = readKeyFile(value);
  if (file.pem === undefined) throw new SigningKeyError('no_key_in_file');
  return { key: readPem(file.pem), keyId: file.keyId, owner: file.owner };
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What a key file says, as far as its form is known. */
interface KeyFile {
  readonly pem?: string | undefined;
  readonly keyId?: string | undefined;
  readonly owner?: KeyOwner | undefined;
}

/**
 * Reads a key file. Google's `sub` names the user whom a service account acts for, so that it has none of its own.
 *
 * @see https://developers.google.com/identity/protocols/oauth2/service-account
 * @see https://zitadel.com/docs/apis/openidoauth/authn-methods
 */
function readKeyFile(file: Members): KeyFile {
  switch (file['type']) {
    case 'service_account':
      return {
        pem: readText(file['private_key']),
        keyId: readText(file['private_key_id']),
        owner: ownedBy(file['client_email'], { isSubject: false }),
      };
    case 'serviceaccount':
      return readZitadelFile(file, 'userId');
    case 'application':
      return readZitadelFile(file, 'clientId');
    default:
      return {};
  }
}

function readZitadelFile(file: Members, owner: 'userId' | 'clientId'): KeyFile {
  return {
    pem: readText(file['key']),
    keyId: readText(file['keyId']),
    owner: ownedBy(file[owner], { isSubject: true }),
  };
}

function ownedBy(
  name: unknown,
  { isSubject }: { readonly isSubject: boolean },
): KeyOwner | undefined {
  const issuer = readText(name);
  return issuer === undefined ? undefined : { issuer, subject: isSubject ? issuer : undefined };
}

// JWK

/** The members of each type of key: public ones, private ones (RFC 7518 section 6, RFC 8037 section 2). */
const jwkMembers = new Map([
  ['RSA', { open: ['n', 'e'], hidden: ['d', 'p', 'q', 'dp', 'dq', 'qi'] }],
  ['EC', { open: ['crv', 'x', 'y'], hidden: ['d'] }],
  ['OKP', { open: ['crv', 'x'], hidden: ['d'] }],
]);

/** The curves that JWKs are signed with, and others that keys often have, so that an error can name them. */
const signingCurves = ['P-256', 'P-384', 'P-521', 'Ed25519', 'Ed448'];
const otherCurves = ['secp256k1', 'X25519', 'X448'];

function readJwk(jwk: Members): FoundKey {
  const kty = readText(jwk['kty']);
  if (kty === 'oct') throw new SigningKeyError('symmetric_jwk');
  const names = jwkMembers.get(kty ?? '');
  if (kty === undefined || names === undefined) throw new SigningKeyError('unsupported_key');
  if (!('d' in jwk)) throw new SigningKeyError('public_jwk');
  refuseOtherJwk(jwk, kty);
  const open = pickMembers(jwk, ['kty', ...names.open]);
  const hidden = pickMembers(jwk, names.hidden);
  return {
    ...importJwk(open, hidden),
    algorithm: readText(jwk['alg']),
    keyId: readText(jwk['kid']),
  };
}

function refuseOtherJwk(jwk: Members, kty: string): void {
  if (kty === 'RSA') {
    if (!('oth' in jwk)) return;
    throw new SigningKeyError('unsupported_key', { keyType: 'RSA with more than two primes' });
  }
  const curve = readText(jwk['crv']);
  if (curve === undefined || signingCurves.includes(curve)) return;
  const name = otherCurves.find((other) => other === curve) ?? '';
  const keyType = kty === 'EC' ? `EC ${name}`.trim() : name || kty;
  throw new SigningKeyError('unsupported_key', { keyType });
}

/** @throws {SigningKeyError} `incomplete_jwk` where some are missing */
function pickMembers(jwk: Members, names: readonly string[]): JsonWebKey {
  const members = names.filter((name) => readText(jwk[name]) === undefined);
  if (members.length > 0) throw new SigningKeyError('incomplete_jwk', { members });
  return Object.fromEntries(names.map((name) => [name, jwk[name]]));
}

function importJwk(open: JsonWebKey, hidden: JsonWebKey): { key: KeyObject; publicKey: KeyObject } {
  try {
    return {
      key: createPrivateKey({ key: { ...open, ...hidden }, format: 'jwk' }),
      publicKey: createPublicKey({ key: open, format: 'jwk' }),
    };
  } catch {
    throw new SigningKeyError('damaged', { form: 'JWK' });
  }
}

/**
 * Writes a private key as PKCS#8 DER, the same bytes in whatever form the key came.
 *
 * @see RFC 5958
 */
export function exportKeyMaterial(key: KeyObject): Buffer {
  return completeKey(key).export({ format: 'der', type: 'pkcs8' });
}

/** An EC key that came without its public part, or with a compressed one, would be written as it came. */
function completeKey(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ec') return key;
  try {
    return createPrivateKey({ key: key.export({ format: 'jwk' }), format: 'jwk' });
  } catch {
    // A curve that JWK has no name for.
    return key;
  }
}

// Masks

/** The fewest characters of a mask: a shorter one would blank what is no secret. */
const shortestPart = 8;

/** The length of a PEM's line (RFC 7468 section 2). */
const pemLine = 64;

/** Members with a secret: of a JWK (RFC 7517 section 9.2), in its `oth`, of key files. In JSON as it is written. */
const privateMember =
  /["'](d|p|q|dp|dq|qi|k|r|t|key|private_?key)["']\s*:\s*(["'])((?:\\[\s\S]|(?!\2)[^\\])*)/gi;

/**
 * Lists what of an input must be masked in the log, whatever it is, damaged or not: a PEM's lines of base64 and these
 * in a row, a JWK's private members, a key file's key as it is written there; of other JSON, what is long and like
 * base64; of other text, every line. A part has at least 8 characters, and is never JSON as a whole, nor a line that
 * says BEGIN or END.
 *
 * @param input the same as for {@link readSigningKey}
 */
export function listPrivateParts(input: string): string[] {
  const parts = [
    ...listMembers(input),
    ...listPemLines(input),
    ...(isJsonLike(input) ? listRunsOfOtherJson(input) : listOtherLines(input)),
  ];
  return [...new Set(parts)].filter((part) => part.length >= shortestPart);
}

function listMembers(text: string): string[] {
  return [...text.matchAll(privateMember)]
    .map(([, , , value = '']) => value)
    .flatMap((value) => [...splitLines(value), ...splitLines(unescapeJson(value))])
    .filter((value) => !isMarker(value));
}

function unescapeJson(value: string): string {
  return value.replaceAll('\\/', '/').replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => {
    return String.fromCharCode(Number.parseInt(code, 16));
  });
}

function splitLines(text: string): string[] {
  return text.split(/[\r\n]+/).map((line) => line.trim());
}

/** Whether a text is a BEGIN or END line and nothing more. */
function isMarker(text: string): boolean {
  return text.replace(pemMarker, '') === '';
}

function listPemLines(text: string): string[] {
  return listPemBodies(breakLines(text)).flatMap((body) => {
    const lines = splitBody(body);
    const unescaped = lines.map((line) => unescapeJson(line));
    const joined = unescaped.join('');
    return [...lines, ...unescaped, joined, ...wrap(joined)];
  });
}

/** The text after each BEGIN line and before each END line, be it that the other one is missing. */
function listPemBodies(text: string): string[] {
  const markers = [...text.matchAll(pemMarker)];
  const ends = [...markers.map(({ index }) => index), text.length];
  const starts = [0, ...markers.map(({ index, 0: marker }) => index + marker.length)];
  return starts.flatMap((start, nth) => {
    const between = text.slice(start, ends[nth]);
    const isBegun = markers[nth - 1]?.[1] === 'BEGIN';
    const isEnded = markers[nth]?.[1] === 'END';
    if (isBegun && isEnded) return [between];
    // Base64 has no quotes: in JSON, one is where a PEM ends that has lost a line.
    const pieces = between.split(/["']/);
    return [...(isBegun ? pieces.slice(0, 1) : []), ...(isEnded ? pieces.slice(-1) : [])];
  });
}

/** What the headers of an encrypted PEM are made of (RFC 1421 section 4.6). */
const pemHeader = /^(?:Proc-Type:|4,ENCRYPTED|DEK-Info:|[A-Z0-9-]+,[A-F0-9]+)$/;

/** Splits a PEM's body into its lines, be they joined by spaces, without headers. */
function splitBody(body: string): string[] {
  return body.split(/[\s"']+|-{2,}/).filter((line) => !pemHeader.test(line));
}

function wrap(text: string): string[] {
  return text.match(new RegExp(`.{1,${pemLine}}`, 'g')) ?? [];
}

function isJsonLike(text: string): boolean {
  return /^\s*[{[]|["']\w+["']\s*:/.test(text);
}

/** What may be a secret in JSON that is no key as a whole: there, names do not tell. */
function listRunsOfOtherJson(text: string): string[] {
  try {
    findKey(text.trim());
    return [];
  } catch {
    return text.match(/[A-Za-z0-9+/=_-]{20,}/g) ?? [];
  }
}

/** The lines of a text that is neither PEM nor JSON: maybe base64 of these, maybe a secret in the wrong place. */
function listOtherLines(text: string): string[] {
  if (new RegExp(pemMarker).test(text)) return [];
  const lines = splitLines(breakLines(text));
  const joined = lines.join('').replace(/\s+/g, '');
  const decoded = readBase64(joined)?.toString() ?? '';
  const isText = new RegExp(pemMarker).test(decoded) || /^\s*\{/.test(decoded);
  return [...lines, joined, ...(isText ? listPrivateParts(decoded) : [])];
}
