// Loaded before a contestant, in a run whose time is not measured. It records what was loaded and started.
const { subscribe } = require('node:diagnostics_channel');
const { writeFileSync } = require('node:fs');
const { registerHooks } = require('node:module');

const before = new Set(process.moduleLoadList);
let bytes = 0;
let processes = 0;
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url.startsWith('file:')) bytes += loaded.source?.length ?? 0;
    return loaded;
  },
});
subscribe('child_process', () => (processes += 1));
process.on('exit', () => {
  const builtins = process.moduleLoadList.filter((name) => !before.has(name)).length;
  writeFileSync(process.env.BENCH_PROBE, JSON.stringify({ bytes, builtins, processes }));
});
