import type { Log } from '../log/log.ts';
import { shortestToken, type TokenResponse } from '../oauth2/token-response.ts';
import { dropSecretFields, listSecretValues } from '../inputs/secret-names.ts';
import { hideFromServer, longestFirst } from './secrets.ts';

/** The most secrets among the further fields of a response that are handed on; each is searched for in each line. */
const mostSecretFields = 100;

/**
 * Hides whatever of a response is secret. Nothing else may be done with the response before.
 *
 * @returns the response, without its further fields that are secret where there are too many to hide, and without a
 *   refresh token and an ID token that are too short to be hidden
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

/** The access token is checked where it is read: without it there is no response. */
function dropShort(token: string | undefined): string | undefined {
  return token !== undefined && token.trim().length >= shortestToken ? token : undefined;
}

function maskSecrets(
  { accessToken, refreshToken = '', idToken = '' }: TokenResponse,
  fields: readonly string[],
  log: Log,
): void {
  // With step debug logging the runner prints outputs, and it escapes more in JSON than the output `response` does.
  const escaped = fields.map((secret) => JSON.stringify(secret).slice(1, -1));
  const secrets = [accessToken.token, refreshToken, idToken, ...fields, ...escaped];
  longestFirst(secrets).forEach(hideFromServer(log));
}
