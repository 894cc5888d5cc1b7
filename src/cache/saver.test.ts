import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { saveWords } from './save-report.ts';
import { type Saver, startSaver } from './saver.ts';

const name = 'oauth2-token-v2-0123456789abcdef0123456789abcdef-0123456789abcdef';
const entry = Buffer.from('sealed');

/** As large as an entry can be, and so larger than what a pipe takes at once. */
const largest = randomBytes(192 * 1024);

const isWindows = process.platform === 'win32';

/** Variables that every process has in macOS and in Windows (`required_vars` of libuv). */
const addedBySystem = isWindows
  ? [
      'HOMEDRIVE',
      'HOMEPATH',
      'LOGONSERVER',
      'SYSTEMDRIVE',
      'SYSTEMROOT',
      'TEMP',
      'USERDOMAIN',
    ].concat(['USERNAME', 'USERPROFILE', 'WINDIR'])
  : ['__CF_USER_TEXT_ENCODING'];

/** What a process says about itself. */
interface Witness {
  readonly pid: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What it got by stdin, as base64; empty if it did not read. */
  readonly input: string;
  /** Settles when the process has ended. */
  readonly gone: Promise<void>;
}

/** What the child processes can use. They report by TCP, so that the test need not poll. */
const prelude = `
  import { spawn } from 'node:child_process';
  import { connect } from 'node:net';
  import { renameSync, writeFileSync } from 'node:fs';
  import { buffer } from 'node:stream/consumers';
  const hang = () => setInterval(() => undefined, 1000);
  const report = (input = '') => new Promise((resolve) => {
    const { pid, env } = process;
    const socket = connect(Number(env.RUNNER_WITNESS), '127.0.0.1');
    socket.write(JSON.stringify({ pid, cwd: process.cwd(), env, input }) + '\\n', resolve);
    // At the end of a test its processes are killed, even if it failed.
    socket.on('error', () => undefined).on('close', () => process.exit()).unref();
  });
`;

/** A timer that fires when a test says so. */
interface Timer {
  readonly milliseconds: number;
  readonly fire: () => void;
  stopped: boolean;
}

/** The surroundings of the saver in one test. */
interface Bench {
  readonly saver: Saver;
  readonly timers: readonly Timer[];
  /** The directory in which the saver may make its own. */
  readonly temp: string;
  /** The next process that reports. */
  readonly meet: () => Promise<Witness>;
}

interface BenchOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

/** Starts a saver whose child process runs this code. */
async function start(
  context: TestContext,
  code: string,
  { env = {}, platform = process.platform }: BenchOptions = {},
): Promise<Bench> {
  const root = makeRoot(context);
  const temp = join(root, 'temp');
  mkdirSync(temp);
  const script = join(root, 'script.mjs');
  writeFileSync(script, prelude + code);

  const sockets: Socket[] = [];
  const waiting: ((socket: Socket) => void)[] = [];
  const server = createServer((socket) => {
    context.after(() => socket.destroy());
    const next = waiting.shift();
    if (next === undefined) sockets.push(socket);
    else next(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);

  const timers: Timer[] = [];
  const saver = startSaver({
    script,
    env: { PATH: process.env['PATH'], ...env, RUNNER_WITNESS: String(address.port) },
    platform,
    temp,
    startTimer: (milliseconds, fire) => {
      const timer: Timer = { milliseconds, fire, stopped: false };
      timers.push(timer);
      return () => {
        timer.stopped = true;
      };
    },
  });
  const meet = async (): Promise<Witness> => {
    const socket = sockets.shift() ?? (await new Promise<Socket>((met) => waiting.push(met)));
    return listenTo(socket);
  };
  return { saver, timers, temp, meet };
}

/** A directory that is removed after the test. */
function makeRoot(context: TestContext): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'saver-test-')));
  context.after(() => {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  });
  return root;
}

/** Reads the one line of a process. The connection ends when the process ends in any way. */
async function listenTo(socket: Socket): Promise<Witness> {
  socket.setEncoding('utf8').on('error', () => undefined);
  const gone = new Promise<void>((resolve) => {
    socket.on('close', () => {
      resolve();
    });
  });
  const text = await new Promise<string>((resolve) => {
    let read = '';
    socket.on('data', (chunk: string) => {
      read += chunk;
      if (read.endsWith('\n')) resolve(read);
    });
  });
  return { ...(JSON.parse(text) as Omit<Witness, 'gone'>), gone };
}

/** Code that takes all of stdin, then does something. */
function afterInput(code: string): string {
  return `await buffer(process.stdin); ${code}`;
}

describe('the outcome of saving', () => {
  for (const word of saveWords) {
    test(`is ${word} if the child says so`, async (context) => {
      const code = afterInput(`process.stdout.write('${word}');`);
      const { saver, temp } = await start(context, code);
      assert.equal(await saver.save(name, entry, 10_000), word);
      assert.deepEqual(readdirSync(temp), []);
    });
  }

  test('is the word of a child that prints more errors than a pipe holds', async (context) => {
    const code = afterInput(`
      process.stderr.write('x'.repeat(1024 * 1024));
      process.stdout.write('saved');`);
    const { saver } = await start(context, code);
    assert.equal(await saver.save(name, entry, 10_000), 'saved');
  });

  test('is the word of the child although it comes in pieces, with a line break', async (context) => {
    const code = afterInput(`
      process.stdout.write('sa');
      setImmediate(() => process.stdout.write('ved\\n'));`);
    const { saver } = await start(context, code);
    assert.equal(await saver.save(name, entry, 10_000), 'saved');
  });

  const failures: readonly (readonly [what: string, code: string])[] = [
    ['says something else', afterInput(`process.stdout.write('nonsense');`)],
    ['says a word in capitals', afterInput(`process.stdout.write('SAVED');`)],
    ['says two words', afterInput(`process.stdout.write('saved taken');`)],
    ['says the word for a timeout, which is not its own', afterInput(`console.log('timeout');`)],
    ['says nothing', afterInput('')],
    ['exits with 1', afterInput('process.exit(1);')],
    ['throws', afterInput(`throw new Error('a bug');`)],
    ['is killed', afterInput(`process.kill(process.pid, 'SIGKILL');`)],
    ['cannot be parsed', 'this is no code'],
    ['exits before it has read anything', 'process.exit(0);'],
    ['closes stdin before it has read anything', 'process.stdin.destroy();'],
  ];
  for (const [what, code] of failures) {
    test(`is failed if the child ${what}`, async (context) => {
      const { saver, temp, timers } = await start(context, code);
      assert.equal(await saver.save(name, largest, 10_000), 'failed');
      assert.deepEqual(readdirSync(temp), []);
      assert.deepEqual(
        timers.map(({ stopped }) => stopped),
        [true],
      );
    });
  }

  test('is failed if the child had ended before', async (context) => {
    const { saver, meet, temp } = await start(context, 'await report(); process.exit(0);');
    await (
      await meet()
    ).gone;
    assert.equal(await saver.save(name, largest, 10_000), 'failed');
    assert.deepEqual(readdirSync(temp), []);
  });

  test(
    'stays what it is where the directory cannot be removed',
    { skip: isWindows },
    async (context) => {
      const code = afterInput(`
      const temp = process.env.RUNNER_PARENT;
      renameSync(temp, temp + '-moved');
      writeFileSync(temp, 'a file where a directory was');
      process.stdout.write('saved');`);
      const root = makeRoot(context);
      const parent = join(root, 'parent');
      mkdirSync(parent);
      const script = join(root, 'script.mjs');
      writeFileSync(script, prelude + code);
      const env = { RUNNER_PARENT: parent };
      const startTimer = () => () => undefined;
      const { platform } = process;
      const saver = startSaver({ script, env, platform, temp: parent, startTimer });
      assert.equal(await saver.save(name, entry, 10_000), 'saved');
      assert.equal(readFileSync(parent, 'utf8'), 'a file where a directory was');
    },
  );
});

describe('the child process', () => {
  const echo = `
    const input = await buffer(process.stdin);
    await report(input.toString('base64'));
    process.stdout.write('saved');`;

  for (const [what, bytes] of [
    ['an entry', entry],
    ['an entry of every byte, line breaks too', Buffer.from([10, 13, 0, 10, 255, 10])],
    ['the largest entry', largest],
  ] as const) {
    test(`gets the name, a line break and ${what}, exactly`, async (context) => {
      const { saver, meet } = await start(context, echo);
      assert.equal(await saver.save(name, bytes, 10_000), 'saved');
      const { input } = await meet();
      const expected = Buffer.concat([Buffer.from(`${name}\n`), bytes]);
      assert.ok(Buffer.from(input, 'base64').equals(expected));
    });
  }

  test('works in its own directory, which is also the workspace and the temporary directory', async (context) => {
    const env = { RUNNER_TEMP: '/somewhere', GITHUB_WORKSPACE: '/elsewhere', COPYFILE_DISABLE: '' };
    const { saver, meet, temp } = await start(context, echo, { env });
    const [folder = ''] = readdirSync(temp);
    assert.match(folder, /^oauth2-token-/);
    await saver.save(name, entry, 10_000);
    const witness = await meet();
    assert.equal(witness.cwd, join(temp, folder));
    assert.equal(witness.env['RUNNER_TEMP'], witness.cwd);
    assert.equal(witness.env['GITHUB_WORKSPACE'], witness.cwd);
    assert.equal(witness.env['COPYFILE_DISABLE'], '1');
  });

  test('has what the toolkit needs in its environment, and nothing else', async (context) => {
    const passed = {
      HOME: '/home/runner',
      PATHEXT: '.COM;.EXE',
      ProgramFiles: 'C:\\Program Files',
      SystemRoot: 'C:\\Windows',
      GITHUB_SERVER_URL: 'https://github.com',
      NODE_EXTRA_CA_CERTS: '/etc/ssl/extra.pem',
      http_proxy: 'http://proxy.example.com:3128',
      HTTPS_PROXY: 'http://proxy.example.com:3128',
      no_proxy: '127.0.0.1',
      RUNNER_OS: 'Linux',
      ACTIONS_RUNTIME_TOKEN: 'runtime-token',
      ACTIONS_RESULTS_URL: 'https://results.example.com/',
      ACTIONS_CACHE_URL: 'https://cache.example.com/',
      ACTIONS_CACHE_SERVICE_V2: 'True',
      ACTIONS_CACHE_MODE: 'write',
    };
    const withheld = {
      'INPUT_CLIENT-SECRET': 'secret',
      INPUT_CLIENT_SECRET: 'secret',
      'INPUT_CACHE-ENCRYPTION-KEY': 'secret',
      input_parameters: 'secret',
      OAUTH2_TOKEN: 'secret',
      GITHUB_TOKEN: 'secret',
      CLIENT_SECRET: 'secret',
      STATE_token: 'secret',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://run.actions.example.com/',
      AWS_SECRET_ACCESS_KEY: 'secret',
      NODE_OPTIONS: '--title=changed',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      LD_PRELOAD: '',
      GITHUB_ENV: '/somewhere',
      GITHUB_OUTPUT: '/somewhere',
      TAR_OPTIONS: '--to-command=sh',
      ZSTD_CLEVEL: '19',
      MY_RUNNER_TOKEN: 'secret',
      XPATH: 'x',
      PATHS: 'x',
    };
    const { saver, meet } = await start(context, echo, { env: { ...passed, ...withheld } });
    await saver.save(name, entry, 10_000);
    const { env } = await meet();
    const added = [...addedBySystem, 'PATH', 'RUNNER_WITNESS'];
    const own = [
      'RUNNER_TEMP',
      'GITHUB_WORKSPACE',
      'COPYFILE_DISABLE',
      'NoDefaultCurrentDirectoryInExePath',
    ];
    const names = Object.keys(env).filter((variable) => !added.includes(variable));
    assert.deepEqual(names.toSorted(), [...Object.keys(passed), ...own].toSorted());
    for (const [variable, value] of Object.entries(passed)) assert.equal(env[variable], value);
  });

  test('looks for programs in absolute folders of PATH only', async (context) => {
    const usual = process.env['PATH'] ?? '';
    const PATH = ['', '.', 'bin', usual, 'tools/bin'].join(delimiter);
    const { saver, meet } = await start(context, echo, { env: { PATH } });
    await saver.save(name, entry, 10_000);
    const { env } = await meet();
    assert.equal(env['PATH'], usual);
    assert.equal(env['NoDefaultCurrentDirectoryInExePath'], '1');
  });

  test('gets no secret by its arguments', async (context) => {
    const code = `
      process.env.RUNNER_ARGUMENTS = JSON.stringify([process.argv, process.execArgv]);
      ${echo}`;
    const { saver, meet, temp } = await start(context, code);
    await saver.save(name, entry, 10_000);
    const { env } = await meet();
    const script = join(dirname(temp), 'script.mjs');
    assert.deepEqual(JSON.parse(env['RUNNER_ARGUMENTS'] ?? ''), [[process.execPath, script], []]);
  });

  test('leads a process group', { skip: isWindows }, async (context) => {
    const { saver, meet } = await start(context, 'await report(); hang();');
    const { pid } = await meet();
    assert.doesNotThrow(() => process.kill(-pid, 0));
    await saver.cancel();
  });

  test('cannot be started if no directory can be made', () => {
    const temp = join(tmpdir(), `saver-test-missing-${randomBytes(8).toString('hex')}`);
    const startTimer = () => () => undefined;
    const { platform } = process;
    assert.throws(() => startSaver({ script: 'none', env: {}, platform, temp, startTimer }), {
      code: 'ENOENT',
    });
  });
});

describe('when the time is over', () => {
  test('the child is killed and its directory removed', async (context) => {
    const { saver, timers, meet, temp } = await start(
      context,
      `writeFileSync('token.bin', 'x'); ${afterInput('await report(); hang();')}`,
    );
    const saving = saver.save(name, entry, 10_000);
    const witness = await meet();
    assert.deepEqual(
      timers.map(({ milliseconds, stopped }) => ({ milliseconds, stopped })),
      [{ milliseconds: 10_000, stopped: false }],
    );
    timers[0]?.fire();
    assert.equal(await saving, 'timeout');
    await witness.gone;
    assert.deepEqual(readdirSync(temp), []);
    assert.equal(timers[0]?.stopped, true);
  });

  test('a child that reads nothing does not matter', async (context) => {
    const { saver, timers, meet, temp } = await start(context, 'await report(); hang();');
    const saving = saver.save(name, largest, 10_000);
    const witness = await meet();
    timers[0]?.fire();
    assert.equal(await saving, 'timeout');
    await witness.gone;
    assert.deepEqual(readdirSync(temp), []);
  });

  test('a child that ignores every signal that it can ignore is killed', async (context) => {
    const { saver, timers, meet } = await start(
      context,
      `for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
       await report(); hang();`,
    );
    const saving = saver.save(name, entry, 10_000);
    const witness = await meet();
    timers[0]?.fire();
    assert.equal(await saving, 'timeout');
    await witness.gone;
  });

  /** Starts a process that hangs and holds the child's stdout. */
  const grandchild = (options: string): string => `
    if (process.argv[2] !== 'grandchild') {
      const args = [process.argv[1], 'grandchild'];
      spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'ignore'], ${options} }).unref();
    }
    await report();`;

  for (const [what, ending] of [
    ['hangs with it', 'hang();'],
    ['is gone', `if (process.argv[2] === 'grandchild') hang(); else process.exit(0);`],
  ] as const) {
    test(
      `what the child started is killed, where the child ${what}`,
      { skip: isWindows },
      async (context) => {
        const { saver, timers, meet, temp } = await start(context, grandchild('') + ending);
        const saving = saver.save(name, entry, 10_000);
        const witnesses = [await meet(), await meet()];
        timers[0]?.fire();
        assert.equal(await saving, 'timeout');
        await Promise.all(witnesses.map(({ gone }) => gone));
        assert.deepEqual(readdirSync(temp), []);
      },
    );

    test(
      `what escaped from the group is not waited for, where the child ${what}`,
      { skip: isWindows },
      async (context) => {
        const { saver, timers, meet, temp } = await start(
          context,
          grandchild('detached: true') + ending,
        );
        const saving = saver.save(name, entry, 10_000);
        const witnesses = [await meet(), await meet()];
        timers[0]?.fire();
        assert.equal(await saving, 'timeout');
        assert.deepEqual(readdirSync(temp), []);
        for (const { pid } of witnesses) killIfThere(pid);
        await Promise.all(witnesses.map(({ gone }) => gone));
      },
    );
  }
});

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was killed before.
  }
}

describe('cancel', () => {
  test('removes the directory of a child that has hardly started', async (context) => {
    const { saver, temp, timers } = await start(context, 'hang();');
    await saver.cancel();
    assert.deepEqual(readdirSync(temp), []);
    assert.deepEqual(timers, []);
  });

  test('ends a child that hangs', async (context) => {
    const { saver, meet, temp } = await start(context, 'await report(); hang();');
    const witness = await meet();
    await saver.cancel();
    await witness.gone;
    assert.deepEqual(readdirSync(temp), []);
  });

  test('ends what a child started', { skip: isWindows }, async (context) => {
    const { saver, meet, temp } = await start(
      context,
      `if (process.argv[2] === undefined) spawn(process.execPath, [process.argv[1], 'again']);
       await report(); hang();`,
    );
    const witnesses = [await meet(), await meet()];
    await saver.cancel();
    await Promise.all(witnesses.map(({ gone }) => gone));
    assert.deepEqual(readdirSync(temp), []);
  });

  test('does nothing if the child has already ended', async (context) => {
    const { saver, meet, temp } = await start(context, 'await report(); process.exit(0);');
    await (
      await meet()
    ).gone;
    await saver.cancel();
    await saver.cancel();
    assert.deepEqual(readdirSync(temp), []);
  });

  test('does nothing after an entry was saved', async (context) => {
    const { saver, temp } = await start(context, afterInput(`process.stdout.write('saved');`));
    await saver.save(name, entry, 10_000);
    await saver.cancel();
    assert.deepEqual(readdirSync(temp), []);
  });
});

describe('on Windows', () => {
  test('the child ends even if there is no taskkill', async (context) => {
    const { saver, meet, temp } = await start(context, 'await report(); hang();', {
      platform: 'win32',
    });
    const witness = await meet();
    await saver.cancel();
    await witness.gone;
    assert.deepEqual(readdirSync(temp), []);
  });

  test('the child leads no process group', { skip: isWindows }, async (context) => {
    const { saver, meet } = await start(context, 'await report(); hang();', { platform: 'win32' });
    const { pid } = await meet();
    assert.throws(() => process.kill(-pid, 0), { code: 'ESRCH' });
    await saver.cancel();
  });

  /** Puts a taskkill.exe into a folder that stands for the folder of Windows. */
  function plantTaskkill(folder: string): string {
    // Its path as Windows writes it, which is a single file name on this system.
    const program = `${folder}\\System32\\taskkill.exe`;
    writeFileSync(
      program,
      '#!/bin/sh\nenv >"$0.env"\npwd >"$0.cwd"\nprintf "%s " "$@" >"$0.args"\nkill -9 "$2"\n',
    );
    chmodSync(program, 0o755);
    return program;
  }

  test(
    'taskkill of the system ends the child with all it started, and gets nothing of the step',
    { skip: isWindows },
    (context) => {
      const root = makeRoot(context);
      const taskkill = plantTaskkill(join(root, 'Windows'));
      const { stdout } = runParent(root, {
        child: 'setInterval(() => undefined, 1000);',
        env: { SystemRoot: join(root, 'Windows'), 'INPUT_CLIENT-SECRET': 'open-sesame' },
        platform: 'win32',
        use: `await saver.cancel();`,
      });
      assert.equal(stdout, '');
      assert.match(readFileSync(`${taskkill}.args`, 'utf8'), /^\/PID \d+ \/T \/F $/);
      assert.doesNotMatch(readFileSync(`${taskkill}.env`, 'utf8'), /INPUT_|open-sesame/);
      assert.match(readFileSync(`${taskkill}.cwd`, 'utf8'), /temp\/oauth2-token-\w+\n$/);
    },
  );

  test(
    'a taskkill in PATH, in the workspace or below a relative SystemRoot is never started',
    { skip: isWindows },
    (context) => {
      const root = makeRoot(context);
      const planted = ['taskkill', 'taskkill.exe', '.\\System32\\taskkill.exe'];
      for (const file of planted) {
        writeFileSync(join(root, file), `#!/bin/sh\ntouch '${join(root, 'started')}'\n`);
        chmodSync(join(root, file), 0o755);
      }
      runParent(root, {
        child: 'setInterval(() => undefined, 1000);',
        env: { PATH: `${root}${delimiter}${process.env['PATH'] ?? ''}`, SystemRoot: '.' },
        platform: 'win32',
        use: `await saver.cancel();`,
      });
      assert.ok(!readdirSync(root).includes('started'));
    },
  );

  test(
    'nothing is killed where the child is gone: its id may be of another program',
    { skip: isWindows },
    (context) => {
      const root = makeRoot(context);
      const taskkill = plantTaskkill(join(root, 'Windows'));
      runParent(root, {
        child: `process.stdin.resume().on('end', () => process.stdout.write('saved'));`,
        env: { SystemRoot: join(root, 'Windows') },
        platform: 'win32',
        use: `await saver.save('name', Buffer.alloc(10), 10_000); await saver.cancel();`,
      });
      assert.ok(!existsSync(`${taskkill}.args`));
    },
  );
});

describe('the parent process', () => {
  test('shows nothing of what the child prints', (context) => {
    const { stdout, stderr } = runParent(makeRoot(context), {
      child: `console.error('noise'); console.log('::warning::noise'); process.stdin.resume();`,
      use: `process.stdout.write(await saver.save('name', Buffer.alloc(10), 10_000));`,
    });
    assert.deepEqual({ stdout, stderr }, { stdout: 'failed', stderr: '' });
  });

  test('says failed, and leaves nothing, if the child cannot be started', (context) => {
    const root = makeRoot(context);
    const { stdout, stderr } = runParent(root, {
      child: '',
      before: `process.execPath = join(root, 'missing', 'node');`,
      use: `process.stdout.write(await saver.save('name', Buffer.alloc(200_000), 10_000));`,
    });
    assert.deepEqual({ stdout, stderr }, { stdout: 'failed', stderr: '' });
  });

  test('ends by itself after a child was cancelled', (context) => {
    const { stdout } = runParent(makeRoot(context), {
      child: 'setInterval(() => undefined, 1000);',
      use: `await saver.cancel(); process.on('exit', () => console.log('ended'));`,
    });
    assert.equal(stdout, 'ended\n');
  });
});

/** Runs a saver in a separate process. The process must end by itself with 0, and its directory must not exist then. */
function runParent(
  root: string,
  {
    child,
    before = '',
    use,
    env = {},
    platform = process.platform,
  }: {
    child: string;
    before?: string;
    use: string;
    env?: NodeJS.ProcessEnv;
    platform?: NodeJS.Platform;
  },
): { stdout: string; stderr: string } {
  const temp = join(root, 'temp');
  mkdirSync(temp);
  writeFileSync(join(root, 'child.mjs'), child);
  const parent = join(root, 'parent.mjs');
  const saver = new URL('./saver.ts', import.meta.url).href;
  writeFileSync(
    parent,
    `import { join } from 'node:path';
     import { startSaver } from ${JSON.stringify(saver)};
     const root = ${JSON.stringify(root)};
     ${before}
     const saver = startSaver({
       script: join(root, 'child.mjs'),
       env: { SystemRoot: process.env.SystemRoot },
       platform: ${JSON.stringify(platform)},
       temp: join(root, 'temp'),
       startTimer: () => () => undefined,
     });
     ${use}`,
  );
  const result = spawnSync(process.execPath, [parent], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  assert.equal(result.status, 0, result.stderr);
  assert.deepEqual(readdirSync(temp), []);
  return result;
}
