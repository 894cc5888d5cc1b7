import { encodeForm } from '../oauth2/client-authentication.ts';
import type { TokenError } from '../oauth2/errors.ts';
import { jwtBearerGrant } from '../oauth2/grant.ts';
import { authenticatesClient } from '../inputs/client/proofs.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { Annotation } from '../log/log.ts';
import { sentence, showInput, text, type Text } from '../log/text.ts';
import { writeClaims } from './id-token.ts';
import { hostOf, nameUrlInput } from './names.ts';
import { explainProxyRefusal } from './proxy.ts';
import type { StageView } from './stages.ts';

/** What an explanation goes by. */
interface Refusal {
  readonly host: string;
  /** Status, error and description, as the server said them. */
  readonly said: Text;
  readonly inputs: Inputs;
}

type ExplainRefusal = (refusal: Refusal) => Annotation;

/** What an `error` of the server's means, and what to change. */
export function explainOAuthError(error: TokenError, view: StageView): Annotation {
  const { oauthError, answer } = error;
  const { inputs, server } = view;
  const host = hostOf(server);
  const description = oauthError?.description;
  const code = oauthError?.error ?? '';
  const said =
    description === undefined
      ? text`${answer.status} ${code}`
      : // The whole of it is in the group above.
        text`${answer.status} ${code}, "${sentence(description)}"`;
  const federated = explainFederatedRefusal(error, view, said);
  if (federated !== undefined) return federated;
  // With 401 or 403 unauthorized_client means: who is that?
  const unknownClient = code === 'unauthorized_client' && answer.status !== 400;
  const explain = Object.hasOwn(oauthErrors, code) ? oauthErrors[code] : undefined;
  if (explain !== undefined && !unknownClient) return explain({ host, said, inputs });
  if (answer.status > 403) return explainStatus(error, said, view);
  if (error.retryable) {
    return {
      title: 'server busy',
      message: text`${host} cannot answer for now: ${said}. The provider's status page may tell more.`,
    };
  }
  const refused = text`${host} refused the request: ${said}.`;
  const isAboutClient = [400, 401, 403].includes(answer.status);
  return {
    title: 'refused',
    message: text`${refused} ${isAboutClient ? adviseCredentials(inputs) : text`The provider's documentation says what that means.`}`,
  };
}

/** The errors that say nothing against an ID token. */
const notAboutIdentity: ReadonlySet<string> = new Set([
  'invalid_scope',
  'invalid_target',
  'unsupported_grant_type',
  'invalid_dpop_proof',
  'use_dpop_nonce',
]);

/** Nearly always the trust at the provider names another `sub` or `aud`; what the ID token says is no secret. */
function explainFederatedRefusal(
  error: TokenError,
  { inputs, server, idToken }: StageView,
  said: Text,
): Annotation | undefined {
  const code = error.oauthError?.error ?? '';
  const { idTokenAs, clientAuthMethod, grantType } = inputs;
  const isClientsFault =
    code === 'invalid_client' && idTokenAs !== 'client_assertion' && clientAuthMethod !== 'none';
  // Entra has the code for a trust that does not fit (AADSTS70021) and for a missing scope (AADSTS900144).
  const isRequestsFault =
    code === 'invalid_request' && /\bparameter\b/i.test(error.oauthError?.description ?? '');
  const isRefusal = [400, 401, 403].includes(error.answer.status) && !error.retryable;
  // What the ID token authenticates the client for has a grant of its own.
  const isGrantsFault =
    code === 'invalid_grant' &&
    idTokenAs === 'client_assertion' &&
    grantType !== 'client_credentials';
  if (isClientsFault || isGrantsFault || isRequestsFault || notAboutIdentity.has(code)) {
    return undefined;
  }
  if (idToken === undefined || !isRefusal) {
    return undefined;
  }
  return {
    title: 'ID token refused',
    message: text`${hostOf(server)} refused GitHub's ID token: ${said}. It says ${writeClaims(idToken)}; the trust at the provider must name exactly these. id-token-audience sets aud; sub depends on what started the run.`,
  };
}

/** What a status says that no known error explains further. */
export function explainStatus(error: TokenError, said: Text | string, view: StageView): Annotation {
  const { inputs, server } = view;
  const { status } = error.answer;
  const answered = text`${hostOf(server)} answered ${said}`;
  const { pathname } = new URL(server);
  const urlInput = nameUrlInput(inputs);
  switch (status) {
    case 400:
    case 401:
    case 403:
      return (
        explainFederatedRefusal(error, view, text`${said}`) ?? {
          title: 'refused',
          message: text`${answered}. ${adviseCredentials(inputs)}${inputs.grantType === 'refresh_token' ? text` ${adviseGrant(inputs)}` : ''}`,
        }
      );
    case 404:
    case 405:
    case 410:
      return {
        title: 'no token endpoint there',
        message: text`${answered} for ${pathname}. ${adviseUrl(inputs)}`,
      };
    case 406:
    case 415:
      return { title: 'format refused', message: text`${answered}. ${adviseFormat(inputs)}` };
    case 407:
      return explainProxyRefusal(status, hostOf(server));
    case 429:
      return {
        title: 'too many requests',
        message: text`${answered}. Ask less often, or ask the provider for a higher limit.`,
      };
  }
  return status >= 500
    ? {
        title: 'server failed',
        message: text`${answered}. The provider's status page may tell more.`,
      }
    : {
        title: 'refused',
        message: text`${answered}. Check ${urlInput} and what the provider's documentation says of this answer.`,
      };
}

function adviseUrl({ issuer }: Inputs): Text {
  return issuer === undefined
    ? text`Check token-url against the provider's documentation.`
    : text`The issuer's metadata names this endpoint; give token-url instead if the provider's documentation names another.`;
}

function adviseFormat({ endpointType, bodyFormat }: Inputs): Text {
  if (endpointType === 'acs_api') return text`Check token-url, and endpoint-type.`;
  return text`Try body-format: ${bodyFormat === 'json' ? 'form' : 'json'}.`;
}

function nameGrant({ grantType }: Inputs): Text {
  return grantType === undefined
    ? text`a request without grant_type`
    : text`grant type ${showInput(grantType)}`;
}

/** The title of the one refusal that says all that there is to say. */
export const dpopTitle = 'DPoP wanted';

const wantsProof: ExplainRefusal = ({ host }) => ({
  title: dpopTitle,
  message: text`${host} wants a DPoP proof. A token bound to one is of no use to later steps. ${
    /\.okta(preview|-emea)?\.com$/.test(host)
      ? text`In Okta: Applications, the app, General Settings, switch off "Require Demonstrating Proof of Possession (DPoP) header in token requests".`
      : text`Switch DPoP off for this client at the provider.`
  }`,
});

/** What to do about the errors of RFC 6749 section 5.2, RFC 8707 section 2 and RFC 9449 sections 5 and 8. */
const oauthErrors: Readonly<Record<string, ExplainRefusal>> = {
  invalid_client: ({ host, said, inputs }) => ({
    title: 'client refused',
    message: text`${host} refused the client: ${said}. ${adviseCredentials(inputs)}`,
  }),
  unauthorized_client: ({ host, said, inputs }) => ({
    title: 'grant not allowed',
    message: text`${host} does not let this client use ${nameGrant(inputs)}: ${said}. Allow it at the provider.`,
  }),
  unsupported_grant_type: ({ host, said, inputs }) => ({
    title: 'grant type not supported',
    message: text`${host} does not know ${nameGrant(inputs)}: ${said}. Check grant-type, and body-format: some servers read JSON only.`,
  }),
  invalid_request: ({ host, said, inputs }) => ({
    title: 'refused',
    message:
      inputs.endpointType === 'acs_api'
        ? text`${host} refused the request: ${said}. ${adviseCredentials(inputs)}`
        : text`${host} refused the request: ${said}. Compare scopes, audience, parameters and body-format with the provider's documentation, for something is missing or wrong. If they fit: ${adviseCredentials(inputs)}`,
  }),
  invalid_scope: ({ host, said, inputs }) => ({
    title: 'scope refused',
    message:
      inputs.scopes.length === 0
        ? text`${host} wants a scope: ${said}. ${adviseScope(inputs)}`
        : text`${host} refused the scope: ${said}. Check scopes: ${inputs.scopes.join(' ')}; the provider must know each and allow it to this client.`,
  }),
  invalid_target: ({ host, said }) => ({
    title: 'resource refused',
    message: text`${host} refused the resource: ${said}. Check resource and audience.`,
  }),
  invalid_grant: ({ host, said, inputs }) => ({
    title: 'grant refused',
    message: text`${host} refused the grant: ${said}. ${adviseGrant(inputs)}`,
  }),
  invalid_dpop_proof: wantsProof,
  use_dpop_nonce: wantsProof,
};

function adviseScope({ privateKeyAs }: Inputs): Text {
  return privateKeyAs === 'assertion'
    ? text`Set scopes, or the claim scope in assertion-claims, as the provider wants it.`
    : text`Set scopes.`;
}

function adviseGrant(inputs: Inputs): Text {
  if (!authenticatesClient(inputs.privateKeyAs)) {
    return text`Check what the JWT says: aud is ${audienceOf(inputs)} (assertion-audience), iss and sub come from client-id, a key file or assertion-claims; the provider must know the key${nameKeyId(inputs)}, and the clocks must agree.`;
  }
  if (inputs.grantType === 'refresh_token') {
    return text`The refresh token may have expired, been revoked, or been used before: one that is replaced at each use is good for one request. Get a new one and store it.`;
  }
  if (inputs.grantType === jwtBearerGrant) {
    return text`The assertion may have expired, been used before or be meant for another server.`;
  }
  if (inputs.grantType === 'client_credentials') {
    return text`The provider may not let this client use client_credentials, or wants a user or a role set for it.`;
  }
  if (inputs.grantType === 'password') {
    return text`The user name or the password is wrong, or the user has a second factor, which this grant cannot give.`;
  }
  return text`It may have expired, been used before or belong to another client.`;
}

/** What to try when a server refuses who asks. Auth0 says access_denied, others invalid_request; it fits them all. */
function adviseCredentials(inputs: Inputs): Text {
  const belong = text`Check that client-id and client-secret belong together and are current`;
  if (inputs.endpointType === 'acs_api') return text`${belong}.`;
  switch (inputs.clientAuthMethod) {
    case 'client_secret_basic':
      return text`${belong}; if they are, try ${adviseOtherBasic(inputs)}.`;
    case 'client_secret_post':
      return text`${belong}; if they are, try client-auth-method: client_secret_basic.`;
    case 'client_secret_jwt':
      return text`${belong}; if they are, check that the provider expects client_secret_jwt with ${inputs.macAlgorithm} from this client, and aud ${audienceOf(inputs)} (assertion-audience).`;
    case 'private_key_jwt':
      return text`Check that the provider knows the public key of private-key${nameKeyId(inputs)} for this client-id, and expects ${inputs.signingKey?.algorithm ?? ''} (signing-algorithm) and aud ${audienceOf(inputs)} (assertion-audience).`;
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
      return text`Check that the provider knows client-certificate for this client-id, and that ${nameUrlInput(inputs)} is the host that asks for certificates (often one of its own).`;
    case 'none':
    case undefined:
      return !authenticatesClient(inputs.privateKeyAs) || inputs.idTokenAs !== undefined
        ? adviseGrant(inputs)
        : text`The client did not authenticate (client-auth-method: none); the provider may want a credential of it.`;
  }
}

/** The `aud` of the signed JWT; the query of a token endpoint's URL can hold a secret. */
function audienceOf({ assertionAudience, issuer, tokenUrl = '' }: Inputs): string {
  return assertionAudience ?? issuer ?? tokenUrl.replace(/\?.*$/s, '?...');
}

function nameKeyId({ signingKey }: Inputs): Text {
  const keyId = signingKey?.keyId;
  return keyId === undefined ? text` (no kid; private-key-id sets one)` : text` (kid ${keyId})`;
}

function adviseOtherBasic({
  clientId = '',
  clientSecret = '',
  clientSecretEncoding,
}: Inputs): Text {
  const post = text`client-auth-method: client_secret_post`;
  // Only then do the two encodings differ.
  const encoded = [clientId, clientSecret].some((value) => encodeForm(value) !== value);
  const other = clientSecretEncoding === 'form' ? 'raw' : 'form';
  return encoded ? text`${post}, or client-secret-encoding: ${other}` : post;
}
