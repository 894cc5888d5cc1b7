import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Network } from './network.ts';
import { type Peer, startProgress } from './progress.ts';
import { reach } from './reach.ts';

/** A network whose connections and timers a test controls. */
function startNetwork(
  addresses: readonly string[] | Error,
  { host = 'login.example.com', peer = 'server' }: { host?: string; peer?: Peer } = {},
) {
  const sockets = new Map<string, Socket>();
  const names: string[] = [];
  const timers: { milliseconds: number; fire: () => void; cancelled: boolean }[] = [];
  const network: Network = {
    lookup: (name) => {
      names.push(name);
      return addresses instanceof Error ? Promise.reject(addresses) : Promise.resolve(addresses);
    },
    connect: (address) => {
      const socket = new Socket();
      sockets.set(address, socket);
      return socket;
    },
    startTimer: (milliseconds, fire) => {
      const timer = { milliseconds, fire, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
    env: {},
  };
  const progress = startProgress();
  const life = new AbortController();
  const connecting = reach({ host, port: 443 }, peer, {
    network,
    over: life.signal,
    progress,
  });
  connecting.catch(() => undefined);
  const find = (address: string): Socket => {
    const socket = sockets.get(address);
    assert.ok(socket, `${address} was not tried`);
    return socket;
  };
  return { progress, life, connecting, sockets, names, timers, find };
}

function refuse(socket: Socket, code: string): void {
  socket.destroy(Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' }));
}

const [a4, b4, a6, b6] = ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2'] as const;

describe('an address', () => {
  for (const host of ['192.0.2.7', '2001:db8::7']) {
    test(`that a URL names is not looked up: ${host}`, async () => {
      const { connecting, find, names, progress } = startNetwork([], { host, peer: 'proxy' });
      await nextTurn();
      find(host).emit('connect');
      assert.equal(await connecting, find(host));
      assert.deepEqual(names, []);
      assert.deepEqual(progress, {
        step: 'connecting',
        peer: 'proxy',
        sent: false,
        addresses: [host],
      });
    });
  }

  test('of a name is connected to', async () => {
    const { connecting, find, names, progress } = startNetwork([a4]);
    assert.equal(progress.step, 'resolving');
    await nextTurn();
    find(a4).emit('connect');
    assert.equal(await connecting, find(a4));
    assert.deepEqual(names, ['login.example.com']);
    assert.deepEqual([progress.step, progress.addresses], ['connecting', [a4]]);
  });

  test('that is slow keeps its time although the next one is tried as well', async () => {
    const { connecting, find, sockets, timers } = startNetwork([a4, b4]);
    await nextTurn();
    assert.deepEqual([...sockets.keys()], [a4]);
    assert.equal(timers[0]?.milliseconds, 250);
    timers[0].fire();
    assert.deepEqual([...sockets.keys()], [a4, b4]);
    assert.equal(find(a4).destroyed, false);
    find(a4).emit('connect');
    assert.equal(await connecting, find(a4));
    assert.deepEqual([find(a4).destroyed, find(b4).destroyed], [false, true]);
  });

  test('that does not answer does not stop the next one from being used', async () => {
    const { connecting, find, timers } = startNetwork([a4, b4]);
    await nextTurn();
    timers[0]?.fire();
    find(b4).emit('connect');
    assert.equal(await connecting, find(b4));
    assert.equal(find(a4).destroyed, true);
  });

  test('that fails is followed by the next one at once', async () => {
    const { connecting, find, sockets, timers } = startNetwork([a4, b4]);
    await nextTurn();
    refuse(find(a4), 'ECONNREFUSED');
    await nextTurn();
    assert.deepEqual([...sockets.keys()], [a4, b4]);
    assert.equal(timers[0]?.cancelled, true);
    find(b4).emit('connect');
    assert.equal(await connecting, find(b4));
  });

  test('that is the last one starts no timer', async () => {
    const { timers } = startNetwork([a4]);
    await nextTurn();
    assert.deepEqual(timers, []);
  });
});

test('the two families take turns, beginning with the one that the machine prefers', async () => {
  const { sockets, timers } = startNetwork([a6, b6, a4, b4]);
  await nextTurn();
  for (let fired = 0; fired < 3; fired += 1) timers[fired]?.fire();
  assert.deepEqual([...sockets.keys()], [a6, a4, b6, b4]);
});

describe('addresses that all fail', () => {
  for (const [words, codes, expected] of [
    ['the first one that failed', ['ECONNREFUSED', 'EHOSTUNREACH'], 'ECONNREFUSED'],
    ['the one that is not for want of IPv6', ['ENETUNREACH', 'ETIMEDOUT'], 'ETIMEDOUT'],
    ['the first one, where neither could work', ['ENETUNREACH', 'EADDRNOTAVAIL'], 'ENETUNREACH'],
  ] as const) {
    test(`are named, and the failure is ${words}`, async () => {
      const { connecting, find, progress } = startNetwork([a6, a4]);
      await nextTurn();
      refuse(find(a6), codes[0]);
      await nextTurn();
      refuse(find(a4), codes[1]);
      await assert.rejects(connecting, { code: expected });
      assert.deepEqual(progress.addresses, [a6, a4]);
    });
  }
});

test('a name without an address is a failure of the look-up', async () => {
  const { connecting, progress } = startNetwork([]);
  await assert.rejects(connecting, { message: 'no address' });
  assert.equal(progress.step, 'resolving');
});

test('a look-up that fails is reported as it is', async () => {
  const failure = Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
  const { connecting, progress } = startNetwork(failure);
  await assert.rejects(connecting, failure);
  assert.equal(progress.step, 'resolving');
});

describe('the end of the request', () => {
  test('closes everything that was tried, and tries nothing more', async () => {
    const { find, life, sockets, timers } = startNetwork([a4, b4, a6]);
    await nextTurn();
    timers[0]?.fire();
    life.abort();
    await nextTurn();
    assert.deepEqual(
      [...sockets.values()].map(({ destroyed }) => destroyed),
      [true, true],
    );
    assert.equal(find(a4).destroyed, true);
    assert.ok(timers.every(({ cancelled }, index) => cancelled || index === 0));
    assert.equal(getEventListeners(life.signal, 'abort').length, 0);
  });

  test('that comes while a name is looked up prevents the connection', async () => {
    const { connecting, life, sockets } = startNetwork([a4]);
    life.abort();
    await assert.rejects(connecting, { name: 'AbortError' });
    assert.equal(sockets.size, 0);
  });

  test('closes the connection that was taken', async () => {
    const { connecting, find, life } = startNetwork([a4]);
    await nextTurn();
    find(a4).emit('connect');
    const socket = await connecting;
    life.abort();
    assert.equal(socket.destroyed, true);
  });
});
