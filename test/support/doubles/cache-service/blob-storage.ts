/**
 * The storage behind the signed URLs: as much of Azure Blob Storage as @azure/storage-blob needs to upload a block blob
 * and to download it. See https://learn.microsoft.com/en-us/rest/api/storageservices/put-blob, put-block,
 * put-block-list, get-blob and common-rest-api-error-codes.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Entry } from './entries.ts';
import { type Answer, empty, type Request } from './message.ts';

/** The permissions of a signed URL, as in its `sp`: to read, or to create and write. */
export type SignedPermission = 'r' | 'cw';

/** The storage to which archives are uploaded, and from which they are downloaded. */
export interface BlobStorage {
  /**
   * A URL with this permission for the entry's archive. It is valid for ten minutes to read and for an hour to write.
   */
  sign: (entry: Entry, permission: SignedPermission) => string;
  /** Answers a request to such a URL. */
  answer: (request: Request) => Answer;
}

interface Grant {
  entry: Entry;
  path: string;
  permission: SignedPermission;
  /** Milliseconds since the epoch. */
  expires: number;
}

/** The blob's URL on an IP address has the account's name before the container's: /account/container/blob. */
export const storagePath = '/storage/actions-cache/';

const minutesValid = { r: 10, cw: 60 };

/** Makes a storage whose URLs begin with `origin`; `now` gives the time in milliseconds since the epoch. */
export function createBlobStorage(origin: string, now: () => number): BlobStorage {
  const grants = new Map<string, Grant>();
  const blocks = new WeakMap<Entry, Map<string, Buffer>>();

  const blocksOf = (entry: Entry): Map<string, Buffer> => {
    const known = blocks.get(entry) ?? new Map<string, Buffer>();
    blocks.set(entry, known);
    return known;
  };

  const sign: BlobStorage['sign'] = (entry, permission) => {
    const expires = now() + minutesValid[permission] * 60_000;
    const signature = randomBytes(32).toString('base64');
    const path = `${storagePath}${randomBytes(2).toString('hex')}-${entry.id}`;
    grants.set(signature, { entry, path, permission, expires });
    const query = new URLSearchParams({
      se: new Date(expires).toISOString(),
      sig: signature,
      sp: permission,
      sr: 'b',
      sv: '2025-05-05',
    });
    return `${origin}${path}?${query.toString()}`;
  };

  const authorize = (request: Request): Grant | Answer => {
    // Azure reads the header first, so a bearer token for another service makes a good signature useless.
    if (request.headers.authorization !== undefined)
      return refuse(401, 'InvalidAuthenticationInfo');
    const grant = grants.get(request.query.get('sig') ?? '');
    if (grant?.path !== request.path || grant.expires <= now()) {
      return refuse(403, 'AuthenticationFailed');
    }
    const needed = request.method === 'PUT' ? 'cw' : 'r';
    return grant.permission === needed ? grant : refuse(403, 'AuthorizationPermissionMismatch');
  };

  const put = (request: Request, entry: Entry): Answer => {
    switch (request.query.get('comp')) {
      case 'block':
        return putBlock(request, blocksOf(entry));
      case 'blocklist':
        return putBlockList(request, entry, blocksOf(entry));
      default:
        return putBlob(request, entry);
    }
  };

  return {
    sign,
    answer: (request) => {
      const grant = authorize(request);
      const answer =
        'status' in grant
          ? grant
          : request.method === 'PUT'
            ? put(request, grant.entry)
            : getBlob(request, grant.entry);
      Object.assign(answer.headers, describe(request));
      return answer;
    },
  };
}

function putBlob(request: Request, entry: Entry): Answer {
  if (request.headers['x-ms-blob-type'] !== 'BlockBlob') {
    return refuse(400, 'MissingRequiredHeader');
  }
  entry.blob = request.body;
  return empty(201, describeBlob(entry));
}

function putBlock(request: Request, blocks: Map<string, Buffer>): Answer {
  const id = request.query.get('blockid');
  if (id === null) return refuse(400, 'MissingRequiredQueryParameter');
  blocks.set(id, request.body);
  return empty(201);
}

function putBlockList(request: Request, entry: Entry, blocks: Map<string, Buffer>): Answer {
  const ids = [...request.body.toString().matchAll(/<(Latest|Uncommitted)>([^<]*)<\/\1>/g)];
  const pieces = ids.map(([, , id = '']) => blocks.get(id));
  if (pieces.includes(undefined)) return refuse(400, 'InvalidBlockList');
  entry.blob = Buffer.concat(pieces.filter((piece) => piece !== undefined));
  blocks.clear();
  return empty(201, describeBlob(entry));
}

/** The whole blob, or the requested range. Node leaves out the body if the method is HEAD. */
function getBlob(request: Request, entry: Entry): Answer {
  const headers = {
    ...describeBlob(entry),
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'x-ms-blob-type': 'BlockBlob',
  };
  const asked = request.headers['x-ms-range'] ?? request.headers.range;
  const range = /^bytes=(\d+)-(\d*)$/.exec(String(asked));
  // HEAD is Get Blob Properties, which has no range. A range in another form is ignored (RFC 9110 section 14.2).
  if (range === null || request.method === 'HEAD') {
    return { status: 200, headers, body: entry.blob };
  }
  const size = entry.blob.length;
  const start = Number(range[1]);
  const last = range[2] ? Number(range[2]) : size - 1;
  if (start >= size || last < start) return refuse(416, 'InvalidRange');
  const body = entry.blob.subarray(start, last + 1);
  const contentRange = `bytes ${start}-${start + body.length - 1}/${size}`;
  return { status: 206, headers: { ...headers, 'content-range': contentRange }, body };
}

function describe(request: Request): Record<string, string> {
  const clientId = request.headers['x-ms-client-request-id'];
  return {
    'x-ms-request-id': randomUUID(),
    'x-ms-version': '2025-05-05',
    ...(typeof clientId === 'string' && { 'x-ms-client-request-id': clientId }),
  };
}

function describeBlob(entry: Entry): Record<string, string> {
  return {
    etag: `"0x${createHash('sha256').update(entry.blob).digest('hex').slice(0, 15).toUpperCase()}"`,
    'last-modified': new Date(entry.createdTime).toUTCString(),
  };
}

function refuse(status: number, code: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/xml', 'x-ms-error-code': code },
    body: Buffer.from(
      `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
    ),
  };
}
