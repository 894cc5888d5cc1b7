import { writeExactJson } from '../oauth2/json/exact-json.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import { TokenTooLongError } from '../failures/errors.ts';
import type { Log } from '../log/log.ts';
import { fitsVariable } from '../inputs/variable-size.ts';
import type { Surroundings } from '../surroundings.ts';
import { sayReplaced } from '../wording/progress.ts';
import { writeAll } from './command-files.ts';

/** The outputs of action.yml, in its order. */
export const outputNames = [
  'token',
  'token-type',
  'expires-at',
  'expires-in',
  'scope',
  'cache-hit',
  'refresh-token',
  'id-token',
  'response',
] as const;

type Outputs = Record<(typeof outputNames)[number], string>;

/** Where the token is handed over. */
export interface Destination extends Pick<Surroundings, 'runner' | 'env' | 'platform' | 'files'> {
  readonly log: Log;
  /** Undefined: none is exported. */
  readonly envVar: string | undefined;
}

/** A token that is ready for later steps. */
export interface Handover {
  readonly response: TokenResponse;
  readonly scopes: readonly string[];
  readonly cacheHit: boolean;
  /** Epoch, milliseconds. */
  readonly now: number;
}

/**
 * Gives the token to later steps: the outputs, and the environment variable. All of them or none.
 *
 * @throws {TokenTooLongError} if the variable cannot hold it
 * @throws {CommandFileError} if a file of the runner cannot be written
 */
export function handOver(
  handover: Handover,
  { runner, log, env, platform, files, envVar }: Destination,
): void {
  const { token } = handover.response.accessToken;
  if (envVar !== undefined && !fitsVariable(envVar, token, platform)) {
    throw new TokenTooLongError(envVar, platform);
  }
  const outputs = Object.entries(listOutputs(handover));
  writeAll(['GITHUB_OUTPUT', 'GITHUB_ENV'], env, files, () => {
    for (const [name, value] of outputs) runner.setOutput(name, value);
    if (envVar !== undefined) {
      if ((env[envVar] ?? '') !== '' && env[envVar] !== token) log.say(sayReplaced(envVar));
      runner.exportVariable(envVar, token);
    }
  });
}

/** Lists all outputs; what is not known is an empty string. */
function listOutputs({ response, scopes, cacheHit, now }: Handover): Outputs {
  const { accessToken, refreshToken = '', idToken = '', others } = response;
  return {
    token: accessToken.token,
    'token-type': keepToOneLine(accessToken.tokenType),
    'expires-at': accessToken.zuluTimeString() ?? '',
    'expires-in': String(accessToken.expiresIn(now) ?? ''),
    scope: keepToOneLine(scopes.join(' ')),
    'cache-hit': String(cacheHit),
    'refresh-token': refreshToken,
    'id-token': idToken,
    response: writeExactJson(others),
  };
}

/**
 * A line break in a value from a server could inject a command into a later step that pastes the value into a script.
 */
function keepToOneLine(outside: string): string {
  return outside.replace(/\p{Cc}+/gu, ' ');
}
