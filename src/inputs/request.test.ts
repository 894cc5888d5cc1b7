import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  generatePem,
  type Given,
  type Reading,
  readWith,
} from '../../test/support/making/inputs.ts';
import { readEndpointInputs } from './endpoint.ts';
import { readClientInputs } from './client/client.ts';
import { readRequestInputs, type RequestInputs } from './request.ts';

const pem = generatePem();
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const jwtType = 'urn:ietf:params:oauth:token-type:jwt';

/** What makes something the grant. */
const signed = { 'private-key': pem, 'private-key-as': 'assertion' };
const asserted = { 'id-token-as': 'assertion' };
const exchanged = { 'id-token-as': 'subject_token' };
const refreshed = { 'refresh-token': 'a-refresh-token' };

/** A client that needs no secret, unless it is said otherwise. */
const client = {
  'token-url': 'https://login.example.com/token',
  'client-id': 'ci-client',
  'client-auth-method': 'none',
};

function read(given: Given): Reading<RequestInputs> {
  return readWith(
    (reader) => {
      const endpoint = readEndpointInputs(reader);
      return readRequestInputs(reader, endpoint, readClientInputs(reader, Date.now()));
    },
    {
      ...client,
      ...given,
    },
  );
}

/** Holds that inputs are taken, and gives what was made of them. */
function take(given: Given): RequestInputs {
  const { value, problems, empty } = read(given);
  assert.deepEqual({ problems, empty }, { problems: [], empty: undefined });
  return value;
}

describe('the grant type', () => {
  const implied: readonly [given: Given, grantType: string][] = [
    [{}, 'client_credentials'],
    [refreshed, 'refresh_token'],
    [signed, jwtBearer],
    [asserted, jwtBearer],
    [exchanged, tokenExchange],
    [{ 'id-token-as': 'client_assertion', 'client-auth-method': '' }, 'client_credentials'],
    [{ 'private-key': pem, 'client-auth-method': 'private_key_jwt' }, 'client_credentials'],
  ];
  for (const [given, grantType] of implied) {
    test(`is ${grantType} with ${Object.keys(given).join(' and ') || 'nothing else'}`, () => {
      assert.equal(take(given).grantType, grantType);
    });
  }

  test('is not sent if it is none, whatever another input implies, and everything else is', () => {
    for (const [given] of implied) {
      const without = take({ ...given, 'grant-type': 'none' });
      assert.deepEqual({ ...without, grantType: '' }, { ...take(given), grantType: '' });
      assert.equal(without.grantType, undefined);
    }
  });

  test('is the one in the query of token-url, unless it is written or implied', () => {
    const token = { 'token-url': 'https://login.example.com/t?grant_type=account_credentials' };
    assert.equal(take(token).grantType, 'account_credentials');
    assert.equal(take({ ...token, 'grant-type': 'none' }).grantType, undefined);
    assert.equal(take({ ...token, 'grant-type': 'password' }).grantType, 'password');
    assert.equal(take({ ...token, ...refreshed }).grantType, 'refresh_token');
  });

  test('may rest on what is in the query of token-url', () => {
    const url = 'https://login.example.com/t?grant_type=refresh_token';
    assert.equal(read({ 'token-url': url }).empty, 'refresh-token');
    assert.equal(take({ 'token-url': `${url}&refresh_token=x` }).grantType, 'refresh_token');
    const exchange = `https://login.example.com/t?grant_type=${tokenExchange}&subject_token=x`;
    assert.deepEqual(take({ 'token-url': exchange }).grantParameters, [
      ['subject_token_type', jwtType],
    ]);
    assert.deepEqual(take({ 'token-url': `${exchange}&subject_token_type=y` }).grantParameters, []);
  });

  test('may be written although it is implied', () => {
    assert.equal(take({ ...refreshed, 'grant-type': 'refresh_token' }).grantType, 'refresh_token');
    for (const given of [signed, asserted]) {
      assert.equal(take({ ...given, 'grant-type': 'jwt-bearer' }).grantType, jwtBearer);
      assert.equal(take({ ...given, 'grant-type': jwtBearer }).grantType, jwtBearer);
    }
    assert.equal(take({ ...exchanged, 'grant-type': 'token-exchange' }).grantType, tokenExchange);
  });

  const contradictions: readonly [given: Given, by: string, grantType: string][] = [
    [refreshed, 'refresh-token', 'refresh_token'],
    [signed, 'private-key-as: assertion', jwtBearer],
    [asserted, 'id-token-as: assertion', jwtBearer],
    [exchanged, 'id-token-as: subject_token', tokenExchange],
  ];
  for (const [given, by, grantType] of contradictions) {
    for (const written of ['client_credentials', 'password', 'jwt-bearer', 'token-exchange']) {
      const full = { 'jwt-bearer': jwtBearer, 'token-exchange': tokenExchange }[written] ?? written;
      if (full === grantType) continue;
      test(`cannot be ${written} with ${by}`, () => {
        assert.deepEqual(read({ ...given, 'grant-type': written }).problems, [
          `grant-type: got "${full}", but ${by} implies ${grantType}`,
        ]);
      });
    }
  }

  const pairs: readonly [given: Given, both: string][] = [
    [{ ...refreshed, ...signed }, 'refresh-token and private-key-as: assertion'],
    [{ ...refreshed, ...asserted }, 'refresh-token and id-token-as: assertion'],
    [{ ...refreshed, ...exchanged }, 'refresh-token and id-token-as: subject_token'],
    [{ ...signed, ...asserted }, 'private-key-as: assertion and id-token-as: assertion'],
    [{ ...signed, ...exchanged }, 'private-key-as: assertion and id-token-as: subject_token'],
  ];
  for (const [given, both] of pairs) {
    test(`cannot rest on ${both}`, () => {
      assert.deepEqual(read(given).problems, [`Both ${both} set the grant. Remove one`]);
    });
  }

  test('is one word', () => {
    assert.deepEqual(read({ 'grant-type': 'client credentials' }).problems, [
      'grant-type: got "client credentials"; must be one grant type',
    ]);
  });

  test('refresh_token misses the refresh token where nothing brings one', () => {
    const { problems, empty } = read({ 'grant-type': 'refresh_token' });
    assert.deepEqual([problems, empty], [[], 'refresh-token']);
    const parameters = 'refresh_token=a-refresh-token';
    assert.deepEqual(take({ 'grant-type': 'refresh_token', parameters }).grantParameters, []);
  });

  test('jwt-bearer misses an assertion where nothing brings one', () => {
    for (const written of ['jwt-bearer', jwtBearer]) {
      assert.deepEqual(read({ 'grant-type': written }).problems, [
        'grant-type: jwt-bearer requires an assertion. Set private-key-as: assertion, id-token-as: assertion, or parameters: assertion=...',
      ]);
    }
    assert.equal(
      take({ 'grant-type': 'jwt-bearer', parameters: 'assertion=a.b.c' }).grantType,
      jwtBearer,
    );
  });

  test('token-exchange misses a subject token where nothing brings one', () => {
    assert.deepEqual(read({ 'grant-type': 'token-exchange' }).problems, [
      'grant-type: token-exchange requires a subject token. Set id-token-as: subject_token, or parameters: subject_token=...',
    ]);
  });
});

describe('the parameters that a grant brings', () => {
  test('are the refresh token', () => {
    assert.deepEqual(take(refreshed).grantParameters, [['refresh_token', 'a-refresh-token']]);
  });

  test('are the type of the subject token, a JWT where nothing else is said', () => {
    const type = [['subject_token_type', jwtType]];
    assert.deepEqual(take(exchanged).grantParameters, type);
    const parameters = 'subject_token=a-token';
    const written = take({ 'grant-type': 'token-exchange', parameters });
    assert.deepEqual(written.grantParameters, type);
  });

  test('leave the type to parameters where it is there', () => {
    const parameters = 'subject_token_type=urn:ietf:params:oauth:token-type:id_token';
    const { grantParameters, parameters: pairs } = take({ ...exchanged, parameters });
    assert.deepEqual(grantParameters, []);
    assert.deepEqual(pairs, [['subject_token_type', 'urn:ietf:params:oauth:token-type:id_token']]);
  });

  test('are none for other grants', () => {
    for (const given of [{}, signed, asserted]) {
      assert.deepEqual(take(given).grantParameters, []);
    }
  });
});

describe('what else is asked for', () => {
  test('has defaults', () => {
    assert.deepEqual(take({}), {
      scopes: [],
      grantType: 'client_credentials',
      audiences: [],
      resources: [],
      grantParameters: [],
      parameters: [],
      headers: [],
      requestMethod: 'POST',
      bodyFormat: 'form',
      responseFields: {},
    });
  });

  test('is read as it is written', () => {
    const given = {
      scopes: 'read\n list',
      audience: ' https://api.example.com\n\n  urn:b c\r\n',
      resource: 'urn:a\nurn:b',
      parameters: 'a= 1 ',
      headers: 'X-Tenant:  acme ',
      'request-method': 'PUT',
      'body-format': 'json',
      'response-fields': 'access_token = data.token\nexpires_in=data.ttl',
    };
    assert.deepEqual(take(given), {
      scopes: ['read', 'list'],
      grantType: 'client_credentials',
      audiences: ['https://api.example.com', 'urn:b c'],
      resources: ['urn:a', 'urn:b'],
      grantParameters: [],
      parameters: [['a', ' 1 ']],
      headers: [['X-Tenant', 'acme']],
      requestMethod: 'PUT',
      bodyFormat: 'json',
      responseFields: { access_token: 'data.token', expires_in: 'data.ttl' },
    });
  });

  for (const scopes of [
    "['read']",
    '["read"]',
    '"read list"',
    "'read list'",
    '- read\n- list',
    'read -',
  ]) {
    test(`takes no scopes as a list or in quotes: ${JSON.stringify(scopes)}`, () => {
      assert.deepEqual(read({ scopes }).problems, [
        'scopes: must be separated by spaces, without quotes, brackets or dashes',
      ]);
    });
  }

  test("takes scopes with signs, as some servers' have them", () => {
    const scopes = "api:read-all a[b] https://x.example/'s -x";
    assert.deepEqual(read({ scopes }).value.scopes, scopes.split(' '));
  });

  test('takes no content type of JSON for a form', () => {
    const headers = 'Content-Type: Application/JSON';
    assert.deepEqual(read({ headers }).problems, [
      'headers: Content-Type is JSON; set body-format: json instead',
    ]);
    assert.deepEqual(read({ headers, 'body-format': 'json' }).problems, []);
    assert.deepEqual(read({ headers: 'Content-Type: text/plain' }).problems, []);
  });

  test('takes no content type of its own beside a multipart body, which has its boundary there', () => {
    const headers = 'content-type: multipart/form-data';
    assert.deepEqual(read({ headers, 'body-format': 'multipart' }).problems, [
      'headers: remove Content-Type; body-format: multipart sets it',
    ]);
  });

  test('is in the query with GET, and can be written so', () => {
    assert.equal(take({ 'request-method': 'GET' }).bodyFormat, 'query');
    assert.equal(take({ 'request-method': 'GET', 'body-format': 'query' }).bodyFormat, 'query');
    assert.equal(take({ 'body-format': 'query' }).requestMethod, 'POST');
    assert.deepEqual(read({ 'request-method': 'GET', 'body-format': 'json' }).problems, [
      'body-format: got "json", but request-method: GET has no body; its parameters are in the query',
    ]);
    assert.deepEqual(read({ 'request-method': 'get' }).problems, [
      'request-method: got "get"; must be one of: POST, GET, PUT',
    ]);
  });

  test('keeps the types of JSON, and takes null and objects only for a JSON body', () => {
    const parameters = '{"a": null, "b": {"c": 1}, "d": [1, ["e"]], "f": [1, "g"], "h": true}';
    const asJson = take({ parameters, 'body-format': 'json' });
    assert.deepEqual(Object.fromEntries(asJson.parameters), JSON.parse(parameters));
    const only = 'is null, an object or a list of lists, which only body-format: json can send';
    for (const format of ['form', 'query', 'multipart']) {
      assert.deepEqual(read({ parameters, 'body-format': format }).problems, [
        `parameters: a ${only}`,
        `parameters: b ${only}`,
        `parameters: d ${only}`,
      ]);
    }
  });

  test('has places of the response, each wrong line by its number', () => {
    assert.deepEqual(read({ 'response-fields': 'token\nscope=a\nscope=b\nttl=c' }).problems, [
      'response-fields: line 1 is not name=path, such as access_token=data.token, line 3 has scope again, line 4 begins with ttl; must be one of: access_token, token_type, expires_in, expires_in_ms, expires_at, scope, refresh_token, id_token',
    ]);
  });

  test('is refused by line and name, never by a value', () => {
    const { problems } = read({
      scopes: 'read, list',
      resource: 'api.example.com',
      parameters: 'open-sesame',
      headers: 'X-Key: open-sesame€',
      'body-format': 'xml',
    });
    assert.deepEqual(problems, [
      'body-format: got "xml"; must be one of: form, json, query, multipart',
      'parameters: line 1 is not name=value',
      'scopes: got "read," with a comma; must be separated by spaces (for a server that expects commas, use parameters: scope=a,b)',
      'resource: got "api.example.com"; must be an absolute URI without a fragment (#)',
      'headers: line 1 (X-Key) has a character that is not allowed in a header',
    ]);
  });
});
