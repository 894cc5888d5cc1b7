import { BlockList, isIP } from 'node:net';

import { isLoopback } from '../loopback.ts';
import { TransportError } from '../transport-error.ts';
import type { Place } from './reach.ts';

/** A proxy that connects on request (RFC 9110 section 9.3.6). */
export interface Proxy extends Place {
  /** Whether the proxy itself is reached by TLS. */
  readonly isSecure: boolean;
  /** User and password as `user:password`, decoded; undefined if its address has none. */
  readonly credentials: string | undefined;
}

/**
 * Chooses the proxy for a URL by `https_proxy` or `http_proxy`, and by `no_proxy`, in lower or upper case.
 *
 * @returns undefined if the server is reached directly
 * @throws {TransportError} `proxy_invalid` or `proxy_unsupported`: a proxy that the environment names is never ignored
 */
export function chooseProxy(url: URL, env: NodeJS.ProcessEnv): Proxy | undefined {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const address = readVariable(env, name);
  if (address === '' || isLoopback(url.hostname)) return undefined;
  return isExcepted(url, readVariable(env, 'no_proxy')) ? undefined : readProxy(address);
}

function readVariable(env: NodeJS.ProcessEnv, name: string): string {
  const [lower = '', upper = ''] = [env[name], env[name.toUpperCase()]].map((one) => one?.trim());
  return lower === '' ? upper : lower;
}

/** An address without a scheme is an http address, as in other programs. */
function addScheme(address: string): string {
  const isComplete = address === '' || /^[a-z][a-z\d+.-]*:\/\//i.test(address);
  return isComplete ? address : `http://${address}`;
}

function readProxy(address: string): Proxy {
  const url = parseUrl(addScheme(address));
  const scheme = url?.protocol.slice(0, -1) ?? '';
  if (url === undefined) throw new TransportError('proxy_invalid', { peer: 'proxy', sent: false });
  if (scheme !== 'http' && scheme !== 'https') {
    throw new TransportError('proxy_unsupported', { peer: 'proxy', sent: false, scheme });
  }
  const isSecure = scheme === 'https';
  return {
    host: withoutBrackets(url.hostname),
    port: readPort(url),
    isSecure,
    credentials: readCredentials(url),
  };
}

function readCredentials({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  try {
    return [username, password].map(decodeURIComponent).join(':');
  } catch (cause) {
    throw new TransportError('proxy_invalid', { peer: 'proxy', sent: false, cause });
  }
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** The port of an http or https URL; `URL.port` is empty if it is the scheme's default. */
export function readPort({ protocol, port }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** A host as the resolver and node:net take it: `URL.hostname` has an IPv6 address in brackets. */
export function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * Whether `no_proxy` names the host of a URL. Entries are separated by commas or white space. An entry is `*`, a name
 * (which covers its subdomains too), `.name` or `*.name` (only the subdomains), an IP address, or a network such as
 * 10.0.0.0/8. Each can have a `:port`.
 */
function isExcepted(url: URL, list: string): boolean {
  return list.split(/[\s,]+/).some((entry) => entry !== '' && matches(entry, url));
}

function matches(entry: string, url: URL): boolean {
  if (entry === '*') return true;
  const host = normalize(url.hostname);
  const network = /^\[?([\da-f.:]+)\]?\/(\d+)$/i.exec(entry);
  if (network !== null) return isInNetwork(host, network[1] ?? '', Number(network[2]));
  const { domain, port, isForSubdomains } = readEntry(entry);
  if (domain === '' || (port !== undefined && port !== readPort(url))) return false;
  return (!isForSubdomains && host === domain) || host.endsWith(`.${domain}`);
}

/** An entry of `no_proxy` other than `*` and a network. */
interface Entry {
  /** In the form that `normalize` gives. */
  readonly domain: string;
  readonly port: number | undefined;
  /** Whether it covers only the subdomains. */
  readonly isForSubdomains: boolean;
}

function readEntry(entry: string): Entry {
  const { name, port } = splitEntry(entry);
  const [, wildcard = '', domain = ''] = /^(\*?\.)?(.*)$/.exec(name) ?? [];
  return { domain: normalize(domain), port, isForSubdomains: wildcard !== '' };
}

/** An IPv6 address can have a port only if it is in brackets. */
function splitEntry(entry: string): { name: string; port: number | undefined } {
  if (isIP(entry) !== 0) return { name: entry, port: undefined };
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return { name, port: port === undefined ? undefined : Number(port) };
}

/** What @actions/http-client reads from the environment. */
type ProxyVariables = Record<'http_proxy' | 'https_proxy' | 'no_proxy', string>;

/**
 * Writes the proxy variables so that @actions/http-client uses the proxy that {@link chooseProxy} gives. The library
 * itself understands no wildcard, no network and no white space in `no_proxy`. It also takes the name of a proxy
 * without a scheme for the scheme.
 *
 * @param url of the server that it must reach
 * @see https://github.com/actions/toolkit/blob/main/packages/http-client/src/proxy.ts
 */
export function writeVariables(url: URL, env: NodeJS.ProcessEnv): ProxyVariables {
  const list = readVariable(env, 'no_proxy');
  // A network is written as the one address in it that is needed.
  const direct = isExcepted(url, list) ? [url.hostname] : [];
  return {
    http_proxy: addScheme(readVariable(env, 'http_proxy')),
    https_proxy: addScheme(readVariable(env, 'https_proxy')),
    no_proxy: [...direct, ...list.split(/[\s,]+/).flatMap(writeEntry)].join(),
  };
}

function writeEntry(entry: string): string[] {
  const { domain, port, isForSubdomains } = readEntry(entry);
  if (domain === '' || entry.includes('/')) return [];
  const host = isIP(domain) === 6 ? `[${domain}]` : domain;
  return [`${isForSubdomains ? '.' : ''}${host}${port === undefined ? '' : `:${port}`}`];
}

/** Writes a host in the form that a URL gives it, without brackets and the final dot; empty if it is not a host. */
function normalize(host: string): string {
  const url = parseUrl(`http://${isIP(host) === 6 ? `[${host}]` : host}`);
  return withoutBrackets(url?.hostname ?? '').replace(/\.$/, '');
}

function isInNetwork(host: string, address: string, prefix: number): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(host) === 0 || isIP(address) === 0) return false;
  if (prefix > (family === 'ipv6' ? 128 : 32)) return false;
  const network = new BlockList();
  network.addSubnet(address, prefix, family);
  return network.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}
