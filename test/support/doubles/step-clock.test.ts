import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, test, type TestContext } from 'node:test';

import { startStepClock, type StepClock } from './step-clock.ts';

/** A running program. */
interface Program {
  readonly clock: StepClock;
  /** Gives the next line that it prints; undefined if it has ended. */
  readonly readLine: () => Promise<string | undefined>;
}

/** Starts a program with the time of a clock. */
async function start(t: TestContext, program: string): Promise<Program> {
  const clock = await startStepClock();
  const child = spawn(process.execPath, ['--eval', program], {
    env: { ...process.env, ...clock.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    child.kill('SIGKILL');
    await clock.close();
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const readLine = async (): Promise<string | undefined> => {
    const { done, value } = await lines.next();
    return done === true ? undefined : value;
  };
  return { clock, readLine };
}

describe('the time of a process', () => {
  test('stands still until it is moved forward', async (t) => {
    const { clock, readLine } = await start(
      t,
      `const since = Date.now(), start = process.hrtime.bigint();
      setTimeout(() => console.log(Date.now() - since, process.hrtime.bigint() - start), 3_600_000);
      console.log('started');`,
    );
    assert.equal(await readLine(), 'started');
    await clock.advance(3_599_999);
    await clock.advance(1);
    assert.equal(await readLine(), '3600000 3600000000000n');
    assert.equal(await readLine(), undefined);
  });

  test('moves forward to the next timer, and not to one that was stopped', async (t) => {
    const { clock, readLine } = await start(
      t,
      `const stopped = setTimeout(() => console.log('never'), 1000);
      setTimeout(() => console.log('first'), 2000);
      setTimeout(() => console.log('second'), 3000);
      clearTimeout(stopped);
      console.log('started');`,
    );
    assert.equal(await readLine(), 'started');
    await clock.advanceToTimer();
    assert.equal(await readLine(), 'first');
    await clock.advanceToTimer();
    assert.equal(await readLine(), 'second');
    assert.equal(await readLine(), undefined);
  });

  test('keeps nothing alive by a timer that nobody waits for', async (t) => {
    const { readLine } = await start(t, `setTimeout(() => undefined, 1000).unref();`);
    assert.equal(await readLine(), undefined);
  });

  test('does not affect timers that are due at once', async (t) => {
    const { readLine } = await start(t, `setTimeout(() => console.log('at once'), 0);`);
    assert.equal(await readLine(), 'at once');
    assert.equal(await readLine(), undefined);
  });
});

describe('sleeps that are skipped', () => {
  const sleeper = `const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`;

  test('are over as soon as they have begun, but limits are not', async (t) => {
    const { clock, readLine } = await start(
      t,
      `${sleeper}
      const limit = setTimeout(() => console.log('too late'), 10_000);
      const since = Date.now();
      (async () => {
        await sleep(4000);
        await require('node:timers/promises').setTimeout(4000);
        clearTimeout(limit);
        console.log(Date.now() - since);
      })();`,
    );
    clock.skipSleeps();
    assert.equal(await readLine(), '8002');
    assert.equal(await readLine(), undefined);
  });

  test('let a limit of the same length run out', async (t) => {
    const { clock, readLine } = await start(
      t,
      `${sleeper}
      setTimeout(() => { console.log('too late'); process.exit(); }, 4000);
      (async () => { await sleep(4000); console.log('never'); })();`,
    );
    clock.skipSleeps();
    assert.equal(await readLine(), 'too late');
    assert.equal(await readLine(), undefined);
  });

  test('include those of the processes that it starts', async (t) => {
    const { clock, readLine } = await start(
      t,
      `const { spawn } = require('node:child_process');
      const script = require('node:path').join(require('node:os').tmpdir(), 'sleeper-' + process.pid + '.cjs');
      require('node:fs').writeFileSync(script, "${sleeper} sleep(6000).then(() => sleep(6000));");
      const other = spawn(process.execPath, [script], { env: {}, stdio: 'inherit' });
      setTimeout(() => { console.log('killed'); other.kill('SIGKILL'); }, 10_000);
      other.on('close', () => require('node:fs').rmSync(script));`,
    );
    clock.skipSleeps();
    assert.equal(await readLine(), 'killed');
    assert.equal(await readLine(), undefined);
  });
});
