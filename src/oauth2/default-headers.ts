/** The headers of every request of this action to an authorization server, by name in lower case. */
export const defaultHeaders: readonly (readonly [name: string, value: string])[] = [
  ['accept', 'application/json'],
  // An uncompressed answer needs no second limit for its size after decompression.
  ['accept-encoding', 'identity'],
  ['user-agent', 'oauth2-token'],
];
