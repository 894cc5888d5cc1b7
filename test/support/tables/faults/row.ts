/** A row of the fault tables: a network with a fault, the inputs, and the whole outcome in codes. */
import { type AnswerShape, shapeOf } from '../../../../src/oauth2/answer/answer-shape.ts';
import type { TokenError } from '../../../../src/oauth2/errors.ts';
import type {
  TransportError,
  TransportErrorDetails,
} from '../../../../src/http/transport-error.ts';
import type { GaveUpCode } from '../../../../src/retry/retry.ts';
import type { OddNetwork } from '../../doubles/odd-network.ts';
import type { ProxyOptions } from '../../doubles/proxy.ts';
import {
  type Answer,
  reply,
  type ServerTime,
  type ServerCertificate,
  startScriptedServer,
} from '../../doubles/scripted-server.ts';
import { createAuthority } from '../../making/certificates.ts';
import { refusal, transport } from '../../making/failures.ts';

/** A token endpoint, or an address without one. */
export interface Endpoint {
  readonly url: string;
  readonly port: number;
  /** The complete requests that arrived. */
  readonly requests: readonly unknown[];
  readonly close: () => Promise<void>;
}

/** The proxy between, and how the environment names it. */
export interface ProxySetup extends Omit<ProxyOptions, 'onSilence'> {
  /** User and password in its address. */
  readonly login?: readonly [user: string, password: string];
  /** The address to name instead of its own. */
  readonly address?: string;
}

/** What is needed to start the endpoint of a row. */
export interface Place {
  /** The URL of another server, which gives a token to every request. */
  readonly elsewhere: string;
  /** The time that passes while the endpoint sends nothing. */
  readonly time: ServerTime;
}

/** The result of a run, in codes. The wording of the action says what a person reads. */
export interface Outcome {
  /** Complete requests that reached the endpoint. */
  readonly requests: number;
  /** The CONNECT requests that the proxy got. */
  readonly connects: number;
  /** The waits between the attempts, in seconds. */
  readonly waits: readonly number[];
  /** What each failed attempt threw. The text `<elsewhere>` stands for the origin of the other server. */
  readonly failures: readonly (TransportError | TokenError)[];
  /** The time limit of the last failed attempt, in seconds; undefined if it is that of `timeout`. */
  readonly allowed?: number;
  /** Why there was no further attempt; undefined if there is a token. */
  readonly end: GaveUpCode | undefined;
}

/** One fault. */
export interface FaultRow {
  /** A sentence about behavior. */
  readonly name: string;
  readonly start: (place: Place) => Promise<Endpoint>;
  /** If set, there is a proxy, and an invented host in the URL of the endpoint. */
  readonly proxy?: ProxySetup;
  /** If set, the URL of the endpoint has an invented host, which is found and reached as this says. */
  readonly network?: OddNetwork;
  /** In addition to `commonInputs`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** In addition to the proxy's variable. */
  readonly environment?: Readonly<Record<string, string>>;
  /** True if the outcome depends on the waits, because the built action does not make them here. */
  readonly waits?: true;
  readonly outcome: Outcome;
}

/** The host that only the proxy finds, or the network of the row. */
export const oddHost = 'login.example.test';

/** The token that every endpoint gives, some of them only in part. */
export const accessToken = 'access-token-from-the-server';

export const clientSecret = 'secret-of-the-client';
export const oddSecret = 'secret of/the+client';
export const refreshToken = 'refresh-token-of-the-user';
export const proxyLogin = ['builder', 'p%ss:word/of+proxy'] as const;
export const wrongLogin = ['builder', 'not-the-password'] as const;

/** The inputs of every row. The cache has tests of its own. */
export const commonInputs = {
  'client-id': 'client',
  'client-secret': clientSecret,
  'use-cache': 'false',
} as const;

/** The inputs of a grant that the server accepts once. */
export const refreshing = {
  'grant-type': 'refresh_token',
  parameters: `refresh_token=${refreshToken}`,
} as const;

/** The time of day at which every row begins. */
export const startOfTime = '2026-01-31T12:00:00Z';

/** The number from which every row draws its waits: of 2, 4 and 8 slots, the middle one. */
export const draw = 0.5;

/** What it draws with a slot of 3 s and at most 10 s, in seconds. */
const drawn = [3, 6, 10];

/** Two attempts are enough if each lasts until its time is over. */
export const twice = { 'retry-max-attempts': '2' } as const;

export const retryOnAll = { 'retry-on': 'all' } as const;

/** The authority that issued the certificates of the servers in `certificates`. */
export const authority = await createAuthority();

/** Trusts the authority of `certificates`. */
export const trusting = { 'ca-certificate': authority.certificate } as const;

/** The certificates of the servers. */
export const certificates = {
  right: await issue({ names: ['127.0.0.1', oddHost] }),
  expired: await issue({ names: ['127.0.0.1', oddHost], expired: true }),
  foreign: await issue({ names: ['other.example.test'] }),
};

async function issue(request: Parameters<typeof authority.issue>[0]): Promise<ServerCertificate> {
  const { certificate, key } = await authority.issue(request);
  return { cert: certificate, key };
}

/** Starts a server on plain http that gives these answers. */
export function answer(...answers: readonly Answer[]): FaultRow['start'] {
  return ({ time }) => startScriptedServer({ answers, time });
}

/** Starts a server on https that gives these answers. */
export function answerByTls(
  tls: ServerCertificate,
  ...answers: readonly Answer[]
): FaultRow['start'] {
  return ({ time }) => startScriptedServer({ answers, tls, time });
}

/** An address on which nothing listens. */
export function nobody(url: string): FaultRow['start'] {
  return () => Promise.resolve({ url, port: 1, requests: [], close: () => Promise.resolve() });
}

/** Port 1 is for tcpmux, which no machine uses any more. */
export const closedPort = nobody('http://127.0.0.1:1/token');

const html = { 'content-type': 'text/html; charset=utf-8' } as const;
const pageBody = '<html><body>::error::access_token=no</body></html>';

/** A page for people, as a gateway sends it. Its text must not matter. */
export function page(status: number): Answer {
  return reply({ status, headers: html, body: pageBody });
}

/** What is known about a page. */
export function pageShape(status: number): AnswerShape {
  return shapeOf({ status, statusText: '', headers: html, body: Buffer.from(pageBody) });
}

/** A fault of the connection to the proxy, with the system's code. */
export function proxyFault(
  code: 'tls_untrusted' | 'proxy_unreachable',
  says: string,
): TransportError {
  return transport(code, { peer: 'proxy', says, sent: false });
}

export const timedOut = transport('timeout');
export const wasReset = transport('connection_failed', {
  systemCode: 'ECONNRESET',
  step: 'exchanging',
});
/** The connection broke before the request was sent. */
export const wasResetBefore = transport('connection_failed', {
  systemCode: 'ECONNRESET',
  step: 'securing',
  sent: false,
});
export const wasRefused = transport('connection_failed', {
  systemCode: 'ECONNREFUSED',
  sent: false,
});
export const wasCut = transport('answer_cut');
/** @param reason in the words of Node's parser */
export const unreadable = (reason: string): TransportError =>
  transport('answer_unreadable', { reason });
export const isNoHttp = unreadable('Expected HTTP/, RTSP/ or ICE/');
export const isTooLarge = transport('answer_too_large');

/** A status that says that the same request may succeed later. */
export function transient(status: number, answer: Partial<AnswerShape> = {}): TokenError {
  return refusal('http_error', status, { retryable: true, answer });
}

/** A final status. */
export function final(status: number, answer: Partial<AnswerShape> = {}): TokenError {
  return refusal('http_error', status, { answer });
}

export const unavailable = transient(503);

/** A token came, after attempts that failed in these ways. */
export function succeed(failures: Outcome['failures'] = [], more: Partial<Outcome> = {}): Outcome {
  return {
    requests: failures.length + 1,
    connects: 0,
    waits: drawn.slice(0, failures.length),
    failures,
    end: undefined,
    ...more,
  };
}

/** The first attempt was the last. */
export function failAtOnce(
  failure: Outcome['failures'][number],
  more: Partial<Outcome> = {},
): Outcome {
  return {
    requests: 1,
    connects: 0,
    waits: [],
    failures: [failure],
    end: 'not_retryable',
    ...more,
  };
}

/** Every attempt failed in the same way. */
export function giveUp(
  failure: Outcome['failures'][number],
  { of = 4, ...more }: Partial<Outcome> & { readonly of?: number } = {},
): Outcome {
  return {
    requests: of,
    connects: 0,
    waits: drawn.slice(0, of - 1),
    failures: Array<typeof failure>(of).fill(failure),
    end: 'attempts_used_up',
    ...more,
  };
}

/** Nothing came within the time of two attempts. */
export function timeOut(more: Partial<Outcome> = {}): Outcome {
  return giveUp(timedOut, { of: 2, ...more });
}

/** The server was not reached within the time of two attempts. */
export function reachTooLate(details: TransportErrorDetails, more: Partial<Outcome> = {}): Outcome {
  const failure = transport('timeout', { ...details, sent: false });
  return giveUp(failure, { of: 2, requests: 0, ...more });
}
