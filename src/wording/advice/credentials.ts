import { encodeForm } from '../../oauth2/client-authentication.ts';
import type { Inputs } from '../../inputs/inputs.ts';
import { text, type Text } from '../../log/text.ts';
import { nameUrlInput } from '../names.ts';
import {
  adviseJwtGrant,
  adviseMacLength,
  adviseOtherAudience,
  algorithmOf,
  audienceOf,
  nameKeyId,
} from './assertions.ts';
import { adviseGrant } from './grants.ts';
import { isKeyGrant, type Refusal } from './refusal.ts';

const belong = text`Check that client-id and client-secret belong together and are current`;

/**
 * What to check where a server refuses the client. It goes by the credential that was sent, and suggests another way to send it only
 * from the default on: who came to the other way by such advice is not sent back.
 */
export function adviseCredentials(refusal: Refusal): Text {
  const { inputs } = refusal;
  if (inputs.endpointType === 'acs_api') return text`${belong}.`;
  switch (inputs.clientAuthMethod) {
    case 'client_secret_basic':
    case 'client_secret_post':
    case 'client_secret_jwt':
      return findSecretFault(refusal) ?? adviseSecret(refusal);
    case 'private_key_jwt':
      return adviseKeyAuthentication(inputs);
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
      return text`Check that the provider knows client-certificate for this client-id, and that ${nameUrlInput(inputs)} is the host for clients with certificates (often a separate host).`;
    case 'none':
    case undefined:
      return adviseWithoutCredential(refusal);
  }
}

/** What is wrong with the secret itself; undefined where nothing is known. */
function findSecretFault(refusal: Refusal): Text | undefined {
  const { words, inputs } = refusal;
  const { clientSecret = '' } = inputs;
  if (/^(["']).*\1$/s.test(clientSecret)) {
    return text`client-secret has quotation marks around it, and they are sent. Remove them. If they are part of the secret, ${checkSecret}.`;
  }
  if (/secret.{0,40}\bexpired\b|\bexpired\b.{0,40}secret/i.test(words)) {
    return text`client-secret has expired. Create a new one at the provider.`;
  }
  if (isEntra(refusal) && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(clientSecret)) {
    return text`client-secret looks like the ID of a secret. Entra shows an ID and a value. Use the value.`;
  }
  return undefined;
}

const checkSecret = text`check that client-id and client-secret belong together and are current`;

/** Whether they belong together, and how else the secret can have been used wrongly. */
function adviseSecret(refusal: Refusal): Text {
  const { inputs } = refusal;
  switch (inputs.clientAuthMethod) {
    case 'client_secret_jwt':
      return text`${adviseMacLength(inputs)}${belong}. If they are, check that the provider expects client_secret_jwt with ${algorithmOf(inputs)} (signing-algorithm) from this client, and aud ${audienceOf(inputs)} (assertion-audience).${adviseOtherAudience(inputs)}`;
    case 'client_secret_post':
      return text`${belong}${adviseOtherPost(refusal)}.`;
    default:
      return text`${belong}. If they are, try ${adviseOtherBasic(refusal)}.`;
  }
}

function isEntra({ host, words }: Refusal): boolean {
  return (
    /(^|\.)(login\.(microsoftonline|partner\.microsoftonline|chinacloudapi)\.(com|us|cn)|sts\.windows\.net)$/.test(
      host,
    ) || words.startsWith('AADSTS')
  );
}

/** Words by which a server tells that it could not decode what it got. */
const undecoded = /unexpected error|decode|decoding|malformed|illegal|unescape/i;

function adviseOtherBasic({ inputs, words }: Refusal): Text {
  const { clientId = '', clientSecret = '', clientSecretEncoding } = inputs;
  const post = text`client-auth-method: client_secret_post`;
  // Only then do the two encodings differ.
  const isEncoded = [clientId, clientSecret].some((value) => encodeForm(value) !== value);
  if (!isEncoded) return post;
  const isUndecoded = undecoded.test(words);
  if (clientSecretEncoding === 'form') {
    return isUndecoded ? post : text`${post}, or client-secret-encoding: raw`;
  }
  return isUndecoded ? text`client-secret-encoding: form, or ${post}` : post;
}

/** Back to Basic only where the server itself names it. */
function adviseOtherPost({ answer, inputs }: Refusal): Text {
  const { words } = answer;
  const namesBasic = words?.place === 'www-authenticate' && /^\s*basic\b/i.test(words.outside);
  if (namesBasic) return text`. If they are, try client-auth-method: client_secret_basic`;
  return inputs.isMethodWritten
    ? text`. If HTTP Basic, the default, was refused too, one of the two is wrong`
    : text``;
}

function adviseKeyAuthentication(inputs: Inputs): Text {
  const expected = text`Check that the provider knows the public key of private-key${nameKeyId(inputs)} for this client-id, and expects ${algorithmOf(inputs)} (signing-algorithm) and aud ${audienceOf(inputs)} (assertion-audience).${adviseOtherAudience(inputs)}`;
  return inputs.signingKey?.owner === undefined
    ? expected
    : text`private-key is a key file. Such a key usually signs the grant, so try private-key-as: assertion. Otherwise: ${expected}`;
}

/** Nothing of the client's own proves who it is. */
function adviseWithoutCredential(refusal: Refusal): Text {
  const { inputs } = refusal;
  const { idTokenAs, isMethodWritten } = inputs;
  if (isKeyGrant(inputs)) return adviseJwtGrant(inputs);
  if (idTokenAs === 'assertion' || idTokenAs === 'subject_token') {
    return text`The client did not authenticate, because GitHub's OIDC token is the grant here. If the provider requires it, set client-secret with client-auth-method: client_secret_basic.`;
  }
  if (idTokenAs !== undefined) return adviseGrant(refusal);
  return isMethodWritten
    ? text`The client did not authenticate (client-auth-method: none). If the provider requires it, remove client-auth-method and set client-secret or private-key.`
    : text`The client did not authenticate. If the provider requires it, set client-secret or private-key.`;
}
