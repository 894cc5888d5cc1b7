import { judgeFailure } from '../oauth2/errors.ts';
import { revoke } from '../oauth2/revocation.ts';
import { Deadline } from '../retry/deadline.ts';
import { IdTokens } from '../exchange/id-tokens.ts';
import { type Inputs, readInputs, type LocatedInputs } from '../inputs/inputs.ts';
import { Log } from '../log/log.ts';
import { makeProofContext, type ProofSources } from '../exchange/proof-context.ts';
import { listClientProofs } from '../exchange/proofs.ts';
import {
  openState,
  type RevocationState,
  stateName,
  writeInputVariables,
} from './revocation-state.ts';
import { tellTrust } from './trust.ts';
import { findUrlFault } from '../inputs/endpoint.ts';
import { InputError } from '../inputs/input-error.ts';
import { readInput } from '../inputs/reader.ts';
import { text } from '../log/text.ts';
import { hideIn, hideStepSecrets, hideTlsKey } from '../masks/secrets.ts';
import { runStage, type StageContext } from '../exchange/stage.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeRevocation } from '../wording/requests.ts';
import {
  sayExpiredAlready,
  sayRevoked,
  warnNotRevoked,
  warnStateUnreadable,
} from '../wording/revocation.ts';

/**
 * Revokes the token that a step of this job got. It uses only what that step has saved. A failure is only a warning,
 * because the job has done its work.
 */
export async function revokeToken(surroundings: Surroundings): Promise<void> {
  const { runner, env } = surroundings;
  const log = new Log(runner);
  const state = openState(env[`STATE_${stateName}`] ?? '', env['ACTIONS_RUNTIME_TOKEN'] ?? '');
  const kept =
    state === undefined ? env : { ...withoutInputs(env), ...writeInputVariables(state.inputs) };
  hideStepSecrets(kept, log);
  if (state === undefined) {
    // The variable may come from something else than this step.
    if (readInput(env, 'revoke').toLowerCase() === 'true') log.warn(warnStateUnreadable());
    return;
  }
  hideIn(log)(state.token);
  tellTrust(env, log);
  await endToken(state, { ...surroundings, env: kept }, log);
}

/** The inputs at the end of the job can be those of another step, for example in a composite action. */
function withoutInputs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^INPUT_/i.test(name)));
}

/** @param surroundings whose environment has the inputs that the step has kept, and no others */
async function endToken(
  state: RevocationState,
  surroundings: Surroundings,
  log: Log,
): Promise<void> {
  const { runner, env, clock } = surroundings;
  const expiresAt = state.expiresAt === undefined ? undefined : new Date(state.expiresAt);
  const { host } = new URL(state.revocationUrl);
  if (expiresAt !== undefined && expiresAt.getTime() <= clock.now()) {
    log.say(sayExpiredAlready(expiresAt));
    return;
  }
  try {
    const inputs = readInputs(env, { debug: runner.isDebug(), now: clock.now() });
    checkUrls(state, inputs);
    hideTlsKey(inputs, log);
    const context = { ...surroundings, log, deadline: new Deadline(clock, inputs.totalTimeout) };
    const idTokens = openIdTokens(inputs, env, context);
    await requestRevocation(state, inputs, { ...context, idTokens });
    log.say(sayRevoked(host));
  } catch (error) {
    log.warn(warnNotRevoked(error, host, expiresAt));
  }
}

/**
 * A state is encrypted with a secret that every action of the job has, so its URLs are checked as inputs are.
 *
 * @throws {InputError}
 */
function checkUrls({ revocationUrl, tokenUrl }: RevocationState, { allowHttp }: Inputs): void {
  const faults = [revocationUrl, tokenUrl].map((url) =>
    findUrlFault(url, allowHttp, 'https://login.example.com'),
  );
  const problems = faults.flatMap((fault) =>
    fault === undefined ? [] : [text`revocation-url: ${fault}`],
  );
  if (problems.length > 0) throw new InputError(problems, undefined);
}

/**
 * Revokes at once a token that cannot be kept until the end of the job, and says how that went.
 *
 * @param expiresAt epoch, milliseconds; undefined if the server did not say
 */
export async function revokeAtOnce(
  state: Pick<RevocationState, 'token' | 'revocationUrl' | 'tokenUrl' | 'expiresAt'>,
  inputs: Inputs,
  context: StageContext & ProofSources,
): Promise<void> {
  const { host } = new URL(state.revocationUrl);
  try {
    await requestRevocation(state, inputs, context);
    context.log.say(sayRevoked(host));
  } catch (error) {
    const expiresAt = state.expiresAt === undefined ? undefined : new Date(state.expiresAt);
    context.log.warn(warnNotRevoked(error, host, expiresAt));
  }
}

/** Where an ID token is the grant, it is not needed to revoke the token: it does not authenticate the client. */
function openIdTokens(
  inputs: Inputs,
  env: NodeJS.ProcessEnv,
  context: StageContext,
): IdTokens | undefined {
  return inputs.idTokenAs === 'client_assertion' ? IdTokens.open(inputs, env, context) : undefined;
}

/** Uses the same client authentication, and the same limits on time and attempts, as the token request. */
async function requestRevocation(
  { token, revocationUrl, tokenUrl }: Pick<RevocationState, 'token' | 'revocationUrl' | 'tokenUrl'>,
  inputs: Inputs,
  context: StageContext & ProofSources,
): Promise<void> {
  const located: LocatedInputs = { ...inputs, tokenUrl };
  const proofs = listClientProofs(located, makeProofContext(context));
  const names = proofs.flatMap(({ parameters }) => parameters);
  const request = { revocationUrl, token, proofs, headers: inputs.headers };
  await runStage(
    {
      stage: 'revocation',
      inputs: located,
      server: revocationUrl,
      shape: describeRevocation(located, revocationUrl, ['token', 'token_type_hint', ...names]),
      idTokens: context.idTokens,
      ask: (attempt) => revoke(request, attempt),
      judge: (error) => judgeFailure(error, { retryOn: inputs.retryOn, spendsGrant: false }),
    },
    context,
  );
}
