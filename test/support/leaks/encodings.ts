/** How a secret can be written. */
export type Encoding = 'plain' | 'base64' | 'base64url' | 'percent' | 'form' | 'json' | 'hex';

/** One way to write a secret, without white space. */
export interface Writing {
  readonly encoding: Encoding;
  readonly text: string;
}

/** The shortest spelling that is searched for, in characters. A shorter one would be found by chance. */
const shortest = 8;

/** The same secret is searched for in every run. */
const known = new Map<string, readonly Writing[]>();

/** Gives every spelling of a secret that is searched for, each once. */
export function writeAll(secret: string): readonly Writing[] {
  const before = known.get(secret);
  if (before !== undefined) return before;
  const writings = listDistinct(secret);
  known.set(secret, writings);
  return writings;
}

function listDistinct(secret: string): Writing[] {
  const distinct = new Map<string, Encoding>();
  for (const [encoding, texts] of encode(secret)) {
    for (const text of texts.map(squeeze)) {
      if (text.length >= shortest && !distinct.has(text)) distinct.set(text, encoding);
    }
  }
  return [...distinct].map(([text, encoding]) => ({ encoding, text }));
}

function encode(secret: string): [Encoding, string[]][] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((before) => writeBase64Within(bytes, before));
  const hex = bytes.toString('hex');
  return [
    ['plain', [secret]],
    ['base64', base64],
    ['base64url', base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))],
    [
      'percent',
      inBothCases([encodeURIComponent(secret.toWellFormed()), escapeAllReserved(secret)]),
    ],
    ['form', inBothCases([new URLSearchParams([['', secret]]).toString().slice(1)])],
    ['json', escapeJson(secret)],
    ['hex', [hex, hex.toUpperCase()]],
  ];
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

/** RFC 3986 section 2.3: encodeURIComponent leaves five characters that others escape. */
function escapeAllReserved(secret: string): string {
  return encodeURIComponent(secret.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function inBothCases(texts: readonly string[]): string[] {
  return texts.flatMap((text) => [
    text,
    text.replace(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase()),
  ]);
}

function escapeJson(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const ascii = escaped.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [escaped, ascii].flatMap((text) => [text, text.replaceAll('/', '\\/')]);
}

/** Removes white space and characters without a glyph, because a secret that is broken by them can still be read. */
export function squeeze(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, '');
}
