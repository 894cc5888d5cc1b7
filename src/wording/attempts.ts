import { TransportError } from '../http/transport-error.ts';
import { DiscoveryError, TokenError } from '../oauth2/errors.ts';
import type { FailedAttempt, GaveUp } from '../retry/retry.ts';
import { formatDuration, formatSeconds } from '../log/duration.ts';
import type { Annotation } from '../log/log.ts';
import type { Stage } from '../failures/stage-error.ts';
import { text, type Text } from '../log/text.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';
import { describeIdToken, describeIdTokenAnswer, describeIdTokenError } from './id-token.ts';
import { describeDiscoveryError, describeMetadataAnswer } from './metadata.ts';
import { describeUnknown } from './names.ts';
import { nameServer, type StageView, wordsOf } from './stages.ts';
import { describeTokenAnswer, describeTokenError } from './token-answer.ts';
import { describeTransportAnswer, describeTransportError } from './transport.ts';

/** A failed attempt that is followed by another one, or that followed one. */
export function sayFailedAttempt(failure: FailedAttempt, view: StageView): Text {
  const { attempt, maxAttempts } = failure;
  const what = describeFailure(failure, view);
  const { purpose } = wordsOf(view.stage);
  return text`Attempt ${attempt} of ${maxAttempts}${purpose} failed: ${what}.${sayNext(failure)}`;
}

function sayNext({ wait, retryAfter }: FailedAttempt): Text {
  if (wait === undefined) return text``;
  if (wait === retryAfter && wait > 0) {
    return text` Retrying in ${formatSeconds(wait)}, as the server requested (Retry-After).`;
  }
  return wait === 0 ? text` Retrying now.` : text` Retrying in ${formatDuration(wait)}.`;
}

/** The title of what was sent and what came back. */
export function sayExchangeTitle(stage: Stage): Text {
  return wordsOf(stage).title;
}

/** The answer to the attempt that succeeded. */
export function describeSuccess(stage: Stage, attempt: number, took: number): Text {
  return text`${wordsOf(stage).success} at attempt ${attempt}, after ${formatDuration(took)}`;
}

/** The answer to an attempt that failed. */
export function describeAnswer(failure: FailedAttempt, view: StageView): Text[] {
  const { error, took } = failure;
  const after = text`after ${formatDuration(took)}`;
  const idToken = view.stage === 'token' ? describeIdToken(view.idToken) : [];
  if (error instanceof TokenError) return [...idToken, ...describeTokenAnswer(error, after)];
  if (error instanceof DiscoveryError) return describeMetadataAnswer(error, after);
  if (error instanceof IdTokenError && error.status !== undefined) {
    return describeIdTokenAnswer(error, after);
  }
  if (error instanceof TransportError) {
    return [...idToken, describeTransportAnswer(error, failure, view)];
  }
  return [...idToken, text`failed ${after}: ${describeFailure(failure, view)}`];
}

/** What went wrong with one attempt, in a few words. */
export function describeFailure({ error, allowed }: FailedAttempt, view: StageView): Text {
  if (error instanceof TokenError) return describeTokenError(error);
  if (error instanceof DiscoveryError) return describeDiscoveryError(error);
  if (error instanceof IdTokenError) return describeIdTokenError(error);
  if (error instanceof TransportError) return describeTransportError(error, allowed, view);
  return text`${describeUnknown(error)}`;
}

/** The server asks for a longer wait than total-timeout leaves. */
export function explainLongWait(failure: FailedAttempt, view: StageView): Annotation {
  const { error, retryAfter = 0 } = failure;
  const { totalTimeout } = view.inputs;
  const what = isAnswer(error) ? text` answered ${describeFailure(failure, view)} and` : text``;
  const asks = text`${nameServer(view)}${what} requires a wait of ${formatSeconds(retryAfter)} (Retry-After), longer than total-timeout (${totalTimeout} s) allows.`;
  // With any other status it is a server that is down for a while.
  const isQuota = error instanceof TokenError && error.answer.status === 429;
  return {
    title: 'wait too long',
    message: isQuota
      ? text`${asks} No setting can shorten that, because it is a quota of the provider. Reuse tokens (use-cache), or ask the provider for a higher limit.`
      : text`${asks} Run the job again later, or set a longer total-timeout.`,
  };
}

/** Why the last attempt was the last one. */
export function sayWhyNotAgain(
  { code, failure }: GaveUp,
  { inputs: { totalTimeout, retryMaxAttempts } }: StageView,
): Text {
  const { error } = failure;
  if (code === 'total_timeout') {
    return text`Stopped after attempt ${failure.attempt} of ${retryMaxAttempts}: total-timeout (${totalTimeout} s) leaves no time for another.`;
  }
  if (code === 'attempts_used_up') {
    return failure.attempt === 1
      ? text`Not retried: retry-max-attempts is 1.`
      : text`Stopped after ${failure.attempt} attempts.`;
  }
  if ((error instanceof TokenError || error instanceof TransportError) && error.retryable) {
    return text`Not retried: this grant works only once, and may have been used already.`;
  }
  return isAnswer(error)
    ? text`Not retried: the answer would be the same.`
    : text`Not retried: it would fail in the same way.`;
}

function isAnswer(error: unknown): boolean {
  if (error instanceof IdTokenError) return error.status !== undefined;
  return error instanceof TokenError || error instanceof DiscoveryError;
}
