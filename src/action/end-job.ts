import { endProcess } from './process-end.ts';
import { revokeToken } from './revoke-token.ts';
import { realSurroundings } from './surroundings.ts';

/** Does the work that a step left for the end of the job: revokes its token. */
export async function endJob(): Promise<void> {
  // The package tunnel uses a deprecated Buffer(), and a warning about it does not help the author of a workflow.
  process.noDeprecation = true;
  await revokeToken(realSurroundings());
  endProcess();
}
