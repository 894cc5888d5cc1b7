/**
 * What can go wrong between the action and a token endpoint, and what comes of it: each row is a network with a fault,
 * the inputs, and the whole outcome.
 */
import { createAuthority } from '../making/certificates.ts';
import type { ProxyOptions } from '../doubles/proxy.ts';
import {
  type Answer,
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
  type ServerCertificate,
  silence,
  startScriptedServer,
  startSilentTlsServer,
  startTcpServer,
  token,
} from '../doubles/scripted-server.ts';

/** A token endpoint, or the place where one should be. */
export interface Endpoint {
  readonly url: string;
  readonly port: number;
  /** The requests that arrived whole. */
  readonly requests: readonly unknown[];
  readonly close: () => Promise<void>;
}

/** The proxy between, and how the environment names it. */
export interface ProxySetup extends ProxyOptions {
  /** User and password in its address. */
  readonly login?: readonly [user: string, password: string];
  /** The address to name in place of its own. */
  readonly address?: string;
}

/** What came of a run. In its texts, `<host>` stands for the endpoint and `<elsewhere>` for another server's origin. */
export interface Outcome {
  /** Requests that reached the endpoint whole. */
  readonly requests: number;
  /** CONNECTs that the proxy got. */
  readonly connects: number;
  /** The waits that were asked for, seconds. */
  readonly waits: readonly number[];
  /** The lines of the log that tell of an attempt. */
  readonly attempts: readonly string[];
  /** The one error annotation; undefined where a token was handed over. */
  readonly error: { readonly title: string; readonly message: string } | undefined;
}

/** One fault. */
export interface FaultRow {
  /** A sentence about behaviour. */
  readonly name: string;
  /** Starts the endpoint; `elsewhere` is the URL of another server, which gives a token to whoever asks. */
  readonly start: (elsewhere: string) => Promise<Endpoint>;
  /** Puts a proxy between, and a made-up host into the URL of the endpoint. */
  readonly proxy?: ProxySetup;
  /** Besides `commonInputs`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Besides the proxy's variable. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The outcome depends on waits, so with the real clock the row would take too long. */
  readonly waits?: true;
  readonly outcome: Outcome;
}

/** The host that only the proxy finds. */
export const proxiedHost = 'login.example.test';

/** The token that every endpoint gives, some of them only in part. */
export const accessToken = 'access-token-from-the-server';

const clientSecret = 'secret-of-the-client';
const oddSecret = 'secret of/the+client';
const refreshToken = 'refresh-token-of-the-user';
const proxyLogin = ['builder', 'p%ss:word/of+proxy'] as const;
const wrongLogin = ['builder', 'not-the-password'] as const;

/** The inputs of every row. The cache has tests of its own. */
export const commonInputs = {
  'client-id': 'client',
  'client-secret': clientSecret,
  'use-cache': 'false',
} as const;

/** What must never be seen, in every form in which it travels. */
export const secrets: readonly string[] = [
  accessToken,
  refreshToken,
  ...[clientSecret, oddSecret].flatMap((secret) => {
    const encoded = encodeForm(secret);
    return [secret, encoded, toBase64(`client:${secret}`), toBase64(`client:${encoded}`)];
  }),
  ...[proxyLogin, wrongLogin].flatMap(([user, password]) => [
    password,
    encodeURIComponent(password),
    toBase64(`${user}:${password}`),
  ]),
];

/** The time of day at which every row begins: epoch, milliseconds. */
export const startOfTime = Date.UTC(2026, 0, 31, 12);

/** The number from which every row draws its waits: of 2, 4 and 8 slots, the middle one. */
export const draw = 0.5;

/** What it draws with a slot of 3 s and at most 10 s, seconds. */
const drawn = [3, 6, 10];

/** Shortens an attempt that would last for ever; the log rounds it to `0.3 s`. */
const impatient = { timeout: '0.3', 'retry-max-attempts': '2' } as const;
const timedOut = 'no answer within 0.3 s';

const sameAnswer = 'Not tried again, for the answer would be the same.';
const sameFailure = 'Not tried again, for it would fail in the same way.';
const usedUp =
  'Not tried again, for the grant may have been used up: what it carries is accepted once.';

const checkCredentials =
  'Check that client-id and client-secret belong together and are current; if they are, try client-auth-method: client_secret_post';
const checkHost = "Check token-url, and that the server admits this runner's address.";
const lookBetween = "If it stays so, look at the server's log or at a proxy in between.";
const unreachable = (what: string): string => `<host> could not be reached: ${what}. ${checkHost}`;
const damaged = (what: string): string => `<host> could not be understood: ${what}. ${lookBetween}`;
const late = (what: string): string =>
  `<host> gave ${what}. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout.`;

const wasReset = 'the connection was reset (ECONNRESET)';
const wasRefused = 'connection refused (ECONNREFUSED)';
const wasCut = 'the answer was cut off';
const isUnreadable = 'the answer is not readable HTTP';
const isTooLarge =
  '<host> sent more than 1 MiB; the answer that was asked for has a few KiB. Check token-url.';
const unavailable = '503 Service Unavailable';
const statusPage = "The provider's status page may tell more.";
const answerPage = "Check token-url and what the provider's documentation says of this answer.";

const authority = await createAuthority();
const trusting = { 'ca-certificate': authority.certificate } as const;
const certificates = {
  right: await issue({ names: ['127.0.0.1', proxiedHost] }),
  expired: await issue({ names: ['127.0.0.1', proxiedHost], expired: true }),
  foreign: await issue({ names: ['other.example.test'] }),
};

async function issue(request: Parameters<typeof authority.issue>[0]): Promise<ServerCertificate> {
  const { certificate, key } = await authority.issue(request);
  return { cert: certificate, key };
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

/** Starts a server on plain http that gives these answers. */
function answer(...answers: readonly Answer[]): FaultRow['start'] {
  return () => startScriptedServer({ answers });
}

/** Starts a server on https that gives these answers. */
function answerByTls(tls: ServerCertificate, ...answers: readonly Answer[]): FaultRow['start'] {
  return () => startScriptedServer({ answers, tls });
}

function redirectElsewhere(status: number): FaultRow['start'] {
  return (elsewhere) =>
    startScriptedServer({ answers: [redirect(status, `${elsewhere}?session=of-the-server`)] });
}

/** A place where nothing listens. */
function nobody(url: string): FaultRow['start'] {
  return () => Promise.resolve({ url, port: 1, requests: [], close: () => Promise.resolve() });
}

/** Port 1 is that of tcpmux, which no machine has any more. */
const closedPort = nobody('http://127.0.0.1:1/token');

async function startSilentTls(): Promise<Endpoint> {
  const { url, port, close } = await startSilentTlsServer();
  return { url, port, requests: [], close };
}

/** A server that breaks off when the TLS handshake begins. */
function breakHandshake(ending: 'end' | 'reset'): FaultRow['start'] {
  return async () => {
    const { port, close } = await startTcpServer(({ stream, reset: resetConnection }) => {
      stream.once('data', () => {
        if (ending === 'reset') resetConnection();
        else stream.end();
      });
    });
    return { url: `https://127.0.0.1:${port}/token`, port, requests: [], close };
  };
}

/** A server on plain http, with a URL that says https. */
async function startPlainForTls(): Promise<Endpoint> {
  const { url, port, requests, close } = await startScriptedServer({ answers: [token()] });
  return { url: url.replace('http:', 'https:'), port, requests, close };
}

/** What an attempt did before the next one: `what` went wrong, then there was this wait. */
function tellAttempts(whats: readonly string[], of: number, ends: boolean): string[] {
  return whats.map((what, index) => {
    const next = ends && index === whats.length - 1 ? '' : ` Trying again in ${drawn[index]} s.`;
    return `Attempt ${index + 1} of ${of} failed: ${what}.${next}`;
  });
}

/** A token came, after attempts that failed in these ways. */
function succeed(whats: readonly string[] = [], more: Partial<Outcome> = {}): Outcome {
  return {
    requests: whats.length + 1,
    connects: 0,
    waits: drawn.slice(0, whats.length),
    attempts: tellAttempts(whats, 4, false),
    error: undefined,
    ...more,
  };
}

/** The first attempt was the last. */
function failAtOnce(title: string, message: string, more: Partial<Outcome> = {}): Outcome {
  return {
    requests: 1,
    connects: 0,
    waits: [],
    attempts: [],
    error: { title, message },
    ...more,
  };
}

/** Every attempt failed in the same way. */
function giveUp(
  what: string,
  title: string,
  message: string,
  { of = 4, ...more }: Partial<Outcome> & { readonly of?: number } = {},
): Outcome {
  return {
    requests: of,
    connects: 0,
    waits: drawn.slice(0, of - 1),
    attempts: tellAttempts(Array<string>(of).fill(what), of, true),
    error: { title, message: `${message} Gave up after ${of} attempts.` },
    ...more,
  };
}

/** Nothing came within the time of two short attempts. */
function timeOut(more: Partial<Outcome> = {}): Outcome {
  return giveUp(timedOut, 'no answer in time', late(timedOut), { of: 2, ...more });
}

const successes: readonly FaultRow[] = [
  { name: 'a 200 with a token is a token', start: answer(token()), outcome: succeed() },
  {
    name: 'a 201 with a token is a token',
    start: answer(json(201, { access_token: accessToken })),
    outcome: succeed(),
  },
  {
    name: 'a token over TLS is a token where the CA is trusted',
    start: answerByTls(certificates.right, token()),
    inputs: trusting,
    outcome: succeed(),
  },
  {
    name: 'a compressed answer is read',
    start: answer(gzipped(JSON.stringify({ access_token: accessToken }))),
    outcome: succeed(),
  },
  {
    name: 'a third attempt brings the token after two 503',
    start: answer(reply({ status: 503 }), reply({ status: 503 }), token()),
    outcome: succeed([unavailable, unavailable]),
  },
  {
    name: 'a fourth attempt brings the token after three different faults',
    start: answer(reset('before-head'), end('in-body'), json(429, {}), token()),
    outcome: succeed([wasReset, wasCut, '429 Too Many Requests']),
  },
  {
    name: 'an ACS endpoint is asked again after a 503',
    start: answer(
      reply({ status: 503 }),
      json(200, { access_token: accessToken, expires_at: '2026-01-31T13:00:00Z' }),
    ),
    inputs: { 'endpoint-type': 'acs_api' },
    outcome: succeed([unavailable]),
  },
];

/** Statuses without an error of OAuth, with a page for a body. */
const finalStatuses: readonly [status: string, title: string, advice: string][] = [
  ['400 Bad Request', 'refused', `. ${checkCredentials}.`],
  ['401 Unauthorized', 'refused', `. ${checkCredentials}.`],
  ['403 Forbidden', 'refused', `. ${checkCredentials}.`],
  [
    '404 Not Found',
    'no token endpoint there',
    " for /token. Check token-url against the provider's documentation.",
  ],
  [
    '405 Method Not Allowed',
    'no token endpoint there',
    " for /token. Check token-url against the provider's documentation.",
  ],
  ['415 Unsupported Media Type', 'format refused', '. Try body-format: json.'],
  ["418 I'm a Teapot", 'refused', `. ${answerPage}`],
  ['501 Not Implemented', 'server failed', `. ${statusPage}`],
  ['505 HTTP Version Not Supported', 'server failed', `. ${statusPage}`],
];

const transientStatuses: readonly [status: string, title: string, advice: string][] = [
  ['408 Request Timeout', 'refused', answerPage],
  ['425 Too Early', 'refused', answerPage],
  [
    '429 Too Many Requests',
    'too many requests',
    'Ask less often, or ask the provider for a higher limit.',
  ],
  ['500 Internal Server Error', 'server failed', statusPage],
  ['502 Bad Gateway', 'server failed', statusPage],
  [unavailable, 'server failed', statusPage],
  ['504 Gateway Timeout', 'server failed', statusPage],
  ['599', 'server failed', statusPage],
];

/** A page for people, as a gateway sends it; what stands in it must not matter. */
function page(status: number): Answer {
  return reply({
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<html><body>::error::access_token=no</body></html>',
  });
}

const statuses: readonly FaultRow[] = [
  ...finalStatuses.map(([status, title, advice]) => ({
    name: `a ${status} is final`,
    start: answer(page(Number.parseInt(status)), token()),
    outcome: failAtOnce(title, `<host> answered ${status}${advice} ${sameAnswer}`),
  })),
  ...transientStatuses.map(([status, title, advice]) => ({
    name: `a ${status} is tried again`,
    start: answer(page(Number.parseInt(status))),
    outcome: giveUp(status, title, `<host> answered ${status}. ${advice}`),
  })),
  ...['301 Moved Permanently', '302 Found', '307 Temporary Redirect', '308 Permanent Redirect'].map(
    (status) => ({
      name: `a ${status} is not followed`,
      start: redirectElsewhere(Number.parseInt(status)),
      outcome: failAtOnce(
        'redirect',
        `<host> answered ${status}, a redirect to <elsewhere>/token. It was not followed, for the secret would have gone along. Set token-url to the token endpoint itself. ${sameAnswer}`,
      ),
    }),
  ),
  {
    name: 'a 204 is tried again, for the token is missing',
    start: answer(reply({ status: 204 })),
    outcome: giveUp(
      '204 No Content with an empty body in place of a token',
      'empty answer',
      '<host> answered 204 No Content with an empty body in place of a token. Check that token-url is the token endpoint.',
    ),
  },
  {
    name: 'a page with status 200 is tried again',
    start: answer(page(200)),
    outcome: giveUp(
      '200 OK with text/html in place of a token',
      'a page, not a token',
      '<host> answered 200 OK with text/html in place of a token: a page for people. Check token-url; it may name a login page, or a proxy may have answered.',
    ),
  },
  {
    name: 'JSON that is cut off and whole HTTP is tried again',
    start: answer(
      reply({
        headers: { 'content-type': 'application/json' },
        body: `{"access_token":"${accessToken}"`,
      }),
    ),
    outcome: giveUp(
      '200 OK with application/json in place of a token',
      'not a token',
      '<host> answered 200 OK with application/json in place of a token: neither a JSON object nor a form. Check that token-url is the token endpoint.',
    ),
  },
  {
    name: 'a 200 without an access_token is final',
    start: answer(json(200, { id_token: 'x' })),
    outcome: failAtOnce(
      'no access_token',
      `<host> answered 200 OK without an access_token. Check that token-url is the token endpoint, and grant-type. A token in another member is not read. ${sameAnswer}`,
    ),
  },
  {
    name: 'a token with a line break is final',
    start: answer(token({ access_token: `${accessToken}\n::set-output name=x::y` })),
    outcome: failAtOnce(
      'malformed token',
      `<host> answered 200 OK with a token that has characters no token can have; it could inject something into a later step, so it was thrown away. The server's operator has to mend it. ${sameAnswer}`,
    ),
  },
  {
    name: 'an ACS answer without an expiry is final',
    start: answer(token()),
    inputs: { 'endpoint-type': 'acs_api' },
    outcome: failAtOnce(
      'no expires_at',
      `<host> answered 200 OK without a Zulu time in expires_at, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url, and endpoint-type. ${sameAnswer}`,
    ),
  },
];

/** Errors of OAuth that are final, and what is said of each. */
const oauthErrors: readonly [status: number, error: string, title: string, message: string][] = [
  [
    401,
    'invalid_client',
    'client refused',
    `<host> refused the client: 401 invalid_client. ${checkCredentials}.`,
  ],
  [
    400,
    'unauthorized_client',
    'grant not allowed',
    '<host> does not let this client use grant type client_credentials: 400 unauthorized_client. Allow it at the provider.',
  ],
  [
    400,
    'unsupported_grant_type',
    'grant type not supported',
    '<host> does not know grant type client_credentials: 400 unsupported_grant_type. Check grant-type, and body-format: some servers read JSON only.',
  ],
  [400, 'invalid_scope', 'scope refused', '<host> wants a scope: 400 invalid_scope. Set scopes.'],
  [
    400,
    'invalid_target',
    'resource refused',
    '<host> refused the resource: 400 invalid_target. Check resource and audience.',
  ],
  [
    400,
    'invalid_grant',
    'grant refused',
    '<host> refused the grant: 400 invalid_grant. The provider may not let this client use client_credentials, or wants a user or a role set for it.',
  ],
  [
    400,
    'use_dpop_nonce',
    'DPoP wanted',
    '<host> wants a DPoP proof. A token bound to one is of no use to later steps. Switch DPoP off for this client at the provider.',
  ],
  [
    403,
    'access_denied',
    'refused',
    `<host> refused the request: 403 access_denied. ${checkCredentials}.`,
  ],
  [
    200,
    'consent_required',
    'refused',
    "<host> refused the request: 200 consent_required. The provider's documentation says what that means.",
  ],
];

const oauthFaults: readonly FaultRow[] = [
  ...oauthErrors.map(([status, error, title, message]) => ({
    name: `${error} with status ${status} is final`,
    start: answer(json(status, { error }), token()),
    // A server that wants DPoP is told all there is to say.
    outcome: failAtOnce(title, title === 'DPoP wanted' ? message : `${message} ${sameAnswer}`),
  })),
  {
    name: 'a refused scope is named',
    start: answer(json(400, { error: 'invalid_scope' })),
    inputs: { scopes: 'read list' },
    outcome: failAtOnce(
      'scope refused',
      `<host> refused the scope: 400 invalid_scope. Check scopes: read list; the provider must know each and allow it to this client. ${sameAnswer}`,
    ),
  },
  {
    name: 'a refused secret with other characters hints at the encoding',
    start: answer(reply({ status: 401 })),
    inputs: { 'client-secret': oddSecret },
    outcome: failAtOnce(
      'refused',
      `<host> answered 401 Unauthorized. ${checkCredentials}, or client-secret-encoding: raw. ${sameAnswer}`,
    ),
  },
  {
    name: 'a description with commands and the secret in it is shown harmless, its first line alone',
    start: answer(
      json(401, {
        error: 'invalid_client',
        error_description: `##[error]::set-output name=token::x ${clientSecret}\r\n::set-env name=PATH::y`,
      }),
    ),
    outcome: failAtOnce(
      'client refused',
      `<host> refused the client: 401 invalid_client, "# #[error]::set-output name=token::x ***". ${checkCredentials}. ${sameAnswer}`,
    ),
  },
  ...[
    [400, 'temporarily_unavailable'] as const,
    [400, 'slow_down'] as const,
    [500, 'server_error'] as const,
  ].map(([status, error]) => ({
    name: `${error} with status ${status} is tried again`,
    start: answer(json(status, { error }), token()),
    outcome: succeed([`${status} ${error}`]),
  })),
];

/** An unavailable server that says when to come back, and then gives a token. */
function comeBack(retryAfter: string): FaultRow['start'] {
  return answer(reply({ status: 503, headers: { 'retry-after': retryAfter } }), token());
}

/** The server's wait is the longer one. */
function waitForServer(seconds: number): Outcome {
  return succeed([unavailable], {
    waits: [seconds],
    attempts: [
      `Attempt 1 of 4 failed: ${unavailable}. The server asks for ${seconds} s (Retry-After). Trying again then.`,
    ],
  });
}

function waitTooLong(seconds: number): Outcome {
  return failAtOnce(
    'asked to wait too long',
    `<host> asks to wait ${seconds} s (Retry-After), past total-timeout: 120. Run the job again later, or set a longer total-timeout.`,
  );
}

const retryAfters: readonly FaultRow[] = [
  {
    name: 'Retry-After in seconds is waited for, past retry-max-wait',
    start: comeBack('20'),
    inputs: { 'retry-max-wait': '5' },
    waits: true,
    outcome: waitForServer(20),
  },
  {
    name: 'Retry-After as a date is waited for, past retry-max-wait',
    start: comeBack(new Date(startOfTime + 40_000).toUTCString()),
    inputs: { 'retry-max-wait': '5' },
    waits: true,
    outcome: waitForServer(40),
  },
  {
    name: 'Retry-After that is shorter than the backoff changes nothing',
    start: comeBack('2'),
    waits: true,
    outcome: succeed([unavailable]),
  },
  {
    name: 'Retry-After comes with temporarily_unavailable too',
    start: answer(json(400, { error: 'temporarily_unavailable' }, { 'retry-after': '7' }), token()),
    waits: true,
    outcome: succeed([], {
      requests: 2,
      waits: [7],
      attempts: [
        'Attempt 1 of 4 failed: 400 temporarily_unavailable. The server asks for 7 s (Retry-After). Trying again then.',
      ],
    }),
  },
  ...[
    ['of 0', '0'],
    ['in the past', 'Sat, 01 Jan 2000 00:00:00 GMT'],
    ['that is a word', 'soon'],
    ['that is negative', '-20'],
    ['with a fraction', '20.5'],
    ['as a date that no calendar has', 'Sat, 31 Feb 2026 12:00:00 GMT'],
  ].map(([which = '', value = '']) => ({
    name: `Retry-After ${which} leaves the backoff alone`,
    start: comeBack(value),
    outcome: succeed([unavailable]),
  })),
  {
    name: 'Retry-After past total-timeout fails at once',
    start: comeBack('3540'),
    outcome: waitTooLong(3540),
  },
  {
    name: 'Retry-After as an absurd number fails at once',
    start: comeBack('9'.repeat(40)),
    outcome: waitTooLong(9007199254741),
  },
  {
    name: 'Retry-After does not make a final status a transient one',
    start: answer(reply({ status: 403, headers: { 'retry-after': '1' } }), token()),
    outcome: failAtOnce(
      'refused',
      `<host> answered 403 Forbidden. ${checkCredentials}. ${sameAnswer}`,
    ),
  },
];

const points: Readonly<Record<Point, string>> = {
  'before-head': 'before the head',
  'in-head': 'in the head',
  'in-body': 'in the body',
  'in-chunked-body': 'in a chunked body',
};

const pointsInBody: readonly Point[] = ['in-body', 'in-chunked-body'];

/** A connection that breaks at each of the points; in a body, the token had come. */
const breaks: readonly FaultRow[] = Object.entries(points).flatMap(([key, where]) => {
  const point = key as Point;
  const broken = pointsInBody.includes(point)
    ? giveUp(wasCut, 'answer damaged', damaged(wasCut))
    : giveUp(wasReset, 'no connection', unreachable(wasReset));
  return [
    { name: `a reset ${where} is tried again`, start: answer(reset(point)), outcome: broken },
    {
      name: `a clean end ${where} is no success, and tried again`,
      start: answer(end(point)),
      outcome: broken,
    },
    {
      name: `a clean end ${where} over TLS is no success, and tried again`,
      start: answerByTls(certificates.right, end(point)),
      inputs: trusting,
      outcome: broken,
    },
    {
      name: `silence ${where} ends with the attempt's time`,
      start: answer(silence(point)),
      inputs: impatient,
      outcome: timeOut(),
    },
  ];
});

const bodies: readonly FaultRow[] = [
  {
    name: 'a byte a second ends with the time of the attempt',
    start: answer(drip(JSON.stringify({ access_token: accessToken }), 1000)),
    inputs: impatient,
    outcome: timeOut(),
  },
  ...[
    ['10 MiB by Content-Length', huge(10 * 1024 * 1024)] as const,
    ['10 MiB in chunks', huge(10 * 1024 * 1024, { chunked: true })] as const,
    ['10 MiB out of a few KiB of gzip', gzipped(Buffer.alloc(10 * 1024 * 1024, ' '))] as const,
  ].map(([what, sent]) => ({
    name: `${what} are too large, which is final`,
    start: answer(sent, token()),
    outcome: failAtOnce('answer too large', `${isTooLarge} ${sameFailure}`),
  })),
  ...[
    ['bytes that are no HTTP', garbage('SSH-2.0-OpenSSH_9.9\r\n')] as const,
    ['a head of 20 KiB', reply({ headers: { 'x-long': 'x'.repeat(20_000) } })] as const,
    [
      'two framings at once',
      reply({ headers: { 'content-length': '2', 'transfer-encoding': 'chunked' }, body: '{}' }),
    ] as const,
    [
      'gzip that is damaged',
      reply({ headers: { 'content-encoding': 'gzip' }, body: 'no gzip' }),
    ] as const,
    [
      'an encoding that nobody asked for',
      reply({ headers: { 'content-encoding': 'zstd' }, body: 'no zstd' }),
    ] as const,
  ].map(([what, sent]) => ({
    name: `${what}: unreadable, and tried again`,
    start: answer(sent),
    outcome: giveUp(isUnreadable, 'answer damaged', damaged(isUnreadable)),
  })),
];

const unreached: readonly FaultRow[] = [
  {
    name: 'a refused connection is tried again',
    start: closedPort,
    outcome: giveUp(wasRefused, 'no connection', unreachable(wasRefused), { requests: 0 }),
  },
  {
    name: 'a name that is not found is tried again',
    start: nobody('https://login.example.invalid/token'),
    inputs: { 'retry-max-attempts': '2' },
    outcome: giveUp(
      'the name <host> was not found (ENOTFOUND)',
      'name not found',
      '<host> could not be reached: the name <host> was not found (ENOTFOUND). Check token-url; a private name needs a runner inside its network.',
      { of: 2, requests: 0 },
    ),
  },
];

/** What is wrong with TLS, by a server that is asked directly and by one behind the proxy. */
const tlsFaults: readonly {
  readonly what: string;
  readonly start: FaultRow['start'];
  readonly inputs?: FaultRow['inputs'];
  readonly outcome: (proxied: boolean) => Outcome;
}[] = [
  {
    what: 'a certificate of an unknown CA',
    start: answerByTls(certificates.right, token()),
    outcome: () =>
      failAtOnce(
        'TLS not trusted',
        `The certificate of <host> is not trusted: unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE). If a private CA issued it, give the CA's certificate in ca-certificate. ${sameFailure}`,
      ),
  },
  {
    what: 'an expired certificate',
    start: answerByTls(certificates.expired, token()),
    inputs: trusting,
    outcome: () =>
      failAtOnce(
        'TLS not trusted',
        `The certificate of <host> has expired, or the one of its CA. The server's operator has to renew it. ${sameFailure}`,
      ),
  },
  {
    what: 'a certificate for another name',
    start: answerByTls(certificates.foreign, token()),
    inputs: trusting,
    outcome: (proxied) => {
      const names = proxied
        ? "Host: <host>. is not in the cert's altnames: DNS:other.example.test"
        : "IP: 127.0.0.1 is not in the cert's list: ";
      return failAtOnce(
        'TLS not trusted',
        `The certificate of <host> is for another name: Hostname/IP does not match certificate's altnames: ${names}. Check the host in token-url. ${sameFailure}`,
      );
    },
  },
  {
    what: 'a server without TLS',
    start: startPlainForTls,
    outcome: () =>
      failAtOnce(
        'TLS failed',
        `<host> and this runner could not agree on TLS: wrong version number (EPROTO). Check the scheme and the port in token-url. ${sameFailure}`,
      ),
  },
  {
    what: 'a server that resets the TLS handshake',
    start: breakHandshake('reset'),
    outcome: () => giveUp(wasReset, 'no connection', unreachable(wasReset)),
  },
  {
    what: 'a server that ends the TLS handshake',
    start: breakHandshake('end'),
    outcome: () => giveUp(wasReset, 'no connection', unreachable(wasReset)),
  },
  {
    what: 'a server that never answers the TLS handshake',
    start: startSilentTls,
    inputs: impatient,
    outcome: () => timeOut(),
  },
];

const unverified = { NODE_TLS_REJECT_UNAUTHORIZED: '0' } as const;

const tlsRows: readonly FaultRow[] = tlsFaults.flatMap(({ what, start, inputs = {}, outcome }) =>
  [false, true].flatMap((proxied) => {
    const expected = outcome(proxied);
    const row = {
      start,
      inputs,
      ...(proxied ? { proxy: {} } : {}),
      outcome: { ...expected, requests: 0, connects: proxied ? expected.waits.length + 1 : 0 },
    };
    const name = `${what} gets no secret${proxied ? ' through a proxy' : ''}`;
    return [
      { ...row, name },
      {
        ...row,
        name: `${name}, whatever NODE_TLS_REJECT_UNAUTHORIZED says`,
        environment: unverified,
      },
    ];
  }),
);

/** A server that works, but for what stands before it. */
const healthy = {
  start: answerByTls(certificates.right, token()),
  inputs: trusting,
} as const;

function refuseByProxy(status: string, advice: string): [title: string, message: string] {
  return ['proxy refused', `The proxy refused to connect to <host>: ${status}. ${advice}`];
}

const reachHost = 'Check that the proxy reaches the host, or name the host in no_proxy.';
const allowHost = 'Allow the host at the proxy, or name it in no_proxy.';
const needsLogin = refuseByProxy(
  '407 Proxy Authentication Required',
  "Put its user and password into the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT.",
);
const guarded = {
  behaviour: 'authenticate',
  credentials: { user: proxyLogin[0], password: proxyLogin[1] },
} as const;

const proxyRows: readonly FaultRow[] = [
  {
    ...healthy,
    name: 'a token comes through a proxy',
    proxy: {},
    outcome: succeed([], { connects: 1 }),
  },
  {
    name: 'a token comes through a proxy without TLS where that is allowed',
    start: answer(token()),
    inputs: { 'allow-http': 'true' },
    proxy: {},
    outcome: succeed([], { connects: 1 }),
  },
  {
    ...healthy,
    name: 'a token comes through a proxy that is itself reached by TLS',
    proxy: { tls: certificates.right },
    outcome: succeed([], { connects: 1 }),
  },
  {
    ...healthy,
    name: 'a token comes through a proxy with the right password',
    proxy: { ...guarded, login: proxyLogin },
    outcome: succeed([], { connects: 1 }),
  },
  {
    ...healthy,
    name: 'a proxy that wants a password and gets none is final',
    proxy: guarded,
    outcome: failAtOnce(needsLogin[0], `${needsLogin[1]} ${sameFailure}`, {
      requests: 0,
      connects: 1,
    }),
  },
  {
    ...healthy,
    name: 'a proxy that gets the wrong password is final',
    proxy: { ...guarded, login: wrongLogin },
    outcome: failAtOnce(needsLogin[0], `${needsLogin[1]} ${sameFailure}`, {
      requests: 0,
      connects: 1,
    }),
  },
  {
    ...healthy,
    name: 'a proxy that refuses the host is final',
    proxy: { behaviour: 'refuse' },
    outcome: failAtOnce(
      'proxy refused',
      `${refuseByProxy('403 Forbidden', allowHost)[1]} ${sameFailure}`,
      { requests: 0, connects: 1 },
    ),
  },
  {
    ...healthy,
    name: 'a proxy that does not reach the host is tried again',
    proxy: { behaviour: 'bad-gateway' },
    outcome: giveUp(
      'the proxy refused: 502 Bad Gateway',
      ...refuseByProxy('502 Bad Gateway', reachHost),
      { requests: 0, connects: 4 },
    ),
  },
  {
    ...healthy,
    name: 'a proxy that resets the connection is tried again',
    proxy: { behaviour: 'reset' },
    outcome: giveUp(
      'the proxy could not be reached: read ECONNRESET',
      'proxy not reached',
      'The proxy could not be reached: read ECONNRESET. Check https_proxy and http_proxy, or name <host> in no_proxy.',
      { requests: 0, connects: 4 },
    ),
  },
  {
    ...healthy,
    name: 'a proxy where nobody listens is tried again',
    proxy: { address: 'http://127.0.0.1:1' },
    outcome: giveUp(
      'the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1',
      'proxy not reached',
      'The proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1. Check https_proxy and http_proxy, or name <host> in no_proxy.',
      { requests: 0 },
    ),
  },
  {
    ...healthy,
    name: 'an address of a proxy that cannot be read is final',
    // With http:// before it, or a letter in front, @actions/http-client would go past the proxy.
    proxy: { address: '4711:50%@127.0.0.1:1' },
    outcome: failAtOnce(
      'proxy not usable',
      `<host> could not be asked: the proxy's address in the environment is no usable URL. Check https_proxy and http_proxy; a % in a user name or password is written %25. ${sameFailure}`,
      { requests: 0 },
    ),
  },
  {
    ...healthy,
    name: "a proxy that hangs at CONNECT ends with the attempt's time",
    inputs: { ...trusting, ...impatient },
    proxy: { behaviour: 'hang' },
    outcome: timeOut({ requests: 0, connects: 2 }),
  },
  {
    ...healthy,
    name: "a proxy that hangs after CONNECT ends with the attempt's time",
    inputs: { ...trusting, ...impatient },
    proxy: { behaviour: 'hang-after-connect' },
    outcome: timeOut({ requests: 0, connects: 2 }),
  },
  {
    ...healthy,
    name: 'a proxy whose own certificate is not trusted gets no CONNECT',
    inputs: {},
    environment: unverified,
    proxy: { tls: certificates.right },
    outcome: failAtOnce(
      'TLS not trusted',
      `The TLS connection to the proxy failed: unable to verify the first certificate. Check https_proxy. If a private CA issued it, give the CA's certificate in ca-certificate. ${sameFailure}`,
      { requests: 0 },
    ),
  },
  {
    name: 'a server that cuts the body behind a proxy is tried again',
    start: answerByTls(certificates.right, end('in-body'), token()),
    inputs: trusting,
    proxy: {},
    outcome: succeed([wasCut], { connects: 2 }),
  },
  {
    name: "silence behind a proxy ends with the attempt's time",
    start: answerByTls(certificates.right, silence('in-body')),
    inputs: { ...trusting, ...impatient },
    proxy: {},
    outcome: timeOut({ connects: 2 }),
  },
];

const retryOnAll = { 'retry-on': 'all' } as const;

const limits: readonly FaultRow[] = [
  {
    name: 'retry-on: all tries a 401 again',
    start: answer(reply({ status: 401 })),
    inputs: retryOnAll,
    outcome: giveUp(
      '401 Unauthorized',
      'refused',
      `<host> answered 401 Unauthorized. ${checkCredentials}.`,
    ),
  },
  {
    name: 'retry-on: all tries a redirect again, and still does not follow it',
    start: redirectElsewhere(302),
    inputs: retryOnAll,
    outcome: giveUp(
      '302 Found, a redirect to <elsewhere>/token',
      'redirect',
      '<host> answered 302 Found, a redirect to <elsewhere>/token. It was not followed, for the secret would have gone along. Set token-url to the token endpoint itself.',
    ),
  },
  {
    name: 'retry-on: all tries a certificate that is not trusted again, and sends no secret',
    start: answerByTls(certificates.expired, token()),
    inputs: { ...trusting, ...retryOnAll },
    outcome: giveUp(
      'TLS failed: certificate has expired (CERT_HAS_EXPIRED)',
      'TLS not trusted',
      "The certificate of <host> has expired, or the one of its CA. The server's operator has to renew it.",
      { requests: 0 },
    ),
  },
  {
    ...healthy,
    name: 'retry-on: all asks a proxy that wants a password again',
    inputs: { ...trusting, ...retryOnAll },
    proxy: guarded,
    outcome: giveUp('the proxy refused: 407 Proxy Authentication Required', ...needsLogin, {
      requests: 0,
      connects: 4,
    }),
  },
  {
    name: 'retry-max-attempts: 1 tries nothing again',
    start: answer(reply({ status: 503 }), token()),
    inputs: { 'retry-max-attempts': '1' },
    outcome: failAtOnce(
      'server failed',
      `<host> answered ${unavailable}. ${statusPage} Not tried again, for retry-max-attempts is 1.`,
    ),
  },
  {
    name: 'total-timeout cuts a running attempt short',
    start: answer(silence('before-head')),
    // A tenth of a second may pass before the attempt begins, and the log still rounds what is left to 0.3 s.
    inputs: { 'total-timeout': '0.34' },
    outcome: failAtOnce(
      'no answer in time',
      `${late(timedOut)} Gave up at attempt 1 of 4, for total-timeout: 0.34 leaves no time for another.`,
    ),
  },
  {
    name: 'total-timeout cuts a later attempt short by what the waits have left',
    start: answer(reply({ status: 503 }), silence('in-body')),
    inputs: { 'total-timeout': '3.3' },
    waits: true,
    outcome: {
      ...succeed([unavailable], { requests: 2 }),
      attempts: [
        `Attempt 1 of 4 failed: ${unavailable}. Trying again in 3 s.`,
        `Attempt 2 of 4 failed: ${timedOut}.`,
      ],
      error: {
        title: 'no answer in time',
        message: `${late(timedOut)} Gave up at attempt 2 of 4, for total-timeout: 3.3 leaves no time for another.`,
      },
    },
  },
  {
    name: 'total-timeout that leaves no time for a wait ends it at once',
    start: answer(reply({ status: 503 }), token()),
    inputs: { 'total-timeout': '3' },
    waits: true,
    outcome: failAtOnce(
      'server failed',
      `<host> answered ${unavailable}. ${statusPage} Gave up at attempt 1 of 4, for total-timeout: 3 leaves no time for another.`,
    ),
  },
];

const refreshing = {
  'grant-type': 'refresh_token',
  parameters: `refresh_token=${refreshToken}`,
} as const;

/** A refresh token that may have been used up by an answer that was lost. */
const spent: readonly [what: string, answer: Answer, title: string, message: string][] = [
  ['a reset', reset('before-head'), 'no connection', unreachable(wasReset)],
  ['a cut', end('in-body'), 'answer damaged', damaged(wasCut)],
  ['garbage', garbage('\u0000\r\n'), 'answer damaged', damaged(isUnreadable)],
  ['a 502', page(502), 'server failed', `<host> answered 502 Bad Gateway. ${statusPage}`],
  ['a 504', page(504), 'server failed', `<host> answered 504 Gateway Timeout. ${statusPage}`],
  [
    'an empty 200',
    reply(),
    'empty answer',
    '<host> answered 200 OK with an empty body in place of a token. Check that token-url is the token endpoint.',
  ],
];

const refreshRows: readonly FaultRow[] = [
  ...spent.flatMap(([what, sent, title, message]) =>
    [{}, retryOnAll].map((inputs) => ({
      name: `a refresh token is not sent again after ${what}${'retry-on' in inputs ? ', not even with retry-on: all' : ''}`,
      start: answer(sent, token()),
      inputs: { ...refreshing, ...inputs },
      outcome: failAtOnce(title, `${message} ${usedUp}`),
    })),
  ),
  {
    name: 'a refresh token is not sent again after a timeout',
    start: answer(silence('before-head'), token()),
    inputs: { ...refreshing, ...impatient },
    outcome: failAtOnce('no answer in time', `${late(timedOut)} ${usedUp}`),
  },
  {
    name: 'a refresh token is not sent again after a malformed token, not even with retry-on: all',
    start: answer(token({ access_token: 'a\nb' }), token()),
    inputs: { ...refreshing, ...retryOnAll },
    outcome: failAtOnce(
      'malformed token',
      `<host> answered 200 OK with a token that has characters no token can have; it could inject something into a later step, so it was thrown away. The server's operator has to mend it. ${sameAnswer}`,
    ),
  },
  {
    name: 'a refresh token is not sent again after a 200 without a token, not even with retry-on: all',
    start: answer(json(200, { id_token: 'x' }), token()),
    inputs: { ...refreshing, ...retryOnAll },
    outcome: failAtOnce(
      'no access_token',
      `<host> answered 200 OK without an access_token. Check that token-url is the token endpoint, and grant-type. A token in another member is not read. ${sameAnswer}`,
    ),
  },
  {
    name: 'a refresh token is sent again after a 503',
    start: answer(reply({ status: 503 }), token()),
    inputs: refreshing,
    outcome: succeed([unavailable]),
  },
  {
    name: 'a refresh token is tried again after a refused connection',
    start: closedPort,
    inputs: refreshing,
    outcome: giveUp(wasRefused, 'no connection', unreachable(wasRefused), { requests: 0 }),
  },
  {
    ...healthy,
    name: 'a refresh token is tried again after a 502 of the proxy, which sent nothing on',
    inputs: { ...trusting, ...refreshing },
    proxy: { behaviour: 'bad-gateway' },
    outcome: giveUp(
      'the proxy refused: 502 Bad Gateway',
      ...refuseByProxy('502 Bad Gateway', reachHost),
      { requests: 0, connects: 4 },
    ),
  },
];

/** Every fault. */
export const faultTable: readonly FaultRow[] = [
  ...successes,
  ...statuses,
  ...oauthFaults,
  ...retryAfters,
  ...breaks,
  ...bodies,
  ...unreached,
  ...tlsRows,
  ...proxyRows,
  ...limits,
  ...refreshRows,
];
