/** Why an input is not a key that can sign, in stable words. */
export type SigningKeyErrorCode =
  /** Needs a passphrase: PKCS#8 or the older `Proc-Type: 4,ENCRYPTED`. */
  | 'encrypted'
  | 'public_key'
  | 'certificate'
  /** A PKCS#12 file (.p12, .pfx), or its base64. */
  | 'pkcs12'
  /** The whole value is base64 of a key, which is a PEM without its BEGIN and END lines. */
  | 'base64_of_der'
  /** A JWK Set (RFC 7517 section 5). */
  | 'key_set'
  | 'public_jwk'
  | 'symmetric_jwk'
  /** A private JWK that lacks the fields in `members`. */
  | 'incomplete_jwk'
  /** JSON of an unknown form. */
  | 'no_key_in_file'
  | 'several_keys'
  | 'openssh_key'
  | 'not_a_key'
  /** The input has a known `form`, but does not parse, or does not verify its own signature. */
  | 'damaged'
  /** An RSA key of fewer than 2048 `bits`. */
  | 'weak_key'
  /** A key of a type that cannot sign a JWT. `keyType` names it if it is known. */
  | 'unsupported_key'
  /** The JWK's `alg`, or the algorithm that the user wrote, is not one by which a private key signs a JWT. */
  | 'unsupported_algorithm'
  /** A key of `keyType` does not sign with `algorithm`. */
  | 'algorithm_mismatch';

/** What is known about an input that is not a key that can sign. Nothing in it is secret. */
export interface SigningKeyErrorDetails {
  /** What the key is, such as `RSA`, `EC P-256`, `Ed25519`. */
  readonly keyType?: string | undefined;
  /** The algorithm that the user wrote. */
  readonly algorithm?: string | undefined;
  /** The length of an RSA key's modulus. */
  readonly bits?: number | undefined;
  /** The form of the damaged input. */
  readonly form?: KeyForm | undefined;
  /** The names of the fields that a JWK lacks. */
  readonly members?: readonly string[] | undefined;
}

/** The form of an input. */
export type KeyForm = 'PEM' | 'JWK' | 'JSON';

/** An input that is not a key that can sign. It has no cause, because a parser's error may quote the key. */
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
