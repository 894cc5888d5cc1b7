/*
 * Words by which servers name what is wrong, whatever they call it. They are compared with the server's words alone, without case.
 */

/** One pattern of several parts. */
function anyOf(...parts: readonly RegExp[]): RegExp {
  return new RegExp(parts.map(({ source }) => source).join('|'), 'i');
}

/** What is said of something that is not as it must be. */
const wrong = String.raw`(invalid|incorrect|wrong|bad|unknown|failed|mismatch|not (found|valid|known|recogni[sz]ed|registered|correct|authenticated)|unrecogni[sz]ed|does not exist|could not be (found|verified|authenticated)|failure|error)`;

/** A client secret, the client's credentials or its authentication. */
export const namesCredentials = anyOf(
  /secret\b/,
  // "invalid client", "unknown client id", "incorrect app credentials"
  /(invalid|incorrect|wrong|bad|unknown|unrecogni[sz]ed|no such) (oauth ?2? )?(client|consumer|application|app|app ?id)\b(?! (scope|grant|redirect|assertion|metadata|version))/,
  /(invalid|incorrect|wrong|bad|unknown)( or (invalid|unknown|missing))? (client|consumer|application|app|integration)?[ _-]?(id|identifier|key|credentials?)\b/,
  // "the client was not found", "the client identifier provided is invalid", "client credentials were not valid"
  new RegExp(
    String.raw`\b(client|consumer|application|app|integration)([ _-]?(id|identifier|credentials?|key|authentication))?( (provided|given|sent|supplied))?( (is|are|was|were|has|have))?( been)? ${wrong}`,
  ),
  /\bno (application|client|app) (with|for)\b/,
  /(authenticate|authenticating|authentication)( of)?( the)? client|client authentication|client credentials?\b(?! (flow|grant|type|user))/,
  /bad credentials|invalid (user )?credentials|authentication (credentials|failed|failure|(is )?required)|not authenticated|login (failed|failure)/,
  /authori[sz]ation header\b|\b(missing|no|invalid) basic auth/,
);

/** A user name and a password in place of the client's two, as servers say that read the grant like a login. */
export const namesLogin = /(user ?name|user ?id|e-?mail|account)( (and|or|\/))? ?(the )?password/i;

const grantWords = String.raw`(grant[ _-]?types?|grants?|flow|direct access|service[ _-]?accounts?|token[ _-]exchange|exchange|m2m|machine[ -]to[ -]machine|(two|2)[ -]?legged( oauth)?|bearer[ -]only)`;
const refusedWords = String.raw`(not (been |yet )?(allowed|enabled|supported|authorized|permitted|configured|granted|activated|available)|un(supported|authorized)|disabled|disallowed|isn't (allowed|enabled|supported)|cannot (use|be used)|may not use)`;

/** A grant type, a flow or a service account, and that it is not for this client. */
export const namesGrant = new RegExp(
  String.raw`\b${grantWords}\b.{0,80}\b${refusedWords}\b|\b${refusedWords}\b.{0,80}\b${grantWords}\b`,
  'i',
);

/** The grant type by its name, which is the name of the credentials, too. */
export const namesClientCredentials = new RegExp(
  String.raw`\b${refusedWords}\b.{0,30}\bclient[ _]credentials\b(?! (are|is|were) )|\bclient[ _]credentials\b.{0,20}\b${refusedWords}\b`,
  'i',
);

/** A grant type that the server does not know. */
export const namesGrantType =
  /\b(invalid|unknown|unrecogni[sz]ed|bad|wrong|unsupported) grant[ _-]?type|grant[ _-]?type\b.{0,40}\b(invalid|unknown|not (known|recogni[sz]ed|valid)|unrecogni[sz]ed)/i;

/** A client that has no credentials at the provider, so that it can have no grant of its own. */
export const namesPublicClient =
  /\bpublic clients?\b|\b(client|application|app) (is )?public\b|\b(not|only|must be|requires?|needs?)( an?)? confidential\b|\bclient (is )?bearer[ -]only/i;

/** An account of the client's own, and that there is none. */
export const namesServiceAccount = anyOf(
  /(service[ _-]?(account|user)|run[ -]?as user|technical user|machine user|client credentials user)\b.{0,40}\b(not (found|set|exist|exists|valid|configured)|missing|unknown|invalid|does not exist)/,
  /\b(no|invalid|unknown|missing)( valid)? (service[ _-]?(account|user)|run[ -]?as user|technical user|machine user|client credentials user)\b/,
);

/** Too many requests. */
export const namesLimit = anyOf(
  /rate[ _-]?limit|too many (\w+ ){0,2}(requests|attempts|logins|calls|tokens|connections|sessions)|throttled|throttling|spike[ _]arrest|slow down/,
  /(quota|limit) (was |has been |is )?(exceeded|reached)|exceeded.{0,40}\b(quota|limit|maximum|number of)|over (capacity|quota|limit)/,
  /\b(request|token|daily|hourly|monthly|m2m|concurrency|concurrent) (limit|quota)\b/,
);

/** What servers answer to plain HTTP at a port of TLS: nginx, Go, Apache. */
export const namesPlainHttp =
  /plain http request was sent to https port|http request to an https server|plain http to an ssl-enabled/i;

/** Proof of a key. */
export const namesDpop = /\bdpop|proof[- ]of[- ]possession|sender[- ]constrained/i;

/** A client certificate. */
export const namesCertificate =
  /client certificate|ssl certificate (error|was sent)|certificate.{0,30}\b(missing|required|not provided)|certificate[- ]bound|holder[- ]of[- ]key|mutual tls|\bmtls\b/i;

/** Another of the JWT's times than it has. */
export const namesTimes =
  /\b(iat|exp|nbf)\b|not yet valid|expired|expiry|expiration|expires|lifetime|clock|too (old|far in the future|long)|timeframe|issued (at|in the future)/i;

/** The public key of the client, or the signature. */
export const namesKey =
  /\bkid\b|\bkey[ _]?id\b|\bkeys?\b.{0,40}\b(not found|unknown|invalid|no match|not registered)|\bno (\w+ )?keys?\b|(unknown|invalid|unable to (find|load)|cannot find|could not (find|load)).{0,30}\bkey|\bjwks|signature|certificate with identifier|thumbprint|\bx5t\b/i;

/** How long a key or a secret is. */
export const namesKeyLength =
  /\b(key|secret|modulus)\b.{0,40}\b(size|length|small|short|weak|too few)|\b(weak|small|short) (rsa )?key|too (small|short)|at least \d+ (bits|bytes)|hash length|\b\d+ bits/i;

/** The algorithm of a signature. */
export const namesAlgorithm =
  /\b(alg|algorithm)s?\b|signing method|\b(RS|ES|PS|HS)(256|384|512)\b|\bEdDSA\b/i;

/** A JWT that was seen before. */
export const namesReplay =
  /\bjti\b|replay|already (been )?used|used (before|already|more than once)|\bre-?use/i;

/** The API for which the token is requested, by other words than "audience". */
export const namesApi =
  /client-grant|not authorized to access|service not found|\bapi\b.{0,60}\b(not (found|known|specified)|unknown|does not exist)|(unknown|find|no such) api\b|\bno api (specified|given)|api identifier|\btarget\b.{0,30}\b(not|invalid|unknown)|(invalid|unknown) target\b/i;

/** The scope, in any writing. */
export const namesScope = /scope/i;

/** What the client may do. */
export const namesPermission =
  /\bpermissions?\b|\bprivileges?\b|\broles?\b|insufficient rights|not authorized to perform/i;

/** The address to which people are sent back. */
export const namesRedirect = /(redirect|callback|return|reply)[ _-]?(ur[il]|address)/i;

/** A code that people were given, and what belongs to it. */
export const namesCode = /\bcode\b|\bpkce\b|verifier/i;

/** A refresh token, or what it stands for. */
export const namesRefreshToken =
  /refresh[ _-]?token|\btokens?\b(?! (endpoint|type|url|exchange))|\bsession\b|\bre-?use/i;

/** The tokens of a token exchange. */
export const namesSubjectToken = /\b(subject|actor|requested)[ _-]?token/i;

/** Where the runner is. */
export const namesAddress =
  /\bip\b.{0,20}\b(address|restrict|range|not|block)|(address|network|location).{0,30}\b(not allowed|restricted|blocked|(white|allow)-?list)/i;

/** A header that the server expects; not that of the credentials. */
export const namesHeader =
  /\bmissing (required )?header:? ?['"`]?(?!authori[sz]ation)([A-Za-z][\w-]{1,40})|\bheader ['"`]?(?!authori[sz]ation|is\b|was\b)([A-Za-z][\w-]{1,40})['"`]? (is |was )?(missing|required)/i;

/** AWS API Gateway answers like this if it does not know the path or the method. */
export const namesGatewayRoute = /missing authentication token/i;

/** A proxy with a login of its own: Google's Identity-Aware Proxy and others. */
export const namesIdentityProxy =
  /\biap\b|identity[- ]aware proxy|cloudflare access|oauth2[- ]proxy/i;

/** The client authentication method, and that it is not for this client. */
export const namesMethod = new RegExp(
  String.raw`\bauth(entication)?[ _]?methods?\b.{0,40}\b${refusedWords}\b|\b${refusedWords}\b.{0,40}\bauth(entication)?[ _]?methods?\b|\b(client_secret_(basic|post|jwt)|private_key_jwt|(self_signed_)?tls_client_auth)\b.{0,20}\b${refusedWords}\b`,
  'i',
);

/** The HTTP method. */
export const namesRequestMethod =
  /(?<!auth(entication)? )\bmethod (is )?not (allowed|supported)|\b(use|only|must be|expects?) (http )?(post|get|put)\b/i;

/** The format of the body. */
export const namesFormat =
  /content[- ]?type|media type|x-www-form-urlencoded|\bjson\b.{0,20}\b(body|required|expected|invalid|malformed|request|error)\b|\b(invalid|malformed|expected|parse|parsing|decode)\b.{0,20}\bjson\b/i;
