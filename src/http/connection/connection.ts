import type { Socket } from 'node:net';

import { chooseProxy, readPort, withoutBrackets } from './proxy.ts';
import { type ConnectionContext, type Place, reach } from './reach.ts';
import { secure, type TlsIdentity } from './secure.ts';
import { openTunnel } from './tunnel.ts';

/** What opening a connection needs. */
export interface OpeningContext extends ConnectionContext {
  /** The time of day: epoch, milliseconds. */
  readonly now: () => number;
}

/**
 * Opens a connection to the server of a URL that a request can be written to: through the proxy of the environment if
 * there is one, and with TLS for https.
 *
 * @throws {TransportError} if TLS fails, or if a proxy refuses or cannot be used. Other errors of the connection are
 * thrown   as they are; the progress says where it failed
 */
export async function openConnection(
  url: URL,
  tls: TlsIdentity,
  context: OpeningContext,
): Promise<Socket> {
  const place = { host: withoutBrackets(url.hostname), port: readPort(url) };
  const socket = await connect(url, place, tls, context);
  return url.protocol === 'https:' ? secure(socket, place.host, tls, context) : socket;
}

async function connect(
  url: URL,
  place: Place,
  tls: TlsIdentity,
  context: OpeningContext,
): Promise<Socket> {
  const { network, progress, now } = context;
  const proxy = chooseProxy(url, network.env);
  if (proxy === undefined) return reach(place, 'server', context);
  progress.proxy = proxy.host;
  const socket = await reach(proxy, 'proxy', context);
  // The client's certificate is for the server, and not for the proxy.
  const { ca } = tls;
  const trust = ca === undefined ? {} : { ca };
  const secured = proxy.isSecure ? await secure(socket, proxy.host, trust, context) : socket;
  progress.step = 'tunneling';
  await openTunnel(secured, proxy, place, now);
  Object.assign(progress, { peer: 'server', addresses: [] });
  return secured;
}
