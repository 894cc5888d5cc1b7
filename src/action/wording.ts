import { STATUS_CODES } from 'node:http';

import { TransportError } from '../http/transport-error.ts';
import { type AccessToken } from '../oauth2/access-token.ts';
import { encodeForm } from '../oauth2/client-authentication.ts';
import { TokenError } from '../oauth2/errors.ts';
import { type FailedAttempt, GaveUp } from '../retry/retry.ts';
import { formatDuration, formatSeconds } from './duration.ts';
import { InputError, NoRunnerError, TokenTooLongError } from './errors.ts';
import { type Inputs } from './inputs.ts';
import { type Annotation } from './log.ts';
import { joinTexts, renderText, text, type Text } from './text.ts';
import { type MissingSecretCause } from './trigger.ts';

/*
 * Every sentence of the log. Its tone: what happened, then one thing to do. Host names, not URLs; durations that people
 * read; times in Zulu; no exclamation marks, no "please".
 */

/**
 * Before the token endpoint is asked.
 *
 * @param missed whether the cache was looked into before, in vain
 */
export function sayAsking(
  { tokenUrl, endpointType, grantType, scopes }: Inputs,
  missed: boolean,
): Text {
  const grant =
    endpointType === 'acs_api'
      ? endpointType
      : grantType.replace('urn:ietf:params:oauth:grant-type:', '');
  const scope = scopes.length === 0 ? '' : `, scope: ${scopes.join(' ')}`;
  const before = missed ? 'No usable token in the cache. ' : '';
  return text`${before}Asking ${hostOf(tokenUrl)} (${grant}${scope}).`;
}

/** A token came from the cache. */
export function sayReusing(token: AccessToken, now: number, tokenUrl: string): Text {
  const left = formatDuration((token.expiresIn(now) ?? 0) * 1000);
  const until = token.zuluTimeString() ?? '';
  return text`Reusing a token from the cache: ${token.tokenType}, valid for ${left}, until ${until}. ${hostOf(tokenUrl)} was not asked.`;
}

/** Why the cache cannot be used at all. */
export type CacheObstacle =
  | 'short_secret'
  | 'short_key'
  | 'no_key'
  | 'no_service'
  | 'no_repository'
  | 'mode'
  | 'single_use'
  | 'timeout'
  | 'failed';

/** The cache is not used, in a line and without an annotation. */
export function sayCacheNotUsed(obstacle: CacheObstacle): Text {
  switch (obstacle) {
    case 'short_secret':
      return text`Cache not used: client-secret is shorter than 16 bytes, too short to encrypt with. Set cache-encryption-key to use it (openssl rand -base64 32 makes one).`;
    case 'short_key':
      return text`Cache not used: client-secret and cache-encryption-key are both shorter than 16 bytes, too short to encrypt with. Set a longer cache-encryption-key to use it (openssl rand -base64 32 makes one).`;
    case 'no_key':
      return text`Cache not used: this machine could not make a key to encrypt with (scrypt failed).`;
    case 'no_service':
      return text`Cache not used: this runner offers no cache service.`;
    case 'no_repository':
      return text`Cache not used: neither GITHUB_REPOSITORY_ID nor GITHUB_REPOSITORY is set, so it is not known whose tokens these are.`;
    case 'mode':
      return text`Cache not used: ACTIONS_CACHE_MODE lets this job neither read nor write it.`;
    case 'single_use':
      return text`Cache not used: parameters carry a grant that is used up by asking.`;
    case 'timeout':
      return text`Cache not used: the service did not answer within 5 s.`;
    case 'failed':
      return text`Cache not used: the service did not answer as it should.`;
  }
}

/** Why a token is not put into the cache. */
export type NotCachedReason =
  | 'no_expiry'
  | 'narrower_scope'
  | 'short_life'
  | 'refresh_token'
  | 'denied'
  | 'taken'
  | 'no_tar'
  | 'failed'
  | 'timeout'
  | 'too_large';

/** The token is not put into the cache, in a line and without an annotation. */
export function sayNotCached(reason: NotCachedReason, { tokenUrl, minValidity }: Inputs): Text {
  switch (reason) {
    case 'no_expiry':
      return text`Not cached: ${hostOf(tokenUrl)} did not say when the token expires. Set default-expires-in to cache it.`;
    case 'narrower_scope':
      return text`Not cached: less was granted than asked for.`;
    case 'short_life':
      return minValidity === undefined
        ? text`Not cached: the token has expired, or is about to.`
        : text`Not cached: the token lives no longer than min-validity: ${minValidity}.`;
    case 'refresh_token':
      return text`Not cached: a refresh token came with it, and that belongs in no cache.`;
    case 'denied':
      return text`Not cached: this run may read the cache but not write it.`;
    case 'taken':
      return text`Not cached: another job kept a token at the same time; later jobs reuse that one.`;
    case 'no_tar':
      return text`Not cached: the tar of this machine has no --posix, which saving needs (in Alpine: apk add tar).`;
    case 'failed':
      return text`Not cached: the service did not take it.`;
    case 'timeout':
      return text`Not cached: the service did not take it within 10 s.`;
    case 'too_large':
      return text`Not cached: the token is too large, over 192 KiB when sealed.`;
  }
}

/** The title of {@link describeLookUp}. */
export function sayCacheTitle(): Text {
  return text`Cache`;
}

/** What the cache answered. */
export function describeLookUp(code: 'hit' | 'miss' | 'failed' | 'timeout', took: number): Text {
  return text`${code}, after ${formatDuration(took)}`;
}

/** The token is in the cache now. */
export function sayKept(): Text {
  return text`Kept in the cache, encrypted, for other jobs and later runs.`;
}

/** What the election among the jobs that missed together gave. */
export function describeElection(
  role: 'leads' | 'follows' | 'limited' | 'failed',
  took: number,
): Text {
  return text`election: ${role}, after ${formatDuration(took)}`;
}

/** Another job asks, and this one waits for its token. */
export function sayFollowing(cacheWait: number): Text {
  return text`Another job is asking for this token; waiting up to ${formatDuration(cacheWait * 1000)} for it.`;
}

/** The wait had an end: the token is there. */
export function sayTaken(): Text {
  return text`Took the token that another job got.`;
}

/** The wait is over, and no token came. */
export function sayWaitedInVain(cacheWait: number): Text {
  return text`No token came within ${formatDuration(cacheWait * 1000)} (cache-wait).`;
}

/** The jobs could not agree on one of them, so this one asks. */
export function sayNotFollowing(why: 'limited' | 'failed'): Text {
  return why === 'limited'
    ? text`Not waiting for another job (cache-wait): the cache service takes no more reservations for now.`
    : text`Not waiting for another job (cache-wait): the cache service reserved no name.`;
}

/** A failed attempt that is not the end of the story, or not its first chapter. */
export function sayFailedAttempt(failure: FailedAttempt, inputs: Inputs): Text {
  const { attempt, maxAttempts } = failure;
  const what = describeFailure(failure, inputs);
  return text`Attempt ${attempt} of ${maxAttempts} failed: ${what}.${sayNext(failure)}`;
}

function sayNext({ wait, retryAfter }: FailedAttempt): Text {
  if (wait === undefined) return text``;
  if (wait === retryAfter && wait > 0) {
    return text` The server asks for ${formatSeconds(wait)} (Retry-After). Trying again then.`;
  }
  return wait === 0 ? text` Trying again now.` : text` Trying again in ${formatDuration(wait)}.`;
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
  tokenUrl: string,
): Text {
  const late = attempt === 1 ? '' : ` at attempt ${attempt}`;
  const got = text`Got a ${token.tokenType} token${late}`;
  const until = token.zuluTimeString();
  if (until === undefined || lifetime === undefined) {
    return text`${got}; ${hostOf(tokenUrl)} did not say when it expires.`;
  }
  if (lifetime <= 0) return text`${got}, which expired at ${until}.`;
  return text`${got}, valid for ${formatDuration(lifetime * 1000)}, until ${until}.`;
}

/** Less was granted than asked for. */
export function sayGranted(granted: readonly string[], missing: readonly string[]): Text {
  const given = granted.length === 0 ? 'nothing' : granted.join(' ');
  return text`Granted ${given}; not granted: ${missing.join(' ')}.`;
}

/** What later steps have now. */
export function saySet(envVar: string | undefined): Text {
  return envVar === undefined
    ? text`Set: output token.`
    : text`Set: output token, environment variable ${envVar}.`;
}

/** An earlier step had set the variable. */
export function sayReplaced(envVar: string): Text {
  return text`${envVar} was already set; later steps now see this token. Use env-var to give each its own name.`;
}

/** An earlier step tried to switch the verification of certificates off. */
export function sayTlsStaysVerified(): Text {
  return text`NODE_TLS_REJECT_UNAUTHORIZED is set; this action verifies TLS all the same. Use ca-certificate for a private CA.`;
}

/** The title of {@link describeExchange}. */
export function sayExchangeTitle(): Text {
  return text`Request and answer`;
}

/** The shape of a request to an ACS endpoint, without anything secret. */
export function describeAcsRequest({ tokenUrl, clientId, headers }: Inputs): Text[] {
  return [
    text`GET ${originAndPath(tokenUrl)}`,
    text`client ${clientId}, acs_api, headers: client-id, client-secret`,
    ...describeHeaders(headers),
  ];
}

/** The shape of a request to a token endpoint, without anything secret. */
export function describeRequest(inputs: Inputs, parameterNames: readonly string[]): Text[] {
  const { tokenUrl, clientId, clientAuthMethod, clientSecretEncoding, headers } = inputs;
  const encoding = clientAuthMethod === 'client_secret_basic' ? ` (${clientSecretEncoding})` : '';
  return [
    text`POST ${originAndPath(tokenUrl)}`,
    text`client ${clientId}, ${clientAuthMethod}${encoding}, body: ${parameterNames.join(', ')}`,
    ...describeHeaders(headers),
  ];
}

function describeHeaders(headers: Inputs['headers']): Text[] {
  const names = headers.map(([name]) => name).join(', ');
  return names === '' ? [] : [text`further headers: ${names}`];
}

/** The answer to an attempt that failed. */
export function describeAnswer(failure: FailedAttempt, inputs: Inputs): Text[] {
  const { error, took } = failure;
  const after = text`after ${formatDuration(took)}`;
  if (!(error instanceof TokenError)) {
    return [text`no answer, ${after}: ${describeFailure(failure, inputs)}`];
  }
  const { answer, oauthError, location } = error;
  const shape = text`${nameStatus(answer.status)}, ${nameContent(error)}, ${after}`;
  const details: [string, string | undefined][] = [
    ['error', oauthError?.error],
    ['error_description', oauthError?.description],
    ['error_uri', oauthError?.uri],
    ['location', location],
  ];
  const known = details.flatMap(([name, value]) =>
    value === undefined ? [] : [text`${name}: ${value}`],
  );
  return [shape, ...known];
}

/** The answer to the attempt that succeeded. */
export function describeSuccess(attempt: number, took: number): Text {
  return text`a token at attempt ${attempt}, after ${formatDuration(took)}`;
}

/** What went wrong with one attempt, in a few words. */
function describeFailure({ error, allowed }: FailedAttempt, inputs: Inputs): Text {
  if (error instanceof TokenError) return describeTokenError(error);
  if (error instanceof TransportError) return describeTransportError(error, allowed, inputs);
  return text`${describeUnknown(error)}`;
}

function describeTokenError(error: TokenError): Text {
  const status = nameStatus(error.answer.status);
  switch (error.code) {
    case 'oauth_error':
      return text`${error.answer.status} ${error.oauthError?.error ?? ''}`;
    case 'http_error':
      return text`${status}`;
    case 'redirect':
      return error.location === undefined
        ? text`${status}, a redirect`
        : text`${status}, a redirect to ${error.location}`;
    case 'unparsable':
      return text`${status} with ${nameContent(error)} in place of a token`;
    case 'no_access_token':
      return text`${status} without an access_token`;
    case 'no_expires_at':
      return text`${status} without a Zulu time in expires_at`;
    case 'malformed_token':
      return text`${status} with a token that has characters no token can have`;
  }
}

const networkErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  ECONNABORTED: 'the connection was aborted',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network cannot be reached',
  EADDRNOTAVAIL: 'the address is not available',
  ETIMEDOUT: 'the connection timed out',
  EPIPE: 'the connection broke',
};

function describeTransportError(error: TransportError, allowed: number, inputs: Inputs): Text {
  const system = error.systemCode ?? '';
  switch (error.code) {
    case 'timeout':
      return text`no answer within ${formatDuration(allowed)}`;
    case 'name_not_found':
      return text`the name ${new URL(inputs.tokenUrl).hostname} was not found (${system})`;
    case 'connection_failed':
      return text`${networkErrors[system] ?? 'the connection failed'} (${system})`;
    case 'tls_failed':
      return text`TLS failed: ${messageOf(error.cause)} (${system})`;
    case 'proxy_refused':
      return text`the proxy refused: ${nameStatus(error.proxyStatus ?? 0)}`;
    case 'proxy_invalid':
      return text`the proxy's address in the environment is no usable URL`;
    case 'answer_cut':
      return text`the answer was cut off`;
    case 'answer_unreadable':
      return text`the answer is not readable HTTP`;
    case 'answer_too_large':
      return text`the answer is larger than 1 MiB`;
    case 'request_failed':
      return text`the request failed: ${describeUnknown(error.cause)}`;
  }
}

/** The one annotation of a step that failed. */
export function explainFailure(error: unknown, inputs: Inputs | undefined): Annotation {
  if (error instanceof GaveUp && inputs !== undefined) return explainGivingUp(error, inputs);
  if (error instanceof InputError) return explainInputs(error);
  if (error instanceof NoRunnerError) return explainNoRunner(error.variable);
  if (error instanceof TokenTooLongError) return explainTooLong(error.envVar);
  return {
    title: 'unexpected error',
    message: text`${describeUnknown(error)}. This is a defect of oauth2-token; its issue tracker is the place to report it.`,
  };
}

function explainGivingUp(gaveUp: GaveUp, inputs: Inputs): Annotation {
  const { failure, code } = gaveUp;
  const host = hostOf(inputs.tokenUrl);
  if (code === 'retry_after_too_long') {
    return {
      title: 'asked to wait too long',
      message: text`${host} asks to wait ${formatSeconds(failure.retryAfter ?? 0)} (Retry-After), past total-timeout: ${inputs.totalTimeout}. Nothing here can shorten that: it is a quota. Reuse tokens (use-cache), or ask the provider for more.`,
    };
  }
  const { title, message } = explainLastAttempt(failure, inputs);
  // It says all that there is to say.
  if (title === dpopTitle) return { title, message };
  return { title, message: text`${message} ${sayWhyNotAgain(gaveUp, inputs)}` };
}

function sayWhyNotAgain(
  { code, failure }: GaveUp,
  { totalTimeout, retryMaxAttempts }: Inputs,
): Text {
  const { error } = failure;
  if (code === 'total_timeout') {
    return text`Gave up at attempt ${failure.attempt} of ${retryMaxAttempts}, for total-timeout: ${totalTimeout} leaves no time for another.`;
  }
  if (code === 'attempts_used_up') {
    return failure.attempt === 1
      ? text`Not tried again, for retry-max-attempts is 1.`
      : text`Gave up after ${failure.attempt} attempts.`;
  }
  if ((error instanceof TokenError || error instanceof TransportError) && error.retryable) {
    return text`Not tried again, for the grant may have been used up: what it carries is accepted once.`;
  }
  return error instanceof TokenError
    ? text`Not tried again, for the answer would be the same.`
    : text`Not tried again, for it would fail in the same way.`;
}

function explainLastAttempt(failure: FailedAttempt, inputs: Inputs): Annotation {
  const { error } = failure;
  if (error instanceof TokenError) return explainTokenError(error, inputs);
  if (error instanceof TransportError) return explainTransportError(error, failure, inputs);
  return explainFailure(error, undefined);
}

function explainTransportError(
  error: TransportError,
  failure: FailedAttempt,
  inputs: Inputs,
): Annotation {
  const host = hostOf(inputs.tokenUrl);
  const what = describeFailure(failure, inputs);
  switch (error.code) {
    case 'timeout':
      return {
        title: 'no answer in time',
        message: text`${host} gave ${what}. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout.`,
      };
    case 'name_not_found':
      return {
        title: 'name not found',
        message: text`${host} could not be reached: ${what}. Check token-url; a private name needs a runner inside its network.`,
      };
    case 'tls_failed':
      return explainTlsFailure(error, host);
    case 'proxy_refused':
      return explainProxyRefusal(error.proxyStatus ?? 0, host);
    case 'proxy_invalid':
      return {
        title: 'proxy not usable',
        message: text`${host} could not be asked: ${what}. Check https_proxy and http_proxy; a % in a user name or password is written %25.`,
      };
    case 'answer_too_large':
      return {
        title: 'answer too large',
        message: text`${host} sent more than 1 MiB; the answer of a token endpoint has a few KiB. Check token-url.`,
      };
    case 'answer_cut':
    case 'answer_unreadable':
      return {
        title: 'answer damaged',
        message: text`${host} could not be understood: ${what}. If it stays so, look at the server's log or at a proxy in between.`,
      };
    case 'connection_failed':
      return {
        title: 'no connection',
        message: text`${host} could not be reached: ${what}. Check token-url, and that the server admits this runner's address.`,
      };
    case 'request_failed':
      return { title: 'request failed', message: text`${host} could not be asked: ${what}.` };
  }
}

function explainTlsFailure({ systemCode, cause }: TransportError, host: string): Annotation {
  const title = 'TLS not trusted';
  if (systemCode === 'CERT_HAS_EXPIRED') {
    return {
      title,
      message: text`The certificate of ${host} has expired, or the one of its CA. The server's operator has to renew it.`,
    };
  }
  if (systemCode === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      title,
      message: text`The certificate of ${host} is for another name: ${messageOf(cause)}. Check the host in token-url.`,
    };
  }
  if (/^(EPROTO|ERR_SSL_|ERR_TLS_)/.test(systemCode ?? '')) {
    return {
      title: 'TLS failed',
      message: text`${host} and this runner could not agree on TLS: ${messageOf(cause)} (${systemCode ?? ''}). Check the scheme and the port in token-url.`,
    };
  }
  return {
    title,
    message: text`The certificate of ${host} is not trusted: ${messageOf(cause)} (${systemCode ?? ''}). If a private CA issued it, give the CA's certificate in ca-certificate.`,
  };
}

function explainProxyRefusal(proxyStatus: number, host: string): Annotation {
  const refused = text`The proxy refused to connect to ${host}: ${nameStatus(proxyStatus)}.`;
  const advice =
    proxyStatus === 407
      ? text`Put its user and password into the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT.`
      : text`Allow the host at the proxy, or name it in no_proxy.`;
  return { title: 'proxy refused', message: text`${refused} ${advice}` };
}

function explainTokenError(error: TokenError, inputs: Inputs): Annotation {
  const host = hostOf(inputs.tokenUrl);
  switch (error.code) {
    case 'oauth_error':
      return explainOAuthError(error, inputs);
    case 'http_error':
      return explainStatus(error, nameStatus(error.answer.status), inputs);
    case 'redirect':
      return {
        title: 'redirect',
        message: text`${host} answered ${describeTokenError(error)}. It was not followed, for the secret would have gone along. Set token-url to the token endpoint itself.`,
      };
    case 'unparsable':
      return explainUnparsable(error, host);
    case 'no_access_token':
      return {
        title: 'no access_token',
        message: text`${host} answered ${describeTokenError(error)}. Check that token-url is the token endpoint${inputs.endpointType === 'oauth2' ? ', and grant-type' : ', and endpoint-type'}.`,
      };
    case 'no_expires_at':
      return {
        title: 'no expires_at',
        message: text`${host} answered ${describeTokenError(error)}, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url, and endpoint-type.`,
      };
    case 'malformed_token':
      return {
        title: 'malformed token',
        message: text`${host} answered ${describeTokenError(error)}; it could inject something into a later step, so it was thrown away. The server's operator has to mend it.`,
      };
  }
}

function explainUnparsable(error: TokenError, host: string): Annotation {
  const { contentType, length } = error.answer;
  const what = describeTokenError(error);
  if (length === 0) {
    return {
      title: 'empty answer',
      message: text`${host} answered ${what}. Check that token-url is the token endpoint.`,
    };
  }
  if (/html/i.test(contentType ?? '')) {
    return {
      title: 'a page, not a token',
      message: text`${host} answered ${what}: a page for people. Check token-url; it may name a login page, or a proxy may have answered.`,
    };
  }
  return {
    title: 'not a token',
    message: text`${host} answered ${what}: neither JSON nor a form. Check that token-url is the token endpoint.`,
  };
}

/** What a status says that no known error explains further. */
function explainStatus(error: TokenError, said: Text | string, inputs: Inputs): Annotation {
  const host = hostOf(inputs.tokenUrl);
  const { status } = error.answer;
  const answered = text`${host} answered ${said}`;
  const { pathname } = new URL(inputs.tokenUrl);
  switch (status) {
    case 400:
    case 401:
    case 403:
      return { title: 'refused', message: text`${answered}. ${adviseCredentials(inputs)}` };
    case 404:
    case 405:
    case 410:
      return {
        title: 'no token endpoint there',
        message: text`${answered} for ${pathname}. Check token-url against the provider's documentation.`,
      };
    case 406:
    case 415:
      return { title: 'format refused', message: text`${answered}. ${adviseFormat(inputs)}` };
    case 407:
      return explainProxyRefusal(status, host);
    case 429:
      return {
        title: 'too many requests',
        message: text`${answered}. Ask less often, or ask the provider for a higher limit.`,
      };
  }
  return status >= 500
    ? {
        title: 'server failed',
        message: text`${answered}. The provider's status page may tell more.`,
      }
    : {
        title: 'refused',
        message: text`${answered}. Check token-url and what the provider's documentation says of this answer.`,
      };
}

function adviseFormat({ endpointType, bodyFormat }: Inputs): Text {
  if (endpointType === 'acs_api') return text`Check token-url, and endpoint-type.`;
  return text`Try body-format: ${bodyFormat === 'form' ? 'json' : 'form'}.`;
}

function explainOAuthError(error: TokenError, inputs: Inputs): Annotation {
  const { oauthError, answer } = error;
  const host = hostOf(inputs.tokenUrl);
  // Only the first line: some servers write several (trace id, time), and all are in the group above.
  const description = oauthError?.description?.trim().split(/[\r\n]/)[0];
  const code = oauthError?.error ?? '';
  const said =
    description === undefined
      ? text`${answer.status} ${code}`
      : text`${answer.status} ${code}, "${description}"`;
  // With 401 or 403 unauthorized_client means: who is that?
  const unknownClient = code === 'unauthorized_client' && answer.status !== 400;
  const explain = Object.hasOwn(oauthErrors, code) ? oauthErrors[code] : undefined;
  if (explain !== undefined && !unknownClient) return explain({ host, said, inputs });
  if (answer.status > 403) return explainStatus(error, said, inputs);
  if (error.retryable) {
    return { title: 'server busy', message: text`${host} cannot answer for now: ${said}.` };
  }
  const refused = text`${host} refused the request: ${said}.`;
  const isAboutClient = [400, 401, 403].includes(answer.status);
  return {
    title: 'refused',
    message: isAboutClient ? text`${refused} ${adviseCredentials(inputs)}` : refused,
  };
}

type ExplainOAuthError = (facts: {
  readonly host: string;
  readonly said: Text;
  readonly inputs: Inputs;
}) => Annotation;

const dpopTitle = 'DPoP wanted';

const wantsProof: ExplainOAuthError = ({ host }) => ({
  title: dpopTitle,
  message: text`${host} wants a DPoP proof. A token bound to one is of no use to later steps. ${
    /\.okta(preview|-emea)?\.com$/.test(host)
      ? text`In Okta: Applications, the app, General Settings, switch off "Require Demonstrating Proof of Possession (DPoP) header in token requests".`
      : text`Switch DPoP off for this client at the provider.`
  }`,
});

/** What to do about the errors of RFC 6749 section 5.2, RFC 8707 section 2 and RFC 9449 sections 5 and 8. */
const oauthErrors: Readonly<Record<string, ExplainOAuthError>> = {
  invalid_client: ({ host, said, inputs }) => ({
    title: 'client refused',
    message: text`${host} refused the client: ${said}. ${adviseCredentials(inputs)}`,
  }),
  unauthorized_client: ({ host, said, inputs }) => ({
    title: 'grant not allowed',
    message: text`${host} does not let this client use grant type ${inputs.grantType}: ${said}. Allow it at the provider.`,
  }),
  unsupported_grant_type: ({ host, said, inputs }) => ({
    title: 'grant type not supported',
    message: text`${host} does not know grant type ${inputs.grantType}: ${said}. Check grant-type, and body-format: some servers read JSON only.`,
  }),
  invalid_scope: ({ host, said, inputs }) => ({
    title: 'scope refused',
    message:
      inputs.scopes.length === 0
        ? text`${host} wants a scope: ${said}. Set scopes.`
        : text`${host} refused the scope: ${said}. Check scopes: ${inputs.scopes.join(' ')}; the provider must know each and allow it to this client.`,
  }),
  invalid_target: ({ host, said }) => ({
    title: 'resource refused',
    message: text`${host} refused the resource: ${said}. Check resource and audience.`,
  }),
  invalid_grant: ({ host, said }) => ({
    title: 'grant refused',
    message: text`${host} refused the grant: ${said}. It may have expired, been used before or belong to another client.`,
  }),
  invalid_dpop_proof: wantsProof,
  use_dpop_nonce: wantsProof,
};

/** What to try when a server refuses who asks. Auth0 says access_denied, others invalid_request; it fits them all. */
function adviseCredentials(inputs: Inputs): Text {
  if (inputs.endpointType === 'acs_api') {
    return text`Check that client-id and client-secret belong together and are current.`;
  }
  const belong = text`Check that client-id and client-secret belong together and are current; if they are, try `;
  if (inputs.clientAuthMethod === 'client_secret_post') {
    return text`${belong}client-auth-method: client_secret_basic.`;
  }
  const post = text`${belong}client-auth-method: client_secret_post`;
  const { clientId, clientSecret, clientSecretEncoding } = inputs;
  // Only then do the two encodings differ.
  const encoded = [clientId, clientSecret].some((value) => encodeForm(value) !== value);
  const other = clientSecretEncoding === 'form' ? 'raw' : 'form';
  return encoded ? text`${post}, or client-secret-encoding: ${other}.` : text`${post}.`;
}

function explainInputs({ problems, emptySecret }: InputError): Annotation {
  // The secret last, for what it says is a paragraph.
  const sorted = problems.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const all = emptySecret === undefined ? sorted : [...sorted, sayEmptySecret(emptySecret)];
  const list = joinTexts(all, '; ');
  return {
    title: 'inputs',
    message: all.length === 1 ? list : text`${all.length} inputs need attention: ${list}`,
  };
}

/** A problem begins with the name of its input. */
function nameOf(problem: Text): string {
  return renderText(problem, (all) => all);
}

function explainNoRunner(variable: string): Annotation {
  return {
    title: 'not in a workflow',
    message: text`${variable} is not set, so there is nowhere to put a token. This runs as a step of a GitHub Actions workflow; npm run demo tries settings without one.`,
  };
}

function explainTooLong(envVar: string): Annotation {
  return {
    title: 'token too long',
    message: text`The token is too long for an environment variable of Windows (32,767 characters), so ${envVar} cannot hold it. Set env-var: false and use the output token.`,
  };
}

function sayEmptySecret(cause: MissingSecretCause): Text {
  switch (cause) {
    case 'fork':
      return text`client-secret is empty: this run is for a pull request from a fork, and GitHub gives such runs no secrets. To skip the job there, give it  if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository`;
    case 'dependabot':
      return text`client-secret is empty: Dependabot started this run, and it sees only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), or give the job  if: github.actor != 'dependabot[bot]'`;
    case 'unset':
      return text`client-secret is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.`;
  }
}

/** `503 Service Unavailable`, in the words of the registry; the server's own are text from outside. */
function nameStatus(status: number): string {
  const phrase = STATUS_CODES[status];
  return phrase === undefined ? String(status) : `${status} ${phrase}`;
}

function nameContent({ answer: { contentType, length } }: TokenError): string {
  if (length === 0) return 'an empty body';
  const type = contentType?.split(';')[0]?.trim() ?? '';
  return type === '' ? `${length} bytes of no named type` : type;
}

function hostOf(url: string): string {
  return new URL(url).host;
}

function originAndPath(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describeUnknown(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
