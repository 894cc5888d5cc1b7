/**
 * Separate endpoints for certificates (RFC 8705 section 5): the built action against a certified authorization server.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../support/doubles/authorization-server.ts';
import { explainFinal, refusal } from '../support/making/failures.ts';
import { type Proxy, startProxy } from '../support/doubles/proxy.ts';
import {
  refused,
  type Way,
  authority,
  byCertificate,
  byOwnCertificate,
  ways,
  gather,
  ask,
  assertGot,
  requestsOf,
} from '../support/making/clients.ts';

describe('if the server has a separate endpoint for certificates,', () => {
  const basic = ways.client_secret_basic;
  const signing = ways['private_key_jwt, the certificate named in the header'];
  const clients = [basic, signing, byCertificate, byOwnCertificate].map(({ client }) => client);
  let near: AuthorizationServer;
  let far: AuthorizationServer;
  let proxy: Proxy;

  before(async () => {
    near = await startAuthorizationServer({ authority, clients, mtlsHostName: '127.0.0.1' });
    far = await startAuthorizationServer({
      authority,
      clients,
      hostName: 'login.test',
      mtlsHostName: 'mtls.login.test',
    });
    proxy = await startProxy({
      routes: {
        'login.test': { host: '127.0.0.1', port: far.port },
        'mtls.login.test': { host: '127.0.0.1', port: far.mtlsPort },
      },
    });
  });

  after(() => Promise.all([near.close(), far.close(), proxy.close()]));

  const mutual = [
    ['tls_client_auth', byCertificate],
    ['self_signed_tls_client_auth', byOwnCertificate],
  ] as const;

  /** The host of the last request of a client. */
  function lastHost({ client }: Way, at: AuthorizationServer): string | undefined {
    return requestsOf(client, at).at(-1)?.headers['host'];
  }

  for (const [method, way] of mutual) {
    test(`${method} by the issuer uses it`, async () => {
      const run = await ask(way, { issuer: near.issuer }, { at: near });
      await assertGot(run, way.client, near, new URL(near.issuer).host);
      assert.equal(lastHost(way, near), `127.0.0.1:${near.mtlsPort}`);
      assert.notEqual(near.mtlsPort, near.port);
    });

    test(`${method} by the issuer uses it through a proxy`, async () => {
      const before = proxy.connects.length;
      const environment = { https_proxy: proxy.url };
      const run = await ask(way, { issuer: far.issuer }, { at: far, environment });
      await assertGot(run, way.client, far, `login.test:${far.port}`);
      assert.deepEqual(
        proxy.connects.slice(before).map(({ target }) => target),
        [`login.test:${far.port}`, `mtls.login.test:${far.mtlsPort}`],
      );
    });

    test(`${method} by its own token URL uses it through a proxy`, async () => {
      const environment = { https_proxy: proxy.url };
      const inputs = { 'token-url': far.mtlsTokenUrl };
      const run = await ask(way, inputs, { at: far, environment });
      await assertGot(run, way.client, far, `mtls.login.test:${far.mtlsPort}`);
    });
  }

  test('the usual endpoint sees no certificate, and the annotation names the other', async () => {
    const run = await ask(byCertificate, {}, { at: near });
    assert.equal(run.exitCode, 1);
    const error = refusal('oauth_error', 401, refused);
    assert.deepEqual(run.annotations, [explainFinal(error, gather(byCertificate, {}, near))]);
  });

  for (const [name, way] of Object.entries({
    client_secret_basic: basic,
    'private_key_jwt with a certificate': signing,
  })) {
    test(`${name} by the issuer uses the usual one`, async () => {
      const run = await ask(way, { issuer: near.issuer }, { at: near });
      await assertGot(run, way.client, near, new URL(near.issuer).host);
      assert.equal(lastHost(way, near), `127.0.0.1:${near.port}`);
    });
  }
});
