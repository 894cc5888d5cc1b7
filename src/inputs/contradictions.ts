import { acsHeaders } from '../oauth2/acs-api.ts';
import type { Pair } from '../oauth2/token-request.ts';
import type { ClientInputs } from './client/client.ts';
import { usesTlsAuthentication } from './client/client-methods.ts';
import { type JwtMakers, listJwtGrants, proveClient } from './client/proofs.ts';
import type { EndpointInputs } from './endpoint.ts';
import { notForAcs } from './catalog.ts';
import type { InputReader } from './reader.ts';
import { isFieldValue } from './pairs.ts';
import type { RequestInputs } from './request.ts';
import { text } from '../log/text.ts';

/** The inputs that can contradict each other. */
type Combined = EndpointInputs & ClientInputs & RequestInputs;

/** Notes what only several inputs together can get wrong. */
export function checkTogether(reader: InputReader, inputs: Combined): void {
  if (inputs.endpointType === 'acs_api') {
    checkAcs(reader, inputs);
    return;
  }
  checkParameterNames(reader, inputs);
  checkHeaderNames(reader, inputs.headers, listOwnHeaders(inputs));
  if (sendsRawBasic(inputs) && inputs.clientId?.includes(':') === true) {
    reader.complain(
      text`client-secret-encoding: raw cannot carry a client-id with a colon; use form, or client-auth-method: client_secret_post`,
    );
  }
  checkTls(reader, inputs);
}

/** Notes the inputs that mean nothing to an ACS endpoint, before anybody looks for a meaning in them. */
export function refuseForAcs(reader: InputReader): void {
  for (const name of notForAcs) {
    if (!reader.isGiven(name)) continue;
    reader.complain(text`${name}: has no meaning with endpoint-type: acs_api`);
    reader.ignore(name);
  }
}

function checkAcs(reader: InputReader, inputs: Combined): void {
  for (const name of ['client-id', 'client-secret'] as const) {
    if (!isFieldValue(reader.read(name) ?? '')) {
      reader.complain(text`${name}: has a character that a header cannot carry`);
    }
  }
  checkHeaderNames(reader, inputs.headers, acsHeaders);
}

function sendsRawBasic({ clientAuthMethod, clientSecretEncoding }: Combined): boolean {
  return clientAuthMethod === 'client_secret_basic' && clientSecretEncoding === 'raw';
}

/** A certificate can only be shown on a TLS connection. */
function checkTls(reader: InputReader, inputs: Combined): void {
  const { tokenUrl, clientAuthMethod } = inputs;
  if (clientAuthMethod === undefined || !usesTlsAuthentication(inputs)) return;
  if (tokenUrl?.startsWith('http:') === true) {
    reader.complain(text`token-url: takes https with client-auth-method: ${clientAuthMethod}`);
  }
}

/** The names of what a proof adds do not depend on its JWT. */
const noJwts: JwtMakers = { client: () => '', grant: () => '', idToken: () => '' };

/** The headers that carry what the request proves, in lower case. */
function listOwnHeaders(inputs: Combined): string[] {
  const grants = listJwtGrants(inputs).map(({ prove }) => prove(noJwts));
  return [...proveClient(inputs, noJwts), ...grants].flatMap(({ headers }) => headers);
}

/** The inputs that the parameters of a client's proof have for themselves. */
const inputsOfClient: Readonly<Record<string, string>> = {
  client_id: 'client-id',
  client_secret: 'client-secret',
  client_assertion: 'private-key or id-token-as',
  client_assertion_type: 'private-key or id-token-as',
};

/** The parameters that the request has already, each with the input that it comes from. */
function listOwnParameters(inputs: Combined): ReadonlyMap<string, string> {
  const ofClient = proveClient(inputs, noJwts).flatMap(({ parameters }) =>
    parameters.map((name) => [name, inputsOfClient[name] ?? 'client-auth-method'] as const),
  );
  const ofGrants = listJwtGrants(inputs).flatMap(({ source, prove }) =>
    prove(noJwts).parameters.map((name) => [name, source] as const),
  );
  return new Map([
    ['grant_type', 'grant-type'],
    ['client_secret', 'client-secret'],
    ...ofClient,
    // The first of two grants counts, and the other one has a problem of its own.
    ...ofGrants.toReversed(),
    ...(inputs.refreshToken === undefined ? [] : ([['refresh_token', 'refresh-token']] as const)),
    ...(inputs.scopes.length > 0 ? ([['scope', 'scopes']] as const) : []),
    ...(inputs.audience === undefined ? [] : ([['audience', 'audience']] as const)),
    ...(inputs.resources.length > 0 ? ([['resource', 'resource']] as const) : []),
  ]);
}

function checkParameterNames(reader: InputReader, inputs: Combined): void {
  const own = listOwnParameters(inputs);
  for (const name of new Set(inputs.parameters.map(([name]) => name))) {
    const input = own.get(name);
    if (input !== undefined) {
      reader.complain(text`parameters: ${name} is sent already; use the input ${input}`);
    }
  }
}

/** Headers that belong to the connection, not to the request. */
const connectionHeader = /^(host|content-length|transfer-encoding|connection|proxy-.*)$/i;

/**
 * @param own the headers that carry the client's credentials, in lower case
 */
function checkHeaderNames(
  reader: InputReader,
  headers: readonly Pair[],
  own: readonly string[],
): void {
  const names = headers.map(([name]) => name.toLowerCase());
  for (const name of new Set(names)) {
    if (connectionHeader.test(name)) {
      reader.complain(text`headers: ${name} belongs to the connection and cannot be set`);
    } else if (own.includes(name)) {
      reader.complain(text`headers: ${name} carries the client's credentials already`);
    } else if (names.indexOf(name) !== names.lastIndexOf(name)) {
      reader.complain(text`headers: ${name} is given more than once`);
    }
  }
}
