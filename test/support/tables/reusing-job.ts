/** Jobs that use the cache, in process: its entries, the requests to it, and what a child process would save. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';

import {
  answerJson,
  createFakeClock,
  createFakeNetwork,
  createFakeRunner,
  createInputEnvironment,
  type FakeClock,
} from '../doubles/fakes.ts';
import { type Given, line, readUsualInputs } from '../making/inputs.ts';
import { answerIdToken, idTokenEnvironment } from '../tables/stages.ts';
import { type CachedToken, sealEntry } from '../../../src/cache/entry.ts';
import { type Credential, deriveKeys, makeName } from '../../../src/cache/keys.ts';
import type { SaveWord } from '../../../src/cache/save-report.ts';
import { makeVersion } from '../../../src/cache/service.ts';
import { IdTokens } from '../../../src/exchange/id-tokens.ts';
import type { HttpRequest, HttpResponse, SendRequest } from '../../../src/http/request.ts';
import { readInputs } from '../../../src/inputs/inputs.ts';
import { Log } from '../../../src/log/log.ts';
import { AccessToken } from '../../../src/oauth2/access-token.ts';
import type { TokenResponse } from '../../../src/oauth2/token-response.ts';
import { Deadline } from '../../../src/retry/deadline.ts';
import { type RequestIdentity, writeIdentity } from '../../../src/reuse/identity.ts';
import { Reuse } from '../../../src/reuse/reuse.ts';
import { type NotCachedReason, saySaved, sayNotCached } from '../../../src/wording/cache.ts';

/** The client's secret of the usual job. */
export const secret = 'a-secret-of-plain-letters';
/** When every job starts: epoch, milliseconds. */
export const start = Date.parse('2026-01-31T11:00:00Z');
export const hour = 3_600_000;

const usualInputs: Given = {
  'token-url': 'https://login.example.com/oauth2/token',
  'client-id': 'ci-client',
  'client-secret': secret,
  scopes: 'read list',
};

const usualEnv: NodeJS.ProcessEnv = {
  GITHUB_REPOSITORY_ID: '74',
  GITHUB_REPOSITORY: 'acme/shop',
  ACTIONS_CACHE_SERVICE_V2: 'true',
  ACTIONS_RESULTS_URL: 'https://results.example.com/',
  ACTIONS_RUNTIME_TOKEN: 'the-runtime-token',
};

/** What the usual inputs request. */
export const usualIdentity: RequestIdentity = {
  repository: '74',
  endpointType: 'oauth2',
  tokenUrl: 'https://login.example.com/oauth2/token',
  issuer: undefined,
  grantType: 'client_credentials',
  clientId: 'ci-client',
  clientAuthMethod: 'client_secret_basic',
  clientCertificate: undefined,
  privateKeyAs: undefined,
  assertionAudience: undefined,
  assertionClaims: [],
  idTokenAs: undefined,
  idTokenClaims: [],
  scopes: ['list', 'read'],
  audiences: [],
  resources: [],
  parameters: [],
  headers: [],
  requestMethod: 'POST',
  bodyFormat: 'form',
  responseFields: [],
  defaultExpiresIn: undefined,
  expiresAtOverride: undefined,
};

/** Makes a credential from a text. */
export function toCredential(label: Credential['label'], value: string): Credential {
  return { label, bytes: Buffer.from(value) };
}

/** The keys of the usual job. */
export const keys = await deriveKeys(
  [toCredential('client-secret', secret)],
  writeIdentity(usualIdentity),
);

/** Makes a token as a server gives it at the start, with its lifetime and age in milliseconds. */
export function createToken(
  token: string,
  { life = hour, age = 0, ...parts }: Partial<CachedToken> & { life?: number; age?: number } = {},
): CachedToken {
  const issuedAt = start - age;
  const expiresAt = new Date(issuedAt + life);
  const accessToken = new AccessToken({ token, tokenType: 'Bearer', expiresAt });
  return { accessToken, scopes: undefined, others: {}, issuedAt, ...parts };
}

/** What a server gives to a step that requests a token. */
export function answer(parts: Partial<TokenResponse> = {}): TokenResponse {
  return { ...createToken('the-token'), refreshToken: undefined, idToken: undefined, ...parts };
}

/** An entry in the cache. */
export interface Planted {
  readonly name: string;
  readonly blob: Buffer;
}

/** Encrypts a token as an earlier job would have done. */
export function plant(token: CachedToken): Planted {
  const name = makeName(keys, token.accessToken.expiresAt?.getTime() ?? 0);
  const entry = sealEntry(token, { key: keys.sealing, name, nonce: Buffer.alloc(12, 3) });
  return { name, blob: gzipSync(entry ?? assert.fail()) };
}

/** How a job differs from one that has the usual inputs and an empty cache. */
export interface Differences {
  readonly inputs?: Given;
  readonly env?: NodeJS.ProcessEnv;
  /** Gives the entry that the n-th search finds. A look-up has two searches. Throws the errors of the service. */
  readonly search?: (number: number) => Planted | undefined;
  /** The status of a reservation. */
  readonly reserve?: number;
  /** What saving answers; by default it cannot be started. */
  readonly saving?: SaveWord;
  readonly randomBytes?: (size: number) => Buffer;
  /** What GitHub's ID-token service answers. */
  readonly idToken?: HttpResponse;
}

/** A job that can reuse. */
export interface Job {
  readonly reuse: Reuse;
  readonly clock: FakeClock;
  readonly calls: readonly string[];
  /** The requests to the cache service: `find NAME`, `reserve NAME`, `download URL`. */
  readonly asked: readonly string[];
  /** The directories of savers. */
  readonly folders: () => readonly string[];
  /** The input of a saver. */
  readonly readSaved: () => { readonly name: string; readonly entry: Buffer };
}

/** The result of opening: the job, or what it said. */
export interface Opening extends Omit<Job, 'reuse'> {
  readonly reuse: Reuse | undefined;
}

/** Opens the cache for a job. */
export async function open(differences: Differences = {}, context?: TestContext): Promise<Opening> {
  const { env = {}, saving, idToken = answerIdToken(1) } = differences;
  const clock = createFakeClock('2026-01-31T11:00:00Z');
  const runner = createFakeRunner();
  const log = new Log(runner);
  const given = createInputEnvironment({ ...usualInputs, ...differences.inputs });
  // Certificates are valid by the clock of the machine.
  const inputs = readInputs({ ...given, ...env }, { debug: false });
  const asked: string[] = [];
  const root = context === undefined ? '/nowhere' : makeRoot(context);
  const temp = join(root, 'temp');
  const saveScript = join(root, 'save.mjs');
  const record = join(root, 'saved');
  if (saving !== undefined) {
    mkdirSync(temp);
    writeFileSync(saveScript, writeSaver(saving, record));
  }
  const stage = { clock, random: () => 0.5, log, deadline: new Deadline(clock, 120) };
  const { send } = createFakeNetwork([idToken], clock);
  const reuse = await Reuse.open(inputs, {
    env: { ...usualEnv, ...env },
    platform: process.platform,
    clock,
    send: serve(clock, asked, differences),
    random: () => 0.5,
    randomBytes: differences.randomBytes ?? randomBytes,
    saveScript,
    temp,
    log,
    idTokens: IdTokens.open(inputs, idTokenEnvironment, { ...stage, send }),
  });
  return {
    reuse,
    clock,
    calls: runner.calls,
    asked,
    folders: () => readdirSync(temp),
    readSaved: () => {
      const saved = readFileSync(record);
      const end = saved.indexOf('\n');
      return { name: saved.subarray(0, end).toString(), entry: saved.subarray(end + 1) };
    },
  };
}

/** Opens the cache if nothing prevents it. */
export async function openJob(differences: Differences = {}, context?: TestContext): Promise<Job> {
  const { reuse, ...rest } = await open(differences, context);
  return { ...rest, reuse: reuse ?? assert.fail(rest.calls.join('\n')) };
}

/** A directory that is removed after the test. */
function makeRoot(context: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'reuse-test-'));
  context.after(() => {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  });
  return root;
}

/** A program that records its input and gives this answer. */
function writeSaver(word: SaveWord, record: string): string {
  return `
    import { writeFileSync } from 'node:fs';
    import { buffer } from 'node:stream/consumers';
    writeFileSync(${JSON.stringify(record)}, await buffer(process.stdin));
    process.stdout.write('${word}\\n');
  `;
}

/** Replaces the cache service. Its answers take 50 ms, and entries are compressed only with gzip. */
function serve(
  clock: FakeClock,
  asked: string[],
  { search = () => undefined, reserve = 200 }: Differences,
): SendRequest {
  let searches = 0;
  const blobs = new Map<string, Buffer>();
  const answerTo = ({ url, body }: HttpRequest): HttpResponse => {
    const method = url.slice(url.lastIndexOf('/') + 1);
    const { key = '', version = '' } = JSON.parse(body ?? '{}') as Record<string, string>;
    switch (method) {
      case 'GetCacheEntryDownloadURL': {
        asked.push(`find ${key}`);
        const found = search((searches += 1));
        if (found === undefined || version !== makeVersion('gzip'))
          return answerJson(200, { ok: false });
        const place = `https://blobs.example.com/${found.name}?sig=a-signature`;
        blobs.set(place, found.blob);
        return answerJson(200, { ok: true, matched_key: found.name, signed_download_url: place });
      }
      case 'CreateCacheEntry':
        asked.push(`reserve ${key}`);
        return answerJson(reserve, { ok: reserve === 200 });
      default: {
        asked.push(`download ${url}`);
        const bytes = blobs.get(url) ?? assert.fail(`nothing lies at ${url}`);
        return { status: 200, statusText: '', headers: {}, body: bytes };
      }
    }
  };
  return async (request) => {
    clock.advance(50);
    return Promise.resolve(answerTo(request));
  };
}

/** The line that says why a token is not cached. */
export function notCached(reason: NotCachedReason, given: Given = {}): string {
  return line(sayNotCached(reason, readUsualInputs(given)));
}

/** The line of a job that has no process to save with. */
export const notKept = notCached('no_room');

/** The line about a token that is in the cache now. */
export const kept = line(saySaved());
