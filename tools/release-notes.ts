/**
 * Prints what CHANGELOG.md says about a release. Fails if its tag is not the version of package.json, or if
 * CHANGELOG.md has no dated section for it.
 *
 * Usage: node tools/release-notes.ts vX.Y.Z
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * Gives the notes of the release with this tag.
 *
 * @param packageJson the text of package.json
 * @param changelog the text of CHANGELOG.md, in the form of Keep a Changelog
 * @throws Error if they are not about this release
 * @see https://keepachangelog.com/en/1.1.0/
 */
export function readNotes(tag: string, packageJson: string, changelog: string): string {
  const { version } = JSON.parse(packageJson) as { version: string };
  if (tag !== `v${version}`) throw new Error(`The tag is ${tag}; package.json says ${version}.`);
  const sections = changelog.replaceAll('\r\n', '\n').split(/^(?=## )/m);
  const section = sections.find((each) => each.startsWith(`## [${version}] - `));
  const [heading = '', ...lines] = section?.split('\n') ?? [];
  if (!/ - \d{4}-\d{2}-\d{2}$/.test(heading)) {
    throw new Error(`CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD".`);
  }
  // The addresses of the links are at the end of the page.
  const notes = lines.filter((line) => !/^\[[^\]]+\]: /.test(line)).join('\n');
  if (notes.trim() === '') throw new Error(`CHANGELOG.md says nothing of ${version}.`);
  return `${notes.trim()}\n`;
}

if (import.meta.main) {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  process.stdout.write(
    readNotes(process.argv[2] ?? '', read('package.json'), read('CHANGELOG.md')),
  );
}
