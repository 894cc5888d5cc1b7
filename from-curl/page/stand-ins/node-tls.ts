/** Nothing is connected from a page, and every stand-in for a certificate can be used. */
export function createSecureContext(): object {
  return {};
}
