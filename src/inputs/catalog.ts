/**
 * How the secret in an input is found and hidden; src/masks/ has a row for each. `text`: the value is a secret.
 * `client_secret`: so is the Basic value that it makes with client-id. `private_key`: the private parts of a key.
 * `certificate`: the private parts of a key that is beside it. `parameters`, `headers` and `query` (of a URL): the values
 * whose names sound secret.
 */
export type SecretKind =
  'text' | 'client_secret' | 'private_key' | 'certificate' | 'parameters' | 'headers' | 'query';

/** What is known of an input before it is read. */
interface InputRow {
  /** False where nothing in it is secret. */
  readonly secret: SecretKind | false;
  /** Whether it means something with `endpoint-type: acs_api`. */
  readonly acs: boolean;
  /** Whether its value may have line breaks. */
  readonly lines?: true;
  /** As action.yml declares it. A default that depends on other inputs is not here. */
  readonly default?: string;
  /** Other words for it, which people know from other tools. Written without `-` and `_`. */
  readonly otherWords?: readonly string[];
}

/** The inputs of action.yml, in the order of its groups. A test compares the two. */
const catalog = {
  'token-url': {
    secret: 'query',
    acs: true,
    otherWords: ['url', 'tokenuri', 'tokenendpoint', 'endpoint', 'accesstokenurl', 'oauthurl'],
  },
  issuer: { secret: false, acs: false, otherWords: ['issuerurl', 'discoveryurl', 'wellknownurl'] },
  'endpoint-type': { secret: false, acs: true, default: 'oauth2' },
  'ca-certificate': { secret: 'certificate', acs: true, lines: true, otherWords: ['ca', 'cacert'] },
  'allow-http': { secret: false, acs: true, default: 'false', otherWords: ['insecure'] },

  'client-id': { secret: false, acs: true, otherWords: ['id', 'appid', 'username', 'user'] },
  'client-secret': {
    secret: 'client_secret',
    acs: true,
    otherWords: ['secret', 'clientpassword', 'password', 'appsecret'],
  },
  'client-auth-method': {
    secret: false,
    acs: false,
    otherWords: ['authmethod', 'tokenendpointauthmethod'],
  },
  'client-secret-encoding': { secret: false, acs: false, default: 'form' },
  'private-key': {
    secret: 'private_key',
    acs: false,
    lines: true,
    otherWords: ['key', 'serviceaccountkey', 'credentialsjson'],
  },
  'private-key-id': { secret: false, acs: false, otherWords: ['kid', 'keyid', 'clientkeyid'] },
  'signing-algorithm': { secret: false, acs: false, otherWords: ['alg', 'algorithm'] },
  'private-key-as': { secret: false, acs: false, default: 'client_assertion' },
  'assertion-audience': { secret: false, acs: false, otherWords: ['assertionaud', 'jwtaudience'] },
  'assertion-claims': {
    secret: false,
    acs: false,
    lines: true,
    otherWords: ['claims', 'jwtclaims'],
  },
  'client-certificate': {
    secret: 'certificate',
    acs: false,
    lines: true,
    otherWords: ['cert', 'certificate', 'clientcert'],
  },
  'client-key': { secret: 'private_key', acs: false, lines: true, otherWords: ['tlskey'] },
  'id-token-as': { secret: false, acs: false, otherWords: ['oidctokenas'] },
  'id-token-parameter': {
    secret: false,
    acs: false,
    otherWords: ['oidctokenparameter', 'idtokenparam', 'idtokenfield'],
  },
  'id-token-audience': { secret: false, acs: false, otherWords: ['oidcaudience'] },
  'refresh-token': { secret: 'text', acs: false },

  scopes: { secret: false, acs: false, lines: true, otherWords: ['scope'] },
  'grant-type': { secret: false, acs: false, otherWords: ['granttypes'] },
  audience: { secret: false, acs: false, lines: true, otherWords: ['aud'] },
  resource: { secret: false, acs: false, lines: true },
  parameters: {
    secret: 'parameters',
    acs: false,
    lines: true,
    otherWords: [
      ...['params', 'extraparameters', 'body', 'data', 'formdata', 'apikey', 'apitoken'],
      ...['json', 'payload', 'postdata', 'dataurlencode', 'requestbody'],
    ],
  },
  headers: {
    secret: 'headers',
    acs: true,
    lines: true,
    otherWords: ['extraheaders', 'authorization', 'useragent', 'accept'],
  },
  'request-method': {
    secret: false,
    acs: false,
    default: 'POST',
    otherWords: ['method', 'httpmethod', 'httpverb', 'verb', 'request'],
  },
  'body-format': {
    secret: false,
    acs: false,
    default: 'form',
    otherWords: ['contenttype', 'query', 'querystring'],
  },
  'response-fields': {
    secret: false,
    acs: false,
    lines: true,
    otherWords: [
      ...['tokenpath', 'tokenfield', 'tokenkey', 'tokenproperty', 'jsonpath', 'jq'],
      ...['fields', 'responsefield', 'responsepath'],
    ],
  },

  timeout: { secret: false, acs: true, default: '15', otherWords: ['maxtime', 'connecttimeout'] },
  'total-timeout': { secret: false, acs: true, default: '120' },
  'retry-max-attempts': {
    secret: false,
    acs: true,
    default: '4',
    otherWords: ['retries', 'retry', 'retrycount', 'maxattempts', 'maxretries', 'retryattempts'],
  },
  'retry-time-slot': { secret: false, acs: true, default: '3' },
  'retry-max-wait': { secret: false, acs: true, default: '10' },
  'retry-on': { secret: false, acs: true, default: 'transient' },

  'use-cache': { secret: false, acs: true },
  'min-validity': { secret: false, acs: true },
  'cache-encryption-key': { secret: 'text', acs: true, lines: true },
  'cache-wait': {
    secret: false,
    acs: true,
    default: '0',
    otherWords: ['cachetimeout', 'waitforcache', 'cachewaitseconds'],
  },
  'default-expires-in': { secret: false, acs: true },
  'expires-at-override': { secret: false, acs: true },

  'if-no-credentials': {
    secret: false,
    acs: true,
    default: 'error',
    otherWords: ['skipifnocredentials', 'onmissingcredentials', 'ifmissing', 'ifnosecrets'],
  },
  'env-var': {
    secret: false,
    acs: true,
    default: 'OAUTH2_TOKEN',
    otherWords: ['environmentvariable', 'envname', 'env', 'outputenv'],
  },
  revoke: { secret: false, acs: false, default: 'false' },
  'revocation-url': { secret: 'query', acs: false },
  verbose: { secret: false, acs: true, default: 'false', otherWords: ['debug'] },
} as const satisfies Readonly<Record<string, InputRow>>;

export type InputName = keyof typeof catalog;

/** The inputs whose secret is of a kind. */
type InputOf<Kind extends SecretKind> = {
  [Name in InputName]: (typeof catalog)[Name]['secret'] extends Kind ? Name : never;
}[InputName];

/** The inputs that are a secret text as a whole. */
export type SecretTextName = InputOf<'text' | 'client_secret'>;

/** The inputs that are a private key. */
export type KeyName = InputOf<'private_key'>;

/** The inputs that are a secret as a whole, which only the repository's secrets should hold. */
export type SecretName = SecretTextName | KeyName;

const rows = Object.entries(catalog) as readonly (readonly [InputName, InputRow])[];

/** In the order of action.yml. */
export const inputNames: readonly InputName[] = rows.map(([name]) => name);

/** The defaults that action.yml declares, by input. */
export const inputDefaults = Object.fromEntries(
  rows.flatMap(([name, row]) => (row.default === undefined ? [] : [[name, row.default]])),
) as Readonly<Partial<Record<InputName, string>>>;

/** The inputs that hold secrets, and of which kind. */
export const secretInputs: readonly (readonly [name: InputName, kind: SecretKind])[] = rows.flatMap(
  ([name, { secret }]) => (secret === false ? [] : [[name, secret] as const]),
);

const wholeSecrets: ReadonlySet<SecretKind> = new Set(['text', 'client_secret', 'private_key']);

/** The inputs that are a secret as a whole. */
export const secretNames: readonly SecretName[] = secretInputs.flatMap(([name, kind]) =>
  wholeSecrets.has(kind) ? [name as SecretName] : [],
);

/** The inputs of one line. */
export const singleLineInputs: readonly InputName[] = rows.flatMap(([name, { lines }]) =>
  lines === true ? [] : [name],
);

/** The inputs that mean nothing to an ACS endpoint. */
export const notForAcs: readonly InputName[] = rows.flatMap(([name, { acs }]) =>
  acs ? [] : [name],
);

/** The input that each other word stands for. */
export const otherWords: readonly (readonly [word: string, name: InputName])[] = rows.flatMap(
  ([name, row]) => (row.otherWords ?? []).map((word) => [word, name] as const),
);
