import { withoutMarks } from '../secrets/slots.ts';

/**
 * Decodes base64 or base64url, with padding or without.
 *
 * @returns undefined if it is not base64, or not a text
 */
export function decodeBase64Text(encoded: string): string | undefined {
  if (!/^[\w+/-]+={0,2}$/.test(encoded)) return undefined;
  const standard = encoded.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '');
  try {
    const bytes = Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /\p{Cc}/u.test(text) ? undefined : withoutMarks(text);
  } catch {
    return undefined;
  }
}

/** Encodes a text in base64. */
export function encodeBase64Text(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(bytes.join(''));
}
