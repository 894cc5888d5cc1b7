import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const module = pathToFileURL(join(import.meta.dirname, 'process-end.ts')).href;

/** Ends a separate process by this shell, with the exit code 3. */
function leaveBy(shell: string): { status: number | null; stderr: string } {
  const script = `import { leave } from '${module}'; process.exitCode = 3; leave('${shell}');`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

describe('a process that ends itself at once', () => {
  for (const [what, shell] of [
    ['by a shell', '/bin/sh'],
    ['where there is no shell', '/no/such/shell'],
  ] as const) {
    test(`has its exit code, and prints nothing, ${what}`, () => {
      assert.deepEqual(leaveBy(shell), { status: 3, stderr: '' });
    });
  }
});
