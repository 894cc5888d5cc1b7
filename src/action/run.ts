import type { Pair } from '../oauth2/token-request.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import { Deadline } from '../retry/deadline.ts';
import { NoRunnerError } from '../failures/errors.ts';
import { IdTokens } from '../exchange/id-tokens.ts';
import { type Inputs, readInputs } from '../inputs/inputs.ts';
import { Log } from '../log/log.ts';
import { handOver } from './outputs.ts';
import { type ObtainedToken, requestToken } from '../exchange/request-token.ts';
import { Reuse } from '../reuse/reuse.ts';
import { listMissingScopes } from '../oauth2/scopes.ts';
import { sealState, stateName } from './revocation-state.ts';
import { hideStepSecrets, hideTlsKey } from '../masks/secrets.ts';
import type { Surroundings } from '../surroundings.ts';
import { explainFailure } from '../wording/failures.ts';
import {
  sayGot,
  sayGranted,
  sayRefreshTokenReplaced,
  sayReusing,
  saySet,
  sayTlsStaysVerified,
} from '../wording/progress.ts';

/** Gets a token, from the cache or from its server, and hands it to later steps; if it cannot, one error says why. */
export async function run(surroundings: Surroundings): Promise<void> {
  const { runner, env, clock } = surroundings;
  const log = new Log(runner);
  let inputs: Inputs | undefined;
  let reuse: Reuse | undefined;
  try {
    // Before the masks: without a runner, a mask would print the secret.
    requireRunner(env);
    hideStepSecrets(env, log);
    inputs = readInputs(env, { debug: runner.isDebug(), now: clock.now() });
    hideTlsKey(inputs, log);
    if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== undefined) log.say(sayTlsStaysVerified());

    const deadline = new Deadline(clock, inputs.totalTimeout);
    const context = { ...surroundings, log, deadline };
    const idTokens = IdTokens.open(inputs, env, context);
    reuse = await Reuse.open(inputs, { ...context, idTokens });
    const cached = await deadline.exclude(async () => reuse?.find());
    if (cached !== undefined) {
      log.say(sayReusing(cached.accessToken, clock.now(), inputs));
      giveToLaterSteps(cached, true, inputs, surroundings, log);
    } else {
      const missed = reuse?.missed ?? false;
      const obtained = await requestToken(inputs, { ...context, idTokens, missed });
      tellToken(obtained, surroundings, log);
      if (inputs.revoke) keepForRevocation(obtained, surroundings);
      giveToLaterSteps(obtained.response, false, inputs, surroundings, log);
      await reuse?.keep(obtained.response);
    }
    log.say(saySet(inputs.envVar));
  } catch (error) {
    log.fail(explainFailure(error));
    await reuse?.cancel();
  }
}

/** Before anything has the token, so that whatever happens next it is revoked at the end of the job. */
function keepForRevocation(
  { response, statedExpiry, inputs: { tokenUrl, revocationUrl = '' } }: ObtainedToken,
  { runner, env, randomBytes }: Surroundings,
): void {
  // One that the user gave or that is assumed does not end the token.
  const expiresAt = statedExpiry?.getTime();
  const state = { token: response.accessToken.token, revocationUrl, tokenUrl, expiresAt };
  runner.saveState(stateName, sealState(state, env['ACTIONS_RUNTIME_TOKEN'] ?? '', randomBytes));
}

/** From here on the step is green. */
function giveToLaterSteps(
  response: TokenResponse,
  cacheHit: boolean,
  inputs: Inputs,
  { runner, env, platform, clock, succeed }: Surroundings,
  log: Log,
): void {
  const scopes = response.scopes ?? inputs.scopes;
  const handover = { response, scopes, cacheHit, now: clock.now() };
  handOver(handover, { runner, log, env, platform, envVar: inputs.envVar });
  succeed();
}

/** Without its files, @actions/core would print the token as a command. */
function requireRunner(env: NodeJS.ProcessEnv): void {
  for (const variable of ['GITHUB_OUTPUT', 'GITHUB_ENV']) {
    if ((env[variable] ?? '') === '') throw new NoRunnerError(variable);
  }
}

function tellToken(
  { response, attempt, inputs }: ObtainedToken,
  { clock }: Surroundings,
  log: Log,
): void {
  const { accessToken, scopes, refreshToken } = response;
  log.say(sayGot(accessToken, attempt, accessToken.expiresIn(clock.now()), inputs));
  const missing = listMissingScopes(response, inputs);
  if (missing.length > 0) log.say(sayGranted(scopes ?? [], missing));
  const [, sent] = [...inputs.grantParameters, ...inputs.parameters].find(isRefreshToken) ?? [];
  const isReplaced = refreshToken !== undefined && refreshToken !== sent;
  if (sent !== undefined && isReplaced) log.say(sayRefreshTokenReplaced());
}

function isRefreshToken([name]: Pair): boolean {
  return name === 'refresh_token';
}
