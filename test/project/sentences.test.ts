/** A sentence of the log is tested next to its wording and in at most one table, so that changing it is easy. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { listSentences } from '../support/making/source-texts.ts';

const root = join(import.meta.dirname, '..', '..');

/** A file that several tests next to the wording share counts as one of them. */
const besideWording = join('test', 'support', 'tables', 'wording.ts');

/** The tables of whole runs count as one table, divided by subject. */
const tables = join('test', 'support', 'tables');

test('no sentence of the log is in two files of test/', () => {
  const files = globSync('test/**/*.ts', { cwd: root })
    .filter((file) => file !== besideWording)
    .map((file) => ({
      file,
      text: readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'"),
    }));
  const sentences = listSentences();
  assert.ok(sentences.length > 100);
  const repeated = sentences
    .map((sentence) => ({
      sentence,
      files: listPlaces(files.filter(({ text }) => text.includes(sentence))),
    }))
    .filter((each) => each.files.length > 1);
  assert.deepEqual(repeated, []);
});

function listPlaces(files: readonly { readonly file: string }[]): string[] {
  return [...new Set(files.map(({ file }) => (file.startsWith(tables) ? tables : file)))];
}
