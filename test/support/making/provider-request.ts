/** What a provider documents about its token endpoint, as data. test/providers/ has a file for each provider. */
import type { KeyObject } from 'node:crypto';

/** What a {@link Matcher} can compare with. */
export interface Given {
  /** When the request was sent. */
  readonly now: Date;
  /** The final inputs of the step, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The public half of the key in `private-key`. */
  readonly publicKey: KeyObject;
  /** The certificate in `client-certificate`, PEM. */
  readonly certificate: string;
  /** The ID tokens that GitHub's endpoint gave so far, each with the audience that was requested. */
  readonly idTokens: readonly { readonly token: string; readonly audience: string | undefined }[];
}

/** Throws an AssertionError if a value of the request is not what the provider documents. */
export type Matcher = (value: string, given: Given) => void | Promise<void>;

/** An exact value of a JSON body that is not a text. */
export interface ExactJson {
  readonly json: unknown;
}

/** A parameter's value: exact, by its form, or by its contents. */
export type Expected = string | RegExp | Matcher | ExactJson;

/**
 * One request that a provider's page documents, and its answer.
 *
 * An expression in an example is replaced by its name: `${{ vars.AUTH0_CLIENT_ID }}` becomes `auth0-client-id`, and in
 * the same way for secrets. Private keys and certificates are generated: an RSA key as PKCS#8 PEM. Only
 * `${{ secrets.GOOGLE_KEY_FILE }}` and `${{ secrets.ZITADEL_KEY_FILE }}` become key files.
 */
export interface ProviderRequest {
  /** The file in examples/. */
  readonly example: string;
  /** The job in it; every job that uses the action if this is left out. */
  readonly job?: string;
  /**
   * The URL of the vendor's page that documents this request. If no page is public, a page here that says what is
   * known.
   */
  readonly page: string;
  /** The values of expressions whose form matters, by their name: `{ 'vars.ACS_TOKEN_URL': 'https://...' }`. */
  readonly values?: Readonly<Record<string, string>>;
  /** The server's metadata and its only URL, for an example with `issuer`. */
  readonly discovery?: {
    readonly url: string;
    readonly metadata: Readonly<Record<string, unknown>>;
  };
  readonly request: {
    readonly method: 'GET' | 'POST';
    readonly url: string;
    /** `application/x-www-form-urlencoded` if it is left out; none with GET. */
    readonly contentType?: 'application/x-www-form-urlencoded' | 'application/json';
    /** `basic` is the given client-id and client-secret. Any other string is exact. `none` if left out. */
    readonly authorization?: string;
    /** All parameters. An array is a repeated parameter, or a JSON array. Empty: no body. */
    readonly body: Readonly<Record<string, Expected | readonly Expected[]>>;
    /** Headers in addition to those of every request (accept, accept-encoding, user-agent), by name in lower case. */
    readonly headers?: Readonly<Record<string, Expected>>;
    /** Whether the TLS connection presents the certificate in `client-certificate`. */
    readonly clientCertificate?: boolean;
  };
  /** A typical documented answer, with invented values. */
  readonly answer: {
    readonly status: number;
    /** An object is sent as JSON. */
    readonly body: Readonly<Record<string, unknown>> | string;
    /** `application/json` if it is left out. */
    readonly contentType?: string;
  };
  /** The exact outputs of the step. It is always checked that `token` is the answer's access_token. */
  readonly outputs?: Readonly<Record<string, string>>;
}
