import { ExactNumber } from './json/exact-json.ts';

/** A JSON object, by its fields. */
export type Members = Readonly<Record<string, unknown>>;

/** Reads a text as a JSON object; undefined where it is none. */
export function readJsonObject(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Members {
  const isNested = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isNested && !(value instanceof ExactNumber);
}

/** A non-empty string; anything else is as good as absent. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
