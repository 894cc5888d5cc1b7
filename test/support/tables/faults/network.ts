/** The faults of networks, TLS and HTTP that are distinguished by where they happen. */
import { once } from 'node:events';
import { createServer as createHttp2Server, createSecureServer } from 'node:http2';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { deflateRawSync, gzipSync } from 'node:zlib';

import type { TransportErrorDetails } from '../../../../src/http/transport-error.ts';
import type { OddNetwork } from '../../doubles/odd-network.ts';
import {
  dynamic,
  garbage,
  reply,
  silence,
  startScriptedServer,
  startTcpServer,
  token,
} from '../../doubles/scripted-server.ts';
import { transport } from '../../making/failures.ts';
import {
  accessToken,
  answer,
  answerByTls,
  authority,
  certificates,
  type Endpoint,
  failAtOnce,
  type FaultRow,
  giveUp,
  oddHost,
  reachTooLate,
  refreshing,
  retryOnAll,
  succeed,
  trusting,
  twice,
  wasResetBefore,
} from './row.ts';
import { breakHandshake } from './tls.ts';

const plain = { 'allow-http': 'true' } as const;

function ofName(code: 'name_not_found' | 'name_unresolved', systemCode: string) {
  return transport(code, { systemCode, sent: false });
}

function ofConnection(systemCode: string) {
  const details: TransportErrorDetails = { systemCode, addresses: ['127.0.0.1'], sent: false };
  return transport('connection_failed', details);
}

/** A fault that happens once, is retried, and does not happen again. */
const passing: readonly [network: OddNetwork, failure: ReturnType<typeof transport>][] = [
  [{ lookups: ['ENOTFOUND'] }, ofName('name_not_found', 'ENOTFOUND')],
  ...['EAI_AGAIN', 'EAI_FAIL', 'EAI_MEMORY'].map(
    (code): [OddNetwork, ReturnType<typeof transport>] => [
      { lookups: [code] },
      ofName('name_unresolved', code),
    ],
  ),
  ...['ECONNREFUSED', 'EACCES', 'ENETDOWN', 'EHOSTDOWN', 'EMFILE'].map(
    (code): [OddNetwork, ReturnType<typeof transport>] => [
      { connections: [code] },
      ofConnection(code),
    ],
  ),
];

function nameFault({ lookups = [], connections = [] }: OddNetwork): string {
  return lookups.length > 0
    ? `a look-up with ${lookups.join()}`
    : `a connection with ${connections.join()}`;
}

function nameInputs(inputs: Readonly<Record<string, string>>): string {
  if (!('grant-type' in inputs)) return '';
  return ` with a refresh token${'retry-on' in inputs ? ' and retry-on: all' : ''}`;
}

const lookupsAndConnections: readonly FaultRow[] = [
  ...passing.flatMap(([network, failure]) =>
    [{}, refreshing, { ...refreshing, ...retryOnAll }].map((inputs) => ({
      name: `${nameFault(network)} is tried again${nameInputs(inputs)}`,
      start: answer(token()),
      network,
      inputs: { ...plain, ...inputs },
      outcome: succeed([failure], { requests: 1 }),
    })),
  ),
  {
    name: 'a name that is never found is retried, and reported as that',
    start: answer(token()),
    network: { lookups: ['ENOTFOUND', 'ENOTFOUND'] },
    inputs: { ...plain, ...twice },
    outcome: giveUp(ofName('name_not_found', 'ENOTFOUND'), { of: 2, requests: 0 }),
  },
  {
    name: 'a resolver that never answers is retried, and reported as that',
    start: answer(token()),
    network: { lookups: ['EAI_AGAIN', 'EAI_AGAIN'] },
    inputs: { ...plain, ...twice },
    outcome: giveUp(ofName('name_unresolved', 'EAI_AGAIN'), { of: 2, requests: 0 }),
  },
  {
    name: "a look-up without an end ends with the attempt's time",
    start: answer(token()),
    network: { lookups: ['silence', 'silence'] },
    inputs: { ...plain, ...twice },
    outcome: reachTooLate({ step: 'resolving' }),
  },
  {
    name: "a connection without an end ends with the attempt's time, and the log has the address",
    start: answer(token()),
    network: { connections: ['silence', 'silence'] },
    inputs: { ...plain, ...twice },
    outcome: reachTooLate({ step: 'connecting', addresses: ['127.0.0.1'] }),
  },
  {
    name: 'a refresh token is tried again after a connection that timed out',
    start: answer(token()),
    network: { connections: ['silence'] },
    inputs: { ...plain, ...refreshing },
    outcome: succeed(
      [transport('timeout', { step: 'connecting', addresses: ['127.0.0.1'], sent: false })],
      { requests: 1 },
    ),
  },
];

/** A server behind a device that writes garbage into the connection when the server has the request. */
async function startBrokenTls(): Promise<Endpoint> {
  let spoil: () => void = () => undefined;
  const silent = dynamic(() => {
    spoil();
    return silence('before-head');
  });
  const server = await startScriptedServer({ answers: [silent], tls: certificates.right });
  const front = await startTcpServer(({ stream }) => {
    const upstream = connect({ host: '127.0.0.1', port: server.port });
    upstream.on('error', () => undefined);
    stream.on('close', () => upstream.destroy());
    stream.pipe(upstream);
    upstream.on('data', (bytes) => stream.write(bytes));
    spoil = () => stream.end('no record of TLS at all, and far too long for one');
  });
  return {
    url: `https://127.0.0.1:${front.port}/token`,
    port: front.port,
    requests: server.requests,
    close: async () => {
      await Promise.all([front.close(), server.close()]);
    },
  };
}

const sent: readonly FaultRow[] = ([{}, retryOnAll] as const).flatMap((inputs) => [
  ...(['end', 'reset'] as const).map((ending) => ({
    name: `a refresh token is tried again after a handshake of TLS that broke by ${ending}${'retry-on' in inputs ? ', with retry-on: all, too' : ''}`,
    start: breakHandshake(ending),
    inputs: { ...refreshing, ...inputs },
    outcome: giveUp(wasResetBefore, { requests: 0 }),
  })),
  {
    name: `a refresh token is not sent again after TLS broke behind it${'retry-on' in inputs ? ', not even with retry-on: all' : ''}`,
    start: startBrokenTls,
    inputs: { ...trusting, ...refreshing, ...inputs },
    outcome: failAtOnce(
      transport('connection_failed', { systemCode: 'EPROTO', step: 'exchanging' }),
    ),
  },
]);

/** Starts a server of node:http or node:https; `scheme` is what the URL says. */
function serve(scheme: 'http' | 'https', make: () => Server): FaultRow['start'] {
  return async () => {
    const server = make();
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket.on('error', () => undefined));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      url: `${scheme}://127.0.0.1:${port}/token`,
      port,
      requests: [],
      close: async () => {
        const closed = once(server, 'close');
        server.close();
        for (const socket of sockets) socket.destroy();
        await closed;
      },
    };
  };
}

const issuing = await authority.createIntermediate('Issuing CA');
const weak = await authority.createIntermediate('Weak CA', { hash: 'SHA-1' });
const names = ['127.0.0.1', oddHost];
const ofIssuing = await issuing.issue({ names });
const ofWeak = await weak.issue({ names });

const tls: readonly FaultRow[] = [
  {
    name: 'a token comes where only the issuing CA is trusted',
    start: answerByTls(
      { cert: `${ofIssuing.certificate}\n${issuing.certificate}`, key: ofIssuing.key },
      token(),
    ),
    inputs: { 'ca-certificate': issuing.certificate },
    outcome: succeed(),
  },
  {
    name: 'a certificate of a CA with a weak signature is final, and said to be renewed',
    start: serve('https', () =>
      createTlsServer({
        cert: `${ofWeak.certificate}\n${weak.certificate}`,
        key: ofWeak.key,
        ciphers: 'DEFAULT:@SECLEVEL=0',
      }),
    ),
    inputs: trusting,
    outcome: failAtOnce(
      transport('tls_untrusted', {
        systemCode: 'UNSPECIFIED',
        says: 'CA signature digest algorithm too weak',
        sent: false,
      }),
      { requests: 0 },
    ),
  },
  {
    name: 'outdated versions of TLS are reported as that',
    start: serve('https', () =>
      createTlsServer({
        ...certificates.right,
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT:@SECLEVEL=0',
      }),
    ),
    inputs: trusting,
    outcome: giveUp(
      transport('tls_outdated', { systemCode: 'EPROTO', reason: 'tlsv1 alert protocol version' }),
      { requests: 0 },
    ),
  },
  {
    name: 'a server that speaks only HTTP/2 is reported as that',
    start: serve('https', () => createSecureServer({ ...certificates.right, allowHTTP1: false })),
    inputs: trusting,
    outcome: giveUp(transport('http2_only'), { requests: 0 }),
  },
  {
    name: 'a server that speaks only HTTP/2 without TLS is reported as that',
    start: serve('http', () => createHttp2Server()),
    outcome: giveUp(transport('http2_only'), { requests: 0 }),
  },
  {
    name: 'TLS at a URL of http is reported as that',
    // A fatal alert protocol_version, as OpenSSL answers data that is not TLS.
    start: answer(garbage(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]))),
    outcome: giveUp(transport('tls_expected')),
  },
];

const tokenBody = JSON.stringify({ access_token: accessToken });

const http: readonly FaultRow[] = [
  {
    name: 'headers of 60 KiB are read',
    start: answer(reply({ headers: { 'x-long': 'x'.repeat(60 * 1024) }, body: tokenBody })),
    outcome: succeed(),
  },
  {
    name: 'headers of more than 64 KiB are too large, which is final',
    start: answer(reply({ headers: { 'x-long': 'x'.repeat(70 * 1024) }, body: tokenBody })),
    outcome: failAtOnce(transport('headers_too_large')),
  },
  ...(
    [
      ['gzip, identity', gzipSync(tokenBody)],
      ['gzip, gzip', gzipSync(gzipSync(tokenBody))],
      ['deflate', deflateRawSync(tokenBody)],
    ] as const
  ).map(([encoding, body]) => ({
    name: `an answer with Content-Encoding: ${encoding} is read`,
    start: answer(reply({ headers: { 'content-encoding': encoding }, body })),
    outcome: succeed(),
  })),
  {
    name: 'an encoding that is not known is named, and tried again',
    start: answer(reply({ headers: { 'content-encoding': 'zstd' }, body: tokenBody })),
    outcome: giveUp(transport('encoding_unknown', { encoding: 'zstd' })),
  },
  {
    name: 'an unknown encoding is left as it is if headers requested it',
    start: answer(reply({ headers: { 'content-encoding': 'zstd' }, body: tokenBody })),
    inputs: { headers: 'Accept-Encoding: zstd' },
    outcome: succeed(),
  },
];

/** Every fault of the network, of TLS and of HTTP that is not about one certificate. */
export const networkRows: readonly FaultRow[] = [
  ...lookupsAndConnections,
  ...sent,
  ...tls,
  ...http,
];
