/** Proxies that let a request through, and those that do not. */
import { end, silence, token } from '../../doubles/scripted-server.ts';
import { transport } from '../../making/failures.ts';
import {
  answer,
  answerByTls,
  certificates,
  failAtOnce,
  type FaultRow,
  giveUp,
  proxyFault,
  proxyLogin,
  reachTooLate,
  succeed,
  timeOut,
  trusting,
  twice,
  wasCut,
  wrongLogin,
} from './row.ts';
import { unverified } from './tls.ts';

/** A server that works, behind a proxy that may not. */
export const healthy = {
  start: answerByTls(certificates.right, token()),
  inputs: trusting,
} as const;

/** The proxy answers CONNECT with another status than 200. */
export function refusedByProxy(proxyStatus: number): ReturnType<typeof transport> {
  return transport('proxy_refused', { proxyStatus, sent: false });
}

/** A proxy that requires a password. */
export const guarded = {
  behaviour: 'authenticate',
  credentials: { user: proxyLogin[0], password: proxyLogin[1] },
} as const;

const stopped = { requests: 0, connects: 1 } as const;

/** Every proxy. */
export const proxyRows: readonly FaultRow[] = [
  {
    ...healthy,
    name: 'a token comes through a proxy',
    proxy: {},
    outcome: succeed([], { connects: 1 }),
  },
  {
    name: 'a token comes through a proxy without TLS where that is allowed',
    start: answer(token()),
    inputs: { 'allow-http': 'true' },
    proxy: {},
    outcome: succeed([], { connects: 1 }),
  },
  {
    ...healthy,
    name: 'a token comes through a proxy that is itself reached by TLS',
    proxy: { tls: certificates.right },
    outcome: succeed([], { connects: 1 }),
  },
  {
    ...healthy,
    name: 'a token comes through a proxy with the right password',
    proxy: { ...guarded, login: proxyLogin },
    outcome: succeed([], { connects: 1 }),
  },
  {
    ...healthy,
    name: 'a proxy that wants a password and gets none is final',
    proxy: guarded,
    outcome: failAtOnce(refusedByProxy(407), stopped),
  },
  {
    ...healthy,
    name: 'a proxy that gets the wrong password is final',
    proxy: { ...guarded, login: wrongLogin },
    outcome: failAtOnce(refusedByProxy(407), stopped),
  },
  {
    ...healthy,
    name: 'a proxy that refuses the host is final',
    proxy: { behaviour: 'refuse' },
    outcome: failAtOnce(refusedByProxy(403), stopped),
  },
  {
    ...healthy,
    name: 'a proxy that does not reach the host is tried again',
    proxy: { behaviour: 'bad-gateway' },
    outcome: giveUp(refusedByProxy(502), { requests: 0, connects: 4 }),
  },
  {
    ...healthy,
    name: 'a proxy that resets the connection is tried again',
    proxy: { behaviour: 'reset' },
    outcome: giveUp(proxyFault('proxy_unreachable', 'read ECONNRESET'), {
      requests: 0,
      connects: 4,
    }),
  },
  ...[
    ['closes the connection', 'end', 'socket hang up'] as const,
    ['answers what is no HTTP', 'garbage', 'Parse Error: Expected HTTP/, RTSP/ or ICE/'] as const,
  ].map(([what, behaviour, message]) => ({
    ...healthy,
    name: `a proxy that ${what} is tried again, with a refresh token, too`,
    inputs: { ...trusting, 'grant-type': 'refresh_token', 'refresh-token': 'refresh-token-1' },
    proxy: { behaviour },
    outcome: giveUp(proxyFault('proxy_unreachable', message), { requests: 0, connects: 4 }),
  })),
  {
    ...healthy,
    name: 'a proxy where nobody listens is tried again',
    proxy: { address: 'http://127.0.0.1:1' },
    outcome: giveUp(proxyFault('proxy_unreachable', 'connect ECONNREFUSED 127.0.0.1:1'), {
      requests: 0,
    }),
  },
  {
    ...healthy,
    name: 'an address of a proxy that cannot be read is final',
    proxy: { address: '4711:50%@127.0.0.1:1' },
    outcome: failAtOnce(transport('proxy_invalid'), { requests: 0 }),
  },
  {
    ...healthy,
    name: 'a proxy of another kind is refused by name',
    proxy: { address: 'socks5://127.0.0.1:1080' },
    outcome: failAtOnce(transport('proxy_unsupported', { scheme: 'socks5' }), { requests: 0 }),
  },
  {
    ...healthy,
    name: 'a wait that a proxy requests is respected',
    proxy: { behaviour: 'busy' },
    outcome: failAtOnce(
      transport('proxy_refused', { proxyStatus: 503, retryAfter: 200_000, sent: false }),
      { requests: 0, connects: 1, end: 'retry_after_too_long' },
    ),
  },
  {
    ...healthy,
    name: "a proxy that hangs at CONNECT ends with the attempt's time",
    inputs: { ...trusting, ...twice },
    proxy: { behaviour: 'hang' },
    outcome: reachTooLate({ step: 'tunneling', peer: 'proxy' }, { connects: 2 }),
  },
  {
    ...healthy,
    name: "a proxy that hangs after CONNECT ends with the attempt's time",
    inputs: { ...trusting, ...twice },
    proxy: { behaviour: 'hang-after-connect' },
    outcome: reachTooLate({ step: 'securing' }, { connects: 2 }),
  },
  {
    ...healthy,
    name: 'a proxy whose own certificate is not trusted gets no CONNECT',
    inputs: {},
    environment: unverified,
    proxy: { tls: certificates.right },
    outcome: failAtOnce(proxyFault('tls_untrusted', 'unable to verify the first certificate'), {
      requests: 0,
    }),
  },
  {
    name: 'a server that cuts the body behind a proxy is tried again',
    start: answerByTls(certificates.right, end('in-body'), token()),
    inputs: trusting,
    proxy: {},
    outcome: succeed([wasCut], { connects: 2 }),
  },
  {
    name: "silence behind a proxy ends with the attempt's time",
    start: answerByTls(certificates.right, silence('in-body')),
    inputs: { ...trusting, ...twice },
    proxy: {},
    outcome: timeOut({ connects: 2 }),
  },
];
