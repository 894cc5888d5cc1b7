import type { Log } from '../log/log.ts';
import { shortestToken, type TokenResponse } from '../oauth2/token-response.ts';
import { dropSecretFields, listSecretValues } from '../inputs/secret-names.ts';
import { hideFromServer, longestFirst } from './secrets.ts';

/** How many secrets among the further fields of a response are kept. Each is searched for in each line of the log. */
const mostSecretFields = 100;

/**
 * Masks all secrets of a response. This must come before any other use of the response.
 *
 * @returns the response without a refresh token or an ID token that is too short to be masked, and without its further
 *   secret fields if there are too many to mask
 */
export function hideSecrets(response: TokenResponse, log: Log): TokenResponse {
  const refreshToken = dropShort(response.refreshToken);
  const idToken = dropShort(response.idToken);
  const fields = listSecretValues(response.others);
  const isTooMuch = fields.length > mostSecretFields;
  maskSecrets({ ...response, refreshToken, idToken }, isTooMuch ? [] : fields, log);
  const others = isTooMuch
    ? (dropSecretFields(response.others) as TokenResponse['others'])
    : response.others;
  return { ...response, refreshToken, idToken, others };
}

/** The access token is not checked here. It is checked where it is read, because no response is accepted without it. */
function dropShort(token: string | undefined): string | undefined {
  return token !== undefined && token.trim().length >= shortestToken ? token : undefined;
}

function maskSecrets(
  { accessToken, refreshToken = '', idToken = '' }: TokenResponse,
  fields: readonly string[],
  log: Log,
): void {
  // With step debug logging the runner prints outputs. It escapes more in JSON than the output `response` does.
  const escaped = fields.map((secret) => JSON.stringify(secret).slice(1, -1));
  const secrets = [accessToken.token, refreshToken, idToken, ...fields, ...escaped];
  longestFirst(secrets).forEach(hideFromServer(log));
}
