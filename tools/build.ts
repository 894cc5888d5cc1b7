/**
 * Builds dist/ from src/. `tsc` strips the types, and ncc bundles its output, each entry into its own folder. Also
 * writes THIRD-PARTY-NOTICES.txt and, without a folder, docs/from-curl.html.
 *
 * Usage: node tools/build.ts [FOLDER]   (default: dist)
 */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { buildPage, pageFile } from './build-page.ts';
import { noticesFile, renderNotices } from './notices.ts';

const root = join(import.meta.dirname, '..');

/** The output of tsc and input of ncc. */
const emitted = join(root, 'build', 'compiled');

/** The files of src/ that a process starts with. */
const entries = ['main', 'post', 'save'];

/**
 * Builds into a folder. It is emptied first, because ncc leaves old files. Gives the notices for its contents.
 *
 * @throws if tsc or ncc fails; its output was shown
 */
export function build(folder: string): string {
  rmSync(emitted, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  runTool('typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
  for (const entry of entries) {
    const bundle = join(folder, entry);
    // ncc reads the module type from the nearest package.json. Without a type it bundles into CommonJS.
    writeFileSync(join(emitted, 'package.json'), isModule(entry) ? moduleKind : '{}\n');
    runTool('@vercel/ncc/dist/ncc/cli.js', [
      'build',
      join(emitted, `${entry}.js`),
      '--out',
      bundle,
      '--quiet',
      '--stats-out',
      nameStats(entry),
    ]);
    writeFileSync(
      join(bundle, 'package.json'),
      isModule(entry) ? moduleKind : '{ "type": "commonjs" }\n',
    );
  }
  return renderNotices(entries.map(nameStats));
}

const moduleKind = '{ "type": "module" }\n';

/**
 * Node starts CommonJS about 30 ms faster than an ES module. For an ES module that imports node:http it lists every
 * export, and that loads its fetch. The child that saves starts at the same time as the request, and @actions/cache
 * works only in an ES module.
 */
function isModule(entry: string): boolean {
  return entry === 'save';
}

/** The file in which ncc lists the modules of a bundle. */
function nameStats(entry: string): string {
  return join(emitted, `${entry}.stats.json`);
}

function runTool(script: string, args: string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

if (import.meta.main) {
  const folder = process.argv[2];
  writeFileSync(noticesFile, build(resolve(folder ?? join(root, 'dist'))));
  if (folder === undefined) writeFileSync(pageFile, buildPage());
}
