import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import {
  endGroup,
  error,
  exportVariable,
  info,
  isDebug,
  notice,
  saveState,
  setOutput,
  setSecret,
  startGroup,
  warning,
} from '@actions/core';

import { sendRequest } from '../http/request.ts';
import { systemClock } from '../clock.ts';
import type { Runner } from '../log/log.ts';
import type { Surroundings } from '../surroundings.ts';
import { commandFiles } from './command-files.ts';

/** Imported by name, so that the bundle can leave out the rest of the package. */
const runner: Runner = {
  endGroup,
  error,
  exportVariable,
  info,
  isDebug,
  notice,
  saveState,
  setOutput,
  setSecret,
  startGroup,
  warning,
};

/** The real surroundings of a step. */
export function realSurroundings(): Surroundings {
  const script = process.argv[1] ?? '';
  const env = { ...process.env };
  const { RUNNER_TEMP: temp = '' } = env;
  // Node would warn that certificates are not verified, but they are.
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  return {
    runner,
    env,
    platform: process.platform,
    files: commandFiles,
    clock: systemClock,
    random: Math.random,
    randomBytes,
    randomUUID,
    send: sendRequest,
    // Made from the path of this process, because ncc rewrites a URL that is made from import.meta.url.
    saveScript: join(dirname(script), '..', 'save', 'index.js'),
    temp: resolve(temp === '' ? tmpdir() : temp),
    succeed: () => {
      process.exitCode = 0;
    },
  };
}
