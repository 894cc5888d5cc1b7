/** The token shall be revoked, and neither an input nor the metadata says where. */
export class NoRevocationEndpointError extends Error {
  override readonly name = 'NoRevocationEndpointError';
  readonly code = 'no_revocation_endpoint';
  /** Undefined only where there was none to ask. */
  readonly issuer: string | undefined;

  constructor(issuer: string | undefined) {
    super('no_revocation_endpoint');
    this.issuer = issuer;
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
