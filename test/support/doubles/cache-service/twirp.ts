/**
 * Version 2 of the service: Twirp over JSON (https://twitchtv.github.io/twirp/docs/spec_v7.html).
 * The messages are those of @actions/cache's generated/results/api/v1/cache. Answers have the names of the protobuf
 * fields, int64 as strings and every field even when it is empty, as GitHub's have; requests may use either names.
 */
import type { BlobStorage } from './blob-storage.ts';
import type { Entries } from './entries.ts';
import { type Answer, json, readObject, type Request } from './message.ts';
import { readableScopes, type TokenIssuer, writableScope } from './runtime-token.ts';

/** The methods of the service, each a path under `twirpPath`. */
export type TwirpMethod =
  'CreateCacheEntry' | 'FinalizeCacheEntryUpload' | 'GetCacheEntryDownloadURL';

/** What both versions of the service need. */
export interface Backend {
  entries: Entries;
  blobs: BlobStorage;
  tokens: TokenIssuer;
}

/** The union of the three requests. */
interface Message {
  key: string;
  version: string;
  restoreKeys: string[];
  sizeBytes: number;
}

/** The path of the service, below the origin of ACTIONS_RESULTS_URL whatever the rest of that URL is. */
export const twirpPath = '/twirp/github.actions.results.api.v1.CacheService/';

/** Makes the service. After `limitReservations` calls of CreateCacheEntry every further one gets 429. */
export function createTwirpService(
  { entries, blobs, tokens }: Backend,
  limitReservations: number,
): (method: TwirpMethod, request: Request) => Answer {
  let reservations = 0;

  const create = ({ key: name, version }: Message, scope: string | undefined): Answer => {
    reservations += 1;
    if (reservations > limitReservations) {
      return fail(429, 'resource_exhausted', 'rate limit exceeded', { 'retry-after': '60' });
    }
    if (scope === undefined) {
      const message = 'cache write denied: token has no writable scopes';
      return json(200, { ok: false, signed_upload_url: '', message });
    }
    const entry = entries.reserve({ name, version, scope });
    if (entry === undefined) {
      const message = 'cache entry with the same key, version, and scope already exists';
      return fail(409, 'already_exists', message);
    }
    return json(200, { ok: true, signed_upload_url: blobs.sign(entry, 'cw'), message: '' });
  };

  const finalize = (message: Message, scope: string | undefined): Answer => {
    const { key, version, sizeBytes } = message;
    if (sizeBytes < 1) {
      const problem = 'invalid cache size value: must be between 1 and 9223372036854775807 bytes';
      return refuseArgument('size', problem);
    }
    const entry = entries
      .list()
      .find(
        (each) =>
          !each.finalized &&
          each.name === key &&
          each.version === version &&
          each.scope === scope &&
          each.blob.length === sizeBytes,
      );
    if (entry === undefined) return fail(404, 'not_found', 'cache entry not found');
    entries.finalize(entry);
    return json(200, { ok: true, entry_id: String(entry.id), message: '' });
  };

  const lookUp = ({ key, version, restoreKeys }: Message, scopes: readonly string[]): Answer => {
    if (scopes.length === 0) {
      return fail(403, 'permission_denied', 'cache read denied: token has no readable scopes');
    }
    const entry = entries.find({ scopes, keys: [key, ...restoreKeys], version });
    return json(200, {
      ok: entry !== undefined,
      signed_download_url: entry ? blobs.sign(entry, 'r') : '',
      matched_key: entry?.name ?? '',
    });
  };

  return (method, request) => {
    const scopes = tokens.read(request.headers.authorization);
    if (scopes === undefined) return fail(401, 'unauthenticated', 'invalid or missing token');
    const { 'content-type': type = '' } = request.headers;
    if (!/^application\/json *(;|$)/.test(type)) {
      return fail(404, 'bad_route', `unexpected Content-Type: ${type}`);
    }
    const message = decode(request.body);
    if (message === undefined) {
      return fail(400, 'malformed', 'the json request could not be decoded');
    }
    const invalid = check(message);
    if (invalid !== undefined) return invalid;
    switch (method) {
      case 'CreateCacheEntry':
        return create(message, writableScope(scopes));
      case 'FinalizeCacheEntryUpload':
        return finalize(message, writableScope(scopes));
      case 'GetCacheEntryDownloadURL':
        return lookUp(message, readableScopes(scopes));
    }
  };
}

/** Proto3's JSON (https://protobuf.dev/programming-guides/json/): a field left out, or null, has its default. */
function decode(body: Buffer): Message | undefined {
  const message = readObject(body);
  if (message === undefined) return undefined;
  const key = message['key'] ?? '';
  const version = message['version'] ?? '';
  const restoreKeys = message['restore_keys'] ?? message['restoreKeys'] ?? [];
  const size = message['size_bytes'] ?? message['sizeBytes'] ?? '0';
  const valid =
    typeof key === 'string' &&
    typeof version === 'string' &&
    isStrings(restoreKeys) &&
    isInteger(size);
  return valid ? { key, version, restoreKeys, sizeBytes: Number(size) } : undefined;
}

function isInteger(value: unknown): value is string | number {
  return typeof value === 'string' ? /^-?\d+$/.test(value) : Number.isInteger(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** The service accepts only a SHA-256 in hex as a version, although its message does not say so. */
function check({ key, version }: Message): Answer | undefined {
  if (key.length < 1 || key.length > 512) {
    const problem = 'invalid length for cache entry key: must be between 1 and 512 characters';
    return refuseArgument('key', problem);
  }
  if (!/^[0-9a-f]{64}$/.test(version)) {
    const problem = 'invalid length for cache entry version: must be between 1 and 64 characters';
    return refuseArgument('version', problem);
  }
  return undefined;
}

function refuseArgument(argument: string, problem: string): Answer {
  const msg = `${argument} ${problem}`;
  return json(400, { code: 'invalid_argument', msg, meta: { argument } });
}

function fail(
  status: number,
  code: string,
  msg: string,
  headers: Record<string, string> = {},
): Answer {
  return json(status, { code, msg }, headers);
}
