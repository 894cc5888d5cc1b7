/*
 * One list for parameters, headers, the query of a URL and the fields of a response: which names say that a value is
 * secret. It knows nothing of where a name comes from.
 */

import { ExactNumber } from '../oauth2/json/exact-json.ts';

/** The fewest characters of a value that only its name makes a secret; a shorter mask would hide ordinary words. */
export const shortestGuess = 8;

/** Names that end so are secret, however they are written. Without the marks between words. */
const secretEndings: readonly string[] = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'accesskey',
  'privatekey',
  'assertion',
  'credential',
  'cookie',
  'authorization',
  'signature',
  'secretid',
  'codeverifier',
];

/** Names whose last word is one of these are secret; as a mere ending they would take in `barcode` and `monkey`. */
const secretWords: ReadonlySet<string> = new Set([
  'pass',
  'pwd',
  'key',
  'otp',
  'totp',
  'pin',
  'passcode',
  'sig',
  'code',
  'jwt',
  'auth',
  'session',
]);

/** Names that say nothing by themselves; below a secret name they hold the secret. */
const plainNames: ReadonlySet<string> = new Set(['value', 'raw', 'data', 'text']);

/**
 * Whether a name says that its value is secret, in any writing: camelCase, snake_case, kebab-case or one word, plural or
 * with a number behind it.
 */
export function isSecretName(name: string): boolean {
  const words = splitWords(name);
  while (/^\d+$/.test(words.at(-1) ?? '')) words.pop();
  return [words, makeSingular(words)].some(isSecret);
}

/** The last words of secrets that some servers want although they are empty: only some users have a second factor. */
const emptyWords: ReadonlySet<string> = new Set(['otp', 'totp', 'pin', 'code', 'passcode']);

/** Whether a name says that its value is secret and cannot be empty. */
export function isRequiredSecret(name: string): boolean {
  const words = makeSingular(splitWords(name).filter((word) => !/^\d+$/.test(word)));
  const isForSomeUsers = emptyWords.has(words.at(-1) ?? '') || words.includes('mfa');
  return isSecretName(name) && !isForSomeUsers;
}

function isSecret(words: readonly string[]): boolean {
  const joined = words.join('');
  return (
    secretWords.has(words.at(-1) ?? '') || secretEndings.some((ending) => joined.endsWith(ending))
  );
}

/** `clientSecret`, `CLIENT_SECRET`, `client-secret2` and `JWTs` as words in lower case. */
function splitWords(name: string): string[] {
  const words = name
    .replace(/([A-Z]{2})s(?![a-z])/g, '$1')
    .match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g);
  return (words ?? []).map((word) => word.toLowerCase());
}

function makeSingular(words: readonly string[]): string[] {
  const last = words.at(-1) ?? '';
  return [...words.slice(0, -1), last.replace(/(?<=ss)es$|s$/, '')];
}

/** What the names of a value, and those above it, say of it. */
interface Place {
  /** Whether the value itself is a secret. */
  readonly counts: boolean;
  /** Whether a name above it, or its own, is a secret one. */
  readonly below: boolean;
  /** Whether its fields are secrets by themselves, whatever they are called: `secrets: {database: ...}`. */
  readonly holds: boolean;
}

/**
 * Lists the secrets in a value of JSON, at any depth: what has a secret name, and below such a name what is called
 * value, raw, data or text, or is an item of a list. Numbers are given as text.
 *
 * @param name of the value itself; empty where it has none
 */
export function listSecretValues(value: unknown, name = ''): string[] {
  return listBelow(value, findPlace(name, { counts: false, below: false, holds: false }));
}

/** What is known of a field, from its name and from what is above it. */
function findPlace(name: string, above: Place): Place {
  const isNamed = isSecretName(name);
  const isPlain = above.below && plainNames.has(name.toLowerCase());
  return {
    counts: isNamed || isPlain || above.holds,
    below: isNamed || above.below,
    holds: /(secret|password)s$/i.test(name),
  };
}

function listBelow(value: unknown, place: Place): string[] {
  if (typeof value === 'string' || typeof value === 'number' || value instanceof ExactNumber) {
    const text = String(value);
    return place.counts && text.length >= shortestGuess ? [text] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    const item = { ...place, counts: place.below };
    return value.flatMap((one: unknown) => listBelow(one, item));
  }
  return Object.entries(value).flatMap(([name, field]: [string, unknown]) =>
    listBelow(field, findPlace(name, place)),
  );
}

/** A copy of a value of JSON without its fields of secret names and all that is below them, at any depth. */
export function dropSecretFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  if (Array.isArray(value)) return value.map(dropSecretFields);
  const kept = Object.entries(value).filter(([name]) => !isSecretName(name));
  return Object.fromEntries(
    kept.map(([name, field]: [string, unknown]) => [name, dropSecretFields(field)]),
  );
}
