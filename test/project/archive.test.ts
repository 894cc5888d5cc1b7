/** What a job downloads when a workflow uses the action. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { startCacheService } from '../support/doubles/cache-service.ts';
import { runAction } from '../support/doubles/runner.ts';
import { startScriptedServer, token } from '../support/doubles/scripted-server.ts';
import { findHindrance, makeArchive } from '../support/making/archive.ts';

/** How many bytes a job may have to download. */
const limit = 600_000;

const hindrance = findHindrance();

describe('what a job downloads', { skip: hindrance ?? false }, () => {
  let base: string;
  let archive: string;
  /** Where it is unpacked. */
  let action: string;
  /** Every path in dist/ that is, or would be, committed. */
  let built: string[];

  before(() => {
    base = mkdtempSync(join(tmpdir(), 'archive-'));
    archive = join(base, 'archive.tar.gz');
    action = join(base, 'action');
    mkdirSync(action);
    built = makeArchive(archive);
    const { status, stderr } = spawnSync('tar', ['-xzf', archive, '-C', action]);
    assert.equal(status, 0, String(stderr));
  });

  after(() => {
    rmSync(base, { recursive: true, force: true, maxRetries: 3 });
  });

  test('is the code that runs, the licenses, and the README', () => {
    const found = readdirSync(action, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(action.length + 1))
      .map((path) => path.replaceAll(sep, '/'));
    const others = ['LICENSE', 'README.md', 'THIRD-PARTY-NOTICES.txt', 'action.yml'];
    assert.deepEqual(found.sort(), [...others, ...built].sort());
    for (const entry of ['main', 'post', 'save']) {
      assert.ok(found.includes(`dist/${entry}/index.js`), entry);
    }
  });

  test(`has at most ${limit / 1000} kB`, () => {
    const { size } = statSync(archive);
    assert.ok(size > 0 && size <= limit, `${size} bytes`);
  });

  test('gets a token, saves it, and finds it again', async (t) => {
    const service = await startCacheService();
    t.after(service.close);
    const endpoint = await startScriptedServer({ answers: [token()] });
    t.after(endpoint.close);
    const inputs = {
      'token-url': endpoint.url,
      'client-id': 'ci-client',
      'client-secret': 'the-secret-of-ci-client',
    };
    for (const hit of ['false', 'true']) {
      const run = await runAction({
        script: join(action, 'dist', 'main', 'index.js'),
        metadata: join(action, 'action.yml'),
        inputs,
        environment: service.environment({ version: 'v2' }),
      });
      assert.equal(run.conclusion, 'success', run.log);
      const { token: got, 'cache-hit': cacheHit } = run.outputs;
      assert.deepEqual([got, cacheHit], ['access-token-from-the-server', hit]);
    }
    assert.equal(endpoint.requests.length, 1);
  });
});
