import { text, type Text } from '../../log/text.ts';
import { jwtBearerGrant, tokenExchangeGrant } from '../../oauth2/grant.ts';
import { adviseIssuerAndSubject, adviseJwtGrant } from './assertions.ts';
import { isKeyGrant, type Refusal } from './refusal.ts';

/** What to check where a server refuses the grant. */
export function adviseGrant({ inputs }: Refusal): Text {
  if (isKeyGrant(inputs)) return adviseJwtGrant(inputs);
  switch (inputs.grantType) {
    case 'refresh_token':
      return adviseRefreshToken();
    case jwtBearerGrant:
      return text`The assertion may have expired, been used before or be meant for another server.`;
    case 'client_credentials':
      return text`The provider may not allow client_credentials for this client, or requires a user or a role to be set for it.`;
    case 'password':
      return text`The user name or the password is wrong, or the user has a second factor, which this grant cannot send.`;
    case tokenExchangeGrant:
      return text`Check the tokens and their types in parameters: one may have expired, or be meant for another server.`;
    case 'authorization_code':
      return text`The code may have expired, been used before or belong to another client. redirect_uri and code_verifier in parameters must be the ones with which it was requested.`;
    default:
      return text`It may have expired, been used before or belong to another client.`;
  }
}

/** The server names the address to which people are sent back. */
export function adviseRedirect({ inputs }: Refusal): Text {
  return inputs.grantType === 'authorization_code'
    ? text`redirect_uri in parameters must be the one with which the code was requested.`
    : text`Set redirect_uri in parameters to the one that is registered for this client.`;
}

/** The client has no account at the provider in whose name it could act. */
export function adviseServiceAccount({ inputs }: Refusal): Text {
  return isKeyGrant(inputs)
    ? adviseIssuerAndSubject(inputs)
    : text`Set up the account in whose name this client acts at the provider: a service account, or a user (in Salesforce "Run As").`;
}

/** The client has no credentials at the provider. */
export function advisePublicClient(): Text {
  return text`A public client has no credentials. Make it a confidential client at the provider (in Keycloak "Client authentication").`;
}

/** The refresh token is not accepted. */
export function adviseRefreshToken(): Text {
  return text`The refresh token may have expired, been revoked, or been used before. A refresh token that is replaced at each use works only once. Get a new one and store it.`;
}

/** What the setting is called where people look for it, by grant type. */
const settings: Readonly<Record<string, string>> = {
  client_credentials:
    'in Keycloak "Service accounts roles", in Auth0 the grant type "Client Credentials"',
  password: 'in Keycloak "Direct access grants"',
  [jwtBearerGrant]: 'in Keycloak "JWT Authorization Grant"',
  [tokenExchangeGrant]: 'in Keycloak "Standard token exchange"',
};

/** The client may not use the grant type. */
export function adviseGrantNotAllowed({ inputs }: Refusal): Text {
  const { grantType = '' } = inputs;
  const setting = Object.hasOwn(settings, grantType) ? settings[grantType] : undefined;
  const allow = text`Allow this grant type for the client at the provider`;
  return setting === undefined ? text`${allow}.` : text`${allow} (${setting}).`;
}
