import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { listBrokenLinks } from '../../tools/links.ts';

/** The reported errors for a project with these files. */
function check(t: TestContext, files: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'oauth2-token-links-'));
  t.after(() => {
    rmSync(root, { recursive: true });
  });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return listBrokenLinks(root);
}

const page = `# A title

## What \`client-id\` is, and isn't
## Twice
## Twice
## [Linked](https://example.com/) heading
<a id="by-hand"></a>

\`\`\`md
## Not a heading
\`\`\`
`;

describe('a link is right', () => {
  for (const link of [
    '[a](docs/page.md)',
    '[a](<docs/page.md>)',
    '[a](docs/page.md "With a title")',
    '[a](docs)',
    '[a](docs/)',
    '[a](.)',
    '[a](docs/page.md#a-title)',
    '[a](docs/page.md#what-client-id-is-and-isnt)',
    '[a](docs/page.md#twice) [b](docs/page.md#twice-1)',
    '[a](docs/page.md#linked-heading)',
    '[a](docs/page.md#by-hand)',
    '[a](#here)',
    '[a](code.ts#L3)',
    '[a](https://example.com/a?b=c#d)',
    '[a](mailto:someone@example.com)',
    '<https://example.com/>',
    '[a][name]\n\n[Name]: docs/page.md',
    '[the ![image](docs/page.md)](docs/page.md)',
    '`[a](nowhere.md)`',
    '``[a](nowhere.md) ` ``',
    '```md\n[a](nowhere.md)\n```',
    '<!-- [a](nowhere.md) -->',
    '[ ] not done\n[x] done',
  ]) {
    test(link, (t) => {
      const files = { 'README.md': `# Here\n\n${link}\n`, 'docs/page.md': page, 'code.ts': '' };
      assert.deepEqual(check(t, files), []);
    });
  }

  test('upwards', (t) => {
    assert.deepEqual(check(t, { 'README.md': '# A', 'docs/page.md': '[a](../README.md#a)' }), []);
  });

  test('in a folder with files of others', (t) => {
    assert.deepEqual(check(t, { 'node_modules/a/README.md': '[a](nowhere.md)' }), []);
  });
});

describe('a link is wrong', () => {
  for (const [link, complaint] of [
    ['[a](nowhere.md)', 'nowhere.md: no such file'],
    ['[a](docs/Page.md)', 'docs/Page.md: no such file'],
    ['[a](../README.md)', '../README.md: no such file'],
    ['[a](docs/page.md#nothing)', 'docs/page.md#nothing: no such heading'],
    ['[a](docs/page.md#not-a-heading)', 'docs/page.md#not-a-heading: no such heading'],
    ['[a](docs/page.md#twice-2)', 'docs/page.md#twice-2: no such heading'],
    ['[a](#nothing)', '#nothing: no such heading'],
    ['![a](nowhere.png)', 'nowhere.png: no such file'],
    ['<img alt="" src="nowhere.png">', 'nowhere.png: no such file'],
    ['[a][name]', '][name]: nothing says where this leads'],
    ['[a]: nowhere.md', 'nowhere.md: no such file'],
    ['[a](http://example.com/)', 'http://example.com/: not https'],
    ['[a](https://)', 'https://: not an address'],
    ['[a](https://example/)', 'https://example/: not a host'],
  ] as const) {
    test(link, (t) => {
      const files = { 'README.md': `# Here\n\n${link}\n`, 'docs/page.md': page };
      assert.deepEqual(check(t, files), [`README.md:3: ${complaint}`]);
    });
  }

  test('after a block of code, with its own line number', (t) => {
    const text = '```sh\n# no heading\n```\n\n`a`\n[a](nowhere.md)\n';
    assert.deepEqual(check(t, { 'a.md': text.replaceAll('\n', '\r\n') }), [
      'a.md:6: nowhere.md: no such file',
    ]);
  });
});
