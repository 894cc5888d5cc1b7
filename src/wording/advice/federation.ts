import { text, type Text } from '../../log/text.ts';
import { writeClaims } from '../id-token.ts';
import type { Refusal } from './refusal.ts';

/** Nearly always the trust at the provider names another `sub` or `aud`; what the ID token has is no secret. */
export function adviseIdToken({ inputs, idToken }: Refusal): Text {
  const isClientNamed = inputs.idTokenAs === 'client_assertion' && inputs.clientId !== undefined;
  const client = isClientNamed
    ? text` client-id must name the client that trusts this token. Keycloak expects no client-id, so remove it there.`
    : text``;
  const claims = idToken === undefined ? text`` : text`The token has ${writeClaims(idToken)}. `;
  return text`${claims}The trust at the provider must have exactly these values. id-token-audience sets aud; sub depends on what started the run.${client}`;
}

/** The codes that say nothing against an ID token. */
const aboutOthers: ReadonlySet<string> = new Set([
  'invalid_scope',
  'invalid_target',
  'unsupported_grant_type',
  'invalid_dpop_proof',
  'use_dpop_nonce',
]);

/** Whether a refusal whose words say no more is probably about the ID token. */
export function isAboutIdToken({ status, code, words, inputs, idToken }: Refusal): boolean {
  const { idTokenAs, clientAuthMethod, grantType } = inputs;
  const isRefusal = [400, 401, 403].includes(status);
  if (idToken === undefined || !isRefusal || aboutOthers.has(code)) return false;
  const isClients =
    code === 'invalid_client' && idTokenAs !== 'client_assertion' && clientAuthMethod !== 'none';
  // Entra has the code for a trust that does not fit (AADSTS70021) and for a missing scope (AADSTS900144).
  const isRequests = code === 'invalid_request' && /\bparameter\b/i.test(words);
  // What the ID token authenticates the client for has a grant of its own.
  const isGrants =
    code === 'invalid_grant' &&
    idTokenAs === 'client_assertion' &&
    grantType !== 'client_credentials';
  return !isClients && !isRequests && !isGrants;
}
