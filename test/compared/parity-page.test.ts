/**
 * docs/from-stanford-green.md has a row for each part of the Python library stanford.green.oauth2, and tests check what
 * each row says.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readText } from '../support/making/examples.ts';

/** Everything in the library's documentation. */
const names = [
  ...['endpoint_type', 'url', 'client_id', 'client_secret', 'exp_backoff', 'timeout'],
  ...['use_cache', 'verbose', 'grant_type', 'scopes'],
  ...['time_slot_secs', 'num_iterations', 'limit_value', 'debug'],
  ...['AccessToken(token, expires_at)', 'expires_at', 'expires_in()', 'is_expired()'],
  ...['zulu_time_string()', 'get_token()', 'expires_at_override', 'cache_get()', 'cache_set()'],
  ...['is_acs_api()', 'is_oauth2()', 'progress()'],
  ...['_get_token()', '_get_token_acs_api()', '_get_token_oauth2()'],
];

/** The name of a test, in test/compared/parity.test.ts unless a file is named before it. */
type Held = string | readonly [file: string, name: string];

const acsJourney = 'test/journeys/acs.test.ts';

/** The first cell of a row, and the tests that check the row. */
const tests: readonly (readonly [row: string, ...held: readonly Held[]])[] = [
  [
    '`endpoint_type`',
    'endpoint_type chooses between a POST of OAuth 2.0 and the GET of ACS',
    'an endpoint_type that the library does not know is an error here too',
  ],
  ['`url`', 'url is where the request goes'],
  [
    '`client_id`, `client_secret`',
    'client_id and client_secret go into Basic, encoded as RFC 6749 says',
    [
      acsJourney,
      'sends one GET whose headers name the client, masks first, and gives the token to later steps',
    ],
  ],
  [
    '`exp_backoff`',
    'time_slot_secs and limit_value give the waits of ExponentialBackoff(3.0, 4, limit_value=10.0)',
  ],
  [
    '`time_slot_secs`',
    'time_slot_secs and limit_value give the waits of ExponentialBackoff(3.0, 4, limit_value=10.0)',
  ],
  ['`num_iterations`', 'num_iterations is the number of attempts, with a wait between each two'],
  [
    '`limit_value`',
    'time_slot_secs and limit_value give the waits of ExponentialBackoff(3.0, 4, limit_value=10.0)',
  ],
  ['`debug`', 'debug of the backoff needs no input: every wait is a line of the log'],
  ['`timeout`', 'timeout is for each attempt, not for all of them'],
  ['`use_cache`', 'use_cache=False neither looks into the cache nor saves anything there'],
  [
    '`verbose`',
    'verbose shows the request and how long it took, and nothing of it is shown without',
  ],
  ['`grant_type`', 'grant_type is sent as it is'],
  ['`scopes`', 'scopes are sent as one scope with spaces, and not at all where there are none'],
  [
    "`15.0`, `True`, `['read']`",
    'numbers with a fraction and booleans with a capital are accepted',
    'a list and None are refused, with what to write',
  ],
  [
    '`AccessToken(token, expires_at)`',
    'AccessToken(token, expires_at) has both, and refuses an empty token',
    'the outputs say what an AccessToken says',
  ],
  ['`expires_at`', 'the outputs say what an AccessToken says'],
  ['`expires_in()`', 'expires_in() is in whole seconds, and negative once it has expired'],
  [
    '`is_expired()`',
    'is_expired() is true from the moment of expiry on',
    'a token that would expire too soon is not taken from the cache',
  ],
  ['`zulu_time_string()`', 'zulu_time_string() has whole seconds, whatever the fraction'],
  [
    '`get_token()`',
    [
      'test/journeys/token.test.ts',
      'masks first, then prints, and gives the token as output and environment variable',
    ],
  ],
  ['`expires_at_override`', 'expires_at_override replaces the expiry, without the cache too'],
  [
    '`cache_get()`',
    [acsJourney, 'saves the token in the cache, and a second job sends no token request'],
  ],
  [
    '`cache_set()`',
    'cache_set() is use-cache: refresh, and the next cache_get() finds the new token',
  ],
  ['`is_acs_api()`, `is_oauth2()`', 'is_acs_api() and is_oauth2() are answered by the log'],
  [
    '`progress()`',
    'verbose shows the request and how long it took, and nothing of it is shown without',
  ],
  ['`_get_token()`', 'endpoint_type chooses between a POST of OAuth 2.0 and the GET of ACS'],
  [
    '`_get_token_acs_api()`',
    [
      acsJourney,
      'sends one GET whose headers name the client, masks first, and gives the token to later steps',
    ],
    ['src/oauth2/acs-api.test.ts', 'gives the token and its expiry, and nothing that is not in it'],
  ],
  [
    '`_get_token_oauth2()`',
    'the outputs say what an AccessToken says',
    'an oauth2 answer without expires_in gives a token whose expiry is not known',
  ],
  [
    '`HTTPError` after every status but 200',
    'a 401 is requested once, and with retry-on: all as often as in the library',
  ],
  [
    '`requests` follows redirects',
    [acsJourney, 'follows no redirect, so that nobody else sees the headers'],
  ],
  ['`base64(id:secret)`', 'client-secret-encoding: raw sends id and secret as the library does'],
  [
    '`scope=` when `scopes` is empty',
    'scopes are sent as one scope with spaces, and not at all where there are none',
  ],
  [
    '`KeyError` without `expires_in`',
    'an oauth2 answer without expires_in gives a token whose expiry is not known',
  ],
  [
    '`sha256(url)` names the cached token',
    'two clients of one url do not share a token, as they do in the library',
  ],
  [
    '`pickle` in a file',
    [acsJourney, 'saves the token in the cache, and a second job sends no token request'],
  ],
  [
    "`expires_in - 5` as the cache's limit",
    'a token that would expire too soon is not taken from the cache',
  ],
  [
    '`expires_at_override` without the cache is ignored',
    'expires_at_override replaces the expiry, without the cache too',
  ],
  ['`str()` of an AccessToken shows the token', 'str() does not show the token'],
];

/** What the page says outside of its tables. */
const aside: readonly Held[] = [
  'what is left out has the default of the library',
  'client_secret_post sends id and secret as later versions of the library do',
];

describe('docs/from-stanford-green.md', () => {
  const rows = [...readText('docs/from-stanford-green.md').matchAll(/^\| (`.*) \| .+ \|$/gm)].map(
    ([, cell = '']) => cell,
  );

  test('has a row for everything in the library', () => {
    assert.deepEqual(
      names.filter((name) => !rows.some((row) => row.includes(`\`${name}\``))),
      [],
    );
  });

  test('has no row without a test', () => {
    assert.deepEqual(
      rows,
      tests.map(([row]) => row),
    );
    for (const [row, ...held] of tests) assert.ok(held.length > 0, row);
  });

  test('names tests that exist', () => {
    for (const held of [...tests.flatMap(([, ...each]) => each), ...aside]) {
      const [file, name] = typeof held === 'string' ? ['test/compared/parity.test.ts', held] : held;
      assert.ok(readText(file).includes(`test('${name}'`), `${file} has no test "${name}"`);
    }
  });
});
