/** Complete answers of the endpoint: tokens, statuses, errors of OAuth, and bodies without a token. */
import { gzipped, json, redirect, reply, token } from '../../doubles/scripted-server.ts';
import { end, reset } from '../../doubles/scripted-server.ts';
import { refusal } from '../../making/failures.ts';
import {
  accessToken,
  answer,
  answerByTls,
  certificates,
  clientSecret,
  failAtOnce,
  type FaultRow,
  final,
  giveUp,
  oddSecret,
  page,
  succeed,
  transient,
  trusting,
  pageShape,
  unavailable,
  wasCut,
  wasReset,
} from './row.ts';

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
    outcome: succeed([wasReset, wasCut, transient(429)]),
  },
  {
    name: 'a request to an ACS endpoint is retried after a 503',
    start: answer(
      reply({ status: 503 }),
      json(200, { access_token: accessToken, expires_at: '2026-01-31T13:00:00Z' }),
    ),
    inputs: { 'endpoint-type': 'acs_api' },
    outcome: succeed([unavailable]),
  },
];

/** Statuses without an error of OAuth, with a page for a body. */
const finalStatuses = [400, 401, 403, 404, 405, 415, 418, 501, 505];
const transientStatuses = [408, 425, 429, 500, 502, 503, 504, 599];

const statuses: readonly FaultRow[] = [
  ...finalStatuses.map((status) => ({
    name: `a ${status} is final`,
    start: answer(page(status), token()),
    outcome: failAtOnce(final(status, pageShape(status))),
  })),
  ...transientStatuses.map((status) => ({
    name: `a ${status} is tried again`,
    start: answer(page(status)),
    outcome: giveUp(transient(status, pageShape(status))),
  })),
];

/** The redirect of an endpoint to the other server, and what is shown of it: no query. */
export const redirectElsewhere = (status: number): FaultRow['start'] => {
  return (place) => answer(redirect(status, `${place.elsewhere}?session=of-the-server`))(place);
};
export const redirected = (status: number): ReturnType<typeof refusal> =>
  refusal('redirect', status, { location: '<elsewhere>/token' });

const redirects: readonly FaultRow[] = [301, 302, 307, 308].map((status) => ({
  name: `a ${status} is not followed`,
  start: redirectElsewhere(status),
  outcome: failAtOnce(redirected(status)),
}));

/** Successes by their status that bring no token. */
const unreadable: readonly FaultRow[] = [
  {
    name: 'a 204 is retried, because the token is missing',
    start: answer(reply({ status: 204 })),
    outcome: giveUp(refusal('unparsable', 204, { retryable: true, answer: { length: 0 } })),
  },
  {
    name: 'a page with status 200 is tried again',
    start: answer(page(200)),
    outcome: giveUp(refusal('unparsable', 200, { retryable: true, answer: pageShape(200) })),
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
      refusal('unparsable', 200, { retryable: true, answer: { contentType: 'application/json' } }),
    ),
  },
  {
    name: 'a 200 without an access_token is final',
    start: answer(json(200, { id_token: 'x' })),
    outcome: failAtOnce(
      refusal('no_access_token', 200, { answer: { fields: ['id_token'], tokenPath: 'id_token' } }),
    ),
  },
  {
    name: 'a token with a line break is final',
    start: answer(token({ access_token: `${accessToken}\n::set-output name=x::y` })),
    outcome: failAtOnce(refusal('malformed_token', 200)),
  },
  {
    name: 'an ACS answer without an expiry is final',
    start: answer(token()),
    inputs: { 'endpoint-type': 'acs_api' },
    outcome: failAtOnce(refusal('no_expires_at', 200)),
  },
];

/** Errors of OAuth that are final. */
const oauthErrors: readonly [status: number, error: string][] = [
  [401, 'invalid_client'],
  [400, 'unauthorized_client'],
  [400, 'unsupported_grant_type'],
  [400, 'invalid_scope'],
  [400, 'invalid_target'],
  [400, 'invalid_grant'],
  [400, 'use_dpop_nonce'],
  [403, 'access_denied'],
  [200, 'consent_required'],
];

/** Errors of OAuth that are temporary. */
const passingErrors: readonly [status: number, error: string][] = [
  [400, 'temporarily_unavailable'],
  [400, 'slow_down'],
  [500, 'server_error'],
];

const oauthFaults: readonly FaultRow[] = [
  ...oauthErrors.map(([status, error]) => ({
    name: `${error} with status ${status} is final`,
    start: answer(json(status, { error }), token()),
    outcome: failAtOnce(refusal('oauth_error', status, { error })),
  })),
  ...passingErrors.map(([status, error]) => ({
    name: `${error} with status ${status} is tried again`,
    start: answer(json(status, { error }), token()),
    outcome: succeed([refusal('oauth_error', status, { error, retryable: true })]),
  })),
  {
    name: 'a refused scope is named',
    start: answer(json(400, { error: 'invalid_scope' })),
    inputs: { scopes: 'read list' },
    outcome: failAtOnce(refusal('oauth_error', 400, { error: 'invalid_scope' })),
  },
  {
    name: 'a refused secret with other characters hints at the encoding',
    start: answer(reply({ status: 401 })),
    inputs: { 'client-secret': oddSecret },
    outcome: failAtOnce(final(401)),
  },
  {
    name: 'a description with commands and the secret in it is made harmless, and only its first line is shown',
    start: answer(
      json(401, {
        error: 'invalid_client',
        error_description: `##[error]::set-output name=token::x ${clientSecret}\r\n::set-env name=PATH::y`,
      }),
    ),
    outcome: failAtOnce(
      refusal('oauth_error', 401, {
        error: 'invalid_client',
        description: '# #[error]::set-output name=token::x ***',
      }),
    ),
  },
];

/** Complete answers. */
export const answerRows: readonly FaultRow[] = [
  ...successes,
  ...statuses,
  ...redirects,
  ...unreadable,
  ...oauthFaults,
];
