import { type Text } from './text.ts';
import { type MissingSecretCause } from './trigger.ts';

/** Inputs that cannot be worked with; each problem names its input. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code = 'bad_inputs';
  readonly problems: readonly Text[];
  /** Why client-secret is empty, where it is; not among the problems. */
  readonly emptySecret: MissingSecretCause | undefined;

  constructor(problems: readonly Text[], emptySecret: MissingSecretCause | undefined) {
    super('bad_inputs');
    this.problems = problems;
    this.emptySecret = emptySecret;
  }
}

/** There is nowhere to put a token: a file that the runner names is not named. */
export class NoRunnerError extends Error {
  override readonly name = 'NoRunnerError';
  readonly code = 'no_runner';
  readonly variable: string;

  constructor(variable: string) {
    super('no_runner');
    this.variable = variable;
  }
}

/** The token does not fit into the environment variable that was asked for. */
export class TokenTooLongError extends Error {
  override readonly name = 'TokenTooLongError';
  readonly code = 'token_too_long';
  readonly envVar: string;

  constructor(envVar: string) {
    super('token_too_long');
    this.envVar = envVar;
  }
}
