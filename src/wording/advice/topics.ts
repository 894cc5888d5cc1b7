import { showsCertificate } from '../../inputs/client/tls-credentials.ts';
import { text, type Text } from '../../log/text.ts';
import {
  adviseAlgorithm,
  adviseClock,
  adviseIssuerAndSubject,
  adviseKey,
  adviseMacLength,
  isSecretShort,
} from './assertions.ts';
import { adviseCredentials } from './credentials.ts';
import { adviseIdToken } from './federation.ts';
import { adviseGrant, adviseGrantNotAllowed, adviseRefreshToken } from './grants.ts';
import {
  adviseAccount,
  adviseAddress,
  adviseConsent,
  adviseDpop,
  adviseOtherMethod,
  advisePermission,
  adviseRateLimit,
  adviseTenant,
  findOtherMethod,
} from './provider.ts';
import {
  type Explanation,
  isKeyGrant,
  nameGrant,
  type Refusal,
  sendsSignedJwt,
} from './refusal.ts';
import {
  adviseApiKey,
  adviseAudience,
  adviseMissing,
  adviseResource,
  adviseScope,
  findMissingParameter,
} from './request.ts';

/** How a refusal is told: its title, and what the server did. */
interface Opening {
  readonly title: string;
  readonly say: (refusal: Refusal) => Text;
}

/** What is refused. */
export const openings = {
  client: { title: 'client refused', say: ({ host }) => text`${host} refused the client` },
  request: { title: 'refused', say: ({ host }) => text`${host} refused the request` },
  grant: { title: 'grant refused', say: ({ host }) => text`${host} refused the grant` },
  scope: {
    title: 'scope refused',
    say: ({ host, inputs }) =>
      inputs.scopes.length === 0 ? text`${host} requires a scope` : text`${host} refused the scope`,
  },
  audience: { title: 'resource refused', say: ({ host }) => text`${host} refused the audience` },
  resource: {
    title: 'resource refused',
    say: ({ host }) => text`${host} refused the audience or resource`,
  },
  grantType: {
    title: 'grant not allowed',
    say: ({ host, inputs }) => text`${host} does not allow ${nameGrant(inputs)} for this client`,
  },
  idToken: {
    title: 'ID token refused',
    say: ({ host }) => text`${host} refused GitHub's OIDC token`,
  },
  limit: { title: 'too many requests', say: ({ host }) => text`${host} refused for now` },
  dpop: { title: 'DPoP wanted', say: ({ host }) => text`${host} requires a DPoP proof` },
} as const satisfies Readonly<Record<string, Opening>>;

/** The title of the one refusal that says everything already. */
export const dpopTitle = openings.dpop.title;

/** What the words of a server can be about. */
export interface Topic {
  /** A stable name, for tests. */
  readonly name: string;
  readonly isNamed: (refusal: Refusal) => boolean;
  readonly opening: (refusal: Refusal) => Opening;
  readonly advise: (refusal: Refusal) => Text;
}

/** Explains a refusal by what it is about. */
export function explainTopic(
  { opening, advise }: Pick<Topic, 'opening' | 'advise'>,
  refusal: Refusal,
): Explanation {
  const { title, say } = opening(refusal);
  return { title, message: text`${say(refusal)}: ${refusal.said}. ${advise(refusal)}` };
}

/** A topic that is named by a pattern. */
function about(
  name: string,
  pattern: RegExp,
  opening: Opening | Topic['opening'],
  advise: Topic['advise'],
  isPossible: (refusal: Refusal) => boolean = () => true,
): Topic {
  return {
    name,
    isNamed: (refusal) => pattern.test(textOf(refusal)) && isPossible(refusal),
    opening: typeof opening === 'function' ? opening : () => opening,
    advise,
  };
}

/** The codes that RFC 6749 registers: what they name is not what the server says. */
const registeredCodes: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
]);

/** What a server says: its words, and a code of its own, which is read as words. */
function textOf({ code, words }: Refusal): string {
  const own = registeredCodes.has(code) ? '' : code.replace(/[_.-]+/g, ' ');
  return `${own}\n${words}`;
}

/** A client secret, the client's credentials or its authentication, by whatever words. */
const credentials = [
  /client[ _-]?secret/,
  // "invalid client", "unknown client id", "incorrect app credentials"
  /(invalid|incorrect|wrong|bad|unknown|(unrecognized|unrecognised)|no such) (oauth ?2? )?(client|consumer|(app|application)|app ?id)\b(?! (scope|grant|redirect|assertion|metadata|version))/,
  /(invalid|incorrect|wrong|bad|unknown)( or (invalid|unknown|missing))? (client|consumer|(app|application))?[ _-]?((id|identifier)|key|credentials?)\b/,
  // "the client was not found", "client credentials were not valid"
  /\b(client|consumer|(app|application))([ _-]?((id|identifier)|credentials?|key|authentication))?( (is|are|was|were|has|have))?( been)? (invalid|incorrect|wrong|bad|unknown|failed|not (found|valid|known|(recognized|recognised)|registered|correct|authenticated)|(unrecognized|unrecognised)|does not exist|could not be (found|verified|authenticated)|failure)/,
  /(authenticate|authenticating|authentication)( of)?( the)? client|client authentication|client credentials?\b(?! (flow|grant|type|user))/,
  /bad credentials|authentication (credentials|failed|failure)|login (failed|failure)/,
];
const namesCredentials = new RegExp(credentials.map(({ source }) => source).join('|'), 'i');

/** A grant type, a flow or a service account, and that it is not for this client. */
const grantWords = String.raw`(grant[ _-]?types?|grants?|flow|direct access|service[ _-]?accounts?|token exchange)`;
const refusedWords = String.raw`(not (been |yet )?(allowed|enabled|supported|authorized|permitted|configured|granted|activated|available)|un(supported|authorized)|disabled|disallowed|isn't (allowed|enabled|supported)|cannot (use|be used)|may not use)`;
const namesGrant = new RegExp(
  String.raw`\b${grantWords}\b.{0,80}\b${refusedWords}\b|\b${refusedWords}\b.{0,80}\b${grantWords}\b`,
  'i',
);

const namesTimes =
  /\b(iat|exp|nbf)\b|not yet valid|(expired|expiry|expiration|expires)|lifetime|clock|too (old|far in the future|long)|timeframe|issued (at|in the future)/i;

const namesKey =
  /\bkid\b|\bkey[ _]?id\b|\bkeys?\b.{0,40}\b(not found|unknown|invalid|no match|not registered)|no (matching|valid) keys?|(unknown|invalid|unable to find|cannot find).{0,30}\bkey|\bjwks?\b|signature|certificate with identifier/i;

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

/**
 * What the words of a server are about; the first that fits counts. What can only be meant literally comes first, then the client's
 * credentials, which beat everything else that is named, then the parts of the request.
 */
export const topics: readonly Topic[] = [
  about(
    'rate limit',
    /rate[ _-]?limit|too many (\w+ )?(requests|attempts|logins|calls|tokens)|throttled|throttling|(quota|limit) (was |has been |is )?(exceeded|reached)|exceeded.{0,30}\b(quota|limit)|slow down/i,
    openings.limit,
    adviseRateLimit,
  ),
  about('DPoP', /\bdpop\b/i, openings.dpop, adviseDpop),
  about(
    'client-id as well as an ID token',
    /client[_ ]?id\b.{0,60}\b(match|differ|equal|same)|\b(sub|subject)\b.{0,60}\b(match|differ|equal).{0,60}client[_ ]?id/i,
    openings.client,
    () =>
      text`Remove client-id: GitHub's OIDC token names the client already (its sub), and the two must be the same.`,
    (refusal) => isIdTokenClient(refusal) && refusal.inputs.clientId !== undefined,
  ),
  about(
    'client certificate',
    /client certificate|certificate.{0,30}\b(missing|required|not provided)|mutual tls|\bmtls\b/i,
    openings.client,
    (refusal) =>
      showsCertificate(refusal.inputs)
        ? adviseCredentials(refusal)
        : text`The provider expects a client certificate: set client-certificate and client-key.`,
    isOAuth,
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
      text`The provider expects a signed JWT from this client: set private-key, or client-auth-method: client_secret_jwt.`,
    (refusal) =>
      isOAuth(refusal) &&
      !signs(refusal) &&
      !isIdTokenClient(refusal) &&
      !/client[ _-]?secret/i.test(refusal.words),
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
    'short secret',
    /key (size|length)|too short|at least \d+ (bits|bytes)|hash length|\d+ bits/i,
    openings.client,
    ({ inputs }) =>
      text`${adviseMacLength(inputs)}The provider's documentation may name the length.`,
    ({ inputs }) => isSecretShort(inputs),
  ),
  about(
    'credentials',
    namesCredentials,
    (refusal) => (isIdTokenClient(refusal) ? openings.idToken : openings.client),
    (refusal) => (isIdTokenClient(refusal) ? adviseIdToken(refusal) : adviseCredentials(refusal)),
  ),
  about(
    'refresh token',
    /refresh[ _-]?token|\btoken\b.{0,40}\b(revoked|expired|used|inactive|invalid|not active)|session.{0,30}(expired|not active)/i,
    openings.grant,
    adviseRefreshToken,
    ({ inputs }) => inputs.grantType === 'refresh_token',
  ),
  about(
    'access to an API',
    /client-grant|not authorized to access|service not found/i,
    openings.audience,
    adviseAudience,
    isOAuth,
  ),
  about('grant', namesGrant, openings.grantType, adviseGrantNotAllowed, isOAuth),
  about(
    'algorithm',
    /\b(alg|algorithm)s?\b/i,
    openJwt,
    ({ inputs }) => adviseAlgorithm(inputs),
    signs,
  ),
  about('key', namesKey, openJwt, ({ inputs }) => adviseKey(inputs), signs),
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
  about('scope', /\bscopes?\b/i, openings.scope, adviseScope, isOAuth),
  about(
    'permission',
    /\bpermissions?\b|\bprivileges?\b|insufficient rights|not authorized to perform/i,
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
  about('times of the JWT', namesTimes, openJwt, adviseClock, signs),
  about(
    'issuer and subject',
    /\b(iss|issuer|sub|subject)\b/i,
    openJwt,
    ({ inputs }) => adviseIssuerAndSubject(inputs),
    signs,
  ),
  about(
    'user',
    /\b(user ?name|password|user credentials|user account|second factor|mfa|multi-?factor)\b/i,
    openings.grant,
    adviseGrant,
    ({ inputs }) => inputs.grantType === 'password',
  ),
  about(
    'redirect URI',
    /redirect[ _-]?ur[il]/i,
    openings.grant,
    () => text`redirect_uri in parameters must be the one with which the code was requested.`,
    ({ inputs }) => inputs.grantType === 'authorization_code',
  ),
  about(
    'address',
    /\bip\b.{0,20}\b(address|restrict|range|not|block)|(address|network|location).{0,30}\b(not allowed|restricted|blocked|(white|allow)-?list)/i,
    openings.request,
    adviseAddress,
  ),
  about(
    'consent',
    /\bconsent\b|\bapproval\b|not (been |yet )?approved|policy (evaluation|configuration)/i,
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
