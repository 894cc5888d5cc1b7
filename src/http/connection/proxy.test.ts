import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { chooseProxy, writeVariables } from './proxy.ts';

const proxy = 'http://proxy.example.com:3128';

/** Whether a URL is requested through the proxy, with this no_proxy. */
function usesProxy(url: string, exceptions: string): boolean {
  const env = { https_proxy: proxy, http_proxy: proxy, no_proxy: exceptions };
  return chooseProxy(new URL(url), env) !== undefined;
}

const login = new URL('https://login.example.com/token');

describe('the address of a proxy', () => {
  const rows: readonly [address: string, expected: ReturnType<typeof chooseProxy>][] = [
    [proxy, { host: 'proxy.example.com', port: 3128, isSecure: false, credentials: undefined }],
    ['http://proxy', { host: 'proxy', port: 80, isSecure: false, credentials: undefined }],
    ['https://proxy', { host: 'proxy', port: 443, isSecure: true, credentials: undefined }],
    ['HTTP://proxy:1/', { host: 'proxy', port: 1, isSecure: false, credentials: undefined }],
    ['proxy:3128', { host: 'proxy', port: 3128, isSecure: false, credentials: undefined }],
    ['localhost:3128', { host: 'localhost', port: 3128, isSecure: false, credentials: undefined }],
    ['proxy', { host: 'proxy', port: 80, isSecure: false, credentials: undefined }],
    [' proxy:1 ', { host: 'proxy', port: 1, isSecure: false, credentials: undefined }],
    ['192.0.2.1:3128', { host: '192.0.2.1', port: 3128, isSecure: false, credentials: undefined }],
    [
      'http://[2001:db8::1]:3128',
      { host: '2001:db8::1', port: 3128, isSecure: false, credentials: undefined },
    ],
    ['[::1]:3128', { host: '::1', port: 3128, isSecure: false, credentials: undefined }],
    ['http://me:pw@proxy:1', { host: 'proxy', port: 1, isSecure: false, credentials: 'me:pw' }],
    ['me:pw@proxy:1', { host: 'proxy', port: 1, isSecure: false, credentials: 'me:pw' }],
    ['http://me@proxy:1', { host: 'proxy', port: 1, isSecure: false, credentials: 'me:' }],
    [
      'http://a%40b:p%3Aw%25@proxy:1',
      { host: 'proxy', port: 1, isSecure: false, credentials: 'a@b:p:w%' },
    ],
  ];
  for (const [address, expected] of rows) {
    test(`is read: ${address}`, () => {
      assert.deepEqual(chooseProxy(login, { https_proxy: address }), expected);
    });
  }

  for (const address of ['http://', 'http://proxy:99999', 'http://me:50%@proxy', 'a b', '::1']) {
    test(`that is not a URL is never ignored: ${address}`, () => {
      assert.throws(() => chooseProxy(login, { https_proxy: address }), {
        code: 'proxy_invalid',
        peer: 'proxy',
        retryable: false,
        mayHaveArrived: false,
      });
    });
  }

  for (const scheme of ['socks5', 'socks5h', 'socks4', 'socks', 'ftp']) {
    test(`of another kind is refused, with its scheme: ${scheme}`, () => {
      assert.throws(() => chooseProxy(login, { https_proxy: `${scheme}://me:pw@proxy:1080` }), {
        code: 'proxy_unsupported',
        scheme,
        retryable: false,
        mayHaveArrived: false,
      });
    });
  }
});

describe('the variable of a proxy', () => {
  const rows: readonly [url: string, env: NodeJS.ProcessEnv, host: string | undefined][] = [
    ['https://a.test/', {}, undefined],
    ['https://a.test/', { https_proxy: '' }, undefined],
    ['https://a.test/', { https_proxy: ' ' }, undefined],
    ['https://a.test/', { http_proxy: 'one' }, undefined],
    ['http://a.test/', { https_proxy: 'one' }, undefined],
    ['https://a.test/', { https_proxy: 'one', HTTPS_PROXY: 'two' }, 'one'],
    ['https://a.test/', { https_proxy: '', HTTPS_PROXY: 'two' }, 'two'],
    ['http://a.test/', { HTTP_PROXY: 'two' }, 'two'],
    ['http://a.test/', { http_proxy: 'one' }, 'one'],
  ];
  for (const [url, env, host] of rows) {
    test(`${JSON.stringify(env)} for ${new URL(url).protocol} gives ${host ?? 'none'}`, () => {
      assert.equal(chooseProxy(new URL(url), env)?.host, host);
    });
  }

  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) {
    test(`does not matter for this machine: ${host}`, () => {
      assert.equal(chooseProxy(new URL(`https://${host}/`), { https_proxy: 'ftp://x' }), undefined);
    });
  }

  test('does not matter for a host that no_proxy names, whatever it is', () => {
    const env = { https_proxy: 'socks5://proxy', no_proxy: 'login.example.com' };
    assert.equal(chooseProxy(login, env), undefined);
  });
});

describe('no_proxy', () => {
  const https = 'https://login.example.com/token';
  const v6 = 'https://[2001:db8::7]/token';
  const rows: readonly [exceptions: string, url: string, isExcepted: boolean][] = [
    ['', https, false],
    ['*', https, true],
    ['login.example.com', https, true],
    ['LOGIN.Example.COM', https, true],
    ['example.com', https, true],
    ['ample.com', https, false],
    ['login.example.com', 'https://example.com/', false],
    ['.example.com', https, true],
    ['.example.com', 'https://example.com/', false],
    ['*.example.com', https, true],
    ['*.example.com', 'https://a.b.example.com/', true],
    ['*.example.com', 'https://example.com/', false],
    ['*.example.com', 'https://badexample.com/', false],
    ['example.com.', https, true],
    ['example.com', 'https://login.example.com./', true],
    ['login.example.com:443', https, true],
    ['login.example.com:8443', https, false],
    ['*.example.com:8443', 'https://login.example.com:8443/', true],
    ['example.com:80', 'http://login.example.com/', true],
    ['other.test, login.example.com', https, true],
    ['other.test login.example.com', https, true],
    ['other.test,\n\t login.example.com ,', https, true],
    ['bücher.example', 'https://xn--bcher-kva.example/', true],
    ['192.0.2.1', 'https://192.0.2.1/', true],
    ['192.0.2.1:443', 'https://192.0.2.1/', true],
    ['192.0.2.1:1', 'https://192.0.2.1/', false],
    ['192.0.2.0/24', 'https://192.0.2.200/', true],
    ['192.0.2.0/24', 'https://192.0.3.1/', false],
    ['192.0.2.0/99', 'https://192.0.2.1/', false],
    ['10.0.0.0/8', https, false],
    ['2001:db8::7', v6, true],
    ['2001:DB8:0:0::7', v6, true],
    ['[2001:db8::7]', v6, true],
    ['[2001:db8::7]:443', v6, true],
    ['[2001:db8::7]:8443', v6, false],
    ['[2001:db8::7]:8443', 'https://[2001:db8::7]:8443/', true],
    ['2001:db8::8', v6, false],
    ['2001:db8::/32', v6, true],
    ['2001:db9::/32', v6, false],
    ['2001:db8::/32', 'https://192.0.2.1/', false],
    ['0.0.0.0/0', v6, false],
    ['*.', https, false],
    ['.', https, false],
    ['a b://, [', https, false],
  ];
  for (const [exceptions, url, isExcepted] of rows) {
    test(`${JSON.stringify(exceptions)} ${isExcepted ? 'excepts' : 'does not except'} ${url}`, () => {
      assert.equal(usesProxy(url, exceptions), !isExcepted);
    });
  }

  test('is read in upper case if there is none in lower case', () => {
    const env = { https_proxy: proxy, NO_PROXY: 'example.com' };
    assert.equal(chooseProxy(login, env), undefined);
    assert.notEqual(chooseProxy(login, { ...env, no_proxy: 'other.test' }), undefined);
  });
});

describe('the variables for the HTTP client of the toolkit', () => {
  const service = new URL('https://results.example.com/');

  for (const [list, written] of [
    ['', ''],
    ['a.test *', 'results.example.com,a.test,*'],
    ['example.com', 'results.example.com,example.com'],
    ['a.test,b.test', 'a.test,b.test'],
    [' a.test B.test,\tc.test ,', 'a.test,b.test,c.test'],
    ['*.a.test', '.a.test'],
    ['.a.test:8443', '.a.test:8443'],
    ['a.test:443', 'a.test:443'],
    ['a.test.', 'a.test'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['2001:DB8:0::7', '[2001:db8::7]'],
    ['[2001:db8::7]:443', '[2001:db8::7]:443'],
    ['192.0.2.1:80', '192.0.2.1:80'],
    ['192.0.2.0/24', ''],
    ['*.', ''],
  ] as const) {
    test(`have a no_proxy that it can read: "${list.trim()}"`, () => {
      assert.equal(writeVariables(service, { no_proxy: list }).no_proxy, written);
    });
  }

  for (const [address, network] of [
    ['192.0.2.200', '192.0.2.0/24'],
    ['[2001:db8::7]', '2001:db8::/32'],
  ] as const) {
    test(`name the service if its network is excepted: ${network}`, () => {
      const url = new URL(`http://${address}:8080/`);
      assert.equal(writeVariables(url, { no_proxy: network }).no_proxy, address);
    });
  }

  test('have the scheme of a proxy, and the variable in lower case first', () => {
    const env = { HTTPS_PROXY: 'proxy:3128', http_proxy: proxy, HTTP_PROXY: 'other' };
    const { https_proxy, http_proxy } = writeVariables(service, env);
    assert.deepEqual([https_proxy, http_proxy], ['http://proxy:3128', proxy]);
  });

  test('are empty if nothing is set', () => {
    const empty = { https_proxy: '', http_proxy: '', no_proxy: '' };
    assert.deepEqual(writeVariables(service, {}), empty);
  });
});
