import { randomUUID } from 'node:crypto';

import type { HttpRequest } from '../http/request.ts';
import type { Proof, RequestParts } from './client-authentication.ts';
import { defaultHeaders } from './default-headers.ts';
import { hasGuardedParameter } from './grant.ts';
import { type BodyFormat, type Parameter, toTexts, writeParameters } from './request-body.ts';
import type { ResponseFields } from './response/response-fields.ts';

/** The HTTP methods by which a token is requested. */
export const requestMethods = ['POST', 'GET', 'PUT'] as const;

export type RequestMethod = (typeof requestMethods)[number];

/** A name and its exact value. */
export type Pair = readonly [name: string, value: string];

/** What is requested from a token endpoint. */
export interface TokenRequest {
  /** Its query stays as it is. A parameter that the query has with the same value is not sent again. */
  readonly tokenUrl: string;
  readonly requestMethod: RequestMethod;
  /** Undefined if none is sent. */
  readonly grantType: string | undefined;
  /** What proves who the client is, and the part of the grant that is made for each attempt. */
  readonly proofs: readonly Proof[];
  /** Sent as one `scope`; not sent if there are none (RFC 6749 section 3.3). */
  readonly scopes: readonly string[];
  /** RFC 8693 section 2.1: each is its own parameter. */
  readonly audiences: readonly string[];
  /** RFC 8707 section 2: each is its own parameter. */
  readonly resources: readonly string[];
  /** Further parameters, in order. A name may be repeated. */
  readonly parameters: readonly Parameter[];
  /** Further headers. They replace this module's own. */
  readonly headers: readonly Pair[];
  readonly bodyFormat: BodyFormat;
  /** Where the response has its fields, if not in the places of RFC 6749. */
  readonly responseFields: ResponseFields;
}

/** What decides on the parameters. */
type TokenParameters = Pick<
  TokenRequest,
  'grantType' | 'proofs' | 'scopes' | 'audiences' | 'resources' | 'parameters'
>;

/** Whether sending the request again after an answer was lost could do harm (RFC 6749 section 10.4). */
export function spendsItsGrant({
  tokenUrl,
  parameters,
}: Pick<TokenRequest, 'tokenUrl' | 'parameters'>): boolean {
  return hasGuardedParameter([...listQueryParameters(tokenUrl), ...parameters]);
}

/** The names of the parameters, each once, in order. */
export function listParameterNames(request: TokenParameters): string[] {
  const own = request.proofs.flatMap(({ parameters }) => parameters);
  return [...new Set([...listParameters(request).map(([name]) => name), ...own])];
}

/** The names of the parameters that are sent together with the query of the URL, as {@link listParameterNames}. */
export function listSentNames(request: TokenRequest): string[] {
  const { tokenUrl, proofs } = request;
  const inQuery = listQueryParameters(tokenUrl).map(([name]) => name);
  const own = proofs.flatMap(({ parameters }) => parameters);
  const sent = dropSent(listParameters(request), tokenUrl).map(([name]) => name);
  return [...new Set([...sent, ...own.filter((name) => !inQuery.includes(name))])];
}

/**
 * Writes a token request as the HTTP request of one attempt.
 *
 * @param makeUuid makes the boundary of a multipart body
 * @see RFC 6749 section 4.4.2
 */
export async function buildTokenRequest(
  request: TokenRequest,
  makeUuid: () => string = randomUUID,
): Promise<HttpRequest> {
  const { tokenUrl, requestMethod, proofs, bodyFormat } = request;
  const parts: RequestParts = {
    headers: joinHeaders([...defaultHeaders, ...request.headers]),
    parameters: listParameters(request),
  };
  for (const proof of proofs) await proof.add(parts);
  const parameters = dropSent(parts.parameters, tokenUrl);
  const { contentType, body, query } = writeParameters(parameters, bodyFormat, makeUuid);
  if (contentType !== undefined && !parts.headers.has('content-type')) {
    parts.headers.set('content-type', contentType);
  }
  return {
    method: requestMethod,
    url: extendQuery(tokenUrl, query),
    headers: Object.fromEntries(parts.headers),
    ...(body === undefined ? {} : { body }),
  };
}

/** The parameters of a request without those of its proofs. */
export function listParameters({
  grantType,
  scopes,
  audiences,
  resources,
  parameters,
}: Omit<TokenParameters, 'proofs'>): [name: string, value: Parameter[1]][] {
  const all: Parameter[] = [
    ...(grantType === undefined ? [] : [['grant_type', grantType] as const]),
    ...(scopes.length === 0 ? [] : [['scope', scopes.join(' ')] as const]),
    ...audiences.map((audience) => ['audience', audience] as const),
    ...resources.map((resource) => ['resource', resource] as const),
    ...parameters,
  ];
  return all.map(([name, value]) => [name, value]);
}

/** The parameters that the query of a URL has. */
export function listQueryParameters(url: string): Pair[] {
  return URL.canParse(url) ? [...new URL(url).searchParams] : [];
}

/** A parameter that the query of the URL already has is not sent again. */
function dropSent(parameters: readonly Parameter[], tokenUrl: string): Parameter[] {
  const sent = listQueryParameters(tokenUrl);
  return parameters.filter((parameter) => !isAmong(sent, parameter));
}

/**
 * Lists the names for which the query of a URL and the parameters of a request have different values.
 *
 * @param parameters of the request
 */
export function listContradicted(tokenUrl: string, parameters: readonly Parameter[]): string[] {
  const sent = listQueryParameters(tokenUrl);
  const names = parameters
    .filter(([name]) => sent.some(([one]) => one === name))
    .filter((parameter) => !isAmong(sent, parameter))
    .map(([name]) => name);
  return [...new Set(names)];
}

function isAmong(sent: readonly Pair[], [name, value]: Parameter): boolean {
  const values = sent.filter(([one]) => one === name).map(([, one]) => one);
  return values.length > 0 && (toTexts(value)?.every((text) => values.includes(text)) ?? false);
}

function extendQuery(url: string, query = ''): string {
  if (query === '') return url;
  if (!url.includes('?')) return `${url}?${query}`;
  return /[?&]$/.test(url) ? `${url}${query}` : `${url}&${query}`;
}

/** Headers by name in lower case. A later one replaces an earlier one. */
export function joinHeaders(headers: readonly Pair[]): Map<string, string> {
  return new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
}
