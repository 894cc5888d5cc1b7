import { askAcsEndpoint } from '../oauth2/acs-api.ts';
import { discover, type ServerMetadata } from '../oauth2/discovery.ts';
import { judgeFailure } from '../oauth2/errors.ts';
import { askTokenEndpoint, type AttemptContext } from '../oauth2/token-endpoint.ts';
import { listParameterNames, spendsItsGrant, type TokenRequest } from '../oauth2/token-request.ts';
import { addLifetime } from '../oauth2/response/expiry.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import { NoRevocationEndpointError } from '../failures/errors.ts';
import type { Inputs, LocatedInputs } from '../inputs/inputs.ts';
import { makeProofContext, type ProofSources } from './proof-context.ts';
import { listProofs } from './proofs.ts';
import { runStage, type StageContext } from './stage.ts';
import type { Text } from '../log/text.ts';
import { describeAcsRequest, describeDiscovery, describeRequest } from '../wording/requests.ts';
import { sayAsking } from '../wording/progress.ts';
import { hideSecrets } from '../masks/response.ts';
import { makeTlsIdentity } from './tls-identity.ts';
import { usesTlsAuthentication } from '../inputs/client/client-methods.ts';

/** What a request needs from its surroundings. */
export interface RequestContext extends StageContext, ProofSources {
  /** Whether the cache was looked into before, in vain. */
  readonly missed: boolean;
}

/** A token endpoint's answer, and how it came. */
export interface ObtainedToken {
  readonly response: TokenResponse;
  /** When the server said that the token expires; undefined where it did not say. */
  readonly statedExpiry: Date | undefined;
  /** The number of the attempt that brought it, from 1. */
  readonly attempt: number;
  /** With the endpoint that the metadata named. */
  readonly inputs: LocatedInputs;
}

/** An endpoint and what is asked of it, of either type. */
interface TokenSource {
  readonly ask: (context: AttemptContext) => Promise<TokenResponse>;
  /** The shape of the request, for the log. */
  readonly shape: readonly Text[];
  readonly spendsGrant: boolean;
}

/**
 * Asks the token endpoint until it answers with a token, hides what is secret in the answer, and tells the log about it.
 * Where only the issuer is known, its metadata names the endpoint.
 *
 * @throws {StageError} when no attempt brought a token, or what it needs
 */
export async function requestToken(
  inputs: Inputs,
  context: RequestContext,
): Promise<ObtainedToken> {
  const { clock, send, log, idTokens, missed } = context;
  log.say(sayAsking(inputs, missed));
  const located = await locateEndpoint(inputs, context);
  const { ask, shape, spendsGrant } = chooseSource(located, context);
  const tls = makeTlsIdentity(located);
  const { retryOn } = inputs;

  const { result, attempt } = await runStage(
    {
      stage: 'token',
      prepare: async () => {
        await idTokens?.take();
      },
      ask: async (signal) => {
        const response = await ask({ send, now: clock.now, signal, tls });
        return hideSecrets(response, log);
      },
      judge: (error) => judgeFailure(error, { retryOn, spendsGrant }),
      shape,
      readFacts: () => ({ inputs: located, server: located.tokenUrl, idToken: idTokens?.last }),
    },
    context,
  );
  const statedExpiry = result.accessToken.expiresAt;
  return { response: settleExpiry(result, inputs), statedExpiry, attempt, inputs: located };
}

/**
 * Finds the token endpoint.
 *
 * @throws {StageError} when the issuer's metadata cannot be had
 * @throws {NoRevocationEndpointError} when the token shall be revoked and the metadata does not say where
 */
async function locateEndpoint(inputs: Inputs, context: StageContext): Promise<LocatedInputs> {
  const { tokenUrl, issuer = '', allowHttp, retryOn } = inputs;
  if (tokenUrl !== undefined) return { ...inputs, tokenUrl };
  const { clock, send } = context;
  const tls = makeTlsIdentity(inputs);
  const { result: metadata } = await runStage(
    {
      stage: 'metadata',
      ask: (signal) => discover(issuer, { send, now: clock.now, signal, tls, allowHttp }),
      judge: (error) => judgeFailure(error, { retryOn, spendsGrant: false }),
      shape: describeDiscovery(issuer),
      readFacts: () => ({ inputs, server: issuer }),
    },
    context,
  );
  return { ...inputs, ...chooseEndpoints(inputs, metadata) };
}

/** A client that shows a certificate asks the endpoints that want one, where there are such (RFC 8705 section 5). */
function chooseEndpoints(
  inputs: Inputs,
  metadata: ServerMetadata,
): Pick<LocatedInputs, 'tokenUrl' | 'revocationUrl'> {
  const { tokenEndpoint, mtlsTokenEndpoint, revocationEndpoint, mtlsRevocationEndpoint } = metadata;
  const usesTls = usesTlsAuthentication(inputs);
  const named = (usesTls ? mtlsRevocationEndpoint : undefined) ?? revocationEndpoint;
  const revocationUrl = inputs.revocationUrl ?? named;
  if (inputs.revoke && revocationUrl === undefined) {
    throw new NoRevocationEndpointError(inputs.issuer);
  }
  return { tokenUrl: (usesTls ? mtlsTokenEndpoint : undefined) ?? tokenEndpoint, revocationUrl };
}

/** The user's own expiry goes before the server's, and an assumed lifetime takes the place of none. */
function settleExpiry(
  response: TokenResponse,
  { expiresAtOverride, defaultExpiresIn }: Inputs,
): TokenResponse {
  const { accessToken, issuedAt } = response;
  const assumed = addLifetime(issuedAt, defaultExpiresIn);
  const expiresAt = expiresAtOverride ?? accessToken.expiresAt ?? assumed;
  return { ...response, accessToken: accessToken.withExpiry(expiresAt) };
}

function chooseSource(inputs: LocatedInputs, context: RequestContext): TokenSource {
  if (inputs.endpointType === 'acs_api') {
    const { tokenUrl, clientId = '', clientSecret = '', headers } = inputs;
    return {
      ask: (attempt) => askAcsEndpoint({ tokenUrl, clientId, clientSecret, headers }, attempt),
      shape: describeAcsRequest(inputs),
      spendsGrant: false,
    };
  }
  const request = writeRequest(inputs, context);
  return {
    ask: (attempt) => askTokenEndpoint(request, attempt),
    shape: describeRequest(inputs, listParameterNames(request)),
    spendsGrant: spendsItsGrant(request),
  };
}

function writeRequest(inputs: LocatedInputs, context: RequestContext): TokenRequest {
  const proofs = listProofs(inputs, makeProofContext(context));
  return { ...inputs, parameters: [...inputs.grantParameters, ...inputs.parameters], proofs };
}
