/** The cache by the built action, where the service is reached as the token endpoint can be. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test, type TestContext } from 'node:test';

import { startStage } from '../../support/making/cache-stage.ts';
import { startProxy } from '../../support/doubles/proxy.ts';

/** Passes connections to the loopback of IPv6 on; undefined where this machine has none. */
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

test('a cache service with an IPv6 address keeps a token, and gives it to the next job', async (t) => {
  const stage = await startStage();
  t.after(stage.close);
  const port = await relay(t, Number(new URL(stage.service.origin).port));
  if (port === undefined) {
    t.skip('no IPv6 on this machine');
    return;
  }
  const environment = { ACTIONS_RESULTS_URL: `http://[::1]:${port}/` };
  const first = await stage.run({ environment });
  const second = await stage.run({ environment });
  assert.deepEqual([second.hit, second.token], [true, first.token], first.stdout);
});

test('a cache service that no_proxy names by a wildcard is reached without the proxy', async (t) => {
  const stage = await startStage();
  t.after(stage.close);
  const proxy = await startProxy({ behaviour: 'refuse' });
  t.after(proxy.close);
  // The names are of this machine, and only no_proxy keeps the proxy out of it.
  const origin = new URL(stage.service.origin);
  const environment = {
    ACTIONS_RESULTS_URL: `http://results.localhost:${origin.port}/`,
    http_proxy: proxy.url,
    no_proxy: 'other.test *.localhost',
  };
  const first = await stage.run({ environment });
  const second = await stage.run({ environment });
  assert.deepEqual([second.hit, second.token], [true, first.token], first.stdout);
  assert.deepEqual(proxy.connects, []);
});
