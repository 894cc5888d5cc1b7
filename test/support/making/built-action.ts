/** The built action, started as a runner starts it. */
import { join } from 'node:path';

import {
  type ActionOptions,
  type JobOptions,
  type JobResult,
  type Run,
  runAction,
  runJob,
} from '../doubles/runner.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** What may differ from one start to another, in addition to the inputs. */
export type BuiltActionOptions = Omit<ActionOptions, 'script' | 'metadata' | 'inputs'>;

/** What may differ from one job to another, in addition to the inputs. */
export interface BuiltJobOptions extends JobOptions {
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs dist/main with these inputs; the others have the defaults of action.yml. Throws as runAction does. */
export function startBuiltAction(
  inputs: Readonly<Record<string, string>>,
  options: BuiltActionOptions = {},
): Promise<Run> {
  return runAction({
    script: join(root, 'dist', 'main', 'index.js'),
    metadata: join(root, 'action.yml'),
    inputs,
    ...options,
  });
}

/** Runs a job of one step, which is the built action with its post script. Throws as runJob does. */
export function runBuiltJob(
  inputs: Readonly<Record<string, string>>,
  options: BuiltJobOptions = {},
): Promise<JobResult> {
  const { environment, ...job } = options;
  const step = {
    script: join(root, 'dist', 'main', 'index.js'),
    post: join(root, 'dist', 'post', 'index.js'),
    metadata: join(root, 'action.yml'),
    inputs,
    ...(environment === undefined ? {} : { environment }),
  };
  return runJob([step], job);
}

/** Runs dist/post with the state that dist/main has left. Throws as runAction does. */
export function startBuiltPost(
  inputs: Readonly<Record<string, string>>,
  state: Readonly<Record<string, string>>,
  options: BuiltActionOptions = {},
): Promise<Run> {
  return runAction({
    script: join(root, 'dist', 'post', 'index.js'),
    metadata: join(root, 'action.yml'),
    inputs,
    state,
    ...options,
  });
}
