/**
 * Writes the tables of inputs and outputs in README.md from action.yml, so that the two cannot differ.
 *
 * The comment before an input starts its group. A description may end with `Values: ...` and then `Default: ...` (for a
 * default that depends on other inputs); these parts get their own columns.
 *
 * Usage: node tools/tables.ts            writes them
 *        node tools/tables.ts --check    fails if README.md has others
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

import { inputNames } from '../src/inputs/catalog.ts';

const root = join(import.meta.dirname, '..');
const readmeFile = join(root, 'README.md');

/** The inputs whose names are not ordinary words. */
const names: ReadonlySet<string> = new Set<string>(inputNames.filter((name) => name.includes('-')));

/** One input or output of action.yml. */
interface Entry {
  /** The comment that starts its group; undefined if it belongs to the group before. */
  readonly group: string | undefined;
  readonly name: string;
  readonly description: string;
  readonly default: string | undefined;
}

/** The columns of an input's row. */
interface Columns {
  readonly meaning: string;
  readonly values: string;
  readonly default: string;
}

/**
 * Gives the text that README.md should have.
 *
 * @param readme its current text; the tables in it are replaced
 * @param actionYml the text of action.yml
 * @throws Error if a block or a section is missing, or if an input states its default twice
 */
export function renderReadme(readme: string, actionYml: string): string {
  const action = parseDocument(actionYml).contents;
  const inputs = renderInputs(readEntries(action, 'inputs'));
  const outputs = renderOutputs(readEntries(action, 'outputs'));
  return replaceBlock(replaceBlock(readme, 'inputs', inputs), 'outputs', outputs);
}

function readEntries(action: unknown, section: 'inputs' | 'outputs'): Entry[] {
  const map = isMap(action) ? action.get(section) : undefined;
  if (!isMap(map)) throw new Error(`action.yml has no ${section}`);
  return map.items.map(({ key, value }, index) => {
    if (!isScalar(key) || !isMap(value)) throw new Error(`${section}: not a mapping`);
    const comment = index === 0 ? map.commentBefore : key.commentBefore;
    return {
      group: comment?.trim(),
      name: String(key.value),
      description: readText(value, 'description') ?? '',
      default: readText(value, 'default'),
    };
  });
}

function readText(map: YAMLMap, name: string): string | undefined {
  const value = map.get(name);
  return typeof value === 'string' ? value : undefined;
}

function renderInputs(entries: readonly Entry[]): string {
  return entries
    .map((entry) => {
      const heading = entry.group === undefined ? '' : renderHeading(entry.group);
      const columns = splitDescription(entry);
      const cells = [columns.meaning, columns.values, columns.default].map(renderCell);
      return `${heading}| ${renderName('input', entry.name)} | ${cells.join(' | ')} |\n`;
    })
    .join('')
    .trim();
}

function renderHeading(group: string): string {
  return `\n### ${group}\n\n| input | meaning | values | default |\n| --- | --- | --- | --- |\n`;
}

/** The name, and an anchor that leads to its row. */
function renderName(kind: 'input' | 'output', name: string): string {
  return `<a id="${kind}-${name}"></a>\`${name}\``;
}

/** Splits a description into the columns of its row. */
function splitDescription(entry: Entry): Columns {
  const [, meaning = '', values, depending] =
    /^(.*?)(?: Values: (.*?)\.)?(?: Default: (.*)\.)?$/s.exec(entry.description.trim()) ?? [];
  if (entry.default !== undefined && depending !== undefined) {
    throw new Error(`action.yml states the default of ${entry.name} twice`);
  }
  const written = entry.default === undefined ? '' : `\`${entry.default}\``;
  return { meaning, values: values ?? '', default: depending ?? written };
}

function renderOutputs(entries: readonly Entry[]): string {
  const rows = entries.map(
    ({ name, description }) =>
      `| ${renderName('output', name)} | ${renderCell(description.trim())} |`,
  );
  return ['| output | meaning |', '| --- | --- |', ...rows].join('\n');
}

/** Text of a cell. The names of inputs, together with a value after them, become code. */
function renderCell(text: string): string {
  const escaped = text.replaceAll('|', '\\|');
  return escaped.replace(/`[^`]*`|(?<![\w-])[a-z]+(?:-[a-z]+)+(?:: [\w-]+)?(?![\w-])/g, (found) =>
    isNamed(found) ? `\`${found}\`` : found,
  );
}

function isNamed(found: string): boolean {
  const [name = ''] = found.split(':');
  return names.has(name);
}

function replaceBlock(readme: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} of action.yml -->`, `<!-- end of ${name} -->`];
  const [from, to] = [readme.indexOf(start), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no block ${start} ... ${end}`);
  return `${readme.slice(0, from + start.length)}\n\n${content}\n\n${readme.slice(to)}`;
}

if (import.meta.main) {
  const readme = readFileSync(readmeFile, 'utf8');
  const wanted = renderReadme(readme, readFileSync(join(root, 'action.yml'), 'utf8'));
  if (!process.argv.includes('--check')) writeFileSync(readmeFile, wanted);
  else if (wanted !== readme) {
    console.error('README.md and action.yml differ; npm run tables writes the tables again.');
    process.exitCode = 1;
  }
}
