/**
 * Fails if dist/, THIRD-PARTY-NOTICES.txt or docs/from-curl.html is not what a rebuild gives.
 *
 * Usage: node tools/check-dist.ts
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from './build.ts';
import { buildPage, pageFile } from './build-page.ts';
import { noticesFile } from './notices.ts';

const dist = join(import.meta.dirname, '..', 'dist');

/** The files below a folder, with their bytes. */
function readTree(folder: string): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [file.slice(folder.length), readFileSync(file)]));
}

/** The files in which two folders differ. */
function listDifferences(one: string, other: string): string[] {
  const [left, right] = [readTree(one), readTree(other)];
  const names = [...new Set([...left.keys(), ...right.keys()])].sort();
  return names.filter(
    (name) => left.get(name)?.equals(right.get(name) ?? Buffer.alloc(0)) !== true,
  );
}

const fresh = mkdtempSync(join(tmpdir(), 'oauth2-token-dist-'));
try {
  const notices = build(fresh);
  const differences = listDifferences(dist, fresh).map((file) => `dist${file}`);
  if (!existsSync(noticesFile) || readFileSync(noticesFile, 'utf8') !== notices) {
    differences.push('THIRD-PARTY-NOTICES.txt');
  }
  if (!existsSync(pageFile) || readFileSync(pageFile, 'utf8') !== buildPage()) {
    differences.push('docs/from-curl.html');
  }
  if (differences.length > 0) {
    console.error(
      `These are not what the source gives: ${differences.join(', ')}. npm run build writes them anew.`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
