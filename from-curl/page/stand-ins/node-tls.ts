/** A page makes no connections, and every replacement for a certificate can be used. */
export function createSecureContext(): object {
  return {};
}
