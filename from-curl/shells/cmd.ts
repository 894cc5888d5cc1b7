import {
  Cursor,
  lostContinuation,
  refuseQuote,
  type ShellCommand,
  type Surroundings,
} from './command.ts';

/**
 * Reads one command as Windows does: cmd removes its carets and reads its variables, then the program splits what is
 * left into words (`\"` and `""` are a quote inside of quotes).
 *
 * @param from where its first word begins
 * @throws {Refusal} if a quote has no end
 * @see https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
 */
export function readCmdCommand(
  text: string,
  from: number,
  surroundings: Surroundings,
): ShellCommand {
  const line = readLine(new Cursor(text, from), surroundings);
  return {
    words: splitWords(line.text, (at) => refuseQuote(new Cursor(text, from), from + at, '"')),
    input: undefined,
    isPiped: line.isPiped,
    end: line.end,
  };
}

/** What cmd passes to the program. */
interface Line {
  readonly text: string;
  readonly isPiped: boolean;
  readonly end: number;
}

function readLine(cursor: Cursor, around: Surroundings): Line {
  const pieces: string[] = [];
  let isQuoted = false;
  const end = (isPiped: boolean): Line => ({ text: pieces.join(''), isPiped, end: cursor.at });
  for (;;) {
    const plain = cursor.take(/(?:(?!\d>)[^\n"^%|&<>])*/y)?.[0] ?? '';
    pieces.push(plain);
    if (!isQuoted && cursor.take(/\d>>?(?:&\d)?[ \t]*[^\s|&]*/y) !== undefined) continue;
    const next = cursor.next;
    if (next === '') return end(false);
    if (next === '%') {
      pieces.push(readVariable(cursor, around));
    } else if (next === '\n') {
      const lineBreak = readLineBreak(cursor, isQuoted);
      if (lineBreak === undefined) return end(false);
      pieces.push(lineBreak);
    } else if (next === '"' || isQuoted) {
      // A quote after a backslash belongs to the text.
      if (next === '"' && !plain.endsWith('\\')) isQuoted = !isQuoted;
      pieces.push(cursor.takeOne());
    } else {
      const operator = readOperator(cursor, plain);
      if (typeof operator !== 'string') return end(operator.isPiped);
      pieces.push(operator);
    }
  }
}

/** The meaning of a line's end; undefined if the command ends with it. */
function readLineBreak(cursor: Cursor, isQuoted: boolean): string | undefined {
  // cmd does not continue a quote in the next line, but the author meant it.
  if (isQuoted) return cursor.takeOne();
  return cursor.take(lostContinuation) === undefined ? undefined : ' ';
}

/** The meaning of one of `^ & | < >` outside of quotes; how the command ends, if it ends there. */
function readOperator(cursor: Cursor, before: string): string | { readonly isPiped: boolean } {
  const operator = cursor.takeOne();
  switch (operator) {
    case '^':
      return cursor.take(/[ \t]*\n/y) === undefined ? cursor.takeOne() : '';
    case '|':
      return { isPiped: true };
    case '&':
      // The quotes around data were lost.
      if (cursor.take(/(?=[\w.[\]-]{1,80}=)/y) !== undefined) return operator;
      return { isPiped: false };
    case '>':
      if (/[\w ]$/.test(before) && isPlaceholderEnd(cursor)) return operator;
      cursor.take(/>?(?:&\d)?[ \t]*[^\s|&]*/y);
      return '';
    default:
      return operator;
  }
}

/** Whether the `>` before the cursor closes a `<` of the same word. */
function isPlaceholderEnd({ text, at }: Cursor): boolean {
  return /<[^<>\n]{1,80}>$/.test(text.slice(Math.max(0, at - 90), at));
}

function readVariable(cursor: Cursor, { slots, variables }: Surroundings): string {
  const name = cursor.take(/%(?:env:)?([A-Za-z_][A-Za-z_]\w*)%/y)?.[1];
  if (name === undefined || /^[\dA-F]{2}$/i.test(name)) {
    if (name !== undefined) cursor.at -= name.length + 1;
    else cursor.at += 1;
    return '%';
  }
  return variables.read(name, slots);
}

/** Splits into words as the programs of Windows do. */
function splitWords(line: string, refuse: (at: number) => Error): string[] {
  const cursor = new Cursor(line, 0);
  const words: string[] = [];
  for (;;) {
    cursor.take(/\s+/y);
    if (cursor.isAtEnd) return words;
    words.push(takeWord(cursor, refuse));
  }
}

function takeWord(cursor: Cursor, refuse: (at: number) => Error): string {
  let word = '';
  let start: number | undefined;
  for (;;) {
    word += cursor.take(start === undefined ? /[^\s"\\']*/y : /[^"\\]*/y)?.[0] ?? '';
    const next = cursor.next;
    if (next === '') {
      if (start !== undefined) throw refuse(start);
      return word;
    }
    if (start === undefined && /\s/.test(next)) return word;
    if (cursor.take(/\\"/y) !== undefined || (start !== undefined && cursor.take(/""/y))) {
      word += '"';
    } else if (next === '"') {
      start = start === undefined ? cursor.at : undefined;
      cursor.at += 1;
    } else if (next === "'" && word === '' && start === undefined) {
      // Single quotes have no meaning in Windows. Authors who write them mean the quotes of other shells.
      word += cursor.take(/'([^']*)'/y)?.[1] ?? cursor.takeOne();
    } else {
      word += cursor.takeOne();
    }
  }
}
