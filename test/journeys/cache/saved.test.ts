/** The built child process saves a normal entry: the toolkit restores it, and the action's own rules find it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';

import { decompressArchive } from '../../../src/cache/archive.ts';
import { openEntry } from '../../../src/cache/entry.ts';
import { chooseCacheService, compressions } from '../../../src/cache/service.ts';
import { sendRequest } from '../../../src/http/request.ts';
import { runCacheSteps } from '../../support/making/cache-steps.ts';
import { issueTokens, type Stage, startStage, wires } from '../../support/making/cache-stage.ts';
import { createForge, type Forge } from '../../support/making/forged-entry.ts';

const signal = new AbortController().signal;

/** Downloads the entries that a look-up by the prefix finds, for both compressions. */
async function download(stage: Stage, { prefix }: Forge, version: 'v1' | 'v2'): Promise<Buffer[]> {
  const service = chooseCacheService(stage.service.environment({ version }), sendRequest);
  assert.ok(service);
  const archives = await Promise.all(
    compressions.map(async (compression) => {
      const found = await service.find(prefix, compression, signal);
      if (found === undefined) return [];
      return [await decompressArchive(await service.download(found, signal), compression)];
    }),
  );
  return archives.flat();
}

for (const version of wires) {
  describe(`an entry that was saved over ${version}`, () => {
    test('is one file that restoreCache of @actions/cache finds, byte for byte', async (t) => {
      const stage = await startStage();
      t.after(stage.close);
      const forge = await createForge(stage.endpoint.url);
      const { token } = await stage.run({ version });
      const [saved] = stage.service.entries;

      const steps = [{ restore: forge.prefix }, { restore: saved?.name ?? '' }];
      const environment = stage.service.environment({ version });
      const { results } = await runCacheSteps(environment, steps);
      for (const result of results) {
        assert.ok(typeof result === 'object' && 'name' in result, 'a miss');
        assert.equal(result.name, saved?.name);
        const sealing = { key: forge.keys.sealing, name: result.name };
        const opened = openEntry(Buffer.from(result.content, 'latin1'), sealing);
        assert.equal(opened?.accessToken.token, token);
      }
    });

    test('is in one archive, which the look-up finds under one compression', async (t) => {
      const stage = await startStage();
      t.after(stage.close);
      const forge = await createForge(stage.endpoint.url);
      const { token } = await stage.run({ version });
      const [archive, ...others] = await download(stage, forge, version);
      assert.ok(archive);
      assert.deepEqual(others, []);
      const [saved] = stage.service.entries;
      const sealing = { key: forge.keys.sealing, name: saved?.name ?? '' };
      assert.equal(openEntry(archive, sealing)?.accessToken.token, token);
    });
  });
}

test('a long token is saved in one request, and found again', async (t) => {
  const long = randomBytes(75 * 1024).toString('base64url');
  const stage = await startStage({ answers: [issueTokens({ access_token: long })] });
  t.after(stage.close);
  await stage.run();
  const uploads = stage.service.requests.filter(({ call }) => call === 'upload');
  assert.equal(uploads.length, 1);
  const { hit, token } = await stage.run();
  assert.deepEqual([hit, token], [true, long]);
});
