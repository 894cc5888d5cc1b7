/*
 * Replaces undici. @actions/http-client imports it only for getAgentDispatcher(), which is for users of fetch. Nothing
 * here uses fetch, and the real package was 95 % of the bundle and a third of the start time. The overrides entry in
 * package.json puts this file in its place. A proxy is reached by the package tunnel, as before.
 */

/** What @actions/http-client imports. If anything calls it, it fails and says why. */
export class ProxyAgent {
  constructor() {
    throw new Error(
      'undici is left out of oauth2-token (tools/no-undici): getAgentDispatcher() of @actions/http-client cannot be used here.',
    );
  }
}
