import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { createInputEnvironment } from '../../test/support/doubles/fakes.ts';
import { createAuthority } from '../../test/support/making/certificates.ts';
import { generatePem } from '../../test/support/making/inputs.ts';
import { secretNames } from '../inputs/catalog.ts';
import { listPrivateParts } from '../oauth2/keys/private-parts.ts';
import { listStepSecrets } from './secrets.ts';

const source = join(import.meta.dirname, '..');

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The secrets of a step with these inputs, in no order. */
function listOf(inputs: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}): string[] {
  return listStepSecrets({ ...createInputEnvironment(inputs), ...env }).sort();
}

describe('listStepSecrets', () => {
  test('lists nothing if nothing is secret', () => {
    const inputs = { 'token-url': 'https://login.example.com/token', 'client-id': 'ci-client' };
    assert.deepEqual(listOf(inputs), []);
    assert.deepEqual(listOf({}), []);
  });

  test('lists the client secret, and its Basic value together with the id', () => {
    assert.deepEqual(
      listOf({ 'client-id': 'ci-client', 'client-secret': 's3cret-value' }),
      ['s3cret-value', base64('ci-client:s3cret-value')].sort(),
    );
  });

  test('lists every form of a client secret that is encoded differently in a form', () => {
    assert.deepEqual(
      listOf({ 'client-id': 'ci client', 'client-secret': 'a b/c=ü' }),
      [
        'a b/c=ü',
        'a+b%2Fc%3D%C3%BC',
        'a%20b%2Fc%3D%C3%BC',
        base64('ci+client:a+b%2Fc%3D%C3%BC'),
        base64('ci client:a b/c=ü'),
      ].sort(),
    );
  });

  test('lists the client secret as it is used, without white space at its ends', () => {
    const secrets = listOf({ 'client-id': ' ci ', 'client-secret': '\n s3cret-value \n' });
    assert.deepEqual(secrets, ['s3cret-value', base64('ci:s3cret-value')].sort());
  });

  for (const name of secretNames) {
    test(`lists the value of ${name}, which the catalog calls a secret`, () => {
      const pem = generatePem();
      const [, line = ''] = pem.split('\n');
      assert.ok(listOf({ [name]: pem }).some((secret) => secret.includes(line)));
    });
  }

  test('lists a client secret although the client id is missing', () => {
    assert.ok(listOf({ 'client-secret': 's3cret-value' }).includes('s3cret-value'));
  });

  test('lists a client secret of 4 characters, and nothing of a shorter one', () => {
    assert.ok(listOf({ 'client-id': 'ci', 'client-secret': 'abcd' }).includes('abcd'));
    assert.deepEqual(listOf({ 'client-id': 'ci', 'client-secret': 'abc' }), []);
  });

  test('lists the encryption key of the cache, and its form encoding', () => {
    assert.deepEqual(listOf({ 'cache-encryption-key': 'a/long+key=' }), [
      'a%2Flong%2Bkey%3D',
      'a/long+key=',
    ]);
  });

  test('lists a refresh token, its form encoding, and its JSON', () => {
    assert.deepEqual(
      listOf({ 'refresh-token': ' 1/open+"sesame" ' }),
      ['1/open+"sesame"', '1%2Fopen%2B%22sesame%22', '1/open+\\"sesame\\"'].sort(),
    );
  });

  for (const name of ['private-key', 'client-key', 'client-certificate', 'ca-certificate']) {
    test(`lists base64 of a key in ${name}, and the key in it, also together with a certificate`, async () => {
      const pem = generatePem();
      const { certificate } = await createAuthority();
      const lines = pem.split('\n').filter((line) => line.length >= 8 && !line.includes('-----'));
      for (const text of [pem, certificate + pem, pem + certificate]) {
        const encoded = Buffer.from(text).toString('base64');
        for (const input of [encoded, encoded.replace(/.{76}/g, '$&\n')]) {
          const secrets = listOf({ [name]: input });
          for (const part of [...lines, lines.join(''), encoded, ...input.split('\n')]) {
            assert.ok(part.length < 8 || secrets.includes(part), part);
          }
        }
      }
    });
  }

  test('lists nothing if there are only certificates', async () => {
    const { certificate } = await createAuthority();
    for (const text of [certificate, `${certificate}${certificate}`]) {
      for (const input of [text, Buffer.from(text).toString('base64')]) {
        assert.deepEqual(listOf({ 'client-certificate': input, 'ca-certificate': input }), []);
      }
    }
  });

  test('lists PKCS#12 and anything else that is given as a certificate', () => {
    const pkcs12 = Buffer.concat([
      Buffer.from('3082024002010330820206', 'hex'),
      Buffer.alloc(569, 'key'),
    ]).toString('base64');
    assert.deepEqual(listOf({ 'client-certificate': pkcs12 }), [pkcs12]);
  });

  for (const name of ['private-key', 'client-key', 'client-certificate']) {
    test(`lists the secret parts of ${name}, each line of it among them`, () => {
      const pem = generatePem();
      const secrets = listOf({ [name]: pem });
      assert.deepEqual(secrets, listPrivateParts(pem).sort());
      const lines = pem.split('\n').filter((line) => line.length >= 8 && !line.includes('-----'));
      for (const line of lines) assert.ok(secrets.includes(line), line);
    });
  }

  test('lists a client secret as JSON writes it', () => {
    assert.ok(listOf({ 'client-secret': 'ab"cd\\ef' }).includes('ab\\"cd\\\\ef'));
  });

  test('lists no secret twice', () => {
    const secrets = listStepSecrets(
      createInputEnvironment({
        'client-id': 'ci',
        'client-secret': 's3cret-value',
        parameters: 'password=s3cret-value',
      }),
    );
    assert.deepEqual(secrets, [...new Set(secrets)]);
  });

  for (const name of ['token-url', 'revocation-url']) {
    test(`lists what is secret in the query of ${name} also as it is sent`, () => {
      const url = 'https://login.example.com/token?api_key=open"sesame&tenant=acme-holding&pin=1';
      const secrets = listOf({ [name]: url });
      for (const one of ['open"sesame', 'open%22sesame']) assert.ok(secrets.includes(one), one);
      assert.ok(!secrets.some((one) => one.includes('acme')));
    });
  }

  describe('among the parameters', () => {
    const secret = [
      'password',
      'code',
      'device_code',
      'code_verifier',
      'otp',
      'refresh_token',
      'subject_token',
      'app_secret',
      'secret',
      'assertion',
      'client_assertion',
      'PASSWORD',
      'Refresh_Token',
      'apiKey',
      'passwords',
      'zip_code',
      'secret_id',
    ];
    for (const name of secret) {
      test(`takes ${name} for a secret`, () => {
        assert.deepEqual(listOf({ parameters: `${name}=value-of-it` }), ['value-of-it']);
      });
    }

    for (const name of ['username', 'tenant', 'scope', 'token_format', 'encode', 'key_id']) {
      test(`does not take ${name} for a secret`, () => {
        assert.deepEqual(listOf({ parameters: `${name}=value-of-it` }), []);
      });
    }

    test('takes values of at least 8 characters', () => {
      assert.deepEqual(listOf({ parameters: 'code=12345678\notp=1234567' }), ['12345678']);
    });

    test('lists the encoding that is sent, and the value with its white space', () => {
      assert.deepEqual(listOf({ parameters: 'password= open sesame' }), [
        ' open sesame',
        '%20open%20sesame',
        '+open+sesame',
      ]);
      assert.deepEqual(
        listOf({ parameters: 'password=open sesame ' }),
        ['open sesame ', 'open+sesame+', 'open%20sesame%20'].sort(),
      );
    });

    test('reads a JSON object, and each value of a list', () => {
      const parameters = JSON.stringify({
        x_token: ['first-one', 'second-one'],
        tenant: 'something',
      });
      assert.deepEqual(listOf({ parameters }), ['first-one', 'second-one']);
    });

    test('reads nested values, and numbers with their digits', () => {
      const parameters =
        '{"credentials":{"name":"something","secretKey":"nested-one","list":[{"pin":90071992547409931}]}}';
      assert.deepEqual(listOf({ parameters }), ['90071992547409931', 'nested-one']);
      assert.deepEqual(listOf({ parameters: '{"password":{"value":"nested-one"}}' }), [
        'nested-one',
      ]);
    });

    test('lists the good lines of an input that has bad ones', () => {
      assert.deepEqual(listOf({ parameters: 'bad line\npassword=open-sesame' }), ['open-sesame']);
    });
  });

  describe('in the query of token-url', () => {
    const listFrom = (query: string): string[] =>
      listOf({ 'token-url': `https://login.example.com/t${query}` });

    test('lists the values of secret names, as they are written and decoded', () => {
      assert.deepEqual(
        listFrom('?tenant=something&client_secret=open%2Dsesame%21+x#access_token=fragment'),
        ['open%2Dsesame%21+x', 'open-sesame! x', 'open-sesame%21%20x', 'open-sesame%21+x'].sort(),
      );
      assert.deepEqual(listFrom('?password=12345678&otp=1234567'), ['12345678']);
    });

    test('lists them although the URL is not valid', () => {
      assert.deepEqual(listOf({ 'token-url': '?password=open-sesame' }), ['open-sesame']);
    });

    for (const query of ['', '?', '?&&', '?tenant=something', '?password', '?=open-sesame']) {
      test(`lists nothing of ${JSON.stringify(query)}`, () => {
        assert.deepEqual(listFrom(query), []);
      });
    }
  });

  describe('among the headers', () => {
    const rows: readonly [header: string, secrets: string[]][] = [
      ['Authorization: Bearer abc.def.ghi', ['abc.def.ghi']],
      ['authorization: Basic  dXNlcjpwYXNz', ['dXNlcjpwYXNz', 'pass']],
      ['Authorization: Basic dXNlcjpwd2Q=', ['dXNlcjpwd2Q=']],
      ['X-Tenant: Basic dXNlcjpwYXNz', []],
      ['X-Authorization: Bearer abc.def.ghi', ['abc.def.ghi']],
      ['Authorization: abcdefghijkl', ['abcdefghijkl']],
      ['Cookie: session=abcdef', ['session=abcdef']],
      ['Cookie: one=abcdef; two=ghijkl', ['one=abcdef; two=ghijkl']],
      ['X-Api-Key: abcd efghijkl', ['abcd efghijkl']],
      ['X-Api-Key: abcdefgh', ['abcdefgh']],
      ['x-api-key: abcdefgh', ['abcdefgh']],
      ['X_API_KEY: abcdefgh', ['abcdefgh']],
      ['Key: abcdefgh', ['abcdefgh']],
      ['apikey: abcdefgh', ['abcdefgh']],
      ['X-Auth-Token: abcdefgh', ['abcdefgh']],
      ['X-Client-Secret: abcdefgh', ['abcdefgh']],
      ['X-Api-Key: abcdefg', []],
      ['Authorization: Bearer abcdefg', []],
      ['X-Key-Id: abcdefgh', []],
      ['X-Tenant: abcdefgh', []],
      ['X-Cookie: abcdefgh', ['abcdefgh']],
      ['Authorization-Info: abcdefgh', []],
      ['Monkey: abcdefgh', []],
      ['Accept: application/json', []],
    ];
    for (const [header, secrets] of rows) {
      test(`finds in "${header}": ${secrets.length === 0 ? 'none' : secrets.join(', ')}`, () => {
        assert.deepEqual(listOf({ headers: header }), secrets);
      });
    }
  });

  describe('lists each line of a secret of several', () => {
    const sealing = 'first line of the key\r\n  second line of it\nab\n';

    test('as a whole and line by line, without lines that are too short', () => {
      const secrets = listOf({ 'cache-encryption-key': sealing });
      for (const line of ['first line of the key', 'second line of it']) {
        assert.ok(secrets.includes(line), line);
      }
      assert.ok(!secrets.includes('ab'));
      assert.ok(secrets.some((secret) => /first.*\n.*second/s.test(secret)));
    });

    test('the longest first, for engines that do not order masks', () => {
      const env = createInputEnvironment({
        'client-id': 'ci-client',
        'client-secret': 's3cret-value',
        'cache-encryption-key': sealing,
      });
      const lengths = listStepSecrets(env).map((secret) => secret.length);
      assert.deepEqual(
        lengths,
        lengths.toSorted((one, other) => other - one),
      );
    });
  });

  describe("lists the proxy's password and Basic value", () => {
    for (const variable of ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']) {
      test(`from ${variable}`, () => {
        const env = { [variable]: 'http://user:open-sesame@proxy.example:3128' };
        assert.deepEqual(listOf({}, env), [base64('user:open-sesame'), 'open-sesame'].sort());
      });
    }

    test('from each of several proxies', () => {
      const env = {
        https_proxy: 'http://a:password-a@p.example',
        HTTP_PROXY: 'http://b:password-b@p.example',
      };
      assert.deepEqual(
        listOf({}, env),
        ['password-a', 'password-b', base64('a:password-a'), base64('b:password-b')].sort(),
      );
    });

    test('encoded and decoded', () => {
      const env = { https_proxy: 'http://us%40er:p%40ss%2Fword@proxy.example' };
      assert.deepEqual(
        listOf({}, env),
        ['p%40ss%2Fword', 'p@ss/word', base64('us@er:p@ss/word')].sort(),
      );
    });

    test('although it has a % that encodes nothing', () => {
      const env = { https_proxy: 'http://user:100%secret@proxy.example' };
      assert.deepEqual(listOf({}, env), ['100%secret', base64('user:100%secret')].sort());
    });

    test('of an address with white space around it', () => {
      const env = { https_proxy: ' http://me:proxy-password@proxy.example.com:3128\n' };
      assert.deepEqual(listOf({}, env), [base64('me:proxy-password'), 'proxy-password'].sort());
    });

    test('whose scheme is in capitals', () => {
      const env = { https_proxy: 'HTTP://user:open-sesame@proxy.example' };
      assert.deepEqual(listOf({}, env), [base64('user:open-sesame'), 'open-sesame'].sort());
    });

    test('of a proxy of another kind', () => {
      const env = { https_proxy: 'socks5://user:open-sesame@proxy.example:1080' };
      assert.deepEqual(listOf({}, env), [base64('user:open-sesame'), 'open-sesame'].sort());
    });

    test('of an address without a scheme', () => {
      const env = { https_proxy: 'user:open-sesame@proxy.example:3128' };
      assert.deepEqual(listOf({}, env), [base64('user:open-sesame'), 'open-sesame'].sort());
    });

    test('of an address without a scheme that has another address after it', () => {
      const env = { https_proxy: 'user:open-sesame@proxy.example/http://x' };
      assert.deepEqual(listOf({}, env), [base64('user:open-sesame'), 'open-sesame'].sort());
    });

    test('without the password by itself if it is too short to be masked', () => {
      const env = { https_proxy: 'http://user:abc@proxy.example' };
      assert.deepEqual(listOf({}, env), [base64('user:abc')]);
    });

    for (const proxy of [
      '',
      'http://proxy.example:3128',
      'proxy.example:3128',
      'http://user@proxy.example',
      'http://[',
      ':',
    ]) {
      test(`and nothing of "${proxy}"`, () => {
        assert.deepEqual(listOf({}, { https_proxy: proxy }), []);
      });
    }
  });
});

test('src/masks is the only folder that decides what is hidden', () => {
  const masking = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .filter((name) => readFileSync(join(source, name), 'utf8').includes('.mask('));
  assert.deepEqual(masking, [join('masks', 'secrets.ts')]);
});
