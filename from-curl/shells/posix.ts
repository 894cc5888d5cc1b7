import { Refusal } from '../refusal.ts';
import { withoutMarks } from '../secrets/slots.ts';
import {
  Cursor,
  lostContinuation,
  refuseQuote,
  type ShellCommand,
  type Surroundings,
  takeSubstitution,
} from './command.ts';

/** A here-document that waits for the end of its line. */
interface HereDocument {
  readonly delimiter: string;
  readonly isLiteral: boolean;
  readonly dropsTabs: boolean;
}

/**
 * Reads one command as sh, bash and zsh do, and gives its words. Variables and substitutions become slots.
 *
 * @param from where its first word begins
 * @throws {Refusal} if a quote, a substitution or a here-document has no end
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
 */
export function readPosixCommand(
  text: string,
  from: number,
  surroundings: Surroundings,
): ShellCommand {
  return new PosixReader(text, from, surroundings).readCommand();
}

class PosixReader {
  readonly #cursor: Cursor;
  readonly #around: Surroundings;
  readonly #words: string[] = [];
  #hereDocument: HereDocument | undefined;
  #input: string | undefined;

  constructor(text: string, from: number, surroundings: Surroundings) {
    this.#cursor = new Cursor(text, from);
    this.#around = surroundings;
  }

  readCommand(): ShellCommand {
    const operator = this.#readWords();
    // The text after a here-document in its line is not read.
    const isPiped = operator === '|' && this.#hereDocument === undefined;
    this.#readHereDocument();
    return { words: this.#words, input: this.#input, isPiped, end: this.#cursor.at };
  }

  /** Reads the words up to the end of the command, and gives what ends it. */
  #readWords(): string {
    for (;;) {
      this.#skipSpace();
      const operator = this.#takeOperator();
      if (operator !== undefined) return operator;
      if (!this.#skipRedirection()) this.#words.push(this.#readWord());
    }
  }

  #skipSpace(): void {
    // Many copied texts have spaces after the backslash at the end of a line.
    this.#cursor.take(/(?:[ \t]+|\\[ \t]*\n)*/y);
    if (this.#cursor.next === '#') this.#cursor.take(/[^\n]*/y);
    if (this.#cursor.take(lostContinuation) !== undefined) this.#skipSpace();
  }

  /** What ends the command; undefined if it continues. */
  #takeOperator(): string | undefined {
    const cursor = this.#cursor;
    if (cursor.isAtEnd) return 'end';
    if (cursor.next === '\n') return '\n';
    if (cursor.next === this.#around.closer) return cursor.takeOne();
    if (cursor.take(/\|&?(?!\|)/y) !== undefined) return '|';
    if (isLostQuote(cursor) || cursor.startsWith('&>')) return undefined;
    return cursor.take(/;|&&?|\|\|/y)?.[0];
  }

  /** Skips a redirection. A here-document and a here-string become the input. */
  #skipRedirection(): boolean {
    const cursor = this.#cursor;
    if (cursor.take(/<<<[ \t]*/y) !== undefined) {
      this.#input = `${this.#readWord()}\n`;
      return true;
    }
    const opening = cursor.take(/<<(-?)[ \t]*/y);
    if (opening !== undefined) {
      const isLiteral = /["'\\]/.test(cursor.next);
      const dropsTabs = opening[1] === '-';
      this.#hereDocument = { delimiter: this.#readWord(), isLiteral, dropsTabs };
      return true;
    }
    if (isPlaceholder(cursor)) return false;
    if (cursor.take(/(?:\d*|&)(?:>>?|<)[&|]?[ \t]*/y) === undefined) return false;
    this.#readWord();
    return true;
  }

  #readHereDocument(): void {
    const cursor = this.#cursor;
    if (this.#hereDocument === undefined) return;
    const { delimiter, isLiteral, dropsTabs } = this.#hereDocument;
    const start = cursor.at;
    cursor.take(/[^\n]*\n/y);
    const lines: string[] = [];
    while (!cursor.isAtEnd) {
      const line = cursor.take(/[^\n]*/y)?.[0] ?? '';
      cursor.at += 1;
      const bare = dropsTabs ? line.replace(/^\t+/, '') : line;
      if (bare.trim() === delimiter) {
        const body = lines.map((one) => `${one}\n`).join('');
        this.#input = isLiteral ? body : this.#expand(body);
        return;
      }
      lines.push(bare);
    }
    const line = cursor.text.slice(0, start).split('\n').length;
    throw new Refusal({ code: 'unfinished-here-document', line });
  }

  /** Expands the variables of a here-document. */
  #expand(body: string): string {
    const inner = new PosixReader(body, 0, this.#around);
    return inner.#readDoubleQuoted(() => inner.#cursor.isAtEnd, /[^$`\\]*/y);
  }

  #readWord(): string {
    const cursor = this.#cursor;
    let word = '';
    for (;;) {
      word += cursor.take(/[^\s\\'"$`;&|<>()]*/y)?.[0] ?? '';
      const next = cursor.next;
      if (next === this.#around.closer || /^[\s;|]?$/.test(next)) return word;
      if (next === '>' && word !== '') return word;
      if (next === '&' && !isLostQuote(cursor)) return word;
      word += this.#readPiece(next);
    }
  }

  #readPiece(next: string): string {
    const cursor = this.#cursor;
    const start = cursor.at;
    if (next === '<' && isPlaceholder(cursor)) return cursor.take(/<[^<>\n]*>/y)?.[0] ?? '';
    if (next === '$') return this.#readDollar();
    cursor.at += 1;
    switch (next) {
      case '\\':
        if (cursor.take(/[ \t]*\n/y) !== undefined) return '';
        return cursor.takeOne();
      case "'":
        return this.#readSingleQuoted(start);
      case '"':
        return this.#readQuotes(start);
      case '`':
        return this.#readBackticks(start);
      default:
        return next;
    }
  }

  #readSingleQuoted(start: number): string {
    const found = this.#cursor.take(/([^']*)'/y);
    if (found === undefined) throw refuseQuote(this.#cursor, start, "'");
    return found[1] ?? '';
  }

  #readQuotes(start: number): string {
    const cursor = this.#cursor;
    const text = this.#readDoubleQuoted(() => cursor.next === '"', /[^$`\\"]*/y);
    if (cursor.isAtEnd) throw refuseQuote(cursor, start, '"');
    cursor.at += 1;
    return text;
  }

  /** The text between double quotes, up to its end. */
  #readDoubleQuoted(isEnd: () => boolean, plain: RegExp): string {
    const cursor = this.#cursor;
    let text = '';
    for (;;) {
      text += cursor.take(plain)?.[0] ?? '';
      if (cursor.isAtEnd || isEnd()) return text;
      const start = cursor.at;
      if (cursor.next === '$') text += this.#readDollar();
      else if (cursor.takeOne() === '`') text += this.#readBackticks(start);
      else if (cursor.take(/\n/y) === undefined) {
        text += cursor.take(/["$`\\]/y)?.[0] ?? '\\';
      }
    }
  }

  #readBackticks(start: number): string {
    const found = this.#cursor.take(/((?:[^`\\]|\\[^])*)`/y);
    if (found === undefined) throw refuseQuote(this.#cursor, start, '`');
    return this.#around.slots.add('command', found[1] ?? '');
  }

  #readDollar(): string {
    const cursor = this.#cursor;
    const { slots, variables } = this.#around;
    const start = cursor.at;
    const expression = cursor.take(/\$\{\{[^\n]{0,200}?\}\}/y);
    if (expression !== undefined) return expression[0];
    const braced = cursor.take(/\$\{([A-Za-z_]\w{0,100})[^}\n]{0,200}\}/y);
    if (braced !== undefined) return variables.read(braced[1] ?? '', slots);
    if (cursor.startsWith('$(')) {
      cursor.at += 2;
      return slots.add('command', takeSubstitution(cursor));
    }
    if (cursor.startsWith("$'")) return this.#readAnsiQuoted(start);
    const name = cursor.take(/\$([A-Za-z_]\w*)/y);
    if (name !== undefined) return variables.read(name[1] ?? '', slots);
    return cursor.takeOne();
  }

  /** `$'...'`, with the escapes of C. */
  #readAnsiQuoted(start: number): string {
    const found = this.#cursor.take(/\$'((?:[^'\\]|\\[^])*)'/y);
    if (found === undefined) throw refuseQuote(this.#cursor, start, "$'");
    return withoutMarks(
      (found[1] ?? '').replace(
        /\\(x[\dA-Fa-f]{1,2}|u[\dA-Fa-f]{1,4}|[0-7]{1,3}|[^])/g,
        (_, escape: string) => decodeEscape(escape),
      ),
    );
  }
}

function decodeEscape(escape: string): string {
  if (/^[xu]./.test(escape)) return String.fromCharCode(parseInt(escape.slice(1), 16));
  if (/^[0-7]/.test(escape)) return String.fromCharCode(parseInt(escape, 8) & 0xff);
  return Object.hasOwn(letters, escape) ? (letters[escape] ?? escape) : escape;
}

const letters: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** `a=b&c=d` without quotes, which a shell would read as two commands. */
function isLostQuote(cursor: Cursor): boolean {
  return /^&[\w.[\]-]+=/.test(cursor.text.slice(cursor.at, cursor.at + 80));
}

/** `<client id>` without quotes is a placeholder, although a shell would read it as two redirections. */
function isPlaceholder(cursor: Cursor): boolean {
  return /^<[A-Za-z_][^<>\n'"|;]{0,80}>/.test(cursor.text.slice(cursor.at, cursor.at + 90));
}
