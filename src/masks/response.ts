import type { Log } from '../log/log.ts';
import { ExactNumber } from '../oauth2/json/exact-json.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import { isSecretField, shortestGuess } from './names.ts';
import { hideIn } from './secrets.ts';

/** The most secrets among the further fields of a response that are handed on; each is searched for in each line. */
const mostSecretFields = 100;

/**
 * Hides whatever of a response is secret, the token first. Nothing else may be done with the response before.
 *
 * @returns the response, without its further fields that are secret where there are too many to hide
 */
export function hideSecrets(response: TokenResponse, log: Log): TokenResponse {
  const fields = listSecretFields(response.others);
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

/** Lists the secrets among the fields of a response, at any depth. */
export function listSecretFields(value: unknown, name = ''): string[] {
  if (typeof value === 'string') {
    return isSecretField(name) && value.length >= shortestGuess ? [value] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) =>
    listSecretFields(field, Array.isArray(value) ? name : key),
  );
}

/** A copy of a response's fields without its secrets, at any depth. */
export function dropSecretFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  if (Array.isArray(value)) return value.map(dropSecretFields);
  const kept = Object.entries(value).filter(([name]) => !isSecretField(name));
  return Object.fromEntries(kept.map(([name, field]) => [name, dropSecretFields(field)]));
}
