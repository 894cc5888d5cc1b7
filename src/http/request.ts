import type { IncomingMessage, RequestOptions } from 'node:http';
import { getCACertificates } from 'node:tls';

import { HttpClient, type HttpClientResponse } from '@actions/http-client';
import { checkBypass, getProxyUrl } from '@actions/http-client/lib/proxy';

import { decodeContent } from './content-encoding.ts';
import { toTransportError, TransportError } from './transport-error.ts';

/** One HTTP request, complete; what is not here is not sent. */
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

/** Whom to trust and who to be, on a TLS connection. */
export interface TlsIdentity {
  /** PEM certificates, trusted beside the default roots. */
  readonly ca?: string;
  /** The client's own PEM certificate and PEM private key (RFC 8705). */
  readonly certificate?: string;
  readonly key?: string;
}

/** What holds for one request. */
export interface RequestLimits {
  /** Ends the request, wherever it is, when it aborts. */
  readonly signal: AbortSignal;
  /** The most that is read of the body, in bytes, before and after decompression. */
  readonly maxBytes: number;
  readonly tls?: TlsIdentity;
}

/** Sends one request and reads its response. */
export type SendRequest = (request: HttpRequest, limits: RequestLimits) => Promise<HttpResponse>;

/** A timer of node:http's own must never be first: the signal alone decides. 2^31-1 ms is the longest. */
const neverByItself = 2 ** 31 - 1;

/**
 * Sends one request over a connection of its own, through the proxy of the environment if there is one, and reads the
 * whole response. TLS is always verified; redirects are never followed.
 *
 * @throws {TransportError} when there is no complete response
 * @see https://github.com/actions/toolkit/tree/main/packages/http-client
 */
export const sendRequest: SendRequest = async (request, limits) => {
  const client = new HttpClient(
    undefined,
    [
      {
        prepareRequest: (options) => {
          prepareOptions(options, request, limits);
        },
        canHandleAuthentication: () => false,
        handleAuthentication: () => Promise.reject(new Error('never asked')),
      },
    ],
    { allowRedirects: false, socketTimeout: neverByItself },
  );
  try {
    limits.signal.throwIfAborted();
    requireReadableProxy(new URL(request.url));
    const { message } = await untilAborted(start(client, request), limits.signal);
    const body = await untilAborted(readBody(message, limits.maxBytes), limits.signal);
    const headers = readHeaders(message);
    return {
      status: message.statusCode ?? 0,
      statusText: message.statusMessage ?? '',
      headers,
      body: await decodeContent(body, headers['content-encoding'], limits.maxBytes),
    };
  } catch (error) {
    // By the signal alone: after an abort, the error can be any that a destroyed socket throws.
    if (limits.signal.aborted) {
      throw new TransportError('timeout', { cause: limits.signal.reason });
    }
    throw toTransportError(error);
  } finally {
    client.dispose();
  }
};

/**
 * The client passes over a proxy's address that it cannot read, and would connect directly.
 *
 * @throws {TransportError} `proxy_invalid`
 */
function requireReadableProxy(url: URL): void {
  const names =
    url.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const isNamed = names.some((name) => (process.env[name] ?? '') !== '');
  if (isNamed && !checkBypass(url) && readProxyHost(url) === '') {
    throw new TransportError('proxy_invalid');
  }
}

/** Empty where the address of the proxy cannot be read. */
function readProxyHost(url: URL): string {
  try {
    return getProxyUrl(url)?.hostname ?? '';
  } catch {
    return '';
  }
}

function start(client: HttpClient, request: HttpRequest): Promise<HttpClientResponse> {
  return client.request(request.method, request.url, request.body ?? null, { ...request.headers });
}

/** The agent's own options, which a CONNECT tunnel reads instead of the request's. */
interface AgentOptions {
  options?: object;
  /** Only an agent of `tunnel` has them. */
  proxyOptions?: object;
}

/**
 * Has the last word on the options of node:http: TLS verified whatever NODE_TLS_REJECT_UNAUTHORIZED says (an earlier
 * step can export it, and https_proxy with it), and the signal handed to every part that can hang.
 */
function prepareOptions(
  options: RequestOptions,
  request: HttpRequest,
  { signal, tls = {} }: RequestLimits,
): void {
  const trust = {
    rejectUnauthorized: true,
    ...(tls.ca === undefined ? {} : { ca: [...getCACertificates('default'), tls.ca] }),
  };
  const identity = { ...trust, ...pickClientCertificate(tls) };
  // The client appends an id of the run to the user agent; that is nobody's business but GitHub's.
  options.headers = { ...request.headers };
  Object.assign(options, identity, { signal });
  const agent = options.agent as AgentOptions | undefined;
  if (agent === undefined) return;
  agent.options = { ...agent.options, ...identity };
  if (agent.proxyOptions !== undefined) Object.assign(agent.proxyOptions, trust, { signal });
}

function pickClientCertificate({ certificate, key }: TlsIdentity): object {
  return certificate === undefined || key === undefined ? {} : { cert: certificate, key };
}

/** Settles with the work, or rejects when the signal aborts although the work never settles. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    aborted.reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Reads a body to its end; `readBody()` of the client never settles when the connection is cut. */
function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const cut = (cause?: unknown): void => {
      reject(new TransportError('answer_cut', { cause }));
    };
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      reject(new TransportError('answer_too_large'));
      message.destroy();
    });
    message.on('end', () => {
      resolve(Buffer.concat(chunks));
    });
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
