import { closeSync, constants, fstatSync, openSync, truncateSync } from 'node:fs';

import { CommandFileError } from '../failures/errors.ts';
import type { CommandFiles } from '../surroundings.ts';

/** The real files. */
export const commandFiles: CommandFiles = {
  measure: (path) => {
    const file = openSync(path, constants.O_WRONLY | constants.O_APPEND);
    try {
      return fstatSync(file).size;
    } finally {
      closeSync(file);
    }
  },
  cut: truncateSync,
};

/**
 * Writes to files of the runner, all or nothing. All files are checked before the first write. If a write fails, what
 * was written before it is removed again.
 *
 * @param variables the variables that name the files, in the order in which the files are written
 * @param env the step's environment
 * @throws {CommandFileError} if a file cannot be written
 */
export function writeAll(
  variables: readonly string[],
  env: NodeJS.ProcessEnv,
  files: CommandFiles,
  write: () => void,
): void {
  const written = variables.map((variable) => {
    const path = env[variable] ?? '';
    return { variable, path, size: blame(variable, () => files.measure(path)) };
  });
  try {
    write();
  } catch (error) {
    const [failed = ''] = written
      .filter(({ path, size }) => !takeBack(files, path, size))
      .map(({ variable }) => variable);
    throw toFileError(failed === '' ? variables.join(' or ') : failed, error);
  }
}

/** @returns whether the file is as it was */
function takeBack(files: CommandFiles, path: string, size: number): boolean {
  try {
    files.cut(path, size);
    return true;
  } catch {
    return false;
  }
}

function blame<T>(variable: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toFileError(variable, error);
  }
}

/** An error of node:fs has a code; anything else is not the file's fault. */
function toFileError(variable: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? new CommandFileError(variable, code, error) : error;
}
