import { X509Certificate } from 'node:crypto';

import { isLoopback } from '../http/loopback.ts';
import { acsHeaders } from '../oauth2/acs-api.ts';
import { type SecretEncoding } from '../oauth2/client-authentication.ts';
import { type RetryOn } from '../oauth2/errors.ts';
import { type BodyFormat, type Pair } from '../oauth2/token-request.ts';
import { parseRfc3339Time } from '../oauth2/zulu-time.ts';
import { InputError } from './errors.ts';
import { type InputName, InputReader } from './input-reader.ts';
import { findMisspelledInputs } from './misspelling.ts';
import { isFieldValue, parseHeaders, type ParsedPairs, parseParameters } from './pairs.ts';
import { shortestSecret } from './secrets.ts';
import { joinTexts, text, type Text } from './text.ts';
import { explainMissingSecret } from './trigger.ts';

/** A token endpoint of RFC 6749, or one of Stanford's ACS. */
export type EndpointType = 'oauth2' | 'acs_api';

/** How the client authenticates (RFC 6749 section 2.3, the names registered for it). */
export type ClientAuthMethod = 'client_secret_basic' | 'client_secret_post';

/** Whether the cache is used; `refresh` asks anew and puts the new token in. */
export type UseCache = 'true' | 'false' | 'refresh';

/** What the user asked for, checked. Times are in seconds. */
export interface Inputs {
  readonly tokenUrl: string;
  readonly endpointType: EndpointType;
  readonly caCertificate: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientAuthMethod: ClientAuthMethod;
  readonly clientSecretEncoding: SecretEncoding;
  readonly scopes: readonly string[];
  readonly grantType: string;
  readonly audience: string | undefined;
  readonly resources: readonly string[];
  readonly parameters: readonly Pair[];
  readonly headers: readonly Pair[];
  readonly bodyFormat: BodyFormat;
  readonly timeout: number;
  readonly totalTimeout: number;
  readonly retryMaxAttempts: number;
  readonly retryTimeSlot: number;
  readonly retryMaxWait: number;
  readonly retryOn: RetryOn;
  readonly useCache: UseCache;
  /** Seconds that a cached token must still have; undefined: 300, or half its lifetime if shorter. */
  readonly minValidity: number | undefined;
  readonly cacheEncryptionKey: string | undefined;
  /** Seconds to wait on a miss for the token of another job; 0: not at all. */
  readonly cacheWait: number;
  readonly defaultExpiresIn: number | undefined;
  readonly expiresAtOverride: Date | undefined;
  /** Undefined: none is exported. */
  readonly envVar: string | undefined;
  readonly verbose: boolean;
}

const day = 86_400;
const hour = 3600;
const longest = 2 ** 31 - 1;

/**
 * Reads and checks the inputs.
 *
 * @param env the step's environment
 * @param debug whether step debug logging is on, which implies verbose
 * @throws {InputError} with everything that is wrong
 */
export function readInputs(env: NodeJS.ProcessEnv, { debug }: { readonly debug: boolean }): Inputs {
  const reader = new InputReader(env);
  const inputs = readEach(reader, env, debug);
  checkTogether(reader, inputs);
  findMisspelledInputs(env).forEach((problem) => {
    reader.complain(problem);
  });
  const emptySecret = inputs.clientSecret === '' ? explainMissingSecret(env) : undefined;
  if (reader.problems.length > 0 || emptySecret !== undefined) {
    throw new InputError(reader.problems, emptySecret);
  }
  return inputs;
}

function readEach(reader: InputReader, env: NodeJS.ProcessEnv, debug: boolean): Inputs {
  return {
    tokenUrl: readTokenUrl(reader),
    endpointType: reader.readChoice('endpoint-type', ['oauth2', 'acs_api']),
    caCertificate: readCertificates(reader),
    clientId: readClientId(reader),
    clientSecret: readSecret(reader, 'client-secret') ?? '',
    clientAuthMethod: reader.readChoice('client-auth-method', [
      'client_secret_basic',
      'client_secret_post',
    ]),
    clientSecretEncoding: reader.readChoice('client-secret-encoding', ['form', 'raw']),
    scopes: readScopes(reader),
    grantType: readGrantType(reader),
    audience: reader.read('audience'),
    resources: readResources(reader),
    parameters: readPairs(reader, 'parameters', parseParameters),
    headers: readPairs(reader, 'headers', parseHeaders),
    bodyFormat: reader.readChoice('body-format', ['form', 'json']),
    timeout: reader.readNumber('timeout', { min: 0, max: day, bound: 'over', unit: 'seconds' }),
    totalTimeout: reader.readNumber('total-timeout', {
      min: 0,
      max: day,
      bound: 'over',
      unit: 'seconds',
    }),
    retryMaxAttempts: reader.readNumber('retry-max-attempts', { min: 1, max: 100, whole: true }),
    retryTimeSlot: reader.readNumber('retry-time-slot', { min: 0, max: hour, unit: 'seconds' }),
    retryMaxWait: reader.readNumber('retry-max-wait', { min: 0, max: hour, unit: 'seconds' }),
    retryOn: reader.readChoice('retry-on', ['transient', 'all']),
    useCache: readUseCache(reader),
    minValidity: readLongSeconds(reader, 'min-validity'),
    cacheEncryptionKey: readSecret(reader, 'cache-encryption-key'),
    cacheWait: reader.readNumber('cache-wait', { min: 0, max: longest, unit: 'seconds' }),
    defaultExpiresIn: readLongSeconds(reader, 'default-expires-in'),
    expiresAtOverride: readExpiry(reader),
    envVar: readEnvVar(reader, env),
    verbose: reader.readFlag('verbose') || debug,
  };
}

function readTokenUrl(reader: InputReader): string {
  const value = reader.readRequired('token-url');
  const allowHttp = reader.readFlag('allow-http');
  if (value === '') return '';
  const fault = findUrlFault(value, allowHttp);
  if (fault !== undefined) reader.complain(text`token-url: ${fault}`);
  return fault === undefined ? new URL(value).href : '';
}

/** What is wrong with the URL of an endpoint (RFC 6749 section 3.2, RFC 3986 section 3.2.1). */
function findUrlFault(value: string, allowHttp: boolean): Text | undefined {
  // What stands before an @ or behind a ? may be a secret.
  const got = value.includes('@') ? text`` : text`got "${value.replace(/([?#]).+/s, '$1...')}", `;
  if (/\s/.test(value) || !/^[a-z]+:\/\//i.test(value) || !URL.canParse(value)) {
    return text`${got}takes a URL such as https://login.example.com/oauth2/token`;
  }
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') {
    return text`has user information before the host; use client-id and client-secret`;
  }
  if (value.includes('#')) return text`${got}takes a URL without a fragment (#)`;
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return text`${got}takes https`;
  if (allowHttp || isLoopback(url.hostname)) return undefined;
  return text`${got}takes https (or allow-http: true)`;
}

/** Reads `ca-certificate`; a secret that was stored on one line has `\n` in place of line breaks. */
function readCertificates(reader: InputReader): string | undefined {
  const value = reader.read('ca-certificate')?.replaceAll('\\n', '\n');
  if (value === undefined) return undefined;
  const blocks = value.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  const begun = value.split('-----BEGIN').length - 1;
  if (blocks?.length !== begun || !blocks.every(isCertificate)) {
    reader.complain(
      text`ca-certificate: takes certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----`,
    );
  }
  return blocks?.join('\n');
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function readClientId(reader: InputReader): string {
  const value = reader.readRequired('client-id');
  // eslint-disable-next-line no-control-regex -- a control character is what is looked for
  if (/[\x00-\x1f\x7f]/.test(value)) reader.complain(text`client-id: has a control character`);
  return value;
}

function readSecret(
  reader: InputReader,
  name: 'client-secret' | 'cache-encryption-key',
): string | undefined {
  const value = reader.read(name);
  if (value !== undefined && value.length < shortestSecret) {
    reader.complain(
      text`${name}: has fewer than ${shortestSecret} characters, too few to be hidden in the log`,
    );
  }
  return value;
}

/** A boolean in any of its spellings, or `refresh`. */
function readUseCache(reader: InputReader): UseCache {
  const value = reader.read('use-cache') ?? '';
  const word = /^(true|True|TRUE|false|False|FALSE)$/.test(value) ? value.toLowerCase() : value;
  const choice = (['true', 'false', 'refresh'] as const).find((one) => one === word);
  if (choice === undefined) {
    reader.complain(text`use-cache: got "${value}", takes true, false or refresh`);
  }
  return choice ?? 'false';
}

function readLongSeconds(
  reader: InputReader,
  name: 'min-validity' | 'default-expires-in',
): number | undefined {
  return reader.readOptionalNumber(name, { min: 0, max: longest, unit: 'seconds' });
}

function readExpiry(reader: InputReader): Date | undefined {
  const value = reader.read('expires-at-override');
  if (value === undefined) return undefined;
  const time = parseRfc3339Time(value);
  if (time === undefined) {
    reader.complain(
      text`expires-at-override: got "${value}", takes a time such as 2026-01-31T12:00:00Z`,
    );
  }
  return time;
}

function readScopes(reader: InputReader): string[] {
  const scopes = reader.read('scopes')?.split(/\s+/) ?? [];
  const withComma = scopes.find((scope) => scope.endsWith(','));
  if (withComma !== undefined) {
    reader.complain(
      text`scopes: got "${withComma}" with a comma, takes scopes separated by spaces (for a server that wants commas use parameters: scope=a,b)`,
    );
  }
  return scopes;
}

const grantTypeNames: Readonly<Record<string, string>> = {
  'jwt-bearer': 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'token-exchange': 'urn:ietf:params:oauth:grant-type:token-exchange',
};

function readGrantType(reader: InputReader): string {
  const value = reader.read('grant-type') ?? 'client_credentials';
  if (/\s/.test(value)) reader.complain(text`grant-type: got "${value}", takes one grant type`);
  return Object.hasOwn(grantTypeNames, value) ? (grantTypeNames[value] ?? value) : value;
}

function readResources(reader: InputReader): string[] {
  const resources = reader.read('resource')?.split(/\s+/) ?? [];
  for (const resource of resources) {
    if (!URL.canParse(resource) || resource.includes('#')) {
      reader.complain(
        text`resource: got "${resource}", takes an absolute URI without a fragment (#)`,
      );
    }
  }
  return resources;
}

function readPairs(
  reader: InputReader,
  name: 'parameters' | 'headers',
  parse: (input: string) => ParsedPairs,
): readonly Pair[] {
  const { pairs, faults } = parse(reader.readExact(name));
  if (faults.length > 0) reader.complain(text`${name}: ${joinTexts(faults, ', ')}`);
  return pairs;
}

/** Variables that change how the runner, the shell or a program of a later step works. */
const guardedVariable =
  /^((GITHUB|RUNNER|ACTIONS|INPUT|STATE|NODE|LD|DYLD)_.*|PATH|HOME|CI|SHELL|BASH_ENV|ENV)$/i;

function readEnvVar(reader: InputReader, env: NodeJS.ProcessEnv): string | undefined {
  // Unlike other inputs, an empty string is not the same as left out: it exports none.
  const value = env['INPUT_ENV-VAR']?.trim() ?? reader.read('env-var') ?? '';
  if (value === '' || value.toLowerCase() === 'false') return undefined;
  if (!/^[A-Za-z_]\w*$/.test(value)) {
    reader.complain(
      text`env-var: got "${value}", takes a name of letters, digits and _ that does not begin with a digit`,
    );
  } else if (guardedVariable.test(value)) {
    reader.complain(text`env-var: got "${value}", which the runner or a shell needs for itself`);
  }
  return value;
}

/** Checks what only several inputs together can get wrong. */
function checkTogether(reader: InputReader, inputs: Inputs): void {
  if (inputs.endpointType === 'acs_api') {
    checkAcs(reader, inputs);
    return;
  }
  checkParameterNames(reader, inputs);
  const usesAuthorization = inputs.clientAuthMethod === 'client_secret_basic';
  checkHeaderNames(reader, inputs.headers, usesAuthorization ? ['authorization'] : []);
  if (sendsRawBasic(inputs) && inputs.clientId.includes(':')) {
    reader.complain(
      text`client-secret-encoding: raw cannot carry a client-id with a colon; use form, or client-auth-method: client_secret_post`,
    );
  }
}

/** The inputs that mean nothing to an ACS endpoint. */
const notForAcs = [
  'client-auth-method',
  'client-secret-encoding',
  'scopes',
  'grant-type',
  'audience',
  'resource',
  'parameters',
  'body-format',
] as const satisfies readonly InputName[];

function checkAcs(reader: InputReader, inputs: Inputs): void {
  for (const name of notForAcs) {
    if (reader.isGiven(name)) {
      reader.complain(text`${name}: has no meaning with endpoint-type: acs_api`);
    }
  }
  for (const name of ['client-id', 'client-secret'] as const) {
    if (!isFieldValue(reader.read(name) ?? '')) {
      reader.complain(text`${name}: has a character that a header cannot carry`);
    }
  }
  checkHeaderNames(reader, inputs.headers, acsHeaders);
}

function sendsRawBasic({ clientAuthMethod, clientSecretEncoding }: Inputs): boolean {
  return clientAuthMethod === 'client_secret_basic' && clientSecretEncoding === 'raw';
}

/** The inputs that parameters of these names have for themselves. */
function listOwnParameters(inputs: Inputs): Readonly<Record<string, string>> {
  return {
    grant_type: 'grant-type',
    client_secret: 'client-secret',
    ...(inputs.clientAuthMethod === 'client_secret_post' ? { client_id: 'client-id' } : {}),
    ...(inputs.scopes.length > 0 ? { scope: 'scopes' } : {}),
    ...(inputs.audience === undefined ? {} : { audience: 'audience' }),
    ...(inputs.resources.length > 0 ? { resource: 'resource' } : {}),
  };
}

function checkParameterNames(reader: InputReader, inputs: Inputs): void {
  const own = listOwnParameters(inputs);
  for (const name of new Set(inputs.parameters.map(([name]) => name))) {
    const input = Object.hasOwn(own, name) ? own[name] : undefined;
    if (input !== undefined) {
      reader.complain(text`parameters: ${name} is sent already; use the input ${input}`);
    }
  }
}

/** Headers that belong to the connection, not to the request. */
const connectionHeader = /^(host|content-length|transfer-encoding|connection|proxy-.*)$/i;

/**
 * @param own the headers that carry the client's credentials, in lower case
 */
function checkHeaderNames(
  reader: InputReader,
  headers: readonly Pair[],
  own: readonly string[],
): void {
  const names = headers.map(([name]) => name.toLowerCase());
  for (const name of new Set(names)) {
    if (connectionHeader.test(name)) {
      reader.complain(text`headers: ${name} belongs to the connection and cannot be set`);
    } else if (own.includes(name)) {
      reader.complain(text`headers: ${name} carries the client's credentials already`);
    } else if (names.indexOf(name) !== names.lastIndexOf(name)) {
      reader.complain(text`headers: ${name} is given more than once`);
    }
  }
}
