/** What a provider documents of its token endpoint, as data: test/providers/ has a file for each provider. */
import type { KeyObject } from 'node:crypto';

/** What the step was given, for a {@link Matcher} to compare with. */
export interface Given {
  /** When the request was sent. */
  readonly now: Date;
  /** The inputs of the step as they were filled in, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The public half of the key in `private-key`. */
  readonly publicKey: KeyObject;
  /** The certificate in `client-certificate`, PEM. */
  readonly certificate: string;
  /** The ID tokens that GitHub's endpoint gave so far, each with the audience that was requested. */
  readonly idTokens: readonly { readonly token: string; readonly audience: string | undefined }[];
}

/** Throws an AssertionError where a value of the request is not what the provider documents. */
export type Matcher = (value: string, given: Given) => void | Promise<void>;

/** A value of a JSON body that is no text, exact. */
export interface ExactJson {
  readonly json: unknown;
}

/** A parameter's value: exact, by its form, or by what it holds. */
export type Expected = string | RegExp | Matcher | ExactJson;

/**
 * One request that a provider's page documents, and what it answers.
 *
 * An expression in an example is filled by its name: `${{ vars.AUTH0_CLIENT_ID }}` becomes `auth0-client-id`, and so
 * for secrets. Where an input takes a form (private keys, certificates), a generated one is put in: an RSA key as PKCS#8
 * PEM, but for `${{ secrets.GOOGLE_KEY_FILE }}` and `${{ secrets.ZITADEL_KEY_FILE }}`, which become such files.
 */
export interface ProviderRequest {
  /** The file in examples/. */
  readonly example: string;
  /** The job in it; every job that uses the action where this is left out. */
  readonly job?: string;
  /** The URL of the vendor's page that documents this request; where none is public, a page here that says what is known. */
  readonly page: string;
  /** What expressions stand for where the form matters, by their name: `{ 'vars.ACS_TOKEN_URL': 'https://...' }`. */
  readonly values?: Readonly<Record<string, string>>;
  /** The server's metadata, for a recipe with `issuer`, and the only URL at which it is. */
  readonly discovery?: {
    readonly url: string;
    readonly metadata: Readonly<Record<string, unknown>>;
  };
  readonly request: {
    readonly method: 'GET' | 'POST';
    readonly url: string;
    /** `application/x-www-form-urlencoded` where it is left out; none with GET. */
    readonly contentType?: 'application/x-www-form-urlencoded' | 'application/json';
    /** `basic` is client-id and client-secret as they were given; any other string is exact. `none` where left out. */
    readonly authorization?: string;
    /** The parameters, all of them; an array is a parameter that comes again, or a JSON array. Empty: no body. */
    readonly body: Readonly<Record<string, Expected | readonly Expected[]>>;
    /** Headers beside those that every request has (accept, accept-encoding, user-agent), by name in lower case. */
    readonly headers?: Readonly<Record<string, Expected>>;
    /** Whether the TLS connection presents the certificate in `client-certificate`. */
    readonly clientCertificate?: boolean;
  };
  /** A typical documented answer, with made-up values. */
  readonly answer: {
    readonly status: number;
    /** An object is sent as JSON. */
    readonly body: Readonly<Record<string, unknown>> | string;
    /** `application/json` where it is left out. */
    readonly contentType?: string;
  };
  /** Outputs of the step, exact. That `token` is the answer's access_token is held without being said. */
  readonly outputs?: Readonly<Record<string, string>>;
}
