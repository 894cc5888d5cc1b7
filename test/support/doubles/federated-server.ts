/** An authorization server without secrets. It trusts the ID tokens of another issuer, each once. */
import { randomUUID } from 'node:crypto';

import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';

import { type IdTokenService, usualSubject } from './id-token-service.ts';
import {
  type Answer,
  dynamic,
  json,
  type RecordedRequest,
  type ScriptedServer,
  type ServerCertificate,
  startScriptedServer,
} from './scripted-server.ts';

/** Whom the server trusts, and how it differs from the usual one. */
export interface FederatedServerOptions {
  readonly trusted: Pick<IdTokenService, 'issuer' | 'jwksUrl'>;
  /** The `aud` that an ID token must have; {@link federatedAudience} if left out. */
  readonly audience?: string;
  /** The `sub` that it must have; that of a push to main if left out. */
  readonly subject?: string;
  /**
   * The only `client_id` that may be sent, but it can be left out of a request. {@link federatedClientId} if left out.
   */
  readonly clientId?: string;
  /** How many of the first good requests get a 503. Their ID tokens cannot be sent again. */
  readonly outages?: number;
  /** Fields that replace those of the answer. Undefined fields are left out. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** The time of day: epoch, milliseconds; the machine's if left out. */
  readonly now?: () => number;
  readonly tls?: ServerCertificate;
}

/** The three places for an ID token in a token request. */
export type IdTokenParameter = 'client_assertion' | 'assertion' | 'subject_token';

/** An ID token that was accepted, even if no token was given for it. */
export interface PresentedIdToken {
  readonly as: IdTokenParameter;
  readonly token: string;
  readonly claims: JWTPayload;
}

/** A server that `startFederatedServer` started. */
export interface FederatedServer extends ScriptedServer {
  readonly presented: readonly PresentedIdToken[];
}

/** What Microsoft Entra ID recommends. */
export const federatedAudience = 'api://AzureADTokenExchange';

/** The client that the server knows. */
export const federatedClientId = 'federated-client';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const subjectTokenTypes: readonly unknown[] = [
  'urn:ietf:params:oauth:token-type:jwt',
  'urn:ietf:params:oauth:token-type:id_token',
];

/** The parameters of a request's body. */
type Parameters = Readonly<Record<string, unknown>>;

/** Why a request is refused. */
class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, error: string, description: string, members = {}) {
    super(error);
    this.answer = json(status, { error, error_description: description, ...members });
  }
}

/**
 * Starts a server whose every path is a token endpoint. It gives each request with a good ID token its own access
 * token, `federated-token-1` for the first.
 *
 * @see RFC 7523 sections 2.1 and 2.2, RFC 8693 section 2
 */
export async function startFederatedServer(
  options: FederatedServerOptions,
): Promise<FederatedServer> {
  const { outages = 0, members = {}, now = Date.now, tls } = options;
  const verify = createVerifier({ ...options, now });
  const presented: PresentedIdToken[] = [];
  const used = new Set<unknown>();
  let given = 0;

  const exchange = async (request: RecordedRequest): Promise<Answer> => {
    const parameters = readParameters(request);
    const as = chooseParameter(parameters);
    checkClient(request, parameters, options.clientId ?? federatedClientId);
    const token = readIdToken(parameters, as);
    const claims = await verify(token, as);
    if (used.has(claims.jti)) throw refuseIdToken(as, 'jti was used');
    used.add(claims.jti);
    presented.push({ as, token, claims });
    if (presented.length <= outages) return json(503, { error: 'temporarily_unavailable' });
    given += 1;
    return json(200, { ...writeMembers(as, given), ...members });
  };
  const answer = (request: RecordedRequest): Promise<Answer> =>
    exchange(request).catch((error: unknown) => {
      if (error instanceof Refusal) return error.answer;
      throw error;
    });

  const server = await startScriptedServer({ answers: [dynamic(answer)], ...(tls && { tls }) });
  return Object.assign(server, { presented });
}

/** Reads a form or a JSON object; a repeated parameter is refused (RFC 6749 section 3.2). */
function readParameters({ method, headers, body }: RecordedRequest): Parameters {
  if (method !== 'POST') throw new Refusal(405, 'invalid_request', 'Ask by POST.');
  switch (headers['content-type']?.split(';')[0]) {
    case 'application/x-www-form-urlencoded':
      return readForm(new URLSearchParams(body));
    case 'application/json':
      return readJson(body);
    default:
      throw new Refusal(415, 'invalid_request', 'Neither a form nor JSON.');
  }
}

function readForm(form: URLSearchParams): Parameters {
  const names = [...form.keys()];
  if (new Set(names).size < names.length) throw badRequest('A parameter came again.');
  return Object.fromEntries(form);
}

function readJson(body: string): Parameters {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value as Parameters;
  } catch {
    // Refused like all JSON that is not an object.
  }
  throw badRequest('The body is no JSON object.');
}

/** The grant says where the ID token is. */
function chooseParameter(parameters: Parameters): IdTokenParameter {
  switch (parameters['grant_type']) {
    case undefined:
      throw badRequest('grant_type is missing.');
    case jwtBearer:
      return 'assertion';
    case tokenExchange:
      if (subjectTokenTypes.includes(parameters['subject_token_type'])) return 'subject_token';
      throw badRequest('subject_token_type is missing or unknown.');
    case 'client_credentials':
      if (parameters['client_assertion_type'] === assertionType) return 'client_assertion';
      throw badRequest('client_assertion_type is missing or unknown.');
    default:
      throw new Refusal(400, 'unsupported_grant_type', 'This grant type is unknown.');
  }
}

/** No client has a secret here, and no client may authenticate in two ways (RFC 6749 section 2.3). */
function checkClient(
  { authorization }: RecordedRequest,
  { client_id, client_secret }: Parameters,
  known: string,
): void {
  if (authorization !== undefined || client_secret !== undefined) {
    throw badRequest('No client has a secret here.');
  }
  if (client_id !== undefined && client_id !== known) {
    throw new Refusal(401, 'invalid_client', 'Unknown client.');
  }
}

function readIdToken(parameters: Parameters, as: IdTokenParameter): string {
  const token = parameters[as];
  if (typeof token !== 'string') throw badRequest(`${as} is missing.`);
  return token;
}

type Verify = (token: string, as: IdTokenParameter) => Promise<JWTPayload>;

/** Verifies by the published keys: signature, issuer, audience, subject, times; a `jti` is required. */
function createVerifier({
  trusted: { issuer, jwksUrl },
  audience = federatedAudience,
  subject = usualSubject,
  now,
}: FederatedServerOptions & { readonly now: () => number }): Verify {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  return async (token, as) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer,
        audience,
        subject,
        requiredClaims: ['jti', 'exp'],
        currentDate: new Date(now()),
      });
      return payload;
    } catch (error) {
      throw explain(error, as, now());
    }
  };
}

/** Refuses with the texts of Microsoft Entra ID, whose descriptions have several lines. */
function explain(error: unknown, as: IdTokenParameter, now: number): unknown {
  if (error instanceof errors.JWTExpired) {
    return refuseLikeEntra(
      as,
      700_024,
      'Client assertion is not within its valid time range.',
      now,
    );
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const [code, name] = claimFaults[error.claim] ?? [50_027, error.claim];
    const presented = JSON.stringify(error.payload[error.claim] ?? null).replaceAll('"', "'");
    const text = `No matching federated identity record found for presented assertion ${name} ${presented}. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.`;
    return refuseLikeEntra(as, code, text, now);
  }
  if (error instanceof errors.JOSEError) {
    return refuseLikeEntra(
      as,
      50_013,
      `Assertion failed signature validation (${error.code}).`,
      now,
    );
  }
  return error;
}

/** The codes of Microsoft Entra ID: https://login.microsoftonline.com/error. */
const claimFaults: Readonly<Record<string, readonly [code: number, name: string]>> = {
  iss: [700_211, 'issuer'],
  aud: [700_212, 'audience'],
  sub: [700_213, 'subject'],
};

function refuseLikeEntra(as: IdTokenParameter, code: number, text: string, now: number): Refusal {
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const [traceId, correlationId] = [randomUUID(), randomUUID()];
  const description = [
    `AADSTS${code}: ${text}`,
    `Trace ID: ${traceId}`,
    `Correlation ID: ${correlationId}`,
    `Timestamp: ${timestamp}`,
  ].join('\r\n');
  const members = {
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
  };
  return refuseIdToken(as, description, members);
}

/** The error depends on the use of the ID token (RFC 7521 sections 4.1.1 and 4.2.1, RFC 8693 section 2.2.2). */
function refuseIdToken(as: IdTokenParameter, description: string, members = {}): Refusal {
  switch (as) {
    case 'client_assertion':
      return new Refusal(401, 'invalid_client', description, members);
    case 'assertion':
      return new Refusal(400, 'invalid_grant', description, members);
    case 'subject_token':
      return new Refusal(400, 'invalid_request', description, members);
  }
}

function badRequest(description: string): Refusal {
  return new Refusal(400, 'invalid_request', description);
}

function writeMembers(as: IdTokenParameter, number: number): Record<string, unknown> {
  const usual = {
    access_token: `federated-token-${number}`,
    token_type: 'Bearer',
    expires_in: 3600,
  };
  if (as !== 'subject_token') return usual;
  return { ...usual, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' };
}
