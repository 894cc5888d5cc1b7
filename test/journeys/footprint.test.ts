/** What the built action starts and writes: nothing but what it must. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { startStage, type JobRun, type Stage } from '../support/making/cache-stage.ts';

const probe = join(import.meta.dirname, '..', 'support', 'leaks', 'footprint.cjs');

let stage: Stage;
let folder: string;

before(async () => {
  stage = await startStage();
  folder = mkdtempSync(join(tmpdir(), 'footprint-'));
});

after(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

/** Runs a job, and lists what its main process started and wrote, without the place of temporary files. */
async function watch(
  inputs: Readonly<Record<string, string>> = {},
): Promise<JobRun & { did: string[] }> {
  const report = join(folder, 'report');
  writeFileSync(report, '');
  const run = await stage.run({
    inputs,
    environment: { NODE_OPTIONS: `--require ${probe}`, FOOTPRINT: report },
  });
  const did = readFileSync(report, 'utf8').split('\n').filter(Boolean);
  return { ...run, did: [...new Set(did.map(shorten))] };
}

/** The runner's own files are told by their names alone, and a temporary directory by its beginning. */
function shorten(line: string): string {
  return line
    .replace(/ .*[\\/](set_output|set_env)_[\w.-]+$/, ' $1')
    .replace(/ .*[\\/](oauth2-token-).*$/, ' $1');
}

describe('the main process', () => {
  test('starts nothing and writes only to the files of the runner without the cache', async () => {
    const { did } = await watch({ 'use-cache': 'false' });
    assert.deepEqual(did, ['writes set_output', 'writes set_env']);
  });

  test('starts one child process and makes one directory on a miss, for saving', async () => {
    const { hit, did } = await watch();
    assert.equal(hit, false);
    assert.deepEqual(did, [
      'makes oauth2-token-',
      'starts a process',
      'writes set_output',
      'writes set_env',
    ]);
  });

  test('starts nothing and writes only to the files of the runner on a hit', async () => {
    const { hit, did } = await watch();
    assert.equal(hit, true);
    assert.deepEqual(did, ['writes set_output', 'writes set_env']);
  });
});
