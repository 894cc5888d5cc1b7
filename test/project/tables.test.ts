/** The tables of README.md come from action.yml: tools/tables.ts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parse } from 'yaml';

import { inputDefaults, inputNames } from '../../src/inputs/catalog.ts';
import { outputNames } from '../../src/action/outputs.ts';
import { renderReadme } from '../../tools/tables.ts';
import { readText } from '../support/making/examples.ts';

const frame = `# A title

<!-- inputs of action.yml -->

old

<!-- end of inputs -->

Between.

<!-- outputs of action.yml -->
<!-- end of outputs -->
`;

/** The README of an action with this input. */
function render(input: string): string {
  const outputs = 'outputs:\n  token:\n    description: The token.\n';
  return renderReadme(frame, `inputs:\n  # A group\n  one:\n${input}${outputs}`);
}

/** The cells of the row of `one`. */
function cellsOf(input: string): readonly string[] {
  const [row = ''] = /^\| <a id="input-one">.*$/m.exec(render(input)) ?? [];
  return row.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

describe('the tables', () => {
  test('have a heading for each group and an anchor for each input and output', () => {
    assert.equal(
      render('    description: Something.\n'),
      `# A title

<!-- inputs of action.yml -->

### A group

| input | meaning | values | default |
| --- | --- | --- | --- |
| <a id="input-one"></a>\`one\` | Something. |  |  |

<!-- end of inputs -->

Between.

<!-- outputs of action.yml -->

| output | meaning |
| --- | --- |
| <a id="output-token"></a>\`token\` | The token. |

<!-- end of outputs -->
`,
    );
  });

  test('have the values, and a default that depends on others, in their own columns', () => {
    const text = 'What it does. More of it. Values: `a`, `b` (e.g. this). Default: 300, or less.';
    assert.deepEqual(cellsOf(`    description: '${text}'\n`).slice(2, -1), [
      'What it does. More of it.',
      '`a`, `b` (e.g. this)',
      '300, or less',
    ]);
  });

  test('have the default that action.yml declares', () => {
    const text = 'What it does. Values: `a`, `b`.';
    assert.deepEqual(cellsOf(`    description: '${text}'\n    default: a\n`).slice(2, -1), [
      'What it does.',
      '`a`, `b`',
      '`a`',
    ]);
  });

  test('keep a | in one cell', () => {
    assert.deepEqual(cellsOf('    description: This | that.\n').at(2), 'This \\| that.');
  });

  test('have the names of inputs as code, together with the value', () => {
    const text =
      'With client-id or private-key-as: assertion, not `client-id`, self-hosted or scopes.';
    assert.equal(
      cellsOf(`    description: '${text}'\n`).at(2),
      'With `client-id` or `private-key-as: assertion`, not `client-id`, self-hosted or scopes.',
    );
  });

  test('refuse a default that is declared and described', () => {
    assert.throws(
      () => render("    description: 'This. Default: a.'\n    default: a\n"),
      /default of one twice/,
    );
  });

  test('refuse a README without their places', () => {
    assert.throws(() => renderReadme('# A title', 'inputs:\noutputs:\n'), /no inputs/);
    assert.throws(
      () => renderReadme('# A title', readText('action.yml')),
      /no block <!-- inputs of action.yml -->/,
    );
  });
});

describe('action.yml', () => {
  interface Entry {
    readonly description: string;
  }
  const action = parse(readText('action.yml')) as {
    readonly inputs: Readonly<Record<string, Entry>>;
    readonly outputs: Readonly<Record<string, Entry>>;
  };

  for (const [name, { description }] of Object.entries(action.inputs)) {
    test(`states the default of ${name} once, and never that there is none`, () => {
      assert.doesNotMatch(description, /by default|default is|no default|Default: none/i);
      if (name in inputDefaults) assert.doesNotMatch(description, /Default:/);
    });
  }

  test('has the six groups of inputs that the pages name', () => {
    const groups = [...readText('action.yml').matchAll(/^ {2}# (.+)$/gm)].map(([, name]) => name);
    assert.deepEqual(groups, [
      'Endpoint',
      'Client authentication',
      'Token request',
      'Timeouts and retries',
      'Caching',
      'Outputs and revocation',
    ]);
  });
});

describe('README.md', () => {
  const readme = readText('README.md');

  test('has the tables of action.yml', () => {
    assert.equal(renderReadme(readme, readText('action.yml')), readme);
  });

  test('has an anchor for every input and output', () => {
    const anchors = [...readme.matchAll(/<a id="((?:input|output)-[\w-]+)"><\/a>/g)].map(
      ([, anchor]) => anchor,
    );
    assert.deepEqual(anchors, [
      ...inputNames.map((name) => `input-${name}`),
      ...outputNames.map((name) => `output-${name}`),
    ]);
  });
});
