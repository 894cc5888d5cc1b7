/** Failures that the action reports by the server's words, in any form. */
import { json, reply } from '../../doubles/scripted-server.ts';
import { answer } from '../failure-scene.ts';
import { asked, asking, type Failure, request, row } from './row.ts';

const html = { 'content-type': 'text/html; charset=utf-8' } as const;
const challenge = '<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>';
const closed = '<html><head><title>Scheduled maintenance until 12:00 UTC</title></head></html>';

export const wordsFailures: readonly Failure[] = [
  row(
    'a list of errors',
    answer([
      json(401, {
        transactionId: 't1',
        errors: [
          { code: 'NOT.AUTHORIZED.ERROR', message: 'The given client credentials were not valid.' },
        ],
      }),
    ]),
    'client refused',
    [
      ...asked,
      '    401 Unauthorized, application/json, 122 bytes, after 0.2 s',
      '    errors.0.message: The given client credentials were not valid.',
      '    other fields: transactionId, errors.0.code',
      'Error: login.example.com refused the client: 401 Unauthorized, "The given client credentials were not valid". Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'an API key that the server does not know',
    answer([
      json(400, { errorCode: 'BXNIM0415E', errorMessage: 'Provided API key could not be found.' }),
    ]),
    'refused',
    [
      ...asked,
      '    400 Bad Request, application/json, 80 bytes, after 0.2 s',
      '    errorMessage: Provided API key could not be found.',
      '    other fields: errorCode',
      `Error: login.example.com refused the request: 400 Bad Request, "Provided API key could not be found". Set an API key in parameters or headers, not in client-secret. The provider's documentation has its name. For IBM Cloud IAM: parameters: apikey=..., grant-type: urn:ibm:params:oauth:grant-type:apikey, client-auth-method: none. Not retried: the answer would be the same.`,
    ],
  ),
  row(
    'a client without service accounts',
    answer([
      json(401, {
        error: 'unauthorized_client',
        error_description: 'Client not enabled to retrieve service account',
      }),
    ]),
    'grant not allowed',
    [
      ...asked,
      '    401 Unauthorized, application/json, 100 bytes, after 0.2 s',
      '    error: unauthorized_client',
      '    error_description: Client not enabled to retrieve service account',
      'Error: login.example.com does not allow grant type client_credentials for this client: 401 unauthorized_client, "Client not enabled to retrieve service account". Allow this grant type for the client at the provider (in Keycloak "Service accounts roles", in Auth0 the grant type "Client Credentials"). Not retried: the answer would be the same.',
    ],
  ),
  row(
    'an audience that does not exist',
    answer(
      [
        json(403, {
          error: 'access_denied',
          error_description: 'Service not found: https://api.example.com',
        }),
      ],
      { audience: 'https://api.example.com' },
    ),
    'resource refused',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope, audience',
      '    403 Forbidden, application/json, 90 bytes, after 0.2 s',
      '    error: access_denied',
      '    error_description: Service not found: https://api.example.com',
      'Error: login.example.com refused the audience: 403 access_denied, "Service not found: https://api.example.com". Check audience: https://api.example.com. The provider must know it and allow it for this client. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'a parameter that is missing',
    answer([
      json(400, {
        title: 'One or more validation errors occurred.',
        errors: { account_id: ['The account_id field is required.'] },
      }),
    ]),
    'refused',
    [
      ...asked,
      '    400 Bad Request, application/json, 113 bytes, after 0.2 s',
      '    errors.account_id.0: account_id: The account_id field is required.',
      '    other fields: title',
      'Error: login.example.com refused the request: 400 Bad Request, "account_id: The account_id field is required". Set it in parameters: account_id=... Not retried: the answer would be the same.',
    ],
  ),
  row(
    'an error that poses as a success',
    answer([json(200, { errcode: 40_013, errmsg: 'invalid appid rid: 1' })]),
    'no access_token',
    [
      ...asked,
      '    200 OK, application/json, 49 bytes, after 0.2 s',
      '    errmsg: invalid appid rid: 1',
      '    other fields: errcode',
      'Error: login.example.com answered 200 OK without an access_token, "invalid appid rid: 1". Its fields: errcode, errmsg. Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'a token in another field',
    answer([json(200, { status: 'ok', data: { token: 'a-token-in-another-field' } })]),
    'no access_token',
    [
      ...asked,
      '    200 OK, application/json, 59 bytes, after 0.2 s',
      '    fields: status, data.token',
      'Error: login.example.com answered 200 OK without an access_token. Its fields: status, data.token. Not retried: the answer would be the same. If data.token is the token, add `response-fields: access_token=data.token`',
    ],
  ),
  row(
    'a path that leads nowhere',
    answer([json(200, { ok: true })], { 'response-fields': 'access_token=data.token' }),
    'no access_token',
    [
      ...asked,
      '    200 OK, application/json, 11 bytes, after 0.2 s',
      '    fields: ok',
      'Error: login.example.com answered 200 OK without a token at data.token. Its fields: ok. Check response-fields: a path is field names joined by dots, such as data.token. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'a challenge of a firewall',
    answer([
      reply({ status: 403, headers: { ...html, 'cf-mitigated': 'challenge' }, body: challenge }),
    ]),
    'blocked by a firewall',
    [
      ...asked,
      '    403 Forbidden, text/html, 72 bytes, after 0.2 s',
      '    text: Just a moment',
      'Error: login.example.com answered 403 Forbidden with a page instead of a token, "Just a moment". A firewall or bot protection between this runner and the server answered, so this says nothing about the credentials. Check token-url. If it is right, allow the address of this runner at the firewall (GitHub-hosted runners have many, a self-hosted or larger runner has a fixed one), or set another User-Agent with headers. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'a block of a firewall as text',
    answer([
      reply({
        status: 403,
        headers: { 'content-type': 'text/plain; charset=UTF-8', server: 'cloudflare' },
        body: 'error code: 1020',
      }),
    ]),
    'blocked by a firewall',
    [
      ...asked,
      '    403 Forbidden, text/plain, 16 bytes, after 0.2 s',
      '    text: error code: 1020',
      'Error: login.example.com answered 403 Forbidden, "error code: 1020". A firewall or bot protection between this runner and the server answered, so this says nothing about the credentials. Check token-url. If it is right, allow the address of this runner at the firewall (GitHub-hosted runners have many, a self-hosted or larger runner has a fixed one), or set another User-Agent with headers. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'another method than the server has',
    answer([reply({ status: 405, headers: { allow: 'GET' } })]),
    'no token endpoint there',
    [
      ...asked,
      '    405 Method Not Allowed, an empty body, after 0.2 s',
      "Error: login.example.com answered 405 Method Not Allowed for /oauth2/token. Check token-url against the provider's documentation. The request was sent with POST. If the documentation shows another method, set request-method. Not retried: the answer would be the same.",
    ],
  ),
  row(
    'a page about maintenance',
    answer([reply({ status: 503, headers: html, body: closed })], { 'retry-max-attempts': '2' }),
    'maintenance',
    [
      asking,
      'Attempt 1 of 2 failed: 503 Service Unavailable, "Scheduled maintenance until 12:00 UTC". Retrying now.',
      'Attempt 2 of 2 failed: 503 Service Unavailable, "Scheduled maintenance until 12:00 UTC".',
      ...request,
      '    503 Service Unavailable, text/html, 78 bytes, after 0.2 s',
      '    text: Scheduled maintenance until 12:00 UTC',
      `Error: login.example.com answered 503 Service Unavailable with a maintenance page instead of a token, "Scheduled maintenance until 12:00 UTC". Run the job again later. The provider's status page may say when. Stopped after 2 attempts.`,
    ],
  ),
  row(
    'words of a server that is down',
    answer([json(503, { message: 'The database is in recovery' })], { 'retry-max-attempts': '2' }),
    'server failed',
    [
      asking,
      'Attempt 1 of 2 failed: 503 Service Unavailable, "The database is in recovery". Retrying now.',
      'Attempt 2 of 2 failed: 503 Service Unavailable, "The database is in recovery".',
      ...request,
      '    503 Service Unavailable, application/json, 41 bytes, after 0.2 s',
      '    message: The database is in recovery',
      `Error: login.example.com answered 503 Service Unavailable, "The database is in recovery". Check the provider's status page. Stopped after 2 attempts.`,
    ],
  ),
  row(
    'a challenge without a body',
    answer([reply({ status: 401, headers: { 'www-authenticate': 'Basic realm="ci"' } })], {
      'client-auth-method': 'client_secret_post',
    }),
    'refused',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_post, body: grant_type, scope, client_id, client_secret',
      '    401 Unauthorized, an empty body, after 0.2 s',
      '    www-authenticate: Basic realm="ci"',
      'Error: login.example.com answered 401 Unauthorized, "Basic realm="ci"". Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_basic. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'a secret in quotation marks',
    answer([json(401, { error: 'invalid_client' })], {
      'client-secret': '"the-secret-of-ci-client"',
    }),
    'client refused',
    [
      ...asked,
      '    401 Unauthorized, application/json, 26 bytes, after 0.2 s',
      '    error: invalid_client',
      'Error: login.example.com refused the client: 401 invalid_client. client-secret has quotation marks around it, and they are sent. Remove them. If they are part of the secret, check that client-id and client-secret belong together and are current. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'a secret that is shorter than the hash',
    answer([json(401, { error: 'invalid_client' })], { 'client-auth-method': 'client_secret_jwt' }),
    'client refused',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_jwt (HS256), body: grant_type, scope, client_id, client_assertion_type, client_assertion',
      '    401 Unauthorized, application/json, 26 bytes, after 0.2 s',
      '    error: invalid_client',
      "Error: login.example.com refused the client: 401 invalid_client. client-secret is shorter than the 32 bytes that HS256 requires (RFC 7518), and servers may refuse it. Use a longer secret, or another client-auth-method. Check that client-id and client-secret belong together and are current. If they are, check that the provider expects client_secret_jwt with HS256 (signing-algorithm) from this client, and aud https://login.example.com/oauth2/token (assertion-audience). If that is right, try the server's issuer as assertion-audience (probably https://login.example.com). Not retried: the answer would be the same.",
    ],
  ),
];
