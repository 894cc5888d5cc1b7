import { decodeBase64Text } from './base64.ts';
import { type Json, readWholeJson } from './json.ts';

/** The header and the claims of a JWT that are texts. */
export interface Jwt {
  readonly header: Readonly<Record<string, string>>;
  readonly claims: Readonly<Record<string, string>>;
}

/** Reads a JWT (RFC 7519) without checking it; undefined if the text is not a JWT. */
export function readJwt(text: string): Jwt | undefined {
  const [header, claims, signature] = text.split('.');
  if (header === undefined || claims === undefined || signature === undefined) return undefined;
  const [first, second] = [readTexts(header), readTexts(claims)];
  return first === undefined || second === undefined
    ? undefined
    : { header: first, claims: second };
}

function readTexts(encoded: string): Readonly<Record<string, string>> | undefined {
  const json = readWholeJson(decodeBase64Text(encoded) ?? '');
  if (json?.kind !== 'object') return undefined;
  return Object.fromEntries(
    json.entries.flatMap(([name, value]): [string, string][] => {
      const text = readText(value);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

function readText(value: Json): string | undefined {
  return value.kind === 'string' ? value.text : undefined;
}
