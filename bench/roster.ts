/** Which contestants are compared. They are made from addresses and the built action. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { listGo, listPython, listShell, type Source } from './alternatives.ts';
import { type Contestant, makeInputs, type Servers } from './contest.ts';
import { slowness } from './messages.ts';

const contestants = join(import.meta.dirname, 'contestants');
const client = { 'client-id': 'ci-client', 'client-secret': 'the-secret-of-ci-client' };

/** The contestants, by what they are compared with. */
export interface Field {
  readonly floor: Contestant;
  readonly others: readonly Contestant[];
}

const foundInCache = /^cache-hit<<.*\ntrue\n/m;

/** Makes contestants. */
export class Roster {
  readonly #servers: Servers;
  readonly #action: string;
  readonly #folder: string;
  readonly #caFile: string;
  readonly #key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  #misses = 0;

  /**
   * @param dist the built action
   * @param folder for files, emptied by the caller
   */
  constructor(servers: Servers, dist: string, folder: string) {
    this.#servers = servers;
    this.#action = join(dist, 'main', 'index.js');
    this.#folder = folder;
    this.#caFile = join(folder, 'ca.pem');
    writeFileSync(this.#caFile, servers.addresses.ca);
  }

  /** All contestants, in groups with one endpoint each. */
  async listFields(): Promise<Field[]> {
    const { fast, slow, https, ca } = this.#servers.addresses;
    const trust = { NODE_EXTRA_CA_CERTS: this.#caFile };
    const uncached = { 'use-cache': 'false' };
    const slowly = `endpoint of ${slowness} ms`;
    return [
      {
        floor: await this.#script('floor', 'floor.mjs', fast),
        others: [
          bare,
          await this.#script('floor, as CommonJS', 'floor.cjs', fast),
          await this.action('without cache', { 'token-url': fast, ...uncached }),
          await this.hit(),
          await this.#hitByKey(),
          ...this.#listAlternatives(fast),
        ],
      },
      {
        floor: await this.#script(`floor, ${slowly}`, 'floor.mjs', slow),
        others: [
          await this.action(`without cache, ${slowly}`, { 'token-url': slow, ...uncached }),
          await this.#miss(`cache miss with saving, ${slowly}`, slow),
        ],
      },
      {
        floor: await this.#script('floor, https', 'floor.mjs', https, trust),
        others: [
          await this.action('without cache, https', { 'token-url': https, ...uncached }, trust),
          await this.action('without cache, https, ca-certificate', {
            'token-url': https,
            ...uncached,
            'ca-certificate': ca,
          }),
          ...listShell('bash, curl and jq, https', toSource(https), {
            CURL_CA_BUNDLE: this.#caFile,
          }),
        ],
      },
    ];
  }

  /** A job whose token is in the cache after its first run. */
  async hit(): Promise<Contestant> {
    const url = this.#servers.addresses.fast;
    const hit = await this.action('cache hit by client secret', { 'token-url': url });
    return { ...hit, expects: foundInCache };
  }

  /** The same with a private key, from which the keys of the cache come faster. */
  async #hitByKey(): Promise<Contestant> {
    const hit = await this.action('cache hit by private key', {
      'token-url': this.#servers.addresses.fast,
      'client-secret': '',
      'private-key': this.#key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    });
    return { ...hit, expects: foundInCache };
  }

  /** A job that was never run before, with a new client each time. */
  async #miss(name: string, url: string): Promise<Contestant> {
    const missing = await this.action(name, { 'token-url': url });
    return {
      ...missing,
      env: () => ({ ...missing.env(), 'INPUT_CLIENT-ID': `client-${(this.#misses += 1)}` }),
      expects: /^cache-hit<<.*\nfalse\n/m,
    };
  }

  /** The action with these inputs, and other variables. */
  async action(
    name: string,
    inputs: Record<string, string>,
    more: Record<string, string> = {},
  ): Promise<Contestant> {
    const variables = await makeInputs({ ...client, ...inputs });
    const env = { ...variables, ...this.#servers.addresses.cacheEnvironment, ...more };
    return {
      name: `action ${name}`,
      command: [process.execPath, this.#action],
      env: () => env,
      expects: /^token<</m,
    };
  }

  async #script(
    name: string,
    file: string,
    url: string,
    more: Record<string, string> = {},
  ): Promise<Contestant> {
    const env = { ...(await makeInputs({ ...client, 'token-url': url })), ...more };
    const command = [process.execPath, join(contestants, file)];
    return { name, command, env: () => env, expects: /^token=/m };
  }

  #listAlternatives(url: string): Contestant[] {
    const [go, python] = [join(this.#folder, 'go'), join(this.#folder, 'python')];
    mkdirSync(go);
    return [
      ...listShell('bash, curl and jq', toSource(url)),
      ...listGo(toSource(url), go),
      ...listPython(toSource(url), python),
    ];
  }
}

/** What Node itself costs. */
const bare: Contestant = {
  name: 'node -e 0',
  command: [process.execPath, '-e', '0'],
  env: () => ({}),
  expects: undefined,
};

function toSource(url: string): Source {
  return { url, clientId: client['client-id'], clientSecret: client['client-secret'] };
}
