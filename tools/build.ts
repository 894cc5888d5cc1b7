/**
 * Builds dist/ from src/: `tsc` strips the types, ncc bundles what it emits, each entry into a folder of its own. Writes
 * THIRD-PARTY-NOTICES.txt as well.
 *
 * Usage: node tools/build.ts [FOLDER]   (default: dist)
 */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { noticesFile, renderNotices } from './notices.ts';

const root = join(import.meta.dirname, '..');

/** The files of src/ that a process starts with. */
const entries = ['main', 'post', 'save'];

/**
 * Builds into a folder, which is emptied first: ncc leaves old files. Gives the notices of what is in there.
 *
 * @throws when tsc or ncc fails; its output has been shown
 */
export function build(folder: string): string {
  const emitted = join(root, 'build');
  rmSync(emitted, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  runTool('typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
  // ncc takes the kind of module from the nearest package.json. Without a kind it bundles into CommonJS, for Node needs
  // milliseconds more to start an ES module, and also the names of every export of each of its own that one imports.
  writeFileSync(join(emitted, 'package.json'), '{}\n');
  for (const entry of entries) {
    const bundle = join(folder, entry);
    runTool('@vercel/ncc/dist/ncc/cli.js', [
      'build',
      join(emitted, `${entry}.js`),
      '--out',
      bundle,
      '--quiet',
      '--stats-out',
      nameStats(entry),
    ]);
    writeFileSync(join(bundle, 'package.json'), '{ "type": "commonjs" }\n');
  }
  return renderNotices(entries.map(nameStats));
}

/** The file in which ncc says what it put into a bundle. */
function nameStats(entry: string): string {
  return join(root, 'build', `${entry}.stats.json`);
}

function runTool(script: string, args: string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

if (import.meta.main) {
  writeFileSync(noticesFile, build(resolve(process.argv[2] ?? join(root, 'dist'))));
}
