/**
 * Reads scopes as servers write them: a text with white space, commas or semicolons between them, or a list of such
 * texts. A text without any scope says nothing, because RFC 6749 section 3.3 wants at least one.
 *
 * @param scope the `scope` of a response
 * @returns undefined if none is named, which means the requested scopes (RFC 6749 section 5.1)
 */
export function readScopes(scope: unknown): readonly string[] | undefined {
  const texts = Array.isArray(scope) ? scope.flat(Infinity) : [scope];
  const scopes = texts.filter((text) => typeof text === 'string').flatMap(splitScopes);
  return scopes.length === 0 ? undefined : scopes;
}

function splitScopes(text: string): string[] {
  return text.split(/[\s,;]+/).filter((scope) => scope !== '');
}

/**
 * The scopes that were requested and not granted; none if the server named none (RFC 6749 section 5.1).
 */
export function listMissingScopes(
  granted: { readonly scopes: readonly string[] | undefined },
  requested: { readonly scopes: readonly string[] },
): string[] {
  const { scopes } = granted;
  if (scopes === undefined) return [];
  return requested.scopes.flatMap(splitScopes).filter((scope) => !scopes.includes(scope));
}
