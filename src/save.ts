/**
 * The child process that saves a sealed entry: the name, a line break and the entry come by stdin, one word goes out.
 * It is a process of its own because the toolkit prints what belongs in no log and can wait for many minutes.
 */
import { writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

import { saveCache } from '@actions/cache';

import { classifySave, lostConnection } from './cache/save-report.ts';
import { entryFile } from './cache/service.ts';

/** The parent kills this process long before; this is for a parent that was killed itself. Milliseconds. */
const longestLife = 30_000;

/** Milliseconds before the second attempt. */
const pause = 500;

const input = await buffer(process.stdin);
const split = input.indexOf('\n');
// Nothing came: the parent has nothing to save.
if (split > 0) {
  setTimeout(() => process.exit(), longestLife).unref();
  const name = input.toString('utf8', 0, split);
  const entry = input.subarray(split + 1);
  const { result, text } = await retryOnce(() => capture(() => save(name, entry)));
  process.stdout.write(classifySave(result, text));
}

/** What a save gave, and what it printed. */
interface Report {
  readonly result: number;
  readonly text: string;
}

async function retryOnce(attempt: () => Promise<Report>): Promise<Report> {
  const report = await attempt();
  if (!lostConnection(report.text)) return report;
  await wait(pause);
  return attempt();
}

function save(name: string, entry: Buffer): Promise<number> {
  writeFileSync(entryFile, entry, { mode: 0o600 });
  return saveCache([entryFile], name, undefined, true);
}

/** Runs something and keeps what it prints: `saveCache` says why it failed in print alone. */
async function capture(work: () => Promise<number>): Promise<Report> {
  const printed: string[] = [];
  const keep = (chunk: string | Uint8Array): boolean =>
    printed.push(Buffer.from(chunk).toString()) > 0;
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = keep;
  process.stderr.write = keep;
  try {
    return { result: await work(), text: printed.join('') };
  } catch (error) {
    return { result: -1, text: `${printed.join('')}${String(error)}` };
  } finally {
    process.stdout.write = write;
  }
}
