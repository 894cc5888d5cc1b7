import type { TokenError } from '../oauth2/errors.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { joinTexts, showInput, text, type Text } from '../log/text.ts';
import type { AnswerShape } from '../oauth2/answer/answer-shape.ts';
import {
  listDetails,
  nameContent,
  nameRedirect,
  nameStatus,
  nameUrlInput,
  placeOf,
} from './names.ts';
import { explainPage, isTelling } from './advice/pages.ts';
import { type Explanation, readRefusal, type Refusal } from './advice/refusal.ts';
import { findTopic } from './advice/topics.ts';
import { explainRefusal } from './refusals.ts';
import { describeShape, quoteAnswer, quoteWords } from './words.ts';
import { isSuccessStatus } from '../http/transport-error.ts';
import { shortestToken } from '../oauth2/token-response.ts';
import type { StageView } from './stages.ts';

/** Says in a few words what an answer without a token was. */
export function describeTokenError(error: TokenError): Text {
  const { answer } = error;
  const isError = error.code === 'oauth_error' || error.code === 'http_error';
  return isError ? quoteAnswer(answer) : text`${nameFault(error)}${quoteWords(answer)}`;
}

function nameFault({ code, answer, location, path }: TokenError): Text {
  const status = nameStatus(answer.status);
  switch (code) {
    case 'oauth_error':
    case 'http_error':
      return text`${status}`;
    case 'redirect':
      return nameRedirect(answer.status, location);
    case 'unparsable':
      return text`${status} with ${nameContent(answer)} instead of a token`;
    case 'no_access_token':
      return path === undefined
        ? text`${status} without an access_token`
        : text`${status} without a token at ${showInput(path)}`;
    case 'no_expires_at':
      return text`${status} without a Zulu time in expires_at`;
    case 'malformed_token':
      return text`${status} with a token that has characters that are not allowed`;
    case 'short_token':
      return text`${status} with a token of fewer than ${shortestToken} characters`;
  }
}

/** The shape of the answer, and what it says. */
export function describeTokenAnswer(error: TokenError, after: Text): Text[] {
  const { answer, oauthError, location } = error;
  // With a success status an address could carry the token.
  const uri = isSuccessStatus(answer.status) ? undefined : oauthError?.uri;
  return [
    ...describeShape(answer, after),
    ...listDetails([
      ['error_uri', uri],
      ['location', location === undefined ? undefined : placeOf(location)],
    ]),
  ];
}

/** Explains why an answer brought no token, and says what to change. */
export function explainTokenError(error: TokenError, view: StageView): Explanation {
  const { inputs } = view;
  const refusal = readRefusal(error.answer, view);
  const answered = text`${refusal.host} answered ${describeTokenError(error)}`;
  switch (error.code) {
    case 'oauth_error':
    case 'http_error':
      return explainRefusal(refusal, error.retryable);
    case 'redirect':
      return {
        title: 'redirect',
        message: text`${answered}. Redirects are not followed, because they would send the secret to another address. ${adviseRedirect(inputs, error.location)}`,
      };
    case 'unparsable':
      return explainUnparsable(error, refusal);
    case 'no_access_token':
      return explainMissingToken(error, refusal);
    case 'no_expires_at':
      return {
        title: 'no expires_at',
        message: text`${answered}, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url and endpoint-type.`,
      };
    case 'malformed_token':
      return {
        title: 'malformed token',
        message: text`${answered}. It could inject commands into later steps, so it was discarded. The server's operator must fix it.`,
      };
    case 'short_token':
      return {
        title: 'malformed token',
        message: text`${answered}. So short a token cannot be hidden in the log. ${adviseEndpoint(inputs)}.`,
      };
  }
}

function adviseEndpoint({ issuer }: Inputs): Text {
  return issuer === undefined
    ? text`Check that token-url is the token endpoint`
    : text`Check issuer, whose metadata names this token endpoint`;
}

/** The path of a login page, or the host of a gateway; many token endpoints have a host that is called so. */
const loginPlace =
  /^(?:https?:\/\/[^/]*)?\/[^?#]*(?:log-?[io]n|sign-?[io]n|\bsso\b|saml)|cloudflareaccess\.com\//i;

function adviseRedirect({ issuer }: Inputs, location = ''): Text {
  const set =
    issuer === undefined
      ? text`Set token-url to the token endpoint itself.`
      : text`Set token-url to the token endpoint itself, instead of issuer.`;
  const isLogin = loginPlace.test(location);
  return isLogin
    ? text`${set} The redirect points to a login page. A gateway with its own login may be in front of the server.`
    : set;
}

/** The line that reads the token from where it probably is; it stands last, to be copied. */
function suggestFields({ answer, inputs }: Refusal): Text | undefined {
  const { tokenPath } = answer;
  if (tokenPath === undefined || inputs.endpointType !== 'oauth2') return undefined;
  const line = text`\`response-fields: access_token=${tokenPath}\``;
  return tokenPath === '.'
    ? text`If the whole body is the token, add ${line}`
    : text`If ${tokenPath} is the token, add ${line}`;
}

function explainMissingToken(error: TokenError, refusal: Refusal): Explanation {
  const fix = suggestFields(refusal);
  const answered = text`${refusal.host} answered ${describeTokenError(error)}.`;
  const advice = error.path === undefined ? adviseMissingToken(refusal, fix) : [correctPath];
  return {
    title: 'no access_token',
    message: joinTexts([answered, ...listFields(refusal.answer), ...advice], ' '),
    fix,
  };
}

/** An error that poses as a success says what is wrong; otherwise the place is wrong, or the token has another name. */
function adviseMissingToken(refusal: Refusal, fix: Text | undefined): Text[] {
  const { inputs, answer } = refusal;
  const topic = findTopic(refusal);
  if (topic !== undefined) return [topic.advise(refusal)];
  if (fix !== undefined) return [];
  const isOAuth = inputs.endpointType === 'oauth2';
  const check = text`${adviseEndpoint(inputs)}${isOAuth ? text`, and grant-type` : text`, and endpoint-type`}.`;
  const hasFields = (answer.fields ?? []).length > 0;
  return isOAuth && hasFields
    ? [check, text`If one of these fields is the token, set response-fields.`]
    : [check];
}

/** The path of response-fields is wrong. */
const correctPath = text`Check response-fields: a path is field names joined by dots, such as data.token.`;

/** The names of the fields, at the top and one object below. */
function listFields({ fields = [] }: AnswerShape): Text[] {
  return fields.length === 0 ? [] : [text`Its fields: ${fields.join(', ')}.`];
}

function explainUnparsable(error: TokenError, refusal: Refusal): Explanation {
  const { inputs, answer } = refusal;
  const answered = text`${refusal.host} answered ${describeTokenError(error)}`;
  const check = adviseEndpoint(inputs);
  if (answer.length === 0) {
    return { title: 'empty answer', message: text`${answered}. ${check}.` };
  }
  if (isTelling(answer.page)) return explainPage(answer.page, refusal, 'a token');
  if (answer.page === 'page' || /html/i.test(answer.contentType ?? '')) {
    return {
      title: 'a page, not a token',
      message: text`${answered}, a web page. Check ${nameUrlInput(inputs)}. A proxy may have answered instead.`,
    };
  }
  const what =
    (answer.fields ?? []).length > 0 ? text`: a list` : text`: neither a JSON object nor a form`;
  return {
    title: 'not a token',
    message: joinTexts([text`${answered}${what}.`, ...listFields(answer), text`${check}.`], ' '),
    fix: suggestFields(refusal),
  };
}
