/** docs/using-the-token.md lists the names that env-var refuses, and no others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { guardedVariables } from '../../src/inputs/guarded-variables.ts';
import { readText } from '../support/making/examples.ts';

test('docs/using-the-token.md has the names that env-var refuses', () => {
  const [, section = ''] =
    /### Names that env-var refuses\n(.*?)(?:\n#|$)/s.exec(readText('docs/using-the-token.md')) ??
    [];
  const rows = [...section.matchAll(/^\| (.+?) \| (`.+`) \|$/gm)].map(
    ([, reader = '', names = '']) => [reader, names.replaceAll('`', '').split(', ')],
  );
  assert.deepEqual(Object.fromEntries(rows), guardedVariables);
});
