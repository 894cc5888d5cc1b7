import { acsHeaders } from '../oauth2/acs-api.ts';
import type { Pair } from '../oauth2/token-request.ts';
import type { ClientInputs } from './client.ts';
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
  const usesAuthorization = inputs.clientAuthMethod === 'client_secret_basic';
  checkHeaderNames(reader, inputs.headers, usesAuthorization ? ['authorization'] : []);
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

/** A certificate can be shown on a TLS connection alone. */
function checkTls(reader: InputReader, { tokenUrl, clientAuthMethod }: Combined): void {
  if (clientAuthMethod?.endsWith('tls_client_auth') !== true) return;
  if (tokenUrl?.startsWith('http:') === true) {
    reader.complain(text`token-url: takes https with client-auth-method: ${clientAuthMethod}`);
  }
}

/** The inputs that parameters of these names have for themselves. */
function listOwnParameters(inputs: Combined): Readonly<Record<string, string>> {
  const { clientAuthMethod, privateKeyAs, idTokenAs } = inputs;
  const sendsId = inputs.clientId !== undefined && clientAuthMethod !== 'client_secret_basic';
  const assertion = privateKeyAs === 'assertion' ? 'private-key' : 'id-token-as';
  const asserts = privateKeyAs === 'assertion' || idTokenAs === 'assertion';
  const isKeyGrantAlone =
    privateKeyAs === 'assertion' && clientAuthMethod === 'none' && !inputs.isMethodWritten;
  const provesByJwt = clientAuthMethod === undefined || clientAuthMethod.endsWith('_jwt');
  return {
    grant_type: 'grant-type',
    client_secret: 'client-secret',
    ...(provesByJwt
      ? {
          client_assertion: 'private-key or id-token-as',
          client_assertion_type: 'private-key or id-token-as',
        }
      : {}),
    ...(sendsId && !isKeyGrantAlone ? { client_id: 'client-id' } : {}),
    ...(asserts ? { assertion } : {}),
    ...(idTokenAs === 'subject_token' ? { subject_token: 'id-token-as' } : {}),
    ...(inputs.refreshToken === undefined ? {} : { refresh_token: 'refresh-token' }),
    ...(inputs.scopes.length > 0 ? { scope: 'scopes' } : {}),
    ...(inputs.audience === undefined ? {} : { audience: 'audience' }),
    ...(inputs.resources.length > 0 ? { resource: 'resource' } : {}),
  };
}

function checkParameterNames(reader: InputReader, inputs: Combined): void {
  const own = listOwnParameters(inputs);
  for (const name of new Set(inputs.parameters.map(([name]) => name))) {
    const input = Object.hasOwn(own, name) ? own[name] : undefined;
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
