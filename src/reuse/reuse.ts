import type { CachedToken } from '../cache/entry.ts';
import { type CacheKeys, canSeal, type Credential, deriveKeys } from '../cache/keys.ts';
import { type Saver, startSaver } from '../cache/saver.ts';
import { chooseCacheService, readCacheMode, type ReservationService } from '../cache/service.ts';
import { type Finding, TokenCache } from '../cache/token-cache.ts';
import { shortestToken, type TokenResponse } from '../oauth2/token-response.ts';
import type { Surroundings } from '../surroundings.ts';
import type { IdTokens } from '../exchange/id-tokens.ts';
import { identify, listCredentials, worksOnce, writeIdentity } from './identity.ts';
import { type Waiting, waitForOtherJob } from './wait.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { fitsVariable } from '../inputs/variable-size.ts';
import type { Log } from '../log/log.ts';
import { hideFromServer } from '../masks/secrets.ts';
import {
  type CacheObstacle,
  describeLookUp,
  type NotCachedReason,
  sayCacheNotUsed,
  sayCacheTitle,
  saySaved,
  sayNotCached,
} from '../wording/cache.ts';
import { hideSecrets } from '../masks/response.ts';
import { dropSecretFields } from '../inputs/secret-names.ts';

/** What reuse needs from its surroundings. */
export interface ReuseContext extends Pick<
  Surroundings,
  'env' | 'platform' | 'clock' | 'send' | 'random' | 'randomBytes' | 'saveScript' | 'temp'
> {
  readonly log: Log;
  /** Undefined if the request carries no ID token. */
  readonly idTokens: IdTokens | undefined;
}

/** For how many seconds a cached token must still be valid, unless min-validity says otherwise. */
const usualValidity = 300;

/** How the jobs that found nothing at the same time elect one of them. */
interface Lease {
  readonly keys: CacheKeys;
  readonly service: ReservationService;
}

/** The cache as one run of the action uses it. It looks for a token, and saves a token that had to be requested. */
export class Reuse {
  readonly #inputs: Inputs;
  readonly #context: ReuseContext;
  readonly #cache: TokenCache;
  readonly #lease: Lease;
  #saver: Saver | undefined;
  /** Whether the cache answered that it has nothing. False if it did not answer, and after a wait in vain. */
  #missed = false;
  /** Whether a temporary directory could be made. */
  #hasRoom = true;
  /** Whether a token that is requested now must be saved. */
  #keeps = false;

  private constructor(inputs: Inputs, context: ReuseContext, cache: TokenCache, lease: Lease) {
    this.#inputs = inputs;
    this.#context = context;
    this.#cache = cache;
    this.#lease = lease;
  }

  /**
   * Prepares the cache.
   *
   * @returns undefined if it cannot be used, which the log explains, or must not be used
   * @throws {StageError} if the job's ID token is needed and does not come
   */
  static async open(inputs: Inputs, context: ReuseContext): Promise<Reuse | undefined> {
    const { env, send, clock, randomBytes, log } = context;
    if (inputs.useCache === 'false') return undefined;
    const credentials = listCredentials(inputs);
    const repository = readRepository(env);
    const service = chooseCacheService(env, send);
    const obstacle = findObstacle(inputs, { credentials, repository, env });
    if (service === undefined || obstacle !== undefined) {
      log.say(sayCacheNotUsed(obstacle ?? 'no_service'));
      return undefined;
    }
    const idToken = await context.idTokens?.look();
    const identity = writeIdentity(identify(inputs, { repository, idToken }));
    const keys = await deriveKeys(credentials, identity).catch(() => undefined);
    if (keys === undefined) {
      log.say(sayCacheNotUsed('no_key'));
      return undefined;
    }
    const { now, startTimer } = clock;
    const cache = new TokenCache({
      keys,
      service,
      now,
      startTimer,
      randomBytes,
      hide: hideFromServer(log),
    });
    return new Reuse(inputs, context, cache, { keys, service });
  }

  get missed(): boolean {
    return this.#missed;
  }

  /** Looks for a token that is valid for long enough, and masks its secrets. */
  async find(): Promise<TokenResponse | undefined> {
    const { log } = this.#context;
    const refresh = this.#inputs.useCache === 'refresh';
    if (refresh) this.#cache.replace();
    if (refresh || !readCacheMode(this.#context.env).readable) {
      this.#prepareToKeep();
      return undefined;
    }
    const finding = await this.#look();
    if (finding.code === 'hit') return toResponse(finding.token);
    if (finding.code === 'miss') {
      const waiting = await this.#waitForOther();
      if (waiting.code === 'taken') return waiting.response;
      this.#missed = waiting.code === 'ask';
      this.#prepareToKeep();
    } else {
      log.say(sayCacheNotUsed(finding.code));
    }
    return undefined;
  }

  /** Waits only if this job may write, because otherwise it could not lead. */
  async #waitForOther(): Promise<Waiting> {
    if (this.#inputs.cacheWait === 0 || !readCacheMode(this.#context.env).writable) {
      return { code: 'ask' };
    }
    const look = async (): Promise<TokenResponse | undefined> => {
      const finding = await this.#look();
      return finding.code === 'hit' ? toResponse(finding.token) : undefined;
    };
    return waitForOtherJob(look, this.#inputs, { ...this.#context, ...this.#lease });
  }

  async #look(): Promise<Finding> {
    const { log, clock } = this.#context;
    const startedAt = clock.monotonic();
    const finding = await this.#cache.find(
      (token) => canBeHidden(token) && this.#fitsVariable(token) && this.#livesLongEnough(token),
    );
    if (finding.code === 'hit') hideSecrets(toResponse(finding.token), log);
    if (this.#inputs.verbose) {
      log.group(sayCacheTitle(), [describeLookUp(finding.code, clock.monotonic() - startedAt)]);
    }
    return finding;
  }

  /** Starts the child process that saves. It loads while the token is requested. */
  #prepareToKeep(): void {
    this.#keeps = true;
    const { env, platform, saveScript, temp, clock } = this.#context;
    if (!readCacheMode(env).writable) return;
    const { startTimer } = clock;
    try {
      this.#saver = startSaver({ script: saveScript, env, platform, temp, startTimer });
    } catch {
      // There is no directory. keep() reports it.
      this.#hasRoom = false;
    }
  }

  /** Saves a token for other jobs and logs whether that worked. A failure here does not fail the step. */
  async keep(response: TokenResponse): Promise<void> {
    if (!this.#keeps) return;
    const reason = await this.#tryToKeep(response);
    const { log } = this.#context;
    log.say(reason === undefined ? saySaved() : sayNotCached(reason, this.#inputs));
  }

  /** Ends the child process if there is no token to save. */
  async cancel(): Promise<void> {
    await this.#saver?.cancel();
    this.#saver = undefined;
  }

  async #tryToKeep(response: TokenResponse): Promise<NotCachedReason | undefined> {
    const { accessToken, scopes, others, issuedAt } = response;
    const kept = dropSecretFields(others) as CachedToken['others'];
    const token: CachedToken = { accessToken, scopes, others: kept, issuedAt };
    const reason = this.#findReason(response, token);
    if (reason !== undefined || this.#saver === undefined) {
      await this.cancel();
      if (reason !== undefined) return reason;
      if (!readCacheMode(this.#context.env).writable) return 'denied';
      return this.#hasRoom ? 'failed' : 'no_room';
    }
    try {
      const keeping = await this.#cache.save(token, this.#saver);
      return keeping === 'saved' ? undefined : keeping;
    } catch {
      await this.cancel();
      return 'failed';
    }
  }

  /** Why a token is not useful to other jobs; undefined if it is. */
  #findReason(response: TokenResponse, token: CachedToken): NotCachedReason | undefined {
    if (response.accessToken.expiresAt === undefined) return 'no_expiry';
    return this.#livesLongEnough(token) ? undefined : 'short_life';
  }

  /** A token that another job saved may be too long for this job's variable. Later steps could then not start. */
  #fitsVariable({ accessToken }: CachedToken): boolean {
    const { envVar } = this.#inputs;
    return envVar === undefined || fitsVariable(envVar, accessToken.token, this.#context.platform);
  }

  #livesLongEnough({ accessToken, issuedAt }: CachedToken): boolean {
    const expiresAt = accessToken.expiresAt?.getTime() ?? 0;
    const half = (expiresAt - issuedAt) / 2000;
    const needed = this.#inputs.minValidity ?? Math.min(usualValidity, half);
    return expiresAt - this.#context.clock.now() > needed * 1000;
  }
}

/** Why nothing can be cached, other than a missing service; undefined if everything is there. */
function findObstacle(
  inputs: Inputs,
  facts: {
    readonly credentials: readonly Credential[];
    readonly repository: string;
    readonly env: NodeJS.ProcessEnv;
  },
): CacheObstacle | undefined {
  if (worksOnce(inputs)) return 'single_use';
  const { readable, writable } = readCacheMode(facts.env);
  if (!readable && !writable) return 'mode';
  if (facts.repository === '') return 'no_repository';
  const { credentials } = facts;
  if (canSeal(credentials)) return undefined;
  if (credentials.length > 1) return 'short_key';
  const [only] = credentials;
  if (only !== undefined)
    return only.label === 'client-secret' ? 'short_secret' : 'short_key_alone';
  return inputs.idTokenAs === undefined ? 'no_secret' : 'id_token_alone';
}

/** The repository's id, because another repository can take the name later. The name if there is no id. */
function readRepository(env: NodeJS.ProcessEnv): string {
  const names = [env['GITHUB_REPOSITORY_ID'], env['GITHUB_REPOSITORY']];
  return names.find((name) => name !== undefined && name !== '') ?? '';
}

/** A job that has the secret could have saved a token that it made up. */
function canBeHidden({ accessToken }: CachedToken): boolean {
  return accessToken.token.trim().length >= shortestToken;
}

function toResponse(token: CachedToken): TokenResponse {
  return { ...token, refreshToken: undefined, idToken: undefined };
}
