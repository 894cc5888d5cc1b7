/** The end of the built action's processes if a thread of Node's pool never ends, as with a dead name server. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Run } from '../support/doubles/runner.ts';
import {
  type Answer,
  json,
  startScriptedServer,
  token,
} from '../support/doubles/scripted-server.ts';
import { startStepClock } from '../support/doubles/step-clock.ts';
import { startBuiltAction } from '../support/making/built-action.ts';

const skip = process.platform === 'win32' && 'Windows has no FIFO in its file system';

let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'stuck-pool-'));
  if (skip === false) execFileSync('mkfifo', [join(folder, 'fifo')]);
});

after(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a step whose process has a thread that never ends. Time moves second by second until the process is over. */
async function run(t: TestContext, answer: Answer): Promise<Run> {
  const server = await startScriptedServer({ answers: [answer] });
  t.after(server.close);
  const clock = await startStepClock();
  t.after(clock.close);
  const preload = join(import.meta.dirname, '..', 'support', 'doubles', 'stuck-pool.cjs');
  const { NODE_OPTIONS = '', ...environment } = clock.environment;
  const ended = new AbortController();
  const running = startBuiltAction(
    {
      'token-url': server.url,
      'client-id': 'ci',
      'client-secret': 'secret-of-the-client',
      'use-cache': 'false',
      // No attempt may run into a time limit here.
      timeout: '86400',
      'total-timeout': '86400',
    },
    {
      environment: {
        ...environment,
        NODE_OPTIONS: `${NODE_OPTIONS} --require ${preload}`,
        STUCK_POOL_FIFO: join(folder, 'fifo'),
      },
    },
  ).finally(() => {
    ended.abort();
  });
  while (!ended.signal.aborted) {
    await clock.advance(1000);
    await nextTurn();
  }
  return running;
}

describe('a step with a look-up that never ends', { skip }, () => {
  test('is green and ends after the extra time, with its whole output', async (t) => {
    const { exitCode, signal, outputs, stdout, stderr } = await run(t, token());
    assert.deepEqual({ exitCode, signal, stderr }, { exitCode: 0, signal: null, stderr: '' });
    assert.equal(outputs['token'], 'access-token-from-the-server');
    assert.match(stdout, /Set: output token/);
  });

  test('is red and ends after the extra time, with its error', async (t) => {
    const answer = json(401, { error: 'invalid_client' });
    const { exitCode, signal, annotations } = await run(t, answer);
    assert.deepEqual({ exitCode, signal }, { exitCode: 1, signal: null });
    assert.equal(annotations.length, 1);
  });
});
