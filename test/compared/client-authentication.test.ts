/** Every way to authenticate: the built action against a certified authorization server over https. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../support/doubles/authorization-server.ts';
import { InputError } from '../../src/inputs/input-error.ts';
import { explainFailure } from '../../src/wording/failures.ts';
import { explainFinal, refusal } from '../support/making/failures.ts';
import { say } from '../support/making/inputs.ts';
import { asking, stableHost } from '../support/making/log-lines.ts';
import {
  type Inputs,
  refused,
  stranger,
  writePem,
  type Way,
  byAssertion,
  listLines,
  identify,
  authority,
  naming,
  nobody,
  byCertificate,
  byOwnCertificate,
  ways,
  gather,
  ask,
  assertHidden,
  listLinesOf,
  assertGot,
  requestsOf,
  readForm,
  listNames,
  assertJwt,
} from '../support/making/clients.ts';

const concurrency = 3;

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

let server: AuthorizationServer;

before(async () => {
  server = await startAuthorizationServer({
    authority,
    clients: Object.values<Way>(ways).map(({ client }) => client),
  });
});

after(() => server.close());

describe('a client gets a token, by the token URL and by the issuer, with', { concurrency }, () => {
  for (const [name, way] of Object.entries<Way>(ways)) {
    test(name, async () => {
      const { client, sends, basic, jwt } = way;
      const { host } = new URL(server.issuer);
      const audiences = [server.tokenUrl, server.issuer];
      const byUrl = await ask(way, {}, { at: server });
      await assertGot(byUrl, client, server, host);
      const byIssuer = await ask(way, { issuer: server.issuer }, { at: server });
      await assertGot(byIssuer, client, server, host);

      const requests = requestsOf(client, server);
      assert.equal(requests.length, 2);
      const ids = new Set<string | undefined>();
      for (const [index, request] of requests.entries()) {
        assert.deepEqual(listNames(request), ['grant_type', ...sends]);
        assert.equal(request.authorization === undefined, basic !== true);
        if (jwt === undefined) continue;
        const { client_assertion: assertion = '', client_assertion_type: type } = readForm(request);
        assert.equal(type, jwtBearer);
        const who = { issuer: client.clientId, audience: audiences[index] ?? '' };
        ids.add((await assertJwt(assertion, jwt, who)).jti);
        assertHidden([byUrl, byIssuer][index] ?? byUrl, [assertion]);
      }
      assert.equal(ids.size, jwt === undefined ? 0 : 2);
    });
  }
});

describe('a client is refused, and learns what to change, with', { concurrency }, () => {
  const es256 = ways['private_key_jwt by ES256, with a SEC1 PEM and a key id'];
  const mac = ways['client_secret_jwt by HS256, which is the default'];
  const named = ways['private_key_jwt, the certificate named in the header'];
  interface Row {
    readonly way: Way;
    readonly given: () => Inputs | Promise<Inputs>;
    /** The client of the request in the log, and how it authenticates. */
    readonly shape: string;
  }
  const rows: Record<string, Row> = {
    'the secret of another client in the body': {
      way: ways.client_secret_post,
      given: () => ({ 'client-secret': 'not-the-secret' }),
      shape: 'client post, client_secret_post, body: grant_type, client_id, client_secret',
    },
    'a JWT by another secret': {
      way: mac,
      given: () => ({ 'client-secret': 'not-the-secret-but-no-shorter-than-the-secret-is' }),
      shape: `client mac-256, client_secret_jwt (HS256), body: grant_type, ${byAssertion.join(', ')}`,
    },
    'a JWT by another key': {
      way: es256,
      given: () => ({ 'private-key': writePem(stranger.privateKey) }),
      shape: `client es256, private_key_jwt (ES256, kid key-1), body: grant_type, ${byAssertion.join(', ')}`,
    },
    'a JWT by an algorithm that the client is not registered with': {
      way: ways['private_key_jwt by RS256, with a PKCS#8 PEM'],
      given: () => ({ 'signing-algorithm': 'RS384' }),
      shape: `client rs256, private_key_jwt (RS384), body: grant_type, ${byAssertion.join(', ')}`,
    },
    'a JWT for another audience': {
      way: es256,
      given: () => ({ 'assertion-audience': 'https://login.example.com', issuer: server.issuer }),
      shape: `client es256, private_key_jwt (ES256, kid key-1), body: grant_type, ${byAssertion.join(', ')}`,
    },
    'a certificate of another authority': {
      way: byCertificate,
      given: async () => identify(await nobody.issue(naming)).inputs,
      shape: 'client certified, tls_client_auth, body: grant_type, client_id',
    },
    'a certificate for another name': {
      way: byCertificate,
      given: async () =>
        identify(await authority.issue({ ...naming, commonName: 'somebody else' })).inputs,
      shape: 'client certified, tls_client_auth, body: grant_type, client_id',
    },
    'a certificate of its own that is not registered': {
      way: byOwnCertificate,
      given: async () => identify(await nobody.issue(naming)).inputs,
      shape: 'client self-signed, self_signed_tls_client_auth, body: grant_type, client_id',
    },
    'no certificate where the server wants one': {
      way: { ...byCertificate, inputs: { 'client-auth-method': 'none' }, secrets: [] },
      given: () => ({}),
      shape: 'client certified, none, body: grant_type, client_id',
    },
  };
  for (const [name, { way, given, shape }] of Object.entries(rows)) {
    test(name, async () => {
      const inputs = await given();
      const run = await ask({ ...way, secrets: [] }, inputs, { at: server });
      const { host } = new URL(server.issuer);
      assert.deepEqual([run.exitCode, run.outputs, run.env], [1, {}, {}]);
      const error = refusal('oauth_error', 401, refused);
      assert.deepEqual(run.annotations, [
        explainFinal(error, gather(way, inputs, server), server.tokenUrl),
      ]);
      assert.deepEqual(listLinesOf(run, host).slice(0, -1), [
        asking(),
        '::group::Request and answer',
        `POST ${server.tokenUrl.replace(host, stableHost)}`,
        shape,
        '401 Unauthorized, application/json, 77 bytes, after <took>',
        'error: invalid_client',
        'error_description: client authentication failed',
        '::endgroup::',
      ]);
      const { 'private-key': key = '', 'client-key': clientKey = '' } = inputs;
      assertHidden(run, [...listLines(key), ...listLines(clientKey)]);
    });
  }

  const unsent: Record<string, { way: Way; given: Inputs; message: string }> = {
    'a certificate without its key': {
      way: byCertificate,
      given: { 'client-key': '' },
      message: say(
        explainFailure(new InputError([], { name: 'client-key', cause: 'unset' })).message,
      ),
    },
    'a key without its certificate': {
      way: byCertificate,
      given: { 'client-certificate': '' },
      message: 'client-certificate is required with client-key.',
    },
    "a key that is not the certificate's": {
      way: byCertificate,
      given: { 'client-key': writePem(stranger.privateKey) },
      message: 'client-certificate: does not belong to client-key.',
    },
    "a private-key that is not the certificate's": {
      way: named,
      given: { 'private-key': writePem(stranger.privateKey) },
      message: 'client-certificate: does not belong to private-key.',
    },
  };
  for (const [name, { way, given, message }] of Object.entries(unsent)) {
    test(`${name}, before anything is sent`, async () => {
      const clientId = `sends nothing: ${name}`;
      const run = await ask(
        { ...way, secrets: [] },
        { ...given, 'client-id': clientId },
        { at: server },
      );
      assert.deepEqual([run.exitCode, run.outputs], [1, {}]);
      assert.deepEqual(
        run.annotations.map((annotation) => annotation.message),
        [message],
      );
      assert.deepEqual(requestsOf({ clientId }, server), []);
    });
  }
});
