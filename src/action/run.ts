import { findEndpoints } from '../exchange/endpoints.ts';
import { IdTokens } from '../exchange/id-tokens.ts';
import { makeProofContext, type ProofSources } from '../exchange/proof-context.ts';
import { listProofs } from '../exchange/proofs.ts';
import { type ObtainedToken, requestToken } from '../exchange/request-token.ts';
import type { StageContext } from '../exchange/stage.ts';
import { NoRunnerError, StateTooLongError } from '../failures/errors.ts';
import { type Inputs, type LocatedInputs, readInputs } from '../inputs/inputs.ts';
import { fitsVariable } from '../inputs/variable-size.ts';
import { findMisspelledInputs } from '../inputs/misspelling.ts';
import { Log } from '../log/log.ts';
import { hideStepSecrets, hideTlsKey } from '../masks/secrets.ts';
import { listMissingScopes } from '../oauth2/scopes.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import { Deadline } from '../retry/deadline.ts';
import { Reuse } from '../reuse/reuse.ts';
import type { Surroundings } from '../surroundings.ts';
import { explainFailure } from '../wording/failures.ts';
import { mentionUnknownInputs, noteNoCredentials, warnUnknownInputs } from '../wording/inputs.ts';
import {
  sayRequesting,
  sayGot,
  sayGranted,
  sayRefreshTokenReplaced,
  sayReusing,
  saySet,
} from '../wording/progress.ts';
import { isSkipped, type NoCredentials } from './no-credentials.ts';
import { handOver, outputNames } from './outputs.ts';
import { listKeptInputs, sealState, stateName } from './revocation-state.ts';
import { revokeAtOnce } from './revoke-token.ts';
import { tellTrust } from './trust.ts';
import { writeAll } from './command-files.ts';

/** What the step runs in, and its log. */
interface StepContext extends Surroundings {
  readonly log: Log;
}

/** Gets a token, from the cache or from its server, and hands it to later steps; if it cannot, one error says why. */
export async function run(surroundings: Surroundings): Promise<void> {
  const { env, clock } = surroundings;
  const log = new Log(surroundings.runner);
  const step: StepContext = { ...surroundings, log };
  let reuse: Reuse | undefined;
  try {
    const inputs = readStep(step);
    const deadline = new Deadline(clock, inputs.totalTimeout);
    const idTokens = IdTokens.open(inputs, env, { ...step, deadline });
    const context = { ...step, deadline, idTokens };

    reuse = await Reuse.open(inputs, context);
    const cached = await deadline.exclude(async () => reuse?.find());
    if (cached !== undefined) {
      log.say(sayReusing(cached.accessToken, clock.now(), inputs));
      tellMissingScopes(cached, inputs, log);
      giveToLaterSteps(cached, inputs, step, { cacheHit: true });
    } else {
      log.say(sayRequesting(inputs, reuse?.missed ?? false));
      const located = await findEndpoints(inputs, context);
      const proofs = listProofs(located, makeProofContext(context));
      const obtained = await requestToken(located, proofs, context);
      tellToken(obtained, located, step);
      // This comes before anything has the token, so that it is revoked at the end of the job whatever happens next.
      if (inputs.revoke) await keepForRevocation(obtained, located, context);
      giveToLaterSteps(obtained.response, inputs, step, { cacheHit: false });
      await reuse?.keep(obtained.response);
    }
    log.say(saySet(inputs.envVar));
  } catch (error) {
    if (isSkipped(error, env)) {
      skip(error, step);
      return;
    }
    log.fail(mentionUnknownInputs(explainFailure(error), findMisspelledInputs(env)));
    await reuse?.cancel();
  }
}

/** Ends the step green and without a token; red if the empty outputs cannot be written. */
function skip(error: NoCredentials, { runner, env, files, log, succeed }: StepContext): void {
  try {
    writeAll(['GITHUB_OUTPUT'], env, files, () => {
      for (const name of outputNames) runner.setOutput(name, '');
    });
  } catch (failure) {
    log.fail(explainFailure(failure));
    return;
  }
  // A misspelled input can be the reason that a credential is empty.
  log.note(mentionUnknownInputs(noteNoCredentials(error), findMisspelledInputs(env)));
  succeed();
}

/** Reads the inputs after all secrets in them are masked, because an error can show a part of an input. */
function readStep({ runner, env, files, clock, log }: StepContext): Inputs {
  // This comes before the masks, because a mask would print the secret if there is no runner.
  requireRunner(env, files);
  hideStepSecrets(env, log);
  const unknown = findMisspelledInputs(env);
  if (unknown.length > 0) log.warn(warnUnknownInputs(unknown));
  tellTrust(env, log);
  const inputs = readInputs(env, { debug: runner.isDebug(), now: clock.now() });
  hideTlsKey(inputs, log);
  return inputs;
}

/**
 * Without the runner's files, @actions/core would print the token as a command. They are checked first, because a token
 * that later steps cannot get must not be requested.
 *
 * @throws {NoRunnerError}
 * @throws {CommandFileError}
 */
function requireRunner(env: NodeJS.ProcessEnv, files: Surroundings['files']): void {
  const needed = ['GITHUB_OUTPUT', 'GITHUB_ENV'];
  const missing = needed.find((variable) => (env[variable] ?? '') === '');
  if (missing !== undefined) throw new NoRunnerError(missing);
  writeAll(needed, env, files, () => undefined);
}

/** Logs what the server gave, and warns about what the author of the workflow did not expect. */
function tellToken(
  { response, attempt }: ObtainedToken,
  inputs: LocatedInputs,
  { clock, log }: StepContext,
): void {
  const { accessToken, refreshToken } = response;
  log.say(sayGot(accessToken, attempt, accessToken.expiresIn(clock.now()), inputs));
  tellMissingScopes(response, inputs, log);
  const parameters = [...inputs.grantParameters, ...inputs.parameters];
  const [, sent] = parameters.find(([name]) => name === 'refresh_token') ?? [];
  const isReplaced = refreshToken !== undefined && refreshToken !== sent;
  if (sent !== undefined && isReplaced) log.say(sayRefreshTokenReplaced());
}

/**
 * Warns about scopes that were not granted. Later steps may need them, and the cache will give the same token again.
 */
function tellMissingScopes(response: TokenResponse, inputs: Inputs, log: Log): void {
  const missing = listMissingScopes(response, inputs);
  if (missing.length > 0) log.say(sayGranted(response.scopes ?? [], missing, inputs));
}

/**
 * Saves what the end of the job needs. An expiry that the user set or that is assumed does not end the token. A token
 * whose state cannot be saved is revoked at once.
 *
 * @throws {StateTooLongError} if the runner could not hand it on
 * @throws {CommandFileError} if it cannot be written
 */
async function keepForRevocation(
  { response, statedExpiry }: ObtainedToken,
  located: LocatedInputs,
  context: StepContext & StageContext & ProofSources,
): Promise<void> {
  const { runner, env, files, platform, randomBytes } = context;
  const { tokenUrl, revocationUrl = '' } = located;
  const expiresAt = statedExpiry?.getTime();
  const token = { token: response.accessToken.token, revocationUrl, tokenUrl, expiresAt };
  const state = { ...token, inputs: listKeptInputs(env) };
  const sealed = sealState(state, env['ACTIONS_RUNTIME_TOKEN'] ?? '', randomBytes);
  try {
    if (!fitsVariable(`STATE_${stateName}`, sealed, platform)) throw new StateTooLongError();
    const variables = (env['GITHUB_STATE'] ?? '') === '' ? [] : ['GITHUB_STATE'];
    writeAll(variables, env, files, () => {
      runner.saveState(stateName, sealed);
    });
  } catch (error) {
    await revokeAtOnce(token, located, context);
    throw error;
  }
}

/** Sets the outputs. From here on the step is green. */
function giveToLaterSteps(
  response: TokenResponse,
  { scopes, envVar }: Inputs,
  step: StepContext,
  { cacheHit }: { readonly cacheHit: boolean },
): void {
  const now = step.clock.now();
  handOver({ response, scopes: response.scopes ?? scopes, cacheHit, now }, { ...step, envVar });
  step.succeed();
}
