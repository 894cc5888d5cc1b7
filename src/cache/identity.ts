/** A name and its value. */
type Pair = readonly [name: string, value: string];

/**
 * Everything that makes a token the answer to one question and not to another. What is undefined was not asked for.
 */
export interface RequestIdentity {
  /** The id of the repository, or its name: entries of one are useless to another. */
  readonly repository: string;
  readonly endpointType: string;
  readonly tokenUrl: string | undefined;
  readonly issuer: string | undefined;
  readonly grantType: string;
  readonly clientId: string | undefined;
  readonly clientAuthMethod: string | undefined;
  /** Its SHA-256. */
  readonly clientCertificate: string | undefined;
  /** What the signed JWT is in the request, and says. */
  readonly privateKeyAs: string | undefined;
  readonly assertionAudience: string | undefined;
  readonly assertionClaims: readonly Pair[];
  /** What the job's ID token is in the request, and the claims of it that do not pass with the run. */
  readonly idTokenAs: string | undefined;
  readonly idTokenClaims: readonly Pair[];
  readonly scopes: readonly string[];
  readonly audience: string | undefined;
  readonly resources: readonly string[];
  readonly parameters: readonly Pair[];
  readonly headers: readonly Pair[];
  readonly bodyFormat: string;
  readonly defaultExpiresIn: number | undefined;
  readonly expiresAtOverride: string | undefined;
}

/** Raised when the meaning of an identity or the form of an entry changes: old entries are then never found. */
const formatVersion = 2;

/**
 * Writes an identity as canonical JSON: equal questions give equal text, and different ones different text. The order
 * of scopes and resources means nothing, and neither does that of parameters and headers with different names.
 */
export function writeIdentity(identity: RequestIdentity): string {
  const members: Record<string, unknown> = {
    ...identity,
    formatVersion,
    scopes: sortUnique(identity.scopes),
    resources: sortUnique(identity.resources),
    parameters: sortByName(identity.parameters),
    assertionClaims: sortByName(identity.assertionClaims),
    idTokenClaims: sortByName(identity.idTokenClaims),
    headers: sortByName(identity.headers.map(([name, value]) => [name.toLowerCase(), value])),
  };
  return JSON.stringify(members, Object.keys(members).sort());
}

function sortUnique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/** Stable: the order of one name's values is part of the question. */
function sortByName(pairs: readonly Pair[]): Pair[] {
  return pairs.toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)));
}
