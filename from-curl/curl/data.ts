import { type JsonObject, readWholeJson } from '../formats/json.ts';
import { markDelimited } from '../secrets/placeholders.ts';
import { Refusal } from '../refusal.ts';
import { looksLikeKey, looksRandom } from '../secrets/sensitivity.ts';
import { hasMark, mapBetweenMarks, type Slots, withoutMarks } from '../secrets/slots.ts';
import type { CurlArguments } from './arguments.ts';

/** A name with its value. */
export type Pair = readonly [name: string, value: string];

/** The data of a request. */
export type Body =
  | { readonly format: 'none' }
  | { readonly format: 'form' | 'multipart'; readonly pairs: readonly Pair[] }
  | { readonly format: 'json'; readonly value: JsonObject };

/** What is needed to read data. */
interface Reading {
  readonly slots: Slots;
  /** What standard input gets. */
  readonly input: string | undefined;
}

/** A part of a body: text as curl sends it, or a pair that curl encodes. */
type Part = { readonly text: string } | { readonly pair: Pair };

/**
 * Reads the options that make a body.
 *
 * @param contentType in lower case, without parameters; undefined if the command has none
 * @throws {Refusal} if the body cannot be read, or the action cannot write it
 */
export function readBody(
  { given }: CurlArguments,
  contentType: string | undefined,
  reading: Reading,
): Body {
  const fields = given
    .filter(({ name }) => name === 'form' || name === 'form-string')
    .map(({ name, value }) => readField(value, name === 'form', reading.slots));
  const parts = readParts(given, reading);
  if (fields.length > 0) {
    if (parts.length > 0) throw new Refusal({ code: 'mixed-body' });
    return { format: 'multipart', pairs: checkNames(fields) };
  }
  const text = joinText(parts);
  if (text !== undefined && /^\s*[[{]/.test(text)) {
    const json = readJsonBody(text, contentType);
    if (json !== undefined) return json;
  }
  if (parts.length === 0 || text?.trim() === '') return { format: 'none' };
  return readForm(parts, contentType, reading.slots);
}

/** The pairs that go into the query: those of `--url-query`, and of the data with `-G`. */
export function readQueryOptions({ given }: CurlArguments, reading: Reading): Pair[] {
  const isGet = given.some(({ name }) => name === 'get');
  const parts = given
    .filter(({ name }) => name === 'url-query')
    .map(({ value }): Part => {
      const [first, rest] = [value.slice(0, 1), value.slice(1)];
      return first === '+' ? { text: rest } : { pair: readEncoded(value, reading.slots) };
    });
  const data = isGet ? readParts(given, reading) : [];
  return checkNames([...parts, ...data].flatMap((part) => readPairs(part, reading.slots)));
}

function readParts(given: CurlArguments['given'], reading: Reading): Part[] {
  return given.flatMap(({ name, value }): Part[] => {
    switch (name) {
      case 'data':
      case 'data-ascii':
      case 'data-binary':
      case 'json':
        return [{ text: readText(value, reading) }];
      case 'data-raw':
        return [{ text: value }];
      case 'data-urlencode':
        return [{ pair: readEncoded(value, reading.slots) }];
      default:
        return [];
    }
  });
}

/** `@-` is standard input. `@name` is a file, which cannot be read here. */
function readText(value: string, { input }: Reading): string {
  if (!value.startsWith('@')) return value;
  if (value !== '@-') throw new Refusal({ code: 'file-body' });
  if (input === undefined) throw new Refusal({ code: 'standard-input' });
  return input;
}

/** The forms of `--data-urlencode`: `name=content`, `=content`, `content`, `name@file`, `@file`. */
function readEncoded(value: string, slots: Slots): Pair {
  const [, name = '', sign = '', content = ''] = /^([^=@]*)([=@])([^]*)$/.exec(value) ?? [];
  if (name === '') throw new Refusal({ code: sign === '@' ? 'file-body' : 'unreadable-data' });
  return [name, sign === '@' ? slots.add('file', content) : content];
}

/** One field of `-F`. An upload from a file cannot be sent. */
function readField(value: string, hasFiles: boolean, slots: Slots): Pair {
  const [, name = '', content = ''] = /^([^=]*)=([^]*)$/.exec(value) ?? [];
  if (name === '') throw new Refusal({ code: 'unreadable-data' });
  if (!hasFiles) return [name, content];
  if (content.startsWith('@')) throw new Refusal({ code: 'file-part' });
  if (/^<[^<>]+$/.test(content)) return [name, slots.add('file', content.slice(1))];
  const bare = content.replace(/;\s*(?:type|headers|encoder|filename)=[^]*$/, '');
  return [name, bare.replace(/^"([^]*)"$/, '$1')];
}

/** The joined text of several parts; undefined if curl encodes one of them. */
function joinText(parts: readonly Part[]): string | undefined {
  const texts = parts.flatMap((part) => ('text' in part ? [part.text] : []));
  if (texts.length < parts.length) return undefined;
  // curl puts nothing between the parts of --json, and an & between others: of two texts, one of which is not an
  // object, no JSON comes out in either way.
  return texts.join('&');
}

function readJsonBody(text: string, contentType: string | undefined): Body | undefined {
  const value = readWholeJson(text.replace(/\}\s*&\s*\{/g, '}{'));
  if (value?.kind === 'object') return { format: 'json', value };
  if (value !== undefined) throw new Refusal({ code: 'json-not-object' });
  if (isJson(contentType) || /^\s*[{[]\s*["']/.test(text)) {
    throw new Refusal({ code: 'unreadable-json' });
  }
  return undefined;
}

/** Whether a content type is JSON or based on JSON. */
export function isJson(contentType: string | undefined): boolean {
  return /[/+](?:x-)?json(?:-?rpc|-?request)?$/.test(contentType ?? '');
}

function readForm(parts: readonly Part[], contentType: string | undefined, slots: Slots): Body {
  const text = joinText(parts);
  if (/^\s*<(?:\?xml|[\w:-]+[\s>])/.test(text ?? '') && text?.includes('</') === true) {
    throw new Refusal({ code: 'xml-body' });
  }
  if (/multipart|octet-stream|^image\//.test(contentType ?? '')) {
    throw new Refusal({ code: 'other-body' });
  }
  const pairs = parts.flatMap((part) => readPairs(part, slots));
  return { format: 'form', pairs: checkNames(pairs) };
}

function readPairs(part: Part, slots: Slots): Pair[] {
  return 'pair' in part ? [part.pair] : readQuery(part.text, slots);
}

/** The parts of a query that are only a name, such as `?pretty`. They belong to the address. */
export function listFlags(query: string): string[] {
  return query.split('&').filter((part) => !part.includes('=') && isPlainName(part));
}

/**
 * Reads `name=value&...`, decoded. A line break around an `&` belongs to the documentation, not to the request.
 *
 * @throws {Refusal} if a part has no name
 */
export function readQuery(text: string, slots: Slots): Pair[] {
  return markDelimited(text, slots)
    .split('&')
    .map((part) => trimLineBreak(part.trimStart()))
    .filter((part) => part !== '')
    .map((part) => {
      const split = part.indexOf('=');
      if (split <= 0) throw new Refusal({ code: 'unreadable-data' });
      return [decodeForm(part.slice(0, split).trim()), decodeForm(part.slice(split + 1))];
    });
}

/** Without the white space at the end, where a line break is in it. */
function trimLineBreak(part: string): string {
  const trimmed = part.trimEnd();
  return part.includes('\n', trimmed.length) ? trimmed : part;
}

function decodeForm(text: string): string {
  return decodePercent(text.replaceAll('+', ' '));
}

/** Decodes percent escapes; a text with a broken escape stays as it is. */
export function decodePercent(text: string): string {
  return mapBetweenMarks(text, (literal) => {
    try {
      return withoutMarks(decodeURIComponent(literal));
    } catch {
      return literal;
    }
  });
}

/** A name that looks like a key is not a name. The data has another form, and its secret would be shown. */
function checkNames(pairs: readonly Pair[]): Pair[] {
  for (const [name, value] of pairs) {
    // Base64 ends with equals signs, and data that is only a secret has no second pair.
    const isDoubtful = /^=*$/.test(value)
      ? !isPlainName(name)
      : pairs.length === 1 && looksRandom(name);
    if (hasMark(name) || looksLikeKey(name) || isDoubtful) {
      throw new Refusal({ code: 'unreadable-data' });
    }
  }
  return [...pairs];
}

function isPlainName(name: string): boolean {
  return /^[A-Za-z]+(?:[._-][A-Za-z]+)*$/.test(name) && !looksRandom(name);
}
