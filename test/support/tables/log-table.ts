/** Every text of the log except those of failures: how it happens, and everything that a person then reads. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { revokeToken } from '../../../src/action/revoke-token.ts';
import { run } from '../../../src/action/run.ts';
import type { Surroundings } from '../../../src/surroundings.ts';
import { TransportError } from '../../../src/http/transport-error.ts';
import type { SaveWord } from '../../../src/cache/save-report.ts';
import { issueTokens, startStage } from '../making/cache-stage.ts';
import { explainFinal, refusal } from '../making/failures.ts';
import { inTheSameWay } from './wording.ts';
import {
  type Answer,
  answerJson,
  createFakeClock,
  createFakeNetwork,
  createFakeRunner,
  createInputEnvironment,
  type FakeRunner,
  noFiles,
} from '../doubles/fakes.ts';

/** One text. */
export interface LogText {
  /** What the log reports. */
  readonly name: string;
  /** Makes the log report it, and gives the lines as {@link renderCalls} writes them. */
  readonly tell: () => Promise<readonly string[]>;
  readonly log: readonly string[];
}

/** A step, and its differences from the usual one, which has an empty cache service and a server that gives a token. */
interface Told {
  readonly files?: Surroundings['files'];
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  /** The answers after the two of the cache service. */
  readonly answers?: readonly Answer[];
  /** The answers of the cache service, which gets two requests; none if it gets no request. */
  readonly lookUp?: readonly Answer[];
  /** The number from which waits are drawn; by default the longest that is possible. */
  readonly random?: number;
  /** The time of day at the start. */
  readonly start?: string;
  /** What saving answers; by default it cannot be started. */
  readonly saving?: SaveWord;
  readonly platform?: NodeJS.Platform;
}

/** The inputs of every step. */
const usualInputs = {
  'token-url': 'https://login.example.com/oauth2/token',
  'client-id': 'ci-client',
  'client-secret': 'the-secret-of-ci-client',
  scopes: 'read list',
} as const;

const repository = {
  GITHUB_OUTPUT: '/runner/output',
  GITHUB_ENV: '/runner/env',
  GITHUB_REPOSITORY_ID: '74',
} as const;

/** A cache service that the fake network replaces. */
const service = {
  ACTIONS_CACHE_SERVICE_V2: 'true',
  ACTIONS_RESULTS_URL: 'https://results.example.com/',
  ACTIONS_RUNTIME_TOKEN: 'the-runtime-token',
} as const;

const readOnly = { ACTIONS_CACHE_MODE: 'read' } as const;

/** Nothing is in the cache, for either compression. */
const nothing = [answerJson(200, { ok: false }), answerJson(200, { ok: false })];

/** A token for an hour. */
const granted = grant();

function grant(members: Readonly<Record<string, unknown>> = {}): Answer {
  return answerJson(200, {
    access_token: 'the-token',
    token_type: 'Bearer',
    expires_in: 3600,
    ...members,
  });
}

/** Runs a step in process, and gives its log. */
async function tell(told: Told = {}): Promise<string[]> {
  const runner = createFakeRunner();
  const temp = await mkdtemp(join(tmpdir(), 'log-'));
  try {
    await run(await surround(runner, temp, told));
    return renderCalls(runner);
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

/** Runs a step with revoke and then the end of its job, and gives the log of the end. */
async function tellEnd(
  answers: readonly Answer[],
  { inputs: given = {}, env = {}, start }: Pick<Told, 'inputs' | 'env' | 'start'> = {},
): Promise<string[]> {
  const inputs = {
    revoke: 'true',
    'revocation-url': 'https://login.example.com/oauth2/revoke',
    ...given,
  };
  const main = createFakeRunner();
  await run(await surround(main, '/nowhere', { inputs, lookUp: [], answers: [granted] }));
  const [name = '', sealed = ''] =
    /^state (\w+)=(.*)$/
      .exec(main.calls.find((call) => call.startsWith('state ')) ?? '')
      ?.slice(1) ?? [];
  const post = createFakeRunner();
  const told = {
    inputs,
    lookUp: [],
    answers,
    env: { [`STATE_${name}`]: sealed, ...env },
    ...(start === undefined ? {} : { start }),
  };
  await revokeToken(await surround(post, '/nowhere', told));
  return renderCalls(post);
}

async function surround(runner: FakeRunner, temp: string, told: Told): Promise<Surroundings> {
  const { inputs = {}, env = {}, answers = [granted], lookUp = nothing, saving } = told;
  const clock = createFakeClock(told.start ?? '2026-01-31T11:00:00Z');
  const saveScript = join(temp, 'save.mjs');
  if (saving !== undefined) await writeFile(saveScript, writeSaver(saving));
  return {
    runner,
    files: told.files ?? noFiles,
    env: {
      ...repository,
      ...service,
      ...createInputEnvironment({ ...usualInputs, ...inputs }),
      ...env,
    },
    platform: told.platform ?? process.platform,
    clock,
    random: () => told.random ?? 0.5,
    randomBytes,
    randomUUID,
    send: createFakeNetwork([...lookUp, ...answers], clock).send,
    saveScript,
    temp: saving === undefined ? '/nowhere' : temp,
    succeed: () => undefined,
  };
}

/** A program that reads an entry and gives this answer. */
function writeSaver(word: SaveWord): string {
  return `process.stdin.resume().on('end', () => process.stdout.write('${word}\\n'));\n`;
}

/** What GitHub's page shows of the runner's calls, without masks and outputs. */
function renderCalls({ calls }: FakeRunner): string[] {
  let indent = '';
  return calls.flatMap((call) => {
    const [, verb = '', rest = ''] = /^(\w+) ?(.*)$/s.exec(call) ?? [];
    switch (verb) {
      case 'group':
        indent = '    ';
        return [`> ${rest}`];
      case 'endgroup':
        indent = '';
        return [];
      case 'info':
        return [`${indent}${rest}`];
      case 'error':
        return [`Error: ${rest.replace(/^\[.*?\] /, '')}`];
      case 'notice':
        return [`Notice: ${rest.replace(/^\[.*?\] /, '')}`];
      case 'warning':
        return [`Warning: ${rest.replace(/^\[.*?\] /, '')}`];
      default:
        return [];
    }
  });
}

/** Runs the built action twice with a cache, and gives the log of the first job or the second. */
async function tellCached(which: 'first' | 'second'): Promise<readonly string[]> {
  const stage = await startStage({
    answers: [issueTokens({ expires_in: which === 'first' ? 3600 : 2520 })],
  });
  try {
    const inputs = { scopes: 'read list' };
    const first = await stage.run({ inputs });
    const { lines } = which === 'first' ? first : await stage.run({ inputs });
    return lines;
  } finally {
    await stage.close();
  }
}

const asking = 'Requesting a token from login.example.com (client_credentials, scope: read list).';
const missed = `No usable token in the cache. ${asking}`;
const got = 'Got a Bearer token, valid for 1 h, until 2026-01-31T12:00:00Z.';
const set = 'Set: output token, environment variable OAUTH2_TOKEN.';
const denied = 'Not cached: this run can read the cache but not write to it.';

function notUsed(why: string, told: Told, begin = 'Cache not used'): LogText {
  return {
    name: `a cache that is not used: ${why}`,
    tell: () => tell({ lookUp: [], ...told }),
    log: [`${begin}: ${why}`, asking, got, set],
  };
}

function notCached(why: string, told: Told, log: readonly string[] = [got]): LogText {
  return {
    name: `a token that is not cached: ${why}`,
    tell: () => tell(told),
    log: [missed, ...log, `Not cached: ${why}`, set],
  };
}

/** The request, as the group of a failure shows it. */
const asked = [
  '> Request and answer',
  '    POST https://login.example.com/oauth2/token',
  '    client ci-client, client_secret_basic (form), body: grant_type, scope',
];

const makeOne = '(openssl rand -base64 32 makes one).';

/** A JWT that says nothing. */
const idToken = answerJson(200, { value: 'e30.e30.c2ln' });

const cacheTexts: readonly LogText[] = [
  notUsed(
    `client-secret is shorter than 16 bytes and too short to encrypt with. Optional: set cache-encryption-key ${makeOne}`,
    { inputs: { 'client-secret': '0123456789' } },
  ),
  notUsed(
    `client-secret and cache-encryption-key are both shorter than 16 bytes and too short to encrypt with. Set a longer cache-encryption-key ${makeOne}`,
    { inputs: { 'client-secret': '0123456789', 'cache-encryption-key': 'abcdefghij' } },
  ),
  notUsed(
    `cache-encryption-key is shorter than 16 bytes and too short to encrypt with. Set a longer one ${makeOne}`,
    {
      inputs: {
        'client-secret': '',
        'client-auth-method': 'none',
        'cache-encryption-key': 'abcdefghij',
      },
    },
  ),
  notUsed(`there is no secret to encrypt with. Optional: set cache-encryption-key ${makeOne}`, {
    inputs: { 'client-secret': '', 'client-auth-method': 'none' },
  }),
  notUsed(
    'a job that has only an OIDC token has no key to encrypt with. Optional: set cache-encryption-key.',
    {
      inputs: { 'client-secret': '', 'id-token-as': 'client_assertion' },
      env: {
        ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.actions.githubusercontent.com/idtoken',
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-request-token',
      },
      answers: [idToken, granted],
      start: '2026-01-31T10:59:59.800Z',
    },
    'Not cached',
  ),
  notUsed('this runner has no cache service.', { env: { ACTIONS_RESULTS_URL: '' } }),
  notUsed(
    'neither GITHUB_REPOSITORY_ID nor GITHUB_REPOSITORY is set, so the repository is not known.',
    { env: { GITHUB_REPOSITORY_ID: '' } },
  ),
  notUsed('ACTIONS_CACHE_MODE does not allow this job to read or write the cache.', {
    env: { ACTIONS_CACHE_MODE: 'none' },
  }),
  notUsed('this grant works only once (refresh token, code, ...).', {
    inputs: { parameters: 'code=the-code-of-a-user' },
  }),
  notUsed('the cache service did not answer within 5 s.', {
    lookUp: ['silence', 'silence'],
    start: '2026-01-31T10:59:55Z',
  }),
  notUsed('the cache service gave an unexpected answer.', {
    lookUp: [answerJson(500, {}), answerJson(500, {})],
  }),
  notCached('this run can read the cache but not write to it.', { env: readOnly }),
  notCached(
    'login.example.com did not say when the token expires. Set default-expires-in to cache it.',
    { answers: [grant({ expires_in: undefined })] },
    ['Got a Bearer token. login.example.com did not say when it expires.'],
  ),
  notCached(
    'the token has expired, or is about to.',
    { inputs: { 'expires-at-override': '2026-01-01T12:00:00Z' } },
    ['Got a Bearer token, which expired at 2026-01-01T12:00:00Z.'],
  ),
  notCached('the token is not valid for longer than min-validity (3600 s).', {
    inputs: { 'min-validity': '3600' },
  }),
  notCached('another job saved a token at the same time. Later jobs reuse that one.', {
    saving: 'taken',
  }),
  notCached(
    'the tar of this machine has no option --posix. In Alpine, install GNU tar: apk add tar.',
    { saving: 'other_tar' },
  ),
  notCached('this machine has no tar, which is required to save. Install it before this step.', {
    saving: 'no_tar',
  }),
  notCached('tar could not create the archive.', { saving: 'tar_failed' }),
  notCached(
    'no file could be written to RUNNER_TEMP. The directory must exist, be writable and have free space.',
    { saving: 'no_room' },
  ),
  notCached('the cache service rejected the upload.', { saving: 'failed' }),
];

const until = 'It stays valid until 2026-01-31T12:00:00Z.';

const endTexts: readonly LogText[] = [
  {
    name: 'a token that is revoked',
    tell: () => tellEnd([answerJson(200, {})]),
    log: ['Revoked the token at login.example.com.'],
  },
  {
    name: 'a token that has expired before the job ends',
    tell: () => tellEnd([], { start: '2026-01-31T12:30:00Z' }),
    log: ['Not revoked: the token expired at 2026-01-31T12:00:00Z.'],
  },
  {
    name: 'a token that the server does not revoke',
    tell: () => tellEnd(Array.from({ length: 4 }, () => answerJson(503, {}))),
    log: [
      'Attempt 1 of 4 to revoke the token failed: 503 Service Unavailable. Retrying in 3 s.',
      'Attempt 2 of 4 to revoke the token failed: 503 Service Unavailable. Retrying in 6 s.',
      'Attempt 3 of 4 to revoke the token failed: 503 Service Unavailable. Retrying in 10 s.',
      'Attempt 4 of 4 to revoke the token failed: 503 Service Unavailable.',
      '> Revocation: request and answer',
      '    POST https://login.example.com/oauth2/revoke',
      '    client ci-client, client_secret_basic (form), body: token, token_type_hint',
      '    503 Service Unavailable, application/json, 2 bytes, after 0.2 s',
      `Warning: login.example.com did not revoke the token (503 Service Unavailable). ${until}`,
    ],
  },
  {
    name: 'a token whose state cannot be read at the end of the job',
    tell: () => tellEnd([], { env: { ACTIONS_RUNTIME_TOKEN: 'the-token-of-another-job' } }),
    log: [
      'Warning: The token was not revoked, because the state that the step saved for the end of the job cannot be read. It stays valid until it expires.',
    ],
  },
];

const impossible = new TransportError('request_failed', {
  cause: new TypeError('Invalid character'),
});

const refusedClient = refusal('oauth_error', 401, {
  error: 'invalid_client',
  description: 'Client authentication failed',
});

/** Failures that no server can bring about on this machine. */
const rareFailures: readonly LogText[] = [
  {
    name: 'a token that is too long for a variable of Windows',
    tell: () =>
      tell({
        lookUp: [],
        inputs: { 'use-cache': 'false' },
        answers: [grant({ access_token: 'x'.repeat(32_768) })],
        platform: 'win32',
      }),
    log: [
      asking,
      got,
      'Error: The token is too long for the environment variable OAUTH2_TOKEN (limit: 32,767 characters on Windows). With it, no later step could start. Set env-var: false and use the output token.',
    ],
  },
  {
    name: 'a request that Node could not make',
    tell: () =>
      tell({
        lookUp: [],
        inputs: { 'use-cache': 'false' },
        answers: [impossible],
      }),
    log: [
      asking,
      ...asked,
      '    failed after 0.2 s: the request failed: TypeError: Invalid character',
      `Error: ${explainFinal(impossible, usualInputs).message}`,
    ],
  },
  {
    name: 'a defect',
    tell: () =>
      tell({
        lookUp: [],
        inputs: { 'use-cache': 'false' },
        answers: [new TypeError('x is not a function')],
      }),
    log: [
      asking,
      ...asked,
      '    failed after 0.2 s: TypeError: x is not a function',
      `Error: TypeError: x is not a function. This is a bug in oauth2-token. Report it in the issue tracker of oauth2-token. ${inTheSameWay}`,
    ],
  },
];

/** Every text. */
export const logTexts: readonly LogText[] = [
  {
    name: 'a first fetch',
    tell: () => tellCached('first'),
    log: [missed, got, 'Saved in the cache, encrypted, for other jobs and later runs.', set],
  },
  {
    name: 'a cache hit',
    tell: () => tellCached('second'),
    log: [
      'Reusing a token from the cache: Bearer, valid for 42 min, until 2026-01-31T12:00:00Z. No request to login.example.com.',
      set,
    ],
  },
  {
    name: 'two failures, then success',
    tell: () =>
      tell({
        env: readOnly,
        answers: [answerJson(503, {}), 'silence', granted],
        // Look-ups and attempts of 0.2 s, a wait of 3 s, 15 s, and a wait of 6 s before the third.
        start: '2026-01-31T10:59:35.400Z',
      }),
    log: [
      missed,
      'Attempt 1 of 4 failed: 503 Service Unavailable. Retrying in 3 s.',
      'Attempt 2 of 4 failed: no answer within 15 s. Retrying in 6 s.',
      'Got a Bearer token at attempt 3, valid for 1 h, until 2026-01-31T12:00:00Z.',
      denied,
      set,
    ],
  },
  {
    name: 'no wait',
    tell: () => tell({ env: readOnly, answers: [answerJson(503, {}), granted], random: 0 }),
    log: [
      missed,
      'Attempt 1 of 4 failed: 503 Service Unavailable. Retrying now.',
      'Got a Bearer token at attempt 2, valid for 1 h, until 2026-01-31T12:00:00Z.',
      denied,
      set,
    ],
  },
  {
    name: 'a wait that the server asks for',
    tell: () =>
      tell({
        env: readOnly,
        answers: [answerJson(429, {}, { 'retry-after': '20' }), granted],
        start: '2026-01-31T10:59:39.400Z',
      }),
    log: [
      missed,
      'Attempt 1 of 4 failed: 429 Too Many Requests. Retrying in 20 s, as the server requested (Retry-After).',
      'Got a Bearer token at attempt 2, valid for 1 h, until 2026-01-31T12:00:00Z.',
      denied,
      set,
    ],
  },
  {
    name: 'a rejected secret',
    tell: () =>
      tell({
        answers: [
          answerJson(401, {
            error: 'invalid_client',
            error_description: 'Client authentication failed',
          }),
        ],
      }),
    log: [
      missed,
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    401 Unauthorized, application/json, 77 bytes, after 0.2 s',
      '    error: invalid_client',
      '    error_description: Client authentication failed',
      `Error: ${explainFinal(refusedClient, usualInputs).message}`,
    ],
  },
  ...cacheTexts,
  {
    name: 'a refresh token that was replaced',
    tell: () =>
      tell({
        lookUp: [],
        inputs: { 'refresh-token': 'the-old-refresh-token' },
        answers: [grant({ refresh_token: 'the-new-refresh-token' })],
      }),
    log: [
      'Cache not used: this grant works only once (refresh token, code, ...).',
      'Requesting a token from login.example.com (refresh_token, scope: read list).',
      got,
      'Not cached: the refresh token was replaced. Store the output refresh-token before anything else.',
      set,
    ],
  },
  {
    name: 'a variable that was set before',
    tell: () =>
      tell({
        lookUp: [],
        inputs: { 'use-cache': 'false' },
        env: { OAUTH2_TOKEN: 'of-an-earlier-step' },
      }),
    log: [asking, got, 'OAUTH2_TOKEN was already set. Later steps now see this token.', set],
  },
  {
    name: 'no environment variable',
    tell: () => tell({ lookUp: [], inputs: { 'use-cache': 'false', 'env-var': 'false' } }),
    log: [asking, got, 'Set: output token.'],
  },
  {
    name: 'TLS that an earlier step tried to leave unverified',
    tell: () =>
      tell({
        lookUp: [],
        inputs: { 'use-cache': 'false' },
        env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      }),
    log: [
      'NODE_TLS_REJECT_UNAUTHORIZED is set and ignored: TLS is always verified. For a private CA, set ca-certificate.',
      asking,
      got,
      set,
    ],
  },
  {
    name: 'certificates that the environment names',
    tell: () =>
      tell({
        lookUp: [],
        inputs: { 'use-cache': 'false' },
        env: { NODE_EXTRA_CA_CERTS: '/etc/proxy-ca.pem' },
      }),
    log: [
      'NODE_EXTRA_CA_CERTS is set and can change which certificates are trusted.',
      asking,
      got,
      set,
    ],
  },
  {
    name: 'a full disk',
    tell: () =>
      tell({
        lookUp: [],
        files: {
          measure: () => {
            throw Object.assign(new Error(), { code: 'ENOSPC' });
          },
          cut: () => undefined,
        },
      }),
    log: [
      'Error: The file in GITHUB_OUTPUT could not be written: the disk is full (ENOSPC). Later steps got no token. If the server issued one, it stays valid until it expires or is revoked. A refresh token that it replaced is lost.',
    ],
  },
  {
    name: 'a variable of the job that may have been meant as an input',
    tell: () =>
      tell({ lookUp: [], inputs: { 'use-cache': 'false' }, env: { INPUT_SCOPE: 'read' } }),
    log: [
      'Warning: scope: unknown input, did you mean scopes? It was not used. If it is a variable of the job or of a composite action (INPUT_...), ignore this warning.',
      asking,
      got,
      set,
    ],
  },
  {
    name: 'a job without credentials that is to be skipped',
    tell: () => tell({ lookUp: [], inputs: { 'client-secret': '', 'if-no-credentials': 'skip' } }),
    log: [
      'Notice: No token: client-secret is empty (a secret that does not exist is empty). The step ended without a token (if-no-credentials: skip). Its outputs are empty.',
    ],
  },
  {
    name: 'a verbose run',
    tell: () => tell({ inputs: { verbose: 'true' }, saving: 'saved' }),
    log: [
      '> Cache',
      '    miss, after 0.4 s',
      missed,
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    a token at attempt 1, after 0.2 s',
      got,
      'Saved in the cache, encrypted, for other jobs and later runs.',
      set,
    ],
  },
  ...rareFailures,
  ...endTexts,
];
