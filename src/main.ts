import { endProcess } from './action/process-end.ts';
import { run } from './action/run.ts';
import { realSurroundings } from './action/surroundings.ts';

// The package tunnel uses a deprecated Buffer(), and a warning about it does not help the author of a workflow.
process.noDeprecation = true;

// The step is red until later steps have a token, because an early end of this process must not look like a success.
process.exitCode = 1;
await run(realSurroundings());
endProcess();
