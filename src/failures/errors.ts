/** The token must be revoked, but neither an input nor the metadata has a revocation endpoint. */
export class NoRevocationEndpointError extends Error {
  override readonly name = 'NoRevocationEndpointError';
  readonly code = 'no_revocation_endpoint';
  /** Undefined only where no endpoint was known. */
  readonly issuer: string | undefined;

  constructor(issuer: string | undefined) {
    super('no_revocation_endpoint');
    this.issuer = issuer;
  }
}

/** The runner does not name the files into which the token is written. */
export class NoRunnerError extends Error {
  override readonly name = 'NoRunnerError';
  readonly code = 'no_runner';
  readonly variable: string;

  constructor(variable: string) {
    super('no_runner');
    this.variable = variable;
  }
}

/** The token does not fit into the environment variable that must hold it. */
export class TokenTooLongError extends Error {
  override readonly name = 'TokenTooLongError';
  readonly code = 'token_too_long';
  readonly envVar: string;
  readonly platform: NodeJS.Platform;

  constructor(envVar: string, platform: NodeJS.Platform) {
    super('token_too_long');
    this.envVar = envVar;
    this.platform = platform;
  }
}

/** The state for revocation does not fit into the environment variable by which the runner passes it on. */
export class StateTooLongError extends Error {
  override readonly name = 'StateTooLongError';
  readonly code = 'state_too_long';

  constructor() {
    super('state_too_long');
  }
}

/** A file of the runner cannot be written. */
export class CommandFileError extends Error {
  override readonly name = 'CommandFileError';
  readonly code = 'command_file';
  /** The variable that names the file. */
  readonly variable: string;
  /** The code of node:fs: `ENOSPC`, `EACCES`, ... */
  readonly reason: string;

  constructor(variable: string, reason: string, cause: unknown) {
    super('command_file', { cause });
    this.variable = variable;
    this.reason = reason;
  }
}
