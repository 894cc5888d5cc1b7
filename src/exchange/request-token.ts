import type { LocatedInputs } from '../inputs/inputs.ts';
import type { Log } from '../log/log.ts';
import type { Text } from '../log/text.ts';
import { hideSecrets } from '../masks/response.ts';
import { askAcsEndpoint } from '../oauth2/acs-api.ts';
import type { Proof } from '../oauth2/client-authentication.ts';
import { judgeFailure } from '../oauth2/errors.ts';
import { addLifetime } from '../oauth2/response/expiry.ts';
import { askTokenEndpoint, type AttemptContext } from '../oauth2/token-endpoint.ts';
import { listSentNames, spendsItsGrant } from '../oauth2/token-request.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import type { Surroundings } from '../surroundings.ts';
import { sayDropped } from '../wording/progress.ts';
import { describeAcsRequest, describeRequest } from '../wording/requests.ts';
import { type AttemptIdTokens, runStage, type StageContext } from './stage.ts';

/** A token endpoint's response, and in which attempt it came. */
export interface ObtainedToken {
  readonly response: TokenResponse;
  /** The expiry that the server stated; undefined if it stated none. */
  readonly statedExpiry: Date | undefined;
  /** The number of the attempt that brought it, from 1. */
  readonly attempt: number;
}

/** What a token request needs in addition to the inputs. */
export interface RequestContext extends StageContext, Pick<Surroundings, 'randomUUID'> {
  /** Undefined if the request needs no ID token of GitHub's. */
  readonly idTokens: AttemptIdTokens | undefined;
}

/**
 * Requests a token until one attempt succeeds. Masks the secrets of the response before anything else uses it.
 *
 * @param proofs what the request proves: who the client is, and that the grant is valid
 * @throws {StageError} if no attempt brought a token
 */
export async function requestToken(
  inputs: LocatedInputs,
  proofs: readonly Proof[],
  context: RequestContext,
): Promise<ObtainedToken> {
  const { retryOn, expiresAtOverride, defaultExpiresIn } = inputs;
  const { ask, shape, spendsGrant } = planRequest(inputs, proofs, context);
  const { result, attempt } = await runStage(
    {
      stage: 'token',
      inputs,
      server: inputs.tokenUrl,
      shape,
      idTokens: context.idTokens,
      ask: async (attempt) => hideResponse(await ask(attempt), context.log),
      judge: (error) => judgeFailure(error, { retryOn, spendsGrant }),
    },
    context,
  );
  const { accessToken, issuedAt } = result;
  const statedExpiry = accessToken.expiresAt;
  // The user's own expiry comes before the server's. An assumed lifetime is used only if there is neither.
  const expiresAt = expiresAtOverride ?? statedExpiry ?? addLifetime(issuedAt, defaultExpiresIn);
  const response = { ...result, accessToken: accessToken.withExpiry(expiresAt) };
  return { response, statedExpiry, attempt };
}

/** Masks the secrets of a response, and logs which of its tokens were dropped because they cannot be masked. */
function hideResponse(response: TokenResponse, log: Log): TokenResponse {
  const hidden = hideSecrets(response, log);
  for (const name of ['refreshToken', 'idToken'] as const) {
    if (response[name] !== undefined && hidden[name] === undefined) log.say(sayDropped(name));
  }
  return hidden;
}

/** What is sent to an endpoint of either type. */
interface RequestPlan {
  readonly ask: (attempt: AttemptContext) => Promise<TokenResponse>;
  /** What the log shows of the request: its fields without secret values. */
  readonly shape: readonly Text[];
  readonly spendsGrant: boolean;
}

function planRequest(
  inputs: LocatedInputs,
  proofs: readonly Proof[],
  { randomUUID }: RequestContext,
): RequestPlan {
  if (inputs.endpointType === 'acs_api') {
    const { tokenUrl, clientId = '', clientSecret = '', headers } = inputs;
    return {
      ask: (attempt) => askAcsEndpoint({ tokenUrl, clientId, clientSecret, headers }, attempt),
      shape: describeAcsRequest(inputs),
      spendsGrant: false,
    };
  }
  const parameters = [...inputs.grantParameters, ...inputs.parameters];
  const request = { ...inputs, parameters, proofs };
  return {
    ask: (attempt) => askTokenEndpoint(request, { ...attempt, randomUUID }),
    shape: describeRequest(inputs, listSentNames(request)),
    spendsGrant: spendsItsGrant(request),
  };
}
