import { STATUS_CODES } from 'node:http';

import type { AnswerShape } from '../oauth2/answer/answer-shape.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { type Excerpt, type Piece, text, type Text } from '../log/text.ts';
import { readLocation } from '../oauth2/token-response.ts';

/** The host that an absolute URL names. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

/** The server of the token request, as far as it is known: the token endpoint, else the issuer. */
export function urlOf({ tokenUrl, issuer }: Inputs): string {
  return tokenUrl ?? issuer ?? '';
}

/** The input that says where the server is. */
export function nameUrlInput({ issuer }: Inputs): 'issuer' | 'token-url' {
  return issuer === undefined ? 'token-url' : 'issuer';
}

/** `503 Service Unavailable`, in the words of the registry; the server's own are text from outside. */
export function nameStatus(status: number): string {
  const phrase = STATUS_CODES[status];
  return phrase === undefined ? String(status) : `${status} ${phrase}`;
}

/** What an answer held: its content type, or how much of no named type. */
export function nameContent({ contentType = '', length }: AnswerShape): Text {
  if (length === 0) return text`an empty body`;
  return takeType(contentType) === ''
    ? text`${length} bytes without a content type`
    : text`${{ outside: contentType, take: takeType }}`;
}

/** The media type without its parameters. */
function takeType(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim() ?? '';
}

/** A redirect, and where it points if the answer says so. */
export function nameRedirect(status: number, location: string | undefined): Text {
  const name = nameStatus(status);
  return location === undefined
    ? text`${name}, a redirect`
    : text`${name}, a redirect to ${placeOf(location)}`;
}

/** Where a URL of a server points: its origin and path. */
export function placeOf(location: string): Excerpt {
  return { outside: location, take: readLocation };
}

/** A URL without its query, which can hold a secret. */
export function originAndPath(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** What an error of Node's says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What is known of an error that nobody foresaw. */
export function describeUnknown(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Gives a line for each detail that is known. */
export function listDetails(details: readonly [string, Piece | undefined][]): Text[] {
  return details.flatMap(([name, value]) => (value === undefined ? [] : [text`${name}: ${value}`]));
}
