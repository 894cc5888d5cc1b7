import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { explainMissingSecret, type MissingSecretCause } from './empty-secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'trigger-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** Writes an event's payload, and gives the environment of a run that it started. */
function start(event: string, payload: string, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const file = join(folder, 'event.json');
  writeFileSync(file, payload);
  return {
    GITHUB_ACTOR: 'octocat',
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: file,
    GITHUB_REPOSITORY: 'octo-org/octo-repo',
    ...env,
  };
}

/** The payload of a pull request from a repository; null where it was deleted. */
function fromRepository(name: string | null): string {
  const repo = name === null ? null : { full_name: name };
  return JSON.stringify({ pull_request: { head: { repo } } });
}

const fork = fromRepository('stranger/octo-repo');
const own = fromRepository('octo-org/octo-repo');
const dependabot = { GITHUB_ACTOR: 'dependabot[bot]' };

describe('explainMissingSecret', () => {
  const rows: readonly [what: string, env: () => NodeJS.ProcessEnv, cause: MissingSecretCause][] = [
    ['a pull request from a fork', () => start('pull_request', fork), 'fork'],
    [
      'a pull request from a deleted fork',
      () => start('pull_request', fromRepository(null)),
      'fork',
    ],
    ['a review of a pull request from a fork', () => start('pull_request_review', fork), 'fork'],
    ['a comment in such a review', () => start('pull_request_review_comment', fork), 'fork'],
    ['a pull request from the same repository', () => start('pull_request', own), 'unset'],
    ['pull_request_target, which has secrets', () => start('pull_request_target', fork), 'unset'],
    ['a push', () => start('push', '{}'), 'unset'],
    [
      'a workflow that follows one of a fork, which has secrets',
      () => start('workflow_run', fork),
      'unset',
    ],
    ["Dependabot's pull request", () => start('pull_request', own, dependabot), 'dependabot'],
    ["Dependabot's push", () => start('push', '{}', dependabot), 'dependabot'],
    [
      'a person with a name like it',
      () => start('push', '{}', { GITHUB_ACTOR: 'dependabot' }),
      'unset',
    ],
    ['an event that is not JSON', () => start('pull_request', 'not JSON'), 'unset'],
    ['an event that is null', () => start('pull_request', 'null'), 'unset'],
    [
      'an event whose file is missing',
      () => start('pull_request', fork, { GITHUB_EVENT_PATH: join(folder, 'missing.json') }),
      'unset',
    ],
    ['an environment without anything', () => ({}), 'unset'],
  ];
  for (const [what, env, cause] of rows) {
    test(`says ${cause} for ${what}`, () => {
      assert.equal(explainMissingSecret(env()), cause);
    });
  }
});
