/**
 * Runs actionlint and zizmor over the workflows, also those for tests, the examples and action.yml. It is not one of
 * the other checks, because it needs Go and Python. With them it installs both in the versions of tools/workflow-lint/,
 * into node_modules/.cache/.
 *
 * Usage: npm run lint:workflows
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const pins = join(root, 'tools', 'workflow-lint');
const cache = join(root, 'node_modules', '.cache', 'workflow-lint');
const windows = process.platform === 'win32';

/** Runs a program and shows its output; throws if it cannot be started. Gives whether it found nothing. */
function run(program: string, ...args: string[]): boolean {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw new Error(`${program} did not start: ${error.message}`);
  return status === 0;
}

/** Runs a program that must succeed. */
function prepare(program: string, ...args: string[]): void {
  if (!run(program, ...args)) throw new Error(`${program} ${args.join(' ')} failed`);
}

/** Builds actionlint from the Go modules that go.mod and go.sum pin; gives its path. */
function getActionlint(): string {
  const program = join(cache, windows ? 'actionlint.exe' : 'actionlint');
  prepare('go', 'build', '-C', pins, '-o', program, 'github.com/rhysd/actionlint/cmd/actionlint');
  return program;
}

/** Installs zizmor from the wheel whose hash requirements.txt pins; gives its path. */
function getZizmor(): string {
  const environment = join(cache, 'python');
  const programs = join(environment, windows ? 'Scripts' : 'bin');
  prepare(windows ? 'python' : 'python3', '-m', 'venv', environment);
  prepare(
    join(programs, 'python'),
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes'],
    ...['--only-binary=:all:', '-r', join(pins, 'requirements.txt')],
  );
  return join(programs, 'zizmor');
}

function listWorkflows(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((file) => /\.ya?ml$/.test(file))
    .map((file) => join(folder, file));
}

/** Runs zizmor offline, so that its results change only with the files. */
function audit(zizmor: string, persona: string, files: readonly string[]): boolean {
  const config = join(root, '.github', 'zizmor.yml');
  return run(
    zizmor,
    ...['--quiet', '--offline', '--persona', persona, '--collect', 'all', '--config', config],
    ...files,
  );
}

mkdirSync(cache, { recursive: true });
const examples = [
  ...listWorkflows('examples'),
  ...listWorkflows(join('examples', 'usage')),
  ...listWorkflows(join('test', 'workflows')),
];
const [actionlint, zizmor] = [getActionlint(), getZizmor()];
const passed = [
  run(
    actionlint,
    // An example calls a workflow whose place the user chooses.
    ...['-ignore', 'could not read reusable workflow file for "./.github/workflows/reusable-'],
    ...listWorkflows(join('.github', 'workflows')),
    ...examples,
  ),
  audit(zizmor, 'pedantic', ['.github', 'action.yml']),
  // The pedantic persona requires names and concurrency, which would hide what an example shows.
  audit(zizmor, 'regular', examples),
];
if (passed.includes(false)) process.exitCode = 1;
else console.log('actionlint and zizmor found nothing.');
