/** A job that uses the real @actions/cache. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import type { Step, StepResult } from '../doubles/cache-client.ts';

/** Runs the steps in a job that has this environment and gives their results and what the toolkit printed. */
export async function runCacheSteps(
  environment: Readonly<Record<string, string>>,
  steps: readonly Step[],
): Promise<{ results: StepResult[]; output: string }> {
  const workspace = await mkdtemp(join(tmpdir(), 'cache-client-'));
  const { PATH = '' } = process.env;
  const child = fork(join(import.meta.dirname, '..', 'doubles', 'cache-client.ts'), {
    cwd: workspace,
    env: { ...environment, PATH, RUNNER_TEMP: workspace, GITHUB_WORKSPACE: workspace },
    execArgv: [],
    silent: true,
  });
  try {
    assert.ok(child.stdout && child.stderr);
    const [output, errors, results] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<StepResult[] | undefined>((resolve) => {
        child.once('message', resolve as (results: unknown) => void);
        child.once('exit', () => {
          resolve(undefined);
        });
        child.send(steps);
      }),
    ]);
    assert.ok(results, errors);
    return { results, output: output + errors };
  } finally {
    await rm(workspace, { recursive: true, maxRetries: 3 });
  }
}
