/** Jobs that start together and ask for one token (cache-wait), by the built action. */
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

/** The call that reserves a name. */
type Reservation = 'CreateCacheEntry' | 'v1-reserve';

/** A guard against a hang where many jobs share a machine, milliseconds. */
const timeoutMs = 180_000;

/** The longest that a leader can need here, seconds: nobody ever waits for so long. */
const longWait = { 'cache-wait': '120', timeout: '100' };

/** How `longWait` and what follows it read in the log. */
const following = 'Another job is asking for this token; waiting up to 120 s for it.';
const taken = 'Took the token that another job got.';
const missed = 'No usable token in the cache. Asking <host> (client_credentials).';
const asking = 'Asking <host> (client_credentials).';
const got = 'Got a Bearer token, valid for 10 days, until <time>.';
const reusing =
  'Reusing a token from the cache: Bearer, valid for 10 days, until <time>. <host> was not asked.';
const keptIt = 'Kept in the cache, encrypted, for other jobs and later runs.';
const set = 'Set: output token, environment variable OAUTH2_TOKEN.';

const leading = [missed, got, keptIt, set];
const followed = [following, taken, reusing, set];

async function start(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const stage = await startStage({ answers: [issueLongTokens()], ...options });
  t.after(stage.close);
  return stage;
}

/** How many jobs may be on their way to the election: more would only keep each other from the processor. */
const crowd = 6;

/**
 * Starts jobs as fast as the machine can, and runs them all to their end. Their endpoint gives no token before all have
 * taken part in the election.
 */
function startAll(
  stage: Stage,
  count: number,
  call: Reservation,
  options: (index: number) => JobOptions,
): Promise<JobRun[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await stage.service.whenAnswered(call, index - crowd);
      return stage.run({ timeoutMs, ...options(index) });
    }),
  );
}

/** Tokens of the endpoint that live for as long however slow the machine is. */
function issueLongTokens(): Answer {
  return issueTokens({ expires_in: 864_000 });
}

/** Tokens as ever, but none before so many reservations were answered: by then, all jobs have missed. */
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

/** Holds that the token endpoint was asked once, and that all jobs have what it gave. */
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
  test('ask once with cache-wait, and all have that token', async (t) => {
    // One job reserves two names, each of the others finds the first one taken.
    const stage = await startHeld(t, 'CreateCacheEntry', 65);
    const runs = await startAll(stage, 64, 'CreateCacheEntry', () => ({ inputs: longWait }));
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
  test('ask once by version 1 of the service too', async (t) => {
    const stage = await startHeld(t, 'v1-reserve', 9);
    const runs = await startAll(stage, 8, 'v1-reserve', () => ({
      version: 'v1',
      inputs: longWait,
    }));
    assertOneToken(stage, runs);
    assert.deepEqual(listLeases(stage), [201, 201, ...Array.from({ length: 7 }, () => 409)]);
  });

  test('ask once although half of their clocks are 20 s ahead, in the next window', async (t) => {
    const stage = await startHeld(t, 'CreateCacheEntry', 13);
    // The clocks of one half stand 10 s before the end of a window, those of the other half 10 s after it.
    const behind = leaseWindow - 10_000 - (Date.now() % leaseWindow);
    const runs = await startAll(stage, 12, 'CreateCacheEntry', (index) => ({
      inputs: longWait,
      environment: shiftClock(index % 2 === 0 ? behind : behind + 20_000),
    }));
    assertOneToken(stage, runs);
    const names = new Set(
      stage.service.entries.map(({ name }) => name).filter((name) => name.includes('-lease-')),
    );
    assert.ok(names.size >= 2 && names.size <= 3, `${names.size} names`);
  });

  test('each ask at once with the service of act, where all of them lead', async (t) => {
    const stage = await startHeld(t, 'v1-reserve', 16, { reservesTaken: true });
    const runs = await startAll(stage, 8, 'v1-reserve', () => ({
      version: 'v1',
      inputs: longWait,
    }));
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

  test('ask at once where the service takes no more than 20 reservations, or after their wait', async (t) => {
    const jobs = 24;
    const inputs = { 'cache-wait': '3', timeout: '100' };
    // The leader reserves two names, 18 jobs find one taken, and the rest is refused.
    const stage = await startHeld(t, 'CreateCacheEntry', jobs + 1, { limitReservations: 20 });
    const runs = await startAll(stage, jobs, 'CreateCacheEntry', () => ({ inputs }));
    assert.equal(stage.endpoint.requests.length, jobs);
    assert.equal(new Set(runs.map((run) => run.token)).size, jobs);
    const refused =
      'Not waiting for another job (cache-wait): the cache service takes no more reservations for now.';
    const notTaken = 'Not cached: the service did not take it.';
    const waited = [
      following.replace('120 s', '3 s'),
      'No token came within 3 s (cache-wait).',
      asking,
    ];
    const expected = [
      [missed, got, notTaken, set],
      ...Array.from({ length: 18 }, () => [...waited, got, notTaken, set]),
      ...Array.from({ length: 5 }, () => [refused, missed, got, notTaken, set]),
    ];
    assert.deepEqual(runs.map(({ lines }) => lines).toSorted(), expected.toSorted());
  });

  test('ask after their wait when the leader was killed', async (t) => {
    const jobs = 8;
    const tokens = issueLongTokens();
    const answers = [
      // The first who asks is the leader: no other one asks before the first wait is over.
      dynamic(() => {
        kill();
        return silence('before-head');
      }),
      tokens,
    ];
    const stage = await start(t, { answers });
    const guards = Array.from({ length: jobs }, () => new AbortController());
    const kill = (): void => {
      guards[findLeader(stage)]?.abort();
    };
    const runs = await Promise.all(
      guards.map(({ signal }, index) =>
        startBuiltAction(
          { ...stage.inputs, 'cache-wait': '5' },
          { environment: identify(stage, index), lost: signal, timeoutMs },
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
    for (const { stdout } of asked) {
      assert.match(stdout, /^Another job is asking for this token; waiting up to 5 s for it\.$/m);
      assert.match(stdout, /^No token came within 5 s \(cache-wait\)\.\nAsking 127/m);
    }
    // The first of them to ask keeps its token as usual, for those that still wait and for all that come.
    const [entry] = stage.service.entries.filter(({ finalized }) => finalized);
    assert.match(entry?.name ?? '', /^oauth2-token-v2-/);
    assert.equal((await stage.run({ inputs: { 'cache-wait': '5' } })).hit, true);
  });
});

/** The environment of a job whose runtime token tells it from the others. */
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

/** Has a job's clock go wrong by so many milliseconds. */
function shiftClock(by: number): Record<string, string> {
  const script = `const now = Date.now; Date.now = () => now() + (${by});`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}

describe('a job that follows', { concurrency: 3 }, () => {
  test('asks when its wait is over, says so, and keeps what it gets', async (t) => {
    const tokens = issueLongTokens();
    const stage = await start(t, {
      answers: [token({ access_token: 'one-that-nobody-can-keep', expires_in: 0 }), tokens],
    });
    const inputs = { 'cache-wait': '1' };
    const first = await stage.run({ inputs });
    assert.match(first.lines[2] ?? '', /^Not cached: <host> did not say when the token expires/);

    const second = await stage.run({ inputs });
    assert.deepEqual(second.lines, [
      'Another job is asking for this token; waiting up to 1 s for it.',
      'No token came within 1 s (cache-wait).',
      asking,
      got,
      keptIt,
      set,
    ]);
    assert.deepEqual([second.hit, second.token], [false, 'token-1-of-the-endpoint']);
    assert.deepEqual((await stage.run({ inputs })).lines, followed.slice(2));
  });

  test('shows with verbose what the election and each look gave', async (t) => {
    const answers = [token({ expires_in: 0 }), issueLongTokens()];
    const stage = await start(t, { answers });
    const inputs = { 'cache-wait': '1', verbose: 'true' };
    const details = async (): Promise<string[]> => {
      const { stdout } = await stage.run({ inputs });
      return [...stdout.matchAll(/^(miss|election: \w+), after/gm)].map(([, what]) => what ?? '');
    };
    assert.deepEqual(await details(), ['miss', 'election: leads']);
    assert.deepEqual(await details(), ['miss', 'election: follows', 'miss']);
  });

  test('takes no notice of a look that fails', async (t) => {
    const answers = [token({ expires_in: 0 }), issueLongTokens()];
    const stage = await start(t, { answers });
    await stage.run({ inputs: { 'cache-wait': '1' } });
    const tries = stage.run({ inputs: { 'cache-wait': '1' } });
    await stage.service.whenAnswered('CreateCacheEntry', 3);
    stage.service.fault('GetCacheEntryDownloadURL', { status: 500 });
    const { lines } = await tries;
    assert.deepEqual(lines.slice(1), [
      'No token came within 1 s (cache-wait).',
      asking,
      got,
      keptIt,
      set,
    ]);
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

describe('a job asks at once', { concurrency: 3 }, () => {
  const notReserved =
    'Not waiting for another job (cache-wait): the cache service reserved no name.';
  const wait = { 'cache-wait': '60' };

  test('where its token may not write, and says so once', async (t) => {
    const stage = await start(t);
    const { lines } = await stage.run({ inputs: wait, readOnly: true });
    assert.deepEqual(lines, [
      notReserved,
      missed,
      got,
      'Not cached: this run may read the cache but not write it.',
      set,
    ]);
    assert.equal(listLeases(stage).length, 1);
  });

  for (const fault of ['hang', 'reset', 'cut', { status: 500 }, { wrongBody: '<html>' }] as const) {
    test(`where a reservation ends with ${JSON.stringify(fault)}, and keeps what it gets`, async (t) => {
      const stage = await start(t);
      stage.service.fault('CreateCacheEntry', fault, 1);
      const { lines } = await stage.run({ inputs: wait });
      assert.deepEqual(lines, [notReserved, ...leading]);
      assert.equal(listLeases(stage).length, 1);
    });
  }
});
