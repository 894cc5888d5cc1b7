import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readUsualInputs } from '../../test/support/making/inputs.ts';
import { identify, listCredentials, worksOnce, writeIdentity } from './identity.ts';

const apiKey = 'an-api-key-of-24-charact';

/** The secrets that encrypt the cache in a step without a client secret. */
function listSecrets(given: Readonly<Record<string, string>>): string[] {
  const inputs = readUsualInputs({
    'client-secret': '',
    'client-auth-method': 'none',
    'use-cache': 'true',
    ...given,
  });
  return listCredentials(inputs).map(({ label, bytes }) => `${label}: ${bytes.toString()}`);
}

describe('a secret of the request encrypts the cache:', () => {
  const rows: readonly (readonly [given: Readonly<Record<string, string>>, secrets: string[]])[] = [
    [{ parameters: `api_key=${apiKey}` }, [apiKey]],
    [{ parameters: `apiKey=${apiKey}\ntenant=${apiKey}x` }, [apiKey]],
    [
      {
        parameters: JSON.stringify({ auth: { password: { value: apiKey } }, n: 1 }),
        'body-format': 'json',
      },
      [apiKey],
    ],
    [{ headers: `X-Api-Key: ${apiKey}` }, [apiKey]],
    [{ headers: `Authorization: Bearer ${apiKey}` }, [apiKey]],
    [{ headers: `Authorization: Basic ${btoa(`a-long-user-name:${apiKey}`)}` }, [apiKey]],
    [{ 'token-url': `https://login.example.com/token?api_key=${apiKey}` }, [apiKey]],
    [
      { parameters: `password=${apiKey}`, headers: 'X-Token: another-of-16-byt' },
      [apiKey, 'another-of-16-byt'],
    ],
  ];
  for (const [given, secrets] of rows) {
    test(JSON.stringify(given), () => {
      assert.deepEqual(
        listSecrets(given),
        secrets.map((secret) => `request: ${secret}`),
      );
    });
  }
});

describe('nothing else in the request encrypts it:', () => {
  for (const given of [
    {},
    { parameters: 'api_key=of-15-charactrs' },
    { parameters: `tenant=${apiKey}` },
    { headers: `X-Tenant: ${apiKey}` },
    { headers: `Authorization: Basic ${btoa('a-user-name-that-is-long:short')}` },
    { 'token-url': `https://login.example.com/token?tenant=${apiKey}` },
  ]) {
    test(JSON.stringify(given), () => {
      assert.deepEqual(listSecrets(given), []);
    });
  }
});

test('a grant that works only once is recognized in any spelling, at any depth, and in the query', () => {
  for (const given of [
    { parameters: 'refreshToken=x-of-some-length' },
    { parameters: 'AuthCode=x' },
    { parameters: '{"data": {"refresh-token": "x"}}', 'body-format': 'json' },
    { 'token-url': 'https://login.example.com/token?subjectToken=x' },
  ]) {
    assert.ok(worksOnce(readUsualInputs(given)), JSON.stringify(given));
  }
  assert.ok(!worksOnce(readUsualInputs({ parameters: 'country_code=x' })));
});

test('a client id that is sent because `none` is written makes another request', () => {
  const write = (method: string): string =>
    writeIdentity(
      identify(readUsualInputs({ 'client-secret': '', 'client-auth-method': method }), {
        repository: '74',
        idToken: undefined,
      }),
    );
  assert.match(write('none'), /"isMethodWritten":true/);
});
