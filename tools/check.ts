/** Runs every check of the project and prints the result of each. Usage: npm run check */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const windows = process.platform === 'win32';

/** One check. It gives what is wrong, or undefined. */
interface Check {
  readonly name: string;
  readonly run: () => string | undefined | Promise<string | undefined>;
  /** Why it is skipped on this system. */
  readonly skip?: string | undefined;
}

/** They start in this order, as many at a time as there are processors. The longest come first. */
const checks: readonly Check[] = [
  { name: 'tests beside the code', run: () => runTests('src/**/*.test.ts') },
  {
    name: 'tests of the project, of the test doubles, and against other implementations',
    run: () =>
      runTests(
        'test/project/**/*.test.ts',
        'test/support/**/*.test.ts',
        'test/compared/**/*.test.ts',
      ),
  },
  { name: 'lint', run: () => runTool('eslint/bin/eslint.js', '.') },
  { name: 'node is the version that the runner uses', run: checkNode },
  { name: 'the lock file names no host and no install script', run: checkLock },
  { name: 'format', run: () => runTool('prettier/bin/prettier.cjs', '--check', '.') },
  { name: 'types', run: () => runTool('typescript/bin/tsc', '-p', 'tsconfig.json') },
  {
    name: 'types of the page',
    run: () => runTool('typescript/bin/tsc', '-p', 'from-curl/page/tsconfig.json'),
  },
  {
    name: 'arrows between folders',
    run: () =>
      runTool(
        'dependency-cruiser/bin/dependency-cruiser.mjs',
        'src',
        'test',
        'demo',
        'tools',
        'bench',
        'from-curl',
      ),
  },
  { name: 'README.md says what action.yml says', run: () => runNode('tools/tables.ts', '--check') },
  { name: 'links lead somewhere', run: () => runNode('tools/links.ts') },
  {
    name: 'spelling',
    run: () => runTool('cspell/bin.mjs', 'lint', '--no-progress', '--no-summary', '--quiet'),
  },
  {
    name: 'dist/, THIRD-PARTY-NOTICES.txt and docs/from-curl.html are what the source gives',
    run: () => runNode('tools/check-dist.ts'),
    skip: windows
      ? 'paths make a difference to the bundler; the other systems check it'
      : undefined,
  },
];

function checkNode(): string | undefined {
  const major = process.version.split('.')[0];
  return major === 'v24' ? undefined : `This is node ${process.version}; action.yml says node24.`;
}

function checkLock(): string | undefined {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (/"resolved": "https?:/.test(lock)) {
    return 'package-lock.json records download addresses; .npmrc turns them off, lock again.';
  }
  return lock.includes('"hasInstallScript"')
    ? 'A package of package-lock.json runs a script to install itself, and it can fetch what no lock file names.'
    : undefined;
}

function runTool(script: string, ...args: string[]): Promise<string | undefined> {
  return runNode(join(modules, script), ...args);
}

/** The time limit of a test that hangs, in milliseconds. No test takes nearly as long. */
const testTimeout = '--test-timeout=300000';

/** Node's compile cache, for the next process. Compiling is most of the time of a short test. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'build', 'compiled-by-node') };

/** Runs a script; gives its output if it failed. */
function runNode(...args: string[]): Promise<string | undefined> {
  const options = { cwd: root, env, maxBuffer: 1024 * 1024 * 256 };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve(
        error === null ? undefined : `${stdout}${stderr}${stdout === '' ? error.message : ''}`,
      );
    });
  });
}

/** Runs tests in one process, because starting one for each file takes as long as these tests. */
function runTests(...files: readonly string[]): Promise<string | undefined> {
  const options = ['--test', '--test-isolation=none', testTimeout, '--test-reporter=dot'];
  return runNode(...options, ...files);
}

/** Runs the tests that start the built action or a browser; shows only failures, and always the numbers at the end. */
function runJourneys(): boolean {
  const { status } = spawnSync(
    process.execPath,
    [
      '--test',
      // Most tests wait for a process or a socket.
      '--test-concurrency=2',
      testTimeout,
      // A URL, because a Windows path is not a module specifier.
      `--test-reporter=${pathToFileURL(join(root, 'tools', 'reporter.ts')).href}`,
      'from-curl/**/*.test.ts',
      'test/journeys/**/*.test.ts',
    ],
    { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return status === 0;
}

/** Runs one check and prints its result. */
async function passes({ name, run, skip }: Check): Promise<boolean> {
  if (skip !== undefined) {
    console.log(`skipped ${name}: ${skip}`);
    return true;
  }
  const startedAt = performance.now();
  const fault = await run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${fault === undefined ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (fault !== undefined) console.log(fault);
  return fault === undefined;
}

/** Runs all checks, some at a time, and gives the names of those that failed. */
async function runChecks(): Promise<string[]> {
  const failed: string[] = [];
  const left = checks.values();
  const work = async (): Promise<void> => {
    for (const check of left) if (!(await passes(check))) failed.push(check.name);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return failed;
}

const failed = await runChecks();
console.log('Tests of the built action:');
if (!runJourneys()) failed.push('tests of the built action');

console.log(failed.length === 0 ? 'Every check passed.' : `Failed: ${failed.join('; ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
