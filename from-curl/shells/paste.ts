import { Refusal } from '../refusal.ts';

/** The longest text that is read, in characters. */
export const longestPaste = 65_536;

/**
 * Cleans what was pasted: line ends, invisible characters, the fences of Markdown, the quotes that a word processor
 * made. Every character keeps its line.
 *
 * @throws {Refusal} if it is empty, too long or has control characters
 */
export function cleanPaste(pasted: string): string {
  if (pasted.length > longestPaste) throw new Refusal({ code: 'too-long', limit: longestPaste });
  const text = pasted
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Cs}/gu, '\ufffd')
    // The marks of this program, and the glyphs of some prompts.
    .replace(/[\p{Zs}\ue000-\uf8ff]/gu, ' ');
  // eslint-disable-next-line no-control-regex -- a control character is what is looked for
  const control = text.search(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
  if (control >= 0) throw new Refusal({ code: 'control-character', line: lineAt(text, control) });
  if (text.trim() === '') throw new Refusal({ code: 'nothing-given' });
  return straightenQuotes(text.replace(/^[ \t]*(?:```|~~~)[^\n]*$/gm, ''));
}

/** The line of a position, from 1. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) {
    line += 1;
  }
  return line;
}

/** Only if they replace straight quotes, which means that one of them is at the start of a word. */
function straightenQuotes(text: string): string {
  if (!/(?:^|[\s=(])[\u2018\u201a\u201c\u201e]/.test(text)) return text;
  return text.replace(/[\u2018\u2019\u201a\u201b]/g, "'").replace(/[\u201c-\u201f]/g, '"');
}
