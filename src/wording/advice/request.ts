import type { Inputs } from '../../inputs/inputs.ts';
import { joinTexts, text, type Text } from '../../log/text.ts';
import { adviseAssertionAudience } from './assertions.ts';
import { namesHeader } from './patterns.ts';
import { isKeyGrant, quotePart, type Refusal, sendsSignedJwt } from './refusal.ts';

/** The server names the scope. */
export function adviseScope({ inputs, words }: Refusal): Text {
  const { scopes } = inputs;
  const entra = /\.default\b/.test(words) && !scopes.some((scope) => scope.endsWith('/.default'));
  const form = entra ? text` Entra expects one scope, which ends in /.default.` : text``;
  if (scopes.length > 0) {
    return text`Check scopes: ${scopes.join(' ')}. The provider must know each scope and allow it for this client.${form}`;
  }
  return isKeyGrant(inputs)
    ? text`Set scopes, or the scope claim in assertion-claims, as the provider requires.${form}`
    : text`Set scopes.${form}`;
}

/** The server names the audience: that of the signed JWT, or the one of the token. */
export function adviseAudience(refusal: Refusal): Text {
  const { inputs, words } = refusal;
  const { audiences, resources } = inputs;
  const isRequested = audiences.some((audience) => words.includes(audience));
  if (sendsSignedJwt(inputs) && !isRequested) return adviseAssertionAudience(refusal);
  if (audiences.length > 0) {
    return text`Check audience: ${audiences.join(' ')}. The provider must know it and allow it for this client.`;
  }
  if (resources.length > 0) return adviseResource(refusal);
  return text`Set audience to the API that the token is for.`;
}

/** The server names the resource. */
export function adviseResource({ inputs }: Refusal): Text {
  const given = [
    ...(inputs.resources.length === 0 ? [] : [text`resource`]),
    ...(inputs.audiences.length === 0 ? [] : [text`audience`]),
  ];
  if (given.length > 0) return text`Check ${joinTexts(given, ', ')}.`;
  return inputs.scopes.length > 0
    ? text`Check scopes. If the provider requires it, set resource or audience.`
    : text`Set resource or audience, as the provider's documentation names it.`;
}

/** The server speaks of an API key. */
export function adviseApiKey({ inputs }: Refusal): Text {
  const isKey = ([name]: readonly [string, ...unknown[]]): boolean =>
    /api[-_]?key|^key$/i.test(name);
  const parameter = inputs.parameters.find(isKey)?.[0];
  if (parameter !== undefined) {
    return text`Check ${parameter} in parameters. It must be a current API key: the key itself, not its name or ID.`;
  }
  const header = inputs.headers.find(isKey)?.[0];
  if (header !== undefined) return text`Check ${header} in headers. It must be a current API key.`;
  return text`Set an API key in parameters or headers, not in client-secret. The provider's documentation has its name. For IBM Cloud IAM: parameters: apikey=..., grant-type: urn:ibm:params:oauth:grant-type:apikey, client-auth-method: none.`;
}

/** The grant type is not known to the server. */
export function adviseUnknownGrant({ inputs }: Refusal): Text {
  if (inputs.bodyFormat === 'json') {
    return text`The server probably reads only forms. Try body-format: form.`;
  }
  if (inputs.grantType === undefined) return text`Set grant-type.`;
  return inputs.grantType === 'client_credentials'
    ? text`Check that the provider supports client_credentials at this endpoint, or set grant-type.`
    : text`Check grant-type.`;
}

/** The server wants another format. */
export function adviseFormat({ endpointType, bodyFormat }: Inputs): Text {
  if (endpointType === 'acs_api') return text`Check token-url and endpoint-type.`;
  return bodyFormat === 'form'
    ? text`Try body-format: json.`
    : text`Most servers read a form: remove body-format. If a form is refused, too, check token-url and the formats in the provider's documentation.`;
}

/** The server names the format of the body. */
export function adviseNamedFormat({ inputs, words }: Refusal): Text {
  const namesForm = /x-www-form-urlencoded/i.test(words);
  const namesJson = /\bjson\b/i.test(words) && !namesForm;
  if (namesForm && inputs.bodyFormat !== 'form') return text`Set body-format: form.`;
  if (namesJson && inputs.bodyFormat === 'form') return text`Set body-format: json.`;
  return namesForm || namesJson
    ? text`Check body-format and headers against the provider's documentation.`
    : adviseFormat(inputs);
}

/** The HTTP method is not the one that the server expects. */
export function adviseRequestMethod({ requestMethod }: Inputs): Text {
  return text`The request was sent with ${requestMethod}. If the documentation shows another method, set request-method.`;
}

/** The server names a header that it misses. */
export function adviseHeader(refusal: Refusal): Text {
  const name = findHeader(refusal.words)?.toLowerCase() ?? '';
  const isSent = refusal.inputs.headers.some(([one]) => one.toLowerCase() === name);
  return isSent
    ? text`Check ${name} in headers.`
    : text`Set it in headers: ${quotePart(refusal, findHeader)}: ...`;
}

function findHeader(words: string): string | undefined {
  const match = namesHeader.exec(words);
  return match?.[2] ?? match?.[3];
}

/** Names of parameters that servers speak of without quotation marks. */
const knownNames = String.raw`(?<name>grant_type|client_id|client_secret|client_assertion_type|client_assertion|subject_token_type|subject_token|actor_token|refresh_token|redirect_uri|code_verifier|username|password|assertion|scopes?|audience|resource)`;

/** Words by which a server says that something is not there. */
const absentWords = String.raw`(?:missing|required(?! (?:to|for)\b)|mandatory|absent|empty|blank|must be (?:present|provided|specified|set|sent|supplied)|not (?:present|provided|specified|set|sent|supplied|included|contained))`;

/** Up to four words between two. */
const near = String.raw`\W+(?:\w+\W+){0,4}?`;

const missingNames: readonly RegExp[] = [
  // "missing parameter: 'scope'", "parameter 'scope' is missing", "'scope' is required"
  new RegExp(String.raw`\b${absentWords}\b.{0,30}?['"\`]([A-Za-z][\w.-]{0,40})['"\`]`),
  new RegExp(String.raw`['"\`]([A-Za-z][\w.-]{0,40})['"\`].{0,30}?\b${absentWords}\b`),
  new RegExp(`\\b${absentWords}${near}${knownNames}\\b`),
  new RegExp(`\\b${knownNames}${near}${absentWords}\\b`),
  /(?:request|body|form|query)\b.{0,40}must (?:contain|include|have)\b.{0,40}?['"`]([A-Za-z][\w.-]{0,40})['"`]/,
  new RegExp(
    String.raw`(?:request|body|form|query)\b.{0,40}must (?:contain|include|have)\b.{0,40}?\b${knownNames}\b`,
  ),
  // "account_id is missing"
  new RegExp(String.raw`\b([A-Za-z]+(?:_[A-Za-z]+)+) (?:is |was |parameter )*${absentWords}\b`),
  // "The account_id field is required."
  /\bthe ([A-Za-z][\w.-]{0,40}) (?:field|parameter|property|param) (?:is|was) (?:required|missing|mandatory|empty)\b/,
  new RegExp(
    String.raw`\bno ${knownNames} (?:parameter|value|was|were|specified|given|provided|requested|supplied)\b`,
  ),
  /(?:missing or empty|missing(?: required)?(?: form)? (?:parameter|field|property)): ?([A-Za-z][\w.-]{0,40})/,
].map(({ source }) => new RegExp(source, 'i'));

/** The parameter that the server says is missing; undefined if it says no such thing. */
export function findMissingParameter({ words, code, inputs }: Refusal): string | undefined {
  // It is a JWT that lacks something.
  if (/\bclaim\b/i.test(words)) return undefined;
  const name = findName(words);
  if (name === undefined || !listSent(inputs).includes(name.toLowerCase())) return name;
  // What was sent is missing only where the server did not read it; it may also be wrong.
  const mayBeWrong = /\bor (unknown|invalid|malformed|incorrect|unsupported)\b/i.test(words);
  return mayBeWrong || aboutValues.has(code) ? undefined : name;
}

/** The codes of a parameter that was read, and whose value is refused. */
const aboutValues: ReadonlySet<string> = new Set(['invalid_scope', 'invalid_target']);

function findName(words: string): string | undefined {
  for (const pattern of missingNames) {
    const match = pattern.exec(words);
    const name = match?.groups?.['name'] ?? match?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The server says that a parameter is missing. */
export function adviseMissing(refusal: Refusal, name: string): Text {
  const { inputs } = refusal;
  const lower = name.toLowerCase();
  if (listSent(inputs).includes(lower)) return adviseOtherFormat(inputs, name);
  if (!Object.hasOwn(inputsOfParameters, lower)) {
    return text`Set it in parameters: ${quotePart(refusal, findName)}=...`;
  }
  return inputsOfParameters[lower]?.(inputs) ?? text``;
}

const inputsOfParameters: Readonly<Record<string, (inputs: Inputs) => Text>> = {
  client_id: ({ clientId }) =>
    clientId === undefined
      ? text`Set client-id.`
      : text`The server reads it from the body. Try client-auth-method: client_secret_post.`,
  client_secret: ({ clientAuthMethod }) =>
    clientAuthMethod === 'client_secret_basic'
      ? text`The server reads it from the body. Try client-auth-method: client_secret_post.`
      : text`The provider expects a secret from this client. Set client-secret, with client-auth-method: client_secret_post.`,
  client_assertion: adviseAssertion,
  client_assertion_type: adviseAssertion,
  scope: () => text`Set scopes.`,
  scopes: () => text`Set scopes.`,
  audience: () => text`Set audience to the API that the token is for.`,
  resource: () => text`Set resource.`,
  grant_type: () => text`Set grant-type.`,
  refresh_token: () => text`Set refresh-token.`,
  assertion: () =>
    text`The grant is an assertion. Set private-key with private-key-as: assertion, or id-token-as: assertion.`,
  subject_token: () =>
    text`The grant is a token exchange. Set id-token-as: subject_token, or subject_token in parameters.`,
};

function adviseAssertion({ clientAuthMethod }: Inputs): Text {
  return clientAuthMethod === 'none'
    ? text`The client did not authenticate. Set client-secret or private-key.`
    : text`The provider expects a signed JWT from this client. Set private-key, or client-auth-method: client_secret_jwt.`;
}

/** The names of what is in the body or in the query, as far as the server can miss it. */
function listSent(inputs: Inputs): string[] {
  const { clientAuthMethod, scopes, audiences, resources, parameters, grantParameters } = inputs;
  const sendsId = inputs.clientId !== undefined && clientAuthMethod !== 'client_secret_basic';
  return [
    ...(inputs.grantType === undefined ? [] : ['grant_type']),
    ...(scopes.length === 0 ? [] : ['scope', 'scopes']),
    ...(audiences.length === 0 ? [] : ['audience']),
    ...(resources.length === 0 ? [] : ['resource']),
    ...(sendsId ? ['client_id'] : []),
    ...(clientAuthMethod === 'client_secret_post' ? ['client_secret'] : []),
    ...[...parameters, ...grantParameters].map(([name]) => name),
  ];
}

/** The documentation decides between the two, so that nobody is sent to and fro. */
function adviseOtherFormat({ bodyFormat }: Inputs, name: string): Text {
  switch (bodyFormat) {
    case 'json':
      return text`${name} was sent as JSON. Most servers read a form. Unless the provider's documentation shows JSON, remove body-format.`;
    case 'query':
      return text`${name} was sent in the query. Check body-format against the provider's documentation.`;
    case 'form':
    case 'multipart':
      return text`${name} was sent in a form. If the provider's documentation shows JSON, set body-format: json.`;
  }
}

/** The settings of the request that can be wrong where the server says no more: those that are set, and those that servers often require. */
export function adviseRequest({ inputs }: Refusal): Text {
  const { grantType, scopes, audiences, resources, parameters, headers, bodyFormat } = inputs;
  const isSet: readonly (readonly [name: string, set: boolean])[] = [
    [
      'grant-type',
      grantType !== 'client_credentials' &&
        inputs.idTokenAs === undefined &&
        inputs.signingKey === undefined &&
        inputs.refreshToken === undefined,
    ],
    ['scopes', scopes.length > 0],
    ['audience', audiences.length > 0],
    ['resource', resources.length > 0],
    ['parameters', parameters.length > 0],
    ['headers', headers.length > 0],
    ['body-format', bodyFormat !== 'form'],
  ];
  const given = isSet.filter(([, set]) => set).map(([name]) => text`${name}`);
  const compare = text`Compare ${joinTexts(given, ', ')} with the provider's documentation.`;
  return joinTexts(
    [
      text`Something in the request is missing or wrong.`,
      ...(given.length === 0 ? [] : [compare]),
      ...adviseUnset(inputs),
      ...adviseOtherRequest(inputs),
    ],
    ' ',
  );
}

/** What is not set and servers often require. */
export function adviseUnset(inputs: Inputs): Text[] {
  const { scopes, audiences, resources, endpointType } = inputs;
  if (endpointType === 'acs_api') return [];
  const hasTarget = audiences.length > 0 || resources.length > 0 || sendsSignedJwt(inputs);
  const unset = [
    ...(scopes.length === 0 ? [text`scopes`] : []),
    ...(hasTarget ? [] : [text`audience`]),
  ];
  return unset.length === 0
    ? []
    : [text`The provider may require ${joinTexts(unset, ' or ')} (not set here).`];
}

/** The usual request is not what every server expects. */
function adviseOtherRequest({ bodyFormat, grantType }: Inputs): Text[] {
  return bodyFormat === 'form' && grantType === 'client_credentials'
    ? [text`It may also expect another grant-type, or JSON (body-format).`]
    : [];
}
