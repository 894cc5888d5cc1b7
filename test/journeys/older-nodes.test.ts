/** The built action on the versions of Node that other runners than GitHub's use (docs/runners.md). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { makeVersion } from '../../src/cache/service.ts';
import { json, reply, startScriptedServer, token } from '../support/doubles/scripted-server.ts';
import { runBuiltJob, startBuiltAction } from '../support/making/built-action.ts';
import { startStage } from '../support/making/cache-stage.ts';
import { createAuthority } from '../support/making/certificates.ts';

const root = join(import.meta.dirname, '..', '..');

/** The versions on Linux. npm has no such package for some other machines. */
const nodes = ['node-20', 'node-22'].map((name) => ({
  name,
  node: join(root, 'tools', 'older-nodes', 'node_modules', name, 'bin', 'node'),
}));

for (const { name, node } of nodes) {
  const isExpected = process.platform === 'linux' && process.arch === 'x64';
  const skip = !isExpected && !existsSync(node) && 'npm has no such Node for this machine';

  describe(`the built action on ${name}`, { skip }, () => {
    test('runs on a version that cannot decompress zstd', () => {
      const version = execFileSync(node, ['-p', 'process.versions.zstd'], { encoding: 'utf8' });
      assert.equal(version.trim(), 'undefined');
    });

    test('gets a token over TLS with a private CA', async (t) => {
      const authority = await createAuthority();
      const { certificate: cert, key } = await authority.issue({ names: ['127.0.0.1'] });
      const server = await startScriptedServer({ answers: [token()], tls: { cert, key } });
      t.after(server.close);
      const run = await startBuiltAction(
        {
          'token-url': server.url,
          'client-id': 'ci',
          'client-secret': 'secret-of-the-client',
          'ca-certificate': authority.certificate,
          'use-cache': 'false',
        },
        { node },
      );
      assert.equal(run.exitCode, 0, run.stdout + run.stderr);
      assert.equal(run.outputs['token'], 'access-token-from-the-server');
      assert.equal(run.stderr, '');
    });

    test('gets a token with a private key', async (t) => {
      const server = await startScriptedServer({ answers: [token()] });
      t.after(server.close);
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const run = await startBuiltAction(
        {
          'token-url': server.url,
          'client-id': 'ci',
          'private-key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
          'use-cache': 'false',
        },
        { node },
      );
      assert.equal(run.exitCode, 0, run.stdout + run.stderr);
      assert.match(server.requests[0]?.body ?? '', /client_assertion=/);
    });

    test('reports a failure as on every Node', async (t) => {
      const server = await startScriptedServer({
        answers: [json(401, { error: 'invalid_client' })],
      });
      t.after(server.close);
      const run = await startBuiltAction(
        {
          'token-url': server.url,
          'client-id': 'ci',
          'client-secret': 'secret-of-the-client',
          'use-cache': 'false',
        },
        { node },
      );
      assert.equal(run.exitCode, 1);
      assert.deepEqual(
        run.annotations.map(({ title }) => title),
        ['oauth2-token: client refused'],
      );
    });

    test('revokes the token at the end of the job', async (t) => {
      const server = await startScriptedServer({ answers: [token(), reply()] });
      t.after(server.close);
      const { runs } = await runBuiltJob(
        {
          'token-url': server.url,
          'client-id': 'ci',
          'client-secret': 'secret-of-the-client',
          'revocation-url': `${server.origin}/revoke`,
          revoke: 'true',
          'use-cache': 'false',
        },
        { node, environment: { ACTIONS_RUNTIME_TOKEN: 'the-runtime-token-of-the-job' } },
      );
      assert.deepEqual(
        server.requests.map(({ path }) => path),
        ['/token', '/revoke'],
        runs[0]?.stdout,
      );
    });

    test('finds the token that another job has saved', async (t) => {
      const stage = await startStage();
      t.after(stage.close);
      const first = await stage.run({ node });
      assert.equal(stage.service.entries.at(-1)?.version, makeVersion('gzip'), first.stdout);
      const second = await stage.run({ node });
      assert.deepEqual([second.hit, second.token], [true, first.token]);
      // A job on the Node of GitHub's runners reads it too.
      const third = await stage.run();
      assert.deepEqual([third.hit, third.token], [true, first.token]);
    });

    test('requests a token if it cannot read the entry', async (t) => {
      const stage = await startStage();
      t.after(stage.close);
      await stage.run();
      const run = await stage.run({ node });
      assert.equal(run.hit, stage.service.entries[0]?.version === makeVersion('gzip'));
    });
  });
}
