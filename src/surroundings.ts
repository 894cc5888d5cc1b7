import type { Clock } from './clock.ts';
import type { SendRequest } from './http/request.ts';
import type { Runner } from './log/log.ts';

/** The files in which the runner takes outputs, variables and state. */
export interface CommandFiles {
  /**
   * The size in bytes of a file to which can be appended.
   *
   * @throws an error of node:fs if the file does not exist or cannot be written
   */
  readonly measure: (path: string) => number;
  /** Removes what was appended. */
  readonly cut: (path: string, size: number) => void;
}

/**
 * Everything outside of this process that the action uses, and also time and randomness. Tests pass their own. A folder
 * that needs a part of it takes a `Pick` of this.
 */
export interface Surroundings {
  readonly runner: Runner;
  /** The step's environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly files: CommandFiles;
  readonly clock: Clock;
  /** Gives a number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly randomBytes: (size: number) => Buffer;
  readonly randomUUID: () => string;
  readonly send: SendRequest;
  /** The built child process that saves, an absolute path. */
  readonly saveScript: string;
  /** An existing directory. What the action makes in it is removed again. */
  readonly temp: string;
  /** Called as soon as later steps have the token. From then on nothing can make the step red. */
  readonly succeed: () => void;
}
