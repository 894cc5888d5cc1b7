import { isObject, type Members } from '../json-object.ts';
import { parseExactJson } from '../json/exact-json.ts';
import { type ResponseFields, readsList, readsText } from './response-fields.ts';

/**
 * A body that was read: a JSON object or the fields of a form; a list or a text if the token must be searched there.
 */
export type ResponseBody = Members | readonly unknown[] | string;

/**
 * Reads a body, whatever its content type says: as JSON, as a form with a token or an error, or as a text.
 *
 * @param fields a list or a text is read only if the access token must be searched there
 * @returns undefined if it is none of these
 */
export function readBody(body: Buffer, fields: ResponseFields = {}): ResponseBody | undefined {
  // TextDecoder drops a byte order mark.
  const text = new TextDecoder().decode(body);
  const value = readJson(text);
  if (isObject(value)) return value;
  if (Array.isArray(value)) return readsList(fields) ? value : undefined;
  return readForm(text, fields) ?? (readsText(fields) ? readBareText(text, value) : undefined);
}

/**
 * Reads a body as a JSON object, else as a form with a token or an error.
 *
 * @returns undefined if it is neither
 */
export function readObjectBody(body: Buffer): Members | undefined {
  const read = readBody(body);
  return isObject(read) ? read : undefined;
}

function readJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/**
 * Any text can be read as a form. A text counts as a form only if it is encoded as one and says something about a
 * token.
 */
function readForm(text: string, { access_token: place }: ResponseFields): Members | undefined {
  const encoded = text.trim();
  if (/[\s<>"]/.test(encoded)) return undefined;
  const form = new URLSearchParams(encoded);
  const isTelling = [...form.keys()].some((name) =>
    ['access_token', 'error', place].includes(name),
  );
  return isTelling ? Object.fromEntries(form) : undefined;
}

/** A JSON string without its quotes, or a text that can be a token. A web page or a sentence cannot be a token. */
function readBareText(text: string, value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const bare = text.trim();
  return /^[^\s<>"{}[\],]+$/.test(bare) && !/^(null|true|false)$/.test(bare) ? bare : undefined;
}
