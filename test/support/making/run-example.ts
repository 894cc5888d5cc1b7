/** Runs a step of an example in process, with a network that answers as its provider documents. */
import { randomBytes, randomUUID } from 'node:crypto';

import { inputDefaults } from '../../../src/inputs/catalog.ts';
import { run } from '../../../src/action/run.ts';
import type {
  HttpRequest,
  HttpResponse,
  RequestLimits,
  SendRequest,
} from '../../../src/http/request.ts';
import { type Credentials, listForms } from './credentials.ts';
import { fillIn, type Step } from './examples.ts';
import {
  answerJson,
  createFakeClock,
  createFakeRunner,
  createInputEnvironment,
  noFiles,
} from '../doubles/fakes.ts';
import type { Given, ProviderRequest } from './provider-request.ts';

/** One request that a step sent. */
export interface SentRequest extends HttpRequest {
  readonly limits: RequestLimits;
  readonly sentAt: Date;
}

/** The result of a step. */
export interface ExampleRun {
  /** Its calls of the runner: see FakeRunner. */
  readonly calls: readonly string[];
  /** Whether it ended green. */
  readonly succeeded: boolean;
  /** Its requests for its server's metadata, in order. */
  readonly discoveryRequests: readonly SentRequest[];
  /** Its other requests, except those to GitHub's ID-token endpoint, in order. */
  readonly tokenRequests: readonly SentRequest[];
  /** What a matcher can compare with, without the time. */
  readonly given: Omit<Given, 'now'>;
}

/** The endpoint for jobs that may request ID tokens. */
const idTokenUrl = 'https://pipelines.actions.example/id-token?api-version=2.0';
const idTokenRequestToken = 'the-id-token-request-token';

/** The variables of a job that has the permission id-token: write. */
const idTokenEnvironment = {
  ACTIONS_ID_TOKEN_REQUEST_URL: idTokenUrl,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: idTokenRequestToken,
};

/** Runs a step with filled-in inputs; `mayAskForIdTokens` is whether its job has the permission for that. */
export async function runExample(
  step: Step,
  expected: ProviderRequest,
  credentials: Credentials,
  mayAskForIdTokens: boolean,
): Promise<ExampleRun> {
  const { values, formed } = listForms(credentials);
  const inputs = fillIn(step.with ?? {}, { ...values, ...expected.values }, formed);
  const clock = createFakeClock();
  const runner = createFakeRunner();
  const idTokens: { token: string; audience: string | undefined }[] = [];
  const discoveryRequests: SentRequest[] = [];
  const tokenRequests: SentRequest[] = [];
  let succeeded = false;

  const send: SendRequest = (request, limits) => {
    const sent = { ...request, limits, sentAt: new Date(clock.now()) };
    clock.advance(200);
    if (request.url.startsWith(idTokenUrl)) {
      return Promise.resolve(answerIdToken(request, idTokens));
    }
    if (request.url.includes('/.well-known/')) {
      discoveryRequests.push(sent);
      return Promise.resolve(answerDiscovery(request, expected));
    }
    tokenRequests.push(sent);
    return Promise.resolve(answerToken(expected));
  };

  await run({
    runner,
    env: {
      GITHUB_OUTPUT: '/runner/output',
      GITHUB_ENV: '/runner/env',
      ...(mayAskForIdTokens ? idTokenEnvironment : {}),
      ...createInputEnvironment({ ...inputDefaults, ...inputs }),
    },
    platform: 'linux',
    clock,
    random: () => 0,
    randomBytes,
    randomUUID,
    send,
    files: noFiles,
    saveScript: '/nowhere/save.js',
    temp: '/nowhere',
    succeed: () => {
      succeeded = true;
    },
  });
  const { publicKey, certificate } = credentials;
  return {
    calls: runner.calls,
    succeeded,
    discoveryRequests,
    tokenRequests,
    given: { inputs, publicKey, certificate, idTokens },
  };
}

/** GitHub's answer: an ID token, a new one each time. */
function answerIdToken(
  { method, url, headers }: HttpRequest,
  idTokens: { token: string; audience: string | undefined }[],
): HttpResponse {
  if (method !== 'GET' || headers['authorization'] !== `Bearer ${idTokenRequestToken}`) {
    return answerJson(401, {});
  }
  const audience = new URL(url).searchParams.get('audience') ?? undefined;
  const token = writeIdToken(audience ?? 'https://github.com/acme', idTokens.length);
  idTokens.push({ token, audience });
  return answerJson(200, { count: token.length, value: token });
}

/** A JWT that nobody signed, because the test only checks that it arrives unchanged. */
function writeIdToken(audience: string, count: number): string {
  const parts = [
    { typ: 'JWT', alg: 'RS256' },
    {
      iss: 'https://token.actions.githubusercontent.com',
      sub: 'repo:acme/widgets:ref:refs/heads/main',
      aud: audience,
      jti: `id-token-${count}`,
    },
  ];
  return [...parts.map((part) => encode(JSON.stringify(part))), encode('signature')].join('.');
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function answerDiscovery({ url }: HttpRequest, { discovery }: ProviderRequest): HttpResponse {
  if (url !== discovery?.url) return answerJson(404, {});
  return answerJson(200, discovery.metadata);
}

function answerToken({ answer }: ProviderRequest): HttpResponse {
  const { status, body, contentType = 'application/json' } = answer;
  return {
    status,
    statusText: '',
    headers: { 'content-type': contentType },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}
