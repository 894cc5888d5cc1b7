/** The longest that work which cannot be stopped, such as a name look-up, may delay the job, milliseconds. */
const grace = 1000;

/** Ends this process soon, now that its work is done. */
export function endProcess(): void {
  // Only where something still keeps the process alive. An exit can cut off output on a pipe, so that goes out first.
  setTimeout(() => {
    process.stdout.write('', leave);
  }, grace).unref();
}

/**
 * Ends this process with its exit code. An exit waits for the threads of libuv, and so for a name server that never
 * answers; a program that takes the place of this process does not. Windows and Node before 22.15 have no such call:
 * the limit of the resolver, often 10 s, comes on top there (docs/runners.md).
 */
function leave(): void {
  const { execve, exitCode = 0 } = process as Partial<typeof process>;
  try {
    execve?.('/bin/sh', ['sh', '-c', `exit ${exitCode}`], {});
  } catch {
    // There is no such program, or no such call on this system.
  }
  process.exit();
}
