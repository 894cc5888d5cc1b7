/**
 * The scopes that were asked for and not granted; none where the server named none (RFC 6749 section 5.1).
 */
export function listMissingScopes(
  granted: { readonly scopes: readonly string[] | undefined },
  asked: { readonly scopes: readonly string[] },
): string[] {
  const { scopes } = granted;
  return scopes === undefined ? [] : asked.scopes.filter((scope) => !scopes.includes(scope));
}
