import { type SendRequest } from '../http/request.ts';
import { askAcsEndpoint } from '../oauth2/acs-api.ts';
import { clientSecretBasic, clientSecretPost } from '../oauth2/client-authentication.ts';
import { judgeFailure } from '../oauth2/errors.ts';
import { askTokenEndpoint, type AttemptContext } from '../oauth2/token-endpoint.ts';
import { listParameterNames, spendsItsGrant, type TokenRequest } from '../oauth2/token-request.ts';
import { addLifetime, type TokenResponse } from '../oauth2/token-response.ts';
import { type Clock } from '../retry/clock.ts';
import { type FailedAttempt, GaveUp, retry, type RetryPolicy } from '../retry/retry.ts';
import { type Inputs } from './inputs.ts';
import { type Log } from './log.ts';
import { maskResponse } from './outputs.ts';
import { type Text } from './text.ts';
import {
  describeAcsRequest,
  describeAnswer,
  describeRequest,
  describeSuccess,
  sayAsking,
  sayExchangeTitle,
  sayFailedAttempt,
} from './wording.ts';

/** What a request needs from its surroundings. */
export interface RequestContext {
  readonly clock: Clock;
  /** Gives a number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly send: SendRequest;
  readonly log: Log;
  /** Whether the cache was looked into before, in vain. */
  readonly missed: boolean;
}

/** A token endpoint's answer, and how it came. */
export interface ObtainedToken {
  readonly response: TokenResponse;
  /** The number of the attempt that brought it, from 1. */
  readonly attempt: number;
}

/** An endpoint and what is asked of it, of either type. */
interface TokenSource {
  readonly ask: (context: AttemptContext) => Promise<TokenResponse>;
  /** The shape of the request, for the log. */
  readonly shape: readonly Text[];
  readonly spendsGrant: boolean;
}

/**
 * Asks the token endpoint until it answers with a token, hides what is secret in the answer, and tells the log about it.
 *
 * @throws {GaveUp} when no attempt brought a token
 */
export async function requestToken(
  inputs: Inputs,
  context: RequestContext,
): Promise<ObtainedToken> {
  const { clock, random, send, log, missed } = context;
  const { ask, shape, spendsGrant } = chooseSource(inputs);
  const tls = inputs.caCertificate === undefined ? {} : { ca: inputs.caCertificate };

  log.say(sayAsking(inputs, missed));
  try {
    return await retry(
      async (attempt, signal) => {
        const startedAt = clock.monotonic();
        const response = await ask({ send, now: clock.now, signal, tls });
        maskResponse(response, log);
        const success = describeSuccess(attempt, clock.monotonic() - startedAt);
        if (inputs.verbose) log.group(sayExchangeTitle(), [...shape, success]);
        return { response: settleExpiry(response, inputs), attempt };
      },
      makePolicy(inputs, clock),
      {
        clock,
        random,
        judge: (error) => judgeFailure(error, { retryOn: inputs.retryOn, spendsGrant }),
        report: (failure) => {
          if (isWorthALine(failure)) log.say(sayFailedAttempt(failure, inputs));
        },
      },
    );
  } catch (error) {
    if (error instanceof GaveUp) {
      log.group(sayExchangeTitle(), [...shape, ...describeAnswer(error.failure, inputs)]);
    }
    throw error;
  }
}

/** A first attempt that is also the last is told by the error alone. */
function isWorthALine({ attempt, wait }: FailedAttempt): boolean {
  return attempt > 1 || wait !== undefined;
}

function makePolicy(inputs: Inputs, clock: Clock): RetryPolicy {
  return {
    maxAttempts: inputs.retryMaxAttempts,
    timeSlot: inputs.retryTimeSlot,
    maxWait: inputs.retryMaxWait,
    attemptTimeout: inputs.timeout,
    deadline: clock.monotonic() + inputs.totalTimeout * 1000,
  };
}

/** The user's own expiry goes before the server's, and an assumed lifetime takes the place of none. */
function settleExpiry(
  response: TokenResponse,
  { expiresAtOverride, defaultExpiresIn }: Inputs,
): TokenResponse {
  const { accessToken, issuedAt } = response;
  const assumed = addLifetime(issuedAt, defaultExpiresIn);
  const expiresAt = expiresAtOverride ?? accessToken.expiresAt ?? assumed;
  return { ...response, accessToken: accessToken.withExpiry(expiresAt) };
}

function chooseSource(inputs: Inputs): TokenSource {
  if (inputs.endpointType === 'acs_api') {
    return {
      ask: (context) => askAcsEndpoint(inputs, context),
      shape: describeAcsRequest(inputs),
      spendsGrant: false,
    };
  }
  const request: TokenRequest = { ...inputs, authenticate: chooseAuthentication(inputs) };
  return {
    ask: (context) => askTokenEndpoint(request, context),
    shape: describeRequest(inputs, [...listParameterNames(request), ...listOwnNames(inputs)]),
    spendsGrant: spendsItsGrant(request),
  };
}

/** The parameters with which the client authenticates. */
function listOwnNames({ clientAuthMethod }: Inputs): string[] {
  return clientAuthMethod === 'client_secret_post' ? ['client_id', 'client_secret'] : [];
}

function chooseAuthentication(inputs: Inputs): TokenRequest['authenticate'] {
  const { clientId, clientSecret, clientAuthMethod, clientSecretEncoding } = inputs;
  switch (clientAuthMethod) {
    case 'client_secret_basic':
      return clientSecretBasic(clientId, clientSecret, clientSecretEncoding);
    case 'client_secret_post':
      return clientSecretPost(clientId, clientSecret);
  }
}
