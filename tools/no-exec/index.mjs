/*
 * Replaces @actions/exec in @actions/core, which imports it to read the name of the system. Nothing here does that.
 * With the real package, each step loaded node:child_process and 45 kB that can run programs. The overrides entry in
 * package.json puts this file in its place for @actions/core; @actions/cache, in the child process that saves, runs tar
 * with the real one.
 */

/** What @actions/core calls. If anything calls it, it fails and says why. */
export function getExecOutput() {
  throw new Error(
    '@actions/exec is left out of oauth2-token (tools/no-exec): platform.getDetails() of @actions/core cannot be used here.',
  );
}
