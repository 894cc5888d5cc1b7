/** Servers that say when to come back (RFC 9110 section 10.2.3). */
import { json, reply, token } from '../../doubles/scripted-server.ts';
import { refusal } from '../../making/failures.ts';
import {
  answer,
  failAtOnce,
  type FaultRow,
  type Outcome,
  startOfTime,
  succeed,
  transient,
  unavailable,
} from './row.ts';

/** An unavailable server that says when to come back, and then gives a token. */
function comeBack(retryAfter: string): FaultRow['start'] {
  return answer(reply({ status: 503, headers: { 'retry-after': retryAfter } }), token());
}

function unavailableFor(seconds: number): ReturnType<typeof refusal> {
  return refusal('http_error', 503, { retryable: true, retryAfter: seconds * 1000 });
}

/** The server's wait is the longer one. */
function waitForServer(seconds: number): Outcome {
  return succeed([unavailableFor(seconds)], { waits: [seconds] });
}

function waitTooLong(seconds: number): Outcome {
  return failAtOnce(unavailableFor(seconds), { end: 'retry_after_too_long' });
}

/** A header that says when to come back. */
export const retryAfterRows: readonly FaultRow[] = [
  {
    name: 'Retry-After in seconds is waited for, past retry-max-wait',
    start: comeBack('20'),
    inputs: { 'retry-max-wait': '5' },
    waits: true,
    outcome: waitForServer(20),
  },
  {
    name: 'Retry-After as a date is waited for, past retry-max-wait',
    start: comeBack(new Date(Date.parse(startOfTime) + 40_000).toUTCString()),
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
    outcome: succeed(
      [
        refusal('oauth_error', 400, {
          error: 'temporarily_unavailable',
          retryable: true,
          retryAfter: 7000,
        }),
      ],
      { waits: [7] },
    ),
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
  ...[400, 401, 403, 404, 501].map((status) => ({
    name: `Retry-After makes a ${status} transient`,
    start: answer(reply({ status, headers: { 'retry-after': '0' } }), token()),
    outcome: succeed([transient(status)]),
  })),
  {
    name: 'Retry-After of a redirect means nothing',
    start: answer(reply({ status: 302, headers: { 'retry-after': '1' } }), token()),
    outcome: failAtOnce(refusal('redirect', 302)),
  },
];
