/** Where workflows stand: in files of their own, and as pieces of YAML in pages. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** A piece of YAML, and where it stands. */
export interface Source {
  /** The file, from the root of the project, with the number of the line before the piece where it is one of a page. */
  readonly name: string;
  readonly yaml: string;
}

/** The files below a folder with this ending, in order, with slashes; none where there is no such folder. */
export function listFiles(folder: string, ending: RegExp): string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => ending.test(file))
      .map((file) => join(folder, file).replaceAll('\\', '/'))
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** A file that is YAML as a whole. */
export function readSource(file: string): Source {
  return { name: file, yaml: readText(file) };
}

/** The pieces of YAML in a page, each under the number of its line. */
export function readPage(file: string): Source[] {
  const page = readText(file);
  return [...page.matchAll(/^```ya?ml\n(.*?)^```$/gms)].map((match) => ({
    name: `${file}:${page.slice(0, match.index).split('\n').length}`,
    yaml: match[1] ?? '',
  }));
}

function readText(file: string): string {
  return readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n');
}
