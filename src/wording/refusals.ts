import type { AnswerShape } from '../oauth2/answer/answer-shape.ts';
import { joinTexts, text, type Text } from '../log/text.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { adviseCredentials } from './advice/credentials.ts';
import { adviseIdToken, isAboutIdToken } from './advice/federation.ts';
import { adviseGrant, adviseGrantNotAllowed } from './advice/grants.ts';
import { explainPage, isTelling, laterAdvice } from './advice/pages.ts';
import { type Explanation, nameGrant, type Refusal } from './advice/refusal.ts';
import {
  adviseFormat,
  adviseRequest,
  adviseRequestMethod,
  adviseResource,
  adviseScope,
  adviseUnknownGrant,
  adviseUnset,
} from './advice/request.ts';
import { explainTopic, openings, type Topic } from './advice/openings.ts';
import { findTopic } from './advice/topics.ts';
import { adviseDpop, adviseRateLimit } from './advice/provider.ts';
import { nameUrlInput } from './names.ts';
import { explainProxyRefusal } from './proxy.ts';
import { nameCode, quoteWords } from './words.ts';

/**
 * Explains an answer that refuses, and says what to change. What a page is comes first, then what the server's words name, then the
 * status and the code.
 *
 * @param isPassing whether the same request may succeed a little later
 */
export function explainRefusal(refusal: Refusal, isPassing: boolean): Explanation {
  const { answer, status, code } = refusal;
  if (isTelling(answer.page)) return explainPage(answer.page, refusal, 'a token');
  if (status === 407) return explainProxyRefusal(status, refusal.host);
  if (status === 429) return explainTopic(reasons.limit, refusal);
  if (passingCodes.has(code)) return explainBusy(refusal);
  const topic = findTopic(refusal);
  if (topic !== undefined && isAboutRequest(refusal)) return explainTopic(topic, refusal);
  if (isPassing && status < 500) return explainBusy(refusal);
  return explainCode(refusal) ?? explainStatus(refusal);
}

/** The codes that say nothing but that the server cannot answer now (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5). */
const passingCodes: ReadonlySet<string> = new Set(['temporarily_unavailable', 'slow_down']);

/** Whether the words are about the request, and not about the place or about the server itself. */
function isAboutRequest({ status, code, answer }: Refusal): boolean {
  // A fault of SOAP 1.1 has 500 whatever it is about.
  if (isSoapFault(answer)) return true;
  if (status >= 500) return code !== '' && code !== 'server_error';
  return ![404, 405, 406, 410, 415].includes(status);
}

function isSoapFault({ words }: AnswerShape): boolean {
  return words?.form === 'markup' && /<(?:[A-Za-z][\w.-]{0,40}:)?Fault\b/.test(words.outside);
}

function explainBusy({ host, said }: Refusal): Explanation {
  return {
    title: 'server busy',
    message: text`${host} cannot answer now: ${said}. Check the provider's status page.`,
  };
}

/** What a refusal is about where its words say no more. */
const reasons = {
  client: { opening: () => openings.client, advise: adviseCredentials },
  scope: { opening: () => openings.scope, advise: adviseScope },
  resource: { opening: () => openings.resource, advise: adviseResource },
  grant: { opening: () => openings.grant, advise: adviseGrant },
  grantType: { opening: () => openings.grantType, advise: adviseGrantNotAllowed },
  request: { opening: () => openings.request, advise: adviseRequestOrClient },
  dpop: { opening: () => openings.dpop, advise: adviseDpop },
  limit: { opening: () => openings.limit, advise: adviseRateLimit },
  idToken: { opening: () => openings.idToken, advise: adviseIdToken },
  unknownGrant: {
    opening: () => openings.unknownGrant,
    advise: adviseUnknownGrant,
  },
} as const satisfies Readonly<Record<string, Pick<Topic, 'opening' | 'advise'>>>;

/** The codes of RFC 6749 section 5.2, RFC 8707 section 2 and RFC 9449 sections 5 and 8, and one of Entra's. */
const codes: Readonly<Record<string, keyof typeof reasons>> = {
  invalid_client: 'client',
  unauthorized_client: 'grantType',
  unsupported_grant_type: 'unknownGrant',
  invalid_request: 'request',
  invalid_scope: 'scope',
  invalid_target: 'resource',
  invalid_resource: 'resource',
  invalid_grant: 'grant',
  invalid_dpop_proof: 'dpop',
  use_dpop_nonce: 'dpop',
};

/** Some servers answer a wrong secret like a wrong request. */
function adviseRequestOrClient(refusal: Refusal): Text {
  if (refusal.inputs.endpointType === 'acs_api') return adviseCredentials(refusal);
  return text`${adviseRequest(refusal)} Some servers also answer like this to a wrong secret. ${adviseCredentials(refusal)}`;
}

/** By the code of the error; undefined where the server gives none that is registered, or the status says more. */
function explainCode(refusal: Refusal): Explanation | undefined {
  const { code, status } = refusal;
  if (code === '' || status >= 500) return undefined;
  if (isAboutIdToken(refusal)) return explainTopic(reasons.idToken, refusal);
  // With 401 or 403 unauthorized_client usually means that the client is not known.
  const isUnknownClient = code === 'unauthorized_client' && status !== 400;
  const reason = isUnknownClient || !Object.hasOwn(codes, code) ? undefined : codes[code];
  return reason === undefined ? undefined : explainTopic(reasons[reason], refusal);
}

/** By the status, where neither words nor code say more. */
function explainStatus(refusal: Refusal): Explanation {
  const { host, answer, said, status, code, inputs } = refusal;
  const answered = text`${host} answered ${said}`;
  switch (status) {
    case 400:
    case 401:
    case 403:
      return isAboutIdToken(refusal)
        ? explainTopic(reasons.idToken, refusal)
        : { title: 'refused', message: text`${answered}. ${adviseUnexplained(refusal)}` };
    case 404:
    case 405:
    case 410:
      return {
        title: 'no token endpoint there',
        message: text`${host} answered ${nameCode(answer)} for ${pathOf(inputs)}${quoteWords(answer)}. ${adviseUrl(inputs)}${adviseMethod(refusal)}`,
      };
    case 406:
      return {
        title: 'format refused',
        message: text`${answered}. Check ${nameUrlInput(inputs)}. If the provider's documentation names a value for Accept, set it in headers. Some firewalls also answer like this.`,
      };
    case 415:
      return { title: 'format refused', message: text`${answered}. ${adviseFormat(inputs)}` };
  }
  if (status >= 500 && /\bmaintenance\b|wartung/i.test(refusal.words)) {
    return { title: 'maintenance', message: text`${answered}. ${laterAdvice}` };
  }
  if (status >= 500) {
    return {
      title: 'server failed',
      message: text`${answered}. Check the provider's status page.`,
    };
  }
  const isOwnError = code !== '' || status < 300;
  return {
    title: 'refused',
    message: isOwnError
      ? text`${host} refused the request: ${said}. See the provider's documentation for this error.`
      : text`${answered}. Check ${nameUrlInput(inputs)}, and what the provider's documentation says about this answer.`,
  };
}

/** Another method than the server has at this path: it says so with 405, or in words ("Cannot POST /token"). */
function adviseMethod({ status, words, inputs }: Refusal): Text {
  const isNamed = status === 405 || /\bcannot (post|get|put)\b|\bmethod\b/i.test(words);
  return isNamed ? text` ${adviseRequestMethod(inputs)}` : text``;
}

function pathOf({ tokenUrl = '', issuer = '' }: Inputs): string {
  return new URL(tokenUrl === '' ? issuer : tokenUrl).pathname;
}

function adviseUrl({ issuer }: Inputs): Text {
  return issuer === undefined
    ? text`Check token-url against the provider's documentation.`
    : text`The issuer's metadata names this endpoint. If the provider's documentation names another, set token-url instead.`;
}

/** Nothing says why: what is refused most often, then what can be missing. */
function adviseUnexplained(refusal: Refusal): Text {
  const { inputs } = refusal;
  const isRefresh = inputs.grantType === 'refresh_token';
  const grant = isRefresh ? [adviseGrant(refusal)] : [];
  // 401 is about who the client is.
  const unset = isRefresh || refusal.status === 401 ? [] : adviseUnset(inputs);
  const allow =
    refusal.code === 'unauthorized_client'
      ? [text`Otherwise allow ${nameGrant(inputs)} for this client at the provider.`]
      : [];
  return joinTexts([adviseCredentials(refusal), ...grant, ...allow, ...unset], ' ');
}
