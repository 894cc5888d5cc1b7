import { TransportError } from '../http/transport-error.ts';
import { DiscoveryError, TokenError } from '../oauth2/errors.ts';
import type { FailedAttempt, GaveUp } from '../retry/retry.ts';
import { formatDuration, formatSeconds } from '../log/duration.ts';
import type { Annotation } from '../log/log.ts';
import type { Stage } from '../failures/stage-error.ts';
import { text, type Text } from '../log/text.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';
import { describeIdToken, describeIdTokenError } from './id-token.ts';
import { describeDiscoveryError, describeMetadataAnswer } from './metadata.ts';
import { describeUnknown, nameStatus } from './names.ts';
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
    return text` The server asks for ${formatSeconds(wait)} (Retry-After). Trying again then.`;
  }
  return wait === 0 ? text` Trying again now.` : text` Trying again in ${formatDuration(wait)}.`;
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
    return [text`${nameStatus(error.status)}, ${after}`];
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
export function explainLongWait(
  { error, retryAfter = 0 }: FailedAttempt,
  view: StageView,
): Annotation {
  const { totalTimeout } = view.inputs;
  const asks = text`${nameServer(view)} asks to wait ${formatSeconds(retryAfter)} (Retry-After), past total-timeout: ${totalTimeout}.`;
  // With any other status it is a server that is down for a while.
  const isQuota = error instanceof TokenError && error.answer.status === 429;
  return {
    title: 'asked to wait too long',
    message: isQuota
      ? text`${asks} Nothing here can shorten that: it is a quota. Reuse tokens (use-cache), or ask the provider for more.`
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
    return text`Gave up at attempt ${failure.attempt} of ${retryMaxAttempts}, for total-timeout: ${totalTimeout} leaves no time for another.`;
  }
  if (code === 'attempts_used_up') {
    return failure.attempt === 1
      ? text`Not tried again, for retry-max-attempts is 1.`
      : text`Gave up after ${failure.attempt} attempts.`;
  }
  if ((error instanceof TokenError || error instanceof TransportError) && error.retryable) {
    return text`Not tried again, for the grant may have been used up: what it carries is accepted once.`;
  }
  return isAnswer(error)
    ? text`Not tried again, for the answer would be the same.`
    : text`Not tried again, for it would fail in the same way.`;
}

function isAnswer(error: unknown): boolean {
  if (error instanceof IdTokenError) return error.status !== undefined;
  return error instanceof TokenError || error instanceof DiscoveryError;
}
