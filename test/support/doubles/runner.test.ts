import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runProcess } from './runner/process.ts';
import { renderLog, runAction, runJob, startJob } from './runner.ts';

let directory: string;
let count = 0;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'runner-test-'));
});

after(async () => {
  await rm(directory, { recursive: true });
});

/** Writes a script, an ES module in which fs and env are defined, and gives its path. */
async function writeScript(source: string): Promise<string> {
  count += 1;
  const script = path.join(directory, `script-${count}.mjs`);
  const prologue = `import fs from 'node:fs'; const { env } = process; const append = (name, text) => fs.appendFileSync(env[name], text);`;
  await writeFile(script, `${prologue}\n${source}\n`);
  return script;
}

/** Writes a file, and gives its path. */
async function writeText(name: string, text: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, text);
  return file;
}

const printEnvironment = `append('GITHUB_OUTPUT', 'env=' + JSON.stringify(env) + '\\n');`;

function readEnvironment(outputs: Record<string, string>): Record<string, string> {
  return JSON.parse(outputs['env'] ?? '') as Record<string, string>;
}

describe('a script', () => {
  test('succeeds with exit code 0, in spite of an error annotation', async () => {
    const script = await writeScript(`console.log('::error title=a%2Cb::went wrong');`);
    const run = await runAction({ script });
    assert.equal(run.exitCode, 0);
    assert.equal(run.signal, null);
    assert.equal(run.conclusion, 'success');
    assert.equal(run.heldOpen, false);
    assert.equal(run.stdout, '::error title=a%2Cb::went wrong\n');
    assert.deepEqual(run.annotations, [{ level: 'error', title: 'a,b', message: 'went wrong' }]);
  });

  test('fails with another exit code', async () => {
    const run = await runAction({ script: await writeScript('process.exitCode = 3;') });
    assert.equal(run.exitCode, 3);
    assert.equal(run.conclusion, 'failure');
  });

  test('fails when a signal ends it', { skip: process.platform === 'win32' }, async () => {
    const run = await runAction({
      script: await writeScript(`process.kill(process.pid, 'SIGTERM');`),
    });
    assert.equal(run.exitCode, null);
    assert.equal(run.signal, 'SIGTERM');
    assert.equal(run.conclusion, 'failure');
  });

  test('has its stdout and stderr masked in the log, even a last line without a line break', async () => {
    const script = await writeScript(
      `process.stdout.write('out s3cret'); process.stderr.write('err s3cret');`,
    );
    const run = await runAction({ script, masks: [' s3cret\n'] });
    assert.deepEqual(run.log.split('\n').toSorted(), ['', 'err ***', 'out ***']);
    assert.equal(run.stdout, 'out s3cret');
    assert.equal(run.stderr, 'err s3cret');
  });

  test('has its commands obeyed on stderr too', async () => {
    const script = await writeScript(
      `console.error('::add-mask::s3cret'); console.error('s3cret');`,
    );
    const run = await runAction({ script });
    assert.deepEqual(run.masks, ['s3cret']);
    assert.equal(run.log, '***\n');
  });

  test('has masks only after it has requested them', async () => {
    const script = await writeScript(
      `console.log('s3cret'); console.log('::add-mask::s3cret'); console.log('s3cret');`,
    );
    assert.equal((await runAction({ script })).log, 's3cret\n***\n');
  });

  test('has each line of its log reported while it runs, masked', async () => {
    const go = path.join(directory, 'go');
    const lines: string[] = [];
    // It ends only after its first line was reported.
    const script = await writeScript(`
      console.log('first s3cret');
      while (!fs.existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 5));
      console.log('last');
    `);
    const onLog = (line: string): void => {
      lines.push(line);
      writeFileSync(go, '');
    };
    const run = await runAction({ script, masks: ['s3cret'], onLog });
    assert.equal(run.exitCode, 0);
    assert.deepEqual(lines, ['first ***', 'last']);
  });

  test('has nothing on its stdin', async () => {
    const script = await writeScript(`console.log(fs.readFileSync(0).length);`);
    assert.equal((await runAction({ script })).stdout, '0\n');
  });

  test('that does not exist is an error', async () => {
    await assert.rejects(runAction({ script: path.join(directory, 'missing.mjs') }), {
      code: 'script_missing',
    });
  });

  test('that cannot be started is an error', async () => {
    const script = await writeScript('');
    await assert.rejects(runAction({ script, node: path.join(directory, 'no-node') }), {
      code: 'not_started',
    });
  });

  test('that hangs is killed by the guard', async () => {
    const script = await writeScript('setInterval(() => {}, 1000);');
    await assert.rejects(runAction({ script, timeoutMs: 50 }), {
      code: 'timed_out',
      message: /Still running after 50 ms: killed\./,
    });
  });

  test('is killed if the runner is lost, and its run says so', async () => {
    const script = await writeScript('setInterval(() => {}, 1000);');
    const run = await runAction({ script, lost: AbortSignal.abort() });
    assert.deepEqual([run.signal, run.conclusion], ['SIGKILL', 'failure']);
  });

  test('ends although a process that it started still holds its output open', async () => {
    const pidFile = path.join(directory, 'pid');
    const script = await writeScript(`
      import { spawn } from 'node:child_process';
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
        detached: true,
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      fs.writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
      child.unref();
    `);
    try {
      const end = await runProcess({
        node: process.execPath,
        script,
        directory,
        environment: {},
        timeoutMs: 60_000,
        graceMs: 0,
        onLine: () => undefined,
      });
      assert.equal(end.exitCode, 0);
      assert.equal(end.heldOpen, true);
    } finally {
      process.kill(Number(await readFile(pidFile, 'utf8')));
    }
  });
});

describe("a script's environment", () => {
  test("is the runner's, not that of this process", async () => {
    process.env['RUNNER_TEST_MARKER'] = 'leaked';
    try {
      const run = await runAction({ script: await writeScript(printEnvironment) });
      const environment = readEnvironment(run.outputs);
      assert.equal(environment['RUNNER_TEST_MARKER'], undefined);
      assert.equal(environment['PATH'], process.env['PATH']);
      assert.equal(environment['GITHUB_ACTIONS'], 'true');
      assert.equal(environment['CI'], 'true');
      assert.equal(environment['GITHUB_REPOSITORY'], 'octo-org/octo-repo');
      assert.equal(environment['RUNNER_DEBUG'], undefined);
    } finally {
      delete process.env['RUNNER_TEST_MARKER'];
    }
  });

  test('has the inputs in upper case, with their hyphens', async () => {
    const script = await writeScript(printEnvironment);
    const run = await runAction({ script, inputs: { 'client-id': 'a', 'two words': '' } });
    const environment = readEnvironment(run.outputs);
    assert.equal(environment['INPUT_CLIENT-ID'], 'a');
    assert.equal(environment['INPUT_TWO_WORDS'], '');
  });

  test('has the given variables and state, and RUNNER_DEBUG for debugging', async () => {
    const run = await runAction({
      script: await writeScript(printEnvironment),
      environment: { GITHUB_REPOSITORY: 'a/b', HTTPS_PROXY: 'http://127.0.0.1:1' },
      state: { pending: 'yes' },
      debug: true,
    });
    const environment = readEnvironment(run.outputs);
    assert.equal(environment['GITHUB_REPOSITORY'], 'a/b');
    assert.equal(environment['HTTPS_PROXY'], 'http://127.0.0.1:1');
    assert.equal(environment['STATE_pending'], 'yes');
    assert.equal(environment['RUNNER_DEBUG'], '1');
  });

  test("names the event's payload", async () => {
    const script = await writeScript(
      `append('GITHUB_OUTPUT', 'event=' + fs.readFileSync(env.GITHUB_EVENT_PATH, 'utf8').replace(/\\s/g, ''));`,
    );
    const run = await runAction({ script, eventPayload: { number: 7 } });
    assert.equal(run.outputs['event'], '{"number":7}');
  });

  test('names its own directories, which are removed afterwards', async () => {
    const script = await writeScript(`fs.writeFileSync('made', ''); ${printEnvironment}`);
    const environment = readEnvironment((await runAction({ script })).outputs);
    for (const name of ['GITHUB_WORKSPACE', 'RUNNER_TEMP', 'RUNNER_TOOL_CACHE', 'GITHUB_OUTPUT']) {
      const file = environment[name] ?? '';
      assert.ok(path.isAbsolute(file), name);
      assert.equal(existsSync(file), false, name);
    }
  });

  test("names the caller's directories, and they stay", async () => {
    const workspace = await mkdtemp(path.join(directory, 'workspace-'));
    const temp = await mkdtemp(path.join(directory, 'temp-'));
    const script = await writeScript(
      `fs.writeFileSync('in-workspace', ''); fs.writeFileSync(env.RUNNER_TEMP + '/in-temp', '');`,
    );
    await runAction({ script, workspace, temp });
    assert.deepEqual(await readdir(workspace), ['in-workspace']);
    assert.deepEqual((await readdir(temp)).toSorted(), [
      '_github_workflow',
      '_runner_file_commands',
      'in-temp',
    ]);
  });
});

describe("a script's command files", () => {
  test('give outputs, variables, path and state', async () => {
    const script = await writeScript(`
      append('GITHUB_OUTPUT', 'a=1\\nb<<EOF\\ntwo\\nlines\\nEOF\\n');
      append('GITHUB_ENV', 'C=3\\n');
      append('GITHUB_PATH', '/one\\n\\n/two');
      append('GITHUB_STATE', 'd=4\\n');
    `);
    const run = await runAction({ script });
    assert.deepEqual(run.outputs, { a: '1', b: 'two\nlines' });
    assert.deepEqual(run.env, { C: '3' });
    assert.deepEqual(run.path, ['/one', '/two']);
    assert.deepEqual(run.state, { d: '4' });
    assert.deepEqual(run.errors, []);
    assert.equal(run.log, '');
  });

  test('fail the step if one is malformed, but the others are still read', async () => {
    const script = await writeScript(`
      append('GITHUB_ENV', 'A=1\\ns3cret\\n');
      append('GITHUB_OUTPUT', 'b=2\\n');
    `);
    const run = await runAction({ script, masks: ['s3cret'] });
    assert.equal(run.exitCode, 0);
    assert.equal(run.conclusion, 'failure');
    assert.deepEqual(run.errors, [
      "Unable to process file command 'env' successfully. Invalid format '***'",
    ]);
    assert.equal(
      run.log,
      "##[error]Unable to process file command 'env' successfully.\n##[error]Invalid format '***'\n",
    );
    assert.deepEqual(run.env, { A: '1' });
    assert.deepEqual(run.outputs, { b: '2' });
  });

  test('fail the step if an output has no name', async () => {
    const run = await runAction({ script: await writeScript(`append('GITHUB_OUTPUT', '=1\\n');`) });
    assert.equal(run.conclusion, 'failure');
    assert.match(run.errors[0] ?? '', /'output'.*Value cannot be null/);
  });

  test('cannot set NODE_OPTIONS, which is an error but not a failure', async () => {
    const script = await writeScript(`append('GITHUB_ENV', 'Node_Options=--v8-options\\nA=1\\n');`);
    const run = await runAction({ script });
    assert.deepEqual(run.env, { A: '1' });
    assert.deepEqual(run.errors, [
      "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.",
    ]);
    assert.equal(run.conclusion, 'success');
  });

  test('may be removed by the script', async () => {
    const run = await runAction({ script: await writeScript('fs.rmSync(env.GITHUB_OUTPUT);') });
    assert.equal(run.conclusion, 'success');
  });

  test('give a masked summary, unless it is too large', async () => {
    const script = await writeScript(`append('GITHUB_STEP_SUMMARY', '# s3cret\\r\\nend');`);
    assert.equal((await runAction({ script, masks: ['s3cret'] })).summary, '# ***\nend\n');

    const large = await writeScript(`append('GITHUB_STEP_SUMMARY', 'x'.repeat(1024 * 1024 + 1));`);
    const run = await runAction({ script: large });
    assert.equal(run.summary, '');
    assert.match(run.errors[0] ?? '', /^\$GITHUB_STEP_SUMMARY upload aborted/);
    assert.equal(run.conclusion, 'success');
  });

  test('show what they set in the debug log, masked', async () => {
    const script = await writeScript(
      `append('GITHUB_OUTPUT', 'a=s3cret\\n'); append('GITHUB_ENV', 'B=s3cret\\n');`,
    );
    const run = await runAction({ script, masks: ['s3cret'], debug: true });
    assert.equal(
      run.log,
      "##[debug]Node Action run completed with exit code 0\n##[debug]B='***'\n##[debug]Set output a = ***\n",
    );
  });
});

describe('with the path of action.yml', () => {
  test('every declared input has its default, or is empty', async () => {
    const metadata = await writeText(
      'defaults.yml',
      'inputs:\n  client-id: {}\n  timeout:\n    default: 15\n  use-cache:\n    default: true\n',
    );
    const script = await writeScript(printEnvironment);
    const run = await runAction({ script, metadata, inputs: { Timeout: '3' } });
    const environment = readEnvironment(run.outputs);
    assert.equal(environment['INPUT_CLIENT-ID'], '');
    assert.equal(environment['INPUT_TIMEOUT'], '3');
    assert.equal(environment['INPUT_USE-CACHE'], 'true');
    assert.deepEqual(run.annotations, []);
  });

  test('an input that is not declared is passed on with a warning', async () => {
    const metadata = await writeText('declared.yml', 'inputs:\n  a: {}\n  b: {}\n');
    const script = await writeScript(printEnvironment);
    const run = await runAction({ script, metadata, inputs: { a: '1', c: '2' } });
    assert.equal(readEnvironment(run.outputs)['INPUT_C'], '2');
    assert.equal(run.log, "##[warning]Unexpected input(s) 'c', valid inputs are ['a', 'b']\n");
  });

  test('a default that is an expression is an error', async () => {
    const metadata = await writeText(
      'expression.yml',
      'inputs:\n  token:\n    default: ${{ github.token }}\n',
    );
    await assert.rejects(runAction({ script: await writeScript(''), metadata }), {
      code: 'unsupported_default',
    });
  });
});

describe('a job', () => {
  test('passes variables and path on to later steps', async () => {
    const first = await writeScript(`
      append('GITHUB_ENV', 'A=1\\nGITHUB_REPOSITORY=forged/one\\n');
      append('GITHUB_PATH', '/one\\n/two\\n');
    `);
    const second = await writeScript(`append('GITHUB_PATH', '/one\\n');`);
    const third = await writeScript(printEnvironment);
    const job = await runJob([{ script: first }, { script: second }, { script: third }]);
    const environment = readEnvironment(job.runs[2]?.outputs ?? {});
    assert.equal(environment['A'], '1');
    assert.equal(environment['PATH'], ['/one', '/two', process.env['PATH']].join(path.delimiter));
    assert.equal(environment['GITHUB_REPOSITORY'], 'octo-org/octo-repo');
  });

  test('keeps masks for later steps, and hides the tokens of its services', async () => {
    const first = await writeScript(`console.log('::add-mask::s3cret');`);
    const second = await writeScript(`console.log('s3cret', env.ACTIONS_RUNTIME_TOKEN);`);
    const job = await runJob([
      { script: first },
      { script: second, environment: { ACTIONS_RUNTIME_TOKEN: 'runtime-token' } },
    ]);
    assert.equal(job.log, '*** ***\n');
  });

  test('runs post scripts at its end, the last first, each with the state and inputs of its step', async () => {
    const script = await writeScript(
      `append('GITHUB_STATE', 'of=' + env.INPUT_NAME + '\\n'); console.log('main', env.INPUT_NAME);`,
    );
    const post = await writeScript(`console.log('post', env.INPUT_NAME, env.STATE_of);`);
    const job = await runJob([
      { script, post, inputs: { name: 'a' } },
      { script, post, inputs: { name: 'b' } },
    ]);
    assert.equal(job.conclusion, 'success');
    assert.equal(job.log, 'main a\nmain b\npost b b\npost a a\n');
    assert.equal(job.posts.length, 2);
  });

  test('skips the steps after one that failed, but not the post scripts of those that ran', async () => {
    const script = await writeScript('process.exitCode = 1;');
    const never = await writeScript(`console.log('never');`);
    const post = await writeScript(`console.log('cleaned up');`);
    const job = await runJob([
      { script, post },
      { script: never, post },
    ]);
    assert.equal(job.conclusion, 'failure');
    assert.equal(job.runs.length, 1);
    assert.equal(job.log, 'cleaned up\n');
  });

  test('fails when a post script does', async () => {
    const script = await writeScript('');
    const post = await writeScript('process.exitCode = 1;');
    assert.equal((await runJob([{ script, post }])).conclusion, 'failure');
  });

  test('can be run step by step, with the results of an earlier step', async () => {
    const first = await writeScript(`append('GITHUB_OUTPUT', 'token=abc\\n');`);
    const second = await writeScript(`console.log(env.INPUT_TOKEN);`);
    const job = await startJob();
    try {
      const { outputs } = await job.run({ script: first });
      const run = await job.run({ script: second, inputs: { token: outputs['token'] ?? '' } });
      assert.equal(run.log, 'abc\n');
      assert.deepEqual(await job.runPosts(), []);
    } finally {
      await job.close();
    }
  });

  test('starts the log of a step with a name with its inputs and variables, masked', async () => {
    const script = await writeScript(`append('GITHUB_ENV', 'A=1\\n'); console.log('main');`);
    const post = await writeScript('');
    const job = await runJob(
      [
        { script },
        {
          script,
          post,
          uses: 'octo-org/oauth2-token@v1',
          inputs: { 'client-id': 'ci', 'client-secret': 's3cret', scopes: '' },
          environment: { B: '2', ACTIONS_RUNTIME_URL: 'http://127.0.0.1' },
        },
      ],
      { masks: ['s3cret'] },
    );
    assert.equal(
      job.log,
      `main
##[group]Run octo-org/oauth2-token@v1
with:
  client-id: ci
  client-secret: ***
env:
  A: 1
  B: 2
##[endgroup]
main
Post job cleanup.
`,
    );
  });
});

test('a log is rendered with labels for messages and indented groups', () => {
  const log = `first
##[group]Title
inside
##[warning]careful
##[endgroup]
##[error]wrong
more
##[notice]by the way
##[command]git version
##[debug]detail
not ##[error] here
`;
  assert.equal(
    renderLog({ log }),
    `first
> Title
    inside
    Warning: careful
Error: wrong
more
Notice: by the way
git version
##[debug]detail
not ##[error] here
`,
  );
});
