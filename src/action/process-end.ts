/** What cannot be called off (a name look-up, say) must not hold the job up for longer than this, milliseconds. */
const grace = 1000;

/** Ends this process soon, now that its work is done. */
export function endProcess(): void {
  // Only where something still holds the process, and not before stdout is out: an exit can cut it on a pipe.
  setTimeout(() => {
    process.stdout.write('', () => process.exit());
  }, grace).unref();
}
