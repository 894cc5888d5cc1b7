import { accessSync, constants } from 'node:fs';

/** The longest that work which cannot be stopped, such as a name look-up, may delay the job, milliseconds. */
const grace = 1000;

/**
 * Ends this process, now that its work is done, by `process.exitCode`. Node's own end would wait for everything that is
 * open, and take apart what is in memory.
 */
export function endProcess(): void {
  // An exit can cut off output on a pipe, so that goes out first.
  const flush = (end: () => void): unknown => process.stdout.write('', end);
  if (isThreadBusy())
    setTimeout(
      () =>
        flush(() => {
          leave();
        }),
      grace,
    ).unref();
  else flush(() => process.exit());
}

/** Whether a thread of libuv still works on a request, `GetAddrInfoReqWrap` for example. */
function isThreadBusy(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.includes('Req'));
}

/**
 * Ends this process with its exit code. An exit waits for the threads of libuv, and so for a name server that never
 * answers; a program that takes the place of this process does not. Windows and Node before 22.15 have no such call:
 * the limit of the resolver, often 10 s, comes on top there (docs/runners.md).
 *
 * @param shell an absolute path
 */
export function leave(shell = '/bin/sh'): void {
  const { execve, exitCode = 0 } = process as Partial<typeof process>;
  try {
    // Node aborts where the program cannot be started, and a green step would be red.
    accessSync(shell, constants.X_OK);
    execve?.(shell, ['sh', '-c', `exit ${exitCode}`], {});
  } catch {
    // There is no such program, or no such call on this system.
  }
  process.exit();
}
