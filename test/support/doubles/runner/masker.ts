/**
 * What the runner hides in a log: every masked value, and the same values as programs often write them.
 * Follows SecretMasker.cs and ValueEncoders.cs of https://github.com/actions/runner.
 */

/** Knows secrets, and hides them in text. A job has one. */
export interface Masker {
  /** Hides the value, each of its lines, and their encodings, in whatever is masked from now on. */
  add: (value: string) => void;
  /** Gives the text with every secret, and every run of secrets that overlap or touch, as `***`. */
  mask: (text: string) => string;
}

/** Makes a masker that knows no secret yet. */
export function createMasker(): Masker {
  const secrets = new Set<string>();
  const addValue = (value: string): void => {
    for (const secret of [value, ...encode(value)]) if (secret !== '') secrets.add(secret);
  };
  return {
    add: (value) => {
      addValue(value);
      for (const line of value.split(/[\r\n]/)) addValue(line.trim());
    },
    mask: (text) =>
      replace(
        text,
        [...secrets].flatMap((secret) => findAll(text, secret)),
      ),
  };
}

interface Range {
  start: number;
  end: number;
}

function findAll(text: string, secret: string): Range[] {
  const found: Range[] = [];
  // From the next character on, not from the end: a secret may overlap itself.
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
    found.push({ start: at, end: at + secret.length });
  }
  return found;
}

function replace(text: string, ranges: Range[]): string {
  let masked = '';
  let end = -1;
  for (const range of ranges.sort((one, other) => one.start - other.start)) {
    if (range.start > end) masked += `${text.slice(Math.max(end, 0), range.start)}***`;
    end = Math.max(end, range.end);
  }
  return masked + text.slice(Math.max(end, 0));
}

/** The other forms of a value that the runner hides. Empty ones are left out. */
function encode(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    bytes.toString('base64'),
    // Base64 of `user:secret` depends on the length of what comes before: three alignments in all.
    shift(bytes, 1).toString('base64'),
    shift(bytes, 2).toString('base64'),
    value.replaceAll('"', '\\"'),
    value.replaceAll("'", "''"),
    escapeJson(value),
    escapeUri(value),
    escapeXml(value),
    trimDoubleQuotes(value),
    ...splitAtAmpersand(value),
  ];
}

function shift(bytes: Buffer, count: number): Buffer {
  return bytes.length > count ? bytes.subarray(count) : bytes;
}

function escapeJson(value: string): string {
  const escaped = JSON.stringify(value).slice(1, -1);
  // Newtonsoft's serializer escapes these three as well.
  return escaped.replace(
    /[\u0085\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** RFC 3986 section 2.3: all except the unreserved characters. encodeURIComponent leaves five more characters. */
function escapeUri(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function escapeXml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

function trimDoubleQuotes(value: string): string {
  return value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : '';
}

/** PowerShell prints a failed command in two colors, split at an ampersand. Each part of 6 characters counts. */
function splitAtAmpersand(value: string): string[] {
  const call = value.indexOf('&+');
  const last = value.lastIndexOf('&');
  if (last < 0) return [];
  // After `&+` the next letter has its own color.
  const parts =
    call < 0
      ? [value.slice(0, last + 1), value.slice(last + 1)]
      : [value.slice(0, call + 2), value.slice(call + 3)];
  return parts.filter((part) => part.length >= 6);
}
