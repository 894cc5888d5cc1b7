import { jwtBearerGrant, tokenExchangeGrant, usualSubjectTokenType } from '../oauth2/grant.ts';
import type { BodyFormat, Pair } from '../oauth2/token-request.ts';
import type { ClientInputs } from './client/client.ts';
import { listJwtGrants } from './client/proofs.ts';
import type { InputReader } from './reader.ts';
import { parseHeaders, type ParsedPairs, parseParameters } from './pairs.ts';
import { got, joinTexts, text, type Text } from '../log/text.ts';

/** What is requested. */
export interface RequestInputs {
  readonly scopes: readonly string[];
  readonly grantType: string;
  readonly audience: string | undefined;
  readonly resources: readonly string[];
  /** Body parameters that other inputs imply and that are the same in every attempt. */
  readonly grantParameters: readonly Pair[];
  /** Further body parameters. */
  readonly parameters: readonly Pair[];
  readonly headers: readonly Pair[];
  readonly bodyFormat: BodyFormat;
}

/** Reads the inputs of the group What you ask for, and notes what is wrong with them. */
export function readRequestInputs(reader: InputReader, client: ClientInputs): RequestInputs {
  const grantType = readGrantType(reader, client);
  const parameters = readPairs(reader, 'parameters', parseParameters);
  checkGrant(reader, grantType, parameters, client);
  const bodyFormat = reader.readChoice('body-format', ['form', 'json']);
  return {
    scopes: readScopes(reader),
    grantType,
    audience: reader.read('audience'),
    resources: readResources(reader),
    grantParameters: listGrantParameters(client, parameters),
    parameters,
    headers: readHeaders(reader, bodyFormat),
    bodyFormat,
  };
}

function readScopes(reader: InputReader): string[] {
  const written = reader.read('scopes') ?? '';
  const scopes = written === '' ? [] : written.split(/\s+/);
  const fault = findScopesFault(written, scopes);
  if (fault !== undefined) reader.complain(text`scopes: ${fault}`);
  return scopes;
}

function findScopesFault(written: string, scopes: readonly string[]): Text | undefined {
  // A list or a quoted text of YAML or Python; no scope has a quotation mark (RFC 6749 section 3.3).
  if (/^\[.*\]$|^'.*'$|"|(^|\s)-(\s|$)/s.test(written)) {
    return text`takes scopes separated by spaces, without quotes, brackets and dashes of a list`;
  }
  const withComma = scopes.find((scope) => scope.endsWith(','));
  if (withComma === undefined) return undefined;
  return text`${got(withComma)} with a comma, takes scopes separated by spaces (for a server that wants commas use parameters: scope=a,b)`;
}

const grantTypeNames: Readonly<Record<string, string>> = {
  'jwt-bearer': jwtBearerGrant,
  'token-exchange': tokenExchangeGrant,
};

/** A grant, and what implies it, as the user writes that. */
interface ImpliedGrant {
  readonly by: string;
  readonly grantType: string;
}

function readGrantType(reader: InputReader, client: ClientInputs): string {
  const value = reader.read('grant-type');
  const written =
    value !== undefined && Object.hasOwn(grantTypeNames, value) ? grantTypeNames[value] : value;
  const implied = listImpliedGrants(client);
  const [first, second] = implied;
  if (written !== undefined && /\s/.test(written)) {
    reader.complain(text`grant-type: ${got(written)}, takes one grant type`);
  }
  if (first !== undefined && second !== undefined) {
    reader.complain(text`${first.by} and ${second.by} are both the grant; give one of them`);
  } else if (first !== undefined && written !== undefined && written !== first.grantType) {
    reader.complain(text`grant-type: ${got(written)}, but ${first.by} implies ${first.grantType}`);
  }
  return written ?? first?.grantType ?? 'client_credentials';
}

/** The grants that other inputs imply. */
function listImpliedGrants(client: ClientInputs): readonly ImpliedGrant[] {
  const byJwt = listJwtGrants(client).flatMap(({ written, grantType }) =>
    grantType === undefined ? [] : [{ by: written, grantType }],
  );
  if (client.refreshToken === undefined) return byJwt;
  return [{ by: 'refresh-token', grantType: 'refresh_token' }, ...byJwt];
}

/** Notes where a grant lacks what it rests on. */
function checkGrant(
  reader: InputReader,
  grantType: string,
  parameters: readonly Pair[],
  client: ClientInputs,
): void {
  const [implied] = listImpliedGrants(client);
  const has = (name: string): boolean => parameters.some(([one]) => one === name);
  if (implied !== undefined) return;
  if (grantType === 'refresh_token' && !has('refresh_token')) {
    reader.missSecret('refresh-token');
  } else if (grantType === jwtBearerGrant && !has('assertion')) {
    reader.complain(
      text`grant-type: jwt-bearer rests on an assertion: give private-key-as: assertion, id-token-as: assertion, or parameters: assertion=...`,
    );
  } else if (grantType === tokenExchangeGrant && !has('subject_token')) {
    reader.complain(
      text`grant-type: token-exchange rests on a subject token: give id-token-as: subject_token, or parameters: subject_token=...`,
    );
  }
}

function listGrantParameters(
  { refreshToken, idTokenAs }: ClientInputs,
  parameters: readonly Pair[],
): Pair[] {
  if (refreshToken !== undefined) return [['refresh_token', refreshToken]];
  const hasType = parameters.some(([name]) => name === 'subject_token_type');
  const hasSubject =
    idTokenAs === 'subject_token' || parameters.some(([name]) => name === 'subject_token');
  return hasSubject && !hasType ? [['subject_token_type', usualSubjectTokenType]] : [];
}

function readResources(reader: InputReader): string[] {
  const resources = reader.read('resource')?.split(/\s+/) ?? [];
  for (const resource of resources) {
    if (!URL.canParse(resource) || resource.includes('#')) {
      reader.complain(
        text`resource: ${got(resource)}, takes an absolute URI without a fragment (#)`,
      );
    }
  }
  return resources;
}

/** Notes a content type that the body does not have. */
function readHeaders(reader: InputReader, bodyFormat: BodyFormat): readonly Pair[] {
  const headers = readPairs(reader, 'headers', parseHeaders);
  const saysJson = headers.some(
    ([name, value]) => name.toLowerCase() === 'content-type' && /json/i.test(value),
  );
  if (saysJson && bodyFormat === 'form') {
    reader.complain(text`headers: say JSON as Content-Type; body-format: json writes it`);
  }
  return headers;
}

function readPairs(
  reader: InputReader,
  name: 'parameters' | 'headers',
  parse: (input: string) => ParsedPairs,
): readonly Pair[] {
  const { pairs, faults } = parse(reader.readExact(name));
  if (faults.length > 0) reader.complain(text`${name}: ${joinTexts(faults, ', ')}`);
  return pairs;
}
