import { IdTokenError } from '../id-token/id-token-error.ts';
import { findIdTokenEndpoint } from '../id-token/id-token.ts';
import { InputError } from '../inputs/input-error.ts';
import { readInput } from '../inputs/reader.ts';

/** An error that only says that the job has no credentials. */
export type NoCredentials = InputError | IdTokenError;

/**
 * Whether a step failed only because its job has no credentials, and `if-no-credentials: skip` says to end it green
 * then. Forks and Dependabot get neither secrets nor ID tokens, so that client-id and token-url may be empty too.
 *
 * @param env the step's environment
 */
export function isSkipped(error: unknown, env: NodeJS.ProcessEnv): error is NoCredentials {
  if (readInput(env, 'if-no-credentials') !== 'skip') return false;
  if (error instanceof IdTokenError) return error.code === 'no_permission';
  if (!(error instanceof InputError) || !error.isOnlyMissing) return false;
  const wantsIdToken = readInput(env, 'id-token-as') !== '';
  return (
    error.emptySecret !== undefined || (wantsIdToken && findIdTokenEndpoint(env) === undefined)
  );
}
