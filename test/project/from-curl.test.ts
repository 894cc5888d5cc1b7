/** docs/from-curl.md shows what the converter gives, and the inputs that it writes are those of action.yml. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parse } from 'yaml';

import { convertCurl } from '../../from-curl/convert.ts';
import { stepInputs } from '../../from-curl/step/step.ts';
import { readText } from '../support/making/examples.ts';

test('the example of docs/from-curl.md is converted as it says', () => {
  const [, command = '', step] =
    /^```sh\n(curl [^]*?)^```[^]*?^```yaml\n([^]*?)^```/m.exec(readText('docs/from-curl.md')) ?? [];
  assert.equal(convertCurl(command).step, step);
});

test('each input that the converter writes is one of action.yml', () => {
  const { inputs } = parse(readText('action.yml')) as { inputs: Record<string, unknown> };
  assert.deepEqual(
    stepInputs.filter((name) => !(name in inputs)),
    [],
  );
});

test('no part of the converter is in dist/', () => {
  for (const entry of ['main', 'post', 'save']) {
    assert.doesNotMatch(readText(`dist/${entry}/index.js`), /convertCurl|locateCommand/);
  }
});
