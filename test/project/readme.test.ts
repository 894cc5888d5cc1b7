/** README.md says what the action prints, in lines that no page cuts off. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readText } from '../support/making/examples.ts';
import { printSamples, widestLine } from '../support/making/readme-logs.ts';

const readme = readText('README.md');

/** The blocks of code, with the language of each. */
const blocks = [...readme.matchAll(/^```(\w*)\n(.*?)\n```$/gms)].map(
  ([, language = '', text = '']) => ({ language, text }),
);

/** What a reader sees without scrolling far. */
const [beginning = ''] = readme.split('\n## ');

describe('README.md', () => {
  test('shows logs as the action prints them', async () => {
    const shown = blocks.filter(({ language }) => language === 'text').map(({ text }) => text);
    assert.deepEqual(shown, await printSamples());
  });

  test('has no line of code that a narrow page cuts off', () => {
    assert.ok(blocks.length > 10);
    assert.deepEqual(
      blocks.flatMap(({ text }) => text.split('\n')).filter((line) => line.length > widestLine),
      [],
    );
  });

  for (const words of [
    'OIDC',
    'client credentials',
    'workload identity federation',
    'machine-to-machine (M2M)',
    'service account',
    'self-hosted',
    'docs/from-curl.html',
    '# audience:',
    '# client-auth-method:',
  ]) {
    test(`has ${words} before its first heading`, () => {
      assert.ok(beginning.replace(/\s+/g, ' ').includes(words));
    });
  }

  test('says everything except the reference in 1,600 words', () => {
    const [text = ''] = readme.split('\n## Inputs\n');
    const prose = text.replace(/^```.*?^```$/gms, '').replaceAll(/\]\([^)]*\)/g, ']');
    assert.ok(prose.split(/\s+/).length <= 1600, `${prose.split(/\s+/).length} words`);
  });

  test('has a contents list of every section', () => {
    const headings = [...readme.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    const [, contents = ''] = /^## Contents\n(.*?)^## /ms.exec(readme) ?? [];
    const listed = [...contents.matchAll(/^- \[(.+?)\]/gm)].map(([, heading = '']) => heading);
    assert.deepEqual(listed, headings.slice(1));
  });
});
