/** An HTTP CONNECT proxy on 127.0.0.1 (RFC 9110 section 9.3.6) that can also refuse, hang and end early. */
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import { connect, type Socket } from 'node:net';
import { noteRequest } from '../leaks/handed-out.ts';
import { type Connection, type ServerCertificate, startTcpServer } from './scripted-server.ts';

/**
 * How the proxy handles a CONNECT: `tunnel` forwards it to its route; `authenticate` does so too, but answers 407 to
 * wrong credentials; `refuse` answers 403; `bad-gateway` answers 502; `busy` answers 503 and requests a wait of 200 s;
 * `reset` ends with a TCP RST; `hang` never answers; `end` closes the connection without an answer; `garbage` answers
 * with something that is not HTTP; `hang-after-connect` answers 200 and then drops what the client sends.
 */
export type ProxyBehaviour =
  | 'tunnel'
  | 'authenticate'
  | 'refuse'
  | 'bad-gateway'
  | 'busy'
  | 'reset'
  | 'end'
  | 'garbage'
  | 'hang'
  | 'hang-after-connect';

/** Where a server listens. */
export interface Address {
  host: string;
  port: number;
}

/** How a proxy is set up. */
export interface ProxyOptions {
  /** `tunnel` if left out. */
  behaviour?: ProxyBehaviour;
  /** The credentials that `authenticate` accepts; without them it accepts none. */
  credentials?: { user: string; password: string };
  /**
   * Where each invented `host:port` or `host` really is. A target without a route gets 502, so that no test leaves the
   * machine. (No proxy is used for a loopback host.)
   */
  routes?: Record<string, Address>;
  /** If set, the proxy itself is reached by https. */
  tls?: ServerCertificate;
  /** Called when nothing more will be sent on a connection that stays open. */
  onSilence?: () => void;
}

/** A proxy that `startProxy` started. */
export interface Proxy {
  /** Its address, without credentials, as for https_proxy. */
  url: string;
  /** Its address with credentials, percent-encoded. */
  urlWith: (user: string, password: string) => string;
  /** Every CONNECT so far: `host:port` and the Proxy-Authorization as sent. */
  connects: { target: string; authorization: string | undefined }[];
  /** Destroys every connection and stops listening. */
  close: () => Promise<void>;
}

/** Starts a proxy on a free port. It understands only CONNECT, and answers 405 to everything else. */
export async function startProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const connects: Proxy['connects'] = [];
  const server = await startTcpServer((connection) => {
    const reader = createHttpServer((_, response) => response.writeHead(405).end());
    reader.on('connect', (request: IncomingMessage) => {
      const { url: target = '', headers } = request;
      const { 'proxy-authorization': credentials = '' } = headers;
      noteRequest({ 'proxy-authorization': credentials }, '');
      connects.push({ target, authorization: headers['proxy-authorization'] });
      handleConnect(request, connection, options);
    });
    reader.emit('connection', connection.stream);
  }, options.tls);

  const scheme = options.tls ? 'https' : 'http';
  const host = `127.0.0.1:${server.port}`;
  return {
    url: `${scheme}://${host}`,
    urlWith: (user, password) =>
      `${scheme}://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}`,
    connects,
    close: server.close,
  };
}

function handleConnect(
  request: IncomingMessage,
  connection: Connection,
  options: ProxyOptions,
): void {
  const { url: target = '' } = request;
  const { stream } = connection;
  const { behaviour = 'tunnel', credentials, routes = {}, onSilence = () => undefined } = options;
  // Without a reader, nobody would notice that a client has closed the connection.
  stream.resume();
  switch (behaviour) {
    case 'tunnel':
      void openTunnel(target, connection, routes);
      return;
    case 'authenticate':
      if (isAuthorized(request, credentials)) void openTunnel(target, connection, routes);
      else answer(stream, 407, 'proxy-authenticate: Basic realm="proxy"\r\n');
      return;
    case 'refuse':
      answer(stream, 403);
      return;
    case 'bad-gateway':
      answer(stream, 502);
      return;
    case 'busy':
      answer(stream, 503, 'retry-after: 200\r\n');
      return;
    case 'reset':
      connection.reset();
      return;
    case 'end':
      stream.end();
      return;
    case 'garbage':
      stream.end('SSH-2.0-OpenSSH_9.9\r\n');
      return;
    case 'hang':
      onSilence();
      return;
    case 'hang-after-connect':
      stream.once('data', onSilence);
      acceptTunnel(stream);
      return;
  }
}

function isAuthorized(request: IncomingMessage, credentials: ProxyOptions['credentials']): boolean {
  if (credentials === undefined) return false;
  const { user, password } = credentials;
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return request.headers['proxy-authorization'] === expected;
}

async function openTunnel(
  target: string,
  { stream, closed, reset }: Connection,
  routes: Record<string, Address>,
): Promise<void> {
  const route = routes[target] ?? routes[target.replace(/:\d+$/, '')];
  const upstream = route && (await reach(route, closed).catch(() => undefined));
  if (upstream === undefined) {
    answer(stream, 502);
    return;
  }
  upstream.on('error', reset);
  upstream.on('close', () => {
    stream.destroySoon();
  });
  acceptTunnel(stream);
  stream.pipe(upstream).pipe(stream);
}

/** Connects to the address; the connection is destroyed when `signal` aborts. */
async function reach(address: Address, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ ...address, noDelay: true, signal });
  await once(socket, 'connect');
  return socket;
}

function acceptTunnel(stream: Socket): void {
  stream.write('HTTP/1.1 200 Connection established\r\n\r\n');
}

function answer(stream: Socket, status: number, headers = ''): void {
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${headers}content-length: 0\r\nconnection: close\r\n\r\n`,
  );
}
