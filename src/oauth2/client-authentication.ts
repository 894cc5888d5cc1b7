import type { ExactJson } from './json/exact-json.ts';

/** The parts of a token request that client authentication may add to. */
export interface RequestParts {
  /** Names in lower case. */
  readonly headers: Map<string, string>;
  /** In the order in which they are sent. */
  readonly parameters: [name: string, value: ExactJson][];
}

/**
 * Something that a request proves: who the client is (RFC 6749 section 2.3), or that it may have the token (RFC 7521).
 * It is made again for each attempt, because a signed JWT is accepted once and soon expires.
 */
export interface Proof {
  /** The names of the headers that it sets, in lower case. */
  readonly headers: readonly string[];
  /** The names of the body parameters that it adds. */
  readonly parameters: readonly string[];
  readonly add: (parts: RequestParts) => void | Promise<void>;
}

/** The `client_assertion_type` of a JWT that authenticates the client (RFC 7523 section 2.2). */
export const clientAssertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Makes or gets a signed JWT, a new one each time. */
export type MakeJwt = () => string | Promise<string>;

/** How Basic encodes id and secret. `form`: as the RFC says. `raw`: not at all, because some servers do not decode. */
export type SecretEncoding = 'form' | 'raw';

/**
 * client_secret_basic: id and secret in the Authorization header.
 *
 * @see RFC 6749 section 2.3.1
 */
export function clientSecretBasic(
  clientId: string,
  clientSecret: string,
  encoding: SecretEncoding,
): Proof {
  const credentials = encodeBasic(clientId, clientSecret, encoding);
  return {
    headers: ['authorization'],
    parameters: [],
    add: ({ headers }) => {
      headers.set('authorization', `Basic ${credentials}`);
    },
  };
}

/**
 * client_secret_post: id and secret as body parameters.
 *
 * @param clientId undefined if none is sent
 * @see RFC 6749 section 2.3.1
 */
export function clientSecretPost(clientId: string | undefined, clientSecret: string): Proof {
  return proveBy({ ...sendClientId(clientId), client_secret: () => clientSecret });
}

/**
 * client_secret_jwt, private_key_jwt, and an ID token instead of them: a signed JWT says who the client is.
 *
 * @param clientId undefined if only the JWT names the client
 * @see RFC 7523 section 2.2
 */
export function clientAssertion(clientId: string | undefined, makeJwt: MakeJwt): Proof {
  return proveBy({
    ...sendClientId(clientId),
    client_assertion_type: () => clientAssertionType,
    client_assertion: makeJwt,
  });
}

/**
 * none, tls_client_auth and self_signed_tls_client_auth: the request only names the client and proves nothing.
 *
 * @param clientId undefined if only the grant names the client
 * @see RFC 6749 section 3.2.1, RFC 8705 section 2
 */
export function namedClient(clientId: string | undefined): Proof {
  return proveBy(sendClientId(clientId));
}

function sendClientId(clientId: string | undefined): Record<string, () => string> {
  return clientId === undefined ? {} : { client_id: () => clientId };
}

/**
 * A JWT in the Authorization header, for servers whose token endpoint accepts one as an API does.
 *
 * @see RFC 6750 section 2.1
 */
export function bearerHeader(makeJwt: MakeJwt): Proof {
  return {
    headers: ['authorization'],
    parameters: [],
    add: async ({ headers }) => {
      headers.set('authorization', `Bearer ${await makeJwt()}`);
    },
  };
}

/** A proof in the parameters of the body. */
export function proveBy(values: Readonly<Record<string, MakeJwt>>): Proof {
  return {
    headers: [],
    parameters: Object.keys(values),
    add: async ({ parameters }) => {
      for (const [name, value] of Object.entries(values)) parameters.push([name, await value()]);
    },
  };
}

/**
 * Makes the credentials of Basic: base64 of `id:secret` in UTF-8.
 *
 * @see RFC 7617 section 2
 */
export function encodeBasic(
  clientId: string,
  clientSecret: string,
  encoding: SecretEncoding,
): string {
  const encode = encoding === 'form' ? encodeForm : (text: string): string => text;
  return Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64');
}

/**
 * Encodes one value as application/x-www-form-urlencoded; letters, digits and `*-._` stay as they are, so that plain
 * ids work also with servers that do not decode.
 *
 * @see RFC 6749 appendix B
 */
export function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

/**
 * Encodes one value as {@link encodeForm}, but with %20 for a space, because a plus sign means a space only in a form.
 */
export function encodeQuery(text: string): string {
  return encodeForm(text).replaceAll('+', '%20');
}
