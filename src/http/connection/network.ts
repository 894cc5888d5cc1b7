import * as dns from 'node:dns';
import { connect, type Socket } from 'node:net';

/** The network that connections are made over. Tests pass their own. */
export interface Network {
  /** The addresses of a name, in the order in which the machine prefers them. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
  /** Begins a TCP connection to an address. */
  readonly connect: (address: string, port: number) => Socket;
  /** Calls back after so many milliseconds; returns the function that cancels it. */
  readonly startTimer: (milliseconds: number, callback: () => void) => () => void;
  /** The environment that names the proxies. */
  readonly env: NodeJS.ProcessEnv;
}

/** The network of the machine. */
export const machineNetwork: Network = {
  lookup,
  connect: (host, port) => connect({ host, port, noDelay: true }),
  startTimer: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
  env: process.env,
};

/** As node:net does it: only addresses of the families that this machine has, where the system can tell. */
function lookup(host: string): Promise<string[]> {
  const hints = process.platform === 'win32' ? 0 : dns.ADDRCONFIG;
  return new Promise((resolve, reject) => {
    dns.lookup(host, { all: true, hints }, (error, found) => {
      if (error === null) resolve(found.map(({ address }) => address));
      else reject(error);
    });
  });
}
