/** What the built action starts and writes, and where it connects to. It does only what it must. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';

import { startStage, type JobRun, type Stage } from '../support/making/cache-stage.ts';

const root = join(import.meta.dirname, '..', '..');
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

/** What the processes of a job did, without the paths of temporary files. */
interface Footprint {
  /** What they started and wrote. */
  readonly did: string[];
  /** The addresses that they connected to. */
  readonly connected: string[];
}

/** Makes processes report what they do: gives the variables for that, and reads the reports. */
function prepare(): { environment: Record<string, string>; readReport: () => Footprint } {
  const report = join(folder, 'report');
  writeFileSync(report, '');
  return {
    environment: { NODE_OPTIONS: `--require ${probe}`, FOOTPRINT: report },
    readReport: () => {
      const lines = [...new Set(readFileSync(report, 'utf8').split('\n').filter(Boolean))];
      const isConnection = (line: string): boolean => line.startsWith('connects ');
      return {
        did: [...new Set(lines.filter((line) => !isConnection(line)).map(shorten))],
        connected: lines.filter(isConnection).map((line) => line.replace('connects ', 'http://')),
      };
    },
  };
}

/** Runs a job, and lists what its main process did. */
async function watch(inputs: Readonly<Record<string, string>> = {}): Promise<JobRun & Footprint> {
  const { environment, readReport } = prepare();
  const run = await stage.run({ inputs, environment });
  return { ...run, ...readReport() };
}

/** Only the name of a runner's file is shown, and only the beginning of a temporary directory. */
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

  test('connects to the token endpoint and to the cache service, and to nothing else', async () => {
    const endpoint = new URL(stage.endpoint.url).origin;
    const without = await watch({ 'use-cache': 'false' });
    assert.deepEqual(without.connected, [endpoint]);
    const miss = await watch({ scopes: 'of-nobody-else' });
    assert.equal(miss.hit, false);
    assert.deepEqual(new Set(miss.connected), new Set([stage.service.origin, endpoint]));
    const hit = await watch({ scopes: 'of-nobody-else' });
    assert.equal(hit.hit, true);
    assert.deepEqual(hit.connected, [stage.service.origin]);
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

test('the process that saves connects to the cache service, and to nothing else', async () => {
  const { environment, readReport } = prepare();
  const child = spawn(process.execPath, [join(root, 'dist', 'save', 'index.js')], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      ...stage.service.environment({ version: 'v2' }),
      ...environment,
      RUNNER_TEMP: folder,
      GITHUB_WORKSPACE: folder,
    },
  });
  child.stdin.end('a-name\nan encrypted entry');
  assert.equal(await text(child.stdout), 'saved');
  assert.deepEqual(readReport().connected, [stage.service.origin]);
});
