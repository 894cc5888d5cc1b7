import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createFakeRunner, noFiles } from '../../test/support/doubles/fakes.ts';
import { AccessToken } from '../oauth2/access-token.ts';
import { parseExactJson } from '../oauth2/json/exact-json.ts';
import type { TokenResponse } from '../oauth2/token-response.ts';
import { TokenTooLongError } from '../failures/errors.ts';
import { Log } from '../log/log.ts';
import { type Destination, handOver, type Handover } from './outputs.ts';
import { hideSecrets } from '../masks/response.ts';

const now = Date.UTC(2026, 0, 31, 11, 0, 0);

/** How an answer differs from the shortest one. */
interface Differences extends Partial<Omit<TokenResponse, 'accessToken'>> {
  readonly token?: string;
  readonly tokenType?: string;
  readonly expiresAt?: Date;
}

function createResponse({
  token = 'the-token',
  tokenType = 'Bearer',
  expiresAt,
  ...others
}: Differences = {}): TokenResponse {
  return {
    accessToken: new AccessToken({ token, tokenType, expiresAt }),
    scopes: undefined,
    refreshToken: undefined,
    idToken: undefined,
    others: {},
    issuedAt: now,
    ...others,
  };
}

describe('hideSecrets', () => {
  function mask(response: TokenResponse): readonly string[] {
    const runner = createFakeRunner();
    hideSecrets(response, new Log(runner));
    return runner.calls;
  }

  test('leaves out all further secrets if there are more than 100, because each is one more mask', () => {
    const many = (count: number): TokenResponse => {
      const keys = Array.from({ length: count }, (_, at) => `secret-key-${at}`);
      return createResponse({ others: { data: { key: keys }, region: 'eu' } });
    };
    assert.equal(mask(many(100)).length, 101);
    assert.deepEqual(mask(many(101)), ['mask the-token']);
    const log = new Log(createFakeRunner());
    assert.deepEqual(hideSecrets(many(100), log), many(100));
    assert.deepEqual(hideSecrets(many(101), log).others, { data: {}, region: 'eu' });
  });

  test('hides all secrets, the longest first', () => {
    const response = createResponse({
      refreshToken: 'the-refresh-token',
      idToken: 'the-id-token',
      others: {
        instance_url: 'https://acme.example.com',
        signature: 'the-signature',
        authed_user: { access_token: 'a-nested-token' },
      },
    });
    assert.deepEqual(mask(response), [
      'mask the-refresh-token',
      'mask a-nested-token',
      'mask the-signature',
      'mask the-id-token',
      'mask the-token',
    ]);
  });

  test('hides only the token if nothing else is secret', () => {
    assert.deepEqual(mask(createResponse({ others: { ok: true, team: 'a-long-name' } })), [
      'mask the-token',
    ]);
  });
});

describe('handOver', () => {
  /** What the runner gets. */
  function give(
    response: TokenResponse,
    {
      scopes = [],
      cacheHit = false,
      env = {},
      platform = 'linux',
      ...destination
    }: Partial<Handover> & Partial<Destination> = {},
  ): readonly string[] {
    const runner = createFakeRunner();
    const log = new Log(runner);
    const envVar = 'envVar' in destination ? destination.envVar : 'OAUTH2_TOKEN';
    handOver(
      { response, scopes, cacheHit, now },
      { runner, log, env, platform, files: noFiles, envVar },
    );
    return runner.calls;
  }

  test('keeps type and scope to one line, whatever a server wrote', () => {
    const calls = give(createResponse({ tokenType: 'Bearer\r\nx' }), { scopes: ['a\u0085b', 'c'] });
    assert.ok(calls.includes('output token-type=Bearer x'));
    assert.ok(calls.includes('output scope=a b c'));
  });

  test('sets every output, then the environment variable', () => {
    const response = createResponse({
      expiresAt: new Date('2026-01-31T12:00:00.900Z'),
      scopes: ['read', 'list'],
      refreshToken: 'the-refresh-token',
      idToken: 'the-id-token',
      others: { instance_url: 'https://acme.example.com', n: 1, nested: { list: ['a', null] } },
    });
    assert.deepEqual(give(response, { scopes: ['read', 'list'], cacheHit: true }), [
      'output token=the-token',
      'output token-type=Bearer',
      'output expires-at=2026-01-31T12:00:00Z',
      'output expires-in=3600',
      'output scope=read list',
      'output cache-hit=true',
      'output refresh-token=the-refresh-token',
      'output id-token=the-id-token',
      'output response={"instance_url":"https://acme.example.com","n":1,"nested":{"list":["a",null]}}',
      'env OAUTH2_TOKEN=the-token',
    ]);
  });

  test('gives the response with the digits that the server wrote, and a list as a list', () => {
    const others = parseExactJson('[{"user_id":17841405793187219,"rate":1.10}]') as [];
    const calls = give(createResponse({ others }));
    assert.ok(calls.includes('output response=[{"user_id":17841405793187219,"rate":1.10}]'));
  });

  test('gives an empty string for what is not known', () => {
    assert.deepEqual(give(createResponse()), [
      'output token=the-token',
      'output token-type=Bearer',
      'output expires-at=',
      'output expires-in=',
      'output scope=',
      'output cache-hit=false',
      'output refresh-token=',
      'output id-token=',
      'output response={}',
      'env OAUTH2_TOKEN=the-token',
    ]);
  });

  test('counts whole seconds until the expiry', () => {
    const response = createResponse({ expiresAt: new Date(now + 59_999) });
    assert.ok(give(response).includes('output expires-in=59'));
  });

  test('exports the variable that was requested', () => {
    assert.equal(give(createResponse(), { envVar: 'MY_TOKEN' }).at(-1), 'env MY_TOKEN=the-token');
  });

  test('exports no variable if none is requested, although a variable of that name is set', () => {
    const calls = give(createResponse(), { envVar: undefined, env: { OAUTH2_TOKEN: 'another' } });
    assert.deepEqual(
      calls.filter((call) => !call.startsWith('output ')),
      [],
    );
    assert.equal(calls.length, 9);
  });

  describe('if the variable is already set', () => {
    const said = 'info OAUTH2_TOKEN was already set. Later steps now see this token.';

    test('says so, and replaces it', () => {
      const calls = give(createResponse(), { env: { OAUTH2_TOKEN: 'another' } });
      assert.deepEqual(calls.slice(-2), [said, 'env OAUTH2_TOKEN=the-token']);
    });

    for (const [what, value] of [
      ['to an empty string', ''],
      ['to the same token', 'the-token'],
    ] as const) {
      test(`says nothing if it was set ${what}`, () => {
        const calls = give(createResponse(), { env: { OAUTH2_TOKEN: value } });
        assert.ok(!calls.some((call) => call.startsWith('info ')));
        assert.equal(calls.at(-1), 'env OAUTH2_TOKEN=the-token');
      });
    }
  });

  describe('with a token of more than 32,767 characters', () => {
    const tooLong = createResponse({ token: 'x'.repeat(32_768) });

    test('throws in Windows before anything is set', () => {
      const runner = createFakeRunner();
      const destination = {
        runner,
        log: new Log(runner),
        env: {},
        platform: 'win32',
        files: noFiles,
        envVar: 'MY_TOKEN',
      } as const;
      assert.throws(
        () => {
          handOver({ response: tooLong, scopes: [], cacheHit: false, now }, destination);
        },
        (error) => error instanceof TokenTooLongError && error.envVar === 'MY_TOKEN',
      );
      assert.deepEqual(runner.calls, []);
    });

    test('sets the outputs in Windows if no variable is requested', () => {
      assert.equal(give(tooLong, { platform: 'win32', envVar: undefined }).length, 9);
    });

    test('sets outputs and variable elsewhere', () => {
      assert.equal(give(tooLong, { platform: 'linux' }).length, 10);
    });

    test('accepts one that just fits, in Windows too', () => {
      const fits = createResponse({ token: 'x'.repeat(32_767) });
      assert.equal(give(fits, { platform: 'win32' }).length, 10);
    });
  });
});
