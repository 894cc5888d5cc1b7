/** Why the embedded runner could not run a script, or refused a command of it. */
export type RunnerErrorCode =
  /** The script does not exist: it is not built yet, or misspelled. */
  | 'script_missing'
  /** The program that runs the script could not be started. */
  | 'not_started'
  /** The script was still running when its time limit was over. */
  | 'timed_out'
  /** A default in action.yml is an expression, which only GitHub can evaluate. */
  | 'unsupported_default'
  /** A workflow command that the runner does not obey. */
  | 'refused_command'
  /** A command file (such as GITHUB_OUTPUT) that the runner cannot read. */
  | 'malformed_file';

/** An error of the embedded runner; `code` is stable. */
export class RunnerError extends Error {
  override readonly name = 'RunnerError';
  readonly code: RunnerErrorCode;

  constructor(code: RunnerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
