import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';

import { parseExactJson, writeExactJson } from '../oauth2/json/exact-json.ts';
import { dropSecretFields, listSecretFields } from './response.ts';

describe('listSecretFields', () => {
  const secret = [
    'token',
    'access_token',
    'session_secret',
    'assertion',
    'password',
    'api_key',
    'apiKey',
    'signature',
    'device_code',
    'jwt',
    'TOKEN',
  ];
  for (const name of secret) {
    test(`takes ${name} for a secret`, () => {
      assert.deepEqual(listSecretFields({ [name]: 'value-of-it' }), ['value-of-it']);
    });
  }

  for (const name of ['instance_url', 'token_type', 'expires_in', 'keys', 'username', 'ok']) {
    test(`takes ${name} for none`, () => {
      assert.deepEqual(listSecretFields({ [name]: 'value-of-it' }), []);
    });
  }

  test('takes strings from 8 characters on', () => {
    assert.deepEqual(listSecretFields({ code: '12345678', key: '1234567' }), ['12345678']);
  });

  test('looks at any depth, in objects and lists', () => {
    const fields = {
      authed_user: {
        id: 'U1',
        access_token: 'nested-token',
        more: [{ refresh_token: 'deep-token' }],
      },
      list_of_key: ['first-key', ['second-key'], { name: 'not-a-key' }],
    };
    assert.deepEqual(listSecretFields(fields), [
      'nested-token',
      'deep-token',
      'first-key',
      'second-key',
    ]);
  });

  test('takes nothing but text for a secret', () => {
    assert.deepEqual(
      listSecretFields({ a_key: null, b_key: 1234567890, c_key: true, d_key: {} }),
      [],
    );
  });

  for (const value of [undefined, null, 1, 'a-long-text', [], {}]) {
    test(`finds nothing in ${inspect(value)}`, () => {
      assert.deepEqual(listSecretFields(value), []);
    });
  }
});

describe('dropSecretFields', () => {
  test('leaves out what is named like a secret, of any type and at any depth', () => {
    const fields = {
      instance_url: 'https://acme.example.com',
      session_secret: 'a-secret',
      short_key: 'x',
      numeric_code: 123456,
      keys_of_token: ['a', 'b'],
      user: { id: 1, access_token: 'nested', list: [{ api_key: 'deep', ok: true }, 'text', null] },
    };
    assert.deepEqual(dropSecretFields(fields), {
      instance_url: 'https://acme.example.com',
      user: { id: 1, list: [{ ok: true }, 'text', null] },
    });
  });

  test('keeps the digits of numbers', () => {
    const fields = parseExactJson('{"user":{"id":17841405793187219,"token":"long-enough"}}');
    assert.equal(writeExactJson(dropSecretFields(fields)), '{"user":{"id":17841405793187219}}');
  });

  test('leaves what was given as it was', () => {
    const fields = { api_key: 'x', user: { token: 'y' } };
    dropSecretFields(fields);
    assert.deepEqual(fields, { api_key: 'x', user: { token: 'y' } });
  });

  for (const value of [undefined, null, 1, 'a-long-text', [], {}]) {
    test(`keeps ${inspect(value)}`, () => {
      assert.deepEqual(dropSecretFields(value), value);
    });
  }
});
