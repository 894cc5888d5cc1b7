import { Refusal } from '../refusal.ts';
import { hasMark, type Slots } from '../secrets/slots.ts';

/** The shells whose quoting differs. */
export type Shell = 'posix' | 'powershell' | 'cmd';

/** One command as a shell hands it over; slots stand for variables and for the output of other commands. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** What standard input gets, of a here-document; undefined where it is not in the command. */
  readonly input: string | undefined;
  /** Whether its output goes into another command. */
  readonly isPiped: boolean;
  /** Where it ends in the text. */
  readonly end: number;
}

/** What a reader needs to know of the text around the command. */
export interface Surroundings {
  readonly slots: Slots;
  readonly variables: Variables;
  /** What ends the command apart from a line's end, where it stands in a substitution. */
  readonly closer: string | undefined;
}

/** The variables that the text before the command sets. */
export class Variables {
  readonly #values = new Map<string, string>();

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value);
  }

  /** A text for the variable: what was put into it where that is no secret by its name, else a slot. */
  read(name: string, slots: Slots): string {
    const value = this.#values.get(name.toLowerCase());
    if (value === undefined) return slots.add('variable', name);
    const isCommand = slots.getWhole(value)?.origin === 'command';
    if (isCommand || (!hasMark(value) && showsInName(name))) return value;
    return slots.add('variable', name);
  }
}

/** Only addresses and the like take the place of their variable: a name says less than a value. */
function showsInName(name: string): boolean {
  return /(url|uri|host|endpoint|server|domain|tenant|realm|scopes?|audience|region)$/i.test(name);
}

/** A text and a place in it. */
export class Cursor {
  readonly text: string;
  at: number;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The character here; empty at the end. */
  get next(): string {
    return this.text[this.at] ?? '';
  }

  startsWith(prefix: string): boolean {
    return this.text.startsWith(prefix, this.at);
  }

  /** Takes what a sticky pattern matches here; undefined where it does not. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  /** Takes one character. */
  takeOne(): string {
    const character = this.next;
    this.at += 1;
    return character;
  }
}

/** The line of a place, from 1. */
function lineOf({ text }: Cursor, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/**
 * Takes a command substitution, from behind its opening to behind its closing parenthesis. Nothing in it is run.
 *
 * @returns what stands between
 * @throws {Refusal} when it has no end
 */
export function takeSubstitution(cursor: Cursor): string {
  const start = cursor.at;
  for (let depth = 1; ;) {
    cursor.take(/[^()'"\\]*/y);
    const next = cursor.next;
    if (next === '') {
      throw new Refusal({ code: 'unfinished-substitution', line: lineOf(cursor, start) });
    }
    cursor.at += next === '\\' ? 2 : 1;
    if (next === "'" || next === '"') skipQuoted(cursor, next);
    depth += next === '(' ? 1 : next === ')' ? -1 : 0;
    if (depth === 0) return cursor.text.slice(start, cursor.at - 1);
  }
}

/** An apostrophe without a partner is a letter here: what is passed over may be prose. */
function skipQuoted(cursor: Cursor, quote: string): void {
  const pattern = quote === "'" ? /[^'\n]*'/y : /(?:[^"\\]|\\[^])*"/y;
  cursor.take(pattern);
}

/** A quote that nothing closes. */
export function refuseQuote(cursor: Cursor, start: number, quote: string): Refusal {
  return new Refusal({ code: 'unfinished-quote', line: lineOf(cursor, start), quote });
}

/** A line that goes on with options although nothing says so: the sign was lost when it was copied. */
export const lostContinuation = /\n(?=[ \t]*--?[A-Za-z]|[ \t]+(?:["']?https?:\/\/|["']))/y;
