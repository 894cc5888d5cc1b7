import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { parseExactJson, writeExactJson } from '../oauth2/json/exact-json.ts';
import {
  dropSecretFields,
  isRequiredSecret,
  isSecretName,
  listSecretValues,
} from './secret-names.ts';

describe('a name is secret', () => {
  const secret: readonly string[] = [
    ...['password', 'passwd', 'passphrase', 'secret', 'token', 'apikey', 'assertion', 'credential'],
    ...['cookie', 'authorization', 'signature', 'secret_id', 'code_verifier'],
    ...['pass', 'pwd', 'key', 'otp', 'pin', 'code', 'jwt', 'auth', 'session'],
    ...['X-Auth', 'X-Session', 'totp', 'passcode', 'sig'],
    // However it is written.
    ...['clientSecret', 'CLIENT_SECRET', 'client-secret', 'clientsecret', 'ClientSecret'],
    ...['X-API-Key', 'XApiKey', 'APIKEY', 'x-functions-key', 'privatekey', 'accessKey'],
    ...[
      'secretId',
      'SECRETID',
      'codeVerifier',
      'device_code',
      'userPwd',
      'md5_secret',
      'idTokenJWT',
    ],
    // Plural, or with a number behind.
    ...['tokens', 'apiKeys', 'Set-Cookies', 'JWTs', 'passes', 'credentials', 'password2', 'key_1'],
    ...['secret-02', 'tokens3'],
  ];
  for (const name of secret) {
    test(`if it is ${name}`, () => {
      assert.ok(isSecretName(name));
    });
  }

  const plain: readonly string[] = [
    ...[
      'issued_token_type',
      'key_id',
      'keyId',
      'barcode',
      'monkey',
      'name',
      'tokenName',
      'username',
    ],
    ...[
      'passive',
      'author',
      'authorized',
      'session_state',
      'session_id',
      'compass',
      'spin',
      'encode',
      'token_format',
      'secretary',
      'expires_in',
      '',
      '42',
    ],
    ...['password_expires', 'signature_algorithm', 'x5t', 'client_id'],
  ];
  for (const name of plain) {
    test(`not if it is ${name === '' ? 'empty' : name}`, () => {
      assert.ok(!isSecretName(name));
    });
  }
});

test('a secret can be empty only if it is a one-time password, a pin or a code', () => {
  for (const name of ['password', 'client_secret', 'refreshToken', 'X-API-Key', 'code_verifier']) {
    assert.ok(isRequiredSecret(name), name);
  }
  for (const name of [
    'otp',
    'otp_2',
    'totpCode',
    'PIN',
    'device_code',
    'codes',
    'mfaToken',
    'username',
    '',
  ]) {
    assert.ok(!isRequiredSecret(name), name);
  }
});

describe('the secrets of a value', () => {
  const rows: readonly [what: string, value: unknown, secrets: readonly string[]][] = [
    ['a field of a secret name', { apiKey: 'aaaaaaaa' }, ['aaaaaaaa']],
    ['nothing of a plain one', { name: 'aaaaaaaa' }, []],
    ['nothing of fewer than 8 characters', { apiKey: 'aaaaaaa' }, []],
    ['a number, as text', { otp: 12345678 }, ['12345678']],
    ['no boolean and no null', { token: true, secret: null }, []],
    ['a field at any depth', { a: [{ b: { password: 'aaaaaaaa' } }] }, ['aaaaaaaa']],
    ['items of a list', { tokens: ['aaaaaaaa', ['bbbbbbbb']] }, ['aaaaaaaa', 'bbbbbbbb']],
    [
      'value, raw, data and text below a secret name',
      { token: { value: 'aaaaaaaa', Raw: 'bbbbbbbb', data: 'cccccccc', text: 'dddddddd' } },
      ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd'],
    ],
    ['a list below a secret name', { secret: { parts: ['aaaaaaaa'] } }, ['aaaaaaaa']],
    ['what is deeper below a secret name', { token: { a: { value: 'aaaaaaaa' } } }, ['aaaaaaaa']],
    [
      'no other field below a secret name',
      { token: { name: 'aaaaaaaa', type: 'Bearer-Token' } },
      [],
    ],
    [
      'every field of a map of secrets',
      { secrets: { database: 'aaaaaaaa' }, dbPasswords: { b: 'bbbbbbbb' } },
      ['aaaaaaaa', 'bbbbbbbb'],
    ],
    ['no other field of credentials', { Credentials: { Expiration: '2026-01-31' } }, []],
    ['no value below a plain name', { item: { value: 'aaaaaaaa' } }, []],
  ];
  for (const [what, value, secrets] of rows) {
    test(`are ${what}`, () => {
      assert.deepEqual(listSecretValues(value), secrets);
    });
  }

  test('are the value itself where its own name is secret', () => {
    assert.deepEqual(listSecretValues('aaaaaaaa', 'x-api-key'), ['aaaaaaaa']);
    assert.deepEqual(listSecretValues(['aaaaaaaa'], 'keys'), ['aaaaaaaa']);
  });
});

describe('without its secrets a value', () => {
  test('has no field of a secret name, at any depth, and the given value stays as it is', () => {
    const value = {
      a: 1,
      token: { name: 'x' },
      list: [{ key: 'k', b: null }],
      o: { pin: 1, c: [2] },
    };
    const before = structuredClone(value);
    assert.deepEqual(dropSecretFields(value), { a: 1, list: [{ b: null }], o: { c: [2] } });
    assert.deepEqual(value, before);
  });

  test('keeps the digits of a number, which is a secret with the same digits', () => {
    const number = '17841405793187219';
    const value = parseExactJson(`{"id":${number},"key":${number}}`);
    assert.deepEqual(listSecretValues(value), [number]);
    assert.equal(writeExactJson(dropSecretFields(value)), `{"id":${number}}`);
  });

  test('holds none, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.deepEqual(listSecretValues(dropSecretFields(value)), []);
      }),
    );
  });
});
