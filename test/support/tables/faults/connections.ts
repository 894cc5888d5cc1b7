/** Connections that break, fall silent or are never made, and answers that cannot be read. */
import {
  drip,
  end,
  garbage,
  gzipped,
  huge,
  type Point,
  reply,
  reset,
  silence,
  token,
} from '../../doubles/scripted-server.ts';
import { transport } from '../../making/failures.ts';
import {
  accessToken,
  answer,
  answerByTls,
  certificates,
  closedPort,
  failAtOnce,
  type FaultRow,
  giveUp,
  isTooLarge,
  isNoHttp,
  timeOut,
  unreadable,
  trusting,
  twice,
  wasCut,
  wasRefused,
  wasReset,
} from './row.ts';

const points: Readonly<Record<Point, string>> = {
  'before-head': 'before the head',
  'in-head': 'in the head',
  'in-body': 'in the body',
  'in-chunked-body': 'in a chunked body',
};

const pointsInBody: readonly Point[] = ['in-body', 'in-chunked-body'];

/** A connection that breaks at each of the points. In the body, the token has already come. */
const breaks: readonly FaultRow[] = Object.entries(points).flatMap(([key, where]) => {
  const point = key as Point;
  const broken = giveUp(pointsInBody.includes(point) ? wasCut : wasReset);
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
      inputs: twice,
      outcome: timeOut(),
    },
  ];
});

const bodies: readonly FaultRow[] = [
  {
    name: 'a byte a second ends with the time of the attempt',
    start: answer(drip(JSON.stringify({ access_token: accessToken }), 1000)),
    inputs: twice,
    outcome: timeOut(),
  },
  ...[
    ['10 MiB by Content-Length', huge(10 * 1024 * 1024)] as const,
    ['10 MiB in chunks', huge(10 * 1024 * 1024, { chunked: true })] as const,
    ['10 MiB out of a few KiB of gzip', gzipped(Buffer.alloc(10 * 1024 * 1024, ' '))] as const,
  ].map(([what, sent]) => ({
    name: `${what} are too large, which is final`,
    start: answer(sent, token()),
    outcome: failAtOnce(isTooLarge),
  })),
  ...[
    ['bytes that are no HTTP', garbage('SSH-2.0-OpenSSH_9.9\r\n'), isNoHttp] as const,
    [
      'two framings at once',
      reply({ headers: { 'content-length': '2', 'transfer-encoding': 'chunked' }, body: '{}' }),
      unreadable("Transfer-Encoding can't be present with Content-Length"),
    ] as const,
    [
      'a chunk without a size',
      garbage('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n'),
      unreadable('Invalid character in chunk size'),
    ] as const,
    [
      'gzip that is damaged',
      reply({ headers: { 'content-encoding': 'gzip' }, body: 'no gzip' }),
      transport('answer_unreadable', { encoding: 'gzip', reason: 'incorrect header check' }),
    ] as const,
  ].map(([what, sent, failure]) => ({
    name: `${what}: unreadable, and tried again`,
    start: answer(sent),
    outcome: giveUp(failure),
  })),
];

const unreached: readonly FaultRow[] = [
  {
    name: 'a refused connection is tried again',
    start: closedPort,
    outcome: giveUp(wasRefused, { requests: 0 }),
  },
];

/** Connections that fail. */
export const connectionRows: readonly FaultRow[] = [...breaks, ...bodies, ...unreached];
