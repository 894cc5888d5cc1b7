import type { Surroundings } from '../surroundings.ts';
import type { Deadline } from '../retry/deadline.ts';
import { type FailedAttempt, GaveUp, retry, type Verdict } from '../retry/retry.ts';
import type { Log } from '../log/log.ts';
import { type Stage, StageError, type StageFacts } from '../failures/stage-error.ts';
import type { Text } from '../log/text.ts';
import {
  describeAnswer,
  describeSuccess,
  sayExchangeTitle,
  sayFailedAttempt,
} from '../wording/attempts.ts';
import { describeIdToken } from '../wording/id-token.ts';

/** What every stage needs from its surroundings. */
export interface StageContext extends Pick<Surroundings, 'clock' | 'random' | 'send'> {
  readonly log: Log;
  readonly deadline: Deadline;
}

/** One stage: what is asked, and what a failure of it means. */
export interface StagePlan<T> {
  readonly stage: Stage;
  /** Runs before each attempt, outside its time. */
  readonly prepare?: () => Promise<void>;
  readonly ask: (signal: AbortSignal) => Promise<T>;
  readonly judge: (error: unknown) => Verdict;
  /** The shape of the request, for the log. */
  readonly shape: readonly Text[];
  readonly readFacts: () => StageFacts;
}

/** What a stage gave, and how. */
export interface StageResult<T> {
  readonly result: T;
  /** The number of the attempt that brought it, from 1. */
  readonly attempt: number;
}

/**
 * Makes the attempts of one stage, and tells the log of each that failed.
 *
 * @throws {StageError} when no attempt succeeded; the log has the details then
 */
export async function runStage<T>(
  plan: StagePlan<T>,
  { clock, random, log, deadline }: StageContext,
): Promise<StageResult<T>> {
  const { stage, prepare, ask, judge, shape, readFacts } = plan;
  const { inputs } = readFacts();
  const policy = {
    maxAttempts: inputs.retryMaxAttempts,
    timeSlot: inputs.retryTimeSlot,
    maxWait: inputs.retryMaxWait,
    attemptTimeout: inputs.timeout,
    deadline: deadline.at,
  };
  const report = (failure: FailedAttempt): void => {
    if (isWorthALine(failure)) log.say(sayFailedAttempt(failure, { stage, ...readFacts() }));
  };
  try {
    return await retry(
      async (attempt, signal) => {
        const startedAt = clock.monotonic();
        const result = await ask(signal);
        if (inputs.verbose) {
          const success = describeSuccess(stage, attempt, clock.monotonic() - startedAt);
          const idToken = stage === 'token' ? describeIdToken(readFacts().idToken) : [];
          log.group(sayExchangeTitle(stage), [...shape, ...idToken, success]);
        }
        return { result, attempt };
      },
      policy,
      { clock, random, judge, report, ...(prepare === undefined ? {} : { prepare }) },
    );
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error;
    const facts = readFacts();
    log.group(sayExchangeTitle(stage), [
      ...shape,
      ...describeAnswer(error.failure, { stage, ...facts }),
    ]);
    throw new StageError(stage, error, facts);
  }
}

/** A first attempt that is also the last is told by the error alone. */
function isWorthALine({ attempt, wait }: FailedAttempt): boolean {
  return attempt > 1 || wait !== undefined;
}
