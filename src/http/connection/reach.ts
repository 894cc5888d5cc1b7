import { isIP, type Socket } from 'node:net';

import type { Network } from './network.ts';
import type { Peer, Progress } from './progress.ts';

/** How long one address may not answer before the next one is tried as well, in milliseconds (RFC 8305 section 5). */
const patience = 250;

/** A host and the port to connect to. */
export interface Place {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** What is needed to connect. */
export interface ConnectionContext {
  readonly network: Network;
  /** Aborts when the request is over, so that no socket stays open. */
  readonly over: AbortSignal;
  readonly progress: Progress;
}

/**
 * Connects to the address of a host that answers first. A slow address is not given up: the next one is tried at the
 * same time.
 *
 * @throws the error of the look-up, or of the connection whose error says the most
 * @see RFC 8305 (Happy Eyeballs)
 */
export async function reach(
  { host, port }: Place,
  peer: Peer,
  context: ConnectionContext,
): Promise<Socket> {
  const { network, over, progress } = context;
  Object.assign(progress, { step: 'resolving', peer });
  const addresses = isIP(host) === 0 ? interleave(await network.lookup(host)) : [host];
  over.throwIfAborted();
  if (addresses.length === 0) throw new Error('no address');
  progress.step = 'connecting';
  return connectToAny(addresses, port, context);
}

/** Alternates between the two families, beginning with the family of the first (RFC 8305 section 4). */
function interleave(addresses: readonly string[]): string[] {
  const family = isIP(addresses[0] ?? '');
  const same = addresses.filter((address) => isIP(address) === family);
  const other = addresses.filter((address) => isIP(address) !== family);
  const longest = Math.max(same.length, other.length);
  return Array.from({ length: longest }, (_, index) => [same[index], other[index]])
    .flat()
    .filter((address) => address !== undefined);
}

function connectToAny(
  addresses: readonly string[],
  port: number,
  { network, over, progress }: ConnectionContext,
): Promise<Socket> {
  const waiting = [...addresses];
  const open = new Set<Socket>();
  const failures: Error[] = [];
  let stopTimer: () => void = () => undefined;
  return new Promise((resolve, reject) => {
    const end = (): void => {
      waiting.length = 0;
      stopTimer();
      over.removeEventListener('abort', end);
      for (const socket of open) socket.destroy();
    };
    const tryNext = (): void => {
      stopTimer();
      const address = waiting.shift();
      if (address === undefined) {
        if (open.size === 0) reject(chooseFailure(failures));
        return;
      }
      progress.addresses.push(address);
      const socket = destroyWith(over, network.connect(address, port));
      open.add(socket);
      socket.once('connect', () => {
        open.delete(socket);
        end();
        progress.addresses = [address];
        resolve(socket);
      });
      socket.once('error', (error) => {
        failures.push(error);
      });
      socket.once('close', () => {
        if (open.delete(socket)) tryNext();
      });
      if (waiting.length > 0) stopTimer = network.startTimer(patience, tryNext);
    };
    over.addEventListener('abort', end, { once: true });
    tryNext();
  });
}

/** The codes of a machine that has no connection of this family, mostly IPv6. */
const noSuchFamily: ReadonlySet<unknown> = new Set([
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
]);

/** The first failure that is not about a family that this machine does not have. */
function chooseFailure(failures: readonly Error[]): Error {
  const telling = failures.find(
    (failure) => !('code' in failure && noSuchFamily.has(failure.code)),
  );
  return telling ?? failures[0] ?? new Error('closed');
}

/** Destroys a socket when the signal aborts. An error that comes too late does not end the process. */
export function destroyWith<T extends Socket>(over: AbortSignal, socket: T): T {
  const destroy = (): void => {
    socket.destroy();
  };
  socket.on('error', () => undefined);
  socket.once('close', () => {
    over.removeEventListener('abort', destroy);
  });
  over.addEventListener('abort', destroy, { once: true });
  if (over.aborted) destroy();
  return socket;
}
