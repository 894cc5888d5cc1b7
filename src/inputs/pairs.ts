import { isNestedWithin, parseExactJson } from '../oauth2/json/exact-json.ts';
import { isObject } from '../oauth2/json-object.ts';
import type { Parameter } from '../oauth2/request-body.ts';
import type { Pair } from '../oauth2/token-request.ts';
import { text, type Text } from '../log/text.ts';

/** What was read of an input that holds pairs, and what is wrong with it: line and name, never a value. */
export interface ParsedPairs<One extends Parameter = Pair> {
  readonly pairs: readonly One[];
  readonly faults: readonly Text[];
}

/** The characters of a header's name (RFC 9110 section 5.6.2). */
const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

/** Whether node:http sends a header's value as it is (RFC 9110 section 5.5). */
export function isFieldValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/**
 * Reads the input `parameters`: one `name=value` per line, split at the first `=`, the value exact. A JSON object is
 * taken too, so that a value can have line breaks, or be no text.
 */
export function parseParameters(input: string): ParsedPairs<Parameter> {
  if (input.trimStart().startsWith('{')) return parseJsonParameters(input);
  return parseLines(input, (line, number) => {
    const split = line.indexOf('=');
    const name = line.slice(0, Math.max(split, 0)).trim();
    if (name !== '') return [name, line.slice(split + 1)];
    return text`line ${number} is not name=value`;
  });
}

/** Reads the input `headers`: one `Name: value` per line. */
export function parseHeaders(input: string): ParsedPairs {
  return parseLines(input, (line, number) => {
    const split = line.indexOf(':');
    const name = line.slice(0, Math.max(split, 0)).trim();
    const value = line.slice(split + 1).trim();
    if (!token.test(name)) return text`line ${number} is not "Name: value"`;
    if (!isFieldValue(value)) {
      return text`line ${number} (${name}) has a character that is not allowed in a header`;
    }
    return [name, value];
  });
}

/** Reads an input line by line; empty lines are passed over. */
function parseLines(
  input: string,
  parseLine: (line: string, number: number) => Pair | Text,
): ParsedPairs {
  const results = input
    .split(/\r?\n/)
    .map((line, index) => (line.trim() === '' ? undefined : parseLine(line, index + 1)))
    .filter((result) => result !== undefined);
  return sortOut(results);
}

/** How deep a value may be nested, levels. */
const deepest = 100;

function parseJsonParameters(input: string): ParsedPairs<Parameter> {
  const fields = readObject(input);
  if (fields === undefined) {
    return { pairs: [], faults: [text`begins with { but is not a JSON object`] };
  }
  return sortOut(
    Object.entries(fields).map(([name, value]): Parameter | Text => {
      if (name === '') return text`a field has no name`;
      return isNestedWithin(value, deepest) ? [name, value] : text`${name} is nested too deeply`;
    }),
  );
}

function readObject(input: string): Readonly<Record<string, Parameter[1]>> | undefined {
  try {
    const value = parseExactJson(input);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function sortOut<One extends Parameter>(results: readonly (One | Text)[]): ParsedPairs<One> {
  return {
    pairs: results.filter((result): result is One => !isText(result)),
    faults: results.filter(isText),
  };
}

function isText(result: Parameter | Text): result is Text {
  return 'words' in result;
}
