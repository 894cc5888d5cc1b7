/** What limits the attempts: the inputs, the time, and grants that a server accepts once. */
import {
  type Answer,
  end,
  garbage,
  json,
  reply,
  reset,
  silence,
  token,
} from '../../doubles/scripted-server.ts';
import { redirected, redirectElsewhere } from './answers.ts';
import { guarded, healthy, refusedByProxy } from './proxies.ts';
import { refusal, transport } from '../../making/failures.ts';
import {
  answer,
  answerByTls,
  certificates,
  closedPort,
  failAtOnce,
  type FaultRow,
  final,
  giveUp,
  isNoHttp,
  type Outcome,
  page,
  refreshing,
  pageShape,
  retryOnAll,
  succeed,
  timedOut,
  transient,
  trusting,
  unavailable,
  wasCut,
  wasRefused,
  wasReset,
} from './row.ts';

const limits: readonly FaultRow[] = [
  {
    name: 'retry-on: all tries a 401 again',
    start: answer(reply({ status: 401 })),
    inputs: retryOnAll,
    outcome: giveUp(final(401)),
  },
  {
    name: 'retry-on: all tries a redirect again, and still does not follow it',
    start: redirectElsewhere(302),
    inputs: retryOnAll,
    outcome: giveUp(redirected(302)),
  },
  {
    name: 'retry-on: all tries a certificate that is not trusted again, and sends no secret',
    start: answerByTls(certificates.expired, token()),
    inputs: { ...trusting, ...retryOnAll },
    outcome: giveUp(
      transport('tls_untrusted', {
        systemCode: 'CERT_HAS_EXPIRED',
        says: 'certificate has expired',
      }),
      { requests: 0 },
    ),
  },
  {
    ...healthy,
    name: 'retry-on: all retries at a proxy that requires a password',
    inputs: { ...trusting, ...retryOnAll },
    proxy: guarded,
    outcome: giveUp(refusedByProxy(407), { requests: 0, connects: 4 }),
  },
  {
    name: 'retry-max-attempts: 1 tries nothing again',
    start: answer(reply({ status: 503 }), token()),
    inputs: { 'retry-max-attempts': '1' },
    outcome: failAtOnce(unavailable, { end: 'attempts_used_up' }),
  },
  {
    name: 'total-timeout cuts a running attempt short',
    start: answer(silence('before-head')),
    inputs: { 'total-timeout': '9' },
    outcome: failAtOnce(timedOut, { allowed: 9, end: 'total_timeout' }),
  },
  {
    name: 'total-timeout cuts a later attempt short by what the waits have left',
    start: answer(reply({ status: 503 }), silence('in-body')),
    inputs: { 'total-timeout': '9' },
    waits: true,
    outcome: {
      requests: 2,
      connects: 0,
      waits: [3],
      failures: [unavailable, timedOut],
      allowed: 6,
      end: 'total_timeout',
    },
  },
  {
    name: 'total-timeout that leaves no time for a wait ends it at once',
    start: answer(reply({ status: 503 }), token()),
    inputs: { 'total-timeout': '3' },
    waits: true,
    outcome: failAtOnce(unavailable, { end: 'total_timeout' }),
  },
];

/** A refresh token that may no longer work because its answer was lost. */
const spent: readonly [what: string, answer: Answer, failure: Outcome['failures'][number]][] = [
  ['a reset', reset('before-head'), wasReset],
  ['a cut', end('in-body'), wasCut],
  ['garbage', garbage('\u0000\r\n'), isNoHttp],
  ['a 502', page(502), transient(502, pageShape(502))],
  ['a 504', page(504), transient(504, pageShape(504))],
  ['an empty 200', reply(), refusal('unparsable', 200, { retryable: true, answer: { length: 0 } })],
];

const refreshRows: readonly FaultRow[] = [
  ...spent.flatMap(([what, sent, failure]) =>
    [{}, retryOnAll].map((inputs) => ({
      name: `a refresh token is not sent again after ${what}${'retry-on' in inputs ? ', not even with retry-on: all' : ''}`,
      start: answer(sent, token()),
      inputs: { ...refreshing, ...inputs },
      outcome: failAtOnce(failure),
    })),
  ),
  {
    name: 'a refresh token is not sent again after a timeout',
    start: answer(silence('before-head'), token()),
    inputs: refreshing,
    outcome: failAtOnce(timedOut),
  },
  {
    name: 'a refresh token is not sent again after a malformed token, not even with retry-on: all',
    start: answer(token({ access_token: 'a\nb' }), token()),
    inputs: { ...refreshing, ...retryOnAll },
    outcome: failAtOnce(refusal('malformed_token', 200)),
  },
  {
    name: 'a refresh token is not sent again after a 200 without a token, not even with retry-on: all',
    start: answer(json(200, { id_token: 'x' }), token()),
    inputs: { ...refreshing, ...retryOnAll },
    outcome: failAtOnce(
      refusal('no_access_token', 200, {
        answer: { fields: ['id_token'], tokenPath: 'id_token' },
      }),
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
    outcome: giveUp(wasRefused, { requests: 0 }),
  },
  {
    ...healthy,
    name: 'a refresh token is tried again after a 502 of the proxy, which sent nothing on',
    inputs: { ...trusting, ...refreshing },
    proxy: { behaviour: 'bad-gateway' },
    outcome: giveUp(refusedByProxy(502), { requests: 0, connects: 4 }),
  },
];

/** Every limit. */
export const limitRows: readonly FaultRow[] = [...limits, ...refreshRows];
