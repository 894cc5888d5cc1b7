import type { HttpRequest } from '../http/request.ts';
import { isSuccessStatus } from '../http/transport-error.ts';
import type { Proof, RequestParts } from './client-authentication.ts';
import { defaultHeaders } from './default-headers.ts';
import { type AttemptContext, maxResponseBytes } from './token-endpoint.ts';
import { writeForm } from './request-body.ts';
import { joinHeaders, type Pair } from './token-request.ts';
import { readObjectBody } from './response/body.ts';
import { refuseFailure } from './token-response.ts';

/** The request to a revocation endpoint. */
export interface RevocationRequest {
  readonly revocationUrl: string;
  /** The access token to revoke. */
  readonly token: string;
  /** What proves who the client is, as for the token request (RFC 7009 section 2.1). */
  readonly proofs: readonly Pick<Proof, 'add'>[];
  /** Further headers; they replace this module's own headers, except Content-Type. */
  readonly headers: readonly Pair[];
}

/**
 * Sends one request to a revocation endpoint to end an access token. Any success means that the token is void, or never
 * was a token of this server. By the RFC the body has no meaning, but some servers report errors with a 200.
 *
 * @throws {TransportError} if no complete response came back
 * @throws {TokenError} if the server refused
 * @see RFC 7009 section 2
 */
export async function revoke(
  request: RevocationRequest,
  { send, now, signal, tls }: AttemptContext,
): Promise<void> {
  const httpRequest = await buildRevocationRequest(request);
  const response = await send(httpRequest, { signal, tls, maxBytes: maxResponseBytes });
  const members = readObjectBody(response.body);
  if (!isSuccessStatus(response.status) || members?.['error'] !== undefined)
    refuseFailure(response, members, now());
}

/** Writes the request as HTTP: a form, even where the token was requested in JSON (RFC 7009 section 2.1). */
async function buildRevocationRequest(request: RevocationRequest): Promise<HttpRequest> {
  const parts: RequestParts = {
    headers: joinHeaders([
      ...defaultHeaders,
      ...request.headers,
      ['content-type', 'application/x-www-form-urlencoded'],
    ]),
    parameters: [
      ['token', request.token],
      ['token_type_hint', 'access_token'],
    ],
  };
  for (const proof of request.proofs) await proof.add(parts);
  return {
    method: 'POST',
    url: request.revocationUrl,
    headers: Object.fromEntries(parts.headers),
    body: writeForm(parts.parameters),
  };
}
