import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage, request as httpRequest } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { before, describe, test, type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { createAuthority } from '../making/certificates.ts';
import {
  type Answer,
  type Connection,
  drip,
  dynamic,
  end,
  garbage,
  gzipped,
  huge,
  json,
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
} from './scripted-server.ts';

const getToken = 'GET /token HTTP/1.1\r\nhost: server.test\r\n\r\n';
const accessToken = 'access-token-from-the-server';
const points: Point[] = ['before-head', 'in-head', 'in-body', 'in-chunked-body'];

let authority: string;
let tls: ServerCertificate;

before(async () => {
  const created = await createAuthority();
  const { certificate, key } = await created.issue({ names: ['server.test'] });
  authority = created.certificate;
  tls = { cert: certificate, key };
});

async function start(t: TestContext, ...answers: Answer[]): Promise<ScriptedServer> {
  const server = await startScriptedServer({ answers });
  t.after(server.close);
  return server;
}

type Listener = Pick<ScriptedServer, 'port' | 'origin'>;

function open(server: Listener): Socket {
  const { port, origin } = server;
  if (origin.startsWith('http:')) return connectTcp(port, '127.0.0.1');
  return connectTls({ port, host: '127.0.0.1', servername: 'server.test', ca: authority });
}

interface Exchange {
  socket: Socket;
  /** What was received so far. */
  received: string;
  /** How the connection ended: FIN, or the code of its error. */
  ending: string | undefined;
  closed: Promise<void>;
}

/** Sends raw bytes and watches what comes back. */
function exchange(server: Listener, bytes = getToken): Exchange {
  const socket = open(server);
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      resolve();
    });
  });
  const seen: Exchange = { socket, received: '', ending: undefined, closed };
  socket.setEncoding('latin1');
  socket.on('data', (data: string) => (seen.received += data));
  socket.on('end', () => (seen.ending = 'FIN'));
  socket.on('error', (error: NodeJS.ErrnoException) => (seen.ending = error.code));
  socket.write(bytes);
  return seen;
}

async function receiveAll(server: Listener, bytes?: string): Promise<Exchange> {
  const seen = exchange(server, bytes);
  await seen.closed;
  return seen;
}

async function fetchHead(url: string): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  return response;
}

/** Asserts what each kind of interrupted answer must have sent. */
function assertStoppedAt(point: Point, received: string): void {
  const [head = '', body = ''] = received.split('\r\n\r\n');
  if (point === 'before-head') {
    assert.equal(received, '');
  } else if (point === 'in-head') {
    assert.match(received, /^HTTP\/1\.1 200 OK\r\ncontent-/);
    assert.ok(!received.includes('\r\n\r\n'));
  } else if (point === 'in-body') {
    assert.match(head, new RegExp(`\r\ncontent-length: ${2 * body.length}\r\n`));
    assert.match(body, /^\{"access_token":"[^"]+".*\}$/);
  } else {
    assert.match(head, /\r\ntransfer-encoding: chunked\r\n/);
    assert.match(received, /\r\n\r\n[0-9a-f]+\r\n\{"access_token":"[^"]+".*\}\r\n$/);
  }
}

describe('a scripted server', () => {
  test('gives its answers in order and repeats the last one', async (t) => {
    const server = await start(t, reply({ status: 503 }), token());
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await fetchHead(server.url)).statusCode);
    assert.deepEqual(statuses, [503, 200, 200]);
    assert.equal(server.connections, 3);
  });

  test('needs at least one answer', async () => {
    await assert.rejects(startScriptedServer({ answers: [] }), RangeError);
  });

  test('records a request with its body, headers and authorization', async (t) => {
    const server = await start(t, token());
    const request = httpRequest(`${server.url}?a=b`, {
      method: 'POST',
      agent: false,
      headers: { Authorization: 'Basic eHk6eg==', 'X-Twice': ['1', '2'] },
    });
    request.end('grant_type=client_credentials&scope=ü');
    await once(request, 'response');
    const [recorded] = server.requests;
    assert.ok(recorded);
    assert.equal(recorded.headers['x-twice'], '1, 2');
    assert.equal(recorded.headers['host'], `127.0.0.1:${server.port}`);
    assert.deepEqual(
      { ...recorded, headers: {} },
      {
        method: 'POST',
        path: '/token?a=b',
        headers: {},
        body: 'grant_type=client_credentials&scope=ü',
        tls: false,
        authorization: 'Basic eHk6eg==',
      },
    );
  });

  test('keeps its answer if a request ends early', async (t) => {
    const server = await start(t, json(200, 'first'), json(200, 'second'));
    const broken = exchange(
      server,
      'POST /token HTTP/1.1\r\nhost: server.test\r\ncontent-length: 9\r\n\r\nabc',
    );
    broken.socket.end();
    await broken.closed;
    assert.equal(await text(await fetchHead(server.url)), '"first"');
    assert.equal(server.requests.length, 1);
  });

  test('refuses connections once it is closed', async () => {
    const server = await startScriptedServer({ answers: [token()] });
    await server.close();
    assert.equal((await receiveAll(server)).ending, 'ECONNREFUSED');
  });

  test('lets the process end after closing, although answers are not complete', async () => {
    const program = `
      import { get } from 'node:http';
      import { drip, silence, startScriptedServer } from ${JSON.stringify(import.meta.resolve('./scripted-server.ts'))};
      const server = await startScriptedServer({ answers: [drip('slow', 3_600_000), silence('in-body')] });
      const head = () => new Promise((resolve) => {
        get(server.url, (response) => resolve(response.on('error', () => undefined)));
      });
      await head();
      await head();
      await server.close();
      console.log('closed');`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { timeout: 60_000 },
    );
    assert.equal(stdout, 'closed\n');
  });
});

describe('a whole answer', () => {
  test('is sent byte for byte as it was given', async (t) => {
    const server = await start(
      t,
      reply({ status: 299, statusText: 'Odd', headers: { 'Set-Cookie': ['a', 'b'] }, body: 'ü' }),
    );
    const { received, ending } = await receiveAll(server);
    assert.equal(
      received,
      'HTTP/1.1 299 Odd\r\nSet-Cookie: a\r\nSet-Cookie: b\r\ncontent-length: 2\r\nconnection: close\r\n\r\n\xc3\xbc',
    );
    assert.equal(ending, 'FIN');
  });

  test('has the standard reason phrase by default', async (t) => {
    const server = await start(t, reply({ status: 429 }));
    assert.match((await receiveAll(server)).received, /^HTTP\/1\.1 429 Too Many Requests\r\n/);
  });

  test('keeps its own framing', async (t) => {
    const server = await start(t, reply({ headers: { 'Content-Length': '9' }, body: 'abc' }));
    const { received } = await receiveAll(server);
    assert.deepEqual(received.match(/content-length: \d+/gi), ['Content-Length: 9']);
  });

  test('can be JSON with further headers', async (t) => {
    const server = await start(t, json(400, { error: 'invalid_client' }, { 'retry-after': '7' }));
    const response = await fetchHead(server.url);
    assert.equal(response.statusCode, 400);
    assert.equal(response.headers['content-type'], 'application/json');
    assert.equal(response.headers['retry-after'], '7');
    assert.equal(await text(response), '{"error":"invalid_client"}');
  });

  test('can be a token response, with fields replaced or left out', async (t) => {
    const server = await start(t, token(), token({ scope: 'read', expires_in: undefined }));
    assert.deepEqual(JSON.parse(await text(await fetchHead(server.url))), {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 3600,
    });
    assert.deepEqual(JSON.parse(await text(await fetchHead(server.url))), {
      access_token: accessToken,
      token_type: 'Bearer',
      scope: 'read',
    });
  });

  test('can be a redirect', async (t) => {
    const server = await start(t, redirect(307, 'https://elsewhere.test/token'));
    const response = await fetchHead(server.url);
    assert.equal(response.statusCode, 307);
    assert.equal(response.headers.location, 'https://elsewhere.test/token');
  });

  test('can be compressed', async (t) => {
    const server = await start(t, gzipped('{"access_token":"compressed"}'));
    const response = await fetchHead(server.url);
    assert.equal(response.headers['content-encoding'], 'gzip');
    const body = gunzipSync(await buffer(response));
    assert.equal(body.toString(), '{"access_token":"compressed"}');
  });

  test('can be something that is not HTTP', async (t) => {
    const server = await start(t, garbage(Uint8Array.of(0x16, 0x03, 0xff)));
    assert.deepEqual(await receiveAll(server).then((seen) => [seen.received, seen.ending]), [
      '\x16\x03\xff',
      'FIN',
    ]);
  });
});

describe('an answer that ends early', () => {
  for (const point of points) {
    test(`is reset ${point}`, async (t) => {
      const { received, ending } = await receiveAll(await start(t, reset(point)));
      assertStoppedAt(point, received);
      assert.equal(ending, 'ECONNRESET');
    });

    test(`is reset ${point}, under TLS`, async (t) => {
      const server = await startScriptedServer({ answers: [reset(point)], tls });
      t.after(server.close);
      const { received, ending } = await receiveAll(server);
      assertStoppedAt(point, received);
      assert.equal(ending, 'ECONNRESET');
    });

    test(`ends ${point}`, async (t) => {
      const { received, ending } = await receiveAll(await start(t, end(point)));
      assertStoppedAt(point, received);
      assert.equal(ending, 'FIN');
    });

    test(`falls silent ${point} and keeps the connection open`, async (t) => {
      const asked = Promise.withResolvers<undefined>();
      const first = dynamic(() => {
        asked.resolve(undefined);
        return silence(point);
      });
      const server = await start(t, first, reply());
      const silent = exchange(server);
      await asked.promise;
      // A complete second connection gives the first one time to continue, if it would.
      await receiveAll(server);
      assertStoppedAt(point, silent.received);
      assert.equal(silent.ending, undefined);
      assert.equal(silent.socket.readyState, 'open');
      await server.close();
      await silent.closed;
    });
  }
});

test('a connection that nobody reads is closed when the client goes away', async (t) => {
  const accepted = Promise.withResolvers<Connection>();
  const server = await startTcpServer(accepted.resolve);
  t.after(server.close);
  const { socket } = exchange({ port: server.port, origin: 'http:' });
  const { closed } = await accepted.promise;
  socket.end();
  if (!closed.aborted) await once(closed, 'abort', { signal: AbortSignal.timeout(60_000) });
});

describe('a connection that is already ending', () => {
  for (const how of ['plain', 'TLS']) {
    test(`is still closed by a reset, ${how}`, async (t) => {
      const closed = Promise.withResolvers<undefined>();
      const accept = (connection: Connection): void => {
        connection.closed.addEventListener('abort', () => {
          closed.resolve(undefined);
        });
        connection.stream.once('data', () => {
          connection.stream.end('last words');
          connection.reset();
        });
      };
      const secure = how === 'TLS';
      const server = await startTcpServer(accept, secure ? tls : undefined);
      t.after(server.close);
      const origin = secure ? 'https:' : 'http:';
      await exchange({ port: server.port, origin }).closed;
      await closed.promise;
    });
  }
});

describe('a slow answer', () => {
  test('sends the head at once, before any of the body', async (t) => {
    const server = await start(t, drip('slow', 3_600_000));
    const response = await fetchHead(server.url);
    assert.equal(response.headers['content-length'], '4');
    assert.equal(response.read(), null);
    response.destroy();
  });

  test('sends the body in single bytes until it is complete', async (t) => {
    const server = await start(t, drip('in single bytes', 1));
    const response = await fetchHead(server.url);
    const pieces = (await response.toArray()) as Buffer[];
    assert.equal(Buffer.concat(pieces).toString(), 'in single bytes');
    assert.ok(pieces.length > 1);
  });
});

describe('a huge answer', () => {
  const size = 300_000;

  test('has exactly the length it announces', async (t) => {
    const response = await fetchHead((await start(t, huge(size))).url);
    assert.equal(response.headers['content-length'], String(size));
    assert.equal((await buffer(response)).length, size);
  });

  test('can be chunked, and still is a token response', async (t) => {
    const response = await fetchHead((await start(t, huge(size, { chunked: true }))).url);
    assert.equal(response.headers['content-length'], undefined);
    const body = await text(response);
    assert.equal(body.length, size);
    assert.equal((JSON.parse(body) as Record<string, unknown>)['access_token'], accessToken);
    assert.equal(response.complete, true);
  });

  test('waits for its reader, so that any length is possible', async (t) => {
    const server = await start(t, huge(2 ** 50), token());
    const response = await fetchHead(server.url);
    await once(response, 'data');
    response.destroy();
    assert.match(await text(await fetchHead(server.url)), new RegExp(accessToken));
  });
});

describe('a dynamic answer', () => {
  test('is chosen by the request', async (t) => {
    const server = await start(
      t,
      dynamic((request) => Promise.resolve(json(200, request.path))),
    );
    assert.equal(await text(await fetchHead(`${server.origin}/here`)), '"/here"');
    assert.equal(await text(await fetchHead(`${server.origin}/there`)), '"/there"');
  });

  test('that throws resets the connection, and close() throws the error', async () => {
    const failure = new Error('not what was expected');
    const answer = dynamic(() => {
      throw failure;
    });
    const server = await startScriptedServer({ answers: [answer] });
    assert.equal((await receiveAll(server)).ending, 'ECONNRESET');
    await assert.rejects(server.close(), failure);
  });
});

describe('over TLS', () => {
  test('answers under the certificate it was given', async (t) => {
    const server = await startScriptedServer({ answers: [token()], tls });
    t.after(server.close);
    assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+\/token$/);
    const { received, ending } = await receiveAll(server);
    assert.match(received, new RegExp(accessToken));
    assert.equal(ending, 'FIN');
    assert.equal(server.requests[0]?.tls, true);
  });

  test('survives a client that does not trust it', async (t) => {
    const server = await startScriptedServer({ answers: [token()], tls });
    t.after(server.close);
    const stranger = connectTls({
      port: server.port,
      host: '127.0.0.1',
      servername: 'server.test',
    });
    const [error] = (await once(stranger, 'error')) as [NodeJS.ErrnoException];
    assert.match(error.code ?? '', /SELF_SIGNED|UNABLE_TO/);
    assert.equal((await receiveAll(server)).ending, 'FIN');
    assert.equal(server.connections, 2);
    assert.equal(server.requests.length, 1);
  });

  test('a silent server accepts connections and never answers the handshake', async () => {
    const server = await startSilentTlsServer();
    const { port } = server;
    const client = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(client, 'connect');
    // A complete second connection gives the first one time to be answered.
    const second = connectTcp(port, '127.0.0.1');
    await once(second, 'connect');
    second.destroy();
    await once(second, 'close');
    assert.equal(client.bytesRead, 0);
    assert.equal(client.readyState, 'open');
    assert.match(server.url, /^https:/);
    const failed = once(client, 'error');
    await server.close();
    await failed;
    assert.equal(server.connections, 2);
  });
});
