import { endProcess } from './process-end.ts';
import { revokeToken } from './revoke-token.ts';
import { realSurroundings } from './surroundings.ts';

/** What there is to do at the end of the job, where there is something. */
export async function endJob(): Promise<void> {
  // The package tunnel uses a deprecated Buffer(), and a warning of it is no news to the author of a workflow.
  process.noDeprecation = true;
  await revokeToken(realSurroundings());
  endProcess();
}
