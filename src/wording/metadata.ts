import type { DiscoveryError } from '../oauth2/errors.ts';
import type { Annotation } from '../log/log.ts';
import { joinTexts, text, type Text } from '../log/text.ts';
import { hostOf, listDetails, nameContent, nameRedirect, nameStatus } from './names.ts';
import { explainProxyRefusal } from './proxy.ts';
import type { StageView } from './stages.ts';

/** Says in a few words what an answer without usable metadata was. */
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
      return nameRedirect(answer.status, location);
  }
}

/** Each URL that was tried, and what the last answer held. */
export function describeMetadataAnswer(error: DiscoveryError, after: Text): Text[] {
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

/** Explains why there is no usable metadata, and says what to check. */
export function explainDiscoveryError(
  error: DiscoveryError,
  { inputs, server }: StageView,
): Annotation {
  const host = hostOf(server);
  const { issuer = '' } = inputs;
  const { answer, attempts, actualIssuer, endpoint = '' } = error;
  const tried = attempts.map(({ url, status }) => text`${url} (${status})`);
  const instead = text`Check issuer against the provider's documentation, or give token-url instead.`;
  switch (error.code) {
    case 'not_found':
      return {
        title: 'no metadata there',
        message: text`${host} has no metadata for this issuer; tried ${joinTexts(tried, ', ')}. ${instead}`,
      };
    case 'issuer_mismatch':
      return actualIssuer === undefined
        ? {
            title: 'issuer not named',
            message: text`${host} has metadata that names no issuer. ${instead}`,
          }
        : {
            title: 'another issuer',
            message: text`${host} calls itself ${actualIssuer}, not ${issuer}. The two must be the same to the last slash: set issuer to what the server calls itself, if that is the one you mean, or give token-url instead.`,
          };
    case 'not_metadata':
      return {
        title: 'no metadata there',
        message: text`${host} answered ${nameStatus(answer.status)} with ${nameContent(answer)} in place of metadata. ${instead}`,
      };
    case 'no_token_endpoint':
      return {
        title: 'no token endpoint in the metadata',
        message: text`The metadata of ${host} names no token endpoint. Give token-url instead of issuer.`,
      };
    case 'unusable_endpoint':
      return {
        title: 'token endpoint not usable',
        message: text`The metadata of ${host} names a token endpoint that cannot be used: ${endpoint}; it must be https, without user information and fragment. Give token-url instead of issuer.`,
      };
    case 'redirect':
    case 'refused':
      return explainMetadataStatus(error, host, instead);
  }
}

function explainMetadataStatus(error: DiscoveryError, host: string, instead: Text): Annotation {
  const { status } = error.answer;
  if (status === 407) return explainProxyRefusal(status, host);
  const answered = text`${host} answered the request for its metadata with ${describeDiscoveryError(error)}`;
  if (!error.retryable) {
    return { title: 'no metadata there', message: text`${answered}. ${instead}` };
  }
  return {
    title: 'server failed',
    message: text`${answered}. The provider's status page may tell more; token-url in place of issuer needs no metadata.`,
  };
}
