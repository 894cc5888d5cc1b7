/**
 * What a job downloads, as GitHub makes it: `git archive`, which follows .gitattributes. It is made from the files as
 * they would be committed now, so that it can also be checked before the commit.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

/** @throws {Error} with what git printed */
function runGit(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr, error } = spawnSync('git', args, options);
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout.trim();
}

/** Why no archive can be made: there is no git, or no repository. Undefined if one can be made. */
export function findHindrance(): string | undefined {
  try {
    const top = resolve(runGit(['rev-parse', '--show-toplevel']));
    return top === root ? undefined : 'these files are part of another repository';
  } catch {
    return 'there is no git, or no repository that it may read';
  }
}

/**
 * Writes the archive, a .tar.gz, and gives the paths of dist/ that are committed with it.
 *
 * @throws {Error} if git fails
 */
export function makeArchive(file: string): string[] {
  const base = mkdtempSync(join(tmpdir(), 'index-'));
  try {
    // The repository's own index and objects do not change.
    const objects = join(base, 'objects');
    mkdirSync(objects);
    const env = {
      GIT_INDEX_FILE: join(base, 'index'),
      GIT_OBJECT_DIRECTORY: objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: resolve(
        root,
        runGit(['rev-parse', '--git-path', 'objects']),
      ),
    };
    runGit(['read-tree', 'HEAD'], env);
    runGit(['add', '--all'], env);
    const tree = runGit(['write-tree'], env);
    runGit(['archive', '--format=tar.gz', '--output', file, tree], env);
    return runGit(['ls-tree', '-r', '--name-only', tree, 'dist'], env).split('\n');
  } finally {
    rmSync(base, { recursive: true, force: true, maxRetries: 3 });
  }
}
