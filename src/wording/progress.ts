import type { AccessToken } from '../oauth2/access-token.ts';
import { formatDuration } from '../log/duration.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { showInput, text, type Text } from '../log/text.ts';
import { shortestToken } from '../oauth2/token-response.ts';
import { hostOf, urlOf } from './names.ts';

/*
 * Every sentence of the log is in this folder. Its tone: what happened, then one thing to do. Host names, not URLs;
 * durations that people read; times in Zulu; no exclamation marks, no "please".
 */

/**
 * Before the token endpoint is asked.
 *
 * @param missed whether the cache was looked into before, in vain
 */
export function sayRequesting(inputs: Inputs, missed: boolean): Text {
  const { endpointType, grantType, scopes } = inputs;
  const grant =
    endpointType === 'acs_api'
      ? endpointType
      : (grantType?.replace('urn:ietf:params:oauth:grant-type:', '') ?? 'no grant type');
  const scope = scopes.length === 0 ? '' : `, scope: ${scopes.join(' ')}`;
  const before = missed ? 'No usable token in the cache. ' : '';
  return text`${before}Requesting a token from ${hostOf(urlOf(inputs))} (${showInput(grant)}${scope}).`;
}

/** A token came from the cache. */
export function sayReusing(token: AccessToken, now: number, inputs: Inputs): Text {
  const left = formatDuration((token.expiresIn(now) ?? 0) * 1000);
  const until = token.zuluTimeString() ?? '';
  return text`Reusing a token from the cache: ${token.tokenType}, valid for ${left}, until ${until}. No request to ${hostOf(urlOf(inputs))}.`;
}

/**
 * A token arrived.
 *
 * @param attempt the number of the attempt that brought it
 * @param lifetime seconds that it lives; undefined where that is not known
 */
export function sayGot(
  token: AccessToken,
  attempt: number,
  lifetime: number | undefined,
  inputs: Inputs,
): Text {
  const late = attempt === 1 ? '' : ` at attempt ${attempt}`;
  const got = text`Got a ${token.tokenType} token${late}`;
  const until = token.zuluTimeString();
  if (until === undefined || lifetime === undefined) {
    return text`${got}. ${hostOf(urlOf(inputs))} did not say when it expires.`;
  }
  if (lifetime <= 0) return text`${got}, which expired at ${until}.`;
  return text`${got}, valid for ${formatDuration(lifetime * 1000)}, until ${until}.`;
}

/** Less was granted than requested; a token with less is reused like any other. */
export function sayGranted(
  granted: readonly string[],
  missing: readonly string[],
  { useCache }: Pick<Inputs, 'useCache'>,
): Text {
  const said = text`Granted scopes: ${granted.join(' ')}. Not granted: ${missing.join(' ')}.`;
  return useCache === 'false'
    ? said
    : text`${said} Once the provider grants it, set use-cache: refresh for one run.`;
}

/** The server gave a new refresh token in place of the one that was sent. */
export function sayRefreshTokenReplaced(): Text {
  return text`Not cached: the refresh token was replaced. Store the output refresh-token before anything else.`;
}

/** A token that came with the access token is so short that the log cannot hide it. */
export function sayDropped(name: 'refreshToken' | 'idToken'): Text {
  const [kind, output] =
    name === 'refreshToken' ? ['refresh token', 'refresh-token'] : ['ID token', 'id-token'];
  return text`The ${kind} of the answer has fewer than ${shortestToken} characters and cannot be hidden in the log. It was dropped, and the output ${output} is empty.`;
}

/** What later steps have now. */
export function saySet(envVar: string | undefined): Text {
  return envVar === undefined
    ? text`Set: output token.`
    : text`Set: output token, environment variable ${envVar}.`;
}

/** An earlier step had set the variable. */
export function sayReplaced(envVar: string): Text {
  return text`${envVar} was already set. Later steps now see this token.`;
}

/** The environment adds to the certificates that are trusted by themselves, or replaces them. */
export function sayTrustChanged(variables: readonly string[]): Text {
  return text`${variables.join(', ')} ${variables.length === 1 ? 'is' : 'are'} set and can change which certificates are trusted.`;
}

/** An earlier step tried to switch the verification of certificates off. */
export function sayTlsStaysVerified(): Text {
  return text`NODE_TLS_REJECT_UNAUTHORIZED is set and ignored: TLS is always verified. For a private CA, set ca-certificate.`;
}
