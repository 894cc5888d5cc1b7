/** What CONTRIBUTING.md and the templates name is there. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { fileExists, readText } from '../support/making/examples.ts';

const { scripts } = JSON.parse(readText('package.json')) as {
  scripts: Readonly<Record<string, string>>;
};

for (const page of ['CONTRIBUTING.md', '.github/pull_request_template.md']) {
  const text = readText(page);

  describe(page, () => {
    test('names files and folders that are there', () => {
      const named = [
        ...text.matchAll(/(?<![\w./-])[\w.-]*\/[\w./-]*\w\/?|\b[\w-]+\.(?:md|yml|json)\b/g),
      ]
        .map(([path]) => path)
        .filter((path) =>
          /^(\.github|demo|dist|docs|examples|from-curl|src|test|tools)\/|^[\w-]+\.\w+$/.test(path),
        );
      assert.ok(named.length > 0);
      assert.deepEqual(
        named.filter((path) => !fileExists(path)),
        [],
      );
    });

    test('names commands that package.json has', () => {
      const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(
        ([, name = '']) => name,
      );
      assert.ok(named.length > 0);
      assert.deepEqual(
        named.filter((name) => scripts[name] === undefined),
        [],
      );
    });
  });
}
