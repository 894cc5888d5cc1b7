/**
 * The child process that saves an encrypted entry. It reads the name, a line break and the entry from stdin, and prints
 * one word. It is a separate process because the toolkit prints what must not be in the log, and can wait for many
 * minutes.
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

/**
 * The parent kills this process long before. This limit is for the case that the parent was killed itself.
 * Milliseconds.
 */
const longestLife = 30_000;

/** Milliseconds before the second attempt. */
const pause = 500;

const input = await buffer(process.stdin);
const split = input.indexOf('\n');
// There was no input: the parent has nothing to save.
if (split > 0) {
  setTimeout(endAll, longestLife).unref();
  if (!readableCompressions.includes('zstd-without-long')) hideZstd();
  adaptNetwork();
  const name = input.toString('utf8', 0, split);
  const entry = input.subarray(split + 1);
  const { result, text } = await retryOnce(() => capture(() => save(name, entry)));
  // The parent waits for the end. What the toolkit has left, such as a timer, must not delay it.
  process.stdout.write(classifySave(result, text), () => process.exit());
}

/** Ends this process with all that it started. An exit by itself would wait for a name look-up that hangs. */
function endAll(): void {
  // The parent made this process the leader of a group, on systems that have groups.
  if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  process.exit();
}

/**
 * Makes the toolkit compress with gzip, as it does without zstd, because an older Node could not read the entry again.
 */
function hideZstd(): void {
  const folder = join(process.cwd(), 'no-zstd');
  mkdirSync(folder);
  const isWindows = process.platform === 'win32';
  const [name, script] = isWindows ? ['zstd.cmd', '@exit /b 1'] : ['zstd', '#!/bin/sh\nexit 1\n'];
  writeFileSync(join(folder, name), script, { mode: 0o755 });
  process.env['PATH'] = `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
}

/**
 * Lets the toolkit's HTTP client reach what the action itself reaches. The client understands fewer forms of the proxy
 * variables, and does not report it.
 */
function adaptNetwork(): void {
  const url = readServiceUrl(process.env);
  if (URL.canParse(url)) Object.assign(process.env, writeVariables(new URL(url), process.env));
  const { lookup } = dns;
  // The client passes an IPv6 address with its brackets to the resolver, which does not know it. No option changes
  // that.
  const adapted = (host: string, ...rest: unknown[]): void => {
    Reflect.apply(lookup, dns, [withoutBrackets(host), ...rest]);
  };
  dns.lookup = adapted as typeof lookup;
}

/** The result of a save, and what it printed. */
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

/** Runs something and keeps what it prints, because `saveCache` only prints why it failed. */
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
