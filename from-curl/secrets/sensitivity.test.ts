import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { judge, looksRandom, type Sensitivity } from './sensitivity.ts';

describe('judge', () => {
  const rows: readonly [sensitivity: Sensitivity, pairs: [name: string, value: string][]][] = [
    [
      'secret',
      [
        ['password', 'swordfish'],
        ['userPassword', 'a'],
        ['PWD', 'a'],
        ['api_key', 'demo'],
        ['x-api-key', 'demo'],
        ['Ocp-Apim-Subscription-Key', 'demo'],
        ['app_secret', 'a'],
        ['secret_id', 'a'],
        ['access_token', 'a'],
        ['otp', '123456'],
        ['pin', '1234'],
        ['code', 'abc'],
        ['appkey', 'demo'],
        ['md5', 'a'],
        ['session_id', 'a'],
        // Names that are in no list.
        ['foo', 'swordfish'],
        ['q', 'a b'],
        ['number', '12345'],
        // Values with a harmless name that do not look harmless.
        ['realm', 'Kx9fQ2mZ7pLt'],
        ['tenant', '8f14e45fceea167a'],
        ['scope', 'read:8f14e45fceea167a5a36dedd4bea2543'],
        ['region', 'pass%word'],
        ['tenant', 'p@ss!word'],
      ],
    ],
    [
      'id',
      [
        ['client_id', 'a'],
        ['clientId', 'Kx9fQ2mZ7pLt'],
        ['username', 'jo'],
        ['UserName', 'jo'],
        ['email', 'jo@a.example'],
        ['account', '42'],
        ['appid', 'a'],
        ['role_id', 'a'],
        ['key_id', 'a'],
      ],
    ],
    [
      'plain',
      [
        ['grant_type', 'client_credentials'],
        ['grant_type', 'openapi_2lo'],
        ['scope', 'read list https://a.example/.default api.v2:write'],
        ['scope', 'api://11111111-2222-3333-4444-555555555555/.default'],
        ['audience', 'https://api.a.example/v2/'],
        ['response_type', 'token'],
        ['realm', 'acme'],
        ['region', 'eu-west-1'],
        ['api-version', '2024-06-01'],
        ['contentUrl', 'acme'],
        ['new_token', 'true'],
        ['remember', '1'],
        ['n', '12'],
        ['anything', 'urn:ietf:params:oauth:token-type:jwt'],
      ],
    ],
  ];
  for (const [sensitivity, pairs] of rows) {
    for (const [name, value] of pairs) {
      test(`${name}=${value} is ${sensitivity}`, () => {
        assert.equal(judge(name, value), sensitivity);
      });
    }
  }
});

describe('looksRandom', () => {
  const random = [
    'hunter2hunter2',
    'Kx9fQ2mZ7pLt',
    '8f14e45fceea167a5a36dedd4bea2543',
    '11111111-2222-3333-4444-555555555555',
    'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln',
    'QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
    'correcthorsebatterystapler',
    'my:Kx9fQ2mZ7pLt',
    '12345678901',
  ];
  for (const value of random) {
    test(`${value} does`, () => {
      assert.ok(looksRandom(value));
    });
  }
  const chosen = [
    '',
    'acme',
    'client-credentials',
    'eu-west-1',
    'api.v2',
    'SalesforceConnectedApp',
    'org.acme.registration',
    'urn:mas:admin',
    'tsg_id:1234567',
    'v1beta',
    '2024-06-01',
    'Athenanet.MDP.*',
  ];
  for (const value of chosen) {
    test(`${value} does not`, () => {
      assert.ok(!looksRandom(value));
    });
  }
});
