/** The parts of a token request that client authentication may add to. */
export interface RequestParts {
  /** Names in lower case. */
  readonly headers: Map<string, string>;
  /** Body parameters, in the order in which they are sent. */
  readonly parameters: [name: string, value: string][];
}

/**
 * Adds what proves who the client is. It is called anew for each attempt, for an assertion is accepted once.
 *
 * @see RFC 6749 section 2.3
 */
export type ClientAuthentication = (parts: RequestParts) => void | Promise<void>;

/** How Basic encodes id and secret: as the RFC says, or not at all, for the servers that do not decode. */
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
): ClientAuthentication {
  const credentials = encodeBasic(clientId, clientSecret, encoding);
  return ({ headers }) => {
    headers.set('authorization', `Basic ${credentials}`);
  };
}

/**
 * client_secret_post: id and secret as body parameters.
 *
 * @see RFC 6749 section 2.3.1
 */
export function clientSecretPost(clientId: string, clientSecret: string): ClientAuthentication {
  return ({ parameters }) => {
    parameters.push(['client_id', clientId], ['client_secret', clientSecret]);
  };
}

/**
 * Makes the value of Basic: base64 of `id:secret`, as UTF-8.
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
 * ids work with the servers that do not decode, too.
 *
 * @see RFC 6749 appendix B
 */
export function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
