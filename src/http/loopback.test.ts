import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isLoopback } from './loopback.ts';

const hosts: readonly (readonly [url: string, expected: boolean])[] = [
  ['http://localhost/', true],
  ['http://LOCALHOST:8080/', true],
  ['http://127.0.0.1/', true],
  ['http://127.1.2.3/', true],
  ['http://127.1/', true],
  ['http://2130706433/', true],
  ['http://[::1]/', true],
  ['http://[0:0:0:0:0:0:0:1]/', true],
  ['http://0.0.0.0/', false],
  ['http://10.0.0.1/', false],
  ['http://128.0.0.1/', false],
  ['http://[::]/', false],
  ['http://[::2]/', false],
  ['http://[::1:1]/', false],
  ['http://login.example.com/', false],
  ['http://localhost.example.com/', false],
  ['http://notlocalhost/', false],
  ['http://127.0.0.1.example.com/', false],
  ['http://a127.0.0.1.nip.io/', false],
];

for (const [url, expected] of hosts) {
  test(`the host of ${url} is ${expected ? 'loopback' : 'not loopback'}`, () => {
    assert.equal(isLoopback(new URL(url).hostname), expected);
  });
}

test('an address is taken as a whole', () => {
  assert.equal(isLoopback('127.10.20.30'), true);
  assert.equal(isLoopback('a127.0.0.1'), false);
});
