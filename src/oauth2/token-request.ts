import type { HttpRequest } from '../http/request.ts';
import type { Proof, RequestParts } from './client-authentication.ts';
import { defaultHeaders } from './default-headers.ts';
import { guardedParameters } from './grant.ts';

/** How the body of a token request is written. */
export type BodyFormat = 'form' | 'json';

/** A name and its value, exact. */
export type Pair = readonly [name: string, value: string];

/** What is requested from a token endpoint. */
export interface TokenRequest {
  readonly tokenUrl: string;
  readonly grantType: string;
  /** Who the client is, and what the grant rests on where that is made for each attempt. */
  readonly proofs: readonly Proof[];
  /** Sent as one `scope`; not sent when there are none (RFC 6749 section 3.3). */
  readonly scopes: readonly string[];
  readonly audience: string | undefined;
  /** RFC 8707 section 2: each is a parameter of its own. */
  readonly resources: readonly string[];
  /** Further body parameters, in order; a name may come again. */
  readonly parameters: readonly Pair[];
  /** Further headers; they take the place of this module's own. */
  readonly headers: readonly Pair[];
  readonly bodyFormat: BodyFormat;
}

/** What decides on the body's parameters. */
type TokenParameters = Omit<TokenRequest, 'tokenUrl' | 'headers' | 'bodyFormat'>;

/** Whether sending the request again after an answer was lost could do harm (RFC 6749 section 10.4). */
export function spendsItsGrant({ parameters }: TokenRequest): boolean {
  return parameters.some(([name]) => guardedParameters.has(name));
}

/** The names of the body's parameters: each once, in order, without values. */
export function listParameterNames(request: TokenParameters): string[] {
  const own = request.proofs.flatMap(({ parameters }) => parameters);
  return [...new Set([...grantParameters(request).map(([name]) => name), ...own])];
}

/**
 * Writes a token request as the HTTP request of one attempt.
 *
 * @see RFC 6749 section 4.4.2
 */
export async function buildTokenRequest(request: TokenRequest): Promise<HttpRequest> {
  const parts: RequestParts = {
    headers: joinHeaders([...defaultHeaders, contentType(request.bodyFormat), ...request.headers]),
    parameters: grantParameters(request),
  };
  for (const proof of request.proofs) await proof.add(parts);
  return {
    method: 'POST',
    url: request.tokenUrl,
    headers: Object.fromEntries(parts.headers),
    body: request.bodyFormat === 'json' ? writeJson(parts.parameters) : writeForm(parts.parameters),
  };
}

function grantParameters(request: TokenParameters): [string, string][] {
  const { grantType, scopes, audience, resources, parameters } = request;
  const pairs: Pair[] = [['grant_type', grantType]];
  if (scopes.length > 0) pairs.push(['scope', scopes.join(' ')]);
  if (audience !== undefined) pairs.push(['audience', audience]);
  pairs.push(...resources.map((resource): Pair => ['resource', resource]), ...parameters);
  return pairs.map(([name, value]) => [name, value]);
}

function contentType(bodyFormat: BodyFormat): Pair {
  const type = bodyFormat === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  return ['content-type', type];
}

/** Headers by name in lower case; a later one takes the place of an earlier one. */
export function joinHeaders(headers: readonly Pair[]): Map<string, string> {
  return new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

/** Writes parameters as application/x-www-form-urlencoded. */
export function writeForm(parameters: RequestParts['parameters']): string {
  return new URLSearchParams(parameters).toString();
}

/** A JSON object; a name that comes again becomes an array. */
function writeJson(parameters: RequestParts['parameters']): string {
  const values = Map.groupBy(parameters, ([name]) => name);
  const members = [...values].map(([name, pairs]) => {
    const [first, ...more] = pairs.map(([, value]) => value);
    return [name, more.length === 0 ? first : [first, ...more]];
  });
  return JSON.stringify(Object.fromEntries(members));
}
