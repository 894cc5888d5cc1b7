/** A step run in process, and the lines of its log as its wording gives them. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';

import { run } from '../../../src/action/run.ts';
import { AccessToken } from '../../../src/oauth2/access-token.ts';
import type { FailedAttempt } from '../../../src/retry/retry.ts';
import type { Surroundings } from '../../../src/surroundings.ts';
import { sayFailedAttempt } from '../../../src/wording/attempts.ts';
import { sayRequesting, sayGot, saySet } from '../../../src/wording/progress.ts';
import type { StageView } from '../../../src/wording/stages.ts';
import {
  type Answer,
  answerJson,
  createFakeClock,
  createFakeNetwork,
  createFakeRunner,
  createInputEnvironment,
  type FakeClock,
  type FakeNetwork,
  type FakeRunner,
  noFiles,
} from '../doubles/fakes.ts';
import { line, usualInputs } from '../making/inputs.ts';
import { fail, inputs, view } from './wording.ts';

/** The usual client's secret, and its Basic value. */
export const secret = 's3cret-value';
export const basic = Buffer.from(`ci-client:${secret}`).toString('base64');

/** The first calls of every step with the usual inputs. */
export const masks = [`mask ${basic}`, `mask ${secret}`];

/** The line before the token request of the usual step. */
export const asking = line(sayRequesting(inputs, false));

/** The line after the token of {@link granted} came at this attempt, with its expiry or without. */
export function gotAt(attempt: number, { expires = true } = {}): string {
  const expiresAt = expires ? new Date('2026-01-31T12:00:00Z') : undefined;
  const token = new AccessToken({ token: 'the-token', tokenType: 'Bearer', expiresAt });
  return line(sayGot(token, attempt, expires ? 3599 : undefined, inputs));
}

/** The line after an attempt failed. */
export function failedAt(
  attempt: number,
  error: unknown,
  next: Partial<FailedAttempt>,
  of: StageView = view(),
): string {
  return line(sayFailedAttempt(fail(error, { attempt, ...next }), of));
}

/** The last calls of a step whose server gives {@link granted}, at the usual time. */
export const handedOver = [
  'output token=the-token',
  'output token-type=Bearer',
  'output expires-at=2026-01-31T12:00:00Z',
  'output expires-in=3599',
  'output scope=read list',
  'output cache-hit=false',
  'output refresh-token=',
  'output id-token=',
  'output response={}',
  'env OAUTH2_TOKEN=the-token',
  line(saySet('OAUTH2_TOKEN')),
];

/** A token for an hour. */
export const granted = answerJson(200, {
  access_token: 'the-token',
  token_type: 'Bearer',
  expires_in: 3600,
});

/** How a step differs from the usual one. */
export interface Differences {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly answers?: readonly Answer[];
  readonly start?: string;
  readonly random?: number;
  readonly runner?: FakeRunner;
  readonly files?: Surroundings['files'];
  readonly platform?: NodeJS.Platform;
}

/** The result of a step. */
export interface Outcome {
  readonly calls: readonly string[];
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  /** How many calls the runner had when the step became green; undefined if it did not. */
  readonly greenAfter: number | undefined;
}

/** Runs a step, by default without the cache. */
export async function runStep(differences: Differences = {}): Promise<Outcome> {
  const { answers = [granted], start, random = 0.5, platform = 'linux' } = differences;
  const { runner = createFakeRunner() } = differences;
  const clock = createFakeClock(start);
  const network = createFakeNetwork(answers, clock);
  let greenAfter: number | undefined;
  await run({
    runner,
    env: {
      GITHUB_OUTPUT: '/runner/output',
      GITHUB_ENV: '/runner/env',
      ...createInputEnvironment({ ...usualInputs, 'use-cache': 'false', ...differences.inputs }),
      ...differences.env,
    },
    platform,
    clock,
    random: () => random,
    randomBytes,
    randomUUID,
    send: network.send,
    files: differences.files ?? noFiles,
    saveScript: '/nowhere/save.js',
    temp: '/nowhere',
    succeed: () => {
      greenAfter = runner.calls.length;
    },
  });
  return { calls: runner.calls, clock, network, greenAfter };
}

/** Checks that a step failed correctly: red, with one error, which is the last line, and without outputs. */
export function assertFailed({ calls, greenAfter }: Outcome): void {
  assert.equal(greenAfter, undefined);
  assert.match(calls.at(-1) ?? '', /^error \[oauth2-token: /);
  assert.equal(calls.filter((call) => /^(error|warning) /.test(call)).length, 1);
  assert.deepEqual(
    calls.filter((call) => /^(output|env) /.test(call)),
    [],
  );
}

/** The error of a step that failed correctly. */
export function readError(outcome: Outcome): string {
  assertFailed(outcome);
  return outcome.calls.at(-1) ?? '';
}

/** The lines of failed attempts. */
export function readAttempts({ calls }: Outcome): readonly string[] {
  return calls.filter((call) => call.startsWith('info Attempt '));
}
