import * as core from '@actions/core';

import { sendRequest, type SendRequest } from '../http/request.ts';
import { type TokenResponse } from '../oauth2/token-response.ts';
import { type Clock, systemClock } from '../retry/clock.ts';
import { NoRunnerError } from './errors.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { Log, type Runner } from './log.ts';
import { handOver } from './outputs.ts';
import { type ObtainedToken, requestToken } from './request-token.ts';
import { listSecrets } from './secrets.ts';
import { explainFailure, sayGot, sayGranted, sayTlsStaysVerified } from './wording.ts';

/** What the action runs in; tests hand in their own. */
export interface Surroundings {
  readonly runner: Runner;
  /** The step's environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  /** Gives a number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly send: SendRequest;
}

/** The real surroundings of a step. */
export function realSurroundings(): Surroundings {
  return {
    runner: core,
    env: process.env,
    platform: process.platform,
    clock: systemClock,
    random: Math.random,
    send: sendRequest,
  };
}

/**
 * Gets a token and hands it to later steps.
 *
 * @returns whether later steps have a token; if not, the log has one error that says what to do
 */
export async function run(surroundings: Surroundings): Promise<boolean> {
  const { runner, env } = surroundings;
  const log = new Log(runner);
  let inputs: Inputs | undefined;
  try {
    listSecrets(env).forEach((secret) => {
      log.mask(secret);
    });
    requireRunner(env);
    inputs = readInputs(env, { debug: runner.isDebug() });
    if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== undefined) log.say(sayTlsStaysVerified());

    const obtained = await requestToken(inputs, { ...surroundings, log });
    tellToken(obtained, inputs, surroundings, log);

    const { clock, platform } = surroundings;
    const scopes = obtained.response.scopes ?? inputs.scopes;
    const handover = { response: obtained.response, scopes, cacheHit: false, now: clock.now() };
    handOver(handover, { runner, log, env, platform, envVar: inputs.envVar });
    return true;
  } catch (error) {
    log.fail(explainFailure(error, inputs));
    return false;
  }
}

/** Without its files, @actions/core would print the token as a command. */
function requireRunner(env: NodeJS.ProcessEnv): void {
  for (const variable of ['GITHUB_OUTPUT', 'GITHUB_ENV']) {
    if ((env[variable] ?? '') === '') throw new NoRunnerError(variable);
  }
}

function tellToken(
  { response, attempt }: ObtainedToken,
  inputs: Inputs,
  { clock }: Surroundings,
  log: Log,
): void {
  const { accessToken } = response;
  log.say(sayGot(accessToken, attempt, accessToken.expiresIn(clock.now()), inputs.tokenUrl));
  const missing = listMissingScopes(response, inputs);
  if (missing.length > 0) log.say(sayGranted(response.scopes ?? [], missing));
}

/** The scopes that were asked for and not granted; none where the server named none. */
function listMissingScopes({ scopes }: TokenResponse, inputs: Inputs): string[] {
  return scopes === undefined ? [] : inputs.scopes.filter((scope) => !scopes.includes(scope));
}
