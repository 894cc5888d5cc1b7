import type { TokenError } from '../oauth2/errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { Annotation } from '../log/log.ts';
import { showInput, text, type Text } from '../log/text.ts';
import {
  hostOf,
  listDetails,
  nameContent,
  nameRedirect,
  nameStatus,
  nameUrlInput,
} from './names.ts';
import { shortestToken } from '../oauth2/token-response.ts';
import { explainOAuthError, explainStatus } from './refusals.ts';
import type { StageView } from './stages.ts';

/** Says in a few words what an answer without a token was. */
export function describeTokenError(error: TokenError): Text {
  const { answer, location } = error;
  const status = nameStatus(answer.status);
  switch (error.code) {
    case 'oauth_error':
      return text`${answer.status} ${error.oauthError?.error ?? ''}`;
    case 'http_error':
      return text`${status}`;
    case 'redirect':
      return nameRedirect(answer.status, location);
    case 'unparsable':
      return text`${status} with ${nameContent(answer)} in place of a token`;
    case 'no_access_token':
      return error.path === undefined
        ? text`${status} without an access_token`
        : text`${status} without a token at ${showInput(error.path)}`;
    case 'no_expires_at':
      return text`${status} without a Zulu time in expires_at`;
    case 'malformed_token':
      return text`${status} with a token that has characters no token can have`;
    case 'short_token':
      return text`${status} with a token of fewer than ${shortestToken} characters`;
  }
}

/** The shape of the answer, and what it says. */
export function describeTokenAnswer(error: TokenError, after: Text): Text[] {
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

/** Explains why an answer brought no token, and says what to change. */
export function explainTokenError(error: TokenError, view: StageView): Annotation {
  const { inputs, server } = view;
  const host = hostOf(server);
  const what = describeTokenError(error);
  switch (error.code) {
    case 'oauth_error':
      return explainOAuthError(error, view);
    case 'http_error':
      return explainStatus(error, nameStatus(error.answer.status), view);
    case 'redirect':
      return {
        title: 'redirect',
        message: text`${host} answered ${what}. It was not followed, for the secret would have gone along. ${adviseRedirect(inputs)}`,
      };
    case 'unparsable':
      return explainUnparsable(error, view);
    case 'no_access_token':
      return {
        title: 'no access_token',
        message: text`${host} answered ${what}. ${adviseAboutToken(error, inputs)}`,
      };
    case 'no_expires_at':
      return {
        title: 'no expires_at',
        message: text`${host} answered ${what}, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url, and endpoint-type.`,
      };
    case 'malformed_token':
      return {
        title: 'malformed token',
        message: text`${host} answered ${what}; it could inject something into a later step, so it was thrown away. The server's operator has to mend it.`,
      };
    case 'short_token':
      return {
        title: 'malformed token',
        message: text`${host} answered ${what}, which cannot be hidden in the log: a mask of so few would hide ordinary words. ${adviseEndpoint(inputs)}.`,
      };
  }
}

function adviseEndpoint({ issuer }: Inputs): Text {
  return issuer === undefined
    ? text`Check that token-url is the token endpoint`
    : text`Check issuer, whose metadata names this token endpoint`;
}

function adviseAboutToken({ path }: TokenError, inputs: Inputs): Text {
  if (path !== undefined) {
    return text`Check response-fields against the provider's documentation: a path is field names joined by dots, such as data.token.`;
  }
  const check = adviseEndpoint(inputs);
  return inputs.endpointType === 'oauth2'
    ? text`${check}, and grant-type. If the token is in another field, name it: response-fields: access_token=...`
    : text`${check}, and endpoint-type.`;
}

function adviseRedirect({ issuer }: Inputs): Text {
  return issuer === undefined
    ? text`Set token-url to the token endpoint itself.`
    : text`Give token-url, the token endpoint itself, instead of issuer.`;
}

function explainUnparsable(error: TokenError, { inputs, server }: StageView): Annotation {
  const { contentType, length } = error.answer;
  const answered = text`${hostOf(server)} answered ${describeTokenError(error)}`;
  const check = adviseEndpoint(inputs);
  if (length === 0) {
    return { title: 'empty answer', message: text`${answered}. ${check}.` };
  }
  if (/html/i.test(contentType ?? '')) {
    return {
      title: 'a page, not a token',
      message: text`${answered}: a page for people. Check ${nameUrlInput(inputs)}; it may name a login page, or a proxy may have answered.`,
    };
  }
  return {
    title: 'not a token',
    message: text`${answered}: neither a JSON object nor a form. ${check}.`,
  };
}
