import { acsHeaders } from '../oauth2/acs-api.ts';
import { clientAssertionType, type Proof } from '../oauth2/client-authentication.ts';
import type { Parameter } from '../oauth2/request-body.ts';
import {
  listContradicted,
  listParameterNames,
  listParameters,
  type Pair,
} from '../oauth2/token-request.ts';
import type { ClientInputs } from './client/client.ts';
import { clientMethods } from './client/client-methods.ts';
import { showsCertificate } from './client/tls-credentials.ts';
import { type JwtMakers, listJwtGrants, proveClient } from './client/proofs.ts';
import type { EndpointInputs } from './endpoint.ts';
import { notForAcs } from './catalog.ts';
import type { InputReader } from './reader.ts';
import { isFieldValue } from './pairs.ts';
import type { RequestInputs } from './request.ts';
import { listSecretValues } from './secret-names.ts';
import { isLoopback } from '../http/loopback.ts';
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
  checkProofNames(reader, inputs);
  checkQuery(reader, inputs);
  const ownHeaders = listProofs(inputs).flatMap(({ headers }) => headers);
  checkHeaderNames(reader, inputs.headers, ownHeaders);
  if (sendsRawBasic(inputs) && inputs.clientId?.includes(':') === true) {
    reader.complain(
      text`client-secret-encoding: raw cannot send a client-id with a colon; use form, or client-auth-method: client_secret_post`,
    );
  }
  checkTls(reader, inputs);
}

/** Notes the inputs that mean nothing to an ACS endpoint, before anybody looks for a meaning in them. */
export function refuseForAcs(reader: InputReader): void {
  for (const name of notForAcs) {
    if (!reader.isGiven(name)) continue;
    reader.complain(text`${name}: cannot be used with endpoint-type: acs_api`);
    reader.ignore(name);
  }
}

function checkAcs(reader: InputReader, inputs: Combined): void {
  for (const name of ['client-id', 'client-secret'] as const) {
    if (!isFieldValue(reader.read(name) ?? '')) {
      reader.complain(text`${name}: has a character that is not allowed in a header`);
    }
  }
  checkHeaderNames(reader, inputs.headers, acsHeaders);
}

function sendsRawBasic({ clientAuthMethod, clientSecretEncoding }: Combined): boolean {
  return clientAuthMethod === 'client_secret_basic' && clientSecretEncoding === 'raw';
}

/**
 * A certificate can only be shown on a TLS connection. A server on this machine stands for one in tests or behind a proxy
 * of the job, and does without it where something else authenticates the client.
 */
function checkTls(reader: InputReader, inputs: Combined): void {
  if (!showsCertificate(inputs)) return;
  const { credential } = clientMethods[inputs.clientAuthMethod ?? 'none'];
  const isCredential =
    credential === 'client-key' || (credential === undefined && !sendsSecret(inputs));
  const isNeeded = isCredential && inputs.idTokenAs === undefined;
  for (const name of ['token-url', 'issuer', 'revocation-url'] as const) {
    const url = reader.read(name) ?? '';
    const isHere = URL.canParse(url) && isLoopback(new URL(url).hostname);
    if (/^http:/i.test(url) && (isNeeded || !isHere)) {
      reader.complain(
        text`${name}: must be https with client-certificate; a certificate cannot be sent over plain http`,
      );
    }
  }
}

/** Whether the request itself has a credential: a signed JWT, an API key or a password. */
function sendsSecret({ signingKey, parameters, headers }: Combined): boolean {
  const pairs: readonly Parameter[] = [...parameters, ...headers];
  return (
    signingKey !== undefined ||
    pairs.some(([name, value]) => listSecretValues(value, name).length > 0)
  );
}

/** The names of what a proof adds do not depend on its JWT. */
const noTokens: JwtMakers = { client: () => '', grant: () => '', idToken: () => '' };

/** What the request proves. */
function listProofs(inputs: Combined): Proof[] {
  const grants = listJwtGrants(inputs).map(({ prove }) => prove(noTokens));
  return [...proveClient(inputs, noTokens), ...grants];
}

/** The names of the parameters that the request has without the input `parameters`. */
function listOwnNames(inputs: Combined): ReadonlySet<string> {
  const { grantParameters: parameters } = inputs;
  return new Set(listParameterNames({ ...inputs, parameters, proofs: listProofs(inputs) }));
}

/** Notes a parameter that the request has already. */
function checkParameterNames(reader: InputReader, inputs: Combined): void {
  const own = listOwnNames(inputs);
  for (const name of new Set(inputs.parameters.map(([name]) => name))) {
    if (own.has(name)) {
      reader.complain(
        text`parameters: ${name} is already sent; use the input ${nameInput(name, inputs)}`,
      );
    }
  }
}

/** Notes two proofs in one place: a header that both need, or a parameter that the request has already. */
function checkProofNames(reader: InputReader, inputs: Combined): void {
  const inHeader = [
    ...proveClient(inputs, noTokens).map((proof) => ({
      proof,
      written: `client-auth-method: ${inputs.clientAuthMethod ?? ''}`,
    })),
    ...listJwtGrants(inputs).map(({ prove, written }) => ({ proof: prove(noTokens), written })),
  ].filter(({ proof }) => proof.headers.includes('authorization'));
  const [first, second] = inHeader;
  if (first !== undefined && second !== undefined) {
    reader.complain(
      text`${second.written} cannot be used with ${first.written}, because both need the Authorization header`,
    );
  }
  const name = inputs.idTokenParameter;
  if (name === undefined) return;
  const others = listOwnNames({ ...inputs, idTokenAs: undefined });
  if (others.has(name)) {
    reader.complain(text`id-token-parameter: ${name} is already sent`);
  }
}

/** The input that a parameter of the request comes from; most have its name. */
function nameInput(parameter: string, inputs: Combined): string {
  const ofGrant = listJwtGrants(inputs).find(({ prove }) =>
    prove(noTokens).parameters.includes(parameter),
  );
  if (ofGrant !== undefined) return ofGrant.source;
  switch (parameter) {
    case 'scope':
      return 'scopes';
    case 'client_assertion':
    case 'client_assertion_type':
      return 'private-key or id-token-as';
    default:
      return parameter.replaceAll('_', '-');
  }
}

/**
 * Notes what the query of token-url and the request say differently. What they both say is sent in the query alone; two
 * values of one name would be read differently by each server.
 */
function checkQuery(reader: InputReader, inputs: Combined): void {
  if (inputs.tokenUrl === undefined) return;
  const own = listOwnNames(inputs);
  const sent = listParameters({
    ...inputs,
    parameters: [...inputs.grantParameters, ...inputs.parameters, ...listProofParameters(inputs)],
  });
  for (const name of listContradicted(inputs.tokenUrl, sent)) {
    const input = own.has(name) ? nameInput(name, inputs) : 'parameters';
    reader.complain(text`token-url: its query has another value for ${name} than ${input}`);
  }
}

/** What the proofs send. A JWT is another one each time, so that no query can have it. */
function listProofParameters(inputs: Combined): Parameter[] {
  const known: Readonly<Record<string, string | undefined>> = {
    client_id: inputs.clientId,
    client_secret: inputs.clientSecret,
    client_assertion_type: clientAssertionType,
  };
  return listProofs(inputs).flatMap(({ parameters }) =>
    parameters.map((name): Parameter => [name, known[name] ?? null]),
  );
}

/** Headers that belong to the connection, not to the request (RFC 9110 sections 7.6.1, 7.8, 10.1.1, 10.1.4 and 6.6.2). */
const connectionHeader =
  /^(host|content-length|transfer-encoding|connection|keep-alive|expect|upgrade|te|trailer|http2-settings|proxy-.*)$/i;

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
      reader.complain(text`headers: ${name} already has the client's credentials`);
    } else if (names.indexOf(name) !== names.lastIndexOf(name)) {
      reader.complain(text`headers: ${name} is set more than once`);
    }
  }
}
