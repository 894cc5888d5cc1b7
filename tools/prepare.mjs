// Makes a fresh machine ready (node 20 or later, npm, nothing else) and then runs a TypeScript file on the node of
// node_modules, which is the version that the runner uses. Plain JavaScript, because it runs on any node from 20 on.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const stamp = join(modules, '.oauth2-token-lock');
const windows = process.platform === 'win32';

const oldest = 20;
if (Number(process.versions.node.split('.')[0]) < oldest) {
  console.error(`This needs node ${oldest} or later; it is ${process.version}.`);
  process.exit(1);
}

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  console.error('Usage: node tools/prepare.mjs FILE.ts [arguments]');
  process.exit(1);
}

install();
run(script, args);

/** Installs exactly what the lock file names, unless that was done before. */
function install() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing what package-lock.json names (once)...');
  rmSync(stamp, { force: true });
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: windows,
  });
  if (status !== 0) {
    console.error('npm ci failed; see above.');
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}

/** Runs the file on the node of node_modules and ends as it ends. */
function run(file, fileArgs) {
  const node = join(modules, 'node', 'bin', windows ? 'node.exe' : 'node');
  const { status, error } = spawnSync(node, [file, ...fileArgs], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
  });
  if (error !== undefined) console.error(`${node} did not start: ${error.message}`);
  process.exit(status ?? 1);
}
