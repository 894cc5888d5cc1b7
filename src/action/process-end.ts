/** The longest that work which cannot be stopped, such as a name look-up, may delay the job, milliseconds. */
const grace = 1000;

/** Ends this process soon, now that its work is done. */
export function endProcess(): void {
  // Only where something still keeps the process alive. An exit can cut off output on a pipe, so that goes out first.
  setTimeout(() => {
    process.stdout.write('', () => process.exit());
  }, grace).unref();
}
