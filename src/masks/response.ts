import type { Log } from '../log/log.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import { dropSecretMembers, listSecretMembers } from './secrets.ts';

/** The most secrets among the further members of an answer that are handed on; each is searched for in each line. */
const mostSecretMembers = 100;

/**
 * Hides whatever of an answer is secret, the token first. Nothing else may be done with the answer before.
 *
 * @returns the answer, without its further members that are secret where there are too many to hide
 */
export function hideSecrets(response: TokenResponse, log: Log): TokenResponse {
  const members = listSecretMembers(response.others);
  const isTooMuch = members.length > mostSecretMembers;
  maskSecrets(response, isTooMuch ? [] : members, log);
  return isTooMuch
    ? { ...response, others: dropSecretMembers(response.others) as TokenResponse['others'] }
    : response;
}

function maskSecrets(
  { accessToken, refreshToken = '', idToken = '' }: TokenResponse,
  members: readonly string[],
  log: Log,
): void {
  // With step debug logging the runner prints outputs, and it escapes more in JSON than the output `response` does.
  const escaped = members.map((secret) => JSON.stringify(secret).slice(1, -1));
  [accessToken.token, refreshToken, idToken, ...members, ...escaped].forEach((secret) => {
    log.mask(secret);
  });
}
