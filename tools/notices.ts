/**
 * Writes THIRD-PARTY-NOTICES.txt: the packages whose code is in dist/, each with its version and its licence. It reads
 * the packages from the bundler's report about its last bundles, because ncc's own list of licences leaves out the code
 * in chunks. So it is a part of tools/build.ts and not a command.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Where the notices are. */
export const noticesFile = join(root, 'THIRD-PARTY-NOTICES.txt');

/**
 * The parts of webpack's description of a module that are used. A module that was merged from others has modules
 * itself.
 */
interface Module {
  /** The path of its file; none for modules of the bundler or of Node. */
  readonly nameForCondition?: string | null;
  /** The bundles that it is in; none if all of it was left out. */
  readonly chunks?: readonly unknown[];
  readonly modules?: readonly Module[];
}

/** The parts of webpack's description of a bundle that are used. */
interface Stats {
  readonly modules?: readonly Module[];
  readonly children?: readonly Stats[];
}

/** A package, and the texts that its licence requires us to pass on. */
interface Notice {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The files that it is in, one after the other. */
  readonly text: string;
}

/**
 * Gives the text of THIRD-PARTY-NOTICES.txt.
 *
 * @param statsFiles what ncc wrote for `--stats-out`, a file for each bundle
 * @throws Error for a package without the text of its licence, unless the licence is MIT
 */
export function renderNotices(statsFiles: readonly string[]): string {
  const bundles = statsFiles.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Stats);
  const folders = new Set(bundles.flatMap(listModules).flatMap(findPackage));
  // The bundler adds a few lines that load the modules.
  folders.add(join(root, 'node_modules', '@vercel', 'ncc'));
  const notices = [...folders].map(readNotice).sort(compareNotices);
  return [introduction, ...notices.map(renderNotice)].join(`\n${'-'.repeat(80)}\n\n`);
}

const introduction = `The files in dist/ contain code of the following packages, each under its own licence.
tools/notices.ts writes this file.
`;

/** The paths of all modules that are in a bundle. */
function listModules({ modules = [], children = [] }: Stats): string[] {
  const included = modules.filter(({ chunks = [] }) => chunks.length > 0);
  return [...included.flatMap(listFiles), ...children.flatMap(listModules)];
}

function listFiles({ nameForCondition, modules = [] }: Module): string[] {
  const own = typeof nameForCondition === 'string' ? [nameForCondition] : [];
  return [...own, ...modules.flatMap(listFiles)];
}

/** The folder of the package that a file belongs to; none for our own files. */
function findPackage(file: string): string[] {
  const parts = file.split(/[\\/]/);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return [];
  const length = parts[at + 1]?.startsWith('@') ? 3 : 2;
  return [parts.slice(0, at + length).join(sep)];
}

/** The parts of a package.json that are used. */
interface Manifest extends Omit<Notice, 'text'> {
  readonly author?: string | { readonly name?: string };
}

function readNotice(folder: string): Notice {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const { name, version, license } = manifest;
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const text = files
    .sort()
    .map((file) => readText(join(folder, file)))
    .join('\n\n');
  return { name, version, license, text: text === '' ? writeLicense(manifest) : text };
}

function readText(file: string): string {
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim();
}

/** The licence text of a package that only names its licence. The text of MIT is the one of this project. */
function writeLicense({ name, version, license, author }: Manifest): string {
  const holder = (typeof author === 'string' ? author : author?.name) ?? `the authors of ${name}`;
  if (license !== 'MIT') throw new Error(`${name} ${version}: no text of its licence, ${license}`);
  return readText(join(root, 'LICENSE')).replace(/^Copyright .*$/m, `Copyright (c) ${holder}`);
}

/** By name, then by version, independent of the language of the machine. */
function compareNotices(one: Notice, other: Notice): number {
  const [left, right] = [one, other].map(({ name, version }) => `${name} ${version}`);
  return left === right ? 0 : (left ?? '') < (right ?? '') ? -1 : 1;
}

function renderNotice({ name, version, license, text }: Notice): string {
  return `${name} ${version}, ${license}\n\n${text}\n`;
}
