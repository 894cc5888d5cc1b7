/** GitHub's `sub` has ids in repositories created or renamed since 15 July 2026; pages that show it say so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { listFiles, readText } from '../support/making/examples.ts';

test('a page that shows a sub also shows the form with ids, and how to find the ids', () => {
  const pages = ['README.md', ...listFiles('docs', /\.md$/)]
    .map((file) => ({ file, text: readText(file) }))
    .filter(({ text }) => /repo:\w+\/\w+:/.test(text));
  assert.ok(pages.length > 5);
  const silent = pages.filter(
    ({ text }) =>
      !/repo:\w+@[\w-]+\/\w+@[\w-]+:/.test(text) ||
      !text.includes(`gh api repos/OWNER/REPO --jq '.owner.id, .id'`),
  );
  assert.deepEqual(
    silent.map(({ file }) => file),
    [],
  );
});
