import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import * as core from '@actions/core';

import { sendRequest, type SendRequest } from '../http/request.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Runner } from '../log/log.ts';

/** What the action runs in; tests hand in their own. */
export interface Surroundings {
  readonly runner: Runner;
  /** The step's environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  /** Gives a number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly randomBytes: (size: number) => Buffer;
  readonly randomUUID: () => string;
  readonly send: SendRequest;
  /** The built child process that saves, an absolute path. */
  readonly saveScript: string;
  /** Where a directory may be made that is removed again. */
  readonly temp: string;
  /** Called once later steps have the token: from then on nothing can make the step red. */
  readonly succeed: () => void;
}

/** The real surroundings of a step. */
export function realSurroundings(): Surroundings {
  const script = process.argv[1] ?? '';
  const env = { ...process.env };
  // Node would warn that certificates are not verified; they are.
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  return {
    runner: core,
    env,
    platform: process.platform,
    clock: systemClock,
    random: Math.random,
    randomBytes,
    randomUUID,
    send: sendRequest,
    // By the path of this process: ncc rewrites a URL that is made from import.meta.url.
    saveScript: join(dirname(script), '..', 'save', 'index.js'),
    temp: process.env['RUNNER_TEMP'] ?? tmpdir(),
    succeed: () => {
      process.exitCode = 0;
    },
  };
}
