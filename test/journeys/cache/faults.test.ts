/** With any fault of the cache service, the built action gets its token, prints one line, and ends in time. */
import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import { describe, test, type TestContext } from 'node:test';

import { makeVersion } from '../../../src/cache/service.ts';
import type { Call, Fault } from '../../support/doubles/cache-service.ts';
import {
  type JobOptions,
  type JobRun,
  makePath,
  pathDecides,
  type Stage,
} from '../../support/making/cache-stage.ts';
import { start } from '../../support/making/cache-jobs.ts';
import { compress, createForge, packTar } from '../../support/making/forged-entry.ts';
import {
  asking,
  got,
  kept,
  missed,
  notCached,
  notUsed,
  set,
} from '../../support/making/log-lines.ts';
import { startTcpServer } from '../../support/doubles/scripted-server.ts';
import { startStepClock } from '../../support/doubles/step-clock.ts';

const concurrency = 3;

/** The result of a fault, as the whole log. */
const outcomes = {
  notUsed: [notUsed('failed'), asking(), got(), set],
  notUsedInTime: [notUsed('timeout'), asking(), got(), set],
  kept,
  notTaken: [missed(), got(), notCached('failed'), set],
  notTakenInTime: [missed(), got(), notCached('timeout'), set],
} as const;

/** A fault of one call, and its result. */
interface Row {
  readonly call: Call;
  readonly fault: FaultName;
  readonly outcome: keyof typeof outcomes;
}

const faults = {
  'a 500': { status: 500, body: '{"code":"internal","msg":"internal"}' },
  'a 403': { status: 403, body: '{"code":"permission_denied","msg":"denied"}' },
  'a 429': {
    status: 429,
    headers: { 'retry-after': '60' },
    body: '{"code":"resource_exhausted","msg":"rate limit exceeded"}',
  },
  'an HTML page': { status: 200, body: '<!doctype html>', contentType: 'text/html' },
  'a reset': 'reset',
  'half an answer': 'cut',
  'another body': { wrongBody: '{"ok":true}' },
  'no answer': 'hang',
} as const satisfies Record<string, Fault>;

type FaultName = keyof typeof faults;

/** Writes the rows of a call. */
function meet(call: Call, outcomesOf: Partial<Record<FaultName, keyof typeof outcomes>>): Row[] {
  return (Object.entries(outcomesOf) as [FaultName, keyof typeof outcomes][]).map(
    ([fault, outcome]) => ({ call, fault, outcome }),
  );
}

const lookUp = {
  'a 500': 'notUsed',
  'a 403': 'notUsed',
  'a 429': 'notUsed',
  'an HTML page': 'notUsed',
  'a reset': 'notUsed',
  'half an answer': 'notUsed',
  'another body': 'notUsed',
  'no answer': 'notUsedInTime',
} as const;

/** An entry that cannot be downloaded must be replaced, as garbage is. */
const download = {
  'a 500': 'kept',
  'a 403': 'kept',
  'a 429': 'kept',
  'an HTML page': 'kept',
  'a reset': 'kept',
  'half an answer': 'kept',
  'another body': 'kept',
  'no answer': 'notUsedInTime',
} as const;

/** The toolkit retries after most faults, and its waits are longer than the available time. */
const rows: Record<'v2' | 'v1', Row[]> = {
  v2: [
    ...meet('GetCacheEntryDownloadURL', lookUp),
    ...meet('download', download),
    ...meet('CreateCacheEntry', {
      'a 500': 'notTakenInTime',
      'a 403': 'notTaken',
      'a 429': 'notTaken',
      'an HTML page': 'notTakenInTime',
      'a reset': 'notTaken',
      'half an answer': 'notTaken',
      'another body': 'notTaken',
      'no answer': 'notTakenInTime',
    }),
    ...meet('upload', {
      'a 500': 'notTaken',
      'a 403': 'notTaken',
      'a 429': 'notTaken',
      'an HTML page': 'notTaken',
      'a reset': 'notTaken',
      'half an answer': 'notTaken',
      'another body': 'kept',
      'no answer': 'notTakenInTime',
    }),
    ...meet('FinalizeCacheEntryUpload', {
      'a 500': 'notTakenInTime',
      'a 403': 'notTaken',
      'a 429': 'notTaken',
      'an HTML page': 'notTakenInTime',
      'a reset': 'notTaken',
      'half an answer': 'notTaken',
      'no answer': 'notTakenInTime',
    }),
  ],
  v1: [
    ...meet('v1-lookup', lookUp),
    ...meet('download', {
      'a 403': 'kept',
      'half an answer': 'kept',
      'no answer': 'notUsedInTime',
    }),
    ...meet('v1-reserve', {
      'a 500': 'notTaken',
      'a 403': 'notTaken',
      'a 429': 'notTaken',
      'an HTML page': 'notTaken',
      'a reset': 'notTakenInTime',
      'half an answer': 'notTaken',
      'no answer': 'notTakenInTime',
    }),
    ...meet('v1-upload', {
      'a 500': 'notTaken',
      'a 403': 'notTaken',
      'a 429': 'notTaken',
      'a reset': 'notTakenInTime',
      'no answer': 'notTakenInTime',
    }),
    ...meet('v1-commit', {
      'a 500': 'notTaken',
      'a 403': 'notTaken',
      'a 429': 'notTaken',
      'a reset': 'notTakenInTime',
      'no answer': 'notTakenInTime',
    }),
  ],
};

/** Plants a good entry, so that a job can find one. */
async function plantGoodEntry({ endpoint, service }: Stage): Promise<void> {
  const { seal } = await createForge(endpoint.url);
  const { name, entry } = seal();
  const blob = compress(packTar([{ content: entry }]), 'gzip');
  service.plant({ name, version: makeVersion('gzip'), blob });
}

function declareRow(version: 'v2' | 'v1', { call, fault, outcome }: Row): void {
  test(`${fault} to ${call} over ${version}`, async (t) => {
    const stage = await start(t);
    if (/download|lookup/i.test(call)) await plantGoodEntry(stage);
    stage.service.fault(call, faults[fault]);
    const hangs = fault === 'no answer' ? stage.service.whenAsked(call, 1) : undefined;
    const run = await runInTime(stage, { version }, hangs);
    assertOutcome(run, stage, outcome);
    assert.ok(stage.service.requests.some((request) => request.call === call));
  });
}

/**
 * Runs a job whose sleeps end at once.
 *
 * @param hangs settles when only a time limit can end the job
 */
async function runInTime(stage: Stage, job: JobOptions, hangs?: Promise<unknown>): Promise<JobRun> {
  const clock = await startStepClock();
  clock.skipSleeps();
  try {
    const run = stage.run({ ...job, clock });
    // If a job ends without hanging, its log fails the test.
    await Promise.race([hangs?.then(clock.advanceToTimer), run]);
    return await run;
  } finally {
    await clock.close();
  }
}

function assertOutcome(run: JobRun, stage: Stage, outcome: keyof typeof outcomes): void {
  assert.deepEqual(run.lines, outcomes[outcome]);
  assert.deepEqual([run.hit, run.token], [false, 'token-1-of-the-endpoint']);
  const { requests } = stage.service;
  const reservations = requests.filter(({ call }) => /^(CreateCacheEntry|v1-reserve)$/.test(call));
  // After a look-up that failed, nothing is saved.
  assert.equal(reservations.length > 0, !outcome.startsWith('notUsed'));
}

/** A port on which nobody listens. It was free a moment ago. */
async function findClosedOrigin(): Promise<string> {
  const server = await startTcpServer(() => undefined);
  await server.close();
  return `http://127.0.0.1:${server.port}`;
}

/** Faults that do not belong to a single call. */
const others: {
  readonly name: string;
  readonly outcome: keyof typeof outcomes;
  readonly prepare: (stage: Stage, closed: string) => JobOptions | Promise<JobOptions>;
}[] = [
  {
    name: 'a refused connection to the service, v2',
    outcome: 'notUsed',
    prepare: (_, closed) => ({ environment: { ACTIONS_RESULTS_URL: `${closed}/` } }),
  },
  {
    name: 'a refused connection to the service, v1',
    outcome: 'notUsed',
    prepare: (_, closed) => ({
      version: 'v1',
      environment: { ACTIONS_CACHE_URL: `${closed}/repository/` },
    }),
  },
  {
    name: 'a service of another kind at the URL',
    outcome: 'notUsed',
    prepare: () => ({
      version: 'v1',
      environment: { GITHUB_SERVER_URL: 'https://ghe.example', ACTIONS_CACHE_URL: '' },
    }),
  },
  {
    name: 'a runtime token that the service does not know',
    outcome: 'notUsed',
    prepare: () => ({ environment: { ACTIONS_RUNTIME_TOKEN: 'a-token-of-another-service' } }),
  },
  {
    name: 'a runtime token that may read nothing',
    outcome: 'notUsed',
    prepare: () => ({ scopes: [] }),
  },
  {
    name: 'a refused connection to the storage',
    outcome: 'kept',
    prepare: async ({ endpoint, service }, closed) => {
      const { seal } = await createForge(endpoint.url);
      const url = `${closed}/blob`;
      const found = { ok: true, signed_download_url: url, matched_key: seal().name };
      service.fault('GetCacheEntryDownloadURL', { wrongBody: JSON.stringify(found) });
      return {};
    },
  },
  {
    name: 'a fault of the storage that passes, when it uploads',
    outcome: 'kept',
    prepare: ({ service }) => {
      service.fault('upload', faults['a 500'], 1);
      return {};
    },
  },
  {
    name: 'a connection that broke once, when a name was reserved',
    outcome: 'kept',
    prepare: ({ service }) => {
      service.fault('CreateCacheEntry', faults['a reset'], 1);
      return {};
    },
  },
  {
    name: 'a refused connection to the storage when it uploads',
    outcome: 'notTaken',
    prepare: ({ service }, closed) => {
      const reserved = { ok: true, signed_upload_url: `${closed}/account/container/blob?sig=x` };
      service.fault('CreateCacheEntry', { wrongBody: JSON.stringify(reserved) });
      return {};
    },
  },
];

function declareOther({ name, outcome, prepare }: (typeof others)[number]): void {
  test(name, async (t) => {
    const stage = await start(t);
    const job = await prepare(stage, await findClosedOrigin());
    assertOutcome(await runInTime(stage, job), stage, outcome);
  });
}

/** Settles once a file is made in a directory. */
function whenMade(t: TestContext, directory: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(directory, (_, file) => {
      if (file === name) resolve();
    });
    t.after(() => {
      watcher.close();
    });
  });
}

describe(
  'the token arrives, and the log says what became of the cache, after',
  { concurrency },
  () => {
    for (const version of ['v2', 'v1'] as const) {
      for (const row of rows[version]) declareRow(version, row);
    }
    others.forEach(declareOther);

    test('a tar that hangs, which is killed with all that it started', pathDecides, async (t) => {
      const script = '#!/bin/sh\nsleep 600 &\n: > "${0%/*}/started"\nsleep 600\n';
      const PATH = await makePath(['gzip', 'sleep'], { tar: script });
      t.after(() => rm(PATH, { recursive: true }));
      const stage = await start(t);
      const hangs = whenMade(t, PATH, 'started');
      const run = await runInTime(stage, { environment: { PATH } }, hangs);
      assert.deepEqual(run.lines, outcomes.notTakenInTime);
      assert.deepEqual(stage.service.entries, []);
    });
  },
);
