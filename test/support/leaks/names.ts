/** Which names make a value a secret, and how to read the values out of what is sent. Written for the tests alone. */

/** A name and its value. */
export type Named = readonly [name: string, value: string];

/** Whether a body parameter of this name holds a secret. */
export function isSecretParameter(name: string): boolean {
  const lower = name.toLowerCase();
  if (['password', 'code', 'otp'].includes(lower)) return true;
  return ['_token', 'secret', 'assertion'].some((end) => lower.endsWith(end));
}

/** Whether a member of a token response holds a secret. */
export function isSecretMember(name: string): boolean {
  const ends = ['token', 'secret', 'assertion', 'password', 'key', 'signature', 'code', 'jwt'];
  return ends.some((end) => name.toLowerCase().endsWith(end));
}

/** The secret part of a request header; undefined where it has none. */
export function readSecretHeader([name, value]: Named): string | undefined {
  const lower = name.toLowerCase();
  if (lower === 'cookie') return value;
  // Behind the scheme: `Basic`, `Bearer`.
  if (lower.endsWith('authorization')) return value.replace(/^\S+\s+/, '');
  return ['key', 'token', 'secret'].includes(lower.split(/[-_]/).at(-1) ?? '') ? value : undefined;
}

/** Reads a form, a multipart body, or JSON at any depth; an array's members have its name. Empty for anything else. */
export function readMembers(body: string): Named[] {
  if (body.startsWith('--')) {
    const fields = body.matchAll(/ name="([^"]*)"\r\n\r\n([^]*?)\r\n--/g);
    return [...fields].map(([, name = '', value = '']) => [name, value]);
  }
  if (/^\s*[[{]/.test(body)) {
    try {
      return listTexts(JSON.parse(body), '');
    } catch {
      return [];
    }
  }
  return /^[^\s<>"=]+=/.test(body) ? [...new URLSearchParams(body)] : [];
}

function listTexts(value: unknown, name: string): Named[] {
  if (typeof value === 'string') return [[name, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    listTexts(member, Array.isArray(value) ? name : key),
  );
}
