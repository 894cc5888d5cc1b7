/** Failures of the token endpoint by their codes, and what the action says about a run that ends with one. */
import { StageError } from '../../../src/failures/stage-error.ts';
import { TransportError, type TransportErrorDetails } from '../../../src/http/transport-error.ts';
import { type Inputs, readInputs } from '../../../src/inputs/inputs.ts';
import type { AnswerShape } from '../../../src/oauth2/answer/answer-shape.ts';
import { TokenError } from '../../../src/oauth2/errors.ts';
import { type FailedAttempt, GaveUp, type GaveUpCode } from '../../../src/retry/retry.ts';
import { explainFailure } from '../../../src/wording/failures.ts';
import { createInputEnvironment } from '../doubles/fakes.ts';
import { type Given, say } from './inputs.ts';

/** A fault of the connection, with the system's code. */
export function transport(
  code: TransportError['code'],
  { says, ...details }: TransportErrorDetails & { readonly says?: string } = {},
): TransportError {
  return new TransportError(code, {
    ...details,
    ...(says === undefined ? {} : { cause: new Error(says) }),
  });
}

/** An answer without a token. `retryable` is whether the same request may succeed a little later. */
export function refusal(
  code: TokenError['code'],
  status: number,
  {
    retryable = false,
    error,
    description,
    answer: shape = {},
    ...details
  }: {
    retryable?: boolean;
    error?: string;
    description?: string;
    location?: string;
    /** Milliseconds. */
    retryAfter?: number;
    answer?: Partial<AnswerShape>;
  } = {},
): TokenError {
  return new TokenError(code, {
    retryable,
    answer: {
      status,
      statusText: '',
      contentType: undefined,
      length: 1,
      code: error,
      words:
        description === undefined
          ? undefined
          : { place: 'error_description', outside: description, form: 'value' },
      ...shape,
    },
    oauthError: error === undefined ? undefined : { error, description, uri: undefined },
    ...details,
  });
}

/** An error annotation, as the runner has it. */
export interface ErrorAnnotation {
  readonly level: 'error';
  readonly title: string;
  readonly message: string;
}

/** The annotation of a run whose only token request failed in this way, and would fail in the same way again. */
export function explainFinal(
  error: TokenError | TransportError,
  given: Given,
  tokenUrl = given['token-url'] ?? '',
): ErrorAnnotation {
  const inputs = readInputs(createInputEnvironment(given), { debug: false });
  return explainEnd('not_retryable', makeAttempt(error, inputs), { ...inputs, tokenUrl });
}

/** A first attempt that failed in this way. */
export function makeAttempt(error: unknown, { retryMaxAttempts, timeout }: Inputs): FailedAttempt {
  const unused = { wait: undefined, retryAfter: undefined, took: 0 };
  return { attempt: 1, maxAttempts: retryMaxAttempts, error, allowed: timeout * 1000, ...unused };
}

/** The annotation of a run whose token requests ended for this reason, with this last failure. */
export function explainEnd(end: GaveUpCode, last: FailedAttempt, inputs: Inputs): ErrorAnnotation {
  const facts = { inputs, server: inputs.tokenUrl ?? '' };
  const { title, message } = explainFailure(new StageError('token', new GaveUp(end, last), facts));
  return { level: 'error', title: `oauth2-token: ${title}`, message: say(message) };
}
