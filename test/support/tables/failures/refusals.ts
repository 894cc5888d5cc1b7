/** Requests that a token endpoint refuses. */
import { answer, proxied } from '../failure-scene.ts';
import { json, reply } from '../../doubles/scripted-server.ts';
import { empty, rsaKey, refused, asking, asked, row, type Failure } from './row.ts';
import { same } from '../wording.ts';

/** Requests that a token endpoint refuses. */
export const refusalFailures: readonly Failure[] = [
  row(
    'a server that wants DPoP',
    answer([refused('invalid_dpop_proof', 'DPoP proof is required')]),
    'DPoP required',
    [
      ...asked,
      '    400 Bad Request, application/json, 75 bytes, after 0.2 s',
      '    error: invalid_dpop_proof',
      '    error_description: DPoP proof is required',
      'Error: login.example.com requires a DPoP proof: 400 invalid_dpop_proof, "DPoP proof is required". Later steps cannot use a token that is bound to a key. Turn DPoP off for this client at the provider.',
    ],
  ),
  row(
    'Okta, which wants DPoP',
    proxied({
      hostName: 'acme.okta.com',
      answers: [refused('invalid_dpop_proof', 'The DPoP proof JWT header is missing.')],
    }),
    'DPoP required',
    [
      'Requesting a token from acme.okta.com (client_credentials, scope: read list).',
      '> Request and answer',
      '    POST https://acme.okta.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    400 Bad Request, application/json, 90 bytes, after 0.2 s',
      '    error: invalid_dpop_proof',
      '    error_description: The DPoP proof JWT header is missing.',
      'Error: acme.okta.com requires a DPoP proof: 400 invalid_dpop_proof, "The DPoP proof JWT header is missing". Later steps cannot use a token that is bound to a key. In Okta: Applications, the app, General Settings, turn off "Require Demonstrating Proof of Possession (DPoP) header in token requests".',
    ],
  ),
  row(
    'invalid_client to Basic',
    answer([refused('invalid_client', 'Client authentication failed', 401)]),
    'client refused',
    [
      ...asked,
      '    401 Unauthorized, application/json, 77 bytes, after 0.2 s',
      '    error: invalid_client',
      '    error_description: Client authentication failed',
      `Error: login.example.com refused the client: 401 invalid_client, "Client authentication failed". Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post. ${same}`,
    ],
  ),
  row(
    'invalid_client with post',
    answer([refused('invalid_client', undefined, 401)], {
      'client-auth-method': 'client_secret_post',
    }),
    'client refused',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_post, body: grant_type, scope, client_id, client_secret',
      '    401 Unauthorized, application/json, 26 bytes, after 0.2 s',
      '    error: invalid_client',
      'Error: login.example.com refused the client: 401 invalid_client. Check that client-id and client-secret belong together and are current. If HTTP Basic, the default, was refused too, one of the two is wrong. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'invalid_client with other characters',
    answer([refused('invalid_client', undefined, 401)], { 'client-secret': 'secret+of/ci-client' }),
    'client refused',
    [
      ...asked,
      '    401 Unauthorized, application/json, 26 bytes, after 0.2 s',
      '    error: invalid_client',
      `Error: login.example.com refused the client: 401 invalid_client. Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post, or client-secret-encoding: raw. ${same}`,
    ],
  ),
  row(
    'invalid_client with a key',
    answer([refused('invalid_client', undefined, 401)], {
      ...empty,
      'private-key': rsaKey,
      'private-key-id': 'key-1',
    }),
    'client refused',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, private_key_jwt (RS256, kid key-1), body: grant_type, scope, client_id, client_assertion_type, client_assertion',
      '    401 Unauthorized, application/json, 26 bytes, after 0.2 s',
      '    error: invalid_client',
      "Error: login.example.com refused the client: 401 invalid_client. Check that the provider knows the public key of private-key (kid key-1) for this client-id, and expects RS256 (signing-algorithm) and aud https://login.example.com/oauth2/token (assertion-audience). If that is right, try the server's issuer as assertion-audience (probably https://login.example.com). Not retried: the answer would be the same.",
    ],
  ),
  row(
    'invalid_scope where scopes were sent',
    answer([refused('invalid_scope', 'Unknown scope: list')]),
    'scope refused',
    [
      ...asked,
      '    400 Bad Request, application/json, 67 bytes, after 0.2 s',
      '    error: invalid_scope',
      '    error_description: Unknown scope: list',
      'Error: login.example.com refused the scope: 400 invalid_scope, "Unknown scope: list". Check scopes: read list. The provider must know each scope and allow it for this client. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'invalid_scope where none were sent',
    answer([refused('invalid_scope')], { scopes: '' }),
    'scope refused',
    [
      'Requesting a token from login.example.com (client_credentials).',
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type',
      '    400 Bad Request, application/json, 25 bytes, after 0.2 s',
      '    error: invalid_scope',
      'Error: login.example.com requires a scope: 400 invalid_scope. Set scopes. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'unauthorized_client',
    answer([refused('unauthorized_client', 'Grant type not allowed')]),
    'grant not allowed',
    [
      ...asked,
      '    400 Bad Request, application/json, 76 bytes, after 0.2 s',
      '    error: unauthorized_client',
      '    error_description: Grant type not allowed',
      'Error: login.example.com does not allow grant type client_credentials for this client: 400 unauthorized_client, "Grant type not allowed". Allow this grant type for the client at the provider (in Keycloak "Service accounts roles", in Auth0 the grant type "Client Credentials"). Not retried: the answer would be the same.',
    ],
  ),
  row(
    'unauthorized_client with 401',
    answer([refused('unauthorized_client', 'Unknown client', 401)]),
    'client refused',
    [
      ...asked,
      '    401 Unauthorized, application/json, 68 bytes, after 0.2 s',
      '    error: unauthorized_client',
      '    error_description: Unknown client',
      'Error: login.example.com refused the client: 401 unauthorized_client, "Unknown client". Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'unsupported_grant_type',
    answer([refused('unsupported_grant_type')]),
    'grant type not supported',
    [
      ...asked,
      '    400 Bad Request, application/json, 34 bytes, after 0.2 s',
      '    error: unsupported_grant_type',
      'Error: login.example.com does not support grant type client_credentials: 400 unsupported_grant_type. Check that the provider supports client_credentials at this endpoint, or set grant-type. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'invalid_target',
    answer([refused('invalid_target')], { audience: 'https://api.example.com' }),
    'resource refused',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope, audience',
      '    400 Bad Request, application/json, 26 bytes, after 0.2 s',
      '    error: invalid_target',
      'Error: login.example.com refused the audience or resource: 400 invalid_target. Check audience. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'invalid_grant of a refresh token',
    answer([refused('invalid_grant', 'Token is expired')], {
      'refresh-token': 'the-refresh-token',
      scopes: '',
    }),
    'grant refused',
    [
      'Requesting a token from login.example.com (refresh_token).',
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, refresh_token',
      '    400 Bad Request, application/json, 64 bytes, after 0.2 s',
      '    error: invalid_grant',
      '    error_description: Token is expired',
      'Error: login.example.com refused the grant: 400 invalid_grant, "Token is expired". The refresh token may have expired, been revoked, or been used before. A refresh token that is replaced at each use works only once. Get a new one and store it. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'invalid_grant of a signed JWT',
    answer([refused('invalid_grant', 'Invalid JWT Signature.')], {
      ...empty,
      'private-key': rsaKey,
      'private-key-as': 'assertion',
    }),
    'grant refused',
    [
      'Requesting a token from login.example.com (jwt-bearer, scope: read list).',
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, signed assertion (RS256), body: grant_type, scope, assertion',
      '    400 Bad Request, application/json, 70 bytes, after 0.2 s',
      '    error: invalid_grant',
      '    error_description: Invalid JWT Signature.',
      'Error: login.example.com refused the grant: 400 invalid_grant, "Invalid JWT Signature". Check that the provider has the public key of private-key (no kid; private-key-id sets one) for its owner. Not retried: the answer would be the same.',
    ],
  ),
  row('access_denied', answer([refused('access_denied', 'Unauthorized', 403)]), 'refused', [
    ...asked,
    '    403 Forbidden, application/json, 60 bytes, after 0.2 s',
    '    error: access_denied',
    '    error_description: Unauthorized',
    'Error: login.example.com answered 403 access_denied, "Unauthorized". Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post. The provider may require audience (not set here). Not retried: the answer would be the same.',
  ]),
  row('an error with status 200', answer([json(200, { error: 'consent_required' })]), 'refused', [
    ...asked,
    '    200 OK, application/json, 28 bytes, after 0.2 s',
    '    error: consent_required',
    'Error: login.example.com refused the request: 200 consent_required. Grant consent for this client at the provider (as an administrator), or change the policy there. Not retried: the answer would be the same.',
  ]),
  row('a 401 without an error', answer([reply({ status: 401 })]), 'refused', [
    ...asked,
    '    401 Unauthorized, an empty body, after 0.2 s',
    `Error: login.example.com answered 401 Unauthorized. Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post. ${same}`,
  ]),
  row('a 415', answer([reply({ status: 415 })]), 'format refused', [
    ...asked,
    '    415 Unsupported Media Type, an empty body, after 0.2 s',
    `Error: login.example.com answered 415 Unsupported Media Type. Try body-format: json. ${same}`,
  ]),
  row(
    'a 404 of the token URL',
    answer([reply({ status: 404, headers: { 'content-type': 'text/html' }, body: '<p>no' })]),
    'no token endpoint there',
    [
      ...asked,
      '    404 Not Found, text/html, 5 bytes, after 0.2 s',
      '    text: no',
      `Error: login.example.com answered 404 Not Found for /oauth2/token, "no". Check token-url against the provider's documentation. Not retried: the answer would be the same.`,
    ],
  ),
];
