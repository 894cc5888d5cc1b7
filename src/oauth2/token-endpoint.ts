import type { SendRequest, TlsIdentity } from '../http/request.ts';
import { buildTokenRequest, type TokenRequest } from './token-request.ts';
import { parseTokenResponse, refuseShortToken, type TokenResponse } from './token-response.ts';

/** How many bytes of an answer are read. A token response has a few KiB. */
export const maxResponseBytes = 1024 * 1024;

/** What one attempt needs from its surroundings. */
export interface AttemptContext {
  readonly send: SendRequest;
  /** The time of day: epoch, milliseconds. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly tls: TlsIdentity;
}

/**
 * Sends one request to a token endpoint. The request is built again each time, because an assertion is accepted once
 * and soon expires.
 *
 * @throws {TransportError} if no complete response came back
 * @throws {TokenError} if the response brings no token
 */
export async function askTokenEndpoint(
  request: TokenRequest,
  { send, now, signal, tls, randomUUID }: AttemptContext & { readonly randomUUID?: () => string },
): Promise<TokenResponse> {
  const httpRequest = await buildTokenRequest(request, randomUUID);
  const sentAt = now();
  const response = await send(httpRequest, { signal, tls, maxBytes: maxResponseBytes });
  const context = { sentAt, now: now(), fields: request.responseFields };
  return refuseShortToken(parseTokenResponse(response, context), response);
}
