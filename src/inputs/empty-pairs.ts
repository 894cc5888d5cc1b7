import { ExactNumber, type ExactJson } from '../oauth2/json/exact-json.ts';
import type { Parameter } from '../oauth2/request-body.ts';
import type { Pair } from '../oauth2/token-request.ts';
import { isRequiredSecret } from './secret-names.ts';

/** Schemes that servers put before a secret in a header. One with nothing behind it is an empty secret. */
const bareScheme = /^(bearer|basic|token|api-?key|key|ssws|geniekey|jwt|dpop)$/i;

/** The parameters that are the grant itself (RFC 6749 section 4.1.3, RFC 8628 section 3.4): here a code cannot be empty. */
const grantCodes: ReadonlyMap<string | undefined, string> = new Map([
  ['authorization_code', 'code'],
  ['urn:ietf:params:oauth:grant-type:device_code', 'device_code'],
]);

/**
 * Finds a secret of the input `parameters` that is empty: a secret that does not exist reads as empty.
 *
 * @returns its name, with those above it in JSON; undefined if there is none
 */
export function findEmptyParameter(
  parameters: readonly Parameter[],
  grantType: string | undefined,
): string | undefined {
  return parameters
    .flatMap(([name, value]) =>
      value === '' && name === grantCodes.get(grantType) ? [name] : listEmptyNames(value, name),
    )
    .at(0);
}

/** Finds a secret of the input `headers` that is empty, or is only the scheme of one. */
export function findEmptyHeader(headers: readonly Pair[]): string | undefined {
  return headers.find(
    ([name, value]) => isRequiredSecret(name) && (value === '' || bareScheme.test(value)),
  )?.[0];
}

/** @param path the name, behind those above it */
function listEmptyNames(value: ExactJson, name: string, path = name): string[] {
  if (value === '') return isRequiredSecret(name) ? [path] : [];
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, field]: [string, ExactJson]) =>
    isList ? listEmptyNames(field, name, path) : listEmptyNames(field, key, `${path}.${key}`),
  );
}
