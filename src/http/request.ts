import { type ClientRequest, type IncomingMessage, request as createRequest } from 'node:http';

import { openConnection } from './connection/connection.ts';
import { machineNetwork, type Network } from './connection/network.ts';
import { type Progress, startProgress } from './connection/progress.ts';
import { readPort, withoutBrackets } from './connection/proxy.ts';
import type { ConnectionContext } from './connection/reach.ts';
import type { TlsIdentity } from './connection/secure.ts';
import { decodeContent } from './content-encoding.ts';
import { maxHeaderBytes } from './limits.ts';
import { toTransportError, TransportError } from './transport-error.ts';

export type { TlsIdentity };

/** One complete HTTP request. Only what is here is sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One HTTP response, read to its end. */
export interface HttpResponse {
  readonly status: number;
  /** The reason phrase as the server wrote it; may be empty. */
  readonly statusText: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The limits of one request. */
export interface RequestLimits {
  /** Ends the request, whatever it is doing, when it aborts. */
  readonly signal: AbortSignal;
  /** How many bytes of the body are read, before and after decompression. */
  readonly maxBytes: number;
  readonly tls?: TlsIdentity;
}

/** Sends one request and reads its response. */
export type SendRequest = (request: HttpRequest, limits: RequestLimits) => Promise<HttpResponse>;

/** What a sender needs from its surroundings. */
export interface SenderContext {
  readonly network: Network;
  /** The time of day: epoch, milliseconds. */
  readonly now: () => number;
}

/** Sends over the network of the machine. */
export const sendRequest: SendRequest = makeSender({ network: machineNetwork, now: Date.now });

/**
 * Makes the function that sends one request over a connection of its own, through the proxy of the environment if there
 * is one, and reads the whole response. TLS is always verified; redirects are never followed. It throws a
 * {@link TransportError} when there is no complete response.
 */
export function makeSender(context: SenderContext): SendRequest {
  return async (request, limits) => {
    const progress = startProgress();
    const life = new AbortController();
    try {
      limits.signal.throwIfAborted();
      const work = exchange(request, limits, { ...context, progress, over: life.signal });
      return await untilAborted(work, limits.signal);
    } catch (error) {
      // Only the signal says that this was an abort. The error can be any that a destroyed socket throws.
      if (limits.signal.aborted) {
        throw new TransportError('timeout', { ...progress, cause: limits.signal.reason });
      }
      throw toTransportError(error, progress);
    } finally {
      life.abort();
    }
  };
}

/** One exchange that is not over yet. */
interface Exchange extends SenderContext, ConnectionContext {}

async function exchange(
  request: HttpRequest,
  { maxBytes, tls = {} }: RequestLimits,
  context: Exchange,
): Promise<HttpResponse> {
  const { message, body } = await send(request, { maxBytes, tls }, context);
  const headers = readHeaders(message);
  const accepted = findHeader(request.headers, 'accept-encoding');
  return {
    status: message.statusCode ?? 0,
    statusText: message.statusMessage ?? '',
    headers,
    body: await decodeContent(await body, headers['content-encoding'], maxBytes, accepted),
  };
}

/** An answer whose head has come. */
interface Answer {
  readonly message: IncomingMessage;
  readonly body: Promise<Buffer>;
}

/** Sends a request. It is checked before a connection is made. Gives the response when its head has come. */
function send(
  { method, url: address, headers, body = '' }: HttpRequest,
  { maxBytes, tls }: Omit<Required<RequestLimits>, 'signal'>,
  context: Exchange,
): Promise<Answer> {
  const url = new URL(address);
  const { over, progress } = context;
  return new Promise((resolve, reject) => {
    const outgoing = createRequest({
      method,
      host: withoutBrackets(url.hostname),
      port: readPort(url),
      defaultPort: url.protocol === 'https:' ? 443 : 80,
      path: url.pathname + url.search,
      headers: { ...headers, ...measure(method, body) },
      maxHeaderSize: maxHeaderBytes,
      signal: over,
      createConnection: (_, handOver) => {
        void openConnection(url, tls, context).then((socket) => {
          Object.assign(progress, { step: 'exchanging', peer: 'server', sent: true });
          handOver(null, socket);
        }, reject);
        return undefined;
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (message) => {
      outgoing.off('error', reject);
      // Reading starts at once, because a fault of the body may come together with the head.
      resolve({ message, body: readBody({ outgoing, message }, maxBytes, progress) });
    });
    // Without a listener, Node closes the connection without an error.
    outgoing.on('upgrade', () => {
      reject(
        new TransportError('answer_unreadable', { ...progress, reason: '101 Switching Protocols' }),
      );
    });
    outgoing.end(body);
  });
}

/** An empty body has a Content-Length if the method normally has a body (RFC 9110 section 8.6). */
function measure(method: HttpRequest['method'], body: string): Record<string, number> {
  return method === 'GET' && body === '' ? {} : { 'Content-Length': Buffer.byteLength(body) };
}

/** Waits for the work, but rejects when the signal aborts, even if the work never ends. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(toReason(signal));
    };
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function toReason({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}

/** Reads a body to its end. The parser reports its errors to the request. */
function readBody(
  { outgoing, message }: { outgoing: ClientRequest; message: IncomingMessage },
  maxBytes: number,
  progress: Progress,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const cut = (cause?: unknown): void => {
      const sorted = toTransportError(cause, progress);
      const isCut = sorted.code === 'connection_failed';
      reject(isCut ? new TransportError('answer_cut', { ...progress, cause }) : sorted);
    };
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      reject(new TransportError('answer_too_large', { ...progress }));
      message.destroy();
    });
    message.on('end', () => {
      resolve(Buffer.concat(chunks));
    });
    outgoing.on('error', cut);
    message.on('error', cut);
    message.on('close', cut);
  });
}

function readHeaders(message: IncomingMessage): Record<string, string> {
  const entries = Object.entries(message.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** @param name in lower case */
function findHeader(headers: HttpRequest['headers'], name: string): string | undefined {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
}
