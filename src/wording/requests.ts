import { showsCertificate } from '../inputs/client/tls-credentials.ts';
import type { Inputs, LocatedInputs } from '../inputs/inputs.ts';
import { showInput, text, type Text } from '../log/text.ts';
import { originAndPath } from './names.ts';

/** The shape of a request for an issuer's metadata. */
export function describeDiscovery(issuer: string): Text[] {
  return [text`metadata of ${issuer}`];
}

/** The shape of a request for GitHub's ID token, without anything secret. */
export function describeIdTokenRequest(url: string, { idTokenAudience }: Inputs): Text[] {
  const audience = idTokenAudience ?? "GitHub's default";
  const where = URL.canParse(url) ? originAndPath(url) : 'a URL that is none';
  return [text`GET ${where}`, text`audience: ${audience}`];
}

/** The shape of a request to an ACS endpoint, without anything secret. */
export function describeAcsRequest({ tokenUrl, clientId = '', headers }: LocatedInputs): Text[] {
  return [
    text`GET ${originAndPath(tokenUrl)}`,
    text`client ${showInput(clientId)}, acs_api, headers: client-id, client-secret`,
    ...describeHeaders(headers),
  ];
}

/** The shape of a request to a token endpoint, without anything secret. */
export function describeRequest(inputs: LocatedInputs, parameterNames: readonly string[]): Text[] {
  const { tokenUrl, clientId, headers, requestMethod } = inputs;
  const client = clientId === undefined ? text`no client id` : text`client ${showInput(clientId)}`;
  return [
    text`${requestMethod} ${originAndPath(tokenUrl)}`,
    text`${client}, ${nameAuthentication(inputs)}, ${nameParameters(inputs, parameterNames)}`,
    ...describeHeaders(headers),
  ];
}

function nameParameters({ bodyFormat }: Inputs, names: readonly string[]): Text {
  if (names.length === 0) return text`no parameters`;
  const places = { form: 'body', json: 'body', query: 'query', multipart: 'multipart body' };
  return text`${places[bodyFormat]}: ${names.join(', ')}`;
}

/** The shape of a request to a revocation endpoint, without anything secret. */
export function describeRevocation(
  inputs: LocatedInputs,
  revocationUrl: string,
  parameterNames: readonly string[],
): Text[] {
  const request = { tokenUrl: revocationUrl, requestMethod: 'POST', bodyFormat: 'form' } as const;
  return describeRequest({ ...inputs, ...request }, parameterNames);
}

/** How the client authenticates, and what the connection shows of it. */
function nameAuthentication(inputs: Inputs): string {
  const method = nameMethod(inputs);
  const isSaid = inputs.clientAuthMethod?.endsWith('tls_client_auth') === true;
  return showsCertificate(inputs) && !isSaid ? `${method}, client certificate` : method;
}

/** The client's authentication method, and what signs. */
function nameMethod(inputs: Inputs): string {
  const { clientAuthMethod, clientSecretEncoding, macAlgorithm, signingKey } = inputs;
  const key = signingKey === undefined ? '' : nameKey(signingKey);
  switch (clientAuthMethod) {
    case undefined:
      return 'OIDC token as client_assertion';
    case 'client_secret_basic':
      return `client_secret_basic (${clientSecretEncoding})`;
    case 'client_secret_jwt':
      return `client_secret_jwt (${macAlgorithm})`;
    case 'private_key_jwt':
      return `private_key_jwt (${key})`;
    case 'none':
      if (inputs.privateKeyAs === 'bearer') return `signed JWT as bearer (${key})`;
      if (inputs.idTokenAs === 'bearer') return 'OIDC token as bearer';
      return inputs.privateKeyAs === 'assertion' ? `signed assertion (${key})` : 'none';
    default:
      return clientAuthMethod;
  }
}

function nameKey({ algorithm, keyId }: NonNullable<Inputs['signingKey']>): string {
  return keyId === undefined ? algorithm : `${algorithm}, kid ${keyId}`;
}

function describeHeaders(headers: Inputs['headers']): Text[] {
  const names = headers.map(([name]) => name).join(', ');
  return names === '' ? [] : [text`other headers: ${names}`];
}
