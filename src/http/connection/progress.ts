/**
 * What a request is doing: nothing yet, looking the name up, connecting, asking a proxy to connect, setting up TLS, or
 * sending and receiving.
 */
export type Step =
  'preparing' | 'resolving' | 'connecting' | 'tunneling' | 'securing' | 'exchanging';

/** Who is at the other end of a connection. */
export type Peer = 'server' | 'proxy';

/** How far a request has come. What follows from a failure is read from here and not from the code of an error. */
export interface Progress {
  step: Step;
  peer: Peer;
  /** Whether a byte of the request may have been written to a connection to the server. */
  sent: boolean;
  /** The addresses of the peer that a connection was tried to; where there is one, only that of the connection. */
  addresses: string[];
  /** The host of the proxy that the connection goes through; not there without one. */
  proxy?: string;
}

/** The progress of a request that has not begun. */
export function startProgress(): Progress {
  return { step: 'preparing', peer: 'server', sent: false, addresses: [] };
}
