/** The built action, started as a runner starts it. */
import { join } from 'node:path';

import { type ActionOptions, type Run, runAction } from './runner.ts';

const root = join(import.meta.dirname, '..', '..');

/** What may differ from one start to another, besides the inputs. */
export type BuiltActionOptions = Omit<ActionOptions, 'script' | 'metadata' | 'inputs'>;

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
