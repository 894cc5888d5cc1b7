import { realSurroundings, run } from './action/run.ts';

// The package tunnel uses a deprecated Buffer(), and a warning of it is no news to the author of a workflow.
process.noDeprecation = true;

// The step is red until later steps have a token: whatever ends this process early must not look like a success.
process.exitCode = 1;
await run(realSurroundings());

/** What cannot be called off (a name look-up, say) must not hold the job up for longer than this, milliseconds. */
const grace = 1000;

// Only where something still holds the process, and not before stdout is out: an exit can cut it on a pipe.
setTimeout(() => {
  process.stdout.write('', () => process.exit());
}, grace).unref();
