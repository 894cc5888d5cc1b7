import { judgeFailure } from '../oauth2/errors.ts';
import { revoke } from '../oauth2/revocation.ts';
import { Deadline } from '../retry/deadline.ts';
import { IdTokens } from '../exchange/id-tokens.ts';
import { type Inputs, readInputs, type LocatedInputs } from '../inputs/inputs.ts';
import { Log } from '../log/log.ts';
import { makeProofContext, type ProofSources } from '../exchange/proof-context.ts';
import { listClientProofs } from '../exchange/proofs.ts';
import { openState, type RevocationState, stateName } from './revocation-state.ts';
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
 * Revokes the token that a step of this job got. Whatever fails is a warning, because the job has done its work.
 */
export async function revokeToken(surroundings: Surroundings): Promise<void> {
  const { runner, env } = surroundings;
  const log = new Log(runner);
  hideStepSecrets(env, log);
  const sealed = env[`STATE_${stateName}`] ?? '';
  const state = openState(sealed, env['ACTIONS_RUNTIME_TOKEN'] ?? '');
  if (state === undefined) {
    log.warn(warnStateUnreadable());
    return;
  }
  hideIn(log)(state.token);
  await endToken(state, surroundings, log);
}

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
    hideTlsKey(inputs, log);
    const context = { ...surroundings, log, deadline: new Deadline(clock, inputs.totalTimeout) };
    await askToRevoke(state, inputs, { ...context, idTokens: openIdTokens(inputs, env, context) });
    log.say(sayRevoked(host));
  } catch (error) {
    log.warn(warnNotRevoked(error, host, expiresAt));
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
async function askToRevoke(
  { token, revocationUrl, tokenUrl }: RevocationState,
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
