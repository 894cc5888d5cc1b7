/** Jobs that start together and request one token (cache-wait), by the built action. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import { leaseWindow } from '../../../src/cache/lease.ts';
import { startBuiltAction } from '../../support/making/built-action.ts';
import {
  issueTokens,
  type JobOptions,
  type JobRun,
  type Stage,
  type StageOptions,
  startStage,
} from '../../support/making/cache-stage.ts';
import { type Answer, dynamic, silence, token } from '../../support/doubles/scripted-server.ts';
import { startStepClock } from '../../support/doubles/step-clock.ts';
import {
  asking,
  following,
  got,
  keptIt,
  missed,
  notCached,
  notFollowing,
  reusing,
  set,
  stabilizeLines,
  taken,
  waitedInVain,
} from '../../support/making/log-lines.ts';

/** The call that reserves a name. */
type Reservation = 'CreateCacheEntry' | 'v1-reserve';

/** A time limit against a hang, in milliseconds, because many jobs share a machine. */
const timeoutMs = 180_000;

/** More seconds than a leader can need here. Nobody waits that long. */
const longWait = { 'cache-wait': '120', timeout: '100' };

/** The lifetime of the endpoint's tokens, in seconds. It is long enough for a slow machine. */
const tenDays = 864_000;

const leading = [missed(), got(tenDays), keptIt, set];
const followed = [following(120), taken, reusing(tenDays), set];

async function start(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const stage = await startStage({ answers: [issueLongTokens()], ...options });
  t.after(stage.close);
  return stage;
}

/** Jobs that start together. */
interface Crowd {
  readonly stage: Stage;
  readonly count: number;
  readonly call: Reservation;
  /** Settles when the wait is over: a token is in the cache, or none will come. */
  readonly found: Promise<void>;
  /** The time of day at which a job starts: epoch, milliseconds. */
  readonly startOf?: (index: number) => number;
}

/** How many jobs may start at the same time. More would only slow each other down. */
const crowd = 6;

/**
 * Starts jobs as fast as the machine can, and runs them all to their end. Their endpoint gives no token before all have
 * taken part in the election, and the time of the jobs does not move before there is a token to find.
 */
async function startAll(
  { stage, count: jobs, call, found, startOf = Date.now }: Crowd,
  options: JobOptions,
): Promise<JobRun[]> {
  const clocks = await Promise.all(
    Array.from({ length: jobs }, (_, index) => startStepClock({ start: startOf(index) })),
  );
  void found.then(() => {
    for (const clock of clocks) clock.skipSleeps();
  });
  try {
    return await Promise.all(
      clocks.map(async (clock, index) => {
        await stage.service.whenAnswered(call, index - crowd);
        return stage.run({ timeoutMs, clock, ...options });
      }),
    );
  } finally {
    await Promise.all(clocks.map(({ close }) => close()));
  }
}

/** Runs a job whose sleeps end as soon as they begin, or as soon as this has happened. */
async function runFast(
  stage: Stage,
  job: JobOptions,
  after: Promise<unknown> = Promise.resolve(),
): Promise<JobRun> {
  const clock = await startStepClock();
  void after.then(clock.skipSleeps);
  try {
    return await stage.run({ ...job, clock });
  } finally {
    await clock.close();
  }
}

/** Tokens of the endpoint with a lifetime that is long enough for a slow machine. */
function issueLongTokens(): Answer {
  return issueTokens({ expires_in: tenDays });
}

/** The usual tokens, but none before so many reservations were answered. By then, no job has found a token. */
function issueAfter(service: () => Stage['service'], call: Reservation, times: number): Answer {
  const tokens = issueLongTokens();
  return dynamic(async () => {
    await service().whenAnswered(call, times);
    return tokens;
  });
}

/** A stage whose endpoint gives no token before so many reservations were answered. */
async function startHeld(
  t: TestContext,
  call: Reservation,
  times: number,
  cache: StageOptions['cache'] = {},
): Promise<Stage> {
  const held: { stage?: Stage } = {};
  const service = (): Stage['service'] => {
    assert.ok(held.stage !== undefined);
    return held.stage.service;
  };
  held.stage = await start(t, { answers: [issueAfter(service, call, times)], cache });
  return held.stage;
}

/** The statuses of all reservations of leases, sorted. */
function listLeases({ service }: Stage): (number | undefined)[] {
  return service.requests
    .filter(({ body }) => body.includes('"oauth2-lease-v2-'))
    .map(({ status }) => status)
    .sort();
}

/** Asserts that the token endpoint got one request, and that all jobs have its token. */
function assertOneToken(stage: Stage, runs: readonly JobRun[]): void {
  assert.equal(stage.endpoint.requests.length, 1);
  assert.deepEqual([...new Set(runs.map((run) => run.token))], ['token-1-of-the-endpoint']);
  assert.deepEqual(
    runs.filter(({ hit }) => !hit).map(({ lines }) => lines),
    [leading],
  );
}

function count(stage: Stage, call: Stage['service']['requests'][number]['call']): number {
  return stage.service.requests.filter((request) => request.call === call).length;
}

describe('64 jobs that start together', () => {
  test('send one request with cache-wait, and all have that token', async (t) => {
    // One job reserves two names, each of the others finds the first one taken.
    const stage = await startHeld(t, 'CreateCacheEntry', 65);
    const call = 'CreateCacheEntry';
    const found = stage.service.whenAnswered('FinalizeCacheEntryUpload', 1);
    const runs = await startAll({ stage, count: 64, call, found }, { inputs: longWait });
    assertOneToken(stage, runs);
    assert.deepEqual(
      runs.filter(({ hit }) => hit).map(({ lines }) => lines),
      Array.from({ length: 63 }, () => followed),
    );
    assert.deepEqual(listLeases(stage), [200, 200, ...Array.from({ length: 63 }, () => 409)]);
    t.diagnostic(`${count(stage, 'GetCacheEntryDownloadURL')} look-ups`);
  });
});

describe('jobs that start together', () => {
  test('send one request by version 1 of the service too', async (t) => {
    const stage = await startHeld(t, 'v1-reserve', 9);
    const call = 'v1-reserve';
    const found = stage.service.whenAnswered('v1-commit', 1);
    const job = { version: 'v1', inputs: longWait } as const;
    const runs = await startAll({ stage, count: 8, call, found }, job);
    assertOneToken(stage, runs);
    assert.deepEqual(listLeases(stage), [201, 201, ...Array.from({ length: 7 }, () => 409)]);
  });

  test('send one request although half of their clocks are 20 s ahead, in the next window', async (t) => {
    const stage = await startHeld(t, 'CreateCacheEntry', 13);
    // The clocks of one half are 10 s before the end of a window, those of the other half 10 s after it.
    const end = Math.ceil(Date.now() / leaseWindow) * leaseWindow;
    const startOf = (index: number): number => end + (index % 2 === 0 ? -10_000 : 10_000);
    const call = 'CreateCacheEntry';
    const found = stage.service.whenAnswered('FinalizeCacheEntryUpload', 1);
    const runs = await startAll({ stage, count: 12, call, found, startOf }, { inputs: longWait });
    assertOneToken(stage, runs);
    const names = new Set(
      stage.service.entries.map(({ name }) => name).filter((name) => name.includes('-lease-')),
    );
    assert.ok(names.size >= 2 && names.size <= 3, `${names.size} names`);
  });

  test('each send a request at once with the service of act, because all of them lead', async (t) => {
    const stage = await startHeld(t, 'v1-reserve', 16, { reservesTaken: true });
    const call = 'v1-reserve';
    const found = stage.service.whenAnswered('v1-commit', 1);
    const job = { version: 'v1', inputs: longWait } as const;
    const runs = await startAll({ stage, count: 8, call, found }, job);
    assert.equal(stage.endpoint.requests.length, 8);
    assert.deepEqual(
      runs.map(({ lines }) => lines),
      Array.from({ length: 8 }, () => leading),
    );
    assert.deepEqual(
      listLeases(stage),
      Array.from({ length: 16 }, () => 201),
    );
  });

  test('send a request at once or after their wait if the service accepts only 20 reservations', async (t) => {
    const jobs = 24;
    const inputs = { 'cache-wait': '3', timeout: '100' };
    // The leader reserves two names, 18 jobs find one taken, and the rest is refused.
    const stage = await startHeld(t, 'CreateCacheEntry', jobs + 1, { limitReservations: 20 });
    const call = 'CreateCacheEntry';
    // By then no job has found a token, and all know which job leads.
    const found = stage.service.whenAnswered(call, jobs + 1);
    const runs = await startAll({ stage, count: jobs, call, found }, { inputs });
    assert.equal(stage.endpoint.requests.length, jobs);
    assert.equal(new Set(runs.map((run) => run.token)).size, jobs);
    const refused = notFollowing('limited');
    const notTaken = notCached('failed');
    const waited = [following(3), waitedInVain(3), asking()];
    const miss = [missed(), got(tenDays)];
    const expected = [
      [...miss, notTaken, set],
      ...Array.from({ length: 18 }, () => [...waited, got(tenDays), notTaken, set]),
      ...Array.from({ length: 5 }, () => [refused, ...miss, notTaken, set]),
    ];
    assert.deepEqual(runs.map(({ lines }) => lines).toSorted(), expected.toSorted());
  });

  test('send a request after their wait if the leader was killed', async (t) => {
    const jobs = 8;
    const tokens = issueLongTokens();
    const answers = [
      // The first request is the leader's, because no other job sends one before the first wait is over.
      dynamic(() => {
        kill();
        return silence('before-head');
      }),
      tokens,
    ];
    const stage = await start(t, { answers });
    const guards = await Promise.all(
      Array.from({ length: jobs }, async () => ({
        runner: new AbortController(),
        clock: await startStepClock(),
      })),
    );
    const kill = (): void => {
      guards[findLeader(stage)]?.runner.abort();
      for (const { clock } of guards) clock.skipSleeps();
    };
    t.after(() => Promise.all(guards.map(({ clock }) => clock.close())));
    const runs = await Promise.all(
      guards.map(({ runner, clock }, index) =>
        startBuiltAction(
          { ...stage.inputs, 'cache-wait': '5' },
          {
            environment: { ...identify(stage, index), ...clock.environment },
            lost: runner.signal,
            timeoutMs,
          },
        ),
      ),
    );
    const [dead, ...more] = runs.filter(({ signal }) => signal === 'SIGKILL');
    assert.deepEqual([dead?.outputs, more], [{}, []]);

    const living = runs.filter((run) => run !== dead);
    assert.deepEqual(
      living.map(({ conclusion, annotations }) => [conclusion, annotations]),
      Array.from({ length: jobs - 1 }, () => ['success', []]),
    );
    const asked = living.filter(({ outputs }) => outputs['cache-hit'] === 'false');
    assert.ok(asked.length > 0);
    assert.equal(stage.endpoint.requests.length, 1 + asked.length);
    const { host } = new URL(stage.endpoint.url);
    for (const { stdout } of asked) {
      const lines = stabilizeLines(stdout.split('\n'), host);
      const from = lines.indexOf(following(5));
      assert.deepEqual(lines.slice(from, from + 3), [following(5), waitedInVain(5), asking()]);
    }
    // The first of them saves its token as usual, for jobs that still wait and for later ones.
    const [entry] = stage.service.entries.filter(({ finalized }) => finalized);
    assert.match(entry?.name ?? '', /^oauth2-token-v2-/);
    assert.equal((await stage.run({ inputs: { 'cache-wait': '5' } })).hit, true);
  });
});

/** The environment of a job with its own runtime token. */
function identify({ service }: Stage, index: number): Record<string, string> {
  return service.environment({
    version: 'v2',
    scopes: [
      { scope: 'refs/heads/main', permission: 3 },
      { scope: `refs/heads/job-${index}`, permission: 1 },
    ],
  });
}

/** The index of the job that got two reservations. */
function findLeader(stage: Stage): number {
  const bearers = stage.service.requests
    .filter(({ call, status }) => call === 'CreateCacheEntry' && status === 200)
    .map(({ headers }) => headers['authorization'] ?? '');
  const leader = bearers.find((bearer, index) => bearers.indexOf(bearer) !== index) ?? '';
  const payload = leader.split('.')[1] ?? '';
  const [, index] = /job-(\d+)/.exec(Buffer.from(payload, 'base64url').toString()) ?? [];
  assert.ok(index !== undefined, 'nobody has two reservations');
  return Number(index);
}

describe('a job that follows', { concurrency: 3 }, () => {
  test('sends a request when its wait is over, says so, and saves its token', async (t) => {
    const tokens = issueLongTokens();
    const stage = await start(t, {
      answers: [token({ access_token: 'one-that-nobody-can-keep', expires_in: 0 }), tokens],
    });
    const inputs = { 'cache-wait': '1' };
    const first = await stage.run({ inputs });
    assert.equal(first.lines[2], notCached('no_expiry'));

    const second = await runFast(stage, { inputs });
    assert.deepEqual(second.lines, [
      following(1),
      waitedInVain(1),
      asking(),
      got(tenDays),
      keptIt,
      set,
    ]);
    assert.deepEqual([second.hit, second.token], [false, 'token-1-of-the-endpoint']);
    assert.deepEqual((await stage.run({ inputs })).lines, followed.slice(2));
  });

  test('shows with verbose the result of the election and of each look', async (t) => {
    const answers = [token({ expires_in: 0 }), issueLongTokens()];
    const stage = await start(t, { answers });
    const inputs = { 'cache-wait': '1', verbose: 'true' };
    const details = async (): Promise<string[]> => {
      const { stdout } = await runFast(stage, { inputs });
      return [...stdout.matchAll(/^(miss|election: \w+), after/gm)].map(([, what]) => what ?? '');
    };
    assert.deepEqual(await details(), ['miss', 'election: leads']);
    assert.deepEqual(await details(), ['miss', 'election: follows', 'miss']);
  });

  test('ignores a look that fails', async (t) => {
    const answers = [token({ expires_in: 0 }), issueLongTokens()];
    const stage = await start(t, { answers });
    await stage.run({ inputs: { 'cache-wait': '1' } });
    const inVain = stage.service.whenAnswered('CreateCacheEntry', 3).then(() => {
      stage.service.fault('GetCacheEntryDownloadURL', { status: 500 });
    });
    const { lines } = await runFast(stage, { inputs: { 'cache-wait': '1' } }, inVain);
    assert.deepEqual(lines.slice(1), [waitedInVain(1), asking(), got(tenDays), keptIt, set]);
  });
});

describe('a job holds no election', { concurrency: 3 }, () => {
  const wait = { 'cache-wait': '60' };
  const jobs: Readonly<Record<string, JobOptions>> = {
    'where cache-wait is left out': {},
    'with cache-wait: 0': { inputs: { 'cache-wait': '0' } },
    'with use-cache: refresh': { inputs: { ...wait, 'use-cache': 'refresh' } },
    'with use-cache: false': { inputs: { ...wait, 'use-cache': 'false' } },
    'where ACTIONS_CACHE_MODE lets it only read': {
      inputs: wait,
      environment: { ACTIONS_CACHE_MODE: 'read' },
    },
    'where ACTIONS_CACHE_MODE lets it only write': {
      inputs: wait,
      environment: { ACTIONS_CACHE_MODE: 'write-only' },
    },
    'where there is no service': { inputs: wait, environment: { ACTIONS_RUNTIME_TOKEN: '' } },
  };
  for (const [when, job] of Object.entries(jobs)) {
    test(when, async (t) => {
      const stage = await start(t);
      assert.equal((await stage.run(job)).token, 'token-1-of-the-endpoint');
      assert.deepEqual(listLeases(stage), []);
    });
  }

  test('after a hit', async (t) => {
    const stage = await start(t);
    await stage.run();
    assert.equal((await stage.run({ inputs: wait })).hit, true);
    assert.deepEqual(listLeases(stage), []);
  });

  test('after a look-up that failed', async (t) => {
    const stage = await start(t);
    stage.service.fault('GetCacheEntryDownloadURL', { status: 503 }, 1);
    await stage.run({ inputs: wait });
    assert.deepEqual(listLeases(stage), []);
    assert.equal(stage.service.entries.length, 0);
  });
});

describe('a job sends a request at once', { concurrency: 3 }, () => {
  const notReserved = notFollowing('failed');
  const wait = { 'cache-wait': '60' };

  test('if its runtime token may not write, and says so once', async (t) => {
    const stage = await start(t);
    const { lines } = await stage.run({ inputs: wait, readOnly: true });
    assert.deepEqual(lines, [notReserved, missed(), got(tenDays), notCached('denied'), set]);
    assert.equal(listLeases(stage).length, 1);
  });

  for (const fault of ['hang', 'reset', 'cut', { status: 500 }, { wrongBody: '<html>' }] as const) {
    test(`if a reservation ends with ${JSON.stringify(fault)}, and saves its token`, async (t) => {
      const stage = await start(t);
      stage.service.fault('CreateCacheEntry', fault, 1);
      const clock = await startStepClock();
      t.after(clock.close);
      const run = stage.run({ inputs: wait, clock });
      const hangs = fault === 'hang' && stage.service.whenAsked('CreateCacheEntry', 1);
      if (hangs !== false) await Promise.race([hangs.then(clock.advanceToTimer), run]);
      const { lines } = await run;
      assert.deepEqual(lines, [notReserved, ...leading]);
      assert.equal(listLeases(stage).length, 1);
    });
  }
});
