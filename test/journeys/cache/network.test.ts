/** The built action reaches the cache service in the same ways as the token endpoint. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test, type TestContext } from 'node:test';

import {
  type JobOptions,
  type Stage,
  startStage,
  wires,
} from '../../support/making/cache-stage.ts';
import { describeOddNetwork } from '../../support/doubles/odd-network.ts';
import { startProxy } from '../../support/doubles/proxy.ts';

/** Passes on connections to the loopback of IPv6; undefined if this machine has none. */
async function relay(t: TestContext, port: number): Promise<number | undefined> {
  const server = createServer((socket) => {
    const upstream = connect({ host: '127.0.0.1', port });
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
    socket.pipe(upstream).pipe(socket);
  });
  server.listen(0, '::1');
  try {
    await once(server, 'listening');
  } catch {
    return undefined;
  }
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

for (const version of wires) {
  test(`a cache service with an IPv6 address keeps a token for the next job, ${version}`, async (t) => {
    const stage = await startStage();
    t.after(stage.close);
    const port = await relay(t, Number(new URL(stage.service.origin).port));
    if (port === undefined) {
      t.skip('no IPv6 on this machine');
      return;
    }
    const environment = {
      ACTIONS_RESULTS_URL: `http://[::1]:${port}/`,
      ACTIONS_CACHE_URL: `http://[::1]:${port}/repository/`,
    };
    await assertCached(stage, { version, environment });
  });
}

/** The host is this machine, and only no_proxy keeps the proxy out. */
const exceptions = [
  ['a wildcard', 'results.test', 'other.test *.test'],
  ['a parent domain', 'results.test', 'other.test, test'],
  ['the name in capitals', 'results.test', 'RESULTS.test'],
  ['everything', 'results.test', '*'],
  // An address for this machine that is not a loopback address, on all systems except Windows.
  ['a network', '0.0.0.0', '0.0.0.0/8'],
] as const;

for (const [what, host, no_proxy] of exceptions) {
  for (const version of wires) {
    const skip = host === '0.0.0.0' && process.platform === 'win32' && 'no such address on Windows';
    test(`no_proxy excepts the cache service by ${what}, ${version}`, { skip }, async (t) => {
      const stage = await startStage();
      t.after(stage.close);
      const proxy = await startProxy({ behaviour: 'refuse' });
      t.after(proxy.close);
      const { port } = new URL(stage.service.origin);
      const environment = describeOddNetwork({}, host, {
        ACTIONS_RESULTS_URL: `http://${host}:${port}/`,
        ACTIONS_CACHE_URL: `http://${host}:${port}/repository/`,
        http_proxy: proxy.url,
        no_proxy,
      });
      await assertCached(stage, { version, environment });
      assert.deepEqual(proxy.connects, []);
    });
  }
}

/** The next job gets the token of the first from the cache. */
async function assertCached(stage: Stage, job: JobOptions): Promise<void> {
  const first = await stage.run(job);
  const second = await stage.run(job);
  assert.deepEqual([second.hit, second.token], [true, first.token], first.stdout + second.stdout);
}
