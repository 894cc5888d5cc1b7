const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const time = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;

/** The three forms of an HTTP-date, the last two obsolete, that a recipient must accept. */
const httpDates = [
  new RegExp(
    String.raw`^[A-Z][a-z]{2}, (?<day>\d\d) (?<month>${months}) (?<year>\d{4}) ${time} GMT$`,
  ),
  new RegExp(
    String.raw`^[A-Z][a-z]+day, (?<day>\d\d)-(?<month>${months})-(?<year>\d\d) ${time} GMT$`,
  ),
  new RegExp(
    String.raw`^[A-Z][a-z]{2} (?<month>${months}) (?<day>[ \d]\d) ${time} (?<year>\d{4})$`,
  ),
];

/**
 * Reads a Retry-After header: how long the server wants the client to wait.
 *
 * @param value the header's value, seconds or an HTTP-date; anything else counts as absent
 * @param now epoch, milliseconds
 * @returns milliseconds, never negative
 * @see RFC 9110 sections 10.2.3 and 5.6.7
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  const date = parseHttpDate(text, now);
  return date === undefined ? undefined : Math.max(0, date - now);
}

/** What is read from an answer. The names of the headers are in lower case. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads how long an answer wants the client to wait. The header counts only in a failure. In a redirect it is about
 * the place that the redirect points to, and in a success it has no meaning here.
 *
 * @param now epoch, milliseconds
 * @returns milliseconds; undefined if the answer does not name a wait
 * @see RFC 9110 section 10.2.3
 */
export function readRetryAfter({ status, headers }: AnswerHead, now: number): number | undefined {
  return status >= 400 && status <= 599 ? parseRetryAfter(headers['retry-after'], now) : undefined;
}

/** Reads an HTTP-date; gives the epoch in milliseconds (RFC 9110 section 5.6.7). */
function parseHttpDate(text: string, now: number): number | undefined {
  for (const form of httpDates) {
    const parts = form.exec(text)?.groups;
    if (parts !== undefined) return toEpoch(parts, now);
  }
  return undefined;
}

function toEpoch(parts: Partial<Record<string, string>>, now: number): number | undefined {
  const month = months.split('|').indexOf(parts['month'] ?? '');
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((name) =>
    Number(parts[name]),
  ) as [number, number, number, number];
  const year = fullYear(parts['year'] ?? '', now);
  // Date.UTC turns a date or time that does not exist into one in the next month or day.
  const inCalendar = new Date(Date.UTC(year, month, day)).getUTCDate() === day;
  // 60 is a leap second.
  if (!inCalendar || hour > 23 || minute > 59 || second > 60) return undefined;
  return Date.UTC(year, month, day, hour, minute, second);
}

/** A year of two digits means the year that is at most 50 years ahead and less than 50 years past. */
function fullYear(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits);
  const first = new Date(now).getUTCFullYear() - 49;
  return first + ((Number(digits) + 100 - (first % 100)) % 100);
}
