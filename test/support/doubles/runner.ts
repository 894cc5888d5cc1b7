/**
 * Runs built JavaScript actions the way the GitHub Actions runner starts a `using: node24` action, and reports what a
 * user would see. Follows https://github.com/actions/runner; each file says where it differs.
 */
import { Job, type JobOptions, makeDirectories, type Run, type StepOptions } from './runner/job.ts';

export type { Command } from './runner/commands.ts';
export { RunnerError, type RunnerErrorCode } from './runner/errors.ts';
export type { Job, JobOptions, Run, StepOptions } from './runner/job.ts';
export { createRenderer, renderLog } from './runner/render.ts';
export type { Annotation, Level } from './runner/step.ts';

/** A script that is run by itself. */
export interface ActionOptions extends JobOptions, Omit<StepOptions, 'post'> {
  /** The state that an earlier script of the same step has saved, for a post script. */
  state?: Readonly<Record<string, string>>;
}

/** The result of a job. */
export interface JobResult {
  conclusion: 'success' | 'failure';
  /** One for each step that ran. Steps after a failed one do not run. */
  runs: Run[];
  /** The results of the post scripts, the last step's first. */
  posts: Run[];
  /** The raw logs of all scripts, one after the other. */
  log: string;
}

/**
 * Runs one script. Throws RunnerError: script_missing, not_started, timed_out or unsupported_default. What the
 * script itself does wrong is in the result.
 */
export async function runAction(options: ActionOptions): Promise<Run> {
  const job = await startJob(options);
  try {
    return await job.run(options, options.state);
  } finally {
    await job.close();
  }
}

/** Runs steps until one fails, and then their post scripts. Throws as runAction does. */
export async function runJob(
  steps: readonly StepOptions[],
  options: JobOptions = {},
): Promise<JobResult> {
  const job = await startJob(options);
  try {
    const runs: Run[] = [];
    for (const step of steps) {
      const run = await job.run(step);
      runs.push(run);
      if (run.conclusion === 'failure') break;
    }
    const posts = await job.runPosts();
    const all = [...runs, ...posts];
    const failed = all.some((run) => run.conclusion === 'failure');
    return {
      conclusion: failed ? 'failure' : 'success',
      runs,
      posts,
      log: all.map((run) => run.log).join(''),
    };
  } finally {
    await job.close();
  }
}

/**
 * Starts a job whose steps are run one by one, for steps that need the results of earlier ones. The caller closes it.
 */
export async function startJob(options: JobOptions = {}): Promise<Job> {
  return new Job(options, await makeDirectories(options));
}
