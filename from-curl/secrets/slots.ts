import { Refusal } from '../refusal.ts';

/** The origin of a value that is not in the step. */
export type Origin = 'literal' | 'placeholder' | 'variable' | 'command' | 'file' | 'expression';

/** How a slot is used: its name, and whether a person may see it. */
export interface Use {
  /** A name for the secret or variable, if the command has none. */
  readonly name: string;
  readonly isSecret: boolean;
  /** How the reader finds it in the command, such as `the value of client_id`. */
  readonly what: string;
}

/** A part of a command whose value is kept out of the step: a secret, an id, a placeholder. */
export interface Slot {
  readonly origin: Origin;
  /** The value, the placeholder's or the variable's name, the command between `$(` and `)`, the file's name. */
  readonly text: string;
  readonly uses: Use[];
}

const firstMark = 0xe000;

/** No request has so many. The private use area has room for more. */
const mostSlots = 500;

const anyMark = /[\ue000-\uf8ff]/;
const everyMark = /[\ue000-\uf8ff]/g;

/**
 * The slots of a command. Each is one character of Unicode's private use area in the texts, so that a text can be
 * split, decoded and read as JSON with its slots in place.
 */
export class Slots {
  readonly #slots: Slot[] = [];
  readonly #marks = new Map<string, string>();
  readonly #hidden: string[] = [];

  /**
   * Makes a slot, or finds the one of the same value.
   *
   * @returns its mark, one character
   * @throws {Refusal} if there are too many
   */
  add(origin: Origin, text: string): string {
    const identity = JSON.stringify([origin, text]);
    const known = isTelling(origin, text) ? this.#marks.get(identity) : undefined;
    if (known !== undefined) return known;
    if (this.#slots.length >= mostSlots) throw new Refusal({ code: 'too-many-placeholders' });
    const mark = String.fromCharCode(firstMark + this.#slots.length);
    this.#slots.push({ origin, text, uses: [] });
    this.#marks.set(identity, mark);
    return mark;
  }

  /** Notes a secret without a slot. It was decoded, and the encoded text has a slot. */
  hide(secret: string): void {
    this.#hidden.push(secret);
  }

  get hidden(): readonly string[] {
    return this.#hidden;
  }

  /** The slot of a mark. */
  get(mark: string): Slot | undefined {
    return this.#slots[mark.charCodeAt(0) - firstMark];
  }

  /** The slot that is the whole text; undefined if there is more in it, or no slot. */
  getWhole(text: string): Slot | undefined {
    return text.length === 1 && hasMark(text) ? this.get(text) : undefined;
  }

  /** Every literal value that was removed from the step, with its mark. */
  listLiterals(): { readonly mark: string; readonly slot: Slot }[] {
    return this.#slots
      .map((slot, index) => ({ mark: String.fromCharCode(firstMark + index), slot }))
      .filter(({ slot }) => slot.origin === 'literal' && slot.uses.length > 0);
  }
}

/** Whether two slots of the same text are the same. A text that only says "fill in here" is a new slot each time. */
function isTelling(origin: Origin, text: string): boolean {
  return origin !== 'placeholder' || /[a-wyz]/i.test(text);
}

/** Whether a text has slots. */
export function hasMark(text: string): boolean {
  return anyMark.test(text);
}

/** The marks of a text, in order. */
export function listMarks(text: string): string[] {
  return text.match(everyMark) ?? [];
}

/** The text around the slots of a text. */
export function readLiteralParts(text: string): string {
  return text.replace(everyMark, '');
}

/** Applies a function to the text between the marks. */
export function mapBetweenMarks(text: string, map: (literal: string) => string): string {
  return text.replace(/[^\ue000-\uf8ff]+/g, map);
}

/** A decoded text cannot contain a mark. */
export function withoutMarks(text: string): string {
  return text.replace(everyMark, '\ufffd');
}
