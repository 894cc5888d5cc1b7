const zulu = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?Z$/;

/**
 * Reads a Zulu time, `2026-01-31T12:00:00Z`, with a fraction of any length. Only this form and only a time that
 * exists are accepted.
 *
 * @returns undefined if the text is not such a time
 * @see RFC 3339 section 5.6
 */
export function parseZuluTime(text: string): Date | undefined {
  const day = zulu.exec(text)?.[1];
  if (day === undefined) return undefined;
  const time = new Date(text);
  // Date turns 31 April into 1 May, and 24:00 into the next day.
  const real = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(`${day}T`);
  return real ? time : undefined;
}

/**
 * Reads an RFC 3339 time: one that {@link parseZuluTime} reads, or one with an offset such as `+01:00`.
 *
 * @returns undefined if the text is not such a time
 */
export function parseRfc3339Time(text: string): Date | undefined {
  const [, local = '', sign = '+', hours = '0', minutes = '0'] =
    /^(.*T.*?)(?:Z|([+-])(\d\d):(\d\d))$/.exec(text.toUpperCase()) ?? [];
  const time = parseZuluTime(`${local}Z`);
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  if (time === undefined || Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const epoch = time.getTime() - (sign === '-' ? -offset : offset);
  return epoch < firstZuluTime || epoch > lastZuluTime ? undefined : new Date(epoch);
}

/** Writes a time as `2026-01-31T12:00:00Z`: whole seconds, rounded down. */
export function formatZuluTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** The first moment that {@link formatZuluTime} can write: the beginning of year 0; epoch, milliseconds. */
const firstZuluTime = -62_167_219_200_000;

/** The last moment that {@link formatZuluTime} can write: epoch, milliseconds. */
export const lastZuluTime = Date.UTC(9999, 11, 31, 23, 59, 59);
