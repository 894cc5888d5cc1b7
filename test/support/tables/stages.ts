/** What the stages of a run share in a test: a clock, a network with scripted answers, and a log. */
import { Log } from '../../../src/log/log.ts';
import type { StageContext } from '../../../src/exchange/stage.ts';
import { Deadline } from '../../../src/retry/deadline.ts';
import {
  type Answer,
  answerJson,
  createFakeClock,
  createFakeNetwork,
  createFakeRunner,
  type FakeClock,
  type FakeNetwork,
} from '../doubles/fakes.ts';
import type { HttpResponse } from '../../../src/http/request.ts';

/** A {@link StageContext} and what happens in it. */
export interface FakeStages {
  readonly context: StageContext;
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  /** The calls of the runner, as a FakeRunner records them. */
  readonly calls: readonly string[];
}

/** Makes {@link FakeStages} that must all be over after `totalTimeout` seconds. Waits are half of the longest. */
export function createFakeStages({
  answers = [],
  totalTimeout = 120,
}: {
  readonly answers?: readonly Answer[];
  readonly totalTimeout?: number;
} = {}): FakeStages {
  const runner = createFakeRunner();
  const clock = createFakeClock();
  const network = createFakeNetwork(answers, clock);
  const context = {
    clock,
    random: () => 0.5,
    send: network.send,
    log: new Log(runner),
    deadline: new Deadline(clock, totalTimeout),
  };
  return { context, clock, network, calls: runner.calls };
}

/** The environment of a job that may request ID tokens. */
export const idTokenEnvironment = {
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://run-actions.example.com/42//idtoken/9f?api-version=2.0',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-request-token',
};

/** The claims of every ID token from {@link answerIdToken}. */
export const idTokenClaims = {
  iss: 'https://token.actions.githubusercontent.com',
  sub: 'repo:acme/shop:ref:refs/heads/main',
  aud: 'https://github.com/acme',
};

/** Writes an ID token, whose number distinguishes it from others. */
export function writeIdToken(
  number: number,
  claims: Readonly<Record<string, unknown>> = {},
): string {
  const [header, payload] = [{ alg: 'RS256' }, { ...idTokenClaims, jti: number, ...claims }].map(
    (part) => Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${header}.${payload}.c2lnbmF0dXJl`;
}

/** Writes the answer of GitHub's ID-token service. */
export function answerIdToken(
  number: number,
  claims: Readonly<Record<string, unknown>> = {},
): HttpResponse {
  return answerJson(200, { value: writeIdToken(number, claims) });
}
