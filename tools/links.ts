/**
 * Fails if a link in a Markdown file is broken: the file or the heading does not exist, or the address is not valid. No
 * network is used, so it is not checked whether an address answers.
 *
 * Usage: node tools/links.ts
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Folders with files of others, or with generated files. */
const skipped = new Set(['.git', '.stryker-tmp', 'build', 'coverage', 'node_modules', 'reports']);

/** A link, and the line that it is in. */
interface Link {
  readonly target: string;
  readonly line: number;
}

/**
 * Lists the errors in the links of a project's Markdown files, as `file:line: error`.
 *
 * @param root the folder of the project
 */
export function listBrokenLinks(root: string): string[] {
  const paths = listPaths(root);
  const pages = new Map(
    [...paths]
      .filter((path) => path.endsWith('.md'))
      .map((path) => [path, readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n')]),
  );
  return [...pages].flatMap(([page, text]) =>
    listLinks(text).flatMap(({ target, line }) => {
      const complaint = complainOf(target, page, paths, pages);
      return complaint === undefined ? [] : [`${page}:${line}: ${target}: ${complaint}`];
    }),
  );
}

/** Every file and folder of the project, with slashes, relative to it. The project's own folder is an empty string. */
function listPaths(root: string, folder = ''): Set<string> {
  const paths = new Set([folder]);
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name);
    if (!entry.isDirectory()) paths.add(path);
    else if (!skipped.has(entry.name)) for (const each of listPaths(root, path)) paths.add(each);
  }
  return paths;
}

/** The links of a page: in the text, in a reference, in angle brackets, in HTML. */
function listLinks(page: string): Link[] {
  const text = blankCode(page);
  const definitions = [...text.matchAll(/^ {0,3}\[([^\]]+)\]:\s*<?(\S+?)>?(?:\s|$)/gm)];
  const names = new Set(definitions.map(([, name = '']) => name.toLowerCase()));
  const links = [
    ...text.matchAll(/\]\(\s*<?()([^\s)>]+)/g),
    ...text.matchAll(/<()((?:https?|mailto):[^\s>]+)>/g),
    ...text.matchAll(/<(a|img)\s[^>]*?(?:href|src)="([^"]*)"/g),
    ...definitions,
  ].map(({ index, 2: target = '' }) => ({ target, line: countLines(text, index) }));
  const dangling = [...text.matchAll(/\]\[([^\]]+)\]/g)]
    .filter(([, name = '']) => !names.has(name.toLowerCase()))
    .map(({ index, 0: target }) => ({ target, line: countLines(text, index) }));
  return [...links, ...dangling];
}

/** Blanks code, and keeps every line in its place. */
function blankCode(page: string): string {
  return page
    .replace(/^( *)(```+|~~~+)[^]*?^ *\2[`~]*$/gm, blank)
    .replace(/(?<!`)(`+)(?!`)([^]*?[^`])\1(?!`)/g, blank)
    .replace(/<!--[^]*?-->/g, blank);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function countLines(text: string, end: number): number {
  return text.slice(0, end).split('\n').length;
}

/** What is wrong with a link of a page; undefined if nothing is. */
function complainOf(
  target: string,
  page: string,
  paths: ReadonlySet<string>,
  pages: ReadonlyMap<string, string>,
): string | undefined {
  if (target.startsWith('][')) return 'nothing says where this leads';
  if (/^[a-z][a-z\d+.-]*:/i.test(target)) return complainOfAddress(target);
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : posix.join(posix.dirname(page), decodeURI(path));
  const found = file.replace(/^\.$|\/$/, '');
  if (!paths.has(found)) return 'no such file';
  const text = pages.get(found);
  if (anchor === undefined || text === undefined) return undefined;
  return listAnchors(text).has(anchor) ? undefined : 'no such heading';
}

function complainOfAddress(target: string): string | undefined {
  const url = URL.parse(target);
  if (url === null) return 'not an address';
  if (url.protocol === 'mailto:') return undefined;
  if (url.protocol !== 'https:') return 'not https';
  return url.hostname.includes('.') ? undefined : 'not a host';
}

/** The anchors of a page: GitHub makes one of every heading, HTML may have more. */
function listAnchors(page: string): Set<string> {
  const anchors = new Set<string>();
  // A heading can contain code, but a block of code has no headings.
  const text = page.replace(/^( *)(```+|~~~+)[^]*?^ *\2[`~]*$/gm, blank);
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = makeSlug(heading);
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  for (const [, id = ''] of text.matchAll(/<[^>]*\s(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** The anchor that GitHub makes of a heading. */
function makeSlug(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

if (import.meta.main) {
  const broken = listBrokenLinks(join(import.meta.dirname, '..'));
  for (const complaint of broken) console.error(complaint);
  if (broken.length > 0) process.exitCode = 1;
}
