/**
 * The GitHub Actions cache service on 127.0.0.1: both versions of its API and the blob storage behind them, for one
 * repository whose default branch is main. Requests are as @actions/cache 6 sends them, and answers as GitHub's service
 * was seen to give them.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createBlobStorage, storagePath } from './cache-service/blob-storage.ts';
import { createEntries, type Entry, type EntryName } from './cache-service/entries.ts';
import { createFaults, type Fault } from './cache-service/faults.ts';
import { type Answer, json, type Request } from './cache-service/message.ts';
import { createRestService, type RestCall } from './cache-service/rest.ts';
import {
  createTokenIssuer,
  type Permission,
  type ScopePermission,
} from './cache-service/runtime-token.ts';
import { noteSecret } from '../leaks/handed-out.ts';
import { createTwirpService, type TwirpMethod, twirpPath } from './cache-service/twirp.ts';

export type { Entry, EntryName, Fault, Permission, ScopePermission };

/**
 * What a request is for; `unknown` is answered by 404. HEAD is also a `download`, and a block or a block list is an
 * `upload`.
 */
export type Call = TwirpMethod | RestCall | 'upload' | 'download' | 'unknown';

/** A request, recorded once its last byte was received. */
export interface RecordedRequest {
  method: string;
  /** Path and query. */
  path: string;
  call: Call;
  /** By name in lower case; the values of a header that was sent repeatedly are joined by `, `. */
  headers: Record<string, string>;
  body: Buffer;
  /** The status of the answer; undefined as long as there is none. */
  status: number | undefined;
}

/** How the service is set up. */
export interface CacheServiceOptions {
  /** Every CreateCacheEntry after so many, including failed ones, gets 429; no limit if left out. */
  limitReservations?: number;
  /** Version 1 then reserves a name for every request, as act's service does, instead of only for the first one. */
  reservesTaken?: boolean;
  /**
   * The time in milliseconds since the epoch. The expiry of tokens and signed URLs depends on it; the machine's if left
   * out.
   */
  now?: () => number;
}

/** The job whose environment is requested. */
export interface Job {
  version: 'v1' | 'v2';
  /** The ref of the run, `refs/heads/main` if left out. */
  ref?: string;
  /**
   * What it may do, in the order of look-ups. If left out, everything on its own ref, and reading on the default
   * branch.
   */
  scopes?: readonly ScopePermission[];
  /** Removes the permission to write, as GitHub does after events that it does not trust. */
  readOnly?: boolean;
}

/** A service that `startCacheService` started. */
export interface CacheService {
  origin: string;
  /** What the runner gives a job: the URLs, the runtime token, the version's flag and the server's URL. */
  environment: (job: Job) => Record<string, string>;
  /** All entries, including those that are not finalized, in the order in which they were reserved. */
  readonly entries: readonly Readonly<Entry>[];
  /** Adds an entry, as the newest, to the default branch's scope if left out. Throws a RangeError if there is one. */
  plant: (entry: {
    name: string;
    version: string;
    scope?: string;
    blob: string | Uint8Array;
  }) => void;
  /** Removes every entry that has all of these properties. */
  remove: (filter: Partial<EntryName>) => void;
  /** Removes all entries. */
  clear: () => void;
  requests: RecordedRequest[];
  /** Makes the next `times` calls fail, or all that follow. Several faults of one call come one after the other. */
  fault: (call: Call, fault: Fault, times?: number) => void;
  clearFaults: () => void;
  /** Settles when so many requests for a call have arrived since the start, with an answer or without. */
  whenAsked: (call: Call, times: number) => Promise<void>;
  /** Settles when so many requests for a call were answered since the start. */
  whenAnswered: (call: Call, times: number) => Promise<void>;
  /** Destroys every connection and stops listening. */
  close: () => Promise<void>;
}

const defaultRef = 'refs/heads/main';

/** Version 1 has its own path, as on GitHub Enterprise Server. */
const restPath = '/repository/_apis/artifactcache/';

/** Starts a service without entries on a free port. */
export async function startCacheService(options: CacheServiceOptions = {}): Promise<CacheService> {
  const { limitReservations = Infinity, reservesTaken = false, now = Date.now } = options;
  const requests: RecordedRequest[] = [];
  const faults = createFaults<Call>();
  const server = createServer((message, response) => {
    void serve(message, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no TCP port');
  const origin = `http://127.0.0.1:${address.port}`;

  const entries = createEntries(now);
  const blobs = createBlobStorage(origin, now);
  const tokens = createTokenIssuer(randomBytes(32), now);
  const answerTwirp = createTwirpService({ entries, blobs, tokens }, limitReservations);
  const answerRest = createRestService({ entries, blobs, tokens }, reservesTaken);

  const answer = (call: Call, request: Request): Answer => {
    switch (call) {
      case 'CreateCacheEntry':
      case 'FinalizeCacheEntryUpload':
      case 'GetCacheEntryDownloadURL':
        return answerTwirp(call, request);
      case 'upload':
      case 'download':
        return blobs.answer(request);
      case 'unknown':
        return json(404, { code: 'bad_route', msg: `no handler for path ${request.path}` });
      default:
        return answerRest(call, request);
    }
  };

  const waiters = new Set<() => void>();
  const tellWaiters = (): void => {
    for (const check of waiters) check();
  };
  /** Settles when there are so many of these requests. */
  const whenThere = (isOne: (request: RecordedRequest) => boolean, times: number): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (requests.filter(isOne).length < times) return;
        waiters.delete(check);
        resolve();
      };
      waiters.add(check);
      check();
    });

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await receive(message);
    if (request === undefined) return;
    const call = route(request);
    const record = recordOf(message, request, call);
    requests.push(record);
    tellWaiters();
    const fault = faults.take(call);
    if (fault === 'hang') return;
    if (fault === 'reset') {
      message.socket.resetAndDestroy();
      return;
    }
    const chosen = spoil(fault, () => answer(call, request));
    record.status = chosen.status;
    noteSignedUrls(chosen);
    tellWaiters();
    if (fault === 'cut') cut(chosen, response);
    else send(chosen, response);
  };

  return {
    origin,
    requests,
    environment: (job) => ({
      ACTIONS_CACHE_URL: `${origin}/repository/`,
      // Only the origin counts: the toolkit replaces the path.
      ACTIONS_RESULTS_URL: `${origin}/results/`,
      ACTIONS_RUNTIME_TOKEN: tokens.issue(scopesOf(job)),
      ...(job.version === 'v2' && { ACTIONS_CACHE_SERVICE_V2: 'True' }),
      GITHUB_SERVER_URL: 'https://github.com',
    }),
    get entries() {
      return entries.list();
    },
    plant: ({ name, version, scope = defaultRef, blob }) => {
      const entry = entries.reserve({ name, version, scope });
      if (entry === undefined) throw new RangeError(`there is an entry ${name} already`);
      entry.blob = Buffer.from(blob);
      entries.finalize(entry);
    },
    remove: entries.remove,
    clear: () => {
      entries.remove({});
    },
    fault: (call, fault, times = Infinity) => {
      faults.add(call, fault, times);
    },
    clearFaults: faults.clear,
    whenAsked: (call, times) => whenThere((request) => request.call === call, times),
    whenAnswered: (call, times) =>
      whenThere((request) => request.call === call && request.status !== undefined, times),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/**
 * The scopes of GitHub's own tokens: first the scope of the ref, then that of the default branch, which is read-only.
 */
function scopesOf({ ref = defaultRef, scopes, readOnly = false }: Job): ScopePermission[] {
  const granted: readonly ScopePermission[] = scopes ?? [
    { scope: ref, permission: 3 },
    ...(ref === defaultRef ? [] : [{ scope: defaultRef, permission: 1 } as const]),
  ];
  if (!readOnly) return [...granted];
  return granted
    .filter(({ permission }) => permission !== 2)
    .map(({ scope }) => ({ scope, permission: 1 }));
}

/** The whole request; undefined if the client ended it early. */
async function receive(message: IncomingMessage): Promise<Request | undefined> {
  const body = await buffer(message).catch(() => undefined);
  if (body === undefined) return undefined;
  const { method = '', url = '', headers } = message;
  const [, path = '', query] = /^([^?]*)(.*)$/.exec(url) ?? [];
  return { method, path, query: new URLSearchParams(query), headers, body };
}

function recordOf(message: IncomingMessage, request: Request, call: Call): RecordedRequest {
  const { url: path = '', headersDistinct } = message;
  const headers = Object.entries(headersDistinct).map(([name, values = []]): [string, string] => [
    name,
    values.join(', '),
  ]);
  const { method, body } = request;
  return { method, path, call, headers: Object.fromEntries(headers), body, status: undefined };
}

const exactRoutes: Record<string, Call> = {
  [`POST ${twirpPath}CreateCacheEntry`]: 'CreateCacheEntry',
  [`POST ${twirpPath}FinalizeCacheEntryUpload`]: 'FinalizeCacheEntryUpload',
  [`POST ${twirpPath}GetCacheEntryDownloadURL`]: 'GetCacheEntryDownloadURL',
  [`GET ${restPath}cache`]: 'v1-lookup',
  [`GET ${restPath}caches`]: 'v1-list',
  [`POST ${restPath}caches`]: 'v1-reserve',
};

const prefixRoutes: [string, Call][] = [
  [`PATCH ${restPath}caches/`, 'v1-upload'],
  [`POST ${restPath}caches/`, 'v1-commit'],
  [`PUT ${storagePath}`, 'upload'],
  [`GET ${storagePath}`, 'download'],
  [`HEAD ${storagePath}`, 'download'],
];

function route({ method, path }: Request): Call {
  const asked = `${method} ${path}`;
  const prefixed = prefixRoutes.find(([prefix]) => asked.startsWith(prefix));
  return exactRoutes[asked] ?? prefixed?.[1] ?? 'unknown';
}

/** The answer of the fault. If it replaces the call, `answer` is not called. */
function spoil(fault: Fault | undefined, answer: () => Answer): Answer {
  if (typeof fault !== 'object') return answer();
  if ('wrongBody' in fault) return { ...answer(), body: Buffer.from(fault.wrongBody) };
  const { status, body = '', headers, contentType = 'application/json' } = fault;
  return {
    status,
    headers: { 'content-type': contentType, ...headers },
    body: Buffer.from(body),
  };
}

/** Anyone who has the query of such a URL may use it. */
function noteSignedUrls({ body }: Answer): void {
  if (body.length > 10_000) return;
  for (const [, query = ''] of body.toString().matchAll(/"https?:[^"?]*\?([^"]*)"/g)) {
    noteSecret("the query of a cache service's URL", query);
  }
}

function send({ status, headers, body }: Answer, response: ServerResponse): void {
  // A 204 must not have a Content-Length (RFC 9110 section 8.6).
  const length = status === 204 ? {} : { 'content-length': body.length };
  response.writeHead(status, { ...headers, ...length }).end(body);
}

function cut({ status, headers, body }: Answer, response: ServerResponse): void {
  if (body.length === 0) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
}
