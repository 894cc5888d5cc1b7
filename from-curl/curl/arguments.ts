import { Refusal } from '../refusal.ts';
import {
  type DroppedOption,
  findLongOption,
  findShortOption,
  isDropped,
  type Option,
  type ReadOption,
} from './options.ts';

/** The options of a curl command that count, in their order, and its URLs. */
export interface CurlArguments {
  readonly given: readonly { readonly name: ReadOption; readonly value: string }[];
  readonly urls: readonly string[];
  /** Left out of the step, each once. */
  readonly dropped: readonly DroppedOption[];
}

/**
 * Sorts the words of a curl command into options and URLs.
 *
 * @param words without `curl` itself
 * @throws {Refusal} if a word is not an option of curl, or is an option that the action does not support
 */
export function readArguments(words: readonly string[]): CurlArguments {
  if (words.some((word) => /^-(Uri|Method|Headers|Body|ContentType|OutFile)$/i.test(word))) {
    throw new Refusal({ code: 'invoke-web-request' });
  }
  const reader = new ArgumentReader(words);
  reader.read();
  return {
    given: reader.given,
    urls: reader.urls,
    dropped: [...new Set(reader.dropped)],
  };
}

class ArgumentReader {
  readonly given: { name: ReadOption; value: string }[] = [];
  readonly urls: string[] = [];
  readonly dropped: DroppedOption[] = [];
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  read(): void {
    let hasOptions = true;
    while (this.#at < this.#words.length) {
      const word = straightenDashes(this.#words[this.#at] ?? '');
      this.#at += 1;
      if (hasOptions && word === '--') hasOptions = false;
      else if (hasOptions && word.startsWith('--')) this.#readLong(word.slice(2));
      else if (hasOptions && /^-./.test(word)) this.#readShort(word.slice(1));
      else if (word !== '') this.#readUrl(word);
    }
  }

  #readUrl(word: string): void {
    if (this.urls.length > 0) throw new Refusal({ code: 'stray-word', word: this.#at });
    this.urls.push(word);
  }

  #readLong(word: string): void {
    // curl itself does not accept `--data=...`, but people write it.
    const [, name = '', value] = /^([^=]*)(?:=([^]*))?$/.exec(word) ?? [];
    const option = findLongOption(name);
    if (option === undefined) throw new Refusal({ code: 'unknown-option', word: this.#at });
    this.#take(option, option.takesValue ? (value ?? this.#takeValue(option)) : '');
  }

  /** Letters may be written together. The first that takes a value has the rest of the word. */
  #readShort(letters: string): void {
    for (let at = 0; at < letters.length; at += 1) {
      const option = findShortOption(letters[at] ?? '');
      if (option === undefined) throw new Refusal({ code: 'unknown-option', word: this.#at });
      if (!option.takesValue) {
        this.#take(option, '');
        continue;
      }
      const rest = letters.slice(at + 1);
      this.#take(option, rest === '' ? this.#takeValue(option) : rest);
      return;
    }
  }

  #takeValue({ name }: Option): string {
    const value = this.#words[this.#at];
    if (value === undefined) throw new Refusal({ code: 'missing-value', option: name });
    this.#at += 1;
    return value;
  }

  #take(option: Option, value: string): void {
    const { name, treatment } = option;
    if (treatment === 'refused') throw new Refusal({ code: 'unsupported-option', option: name });
    if (isDropped(name) && treatment === 'dropped') this.dropped.push(name);
    else if (isRead(option)) this.addGiven(option.name, value);
  }

  addGiven(name: ReadOption, value: string): void {
    if (name === 'url') this.#readUrl(value);
    else this.given.push({ name, value });
  }
}

function isRead(option: Option): option is Option & { readonly name: ReadOption } {
  return option.treatment === 'read';
}

/** A word processor turns two short dashes into one long dash. */
function straightenDashes(word: string): string {
  const found = /^[-\u2010-\u2015\u2212]+/.exec(word)?.[0] ?? '';
  if (/^-*$/.test(found)) return word;
  const rest = word.slice(found.length);
  return `${/^[A-Za-z](?:$|[^A-Za-z-])/.test(rest) ? '-' : '--'}${rest}`;
}
