import { parseRfc3339Time } from '../oauth2/zulu-time.ts';
import type { RetryOn } from '../oauth2/errors.ts';
import { type ClientInputs, readClientInputs } from './client/client.ts';
import { readSecret } from './client/credentials.ts';
import { type EndpointInputs, findUrlFault, readEndpointInputs } from './endpoint.ts';
import { checkTogether, refuseForAcs } from './contradictions.ts';
import { inputDefaults, singleLineInputs } from './catalog.ts';
import { isGuardedVariable } from './guarded-variables.ts';
import { InputReader } from './reader.ts';
import { readRequestInputs, type RequestInputs } from './request.ts';
import { got, text } from '../log/text.ts';
import { InputError } from './input-error.ts';

/** Whether the cache is used; `refresh` requests a new token and puts that in. */
export type UseCache = 'true' | 'false' | 'refresh';

/** All inputs, checked. Times are in seconds. */
export interface Inputs extends EndpointInputs, ClientInputs, RequestInputs {
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
  /** What the step does if the job has no credentials: fail, or end without a token. */
  readonly ifNoCredentials: 'error' | 'skip';
  /** Undefined: none is exported. */
  readonly envVar: string | undefined;
  /** Whether the token is revoked when the job ends. */
  readonly revoke: boolean;
  /** Undefined where the issuer's metadata names it. */
  readonly revocationUrl: string | undefined;
  readonly verbose: boolean;
}

/** Inputs whose endpoint is known. */
export type LocatedInputs = Inputs & { readonly tokenUrl: string };

const day = 86_400;
const hour = 3600;
const longest = 2 ** 31 - 1;

/**
 * Reads and checks the inputs.
 *
 * @param env the step's environment
 * @param debug whether step debug logging is on, which implies verbose
 * @param now epoch, milliseconds
 * @throws {InputError} with everything that is wrong
 */
export function readInputs(
  env: NodeJS.ProcessEnv,
  { debug, now = Date.now() }: { readonly debug: boolean; readonly now?: number },
): Inputs {
  const reader = new InputReader(env);
  const inputs = readEach(reader, env, { debug, now });
  checkTogether(reader, inputs);
  refuseLineBreaks(reader);
  const emptySecret = reader.findEmptySecret();
  if (reader.problems.length > 0 || emptySecret !== undefined) {
    throw new InputError(reader.problems, emptySecret, reader.isOnlyMissing);
  }
  return inputs;
}

/** Notes a line break in an input of one line, if nothing else is wrong with it. */
function refuseLineBreaks(reader: InputReader): void {
  for (const name of singleLineInputs) {
    if (!/[\r\n]/.test(reader.read(name) ?? '') || reader.complainsOf(name)) continue;
    reader.complain(text`${name}: has a line break; must be one line`);
  }
}

function readEach(
  reader: InputReader,
  env: NodeJS.ProcessEnv,
  { debug, now }: { readonly debug: boolean; readonly now: number },
): Inputs {
  const endpoint = readEndpointInputs(reader);
  if (endpoint.endpointType === 'acs_api') refuseForAcs(reader);
  const client = readClientInputs(reader, now);
  const revocation = readRevocation(reader, env, endpoint.allowHttp);
  return {
    ...endpoint,
    ...client,
    ...readRequestInputs(reader, endpoint, client),
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
    useCache: readUseCache(reader, revocation.revoke),
    minValidity: readLongSeconds(reader, 'min-validity'),
    cacheEncryptionKey: readSecret(reader, 'cache-encryption-key'),
    cacheWait: reader.readNumber('cache-wait', { min: 0, max: longest, unit: 'seconds' }),
    defaultExpiresIn: readLongSeconds(reader, 'default-expires-in'),
    expiresAtOverride: readExpiry(reader),
    ifNoCredentials: reader.readChoice('if-no-credentials', ['error', 'skip']),
    envVar: readEnvVar(reader, env),
    ...revocation,
    verbose: reader.readFlag('verbose') || debug,
  };
}

/** A boolean in any of its spellings, or `refresh`. */
function readUseCache(reader: InputReader, revoke: boolean): UseCache {
  const value = reader.read('use-cache') ?? String(!revoke);
  const word = /^(true|True|TRUE|false|False|FALSE)$/.test(value) ? value.toLowerCase() : value;
  const choice = (['true', 'false', 'refresh'] as const).find((one) => one === word);
  if (choice === undefined) {
    reader.complain(text`use-cache: ${got(value)}; must be true, false or refresh`);
  }
  if (revoke && choice !== 'false') {
    reader.complain(
      text`use-cache: cannot be ${value} with revoke: true, because the token is revoked at the end of the job`,
    );
  }
  return choice ?? 'false';
}

/** Reads what the end of the job needs. The state that waits for it is encrypted with the job's own token. */
function readRevocation(
  reader: InputReader,
  env: NodeJS.ProcessEnv,
  allowHttp: boolean,
): Pick<Inputs, 'revoke' | 'revocationUrl'> {
  const revoke = reader.readFlag('revoke');
  const revocationUrl = reader.read('revocation-url');
  if (revocationUrl !== undefined) {
    const fault = findUrlFault(revocationUrl, allowHttp, 'https://login.example.com/revoke');
    if (fault !== undefined) reader.complain(text`revocation-url: ${fault}`);
    if (!revoke) reader.complain(text`revocation-url: can only be used with revoke: true`);
  }
  if (!revoke) return { revoke, revocationUrl };
  if (revocationUrl === undefined && !reader.isGiven('issuer')) {
    reader.complain(
      text`revoke: requires revocation-url, or issuer, whose metadata names the revocation endpoint`,
    );
  }
  if ((env['ACTIONS_RUNTIME_TOKEN'] ?? '') === '') {
    reader.complain(
      text`revoke: requires ACTIONS_RUNTIME_TOKEN, which this runner does not set; the token is encrypted with it until the job ends`,
    );
  }
  return { revoke, revocationUrl };
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
      text`expires-at-override: ${got(value)}; must be a time such as 2026-01-31T12:00:00Z`,
    );
  }
  return time;
}

function readEnvVar(reader: InputReader, env: NodeJS.ProcessEnv): string | undefined {
  // Unlike other inputs, an empty string is not the same as left out: it exports none.
  const value = env['INPUT_ENV-VAR']?.trim() ?? inputDefaults['env-var'] ?? '';
  if (value === '' || value.toLowerCase() === 'false') return undefined;
  if (!/^[A-Za-z_]\w*$/.test(value)) {
    reader.complain(
      text`env-var: ${got(value)}; must be a name of letters, digits and _ that does not begin with a digit`,
    );
  } else if (/^(true|yes|no|on|off)$/i.test(value)) {
    reader.complain(text`env-var: ${got(value)}; must be the name of a variable, or false`);
  } else if (isGuardedVariable(value)) {
    reader.complain(
      text`env-var: ${got(value)}; the runner, a shell or another program uses this variable itself`,
    );
  }
  return value;
}
