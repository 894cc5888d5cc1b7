import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readUsualInputs, say } from '../../test/support/making/inputs.ts';
import { inputs } from '../../test/support/tables/wording.ts';
import { AccessToken } from '../oauth2/access-token.ts';
import type { Text } from '../log/text.ts';
import {
  sayRequesting,
  sayDropped,
  sayGot,
  sayGranted,
  sayRefreshTokenReplaced,
  sayReplaced,
  sayReusing,
  saySet,
  sayTlsStaysVerified,
  sayTrustChanged,
} from './progress.ts';

describe('before the endpoint is asked', () => {
  const rows: readonly [given: Record<string, string>, missed: boolean, said: string][] = [
    [
      {},
      false,
      'Requesting a token from login.example.com (client_credentials, scope: read list).',
    ],
    [
      {},
      true,
      'No usable token in the cache. Requesting a token from login.example.com (client_credentials, scope: read list).',
    ],
    [{ scopes: '' }, false, 'Requesting a token from login.example.com (client_credentials).'],
    [
      { scopes: '', 'grant-type': 'none' },
      false,
      'Requesting a token from login.example.com (no grant type).',
    ],
    [
      {
        'token-url': 'https://login.example.com:8443/t?x=1',
        'grant-type': 'token-exchange',
        parameters: 'subject_token=x',
        scopes: 'a',
      },
      false,
      'Requesting a token from login.example.com:8443 (token-exchange, scope: a).',
    ],
    [
      { 'endpoint-type': 'acs_api', scopes: '' },
      false,
      'Requesting a token from login.example.com (acs_api).',
    ],
    [
      { 'token-url': '', issuer: 'https://sso.example.com/realms/ci', scopes: '' },
      true,
      'No usable token in the cache. Requesting a token from sso.example.com (client_credentials).',
    ],
    [
      { 'client-secret': '', 'id-token-as': 'assertion', scopes: '' },
      false,
      'Requesting a token from login.example.com (jwt-bearer).',
    ],
    [
      { 'refresh-token': 'a-refresh-token', scopes: '' },
      false,
      'Requesting a token from login.example.com (refresh_token).',
    ],
  ];
  for (const [given, missed, said] of rows) {
    test(said, () => {
      assert.equal(say(sayRequesting(readUsualInputs(given), missed)), said);
    });
  }
});

describe('a token', () => {
  const token = (tokenType: string, expiresAt?: string): AccessToken =>
    new AccessToken({
      token: 'the-token',
      tokenType,
      expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
    });
  const hour = token('Bearer', '2026-01-31T12:00:00Z');

  const got: readonly [
    token: AccessToken,
    attempt: number,
    lifetime: number | undefined,
    said: string,
  ][] = [
    [hour, 1, 3600, 'Got a Bearer token, valid for 1 h, until 2026-01-31T12:00:00Z.'],
    [hour, 1, 3599, 'Got a Bearer token, valid for 1 h, until 2026-01-31T12:00:00Z.'],
    [hour, 3, 3600, 'Got a Bearer token at attempt 3, valid for 1 h, until 2026-01-31T12:00:00Z.'],
    [hour, 1, 1, 'Got a Bearer token, valid for 1 s, until 2026-01-31T12:00:00Z.'],
    [hour, 1, 0, 'Got a Bearer token, which expired at 2026-01-31T12:00:00Z.'],
    [hour, 2, -5, 'Got a Bearer token at attempt 2, which expired at 2026-01-31T12:00:00Z.'],
    [token('bot'), 1, undefined, 'Got a bot token. login.example.com did not say when it expires.'],
    [
      token('bot'),
      2,
      undefined,
      'Got a bot token at attempt 2. login.example.com did not say when it expires.',
    ],
  ];
  for (const [one, attempt, lifetime, said] of got) {
    test(said, () => {
      assert.equal(say(sayGot(one, attempt, lifetime, inputs)), said);
    });
  }

  test('that came from the cache', () => {
    assert.equal(
      say(sayReusing(hour, Date.UTC(2026, 0, 31, 11, 18), inputs)),
      'Reusing a token from the cache: Bearer, valid for 42 min, until 2026-01-31T12:00:00Z. No request to login.example.com.',
    );
  });

  test('whose type is hostile', () => {
    const hostile = token('x\n##[set-output name=token]y');
    assert.equal(
      say(sayGot(hostile, 1, undefined, inputs)),
      'Got a x # #[set-output name=token]y token. login.example.com did not say when it expires.',
    );
  });
});

describe('other lines', () => {
  const lines: readonly [line: Text, said: string][] = [
    [
      sayRefreshTokenReplaced(),
      'Not cached: the refresh token was replaced. Store the output refresh-token before anything else.',
    ],
    [
      sayGranted(['read'], ['list'], { useCache: 'false' }),
      'Granted scopes: read. Not granted: list.',
    ],
    [
      sayGranted(['a', 'b'], ['c', 'd'], { useCache: 'true' }),
      'Granted scopes: a b. Not granted: c d. Once the provider grants it, set use-cache: refresh for one run.',
    ],
    [saySet('OAUTH2_TOKEN'), 'Set: output token, environment variable OAUTH2_TOKEN.'],
    [saySet(undefined), 'Set: output token.'],
    [sayReplaced('OAUTH2_TOKEN'), 'OAUTH2_TOKEN was already set. Later steps now see this token.'],
    [
      sayTlsStaysVerified(),
      'NODE_TLS_REJECT_UNAUTHORIZED is set and ignored: TLS is always verified. For a private CA, set ca-certificate.',
    ],
    [
      sayDropped('refreshToken'),
      'The refresh token of the answer has fewer than 8 characters and cannot be hidden in the log. It was dropped, and the output refresh-token is empty.',
    ],
    [
      sayDropped('idToken'),
      'The ID token of the answer has fewer than 8 characters and cannot be hidden in the log. It was dropped, and the output id-token is empty.',
    ],
    [
      sayTrustChanged(['NODE_EXTRA_CA_CERTS']),
      'NODE_EXTRA_CA_CERTS is set and can change which certificates are trusted.',
    ],
    [
      sayTrustChanged(['NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE']),
      'NODE_USE_SYSTEM_CA, SSL_CERT_FILE are set and can change which certificates are trusted.',
    ],
  ];
  for (const [line, said] of lines) {
    test(said, () => {
      assert.equal(say(line), said);
    });
  }
});
