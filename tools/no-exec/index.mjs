/*
 * Stands in for @actions/exec in @actions/core, which imports it to read the name of the system; nothing here does. With
 * it, each step loaded node:child_process and 45 kB that can run programs. The overrides entry in package.json puts this
 * file in its place for @actions/core; @actions/cache, in the child that saves, runs tar by the real one.
 */

/** What @actions/core calls. Should anything ever come to call it, it fails and says why. */
export function getExecOutput() {
  throw new Error(
    '@actions/exec is left out of oauth2-token (tools/no-exec): platform.getDetails() of @actions/core cannot be used here.',
  );
}
