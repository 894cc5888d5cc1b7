import type { Clock } from './clock.ts';
import type { SendRequest } from './http/request.ts';
import type { Runner } from './log/log.ts';

/** The files in which the runner takes outputs, variables and state. */
export interface CommandFiles {
  /**
   * The size of a file that can be appended to, bytes.
   *
   * @throws an error of node:fs where it is not there or cannot be written
   */
  readonly measure: (path: string) => number;
  /** Takes back what was appended. */
  readonly cut: (path: string, size: number) => void;
}

/**
 * What the action runs in: every way out of this process, and time and chance. Tests hand in their own. A folder that
 * needs some of it takes a `Pick` of this.
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
  /** An existing directory; whatever is made in it is removed again. */
  readonly temp: string;
  /** Called once later steps have the token. From then on nothing can make the step red. */
  readonly succeed: () => void;
}
