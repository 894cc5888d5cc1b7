/** Runs every check of the project and says how each ended. Usage: npm run check */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const windows = process.platform === 'win32';

/** One check: it gives what is wrong, or undefined. */
interface Check {
  readonly name: string;
  readonly run: () => string | undefined;
  /** Why it is left out on this system. */
  readonly skip?: string | undefined;
}

const checks: readonly Check[] = [
  { name: 'node is the version that the runner uses', run: checkNode },
  { name: 'the lock file names no host and no install script', run: checkLock },
  { name: 'format', run: () => runTool('prettier/bin/prettier.cjs', '--check', '.') },
  { name: 'types', run: () => runTool('typescript/bin/tsc', '-p', 'tsconfig.json') },
  {
    name: 'types of the page',
    run: () => runTool('typescript/bin/tsc', '-p', 'from-curl/page/tsconfig.json'),
  },
  { name: 'lint', run: () => runTool('eslint/bin/eslint.js', '.') },
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

function runTool(script: string, ...args: string[]): string | undefined {
  return runNode(join(modules, script), ...args);
}

/** Runs a script; gives its output where it failed. */
function runNode(...args: string[]): string | undefined {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1024 * 1024 * 256,
  });
  return status === 0 ? undefined : `${stdout}${stderr}${error?.message ?? ''}`;
}

/** Runs the tests; shows failures only, and always the numbers at the end. */
function runTests(): boolean {
  const { status } = spawnSync(
    process.execPath,
    [
      '--test',
      // Most tests wait for a process or a socket.
      '--test-concurrency=2',
      // An address, for the path of Windows is no module.
      `--test-reporter=${pathToFileURL(join(root, 'tools', 'reporter.ts')).href}`,
      'src/**/*.test.ts',
      'from-curl/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return status === 0;
}

/** Runs one check and prints how it ended. */
function passes({ name, run, skip }: Check): boolean {
  if (skip !== undefined) {
    console.log(`skipped ${name}: ${skip}`);
    return true;
  }
  const startedAt = performance.now();
  const fault = run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${fault === undefined ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (fault !== undefined) console.log(fault);
  return fault === undefined;
}

const failed = checks.filter((check) => !passes(check)).map(({ name }) => name);
console.log('Tests:');
if (!runTests()) failed.push('tests');

console.log(failed.length === 0 ? 'Every check passed.' : `Failed: ${failed.join('; ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
