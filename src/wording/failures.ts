import {
  CommandFileError,
  NoRevocationEndpointError,
  NoRunnerError,
  StateTooLongError,
  TokenTooLongError,
} from '../failures/errors.ts';
import { StageError } from '../failures/stage-error.ts';
import { TransportError } from '../http/transport-error.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';
import { InputError } from '../inputs/input-error.ts';
import type { Annotation } from '../log/log.ts';
import { text } from '../log/text.ts';
import { DiscoveryError, TokenError } from '../oauth2/errors.ts';
import type { FailedAttempt } from '../retry/retry.ts';
import { explainLongWait, sayWhyNotAgain } from './attempts.ts';
import { explainIdTokenError } from './id-token.ts';
import { explainInputs } from './inputs.ts';
import { explainDiscoveryError } from './metadata.ts';
import { describeUnknown } from './names.ts';
import { dpopTitle } from './advice/openings.ts';
import type { Explanation } from './advice/refusal.ts';
import { explainCommandFile, explainNoRunner, explainTooLong } from './outputs.ts';
import { explainNoRevocation, explainStateTooLong } from './revocation.ts';
import type { StageView } from './stages.ts';
import { explainTokenError } from './token-answer.ts';
import { explainTransportError } from './transport.ts';

/** The one annotation of a step that failed. */
export function explainFailure(error: unknown): Annotation {
  if (error instanceof StageError) return explainStage(error);
  if (error instanceof InputError) return explainInputs(error);
  if (error instanceof IdTokenError) return explainIdTokenError(error);
  if (error instanceof NoRevocationEndpointError) return explainNoRevocation(error.issuer);
  if (error instanceof NoRunnerError) return explainNoRunner(error.variable);
  if (error instanceof TokenTooLongError) return explainTooLong(error);
  if (error instanceof StateTooLongError) return explainStateTooLong();
  if (error instanceof CommandFileError) return explainCommandFile(error);
  return {
    title: 'unexpected error',
    message: text`${describeUnknown(error)}. This is a bug in oauth2-token. Report it in the issue tracker of oauth2-token.`,
  };
}

function explainStage({ stage, gaveUp, facts }: StageError): Annotation {
  const view = { stage, ...facts };
  const { failure, code } = gaveUp;
  if (code === 'retry_after_too_long') return explainLongWait(failure, view);
  const { title, message, fix } = explainLastAttempt(failure, view);
  // This one says everything already.
  if (title === dpopTitle) return { title, message };
  const ended = text`${message} ${sayWhyNotAgain(gaveUp, view)}`;
  return { title, message: fix === undefined ? ended : text`${ended} ${fix}` };
}

function explainLastAttempt(failure: FailedAttempt, view: StageView): Explanation {
  const { error } = failure;
  if (error instanceof TokenError) return explainTokenError(error, view);
  if (error instanceof DiscoveryError) return explainDiscoveryError(error, view);
  if (error instanceof TransportError) return explainTransportError(error, failure, view);
  return explainFailure(error);
}
