import { breakLines, pemMarker, readBase64 } from './private-key-pem.ts';

/**
 * Decodes a text that is, as a whole, base64 of a PEM or of JSON. Line breaks within the base64 do not matter.
 *
 * @returns what is in it, without white space around it; undefined for any other text
 * @see RFC 4648 sections 4 and 5
 */
export function decodeText(text: string): string | undefined {
  const decoded = readBase64(joinLines(text)).toString().trim();
  const isKnown = new RegExp(pemMarker).test(decoded) || /^[{[]/.test(decoded);
  return isKnown ? decoded : undefined;
}

/**
 * Whether a text is a PKCS#12 file (.p12, .pfx): its base64, or its bytes as far as a text keeps them. Its first field
 * is the version 3, which no key has.
 *
 * @see RFC 7292 section 4
 */
export function isPkcs12(text: string): boolean {
  const bytes = readBase64(joinLines(text));
  if (bytes[0] !== 0x30)
    return text.startsWith('0') && text.slice(0, 9).includes('\u0002\u0001\u00030');
  const length = bytes[1] ?? 0;
  const start = 2 + (length > 0x80 ? length - 0x80 : 0);
  return bytes.subarray(start, start + 4).equals(Buffer.from([2, 1, 3, 0x30]));
}

function joinLines(text: string): string {
  return breakLines(text).replace(/\s/g, '');
}
