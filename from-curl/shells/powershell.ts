import { withoutMarks } from '../secrets/slots.ts';
import {
  Cursor,
  lostContinuation,
  refuseQuote,
  type ShellCommand,
  type Surroundings,
  takeSubstitution,
} from './command.ts';

/**
 * Reads one command as PowerShell does, and gives its words. Before version 7.3 a double quote inside of a word needs a
 * backslash before it, which the program's own reader removes, and documentation writes it so.
 *
 * @param from where its first word begins
 * @throws {Refusal} if a quote or a substitution has no end
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 */
export function readPowerShellCommand(
  text: string,
  from: number,
  surroundings: Surroundings,
): ShellCommand {
  return new PowerShellReader(text, from, surroundings).readCommand();
}

class PowerShellReader {
  readonly #cursor: Cursor;
  readonly #around: Surroundings;

  constructor(text: string, from: number, surroundings: Surroundings) {
    this.#cursor = new Cursor(text, from);
    this.#around = surroundings;
  }

  readCommand(): ShellCommand {
    const words: string[] = [];
    for (;;) {
      this.#skipSpace();
      const operator = this.#takeOperator();
      if (operator !== undefined) {
        const isPiped = operator === '|';
        return { words, input: undefined, isPiped, end: this.#cursor.at };
      }
      if (this.#skipRedirection()) continue;
      const word = this.#readWord();
      // From here on cmd's rules apply. For the commands in documentation they are the same.
      if (word !== '--%') words.push(word);
    }
  }

  #skipSpace(): void {
    // The backtick was lost, or there is an escape of sh instead.
    this.#cursor.take(/(?:[ \t]+|[`\\][ \t]*\n)*/y);
    if (this.#cursor.next === '#') this.#cursor.take(/[^\n]*/y);
    if (this.#cursor.take(lostContinuation) !== undefined) this.#skipSpace();
  }

  #takeOperator(): string | undefined {
    const cursor = this.#cursor;
    if (cursor.isAtEnd) return 'end';
    if (cursor.next === '\n') return '\n';
    if (cursor.next === this.#around.closer) return cursor.takeOne();
    return cursor.take(/;|&&|\|\|?/y)?.[0];
  }

  #skipRedirection(): boolean {
    if (this.#cursor.take(/[\d*]?>>?(?:&\d)?[ \t]*/y) === undefined) return false;
    this.#readWord();
    return true;
  }

  #readWord(): string {
    const cursor = this.#cursor;
    let word = '';
    for (;;) {
      word += cursor.take(/[^\s'"`$;|@)]*/y)?.[0] ?? '';
      const next = cursor.next;
      if (next === this.#around.closer || /^[\s;|]?$/.test(next)) return word;
      word += this.#readPiece(next, word === '');
    }
  }

  #readPiece(next: string, isFirst: boolean): string {
    const cursor = this.#cursor;
    const start = cursor.at;
    if (next === '$') return this.#readDollar();
    const here = isFirst ? cursor.take(/@(['"])[ \t]*\n((?:[^]*?\n)??)\1@/y) : undefined;
    if (here !== undefined) {
      const body = (here[2] ?? '').replace(/\n$/, '');
      return unescapeQuotes(here[1] === '"' ? this.#expand(body) : body);
    }
    cursor.at += 1;
    switch (next) {
      case '`':
        return cursor.take(/[ \t]*\n/y) === undefined ? decodeBacktick(cursor.takeOne()) : '';
      case "'":
        return this.#readSingleQuoted(start);
      case '"':
        return this.#readDoubleQuoted(start);
      default:
        return next;
    }
  }

  #readSingleQuoted(start: number): string {
    const found = this.#cursor.take(/((?:[^']|'')*)'/y);
    if (found === undefined) throw refuseQuote(this.#cursor, start, "'");
    return unescapeQuotes((found[1] ?? '').replaceAll("''", "'"));
  }

  #readDoubleQuoted(start: number): string {
    const cursor = this.#cursor;
    let text = '';
    for (;;) {
      text += cursor.take(/[^"`$\\]*/y)?.[0] ?? '';
      if (cursor.isAtEnd) throw refuseQuote(cursor, start, '"');
      if (cursor.take(/""|\\"|\\`"/y) !== undefined) text += '"';
      else if (cursor.take(/"/y) !== undefined) return text;
      else text += this.#readExpanded();
    }
  }

  /** The next character between double quotes, or its meaning. */
  #readExpanded(): string {
    const cursor = this.#cursor;
    if (cursor.next === '$') return this.#readDollar();
    const character = cursor.takeOne();
    if (character !== '`') return character;
    return cursor.take(/\n/y) === undefined ? decodeBacktick(cursor.takeOne()) : '';
  }

  /** Expands the contents of a here-string. */
  #expand(body: string): string {
    const inner = new PowerShellReader(body, 0, this.#around);
    let text = '';
    for (;;) {
      text += inner.#cursor.take(/[^`$]*/y)?.[0] ?? '';
      if (inner.#cursor.isAtEnd) return text;
      text += inner.#readExpanded();
    }
  }

  #readDollar(): string {
    const cursor = this.#cursor;
    const { slots, variables } = this.#around;
    const expression = cursor.take(/\$\{\{[^\n]{0,200}?\}\}/y);
    if (expression !== undefined) return expression[0];
    if (cursor.startsWith('$(')) {
      cursor.at += 2;
      const inner = takeSubstitution(cursor);
      const name = /^\s*\$(?:env:)?([A-Za-z_][\w.]*)\s*$/i.exec(inner)?.[1];
      return name === undefined ? slots.add('command', inner) : variables.read(name, slots);
    }
    const name = cursor.take(/\$(?:\{(?:env:)?([A-Za-z_]\w*)\}|(?:env:)?([A-Za-z_]\w*))/iy);
    return name === undefined ? cursor.takeOne() : variables.read(name[1] ?? name[2] ?? '', slots);
  }
}

function unescapeQuotes(text: string): string {
  return text.replaceAll('\\"', '"');
}

function decodeBacktick(letter: string): string {
  return withoutMarks(Object.hasOwn(letters, letter) ? (letters[letter] ?? letter) : letter);
}

const letters: Readonly<Record<string, string>> = {
  '0': '',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
