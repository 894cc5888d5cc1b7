/** The child process that saves ends together with all that it started, whatever happened to its parent. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';

import { startCacheService } from '../test/support/doubles/cache-service.ts';
import { startStepClock, type StepClock } from '../test/support/doubles/step-clock.ts';
import { makePath, pathDecides } from '../test/support/making/cache-stage.ts';

/** A tar that starts another process and hangs. Both hold a pipe open, so the test sees when they have ended. */
const tar = `#!/bin/sh
exec 9>"\${0%/*}/held"
sleep 600 &
echo hangs >&9
sleep 600
`;

/** A parent that never reaches its own limit. */
const parentOf = (save: string): string => `
  import { startSaver } from ${JSON.stringify(import.meta.resolve('./cache/saver.ts'))};
  const saver = startSaver({
    script: ${JSON.stringify(join(import.meta.dirname, 'save.ts'))},
    env: process.env,
    platform: process.platform,
    temp: process.env.RUNNER_TEMP,
    startTimer: () => () => undefined,
  });
  setInterval(() => undefined, 1000);
  ${save}`;

interface Scene {
  readonly clock: StepClock;
  readonly parent: ReturnType<typeof spawn>;
  /** Settles when the tar hangs, with a promise that settles when all its processes have ended. */
  readonly whenTarHangs: () => Promise<{ readonly gone: Promise<unknown> }>;
}

/** Starts a parent that runs this code with a `saver`, with the tar that hangs. */
async function start(t: TestContext, save: string): Promise<Scene> {
  const root = mkdtempSync(join(tmpdir(), 'save-test-'));
  const PATH = await makePath(['gzip', 'sleep'], { tar });
  const clock = await startStepClock();
  const service = await startCacheService();
  t.after(async () => {
    await Promise.all([clock.close(), service.close()]);
    for (const folder of [root, PATH]) rmSync(folder, { recursive: true, maxRetries: 3 });
  });
  const pipe = join(PATH, 'held');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  const script = join(root, 'parent.mjs');
  writeFileSync(script, parentOf(save));
  const temp = join(root, 'temp');
  mkdirSync(temp);
  const env = { ...service.environment({ version: 'v2' }), ...clock.environment };
  const parent = spawn(process.execPath, [script], {
    env: { ...env, PATH, RUNNER_TEMP: temp },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => parent.kill('SIGKILL'));
  return { clock, parent, whenTarHangs: () => watchPipe(pipe) };
}

async function watchPipe(path: string): Promise<{ gone: Promise<unknown> }> {
  const reader = createReadStream(path);
  const gone = once(reader, 'end');
  await once(reader, 'data');
  return { gone };
}

const saves = `console.log(await saver.save('a-name', Buffer.from('sealed'), 10_000)); process.exit();`;

test(
  'after 30 s the child ends with all that it started, and its parent says so',
  pathDecides,
  async (t) => {
    const { clock, parent, whenTarHangs } = await start(t, saves);
    assert.ok(parent.stdout);
    const said = readText(parent.stdout);
    const { gone } = await whenTarHangs();
    await clock.advance(30_000);
    await gone;
    assert.equal(await said, 'failed\n');
  },
);

test(
  'a child whose parent was killed ends after 30 s, with all that it started',
  pathDecides,
  async (t) => {
    const { clock, parent, whenTarHangs } = await start(t, saves);
    const { gone } = await whenTarHangs();
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await clock.advance(30_000);
    await Promise.all([gone, clock.whenRunning(0)]);
  },
);

test(
  'a child whose parent was killed before there was anything to save ends at once',
  pathDecides,
  async (t) => {
    const { clock, parent } = await start(t, '');
    await clock.whenRunning(2);
    parent.kill('SIGKILL');
    await clock.whenRunning(0);
  },
);
