/**
 * Version 1 of the service, `_apis/artifactcache`, as GitHub Enterprise Server and act have it.
 * The messages are those of @actions/cache's internal/contracts; errors have the form that @actions/http-client reads
 * `message` from.
 */
import type { Entry } from './entries.ts';
import { type Answer, empty, json, readObject, type Request } from './message.ts';
import { readableScopes, type ScopePermission, writableScope } from './runtime-token.ts';
import type { Backend } from './twirp.ts';

/** The calls of the service. */
export type RestCall = 'v1-lookup' | 'v1-list' | 'v1-reserve' | 'v1-upload' | 'v1-commit';

interface Chunk {
  start: number;
  bytes: Buffer;
}

/**
 * Makes the service. With `reservesTaken` it gives a name to every job that reserves it, as act's does. The paths of
 * `v1-upload` and `v1-commit` end with the id that `v1-reserve` answered.
 */
export function createRestService(
  backend: Backend,
  reservesTaken: boolean,
): (call: RestCall, request: Request) => Answer {
  const { entries, blobs, tokens } = backend;
  const chunks = new WeakMap<Entry, Chunk[]>();

  const lookUp = ({ query }: Request, scopes: readonly string[]): Answer => {
    if (scopes.length === 0) return fail(403, 'cache read denied: token has no readable scopes');
    const keys = (query.get('keys') ?? '').split(',').filter((key) => key !== '');
    const entry = entries.find({ scopes, keys, version: query.get('version') ?? '' });
    if (entry === undefined) return empty(204);
    return json(200, { ...describe(entry), archiveLocation: blobs.sign(entry, 'r') });
  };

  const list = ({ query }: Request, scopes: readonly string[]): Answer => {
    const found = entries
      .list()
      .filter(({ name, scope, finalized }) => {
        return finalized && scopes.includes(scope) && name.startsWith(query.get('key') ?? '');
      })
      .map(describe);
    return json(200, { totalCount: found.length, artifactCaches: found });
  };

  const reserve = ({ body }: Request, scope: string | undefined): Answer => {
    const { key, version } = readObject(body) ?? {};
    if (typeof key !== 'string' || typeof version !== 'string' || !/^[^,]{1,512}$/.test(key)) {
      return fail(400, 'a cache needs a version and a key of 1 to 512 characters without commas');
    }
    if (scope === undefined) return fail(403, 'cache write denied: token has no writable scopes');
    const entry = entries.reserve({ name: key, version, scope }, reservesTaken);
    if (entry !== undefined) return json(201, { cacheId: entry.id });
    return fail(
      409,
      `Cache already exists. Scope: ${scope}, Key: ${key}, Version: ${version}`,
      'ArtifactCacheItemAlreadyExistsException',
    );
  };

  /** The reservation that the path names. */
  const findReserved = ({ path }: Request, scope: string | undefined): Entry | undefined =>
    entries
      .list()
      .find((each) => !each.finalized && each.scope === scope && path.endsWith(`/${each.id}`));

  const upload = ({ headers, body }: Request, entry: Entry): Answer => {
    const [, first, last] = /^bytes (\d+)-(\d+)\/\*$/.exec(headers['content-range'] ?? '') ?? [];
    const start = Number(first);
    if (Number(last) - start + 1 !== body.length) {
      return fail(400, 'the Content-Range is not that of the body');
    }
    chunks.set(entry, [...(chunks.get(entry) ?? []), { start, bytes: body }]);
    return empty(204);
  };

  const commit = ({ body }: Request, entry: Entry): Answer => {
    const archive = join(chunks.get(entry) ?? []);
    if (archive === undefined || archive.length !== readObject(body)?.['size']) {
      return fail(400, 'the chunks do not add up to the size');
    }
    entry.blob = archive;
    entries.finalize(entry);
    return empty(204);
  };

  const answerReserved = (
    call: 'v1-upload' | 'v1-commit',
    request: Request,
    scope: string | undefined,
  ): Answer => {
    const entry = findReserved(request, scope);
    if (entry === undefined) return fail(404, 'no such reservation');
    return call === 'v1-upload' ? upload(request, entry) : commit(request, entry);
  };

  const dispatch = (
    call: RestCall,
    request: Request,
    scopes: readonly ScopePermission[],
  ): Answer => {
    switch (call) {
      case 'v1-lookup':
        return lookUp(request, readableScopes(scopes));
      case 'v1-list':
        return list(request, readableScopes(scopes));
      case 'v1-reserve':
        return reserve(request, writableScope(scopes));
      case 'v1-upload':
      case 'v1-commit':
        return answerReserved(call, request, writableScope(scopes));
    }
  };

  return (call, request) => {
    const scopes = tokens.read(request.headers.authorization);
    return scopes ? dispatch(call, request, scopes) : fail(401, 'invalid or missing token');
  };
}

/** The joined chunks, in whatever order they came; undefined if one is missing or two overlap. */
function join(chunks: readonly Chunk[]): Buffer | undefined {
  const sorted = chunks.toSorted((one, other) => one.start - other.start);
  let end = 0;
  for (const { start, bytes } of sorted) {
    if (start !== end) return undefined;
    end += bytes.length;
  }
  return Buffer.concat(sorted.map(({ bytes }) => bytes));
}

function describe(entry: Entry): Record<string, string> {
  return {
    cacheKey: entry.name,
    cacheVersion: entry.version,
    scope: entry.scope,
    creationTime: new Date(entry.createdTime).toISOString(),
  };
}

function fail(status: number, message: string, typeKey = 'ArtifactCacheException'): Answer {
  return json(status, { message, typeKey, errorCode: 0 });
}
