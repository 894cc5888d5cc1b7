/**
 * Writes the tables of inputs and outputs in README.md from action.yml, so that the two cannot differ.
 *
 * Usage: node tools/tables.ts            writes them
 *        node tools/tables.ts --check    fails where README.md has others
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

const root = join(import.meta.dirname, '..');
const readmeFile = join(root, 'README.md');

/** One input or output of action.yml. */
interface Entry {
  /** The comment that begins its group; undefined where it goes on with the group before. */
  readonly group: string | undefined;
  readonly name: string;
  readonly description: string;
  readonly default: string | undefined;
}

/** What README.md should say. */
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
      const value = entry.default === undefined ? '' : `\`${entry.default}\``;
      return `${heading}| \`${entry.name}\` | ${value} | ${escapeCell(entry.description)} |\n`;
    })
    .join('')
    .trim();
}

function renderHeading(group: string): string {
  return `\n**${group}**\n\n| input | default | meaning |\n| --- | --- | --- |\n`;
}

function renderOutputs(entries: readonly Entry[]): string {
  const rows = entries.map(
    ({ name, description }) => `| \`${name}\` | ${escapeCell(description)} |`,
  );
  return ['| output | meaning |', '| --- | --- |', ...rows].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
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
    console.error('README.md and action.yml differ; node tools/tables.ts writes the tables anew.');
    process.exitCode = 1;
  }
}
