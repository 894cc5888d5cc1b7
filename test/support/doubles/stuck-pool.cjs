// Loaded before the built action by NODE_OPTIONS: a thread of the pool waits for somebody to write into a FIFO, and
// nobody does. It stands for a name look-up that never ends; an exit would wait for it.
require('node:fs').open(process.env.STUCK_POOL_FIFO, 'r', () => undefined);
