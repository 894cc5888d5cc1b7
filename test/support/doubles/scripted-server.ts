/** An HTTP or HTTPS server on 127.0.0.1 with answers and faults that are scripted byte for byte. */
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import { createServer as createNetServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';
import { gunzipSync, gzipSync } from 'node:zlib';

import { noteAnswer, noteRequest } from '../leaks/handed-out.ts';

/** The private key and the certificate of a server, both PEM. */
export interface ServerCertificate {
  key: string;
  cert: string;
}

/** One accepted connection. */
export interface Connection {
  /** What the client reads and writes: the socket itself, or the TLS inside it. */
  stream: Socket;
  /** Aborted when the connection is gone, so that timers can end with it. */
  closed: AbortSignal;
  /**
   * Ends the connection with a TCP RST, below TLS if there is any. A connection that is already ending is destroyed.
   */
  reset: () => void;
}

/** A server that only accepts connections. */
export interface TcpServer {
  port: number;
  /** How many connections were accepted so far. */
  readonly connections: number;
  /** Destroys every connection and stops listening, so that the next connection is refused. */
  close: () => Promise<void>;
}

/** A request, recorded once its last byte was received. */
export interface RecordedRequest {
  method: string;
  /** Path and query. */
  path: string;
  /** By name in lower case; the values of a header that was sent repeatedly are joined by `, `. */
  headers: Record<string, string>;
  body: string;
  tls: boolean;
  authorization: string | undefined;
}

/**
 * How far an answer gets before it ends early. Both bodies are already complete JSON, so a client that does not notice
 * the early end would accept the token: `in-body` sends half of its Content-Length, the rest would be spaces;
 * `in-chunked-body` leaves out the last chunk.
 */
export type Point = 'before-head' | 'in-head' | 'in-body' | 'in-chunked-body';

/** What happens after the last byte: a FIN, a TCP RST, or nothing while the connection stays open. */
type Ending = 'end' | 'reset' | 'silence';

interface Script {
  kind: 'script';
  head: Uint8Array;
  body: () => Iterable<Uint8Array>;
  /** Milliseconds to wait before each piece of the body. */
  everyMs: number;
  ending: Ending;
  /** All bytes that are sent; left out if they are endless. */
  bytes?: () => Buffer;
}

interface Dynamic {
  kind: 'dynamic';
  choose: (request: RecordedRequest) => Answer | Promise<Answer>;
}

/** How the server handles one request. The functions below make it. */
export type Answer = Script | Dynamic;

/** Response headers; an array is sent as several lines. */
export type AnswerHeaders = Record<string, string | string[]>;

/** The time of a server. A test whose clock stands still passes its own. */
export interface ServerTime {
  /** Settles after so many milliseconds; may reject once `signal` aborts. */
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Called when nothing more will be sent on a connection that stays open. */
  onSilence: () => void;
}

/** The time of the machine. */
const systemTime: ServerTime = {
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
  onSilence: () => undefined,
};

/** A server that `startScriptedServer` started. */
export interface ScriptedServer extends TcpServer {
  /** The token endpoint: the origin and `/token`. Every other path gives the same answers. */
  url: string;
  origin: string;
  requests: RecordedRequest[];
}

/**
 * Long enough for a client to read what came before a reset, in milliseconds. On Windows a RST discards unread data.
 */
const resetDelay = process.platform === 'win32' ? 20 : 0;

const tokenBody = JSON.stringify(tokenResponse({}));

/**
 * Answers the n-th request with the n-th answer, and every request after that with the last one. Each connection
 * carries one answer, `connection: close`. `close()` throws what a dynamic answer threw; that request gets a reset.
 * Throws a RangeError when there is no answer.
 */
export async function startScriptedServer(options: {
  answers: readonly Answer[];
  tls?: ServerCertificate;
  /** The time of the machine if left out. */
  time?: ServerTime;
}): Promise<ScriptedServer> {
  const { answers, tls, time = systemTime } = options;
  const last = answers.at(-1);
  if (last === undefined) throw new RangeError('a scripted server needs an answer');
  const requests: RecordedRequest[] = [];
  const failures: unknown[] = [];

  const serve = async (message: IncomingMessage, connection: Connection): Promise<void> => {
    const request = await receive(message, tls !== undefined);
    if (request === undefined) return;
    const answer = answers[requests.push(request) - 1] ?? last;
    noteRequest(request.headers, request.body, request.path);
    const chosen = await choose(answer, request).catch((error: unknown) => {
      failures.push(error);
      return breakOff('before-head', 'reset');
    });
    noteAnswer(readBody(chosen));
    // It fails only if the client has closed the connection, which is not an error of the server.
    await play(chosen, connection, time).catch(() => undefined);
  };
  // A node:http server reads the requests. The answers are written directly to the connection.
  const server = await startTcpServer((connection) => {
    const reader = createHttpServer((message) => void serve(message, connection));
    reader.emit('connection', connection.stream);
  }, tls);

  const origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${server.port}`;
  return {
    url: `${origin}/token`,
    origin,
    port: server.port,
    requests,
    get connections() {
      return server.connections;
    },
    close: async () => {
      await server.close();
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** A server for `https:` URLs that accepts connections and never answers the TLS handshake. */
export async function startSilentTlsServer({
  time: { onSilence } = systemTime,
}: { time?: ServerTime } = {}): Promise<TcpServer & { url: string }> {
  const server = await startTcpServer(({ stream }) => stream.once('data', onSilence));
  return Object.assign(server, { url: `https://127.0.0.1:${server.port}/token` });
}

/** Listens on a free port of 127.0.0.1 and hands every connection to `accept`, as TLS when there is a certificate. */
export async function startTcpServer(
  accept: (connection: Connection) => void,
  tls?: ServerCertificate,
): Promise<TcpServer> {
  const secureContext = tls && createSecureContext(tls);
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createNetServer({ noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    const closing = new AbortController();
    socket.on('close', () => {
      sockets.delete(socket);
      closing.abort();
    });
    const stream = secureContext
      ? new TLSSocket(socket, { isServer: true, secureContext })
      : socket;
    // A client that ends early is not a failure of the server.
    for (const each of [socket, stream]) each.on('error', () => undefined);
    // Without a reader, nobody would notice that a client has closed the connection.
    stream.resume();
    const reset = (): void => {
      // Node never closes a socket that is reset during its shutdown, and then spins instead of exiting.
      if (stream.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    };
    accept({ stream, closed: closing.signal, reset });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no TCP port');
  return {
    port: address.port,
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A whole answer, with a Content-Length unless `headers` has a framing of its own. */
export function reply(
  options: {
    status?: number;
    statusText?: string;
    headers?: AnswerHeaders;
    body?: string | Uint8Array;
  } = {},
): Answer {
  const {
    status = 200,
    statusText = STATUS_CODES[status] ?? '',
    headers = {},
    body = '',
  } = options;
  const bytes = Buffer.from(body);
  const framed = Object.keys(headers).some((name) =>
    ['content-length', 'transfer-encoding'].includes(name.toLowerCase()),
  );
  const length: AnswerHeaders = framed ? {} : { 'content-length': String(bytes.length) };
  return script(writeHead(status, statusText, { ...headers, ...length }), [bytes]);
}

/** A whole JSON answer. */
export function json(status: number, value: unknown, headers: AnswerHeaders = {}): Answer {
  return reply({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  });
}

/** A token response (RFC 6749 section 5.1); an override that is undefined leaves its field out. */
export function token(overrides: Record<string, unknown> = {}): Answer {
  return json(200, tokenResponse(overrides));
}

/** A redirect without a body. */
export function redirect(status: number, location: string): Answer {
  return reply({ status, headers: { location } });
}

/** A 200 whose body is compressed by gzip. */
export function gzipped(body: string | Uint8Array): Answer {
  return reply({
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: gzipSync(body),
  });
}

/** Exactly these bytes, HTTP or not, and then the end of the connection. */
export function garbage(bytes: string | Uint8Array): Answer {
  return script(Buffer.from(bytes), []);
}

/** Sends the answer up to `point` and ends with a TCP RST. */
export function reset(point: Point): Answer {
  return breakOff(point, 'reset');
}

/** Sends the answer up to `point` and ends the connection cleanly with a FIN (and a TLS close_notify). */
export function end(point: Point): Answer {
  return breakOff(point, 'end');
}

/** Sends the answer up to `point` and nothing more, and leaves the connection open. */
export function silence(point: Point): Answer {
  return breakOff(point, 'silence');
}

/** The head at once, then the body byte by byte, with `everyMs` milliseconds before each. */
export function drip(body: string | Uint8Array, everyMs: number): Answer {
  const bytes = Buffer.from(body);
  const head = okHead({ 'content-length': String(bytes.length) });
  return script(
    head,
    Array.from(bytes, (byte) => Uint8Array.of(byte)),
    { everyMs },
  );
}

/** A token response padded by spaces to `length` bytes, sent no faster than the client reads. */
export function huge(length: number, options: { chunked?: boolean } = {}): Answer {
  const { chunked = false } = options;
  const head = okHead(
    chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(length) },
  );
  const body = function* (): Generator<Uint8Array> {
    for (const piece of pad(tokenBody, length)) yield chunked ? writeChunk(piece) : piece;
    if (chunked) yield writeChunk('');
  };
  return { kind: 'script', head, body, everyMs: 0, ending: 'end' };
}

/** An answer that depends on the request, or on the time at which a promise settles. */
export function dynamic(choose: Dynamic['choose']): Answer {
  return { kind: 'dynamic', choose };
}

function tokenResponse(overrides: Record<string, unknown>): Record<string, unknown> {
  return {
    access_token: 'access-token-from-the-server',
    token_type: 'Bearer',
    expires_in: 3600,
    ...overrides,
  };
}

function script(
  head: Uint8Array,
  body: readonly Uint8Array[],
  options: { everyMs?: number; ending?: Ending } = {},
): Script {
  const { everyMs = 0, ending = 'end' } = options;
  const bytes = (): Buffer => Buffer.concat([head, ...body]);
  return { kind: 'script', head, body: () => body, everyMs, ending, bytes };
}

function breakOff(point: Point, ending: Ending): Script {
  return script(upTo(point), [], { ending });
}

/** The bytes that an answer sends before it ends early. */
function upTo(point: Point): Uint8Array {
  const head = okHead({ 'content-length': String(2 * tokenBody.length) });
  switch (point) {
    case 'before-head':
      return Buffer.alloc(0);
    case 'in-head':
      return head.subarray(0, head.length / 2);
    case 'in-body':
      return Buffer.concat([head, Buffer.from(tokenBody)]);
    case 'in-chunked-body':
      return Buffer.concat([okHead({ 'transfer-encoding': 'chunked' }), writeChunk(tokenBody)]);
  }
}

function okHead(framing: AnswerHeaders): Buffer {
  return writeHead(200, 'OK', { 'content-type': 'application/json', ...framing });
}

function writeHead(status: number, statusText: string, headers: AnswerHeaders): Buffer {
  const lines = Object.entries({ ...headers, connection: 'close' }).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${each}\r\n`),
  );
  return Buffer.from(`HTTP/1.1 ${status} ${statusText}\r\n${lines.join('')}\r\n`, 'latin1');
}

/** A chunk of a chunked body (RFC 9112 section 7.1); an empty one is the last. */
function writeChunk(content: string | Uint8Array): Buffer {
  const size = Buffer.byteLength(content).toString(16);
  return Buffer.concat([Buffer.from(`${size}\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
}

function* pad(start: string, length: number): Generator<Uint8Array> {
  const spaces = Buffer.alloc(65_536, ' ');
  yield Buffer.from(start.slice(0, length));
  for (let left = length - start.length; left > 0; left -= spaces.length) {
    yield spaces.subarray(0, left);
  }
}

/** The whole request; undefined if the client ended it early. */
async function receive(
  message: IncomingMessage,
  tls: boolean,
): Promise<RecordedRequest | undefined> {
  const body = await text(message).catch(() => undefined);
  if (body === undefined) return undefined;
  const { method = '', url: path = '', headers, headersDistinct } = message;
  const joined = Object.entries(headersDistinct).map(([name, values = []]): [string, string] => [
    name,
    values.join(', '),
  ]);
  return {
    method,
    path,
    headers: Object.fromEntries(joined),
    body,
    tls,
    authorization: headers.authorization,
  };
}

async function choose(answer: Answer, request: RecordedRequest): Promise<Script> {
  let chosen = answer;
  while (chosen.kind === 'dynamic') chosen = await chosen.choose(request);
  return chosen;
}

/** The body of an answer; empty if it is endless or cannot be read. */
function readBody({ bytes }: Script): string {
  const [head = '', ...rest] = (bytes?.() ?? Buffer.alloc(0)).toString('latin1').split('\r\n\r\n');
  const body = Buffer.from(rest.join('\r\n\r\n'), 'latin1');
  try {
    return (/^content-encoding: gzip$/im.test(head) ? gunzipSync(body) : body).toString();
  } catch {
    return '';
  }
}

/** Sends the answer; throws if the client closes the connection. */
async function play(
  answer: Script,
  { stream, closed, reset }: Connection,
  time: ServerTime,
): Promise<void> {
  await write(stream, answer.head);
  for (const piece of answer.body()) {
    if (answer.everyMs > 0) await time.sleep(answer.everyMs, closed);
    closed.throwIfAborted();
    await write(stream, piece);
  }
  if (answer.ending === 'end') stream.end();
  if (answer.ending === 'reset') {
    await sleep(resetDelay, undefined, { signal: closed });
    reset();
  }
  if (answer.ending === 'silence') time.onSilence();
}

/** Resolves when the operating system has accepted the bytes, which it does only while the client reads. */
function write(stream: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
