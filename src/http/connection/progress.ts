/**
 * What a request is doing: nothing yet, looking the name up, connecting, having a proxy connect, setting up TLS, or
 * sending and receiving.
 */
export type Step =
  'preparing' | 'resolving' | 'connecting' | 'tunneling' | 'securing' | 'exchanging';

/** Who is at the other end of a connection. */
export type Peer = 'server' | 'proxy';

/** How far a request has come. A failure is judged by this and not by the code of the error. */
export interface Progress {
  step: Step;
  peer: Peer;
  /** Whether a byte of the request may have been written to a connection to the server. */
  sent: boolean;
  /** The addresses of the peer that were tried. If a connection was made, only its address. */
  addresses: string[];
  /** The host of the proxy that the connection goes through; left out if there is no proxy. */
  proxy?: string;
}

/** The progress of a request that has not started. */
export function startProgress(): Progress {
  return { step: 'preparing', peer: 'server', sent: false, addresses: [] };
}
