/** What the tests of the cache share: a stage for one test, and the checks after its jobs. */
import { rm } from 'node:fs/promises';
import { after, before, type TestContext } from 'node:test';
import {
  client,
  makePath,
  pathDecides,
  type Stage,
  type StageOptions,
  startStage,
} from './cache-stage.ts';

/** The credentials after `Basic` in the client's Authorization header. */
export const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');

/** Makes a PATH with everything that saving needs except zstd, for the tests of a file. */
export function preparePlainPath(): () => string {
  let path = '';
  before(async () => {
    if (pathDecides.skip === false) path = await makePath(['tar', 'gzip']);
  });
  after(async () => {
    if (path !== '') await rm(path, { recursive: true });
  });
  return () => path;
}

/** Starts a stage for one test. */
export async function start(t: TestContext, options?: StageOptions): Promise<Stage> {
  const stage = await startStage(options);
  t.after(stage.close);
  return stage;
}

/** How many requests for a call the service got. */
export function count(stage: Stage, call: Stage['service']['requests'][number]['call']): number {
  return stage.service.requests.filter((request) => request.call === call).length;
}

/**
 * A lifetime of about an hour, in seconds. It ends in the middle of five minutes if it begins within the next 100 s.
 */
export function chooseLifetime(): number {
  const now = Math.floor(Date.now() / 1000);
  return Math.ceil((now + 3600) / 300) * 300 + 50 - now;
}
