/**
 * A job that uses the real @actions/cache. It is a separate process, because the toolkit reads process.env and prints.
 * Started by fork() with RUNNER_TEMP and GITHUB_WORKSPACE as its working directory; takes the steps as a message, does
 * them one after the other, and answers with a message that has the result of each.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { restoreCache, saveCache } from '@actions/cache';

/** Saves a file with this content under the name, or looks up the name and the prefixes and unpacks the entry. */
export type Step =
  | { save: string; content: string; path?: string }
  | { restore: string; prefixes?: string[]; path?: string };

/**
 * The entry's id, or -1, as saveCache answers. Or the name that was found, and each byte of its file as a character.
 */
export type StepResult = { id: number } | { name: string; content: string } | 'miss';

async function take(step: Step): Promise<StepResult> {
  const { path = 'token.bin' } = step;
  if ('save' in step) {
    await writeFile(path, step.content);
    return { id: await saveCache([path], step.save, undefined, true) };
  }
  await rm(path, { force: true });
  const name = await restoreCache([path], step.restore, step.prefixes, undefined, true);
  return name === undefined ? 'miss' : { name, content: await readFile(path, 'latin1') };
}

process.once('message', (steps: Step[]) => {
  void (async () => {
    const results: StepResult[] = [];
    for (const step of steps) results.push(await take(step));
    process.send?.(results);
    process.disconnect();
  })();
});
