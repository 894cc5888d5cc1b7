/** Failures and their texts, for tests of the wording. */
import assert from 'node:assert/strict';

import type { Inputs, LocatedInputs } from '../../../src/inputs/inputs.ts';
import { type Stage, StageError, type StageFacts } from '../../../src/failures/stage-error.ts';
import type { StageView } from '../../../src/wording/stages.ts';
import { urlOf } from '../../../src/wording/names.ts';
import { explainFailure } from '../../../src/wording/failures.ts';
import type { HttpResponse } from '../../../src/http/request.ts';
import { TokenError } from '../../../src/oauth2/errors.ts';
import { parseTokenResponse } from '../../../src/oauth2/token-response.ts';
import { type FailedAttempt, GaveUp, type GaveUpCode } from '../../../src/retry/retry.ts';
import { type Given, readLocatedInputs, readUsualInputs, say } from '../making/inputs.ts';

/** When answers arrive: epoch, milliseconds. */
const now = Date.UTC(2026, 0, 31, 11, 0, 0);

/** The usual inputs, read. */
export const inputs: LocatedInputs = readLocatedInputs();

/** The usual facts at the token endpoint. */
export function view(known: Inputs = inputs, stage: Stage = 'token'): StageView {
  return { stage, inputs: known, server: urlOf(known) };
}

/** An answer that is not JSON. */
export function answer(
  status: number,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { status, statusText: '', headers, body: Buffer.from(body) };
}

/** The error that a token endpoint's answer throws. */
export function refuse(
  response: HttpResponse,
  parse: typeof parseTokenResponse = parseTokenResponse,
): TokenError {
  try {
    parse(response, { sentAt: now, now });
  } catch (error) {
    assert.ok(error instanceof TokenError);
    return error;
  }
  throw new Error('The answer brings a token.');
}

/** A failed attempt. By default it is the first of four, and the last that is made. */
export function fail(error: unknown, differences: Partial<FailedAttempt> = {}): FailedAttempt {
  return {
    attempt: 1,
    maxAttempts: 4,
    error,
    wait: undefined,
    retryAfter: undefined,
    allowed: 15_000,
    took: 200,
    ...differences,
  };
}

/** An annotation as people see it. */
export interface SaidAnnotation {
  readonly title: string;
  readonly message: string;
}

/** The annotation of a step that failed. */
export function explain(error: unknown): SaidAnnotation {
  const { title, message } = explainFailure(error);
  return { title, message: say(message) };
}

/** How the end of the attempts differs from the usual one. */
export interface GivingUp extends Partial<FailedAttempt> {
  readonly code?: GaveUpCode;
  readonly given?: Given;
  readonly stage?: Stage;
  readonly idToken?: StageFacts['idToken'];
  /** The endpoint that an issuer's metadata named. */
  readonly tokenUrl?: string;
}

/** The annotation if the attempts ended with an error. */
export function giveUp(
  error: unknown,
  {
    code = 'not_retryable',
    given = {},
    stage = 'token',
    idToken,
    tokenUrl,
    ...differences
  }: GivingUp = {},
): SaidAnnotation {
  const gaveUp = new GaveUp(code, fail(error, differences));
  const read = readUsualInputs(given);
  const located = { ...read, tokenUrl: tokenUrl ?? read.tokenUrl };
  return explain(
    new StageError(stage, gaveUp, { inputs: located, server: urlOf(located), idToken }),
  );
}

/** The end of each explanation of a final answer. */
export const same = 'Not retried: the answer would be the same.';

/** The end of each explanation of a failure before there was an answer. */
export const inTheSameWay = 'Not retried: it would fail in the same way.';

/** What to do first if a secret is refused. */
export const check = 'Check that client-id and client-secret belong together and are current';
