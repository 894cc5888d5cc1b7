import { readFileSync } from 'node:fs';

/** Why GitHub may have given a run no secrets. */
export type MissingSecretCause = 'fork' | 'dependabot' | 'unset';

/**
 * Finds out why a secret is empty from what started the run.
 *
 * @param env the step's environment
 * @see https://docs.github.com/actions/reference/security/secure-use
 */
export function explainMissingSecret(env: NodeJS.ProcessEnv): MissingSecretCause {
  if (env['GITHUB_ACTOR'] === 'dependabot[bot]') return 'dependabot';
  const event = env['GITHUB_EVENT_NAME'] ?? '';
  const forkable = event.startsWith('pull_request') && event !== 'pull_request_target';
  return forkable && readHeadRepository(env) !== env['GITHUB_REPOSITORY'] ? 'fork' : 'unset';
}

/** The full name of the repository that a pull request comes from; undefined where the fork was deleted. */
function readHeadRepository(env: NodeJS.ProcessEnv): string | undefined {
  try {
    const event = JSON.parse(readFileSync(env['GITHUB_EVENT_PATH'] ?? '', 'utf8')) as {
      pull_request?: { head?: { repo?: { full_name?: string } | null } };
    };
    return event.pull_request?.head?.repo?.full_name;
  } catch {
    // An event that cannot be read says nothing of a fork.
    return env['GITHUB_REPOSITORY'];
  }
}
