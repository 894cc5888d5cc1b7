/** A network whose resolver and kernel fail as a test says. Loopback cannot make such faults. */
import { Socket } from 'node:net';
import { join } from 'node:path';

import { machineNetwork, type Network } from '../../../src/http/connection/network.ts';

/** The faults of a network. */
export interface OddNetwork {
  /** The codes by which the first look-ups of the host fail, or `silence`; the next one gives 127.0.0.1. */
  readonly lookups?: readonly string[];
  /** The codes by which the first connections fail, or `silence`. */
  readonly connections?: readonly string[];
}

/**
 * Makes the network for requests of this process.
 *
 * @param onSilence called when nothing more will come
 */
export function makeOddNetwork(
  { lookups = [], connections = [] }: OddNetwork,
  onSilence: () => void = () => undefined,
): Network {
  const failures = { lookups: [...lookups], connections: [...connections] };
  return {
    ...machineNetwork,
    lookup: () => {
      const code = failures.lookups.shift();
      if (code === undefined) return Promise.resolve(['127.0.0.1']);
      if (code === 'silence') {
        onSilence();
        return new Promise(() => undefined);
      }
      return Promise.reject(fail(code, 'getaddrinfo'));
    },
    connect: (address, port) => {
      const code = failures.connections.shift();
      if (code === undefined) return machineNetwork.connect(address, port);
      const socket = new Socket();
      if (code === 'silence') onSilence();
      else socket.destroy(fail(code, 'connect'));
      return socket;
    },
  };
}

/** Lists the places of a network at which nothing more will come. */
export function listSilences({ lookups = [], connections = [] }: OddNetwork): string[] {
  return [...lookups, ...connections].filter((code) => code === 'silence');
}

/**
 * The variables that give the built action such a network for a host.
 *
 * @param environment the other variables, which are kept
 */
export function describeOddNetwork(
  network: OddNetwork,
  host: string,
  environment: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const preload = join(import.meta.dirname, 'odd-network.cjs').replaceAll('\\', '/');
  const { NODE_OPTIONS = '' } = environment;
  return {
    ...environment,
    NODE_OPTIONS: `${NODE_OPTIONS} --require "${preload}"`.trim(),
    ODD_NETWORK: JSON.stringify({ host, ...network }),
  };
}

function fail(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
