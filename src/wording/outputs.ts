import type { Annotation } from '../log/log.ts';
import type { CommandFileError, TokenTooLongError } from '../failures/errors.ts';
import { text } from '../log/text.ts';

/** There is nowhere to put a token. */
export function explainNoRunner(variable: string): Annotation {
  return {
    title: 'not in a workflow',
    message: text`${variable} is not set. This action runs as a step of a GitHub Actions workflow. To try settings without a workflow, use npm run demo.`,
  };
}

/** The environment variable cannot hold the token. */
export function explainTooLong({ envVar, platform }: TokenTooLongError): Annotation {
  const limit =
    platform === 'win32' ? '32,767 characters on Windows' : '131,071 bytes with its name';
  return {
    title: 'token too long',
    message: text`The token is too long for the environment variable ${envVar} (limit: ${limit}). With it, no later step could start. Set env-var: false and use the output token.`,
  };
}

/** Why a file cannot be written, by the code of node:fs. */
const fileFaults: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'this user is not allowed to write to it',
  EPERM: 'this user is not allowed to write to it',
  EROFS: 'the disk is read-only',
  ENOENT: 'the file does not exist',
  EISDIR: 'it is a directory',
  EIO: 'the disk failed',
};

/** A file of the runner cannot be written. */
export function explainCommandFile({ variable, reason }: CommandFileError): Annotation {
  const fault = fileFaults[reason];
  const why = fault === undefined ? reason : `${fault} (${reason})`;
  return {
    title: 'runner file not writable',
    message: text`The file in ${variable} could not be written: ${why}. Later steps got no token. If the server issued one, it stays valid until it expires or is revoked. A refresh token that it replaced is lost.`,
  };
}
