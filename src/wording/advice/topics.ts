import { showsCertificate } from '../../inputs/client/tls-credentials.ts';
import { text } from '../../log/text.ts';
import { tokenExchangeGrant } from '../../oauth2/grant.ts';
import {
  adviseAlgorithm,
  adviseClock,
  adviseIssuerAndSubject,
  adviseKey,
  adviseKeyLength,
  adviseReplay,
} from './assertions.ts';
import { adviseCredentials } from './credentials.ts';
import { adviseIdToken } from './federation.ts';
import {
  adviseGrant,
  adviseGrantNotAllowed,
  advisePublicClient,
  adviseRedirect,
  adviseRefreshToken,
  adviseServiceAccount,
} from './grants.ts';
import { about, type Opening, openings, textOf, type Topic } from './openings.ts';
import * as patterns from './patterns.ts';
import {
  adviseAccount,
  adviseAddress,
  adviseConsent,
  adviseDpop,
  adviseGatewayRoute,
  adviseIdentityProxy,
  adviseMethod,
  adviseOtherMethod,
  advisePermission,
  adviseRateLimit,
  adviseScheme,
  adviseTenant,
  findOtherMethod,
} from './provider.ts';
import { isKeyGrant, type Refusal, sendsSignedJwt } from './refusal.ts';
import {
  adviseApiKey,
  adviseAudience,
  adviseHeader,
  adviseMissing,
  adviseNamedFormat,
  adviseRequestMethod,
  adviseResource,
  adviseScope,
  adviseUnknownGrant,
  findMissingParameter,
} from './request.ts';

function signs({ inputs }: Refusal): boolean {
  return sendsSignedJwt(inputs);
}

/** What the signed JWT is in the request is what is refused with it. */
function openJwt({ inputs }: Refusal): Opening {
  return isKeyGrant(inputs) ? openings.grant : openings.client;
}

/** The ID token is the credential of the client. */
function isIdTokenClient({ inputs, idToken }: Refusal): boolean {
  return idToken !== undefined && inputs.idTokenAs === 'client_assertion';
}

function isOAuth({ inputs }: Refusal): boolean {
  return inputs.endpointType === 'oauth2';
}

/** Longer words list everything that can be wrong, characters. */
const longestSingleFault = 80;

/** A user logs in with the grant, and the words are not about the client. */
function isUserGrant({ inputs, words }: Refusal): boolean {
  const isOff = /\b(locked|disabled|suspended|inactive|deactivated)\b/i.test(words);
  return inputs.grantType === 'password' && !isOff && !/client|secret/i.test(words);
}

/**
 * What the words of a server are about; the first that fits counts. What can only be meant literally comes first, then the client's
 * credentials, which beat everything else that is named, then the parts of the request.
 */
export const topics: readonly Topic[] = [
  about('plain HTTP', patterns.namesPlainHttp, openings.scheme, adviseScheme),
  about('rate limit', patterns.namesLimit, openings.limit, adviseRateLimit),
  about(
    'DPoP',
    patterns.namesDpop,
    openings.dpop,
    adviseDpop,
    ({ words }) => !patterns.namesCertificate.test(words),
  ),
  about('route of a gateway', patterns.namesGatewayRoute, openings.request, adviseGatewayRoute),
  about('identity-aware proxy', patterns.namesIdentityProxy, openings.request, adviseIdentityProxy),
  about(
    'client-id as well as an ID token',
    /client[_ ]?id\b.{0,60}\b(match|differ|equal|same)|\b(sub|subject)\b.{0,60}\b(match|differ|equal).{0,60}client[_ ]?id/i,
    openings.client,
    () =>
      text`Remove client-id. GitHub's OIDC token already names the client (sub), and the two must be the same.`,
    (refusal) => isIdTokenClient(refusal) && refusal.inputs.clientId !== undefined,
  ),
  about(
    'client certificate',
    patterns.namesCertificate,
    openings.client,
    (refusal) =>
      showsCertificate(refusal.inputs)
        ? adviseCredentials(refusal)
        : text`The provider expects a client certificate. Set client-certificate and client-key.`,
    isOAuth,
  ),
  about(
    'client authentication method',
    patterns.namesMethod,
    openings.client,
    adviseMethod,
    // Hydra lists this, too, after every refusal of a client.
    (refusal) =>
      isOAuth(refusal) &&
      findOtherMethod(refusal) === undefined &&
      !/unknown client/i.test(refusal.words),
  ),
  {
    name: 'another client authentication method',
    isNamed: (refusal) => findOtherMethod(refusal) !== undefined,
    opening: () => openings.client,
    advise: adviseOtherMethod,
  },
  about(
    'signed JWT',
    /client[ _]assertion|signed jwt|\bjwt\b.{0,20}(required|expected|missing)/i,
    openings.client,
    () =>
      text`The provider expects a signed JWT from this client. Set private-key, or client-auth-method: client_secret_jwt.`,
    (refusal) =>
      isOAuth(refusal) &&
      !signs(refusal) &&
      !isIdTokenClient(refusal) &&
      !/client[ _-]?secret/i.test(refusal.words),
  ),
  about(
    'missing header',
    patterns.namesHeader,
    openings.request,
    adviseHeader,
    ({ words }) => !/api[ _-]?key/i.test(words),
  ),
  about('API key', /\bapi[ _-]?key|\bapikey\b/i, openings.request, adviseApiKey, isOAuth),
  about(
    'tenant',
    /AADSTS(700016|90002|900023)\b|\b(tenant|realm)\b.{0,80}\b(not (found|exist|known|valid)|doesn't exist|unknown|invalid)|\b(unknown|invalid|no such) (tenant|realm)\b/i,
    openings.request,
    adviseTenant,
  ),
  {
    name: 'missing parameter',
    isNamed: (refusal) => isOAuth(refusal) && findMissingParameter(refusal) !== undefined,
    opening: () => openings.request,
    advise: (refusal) => adviseMissing(refusal, findMissingParameter(refusal) ?? ''),
  },
  about(
    'format',
    patterns.namesFormat,
    openings.format,
    adviseNamedFormat,
    ({ inputs }) => inputs.endpointType === 'oauth2',
  ),
  about('request method', patterns.namesRequestMethod, openings.request, ({ inputs }) =>
    adviseRequestMethod(inputs),
  ),
  about(
    'key length',
    patterns.namesKeyLength,
    openJwt,
    ({ inputs }) => adviseKeyLength(inputs),
    signs,
  ),
  about(
    'user',
    /\buser|password|second factor|multi-?factor|\bmfa\b/i,
    openings.grant,
    adviseGrant,
    isUserGrant,
  ),
  about('public client', patterns.namesPublicClient, openings.client, advisePublicClient, isOAuth),
  about(
    'client credentials grant',
    patterns.namesClientCredentials,
    openings.grantType,
    adviseGrantNotAllowed,
    isOAuth,
  ),
  about(
    'credentials',
    new RegExp(`${patterns.namesCredentials.source}|${patterns.namesLogin.source}`, 'i'),
    (refusal) => (isIdTokenClient(refusal) ? openings.idToken : openings.client),
    (refusal) => (isIdTokenClient(refusal) ? adviseIdToken(refusal) : adviseCredentials(refusal)),
  ),
  about(
    'refresh token',
    patterns.namesRefreshToken,
    openings.grant,
    adviseRefreshToken,
    ({ inputs }) => inputs.grantType === 'refresh_token',
  ),
  about(
    'subject token',
    patterns.namesSubjectToken,
    openings.grant,
    adviseGrant,
    ({ inputs, idToken }) => inputs.grantType === tokenExchangeGrant && idToken === undefined,
  ),
  about('access to an API', patterns.namesApi, openings.audience, adviseAudience, isOAuth),
  about(
    'service account',
    patterns.namesServiceAccount,
    openings.grant,
    adviseServiceAccount,
    isOAuth,
  ),
  about('grant type', patterns.namesGrantType, openings.unknownGrant, adviseUnknownGrant, isOAuth),
  about('grant', patterns.namesGrant, openings.grantType, adviseGrantNotAllowed, isOAuth),
  about('algorithm', patterns.namesAlgorithm, openJwt, adviseAlgorithm, signs),
  about('key', patterns.namesKey, openJwt, ({ inputs }) => adviseKey(inputs), signs),
  about(
    'audience of the ID token',
    /\baudience\b|\baud\b/i,
    openings.idToken,
    adviseIdToken,
    ({ inputs, idToken, words }) =>
      idToken !== undefined &&
      (inputs.audiences.length === 0 || /\b(assertion|issuer|subject|federated)\b/i.test(words)),
  ),
  about(
    'audience',
    /\baudiences?\b|\baud\b/i,
    (refusal) => (signs(refusal) ? openJwt(refusal) : openings.audience),
    adviseAudience,
    isOAuth,
  ),
  about('scope', patterns.namesScope, openings.scope, adviseScope, isOAuth),
  about(
    'permission',
    patterns.namesPermission,
    openings.request,
    advisePermission,
    ({ idToken }) => idToken === undefined,
  ),
  about(
    'resource',
    /\bresources?\b.{0,40}\b(not|invalid|unknown)\b|\b(invalid|unknown) resource|AADSTS500011\b/i,
    openings.resource,
    adviseResource,
    isOAuth,
  ),
  about('JWT seen before', patterns.namesReplay, openJwt, adviseReplay, signs),
  about('times of the JWT', patterns.namesTimes, openJwt, adviseClock, signs),
  about(
    'issuer and subject',
    /\b(iss|issuer|sub|subject)\b/i,
    openJwt,
    ({ inputs }) => adviseIssuerAndSubject(inputs),
    signs,
  ),
  about(
    'redirect URI',
    patterns.namesRedirect,
    openings.grant,
    adviseRedirect,
    ({ inputs, words }) =>
      inputs.grantType === 'authorization_code' || words.length < longestSingleFault,
  ),
  about(
    'code',
    patterns.namesCode,
    openings.grant,
    adviseGrant,
    ({ inputs }) => inputs.grantType === 'authorization_code',
  ),
  about('address', patterns.namesAddress, openings.request, adviseAddress),
  about(
    'consent',
    /\bconsent\b|\bapproval\b|not (been |yet )?approved|\b(policy|policies)\b/i,
    openings.request,
    adviseConsent,
  ),
  about(
    'account',
    /\b(client|(app|application)|account|user|(organization|organisation)|subscription|principal)\b.{0,60}\b(disabled|suspended|inactive|deactivated|locked|switched off|archived|not active|expired)\b/i,
    openings.request,
    adviseAccount,
  ),
];

/** The first topic that a server's words name; undefined if there is none. */
export function findTopic(refusal: Refusal): Topic | undefined {
  if (textOf(refusal).trim() === '') return undefined;
  return topics.find(({ isNamed }) => isNamed(refusal));
}
