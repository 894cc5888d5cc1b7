import { realSurroundings, run } from './action/run.ts';

// The step is red until later steps have a token: whatever ends this process early must not look like a success.
process.exitCode = 1;
if (await run(realSurroundings())) process.exitCode = 0;
