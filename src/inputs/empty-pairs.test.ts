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
      assert.equal(findEmptyParameter(parseParameters(input).pairs), empty);
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
