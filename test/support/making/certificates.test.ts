import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, request, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createAuthority, type IssuedCertificate } from './certificates.ts';

/** Starts a server with this certificate. The function sends a request to it and gives the status, or throws. */
async function serve(
  t: TestContext,
  { certificate, key }: IssuedCertificate,
): Promise<(options: RequestOptions) => Promise<number | undefined>> {
  const server = createServer({ cert: certificate, key }, (_, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return async (options) => {
    const asked = request({ host: '127.0.0.1', port, agent: false, ...options }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
}

test('a client that trusts the authority trusts a server with an issued certificate', async (t) => {
  const authority = await createAuthority();
  const ask = await serve(t, await authority.issue({ names: ['server.test', '127.0.0.1'] }));
  const ca = authority.certificate;
  assert.equal(await ask({ ca }), 200, 'by its address');
  assert.equal(await ask({ ca, servername: 'server.test' }), 200, 'by its name');
});

test('a server with an issued certificate is not trusted without the authority', async (t) => {
  const authority = await createAuthority();
  const ask = await serve(t, await authority.issue({ names: ['127.0.0.1'] }));
  await assert.rejects(ask({}), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
});

test('an expired certificate is refused', async (t) => {
  const authority = await createAuthority();
  const ask = await serve(t, await authority.issue({ names: ['127.0.0.1'], expired: true }));
  await assert.rejects(ask({ ca: authority.certificate }), { code: 'CERT_HAS_EXPIRED' });
});

test('a certificate for another name is refused', async (t) => {
  const authority = await createAuthority();
  const ask = await serve(t, await authority.issue({ names: ['server.test'] }));
  await assert.rejects(ask({ ca: authority.certificate }), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});

test('a certificate for a client is refused for a server', async (t) => {
  const authority = await createAuthority();
  const ask = await serve(t, await authority.issue({ names: ['127.0.0.1'], client: true }));
  await assert.rejects(ask({ ca: authority.certificate }), { code: 'INVALID_PURPOSE' });
});

test('two authorities of the same name can be trusted at once', async (t) => {
  const [one, other] = await Promise.all([createAuthority(), createAuthority()]);
  const ask = await serve(t, await other.issue({ names: ['127.0.0.1'] }));
  assert.equal(await ask({ ca: [one.certificate, other.certificate] }), 200);
});

test('a client that trusts the first authority trusts a server with a certificate of an intermediate authority', async (t) => {
  const root = await createAuthority();
  const issuing = await root.createIntermediate('Issuing CA');
  const { certificate, key } = await issuing.issue({ names: ['127.0.0.1'] });
  const ask = await serve(t, { certificate: `${certificate}\n${issuing.certificate}`, key });
  assert.equal(await ask({ ca: root.certificate }), 200);
  await assert.rejects(ask({ ca: issuing.certificate }), { code: 'UNABLE_TO_GET_ISSUER_CERT' });
});

test('an authority can have a certificate with a weak signature', async () => {
  const root = await createAuthority();
  const weak = new X509Certificate(
    (await root.createIntermediate('Weak CA', { hash: 'SHA-1' })).certificate,
  );
  assert.equal(weak.signatureAlgorithm, 'ecdsa-with-SHA1');
});

test('the subject is the requested common name, else the first name', async () => {
  const { issue } = await createAuthority();
  const named = await issue({ names: ['a.test'], commonName: 'a client' });
  assert.equal(new X509Certificate(named.certificate).subject, 'CN=a client');
  const unnamed = await issue({ names: ['a.test', 'b.test'] });
  assert.equal(new X509Certificate(unnamed.certificate).subject, 'CN=a.test');
});

test('the key is the one in the certificate, and PKCS#8', async () => {
  const { issue } = await createAuthority();
  const { certificate, key } = await issue({ names: ['a.test'] });
  assert.match(key, /^-----BEGIN PRIVATE KEY-----\n/);
  assert.ok(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)));
});

test('a key can be certified again', async () => {
  const { issue } = await createAuthority();
  const first = await issue({ names: [], client: true });
  const renewed = await issue({ names: [], client: true, key: first.key });
  assert.equal(renewed.key, first.key);
  assert.notEqual(renewed.certificate, first.certificate);
  assert.ok(new X509Certificate(renewed.certificate).checkPrivateKey(createPrivateKey(first.key)));
});
