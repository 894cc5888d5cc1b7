/**
 * The texts for people keep to plain English. `flagWords` of the spelling check has the words that are never right; here are
 * phrases, and words that are right elsewhere, in code for example.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { listFiles, readText } from '../support/making/examples.ts';
import { listSourceTexts } from '../support/making/source-texts.ts';

/** What no text for people has, and what it says instead. */
const phrases: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/, for (?:it|he|she|they|there|nobody|nothing)\b/i, 'because, or a new sentence'],
  [/\bseal(?:s|ed|ing)?\b|\blies encrypted\b/i, 'encrypted'],
  [/\bways? in\b(?! which)/i, 'authentication method'],
  [/\ba line each\b/i, 'one per line'],
  [/\b(?:is|are|was|were) to be\b/i, 'must, will'],
  [/\bbe it that\b/i, 'if, unless'],
  [/\bthe claim `/i, 'the `...` claim'],
  [/\bused up by\b/i, 'works only once'],
  [/\bdoes with\b/i, 'works with, is enough with'],
  [/\b(?:is|are|was|were|be|been) asked\b|\basks? (?:the|a) (?:server|endpoint)\b/i, 'requested'],
  [/\bmembers? of (?:the|an?) (?:answer|response|key|JWK)\b/i, 'field'],
];

/** What people read of a page: no code, but the log. */
function readProse(file: string): string {
  return readText(file)
    .replace(/^( *)```(?!text)\w+\n[^]*?^\1```$/gm, '')
    .replace(/`[^`\n]+`/g, '``');
}

/** The comments of an example. */
function readComments(file: string): string {
  return [...readText(file).matchAll(/(?<=^|\s)#\s(.*)$/gm)]
    .map(([, comment = '']) => comment)
    .join('\n');
}

const pages = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'action.yml'],
  ...listFiles('docs', /\.md$/),
].map((file) => ({ file, text: readProse(file) }));
const examples = listFiles('examples', /\.yml$/).map((file) => ({
  file,
  text: readComments(file),
}));
const logs = listSourceTexts().map(({ file, words }) => ({ file, text: words }));

for (const [phrase, instead] of phrases) {
  test(`no text for people has ${phrase.source}, which means: ${instead}`, () => {
    const found = [...pages, ...examples, ...logs].flatMap(({ file, text }) =>
      [
        ...text
          .replaceAll(/\s+/g, ' ')
          .matchAll(new RegExp(`.{0,30}${phrase.source}.{0,30}`, 'gi')),
      ].map(([where]) => `${file}: ${where}`),
    );
    assert.deepEqual(found, []);
  });
}
