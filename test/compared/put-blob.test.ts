/**
 * The replacement for @azure/storage-blob in the child process that saves sends what the real package sends, and does
 * nothing else. The real package is here as azure-storage-blob.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test, type TestContext } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

import * as sdk from 'azure-storage-blob';

import * as standIn from '../../tools/put-blob/index.mjs';
import { createAuthority } from '../support/making/certificates.ts';
import { startProxy } from '../support/doubles/proxy.ts';
import {
  type Answer,
  redirect,
  reply,
  reset,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from '../support/doubles/scripted-server.ts';

const root = join(import.meta.dirname, '..', '..');

const query = '?se=2030-01-01T00%3A00%3A00.000Z&sig=a%2Bb%2Fc%3D&sp=cw&sr=b&sv=2025-05-05';
const path = `/account/actions-cache/ab-1${query}`;

/** Bytes that are not a text, as of an archive. */
const archive = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 10, 13, 255, 254]);

/** What @actions/cache gives as options. */
const options = {
  blockSize: 64 * 1024 * 1024,
  concurrency: 8,
  maxSingleShotSize: 128 * 1024 * 1024,
  onProgress: (): void => undefined,
};

let folder: string;
let file: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'put-blob-'));
  file = join(folder, 'cache.tzst');
  writeFileSync(file, archive);
});

after(() => {
  rmSync(folder, { recursive: true });
});

async function startStorage(t: TestContext, ...answers: Answer[]): Promise<ScriptedServer> {
  const storage = await startScriptedServer({ answers });
  t.after(storage.close);
  return storage;
}

const taken = reply({ status: 201 });

/** Uploads as @actions/cache does. */
async function upload(
  { BlobClient }: typeof sdk | typeof standIn,
  origin: string,
): Promise<number> {
  const client = new BlobClient(`${origin}${path}`).getBlockBlobClient();
  return (await client.uploadFile(file, options))._response.status;
}

describe('the request', () => {
  /** Headers that no service needs: about the client, the form of errors, and the connection. */
  const own = ['accept', 'connection', 'user-agent', 'x-ms-client-request-id', 'host'];

  test('is that of @azure/storage-blob, byte for byte in everything that counts', async (t) => {
    const requests = [];
    for (const library of [sdk, standIn]) {
      const storage = await startStorage(t, taken);
      assert.equal(await upload(library, storage.origin), 201);
      assert.equal(storage.requests.length, 1);
      const [request] = storage.requests;
      assert.ok(request);
      const headers = Object.entries(request.headers).filter(([name]) => !own.includes(name));
      requests.push({ ...request, headers: headers.sort() });
    }
    const [expected, actual] = requests;
    assert.deepEqual(actual, expected);
    assert.equal(actual?.path, path);
    assert.equal(actual.body, archive.toString());
  });

  test('reports that all was sent, once', async (t) => {
    const storage = await startStorage(t, taken);
    const reported: number[] = [];
    await standIn.uploadFile(`${storage.origin}${path}`, file, {
      ...options,
      onProgress: ({ loadedBytes }) => reported.push(loadedBytes),
    });
    assert.deepEqual(reported, [archive.length]);
  });
});

describe('the second attempt', () => {
  /** Uploads to a storage with these answers; gives the waits, the requests and the result. */
  async function attempt(
    t: TestContext,
    ...answers: Answer[]
  ): Promise<{ waits: number[]; requests: number; end: unknown }> {
    const storage = await startStorage(t, ...answers);
    const waits: number[] = [];
    const wait = (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
      return Promise.resolve();
    };
    const end = await standIn
      .uploadFile(`${storage.origin}${path}`, file, options, wait)
      .then(({ _response: { status } }) => status)
      .catch((error: unknown) => describeError(error));
    return { waits, requests: storage.requests.length, end };
  }

  const fault = (status: number): Answer => reply({ status, body: '<Error/>' });
  const passing = {
    'a 500': fault(500),
    'a 503': fault(503),
    'a 408': fault(408),
    'a reset': reset('before-head'),
  };
  for (const [name, answer] of Object.entries(passing)) {
    test(`comes after ${name}, and may succeed`, async (t) => {
      assert.deepEqual(await attempt(t, answer, taken), { waits: [500], requests: 2, end: 201 });
    });
  }

  test('is the last one', async (t) => {
    const expected = { waits: [500], requests: 2, end: ['put_blob_failed', 503] };
    assert.deepEqual(await attempt(t, fault(500), fault(503), taken), expected);
  });

  test('reports a connection that broke twice', async (t) => {
    const expected = { waits: [500], requests: 2, end: ['ECONNRESET', undefined] };
    assert.deepEqual(await attempt(t, reset('before-head')), expected);
  });

  const final = {
    'a 400': [fault(400), 400],
    'a 403': [fault(403), 403],
    'a 409': [fault(409), 409],
    'a 429': [fault(429), 429],
    'a page with a 200': [reply({ body: '<!doctype html>' }), 200],
    'a redirect': [redirect(307, 'http://127.0.0.1:1/elsewhere'), 307],
    'a refusal without an end': [withStatus(403, silence('in-body')), 403],
  } as const;
  for (const [name, [answer, status]] of Object.entries(final)) {
    test(`does not come after ${name}`, async (t) => {
      const expected = { waits: [], requests: 1, end: ['put_blob_failed', status] };
      assert.deepEqual(await attempt(t, answer), expected);
    });
  }

  test('does not come after a success whose body never ends', async (t) => {
    const endless = withStatus(201, silence('in-body'));
    assert.deepEqual(await attempt(t, endless), { waits: [], requests: 1, end: 201 });
  });
});

function describeError(error: unknown): unknown {
  assert.ok(error instanceof Error);
  return [Reflect.get(error, 'code'), Reflect.get(error, 'status')];
}

/** The same answer with another status. */
function withStatus(status: number, answer: Answer): Answer {
  assert.equal(answer.kind, 'script');
  const head = Buffer.from(answer.head).toString('latin1').replace(' 200 ', ` ${status} `);
  return { ...answer, head: Buffer.from(head, 'latin1') };
}

describe('the connection', () => {
  const sources = {
    'the stand-in': join(root, 'tools', 'put-blob', 'index.mjs'),
    'the SDK': fileURLToPath(import.meta.resolve('azure-storage-blob')),
  };

  const script = `
    const [library, url, file] = process.argv.slice(1);
    const { BlobClient } = await import(library);
    const client = new BlobClient(url).getBlockBlobClient();
    const options = { maxSingleShotSize: 1e6, onProgress: () => undefined };
    const { _response } = await client.uploadFile(file, options);
    process.stdout.write(String(_response.status));
  `;

  /** Uploads in a separate process, because Node reads its certificates at its start; gives what it prints. */
  async function uploadApart(
    source: string,
    url: string,
    env: NodeJS.ProcessEnv,
  ): Promise<{ out: string; error: string }> {
    const args = ['--input-type=module', '--eval', script, pathToFileURL(source).href];
    const child = spawn(process.execPath, [...args, url, file], { env });
    const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { out, error };
  }

  for (const [name, source] of Object.entries(sources)) {
    test(`goes through https_proxy with its credentials, verified from end to end, by ${name}`, async (t) => {
      const authority = await createAuthority();
      const { certificate, key } = await authority.issue({ names: ['storage.example.com'] });
      const storage = await startScriptedServer({
        answers: [taken],
        tls: { cert: certificate, key },
      });
      t.after(storage.close);
      const proxy = await startProxy({
        behaviour: 'authenticate',
        credentials: { user: 'ci', password: 'p:w/d' },
        routes: { 'storage.example.com': { host: '127.0.0.1', port: storage.port } },
      });
      t.after(proxy.close);
      const trusted = join(folder, 'ca.pem');
      writeFileSync(trusted, authority.certificate);
      const url = `https://storage.example.com${path}`;
      const env = { https_proxy: proxy.urlWith('ci', 'p:w/d') };

      assert.deepEqual(await uploadApart(source, url, { ...env, NODE_EXTRA_CA_CERTS: trusted }), {
        out: '201',
        error: '',
      });
      const authorization = `Basic ${Buffer.from('ci:p:w/d').toString('base64')}`;
      const [connect] = proxy.connects;
      assert.deepEqual(connect, { target: 'storage.example.com:443', authorization });
      assert.equal(storage.requests[0]?.headers['host'], 'storage.example.com');

      // An authority that is not trusted.
      if (name === 'the SDK') return;
      const { out, error } = await uploadApart(source, url, env);
      assert.equal(out, '');
      assert.match(error, /UNABLE_TO_GET_ISSUER_CERT_LOCALLY|UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
      assert.equal(storage.requests.length, 1);
    });
  }
});

describe('everything else', () => {
  const refuse = (what: string): { message: string } => ({
    message: `@azure/storage-blob is left out of oauth2-token (tools/put-blob): ${what} cannot be used here.`,
  });
  const read = (object: object, name: string): unknown => Reflect.get(object, name);

  test('throws an error that says so', async () => {
    const { BlobClient, BlockBlobClient, uploadFile } = standIn;
    const url = `http://127.0.0.1:1${path}`;
    const blob = new BlobClient(url);
    assert.throws(() => new BlobClient(url, {}), refuse('credentials or options of BlobClient'));
    assert.throws(() => read(blob, 'getProperties'), refuse('BlobClient.getProperties'));
    const blockBlob = blob.getBlockBlobClient();
    assert.throws(() => read(blockBlob, 'stageBlock'), refuse('BlockBlobClient.stageBlock'));
    assert.throws(() => new BlockBlobClient(), refuse('BlockBlobClient'));

    const more = { ...options, metadata: {}, tier: 'Hot' };
    const unknown = refuse('the option metadata, tier of uploadFile()');
    await assert.rejects(() => uploadFile(url, file, more), unknown);
    const smaller = { ...options, maxSingleShotSize: archive.length - 1 };
    await assert.rejects(() => uploadFile(url, file, smaller), refuse('an upload of 9 bytes'));
  });

  test('is not used by @actions/cache to save', () => {
    const source = readFileSync(
      fileURLToPath(new URL('internal/uploadUtils.js', import.meta.resolve('@actions/cache'))),
      'utf8',
    );
    const uses = source.match(/(blobClient|blockBlobClient|response)\.\w+|from '@azure[^']*'/g);
    assert.deepEqual([...new Set(uses)].sort(), [
      'blobClient.accountName',
      'blobClient.containerName',
      'blobClient.getBlockBlobClient',
      'blobClient.name',
      'blockBlobClient.uploadFile',
      "from '@azure/storage-blob'",
      'response._response',
    ]);
  });

  test('is what @actions/cache gets instead', () => {
    const toolkit = createRequire(import.meta.resolve('@actions/cache'));
    assert.equal(
      toolkit.resolve('@azure/storage-blob'),
      join(root, 'tools', 'put-blob', 'index.mjs'),
    );
  });

  test('of the SDK is not in dist/save', () => {
    const bundle = readFileSync(join(root, 'dist', 'save', 'index.js'), 'utf8');
    assert.equal(bundle.includes('azsdk-js'), false);
    assert.equal(bundle.includes('tools/put-blob'), true);
  });
});
