/** A sentence of the log is pinned beside its wording and in one table at most, so that changing it is cheap. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { listSentences } from '../support/making/source-texts.ts';

const root = join(import.meta.dirname, '..', '..');

/** What several tests beside the wording share counts as one of them. */
const besideWording = join('test', 'support', 'tables', 'wording.ts');

test('no sentence of the log stands in two files of test/', () => {
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
      files: files.filter(({ text }) => text.includes(sentence)).map(({ file }) => file),
    }))
    .filter((each) => each.files.length > 1);
  assert.deepEqual(repeated, []);
});
