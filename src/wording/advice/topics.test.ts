/** What the words of a server are taken to be about, and what is advised then. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { answerJson } from '../../../test/support/doubles/fakes.ts';
import { generatePem, type Given, readUsualInputs } from '../../../test/support/making/inputs.ts';
import { answer, giveUp, refuse, same, view } from '../../../test/support/tables/wording.ts';
import { renderText } from '../../log/text.ts';
import { readRefusal } from './refusal.ts';
import { findTopic, topics } from './topics.ts';

const keyClient = { 'client-secret': '', 'private-key': generatePem() };
const keyGrant = { ...keyClient, 'private-key-as': 'assertion' };
const mac = { 'client-auth-method': 'client_secret_jwt', 'client-secret': 'x'.repeat(48) };
const shortMac = { 'client-auth-method': 'client_secret_jwt' };
const federated = { 'client-secret': '', 'client-id': '', 'id-token-as': 'client_assertion' };
const idTokenGrant = { 'client-secret': '', 'id-token-as': 'assertion' };
const refresh = { 'refresh-token': 'a-refresh-token' };
const issuer = { 'token-url': '', issuer: 'https://login.example.com/realms/ci' };

const idToken = {
  token: 'a-token',
  claims: { iss: 'https://i.example.com', sub: 'repo:acme/shop', aud: 'https://aud.example.com' },
};

/** What is made of the words of a server. */
function explain(
  words: string,
  given: Given = {},
): { readonly topic: string | undefined; readonly title: string; readonly message: string } {
  const error = refuse(answerJson(400, { message: words }));
  const read = readUsualInputs(given);
  const tokenUrl = read.tokenUrl ?? 'https://login.example.com/realms/ci/token';
  const carried = given['id-token-as'] === undefined ? {} : { idToken };
  const known = { ...view({ ...read, tokenUrl }), ...carried };
  return {
    topic: findTopic(readRefusal(error.answer, known))?.name,
    ...giveUp(error, { given, tokenUrl, ...carried }),
  };
}

describe('the words of a server', () => {
  const rows: readonly [
    topic: string,
    words: string,
    given: Given,
    title: string,
    opening: string,
    advice: string,
  ][] = [
    [
      'rate limit',
      'API rate limit exceeded',
      {},
      'too many requests',
      'refused the request for now',
      'Request tokens less often (use-cache reuses them), or ask the provider for a higher limit.',
    ],
    [
      'rate limit',
      'You have exceeded your daily quota',
      {},
      'too many requests',
      'refused the request for now',
      'Request tokens less often (use-cache reuses them), or ask the provider for a higher limit.',
    ],
    [
      'rate limit',
      'Too many login attempts',
      {},
      'too many requests',
      'refused the request for now',
      'Request tokens less often (use-cache reuses them), or ask the provider for a higher limit.',
    ],
    [
      'DPoP',
      'DPoP proof is missing',
      {},
      'DPoP required',
      'requires a DPoP proof',
      'Later steps cannot use a token that is bound to a key. Turn DPoP off for this client at the provider.',
    ],
    [
      'client certificate',
      'Client certificate is missing',
      {},
      'client refused',
      'refused the client',
      'The provider expects a client certificate. Set client-certificate and client-key.',
    ],
    [
      'client-id as well as an ID token',
      'client_id parameter does not match sub claim',
      { ...federated, 'client-id': 'ci-client' },
      'client refused',
      'refused the client',
      "Remove client-id. GitHub's OIDC token already names the client (sub), and the two must be the same.",
    ],
    [
      'another client authentication method',
      'The client must use private_key_jwt',
      {},
      'client refused',
      'refused the client',
      'The provider expects a JWT from this client, signed with private-key (private_key_jwt). Set private-key instead.',
    ],
    [
      'another client authentication method',
      'Only client_secret_post is supported',
      {},
      'client refused',
      'refused the client',
      'The provider expects client-auth-method: client_secret_post from this client.',
    ],
    [
      'another client authentication method',
      'Use self_signed_tls_client_auth',
      mac,
      'client refused',
      'refused the client',
      'The provider expects a client certificate. Set client-certificate and client-key.',
    ],
    [
      'another client authentication method',
      'Use client_secret_jwt',
      {},
      'client refused',
      'refused the client',
      'The provider expects client-auth-method: client_secret_jwt from this client.',
    ],
    [
      'signed JWT',
      'Parameter client_assertion_type is missing',
      {},
      'client refused',
      'refused the client',
      'The provider expects a signed JWT from this client. Set private-key, or client-auth-method: client_secret_jwt.',
    ],
    [
      'signed JWT',
      'A signed JWT is required',
      {},
      'client refused',
      'refused the client',
      'The provider expects a signed JWT from this client. Set private-key, or client-auth-method: client_secret_jwt.',
    ],
    [
      'API key',
      'Provided API key could not be found.',
      {},
      'refused',
      'refused the request',
      "Set an API key in parameters or headers, not in client-secret. The provider's documentation has its name. For IBM Cloud IAM: parameters: apikey=..., grant-type: urn:ibm:params:oauth:grant-type:apikey, client-auth-method: none.",
    ],
    [
      'API key',
      'Invalid apikey',
      { parameters: 'apikey=an-api-key' },
      'refused',
      'refused the request',
      'Check apikey in parameters. It must be a current API key: the key itself, not its name or ID.',
    ],
    [
      'API key',
      'Invalid API key',
      { headers: 'X-API-Key: an-api-key' },
      'refused',
      'refused the request',
      'Check X-API-Key in headers. It must be a current API key.',
    ],
    [
      'tenant',
      "AADSTS700016: Application with identifier 'x' was not found in the directory 'y'.",
      {},
      'refused',
      'refused the request',
      'Check client-id (the application ID), and the tenant in token-url.',
    ],
    [
      'tenant',
      'Tenant does-not-exist not found',
      issuer,
      'refused',
      'refused the request',
      'Check the name of the tenant or realm in issuer.',
    ],
    [
      'tenant',
      'Unknown realm',
      {},
      'refused',
      'refused the request',
      'Check the name of the tenant or realm in token-url.',
    ],
    [
      'missing parameter',
      "Missing parameter: 'scope'",
      { scopes: '' },
      'refused',
      'refused the request',
      'Set scopes.',
    ],
    [
      'missing parameter',
      'The client_id field is required.',
      {},
      'refused',
      'refused the request',
      'The server reads it from the body. Try client-auth-method: client_secret_post.',
    ],
    [
      'missing parameter',
      'client_id is missing',
      { 'client-id': '', 'client-secret': '', 'id-token-as': 'subject_token' },
      'refused',
      'refused the request',
      'Set client-id.',
    ],
    [
      'missing parameter',
      'client_secret must be provided',
      { 'client-auth-method': 'none', 'client-secret': '' },
      'refused',
      'refused the request',
      'The provider expects a secret from this client. Set client-secret, with client-auth-method: client_secret_post.',
    ],
    [
      'missing parameter',
      'client_secret is required',
      {},
      'refused',
      'refused the request',
      'The server reads it from the body. Try client-auth-method: client_secret_post.',
    ],
    [
      'missing parameter',
      'No audience parameter was provided',
      {},
      'refused',
      'refused the request',
      'Set audience to the API that the token is for.',
    ],
    [
      'missing parameter',
      'resource is mandatory',
      {},
      'refused',
      'refused the request',
      'Set resource.',
    ],
    [
      'missing parameter',
      "Required parameter 'account_id' not provided",
      {},
      'refused',
      'refused the request',
      'Set it in parameters: account_id=...',
    ],
    [
      'missing parameter',
      'account_id: The account_id field is required.',
      {},
      'refused',
      'refused the request',
      'Set it in parameters: account_id=...',
    ],
    [
      'missing parameter',
      'Missing form parameter: grant_type',
      {},
      'refused',
      'refused the request',
      "grant_type was sent in a form. If the provider's documentation shows JSON, set body-format: json.",
    ],
    [
      'missing parameter',
      'grant_type is missing',
      { 'body-format': 'json' },
      'refused',
      'refused the request',
      "grant_type was sent as JSON. Most servers read a form. Unless the provider's documentation shows JSON, remove body-format.",
    ],
    [
      'signed JWT',
      "The request body must contain 'client_assertion'",
      { 'client-auth-method': 'none', 'client-secret': '' },
      'client refused',
      'refused the client',
      'The provider expects a signed JWT from this client. Set private-key, or client-auth-method: client_secret_jwt.',
    ],
    [
      'missing parameter',
      'refresh_token is required',
      {},
      'refused',
      'refused the request',
      'Set refresh-token.',
    ],
    [
      'missing parameter',
      'assertion is missing',
      {},
      'refused',
      'refused the request',
      'The grant is an assertion. Set private-key with private-key-as: assertion, or id-token-as: assertion.',
    ],
    [
      'missing parameter',
      'subject_token is missing',
      {},
      'refused',
      'refused the request',
      'The grant is a token exchange. Set id-token-as: subject_token, or subject_token in parameters.',
    ],
    [
      'key length',
      'Key size too short',
      shortMac,
      'client refused',
      'refused the client',
      "client-secret is shorter than the 32 bytes that HS256 requires (RFC 7518), and servers may refuse it. Use a longer secret, or another client-auth-method. The provider's documentation may name the length.",
    ],
    [
      'credentials',
      'Invalid client secret provided.',
      {},
      'client refused',
      'refused the client',
      'Check that client-id and client-secret belong together and are current. If they are, try client-auth-method: client_secret_post.',
    ],
    [
      'credentials',
      'Unknown client',
      keyClient,
      'client refused',
      'refused the client',
      "Check that the provider knows the public key of private-key (no kid; private-key-id sets one) for this client-id, and expects ES256 (signing-algorithm) and aud https://login.example.com/oauth2/token (assertion-audience). If that is right, try the server's issuer as assertion-audience (probably https://login.example.com).",
    ],
    [
      'credentials',
      'Invalid client or Invalid client credentials',
      idTokenGrant,
      'client refused',
      'refused the client',
      "The client did not authenticate, because GitHub's OIDC token is the grant here. If the provider requires it, set client-secret with client-auth-method: client_secret_basic.",
    ],
    [
      'credentials',
      'Invalid client or Invalid client credentials',
      { ...federated, 'client-id': 'ci-client' },
      'OIDC token refused',
      "refused GitHub's OIDC token",
      'The token has iss: https://i.example.com, sub: repo:acme/shop, aud: https://aud.example.com. The trust at the provider must have exactly these values. id-token-audience sets aud; sub depends on what started the run. client-id must name the client that trusts this token. Keycloak expects no client-id, so remove it there.',
    ],
    [
      'refresh token',
      'Token has been revoked',
      refresh,
      'grant refused',
      'refused the grant',
      'The refresh token may have expired, been revoked, or been used before. A refresh token that is replaced at each use works only once. Get a new one and store it.',
    ],
    [
      'refresh token',
      'Session not active',
      refresh,
      'grant refused',
      'refused the grant',
      'The refresh token may have expired, been revoked, or been used before. A refresh token that is replaced at each use works only once. Get a new one and store it.',
    ],
    [
      'access to an API',
      'Service not found: https://api.example.com',
      { audience: 'https://api.example.com' },
      'resource refused',
      'refused the audience',
      'Check audience: https://api.example.com. The provider must know it and allow it for this client.',
    ],
    [
      'access to an API',
      'Client is not authorized to access this API',
      {},
      'resource refused',
      'refused the audience',
      'Set audience to the API that the token is for.',
    ],
    [
      'grant',
      'Client not enabled to retrieve service account',
      {},
      'grant not allowed',
      'does not allow grant type client_credentials for this client',
      'Allow this grant type for the client at the provider (in Keycloak "Service accounts roles", in Auth0 the grant type "Client Credentials").',
    ],
    [
      'grant',
      'Client not allowed for direct access grants',
      { 'grant-type': 'password', parameters: 'username=ci' },
      'grant not allowed',
      'does not allow grant type password for this client',
      'Allow this grant type for the client at the provider (in Keycloak "Direct access grants").',
    ],
    [
      'grant',
      'JWT Authorization Grant is not supported for the requested client',
      idTokenGrant,
      'grant not allowed',
      'does not allow grant type jwt-bearer for this client',
      'Allow this grant type for the client at the provider (in Keycloak "JWT Authorization Grant").',
    ],
    [
      'grant',
      'This flow is disabled',
      { 'grant-type': 'urn:acme:ticket' },
      'grant not allowed',
      'does not allow grant type urn:acme:ticket for this client',
      'Allow this grant type for the client at the provider.',
    ],
    [
      'algorithm',
      'Invalid signature algorithm',
      mac,
      'client refused',
      'refused the client',
      'The JWT is signed with HS256. Set signing-algorithm to the algorithm that the provider expects from this client.',
    ],
    [
      'algorithm',
      'Unsupported alg',
      keyClient,
      'client refused',
      'refused the client',
      'The JWT is signed with ES256. Set signing-algorithm to the algorithm that the provider expects from this client.',
    ],
    [
      'key',
      'invalid signature (error fetching keys: key not found)',
      keyGrant,
      'grant refused',
      'refused the grant',
      'Check that the provider has the public key of private-key (no kid; private-key-id sets one) for its owner.',
    ],
    [
      'key',
      'Unknown kid',
      { ...keyClient, 'private-key-id': 'key-1' },
      'client refused',
      'refused the client',
      'Check that the provider has the public key of private-key (kid key-1) for this client-id.',
    ],
    [
      'key',
      'Invalid signature',
      mac,
      'client refused',
      'refused the client',
      'Check that client-secret is the current secret of this client.',
    ],
    [
      'audience of the ID token',
      'Invalid token audience',
      federated,
      'OIDC token refused',
      "refused GitHub's OIDC token",
      'The token has iss: https://i.example.com, sub: repo:acme/shop, aud: https://aud.example.com. The trust at the provider must have exactly these values. id-token-audience sets aud; sub depends on what started the run.',
    ],
    [
      'audience',
      'audience is not valid',
      keyGrant,
      'grant refused',
      'refused the grant',
      "The JWT has aud https://login.example.com/oauth2/token. Try the server's issuer as assertion-audience (probably https://login.example.com), or the value that the provider's documentation names.",
    ],
    [
      'audience',
      'Invalid aud',
      { ...mac, ...issuer },
      'client refused',
      'refused the client',
      "The JWT has aud https://login.example.com/realms/ci. Try assertion-audience: https://login.example.com/realms/ci/token, or the value that the provider's documentation names.",
    ],
    [
      'audience',
      'Invalid aud',
      { ...keyClient, 'assertion-audience': 'https://aud.example.com' },
      'client refused',
      'refused the client',
      "The JWT has aud https://aud.example.com. Set assertion-audience to the value that the provider's documentation names.",
    ],
    [
      'audience',
      'Audience not found',
      { audience: 'nope', 'grant-type': 'token-exchange', parameters: 'subject_token=a-token' },
      'resource refused',
      'refused the audience',
      'Check audience: nope. The provider must know it and allow it for this client.',
    ],
    [
      'audience',
      'Bad audience',
      {},
      'resource refused',
      'refused the audience',
      'Set audience to the API that the token is for.',
    ],
    [
      'audience',
      'Bad audience',
      { resource: 'https://api.example.com' },
      'resource refused',
      'refused the audience',
      'Check resource.',
    ],
    [
      'scope',
      'Unknown scope: list',
      {},
      'scope refused',
      'refused the scope',
      'Check scopes: read list. The provider must know each scope and allow it for this client.',
    ],
    ['scope', 'Bad scope', { scopes: '' }, 'scope refused', 'requires a scope', 'Set scopes.'],
    [
      'scope',
      'Bad scope',
      { ...keyGrant, scopes: '' },
      'scope refused',
      'requires a scope',
      'Set scopes, or the scope claim in assertion-claims, as the provider requires.',
    ],
    [
      'scope',
      'A scope must end in /.default',
      {},
      'scope refused',
      'refused the scope',
      'Check scopes: read list. The provider must know each scope and allow it for this client. Entra expects one scope, which ends in /.default.',
    ],
    [
      'permission',
      'You lack the permission',
      {},
      'refused',
      'refused the request',
      'Grant the permission to this client at the provider (a role, a scope or a policy).',
    ],
    [
      'resource',
      'The resource is unknown',
      { resource: 'https://api.example.com' },
      'resource refused',
      'refused the audience or resource',
      'Check resource.',
    ],
    [
      'times of the JWT',
      'Token must be in a reasonable timeframe',
      keyGrant,
      'grant refused',
      'refused the grant',
      "The JWT is valid for 60 seconds by the clock of this runner. Check that clock (NTP) and the server's.",
    ],
    [
      'times of the JWT',
      'The JWT is not yet valid',
      keyClient,
      'client refused',
      'refused the client',
      "The JWT is valid for 60 seconds by the clock of this runner. Check that clock (NTP) and the server's.",
    ],
    [
      'issuer and subject',
      'The iss is wrong',
      keyGrant,
      'grant refused',
      'refused the grant',
      "iss and sub of the JWT come from client-id, a key file or assertion-claims. Set iss and sub in assertion-claims as the provider's documentation names them.",
    ],
    [
      'issuer and subject',
      'The sub is wrong',
      keyClient,
      'client refused',
      'refused the client',
      'iss and sub of the JWT are the client-id. Check client-id.',
    ],
    [
      'user',
      'Invalid username or password',
      { 'grant-type': 'password', parameters: 'username=ci' },
      'grant refused',
      'refused the grant',
      'The user name or the password is wrong, or the user has a second factor, which this grant cannot send.',
    ],
    [
      'redirect URI',
      'redirect_uri differs',
      { 'grant-type': 'authorization_code', parameters: 'code=a-code-of-a-user' },
      'grant refused',
      'refused the grant',
      'redirect_uri in parameters must be the one with which the code was requested.',
    ],
    [
      'redirect URI',
      'Callback URL mismatch',
      {},
      'grant refused',
      'refused the grant',
      'Set redirect_uri in parameters to the one that is registered for this client.',
    ],
    [
      'code',
      'The code was already redeemed',
      { 'grant-type': 'authorization_code', parameters: 'code=a-code-of-a-user' },
      'grant refused',
      'refused the grant',
      'The code may have expired, been used before or belong to another client. redirect_uri and code_verifier in parameters must be the ones with which it was requested.',
    ],
    [
      'route of a gateway',
      'Missing Authentication Token',
      {},
      'refused',
      'refused the request',
      'AWS API Gateway answers like this if it does not know the path or the method. Check the path in token-url, and request-method.',
    ],
    [
      'identity-aware proxy',
      'Invalid IAP credentials: empty token',
      {},
      'refused',
      'refused the request',
      'A proxy with its own login is in front of the server. Its documentation names the header for programs. Set it in headers.',
    ],
    [
      'public client',
      'Public clients may not have a token of their own',
      {},
      'client refused',
      'refused the client',
      'A public client has no credentials. Make it a confidential client at the provider (in Keycloak "Client authentication").',
    ],
    [
      'client credentials grant',
      'This client is not allowed to use client credentials',
      {},
      'grant not allowed',
      'does not allow grant type client_credentials for this client',
      'Allow this grant type for the client at the provider (in Keycloak "Service accounts roles", in Auth0 the grant type "Client Credentials").',
    ],
    [
      'grant',
      'M2M is not enabled for this application',
      {},
      'grant not allowed',
      'does not allow grant type client_credentials for this client',
      'Allow this grant type for the client at the provider (in Keycloak "Service accounts roles", in Auth0 the grant type "Client Credentials").',
    ],
    [
      'grant type',
      'grant_type is invalid',
      {},
      'grant type not supported',
      'does not support grant type client_credentials',
      'Check that the provider supports client_credentials at this endpoint, or set grant-type.',
    ],
    [
      'subject token',
      'Invalid subject_token',
      { 'grant-type': 'token-exchange', parameters: 'subject_token=a-token-of-a-user' },
      'grant refused',
      'refused the grant',
      'Check the tokens and their types in parameters: one may have expired, or be meant for another server.',
    ],
    [
      'service account',
      'No run-as user configured',
      {},
      'grant refused',
      'refused the grant',
      'Set up the account in whose name this client acts at the provider: a service account, or a user (in Salesforce "Run As").',
    ],
    [
      'service account',
      'Service account not found',
      keyGrant,
      'grant refused',
      'refused the grant',
      "iss and sub of the JWT come from client-id, a key file or assertion-claims. Set iss and sub in assertion-claims as the provider's documentation names them.",
    ],
    [
      'JWT seen before',
      'The jti was used before',
      keyClient,
      'client refused',
      'refused the client',
      'Each JWT is sent once and has a jti of its own. A proxy or a gateway that sends requests again may be the reason.',
    ],
    [
      'key length',
      'RSA key must be at least 2048 bits',
      keyClient,
      'client refused',
      'refused the client',
      "Use a longer private-key: RSA with 2048 bits or more, or one of the kind that the provider's documentation names.",
    ],
    [
      'key length',
      'Weak key',
      mac,
      'client refused',
      'refused the client',
      "Use a longer client-secret, or another client-auth-method. The provider's documentation may name the length.",
    ],
    [
      'algorithm',
      'RS256 is required',
      keyClient,
      'client refused',
      'refused the client',
      'The JWT is signed with ES256. The server names RS256, which needs another kind of private-key (RSA).',
    ],
    [
      'algorithm',
      'expected alg: HS512',
      mac,
      'client refused',
      'refused the client',
      'The JWT is signed with HS256. Set signing-algorithm: HS512.',
    ],
    [
      'audience',
      'aud must be https://login.example.com/tenant/, not https://login.example.com/oauth2/token',
      keyClient,
      'client refused',
      'refused the client',
      'The JWT has aud https://login.example.com/oauth2/token. Set assertion-audience to the value that the server names: https://login.example.com/tenant/',
    ],
    [
      'plain HTTP',
      'Client sent an HTTP request to an HTTPS server.',
      {},
      'TLS expected',
      'uses TLS on this port, but the URL begins with http://',
      'Check the scheme in token-url.',
    ],
    [
      'client authentication method',
      'client_secret_basic is not allowed for this client',
      {},
      'client refused',
      'refused the client',
      'The provider does not accept client-auth-method: client_secret_basic from this client. Set the method that it expects (often client_secret_post), or allow this one at the provider.',
    ],
    [
      'client authentication method',
      'Unsupported authentication method',
      mac,
      'client refused',
      'refused the client',
      'The provider does not accept client-auth-method: client_secret_jwt from this client. Set the method that it expects, or allow this one at the provider.',
    ],
    [
      'missing header',
      'Missing header: X-Tenant',
      {},
      'refused',
      'refused the request',
      'Set it in headers: X-Tenant: ...',
    ],
    [
      'missing header',
      'The header X-Tenant is missing',
      { headers: 'X-Tenant: acme' },
      'refused',
      'refused the request',
      'Check x-tenant in headers.',
    ],
    [
      'missing parameter',
      'tenant_id missing',
      {},
      'refused',
      'refused the request',
      'Set it in parameters: tenant_id=...',
    ],
    [
      'format',
      'Malformed JSON request',
      {},
      'format refused',
      'refused the format of the request',
      'Set body-format: json.',
    ],
    [
      'format',
      'Use application/x-www-form-urlencoded',
      { 'body-format': 'json' },
      'format refused',
      'refused the format of the request',
      'Set body-format: form.',
    ],
    [
      'format',
      'Invalid JSON',
      { 'body-format': 'json' },
      'format refused',
      'refused the format of the request',
      "Check body-format and headers against the provider's documentation.",
    ],
    [
      'format',
      'Unsupported media type',
      {},
      'format refused',
      'refused the format of the request',
      'Try body-format: json.',
    ],
    [
      'request method',
      'Only GET is possible here',
      {},
      'refused',
      'refused the request',
      'The request was sent with POST. If the documentation shows another method, set request-method.',
    ],
    [
      'account',
      'User is locked',
      { 'grant-type': 'password', parameters: 'username=ci' },
      'refused',
      'refused the request',
      'Enable it again at the provider.',
    ],
    [
      'consent',
      'Access has been blocked by Conditional Access policies',
      {},
      'refused',
      'refused the request',
      'Grant consent for this client at the provider (as an administrator), or change the policy there.',
    ],
    [
      'address',
      'Your IP address is blocked',
      {},
      'refused',
      'refused the request',
      'Allow the address of this runner at the provider. GitHub-hosted runners have many addresses. A self-hosted or larger runner has a fixed one.',
    ],
    [
      'consent',
      'The administrator has not given consent',
      {},
      'refused',
      'refused the request',
      'Grant consent for this client at the provider (as an administrator), or change the policy there.',
    ],
    [
      'account',
      'The application is suspended',
      {},
      'refused',
      'refused the request',
      'Enable it again at the provider.',
    ],
  ];
  for (const [topic, words, given, title, opening, advice] of rows) {
    test(`are about ${topic}: ${words}`, () => {
      const said = `400 Bad Request, "${words.replace(/\.$/, '')}"`;
      assert.deepEqual(explain(words, given), {
        topic,
        title,
        message: `login.example.com ${opening}: ${said}. ${advice}${topic === 'DPoP' ? '' : ` ${same}`}`,
      });
    });
  }

  test('have a row here for each topic', () => {
    const tested = new Set(rows.map(([topic]) => topic));
    assert.deepEqual(
      topics.map(({ name }) => name).filter((name) => !tested.has(name)),
      [],
    );
  });

  describe('name the client or its authentication by many words:', () => {
    const wordings = [
      ...['invalid secret', 'The secret is invalid', 'Invalid appid or appsecret'],
      ...[
        'ClientId is Invalid',
        'The client identifier provided is invalid',
        'No application with that id',
      ],
      ...['Integration key not found', 'Full authentication is required to access this resource'],
      ...['Not authenticated', 'Missing Authorization header', 'Missing basic auth'],
      ...['Invalid username or password', 'Client secret mismatch', 'invalid_client_secret'],
    ];
    for (const words of wordings) {
      test(words, () => {
        assert.equal(explain(words).topic, 'credentials');
      });
    }
  });

  describe('name what is requested by many words:', () => {
    const wordings: readonly [topic: string, words: string, given?: Given][] = [
      ['scope', 'scope_not_allowed'],
      ['scope', 'At least one scope must be requested'],
      ['missing parameter', 'No scope specified', { scopes: '' }],
      ['permission', 'Requested roles are not allowed'],
      ['access to an API', 'Unable to find API with identifier https://api.example.com'],
      ['access to an API', 'No API specified'],
      ['access to an API', 'The target is not allowed'],
      ['resource', 'Resource server not found'],
      ['rate limit', 'Spike arrest violation'],
      ['rate limit', 'Exceeded the maximum number of tokens'],
      ['rate limit', 'Too many failed login attempts'],
      ['DPoP', 'Proof-of-possession is required'],
      ['client certificate', 'Certificate-bound access tokens are required'],
      ['refresh token', 'Stale token', refresh],
      ['refresh token', 'Offline session not found', refresh],
      ['user', 'Invalid user credentials', { 'grant-type': 'password', parameters: 'username=ci' }],
      ['key', 'jwks_uri not reachable', keyClient],
      ['key', 'No key registered for this client', keyClient],
      ['key', 'certificate thumbprint not found', keyClient],
      ['grant', 'Two-legged OAuth is not enabled'],
      ['public client', 'Only confidential clients may do this'],
    ];
    for (const [topic, words, given] of wordings) {
      test(`${topic}: ${words}`, () => {
        assert.equal(explain(words, given).topic, topic);
      });
    }
  });

  const others: readonly [words: string, given?: Given][] = [
    ['Nope'],
    ['Something went wrong'],
    [
      'The request is missing a required parameter, includes an invalid parameter value, or is otherwise malformed. Make sure that the client has whitelisted the redirect_url.',
    ],
    ['Token has been revoked'],
    ['Unknown kid'],
    ['The sub is wrong'],
  ];
  for (const [words, given] of others) {
    test(`are about nothing that this request has: ${words.slice(0, 60)}`, () => {
      assert.equal(explain(words, given).topic, undefined);
    });
  }

  test('show no part of a secret that stands where a name or a URL is read', () => {
    const rows: readonly [words: string, secret: string, given: Given][] = [
      ['Missing parameter: s3cret.of/it', 's3cret.of/it', {}],
      ['Missing header: s3cret/of-it', 's3cret/of-it', {}],
      ['aud must be https://s3cret.of;it', 'https://s3cret.of;it', keyClient],
    ];
    for (const [words, secret, given] of rows) {
      const { answer } = refuse(answerJson(400, { message: words }));
      const refusal = readRefusal(answer, view(readUsualInputs(given)));
      const topic = findTopic(refusal);
      assert.ok(topic !== undefined, words);
      const shown = renderText(topic.advise(refusal), (all) => all.replaceAll(secret, '***'));
      assert.doesNotMatch(shown, /s3cret/, words);
    }
  });

  test('name the code of RFC 6749 where it is not in its field', () => {
    const bodies = [
      'error: invalid_scope',
      '{"error":"invalid_scope","error_desc',
      '<e>invalid_scope</e>',
    ];
    for (const body of bodies) {
      const { title } = giveUp(refuse(answer(400, body, { 'content-type': 'text/plain' })));
      assert.equal(title, 'scope refused', body);
    }
    assert.equal(giveUp(refuse(answer(400, '["invalid_grant"]'))).title, 'grant refused');
  });

  test('count in a fault of SOAP, whose status is always 500', () => {
    const fault = (words: string): string =>
      `<s:Envelope xmlns:s="x"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>${words}</faultstring></s:Fault></s:Body></s:Envelope>`;
    const headers = { 'content-type': 'text/xml' };
    assert.equal(
      giveUp(refuse(answer(500, fault('Unknown client'), headers))).title,
      'client refused',
    );
    assert.equal(
      giveUp(refuse(answer(500, fault('Out of memory'), headers))).title,
      'server failed',
    );
  });

  test('beat the code of the error, and the status', () => {
    const bodies = [
      'invalid_request',
      'invalid_client',
      'unauthorized_client',
      'server_error',
      'odd',
    ];
    for (const error of bodies) {
      for (const status of [400, 401, 403]) {
        const response = answerJson(status, { error, error_description: 'Unknown scope: list' });
        assert.equal(giveUp(refuse(response)).title, 'scope refused');
      }
    }
  });

  test('that name the client secret beat everything else that they name', () => {
    const words = 'Invalid client secret: no audience, no scope, no grant';
    const { title } = giveUp(
      refuse(answerJson(400, { error: 'invalid_scope', error_description: words })),
    );
    assert.equal(title, 'client refused');
  });

  test('do not count where the status says that the place is wrong, or that the server failed', () => {
    for (const [status, title] of [
      [404, 'no token endpoint there'],
      [415, 'format refused'],
      [503, 'server failed'],
    ] as const) {
      assert.equal(giveUp(refuse(answerJson(status, { message: 'Unknown scope' }))).title, title);
    }
  });

  test("can be a code of the server's own", () => {
    const titles = (error: string): string => giveUp(refuse(answerJson(400, { error }))).title;
    assert.equal(titles('scope_invalid'), 'scope refused');
    assert.equal(titles('INVALID_CLIENT_ID'), 'client refused');
    assert.equal(titles('grant-type-not-supported'), 'grant not allowed');
  });

  test('are looked at only at their beginning, because a server chooses their length', () => {
    assert.equal(explain(`${'x'.repeat(1000)} scope`).topic, undefined);
  });
});

describe('who follows the advice is not sent back:', () => {
  const rows: readonly [body: object, first: Given, then: Given][] = [
    [{ error: 'invalid_client' }, {}, { 'client-auth-method': 'client_secret_post' }],
    [{}, {}, { 'client-auth-method': 'client_secret_post' }],
    [{ error: 'unsupported_grant_type' }, { 'body-format': 'json' }, { 'body-format': 'form' }],
    [{ message: 'grant_type is missing' }, {}, { 'body-format': 'json' }],
    [
      { error: 'invalid_client' },
      { 'client-secret': 'a%b+c-d' },
      { 'client-secret': 'a%b+c-d', 'client-secret-encoding': 'raw' },
    ],
    [
      { message: 'Unexpected error when authenticating client' },
      { 'client-secret': 'a%b+c-d', 'client-secret-encoding': 'raw' },
      { 'client-secret': 'a%b+c-d', 'client-secret-encoding': 'form' },
    ],
    [
      { error: 'invalid_client' },
      { ...mac },
      { ...mac, 'assertion-audience': 'https://login.example.com' },
    ],
  ];
  for (const [body, first, then] of rows) {
    test(`${JSON.stringify(body)}, from ${JSON.stringify(first)} to ${JSON.stringify(then)}`, () => {
      const advise = (given: Given): string => {
        const written = {
          'client-auth-method': 'client_secret_basic',
          'body-format': 'form',
          ...given,
        };
        const { message } = giveUp(refuse(answerJson(401, body)), {
          given: given === then ? written : given,
        });
        return message;
      };
      const chosen = Object.entries(then).filter(([name, value]) => first[name] !== value);
      const before = advise(first);
      const after = advise(then);
      for (const [name, value] of chosen) {
        if (name !== 'assertion-audience') assert.ok(before.includes(`${name}: ${value}`), before);
        const previous =
          first[name] ??
          {
            'client-auth-method': 'client_secret_basic',
            'body-format': 'form',
            'client-secret-encoding': 'form',
          }[name];
        assert.ok(!after.includes(`${name}: ${previous ?? 'x'}`), after);
        assert.ok(!after.includes(`${name}: ${value}`), after);
      }
    });
  }
});
