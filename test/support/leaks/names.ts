/** Which names make a value a secret, and how to read the values from what is sent. Written only for the tests. */

/** A name and its value. */
export type Named = readonly [name: string, value: string];

const endings =
  /(password|passwd|passphrase|secret|token|apikey|accesskey|privatekey|assertion|credential|cookie|authorization|signature|secretid|codeverifier)$/;

const lastWords = /(^|[^a-z])(pass|pwd|key|t?otp|pin|(pass)?code|sig|jwt|auth|session)$/;

/** Whether a parameter, a header, a part of a query or a field of a response with this name is a secret. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z]*\d+[^a-z]*$/, '');
  const singular = [words, words.replace(/s$/, ''), words.replace(/es$/, '')];
  return singular.some((one) => lastWords.test(one) || endings.test(one.replace(/[^a-z]/g, '')));
}

/** The secret part of a request header; undefined if it has none. */
export function readSecretHeader([name, value]: Named): string | undefined {
  if (!isSecretName(name)) return undefined;
  // After the scheme: `Basic`, `Bearer`.
  return /authorization$/i.test(name) ? value.replace(/^\S+\s+/, '') : value;
}

/** Reads a form, a multipart body, or JSON at any depth; an array's fields have its name. Empty for anything else. */
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

/** @param above the secret name that is nearest above the value */
function listTexts(value: unknown, name: string, above = name): Named[] {
  if (typeof value === 'string') return [[name, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (Array.isArray(value)) return listTexts(member, above, above);
    const isPlain = /^(value|raw|data|text)$/i.test(key) && isSecretName(above);
    const called = isPlain ? above : key;
    return listTexts(member, called, isSecretName(called) ? called : above);
  });
}
