import { withoutMarks } from '../secrets/slots.ts';

/** A value of JSON; numbers and words keep the text in which they were written. */
export type Json =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Json])[] }
  | { readonly kind: 'array'; readonly items: readonly Json[] }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'raw'; readonly text: string }
  /** A placeholder for a value without quotes, such as `<account>`. */
  | { readonly kind: 'bare'; readonly text: string };

/** A JSON object. */
export type JsonObject = Extract<Json, { kind: 'object' }>;

const deepest = 64;

/** An unreadable text. This error does not leave this module. */
class JsonFault extends Error {}

/**
 * Reads JSON as in documentation: with an extra comma, with comments, with `...` for omitted parts, with single quotes,
 * and with placeholders without quotes. A name that occurs twice has its last value, as with `JSON.parse`.
 *
 * @param start where the value begins
 * @returns the value and where it ends; undefined if there is none
 */
export function readJson(
  text: string,
  start = 0,
): { readonly value: Json; readonly end: number } | undefined {
  const reader = new JsonReader(text, start);
  try {
    const value = reader.readValue(0);
    return { value, end: reader.at };
  } catch (error) {
    if (error instanceof JsonFault) return undefined;
    throw error;
  }
}

/** Reads a text that is JSON from start to end. */
export function readWholeJson(text: string): Json | undefined {
  const read = readJson(text);
  return read !== undefined && text.slice(read.end).trim() === '' ? read.value : undefined;
}

/**
 * Writes JSON.
 *
 * @param lineBreak with the indentation of the value; undefined for a text without white space
 */
export function writeJson(value: Json, lineBreak?: string): string {
  const inner = lineBreak === undefined ? '' : `${lineBreak}  `;
  const nested = lineBreak === undefined ? undefined : inner;
  switch (value.kind) {
    case 'object': {
      const colon = lineBreak === undefined ? ':' : ': ';
      const fields = value.entries.map(
        ([name, one]) => `${inner}${JSON.stringify(name)}${colon}${writeJson(one, nested)}`,
      );
      return fields.length === 0 ? '{}' : `{${fields.join(',')}${lineBreak ?? ''}}`;
    }
    case 'array': {
      const items = value.items.map((one) => `${inner}${writeJson(one, nested)}`);
      return items.length === 0 ? '[]' : `[${items.join(',')}${lineBreak ?? ''}]`;
    }
    case 'string':
      return JSON.stringify(value.text);
    case 'raw':
    case 'bare':
      return value.text;
  }
}

class JsonReader {
  at: number;
  readonly #text: string;

  constructor(text: string, start: number) {
    this.#text = text;
    this.at = start;
  }

  readValue(depth: number): Json {
    if (depth > deepest) throw new JsonFault();
    this.#skipSpace();
    const first = this.#text[this.at];
    if (first === '{' && !this.#isPlaceholder(depth)) return this.#readObject(depth);
    if (first === '[') return this.#readArray(depth);
    if (first === '"' || first === "'") return { kind: 'string', text: this.#readString(first) };
    return this.#readBare();
  }

  /** `{account}` instead of a value, and `{{account}}`. */
  #isPlaceholder(depth: number): boolean {
    const placeholder = depth === 0 ? /\{\{/y : /\{\{|\{[A-Za-z][\w .-]*\}/y;
    placeholder.lastIndex = this.at;
    return placeholder.test(this.#text);
  }

  #readObject(depth: number): Json {
    const entries = new Map<string, Json>();
    this.at += 1;
    while (!this.#skipTo('}')) {
      const name = this.#readName();
      this.#skipSpace();
      this.#expect(':');
      entries.set(name, this.readValue(depth + 1));
      this.#skipComma('}');
    }
    return { kind: 'object', entries: [...entries] };
  }

  #readArray(depth: number): Json {
    const items: Json[] = [];
    this.at += 1;
    while (!this.#skipTo(']')) {
      items.push(this.readValue(depth + 1));
      this.#skipComma(']');
    }
    return { kind: 'array', items };
  }

  #readName(): string {
    const first = this.#text[this.at];
    if (first === '"' || first === "'") return this.#readString(first);
    return this.#take(/[A-Za-z_$][\w$-]*/y);
  }

  #readString(quote: '"' | "'"): string {
    let read = '';
    this.at += 1;
    for (;;) {
      read += this.#take(quote === '"' ? /[^"\\]*/y : /[^'\\]*/y);
      const next = this.#text[this.at];
      this.at += 1;
      if (next === quote) return read;
      if (next === undefined) throw new JsonFault();
      read += this.#readEscape();
    }
  }

  #readEscape(): string {
    const letter = this.#text[this.at] ?? '';
    this.at += 1;
    if (letter === 'u') {
      const code = this.#take(/[\dA-Fa-f]{4}/y);
      return withoutMarks(String.fromCharCode(parseInt(code, 16)));
    }
    return Object.hasOwn(escapes, letter) ? (escapes[letter] ?? letter) : letter;
  }

  #readBare(): Json {
    const text = this.#take(
      /\{\{[^{}\n]*\}\}|\{[^{}\n]*\}|<[^<>\n]*>|(?:\$\{[^{}\n]*\}|[^\s,{}[\]:"'<>])+(?=\s*[,}\]]|\s*$|\s*\/\/)/y,
    );
    const isRaw = /^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/.test(text);
    return { kind: isRaw ? 'raw' : 'bare', text };
  }

  /** Skips white space and omitted parts, and the end if that is next. */
  #skipTo(end: string): boolean {
    this.#skipSpace();
    while (this.#text.startsWith('...', this.at) || this.#text[this.at] === '…') {
      this.#take(/\.+|…/y);
      this.#skipSpace();
      if (this.#text[this.at] === ',') this.at += 1;
      this.#skipSpace();
    }
    if (this.#text[this.at] !== end) return false;
    this.at += 1;
    return true;
  }

  #skipComma(end: string): void {
    this.#skipSpace();
    if (this.#text[this.at] === ',') this.at += 1;
    else if (this.#text[this.at] !== end) throw new JsonFault();
  }

  #skipSpace(): void {
    this.#take(/(?:\s+|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/y);
  }

  #expect(character: string): void {
    if (this.#text[this.at] !== character) throw new JsonFault();
    this.at += 1;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new JsonFault();
    this.at += found.length;
    return found;
  }
}

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
