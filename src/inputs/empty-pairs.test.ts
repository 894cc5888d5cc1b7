import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { findEmptyHeader, findEmptyParameter } from './empty-pairs.ts';
import { parseHeaders, parseParameters } from './pairs.ts';

describe('an empty secret of parameters', () => {
  const rows: readonly [input: string, empty: string | undefined][] = [
    ['refresh_token=', 'refresh_token'],
    ['username=ci\npassword=', 'password'],
    ['{"clientSecret":""}', 'clientSecret'],
    ['{"auth":{"user":"ci","password":""}}', 'auth.password'],
    ['{"tokens":["x",""]}', 'tokens'],
    ['password=x\nusername=', undefined],
    ['otp=\npin=\ncode=\ndevice_code=', undefined],
    ['{"password":null,"token":0,"secret":{}}', undefined],
    ['issued_token_type=', undefined],
    ['', undefined],
  ];
  for (const [input, empty] of rows) {
    test(`is ${empty ?? 'none'} in ${JSON.stringify(input)}`, () => {
      assert.equal(findEmptyParameter(parseParameters(input).pairs, 'password'), empty);
    });
  }

  for (const [grantType, name] of [
    ['authorization_code', 'code'],
    ['urn:ietf:params:oauth:grant-type:device_code', 'device_code'],
  ] as const) {
    test(`is a code that is the grant itself: ${name}`, () => {
      const { pairs } = parseParameters(`otp=\ncode=\ndevice_code=`);
      assert.equal(findEmptyParameter(pairs, grantType), name);
      assert.equal(findEmptyParameter(pairs, undefined), undefined);
    });
  }
});

describe('an empty secret of headers', () => {
  const rows: readonly [input: string, empty: string | undefined][] = [
    ['Authorization: Bearer ', 'Authorization'],
    ['authorization: basic', 'authorization'],
    ['Authorization:', 'Authorization'],
    ['X-Tenant: a\nX-API-Key: ', 'X-API-Key'],
    ['X-Auth-Token: Token', 'X-Auth-Token'],
    ['Authorization: an-opaque-value', undefined],
    ['Authorization: Bearer a-token', undefined],
    ['X-Tenant:\nX-Otp: ', undefined],
  ];
  for (const [input, empty] of rows) {
    test(`is ${empty ?? 'none'} in ${JSON.stringify(input)}`, () => {
      assert.equal(findEmptyHeader(parseHeaders(input).pairs), empty);
    });
  }
});
