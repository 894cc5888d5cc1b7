import type { HttpResponse } from '../../http/request.ts';
import { isSuccessStatus } from '../../http/transport-error.ts';
import { decodeBody } from './decode.ts';
import { findErrorCode, findJsonWords, mayBeToken } from './json-words.ts';
import { takeMarkup } from './markup.ts';

/** What a failed answer says in words of its own. Everything in it is text from outside: never print it as it is. */
export interface AnswerWords {
  /** Where it says so: names of fields, `text` or `www-authenticate`. */
  readonly place: string;
  /** What the server wrote there. Secrets must be hidden in it before the line is taken, because a mask matches no part of a secret. */
  readonly outside: string;
  /** How the line is taken from it. */
  readonly form: 'value' | 'value-of-success' | 'lines' | 'json' | 'markup';
}

/** The body of an answer: its text, and the value if that is JSON or a form. */
export interface ReadBody {
  /** Empty if it is no text. */
  readonly text: string;
  readonly value: unknown;
}

/**
 * Finds the one line of a failed answer that says what went wrong, in whatever form it is: in the usual fields of JSON or of a form,
 * in a page or an XML document, as text, or in `WWW-Authenticate`. With a success status only a few fields are read, because the rest
 * could be the token.
 */
export function findWords(
  { status, headers }: HttpResponse,
  { text, value }: ReadBody,
): AnswerWords | undefined {
  const isSuccess = isSuccessStatus(status);
  const found = findJsonWords(value, { isSuccess });
  if (found !== undefined) {
    // The code is shown by itself.
    if (found.text === findErrorCode(value, { isSuccess })) return undefined;
    const form = isSuccess ? 'value-of-success' : 'value';
    return { place: found.place, outside: found.text, form };
  }
  if (isSuccess) return undefined;
  if (text.trim() !== '') return describeText(text, value);
  const challenge = headers['www-authenticate'] ?? '';
  if (challenge.trim() === '') return undefined;
  return { place: 'www-authenticate', outside: challenge, form: 'value' };
}

function describeText(text: string, value: unknown): AnswerWords | undefined {
  if (typeof value === 'string') return { place: 'text', outside: value, form: 'lines' };
  // The code is shown by itself.
  if (findErrorCode(value, { isSuccess: false }) !== undefined) return undefined;
  if (value !== undefined)
    return isEmpty(value) ? undefined : { place: 'text', outside: text, form: 'json' };
  const form = isMarkup(text) ? 'markup' : 'lines';
  return { place: 'text', outside: text, form };
}

/** Whether a value of JSON says nothing: null, or an object or a list without anything in it. */
function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

const jwt = /\beyJ[\w-]{8,}(?:\.[\w-]*)+/g;

/** A token behind its name, as JSON, a form or a log has it. */
const namedToken = /\b((?:access|refresh|id)_?token\\?["']?\s*[:=]\s*\\?["']?)[^\s"'&,;<>]{20,}/gi;

/**
 * Takes the line of {@link AnswerWords} from what the server wrote, in which secrets are hidden. A token that nobody has requested yet is
 * hidden too: what has the form of a JWT or stands behind the name of a token, and the long values of JSON in which no field is known to be words.
 */
export function takeWords(form: AnswerWords['form'], redacted: string): string {
  return takeForm(form, redacted).replace(namedToken, '$1***').replace(jwt, '***');
}

function takeForm(form: AnswerWords['form'], redacted: string): string {
  switch (form) {
    case 'value':
    case 'lines':
      return takeLine(redacted);
    case 'value-of-success':
      return hideLongWords(takeLine(redacted));
    case 'json':
      return redacted
        .trim()
        .replace(/\s*[\r\n]+\s*/g, ' ')
        .replace(/"(?:[^"\\\s]|\\.){20,}"(?!\s*:)/g, '"***"');
    case 'markup':
      return takeLine(takeMarkup(redacted));
  }
}

/** What the server says, for comparison alone: secrets are not hidden in it. */
export function readWords({ form, outside }: AnswerWords): string {
  return takeWords(form, outside);
}

/** The first line that is not empty, without full stops at its end: some servers write several, such as the id of a trace. */
function takeLine(text: string): string {
  const [line = ''] = text.trim().split(/[\r\n\u2028\u2029]/, 1);
  let end = line.trimEnd().length;
  while (line[end - 1] === '.') end -= 1;
  return line.slice(0, end);
}

function hideLongWords(line: string): string {
  return line
    .split(' ')
    .map((word) => (mayBeToken(word) ? '***' : word))
    .join(' ');
}

/** Whether a text is HTML or XML. */
export function isMarkup(text: string): boolean {
  return /^\s*</.test(text);
}

/** Reads the body of a failed answer. */
export function readFailedBody({
  body,
  headers,
}: Pick<HttpResponse, 'body' | 'headers'>): ReadBody {
  const text = decodeBody(body, headers['content-type'] ?? '');
  const json = readJson(text);
  return { text, value: json === undefined ? readForm(text) : json };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The fields of a form that says something about an error. */
function readForm(text: string): unknown {
  if (!/^[^\s<>"{}]+=[^\s<>"{}]*$/.test(text.trim())) return undefined;
  const fields: unknown = Object.fromEntries(new URLSearchParams(text.trim()));
  const find = [findJsonWords, findErrorCode];
  return find.some((one) => one(fields, { isSuccess: false }) !== undefined) ? fields : undefined;
}
