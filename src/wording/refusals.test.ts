import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../test/support/doubles/fakes.ts';
import type { Given } from '../../test/support/making/inputs.ts';
import { answer, giveUp, refuse, same } from '../../test/support/tables/wording.ts';
import type { HttpResponse } from '../http/request.ts';
import { parseAcsResponse } from '../oauth2/acs-api.ts';

type Row = readonly [title: string, response: HttpResponse, given: Given, message: string];

describe('a refusal whose words say no more is told by its code and its status:', () => {
  const rows: readonly Row[] = [
    [
      'client refused',
      answerJson(401, { error: 'invalid_client', error_description: 'Nope.' }),
      {},
      'login.example.com refused the client: 401 invalid_client, "Nope". Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post.',
    ],
    [
      'grant not allowed',
      answerJson(400, { error: 'unauthorized_client' }),
      { 'client-auth-method': 'client_secret_post' },
      'login.example.com does not allow grant type client_credentials for this client: 400 unauthorized_client. Allow this grant type for the client at the provider (in Keycloak "Service accounts roles", in Auth0 the grant type "Client Credentials").',
    ],
    [
      'refused',
      answerJson(401, { error: 'unauthorized_client' }),
      {},
      'login.example.com answered 401 unauthorized_client. Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post. Otherwise allow grant type client_credentials for this client at the provider.',
    ],
    [
      'grant type not supported',
      answerJson(400, { error: 'unsupported_grant_type' }),
      {},
      'login.example.com does not support grant type client_credentials: 400 unsupported_grant_type. Check that the provider supports client_credentials at this endpoint, or set grant-type.',
    ],
    [
      'grant type not supported',
      answerJson(400, { error: 'unsupported_grant_type' }),
      { 'grant-type': 'jwt-bearer', parameters: 'assertion=x' },
      'login.example.com does not support grant type jwt-bearer: 400 unsupported_grant_type. Check grant-type.',
    ],
    [
      'grant type not supported',
      answerJson(400, { error: 'unsupported_grant_type' }),
      { 'body-format': 'json' },
      'login.example.com does not support grant type client_credentials: 400 unsupported_grant_type. The server probably reads only forms. Try body-format: form.',
    ],
    [
      'grant type not supported',
      answerJson(400, { error: 'unsupported_grant_type' }),
      { 'grant-type': 'none' },
      'login.example.com does not support a request without grant_type: 400 unsupported_grant_type. Set grant-type.',
    ],
    [
      'scope refused',
      answerJson(400, { error: 'invalid_scope' }),
      {},
      'login.example.com refused the scope: 400 invalid_scope. Check scopes: read list. The provider must know each scope and allow it for this client.',
    ],
    [
      'scope refused',
      answerJson(400, { error: 'invalid_scope' }),
      { scopes: '' },
      'login.example.com requires a scope: 400 invalid_scope. Set scopes.',
    ],
    [
      'resource refused',
      answerJson(400, { error: 'invalid_target' }),
      {},
      'login.example.com refused the audience or resource: 400 invalid_target. Check scopes. If the provider requires it, set resource or audience.',
    ],
    [
      'resource refused',
      answerJson(400, { error: 'invalid_target' }),
      { scopes: '' },
      "login.example.com refused the audience or resource: 400 invalid_target. Set resource or audience, as the provider's documentation names it.",
    ],
    [
      'resource refused',
      answerJson(400, { error: 'invalid_target' }),
      { resource: 'https://api.example.com', audience: 'api' },
      'login.example.com refused the audience or resource: 400 invalid_target. Check resource, audience.',
    ],
    [
      'refused',
      answerJson(400, { error: 'invalid_request' }),
      {},
      "login.example.com refused the request: 400 invalid_request. Something in the request is missing or wrong. Compare scopes with the provider's documentation. The provider may require audience (not set here). It may also expect another grant-type, or JSON (body-format). Some servers also answer like this to a wrong secret. Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post.",
    ],
    [
      'refused',
      answerJson(400, { error: 'invalid_request' }),
      {
        scopes: '',
        audience: 'api',
        'body-format': 'json',
        'grant-type': 'urn:x',
        parameters: 'a=b',
        headers: 'X-A: b',
      },
      "login.example.com refused the request: 400 invalid_request. Something in the request is missing or wrong. Compare grant-type, audience, parameters, headers, body-format with the provider's documentation. The provider may require scopes (not set here). Some servers also answer like this to a wrong secret. Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post.",
    ],
    [
      'refused',
      answerJson(403, { error: 'access_denied' }),
      {},
      'login.example.com answered 403 access_denied. Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post. The provider may require audience (not set here).',
    ],
    [
      'refused',
      answerJson(200, { error: 'odd_error' }),
      {},
      "login.example.com refused the request: 200 odd_error. See the provider's documentation for this error.",
    ],
    [
      'refused',
      answerJson(403, { error: 'odd', error_description: 'No way' }),
      { scopes: '' },
      'login.example.com answered 403 odd, "No way". Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post. The provider may require scopes or audience (not set here).',
    ],
    [
      'refused',
      answer(401),
      {},
      'login.example.com answered 401 Unauthorized. Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post.',
    ],
    [
      'refused',
      answer(403),
      { scopes: '', 'client-auth-method': 'client_secret_post' },
      'login.example.com answered 403 Forbidden. Check that client-id and client-secret belong together and are current. If HTTP Basic, the default, was refused too, one of the two is wrong. The provider may require scopes or audience (not set here).',
    ],
    [
      'refused',
      answer(400),
      { 'refresh-token': 'a-refresh-token' },
      'login.example.com answered 400 Bad Request. Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post. The refresh token may have expired, been revoked, or been used before. A refresh token that is replaced at each use works only once. Get a new one and store it.',
    ],
    [
      'no token endpoint there',
      answer(404, '<h1>Not found</h1>', { 'content-type': 'text/html' }),
      { 'token-url': 'https://login.example.com/oauth2/tokens?x=1' },
      "login.example.com answered 404 Not Found for /oauth2/tokens. Check token-url against the provider's documentation.",
    ],
    [
      'no token endpoint there',
      answer(405),
      {},
      "login.example.com answered 405 Method Not Allowed for /oauth2/token. Check token-url against the provider's documentation. The request was sent with POST. If the documentation shows another method, set request-method.",
    ],
    [
      'no token endpoint there',
      answer(404, 'Cannot GET /oauth2/token', { 'content-type': 'text/plain' }),
      { 'request-method': 'GET' },
      `login.example.com answered 404 Not Found for /oauth2/token, "Cannot GET /oauth2/token". Check token-url against the provider's documentation. The request was sent with GET. If the documentation shows another method, set request-method.`,
    ],
    [
      'no token endpoint there',
      answer(410),
      {},
      "login.example.com answered 410 Gone for /oauth2/token. Check token-url against the provider's documentation.",
    ],
    [
      'no token endpoint there',
      answerJson(404, { error: 'Realm does not exist' }),
      {},
      "login.example.com answered 404 Realm does not exist for /oauth2/token. Check token-url against the provider's documentation.",
    ],
    [
      'no token endpoint there',
      answerJson(404, { status: 404, error: 'Not Found', path: '/oauth2/token' }),
      {},
      "login.example.com answered 404 Not Found for /oauth2/token. Check token-url against the provider's documentation.",
    ],
    [
      'format refused',
      answer(415),
      {},
      'login.example.com answered 415 Unsupported Media Type. Try body-format: json.',
    ],
    [
      'format refused',
      answer(406),
      { 'body-format': 'json' },
      "login.example.com answered 406 Not Acceptable. Check token-url. If the provider's documentation names a value for Accept, set it in headers. Some firewalls also answer like this.",
    ],
    [
      'format refused',
      answer(415),
      { 'body-format': 'json' },
      "login.example.com answered 415 Unsupported Media Type. Most servers read a form: remove body-format. If a form is refused, too, check token-url and the formats in the provider's documentation.",
    ],
    [
      'refused',
      answer(422),
      {},
      "login.example.com answered 422 Unprocessable Entity. Check token-url, and what the provider's documentation says about this answer.",
    ],
    [
      'refused',
      answerJson(409, { error: 'conflict' }),
      {},
      "login.example.com refused the request: 409 conflict. See the provider's documentation for this error.",
    ],
    [
      'server failed',
      answer(501),
      {},
      "login.example.com answered 501 Not Implemented. Check the provider's status page.",
    ],
  ];
  for (const [title, response, given, message] of rows) {
    test(`${title}: ${message.slice(0, 100)}`, () => {
      assert.deepEqual(giveUp(refuse(response), { given }), {
        title,
        message: `${message} ${same}`,
      });
    });
  }

  const transient: readonly Row[] = [
    [
      'too many requests',
      answer(429),
      {},
      'login.example.com refused the request for now: 429 Too Many Requests. Request tokens less often (use-cache reuses them), or ask the provider for a higher limit.',
    ],
    [
      'too many requests',
      answerJson(429, { error: 'too_many_attempts', error_description: 'Wait.' }),
      {},
      'login.example.com refused the request for now: 429 too_many_attempts, "Wait". Request tokens less often (use-cache reuses them), or ask the provider for a higher limit.',
    ],
    [
      'server failed',
      answer(503),
      {},
      "login.example.com answered 503 Service Unavailable. Check the provider's status page.",
    ],
    [
      'server failed',
      answerJson(503, { message: 'Scope service is down' }),
      {},
      `login.example.com answered 503 Service Unavailable, "Scope service is down". Check the provider's status page.`,
    ],
    [
      'server failed',
      answerJson(500, { error: 'server_error' }),
      {},
      "login.example.com answered 500 server_error. Check the provider's status page.",
    ],
    [
      'server busy',
      answerJson(200, { error: 'slow_down' }),
      {},
      "login.example.com cannot answer now: 200 slow_down. Check the provider's status page.",
    ],
    [
      'server busy',
      answerJson(400, { error: 'temporarily_unavailable', error_description: 'Maintenance' }),
      {},
      `login.example.com cannot answer now: 400 temporarily_unavailable, "Maintenance". Check the provider's status page.`,
    ],
    [
      'server busy',
      answerJson(401, { error: 'server_error' }),
      {},
      "login.example.com cannot answer now: 401 server_error. Check the provider's status page.",
    ],
  ];
  for (const [title, response, given, message] of transient) {
    test(`${title}, after all attempts: ${message.slice(0, 100)}`, () => {
      assert.deepEqual(giveUp(refuse(response), { given, code: 'attempts_used_up', attempt: 4 }), {
        title,
        message: `${message} Stopped after 4 attempts.`,
      });
    });
  }
});

describe('a page in place of an answer', () => {
  const html = (title: string): string => `<!DOCTYPE html><html><title>${title}</title></html>`;
  const rows: readonly Row[] = [
    [
      'blocked by a firewall',
      answer(403, html('Just a moment...'), { 'content-type': 'text/html' }),
      {},
      'login.example.com answered 403 Forbidden with a page instead of a token, "Just a moment". A firewall or bot protection between this runner and the server answered, so this says nothing about the credentials. Check token-url. If it is right, allow the address of this runner at the firewall (GitHub-hosted runners have many, a self-hosted or larger runner has a fixed one), or set another User-Agent with headers.',
    ],
    [
      'blocked by a firewall',
      answer(401, html('Who are you?')),
      { 'token-url': '', issuer: 'https://login.example.com' },
      'login.example.com answered 401 Unauthorized with a page instead of a token, "Who are you?". A firewall or bot protection between this runner and the server answered, so this says nothing about the credentials. Check issuer. If it is right, allow the address of this runner at the firewall (GitHub-hosted runners have many, a self-hosted or larger runner has a fixed one), or set another User-Agent with headers.',
    ],
    [
      'blocked by a firewall',
      answer(403, 'error code: 1020', { 'content-type': 'text/plain', server: 'cloudflare' }),
      {},
      'login.example.com answered 403 Forbidden, "error code: 1020". A firewall or bot protection between this runner and the server answered, so this says nothing about the credentials. Check token-url. If it is right, allow the address of this runner at the firewall (GitHub-hosted runners have many, a self-hosted or larger runner has a fixed one), or set another User-Agent with headers.',
    ],
    [
      'a page, not a token',
      answer(403, html('Sign in')),
      {},
      'login.example.com answered 403 Forbidden with a login page instead of a token, "Sign in". Check that token-url is not the address of a web page. A gateway with its own login may be in front of the server.',
    ],
  ];
  for (const [title, response, given, message] of rows) {
    test(`${title}: ${message.slice(0, 100)}`, () => {
      const how = { given, tokenUrl: 'https://login.example.com/token' };
      assert.deepEqual(giveUp(refuse(response), how), { title, message: `${message} ${same}` });
    });
  }

  const transient: readonly Row[] = [
    [
      'blocked by a firewall',
      answer(429, html('Slow down')),
      {},
      'login.example.com answered 429 Too Many Requests with a page instead of a token, "Slow down". A firewall or bot protection between this runner and the server answered, so this says nothing about the credentials. Check token-url. If it is right, allow the address of this runner at the firewall (GitHub-hosted runners have many, a self-hosted or larger runner has a fixed one), or set another User-Agent with headers.',
    ],
    [
      'maintenance',
      answer(503, html('Scheduled maintenance')),
      {},
      `login.example.com answered 503 Service Unavailable with a maintenance page instead of a token, "Scheduled maintenance". Run the job again later. The provider's status page may say when.`,
    ],
    [
      'maintenance',
      answer(200, html('Down for maintenance')),
      {},
      "login.example.com answered 200 OK with a maintenance page instead of a token. Run the job again later. The provider's status page may say when.",
    ],
    [
      'a page, not a token',
      answer(200, html('Sign in')),
      {},
      'login.example.com answered 200 OK with a login page instead of a token. Check that token-url is not the address of a web page. A gateway with its own login may be in front of the server.',
    ],
    [
      'blocked by a firewall',
      answer(200, html('Pardon Our Interruption')),
      {},
      'login.example.com answered 200 OK with a page instead of a token. A firewall or bot protection between this runner and the server answered, so this says nothing about the credentials. Check token-url. If it is right, allow the address of this runner at the firewall (GitHub-hosted runners have many, a self-hosted or larger runner has a fixed one), or set another User-Agent with headers.',
    ],
    [
      'maintenance',
      answerJson(503, { message: 'The system is under maintenance until 12:00' }),
      {},
      `login.example.com answered 503 Service Unavailable, "The system is under maintenance until 12:00". Run the job again later. The provider's status page may say when.`,
    ],
    [
      'server failed',
      answer(500, html('Internal Server Error')),
      {},
      "login.example.com answered 500 Internal Server Error. Check the provider's status page.",
    ],
  ];
  for (const [title, response, given, message] of transient) {
    test(`${title}, after all attempts: ${message.slice(0, 100)}`, () => {
      assert.deepEqual(giveUp(refuse(response), { given, code: 'attempts_used_up', attempt: 4 }), {
        title,
        message: `${message} Stopped after 4 attempts.`,
      });
    });
  }
});

describe('a refusal', () => {
  test('of an ACS endpoint is not answered with inputs that have no meaning there', () => {
    const given = { 'endpoint-type': 'acs_api', scopes: '' };
    const words = [
      'Missing scope',
      'invalid audience',
      'Invalid grant type',
      'API key',
      'jwt missing',
    ];
    const responses = [
      ...[400, 401, 403, 404, 406, 415, 429, 500].map((status) => answer(status, '')),
      ...words.map((message) => answerJson(400, { message })),
      ...words.map((message) => answerJson(200, { message })),
      answerJson(401, { error: 'invalid_client' }),
      answerJson(400, { error: 'invalid_request' }),
      answerJson(200, { token: 'abc' }),
    ];
    for (const response of responses) {
      const { message } = giveUp(refuse(response, parseAcsResponse), { given });
      assert.doesNotMatch(
        message.replace(/"[^"]*"/, ''),
        /client-auth-method|client-secret-encoding|grant-type|body-format|scopes|audience|response-fields/,
      );
    }
  });

  test('is told by the endpoint that the metadata named, by another name', () => {
    const place = { 'token-url': '', issuer: 'https://login.example.com' };
    const how = { given: place, tokenUrl: 'https://login.example.com/t' };
    assert.match(
      giveUp(refuse(answer(404)), how).message,
      / for \/t\. The issuer's metadata names this endpoint\. If the provider's documentation names another, set token-url instead\./,
    );
  });

  for (const response of [answer(407, ''), answerJson(407, { error: 'odd' })]) {
    test(`with 407 is that of a proxy, which wants a password: ${response.body.length} bytes`, () => {
      assert.deepEqual(giveUp(refuse(response)), {
        title: 'proxy refused',
        message: `The proxy refused to connect to login.example.com: 407 Proxy Authentication Required. Add the user and password to the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT. ${same}`,
      });
    });
  }
});
