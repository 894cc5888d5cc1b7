import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { renderNotices } from '../../tools/notices.ts';

/** A folder with packages in it. */
interface Packages {
  /** Makes a package and gives the path of a file of it. */
  readonly add: (
    path: string,
    manifest: object,
    files?: Readonly<Record<string, string>>,
  ) => string;
  /** The notices for these modules of a bundle. */
  readonly render: (...stats: readonly object[]) => string;
  /** The first lines of the notices, except the bundler's. */
  readonly list: (...stats: readonly object[]) => string[];
}

function createPackages(t: TestContext): Packages {
  const root = mkdtempSync(join(tmpdir(), 'oauth2-token-notices-'));
  t.after(() => {
    rmSync(root, { recursive: true });
  });
  const render: Packages['render'] = (...stats) =>
    renderNotices(
      stats.map((each, index) => {
        const file = join(root, `${index}.json`);
        writeFileSync(file, JSON.stringify(each));
        return file;
      }),
    );
  return {
    add: (path, manifest, files = { LICENSE: `licence of ${path}` }) => {
      const folder = join(root, 'node_modules', path);
      mkdirSync(join(folder, 'lib'), { recursive: true });
      writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      return join(folder, 'lib', 'index.js');
    },
    render,
    list: (...stats) =>
      [...render(...stats).matchAll(/^-{80}\n\n(.*)$/gm)]
        .map(([, heading = '']) => heading)
        .filter((heading) => !heading.startsWith('@vercel/ncc ')),
  };
}

const chunks = [0];

test('every package of every bundle is there, once, in order, without our own code', (t) => {
  const packages = createPackages(t);
  const b = packages.add('b', { name: 'b', version: '1.0.0', license: 'MIT' });
  const a = packages.add('@scope/a', { name: '@scope/a', version: '2.0.0', license: 'ISC' });
  assert.deepEqual(
    packages.list(
      {
        modules: [
          { nameForCondition: b, chunks },
          { nameForCondition: '/our/own.js', chunks },
        ],
      },
      { modules: [{ nameForCondition: b, chunks }, { nameForCondition: a, chunks }, { chunks }] },
    ),
    ['@scope/a 2.0.0, ISC', 'b 1.0.0, MIT'],
  );
});

test('modules that were merged, or moved into another part, are there too', (t) => {
  const packages = createPackages(t);
  const inner = packages.add('inner', { name: 'inner', version: '1.0.0', license: 'MIT' });
  const child = packages.add('child', { name: 'child', version: '1.0.0', license: 'MIT' });
  assert.deepEqual(
    packages.list({
      modules: [
        { nameForCondition: '/our/own.js', chunks, modules: [{ nameForCondition: inner }] },
      ],
      children: [{ modules: [{ nameForCondition: child, chunks }] }],
    }),
    ['child 1.0.0, MIT', 'inner 1.0.0, MIT'],
  );
});

test('modules that the bundler left out are not there', (t) => {
  const packages = createPackages(t);
  const unused = packages.add('unused', { name: 'unused', version: '1.0.0', license: 'MIT' });
  assert.deepEqual(packages.list({ modules: [{ nameForCondition: unused, chunks: [] }] }), []);
});

test('two versions of a package are two packages', (t) => {
  const packages = createPackages(t);
  const modules = ['a', 'b/node_modules/a'].map((path, index) => ({
    nameForCondition: packages.add(path, { name: 'a', version: `${index}.0.0`, license: 'MIT' }),
    chunks,
  }));
  assert.deepEqual(packages.list({ modules }), ['a 0.0.0, MIT', 'a 1.0.0, MIT']);
});

test('the texts of a package are complete, with one kind of line ending', (t) => {
  const packages = createPackages(t);
  const files = { 'LICENSE.md': 'first\r\nsecond\r\n', 'NOTICE.txt': 'third', 'README.md': 'no' };
  const file = packages.add('a', { name: 'a', version: '1.0.0', license: 'Apache-2.0' }, files);
  const text = packages.render({ modules: [{ nameForCondition: file, chunks }] });
  assert.ok(text.includes('a 1.0.0, Apache-2.0\n\nfirst\nsecond\n\nthird\n'), text);
});

test('a package without the text of its license gets the text of MIT, and of no other license', (t) => {
  const packages = createPackages(t);
  const manifest = { name: 'a', version: '1.0.0', license: 'MIT', author: { name: 'An Author' } };
  const modules = [{ nameForCondition: packages.add('a', manifest, {}), chunks }];
  assert.match(
    packages.render({ modules }),
    /a 1\.0\.0, MIT\n\nMIT License\n\nCopyright \(c\) An Author\n\nPermission is hereby granted/,
  );
  packages.add('a', { ...manifest, license: 'ISC' }, {});
  assert.throws(() => packages.render({ modules }), /a 1\.0\.0: no text of its licence, ISC/);
});
