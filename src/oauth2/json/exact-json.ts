/**
 * A number that changes if it is read and written again, because it is too large, too precise, or in another form.
 * Examples are 17841405793187219, 1.10 and 1e3.
 */
export class ExactNumber {
  // It is a private field, because a path of names must not lead into a number.
  readonly #source: string;

  /** @param source a number as JSON writes it (RFC 8259 section 6) */
  constructor(source: string) {
    this.#source = source;
  }

  /** The number as it was written. */
  get source(): string {
    return this.#source;
  }

  /** The nearest number in JavaScript; Infinity if it is out of range. */
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

/** A JSON value whose numbers keep the form in which they were written. */
export type ExactJson =
  | string
  | number
  | boolean
  | null
  | ExactNumber
  | readonly ExactJson[]
  | { readonly [name: string]: ExactJson };

/** Matches a string or a number in a JSON text. Use it only on a text that is known to be JSON. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/**
 * Reads JSON. A number that would change if it was written again is an {@link ExactNumber}.
 *
 * It works with each Node that runs the action. A reviver gets the source text of a number only from Node 21 on.
 *
 * @throws {SyntaxError} if the text is no JSON
 */
export function parseExactJson(text: string): ExactJson {
  const value = JSON.parse(text) as ExactJson;
  const sources = listNumbers(text);
  if (sources.every(isKept)) return value;
  // Each number is replaced by its index in the list, which has its text.
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

/** Replaces the indexes by the numbers. It is not recursive, because JSON can be nested deeper than calls. */
function putNumbers(value: ExactJson, sources: readonly string[]): ExactJson {
  const root = { value };
  const pending: object[] = [root];
  for (let container = pending.pop(); container !== undefined; container = pending.pop()) {
    for (const [name, field] of Object.entries(container) as [string, ExactJson][]) {
      if (typeof field === 'number') {
        // An assignment to __proto__ would not set a field.
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

/** Whether a JSON value has at most so many levels, so that a recursive function can go through it. */
export function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isNestedWithin(inner, levels - 1));
}

/**
 * Writes JSON as JSON.stringify() does, with the digits of each {@link ExactNumber}.
 *
 * @param value a JSON value of at most a few thousand levels; undefined fields are left out
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
