import { ExactNumber } from './json/exact-json.ts';

/** A JSON object, by its fields. */
export type Members = Readonly<Record<string, unknown>>;

/** Reads a text as a JSON object; undefined if it is not one. */
export function readJsonObject(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a JSON value is an object. */
export function isObject(value: unknown): value is Members {
  const isNested = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isNested && !(value instanceof ExactNumber);
}

/** A non-empty string; anything else counts as absent. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
