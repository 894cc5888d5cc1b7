/*
 * Stands in for @actions/http-client in @actions/core, which imports it only for getIDToken(); nothing here calls that.
 * With it, each step loaded 40 kB and node:assert. The overrides entry in package.json puts this file in its place for
 * @actions/core; @actions/cache, in the child that saves, uses the real one.
 */

/** Should anything ever come to make one, it fails and says why. */
class LeftOut {
  constructor() {
    throw new Error(
      '@actions/http-client is left out of oauth2-token (tools/no-http-client): getIDToken() of @actions/core cannot be used here.',
    );
  }
}

export { LeftOut as BearerCredentialHandler, LeftOut as HttpClient };
