import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  giveUp,
  type GivingUp,
  type SaidAnnotation,
  same,
} from '../../test/support/tables/wording.ts';
import { TransportError } from '../http/transport-error.ts';
import type { AnswerShape } from '../oauth2/answer/answer-shape.ts';
import {
  DiscoveryError,
  type DiscoveryErrorCode,
  type DiscoveryErrorDetails,
} from '../oauth2/errors.ts';

describe('the metadata of an issuer', () => {
  const issuer = 'https://login.example.com/realms/ci';
  const place = { 'token-url': '', issuer };
  const first = 'https://login.example.com/realms/ci/.well-known/openid-configuration';
  const second = 'https://login.example.com/.well-known/oauth-authorization-server/realms/ci';
  const instead = "Check issuer against the provider's documentation, or set token-url instead.";
  const shape = (status: number, contentType?: string, length = 10): AnswerShape => ({
    status,
    statusText: '',
    contentType,
    length,
  });
  const discoveryError = (
    code: DiscoveryErrorCode,
    details: Partial<DiscoveryErrorDetails> = {},
  ): DiscoveryError =>
    new DiscoveryError(code, {
      attempts: [{ url: first, status: 200 }],
      answer: shape(200, 'application/json'),
      retryable: false,
      ...details,
    });
  const explainMetadata = (error: unknown, how: GivingUp = {}): SaidAnnotation =>
    giveUp(error, { stage: 'metadata', given: place, ...how });

  const rows: readonly [title: string, error: DiscoveryError, message: string][] = [
    [
      'no metadata there',
      discoveryError('not_found', {
        attempts: [
          { url: first, status: 404 },
          { url: second, status: 410 },
        ],
        answer: shape(404),
      }),
      `login.example.com has no metadata for this issuer. Tried: ${first} (404), ${second} (410). ${instead}`,
    ],
    [
      'blocked by a firewall',
      discoveryError('refused', { answer: { ...shape(403, 'text/html'), page: 'firewall' } }),
      'login.example.com answered 403 Forbidden with a page instead of metadata. A firewall or bot protection between this runner and the server answered, so this says nothing about the credentials. Check issuer. If it is right, allow the address of this runner at the firewall (GitHub-hosted runners have many, a self-hosted or larger runner has a fixed one), or set another User-Agent with headers.',
    ],
    [
      'a page, not a token',
      discoveryError('not_metadata', { answer: { ...shape(200, 'text/html'), page: 'login' } }),
      'login.example.com answered 200 OK with a login page instead of metadata. Check that issuer is not the address of a web page. A gateway with its own login may be in front of the server.',
    ],
    [
      'no metadata there',
      discoveryError('not_metadata', { answer: shape(200, 'text/html; charset=utf-8') }),
      `login.example.com answered 200 OK with text/html instead of metadata. ${instead}`,
    ],
    [
      'another issuer',
      discoveryError('issuer_mismatch', { actualIssuer: `${issuer}/` }),
      `The metadata of login.example.com is for the issuer ${issuer}/, not ${issuer}. The two must be identical, including the last slash. Set issuer to the first if that is the server you mean, or set token-url instead.`,
    ],
    [
      'issuer not named',
      discoveryError('issuer_mismatch'),
      `login.example.com has metadata without an issuer. ${instead}`,
    ],
    [
      'no token endpoint in the metadata',
      discoveryError('no_token_endpoint'),
      'The metadata of login.example.com has no token endpoint. Set token-url instead of issuer.',
    ],
    [
      'token endpoint not usable',
      discoveryError('unusable_endpoint', { endpoint: 'http://localhost:8080/token' }),
      'The metadata of login.example.com has a token endpoint that cannot be used: http://localhost:8080/token. It must begin with https:// and have no user, password or fragment. Set token-url instead of issuer.',
    ],
    [
      'no metadata there',
      discoveryError('redirect', {
        answer: shape(302),
        location: 'https://sso.example.com/login',
      }),
      `login.example.com answered the request for its metadata with 302 Found, a redirect to https://sso.example.com/login. ${instead}`,
    ],
    [
      'no metadata there',
      discoveryError('refused', { answer: shape(403) }),
      `login.example.com answered the request for its metadata with 403 Forbidden. ${instead}`,
    ],
    [
      'proxy refused',
      discoveryError('refused', { answer: shape(407) }),
      "The proxy refused to connect to login.example.com: 407 Proxy Authentication Required. Add the user and password to the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT.",
    ],
  ];
  for (const [title, error, message] of rows) {
    test(`${title}: ${message.slice(0, 80)}`, () => {
      assert.deepEqual(explainMetadata(error), { title, message: `${message} ${same}` });
    });
  }

  for (const [status, words] of [
    [503, '503 Service Unavailable'],
    [429, '429 Too Many Requests'],
  ] as const) {
    test(`is not called wrong where the server is busy: ${status}`, () => {
      const error = discoveryError('refused', { answer: shape(status), retryable: true });
      assert.deepEqual(explainMetadata(error, { code: 'attempts_used_up', attempt: 4 }), {
        title: 'server failed',
        message: `login.example.com answered the request for its metadata with ${words}. Check the provider's status page. With token-url instead of issuer, no metadata is needed. Stopped after 4 attempts.`,
      });
    });
  }

  test('is shown without commands, whatever the server calls itself', () => {
    const hostile = 'x\n::set-output name=token::y ##[set-output name=token]z';
    for (const error of [
      discoveryError('issuer_mismatch', { actualIssuer: hostile }),
      discoveryError('unusable_endpoint', { endpoint: hostile }),
      discoveryError('redirect', { answer: shape(302), location: hostile }),
      discoveryError('not_metadata', { answer: shape(200, hostile) }),
    ]) {
      const { message } = explainMetadata(error);
      assert.match(message, /set-output name=token/);
      assert.doesNotMatch(message, /##\[|^\s*::|[\r\n]/);
    }
  });

  test('that cannot be reached is a matter of the issuer', () => {
    const error = new TransportError('name_not_found', { systemCode: 'ENOTFOUND' });
    assert.deepEqual(explainMetadata(error, { code: 'attempts_used_up', attempt: 4 }), {
      title: 'name not found',
      message: `login.example.com could not be reached: the name login.example.com was not found (ENOTFOUND). Check issuer. A private name requires a runner inside its network. Stopped after 4 attempts.`,
    });
  });
});
