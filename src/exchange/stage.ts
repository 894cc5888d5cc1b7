import type { Surroundings } from '../surroundings.ts';
import type { Deadline } from '../retry/deadline.ts';
import {
  type FailedAttempt,
  GaveUp,
  retry,
  type RetryPolicy,
  type Verdict,
} from '../retry/retry.ts';
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
import type { StageView } from '../wording/stages.ts';
import type { IdToken } from '../id-token/id-token.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { AttemptContext } from '../oauth2/token-endpoint.ts';
import { makeTlsIdentity } from './tls-identity.ts';

/** What every stage needs from its surroundings. */
export interface StageContext extends Pick<Surroundings, 'clock' | 'random' | 'send'> {
  readonly log: Log;
  readonly deadline: Deadline;
}

/** ID tokens: each attempt takes a new one. */
export interface AttemptIdTokens {
  readonly take: () => Promise<IdToken>;
  /** The ID token that was taken last; undefined before the first. */
  readonly last: IdToken | undefined;
}

/** One stage: what is requested from which server, and what its failure means. */
export interface StagePlan<T> extends Omit<StageFacts, 'idToken'> {
  readonly stage: Stage;
  /** What the log shows of the request: its fields without secret values. */
  readonly shape: readonly Text[];
  /**
   * Left out if the request carries no ID token. One is taken before each attempt; this does not count for its time
   * limit.
   */
  readonly idTokens?: AttemptIdTokens | undefined;
  readonly ask: (attempt: AttemptContext) => Promise<T>;
  readonly judge: (error: unknown) => Verdict;
}

/** The result of a stage, and in which attempt it came. */
export interface StageResult<T> {
  readonly result: T;
  /** The number of the attempt that succeeded, from 1. */
  readonly attempt: number;
}

/**
 * Makes the attempts of one stage, and writes a line for each that failed.
 *
 * @throws {StageError} if no attempt succeeded; the log has the details
 */
export async function runStage<T>(
  plan: StagePlan<T>,
  { clock, random, send, log, deadline }: StageContext,
): Promise<StageResult<T>> {
  const { stage, inputs, shape, idTokens, ask, judge } = plan;
  const tls = makeTlsIdentity(inputs);
  const view = (): StageView => ({ stage, inputs, server: plan.server, idToken: idTokens?.last });
  const report = (failure: FailedAttempt): void => {
    if (isWorthALine(failure)) log.say(sayFailedAttempt(failure, view()));
  };
  const prepare = async (): Promise<void> => {
    await idTokens?.take();
  };
  try {
    return await retry(
      async (attempt, signal) => {
        const startedAt = clock.monotonic();
        const result = await ask({ send, now: clock.now, signal, tls });
        if (inputs.verbose) {
          const success = describeSuccess(stage, attempt, clock.monotonic() - startedAt);
          const idToken = stage === 'token' ? describeIdToken(idTokens?.last) : [];
          log.group(sayExchangeTitle(stage), [...shape, ...idToken, success]);
        }
        return { result, attempt };
      },
      makePolicy(inputs, deadline),
      { clock, random, judge, report, prepare },
    );
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error;
    log.group(sayExchangeTitle(stage), [...shape, ...describeAnswer(error.failure, view())]);
    throw new StageError(stage, error, view());
  }
}

function makePolicy(inputs: Inputs, { at }: Deadline): RetryPolicy {
  return {
    maxAttempts: inputs.retryMaxAttempts,
    timeSlot: inputs.retryTimeSlot,
    maxWait: inputs.retryMaxWait,
    attemptTimeout: inputs.timeout,
    deadline: at,
  };
}

/** A first attempt that is also the last needs no line: the error describes it. */
function isWorthALine({ attempt, wait }: FailedAttempt): boolean {
  return attempt > 1 || wait !== undefined;
}
