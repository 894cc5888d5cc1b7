// Loaded before the built action by NODE_OPTIONS: the time of its process comes from step-clock.ts.
const childProcess = require('node:child_process');
const { syncBuiltinESMExports } = require('node:module');
const { connect } = require('node:net');
const timersPromises = require('node:timers/promises');

const { STEP_CLOCK: port, STEP_CLOCK_EPOCH: epoch, STEP_CLOCK_PASSED: passed = '0' } = process.env;
if (port !== undefined) takeTime(Number(port), Number(epoch), Number(passed));

/** The command to move to the next timer. Every other command is the time to move to. */
const next = 'next';

/** How often the event loop turns before time moves, so that everything that was sent before has arrived. */
const turns = 50;

/** `start` is when the clock was started (epoch), and `time` how much has passed on it since then; milliseconds. */
function takeTime(clockPort, start, time) {
  const { setTimeout: startRealTimer, clearTimeout: stopRealTimer, setImmediate } = globalThis;
  const timers = new Set();
  let timersSoFar = 0;
  /** How many timers must be called as soon as they begin. */
  let wanted = 0;
  const socket = connect(clockPort, '127.0.0.1');
  // The clock ends together with its test.
  socket.on('error', () => undefined);
  const tell = (line) => socket.write(`${line}\n`);

  /** Keeps the process alive while it waits, as its own timers would. */
  const holdOn = () => {
    if ([...timers].some((timer) => timer.isAwaited)) socket.ref();
    else socket.unref();
  };
  const stop = (timer) => {
    if (!timers.delete(timer)) return;
    tell(`stop ${timer.id}`);
    holdOn();
  };
  const begin = (kind, callback, milliseconds, values) => {
    timersSoFar += 1;
    const setAwaited = (isAwaited) => {
      timer.isAwaited = isAwaited;
      holdOn();
      return timer;
    };
    const timer = {
      id: timersSoFar,
      // A sleep takes a little longer, as on any machine, so a limit that is due at the same time ends first.
      due: time + milliseconds + (kind === 'sleep' ? 1 : 0),
      isAwaited: true,
      call: () => callback(...values),
      ref: () => setAwaited(true),
      unref: () => setAwaited(false),
      hasRef: () => timer.isAwaited,
    };
    timers.add(timer);
    tell(`${kind} ${timer.id} ${timer.due}`);
    holdOn();
    if (wanted > 0) {
      wanted -= 1;
      obeySoon(next);
    }
    return timer;
  };

  const moveTo = (target) => {
    const due = [...timers].filter((timer) => timer.due <= target);
    for (const timer of due.toSorted((one, other) => one.due - other.due)) {
      // A timer that was called before may have stopped this one.
      if (!timers.has(timer)) continue;
      time = Math.max(time, timer.due);
      stop(timer);
      timer.call();
    }
    time = Math.max(time, target);
    tell(`reached ${time}`);
  };
  const obey = (command) => {
    if (command !== next) moveTo(Number(command));
    else if (timers.size === 0) wanted += 1;
    else moveTo(Math.min(...[...timers].map(({ due }) => due)));
  };
  const obeySoon = (command, left = turns) => {
    if (left === 0) obey(command);
    else setImmediate(obeySoon, command, left - 1);
  };
  let received = '';
  socket.setEncoding('utf8').on('data', (text) => {
    received += text;
    const lines = received.split('\n');
    received = lines.pop();
    lines.forEach((line) => obeySoon(line));
  });
  holdOn();

  globalThis.setTimeout = (callback, milliseconds = 0, ...values) => {
    if (milliseconds <= 1) return startRealTimer(callback, milliseconds, ...values);
    // A sleep passes the function that settles a promise, which is not a function of the program.
    const isSleep = Function.prototype.toString.call(callback).endsWith('{ [native code] }');
    return begin(isSleep ? 'sleep' : 'limit', callback, milliseconds, values);
  };
  globalThis.clearTimeout = (timer) => {
    if (timers.has(timer)) stop(timer);
    else stopRealTimer(timer);
  };
  timersPromises.setTimeout = (milliseconds, value) =>
    new Promise((resolve) => {
      begin('sleep', resolve, milliseconds, [value]);
    });
  Date.now = () => start + time;
  process.hrtime.bigint = () => BigInt(Math.round(time * 1e6));

  const { spawn } = childProcess;
  childProcess.spawn = (file, args, options) => {
    if (file !== process.execPath) return spawn(file, args, options);
    const env = {
      ...options.env,
      STEP_CLOCK: String(clockPort),
      STEP_CLOCK_EPOCH: String(start),
      STEP_CLOCK_PASSED: String(time),
    };
    return spawn(file, ['--require', __filename, ...args], { ...options, env });
  };
  syncBuiltinESMExports();
}
