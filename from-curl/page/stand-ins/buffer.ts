/**
 * The parts of Node's Buffer that the checks of inputs use, for browsers. It is imported for its effect, before the
 * checks.
 */

class Bytes extends Uint8Array {
  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, index) => byte === other[index]);
  }

  override toString(encoding?: string): string {
    if (encoding === undefined || encoding === 'utf8') return new TextDecoder().decode(this);
    const base64 = btoa(Array.from(this, (byte) => String.fromCharCode(byte)).join(''));
    if (encoding === 'base64') return base64;
    throw new TypeError(`The stand-in for Buffer has no ${encoding}.`);
  }
}

function decodeBase64(text: string): Bytes {
  const standard = text.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '');
  // Node reads as far as it can. A single character at the end is not a byte.
  const whole = standard.length % 4 === 1 ? standard.slice(0, -1) : standard;
  return new Bytes(Array.from(atob(whole), (character) => character.charCodeAt(0)));
}

const standIn = {
  from(value: string | readonly number[], encoding?: string): Bytes {
    if (typeof value !== 'string') return new Bytes(value);
    return encoding === 'base64' || encoding === 'base64url'
      ? decodeBase64(value)
      : new Bytes(new TextEncoder().encode(value));
  },
};

Object.assign(globalThis, { Buffer: standIn });
