import type { Log } from '../log/log.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import { dropSecretFields, listSecretValues } from '../inputs/secret-names.ts';
import { hideIn } from './secrets.ts';

/** The most secrets among the further fields of a response that are handed on; each is searched for in each line. */
const mostSecretFields = 100;

/**
 * Hides whatever of a response is secret, the token first. Nothing else may be done with the response before.
 *
 * @returns the response, without its further fields that are secret where there are too many to hide
 */
export function hideSecrets(response: TokenResponse, log: Log): TokenResponse {
  const fields = listSecretValues(response.others);
  const isTooMuch = fields.length > mostSecretFields;
  maskSecrets(response, isTooMuch ? [] : fields, log);
  return isTooMuch
    ? { ...response, others: dropSecretFields(response.others) as TokenResponse['others'] }
    : response;
}

function maskSecrets(
  { accessToken, refreshToken = '', idToken = '' }: TokenResponse,
  fields: readonly string[],
  log: Log,
): void {
  // With step debug logging the runner prints outputs, and it escapes more in JSON than the output `response` does.
  const escaped = fields.map((secret) => JSON.stringify(secret).slice(1, -1));
  [accessToken.token, refreshToken, idToken, ...fields, ...escaped].forEach(hideIn(log));
}
