import type { DiscoveryError } from '../oauth2/errors.ts';
import type { Annotation } from '../log/log.ts';
import { joinTexts, text, type Text } from '../log/text.ts';
import { explainPage, isTelling } from './advice/pages.ts';
import { hostOf, listDetails, nameContent, nameRedirect, nameStatus, placeOf } from './names.ts';
import { explainProxyRefusal } from './proxy.ts';
import type { StageView } from './stages.ts';
import { describeWords, nameCode, nameLength, quoteWords } from './words.ts';

/** Says in a few words what an answer without usable metadata was. */
export function describeDiscoveryError(error: DiscoveryError): Text {
  return text`${nameFault(error)}${quoteWords(error.answer)}`;
}

function nameFault({ code, answer, location, actualIssuer, endpoint = '' }: DiscoveryError): Text {
  const status = nameStatus(answer.status);
  switch (code) {
    case 'not_found':
    case 'refused':
      return nameCode(answer);
    case 'not_metadata':
      return text`${status} with ${nameContent(answer)} instead of metadata`;
    case 'issuer_mismatch':
      return actualIssuer === undefined
        ? text`metadata without an issuer`
        : text`metadata of ${actualIssuer}`;
    case 'no_token_endpoint':
      return text`metadata without a token endpoint`;
    case 'unusable_endpoint':
      return text`metadata with a token endpoint that cannot be used: ${placeOf(endpoint)}`;
    case 'redirect':
      return nameRedirect(answer.status, location);
  }
}

/** Each URL that was tried, and what the last answer held. */
export function describeMetadataAnswer(error: DiscoveryError, after: Text): Text[] {
  const { attempts, answer, actualIssuer, endpoint, location } = error;
  return [
    ...attempts.map(({ url, status }) => text`GET ${url}: ${nameStatus(status)}`),
    text`${nameContent(answer)}${nameLength(answer)}, ${after}`,
    ...describeWords(answer),
    ...listDetails([
      ['issuer', actualIssuer],
      ['token_endpoint', endpoint === undefined ? undefined : placeOf(endpoint)],
      ['location', location === undefined ? undefined : placeOf(location)],
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
  if (error.code !== 'not_found' && isTelling(answer.page)) {
    return explainPage(answer.page, { host, answer, inputs }, 'metadata');
  }
  const tried = attempts.map(({ url, status }) => text`${url} (${status})`);
  const instead = text`Check issuer against the provider's documentation, or set token-url instead.`;
  switch (error.code) {
    case 'not_found':
      return {
        title: 'no metadata there',
        message: text`${host} has no metadata for this issuer. Tried: ${joinTexts(tried, ', ')}${quoteWords(answer)}. ${instead}`,
      };
    case 'issuer_mismatch':
      return actualIssuer === undefined
        ? {
            title: 'issuer not named',
            message: text`${host} has metadata without an issuer. ${instead}`,
          }
        : {
            title: 'another issuer',
            message: text`The metadata of ${host} is for the issuer ${actualIssuer}, not ${issuer}. The two must be identical, including the last slash. Set issuer to the first if that is the server you mean, or set token-url instead.`,
          };
    case 'not_metadata':
      return {
        title: 'no metadata there',
        message: text`${host} answered ${nameStatus(answer.status)} with ${nameContent(answer)} instead of metadata${quoteWords(answer)}. ${instead}`,
      };
    case 'no_token_endpoint':
      return {
        title: 'no token endpoint in the metadata',
        message: text`The metadata of ${host} has no token endpoint. Set token-url instead of issuer.`,
      };
    case 'unusable_endpoint':
      return {
        title: 'token endpoint not usable',
        message: text`The metadata of ${host} has a token endpoint that cannot be used: ${placeOf(endpoint)}. It must begin with https:// and have no user, password or fragment. Set token-url instead of issuer.`,
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
    message: text`${answered}. Check the provider's status page. With token-url instead of issuer, no metadata is needed.`,
  };
}
