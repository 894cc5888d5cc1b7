import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createAuthority } from '../making/certificates.ts';
import { type Proxy, type ProxyOptions, startProxy } from './proxy.ts';
import {
  type Answer,
  type Connection,
  reply,
  reset,
  type ScriptedServer,
  type ServerCertificate,
  startScriptedServer,
  startTcpServer,
} from './scripted-server.ts';

const credentials = { user: 'user@corp', password: 'p:ss/w%rd' };

let authority: string;
let tls: ServerCertificate;

before(async () => {
  const created = await createAuthority();
  const { certificate, key } = await created.issue({ names: ['token.test', '127.0.0.1'] });
  authority = created.certificate;
  tls = { cert: certificate, key };
});

/** A proxy with its own server behind `token.test`. */
async function start(
  t: TestContext,
  options: ProxyOptions & { serverTls?: ServerCertificate; answer?: Answer } = {},
): Promise<{ proxy: Proxy; server: ScriptedServer }> {
  const { serverTls, answer = reply({ body: 'hello' }), ...rest } = options;
  const server = await startScriptedServer({
    answers: [answer],
    ...(serverTls && { tls: serverTls }),
  });
  const routes = { 'token.test': { host: '127.0.0.1', port: server.port } };
  const proxy = await startProxy({ routes, ...rest });
  t.after(async () => {
    await proxy.close();
    await server.close();
  });
  return { proxy, server };
}

/** Requests `url` with the HTTP client of actions, in a process whose environment names the proxy. */
async function ask(t: TestContext, url: string, proxy: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'proxy-test-'));
  t.after(() => rm(directory, { recursive: true }));
  const trusted = join(directory, 'ca.pem');
  await writeFile(trusted, authority);
  const program = `
    import { HttpClient } from '@actions/http-client';
    try {
      const response = await new HttpClient('test').get(process.argv[1]);
      console.log(response.message.statusCode + ' ' + await response.readBody());
    } catch (error) {
      console.log(error.code + ' ' + error.message);
    }`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program, url],
    {
      cwd: import.meta.dirname,
      env: {
        ...process.env,
        http_proxy: proxy,
        https_proxy: proxy,
        no_proxy: '',
        NO_PROXY: '',
        NODE_EXTRA_CA_CERTS: trusted,
      },
      timeout: 60_000,
    },
  );
  return stdout.trimEnd();
}

/** Sends a CONNECT and gives what the proxy answers. */
async function sendConnect(
  proxy: Proxy,
  options: { target?: string; headers?: Record<string, string> } = {},
): Promise<{ response: IncomingMessage; socket: Socket }> {
  const { target: path = 'token.test:443', headers = {} } = options;
  const secure = proxy.url.startsWith('https:');
  const request = secure
    ? httpsRequest(proxy.url, { method: 'CONNECT', path, headers, agent: false, ca: authority })
    : httpRequest(proxy.url, { method: 'CONNECT', path, headers, agent: false });
  request.end();
  const [response, socket] = (await once(request, 'connect')) as [IncomingMessage, Socket];
  return { response, socket };
}

/** A request that is independent of the tunnel. When it is answered, the tunnel has had its time too. */
async function getDirectly(proxy: Proxy): Promise<number | undefined> {
  const request = httpRequest(proxy.url, { agent: false }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe('a proxy that tunnels', () => {
  test('connects the HTTP client of actions to an invented host, with CONNECT even for plain http', async (t) => {
    const { proxy, server } = await start(t);
    assert.equal(await ask(t, 'http://token.test/token', proxy.url), '200 hello');
    assert.deepEqual(proxy.connects, [{ target: 'token.test:80', authorization: undefined }]);
    assert.equal(server.requests[0]?.path, '/token');
  });

  test('carries TLS from end to end', async (t) => {
    const { proxy, server } = await start(t, { serverTls: tls });
    assert.equal(await ask(t, 'https://token.test:8443/token', proxy.url), '200 hello');
    assert.deepEqual(proxy.connects, [{ target: 'token.test:8443', authorization: undefined }]);
    assert.equal(server.requests[0]?.tls, true);
  });

  test('can itself be reached by https', async (t) => {
    const { proxy, server } = await start(t, { tls, serverTls: tls });
    assert.match(proxy.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(await ask(t, 'https://token.test/token', proxy.url), '200 hello');
    assert.equal(proxy.connects.length, 1);
    assert.equal(server.requests.length, 1);
  });

  test('prefers the route of a port to that of its host', async (t) => {
    const { server } = await start(t);
    const proxy = await startProxy({
      routes: {
        'token.test': { host: '127.0.0.1', port: 1 },
        'token.test:8443': { host: '127.0.0.1', port: server.port },
      },
    });
    t.after(proxy.close);
    const { response } = await sendConnect(proxy, { target: 'token.test:8443' });
    assert.equal(response.statusCode, 200);
  });

  test('answers 502 to a target without a route, and to a route where nobody listens', async (t) => {
    const { proxy, server } = await start(t);
    await server.close();
    const unknown = await sendConnect(proxy, { target: 'elsewhere.test:443' });
    assert.equal(unknown.response.statusCode, 502);
    assert.equal((await sendConnect(proxy)).response.statusCode, 502);
  });

  test('passes on a reset by the server', async (t) => {
    const { proxy } = await start(t, { answer: reset('before-head') });
    const { socket } = await sendConnect(proxy);
    socket.write('GET / HTTP/1.1\r\nhost: token.test\r\n\r\n');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNRESET');
  });

  test('ends the connection to the server when the client goes away', async (t) => {
    const accepted = Promise.withResolvers<Connection>();
    const { port, close } = await startTcpServer(accepted.resolve);
    t.after(close);
    const proxy = await startProxy({ routes: { 'token.test': { host: '127.0.0.1', port } } });
    t.after(proxy.close);
    const { socket } = await sendConnect(proxy);
    const { stream, closed } = await accepted.promise;
    stream.resume();
    socket.resetAndDestroy();
    if (!closed.aborted) await once(closed, 'abort', { signal: AbortSignal.timeout(60_000) });
  });

  test('answers 405 to anything but a CONNECT', async (t) => {
    const { proxy } = await start(t);
    assert.equal(await getDirectly(proxy), 405);
    assert.deepEqual(proxy.connects, []);
  });
});

describe('a proxy that requests credentials', () => {
  test('accepts the right ones, as the HTTP client of actions reads them from its address', async (t) => {
    const { proxy } = await start(t, { behaviour: 'authenticate', credentials });
    const url = proxy.urlWith(credentials.user, credentials.password);
    assert.match(url, /^http:\/\/user%40corp:p%3Ass%2Fw%25rd@127\.0\.0\.1:\d+$/);
    assert.equal(await ask(t, 'http://token.test/token', url), '200 hello');
    assert.deepEqual(proxy.connects, [
      { target: 'token.test:80', authorization: `Basic ${btoa('user@corp:p:ss/w%rd')}` },
    ]);
  });

  test('answers 407 to none, and says what it requests', async (t) => {
    const { proxy, server } = await start(t, { behaviour: 'authenticate', credentials });
    const { response } = await sendConnect(proxy);
    assert.equal(response.statusCode, 407);
    assert.equal(response.headers['proxy-authenticate'], 'Basic realm="proxy"');
    assert.equal(server.connections, 0);
  });

  test('answers 407 to wrong ones, and records them', async (t) => {
    const { proxy } = await start(t, { behaviour: 'authenticate', credentials });
    const headers = { 'proxy-authorization': 'Basic d3Jvbmc6d3Jvbmc=' };
    assert.equal((await sendConnect(proxy, { headers })).response.statusCode, 407);
    assert.equal(proxy.connects[0]?.authorization, 'Basic d3Jvbmc6d3Jvbmc=');
  });

  test('accepts nobody if there are none', async (t) => {
    const { proxy } = await start(t, { behaviour: 'authenticate' });
    const headers = { 'proxy-authorization': 'Basic Og==' };
    assert.equal((await sendConnect(proxy, { headers })).response.statusCode, 407);
  });

  test('is reported by the HTTP client of actions as a reset with the status', async (t) => {
    const { proxy } = await start(t, { behaviour: 'authenticate', credentials });
    assert.equal(
      await ask(t, 'https://token.test/token', proxy.url),
      'ECONNRESET tunneling socket could not be established, statusCode=407',
    );
  });
});

describe('a proxy that fails', () => {
  test('refuses with 403', async (t) => {
    const { proxy, server } = await start(t, { behaviour: 'refuse' });
    assert.equal((await sendConnect(proxy)).response.statusCode, 403);
    assert.equal(server.connections, 0);
  });

  test('is a bad gateway with 502', async (t) => {
    const { proxy, server } = await start(t, { behaviour: 'bad-gateway' });
    assert.equal((await sendConnect(proxy)).response.statusCode, 502);
    assert.equal(server.connections, 0);
  });

  test('ends with a reset', async (t) => {
    const { proxy } = await start(t, { behaviour: 'reset' });
    await assert.rejects(sendConnect(proxy), { code: 'ECONNRESET', syscall: 'read' });
    assert.equal(proxy.connects.length, 1);
  });

  test('ends with a reset under its own TLS', async (t) => {
    const { proxy } = await start(t, { behaviour: 'reset', tls });
    await assert.rejects(sendConnect(proxy), { code: 'ECONNRESET', syscall: 'read' });
    assert.equal(proxy.connects.length, 1);
  });

  test('hangs: reads the CONNECT and never answers it', async (t) => {
    const { proxy } = await start(t, { behaviour: 'hang' });
    let settled = false;
    const answered = sendConnect(proxy).finally(() => (settled = true));
    answered.catch(() => undefined);
    while (proxy.connects.length === 0) await nextTurn();
    await getDirectly(proxy);
    assert.equal(settled, false);
    await proxy.close();
    await assert.rejects(answered, { code: 'ECONNRESET' });
  });

  test('hangs after the CONNECT: opens the tunnel and forwards nothing', async (t) => {
    const { proxy, server } = await start(t, { behaviour: 'hang-after-connect' });
    const { response, socket } = await sendConnect(proxy);
    assert.equal(response.statusCode, 200);
    let received = '';
    socket.setEncoding('latin1').on('data', (data: string) => (received += data));
    socket.write('GET / HTTP/1.1\r\nhost: token.test\r\n\r\n');
    await getDirectly(proxy);
    assert.equal(received, '');
    assert.equal(socket.readyState, 'open');
    assert.equal(server.connections, 0);
    const closed = once(socket, 'close');
    await proxy.close();
    await closed;
  });

  test('refuses connections once it is closed', async (t) => {
    const { proxy } = await start(t);
    await proxy.close();
    await assert.rejects(sendConnect(proxy), { code: 'ECONNREFUSED' });
  });
});
