// Loaded before the action by NODE_OPTIONS: notes what its main process starts and writes, one per line, and where it
// connects to.
const childProcess = require('node:child_process');
const fs = require('node:fs');
const { Socket } = require('node:net');

const report = process.env.FOOTPRINT;
// The child process that saves does not inherit these. Only the main process is watched.
if (report !== undefined) {
  const { appendFileSync } = fs;
  const note = (line) => appendFileSync(report, `${line}\n`);
  const writing = [
    'writeFileSync',
    'appendFileSync',
    'mkdirSync',
    'mkdtempSync',
    'createWriteStream',
  ];
  for (const name of writing) {
    const original = fs[name];
    fs[name] = (path, ...rest) => {
      if (path !== report) note(`${name.startsWith('mk') ? 'makes' : 'writes'} ${String(path)}`);
      return original(path, ...rest);
    };
  }
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (...all) {
    const [options] = all.flat();
    note(`connects ${options.host}:${options.port}`);
    return Reflect.apply(connect, this, all);
  };
  for (const name of [
    'spawn',
    'spawnSync',
    'fork',
    'exec',
    'execFile',
    'execSync',
    'execFileSync',
  ]) {
    const original = childProcess[name];
    childProcess[name] = (...all) => {
      note('starts a process');
      return original(...all);
    };
  }
}
