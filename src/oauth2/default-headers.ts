/** What every request of this action to an authorization server says of itself, by name in lower case. */
export const defaultHeaders: readonly (readonly [name: string, value: string])[] = [
  ['accept', 'application/json'],
  // What is not compressed needs no limit of its own for what it may become.
  ['accept-encoding', 'identity'],
  ['user-agent', 'oauth2-token'],
];
