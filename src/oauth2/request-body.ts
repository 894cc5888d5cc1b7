import { encodeQuery } from './client-authentication.ts';
import { ExactNumber, type ExactJson, writeExactJson } from './json/exact-json.ts';

/** How the parameters of a token request are written. `query` is in the URL, without a body. */
export const bodyFormats = ['form', 'json', 'query', 'multipart'] as const;

export type BodyFormat = (typeof bodyFormats)[number];

/**
 * A parameter and its value. In JSON a value keeps its type. In other formats it is one text, or several with the same
 * name.
 */
export type Parameter = readonly [name: string, value: ExactJson];

/** Parameters as they are sent. */
export interface WrittenParameters {
  readonly contentType?: string;
  readonly body?: string;
  /** Added to the end of the URL. */
  readonly query?: string;
}

/**
 * Writes parameters.
 *
 * @param makeUuid makes the boundary of a multipart body
 * @throws {TypeError} for null or an object if the format is not JSON
 */
export function writeParameters(
  parameters: readonly Parameter[],
  format: BodyFormat,
  makeUuid: () => string,
): WrittenParameters {
  switch (format) {
    case 'form':
      return {
        contentType: 'application/x-www-form-urlencoded',
        body: writeForm(parameters),
      };
    case 'json':
      return { contentType: 'application/json', body: writeJson(parameters) };
    case 'query':
      return { query: writeQuery(parameters) };
    case 'multipart':
      return writeMultipart(listTexts(parameters), makeUuid);
  }
}

/** Writes parameters as application/x-www-form-urlencoded. */
export function writeForm(parameters: readonly Parameter[]): string {
  return new URLSearchParams(listTexts(parameters)).toString();
}

function writeQuery(parameters: readonly Parameter[]): string {
  const pairs = listTexts(parameters).map((pair) => pair.map(encodeQuery).join('='));
  return pairs.join('&');
}

/** A JSON object. The values of a repeated name become a list. */
function writeJson(parameters: readonly Parameter[]): string {
  const values = new Map<string, ExactJson[]>();
  for (const [name, value] of parameters) values.set(name, [...(values.get(name) ?? []), value]);
  const fields = [...values].map(([name, [first, ...more]]) => {
    return [name, more.length === 0 ? first : [first, ...more]];
  });
  return writeExactJson(Object.fromEntries(fields));
}

/** @see RFC 7578 section 4; https://html.spec.whatwg.org/#multipart-form-data for the names */
function writeMultipart(
  fields: readonly [name: string, value: string][],
  makeUuid: () => string,
): WrittenParameters {
  const parts = fields.map(([name, value]) => {
    return `Content-Disposition: form-data; name="${escapeName(name)}"\r\n\r\n${value}\r\n`;
  });
  const boundary = chooseBoundary(parts.join(''), makeUuid());
  const body = [...parts.map((part) => `--${boundary}\r\n${part}`), `--${boundary}--\r\n`].join('');
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

function escapeName(name: string): string {
  return name.replace(/["\r\n]/g, (character) => encodeURIComponent(character));
}

/** A boundary that does not occur in the parts, whatever their values are (RFC 2046 section 5.1.1). */
function chooseBoundary(parts: string, uuid: string): string {
  let boundary = uuid;
  for (let count = 1; parts.includes(boundary); count += 1) boundary = `${uuid}-${count}`;
  return boundary;
}

function listTexts(parameters: readonly Parameter[]): [name: string, value: string][] {
  return parameters.flatMap(([name, value]) => {
    const texts = toTexts(value);
    if (texts === undefined) throw new TypeError('A value that only JSON can have.');
    return texts.map((text): [string, string] => [name, text]);
  });
}

/**
 * A value as texts, for formats other than JSON. A list gives one text for each item.
 *
 * @returns undefined for null, an object, and a list with such an item or a list
 */
export function toTexts(value: ExactJson): string[] | undefined {
  const texts = (Array.isArray(value) ? (value as readonly ExactJson[]) : [value]).map(toText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function toText(value: ExactJson): string | undefined {
  if (value instanceof ExactNumber) return value.source;
  return typeof value === 'object' ? undefined : String(value);
}
