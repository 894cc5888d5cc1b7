import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { explainCertificateFault } from './certificate-faults.ts';
import { CertificateError, type CertificateFault } from './certificates.ts';
import { createAuthority } from '../../test/support/making/certificates.ts';
import { createInputEnvironment } from '../../test/support/doubles/fakes.ts';
import { say } from '../../test/support/making/inputs.ts';
import { inputDefaults, type InputName, inputNames, singleLineInputs } from './catalog.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { findUrlFault } from './endpoint.ts';
import { renderText, text } from '../log/text.ts';
import { InputError } from './input-error.ts';

type Given = Readonly<Record<string, string>>;

/** What has to be given, and nothing else. */
const required: Given = {
  'token-url': 'https://login.example.com/oauth2/token',
  'client-id': 'ci-client',
  'client-secret': 's3cret-value',
};

/** Reads the required inputs and these. */
function read(given: Given = {}, options: { readonly debug: boolean } = { debug: false }): Inputs {
  return readInputs(createInputEnvironment({ ...required, ...given }), options);
}

/** Holds some of the inputs equal to what is expected of them. */
function assertInputs(inputs: Inputs, expected: Partial<Inputs>): void {
  const names = Object.keys(expected) as (keyof Inputs)[];
  const found = Object.fromEntries(names.map((name) => [name, inputs[name]]));
  assert.deepEqual(found, expected);
}

/** What is wrong with inputs, sorted. */
function complainOf(inputs: Given, env: NodeJS.ProcessEnv = {}): string[] {
  try {
    readInputs({ ...createInputEnvironment(inputs), ...env }, { debug: false });
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.problems.map((problem) => renderText(problem, (all) => all)).sort();
  }
  return [];
}

/** What is wrong with the required inputs and these, sorted. */
function complain(given: Given): string[] {
  return complainOf({ ...required, ...given });
}

/** As much of each problem as is expected of it. */
function begin(problems: readonly string[], beginnings: readonly string[]): string[] {
  return problems.map((problem, index) => problem.slice(0, beginnings[index]?.length));
}

describe('readInputs', () => {
  test('has a default for all but the three that are required', () => {
    assertInputs(read(), {
      tokenUrl: 'https://login.example.com/oauth2/token',
      caCertificate: undefined,
      clientId: 'ci-client',
      clientSecret: 's3cret-value',
      clientAuthMethod: 'client_secret_basic',
      clientSecretEncoding: 'form',
      scopes: [],
      grantType: 'client_credentials',
      audiences: [],
      resources: [],
      parameters: [],
      headers: [],
      requestMethod: 'POST',
      bodyFormat: 'form',
      responseFields: {},
      timeout: 15,
      totalTimeout: 120,
      retryMaxAttempts: 4,
      retryTimeSlot: 3,
      retryMaxWait: 10,
      retryOn: 'transient',
      useCache: 'true',
      minValidity: undefined,
      cacheEncryptionKey: undefined,
      cacheWait: 0,
      defaultExpiresIn: undefined,
      expiresAtOverride: undefined,
      envVar: 'OAUTH2_TOKEN',
      revoke: false,
      revocationUrl: undefined,
      verbose: false,
    });
  });

  test('reads the defaults that the runner hands over like inputs that were left out', () => {
    assert.deepEqual(read(inputDefaults), read());
  });

  test('takes an empty string for left out, but in env-var', () => {
    const names = inputNames.filter((name) => name !== 'env-var' && !Object.hasOwn(required, name));
    for (const empty of ['', ' \n ']) {
      assert.deepEqual(read(Object.fromEntries(names.map((name) => [name, empty]))), read());
    }
  });

  const good: readonly [given: Given, inputs: Partial<Inputs>][] = [
    [
      { 'token-url': ' https://login.example.com/t \n' },
      { tokenUrl: 'https://login.example.com/t' },
    ],
    [{ 'token-url': 'HTTPS://Login.Example.com' }, { tokenUrl: 'https://login.example.com/' }],
    [
      { 'token-url': 'https://login.example.com:8443/t?api=1' },
      { tokenUrl: 'https://login.example.com:8443/t?api=1' },
    ],
    [{ 'token-url': 'http://localhost:8080/t' }, { tokenUrl: 'http://localhost:8080/t' }],
    [{ 'token-url': 'http://127.0.0.1/t' }, { tokenUrl: 'http://127.0.0.1/t' }],
    [{ 'token-url': 'http://[::1]:1/t' }, { tokenUrl: 'http://[::1]:1/t' }],
    [
      { 'token-url': 'http://login.example.com/t', 'allow-http': 'true' },
      { tokenUrl: 'http://login.example.com/t' },
    ],
    [{ 'client-id': ' ci:client ' }, { clientId: 'ci:client' }],
    [{ 'client-secret': '\n two words \n' }, { clientSecret: 'two words' }],
    [{ 'client-secret': 'abcd' }, { clientSecret: 'abcd' }],
    [{ 'client-auth-method': 'client_secret_basic' }, { clientAuthMethod: 'client_secret_basic' }],
    [{ 'client-auth-method': 'client_secret_post' }, { clientAuthMethod: 'client_secret_post' }],
    [{ 'client-secret-encoding': 'raw' }, { clientSecretEncoding: 'raw' }],
    [{ scopes: 'read' }, { scopes: ['read'] }],
    [{ scopes: ' read\n list\twrite  all ' }, { scopes: ['read', 'list', 'write', 'all'] }],
    [{ scopes: 'a,b c' }, { scopes: ['a,b', 'c'] }],
    [{ 'grant-type': 'password' }, { grantType: 'password' }],
    [{ 'grant-type': 'urn:example:grant' }, { grantType: 'urn:example:grant' }],
    [
      { 'grant-type': 'jwt-bearer', parameters: 'assertion=x' },
      { grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer', grantParameters: [] },
    ],
    [
      { 'grant-type': 'token-exchange', parameters: 'subject_token=x' },
      {
        grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
        grantParameters: [['subject_token_type', 'urn:ietf:params:oauth:token-type:jwt']],
      },
    ],
    [{ 'grant-type': 'constructor' }, { grantType: 'constructor' }],
    [{ audience: ' https://api.example.com ' }, { audiences: ['https://api.example.com'] }],
    [{ resource: 'https://a.example\n  urn:b ' }, { resources: ['https://a.example', 'urn:b'] }],
    [
      { parameters: 'a= 1 \nb=2' },
      {
        parameters: [
          ['a', ' 1 '],
          ['b', '2'],
        ],
      },
    ],
    [
      { parameters: 'scope=a,b\naudience=x\nresource=y' },
      {
        parameters: [
          ['scope', 'a,b'],
          ['audience', 'x'],
          ['resource', 'y'],
        ],
      },
    ],
    [{ parameters: 'client_id=ci-client' }, { parameters: [['client_id', 'ci-client']] }],
    [{ headers: 'X-Tenant: acme' }, { headers: [['X-Tenant', 'acme']] }],
    [
      { headers: 'Authorization: Bearer x', 'client-auth-method': 'client_secret_post' },
      { headers: [['Authorization', 'Bearer x']] },
    ],
    [{ 'body-format': 'json' }, { bodyFormat: 'json' }],
    [{ timeout: '15.0' }, { timeout: 15 }],
    [{ timeout: '0.5' }, { timeout: 0.5 }],
    [{ timeout: '86400' }, { timeout: 86_400 }],
    [{ 'total-timeout': '0.1' }, { totalTimeout: 0.1 }],
    [{ 'total-timeout': '86400' }, { totalTimeout: 86_400 }],
    [{ 'retry-max-attempts': '1' }, { retryMaxAttempts: 1 }],
    [{ 'retry-max-attempts': '100' }, { retryMaxAttempts: 100 }],
    [{ 'retry-max-attempts': '4.0' }, { retryMaxAttempts: 4 }],
    [{ 'retry-time-slot': '0' }, { retryTimeSlot: 0 }],
    [{ 'retry-time-slot': '3600' }, { retryTimeSlot: 3600 }],
    [{ 'retry-max-wait': '0' }, { retryMaxWait: 0 }],
    [{ 'retry-max-wait': '3600' }, { retryMaxWait: 3600 }],
    [{ 'retry-on': 'all' }, { retryOn: 'all' }],
    [{ 'use-cache': 'false' }, { useCache: 'false' }],
    [{ 'use-cache': 'False' }, { useCache: 'false' }],
    [{ 'use-cache': 'FALSE' }, { useCache: 'false' }],
    [{ 'use-cache': 'True' }, { useCache: 'true' }],
    [{ 'use-cache': 'TRUE' }, { useCache: 'true' }],
    [{ 'use-cache': 'refresh' }, { useCache: 'refresh' }],
    [{ 'min-validity': '0' }, { minValidity: 0 }],
    [{ 'min-validity': '2147483647' }, { minValidity: 2_147_483_647 }],
    [{}, { cacheWait: 0 }],
    [{ 'cache-wait': '0' }, { cacheWait: 0 }],
    [{ 'cache-wait': '0.5' }, { cacheWait: 0.5 }],
    [{ 'cache-wait': '2147483647' }, { cacheWait: 2_147_483_647 }],
    [{ 'default-expires-in': '900' }, { defaultExpiresIn: 900 }],
    [{ 'cache-encryption-key': ' abcd ' }, { cacheEncryptionKey: 'abcd' }],
    [
      { 'expires-at-override': '2026-01-31T12:00:00Z' },
      { expiresAtOverride: new Date('2026-01-31T12:00:00Z') },
    ],
    [
      { 'expires-at-override': '2026-01-31T13:00:00+01:00' },
      { expiresAtOverride: new Date('2026-01-31T12:00:00Z') },
    ],
    [{ 'env-var': 'DATABRICKS_TOKEN' }, { envVar: 'DATABRICKS_TOKEN' }],
    [{ 'env-var': ' _x1 ' }, { envVar: '_x1' }],
    [{ 'env-var': '' }, { envVar: undefined }],
    [{ 'env-var': ' ' }, { envVar: undefined }],
    [{ 'env-var': 'false' }, { envVar: undefined }],
    [{ 'env-var': 'False' }, { envVar: undefined }],
    [{ 'env-var': 'FALSE' }, { envVar: undefined }],
    [{ verbose: 'True' }, { verbose: true }],
    [{ verbose: 'FALSE' }, { verbose: false }],
  ];
  for (const [given, inputs] of good) {
    test(`takes ${JSON.stringify(given)}`, () => {
      assertInputs(read(given), inputs);
    });
  }

  test('is verbose with step debug logging, whatever verbose says', () => {
    assert.equal(read({ verbose: 'false' }, { debug: true }).verbose, true);
  });

  const name = 'must be a name of letters, digits and _ that does not begin with a digit';
  /** How each problem begins; words that other files of this folder write are tested beside them. */
  const bad: readonly [given: Given, beginning: string][] = [
    [{ 'token-url': '' }, 'token-url or issuer is required'],
    [{ 'token-url': 'login.example.com/token' }, 'token-url: got "login.example.com/token";'],
    [{ 'token-url': '/oauth2/token' }, 'token-url: got "/oauth2/token";'],
    [
      { 'token-url': 'https://login.example.com/a b' },
      'token-url: got "https://login.example.com/a b";',
    ],
    [
      { 'token-url': 'https://login.example.com\n/token' },
      'token-url: got "https://login.example.com /token";',
    ],
    [{ 'token-url': 'ftp://login.example.com/t' }, 'token-url: got "ftp://login.example.com/t";'],
    [
      { 'token-url': 'https://login.example.com/t#x' },
      'token-url: got "https://login.example.com/t#...";',
    ],
    [
      { 'token-url': 'https://login.example.com/t#' },
      'token-url: got "https://login.example.com/t#";',
    ],
    [{ 'token-url': 'http://login.example.com/t' }, 'token-url: got "http://login.example.com/t";'],
    [
      { 'token-url': 'http://127.0.0.1.example.com/t' },
      'token-url: got "http://127.0.0.1.example.com/t";',
    ],
    [
      { 'token-url': 'http://localhost.example.com/t' },
      'token-url: got "http://localhost.example.com/t";',
    ],
    [{ 'allow-http': 'yes' }, 'allow-http: got "yes";'],
    [{ 'ca-certificate': 'rubbish' }, 'ca-certificate: is not a certificate;'],
    [{ 'client-id': ' ' }, 'client-id is required'],
    [{ 'client-id': 'ci\nclient' }, 'client-id: '],
    [
      { 'client-secret': 'abc' },
      'client-secret: has fewer than 4 characters and cannot be hidden in the log',
    ],
    [
      { 'client-auth-method': 'basic' },
      'client-auth-method: got "basic"; must be one of: client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, tls_client_auth, self_signed_tls_client_auth, none',
    ],
    [
      { 'client-secret-encoding': 'url' },
      'client-secret-encoding: got "url"; must be one of: form, raw',
    ],
    [
      { 'client-secret-encoding': 'raw', 'client-id': 'ci:client' },
      'client-secret-encoding: raw cannot send',
    ],
    [{ scopes: 'read, list' }, 'scopes: got "read,"'],
    [{ 'grant-type': 'client credentials' }, 'grant-type: got "client credentials";'],
    [{ resource: 'api.example.com' }, 'resource: got "api.example.com";'],
    [
      { resource: 'https://a.example https://b.example/#c' },
      'resource: got "https://b.example/#c";',
    ],
    [
      { 'body-format': 'xml' },
      'body-format: got "xml"; must be one of: form, json, query, multipart',
    ],
    [{ timeout: '0' }, 'timeout: got "0"; must be a number of seconds, more than 0'],
    [{ timeout: '86401' }, 'timeout: got "86401"; must be at most 86400'],
    [{ timeout: '15s' }, 'timeout: got "15s"; must be a number of seconds, more than 0'],
    [{ 'total-timeout': '0' }, 'total-timeout: got "0"; must be a number of seconds, more than 0'],
    [{ 'total-timeout': '86400.5' }, 'total-timeout: got "86400.5"; must be at most 86400'],
    [
      { 'retry-max-attempts': '0' },
      'retry-max-attempts: got "0"; must be a whole number, 1 or more',
    ],
    [
      { 'retry-max-attempts': '2.5' },
      'retry-max-attempts: got "2.5"; must be a whole number, 1 or more',
    ],
    [{ 'retry-max-attempts': '101' }, 'retry-max-attempts: got "101"; must be at most 100'],
    [
      { 'retry-time-slot': '-1' },
      'retry-time-slot: got "-1"; must be a number of seconds, 0 or more',
    ],
    [{ 'retry-time-slot': '3601' }, 'retry-time-slot: got "3601"; must be at most 3600'],
    [
      { 'retry-max-wait': 'long' },
      'retry-max-wait: got "long"; must be a number of seconds, 0 or more',
    ],
    [{ 'retry-max-wait': '3601' }, 'retry-max-wait: got "3601"; must be at most 3600'],
    [{ 'retry-on': 'never' }, 'retry-on: got "never"; must be one of: transient, all'],
    [{ 'use-cache': 'no' }, 'use-cache: got "no"; must be true, false or refresh'],
    [{ 'use-cache': 'tRue' }, 'use-cache: got "tRue"; must be true, false or refresh'],
    [{ 'use-cache': 'Refresh' }, 'use-cache: got "Refresh"; must be true, false or refresh'],
    [{ 'use-cache': 'not TRUE' }, 'use-cache: got "not TRUE"; must be true, false or refresh'],
    [
      { 'min-validity': '2147483648' },
      'min-validity: got "2147483648"; must be at most 2147483647',
    ],
    [{ 'min-validity': 'x' }, 'min-validity: got "x"; must be a number of seconds, 0 or more'],
    [{ 'cache-wait': '2147483648' }, 'cache-wait: got "2147483648"; must be at most 2147483647'],
    [{ 'cache-wait': '-1' }, 'cache-wait: got "-1"; must be a number of seconds, 0 or more'],
    [{ 'cache-wait': 'true' }, 'cache-wait: got "true"; must be a number of seconds, 0 or more'],
    [
      { 'default-expires-in': '-5' },
      'default-expires-in: got "-5"; must be a number of seconds, 0 or more',
    ],
    [
      { 'cache-encryption-key': 'abc' },
      'cache-encryption-key: has fewer than 4 characters and cannot be hidden in the log',
    ],
    [
      { 'expires-at-override': 'tomorrow' },
      'expires-at-override: got "tomorrow"; must be a time such as 2026-01-31T12:00:00Z',
    ],
    [
      { 'expires-at-override': '2026-02-30T12:00:00Z' },
      'expires-at-override: got "2026-02-30T12:00:00Z"; must be a time such as 2026-01-31T12:00:00Z',
    ],
    [{ 'env-var': '1TOKEN' }, `env-var: got "1TOKEN"; ${name}`],
    [{ 'env-var': 'true' }, 'env-var: got "true"; must be the name of a variable, or false'],
    [{ 'env-var': 'No' }, 'env-var: got "No"; must be the name of a variable, or false'],
    [{ 'env-var': 'MY-TOKEN' }, `env-var: got "MY-TOKEN"; ${name}`],
    [{ 'env-var': 'A B' }, `env-var: got "A B"; ${name}`],
    [{ 'env-var': 'TÖKEN' }, `env-var: got "TÖKEN"; ${name}`],
    [{ 'env-var': 'A\nPATH' }, `env-var: got "A PATH"; ${name}`],
    [{ verbose: 'yes' }, 'verbose: got "yes";'],
  ];
  for (const [given, beginning] of bad) {
    test(`refuses ${JSON.stringify(given)}`, () => {
      assert.deepEqual(begin(complain(given), [beginning]), [beginning]);
    });
  }

  test('takes a variable that looks like a misspelt input for none of its business', () => {
    const env = { ...createInputEnvironment(required), INPUT_SCOPE: 'read' };
    assert.deepEqual(readInputs(env, { debug: false }).scopes, []);
  });

  describe('with revoke: true', () => {
    const revocationUrl = 'https://login.example.com/revoke';
    const revoking = { revoke: 'true', 'revocation-url': revocationUrl };
    const sealed = { ACTIONS_RUNTIME_TOKEN: 'the-runtime-token' };
    const complainOfRevoking = (given: Given): string[] =>
      complainOf({ ...required, ...given }, sealed);

    test('the token is kept out of the cache and revoked where revocation-url says', () => {
      const env = { ...createInputEnvironment({ ...required, ...revoking }), ...sealed };
      assertInputs(readInputs(env, { debug: false }), {
        revoke: true,
        revocationUrl,
        useCache: 'false',
      });
    });

    test('an issuer will do, whose metadata says where', () => {
      const issuer = 'https://login.example.com';
      assert.deepEqual(complainOfRevoking({ 'token-url': '', issuer, revoke: 'true' }), []);
    });

    test('a token-url alone is refused, for nothing says where', () => {
      assert.deepEqual(complainOfRevoking({ revoke: 'true' }), [
        'revoke: requires revocation-url, or issuer, whose metadata names the revocation endpoint',
      ]);
    });

    test('the cache may be off, and nothing else', () => {
      assert.deepEqual(complainOfRevoking({ ...revoking, 'use-cache': 'False' }), []);
      for (const value of ['true', 'TRUE', 'refresh']) {
        assert.deepEqual(complainOfRevoking({ ...revoking, 'use-cache': value }), [
          `use-cache: cannot be ${value} with revoke: true, because the token is revoked at the end of the job`,
        ]);
      }
    });

    for (const token of [undefined, '']) {
      test(`a runner is refused without the token that seals the state: ${JSON.stringify(token)}`, () => {
        const env = { ACTIONS_RUNTIME_TOKEN: token };
        assert.deepEqual(complainOf({ ...required, ...revoking }, env), [
          'revoke: requires ACTIONS_RUNTIME_TOKEN, which this runner does not set; the token is encrypted with it until the job ends',
        ]);
      });
    }

    for (const url of [
      'nowhere',
      'http://login.example.com/revoke',
      'https://ci:open-sesame@login.example.com/revoke',
    ]) {
      test(`revocation-url is refused: ${url}`, () => {
        const fault = findUrlFault(url, false, 'https://login.example.com/revoke');
        assert.deepEqual(complainOfRevoking({ ...revoking, 'revocation-url': url }), [
          `revocation-url: ${renderText(fault ?? text``, (all) => all)}`,
        ]);
      });
    }

    test('revocation-url may be plain http with allow-http, in any of its spellings', () => {
      for (const allow of ['true', 'True', 'TRUE']) {
        const given = { 'revocation-url': 'http://login.example.com/revoke', 'allow-http': allow };
        assert.deepEqual(complainOfRevoking({ ...revoking, ...given }), []);
      }
    });
  });

  test('refuses a revocation-url without revoke: true', () => {
    assert.deepEqual(complain({ 'revocation-url': 'https://login.example.com/revoke' }), [
      'revocation-url: can only be used with revoke: true',
    ]);
  });

  describe('refuses an environment variable that someone else needs, in any case:', () => {
    const guarded = [
      'GITHUB_TOKEN',
      'RUNNER_TEMP',
      'ACTIONS_STEP_DEBUG',
      'INPUT_X',
      'STATE_X',
      'NODE_OPTIONS',
      'LD_PRELOAD',
      'DYLD_INSERT_LIBRARIES',
      'PATH',
      'HOME',
      'CI',
      'SHELL',
      'BASH_ENV',
      'ENV',
      'PYTHONPATH',
      'RUBYOPT',
      'PERL5OPT',
      'JAVA_TOOL_OPTIONS',
      'MAVEN_OPTS',
      'GIT_SSH_COMMAND',
      'PROMPT_COMMAND',
      'IFS',
      'PS4',
      'npm_config_script_shell',
      'https_proxy',
      'ALL_PROXY',
      'SSL_CERT_FILE',
      'REQUESTS_CA_BUNDLE',
      'OPENSSL_CONF',
      'RUSTFLAGS',
      'COMSPEC',
      'DOTNET_STARTUP_HOOKS',
      'RSYNC_RSH',
      'TF_CLI_ARGS_plan',
    ];
    const anyCase = guarded.flatMap((one) => [
      one,
      one.toLowerCase(),
      one.slice(0, 1) + one.slice(1).toLowerCase(),
    ]);
    for (const variable of anyCase) {
      test(variable, () => {
        const problem = `env-var: got "${variable}"; the runner, a shell or another program uses this variable itself`;
        assert.deepEqual(complain({ 'env-var': variable }), [problem]);
      });
    }

    for (const variable of [
      'GITHUB',
      'GH_TOKEN',
      'NODE_AUTH_TOKEN',
      'MY_PATH',
      'PATHS',
      'NODE',
      'ENV_TOKEN',
      'MY_GITHUB_TOKEN',
      'GIT_TOKEN',
      'NPM_TOKEN',
      'CARGO_REGISTRY_TOKEN',
      'NUGET_AUTH_TOKEN',
      'YARN_NPM_AUTH_TOKEN',
      'UV_PUBLISH_TOKEN',
      'PYTHO',
    ]) {
      test(`but not ${variable}`, () => {
        assert.equal(read({ 'env-var': variable }).envVar, variable);
      });
    }
  });

  describe('a line break', () => {
    const oneLine: readonly [name: InputName, beside: Given][] = [
      ['client-secret', {}],
      ['refresh-token', {}],
      ['assertion-audience', { 'client-auth-method': 'client_secret_jwt' }],
      ['id-token-audience', { 'client-secret': '', 'id-token-as': 'client_assertion' }],
      ['id-token-parameter', { 'client-secret': '', 'id-token-as': 'parameter' }],
    ];
    for (const [name, beside] of oneLine) {
      for (const lines of ['first-line\nsecond-line', 'first-line\r\nsecond-line']) {
        test(`is refused in ${name}, and the value is not shown: ${JSON.stringify(lines)}`, () => {
          assert.deepEqual(complain({ ...beside, [name]: lines }), [
            `${name}: has a line break; must be one line`,
          ]);
        });
      }
    }

    test('is refused in every input of one line', () => {
      for (const name of singleLineInputs) {
        const problems = complain({ [name]: 'first-line\nsecond-line' });
        const its = problems.filter((problem) => problem.startsWith(`${name}:`));
        assert.ok(its.length > 0, `${name}: ${problems.join('; ')}`);
      }
    });

    test('is taken at the ends, and in the inputs that may have several lines', () => {
      assert.deepEqual(
        read({ 'client-secret': '\ns3cret-value\r\n' }).clientSecret,
        's3cret-value',
      );
      const key = 'first-line\nsecond-line';
      assert.equal(read({ 'cache-encryption-key': key }).cacheEncryptionKey, key);
    });
  });

  describe('ca-certificate', () => {
    let one: string;
    let two: string;
    let key: string;
    before(async () => {
      const [first, second] = [await createAuthority('One'), await createAuthority('Two')];
      one = first.certificate.trim();
      two = second.certificate.trim();
      ({ key } = await first.issue({ names: ['login.example.com'] }));
    });
    const assertRefused = (given: string, code: CertificateFault): void => {
      const fault = say(explainCertificateFault(new CertificateError(code)));
      assert.deepEqual(complain({ 'ca-certificate': given }), [`ca-certificate: ${fault}`]);
    };

    test('is taken as PEM', () => {
      assert.equal(read({ 'ca-certificate': `\n${one}\n` }).caCertificate, one);
    });

    test('may be on one line, with a literal \\n for each line break', () => {
      const line = `${one}\n`.replaceAll('\n', '\\n');
      assert.equal(read({ 'ca-certificate': line }).caCertificate, one);
    });

    test('may be base64 of a PEM', () => {
      const base64 = Buffer.from(`${one}\n${two}\n`).toString('base64');
      assert.equal(read({ 'ca-certificate': base64 }).caCertificate, `${one}\n${two}`);
    });

    test('may have the line breaks of Windows', () => {
      const { caCertificate = '' } = read({ 'ca-certificate': one.replaceAll('\n', '\r\n') });
      assert.equal(caCertificate.replaceAll('\r\n', '\n'), one);
    });

    test('may be a bundle, with words between the certificates', () => {
      const bundle = `# One\n${one}\nsubject=/CN=Two\n${two}\n`;
      assert.equal(read({ 'ca-certificate': bundle }).caCertificate, `${one}\n${two}`);
    });

    test('is refused where one of a bundle is rubbish', () => {
      const rubbish = one.replace(/\n.{30}/, '\n');
      assertRefused(`${two}\n${rubbish}`, 'damaged');
    });

    test('is refused where the last of a bundle is cut off', () => {
      assertRefused(`${one}\n${two.slice(0, 200)}`, 'damaged');
    });

    test('is refused where it is a private key, which is not shown', () => {
      for (const given of [key, `${one}\n${key}`, Buffer.from(key).toString('base64')]) {
        assert.deepEqual(complain({ 'ca-certificate': given }), [
          "ca-certificate: has a private key; set it to the certificate of the server's CA only",
        ]);
      }
    });

    test('is refused where it is the base64 without its frame', () => {
      const base64 = one.replace(/-----[A-Z ]+-----/g, '');
      assertRefused(base64, 'unframed');
    });
  });

  describe('refuses parameters that the action sends itself:', () => {
    const rows: readonly [given: Given, problems: string[]][] = [
      [{ parameters: 'grant_type=x' }, ['grant_type is already sent; use the input grant-type']],
      [
        { parameters: 'client_secret=x', 'client-auth-method': 'client_secret_post' },
        ['client_secret is already sent; use the input client-secret'],
      ],
      [{ parameters: 'scope=a', scopes: 'b' }, ['scope is already sent; use the input scopes']],
      [
        { parameters: 'audience=a', audience: 'b' },
        ['audience is already sent; use the input audience'],
      ],
      [
        { parameters: 'resource=urn:a', resource: 'urn:b' },
        ['resource is already sent; use the input resource'],
      ],
      [
        { parameters: 'client_id=x', 'client-auth-method': 'client_secret_post' },
        ['client_id is already sent; use the input client-id'],
      ],
      [
        { parameters: '{"grant_type": ["x", "y"]}' },
        ['grant_type is already sent; use the input grant-type'],
      ],
      [{ parameters: 'constructor=x\nGrant_Type=y' }, []],
    ];
    for (const [given, problems] of rows) {
      test(JSON.stringify(given), () => {
        assert.deepEqual(
          complain(given),
          problems.map((problem) => `parameters: ${problem}`),
        );
      });
    }

    test('names the lines that have no name=value', () => {
      assert.deepEqual(complain({ parameters: 'a\nb=1\nc' }), [
        'parameters: line 1 is not name=value, line 3 is not name=value',
      ]);
    });
  });

  test('names the lines of headers that have no name', () => {
    assert.deepEqual(complain({ headers: 'a: 1\nb' }), ['headers: line 2 is not "Name: value"']);
  });

  test('reports everything that is wrong together', () => {
    const wrong = {
      ...required,
      'token-url': 'http://login.example.com/token',
      'retry-max-attempts': 'many',
    };
    const beginnings = ['retry-max-attempts: ', 'token-url: '];
    assert.deepEqual(begin(complainOf(wrong), beginnings), beginnings);
  });

  test('reports all of what is required where nothing is given', () => {
    const beginnings = ['client-id is required', 'token-url or issuer is required'];
    assert.deepEqual(begin(complainOf({}), beginnings), beginnings);
  });

  describe('with an empty client-secret', () => {
    const read = (given: Given, env: NodeJS.ProcessEnv): InputError => {
      try {
        readInputs(
          { ...createInputEnvironment({ ...required, ...given }), ...env },
          { debug: false },
        );
      } catch (error) {
        assert.ok(error instanceof InputError);
        return error;
      }
      throw new Error('The inputs were taken.');
    };

    for (const secret of ['', ' \n']) {
      test(`says why it may be empty, and complains of nothing else: ${JSON.stringify(secret)}`, () => {
        const error = read({ 'client-secret': secret }, { GITHUB_ACTOR: 'dependabot[bot]' });
        assert.deepEqual(error.emptySecret, { name: 'client-secret', cause: 'dependabot' });
        assert.deepEqual(error.problems, []);
      });
    }

    test('says what else is wrong too', () => {
      const error = read({ 'client-secret': '', timeout: 'x' }, {});
      assert.deepEqual(error.emptySecret, { name: 'client-secret', cause: 'unset' });
      assert.equal(error.problems.length, 1);
    });

    test('gives no cause where the secret is there and something else is wrong', () => {
      assert.equal(read({ timeout: 'x' }, {}).emptySecret, undefined);
    });
  });

  describe('shows no secret in any problem', () => {
    test('of the inputs that hold secrets', () => {
      const secret = 'open-sesame';
      const problems = complainOf({
        'client-id': `x\n${secret}`,
        'client-secret': `${secret}\n`,
        'client-secret-encoding': 'raw',
        'cache-encryption-key': secret,
        parameters: `${secret}\n=${secret}\ngrant_type=${secret}`,
        headers: `${secret}\nHost: ${secret}\nX-Key: ${secret}€\nX-A: ${secret}\nx-a: ${secret}`,
        'ca-certificate': `-----BEGIN CERTIFICATE-----\n${secret}\n-----END CERTIFICATE-----`,
        client_secret: secret,
        'env-var': '1',
      });
      assert.ok(problems.length >= 8, problems.join('\n'));
      assert.doesNotMatch(problems.join('\n'), new RegExp(secret));
    });

    const withPassword = [
      'https://user:open-sesame@login.example.com/token',
      'http://user:open-sesame@login.example.com/token',
      'https://user:open-sesame@login.example.com/token#x',
      'https://user:open-sesame@login.example.com:99999/token',
      'https://user:open-sesame@login example.com/token',
      'https//user:open-sesame@login.example.com/token',
      'user:open-sesame@login.example.com/token',
    ];
    for (const tokenUrl of withPassword) {
      test(`of a token-url with a password: ${tokenUrl}`, () => {
        const problems = complain({ 'token-url': tokenUrl });
        assert.equal(problems.length, 1);
        assert.match(problems[0] ?? '', /^token-url: /);
        assert.doesNotMatch(problems[0] ?? '', /open-sesame/);
      });
    }

    for (const tokenUrl of [
      'http://login.example.com/token?api_key=open-sesame',
      'https://login.example.com/token?api_key=open-sesame#x',
    ]) {
      test(`of a token-url with a query: ${tokenUrl}`, () => {
        const problems = complain({ 'token-url': tokenUrl });
        assert.equal(problems.length, 1);
        assert.match(problems[0] ?? '', /^token-url: .*login\.example\.com\/token/);
        assert.doesNotMatch(problems[0] ?? '', /open-sesame/);
      });
    }

    test('of a token-url with user information, and names the inputs to use', () => {
      assert.match(
        complain({ 'token-url': 'https://user@login.example.com/token' }).join('\n'),
        /^token-url: .*use client-id and client-secret$/,
      );
    });
  });

  describe('for an endpoint of type acs_api', () => {
    const acs = { 'endpoint-type': 'acs_api' };

    test('takes what has a meaning there', () => {
      const given = {
        ...acs,
        timeout: '5',
        headers: 'X-A: 1',
        'env-var': 'ACS_TOKEN',
        verbose: 'true',
      };
      assertInputs(read(given), { endpointType: 'acs_api', timeout: 5 });
    });

    test('takes inputs that equal their defaults', () => {
      assert.equal(read({ ...inputDefaults, ...acs }).endpointType, 'acs_api');
    });

    const meaningless: Given = {
      'client-auth-method': 'client_secret_basic',
      'client-secret-encoding': 'raw',
      scopes: 'read',
      'grant-type': 'client_credentials',
      audience: 'x',
      resource: 'urn:x',
      parameters: 'a=b',
      'request-method': 'GET',
      'body-format': 'json',
      'response-fields': 'access_token=token',
    };
    for (const [input, value] of Object.entries(meaningless)) {
      test(`refuses ${input}`, () => {
        assert.deepEqual(complain({ ...acs, [input]: value }), [
          `${input}: cannot be used with endpoint-type: acs_api`,
        ]);
      });
    }

    test('refuses an id or a secret that a header cannot carry, and does not show it', () => {
      assert.deepEqual(complain({ ...acs, 'client-id': 'ci€' }), [
        'client-id: has a character that is not allowed in a header',
      ]);
      assert.deepEqual(complain({ ...acs, 'client-secret': 's3cret\nvalue' }), [
        'client-secret: has a character that is not allowed in a header',
      ]);
    });

    test('refuses the headers that carry the credentials', () => {
      for (const header of ['Client-Id', 'client-secret']) {
        const problems = complain({ ...acs, headers: `${header}: x` });
        assert.equal(problems.length, 1);
        assert.match(problems[0] ?? '', new RegExp(`^headers: ${header.toLowerCase()} `));
      }
    });
  });

  test('refuses an endpoint type that it does not know', () => {
    assert.deepEqual(complain({ 'endpoint-type': 'acs' }), [
      'endpoint-type: got "acs"; must be one of: oauth2, acs_api',
    ]);
  });
});
