import { canSeal, type Credential } from '../cache/keys.ts';
import { bindClaims, type IdToken } from '../id-token/id-token.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { listSecretValues } from '../inputs/secret-names.ts';
import { thumbprintOf } from '../oauth2/client-assertion.ts';
import { hasSingleUseParameter } from '../oauth2/grant.ts';
import { writeExactJson } from '../oauth2/json/exact-json.ts';
import { exportKeyMaterial } from '../oauth2/keys/signing-key.ts';
import type { Parameter } from '../oauth2/request-body.ts';
import { listQueryParameters, type Pair } from '../oauth2/token-request.ts';

/** What JSON can hold. A key, a certificate or a date must first be written as text. */
type Json =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Json[]
  | { readonly [name: string]: Json };

/**
 * How an input changes which token comes back.
 *
 * - `'another'`: another value makes another request. The identity has the value as it is.
 * - `another`: the same, but the identity has one form for all values with the same meaning.
 * - `key`: a secret. It is not in the identity, but the keys are derived from it, so that another secret finds nothing.
 * - `'once'`: a secret that works only once. If it is given, nothing is cached.
 * - `saidBy`: other parts of the identity already say it.
 * - `same`: the same token comes back. The text says why.
 */
type Decision<Value> =
  | ([Value] extends [Json] ? 'another' : never)
  | 'once'
  | { readonly another: (inputs: Inputs) => Json }
  | { readonly key: Credential['label']; readonly bytes: (inputs: Inputs) => Buffer | undefined }
  | { readonly saidBy: readonly (keyof Inputs | 'idTokenClaims')[] }
  | { readonly same: string };

const local = { same: 'It says what this job does, and is not sent.' } as const;
const patience = { same: 'It says how long and how often to try the same request.' } as const;

/**
 * Which inputs make two requests the same, so that one may use the token of the other. The code does not compile if an
 * input is missing here. Decide how it changes the token before you add it.
 */
export const decisions = {
  tokenUrl: 'another',
  issuer: 'another',
  endpointType: 'another',
  caCertificate: { same: 'It says whom to trust on the way, and is not sent.' },
  allowHttp: { same: 'It permits a URL; another URL is another request by itself.' },

  // Without a client id, a key file says whose token it is.
  clientId: { another: ({ clientId, signingKey }) => clientId ?? signingKey?.owner?.issuer },
  clientSecret: { key: 'client-secret', bytes: ({ clientSecret }) => toBytes(clientSecret) },
  clientAuthMethod: 'another',
  // With a written `none` the client id is also sent where the grant's JWT already names the client.
  isMethodWritten: {
    another: ({ clientAuthMethod, isMethodWritten }) =>
      clientAuthMethod === 'none' && isMethodWritten ? true : undefined,
  },
  clientSecretEncoding: { same: 'It writes the same client id and secret in another way.' },
  signingKey: {
    key: 'private-key',
    bytes: ({ signingKey }) => signingKey && exportKeyMaterial(signingKey.key),
  },
  macAlgorithm: { same: 'It signs the same claims with the same secret.' },
  privateKeyAs: { another: ({ signingKey, privateKeyAs }) => signingKey && privateKeyAs },
  assertionAudience: 'another',
  assertionClaims: { another: ({ assertionClaims }) => sortByName(writeValues(assertionClaims)) },
  clientCertificate: {
    another: ({ clientCertificate }) => clientCertificate && thumbprintOf(clientCertificate),
  },
  clientKey: {
    key: 'client-key',
    bytes: ({ clientKey }) => clientKey && exportKeyMaterial(clientKey),
  },
  idTokenAs: 'another',
  idTokenParameter: 'another',
  idTokenAudience: { saidBy: ['idTokenClaims'] },
  refreshToken: 'once',

  // The order of scopes, audiences and resources means nothing, nor does that of parameters and headers with different
  // names.
  scopes: { another: ({ scopes }) => sortUnique(scopes) },
  grantType: 'another',
  audiences: { another: ({ audiences }) => sortUnique(audiences) },
  resources: { another: ({ resources }) => sortUnique(resources) },
  grantParameters: { saidBy: ['refreshToken', 'idTokenAs', 'parameters'] },
  parameters: { another: ({ parameters }) => sortByName(writeValues(parameters)) },
  headers: {
    another: ({ headers }) =>
      sortByName(headers.map(([name, value]): Pair => [name.toLowerCase(), value])),
  },
  requestMethod: 'another',
  bodyFormat: 'another',
  // It is not sent, but an entry has the token that was read with it.
  responseFields: { another: ({ responseFields }) => sortByName(Object.entries(responseFields)) },

  timeout: patience,
  totalTimeout: patience,
  retryMaxAttempts: patience,
  retryTimeSlot: patience,
  retryMaxWait: patience,
  retryOn: patience,

  useCache: local,
  minValidity: { same: 'It says which of the tokens that may be shared is used.' },
  cacheEncryptionKey: {
    key: 'cache-encryption-key',
    bytes: ({ cacheEncryptionKey }) => toBytes(cacheEncryptionKey),
  },
  cacheWait: local,
  // These two are not sent, but an entry has the expiry that was read with them.
  defaultExpiresIn: 'another',
  expiresAtOverride: { another: ({ expiresAtOverride }) => expiresAtOverride?.toISOString() },

  ifNoCredentials: local,
  envVar: local,
  revoke: { same: 'A token that ends with the job is never cached.' },
  revocationUrl: { same: 'A token that ends with the job is never cached.' },
  verbose: local,
} as const satisfies { readonly [Name in keyof Inputs]-?: Decision<Inputs[Name]> };

const rows = Object.entries(decisions) as [keyof Inputs, Decision<Json>][];

/** Who makes the request, in addition to what the inputs say. */
export interface Requester {
  /** The id of the repository, or its name. Entries of one repository are useless to another. */
  readonly repository: string;
  /** Undefined if the request carries no ID token. */
  readonly idToken: IdToken | undefined;
}

/** Everything that distinguishes one request from another, by name. Undefined: not given. */
export type RequestIdentity = Readonly<Record<string, Json>>;

/** Lists what two requests must have in common so that one may use the token of the other, each in one form. */
export function identify(inputs: Inputs, { repository, idToken }: Requester): RequestIdentity {
  const fields = rows.flatMap(([name, decision]): [string, Json][] => {
    if (decision === 'another') return [[name, inputs[name] as Json]];
    return typeof decision === 'object' && 'another' in decision
      ? [[name, decision.another(inputs)]]
      : [];
  });
  const idTokenClaims = idToken === undefined ? [] : bindClaims(idToken.claims);
  return { ...Object.fromEntries(fields), repository, idTokenClaims };
}

/** Raised if the meaning of an identity or the form of an entry changes. Old entries are not found from then on. */
const formatVersion = 2;

/** Writes an identity as canonical JSON: equal identities give equal text, and different ones different text. */
export function writeIdentity(identity: RequestIdentity): string {
  const fields = Object.entries({ ...identity, formatVersion });
  return JSON.stringify(Object.fromEntries(sortByName(fields)));
}

/** Every secret that is given. So a rotated secret, or one that only another environment has, is a miss. */
export function listCredentials(inputs: Inputs): Credential[] {
  const own = rows.flatMap(([, decision]): Credential[] => {
    if (typeof decision !== 'object' || !('key' in decision)) return [];
    const bytes = decision.bytes(inputs);
    return bytes === undefined ? [] : [{ label: decision.key, bytes }];
  });
  return [...own, ...listRequestSecrets(inputs)];
}

/**
 * The secrets that the request carries under other names: an API key among the parameters, in a header or in the query.
 * Short ones are left out. They are in the identity like every parameter, but they are not a key to encrypt with.
 */
function listRequestSecrets({ tokenUrl = '', parameters, headers }: Inputs): Credential[] {
  const inPairs = [...listQueryParameters(tokenUrl), ...parameters].flatMap(([name, value]) =>
    listSecretValues(value, name),
  );
  const inHeaders = headers.flatMap(([name, value]) =>
    listSecretValues(value, name).length === 0 ? [] : [readCredentials(name, value)],
  );
  return [...new Set([...inPairs, ...inHeaders])]
    .sort()
    .map((secret): Credential => ({ label: 'request', bytes: Buffer.from(secret) }))
    .filter((secret) => canSeal([secret]));
}

/** What is secret in a header: the part after the scheme, and in Basic only the password. */
function readCredentials(name: string, value: string): string {
  if (!/authorization$/i.test(name)) return value;
  const credentials = value.replace(/^\S+\s+/, '');
  if (!/^basic\s/i.test(value)) return credentials;
  return Buffer.from(credentials, 'base64')
    .toString()
    .replace(/^[^:]*:?/s, '');
}

/** Whether the request carries a grant that works only once, so that the next request could not be the same. */
export function worksOnce(inputs: Inputs): boolean {
  const isGiven = rows.some(
    ([name, decision]) => decision === 'once' && inputs[name] !== undefined,
  );
  const inQuery = listQueryParameters(inputs.tokenUrl ?? '');
  const sent = [...inQuery, ...inputs.grantParameters, ...inputs.parameters];
  return isGiven || hasSingleUseParameter(sent);
}

function toBytes(secret: string | undefined): Buffer | undefined {
  return secret === undefined ? undefined : Buffer.from(secret);
}

/** Each value as JSON, with the digits of its numbers. */
function writeValues(parameters: readonly Parameter[]): Pair[] {
  return parameters.map(([name, value]) => [name, writeExactJson(value)]);
}

function sortUnique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/** The sort is stable, because the order of the values of one name is part of the request. */
function sortByName<Value>(
  pairs: readonly (readonly [string, Value])[],
): (readonly [string, Value])[] {
  return pairs.toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)));
}
