import { findKey } from './found-key.ts';
import { breakLines, pemMarker, readBase64 } from './private-key-pem.ts';

/** The shortest mask, in characters. A shorter one would blank text that is not secret. */
const shortestPart = 8;

/** The length of a PEM's line (RFC 7468 section 2). */
const pemLine = 64;

/**
 * The fields that hold a secret: of a JWK (RFC 7517 section 9.2), in its `oth`, and of key files. Matched in the JSON
 * text.
 */
const privateMember =
  /["'](d|p|q|dp|dq|qi|k|r|t|key|private_?key)["']\s*:\s*(["'])((?:\\[\s\S]|(?!\2)[^\\])*)/gi;

/**
 * Lists the parts of an input that must be masked in the log, whatever the input is, damaged or not. Of a PEM: its
 * lines of base64, and these joined. Of a JWK: its private fields. Of a key file: its key as it is written there. Of
 * other JSON: what is long and looks like base64. Of other text: every line. A part has at least 8 characters. It is
 * never JSON as a whole, and never a BEGIN or END line.
 *
 * @param input the same input as of `readSigningKey`
 */
export function listPrivateParts(input: string): string[] {
  const parts = [
    ...listMembers(input),
    ...listPemLines(input),
    ...(isJsonLike(input) ? listRunsOfOtherJson(input) : listOtherLines(input)),
  ];
  return [...new Set(parts)].filter((part) => part.length >= shortestPart);
}

function listMembers(text: string): string[] {
  return [...text.matchAll(privateMember)]
    .map(([, , , value = '']) => value)
    .flatMap((value) => [...splitLines(value), ...splitLines(unescapeJson(value))])
    .filter((value) => !isMarker(value));
}

function unescapeJson(value: string): string {
  return value.replaceAll('\\/', '/').replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => {
    return String.fromCharCode(Number.parseInt(code, 16));
  });
}

function splitLines(text: string): string[] {
  return text.split(/[\r\n]/).map((line) => line.trim());
}

/** Whether a text is only a BEGIN or END line. */
function isMarker(text: string): boolean {
  return text.replace(pemMarker, '') === '';
}

function listPemLines(text: string): string[] {
  return listPemBodies(breakLines(text)).flatMap((body) => {
    const lines = splitBody(body);
    const unescaped = lines.map((line) => unescapeJson(line));
    const joined = unescaped.join('');
    return [...lines, ...unescaped, joined, ...wrap(joined)];
  });
}

/**
 * The text after each BEGIN line and before each END line, even if the other line is missing. Of all other text, the
 * lines of base64, because a key next to a certificate may have lost both lines.
 */
function listPemBodies(text: string): string[] {
  const markers = [...text.matchAll(pemMarker)];
  const ends = [...markers.map(({ index }) => index), text.length];
  const starts = [0, ...markers.map(({ index, 0: marker }) => index + marker.length)];
  return starts.flatMap((start, nth) => {
    const between = text.slice(start, ends[nth]);
    const isBegun = markers[nth - 1]?.[1] === 'BEGIN';
    const isEnded = markers[nth]?.[1] === 'END';
    if (isBegun && isEnded) return [between];
    if (!isBegun && !isEnded && markers.length > 0) {
      return splitLines(between).filter((line) => base64Line.test(line));
    }
    // Base64 has no quotes. In JSON, a quote shows where a PEM ends that has lost a line.
    const pieces = between.split(/["']/);
    return [...(isBegun ? pieces.slice(0, 1) : []), ...(isEnded ? pieces.slice(-1) : [])];
  });
}

const base64Line = /^[A-Za-z0-9+/=_-]{20,}$/;

/** The words in the headers of an encrypted PEM (RFC 1421 section 4.6). */
const pemHeader = /^(?:Proc-Type:|4,ENCRYPTED|DEK-Info:|[A-Z0-9-]+,[A-F0-9]+)$/;

/** Splits a PEM's body into its lines, without headers. Spaces may stand for line breaks. */
function splitBody(body: string): string[] {
  return body.split(/[\s"']|-{2,}/).filter((line) => !pemHeader.test(line));
}

function wrap(text: string): string[] {
  return text.match(new RegExp(`.{1,${pemLine}}`, 'g')) ?? [];
}

function isJsonLike(text: string): boolean {
  return /^\s*[{[]|["']\w+["']\s*:/.test(text);
}

/** What may be a secret in JSON that is not a key. In such JSON, the names do not say what is secret. */
function listRunsOfOtherJson(text: string): string[] {
  try {
    findKey(text.trim());
    return [];
  } catch {
    return text.match(/[A-Za-z0-9+/=_-]{20,}/g) ?? [];
  }
}

/** The lines of a text that is not PEM and not JSON. It may be base64 of these, or a secret in the wrong place. */
function listOtherLines(text: string): string[] {
  if (new RegExp(pemMarker).test(text)) return [];
  const lines = splitLines(breakLines(text));
  const joined = lines.join('').replace(/\s/g, '');
  const decoded = readBase64(joined).toString();
  const isText = new RegExp(pemMarker).test(decoded) || /^\s*\{/.test(decoded);
  return [...lines, joined, ...(isText ? listPrivateParts(decoded) : [])];
}
