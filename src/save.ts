/**
 * The child process that saves an encrypted entry: the name, a line break and the entry come by stdin, one word goes out.
 * It is a process of its own because the toolkit prints what belongs in no log and can wait for many minutes.
 */
import dns from 'node:dns';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

import { saveCache } from '@actions/cache';

import { readableCompressions } from './cache/archive.ts';
import { classifySave, lostConnection } from './cache/save-report.ts';
import { entryFile, readServiceUrl } from './cache/service.ts';
import { withoutBrackets, writeVariables } from './http/connection/proxy.ts';

/** The parent kills this process long before; this is for a parent that was killed itself. Milliseconds. */
const longestLife = 30_000;

/** Milliseconds before the second attempt. */
const pause = 500;

const input = await buffer(process.stdin);
const split = input.indexOf('\n');
// Nothing came: the parent has nothing to save.
if (split > 0) {
  setTimeout(endAll, longestLife).unref();
  if (!readableCompressions.includes('zstd-without-long')) hideZstd();
  adaptNetwork();
  const name = input.toString('utf8', 0, split);
  const entry = input.subarray(split + 1);
  const { result, text } = await retryOnce(() => capture(() => save(name, entry)));
  // The parent waits for the end: nothing that the toolkit has left, such as a timer, is to delay it.
  process.stdout.write(classifySave(result, text), () => process.exit());
}

/** Ends this process with all that it started; an exit alone would wait for a name look-up that hangs. */
function endAll(): void {
  // The parent made it the leader of a group, where there are groups.
  if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  process.exit();
}

/** Has the toolkit compress by gzip, as it does where there is no zstd: an older Node could not read the entry again. */
function hideZstd(): void {
  const folder = join(process.cwd(), 'no-zstd');
  mkdirSync(folder);
  const isWindows = process.platform === 'win32';
  const [name, script] = isWindows ? ['zstd.cmd', '@exit /b 1'] : ['zstd', '#!/bin/sh\nexit 1\n'];
  writeFileSync(join(folder, name), script, { mode: 0o755 });
  process.env['PATH'] = `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
}

/** Has the toolkit's HTTP client reach what the action itself reaches: it reads less, and tells nobody. */
function adaptNetwork(): void {
  const url = readServiceUrl(process.env);
  if (URL.canParse(url)) Object.assign(process.env, writeVariables(new URL(url), process.env));
  const { lookup } = dns;
  // It hands the brackets of an IPv6 address to the resolver, which knows no such name, and no option of it changes that.
  const adapted = (host: string, ...rest: unknown[]): void => {
    Reflect.apply(lookup, dns, [withoutBrackets(host), ...rest]);
  };
  dns.lookup = adapted as typeof lookup;
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

/** Runs something and keeps what it prints: `saveCache` says only in print why it failed. */
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
