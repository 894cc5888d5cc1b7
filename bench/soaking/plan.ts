/** The random faults of one run: the same seed and number give the same faults. */
import { randomBytes } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';

import type { CacheService } from '../../test/support/doubles/cache-service.ts';
import type { OddNetwork } from '../../test/support/doubles/odd-network.ts';
import {
  type Answer,
  type AnswerHeaders,
  drip,
  end,
  garbage,
  gzipped,
  huge,
  json,
  type Point,
  redirect,
  reply,
  reset,
  silence,
} from '../../test/support/doubles/scripted-server.ts';
import type { Chance } from '../simulation/chance.ts';

/** What a request to the token endpoint gets. */
export interface Act {
  /** For the log of a soak. */
  readonly name: string;
  /** Whether it brings the token, is temporary, or is final. `late` takes time and then is temporary. */
  readonly kind: 'good' | 'passing' | 'late' | 'final';
  /** Whether a busy machine may need longer for it than the time limit of an attempt. */
  readonly dawdles?: boolean;
  /** @param fields fields of the right answer, with the token */
  readonly answer: (members: Readonly<Record<string, unknown>>) => Answer;
}

/** A call of the cache service, and how it fails. */
export interface CacheFault {
  readonly call: Parameters<CacheService['fault']>[0];
  readonly fault: Parameters<CacheService['fault']>[1];
  readonly times: number;
}

/** One run. */
export interface Plan {
  readonly number: number;
  readonly clientSecret: string;
  readonly endpointType: 'oauth2' | 'acs_api';
  /** The token endpoint's answers, in order; the last one repeats. */
  readonly acts: readonly Act[];
  readonly inputs: Readonly<Record<string, string>>;
  readonly wire: 'v1' | 'v2';
  /** Whether a token is in the cache before the run, and whether it can be used. */
  readonly cached: 'none' | 'fresh' | 'expired' | 'garbage';
  readonly cacheFaults: readonly CacheFault[];
  /** How the resolver fails before it finds the endpoint; undefined if the URL names an address. */
  readonly network: OddNetwork | undefined;
}

const points: readonly Point[] = ['before-head', 'in-head', 'in-body', 'in-chunked-body'];

const htmlPage = '<!DOCTYPE html><html><body>Sign in</body></html>';
const html = { 'content-type': 'text/html' };
const asJson = { 'content-type': 'application/json' };

/** An answer that does not depend on the right one. */
function act(name: string, kind: Act['kind'], make: () => Answer): Act {
  return { name, kind, answer: make };
}

/** The ways to give the right answer. */
const goodActs: readonly Act[] = [
  { name: 'token', kind: 'good', answer: (members) => json(200, members) },
  {
    name: 'token in a text/plain of 201',
    kind: 'good',
    answer: (members) => reply({ status: 201, body: `\ufeff${JSON.stringify(members)}` }),
  },
  {
    name: 'token byte by byte',
    kind: 'good',
    dawdles: true,
    answer: (members) => drip(JSON.stringify(members), 1),
  },
  {
    name: 'token by gzip',
    kind: 'good',
    answer: (members) => gzipped(JSON.stringify(members)),
  },
  {
    name: 'token by gzip, twice and in a list',
    kind: 'good',
    answer: (members) =>
      reply({
        headers: { ...asJson, 'content-encoding': 'gzip, identity, gzip' },
        body: gzipSync(gzipSync(JSON.stringify(members))),
      }),
  },
  {
    name: 'token by deflate without its envelope',
    kind: 'good',
    answer: (members) =>
      reply({
        headers: { ...asJson, 'content-encoding': 'deflate' },
        body: deflateRawSync(JSON.stringify(members)),
      }),
  },
  {
    name: 'token below 40 KiB of headers',
    kind: 'good',
    answer: (members) => json(200, members, { 'x-long': 'x'.repeat(40 * 1024) }),
  },
  {
    name: 'token among much else',
    kind: 'good',
    answer: (members) => json(200, { ...members, list: Array(10_000).fill('something') }),
  },
  {
    name: 'token with nesting',
    kind: 'good',
    answer: (members) => {
      const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
      return reply({ headers: asJson, body: `{"x":${nested},${JSON.stringify(members).slice(1)}` });
    },
  },
];

const statuses = (list: readonly number[], kind: Act['kind']): Act[] =>
  list.map((status) =>
    act(`${status}`, kind, () => reply({ status, headers: html, body: htmlPage })),
  );

const retryAfter = (value: string, kind: Act['kind'], status = 429): Act =>
  act(`${status} with Retry-After: ${value}`, kind, () => {
    const headers: AnswerHeaders = { 'retry-after': value };
    return json(status, { error: 'slow_down' }, headers);
  });

/** Faults that are temporary, faults that take time, and faults that are final. */
const badActs: readonly Act[] = [
  ...points.map((point) => act(`reset ${point}`, 'passing', () => reset(point))),
  ...points.map((point) => act(`end ${point}`, 'passing', () => end(point))),
  ...points.map((point) => act(`silence ${point}`, 'late', () => silence(point))),
  ...statuses([408, 425, 429, 500, 502, 503, 504, 599], 'passing'),
  ...statuses([401, 403, 404, 410, 418, 501, 505], 'final'),
  retryAfter('0', 'passing'),
  retryAfter('1', 'late'),
  retryAfter('1', 'late', 503),
  retryAfter('soon', 'passing'),
  ...[400, 401, 403, 404, 501].map((status) => retryAfter('0', 'passing', status)),
  retryAfter('60', 'final', 403),
  retryAfter('60', 'final'),
  retryAfter(new Date(Date.UTC(9999, 0)).toUTCString(), 'final'),
  retryAfter('Thu, 01 Jan 1970 00:00:00 GMT', 'passing'),
  act('a page', 'passing', () => reply({ headers: html, body: htmlPage })),
  act('no bytes', 'passing', () => reply({ headers: asJson })),
  act('JSON cut short', 'passing', () => reply({ headers: asJson, body: '{"access_token":"a' })),
  act('noise', 'passing', () => garbage(randomBytes(300))),
  act('noise in a body', 'passing', () => reply({ headers: asJson, body: randomBytes(300) })),
  act('an encoding that is not known', 'passing', () =>
    reply({ headers: { ...asJson, 'content-encoding': 'zstd' }, body: '{"access_token":"a"}' }),
  ),
  act('gzip that is damaged', 'passing', () =>
    reply({ headers: { ...asJson, 'content-encoding': 'gzip' }, body: 'no gzip' }),
  ),
  act('two lengths', 'passing', () =>
    garbage('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
  ),
  act('a record of TLS', 'passing', () => garbage(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]))),
  act('a frame of HTTP/2', 'passing', () => garbage(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))),
  act('another protocol', 'passing', () =>
    garbage('HTTP/1.1 101 Switching Protocols\r\nupgrade: a\r\nconnection: upgrade\r\n\r\n'),
  ),
  act('headers that are too large', 'final', () =>
    reply({ headers: { 'x-long': 'x'.repeat(80 * 1024) } }),
  ),
  act('a wrong length', 'passing', () =>
    reply({ headers: { ...asJson, 'content-length': '999' }, body: '{"access_token":"a"}' }),
  ),
  act('byte by byte and too slow', 'late', () => drip(' '.repeat(1000), 100)),
  act('huge', 'final', () => huge(2 * 1024 * 1024)),
  act('huge in chunks', 'final', () => huge(8 * 1024 * 1024, { chunked: true })),
  act('no token', 'final', () => json(200, { token: 'a' })),
  act('a token with a line break', 'final', () => json(200, { access_token: 'abc\n::error::x' })),
  act('an error for a while', 'passing', () => json(200, { error: 'server_error' })),
  act('another page', 'final', () => redirect(302, 'https://user:password@login.example.com/?x=1')),
];

const finalActs = badActs.filter(({ kind }) => kind === 'final');
const lateActs = badActs.filter(({ kind }) => kind === 'late');
const passingActs = badActs.filter(({ kind }) => kind === 'passing');

/** Most failures must be temporary, because longer runs show more. */
function chooseActs(pace: Pace, random: () => number): readonly Act[] {
  const drawn = random();
  if (drawn < 0.12) return finalActs;
  return drawn < 0.27 && pace === 'short' ? lateActs : passingActs;
}

/** An error that contains the secret of the client, and commands of the runner. */
const echo = (secret: string): Act =>
  act('an error with the secret', 'final', () =>
    json(401, {
      error: 'invalid_client',
      error_description: `##[set-output name=token]x ${secret} is wrong\n::add-mask::a`,
    }),
  );

const calls: Readonly<Record<Plan['wire'], readonly CacheFault['call'][]>> = {
  v2: [
    'GetCacheEntryDownloadURL',
    'CreateCacheEntry',
    'FinalizeCacheEntryUpload',
    'upload',
    'download',
  ],
  v1: ['v1-lookup', 'v1-reserve', 'v1-upload', 'v1-commit', 'download'],
};

const cacheFaults: readonly CacheFault['fault'][] = [
  'reset',
  'cut',
  { status: 500 },
  { status: 503 },
  { status: 403 },
  { status: 404 },
  { status: 429, headers: { 'retry-after': '60' } },
  { status: 200, body: '{}' },
  { wrongBody: 'rubbish' },
  { wrongBody: Buffer.alloc(300 * 1024) },
  {
    wrongBody:
      '{"ok":true,"signed_download_url":"file:///etc/passwd","archiveLocation":"http://x"}',
  },
];

/** How resolvers fail. */
const lookUpFaults = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_MEMORY', 'ESERVFAIL'] as const;

/** How a soak treats time: `short` has timeouts of a second, `long` has no slow faults and no time limits. */
export type Pace = 'short' | 'long';

/** The inputs about time, by pace. */
const timeInputs = {
  short: { timeout: '1', 'total-timeout': '4' },
  long: { timeout: '30', 'total-timeout': '100' },
} as const satisfies Record<Pace, Readonly<Record<string, string>>>;

/** Plans one run. */
export function plan(number: number, { random }: Chance, pace: Pace): Plan {
  const chance = (probability: number): boolean => random() < probability;
  const pick = <T>(list: readonly [T, ...T[]] | readonly T[]): T =>
    list[Math.floor(random() * list.length)] as T;
  const clientSecret = `secret-${number}-${Math.floor(random() * 2 ** 32).toString(36)}-of-the-client`;
  const endpointType = chance(0.2) ? 'acs_api' : 'oauth2';
  const wire = chance(0.3) ? 'v1' : 'v2';
  const bad = Array.from({ length: Math.floor(random() * 5) }, () =>
    chance(0.05) ? echo(clientSecret) : pick(chooseActs(pace, random)),
  );
  const acts = [...bad, ...(chance(0.85) ? [pick(goodActs)] : [])];
  const faults = Array.from({ length: chance(0.5) ? 1 + Math.floor(random() * 2) : 0 }, () => ({
    call: pick(calls[wire]),
    // A call that hangs takes five or ten seconds of a run.
    fault: pace === 'short' && chance(0.04) ? ('hang' as const) : pick(cacheFaults),
    times: chance(0.5) ? 1 : Infinity,
  }));
  const network = chance(0.2)
    ? { lookups: Array.from({ length: Math.floor(random() * 3) }, () => pick(lookUpFaults)) }
    : undefined;
  return {
    number,
    network,
    clientSecret,
    endpointType,
    acts: acts.length === 0 ? [pick(goodActs)] : acts,
    wire,
    cached: chance(0.3) ? pick(['fresh', 'expired', 'garbage'] as const) : 'none',
    cacheFaults: faults,
    inputs: {
      ...timeInputs[pace],
      'retry-time-slot': pace === 'short' ? pick(['0', '0', '0.1', '1']) : '0',
      'retry-max-attempts': pick(['1', '3', '4', '6', '6']),
      ...(chance(0.15) ? { 'use-cache': pick(['false', 'refresh']) } : {}),
      ...(chance(0.15) ? { 'cache-wait': '1' } : {}),
      ...(chance(0.3) ? { verbose: 'true' } : {}),
      ...(chance(0.1) ? { 'env-var': 'MY_TOKEN' } : {}),
      ...(chance(0.1) ? { 'retry-on': 'all' } : {}),
      ...(chance(0.1) && endpointType === 'oauth2'
        ? { 'client-auth-method': 'client_secret_post' }
        : {}),
    },
  };
}

/** The required result of a run; undefined if it depends on time or chance. */
export function foresee({
  acts,
  inputs,
  cached,
  cacheFaults: faults,
  network,
}: Plan): boolean | undefined {
  if (inputs['retry-on'] === 'all') return undefined;
  const mayHit = cached === 'fresh' && inputs['use-cache'] === undefined;
  if (mayHit && faults.length > 0) return undefined;
  if (mayHit) return true;
  // Each look-up that fails is an attempt that reaches no server.
  const failedLookUps = network?.lookups?.length ?? 0;
  const attempts = Number(inputs['retry-max-attempts']) - failedLookUps;
  if (attempts <= 0) return false;
  const last = acts.findIndex(({ kind }) => kind === 'good' || kind === 'final');
  // A late answer takes one second of the four, and waits can take the rest.
  const late = acts
    .slice(0, last < 0 ? attempts : last)
    .filter(({ kind }) => kind === 'late').length;
  const isShort =
    inputs['retry-time-slot'] === '0' ? late <= 2 : late === 0 && last + failedLookUps <= 1;
  if (last < 0 || last >= attempts) return false;
  if (!isShort || acts[last]?.dawdles === true) return undefined;
  return acts[last]?.kind === 'good';
}
