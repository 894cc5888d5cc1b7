const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * Writes a duration for people: `20 ms`, `0.2 s`, `15 s`, `42 min`, `1 h 30 min`, `60 days`.
 *
 * @param milliseconds rounded to what is shown
 */
export function formatDuration(milliseconds: number): string {
  if (milliseconds > 0 && milliseconds < 100) return `${Math.ceil(milliseconds)} ms`;
  if (milliseconds < 10 * second) return `${Math.round(milliseconds / 100) / 10} s`;
  if (milliseconds <= 2 * minute) return formatSeconds(milliseconds);
  const minutes = Math.round(milliseconds / minute);
  if (minutes < 60) return `${minutes} min`;
  if (milliseconds >= 48 * hour) return `${Math.round(milliseconds / (24 * hour))} days`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** Writes a duration in whole seconds, as servers name it: `3540 s`. */
export function formatSeconds(milliseconds: number): string {
  return `${Math.round(milliseconds / second)} s`;
}
