// Loaded before the built action by NODE_OPTIONS: a thread of the pool waits for data in a FIFO that never comes. It
// stands for a name look-up that never ends. An exit would wait for it.
require('node:fs').open(process.env.STUCK_POOL_FIFO, 'r', () => undefined);
