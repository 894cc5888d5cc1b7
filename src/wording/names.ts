import { STATUS_CODES } from 'node:http';

import type { AnswerShape } from '../oauth2/errors.ts';
import type { Inputs } from '../inputs/inputs.ts';

/** The host that an absolute URL names. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

/** The server of the token request, as far as it is known: the token endpoint, else the issuer. */
export function urlOf({ tokenUrl, issuer }: Inputs): string {
  return tokenUrl ?? issuer ?? '';
}

/** The input that says where to ask. */
export function nameUrlInput({ issuer }: Inputs): 'issuer' | 'token-url' {
  return issuer === undefined ? 'token-url' : 'issuer';
}

/** `503 Service Unavailable`, in the words of the registry; the server's own are text from outside. */
export function nameStatus(status: number): string {
  const phrase = STATUS_CODES[status];
  return phrase === undefined ? String(status) : `${status} ${phrase}`;
}

/** What an answer held: its content type, or how much of no named type. */
export function nameContent({ contentType, length }: AnswerShape): string {
  if (length === 0) return 'an empty body';
  const type = contentType?.split(';')[0]?.trim() ?? '';
  return type === '' ? `${length} bytes of no named type` : type;
}

/** A URL without its query, which can hold a secret. */
export function originAndPath(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** What an error of TLS says; of OpenSSL's errors the reason alone, without addresses and source files. */
export function nameTlsFault(error: unknown): string {
  const message = messageOf(error);
  return /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message;
}

/** What `tunnel` says where the connection to a proxy fails, before the server is reached; undefined elsewhere. */
export function nameProxyFault(error: unknown): string | undefined {
  return /^tunneling socket could not be established, cause=(.*)/s.exec(messageOf(error))?.[1];
}

/** What an error of Node's says. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The number of the alert by which a peer ended TLS (RFC 8446 section 6); undefined where there was none. */
export function readTlsAlert(error: unknown): number | undefined {
  const number = /SSL alert number (\d+)/.exec(messageOf(error))?.[1];
  return number === undefined ? undefined : Number(number);
}

/** What is known of an error that nobody foresaw. */
export function describeUnknown(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
