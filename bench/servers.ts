/**
 * The servers of the benchmark, in a separate process: a token endpoint that answers at once, a slow one, one over
 * https, and a cache service. Started by fork(); it sends their addresses and then answers messages.
 */
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import { compressions, makeVersion } from '../src/cache/service.ts';
import { startCacheService } from '../test/support/doubles/cache-service.ts';
import { createAuthority } from '../test/support/making/certificates.ts';
import { type Addresses, type Counts, slowness, type Wish } from './messages.ts';

let tokenRequests = 0;
let tokenLength = 900;
const sockets = new Set<Socket>();

function answer(delay: number) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    tokenRequests += 1;
    request.resume().on('end', () => {
      const body = JSON.stringify({
        access_token: 't'.repeat(tokenLength),
        token_type: 'Bearer',
        expires_in: 3600,
      });
      setTimeout(() => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      }, delay);
    });
  };
}

async function listen(server: Server): Promise<string> {
  server.on('connection', (socket: Socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no TCP port');
  return `127.0.0.1:${address.port}`;
}

const authority = await createAuthority();
const { certificate, key } = await authority.issue({ names: ['127.0.0.1'] });
const cache = await startCacheService();
// The cache service makes its own sockets. They can be seen here.
subscribe('http.server.request.start', (message) => {
  const { socket } = message as { socket: Socket };
  // With TLS the socket below counts, which listen() has.
  if (!(socket instanceof TLSSocket)) sockets.add(socket);
});

const addresses: Addresses = {
  fast: `http://${await listen(createServer(answer(0)))}/token`,
  slow: `http://${await listen(createServer(answer(slowness)))}/token`,
  https: `https://${await listen(createTlsServer({ cert: certificate, key }, answer(0)))}/token`,
  ca: authority.certificate,
  cacheEnvironment: cache.environment({ version: 'v2' }),
};

function countAll(): Counts {
  const bytes = [...sockets].reduce(
    (sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten,
    0,
  );
  return { tokenRequests, cacheRequests: cache.requests.length, bytes };
}

/** Entries of other identities, the same number for each compression. */
function plantOthers(count: number): void {
  cache.clear();
  for (let index = 0; index < count; index += 1) {
    const id = index.toString(16).padStart(32, '0');
    const compression = compressions[index % compressions.length] ?? 'gzip';
    const name = `oauth2-token-v2-${id}-${'0'.repeat(16)}`;
    cache.plant({ name, version: makeVersion(compression), blob: 'of another identity' });
  }
}

process.on('message', (wish: Wish) => {
  if (wish.kind === 'token-length') tokenLength = wish.length;
  if (wish.kind === 'others') plantOthers(wish.count);
  process.send?.(countAll());
});
process.on('disconnect', () => process.exit());
process.send?.(addresses);
