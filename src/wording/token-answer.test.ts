import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../test/support/doubles/fakes.ts';
import { readUsualInputs } from '../../test/support/making/inputs.ts';
import { answer, giveUp, refuse, same } from '../../test/support/tables/wording.ts';
import type { HttpResponse } from '../http/request.ts';
import { parseTokenResponse } from '../oauth2/token-response.ts';
import { TokenError } from '../oauth2/errors.ts';
import { parseAcsResponse } from '../oauth2/acs-api.ts';

describe('an answer without a token', () => {
  const rows: readonly [
    title: string,
    response: HttpResponse,
    given: Record<string, string>,
    message: string,
  ][] = [
    [
      'redirect',
      answer(302, '', { location: 'https://sso.example.com/login?next=1' }),
      {},
      `login.example.com answered 302 Found, a redirect to https://sso.example.com/login. Redirects are not followed, because they would send the secret to another address. Set token-url to the token endpoint itself. The redirect points to a login page. A gateway with its own login may be in front of the server. ${same}`,
    ],
    [
      'redirect',
      answer(304, ''),
      {},
      `login.example.com answered 304 Not Modified, a redirect. Redirects are not followed, because they would send the secret to another address. Set token-url to the token endpoint itself. ${same}`,
    ],
    [
      'no access_token',
      answerJson(200, { ok: true }),
      {},
      `login.example.com answered 200 OK without an access_token. Its fields: ok. Check that token-url is the token endpoint, and grant-type. If one of these fields is the token, set response-fields. ${same}`,
    ],
    [
      'malformed token',
      answerJson(200, { access_token: 'abc\n::set-env::' }),
      {},
      `login.example.com answered 200 OK with a token that has characters that are not allowed. It could inject commands into later steps, so it was discarded. The server's operator must fix it. ${same}`,
    ],
  ];
  for (const [title, response, given, message] of rows) {
    test(`${title}: ${message.slice(0, 80)}`, () => {
      const { responseFields: fields } = readUsualInputs(given);
      const error = refuse(response, (one, context) =>
        parseTokenResponse(one, { ...context, fields }),
      );
      assert.deepEqual(giveUp(error, { given }), { title, message });
    });
  }

  const transient: readonly [title: string, response: HttpResponse, message: string][] = [
    [
      'empty answer',
      answer(200, ''),
      'login.example.com answered 200 OK with an empty body instead of a token. Check that token-url is the token endpoint.',
    ],
    [
      'a page, not a token',
      answer(200, '<!doctype html>', { 'content-type': 'TEXT/HTML; charset=utf-8' }),
      'login.example.com answered 200 OK with TEXT/HTML instead of a token, a web page. Check token-url. A proxy may have answered instead.',
    ],
    [
      'not a token',
      answer(200, 'a s3cret', { 'content-type': 'text/plain' }),
      'login.example.com answered 200 OK with text/plain instead of a token: neither a JSON object nor a form. Check that token-url is the token endpoint.',
    ],
    [
      'not a token',
      answer(201, 'a s3cret'),
      'login.example.com answered 201 Created with 8 bytes without a content type instead of a token: neither a JSON object nor a form. Check that token-url is the token endpoint.',
    ],
    [
      'not a token',
      answer(200, 'a s3cret', { 'content-type': '' }),
      'login.example.com answered 200 OK with 8 bytes without a content type instead of a token: neither a JSON object nor a form. Check that token-url is the token endpoint.',
    ],
  ];
  for (const [title, response, message] of transient) {
    test(`${title}, after all attempts: ${message.slice(0, 80)}`, () => {
      assert.deepEqual(giveUp(refuse(response), { code: 'attempts_used_up', attempt: 4 }), {
        title,
        message: `${message} Stopped after 4 attempts.`,
      });
    });
  }

  test('asks for a token-url in place of an issuer whose endpoint redirects', () => {
    const response = answer(302, '', { location: 'https://sso.example.com/token' });
    const given = { 'token-url': '', issuer: 'https://login.example.com' };
    assert.deepEqual(
      giveUp(refuse(response), { given, tokenUrl: 'https://api.example.com/token' }),
      {
        title: 'redirect',
        message: `api.example.com answered 302 Found, a redirect to https://sso.example.com/token. Redirects are not followed, because they would send the secret to another address. Set token-url to the token endpoint itself, instead of issuer. ${same}`,
      },
    );
  });

  test('asks to look at an issuer whose endpoint answers something else', () => {
    const given = { 'token-url': '', issuer: 'https://login.example.com' };
    const tokenUrl = 'https://api.example.com/token';
    assert.deepEqual(giveUp(refuse(answerJson(200, { ok: true })), { given, tokenUrl }), {
      title: 'no access_token',
      message: `api.example.com answered 200 OK without an access_token. Its fields: ok. Check issuer, whose metadata names this token endpoint, and grant-type. If one of these fields is the token, set response-fields. ${same}`,
    });
  });

  test('of an ACS endpoint without a token asks to look at its type', () => {
    const error = refuse(answerJson(200, { ok: true }), parseAcsResponse);
    assert.deepEqual(giveUp(error, { given: { 'endpoint-type': 'acs_api', scopes: '' } }), {
      title: 'no access_token',
      message: `login.example.com answered 200 OK without an access_token. Its fields: ok. Check that token-url is the token endpoint, and endpoint-type. ${same}`,
    });
  });

  test('that wants a DPoP proof says all that there is to say', () => {
    assert.deepEqual(giveUp(refuse(answerJson(400, { error: 'invalid_dpop_proof' }))), {
      title: 'DPoP required',
      message:
        'login.example.com requires a DPoP proof: 400 invalid_dpop_proof. Later steps cannot use a token that is bound to a key. Turn DPoP off for this client at the provider.',
    });
  });

  test('with a token that is too short', () => {
    const error = new TokenError('short_token', {
      answer: { status: 200, statusText: 'OK', contentType: 'application/json', length: 23 },
      retryable: false,
    });
    assert.deepEqual(giveUp(error), {
      title: 'malformed token',
      message: `login.example.com answered 200 OK with a token of fewer than 8 characters. So short a token cannot be hidden in the log. Check that token-url is the token endpoint. ${same}`,
    });
  });

  test('of an ACS endpoint without an expiry', () => {
    const error = refuse(
      answerJson(200, { access_token: 'x', expires_in: 3600 }),
      parseAcsResponse,
    );
    assert.deepEqual(giveUp(error, { given: { 'endpoint-type': 'acs_api', scopes: '' } }), {
      title: 'no expires_at',
      message: `login.example.com answered 200 OK without a Zulu time in expires_at, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url and endpoint-type. ${same}`,
    });
  });
});
