/** What holds for whatever is written as an input. The tables are in inputs.test.ts and input-reader.test.ts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from '../../test/support/making/fast-check.ts';
import { createInputEnvironment } from '../../test/support/doubles/fakes.ts';
import { type InputName, inputDefaults, inputNames } from './catalog.ts';
import { InputReader } from './reader.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { renderText } from '../log/text.ts';
import { InputError } from './input-error.ts';

type Given = Readonly<Partial<Record<InputName, string>>>;

const now = Date.UTC(2026, 0, 31, 12);
const required = {
  'token-url': 'https://login.example.com/oauth2/token',
  'client-id': 'ci-client',
  'client-secret': 'the-secret-of-ci-client',
} as const;

/** What comes of inputs: what was read, or what is wrong, one line for each problem. */
function read(given: Given): Inputs | string[] {
  const env = { ...createInputEnvironment(given), ACTIONS_RUNTIME_TOKEN: 'runtime-token' };
  try {
    return readInputs(env, { debug: false, now });
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    const problems = error.problems.map((problem) => renderText(problem, (all) => all));
    return error.emptySecret === undefined
      ? problems
      : [...problems, `${error.emptySecret.name}: is empty`];
  }
}

/** What people write, and what they do not. */
const plausible: Readonly<Partial<Record<InputName, readonly string[]>>> = {
  'token-url': ['https://login.example.com/token', 'http://127.0.0.1:80/t', 'http://example.com/'],
  issuer: ['https://login.example.com', 'https://login.example.com/?a', 'login.example.com'],
  'endpoint-type': ['oauth2', 'acs_api', 'ACS_API'],
  'client-auth-method': ['client_secret_basic', 'client_secret_post', 'none', 'tls_client_auth'],
  'client-secret-encoding': ['form', 'raw'],
  'private-key-as': ['client_assertion', 'assertion', 'bearer'],
  'id-token-as': ['client_assertion', 'assertion', 'subject_token', 'bearer', 'parameter'],
  'id-token-parameter': ['jwt', 'scope', 'client_id', '__proto__'],
  'grant-type': ['client_credentials', 'refresh_token', 'jwt-bearer', 'a b'],
  scopes: ['read', 'read  write', 'read, write', 'read\nwrite'],
  resource: ['https://api.example.com', 'https://api.example.com/#x', 'api'],
  parameters: ['a=1', 'a', '{"a":1}', '{"a":{}}', 'scope=x', 'client_id=x', '__proto__=x'],
  headers: ['X-A: 1', 'X-A', 'Host: x', 'Authorization: Basic x', 'x-a: 1\nX-A: 2'],
  'body-format': ['form', 'json'],
  'retry-on': ['transient', 'all'],
  'if-no-credentials': ['error', 'skip', 'true'],
  'use-cache': ['true', 'False', 'refresh', 'yes'],
  'env-var': ['TOKEN', 'false', 'PATH', 'github_token', '1A', 'ld_preload', 'DYLD_X', 'A-B'],
  'expires-at-override': ['2026-01-31T12:00:00Z', '2026-02-30T12:00:00Z', 'tomorrow'],
  revoke: ['true', 'false'],
  'revocation-url': ['https://login.example.com/revoke', 'ftp://example.com/'],
};
const numeric = fc.oneof(
  fc.constantFrom('0', '1', '15.0', '0.5', '-1', '1e3', '100', '101', '86400', '86401', '٣', '1_0'),
  fc.constantFrom(
    '2147483647',
    '2147483648',
    '3600.000001',
    '.5',
    '5.',
    '0x10',
    'NaN',
    '9'.repeat(400),
  ),
  fc.double({ noNaN: true, min: 0, max: 1e5 }).map(String),
);
const flags = fc.constantFrom('true', 'True', 'TRUE', 'false', 'yes', '1', 'tRUE');

/** One value of an input; odd ones, too. */
function valuesOf(name: InputName): fc.Arbitrary<string> {
  const known = plausible[name] ?? [];
  return fc.oneof(
    ...(known.length > 0 ? [{ weight: 5, arbitrary: fc.constantFrom(...known) }] : []),
    { weight: 2, arbitrary: numeric },
    { weight: 1, arbitrary: flags },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
}

const givens: fc.Arbitrary<Given> = fc
  .subarray([...inputNames], { maxLength: 6 })
  .chain((names) => fc.tuple(...names.map((name) => valuesOf(name).map((value) => [name, value]))))
  .map((pairs) => ({ ...required, ...(Object.fromEntries(pairs) as Given) }));

/** A decimal number as it is written by hand: digits, and perhaps a point and more digits. */
function isDecimal(text: string): boolean {
  const [whole = '', fraction, ...more] = text.split('.');
  const areDigits = (part: string): boolean =>
    part !== '' && Array.from(part).every((character) => character >= '0' && character <= '9');
  return more.length === 0 && areDigits(whole) && (fraction === undefined || areDigits(fraction));
}

describe('whatever the inputs are', () => {
  test('they are read as something that can be worked with, or every problem names an input', () => {
    fc.assert(
      fc.property(givens, (given) => {
        const inputs = read(given);
        if (Array.isArray(inputs)) {
          assert.ok(inputs.length > 0);
          for (const problem of inputs) {
            assert.ok(
              inputNames.some((name) => problem.includes(name)),
              problem,
            );
          }
          return;
        }
        const { tokenUrl, issuer, clientSecret, headers, parameters, envVar } = inputs;
        assert.equal([tokenUrl, issuer].filter((one) => one !== undefined).length, 1);
        const { protocol, hostname, username, password, hash } = new URL(tokenUrl ?? issuer ?? '');
        const isLocal =
          hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
        assert.ok(protocol === 'https:' || isLocal || inputs.allowHttp, tokenUrl);
        assert.equal(username + password + hash, '');
        assert.ok(clientSecret === undefined || clientSecret.length >= 4);
        assert.ok(inputs.timeout > 0 && inputs.timeout <= 86_400);
        assert.ok(inputs.totalTimeout > 0 && inputs.totalTimeout <= 86_400);
        assert.ok(Number.isInteger(inputs.retryMaxAttempts));
        assert.ok(inputs.retryMaxAttempts >= 1 && inputs.retryMaxAttempts <= 100);
        for (const seconds of [inputs.retryTimeSlot, inputs.retryMaxWait]) {
          assert.ok(seconds >= 0 && seconds <= 3600);
        }
        for (const seconds of [inputs.minValidity ?? 0, inputs.cacheWait]) {
          assert.ok(seconds >= 0 && seconds < 2 ** 31);
        }
        const names = headers.map(([name]) => name.toLowerCase());
        assert.equal(new Set(names).size, names.length);
        assert.ok(!names.some((name) => /^(?:host|content-length|connection)$/.test(name)));
        assert.ok(!parameters.some(([name]) => name === 'grant_type' || name === 'client_secret'));
        assert.ok(envVar === undefined || /^[A-Z_]\w*$/i.test(envVar));
        const guarded =
          /^(?:(?:github|runner|actions|input|state|ld|dyld)_|node_(?!auth_token$)|(?:path|home|ci)$)/i;
        assert.doesNotMatch(envVar ?? '', guarded);
        assert.ok(!inputs.revoke || inputs.useCache === 'false');
      }),
      { numRuns: 1000 },
    );
  });

  test('white space around them does not matter, but in parameters and headers', () => {
    const space = fc.stringMatching(/^[ \t\r\n]{1,3}$/);
    const exact = new Set<string>(['parameters', 'headers', 'assertion-claims']);
    fc.assert(
      fc.property(givens, space, space, (given, before, after) => {
        const padded = Object.entries(given).map(([name, value]) => [
          name,
          exact.has(name) ? value : before + value + after,
        ]);
        assert.deepEqual(read(Object.fromEntries(padded) as Given), read(given));
      }),
    );
  });

  test('one that is empty, or as its default, is the same as one that was left out', () => {
    const defaults: Given = inputDefaults;
    fc.assert(
      fc.property(givens, fc.subarray([...inputNames]), (given, names) => {
        const added = names
          .filter((name) => name !== 'env-var' && !Object.hasOwn(given, name))
          .map((name, index) => [name, index % 2 === 0 ? '' : (defaults[name] ?? '')]);
        assert.deepEqual(read({ ...given, ...(Object.fromEntries(added) as Given) }), read(given));
      }),
    );
  });

  test('no problem shows a secret', () => {
    const secrets = ['client-secret', 'refresh-token', 'cache-encryption-key'] as const;
    const keys = ['private-key', 'client-key'] as const;
    const secret = fc.stringMatching(/^[a-z]{12,20}$/);
    fc.assert(
      fc.property(givens, secret, fc.constantFrom(...secrets, ...keys), (given, text, name) => {
        // Long enough to be told from everything else that is written.
        const problems = read({ ...given, [name]: `qzx${text}\u0001${text}` });
        if (!Array.isArray(problems)) return;
        assert.ok(!problems.join('\n').includes(text), problems.join('\n'));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a number', () => {
  const range = { min: 0, max: 1000, bound: 'from', whole: false } as const;

  test('is read exactly as written, where it is a decimal number within the range, and else refused', () => {
    const scrap = fc.constantFrom(...'0 1 5 9 . - + e E x _ , ٣ 1000 00'.split(' '));
    const texts = fc.oneof(
      fc.array(scrap, { minLength: 1, maxLength: 5 }).map((scraps) => scraps.join('')),
      fc.double({ min: 0, max: 2000, noNaN: true }).map(String),
    );
    fc.assert(
      fc.property(texts, fc.boolean(), fc.constantFrom('from', 'over'), (text, whole, bound) => {
        const reader = new InputReader(createInputEnvironment({ 'min-validity': text }));
        const number = reader.readNumber('min-validity', { ...range, whole, bound });
        const value = Number(text);
        const good =
          isDecimal(text) &&
          value <= 1000 &&
          (bound === 'from' || value > 0) &&
          (!whole || value % 1 === 0);
        assert.equal(number, good ? value : NaN);
        assert.equal(reader.problems.length, good ? 0 : 1);
      }),
      { numRuns: 2000 },
    );
  });
});
