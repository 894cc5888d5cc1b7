/** The server that the workflows run the action against: demo/serve.ts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { startBuiltAction } from '../support/making/built-action.ts';

const script = join(import.meta.dirname, '..', '..', 'demo', 'serve.ts');
const clientSecret = 'no-secret-for-this-client-is-made-up';

/** The result of a start. */
interface Start {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote for later steps. */
  readonly outputs: string;
}

/** Starts the server as a step does. A step is over when all its pipes are closed. The server ends with the test. */
function start(
  t: TestContext,
  args: readonly string[],
  { secret = clientSecret, inWorkflow = true } = {},
): Start {
  const folder = mkdtempSync(join(tmpdir(), 'oauth2-token-serve-'));
  const file = join(folder, 'output');
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, CLIENT_SECRET: secret, GITHUB_OUTPUT: inWorkflow ? file : '' },
    // A time limit, because the server could keep the pipes open.
    timeout: 30_000,
  });
  const pid = /process (\d+)/.exec(stdout)?.[1];
  if (pid !== undefined) t.after(() => process.kill(Number(pid)));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  assert.equal(error, undefined, 'a pipe stayed open');
  return { status, stdout, stderr, outputs: existsSync(file) ? readFileSync(file, 'utf8') : '' };
}

test('the step ends, the server stays, and the action gets a token from it', async (t) => {
  const { status, stderr, outputs } = start(t, ['--client-id', 'ci']);
  assert.equal(status, 0, stderr);
  const [, tokenUrl = '', delimiter, certificate = ''] =
    /^token-url=(.*)\nca-certificate<<(.*)\n([^]*)\n\2\n$/.exec(outputs) ?? [];
  assert.ok(delimiter !== undefined, outputs);
  const inputs = {
    'token-url': tokenUrl,
    'ca-certificate': certificate,
    'client-id': 'ci',
    'client-secret': clientSecret,
    'use-cache': 'false',
  };
  const right = await startBuiltAction(inputs);
  assert.equal(right.exitCode, 0, right.stdout);
  assert.notEqual(right.outputs['token'] ?? '', '');
  const wrong = await startBuiltAction({
    ...inputs,
    'client-secret': 'another-secret-than-its-own',
  });
  assert.equal(wrong.exitCode, 1);
});

test('a port that is taken fails the step, with the reason', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { status, stderr } = start(t, ['--client-id', 'ci', '--port', String(port)]);
  assert.equal(status, 1);
  assert.match(stderr, /EADDRINUSE/);
});

test('outside a workflow it prints the command of the demo that gets a token from it', (t) => {
  const { status, stdout, stderr } = start(t, ['--client-id', "the client's"], {
    inWorkflow: false,
  });
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stdout, new RegExp(clientSecret));
  const [, command = ''] = /^npm run demo -- (.+)$/m.exec(stdout) ?? [];
  const demo = spawnSync(`"${process.execPath}" demo/demo.ts ${command}`, {
    encoding: 'utf8',
    cwd: join(import.meta.dirname, '..', '..'),
    shell: true,
    env: { ...process.env, CLIENT_SECRET: clientSecret },
  });
  assert.equal(demo.status, 0, demo.stdout + demo.stderr);
});

describe('wrong usage is explained, with every option:', () => {
  for (const [wrong, args, secret, complaint] of [
    ['no client', [], clientSecret, '--client-id is required.'],
    ['no secret', ['--client-id', 'ci'], '', 'CLIENT_SECRET is not set.'],
    ['a port of letters', ['--client-id', 'ci', '--port', 'x'], clientSecret, '--port: got "x"'],
    [
      'a misspelled option',
      ['--clientid', 'ci'],
      clientSecret,
      '--clientid: unknown option, did you mean --client-id?',
    ],
  ] as const) {
    test(wrong, (t) => {
      const { status, stderr } = start(t, args, { secret });
      assert.equal(status, 1);
      assert.ok(stderr.startsWith(complaint), stderr);
      for (const option of ['--client-id ID', '--port PORT', '--minutes MINUTES']) {
        assert.ok(stderr.includes(option), option);
      }
    });
  }
});
