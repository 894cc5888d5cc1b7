import { Refusal } from '../refusal.ts';
import { hasMark, type Slots } from '../secrets/slots.ts';

/** The shells whose quoting differs. */
export type Shell = 'posix' | 'powershell' | 'cmd';

/** One command as a shell passes it on. Slots stand for variables and for the output of other commands. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** The standard input, from a here-document; undefined if it is not in the command. */
  readonly input: string | undefined;
  /** Whether its output goes into another command. */
  readonly isPiped: boolean;
  /** Where it ends in the text. */
  readonly end: number;
}

/** What a reader needs to know about the text around the command. */
export interface Surroundings {
  readonly slots: Slots;
  readonly variables: Variables;
  /** What ends the command other than a line's end, if it is in a substitution. */
  readonly closer: string | undefined;
}

/** The variables that the text before the command sets. */
export class Variables {
  readonly #values = new Map<string, string>();

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value);
  }

  /** A text for the variable: its value, if the name is not that of a secret; else a slot. */
  read(name: string, slots: Slots): string {
    const value = this.#values.get(name.toLowerCase());
    if (value === undefined) return slots.add('variable', name);
    const isCommand = slots.getWhole(value)?.origin === 'command';
    if (isCommand || (!hasMark(value) && showsInName(name))) return value;
    return slots.add('variable', name);
  }
}

/** Only addresses and similar values replace their variable. For others, the name of the variable is better. */
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

  /** Takes the text that a sticky pattern matches here; undefined if it does not match. */
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
 * Takes a command substitution, from after its opening to after its closing parenthesis. Nothing in it is run.
 *
 * @returns the text between
 * @throws {Refusal} if it has no end
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

/** A single apostrophe is a letter here, because the skipped text may be prose. */
function skipQuoted(cursor: Cursor, quote: string): void {
  const pattern = quote === "'" ? /[^'\n]*'/y : /(?:[^"\\]|\\[^])*"/y;
  cursor.take(pattern);
}

/** A quote without an end. */
export function refuseQuote(cursor: Cursor, start: number, quote: string): Refusal {
  return new Refusal({ code: 'unfinished-quote', line: lineOf(cursor, start), quote });
}

/** A line that continues with options without a continuation sign, because the sign was lost when it was copied. */
export const lostContinuation = /\n(?=[ \t]*--?[A-Za-z]|[ \t]+(?:["']?https?:\/\/|["']))/y;
