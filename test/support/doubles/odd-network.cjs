/**
 * Preloaded into the built action: a resolver and a kernel that fail as ODD_NETWORK says (the JSON of an OddNetwork of
 * odd-network.ts), but only for the host that is named there.
 */
const childProcess = require('node:child_process');
const dns = require('node:dns');
const { syncBuiltinESMExports } = require('node:module');
const net = require('node:net');

const { host, lookups = [], connections = [] } = JSON.parse(process.env.ODD_NETWORK);

function fail(code, syscall) {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

const { lookup } = dns;
dns.lookup = (name, options, callback) => {
  if (name !== host) return lookup(name, options, callback);
  const code = lookups.shift();
  if (code === 'silence') return;
  if (code !== undefined) return process.nextTick(callback, fail(code, 'getaddrinfo'));
  process.nextTick(callback, null, [{ address: '127.0.0.1', family: 4 }]);
};

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const code = connections.shift();
  if (code === undefined) return connect.apply(this, args);
  return code === 'silence' ? this : this.destroy(fail(code, 'connect'));
};

// The child that saves gets few variables of the step, and must know the host as well.
const { spawn } = childProcess;
childProcess.spawn = (file, args, options) => {
  if (file !== process.execPath) return spawn(file, args, options);
  const env = { ...options.env, ODD_NETWORK: JSON.stringify({ host }) };
  return spawn(file, ['--require', __filename, ...args], { ...options, env });
};
syncBuiltinESMExports();
