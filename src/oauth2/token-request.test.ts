import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { clientAssertion, clientSecretBasic, clientSecretPost } from './client-authentication.ts';
import fc from '../../test/support/making/fast-check.ts';
import { type ExactJson, parseExactJson } from './json/exact-json.ts';
import { bodyFormats, type Parameter } from './request-body.ts';
import {
  buildTokenRequest,
  listContradicted,
  listParameterNames,
  listSentNames,
  requestMethods,
  spendsItsGrant,
  type TokenRequest,
} from './token-request.ts';

const plain: TokenRequest = {
  tokenUrl: 'https://login.example.com/token?tenant=a',
  requestMethod: 'POST',
  grantType: 'client_credentials',
  proofs: [clientSecretBasic('s6BhdRkqt3', 'gX1fBat3bV', 'form')],
  scopes: [],
  audiences: [],
  resources: [],
  parameters: [],
  headers: [],
  bodyFormat: 'form',
  responseFields: {},
};

const full: TokenRequest = {
  ...plain,
  proofs: [clientSecretPost('id', 's&cr t')],
  scopes: ['read', 'list'],
  audiences: ['https://api.example.com'],
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

  test('sends all that was requested, in order, as a form', async () => {
    const { body } = await buildTokenRequest(full);
    assert.equal(
      body,
      'grant_type=client_credentials&scope=read+list&audience=https%3A%2F%2Fapi.example.com&resource=urn%3Aa&resource=urn%3Ab&x=1%3D2&x=&client_id=id&client_secret=s%26cr+t',
    );
  });

  test('sends the same as JSON, repeated names as lists', async () => {
    const { body, headers } = await buildTokenRequest({ ...full, bodyFormat: 'json' });
    assert.equal(headers['content-type'], 'application/json');
    // As text, because the order counts too.
    assert.equal(
      body,
      '{"grant_type":"client_credentials","scope":"read list","audience":"https://api.example.com","resource":["urn:a","urn:b"],"x":["1=2",""],"client_id":"id","client_secret":"s&cr t"}',
    );
  });

  test('sends a repeated name at its first place, as JSON', async () => {
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

  test('keeps a value exactly, in either format', async () => {
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

  test('has no scope, audience or resource if none was requested', async () => {
    for (const bodyFormat of ['form', 'json'] as const) {
      const { body = '' } = await buildTokenRequest({ ...plain, bodyFormat });
      assert.doesNotMatch(body, /scope|audience|resource/);
    }
  });

  test("replaces its own headers by the user's, in upper or lower case", async () => {
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

  test('makes its proofs again each time', async () => {
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

  test('keeps the types of values in JSON, with the digits of numbers, and writes texts elsewhere', async () => {
    const values = parseExactJson('{"ttl":9007199254740993,"on":true,"n":1,"list":["a",2]}');
    const parameters = Object.entries(values as Record<string, ExactJson>);
    const nested = [...parameters, ['no', null], ['o', { a: [1] }]] as const;
    const asJson = await buildTokenRequest({
      ...plain,
      parameters: nested,
      bodyFormat: 'json',
    });
    assert.equal(
      asJson.body,
      '{"grant_type":"client_credentials","ttl":9007199254740993,"on":true,"n":1,"list":["a",2],"no":null,"o":{"a":[1]}}',
    );
    const asForm = await buildTokenRequest({ ...plain, parameters });
    assert.equal(
      asForm.body,
      'grant_type=client_credentials&ttl=9007199254740993&on=true&n=1&list=a&list=2',
    );
    for (const value of [null, { a: 1 }, [null], [['a']]]) {
      const request = { ...plain, parameters: [['x', value]] as const };
      await assert.rejects(buildTokenRequest(request), TypeError);
    }
  });

  test('sends no grant_type if there is none, and several audiences as several parameters', async () => {
    const request = { ...plain, grantType: undefined, audiences: ['a', 'b'] };
    assert.equal((await buildTokenRequest(request)).body, 'audience=a&audience=b');
  });

  const nothing = { ...plain, grantType: undefined };
  const empty = { form: '', json: '{}', query: undefined, multipart: '--uuid--\r\n' } as const;
  for (const bodyFormat of bodyFormats) {
    test(`with nothing to send is ${JSON.stringify(empty[bodyFormat])} as ${bodyFormat}`, async () => {
      const { body, url } = await buildTokenRequest({ ...nothing, bodyFormat }, () => 'uuid');
      assert.equal(body, empty[bodyFormat]);
      assert.equal(url, plain.tokenUrl);
    });
  }

  for (const requestMethod of requestMethods) {
    test(`is a ${requestMethod} if that is the method`, async () => {
      assert.equal((await buildTokenRequest({ ...plain, requestMethod })).method, requestMethod);
    });
  }
});

describe('parameters in the query', () => {
  const request: TokenRequest = { ...full, requestMethod: 'GET', bodyFormat: 'query' };

  test('come after those of the URL, encoded for any server, without a body and its content type', async () => {
    const { method, url, headers, body } = await buildTokenRequest(request);
    assert.equal(method, 'GET');
    assert.equal(
      url,
      'https://login.example.com/token?tenant=a&grant_type=client_credentials&scope=read%20list&audience=https%3A%2F%2Fapi.example.com&resource=urn%3Aa&resource=urn%3Ab&x=1%3D2&x=&client_id=id&client_secret=s%26cr%20t',
    );
    assert.equal(body, undefined);
    assert.equal(headers['content-type'], undefined);
  });

  test('are the query if the URL has none or an empty one', async () => {
    const only = { ...plain, bodyFormat: 'query' } as const;
    const queries = {
      t: 't?grant_type=client_credentials',
      't?': 't?grant_type=client_credentials',
      't?a&': 't?a&grant_type=client_credentials',
    };
    for (const [from, to] of Object.entries(queries)) {
      const { url } = await buildTokenRequest({ ...only, tokenUrl: `https://x.example/${from}` });
      assert.equal(url, `https://x.example/${to}`);
    }
  });

  test('are read by any server as the same values', async () => {
    const pairs = fc.array(
      fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })).filter((pair) => {
        return pair.every((one) => one.isWellFormed());
      }),
    );
    await fc.assert(
      fc.asyncProperty(pairs, async (parameters) => {
        const { url } = await buildTokenRequest({ ...plain, bodyFormat: 'query', parameters });
        const sent = [...new URL(url).searchParams].slice(2);
        const expected = parameters.filter(([name, value]) => name !== 'tenant' || value !== 'a');
        assert.deepEqual(sent, expected);
      }),
    );
  });
});

describe('a multipart body', () => {
  test('has a text field for each parameter', async () => {
    const parameters = [
      ['a', 'x\ny'],
      ['q"\r\n', 'é'],
      ['n', [1, true]],
    ] as const;
    const request: TokenRequest = { ...plain, parameters, bodyFormat: 'multipart' };
    const { body, headers } = await buildTokenRequest(request, () => 'uuid');
    assert.equal(headers['content-type'], 'multipart/form-data; boundary=uuid');
    const field = (name: string, value: string): string =>
      `--uuid\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    assert.equal(
      body,
      field('grant_type', 'client_credentials') +
        field('a', 'x\ny') +
        field('q%22%0D%0A', 'é') +
        field('n', '1') +
        field('n', 'true') +
        '--uuid--\r\n',
    );
  });

  test('has a boundary that occurs in no value', async () => {
    const parameters = [
      ['a', '--uuid'],
      ['uuid-1', 'uuid-2'],
    ] as const;
    const request: TokenRequest = { ...plain, parameters, bodyFormat: 'multipart' };
    const { headers } = await buildTokenRequest(request, () => 'uuid');
    assert.equal(headers['content-type'], 'multipart/form-data; boundary=uuid-3');
  });

  test('is read by another implementation as the same values', async () => {
    // A name with a line break or a quote is escaped, as by browsers; a value keeps its line breaks.
    const name = fc.stringMatching(/^[^"\r\n%]*$/).filter((text) => text.isWellFormed());
    const value = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value)), async (parameters) => {
        const { body, headers } = await buildTokenRequest({
          ...plain,
          parameters,
          bodyFormat: 'multipart',
        });
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- the body is made here
        const form = await new Response(body, { headers }).formData();
        const expected = parameters.filter(([one, it]) => one !== 'tenant' || it !== 'a');
        assert.deepEqual([...form].slice(1), expected);
      }),
    );
  });
});

describe('a parameter in the query of the URL', () => {
  const tokenUrl =
    'https://login.example.com/token?grant_type=client_credentials&resource=a&n=1&client_id=id';

  for (const bodyFormat of bodyFormats) {
    test(`is not sent again as ${bodyFormat}, if it has the same value`, async () => {
      const parameters: Parameter[] = [
        ['n', 1],
        ['x', 'y'],
      ];
      const proofs = [clientSecretPost('id', 'a-secret')];
      const request = { ...plain, tokenUrl, parameters, resources: ['a', 'b'], bodyFormat, proofs };
      const { url, body } = await buildTokenRequest(request, () => 'uuid');
      const sent = new URLSearchParams(new URL(url).search.slice(new URL(tokenUrl).search.length));
      const names = {
        form: () => [...new URLSearchParams(body).keys()],
        json: () => Object.keys(JSON.parse(body ?? '') as object),
        query: () => [...sent.keys()],
        multipart: () => [...(body ?? '').matchAll(/name="(\w+)"/g)].map(([, name]) => name),
      };
      assert.deepEqual(names[bodyFormat](), ['resource', 'x', 'client_secret']);
      assert.ok(url.startsWith(tokenUrl));
      assert.deepEqual(listSentNames(request), ['resource', 'x', 'client_secret']);
    });
  }

  test('contradicts a parameter with another value', () => {
    const contradicted = (parameters: Parameter[]): string[] =>
      listContradicted(tokenUrl, parameters);
    assert.deepEqual(
      contradicted([
        ['grant_type', 'password'],
        ['x', 'y'],
      ]),
      ['grant_type'],
    );
    assert.deepEqual(
      contradicted([
        ['resource', 'a'],
        ['resource', 'b'],
      ]),
      ['resource'],
    );
    assert.deepEqual(
      contradicted([
        ['n', null],
        ['n', [1, 2]],
      ]),
      ['n'],
    );
    assert.deepEqual(
      contradicted([
        ['n', 1],
        ['n', '1'],
        ['n', []],
      ]),
      [],
    );
    assert.deepEqual(listContradicted('no URL', [['n', 1]]), []);
  });
});

describe('a request', () => {
  test('is described by the names of its parameters, each once and without values', () => {
    for (const list of [listParameterNames, listSentNames])
      assert.deepEqual(list(full), [
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
    test(`with ${name} ${spends ? 'spends' : 'does not spend'} its grant`, () => {
      const parameters = [
        ['acr', 'y'],
        [name, 'x'],
      ] as const;
      assert.equal(spendsItsGrant({ ...plain, parameters }), spends);
      const tokenUrl = `https://login.example.com/token?${name}=x`;
      assert.equal(spendsItsGrant({ ...plain, tokenUrl }), spends);
    });
  }
});
