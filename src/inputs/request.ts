import { got, joinTexts, showInput, text, type Text } from '../log/text.ts';
import { type BodyFormat, bodyFormats, type Parameter, toTexts } from '../oauth2/request-body.ts';
import {
  type FieldFault,
  fieldNames,
  parseResponseFields,
  type ResponseFields,
} from '../oauth2/response/response-fields.ts';
import {
  listQueryParameters,
  type Pair,
  type RequestMethod,
  requestMethods,
} from '../oauth2/token-request.ts';
import type { ClientInputs } from './client/client.ts';
import type { EndpointInputs } from './endpoint.ts';
import { checkGrant, listGrantParameters, readGrantType } from './grant.ts';
import { findEmptyHeader, findEmptyParameter } from './empty-pairs.ts';
import type { InputReader } from './reader.ts';
import { parseHeaders, type ParsedPairs, parseParameters } from './pairs.ts';

/** What is requested. */
export interface RequestInputs {
  readonly scopes: readonly string[];
  /** Undefined where none is sent. */
  readonly grantType: string | undefined;
  readonly audiences: readonly string[];
  readonly resources: readonly string[];
  /** Parameters that other inputs imply and that are the same in every attempt. */
  readonly grantParameters: readonly Pair[];
  /** Further parameters. */
  readonly parameters: readonly Parameter[];
  readonly headers: readonly Pair[];
  readonly requestMethod: RequestMethod;
  readonly bodyFormat: BodyFormat;
  readonly responseFields: ResponseFields;
}

/** Reads the inputs of the group Token request, and notes what is wrong with them. */
export function readRequestInputs(
  reader: InputReader,
  { tokenUrl }: Pick<EndpointInputs, 'tokenUrl'>,
  client: ClientInputs,
): RequestInputs {
  const requestMethod = reader.readChoice('request-method', requestMethods);
  const bodyFormat = readBodyFormat(reader, requestMethod);
  const grantType = readGrantType(reader, client, tokenUrl);
  const parameters = readParameters(reader, bodyFormat);
  const sent = [...listQueryParameters(tokenUrl ?? ''), ...parameters];
  checkGrant(reader, grantType, sent, client);
  return {
    scopes: readScopes(reader),
    grantType,
    audiences: readLines(reader, 'audience'),
    resources: readResources(reader),
    grantParameters: listGrantParameters(client, sent),
    parameters,
    headers: readHeaders(reader, bodyFormat),
    requestMethod,
    bodyFormat,
    responseFields: readResponseFields(reader),
  };
}

/** A GET has no body, so that its parameters are in the query. */
function readBodyFormat(reader: InputReader, requestMethod: RequestMethod): BodyFormat {
  const format = reader.readChoice('body-format', bodyFormats);
  if (requestMethod !== 'GET') return format;
  if (reader.isGiven('body-format') && format !== 'query') {
    reader.complain(
      text`body-format: ${got(format)}, but request-method: GET has no body; its parameters are in the query`,
    );
  }
  return 'query';
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
    return text`must be separated by spaces, without quotes, brackets or dashes`;
  }
  const withComma = scopes.find((scope) => scope.endsWith(','));
  if (withComma === undefined) return undefined;
  return text`${got(withComma)} with a comma; must be separated by spaces (for a server that expects commas, use parameters: scope=a,b)`;
}

/** Several values, one per line. */
function readLines(reader: InputReader, name: 'audience'): string[] {
  const lines = reader.read(name)?.split(/\r?\n/) ?? [];
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function readResources(reader: InputReader): string[] {
  const resources = reader.read('resource')?.split(/\s+/) ?? [];
  for (const resource of resources) {
    if (!URL.canParse(resource) || resource.includes('#')) {
      reader.complain(
        text`resource: ${got(resource)}; must be an absolute URI without a fragment (#)`,
      );
    }
  }
  return resources;
}

/** Notes values that only JSON can have. */
function readParameters(reader: InputReader, bodyFormat: BodyFormat): readonly Parameter[] {
  const parameters = readPairs(reader, 'parameters', parseParameters);
  const empty = findEmptyParameter(parameters, reader.read('grant-type'));
  if (empty !== undefined) reader.missSecret('parameters', empty);
  if (bodyFormat === 'json') return parameters;
  for (const [name, value] of parameters) {
    if (toTexts(value) !== undefined) continue;
    reader.complain(
      text`parameters: ${name} is null, an object or a list of lists, which only body-format: json can send`,
    );
  }
  return parameters;
}

/** Notes a content type that the body does not have. */
function readHeaders(reader: InputReader, bodyFormat: BodyFormat): readonly Pair[] {
  const headers = readPairs(reader, 'headers', parseHeaders);
  const empty = findEmptyHeader(headers);
  if (empty !== undefined) reader.missSecret('headers', empty);
  const types = headers.filter(([name]) => name.toLowerCase() === 'content-type');
  if (bodyFormat === 'form' && types.some(([, value]) => /json/i.test(value))) {
    reader.complain(text`headers: Content-Type is JSON; set body-format: json instead`);
  }
  if (bodyFormat === 'multipart' && types.length > 0) {
    reader.complain(text`headers: remove Content-Type; body-format: multipart sets it`);
  }
  return headers;
}

function readPairs<One extends Parameter>(
  reader: InputReader,
  name: 'parameters' | 'headers',
  parse: (input: string) => ParsedPairs<One>,
): readonly One[] {
  const { pairs, faults } = parse(reader.readExact(name));
  if (faults.length > 0) reader.complain(text`${name}: ${joinTexts(faults, ', ')}`);
  return pairs;
}

function readResponseFields(reader: InputReader): ResponseFields {
  const { fields, faults } = parseResponseFields(reader.read('response-fields') ?? '');
  if (faults.length > 0) {
    reader.complain(text`response-fields: ${joinTexts(faults.map(explainFieldFault), ', ')}`);
  }
  return fields;
}

function explainFieldFault({ code, line, name }: FieldFault): Text {
  switch (code) {
    case 'no_path':
      return text`line ${line} is not name=path, such as access_token=data.token`;
    case 'unknown_name':
      return text`line ${line} begins with ${showInput(name)}; must be one of: ${fieldNames.join(', ')}`;
    case 'repeated_name':
      return text`line ${line} has ${name} again`;
  }
}
