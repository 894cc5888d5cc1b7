/** What can go wrong between the action and a token endpoint, and the results. */
import { answerRows } from './answers.ts';
import { connectionRows } from './connections.ts';
import { limitRows } from './limits.ts';
import { networkRows } from './network.ts';
import { proxyRows } from './proxies.ts';
import { retryAfterRows } from './retry-after.ts';
import {
  accessToken,
  clientSecret,
  type FaultRow,
  oddSecret,
  proxyLogin,
  refreshToken,
  wrongLogin,
} from './row.ts';
import { tlsRows } from './tls.ts';

/** Every fault. */
export const faultTable: readonly FaultRow[] = [
  ...answerRows,
  ...retryAfterRows,
  ...connectionRows,
  ...networkRows,
  ...tlsRows,
  ...proxyRows,
  ...limitRows,
];

/** What must never be visible, in every form in which it is sent. */
export const secrets: readonly string[] = [
  accessToken,
  refreshToken,
  ...[clientSecret, oddSecret].flatMap((secret) => {
    const encoded = encodeForm(secret);
    return [secret, encoded, toBase64(`client:${secret}`), toBase64(`client:${encoded}`)];
  }),
  ...[proxyLogin, wrongLogin].flatMap(([user, password]) => [
    password,
    encodeURIComponent(password),
    toBase64(`${user}:${password}`),
  ]),
];

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
