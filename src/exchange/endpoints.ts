import { NoRevocationEndpointError } from '../failures/errors.ts';
import { showsCertificate } from '../inputs/client/tls-credentials.ts';
import type { Inputs, LocatedInputs } from '../inputs/inputs.ts';
import { discover, type ServerMetadata } from '../oauth2/discovery.ts';
import { judgeFailure } from '../oauth2/errors.ts';
import { describeDiscovery } from '../wording/requests.ts';
import { runStage, type StageContext } from './stage.ts';

/**
 * Finds the token endpoint and the revocation endpoint: those of the inputs, or what the issuer's metadata names.
 *
 * @throws {StageError} if the issuer's metadata cannot be read
 * @throws {NoRevocationEndpointError} if the token must be revoked and the metadata does not say where
 */
export async function findEndpoints(inputs: Inputs, context: StageContext): Promise<LocatedInputs> {
  const { tokenUrl, issuer = '', allowHttp, retryOn } = inputs;
  if (tokenUrl !== undefined) return { ...inputs, tokenUrl };
  const { result: metadata } = await runStage(
    {
      stage: 'metadata',
      inputs,
      server: issuer,
      shape: describeDiscovery(issuer),
      ask: (attempt) => discover(issuer, { ...attempt, allowHttp }),
      judge: (error) => judgeFailure(error, { retryOn, spendsGrant: false }),
    },
    context,
  );
  return { ...inputs, ...chooseEndpoints(inputs, metadata) };
}

/** A client with a certificate uses the endpoints for certificates if the metadata names any (RFC 8705 section 5). */
function chooseEndpoints(
  inputs: Inputs,
  metadata: ServerMetadata,
): Pick<LocatedInputs, 'tokenUrl' | 'revocationUrl'> {
  const { tokenEndpoint, mtlsTokenEndpoint, revocationEndpoint, mtlsRevocationEndpoint } = metadata;
  const usesTls = showsCertificate(inputs);
  const named = (usesTls ? mtlsRevocationEndpoint : undefined) ?? revocationEndpoint;
  const revocationUrl = inputs.revocationUrl ?? named;
  if (inputs.revoke && revocationUrl === undefined) {
    throw new NoRevocationEndpointError(inputs.issuer);
  }
  return { tokenUrl: (usesTls ? mtlsTokenEndpoint : undefined) ?? tokenEndpoint, revocationUrl };
}
