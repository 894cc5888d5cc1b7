/** Faults of TLS, at a server that is reached directly and at one behind the proxy. */
import type { TransportErrorDetails } from '../../../../src/http/transport-error.ts';
import {
  type ServerTime,
  startScriptedServer,
  startSilentTlsServer,
  startTcpServer,
  token,
} from '../../doubles/scripted-server.ts';
import { transport } from '../../making/failures.ts';
import {
  answerByTls,
  certificates,
  type Endpoint,
  failAtOnce,
  type FaultRow,
  giveUp,
  type Outcome,
  type Place,
  oddHost,
  reachTooLate,
  trusting,
  twice,
  wasResetBefore,
} from './row.ts';

async function startSilentTls({ time }: { readonly time: ServerTime }): Promise<Endpoint> {
  const { url, port, close } = await startSilentTlsServer({ time });
  return { url, port, requests: [], close };
}

/** A server that ends the connection when the TLS handshake begins. */
export function breakHandshake(ending: 'end' | 'reset'): FaultRow['start'] {
  return async () => {
    const { port, close } = await startTcpServer(({ stream, reset: resetConnection }) => {
      stream.once('data', () => {
        if (ending === 'reset') resetConnection();
        else stream.end();
      });
    });
    return { url: `https://127.0.0.1:${port}/token`, port, requests: [], close };
  };
}

/** A server on plain http, with a URL that says https. */
async function startPlainForTls({ time }: Place): Promise<Endpoint> {
  const { url, port, requests, close } = await startScriptedServer({ answers: [token()], time });
  return { url: url.replace('http:', 'https:'), port, requests, close };
}

/** The certificate of the server is wrong. */
function untrusted(systemCode: string, says: string, more: TransportErrorDetails = {}): Outcome {
  return failAtOnce(transport('tls_untrusted', { systemCode, says, sent: false, ...more }));
}

const faults: readonly {
  readonly what: string;
  readonly start: FaultRow['start'];
  readonly inputs?: FaultRow['inputs'];
  readonly outcome: (proxied: boolean) => Outcome;
}[] = [
  {
    what: 'a certificate of an unknown CA',
    start: answerByTls(certificates.right, token()),
    outcome: (proxied) =>
      untrusted('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', {
        issuer: 'Test Authority',
        ...(proxied ? { proxy: '127.0.0.1' } : {}),
      }),
  },
  {
    what: 'an expired certificate',
    start: answerByTls(certificates.expired, token()),
    inputs: trusting,
    outcome: () => untrusted('CERT_HAS_EXPIRED', 'certificate has expired'),
  },
  {
    what: 'a certificate for another name',
    start: answerByTls(certificates.foreign, token()),
    inputs: trusting,
    outcome: (proxied) => {
      const names = proxied
        ? `Host: ${oddHost}. is not in the cert's altnames: DNS:other.example.test`
        : "IP: 127.0.0.1 is not in the cert's list: ";
      return untrusted(
        'ERR_TLS_CERT_ALTNAME_INVALID',
        `Hostname/IP does not match certificate's altnames: ${names}`,
      );
    },
  },
  {
    what: 'a server without TLS',
    start: startPlainForTls,
    outcome: () =>
      giveUp(transport('tls_missing', { systemCode: 'EPROTO', reason: 'wrong version number' })),
  },
  {
    what: 'a server that resets the TLS handshake',
    start: breakHandshake('reset'),
    outcome: () => giveUp(wasResetBefore),
  },
  {
    what: 'a server that ends the TLS handshake',
    start: breakHandshake('end'),
    outcome: () => giveUp(wasResetBefore),
  },
  {
    what: 'a server that never answers the TLS handshake',
    start: startSilentTls,
    inputs: twice,
    outcome: () => reachTooLate({ step: 'securing' }),
  },
];

/** The variable that would make Node trust every certificate. */
export const unverified = { NODE_TLS_REJECT_UNAUTHORIZED: '0' } as const;

/** Every fault of TLS: no secret is sent, whatever the environment says. */
export const tlsRows: readonly FaultRow[] = faults.flatMap(
  ({ what, start, inputs = {}, outcome }) =>
    [false, true].flatMap((proxied) => {
      const expected = outcome(proxied);
      const row = {
        start,
        inputs,
        ...(proxied ? { proxy: {} } : {}),
        outcome: { ...expected, requests: 0, connects: proxied ? expected.waits.length + 1 : 0 },
      };
      const name = `${what} gets no secret${proxied ? ' through a proxy' : ''}`;
      return [
        { ...row, name },
        {
          ...row,
          name: `${name}, whatever NODE_TLS_REJECT_UNAUTHORIZED says`,
          environment: unverified,
        },
      ];
    }),
);
