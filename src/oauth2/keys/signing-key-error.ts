/** Why an input is no key to sign with, in stable words. */
export type SigningKeyErrorCode =
  /** Needs a passphrase: PKCS#8 or the older `Proc-Type: 4,ENCRYPTED`. */
  | 'encrypted'
  | 'public_key'
  | 'certificate'
  /** A PKCS#12 file (.p12, .pfx), or its base64. */
  | 'pkcs12'
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
  /** A key of a kind that signs no JWT: `keyType`, where it is known. */
  | 'unsupported_key'
  /** The JWK's `alg`, or the algorithm that the user wrote, is none that signs a JWT with a private key. */
  | 'unsupported_algorithm'
  /** A key of `keyType` does not sign with `algorithm`. */
  | 'algorithm_mismatch';

/** What is known of an input that is no key to sign with. Nothing in it is secret. */
export interface SigningKeyErrorDetails {
  /** What the key is, such as `RSA`, `EC P-256`, `Ed25519`. */
  readonly keyType?: string | undefined;
  /** The algorithm that the user wrote. */
  readonly algorithm?: string | undefined;
  /** The length of an RSA key's modulus. */
  readonly bits?: number | undefined;
  /** The form in which something damaged came. */
  readonly form?: KeyForm | undefined;
  /** The names of the fields that a JWK lacks. */
  readonly members?: readonly string[] | undefined;
}

/** The form of an input. */
export type KeyForm = 'PEM' | 'JWK' | 'JSON';

/** An input that is no key to sign with. It has no cause, because a parser's error may quote the key. */
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
