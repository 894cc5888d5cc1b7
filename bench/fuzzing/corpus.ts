import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Target } from './targets.ts';

const root = join(import.meta.dirname, '..', '..', 'test', 'corpus');

/** One saved input. */
export interface KeptInput {
  /** The name of its file. */
  readonly name: string;
  readonly input: Buffer;
}

/** Reads the saved inputs of a target, in the order of their names. */
export function readCorpus({ name: folder }: Target): KeptInput[] {
  return readdirSync(join(root, folder))
    .sort()
    .map((name) => ({ name, input: readFileSync(join(root, folder, name)) }));
}

/** Saves an input. Its file name has its purpose and its digest. */
export function keepInput({ name: folder }: Target, purpose: string, input: Buffer): string {
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const file = join(root, folder, `${purpose}-${digest}.bin`);
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(file, input);
  return file;
}
