import { type IncomingMessage, request as createRequest } from 'node:http';
import { isIPv6, type Socket } from 'node:net';

import { maxHeaderBytes } from '../limits.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { isSuccessStatus, TransportError } from '../transport-error.ts';
import type { Proxy } from './proxy.ts';
import type { Place } from './reach.ts';

/**
 * Has a proxy connect to a server. Afterwards the connection to the proxy is a connection to the server.
 *
 * @param socket a connection to the proxy
 * @param now epoch, milliseconds
 * @throws {TransportError} `proxy_refused` if the proxy does not connect. Other errors of the connection are thrown as
 * they are
 * @see RFC 9110 section 9.3.6 (CONNECT)
 */
export function openTunnel(
  socket: Socket,
  { credentials }: Proxy,
  { host, port }: Place,
  now: () => number,
): Promise<void> {
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const request = createRequest({
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...authorize(credentials) },
      createConnection: () => socket,
      maxHeaderSize: maxHeaderBytes,
    });
    request.on('error', reject);
    request.once('connect', (response, _socket, head) => {
      const { statusCode: proxyStatus = 0 } = response;
      if (isSuccessStatus(proxyStatus)) {
        release(socket, head);
        resolve();
      } else {
        reject(refuse(response, proxyStatus, now()));
      }
    });
    request.end();
  });
}

function authorize(credentials: string | undefined): Record<string, string> {
  if (credentials === undefined) return {};
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function refuse({ headers }: IncomingMessage, proxyStatus: number, now: number): TransportError {
  const retryAfter = parseRetryAfter(headers['retry-after'], now);
  return new TransportError('proxy_refused', {
    step: 'tunneling',
    peer: 'proxy',
    sent: false,
    proxyStatus,
    retryAfter,
  });
}

/** Takes the connection back from node:http. Its listeners belong to the request that is over. */
function release(socket: Socket, head: Buffer): void {
  for (const event of ['close', 'free', 'agentRemove']) socket.removeAllListeners(event);
  if (head.length > 0) socket.unshift(head);
}
