import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createInputEnvironment } from '../../test/support/doubles/fakes.ts';
import { inputNames } from './catalog.ts';
import { findMisspelledInputs } from './misspelling.ts';
import { renderText } from '../log/text.ts';

/** What is said of a step that has inputs of these names. */
function complainOf(...names: readonly string[]): string[] {
  const env = createInputEnvironment(Object.fromEntries(names.map((name) => [name, 'x'])));
  return findMisspelledInputs(env).map((problem) => renderText(problem, (all) => all));
}

test("a user's name and password belong into parameters where they are the grant", () => {
  const env = createInputEnvironment({ 'grant-type': 'password', username: 'x', password: 'x' });
  assert.deepEqual(
    findMisspelledInputs(env).map((problem) => renderText(problem, (all) => all)),
    ['username', 'password'].map(
      (name) => `${name}: unknown input, set it in parameters: ${name}=...`,
    ),
  );
  assert.deepEqual(complainOf('password'), [
    'password: unknown input, did you mean client-secret?',
  ]);
});

describe('findMisspelledInputs', () => {
  const nearMisses: readonly [meant: string, names: readonly string[]][] = [
    ['token-url', ['token_url', 'tokenUrl', 'tokenURL', 'tokenurls', 'token-ulr']],
    ['client-id', ['client_id', 'clientId', 'client id', 'clientid', 'cleint-id', 'client-ids']],
    ['client-secret', ['client_secret', 'clientSecret', 'client-secrets', 'clent-secret']],
    ['client-auth-method', ['client_auth_method', 'client-auth-methods']],
    ['scopes', ['scops', 'scopess', 'sc-opes']],
    ['grant-type', ['grant_type', 'grantType', 'grand-type']],
    ['audience', ['audiences', 'audence']],
    ['resource', ['resources', 'ressource']],
    ['parameters', ['parameter', 'paramaters']],
    ['headers', ['header', 'heders']],
    ['body-format', ['body_format', 'bodyformat']],
    ['timeout', ['time-out', 'timeouts', 'timout']],
    ['total-timeout', ['total_timeout', 'total-time-out']],
    ['retry-max-attempts', ['retry_max_attempts', 'retry-max-attempt']],
    ['cache-wait', ['cache-timeout', 'wait-for-cache', 'cache-wait-seconds', 'cache_wait']],
    ['env-var', ['env_var', 'envVar', 'env-vars']],
    ['verbose', ['verbos', 'verbouse']],
    ['allow-http', ['allow_http', 'allow-https']],
    ['ca-certificate', ['ca_certificate', 'ca-certificates', 'ca-cert-ificate']],
  ];
  for (const [meant, names] of nearMisses) {
    for (const name of names) {
      test(`takes ${name} for a misspelt ${meant}`, () => {
        const written = name.replaceAll(' ', '_').toLowerCase();
        assert.deepEqual(complainOf(name), [`${written}: unknown input, did you mean ${meant}?`]);
      });
    }
  }

  const otherWords: readonly [meant: string, names: readonly string[]][] = [
    [
      'token-url',
      [
        'url',
        'token-uri',
        'token-endpoint',
        'token_endpoint',
        'endpoint',
        'access-token-url',
        'oauth-url',
      ],
    ],
    ['issuer', ['issuer-url', 'discovery-url', 'well-known-url']],
    ['client-id', ['id', 'app-id', 'app_id', 'username', 'user']],
    ['request-method', ['method', 'request']],
    ['response-fields', ['token-path', 'json-path', 'jq']],
    ['parameters', ['data', 'data-urlencode', 'json', 'payload', 'api-key', 'apikey']],
    ['headers', ['header', 'authorization', 'user-agent', 'accept']],
    ['timeout', ['max-time', 'connect-timeout']],
    ['body-format', ['query']],
    ['client-secret', ['secret', 'client-password', 'password', 'app-secret', 'appSecret']],
    ['client-auth-method', ['auth-method', 'token_endpoint_auth_method']],
    ['private-key', ['key', 'service-account-key', 'credentials_json']],
    ['private-key-id', ['kid', 'key-id']],
    ['signing-algorithm', ['alg', 'algorithm']],
    ['assertion-audience', ['assertion-aud', 'jwt-audience']],
    ['assertion-claims', ['claims', 'jwt-claims']],
    ['client-certificate', ['cert', 'certificate', 'client-cert']],
    ['client-key', ['tls-key']],
    ['id-token-as', ['oidc-token-as']],
    ['id-token-audience', ['oidc-audience']],
    ['scopes', ['scope', 'SCOPE']],
    ['grant-type', ['grant-types']],
    ['audience', ['aud']],
    ['parameters', ['params', 'extra-parameters', 'body']],
    ['headers', ['extra-headers']],
    ['body-format', ['content-type']],
    ['retry-max-attempts', ['retries', 'retry', 'max-attempts', 'max-retries', 'retry-attempts']],
    ['env-var', ['environment-variable', 'env-name', 'env', 'output-env']],
    ['verbose', ['debug']],
    ['ca-certificate', ['ca', 'ca-cert']],
    ['allow-http', ['insecure']],
  ];
  for (const [meant, names] of otherWords) {
    for (const name of names) {
      test(`knows ${name} as another word for ${meant}`, () => {
        assert.deepEqual(complainOf(name), [
          `${name.toLowerCase()}: unknown input, did you mean ${meant}?`,
        ]);
      });
    }
  }

  test('never reports a declared input', () => {
    assert.deepEqual(complainOf(...inputNames), []);
  });

  const unrelated = [
    'name',
    'node-version',
    'repository',
    'ref',
    'path',
    'who-to-greet',
    'source',
    'x',
    '',
    '-',
  ];
  for (const name of [...unrelated, 'constructor', '__proto__', 'x'.repeat(5000)]) {
    test(`leaves an input that resembles none alone: ${name.slice(0, 20)}`, () => {
      assert.deepEqual(complainOf(name), []);
    });
  }

  test('does not take client-key, which goes with a certificate, for client-id', () => {
    assert.deepEqual(complainOf('client-key'), []);
  });

  describe('counts letters that are left out, put in, replaced or swapped with a neighbour:', () => {
    const counted: readonly [name: string, meant: string | undefined][] = [
      ['scoeps', 'scopes'],
      ['socpes', 'scopes'],
      ['scxoes', undefined],
      ['scpxes', undefined],
      ['scops', 'scopes'],
      ['scps', undefined],
      ['audence', 'audience'],
      ['audnce', undefined],
      ['grnt-tpe', 'grant-type'],
      ['grnt-tp', undefined],
      ['client-scrte', 'client-secret'],
      ['clnt-scrte', undefined],
      ['xscopes', 'scopes'],
      ['xxscopes', undefined],
      ['xxclient-secret', 'client-secret'],
      ['xxxclient-secret', undefined],
    ];
    for (const [name, meant] of counted) {
      test(`${name} is ${meant === undefined ? 'too far from any input' : `near ${meant}`}`, () => {
        const problem = `${name}: unknown input, did you mean ${meant ?? ''}?`;
        assert.deepEqual(complainOf(name), meant === undefined ? [] : [problem]);
      });
    }
  });

  test('names the nearest of several inputs that a name resembles', () => {
    const nearest: readonly [name: string, meant: string][] = [
      ['private-keys', 'private-key'],
      ['private-key-od', 'private-key-id'],
      ['private-key-aas', 'private-key-as'],
    ];
    for (const [name, meant] of nearest) {
      assert.deepEqual(complainOf(name), [`${name}: unknown input, did you mean ${meant}?`]);
    }
  });

  test('leaves variables that are no inputs alone', () => {
    const env = {
      SCOPE: 'x',
      input_scope: 'x',
      MY_INPUT_SCOPE: 'x',
      CLIENT_ID: 'x',
      INPUTSCOPE: 'x',
    };
    assert.deepEqual(findMisspelledInputs(env), []);
  });

  test('reports a near miss although it is empty, or stands beside the right name', () => {
    const env = { INPUT_SCOPE: '', INPUT_SCOPES: 'read' };
    const problems = findMisspelledInputs(env).map((problem) => renderText(problem, (all) => all));
    assert.deepEqual(problems, ['scope: unknown input, did you mean scopes?']);
  });

  test('reports each near miss', () => {
    assert.deepEqual(complainOf('scope', 'token_url', 'unrelated'), [
      'scope: unknown input, did you mean scopes?',
      'token_url: unknown input, did you mean token-url?',
    ]);
  });

  test('never shows a value', () => {
    const env = { INPUT_CLIENT_SECRET: 's3cret-value' };
    const problems = findMisspelledInputs(env).map((problem) => renderText(problem, (all) => all));
    assert.deepEqual(problems, ['client_secret: unknown input, did you mean client-secret?']);
  });
});
