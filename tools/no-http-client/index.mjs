/*
 * Replaces @actions/http-client in @actions/core, which imports it only for getIDToken(). Nothing here calls that. With
 * the real package, each step loaded 40 kB and node:assert. The overrides entry in package.json puts this file in its
 * place for @actions/core; @actions/cache, in the child process that saves, uses the real one.
 */

/** If anything makes one, it fails and says why. */
class LeftOut {
  constructor() {
    throw new Error(
      '@actions/http-client is left out of oauth2-token (tools/no-http-client): getIDToken() of @actions/core cannot be used here.',
    );
  }
}

export { LeftOut as BearerCredentialHandler, LeftOut as HttpClient };
