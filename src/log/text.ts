/** What can be put into a {@link Text}. A string counts as text from outside. */
export type Piece = string | number | Text | Excerpt;

/**
 * A text from outside of which only a part is shown. Secrets are hidden before the part is taken, because a mask does
 * not match a part of a secret.
 */
export interface Excerpt {
  readonly outside: string;
  /** Takes the part from the text in which secrets are already hidden. */
  readonly take: (redacted: string) => string;
}

/** A line for people that is not yet safe to print: words of the action, and between them text from outside. */
export interface Text {
  readonly words: readonly string[];
  readonly pieces: readonly Piece[];
}

/** Tags a template. The words of the template are the action's, the values may come from anywhere. */
export function text(words: TemplateStringsArray, ...pieces: readonly Piece[]): Text {
  return { words, pieces };
}

/** Joins texts. */
export function joinTexts(texts: readonly Text[], separator: ', ' | '; ' | ' ' | ' or '): Text {
  const between = texts.slice(1).map(() => separator);
  return { words: ['', ...between, ''], pieces: texts };
}

/** How many characters of a text from outside are shown. */
const shown = 300;

/**
 * Shows the value of an input as a whole or not at all, because the runner's mask does not match a part of a secret.
 */
export function showInput(value: string): Text {
  return value.length > shown ? text`(${value.length} characters)` : text`${value}`;
}

/** Shows the value of an input. */
export function got(value: string): Text {
  return value.length > shown ? text`got ${value.length} characters` : text`got "${value}"`;
}

/** What hides the secrets of a text. */
export type Redact = (text: string) => string;

/**
 * Makes a text from outside harmless within a line. The runner obeys `##[command]` anywhere in a line, so a text from a
 * server, a certificate or an input could set an output or switch masking off. Secrets are hidden first, because a mask
 * does not match a secret that was broken or cut.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function makeHarmless(outside: string, redact: Redact): string {
  const oneLine = breakCommands(redact(outside).replace(unprintable, ' '));
  const characters = Array.from(oneLine);
  return characters.length <= shown ? oneLine : `${characters.slice(0, shown).join('')}...`;
}

/** Control and format characters, lone surrogates, line and paragraph separators. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function breakCommands(line: string): string {
  return line.replace(/#(?=#\[)/g, '# ');
}

/**
 * Writes a text as one line that is safe to print. `::` begins a command only at the start of a line, after any white
 * space.
 */
export function renderText(line: Text, redact: Redact): string {
  // The whole line is checked again, because a secret or a command could begin in one piece and end in the next.
  return breakCommands(redact(renderPieces(line, redact))).replace(/^(\s*:)(?=:)/, '$1 ');
}

function renderPieces({ words, pieces }: Text, redact: Redact): string {
  return words.map((word, index) => word + renderPiece(pieces[index], redact)).join('');
}

function renderPiece(piece: Piece | undefined, redact: Redact): string {
  if (piece === undefined) return '';
  if (typeof piece === 'number') return String(piece);
  if (typeof piece === 'string') return makeHarmless(piece, redact);
  if ('outside' in piece) return makeHarmless(piece.take(redact(piece.outside)), redact);
  return renderPieces(piece, redact);
}

/**
 * Shows the first line of a text from outside that is not empty, without full stops at its end: some servers add a
 * trace id.
 */
export function sentence(outside: string): Excerpt {
  return { outside, take: takeSentence };
}

/** Takes the first line that is not empty, without full stops at its end. */
export function takeSentence(text: string): string {
  const [line = ''] = text.trim().split(/[\r\n]/, 1);
  let end = line.length;
  while (line[end - 1] === '.') end -= 1;
  return line.slice(0, end);
}
