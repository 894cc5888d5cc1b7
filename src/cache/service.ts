import { createHash } from 'node:crypto';

import { isLoopback } from '../http/loopback.ts';
import type { HttpRequest, HttpResponse, SendRequest } from '../http/request.ts';
import { isSuccessStatus } from '../http/transport-error.ts';
import { readJsonObject } from '../oauth2/json-object.ts';

/** How an archive is compressed; part of the version of an entry. */
export const compressions = ['zstd-without-long', 'gzip'] as const;

export type Compression = (typeof compressions)[number];

/** The version of every lease, so that jobs on different runners compete for one name. */
const leaseCompression: Compression = 'gzip';

/** The one path that is saved. */
export const entryFile = 'token.bin';

/** An entry that a search found. */
export interface FoundEntry {
  readonly name: string;
  /** Where its archive is. Anyone who has the URL may read it. */
  readonly url: string;
}

/** The service did not do what was requested; nothing of its answer is in here. */
export class CacheServiceError extends Error {
  override readonly name = 'CacheServiceError';
  readonly code = 'cache_service_failed';
  readonly status: number;

  constructor(status: number) {
    super('cache_service_failed');
    this.status = status;
  }
}

/** The part of the Actions cache that is read. */
export interface CacheService {
  /**
   * Finds the newest entry whose name begins with a prefix.
   *
   * @returns undefined if there is none
   * @throws {CacheServiceError} for any other answer
   * @throws {TransportError} if there is no complete answer
   */
  readonly find: (
    prefix: string,
    compression: Compression,
    signal: AbortSignal,
  ) => Promise<FoundEntry | undefined>;
  /**
   * Gets the compressed archive of an entry.
   *
   * @throws {CacheServiceError} if the service does not give it, or its URL cannot be trusted
   * @throws {TransportError} if there is no complete answer, or one that is too large
   */
  readonly download: (entry: FoundEntry, signal: AbortSignal) => Promise<Buffer>;
}

/**
 * How the reservation of a name ended: `taken` if another job has it, `limited` if the service accepts no more for now,
 * `failed` for everything else.
 */
export type Reservation = 'reserved' | 'taken' | 'limited' | 'failed';

/** The part of the Actions cache that reserves names. */
export interface ReservationService {
  /**
   * Reserves a name and nothing more: nothing is ever uploaded to it. A name can be reserved once, by whichever job
   * comes first. It never throws.
   */
  readonly reserve: (name: string, signal: AbortSignal) => Promise<Reservation>;
}

/** The most that is read of an archive, in bytes; an entry has at most 192 KiB, and tar adds its blocks. */
const maxArchiveBytes = 256 * 1024;

/** The most that is read of any other answer, in bytes. */
const maxServiceAnswerBytes = 64 * 1024;

/** Whether this run may read and write the cache. An unknown mode permits both, as in the toolkit. */
export function readCacheMode(env: NodeJS.ProcessEnv): { readable: boolean; writable: boolean } {
  const mode = (env['ACTIONS_CACHE_MODE'] ?? '').trim().toLowerCase();
  const known = ['none', 'read', 'write', 'write-only'].includes(mode);
  return {
    readable: !known || mode === 'read' || mode === 'write',
    writable: !known || mode === 'write' || mode === 'write-only',
  };
}

/**
 * Chooses the cache service exactly as the toolkit does, because the toolkit saves.
 *
 * @param env the step's environment
 * @param send sends a request
 * @returns undefined if this runner offers none
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/internal/config.ts
 */
export function chooseCacheService(
  env: NodeJS.ProcessEnv,
  send: SendRequest,
): (CacheService & ReservationService) | undefined {
  const token = env['ACTIONS_RUNTIME_TOKEN'] ?? '';
  const isV2 = hasVersion2(env);
  const base = readServiceUrl(env);
  if (token === '' || !URL.canParse(base)) return undefined;
  const wire = { base, token, send };
  return {
    find: (prefix, compression, signal) =>
      isV2 ? findV2(wire, prefix, compression, signal) : findV1(wire, prefix, compression, signal),
    download: (entry, signal) => download(wire, entry, signal),
    reserve: (name, signal) =>
      classify(isV2 ? reserveV2(wire, name, signal) : reserveV1(wire, name, signal)),
  };
}

/** The URL of the service that the toolkit chooses; empty if the runner names none. */
export function readServiceUrl(env: NodeJS.ProcessEnv): string {
  const resultsUrl = env['ACTIONS_RESULTS_URL'] ?? '';
  const cacheUrl = env['ACTIONS_CACHE_URL'] ?? '';
  return hasVersion2(env) || cacheUrl === '' ? resultsUrl : cacheUrl;
}

function hasVersion2(env: NodeJS.ProcessEnv): boolean {
  return !isEnterpriseServer(env) && (env['ACTIONS_CACHE_SERVICE_V2'] ?? '') !== '';
}

/** GitHub Enterprise Server has only version 1 of the service. */
function isEnterpriseServer(env: NodeJS.ProcessEnv): boolean {
  const server = env['GITHUB_SERVER_URL'] ?? '';
  const host = URL.canParse(server) ? new URL(server).hostname.toUpperCase() : 'GITHUB.COM';
  return host !== 'GITHUB.COM' && !host.endsWith('.GHE.COM') && !host.endsWith('.LOCALHOST');
}

interface Wire {
  readonly base: string;
  readonly token: string;
  readonly send: SendRequest;
}

async function findV2(
  wire: Wire,
  prefix: string,
  compression: Compression,
  signal: AbortSignal,
): Promise<FoundEntry | undefined> {
  const response = await callV2(wire, 'GetCacheEntryDownloadURL', signal, {
    key: prefix,
    restore_keys: [prefix],
    version: makeVersion(compression),
  });
  const answer = readJson(response);
  const ok = answer['ok'] ?? false;
  if (ok === false) return undefined;
  if (ok !== true) throw new CacheServiceError(response.status);
  return readFound(
    response,
    answer['matched_key'] ?? answer['matchedKey'],
    answer['signed_download_url'] ?? answer['signedDownloadUrl'],
  );
}

/** @returns whether the name was reserved; false where the run may not write */
async function reserveV2(wire: Wire, name: string, signal: AbortSignal): Promise<boolean> {
  const message = { key: name, version: makeVersion(leaseCompression) };
  const answer = readJson(await callV2(wire, 'CreateCacheEntry', signal, message));
  return answer['ok'] === true;
}

/**
 * Twirp, as the JSON of proto3: a field can have either of two names, and one that is left out or null is false.
 *
 * @see https://twitchtv.github.io/twirp/docs/spec_v7.html
 * @see https://protobuf.dev/programming-guides/json/
 */
function callV2(
  { base, token, send }: Wire,
  method: string,
  signal: AbortSignal,
  message: object,
): Promise<HttpResponse> {
  const service = 'github.actions.results.api.v1.CacheService';
  return ask(send, signal, {
    method: 'POST',
    url: new URL(`/twirp/${service}/${method}`, base).href,
    headers: { ...bearer(token), 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
}

async function findV1(
  { base, token, send }: Wire,
  prefix: string,
  compression: Compression,
  signal: AbortSignal,
): Promise<FoundEntry | undefined> {
  const query = new URLSearchParams({ keys: prefix, version: makeVersion(compression) });
  const response = await ask(send, signal, {
    method: 'GET',
    url: `${base}_apis/artifactcache/cache?${query.toString()}`,
    headers: { ...bearer(token), accept: acceptV1 },
  });
  if (response.status === 204) return undefined;
  const answer = readJson(response);
  return readFound(response, answer['cacheKey'], answer['archiveLocation']);
}

/** @returns whether the name was reserved */
async function reserveV1(
  { base, token, send }: Wire,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const response = await ask(send, signal, {
    method: 'POST',
    url: `${base}_apis/artifactcache/caches`,
    headers: { ...bearer(token), accept: acceptV1, 'content-type': 'application/json' },
    body: JSON.stringify({ key: name, version: makeVersion(leaseCompression) }),
  });
  return typeof readJson(response)['cacheId'] === 'number';
}

async function classify(reserving: Promise<boolean>): Promise<Reservation> {
  try {
    return (await reserving) ? 'reserved' : 'failed';
  } catch (error) {
    const status = error instanceof CacheServiceError ? error.status : 0;
    if (status === 409) return 'taken';
    return status === 429 ? 'limited' : 'failed';
  }
}

const acceptV1 = 'application/json;api-version=6.0-preview.1';

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'user-agent': 'oauth2-token' };
}

/**
 * The version of an entry: what the toolkit makes of path, compression and a salt, with enableCrossOsArchive.
 *
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/internal/cacheUtils.ts
 */
export function makeVersion(compression: Compression): string {
  return createHash('sha256').update(`${entryFile}|${compression}|1.0`).digest('hex');
}

async function ask(
  send: SendRequest,
  signal: AbortSignal,
  request: HttpRequest,
): Promise<HttpResponse> {
  const response = await send(request, { signal, maxBytes: maxServiceAnswerBytes });
  if (!isSuccessStatus(response.status)) throw new CacheServiceError(response.status);
  return response;
}

function readJson({ status, body }: HttpResponse): Readonly<Record<string, unknown>> {
  const members = readJsonObject(body.toString());
  if (members === undefined) throw new CacheServiceError(status);
  return members;
}

function readFound({ status }: HttpResponse, name: unknown, url: unknown): FoundEntry {
  if (typeof name === 'string' && typeof url === 'string') return { name, url };
  throw new CacheServiceError(status);
}

/** The URL has its own permission in it, so the bearer token is not sent. Only a URL with a safe transport is used. */
async function download(
  { base, send }: Wire,
  { url }: FoundEntry,
  signal: AbortSignal,
): Promise<Buffer> {
  if (!isSafe(url, base)) throw new CacheServiceError(0);
  const response = await send(
    { method: 'GET', url, headers: { 'user-agent': 'oauth2-token' } },
    { signal, maxBytes: maxArchiveBytes },
  );
  if (response.status !== 200) throw new CacheServiceError(response.status);
  return response.body;
}

/** https, or this machine, or the origin that the runner named, which has the bearer token already (as with act). */
function isSafe(url: string, base: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin } = new URL(url);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (isLoopback(hostname) || origin === new URL(base).origin);
}
