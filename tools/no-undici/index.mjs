/*
 * Stands in for undici. @actions/http-client imports it only for getAgentDispatcher(), which serves those who use
 * fetch; nothing here does, and the real one was 95 % of the bundle and a third of the start. The overrides entry in
 * package.json puts this file in its place. A proxy is reached by the package tunnel, as before.
 */

/** What @actions/http-client imports. Should anything ever come to call it, it fails and says why. */
export class ProxyAgent {
  constructor() {
    throw new Error(
      'undici is left out of oauth2-token (tools/no-undici): getAgentDispatcher() of @actions/http-client cannot be used here.',
    );
  }
}
