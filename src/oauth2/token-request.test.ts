import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { clientAssertion, clientSecretBasic, clientSecretPost } from './client-authentication.ts';
import {
  buildTokenRequest,
  listParameterNames,
  spendsItsGrant,
  type TokenRequest,
} from './token-request.ts';

const plain: TokenRequest = {
  tokenUrl: 'https://login.example.com/token?tenant=a',
  grantType: 'client_credentials',
  proofs: [clientSecretBasic('s6BhdRkqt3', 'gX1fBat3bV', 'form')],
  scopes: [],
  audience: undefined,
  resources: [],
  parameters: [],
  headers: [],
  bodyFormat: 'form',
};

const full: TokenRequest = {
  ...plain,
  proofs: [clientSecretPost('id', 's&cr t')],
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
    // As text, for the order counts too.
    assert.equal(
      body,
      '{"grant_type":"client_credentials","scope":"read list","audience":"https://api.example.com","resource":["urn:a","urn:b"],"x":["1=2",""],"client_id":"id","client_secret":"s&cr t"}',
    );
  });

  test('sends a name that comes again in another place where it came first, as JSON', async () => {
    const parameters = [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
      ['a', '4'],
    ] as const;
    const asJson = await buildTokenRequest({ ...plain, parameters, bodyFormat: 'json' });
    assert.equal(asJson.body, '{"grant_type":"client_credentials","a":["1","3","4"],"b":"2"}');
    const asForm = await buildTokenRequest({ ...plain, parameters });
    assert.equal(asForm.body, 'grant_type=client_credentials&a=1&b=2&a=3&a=4');
  });

  test('keeps a value exact, in either format', async () => {
    const value = ' =&+%\r\n"€\\';
    const parameters = [
      ['x', value],
      ['__proto__', 'y'],
    ] as const;
    const asForm = await buildTokenRequest({ ...plain, parameters });
    assert.deepEqual(
      [...new URLSearchParams(asForm.body)].slice(1),
      parameters.map((pair) => [...pair]),
    );
    const asJson = await buildTokenRequest({ ...plain, parameters, bodyFormat: 'json' });
    const members = JSON.parse(asJson.body ?? '') as object;
    assert.deepEqual(
      Object.entries(members).slice(1),
      parameters.map((pair) => [...pair]),
    );
  });

  test('has no scope, audience or resource where none was asked for', async () => {
    for (const bodyFormat of ['form', 'json'] as const) {
      const { body = '' } = await buildTokenRequest({ ...plain, bodyFormat });
      assert.doesNotMatch(body, /scope|audience|resource/);
    }
  });

  test("lets the user's headers take the place of its own, whatever their case", async () => {
    const { headers } = await buildTokenRequest({
      ...plain,
      headers: [
        ['ACCEPT', 'text/plain'],
        ['X-Tenant', 'a'],
        ['x-TENANT', 'b'],
        ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
        ['User-Agent', 'mine'],
        ['Accept-Encoding', 'gzip'],
      ],
    });
    assert.deepEqual(headers, {
      accept: 'text/plain',
      'accept-encoding': 'gzip',
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'user-agent': 'mine',
      'x-tenant': 'b',
      authorization: 'Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW',
    });
  });

  test('asks for its credentials anew each time', async () => {
    let calls = 0;
    const request: TokenRequest = {
      ...plain,
      proofs: [
        clientAssertion(undefined, async () => {
          calls += 1;
          await Promise.resolve();
          return String(calls);
        }),
      ],
    };
    const bodies = [await buildTokenRequest(request), await buildTokenRequest(request)];
    assert.deepEqual(
      bodies.map(({ body }) => body?.split('client_assertion=')[1]),
      ['1', '2'],
    );
  });

  test('is described by the names of its parameters, each once and without values', () => {
    assert.deepEqual(listParameterNames(full), [
      'grant_type',
      'scope',
      'audience',
      'resource',
      'x',
      'client_id',
      'client_secret',
    ]);
  });

  for (const [name, spends] of [
    ['refresh_token', true],
    ['code', true],
    ['device_code', true],
    ['otp', true],
    ['assertion', false],
    ['scope', false],
    ['subject_token', false],
  ] as const) {
    test(`with ${name} ${spends ? 'can' : 'cannot'} be used up by a lost answer`, () => {
      const parameters = [
        ['acr', 'y'],
        [name, 'x'],
      ] as const;
      assert.equal(spendsItsGrant({ ...plain, parameters }), spends);
    });
  }
});
