import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { clientSecretBasic, clientSecretPost } from './client-authentication.ts';
import {
  buildTokenRequest,
  listParameterNames,
  spendsItsGrant,
  type TokenRequest,
} from './token-request.ts';

const plain: TokenRequest = {
  tokenUrl: 'https://login.example.com/token?tenant=a',
  grantType: 'client_credentials',
  authenticate: clientSecretBasic('s6BhdRkqt3', 'gX1fBat3bV', 'form'),
  scopes: [],
  audience: undefined,
  resources: [],
  parameters: [],
  headers: [],
  bodyFormat: 'form',
};

const full: TokenRequest = {
  ...plain,
  authenticate: clientSecretPost('id', 's&cr t'),
  scopes: ['read', 'list'],
  audience: 'https://api.example.com',
  resources: ['urn:a', 'urn:b'],
  parameters: [
    ['x', '1=2'],
    ['x', ''],
  ],
};

describe('a token request', () => {
  test('is the one of RFC 6749 section 4.4.2', async () => {
    assert.deepEqual(await buildTokenRequest(plain), {
      method: 'POST',
      url: 'https://login.example.com/token?tenant=a',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'oauth2-token',
        authorization: 'Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW',
      },
      body: 'grant_type=client_credentials',
    });
  });

  test('sends all that was asked for, in order, as a form', async () => {
    const { body } = await buildTokenRequest(full);
    assert.equal(
      body,
      'grant_type=client_credentials&scope=read+list&audience=https%3A%2F%2Fapi.example.com&resource=urn%3Aa&resource=urn%3Ab&x=1%3D2&x=&client_id=id&client_secret=s%26cr+t',
    );
  });

  test('sends the same as JSON, repeated names as lists', async () => {
    const { body, headers } = await buildTokenRequest({ ...full, bodyFormat: 'json' });
    assert.equal(headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(body ?? ''), {
      grant_type: 'client_credentials',
      scope: 'read list',
      audience: 'https://api.example.com',
      resource: ['urn:a', 'urn:b'],
      x: ['1=2', ''],
      client_id: 'id',
      client_secret: 's&cr t',
    });
  });

  test("lets the user's headers take the place of its own, whatever their case", async () => {
    const { headers } = await buildTokenRequest({
      ...plain,
      headers: [
        ['ACCEPT', 'text/plain'],
        ['X-Tenant', 'a'],
      ],
    });
    assert.equal(headers['accept'], 'text/plain');
    assert.equal(headers['x-tenant'], 'a');
    assert.equal('ACCEPT' in headers, false);
  });

  test('asks for its credentials anew each time', async () => {
    let calls = 0;
    const request: TokenRequest = {
      ...plain,
      authenticate: async ({ parameters }) => {
        calls += 1;
        await Promise.resolve();
        parameters.push(['client_assertion', String(calls)]);
      },
    };
    const bodies = [await buildTokenRequest(request), await buildTokenRequest(request)];
    assert.deepEqual(
      bodies.map(({ body }) => body?.split('client_assertion=')[1]),
      ['1', '2'],
    );
  });

  test('is described by the names of its parameters, each once and without credentials', () => {
    assert.deepEqual(listParameterNames(full), [
      'grant_type',
      'scope',
      'audience',
      'resource',
      'x',
    ]);
  });

  for (const [name, spends] of [
    ['refresh_token', true],
    ['code', true],
    ['scope', false],
    ['subject_token', false],
  ] as const) {
    test(`with ${name} ${spends ? 'can' : 'cannot'} be used up by a lost answer`, () => {
      assert.equal(spendsItsGrant({ ...plain, parameters: [[name, 'x']] }), spends);
    });
  }
});
