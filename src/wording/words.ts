import type { AnswerShape } from '../oauth2/answer/answer-shape.ts';
import { type AnswerWords, readWords, takeWords } from '../oauth2/answer/words.ts';
import { type Excerpt, text, type Text } from '../log/text.ts';
import { nameContent, nameStatus } from './names.ts';

/** Status and code of a failed answer, and its own words: `401 invalid_client, "Client authentication failed"`. */
export function quoteAnswer(answer: AnswerShape): Text {
  return text`${nameCode(answer)}${quoteWords(answer)}`;
}

/** `401 invalid_client`; where the answer names no error, `401 Unauthorized`. */
export function nameCode({ status, code }: AnswerShape): Text {
  return code === undefined ? text`${nameStatus(status)}` : text`${status} ${code}`;
}

/** The words of an answer, to be put after what it was: `, "Client authentication failed"`; nothing where it has none of its own. */
export function quoteWords(answer: AnswerShape): Text {
  const { words } = answer;
  return words === undefined || readWords(words) === '' || repeatsStatus(answer, words)
    ? text``
    : text`, "${excerptOf(words)}"`;
}

function excerptOf({ outside, form }: AnswerWords): Excerpt {
  return { outside, take: (redacted) => takeWords(form, redacted) };
}

/** Whether the words are those of the status or the code, which are said already. */
function repeatsStatus({ status, code }: AnswerShape, words: AnswerWords): boolean {
  const said = squeeze(readWords(words));
  const [, phrase = ''] = nameStatus(status).split(/ (.*)/, 2);
  const name = code ?? phrase;
  return [name, `${status}${name}`].some((one) => squeeze(one) === said);
}

function squeeze(words: string): string {
  return words.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** The longest excerpt in the group, characters of the first line and of each that goes on from it. */
const lineLength = 300;

/** The most lines of one value. */
const mostLines = 4;

/** The shape of a failed answer, and what it says: status, content, the error, and the names of the other fields. */
export function describeShape(answer: AnswerShape, after: Text): Text[] {
  return [
    text`${nameStatus(answer.status)}, ${nameContent(answer)}${nameLength(answer)}, ${after}`,
    ...describeWords(answer),
  ];
}

/** How long the body is; where it has no type, that is what it is called by. */
export function nameLength({ length, contentType = '' }: AnswerShape): string {
  return length === 0 || contentType.trim() === '' ? '' : `, ${length} bytes`;
}

/** What a failed answer says, and the names of its other fields. */
export function describeWords({ code, words, fields = [] }: AnswerShape): Text[] {
  const isShown = (name: string): boolean =>
    name === 'error' || name === 'error_uri' || `${words?.place ?? ''}.`.startsWith(`${name}.`);
  const others = fields.filter((name) => !isShown(name));
  const label = code === undefined && words === undefined ? 'fields' : 'other fields';
  return [
    ...(code === undefined ? [] : [text`error: ${code}`]),
    ...(words === undefined ? [] : writeLines(words)),
    ...(others.length === 0 ? [] : [text`${label}: ${others.join(', ')}`]),
  ];
}

/** The whole value, on several lines if it is long; of a body that is no JSON only the line that says what went wrong. */
function writeLines(words: AnswerWords): Text[] {
  const { place, outside, form } = words;
  if (form !== 'value') return [text`${place}: ${excerptOf(words)}`];
  const count = Math.min(mostLines, Math.ceil(Array.from(outside).length / lineLength));
  return Array.from({ length: Math.max(count, 1) }, (_, index) => {
    const take = (redacted: string): string => cut(redacted, index, index === count - 1);
    const name = index === 0 ? text`${place}: ` : text`... `;
    return text`${name}${{ outside, take }}`;
  });
}

/** A line of a long value; what follows the last one is left out. */
function cut(value: string, index: number, isLast: boolean): string {
  const characters = Array.from(value.replace(/[\r\n]/g, ' '));
  const start = index * lineLength;
  return characters.slice(start, isLast ? undefined : start + lineLength).join('');
}
