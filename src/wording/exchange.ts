import { TransportError } from '../http/transport-error.ts';
import { DiscoveryError, TokenError } from '../oauth2/errors.ts';
import { maxResponseBytes } from '../oauth2/token-endpoint.ts';
import type { FailedAttempt } from '../retry/retry.ts';
import { formatDuration, formatSeconds } from '../log/duration.ts';
import { describeClaims, type IdToken, maxAnswerBytes } from '../id-token/id-token.ts';
import type { Inputs, LocatedInputs } from '../inputs/inputs.ts';
import type { Stage, StageFacts } from '../failures/stage-error.ts';
import { showInput, text, type Text } from '../log/text.ts';
import {
  describeUnknown,
  nameContent,
  nameProxyFault,
  nameStatus,
  nameTlsFault,
  originAndPath,
} from './names.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';

/** What was asked for, and what was known then. */
export interface StageView extends StageFacts {
  readonly stage: Stage;
}

/** A failed attempt that is not the end of the story, or not its first chapter. */
export function sayFailedAttempt(failure: FailedAttempt, view: StageView): Text {
  const { attempt, maxAttempts } = failure;
  const what = describeFailure(failure, view);
  const purpose = purposes[view.stage];
  return text`Attempt ${attempt} of ${maxAttempts}${purpose} failed: ${what}.${sayNext(failure)}`;
}

const purposes: Readonly<Record<Stage, Text>> = {
  metadata: text` to read the issuer's metadata`,
  id_token: text` to get GitHub's ID token`,
  token: text``,
  revocation: text` to revoke the token`,
};

function sayNext({ wait, retryAfter }: FailedAttempt): Text {
  if (wait === undefined) return text``;
  if (wait === retryAfter && wait > 0) {
    return text` The server asks for ${formatSeconds(wait)} (Retry-After). Trying again then.`;
  }
  return wait === 0 ? text` Trying again now.` : text` Trying again in ${formatDuration(wait)}.`;
}

/** The title of what was sent and what came back. */
export function sayExchangeTitle(stage: Stage): Text {
  switch (stage) {
    case 'metadata':
      return text`Metadata: request and answer`;
    case 'id_token':
      return text`GitHub's ID token: request and answer`;
    case 'token':
      return text`Request and answer`;
    case 'revocation':
      return text`Revocation: request and answer`;
  }
}

/** The shape of a request for an issuer's metadata. */
export function describeDiscovery(issuer: string): Text[] {
  return [text`metadata of ${issuer}`];
}

/** The shape of a request for GitHub's ID token, without anything secret. */
export function describeIdTokenRequest(url: string, { idTokenAudience }: Inputs): Text[] {
  const audience = idTokenAudience ?? "GitHub's default";
  const where = URL.canParse(url) ? originAndPath(url) : 'a URL that is none';
  return [text`GET ${where}`, text`audience: ${audience}`];
}

/** The shape of a request to an ACS endpoint, without anything secret. */
export function describeAcsRequest({ tokenUrl, clientId = '', headers }: LocatedInputs): Text[] {
  return [
    text`GET ${originAndPath(tokenUrl)}`,
    text`client ${showInput(clientId)}, acs_api, headers: client-id, client-secret`,
    ...describeHeaders(headers),
  ];
}

/** The shape of a request to a token endpoint, without anything secret. */
export function describeRequest(inputs: LocatedInputs, parameterNames: readonly string[]): Text[] {
  const { tokenUrl, clientId, headers } = inputs;
  const client = clientId === undefined ? text`no client id` : text`client ${showInput(clientId)}`;
  return [
    text`POST ${originAndPath(tokenUrl)}`,
    text`${client}, ${nameAuthentication(inputs)}, body: ${parameterNames.join(', ')}`,
    ...describeHeaders(headers),
  ];
}

/** The shape of a request to a revocation endpoint, without anything secret. */
export function describeRevocation(
  inputs: LocatedInputs,
  revocationUrl: string,
  parameterNames: readonly string[],
): Text[] {
  return describeRequest({ ...inputs, tokenUrl: revocationUrl }, parameterNames);
}

/** How the client authenticates, and what signs. */
function nameAuthentication(inputs: Inputs): string {
  const { clientAuthMethod, clientSecretEncoding, macAlgorithm, signingKey } = inputs;
  const key = signingKey === undefined ? '' : nameKey(signingKey);
  switch (clientAuthMethod) {
    case undefined:
      return 'ID token as client_assertion';
    case 'client_secret_basic':
      return `client_secret_basic (${clientSecretEncoding})`;
    case 'client_secret_jwt':
      return `client_secret_jwt (${macAlgorithm})`;
    case 'private_key_jwt':
      return `private_key_jwt (${key})`;
    case 'none':
      return inputs.privateKeyAs === 'assertion' ? `signed assertion (${key})` : 'none';
    default:
      return clientAuthMethod;
  }
}

function nameKey({ algorithm, keyId }: NonNullable<Inputs['signingKey']>): string {
  return keyId === undefined ? algorithm : `${algorithm}, kid ${keyId}`;
}

function describeHeaders(headers: Inputs['headers']): Text[] {
  const names = headers.map(([name]) => name).join(', ');
  return names === '' ? [] : [text`further headers: ${names}`];
}

/** What the ID token of an attempt says; nothing where it had none. */
export function describeIdToken(idToken: IdToken | undefined): Text[] {
  return idToken === undefined ? [] : [text`ID token: ${writeClaims(idToken)}`];
}

/** What a server that trusts GitHub's ID tokens looks at. */
export function writeClaims({ claims }: IdToken): Text {
  const { iss = 'none', sub = 'none', aud = 'none' } = describeClaims(claims);
  return text`iss: ${iss}, sub: ${sub}, aud: ${aud}`;
}

/** The answer to an attempt that failed. */
export function describeAnswer(failure: FailedAttempt, view: StageView): Text[] {
  const { error, took } = failure;
  const after = text`after ${formatDuration(took)}`;
  const idToken = view.stage === 'token' ? describeIdToken(view.idToken) : [];
  if (error instanceof TokenError) return [...idToken, ...describeTokenAnswer(error, after)];
  if (error instanceof DiscoveryError) return describeMetadataAnswer(error, after);
  if (error instanceof IdTokenError && error.status !== undefined) {
    return [text`${nameStatus(error.status)}, ${after}`];
  }
  const what = describeFailure(failure, view);
  // A time that was over says how long it was.
  const isLate = error instanceof TransportError && error.code === 'timeout';
  return [...idToken, isLate ? what : text`failed ${after}: ${what}`];
}

function describeTokenAnswer(error: TokenError, after: Text): Text[] {
  const { answer, oauthError, location } = error;
  return [
    text`${nameStatus(answer.status)}, ${nameContent(answer)}, ${after}`,
    ...listDetails([
      ['error', oauthError?.error],
      ['error_description', oauthError?.description],
      ['error_uri', oauthError?.uri],
      ['location', location],
    ]),
  ];
}

function describeMetadataAnswer(error: DiscoveryError, after: Text): Text[] {
  const { attempts, answer, actualIssuer, endpoint, location } = error;
  return [
    ...attempts.map(({ url, status }) => text`GET ${url}: ${nameStatus(status)}`),
    text`${nameContent(answer)}, ${after}`,
    ...listDetails([
      ['issuer', actualIssuer],
      ['token_endpoint', endpoint],
      ['location', location],
    ]),
  ];
}

function listDetails(details: readonly [string, string | undefined][]): Text[] {
  return details.flatMap(([name, value]) => (value === undefined ? [] : [text`${name}: ${value}`]));
}

/** The answer to the attempt that succeeded. */
export function describeSuccess(stage: Stage, attempt: number, took: number): Text {
  const after = text`at attempt ${attempt}, after ${formatDuration(took)}`;
  switch (stage) {
    case 'metadata':
      return text`metadata ${after}`;
    case 'id_token':
      return text`an ID token ${after}`;
    case 'token':
      return text`a token ${after}`;
    case 'revocation':
      return text`revoked ${after}`;
  }
}

/** What went wrong with one attempt, in a few words. */
export function describeFailure({ error, allowed }: FailedAttempt, view: StageView): Text {
  if (error instanceof TokenError) return describeTokenError(error);
  if (error instanceof DiscoveryError) return describeDiscoveryError(error);
  if (error instanceof IdTokenError) return describeIdTokenError(error);
  if (error instanceof TransportError) return describeTransportError(error, allowed, view);
  return text`${describeUnknown(error)}`;
}

/** What an answer without a token was, in a few words. */
export function describeTokenError(error: TokenError): Text {
  const { answer, location } = error;
  const status = nameStatus(answer.status);
  switch (error.code) {
    case 'oauth_error':
      return text`${answer.status} ${error.oauthError?.error ?? ''}`;
    case 'http_error':
      return text`${status}`;
    case 'redirect':
      return describeRedirect(answer.status, location);
    case 'unparsable':
      return text`${status} with ${nameContent(answer)} in place of a token`;
    case 'no_access_token':
      return text`${status} without an access_token`;
    case 'no_expires_at':
      return text`${status} without a Zulu time in expires_at`;
    case 'malformed_token':
      return text`${status} with a token that has characters no token can have`;
  }
}

/** What an answer without usable metadata was, in a few words. */
export function describeDiscoveryError(error: DiscoveryError): Text {
  const { answer, location, actualIssuer, endpoint = '' } = error;
  const status = nameStatus(answer.status);
  switch (error.code) {
    case 'not_found':
    case 'refused':
      return text`${status}`;
    case 'not_metadata':
      return text`${status} with ${nameContent(answer)} in place of metadata`;
    case 'issuer_mismatch':
      return actualIssuer === undefined
        ? text`metadata that names no issuer`
        : text`metadata of ${actualIssuer}`;
    case 'no_token_endpoint':
      return text`metadata without a token endpoint`;
    case 'unusable_endpoint':
      return text`metadata with a token endpoint that cannot be used: ${endpoint}`;
    case 'redirect':
      return describeRedirect(answer.status, location);
  }
}

function describeRedirect(status: number, location: string | undefined): Text {
  const name = nameStatus(status);
  return location === undefined
    ? text`${name}, a redirect`
    : text`${name}, a redirect to ${location}`;
}

function describeIdTokenError({ code, status = 0 }: IdTokenError): Text {
  switch (code) {
    case 'no_permission':
      return text`this job may not ask for one`;
    case 'bad_endpoint':
      return text`the runner names no https URL for it`;
    case 'refused':
      return text`${nameStatus(status)}`;
    case 'unparsable':
    case 'malformed':
      return text`${nameStatus(status)} without an ID token`;
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

/** The most that is read of an answer, as people write it. */
export function nameLimit({ stage }: StageView): string {
  const bytes = stage === 'id_token' ? maxAnswerBytes : maxResponseBytes;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib} KiB` : `${kib / 1024} MiB`;
}

function describeTransportError(error: TransportError, allowed: number, view: StageView): Text {
  const system = error.systemCode ?? '';
  switch (error.code) {
    case 'timeout':
      return text`no answer within ${formatDuration(allowed)}`;
    case 'name_not_found':
      return view.stage === 'id_token'
        ? text`its name was not found (${system})`
        : text`the name ${new URL(view.server).hostname} was not found (${system})`;
    case 'connection_failed':
      return text`${networkErrors[system] ?? 'the connection failed'} (${system})`;
    case 'tls_failed':
      return text`TLS failed: ${nameTlsFault(error.cause)} (${system})`;
    case 'proxy_refused':
      return text`the proxy refused: ${nameStatus(error.proxyStatus ?? 0)}`;
    case 'proxy_invalid':
      return text`the proxy's address in the environment is no usable URL`;
    case 'proxy_unreachable':
      return text`the proxy could not be reached: ${nameProxyFault(error.cause) ?? system}`;
    case 'answer_cut':
      return text`the answer was cut off`;
    case 'answer_unreadable':
      return text`the answer is not readable HTTP`;
    case 'answer_too_large':
      return text`the answer is larger than ${nameLimit(view)}`;
    case 'request_failed':
      return text`the request failed: ${describeUnknown(error.cause)}`;
  }
}
