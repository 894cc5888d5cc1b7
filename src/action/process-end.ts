import { accessSync, constants } from 'node:fs';

/** How long work that cannot be stopped, such as a name look-up, may delay the end of the job, in milliseconds. */
const grace = 1000;

/**
 * Ends this process with `process.exitCode`, because its work is done. Without this, Node would wait for everything
 * that is open and free its memory first.
 */
export function endProcess(): void {
  // An exit can cut off output on a pipe, so the output is written out first.
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
 * answers. Replacing this process by another program (execve) does not wait. Windows and Node before 22.15 have no such
 * call, so the job waits there until the resolver gives up, often 10 s (docs/runners.md).
 *
 * @param shell an absolute path
 */
export function leave(shell = '/bin/sh'): void {
  const { execve, exitCode = 0 } = process as Partial<typeof process>;
  try {
    // Node aborts if the program cannot be started, and a green step would turn red.
    accessSync(shell, constants.X_OK);
    execve?.(shell, ['sh', '-c', `exit ${exitCode}`], {});
  } catch {
    // This system has no such program, or no such call.
  }
  process.exit();
}
