/**
 * A gateway in front of an authorization server requires a client certificate on every connection, with any
 * authentication method.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { TLSSocket } from 'node:tls';

import { startIdTokenService } from '../support/doubles/id-token-service.ts';
import { runBuiltJob, startBuiltAction } from '../support/making/built-action.ts';
import { createAuthority } from '../support/making/certificates.ts';
import { generatePem } from '../support/making/inputs.ts';

type Inputs = Readonly<Record<string, string>>;

/** The requests, and the subject of the certificate that was shown. */
interface Received {
  readonly path: string;
  readonly client: string | undefined;
  readonly authorization: string | undefined;
  readonly body: URLSearchParams;
}

const root = await createAuthority('Root');
const issuing = await root.createIntermediate('Issuing');
const own = await issuing.issue({ names: [], client: true, commonName: 'ci-client' });
const host = await root.issue({ names: ['127.0.0.1'] });
const chain = own.certificate + issuing.certificate;
const bag = `Bag Attributes\n    localKeyID: 01\n${issuing.certificate}${own.certificate}${own.key}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Starts a server that refuses clients without a certificate of its authority. */
async function startGateway(t: TestContext): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const trust = { ca: root.certificate, requestCert: true, rejectUnauthorized: true };
  const server = createServer(
    { cert: host.certificate, key: host.key, ...trust },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        const { socket } = request;
        const peer = socket instanceof TLSSocket ? socket.getPeerCertificate() : undefined;
        received.push({
          path,
          client: [peer?.subject.CN].flat()[0],
          authorization: request.headers.authorization,
          body: new URLSearchParams(Buffer.concat(chunks).toString()),
        });
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer(path)));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = (path: string): unknown =>
    path.startsWith('/.well-known')
      ? { issuer: url, token_endpoint: `${url}/token`, revocation_endpoint: `${url}/revoke` }
      : { access_token: 'a-token-of-the-gateway', token_type: 'Bearer', expires_in: 600 };
  return { url, received };
}

const usual: Inputs = {
  'ca-certificate': root.certificate,
  'client-id': 'ci-client',
  'client-certificate': chain,
  'client-key': own.key,
  'retry-max-attempts': '1',
  'use-cache': 'false',
};

describe('a certificate is shown for the metadata, the token and the revocation with', () => {
  const secret = { 'client-secret': 'the-secret-of-ci-client' };
  const key = { 'private-key': generatePem() };
  const rows: readonly [what: string, inputs: Inputs, parameter: string | undefined][] = [
    ['no other credential', {}, 'client_id'],
    ['client_secret_basic', secret, undefined],
    [
      'client_secret_post',
      { ...secret, 'client-auth-method': 'client_secret_post' },
      'client_secret',
    ],
    [
      'client_secret_jwt',
      { ...secret, 'client-auth-method': 'client_secret_jwt' },
      'client_assertion',
    ],
    ['private_key_jwt', key, 'client_assertion'],
    ['a signed JWT as the grant', { ...key, 'private-key-as': 'assertion' }, 'assertion'],
    ['none', { 'client-auth-method': 'none' }, 'client_id'],
    ['an ID token as the client', { 'id-token-as': 'client_assertion' }, 'client_assertion'],
    ['an ID token as the grant', { 'id-token-as': 'assertion' }, 'assertion'],
    ['an ID token to exchange', { 'id-token-as': 'subject_token' }, 'subject_token'],
    ['a refresh token', { ...secret, 'refresh-token': 'a-refresh-token' }, 'refresh_token'],
  ];
  for (const [what, inputs, parameter] of rows) {
    test(what, async (t) => {
      const { url, received } = await startGateway(t);
      const idTokens = await startIdTokenService();
      t.after(idTokens.close);
      const { runs } = await runBuiltJob(
        { ...usual, issuer: url, revoke: 'true', ...inputs },
        { environment: { ...idTokens.environment, ACTIONS_RUNTIME_TOKEN: 'the-runtime-token' } },
      );
      assert.equal(runs[0]?.outputs['token'], 'a-token-of-the-gateway', runs[0]?.stdout);
      assert.deepEqual(
        received.map(({ path, client }) => [path, client]),
        [
          ['/.well-known/openid-configuration', 'ci-client'],
          ['/token', 'ci-client'],
          ['/revoke', 'ci-client'],
        ],
      );
      const [, request] = received;
      if (parameter === undefined) assert.match(request?.authorization ?? '', /^Basic /);
      else assert.ok(request?.body.has(parameter), parameter);
    });
  }
});

describe('a given certificate is shown', () => {
  const forms: Readonly<Record<string, Inputs>> = {
    'in a chain of any order': { 'client-certificate': issuing.certificate + own.certificate },
    'with its key in client-certificate': { 'client-certificate': bag, 'client-key': '' },
    'with its key in client-key': { 'client-certificate': '', 'client-key': bag },
    'with its key in both': { 'client-certificate': bag, 'client-key': bag },
    'as base64': { 'client-certificate': base64(chain), 'client-key': base64(own.key) },
    'as base64 with its key': { 'client-certificate': base64(bag), 'client-key': '' },
    'as base64 in lines': {
      'client-certificate': '',
      'client-key': base64(bag).replace(/.{76}/g, '$&\n'),
    },
    'together with a CA as base64': { 'ca-certificate': base64(root.certificate) },
  };
  for (const [what, inputs] of Object.entries(forms)) {
    test(what, async (t) => {
      const { url, received } = await startGateway(t);
      const given = { ...usual, 'token-url': `${url}/token`, ...inputs };
      const { outputs, stdout } = await startBuiltAction({ ...given, verbose: 'true' });
      assert.equal(outputs['token'], 'a-token-of-the-gateway', stdout);
      assert.deepEqual(
        received.map(({ client }) => client),
        ['ci-client'],
      );
    });
  }

  test('but not as PKCS#12, and the error has the command that converts it', async (t) => {
    const { url, received } = await startGateway(t);
    const pkcs12 = Buffer.concat([
      Buffer.from('3082024002010330820206', 'hex'),
      Buffer.alloc(569, 'x'),
    ]);
    const given = { 'client-certificate': pkcs12.toString('base64'), 'client-key': '' };
    const { annotations } = await startBuiltAction({
      ...usual,
      'token-url': `${url}/token`,
      ...given,
    });
    assert.match(annotations[0]?.message ?? '', /openssl pkcs12 -in FILE -nodes/);
    assert.deepEqual(received, []);
  });
});
