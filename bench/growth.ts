/** How the cost of the action grows. */
import type { Contestant, Servers, Stage } from './contest.ts';
import type { Roster } from './roster.ts';
import { median, renderTable } from './table.ts';

/** Shows how the cost grows with the token, with the entries of other jobs, and with jobs that start together. */
export async function grow(
  roster: Roster,
  stage: Stage,
  servers: Servers,
  rounds: number,
): Promise<void> {
  const { fast } = servers.addresses;
  await servers.ask({ kind: 'others', count: 0 });
  await growToken(roster, stage, servers, rounds);
  await servers.ask({ kind: 'token-length', length: 900 });
  await growOthers(roster, stage, servers, rounds);
  await servers.ask({ kind: 'others', count: 0 });

  const rows: string[][] = [];
  for (const count of [1, 4, 16, 64]) {
    const job = await roster.action('', { 'token-url': fast, 'client-id': `of-${count}-jobs` });
    for (const state of ['cold', 'warm']) {
      const counts = await servers.countDuring(() => stage.race(job, count));
      rows.push([
        `${count}, ${state} cache`,
        (counts.tokenRequests / count).toFixed(2),
        (counts.cacheRequests / count).toFixed(2),
        (counts.bytes / count).toFixed(0),
      ]);
    }
  }
  console.log('\nJobs that start together and want the same token, for each job:\n');
  console.log(renderTable(['jobs', 'token requests', 'cache requests', 'bytes'], rows));
}

async function growToken(
  roster: Roster,
  stage: Stage,
  servers: Servers,
  rounds: number,
): Promise<void> {
  const { fast } = servers.addresses;
  const rows: string[][] = [];
  for (const length of [100, 1024, 4096, 16_384, 65_536]) {
    await servers.ask({ kind: 'token-length', length });
    const url = { 'token-url': fast, 'client-id': `with-${length}` };
    const without = await roster.action('', { ...url, 'use-cache': 'false' });
    const cached = await roster.action('', url);
    const saving = await servers.countDuring(() => void stage.time(cached));
    const hit = { ...cached, expects: /^cache-hit<<.*\ntrue\n/m };
    const reading = await servers.countDuring(() => void stage.time(hit));
    const [plain, reused] = timeInTurn([without, hit], stage, rounds);
    const cells = [median(plain ?? []).toFixed(1), median(reused ?? []).toFixed(1)];
    rows.push([String(length), ...cells, String(saving.bytes), String(reading.bytes)]);
  }
  console.log(`\nBy the length of the token, medians of ${rounds} rounds:\n`);
  const head = [
    'characters',
    'without cache, ms',
    'cache hit, ms',
    'bytes of a miss',
    'bytes of a hit',
  ];
  console.log(renderTable(head, rows));
}

async function growOthers(
  roster: Roster,
  stage: Stage,
  servers: Servers,
  rounds: number,
): Promise<void> {
  const rows: string[][] = [];
  for (const count of [1, 100, 1000, 10_000]) {
    await servers.ask({ kind: 'others', count });
    const hit = await roster.hit();
    stage.time({ ...hit, expects: undefined });
    const counts = await servers.countDuring(() => void stage.time(hit));
    const [taken] = timeInTurn([hit], stage, rounds);
    const cells = [median(taken ?? []).toFixed(1), String(counts.cacheRequests)];
    rows.push([String(count), ...cells, String(counts.bytes)]);
  }
  console.log(`\nA cache hit by the number of others' entries, medians of ${rounds} rounds:\n`);
  console.log(renderTable(['entries', 'ms', 'cache requests', 'bytes'], rows));
}

function timeInTurn(all: readonly Contestant[], stage: Stage, rounds: number): number[][] {
  const times = all.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    all.forEach((contestant, index) => times[index]?.push(stage.time(contestant)));
  }
  return times;
}
