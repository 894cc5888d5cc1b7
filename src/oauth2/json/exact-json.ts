/**
 * A number that is not the same after it was read and written again: too large, too precise, or in another form, such
 * as 17841405793187219, 1.10 or 1e3.
 */
export class ExactNumber {
  // Not a field of its own: a path of names must not lead into a number.
  readonly #source: string;

  /** @param source a number as JSON writes it (RFC 8259 section 6) */
  constructor(source: string) {
    this.#source = source;
  }

  /** The number as it was written. */
  get source(): string {
    return this.#source;
  }

  /** The nearest number that the language has; Infinity if it is out of range. */
  get value(): number {
    return Number(this.#source);
  }

  /** The number as it was written. */
  toString(): string {
    return this.#source;
  }

  /** @throws because JSON.stringify() would lose the digits; {@link writeExactJson} keeps them */
  toJSON(): never {
    throw new TypeError('An exact number is written by writeExactJson().');
  }
}

/** A value of JSON whose numbers keep the form in which they were written. */
export type ExactJson =
  | string
  | number
  | boolean
  | null
  | ExactNumber
  | readonly ExactJson[]
  | { readonly [name: string]: ExactJson };

/** A string or a number in the text of a JSON value. Only a text that is known to be JSON is searched for it. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/**
 * Reads JSON. A number that would change if it was written again is an {@link ExactNumber}.
 *
 * It works with each Node that runs the action: the source text of a number is in a reviver's context only from Node 21.
 *
 * @throws {SyntaxError} if the text is no JSON
 */
export function parseExactJson(text: string): ExactJson {
  const value = JSON.parse(text) as ExactJson;
  const sources = listNumbers(text);
  if (sources.every(isKept)) return value;
  // Each number becomes its place in the list, which says again which number it was.
  let count = 0;
  const indexed = text.replace(stringOrNumber, (token) =>
    token.startsWith('"') ? token : String(count++),
  );
  return putNumbers(JSON.parse(indexed) as ExactJson, sources);
}

function listNumbers(text: string): string[] {
  return (text.match(stringOrNumber) ?? []).filter((token) => !token.startsWith('"'));
}

function isKept(source: string): boolean {
  return JSON.stringify(Number(source)) === source;
}

/** Puts numbers where their indexes are. It is no recursion, because JSON can be nested deeper than calls. */
function putNumbers(value: ExactJson, sources: readonly string[]): ExactJson {
  const root = { value };
  const pending: object[] = [root];
  for (let container = pending.pop(); container !== undefined; container = pending.pop()) {
    for (const [name, field] of Object.entries(container) as [string, ExactJson][]) {
      if (typeof field === 'number') {
        // An assignment to __proto__ would set no field.
        Object.defineProperty(container, name, { value: readNumber(sources[field] ?? '') });
      } else if (typeof field === 'object' && field !== null) {
        pending.push(field);
      }
    }
  }
  return root.value;
}

function readNumber(source: string): number | ExactNumber {
  return isKept(source) ? Number(source) : new ExactNumber(source);
}

/** Whether a value of JSON is nested no deeper than so many levels, so that a recursive call can go through it. */
export function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isNestedWithin(inner, levels - 1));
}

/**
 * Writes JSON as JSON.stringify() does, with the digits of each {@link ExactNumber}.
 *
 * @param value of JSON, nested no deeper than a few thousand levels; a field that is undefined is left out
 */
export function writeExactJson(value: unknown): string {
  if (value instanceof ExactNumber) return value.source;
  if (Array.isArray(value)) return `[${value.map(writeExactJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => `${JSON.stringify(name)}:${writeExactJson(field)}`);
  return `{${fields.join(',')}}`;
}
