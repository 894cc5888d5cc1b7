/** docs/troubleshooting.md quotes exactly what the action prints, and has a place for each failure. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { inputNames } from '../../src/inputs/catalog.ts';
import { outputNames } from '../../src/action/outputs.ts';
import { failures } from '../support/tables/failures/failure-table.ts';
import { logTexts } from '../support/tables/log-table.ts';
import { listSourceTexts, listTitles } from '../support/making/source-texts.ts';

const page = readFileSync(
  join(import.meta.dirname, '..', '..', 'docs', 'troubleshooting.md'),
  'utf8',
);

/** A line of a block of text, and the title of the annotation whose section it is in. */
interface Quote {
  readonly line: string;
  readonly section: string | undefined;
}

function listQuotes(): Quote[] {
  const quotes: Quote[] = [];
  let section: string | undefined;
  let fence: string | undefined;
  for (const line of page.split('\n')) {
    if (fence === undefined) {
      if (line.startsWith('#')) section = /^### oauth2-token: (.*)/.exec(line)?.[1];
      fence = /^( *)```text$/.exec(line)?.[1];
    } else if (line === `${fence}\`\`\``) {
      fence = undefined;
    } else {
      quotes.push({ line: line.slice(fence.length), section });
    }
  }
  return quotes;
}

/** A line of the log as the page quotes it. */
function quote(line: string): string {
  return line.replace(/^(Error|Warning|Notice): /, '');
}

const quotes = listQuotes();
const printed = new Set([...failures, ...logTexts].flatMap(({ log }) => log.map(quote)));

describe('docs/troubleshooting.md', () => {
  test('quotes only what the tests of failures and of the log have seen printed', () => {
    assert.ok(quotes.length > 60);
    assert.deepEqual(
      quotes.filter(({ line }) => !printed.has(line)),
      [],
    );
  });

  test('has a section for the title of every annotation, with a quotation in it', () => {
    const sections = [...page.matchAll(/^### oauth2-token: (.*)$/gm)].map(
      ([, title = '']) => title,
    );
    assert.deepEqual(sections.toSorted(), listTitles());
    for (const title of sections) {
      assert.ok(
        quotes.some(({ section }) => section === title),
        title,
      );
    }
  });

  test('quotes each failure under its own title', () => {
    const titles = new Map(failures.map(({ log, title }) => [quote(log.at(-1) ?? ''), title]));
    const misplaced = quotes.filter(({ line, section }) => {
      const title = titles.get(line);
      // Errors of inputs are listed by subject.
      return title !== undefined && title !== 'inputs' && title !== section;
    });
    assert.deepEqual(misplaced, []);
  });
});

describe('every text for people', () => {
  const texts = listSourceTexts();
  const known: ReadonlySet<string> = new Set<string>([...inputNames, ...outputNames]);

  /** Words with a hyphen that are not inputs. */
  const others: readonly string[] = ['jwt-bearer', 'token-exchange', 'ssh-keygen', 'self-hosted'];

  test('names only inputs and outputs that exist', () => {
    assert.ok(texts.length > 150);
    const unknown = texts.flatMap(({ file, words }) =>
      [...words.matchAll(/(?<![\w/.-])[a-z]+(?:-[a-z]+)+(?![\w/]|\.\w)/g)]
        .map(([word]) => word)
        .filter((word) => !known.has(word) && !others.includes(word))
        .map((word) => `${file}: ${word}`),
    );
    assert.deepEqual(unknown, []);
  });

  test('keeps the tone of the log', () => {
    const out = texts.filter(({ words }) =>
      /!(?!=)|please|\p{Extended_Pictographic}/iu.test(words),
    );
    assert.deepEqual(out, []);
  });
});
