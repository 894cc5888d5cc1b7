import type { ClientAuthMethod } from '../../inputs/client/client-methods.ts';
import { text, type Text } from '../../log/text.ts';
import { nameUrlInput } from '../names.ts';
import type { Refusal } from './refusal.ts';

/** The client must prove that it has a key, to which the token is bound. */
export function adviseDpop({ host }: Refusal): Text {
  const bound = text`Later steps cannot use a token that is bound to a key.`;
  return /\.okta(preview|-emea)?\.com$/.test(host)
    ? text`${bound} In Okta: Applications, the app, General Settings, turn off "Require Demonstrating Proof of Possession (DPoP) header in token requests".`
    : text`${bound} Turn DPoP off for this client at the provider.`;
}

/** The client has requested too often. */
export function adviseRateLimit(): Text {
  return text`Request tokens less often (use-cache reuses them), or ask the provider for a higher limit.`;
}

/** The client or the tenant is not known where it was looked for. */
export function adviseTenant({ inputs, words }: Refusal): Text {
  const url = nameUrlInput(inputs);
  return /AADSTS700016\b/.test(words)
    ? text`Check client-id (the application ID), and the tenant in ${url}.`
    : text`Check the name of the tenant or realm in ${url}.`;
}

/** The request was sent without TLS to a port of TLS. */
export function adviseScheme({ inputs }: Refusal): Text {
  return text`Check the scheme in ${nameUrlInput(inputs)}.`;
}

/** AWS API Gateway has nothing at this path, or not for this method. */
export function adviseGatewayRoute({ inputs }: Refusal): Text {
  return text`AWS API Gateway answers like this if it does not know the path or the method. Check the path in ${nameUrlInput(inputs)}, and request-method.`;
}

/** A proxy in front of the server has a login of its own. */
export function adviseIdentityProxy(): Text {
  return text`A proxy with its own login is in front of the server. Its documentation names the header for programs. Set it in headers.`;
}

/** The server does not serve this address. */
export function adviseAddress(): Text {
  return text`Allow the address of this runner at the provider. GitHub-hosted runners have many addresses. A self-hosted or larger runner has a fixed one.`;
}

/** Somebody must approve of the client first, or a policy must let it. */
export function adviseConsent(): Text {
  return text`Grant consent for this client at the provider (as an administrator), or change the policy there.`;
}

/** The client may not do what it wants to do. */
export function advisePermission(): Text {
  return text`Grant the permission to this client at the provider (a role, a scope or a policy).`;
}

/** The client or an account is switched off. */
export function adviseAccount(): Text {
  return text`Enable it again at the provider.`;
}

const methods: readonly ClientAuthMethod[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
];

/**
 * The client authentication method that the server names in place of the one that was used; undefined where it names none, lists
 * several, or means the one that was used.
 */
export function findOtherMethod({ words, inputs }: Refusal): ClientAuthMethod | undefined {
  const used = inputs.clientAuthMethod;
  if (used === undefined || inputs.endpointType === 'acs_api') return undefined;
  const others = methods.filter(
    (method) => method !== used && new RegExp(`\\b${method}\\b`, 'i').test(words),
  );
  return others.length === 1 ? others[0] : undefined;
}

/** The server does not accept the client authentication method, and names no other one. */
export function adviseMethod({ inputs }: Refusal): Text {
  const { clientAuthMethod } = inputs;
  const example =
    clientAuthMethod === 'client_secret_basic' ? text` (often client_secret_post)` : text``;
  return clientAuthMethod === undefined
    ? text`Check how the provider expects this client to authenticate.`
    : text`The provider does not accept client-auth-method: ${clientAuthMethod} from this client. Set the method that it expects${example}, or allow this one at the provider.`;
}

/** The server names the method that it expects. */
export function adviseOtherMethod(refusal: Refusal): Text {
  const expects = text`The provider expects`;
  switch (findOtherMethod(refusal)) {
    case 'private_key_jwt':
      return text`${expects} a JWT from this client, signed with private-key (private_key_jwt). Set private-key instead.`;
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
      return text`${expects} a client certificate. Set client-certificate and client-key.`;
    case 'client_secret_jwt':
    case 'client_secret_post':
    case 'client_secret_basic':
    case 'none':
    case undefined:
      return text`${expects} client-auth-method: ${findOtherMethod(refusal) ?? 'none'} from this client.`;
  }
}
