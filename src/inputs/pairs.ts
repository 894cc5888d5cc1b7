import { readJsonObject } from '../oauth2/json-object.ts';
import type { Pair } from '../oauth2/token-request.ts';
import { text, type Text } from '../log/text.ts';

/** What was read of an input that holds pairs, and what is wrong with it: line and name, never a value. */
export interface ParsedPairs {
  readonly pairs: readonly Pair[];
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
 * taken too, so that a value can have line breaks.
 */
export function parseParameters(input: string): ParsedPairs {
  if (input.trimStart().startsWith('{')) return parseJsonParameters(input);
  return parseLines(input, (line, number) => {
    const split = line.indexOf('=');
    const name = line.slice(0, Math.max(split, 0)).trim();
    if (name !== '') return [name, line.slice(split + 1)];
    return text`line ${number} has no name=value`;
  });
}

/** Reads the input `headers`: one `Name: value` per line. */
export function parseHeaders(input: string): ParsedPairs {
  return parseLines(input, (line, number) => {
    const split = line.indexOf(':');
    const name = line.slice(0, Math.max(split, 0)).trim();
    const value = line.slice(split + 1).trim();
    if (!token.test(name)) return text`line ${number} has no "Name: value"`;
    if (!isFieldValue(value)) {
      return text`line ${number} (${name}) has a character that a header cannot carry`;
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

function parseJsonParameters(input: string): ParsedPairs {
  const fields = readJsonObject(input);
  if (fields === undefined) {
    return { pairs: [], faults: [text`begins with { and is not a JSON object`] };
  }
  return sortOut(Object.entries(fields).flatMap(([name, value]) => toPairs(name, value)));
}

/** A list gives a pair for each of its items. */
function toPairs(name: string, value: unknown): (Pair | Text)[] {
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    if (name === '') return text`a member has no name`;
    if (typeof one === 'string') return [name, one];
    if (typeof one === 'boolean') return [name, String(one)];
    if (typeof one === 'number') {
      // A larger one was rounded when it was read.
      const isExact = Math.abs(one) <= Number.MAX_SAFE_INTEGER;
      return isExact ? [name, String(one)] : text`${name} is too large a number; write it as text`;
    }
    return text`${name} is neither text, number nor boolean`;
  });
}

function sortOut(results: readonly (Pair | Text)[]): ParsedPairs {
  return {
    pairs: results.filter((result): result is Pair => !isText(result)),
    faults: results.filter(isText),
  };
}

function isText(result: Pair | Text): result is Text {
  return 'words' in result;
}
