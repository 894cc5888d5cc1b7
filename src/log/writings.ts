/** The shortest spelling that is searched for, in characters. A shorter one is found in unrelated texts. */
const shortest = 4;

/**
 * Gives the ways to write a secret, each once, the secret itself first: percent-encoded, as a form writes it, in XML or
 * HTML, in JSON, in base64 (also as a part of more), in hex, and quoted for shells and expressions. The runner masks
 * most of them too, but only as a whole, so they are searched for before a text is cut.
 *
 * @see https://github.com/actions/runner/blob/main/src/Sdk/DTLogging/Logging/ValueEncoders.cs
 */
export function listWritings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((before) => writeBase64Within(bytes, before));
  const hex = bytes.toString('hex');
  const others = [
    ...percentEncode(secret),
    ...escapeMarkup(secret),
    ...escapeJson(secret),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    hex,
    hex.toUpperCase(),
    secret.replaceAll('"', '\\"'),
    secret.replaceAll("'", "''"),
    secret.replace(/^"(.+)"$/s, '$1'),
  ];
  return [...new Set([secret, ...others.filter((text) => text.length >= shortest)])];
}

/**
 * As in RFC 3986 section 2.1, and as in a form. Servers differ in which characters they encode, and in upper and lower
 * case.
 */
function percentEncode(secret: string): string[] {
  const uri = encodeURIComponent(secret.toWellFormed());
  const strict = uri.replace(/[!'()*]/g, (character) => `%${toHex(character, 2).toUpperCase()}`);
  const form = new URLSearchParams([['', secret]]).toString().slice(1);
  return [uri, strict, form].flatMap((text) => [
    text,
    text.replace(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase()),
  ]);
}

function escapeMarkup(secret: string): string[] {
  const common = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = common.replaceAll('"', '&quot;');
  return [
    common,
    quoted,
    ...['&apos;', '&#39;', '&#039;', '&#x27;'].map((quote) => quoted.replaceAll("'", quote)),
    common.replaceAll('"', '&#34;').replaceAll("'", '&#39;'),
  ];
}

/**
 * With the escapes that JSON requires, and those that it allows: all that is not ASCII, a slash, what HTML could
 * misread.
 */
function escapeJson(secret: string): string[] {
  const needed = JSON.stringify(secret).slice(1, -1);
  const ascii = needed.replace(/[^\x20-\x7e]/g, escapeUnicode);
  const forHtml = needed.replace(/[<>&'+=\u2028\u2029]/g, escapeUnicode);
  return [
    needed,
    ascii,
    needed.replaceAll('/', '\\/'),
    ascii.replaceAll('/', '\\/'),
    forHtml,
    forHtml.replace(/\\u[\da-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`),
    needed.replace(/[<>&]/g, escapeUnicode),
  ];
}

function escapeUnicode(character: string): string {
  return `\\u${toHex(character, 4)}`;
}

function toHex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}

/**
 * The characters that these bytes certainly have in base64 of a longer text, if so many bytes (modulo 3) come before
 * them.
 */
function writeBase64Within(bytes: Buffer, before: number): string {
  const written = Buffer.concat([Buffer.alloc(before), bytes]);
  const first = Math.ceil((before * 8) / 6);
  const end = Math.floor((written.length * 8) / 6);
  return written.toString('base64').slice(first, end);
}
