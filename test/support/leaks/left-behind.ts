/** Where a script can leave something that others can see, other than its output. */
import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** A file that was left. */
export interface LeftFile {
  readonly path: string;
  readonly text: string;
}

/** The files of the runner into which a token may be written. */
const forTokens = /^set_(output|env)_/;

/** Reads every file below the directories, each once, except those for outputs and variables. */
export function readLeftFiles(directories: readonly string[]): LeftFile[] {
  const paths = new Set(directories.flatMap(listFiles));
  return [...paths].map((path) => ({ path, text: readText(path) }));
}

function listFiles(directory: string): string[] {
  return listEntries(directory)
    .filter((entry) => entry.isFile() && !forTokens.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function listEntries(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true });
  } catch {
    // The script may have removed it.
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * The command lines of a process and of all running processes that it has started, as every user of the machine can
 * read them; none if the system does not show them (only Linux does).
 */
export function listCommandLines(pid: number): string[] {
  const own = readText(`/proc/${pid}/cmdline`);
  if (own === '') return [];
  const children = readText(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  return [
    own.replaceAll('\0', ' '),
    ...children.flatMap((child) => listCommandLines(Number(child))),
  ];
}
