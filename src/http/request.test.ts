import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttp2Server, createSecureServer } from 'node:http2';
import { createServer as createHttpsServer, get as getByHttps } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  Socket,
} from 'node:net';
import { afterEach, before, describe, test, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
  TLSSocket,
} from 'node:tls';

import {
  type Authority,
  createAuthority,
  type IssuedCertificate,
} from '../../test/support/making/certificates.ts';
import { type Proxy, type ProxyOptions, startProxy } from '../../test/support/doubles/proxy.ts';
import {
  type Answer,
  drip,
  dynamic,
  end,
  garbage,
  gzipped,
  huge,
  type Point,
  redirect,
  reply,
  reset,
  type ScriptedServer,
  type ServerCertificate,
  silence,
  startScriptedServer,
  startSilentTlsServer,
  startTcpServer,
  token,
} from '../../test/support/doubles/scripted-server.ts';
import { machineNetwork, type Network } from './connection/network.ts';
import {
  type HttpRequest,
  type HttpResponse,
  makeSender,
  type RequestLimits,
  sendRequest,
} from './request.ts';
import { TransportError } from './transport-error.ts';

const maxBytes = 64 * 1024;

let authority: Authority;
/** For token.test and 127.0.0.1. */
let trusted: IssuedCertificate;

before(async () => {
  authority = await createAuthority();
  trusted = await authority.issue({ names: ['token.test', '127.0.0.1'] });
});

/** The TCP connections of this process, at either end. */
function countConnections(): number {
  const kinds = new Set(['TCPSocketWrap', 'TCPConnectWrap', 'GetAddrInfoReqWrap']);
  return process.getActiveResourcesInfo().filter((kind) => kinds.has(kind)).length;
}

/** Lets the event loop run until something is true. It is for things that need no time, only turns of the loop. */
async function turnUntil(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !isSo(); turn += 1) await nextTurn();
}

/** Lets everything that was sent over loopback arrive. */
async function takeTurns(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await nextTurn();
}

// The servers are still up, so the client must have closed the connections.
afterEach(async () => {
  await turnUntil(() => countConnections() === 0);
  assert.equal(countConnections(), 0, 'a connection is left open');
});

async function serve(
  t: TestContext,
  answer: Answer,
  tls?: IssuedCertificate,
): Promise<ScriptedServer> {
  const server = await startScriptedServer({
    answers: [answer],
    ...(tls && { tls: toServerCertificate(tls) }),
  });
  t.after(server.close);
  return server;
}

function toServerCertificate({ certificate, key }: IssuedCertificate): ServerCertificate {
  return { cert: certificate, key };
}

/** Sends a small POST, changed as the test says. */
function send(
  url: string,
  { signal, tls, ...request }: Partial<HttpRequest> & Partial<RequestLimits> = {},
): Promise<HttpResponse> {
  return sendRequest(
    { method: 'POST', url, headers: { accept: 'application/json' }, body: 'a=b', ...request },
    { signal: signal ?? new AbortController().signal, maxBytes, ...(tls && { tls }) },
  );
}

/** Sets an environment variable for one test; undefined removes it. */
function setVariable(t: TestContext, name: string, value: string | undefined): void {
  const previous = process.env[name];
  const set = (wanted: string | undefined): void => {
    if (wanted === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = wanted;
  };
  set(value);
  t.after(() => {
    set(previous);
  });
}

/** Starts a server for one test; gives its port, or undefined if the machine has no such address. */
async function listen(
  t: TestContext,
  server: Server,
  host = '127.0.0.1',
): Promise<number | undefined> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, host);
  try {
    await once(server, 'listening');
  } catch {
    return undefined;
  }
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** Passes connections on to a port of this machine, except those that `treat` handles, counted from 1. */
function relay(
  port: number,
  treat: (socket: Socket, count: number) => boolean = () => false,
): Server {
  let count = 0;
  return createTcpServer((socket) => {
    count += 1;
    if (treat(socket, count)) return;
    const upstream = connect({ host: '127.0.0.1', port });
    upstream.on('error', () => undefined);
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
}

describe('a request', () => {
  test('arrives exactly as it was given, and only the framing is added', async (t) => {
    const received: Buffer[] = [];
    const server = await startTcpServer(({ stream }) => {
      stream.on('data', (bytes: Buffer) => {
        received.push(bytes);
        if (!Buffer.concat(received).toString().endsWith('a=%C3%A9&b=é')) return;
        stream.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
      });
    });
    t.after(server.close);
    setVariable(t, 'ACTIONS_ORCHESTRATION_ID', 'orchestration.1');
    await send(`http://127.0.0.1:${server.port}/oauth2/token?tenant=a%20b`, {
      headers: { 'X-One': '1', authorization: 'Basic YTpi', 'user-agent': 'oauth2-token' },
      body: 'a=%C3%A9&b=é',
    });
    assert.equal(
      Buffer.concat(received).toString(),
      [
        'POST /oauth2/token?tenant=a%20b HTTP/1.1',
        'X-One: 1',
        'authorization: Basic YTpi',
        'user-agent: oauth2-token',
        'Content-Length: 13',
        `Host: 127.0.0.1:${server.port}`,
        'Connection: close',
        '',
        'a=%C3%A9&b=é',
      ].join('\r\n'),
    );
  });

  test('has no user agent if none was given', async (t) => {
    const server = await serve(t, reply());
    setVariable(t, 'ACTIONS_ORCHESTRATION_ID', 'orchestration.1');
    await send(server.url);
    assert.equal(server.requests[0]?.headers['user-agent'], undefined);
  });

  test('can be a GET without a body', async (t) => {
    const server = await serve(t, reply());
    await sendRequest(
      { method: 'GET', url: server.url, headers: { accept: 'application/json' } },
      { signal: new AbortController().signal, maxBytes },
    );
    assert.deepEqual(server.requests, [
      {
        method: 'GET',
        path: '/token',
        headers: {
          accept: 'application/json',
          host: `127.0.0.1:${server.port}`,
          connection: 'close',
        },
        body: '',
        tls: false,
        authorization: undefined,
      },
    ]);
  });

  test('can be a POST with an empty body', async (t) => {
    const server = await serve(t, reply());
    await send(server.url, { body: '' });
    assert.equal(server.requests[0]?.method, 'POST');
    assert.equal(server.requests[0].headers['content-length'], '0');
  });

  test('leaves its own headers as they were', async (t) => {
    const server = await serve(t, reply());
    const headers = Object.freeze({ accept: 'application/json' });
    await send(server.url, { headers });
    assert.deepEqual(headers, { accept: 'application/json' });
  });

  test('that cannot be written is not sent', async (t) => {
    const server = await serve(t, reply());
    await assert.rejects(send(server.url, { headers: { 'x-one': 'a\r\nx-two: b' } }), {
      code: 'request_failed',
      systemCode: 'ERR_INVALID_CHAR',
      retryable: false,
    });
    await takeTurns();
    assert.equal(server.connections, 0);
  });
});

describe('a response', () => {
  test('is given as a whole: status, words, headers by name in lower case, bytes', async (t) => {
    const body = Buffer.from([0xff, 0x00, 0x0a, 0xc3]);
    const server = await serve(
      t,
      reply({
        status: 418,
        statusText: 'Short And Stout',
        headers: { 'X-One': '1', 'x-two': ['a', 'b'], 'Set-Cookie': ['c=1', 'd=2'] },
        body,
      }),
    );
    assert.deepEqual(await send(server.url), {
      status: 418,
      statusText: 'Short And Stout',
      headers: {
        'x-one': '1',
        'x-two': 'a, b',
        'set-cookie': 'c=1, d=2',
        'content-length': '4',
        connection: 'close',
      },
      body,
    });
  });

  for (const status of [200, 201, 204, 400, 401, 404, 429, 500, 503]) {
    test(`of ${status} is a response, requested once`, async (t) => {
      const server = await serve(t, reply({ status, headers: { 'www-authenticate': 'Basic' } }));
      assert.equal((await send(server.url)).status, status);
      assert.equal(server.connections, 1);
    });
  }

  for (const status of [301, 302, 303, 307, 308]) {
    test(`of ${status} is not followed`, async (t) => {
      const elsewhere = await serve(t, token());
      const server = await serve(t, redirect(status, elsewhere.url));
      const response = await send(server.url);
      assert.equal(response.status, status);
      assert.equal(response.headers['location'], elsewhere.url);
      assert.equal(elsewhere.connections, 0);
      assert.equal(server.connections, 1);
    });
  }

  test('may have no reason phrase, and no length but the end of the connection', async (t) => {
    const server = await serve(t, garbage('HTTP/1.1 200\r\nconnection: close\r\n\r\nwhole'));
    const { status, statusText, body } = await send(server.url);
    assert.deepEqual([status, statusText, body.toString()], [200, '', 'whole']);
  });

  test('may be preceded by an interim one', async (t) => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
    const final = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nwhole';
    const server = await serve(t, garbage(interim + final));
    const { status, body } = await send(server.url);
    assert.deepEqual([status, body.toString()], [200, 'whole']);
  });

  test('may come byte by byte', async (t) => {
    const server = await serve(t, drip('whole', 1));
    assert.equal((await send(server.url)).body.toString(), 'whole');
  });

  test('that is compressed is decompressed', async (t) => {
    const server = await serve(t, gzipped('whole'));
    const { body, headers } = await send(server.url);
    assert.equal(body.toString(), 'whole');
    assert.equal(headers['content-encoding'], 'gzip');
  });
});

/** A server that answers with so many bytes, as fast as they are taken; it counts what it wrote. */
async function startEndlessServer(
  t: TestContext,
  length: number,
): Promise<{ port: number; written: () => number }> {
  let written = 0;
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const server = await startTcpServer(({ stream }) => {
    const write = (): void => {
      while (written < length) {
        written += chunk.length;
        if (!stream.write(chunk)) return;
      }
    };
    stream.on('drain', write);
    stream.once('data', () => {
      stream.write(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`);
      write();
    });
  });
  t.after(server.close);
  return { port: server.port, written: () => written };
}

describe('a response that is too large', () => {
  for (const chunked of [false, true]) {
    const framing = chunked ? 'in chunks' : 'by Content-Length';

    test(`${framing} is refused at the first byte too many`, async (t) => {
      const server = await serve(t, huge(maxBytes + 1, { chunked }));
      await assert.rejects(send(server.url), {
        name: 'TransportError',
        code: 'answer_too_large',
        retryable: false,
      });
    });

    test(`${framing} is whole at the last byte allowed`, async (t) => {
      const server = await serve(t, huge(maxBytes, { chunked }));
      assert.equal((await send(server.url)).body.length, maxBytes);
    });
  }

  for (const proxied of [false, true]) {
    test(`is read no further${proxied ? ', even through a proxy' : ''}`, async (t) => {
      const far = 256 * 1024 * 1024;
      const server = await startEndlessServer(t, far);
      if (proxied) await useProxy(t, { port: server.port });
      const url = proxied ? 'http://token.test/' : `http://127.0.0.1:${server.port}/`;
      await assert.rejects(send(url), { code: 'answer_too_large' });
      await turnUntil(() => countConnections() === 0);
      // Buffers of the operating system take some MiB beyond what was read.
      assert.ok(server.written() < far / 4, `${server.written()} bytes were written`);
    });
  }

  test('only after decompression is refused too', async (t) => {
    const server = await serve(t, gzipped(Buffer.alloc(maxBytes + 1)));
    await assert.rejects(send(server.url), { code: 'answer_too_large' });
  });
});

describe('a connection', () => {
  const failures: readonly (readonly [point: Point, expected: object])[] = [
    ['before-head', { code: 'connection_failed', systemCode: 'ECONNRESET' }],
    ['in-head', { code: 'connection_failed', systemCode: 'ECONNRESET' }],
    ['in-body', { code: 'answer_cut' }],
    ['in-chunked-body', { code: 'answer_cut' }],
  ];
  for (const [point, failure] of failures) {
    const expected = { name: 'TransportError', ...failure, retryable: true, mayHaveArrived: true };

    test(`that ends ${point} is not an answer, and may be retried`, async (t) => {
      const server = await serve(t, end(point));
      await assert.rejects(send(server.url), expected);
    });

    test(`that is reset ${point} is not an answer, and may be retried`, async (t) => {
      const server = await serve(t, reset(point));
      await assert.rejects(send(server.url), expected);
    });
  }

  test('that nobody accepts is not an answer, and nothing was sent', async () => {
    const server = await startScriptedServer({ answers: [reply()] });
    await server.close();
    await assert.rejects(send(server.url), {
      code: 'connection_failed',
      systemCode: 'ECONNREFUSED',
      retryable: true,
      mayHaveArrived: false,
    });
  });

  const nonsense: readonly (readonly [words: string, bytes: string])[] = [
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a page without a head', '<html><body>Sign in</body></html>'],
    ['a status that is none', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a line break without its other half', 'HTTP/1.1 200 OK\r\na: b\rc\r\n\r\n'],
  ];
  for (const [words, bytes] of nonsense) {
    test(`that speaks ${words} is unreadable`, async (t) => {
      const server = await serve(t, garbage(bytes));
      await assert.rejects(send(server.url), { code: 'answer_unreadable', retryable: true });
    });
  }

  const chunks: readonly (readonly [what: string, body: string, expected: object])[] = [
    [
      'has no size',
      '5\r\nwhole\r\nno size\r\n',
      { code: 'answer_unreadable', reason: 'Invalid character in chunk size' },
    ],
    [
      'is longer than it says',
      '2\r\nwhole\r\n',
      { code: 'answer_unreadable', reason: 'Expected LF after chunk data' },
    ],
    [
      'is followed by too many fields',
      `0\r\na: ${'x'.repeat(70 * 1024)}\r\n\r\n`,
      { code: 'headers_too_large' },
    ],
  ];
  for (const [what, body, expected] of chunks) {
    test(`whose chunk ${what} is reported with the parser's reason`, async (t) => {
      const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
      const server = await serve(t, garbage(head + body));
      await assert.rejects(send(server.url), expected);
    });
  }

  test('that becomes another protocol is unreadable', async (t) => {
    const switching =
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: a\r\nconnection: upgrade\r\n\r\n';
    const server = await serve(t, garbage(switching));
    await assert.rejects(send(server.url), {
      code: 'answer_unreadable',
      reason: '101 Switching Protocols',
      retryable: true,
    });
  });
});

/** A signal that a test aborts, and the reason of the abort. */
function createAbort(): { signal: AbortSignal; reason: Error; abort: () => void } {
  const controller = new AbortController();
  const reason = new Error('the time is over');
  return {
    signal: controller.signal,
    reason,
    abort: () => {
      controller.abort(reason);
    },
  };
}

describe('an abort', () => {
  for (const point of ['before-head', 'in-head', 'in-body', 'in-chunked-body'] as const) {
    test(`ends a request to a server that falls silent ${point}`, async (t) => {
      const seen = Promise.withResolvers<undefined>();
      const server = await serve(
        t,
        dynamic(() => {
          seen.resolve(undefined);
          return silence(point);
        }),
      );
      const { signal, reason, abort } = createAbort();
      const outcome = assert.rejects(send(server.url, { signal }), {
        name: 'TransportError',
        code: 'timeout',
        cause: reason,
        retryable: true,
        mayHaveArrived: true,
      });
      await seen.promise;
      await takeTurns();
      abort();
      await outcome;
    });
  }

  test('ends a TLS handshake', async (t) => {
    const server = await startSilentTlsServer();
    t.after(server.close);
    const { signal, reason, abort } = createAbort();
    const outcome = assert.rejects(send(server.url, { signal }), {
      code: 'timeout',
      cause: reason,
    });
    await turnUntil(() => server.connections === 1);
    await takeTurns();
    abort();
    await outcome;
    assert.equal(server.connections, 1);
  });

  test('ends a request while it connects', async (t) => {
    const server = await serve(t, reply());
    const { signal, reason, abort } = createAbort();
    const outcome = assert.rejects(send(server.url, { signal }), {
      code: 'timeout',
      cause: reason,
    });
    abort();
    await outcome;
    await takeTurns();
    assert.deepEqual(server.requests, []);
  });

  test('that came before the request prevents it', async (t) => {
    const server = await serve(t, reply());
    const { signal, reason, abort } = createAbort();
    abort();
    await assert.rejects(send(server.url, { signal }), { code: 'timeout', cause: reason });
    await takeTurns();
    assert.equal(server.connections, 0);
  });

  test('that comes after the response changes nothing', async (t) => {
    const server = await serve(t, reply({ body: 'whole' }));
    const { signal, abort } = createAbort();
    const response = await send(server.url, { signal });
    abort();
    await takeTurns();
    assert.equal(response.body.toString(), 'whole');
  });

  test('has no listener any more after the response, and after a failure', async (t) => {
    for (const answer of [reply(), reset('before-head'), end('in-body')]) {
      const server = await serve(t, answer);
      const { signal } = createAbort();
      await send(server.url, { signal }).catch(() => undefined);
      await turnUntil(() => countConnections() === 0);
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
  });

  test('is distinguished from a network error only by the signal', async (t) => {
    const { signal, reason, abort } = createAbort();
    const server = await serve(
      t,
      dynamic(() => {
        abort();
        return reset('before-head');
      }),
    );
    await assert.rejects(send(server.url, { signal }), { code: 'timeout', cause: reason });
  });
});

/** A server that requires a certificate of `authority` from its client, and answers with its subject. */
async function startMutualTlsServer(t: TestContext): Promise<{ url: string; port: number }> {
  const server = createHttpsServer(
    {
      cert: trusted.certificate,
      key: trusted.key,
      ca: authority.certificate,
      requestCert: true,
    },
    (request, response) => {
      assert.ok(request.socket instanceof TLSSocket);
      const { subject } = request.socket.getPeerCertificate();
      response.end(`Hello, ${[subject.CN].flat().join()}`);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}/token`, port };
}

/** What a careless client gets. It proves that the environment does switch verification off. */
async function getCarelessly(url: string): Promise<number | undefined> {
  const request = getByHttps(url, { agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'close');
  return response.statusCode;
}

for (const variable of [undefined, '0']) {
  describe(`TLS with NODE_TLS_REJECT_UNAUTHORIZED=${variable ?? ''}`, () => {
    test('is set up with an own CA', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      const server = await serve(t, reply({ body: 'whole' }), trusted);
      const { body } = await send(server.url, { tls: { ca: authority.certificate } });
      assert.equal(body.toString(), 'whole');
      assert.equal(server.requests[0]?.tls, true);
    });

    test('is refused with an unknown CA', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      const server = await serve(t, reply(), trusted);
      await assert.rejects(send(server.url), {
        name: 'TransportError',
        code: 'tls_untrusted',
        systemCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        issuer: 'Test Authority',
        proxy: undefined,
        retryable: false,
        mayHaveArrived: false,
      });
      assert.deepEqual(server.requests, []);
    });

    test('is refused with another CA', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      const server = await serve(t, reply(), trusted);
      const { certificate: ca } = await createAuthority('Another Authority');
      await assert.rejects(send(server.url, { tls: { ca } }), { code: 'tls_untrusted' });
      assert.deepEqual(server.requests, []);
    });

    test('is refused with an expired certificate', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      const expired = await authority.issue({ names: ['127.0.0.1'], expired: true });
      const server = await serve(t, reply(), expired);
      await assert.rejects(send(server.url, { tls: { ca: authority.certificate } }), {
        code: 'tls_untrusted',
        systemCode: 'CERT_HAS_EXPIRED',
      });
      assert.deepEqual(server.requests, []);
    });

    test('is refused with a certificate for another name', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      const misnamed = await authority.issue({ names: ['another.test'] });
      const server = await serve(t, reply(), misnamed);
      await assert.rejects(send(server.url, { tls: { ca: authority.certificate } }), {
        code: 'tls_untrusted',
        systemCode: 'ERR_TLS_CERT_ALTNAME_INVALID',
      });
      assert.deepEqual(server.requests, []);
    });

    test('through a proxy is set up with an own CA, for the invented name', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      const server = await serve(t, reply({ body: 'whole' }), trusted);
      const proxy = await useProxy(t, { port: server.port });
      const { body } = await send('https://token.test/token', {
        tls: { ca: authority.certificate },
      });
      assert.equal(body.toString(), 'whole');
      assert.deepEqual(proxy.connects, [{ target: 'token.test:443', authorization: undefined }]);
    });

    test('through a proxy is refused with an unknown CA', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      const server = await serve(t, reply(), trusted);
      await useProxy(t, { port: server.port });
      await assert.rejects(send('https://token.test/token'), {
        code: 'tls_untrusted',
        systemCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        issuer: 'Test Authority',
        proxy: '127.0.0.1',
      });
      assert.deepEqual(server.requests, []);
    });

    test('through a proxy is refused with an expired certificate', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      const expired = await authority.issue({ names: ['token.test'], expired: true });
      const server = await serve(t, reply(), expired);
      await useProxy(t, { port: server.port });
      const sent = send('https://token.test/token', { tls: { ca: authority.certificate } });
      await assert.rejects(sent, { code: 'tls_untrusted', systemCode: 'CERT_HAS_EXPIRED' });
      assert.deepEqual(server.requests, []);
    });

    test('through a proxy is refused with a certificate for another name', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      // The name of the proxy is not the name of the server.
      const misnamed = await authority.issue({ names: ['127.0.0.1'] });
      const server = await serve(t, reply(), misnamed);
      await useProxy(t, { port: server.port });
      const sent = send('https://token.test/token', { tls: { ca: authority.certificate } });
      await assert.rejects(sent, {
        code: 'tls_untrusted',
        systemCode: 'ERR_TLS_CERT_ALTNAME_INVALID',
      });
      assert.deepEqual(server.requests, []);
    });

    test('to a proxy is refused with an unknown CA, and the proxy sees no password', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      const server = await serve(t, reply(), trusted);
      const proxy = await useProxy(t, {
        port: server.port,
        credentials: { user: 'user', password: 'password' },
        tls: toServerCertificate(trusted),
      });
      await assert.rejects(send('https://token.test/token'), {
        code: 'tls_untrusted',
        retryable: false,
        mayHaveArrived: false,
      });
      assert.deepEqual(proxy.connects, []);
    });

    test('to a proxy is set up with an own CA', async (t) => {
      setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', variable);
      const server = await serve(t, reply({ body: 'whole' }), trusted);
      await useProxy(t, { port: server.port, tls: toServerCertificate(trusted) });
      const { body } = await send('https://token.test/token', {
        tls: { ca: authority.certificate },
      });
      assert.equal(body.toString(), 'whole');
    });
  });
}

describe('TLS', () => {
  test('would not be verified by a client that lets the environment decide', async (t) => {
    setVariable(t, 'NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const server = await serve(t, reply(), trusted);
    assert.equal(await getCarelessly(server.url), 200);
  });

  test('trusts an own CA together with the default roots', async (t) => {
    const other = await createAuthority('A Default Root');
    const roots = getCACertificates('default');
    setDefaultCACertificates([...roots, other.certificate]);
    t.after(() => {
      setDefaultCACertificates(roots);
    });
    const server = await serve(t, reply(), await other.issue({ names: ['127.0.0.1'] }));
    assert.equal((await send(server.url)).status, 200);
    assert.equal((await send(server.url, { tls: { ca: authority.certificate } })).status, 200);
  });

  test('trusts several own CAs', async (t) => {
    const other = await createAuthority('Another Authority');
    const ca = `${other.certificate}\n${authority.certificate}`;
    const server = await serve(t, reply(), trusted);
    assert.equal((await send(server.url, { tls: { ca } })).status, 200);
  });

  test('is missing if the server does not speak it', async (t) => {
    const server = await startTcpServer(({ stream }) => {
      stream.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    t.after(server.close);
    await assert.rejects(send(`https://127.0.0.1:${server.port}/token`), {
      code: 'tls_missing',
      retryable: true,
      mayHaveArrived: false,
    });
  });

  test('shows the certificate of the client to a server that requests it', async (t) => {
    const { url } = await startMutualTlsServer(t);
    const client = await authority.issue({ names: [], client: true, commonName: 'a client' });
    const { body } = await send(url, { tls: { ca: authority.certificate, ...client } });
    assert.equal(body.toString(), 'Hello, a client');
  });

  test('shows it through a proxy too', async (t) => {
    const { port } = await startMutualTlsServer(t);
    await useProxy(t, { port });
    const client = await authority.issue({ names: [], client: true, commonName: 'a client' });
    const { body } = await send('https://token.test/token', {
      tls: { ca: authority.certificate, ...client },
    });
    assert.equal(body.toString(), 'Hello, a client');
  });

  test('fails if the server requests a certificate and there is none', async (t) => {
    const { url } = await startMutualTlsServer(t);
    await assert.rejects(send(url, { tls: { ca: authority.certificate } }), {
      name: 'TransportError',
    });
  });
});

/** A proxy that the environment names during this test. Behind it, token.test is a port of this machine. */
async function useProxy(
  t: TestContext,
  { port, ...options }: Omit<ProxyOptions, 'routes'> & { port?: number },
): Promise<Proxy> {
  const routes = port === undefined ? {} : { 'token.test': { host: '127.0.0.1', port } };
  const proxy = await startProxy({ ...options, routes });
  t.after(proxy.close);
  const { credentials } = options;
  const url = credentials ? proxy.urlWith(credentials.user, credentials.password) : proxy.url;
  nameProxy(t, url);
  return proxy;
}

function nameProxy(t: TestContext, url: string): void {
  for (const name of ['http_proxy', 'https_proxy']) setVariable(t, name, url);
  for (const name of ['no_proxy', 'NO_PROXY']) setVariable(t, name, undefined);
}

describe('a proxy', () => {
  test('tunnels plain http as well', async (t) => {
    const server = await serve(t, reply({ body: 'whole' }));
    const proxy = await useProxy(t, { port: server.port });
    assert.equal((await send('http://token.test/token')).body.toString(), 'whole');
    assert.deepEqual(proxy.connects, [{ target: 'token.test:80', authorization: undefined }]);
    assert.equal(server.requests[0]?.body, 'a=b');
  });

  test('gets its user and password, which the server does not get', async (t) => {
    const server = await serve(t, reply({ body: 'whole' }), trusted);
    const credentials = { user: 'user@corp', password: 'p:ss/w%rd' };
    await useProxy(t, { port: server.port, behaviour: 'authenticate', credentials });
    const { body } = await send('https://token.test/token', {
      tls: { ca: authority.certificate },
    });
    assert.equal(body.toString(), 'whole');
    assert.deepEqual(server.requests[0]?.headers, {
      accept: 'application/json',
      'content-length': '3',
      host: 'token.test',
      connection: 'close',
    });
  });

  test('sees neither the headers nor the body of the request', async (t) => {
    const proxy = await useProxy(t, { behaviour: 'refuse' });
    const headers = { authorization: 'Basic YTpi' };
    await assert.rejects(send('https://token.test/token', { headers }));
    assert.deepEqual(proxy.connects, [{ target: 'token.test:443', authorization: undefined }]);
  });

  const refusals = [
    ['authenticate', 407, false],
    ['refuse', 403, false],
    ['bad-gateway', 502, true],
  ] as const;
  for (const [behaviour, proxyStatus, retryable] of refusals) {
    test(`that answers ${proxyStatus} has refused`, async (t) => {
      await useProxy(t, { behaviour });
      await assert.rejects(send('https://token.test/token'), {
        name: 'TransportError',
        code: 'proxy_refused',
        proxyStatus,
        retryable,
        mayHaveArrived: false,
      });
    });
  }

  test('that resets the connection was not reached', async (t) => {
    await useProxy(t, { behaviour: 'reset' });
    await assert.rejects(send('https://token.test/token'), {
      code: 'proxy_unreachable',
      retryable: true,
    });
  });

  test('that nobody runs was not reached', async (t) => {
    const proxy = await startProxy();
    await proxy.close();
    nameProxy(t, proxy.url);
    await assert.rejects(send('https://token.test/token'), {
      code: 'proxy_unreachable',
      retryable: true,
    });
  });

  for (const address of ['100%:password@127.0.0.1:1', 'http://user:50%@127.0.0.1:1', 'http://']) {
    test(`whose address cannot be read is final, and is not ignored: ${address}`, async (t) => {
      nameProxy(t, address);
      await assert.rejects(send('https://token.test/token'), {
        code: 'proxy_invalid',
        retryable: false,
      });
    });
  }

  for (const [name, scheme] of [
    ['http_proxy', 'http'],
    ['HTTP_PROXY', 'http'],
    ['https_proxy', 'https'],
    ['HTTPS_PROXY', 'https'],
  ] as const) {
    test(`is found in ${name} for ${scheme}`, async (t) => {
      nameProxy(t, '');
      setVariable(t, name, 'http://user:50%@127.0.0.1:1');
      await assert.rejects(send(`${scheme}://token.test/token`), { code: 'proxy_invalid' });
    });
  }

  test('whose address cannot be read does not matter for this machine', async (t) => {
    nameProxy(t, 'user:50%@127.0.0.1:1');
    const server = await serve(t, reply());
    assert.equal((await send(server.url)).status, 200);
  });

  test('is not used for this machine', async (t) => {
    const proxy = await useProxy(t, { behaviour: 'refuse' });
    const server = await serve(t, reply());
    assert.equal((await send(server.url)).status, 200);
    assert.deepEqual(proxy.connects, []);
  });

  for (const behaviour of ['hang', 'hang-after-connect'] as const) {
    for (const scheme of ['http', 'https'] as const) {
      test(`that does ${behaviour} is left at an abort, for ${scheme}`, async (t) => {
        const proxy = await useProxy(t, { behaviour });
        const { signal, reason, abort } = createAbort();
        const sent = send(`${scheme}://token.test/token`, { signal });
        const outcome = assert.rejects(sent, { code: 'timeout', cause: reason });
        await turnUntil(() => proxy.connects.length === 1);
        await takeTurns();
        abort();
        await outcome;
        assert.equal(proxy.connects.length, 1);
      });
    }
  }

  test('reached by https that hangs is left at an abort', async (t) => {
    const proxy = await useProxy(t, { behaviour: 'hang', tls: toServerCertificate(trusted) });
    const { signal, reason, abort } = createAbort();
    const tls = { ca: authority.certificate };
    const outcome = assert.rejects(send('https://token.test/token', { signal, tls }), {
      code: 'timeout',
      cause: reason,
    });
    await turnUntil(() => proxy.connects.length === 1);
    abort();
    await outcome;
  });

  test('to a server that falls silent is left at an abort', async (t) => {
    const server = await startSilentTlsServer();
    t.after(server.close);
    await useProxy(t, { port: server.port });
    const { signal, reason, abort } = createAbort();
    const sent = send('https://token.test/token', { signal });
    const outcome = assert.rejects(sent, { code: 'timeout', cause: reason });
    await turnUntil(() => server.connections === 1);
    await takeTurns();
    abort();
    await outcome;
  });

  test('to a server that falls silent in its answer is left at an abort', async (t) => {
    const seen = Promise.withResolvers<undefined>();
    const answer = dynamic(() => {
      seen.resolve(undefined);
      return silence('in-body');
    });
    const server = await serve(t, answer, trusted);
    await useProxy(t, { port: server.port });
    const { signal, reason, abort } = createAbort();
    const tls = { ca: authority.certificate };
    const outcome = assert.rejects(send('https://token.test/token', { signal, tls }), {
      code: 'timeout',
      cause: reason,
    });
    await seen.promise;
    await takeTurns();
    abort();
    await outcome;
  });

  test('does not change that a response which is cut is cut', async (t) => {
    const server = await serve(t, end('in-body'), trusted);
    await useProxy(t, { port: server.port });
    const sent = send('https://token.test/token', { tls: { ca: authority.certificate } });
    await assert.rejects(sent, { code: 'answer_cut' });
  });

  test('does not change that a response which is too large is refused', async (t) => {
    const server = await serve(t, huge(maxBytes + 1), trusted);
    await useProxy(t, { port: server.port });
    const sent = send('https://token.test/token', { tls: { ca: authority.certificate } });
    await assert.rejects(sent, { code: 'answer_too_large' });
  });
});

describe('an IPv6 address', () => {
  for (const secure of [false, true]) {
    test(`in a URL is connected to${secure ? ' with TLS' : ''}`, async (t) => {
      const certificate = await authority.issue({ names: ['::1'] });
      const server = await serve(t, reply({ body: 'whole' }), secure ? certificate : undefined);
      const port = await listen(t, relay(server.port), '::1');
      if (port === undefined) {
        t.skip('no IPv6 on this machine');
        return;
      }
      const url = `${secure ? 'https' : 'http'}://[::1]:${port}/token`;
      const { body } = await send(url, { tls: { ca: authority.certificate } });
      assert.equal(body.toString(), 'whole');
      assert.equal(server.requests[0]?.headers['host'], `[::1]:${port}`);
    });
  }

  for (const scheme of ['http', 'https']) {
    test(`in a URL of ${scheme} is named to the proxy in brackets, and verified`, async (t) => {
      const certificate = await authority.issue({ names: ['2001:db8::7'] });
      const server = await serve(t, reply(), scheme === 'https' ? certificate : undefined);
      const route = { host: '127.0.0.1', port: server.port };
      const proxy = await startProxy({ routes: { '[2001:db8::7]': route } });
      t.after(proxy.close);
      nameProxy(t, proxy.url);
      const url = `${scheme}://[2001:db8::7]/token`;
      assert.equal((await send(url, { tls: { ca: authority.certificate } })).status, 200);
      const port = scheme === 'https' ? 443 : 80;
      assert.deepEqual(proxy.connects, [
        { target: `[2001:db8::7]:${port}`, authorization: undefined },
      ]);
    });
  }

  test('is refused if the certificate is not for it', async (t) => {
    const certificate = await authority.issue({ names: ['2001:db8::8'] });
    const server = await serve(t, reply(), certificate);
    const route = { host: '127.0.0.1', port: server.port };
    const proxy = await startProxy({ routes: { '[2001:db8::7]': route } });
    t.after(proxy.close);
    nameProxy(t, proxy.url);
    const sent = send('https://[2001:db8::7]/token', { tls: { ca: authority.certificate } });
    await assert.rejects(sent, { systemCode: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('can be the one of the proxy', async (t) => {
    const server = await serve(t, reply());
    const proxy = await startProxy({
      routes: { 'token.test': { host: '127.0.0.1', port: server.port } },
    });
    t.after(proxy.close);
    const port = await listen(t, relay(Number(new URL(proxy.url).port)), '::1');
    if (port === undefined) {
      t.skip('no IPv6 on this machine');
      return;
    }
    nameProxy(t, `http://[::1]:${port}`);
    assert.equal((await send('http://token.test/token')).status, 200);
    assert.equal(proxy.connects.length, 1);
  });
});

describe('whether the request was sent', () => {
  test('is no if the connection ends in the handshake of TLS', async (t) => {
    const server = await serve(t, reply(), trusted);
    for (const ending of ['end', 'reset'] as const) {
      const front = relay(server.port, (socket) => {
        socket.once('data', () => {
          if (ending === 'end') socket.end();
          else socket.resetAndDestroy();
        });
        return true;
      });
      const port = await listen(t, front);
      await assert.rejects(send(`https://127.0.0.1:${String(port)}/token`), {
        code: 'connection_failed',
        step: 'securing',
        retryable: true,
        mayHaveArrived: false,
      });
    }
  });

  test('is no if it ends in the handshake behind a proxy', async (t) => {
    const port = await listen(
      t,
      relay(1, (socket) => Boolean(socket.once('data', () => socket.end()))),
    );
    await useProxy(t, { port: port ?? 0 });
    await assert.rejects(send('https://token.test/token'), {
      code: 'connection_failed',
      step: 'securing',
      peer: 'server',
      mayHaveArrived: false,
    });
  });

  test('is yes if something breaks TLS after the request', async (t) => {
    const seen = Promise.withResolvers<undefined>();
    const answer = dynamic(() => {
      seen.resolve(undefined);
      return silence('before-head');
    });
    const server = await serve(t, answer, trusted);
    const front = createTcpServer((socket) => {
      const upstream = connect({ host: '127.0.0.1', port: server.port });
      upstream.on('error', () => undefined);
      socket.on('close', () => upstream.destroy());
      socket.pipe(upstream);
      upstream.on('data', (bytes) => socket.write(bytes));
      void seen.promise.then(() => socket.end('no record of TLS at all, and far too long for one'));
    });
    const port = await listen(t, front);
    const sent = send(`https://127.0.0.1:${String(port)}/token`, {
      tls: { ca: authority.certificate },
    });
    await assert.rejects(sent, {
      code: 'connection_failed',
      step: 'exchanging',
      retryable: true,
      mayHaveArrived: true,
    });
  });

  const silentSteps = [
    ['a server that never sets TLS up', 'securing', false],
    ['a server that never answers', 'exchanging', true],
  ] as const;
  for (const [what, step, mayHaveArrived] of silentSteps) {
    test(`is ${mayHaveArrived ? 'yes' : 'no'} if the time is over at ${what}`, async (t) => {
      const seen = Promise.withResolvers<undefined>();
      const silent = dynamic(() => {
        seen.resolve(undefined);
        return silence('before-head');
      });
      const server = mayHaveArrived ? await serve(t, silent) : await startSilentTlsServer();
      t.after(server.close);
      const { signal, abort } = createAbort();
      const outcome = assert.rejects(send(server.url, { signal }), {
        code: 'timeout',
        step,
        peer: 'server',
        mayHaveArrived,
        addresses: ['127.0.0.1'],
      });
      if (mayHaveArrived) await seen.promise;
      else await turnUntil(() => server.connections === 1);
      await takeTurns();
      abort();
      await outcome;
    });
  }

  test('is no if the time is over at a proxy', async (t) => {
    const proxy = await useProxy(t, { behaviour: 'hang' });
    const { signal, abort } = createAbort();
    const outcome = assert.rejects(send('http://token.test/token', { signal }), {
      code: 'timeout',
      step: 'tunneling',
      peer: 'proxy',
      mayHaveArrived: false,
    });
    await turnUntil(() => proxy.connects.length === 1);
    abort();
    await outcome;
  });
});

/** A sender over the network of this machine, which fails as a test says. */
function makeOddSender(network: Partial<Network>): typeof sendRequest {
  return makeSender({ network: { ...machineNetwork, ...network }, now: Date.now });
}

function fail(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

describe('a network', () => {
  const request = { method: 'GET', url: 'http://login.example.test/', headers: {} } as const;
  const limits = { signal: new AbortController().signal, maxBytes };

  for (const [systemCode, code] of [
    ['ENOTFOUND', 'name_not_found'],
    ['EAI_AGAIN', 'name_unresolved'],
    ['EAI_FAIL', 'name_unresolved'],
  ] as const) {
    test(`whose resolver fails by ${systemCode} may recover`, async () => {
      const lookup = (): Promise<never> => Promise.reject(fail(systemCode, 'getaddrinfo'));
      await assert.rejects(makeOddSender({ lookup })(request, limits), {
        code,
        systemCode,
        step: 'resolving',
        retryable: true,
        mayHaveArrived: false,
      });
    });
  }

  for (const systemCode of ['EACCES', 'ENETUNREACH', 'EHOSTDOWN', 'EODD']) {
    test(`whose connections fail by ${systemCode} may recover`, async () => {
      const sender = makeOddSender({
        lookup: () => Promise.resolve(['192.0.2.1']),
        connect: () => new Socket().destroy(fail(systemCode, 'connect')),
      });
      await assert.rejects(sender(request, limits), {
        code: 'connection_failed',
        systemCode,
        step: 'connecting',
        addresses: ['192.0.2.1'],
        retryable: true,
        mayHaveArrived: false,
      });
    });
  }

  test('is used although one address of a name does not answer', async (t) => {
    const server = await serve(t, reply({ body: 'whole' }));
    const sender = makeOddSender({
      lookup: () => Promise.resolve(['2001:db8::1', '127.0.0.1']),
      connect: (address, port) =>
        address === '127.0.0.1' ? machineNetwork.connect(address, port) : new Socket(),
      startTimer: (_, callback) => {
        setImmediate(callback);
        return () => undefined;
      },
    });
    const url = `http://login.example.test:${server.port}/`;
    assert.equal((await sender({ ...request, url }, limits)).body.toString(), 'whole');
  });
});

describe('the headers of an answer', () => {
  test('may have 60 KiB', async (t) => {
    const server = await serve(t, reply({ headers: { 'x-long': 'x'.repeat(60 * 1024) } }));
    assert.equal((await send(server.url)).headers['x-long']?.length, 60 * 1024);
  });

  test('may not have more than 64 KiB, which is final', async (t) => {
    const server = await serve(t, reply({ headers: { 'x-long': 'x'.repeat(70 * 1024) } }));
    await assert.rejects(send(server.url), { code: 'headers_too_large', retryable: false });
  });

  const damaged: readonly [headers: string, reason: RegExp][] = [
    ['content-length: 1\r\ncontent-length: 2', /Content-Length/],
    ['content-length: 2\r\ntransfer-encoding: chunked', /Transfer-Encoding/],
    ['bad header: 1', /header/i],
  ];
  for (const [headers, reason] of damaged) {
    test(`that cannot be read are reported with the parser's reason: ${reason.source}`, async (t) => {
      const server = await serve(t, garbage(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\nab`));
      await assert.rejects(send(server.url), (error) => {
        assert.ok(error instanceof TransportError);
        assert.equal(error.code, 'answer_unreadable');
        assert.match(error.reason ?? '', reason);
        return true;
      });
    });
  }
});

describe('an encoding that was requested by the request itself', () => {
  for (const name of ['Accept-Encoding', 'accept-encoding']) {
    test(`leaves the body as it is: ${name}`, async (t) => {
      const server = await serve(t, reply({ headers: { 'content-encoding': 'odd' }, body: 'a' }));
      const { body } = await send(server.url, { headers: { [name]: 'odd' } });
      assert.equal(body.toString(), 'a');
    });
  }

  test('is an error if it was not requested', async (t) => {
    const server = await serve(t, reply({ headers: { 'content-encoding': 'odd' }, body: 'a' }));
    await assert.rejects(send(server.url), { code: 'encoding_unknown', encoding: 'odd' });
  });
});

describe('a certificate', () => {
  test('of an issuing CA is trusted if only that CA is given', async (t) => {
    const issuing = await authority.createIntermediate('Issuing CA');
    const { certificate, key } = await issuing.issue({ names: ['127.0.0.1'] });
    for (const chain of [certificate, `${certificate}\n${issuing.certificate}`]) {
      const server = await serve(t, reply(), { certificate: chain, key });
      const { status } = await send(server.url, { tls: { ca: issuing.certificate } });
      assert.equal(status, 200);
    }
  });

  test('that is given itself is trusted', async (t) => {
    const server = await serve(t, reply(), trusted);
    assert.equal((await send(server.url, { tls: { ca: trusted.certificate } })).status, 200);
  });

  test('that Node refuses without a code is not trusted, and nothing is sent', async (t) => {
    const weak = await authority.createIntermediate('Weak CA', { hash: 'SHA-1' });
    const { certificate, key } = await weak.issue({ names: ['127.0.0.1'] });
    const cert = `${certificate}\n${weak.certificate}`;
    const port = await listen(t, createTlsServer({ cert, key, ciphers: 'DEFAULT:@SECLEVEL=0' }));
    const sent = send(`https://127.0.0.1:${String(port)}/`, { tls: { ca: authority.certificate } });
    await assert.rejects(sent, { code: 'tls_untrusted', retryable: false, mayHaveArrived: false });
  });

  test('of the client that is refused by an alert is final, and was not sent', async (t) => {
    // A fatal alert bad_certificate (RFC 8446 section 6).
    const alert = Buffer.from([0x15, 3, 3, 0, 2, 2, 42]);
    const server = await startTcpServer(({ stream }) => {
      stream.once('data', () => stream.end(alert));
    });
    t.after(server.close);
    await assert.rejects(send(`https://127.0.0.1:${server.port}/token`), {
      code: 'client_certificate_refused',
      alert: 42,
      retryable: false,
      mayHaveArrived: false,
    });
  });

  test('of the client that is missing is final with TLS 1.3', async (t) => {
    const { url } = await startMutualTlsServer(t);
    await assert.rejects(send(url, { tls: { ca: authority.certificate } }), {
      code: 'client_certificate_refused',
      alert: 116,
    });
  });

  test('of the client that does not fit its key prevents the request', async (t) => {
    const server = await serve(t, reply(), trusted);
    const { certificate } = await authority.issue({ names: [], client: true });
    const { key } = await authority.issue({ names: [], client: true });
    const tls = { ca: authority.certificate, certificate, key };
    await assert.rejects(send(server.url, { tls }), {
      code: 'request_failed',
      retryable: false,
      mayHaveArrived: false,
    });
  });
});

describe('a server of another kind', () => {
  test('with only outdated versions of TLS is reported so', async (t) => {
    const { certificate: cert, key } = trusted;
    const versions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const;
    const ciphers = 'DEFAULT:@SECLEVEL=0';
    const port = await listen(t, createTlsServer({ cert, key, ciphers, ...versions }));
    const sent = send(`https://127.0.0.1:${String(port)}/`, { tls: { ca: authority.certificate } });
    await assert.rejects(sent, { code: 'tls_outdated', mayHaveArrived: false });
  });

  test('with only HTTP/2 is reported so, with TLS and without', async (t) => {
    const { certificate: cert, key } = trusted;
    const secure = await listen(t, createSecureServer({ cert, key, allowHTTP1: false }));
    const plain = await listen(t, createHttp2Server());
    for (const url of [
      `https://127.0.0.1:${String(secure)}/`,
      `http://127.0.0.1:${String(plain)}/`,
    ]) {
      const sent = send(url, { tls: { ca: authority.certificate } });
      await assert.rejects(sent, { code: 'http2_only' });
    }
  });

  test('with TLS is reported so if the URL says http', async (t) => {
    const server = await serve(t, garbage(Buffer.from([0x15, 3, 1, 0, 2, 2, 70])));
    await assert.rejects(send(server.url), { code: 'tls_expected' });
  });
});

describe('the answer of a proxy', () => {
  test('may request a wait', async (t) => {
    const port = await listen(
      t,
      createTcpServer((socket) => {
        socket.resume().end('HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n');
      }),
    );
    nameProxy(t, `http://127.0.0.1:${String(port)}`);
    await assert.rejects(send('https://token.test/token'), {
      code: 'proxy_refused',
      proxyStatus: 503,
      retryAfter: 7000,
      mayHaveArrived: false,
    });
  });

  test('may be any success', async (t) => {
    const server = await serve(t, reply({ body: 'whole' }));
    const front = relay(server.port, (socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 201 Created\r\n\r\n');
        const upstream = connect({ host: '127.0.0.1', port: server.port });
        socket.on('close', () => upstream.destroy());
        socket.pipe(upstream).pipe(socket);
      });
      return true;
    });
    nameProxy(t, `http://127.0.0.1:${String(await listen(t, front))}`);
    assert.equal((await send('http://token.test/token')).body.toString(), 'whole');
  });

  test('that is not HTTP means that the proxy is not reached', async (t) => {
    const port = await listen(
      t,
      createTcpServer((socket) => socket.resume().end('\u0005\u00ff')),
    );
    nameProxy(t, `http://127.0.0.1:${String(port)}`);
    await assert.rejects(send('https://token.test/token'), {
      code: 'proxy_unreachable',
      retryable: true,
      mayHaveArrived: false,
    });
  });

  test('is not waited for if the proxy is of an unsupported kind', async (t) => {
    nameProxy(t, 'socks5://127.0.0.1:1');
    await assert.rejects(send('https://token.test/token'), {
      code: 'proxy_unsupported',
      scheme: 'socks5',
      retryable: false,
    });
  });
});
