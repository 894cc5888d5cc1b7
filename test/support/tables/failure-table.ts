/** Every failure that has words of its own: how it comes about, and the whole of what a person then reads. */
import { generateKeyPairSync } from 'node:crypto';

import {
  answer,
  federated,
  idTokenService,
  inputs,
  issuer,
  noTls,
  outdatedTls,
  proxied,
  refusedCertificate,
  type StartScene,
  tls,
  wantedCertificate,
  weakCa,
} from './failure-scene.ts';
import { describeOddNetwork } from '../doubles/odd-network.ts';
import {
  end,
  garbage,
  huge,
  json,
  redirect,
  reply,
  silence,
  token,
} from '../doubles/scripted-server.ts';

/** One failure. */
export interface Failure {
  /** A sentence about behaviour. */
  readonly name: string;
  readonly start: StartScene;
  /** Of the annotation; `oauth2-token: ` stands before it. */
  readonly title: string;
  /** The log, in the words of ShownFailure. */
  readonly log: readonly string[];
}

const forked = {
  environment: { GITHUB_EVENT_NAME: 'pull_request' },
  eventPayload: { pull_request: { head: { repo: { full_name: 'stranger/octo-repo' } } } },
} as const;
const dependabot = { environment: { GITHUB_ACTOR: 'dependabot[bot]' } } as const;
const empty = { 'client-secret': '' } as const;

const metadata = '/.well-known/openid-configuration';
const page = reply({
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html><title>Sign in</title>',
});
const unavailable = json(503, {});
const impatient = { timeout: '0.3', 'retry-max-attempts': '2' } as const;

function makeKey(type: 'rsa' | 'ec'): string {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
const rsaKey = makeKey('rsa');
const ecKey = makeKey('ec');

const refused = (error: string, description?: string, status = 400) =>
  json(status, { error, error_description: description });

const asking = 'Asking login.example.com (client_credentials, scope: read list).';
const request = [
  '> Request and answer',
  '    POST https://login.example.com/oauth2/token',
  '    client ci-client, client_secret_basic (form), body: grant_type, scope',
];
/** The request of a step whose first attempt was the last. */
const asked = [asking, ...request];

function row(name: string, start: StartScene, title: string, log: readonly string[]): Failure {
  return { name, start, title, log };
}

export const failures: readonly Failure[] = [
  row('an empty secret on a pull request from a fork', inputs(empty, forked), 'inputs', [
    "Error: client-secret is empty: this run is for a pull request from a fork, and GitHub gives such runs no secrets. To skip the job there, give it  if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository",
  ]),
  row("an empty secret in a run of Dependabot's", inputs(empty, dependabot), 'inputs', [
    "Error: client-secret is empty: Dependabot started this run, and it sees only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), or give the job  if: github.actor != 'dependabot[bot]'",
  ]),
  row('an empty secret elsewhere', inputs(empty), 'inputs', [
    "Error: client-secret is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.",
  ]),
  row('an empty private key', inputs({ ...empty, 'private-key-id': 'key-1' }), 'inputs', [
    "Error: private-key is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.",
  ]),
  row('an empty refresh token', inputs({ 'grant-type': 'refresh_token' }), 'inputs', [
    "Error: refresh-token is empty. A secret that does not exist reads as empty: check its name. A secret of an environment needs environment: on the job, a called workflow needs secrets: inherit, and an organization's secret must be shared with this repository.",
  ]),
  row(
    'several inputs that cannot be worked with',
    inputs({
      'retry-max-attempts': 'many',
      'token-url': 'http://login.example.com/token',
    }),
    'inputs',
    [
      'Error: 2 inputs need attention: retry-max-attempts: got "many", takes a whole number, 1 or more; token-url: got "http://login.example.com/token", takes https (or allow-http: true)',
    ],
  ),
  row('a secret that is too short', inputs({ 'client-secret': 'abc' }), 'inputs', [
    'Error: client-secret: has fewer than 4 characters, too few to be hidden in the log',
  ]),
  row('a private key beside a secret', inputs({ 'private-key': rsaKey }), 'inputs', [
    'Error: client-auth-method is required, because client-secret and private-key are both set',
  ]),
  row(
    'a private key that does not parse',
    inputs({ ...empty, 'private-key': 'not a key' }),
    'inputs',
    [
      "Error: private-key: is no private key; takes a PEM, a JWK, or a key file of Google's or Zitadel's",
    ],
  ),
  row(
    'a private key that is damaged',
    inputs({ ...empty, 'private-key': rsaKey.replace(/\n.{64}\n/, '\n') }),
    'inputs',
    ['Error: private-key: is a damaged PEM; was it copied whole, from the first line to the last?'],
  ),
  row(
    'a private key that does not fit the algorithm',
    inputs({ ...empty, 'private-key': ecKey, 'signing-algorithm': 'RS256' }),
    'inputs',
    [
      'Error: private-key: is a key (EC P-256) that does not sign with RS256; leave signing-algorithm out, or give a key that fits it',
    ],
  ),
  row('an encrypted private key', inputs({ ...empty, 'private-key': encryptedKey() }), 'inputs', [
    'Error: private-key: is encrypted with a passphrase; store the key that this prints: openssl pkey -in key.pem',
  ]),
  row(
    'a public key',
    inputs({
      ...empty,
      'private-key': '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
    }),
    'inputs',
    ['Error: private-key: is a public key; give the private key that belongs to it'],
  ),
  row(
    'a job without id-token: write',
    inputs({ ...empty, 'id-token-as': 'client_assertion' }),
    'no ID token',
    [
      "Error: id-token-as needs GitHub's ID token, and this job may not ask for one. Give it  permissions: { id-token: write }  (runs for forks' pull requests never may).",
    ],
  ),
  row(
    'an ID token service that is down',
    idTokenService(unavailable, unavailable, unavailable, unavailable),
    'no ID token',
    [
      asking,
      "Attempt 1 of 4 to get GitHub's ID token failed: 503 Service Unavailable. Trying again now.",
      "Attempt 2 of 4 to get GitHub's ID token failed: 503 Service Unavailable. Trying again now.",
      "Attempt 3 of 4 to get GitHub's ID token failed: 503 Service Unavailable. Trying again now.",
      "Attempt 4 of 4 to get GitHub's ID token failed: 503 Service Unavailable.",
      "> GitHub's ID token: request and answer",
      '    GET https://token.actions.githubusercontent.com/idtoken',
      "    audience: GitHub's default",
      '    503 Service Unavailable, after 0.2 s',
      "Error: GitHub's ID token service answered 503 Service Unavailable. See githubstatus.com. Gave up after 4 attempts.",
    ],
  ),
  row('an ID token service that refuses', idTokenService(json(400, {})), 'no ID token', [
    asking,
    "> GitHub's ID token: request and answer",
    '    GET https://token.actions.githubusercontent.com/idtoken',
    "    audience: GitHub's default",
    '    400 Bad Request, after 0.2 s',
    "Error: GitHub's ID token service answered 400 Bad Request. See githubstatus.com; an audience that it does not take can be the reason, too (id-token-audience). Not tried again, for the answer would be the same.",
  ]),
  row(
    'a server that trusts another subject',
    federated({ subject: 'repo:octo-org/octo-repo:environment:production' }),
    'ID token refused',
    [
      'Asking login.example.com (client_credentials).',
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client federated-client, ID token as client_assertion, body: grant_type, client_id, client_assertion_type, client_assertion',
      '    ID token: iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: api://AzureADTokenExchange',
      '    401 Unauthorized, application/json, after 0.2 s',
      '    error: invalid_client',
      "    error_description: AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:octo-org/octo-repo:ref:refs/heads/main'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.  Trace ID: ...",
      `Error: login.example.com refused GitHub's ID token: 401 invalid_client, "AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:octo-org/octo-repo:ref:refs/heads/main'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion". It says iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: api://AzureADTokenExchange; the trust at the provider must name exactly these. id-token-audience sets aud; sub depends on what started the run. Not tried again, for the answer would be the same.`,
    ],
  ),
  row(
    'a server that trusts another audience',
    federated(
      { audience: 'https://login.example.com' },
      { 'id-token-as': 'assertion', 'id-token-audience': '' },
    ),
    'ID token refused',
    [
      'Asking login.example.com (jwt-bearer).',
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client federated-client, none, body: grant_type, client_id, assertion',
      '    ID token: iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: https://github.com/octo-org',
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: invalid_grant',
      "    error_description: AADSTS700212: No matching federated identity record found for presented assertion audience 'https://github.com/octo-org'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.  Trace ID: ...",
      `Error: login.example.com refused GitHub's ID token: 400 invalid_grant, "AADSTS700212: No matching federated identity record found for presented assertion audience 'https://github.com/octo-org'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion". It says iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: https://github.com/octo-org; the trust at the provider must name exactly these. id-token-audience sets aud; sub depends on what started the run. Not tried again, for the answer would be the same.`,
    ],
  ),
  row(
    'a server that wants DPoP',
    answer([refused('invalid_dpop_proof', 'DPoP proof is required')]),
    'DPoP wanted',
    [
      ...asked,
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: invalid_dpop_proof',
      '    error_description: DPoP proof is required',
      'Error: login.example.com wants a DPoP proof. A token bound to one is of no use to later steps. Switch DPoP off for this client at the provider.',
    ],
  ),
  row(
    'Okta, which wants DPoP',
    proxied({
      hostName: 'acme.okta.com',
      answers: [refused('invalid_dpop_proof', 'The DPoP proof JWT header is missing.')],
    }),
    'DPoP wanted',
    [
      'Asking acme.okta.com (client_credentials, scope: read list).',
      '> Request and answer',
      '    POST https://acme.okta.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: invalid_dpop_proof',
      '    error_description: The DPoP proof JWT header is missing.',
      'Error: acme.okta.com wants a DPoP proof. A token bound to one is of no use to later steps. In Okta: Applications, the app, General Settings, switch off "Require Demonstrating Proof of Possession (DPoP) header in token requests".',
    ],
  ),
  row(
    'invalid_client to Basic',
    answer([refused('invalid_client', 'Client authentication failed', 401)]),
    'client refused',
    [
      ...asked,
      '    401 Unauthorized, application/json, after 0.2 s',
      '    error: invalid_client',
      '    error_description: Client authentication failed',
      'Error: login.example.com refused the client: 401 invalid_client, "Client authentication failed". Check that client-id and client-secret belong together and are current; if they are, try client-auth-method: client_secret_post. Not tried again, for the answer would be the same.',
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
      '    401 Unauthorized, application/json, after 0.2 s',
      '    error: invalid_client',
      'Error: login.example.com refused the client: 401 invalid_client. Check that client-id and client-secret belong together and are current; if they are, try client-auth-method: client_secret_basic. Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'invalid_client with other characters',
    answer([refused('invalid_client', undefined, 401)], { 'client-secret': 'secret+of/ci-client' }),
    'client refused',
    [
      ...asked,
      '    401 Unauthorized, application/json, after 0.2 s',
      '    error: invalid_client',
      'Error: login.example.com refused the client: 401 invalid_client. Check that client-id and client-secret belong together and are current; if they are, try client-auth-method: client_secret_post, or client-secret-encoding: raw. Not tried again, for the answer would be the same.',
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
      '    401 Unauthorized, application/json, after 0.2 s',
      '    error: invalid_client',
      'Error: login.example.com refused the client: 401 invalid_client. Check that the provider knows the public key of private-key (kid key-1) for this client-id, and expects RS256 (signing-algorithm) and aud https://login.example.com/oauth2/token (assertion-audience). Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'invalid_scope where scopes were sent',
    answer([refused('invalid_scope', 'Unknown scope: list')]),
    'scope refused',
    [
      ...asked,
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: invalid_scope',
      '    error_description: Unknown scope: list',
      'Error: login.example.com refused the scope: 400 invalid_scope, "Unknown scope: list". Check scopes: read list; the provider must know each and allow it to this client. Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'invalid_scope where none were sent',
    answer([refused('invalid_scope')], { scopes: '' }),
    'scope refused',
    [
      'Asking login.example.com (client_credentials).',
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type',
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: invalid_scope',
      'Error: login.example.com wants a scope: 400 invalid_scope. Set scopes. Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'unauthorized_client',
    answer([refused('unauthorized_client', 'Grant type not allowed')]),
    'grant not allowed',
    [
      ...asked,
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: unauthorized_client',
      '    error_description: Grant type not allowed',
      'Error: login.example.com does not let this client use grant type client_credentials: 400 unauthorized_client, "Grant type not allowed". Allow it at the provider. Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'unauthorized_client with 401',
    answer([refused('unauthorized_client', 'Unknown client', 401)]),
    'refused',
    [
      ...asked,
      '    401 Unauthorized, application/json, after 0.2 s',
      '    error: unauthorized_client',
      '    error_description: Unknown client',
      'Error: login.example.com refused the request: 401 unauthorized_client, "Unknown client". Check that client-id and client-secret belong together and are current; if they are, try client-auth-method: client_secret_post. Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'unsupported_grant_type',
    answer([refused('unsupported_grant_type')]),
    'grant type not supported',
    [
      ...asked,
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: unsupported_grant_type',
      'Error: login.example.com does not know grant type client_credentials: 400 unsupported_grant_type. Check grant-type, and body-format: some servers read JSON only. Not tried again, for the answer would be the same.',
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
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: invalid_target',
      'Error: login.example.com refused the resource: 400 invalid_target. Check resource and audience. Not tried again, for the answer would be the same.',
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
      'Asking login.example.com (refresh_token).',
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, refresh_token',
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: invalid_grant',
      '    error_description: Token is expired',
      'Error: login.example.com refused the grant: 400 invalid_grant, "Token is expired". The refresh token may have expired, been revoked, or been used before: one that is replaced at each use is good for one request. Get a new one and store it. Not tried again, for the answer would be the same.',
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
      'Asking login.example.com (jwt-bearer, scope: read list).',
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, signed assertion (RS256), body: grant_type, scope, assertion',
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: invalid_grant',
      '    error_description: Invalid JWT Signature.',
      'Error: login.example.com refused the grant: 400 invalid_grant, "Invalid JWT Signature". Check what the JWT says: aud is https://login.example.com/oauth2/token (assertion-audience), iss and sub come from client-id, a key file or assertion-claims; the provider must know the key (no kid; private-key-id sets one), and the clocks must agree. Not tried again, for the answer would be the same.',
    ],
  ),
  row('access_denied', answer([refused('access_denied', 'Unauthorized', 403)]), 'refused', [
    ...asked,
    '    403 Forbidden, application/json, after 0.2 s',
    '    error: access_denied',
    '    error_description: Unauthorized',
    'Error: login.example.com refused the request: 403 access_denied, "Unauthorized". Check that client-id and client-secret belong together and are current; if they are, try client-auth-method: client_secret_post. Not tried again, for the answer would be the same.',
  ]),
  row('an error with status 200', answer([json(200, { error: 'consent_required' })]), 'refused', [
    ...asked,
    '    200 OK, application/json, after 0.2 s',
    '    error: consent_required',
    "Error: login.example.com refused the request: 200 consent_required. The provider's documentation says what that means. Not tried again, for the answer would be the same.",
  ]),
  row('a 401 without an error', answer([reply({ status: 401 })]), 'refused', [
    ...asked,
    '    401 Unauthorized, an empty body, after 0.2 s',
    'Error: login.example.com answered 401 Unauthorized. Check that client-id and client-secret belong together and are current; if they are, try client-auth-method: client_secret_post. Not tried again, for the answer would be the same.',
  ]),
  row('a 415', answer([reply({ status: 415 })]), 'format refused', [
    ...asked,
    '    415 Unsupported Media Type, an empty body, after 0.2 s',
    'Error: login.example.com answered 415 Unsupported Media Type. Try body-format: json. Not tried again, for the answer would be the same.',
  ]),
  row(
    'a 404 of the token URL',
    answer([reply({ status: 404, headers: { 'content-type': 'text/html' }, body: '<p>no' })]),
    'no token endpoint there',
    [
      ...asked,
      '    404 Not Found, text/html, after 0.2 s',
      "Error: login.example.com answered 404 Not Found for /oauth2/token. Check token-url against the provider's documentation. Not tried again, for the answer would be the same.",
    ],
  ),
  row('an issuer without metadata', issuer({}), 'no metadata there', [
    asking,
    '> Metadata: request and answer',
    '    metadata of https://login.example.com',
    '    GET https://login.example.com/.well-known/openid-configuration: 404 Not Found',
    '    GET https://login.example.com/.well-known/oauth-authorization-server: 404 Not Found',
    '    an empty body, after 0.2 s',
    "Error: login.example.com has no metadata for this issuer; tried https://login.example.com/.well-known/openid-configuration (404), https://login.example.com/.well-known/oauth-authorization-server (404). Check issuer against the provider's documentation, or give token-url instead. Not tried again, for the answer would be the same.",
  ]),
  row(
    'an issuer of another name',
    issuer({
      [metadata]: (self) => json(200, { issuer: `${self}/`, token_endpoint: `${self}/token` }),
    }),
    'another issuer',
    [
      asking,
      '> Metadata: request and answer',
      '    metadata of https://login.example.com',
      '    GET https://login.example.com/.well-known/openid-configuration: 200 OK',
      '    GET https://login.example.com/.well-known/oauth-authorization-server: 404 Not Found',
      '    application/json, after 0.2 s',
      '    issuer: https://login.example.com/',
      'Error: login.example.com calls itself https://login.example.com/, not https://login.example.com. The two must be the same to the last slash: set issuer to what the server calls itself, if that is the one you mean, or give token-url instead. Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'an issuer that names none',
    issuer({ [metadata]: (self) => json(200, { token_endpoint: `${self}/token` }) }),
    'issuer not named',
    [
      asking,
      '> Metadata: request and answer',
      '    metadata of https://login.example.com',
      '    GET https://login.example.com/.well-known/openid-configuration: 200 OK',
      '    GET https://login.example.com/.well-known/oauth-authorization-server: 404 Not Found',
      '    application/json, after 0.2 s',
      "Error: login.example.com has metadata that names no issuer. Check issuer against the provider's documentation, or give token-url instead. Not tried again, for the answer would be the same.",
    ],
  ),
  row(
    'metadata without an endpoint',
    issuer({ [metadata]: (self) => json(200, { issuer: self }) }),
    'no token endpoint in the metadata',
    [
      asking,
      '> Metadata: request and answer',
      '    metadata of https://login.example.com',
      '    GET https://login.example.com/.well-known/openid-configuration: 200 OK',
      '    application/json, after 0.2 s',
      'Error: The metadata of login.example.com names no token endpoint. Give token-url instead of issuer. Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'metadata with an endpoint that is not https',
    issuer({
      [metadata]: (self) =>
        json(200, { issuer: self, token_endpoint: 'http://login.example.com/token' }),
    }),
    'token endpoint not usable',
    [
      asking,
      '> Metadata: request and answer',
      '    metadata of https://login.example.com',
      '    GET https://login.example.com/.well-known/openid-configuration: 200 OK',
      '    application/json, after 0.2 s',
      '    token_endpoint: http://login.example.com/token',
      'Error: The metadata of login.example.com names a token endpoint that cannot be used: http://login.example.com/token; it must be https, without user information and fragment. Give token-url instead of issuer. Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'metadata that is a page',
    issuer({ [metadata]: () => page, '/.well-known/oauth-authorization-server': () => page }),
    'no metadata there',
    [
      asking,
      '> Metadata: request and answer',
      '    metadata of https://login.example.com',
      '    GET https://login.example.com/.well-known/openid-configuration: 200 OK',
      '    GET https://login.example.com/.well-known/oauth-authorization-server: 200 OK',
      '    text/html, after 0.2 s',
      "Error: login.example.com answered 200 OK with text/html in place of metadata. Check issuer against the provider's documentation, or give token-url instead. Not tried again, for the answer would be the same.",
    ],
  ),
  row(
    'metadata that cannot be had for now',
    issuer({ [metadata]: () => unavailable }),
    'server failed',
    [
      asking,
      "Attempt 1 of 4 to read the issuer's metadata failed: 503 Service Unavailable. Trying again now.",
      "Attempt 2 of 4 to read the issuer's metadata failed: 503 Service Unavailable. Trying again now.",
      "Attempt 3 of 4 to read the issuer's metadata failed: 503 Service Unavailable. Trying again now.",
      "Attempt 4 of 4 to read the issuer's metadata failed: 503 Service Unavailable.",
      '> Metadata: request and answer',
      '    metadata of https://login.example.com',
      '    GET https://login.example.com/.well-known/openid-configuration: 503 Service Unavailable',
      '    GET https://login.example.com/.well-known/oauth-authorization-server: 404 Not Found',
      '    application/json, after 0.2 s',
      "Error: login.example.com answered the request for its metadata with 503 Service Unavailable. The provider's status page may tell more; token-url in place of issuer needs no metadata. Gave up after 4 attempts.",
    ],
  ),
  row(
    'an endpoint of the metadata that gives no token',
    issuer({
      [metadata]: (self) => json(200, { issuer: self, token_endpoint: `${self}/token` }),
      '/token': () => json(200, {}),
    }),
    'no access_token',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    200 OK, application/json, after 0.2 s',
      'Error: login.example.com answered 200 OK without an access_token. Check issuer, whose metadata names this token endpoint, and grant-type. If the token is in another field, name it: response-fields: access_token=... Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'metadata without a revocation endpoint',
    issuer(
      { [metadata]: (self) => json(200, { issuer: self, token_endpoint: `${self}/token` }) },
      { revoke: 'true', 'use-cache': '' },
      { ACTIONS_RUNTIME_TOKEN: 'the-runtime-token' },
    ),
    'no revocation endpoint',
    [
      asking,
      'Error: revoke: true cannot be kept: the metadata of login.example.com names no revocation endpoint. Give revocation-url, or leave revoke out. No token was asked for.',
    ],
  ),
  row(
    'a page in place of a token',
    answer([page], { 'retry-max-attempts': '2' }),
    'a page, not a token',
    [
      asking,
      'Attempt 1 of 2 failed: 200 OK with text/html in place of a token. Trying again now.',
      'Attempt 2 of 2 failed: 200 OK with text/html in place of a token.',
      ...request,
      '    200 OK, text/html, after 0.2 s',
      'Error: login.example.com answered 200 OK with text/html in place of a token: a page for people. Check token-url; it may name a login page, or a proxy may have answered. Gave up after 2 attempts.',
    ],
  ),
  row('an empty answer', answer([reply()], { 'retry-max-attempts': '1' }), 'empty answer', [
    ...asked,
    '    200 OK, an empty body, after 0.2 s',
    'Error: login.example.com answered 200 OK with an empty body in place of a token. Check that token-url is the token endpoint. Not tried again, for retry-max-attempts is 1.',
  ]),
  row(
    'plain text in place of a token',
    answer([reply({ headers: { 'content-type': 'text/plain' }, body: 'ok' })], {
      'retry-max-attempts': '1',
    }),
    'not a token',
    [
      ...asked,
      '    200 OK, text/plain, after 0.2 s',
      'Error: login.example.com answered 200 OK with text/plain in place of a token: neither a JSON object nor a form. Check that token-url is the token endpoint. Not tried again, for retry-max-attempts is 1.',
    ],
  ),
  row(
    'an answer without an access_token',
    answer([json(200, { id_token: 'x' })]),
    'no access_token',
    [
      ...asked,
      '    200 OK, application/json, after 0.2 s',
      'Error: login.example.com answered 200 OK without an access_token. Check that token-url is the token endpoint, and grant-type. If the token is in another field, name it: response-fields: access_token=... Not tried again, for the answer would be the same.',
    ],
  ),
  row(
    'an ACS answer without expires_at',
    answer([token()], { 'endpoint-type': 'acs_api', scopes: '' }),
    'no expires_at',
    [
      'Asking login.example.com (acs_api).',
      '> Request and answer',
      '    GET https://login.example.com/oauth2/token',
      '    client ci-client, acs_api, headers: client-id, client-secret',
      '    200 OK, application/json, after 0.2 s',
      'Error: login.example.com answered 200 OK without a Zulu time in expires_at, which an ACS endpoint sends as 2026-01-31T12:00:00Z. Check token-url, and endpoint-type. Not tried again, for the answer would be the same.',
    ],
  ),
  row('a malformed token', answer([token({ access_token: 'a\nb' })]), 'malformed token', [
    ...asked,
    '    200 OK, application/json, after 0.2 s',
    "Error: login.example.com answered 200 OK with a token that has characters no token can have; it could inject something into a later step, so it was thrown away. The server's operator has to mend it. Not tried again, for the answer would be the same.",
  ]),
  row('a token that is too short', answer([token({ access_token: 'true' })]), 'malformed token', [
    ...asked,
    '    200 OK, application/json, after 0.2 s',
    'Error: login.example.com answered 200 OK with a token of fewer than 8 characters, which cannot be hidden in the log: a mask of so few would hide ordinary words. Check that token-url is the token endpoint. Not tried again, for the answer would be the same.',
  ]),
  row(
    'a certificate of an unknown CA',
    tls((authority) => authority.issue({ names: ['127.0.0.1'] }), { trusted: false }),
    'TLS not trusted',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    failed after 0.2 s: TLS failed: unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
      "Error: The certificate of login.example.com is not trusted: unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE). If a private CA issued it, give the CA's certificate in ca-certificate. Not tried again, for it would fail in the same way.",
    ],
  ),
  row(
    'an expired certificate',
    tls((authority) => authority.issue({ names: ['127.0.0.1'], expired: true })),
    'TLS not trusted',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    failed after 0.2 s: TLS failed: certificate has expired (CERT_HAS_EXPIRED)',
      "Error: The certificate of login.example.com has expired, or the one of its CA. The server's operator has to renew it. Not tried again, for it would fail in the same way.",
    ],
  ),
  row(
    'a certificate for another name',
    tls((authority) => authority.issue({ names: ['other.example.com'] })),
    'TLS not trusted',
    [
      asking,
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      "    failed after 0.2 s: TLS failed: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list:  (ERR_TLS_CERT_ALTNAME_INVALID)",
      "Error: The certificate of login.example.com is for another name: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: . Check the host in token-url. Not tried again, for it would fail in the same way.",
    ],
  ),
  row('a server without TLS', noTls, 'TLS failed', [
    asking,
    '> Request and answer',
    '    POST https://login.example.com/token',
    '    client ci-client, client_secret_basic (form), body: grant_type, scope',
    '    failed after 0.2 s: TLS failed: wrong version number (EPROTO)',
    'Error: login.example.com does not speak TLS on this port: wrong version number (EPROTO). Check the scheme and the port in token-url. Not tried again, for retry-max-attempts is 1.',
  ]),
  row('a server with outdated versions of TLS only', outdatedTls, 'TLS failed', [
    asking,
    '> Request and answer',
    '    POST https://login.example.com/oauth2/token',
    '    client ci-client, client_secret_basic (form), body: grant_type, scope',
    '    failed after 0.2 s: TLS failed: tlsv1 alert protocol version (EPROTO)',
    "Error: login.example.com speaks outdated versions of TLS only: tlsv1 alert protocol version (EPROTO). It must allow TLS 1.2 or later; that is for the server's operator. Not tried again, for retry-max-attempts is 1.",
  ]),
  row('a certificate with a weak signature above it', weakCa, 'TLS not trusted', [
    asking,
    '> Request and answer',
    '    POST https://login.example.com/oauth2/token',
    '    client ci-client, client_secret_basic (form), body: grant_type, scope',
    '    failed after 0.2 s: TLS failed: CA signature digest algorithm too weak (UNSPECIFIED)',
    "Error: The certificate of login.example.com, or the one of a CA above it, is not accepted: CA signature digest algorithm too weak (UNSPECIFIED). It must be replaced there: by the server's operator, or at a proxy that inspects TLS. Not tried again, for it would fail in the same way.",
  ]),
  row(
    'TLS at a URL of http',
    answer([garbage(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]))], { 'retry-max-attempts': '1' }),
    'TLS expected',
    [
      ...asked,
      '    failed after 0.2 s: the answer is a record of TLS in place of HTTP',
      'Error: login.example.com speaks TLS on this port, but the URL begins with http://. Check the scheme in token-url. Not tried again, for retry-max-attempts is 1.',
    ],
  ),
  row(
    'a server that speaks HTTP/2 only',
    answer([garbage(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))], { 'retry-max-attempts': '1' }),
    'HTTP/2 only',
    [
      ...asked,
      '    failed after 0.2 s: the server speaks HTTP/2 only',
      'Error: login.example.com speaks HTTP/2 only, and this action HTTP/1.1. Allow HTTP/1.1 at the server or at a proxy in front of it. Not tried again, for retry-max-attempts is 1.',
    ],
  ),
  row('a client certificate that is refused', refusedCertificate, 'client certificate refused', [
    asking,
    '> Request and answer',
    '    POST https://login.example.com/oauth2/token',
    '    client ci-client, tls_client_auth, body: grant_type, scope, client_id',
    '    failed after 0.2 s: TLS failed: ssl/tls alert bad certificate (EPROTO)',
    "Error: login.example.com did not accept the client's certificate: ssl/tls alert bad certificate (EPROTO). Check that client-certificate is the one registered there, with its chain, and current. Not tried again, for it would fail in the same way.",
  ]),
  row('a client certificate that is wanted', wantedCertificate, 'client certificate wanted', [
    ...asked,
    '    failed after 0.2 s: TLS failed: tlsv13 alert certificate required (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED)',
    'Error: login.example.com wants a certificate of the client: tlsv13 alert certificate required (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED). Give client-certificate and client-key. Not tried again, for it would fail in the same way.',
  ]),
  row(
    'a name that is not found',
    inputs(
      { 'token-url': 'https://login.example.invalid/oauth2/token', 'retry-max-attempts': '2' },
      {
        environment: describeOddNetwork(
          { lookups: ['ENOTFOUND', 'ENOTFOUND'] },
          'login.example.invalid',
        ),
      },
    ),
    'name not found',
    [
      'Asking login.example.invalid (client_credentials, scope: read list).',
      'Attempt 1 of 2 failed: the name login.example.invalid was not found (ENOTFOUND). Trying again now.',
      'Attempt 2 of 2 failed: the name login.example.invalid was not found (ENOTFOUND).',
      '> Request and answer',
      '    POST https://login.example.invalid/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    failed after 0.2 s: the name login.example.invalid was not found (ENOTFOUND)',
      'Error: login.example.invalid could not be reached: the name login.example.invalid was not found (ENOTFOUND). Check token-url; a private name needs a runner inside its network. Gave up after 2 attempts.',
    ],
  ),
  row(
    'a resolver that gives no answer',
    inputs(
      { 'token-url': 'https://login.example.invalid/oauth2/token', 'retry-max-attempts': '1' },
      { environment: describeOddNetwork({ lookups: ['EAI_AGAIN'] }, 'login.example.invalid') },
    ),
    'name not resolved',
    [
      'Asking login.example.invalid (client_credentials, scope: read list).',
      '> Request and answer',
      '    POST https://login.example.invalid/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    failed after 0.2 s: the name login.example.invalid was not resolved (EAI_AGAIN)',
      'Error: login.example.invalid could not be reached: the name login.example.invalid was not resolved (EAI_AGAIN). The name server of this runner gave no answer. If that stays so, check the DNS settings of the runner. Not tried again, for retry-max-attempts is 1.',
    ],
  ),
  row(
    'a port where nobody listens',
    inputs({ 'token-url': 'http://127.0.0.1:1/oauth2/token', 'retry-max-attempts': '2' }),
    'no connection',
    [
      'Asking 127.0.0.1:1 (client_credentials, scope: read list).',
      'Attempt 1 of 2 failed: connection refused (ECONNREFUSED). Trying again now.',
      'Attempt 2 of 2 failed: connection refused (ECONNREFUSED).',
      '> Request and answer',
      '    POST http://127.0.0.1:1/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, scope',
      '    failed after 0.2 s: connection refused (ECONNREFUSED)',
      "Error: 127.0.0.1:1 could not be reached: connection refused (ECONNREFUSED). Check token-url, and that the server admits this runner's address. Gave up after 2 attempts.",
    ],
  ),
  row('a proxy that wants a password', proxied({ behaviour: 'authenticate' }), 'proxy refused', [
    ...asked,
    '    failed after 0.2 s: the proxy refused: 407 Proxy Authentication Required',
    "Error: The proxy refused to connect to login.example.com: 407 Proxy Authentication Required. Put its user and password into the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT. Not tried again, for it would fail in the same way.",
  ]),
  row('a proxy that refuses', proxied({ behaviour: 'refuse' }), 'proxy refused', [
    ...asked,
    '    failed after 0.2 s: the proxy refused: 403 Forbidden',
    'Error: The proxy refused to connect to login.example.com: 403 Forbidden. Allow the host at the proxy, or name it in no_proxy. Not tried again, for it would fail in the same way.',
  ]),
  row(
    'a proxy that does not reach the host',
    proxied({ behaviour: 'bad-gateway' }),
    'proxy refused',
    [
      asking,
      'Attempt 1 of 4 failed: the proxy refused: 502 Bad Gateway. Trying again now.',
      'Attempt 2 of 4 failed: the proxy refused: 502 Bad Gateway. Trying again now.',
      'Attempt 3 of 4 failed: the proxy refused: 502 Bad Gateway. Trying again now.',
      'Attempt 4 of 4 failed: the proxy refused: 502 Bad Gateway.',
      ...request,
      '    failed after 0.2 s: the proxy refused: 502 Bad Gateway',
      'Error: The proxy refused to connect to login.example.com: 502 Bad Gateway. Check that the proxy reaches the host, or name the host in no_proxy. Gave up after 4 attempts.',
    ],
  ),
  row(
    'a proxy that nobody runs',
    inputs({ 'retry-time-slot': '0' }, { environment: { https_proxy: 'http://127.0.0.1:1' } }),
    'proxy not reached',
    [
      asking,
      'Attempt 1 of 4 failed: the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1. Trying again now.',
      'Attempt 2 of 4 failed: the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1. Trying again now.',
      'Attempt 3 of 4 failed: the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1. Trying again now.',
      'Attempt 4 of 4 failed: the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1.',
      ...request,
      '    failed after 0.2 s: the proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1',
      'Error: The proxy could not be reached: connect ECONNREFUSED 127.0.0.1:1. Check https_proxy and http_proxy, or name login.example.com in no_proxy. Gave up after 4 attempts.',
    ],
  ),
  row(
    'a proxy whose address is no URL',
    inputs({}, { environment: { https_proxy: '4711:50%@127.0.0.1:1' } }),
    'proxy not usable',
    [
      ...asked,
      "    failed after 0.2 s: the proxy's address in the environment is no usable URL",
      "Error: login.example.com could not be asked: the proxy's address in the environment is no usable URL. Check https_proxy and http_proxy; a % in a user name or password is written %25. Not tried again, for it would fail in the same way.",
    ],
  ),
  row(
    'a proxy of another kind',
    inputs({}, { environment: { https_proxy: 'socks5://127.0.0.1:1080' } }),
    'proxy not usable',
    [
      ...asked,
      '    failed after 0.2 s: the environment names a proxy of the kind socks5://',
      'Error: No request to login.example.com: the environment names a proxy of the kind socks5://. Only HTTP proxies are supported. Set https_proxy to one that begins with http:// or https://, or name the host in no_proxy. Not tried again, for it would fail in the same way.',
    ],
  ),
  row('silence past timeout', answer([silence('before-head')], impatient), 'no answer in time', [
    asking,
    'Attempt 1 of 2 failed: no answer within 0.3 s. Trying again now.',
    'Attempt 2 of 2 failed: no answer within 0.3 s.',
    ...request,
    '    no answer within 0.3 s',
    'Error: login.example.com gave no answer within 0.3 s. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout. Gave up after 2 attempts.',
  ]),
  row(
    'a server that is never connected to',
    inputs(impatient, {
      environment: describeOddNetwork({ connections: ['silence', 'silence'] }, 'login.example.com'),
    }),
    'no answer in time',
    [
      asking,
      'Attempt 1 of 2 failed: no connection within 0.3 s at 127.0.0.1. Trying again now.',
      'Attempt 2 of 2 failed: no connection within 0.3 s at 127.0.0.1.',
      ...request,
      '    no connection within 0.3 s at 127.0.0.1',
      'Error: login.example.com could not be reached: no connection within 0.3 s at 127.0.0.1. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout. Gave up after 2 attempts.',
    ],
  ),
  row(
    'silence past total-timeout',
    // A tenth of a second may pass before the attempt begins, and the log still rounds what is left to 0.3 s.
    answer([silence('before-head')], { 'total-timeout': '0.34' }),
    'no answer in time',
    [
      ...asked,
      '    no answer within 0.3 s',
      'Error: login.example.com gave no answer within 0.3 s. Check that this runner can reach it; a slow server needs a longer timeout or total-timeout. Gave up at attempt 1 of 4, for total-timeout: 0.34 leaves no time for another.',
    ],
  ),
  row('a redirect', answer([redirect(302, 'https://sso.example.com/login?next=1')]), 'redirect', [
    ...asked,
    '    302 Found, an empty body, after 0.2 s',
    '    location: https://sso.example.com/login',
    'Error: login.example.com answered 302 Found, a redirect to https://sso.example.com/login. It was not followed, for the secret would have gone along. Set token-url to the token endpoint itself. Not tried again, for the answer would be the same.',
  ]),
  row(
    'a 429 with a Retry-After past total-timeout',
    answer([json(429, {}, { 'retry-after': '3540' })]),
    'asked to wait too long',
    [
      ...asked,
      '    429 Too Many Requests, application/json, after 0.2 s',
      'Error: login.example.com asks to wait 3540 s (Retry-After), past total-timeout: 120. Nothing here can shorten that: it is a quota. Reuse tokens (use-cache), or ask the provider for more.',
    ],
  ),
  row(
    'a 503 with a Retry-After past total-timeout',
    answer([json(503, {}, { 'retry-after': '600' })]),
    'asked to wait too long',
    [
      ...asked,
      '    503 Service Unavailable, application/json, after 0.2 s',
      'Error: login.example.com asks to wait 600 s (Retry-After), past total-timeout: 120. Run the job again later, or set a longer total-timeout.',
    ],
  ),
  row('a 429 to every attempt', answer([json(429, {})]), 'too many requests', [
    asking,
    'Attempt 1 of 4 failed: 429 Too Many Requests. Trying again now.',
    'Attempt 2 of 4 failed: 429 Too Many Requests. Trying again now.',
    'Attempt 3 of 4 failed: 429 Too Many Requests. Trying again now.',
    'Attempt 4 of 4 failed: 429 Too Many Requests.',
    ...request,
    '    429 Too Many Requests, application/json, after 0.2 s',
    'Error: login.example.com answered 429 Too Many Requests. Ask less often, or ask the provider for a higher limit. Gave up after 4 attempts.',
  ]),
  row('a 503 to every attempt', answer([unavailable]), 'server failed', [
    asking,
    'Attempt 1 of 4 failed: 503 Service Unavailable. Trying again now.',
    'Attempt 2 of 4 failed: 503 Service Unavailable. Trying again now.',
    'Attempt 3 of 4 failed: 503 Service Unavailable. Trying again now.',
    'Attempt 4 of 4 failed: 503 Service Unavailable.',
    ...request,
    '    503 Service Unavailable, application/json, after 0.2 s',
    "Error: login.example.com answered 503 Service Unavailable. The provider's status page may tell more. Gave up after 4 attempts.",
  ]),
  row(
    'temporarily_unavailable to the last attempt',
    answer([refused('temporarily_unavailable', 'Maintenance')], { 'retry-max-attempts': '1' }),
    'server busy',
    [
      ...asked,
      '    400 Bad Request, application/json, after 0.2 s',
      '    error: temporarily_unavailable',
      '    error_description: Maintenance',
      `Error: login.example.com cannot answer for now: 400 temporarily_unavailable, "Maintenance". The provider's status page may tell more. Not tried again, for retry-max-attempts is 1.`,
    ],
  ),
  row('an answer that is too large', answer([huge(10 * 1024 * 1024)]), 'answer too large', [
    ...asked,
    '    failed after 0.2 s: the answer is larger than 1 MiB',
    'Error: login.example.com sent more than 1 MiB; the answer that was asked for has a few KiB. Check token-url. Not tried again, for it would fail in the same way.',
  ]),
  row(
    'an answer that is cut off',
    answer([end('in-body')], { 'retry-max-attempts': '2' }),
    'answer damaged',
    [
      asking,
      'Attempt 1 of 2 failed: the answer was cut off. Trying again now.',
      'Attempt 2 of 2 failed: the answer was cut off.',
      ...request,
      '    failed after 0.2 s: the answer was cut off',
      "Error: login.example.com could not be understood: the answer was cut off. If it stays so, look at the server's log or at a proxy in between. Gave up after 2 attempts.",
    ],
  ),
  row(
    'an answer that is no HTTP',
    answer([garbage('SSH-2.0-OpenSSH_9.9\r\n')], { 'retry-max-attempts': '1' }),
    'answer damaged',
    [
      ...asked,
      '    failed after 0.2 s: the answer is not readable HTTP: Expected HTTP/, RTSP/ or ICE/',
      "Error: login.example.com could not be understood: the answer is not readable HTTP: Expected HTTP/, RTSP/ or ICE/. If it stays so, look at the server's log or at a proxy in between. Not tried again, for retry-max-attempts is 1.",
    ],
  ),
  row(
    'an answer with an encoding that is not known',
    answer([reply({ headers: { 'content-encoding': 'zstd' }, body: 'x' })], {
      'retry-max-attempts': '1',
    }),
    'encoding not known',
    [
      ...asked,
      '    failed after 0.2 s: the answer has a Content-Encoding that is not known here: zstd',
      'Error: login.example.com could not be understood: the answer has a Content-Encoding that is not known here: zstd. No compression was requested; gzip, deflate and br are decoded. Change that at the server or at a proxy in front of it. Not tried again, for retry-max-attempts is 1.',
    ],
  ),
  row(
    'an answer with headers that are too large',
    answer([reply({ headers: { 'x-long': 'x'.repeat(70 * 1024) } })]),
    'answer too large',
    [
      ...asked,
      '    failed after 0.2 s: the headers of the answer are larger than 64 KiB',
      "Error: login.example.com sent more than 64 KiB of headers. The server's operator must make them smaller; cookies are the usual reason. Not tried again, for it would fail in the same way.",
    ],
  ),
  row(
    'a refresh token that may be used up',
    answer([json(502, {})], { 'refresh-token': 'the-refresh-token', scopes: '' }),
    'server failed',
    [
      'Asking login.example.com (refresh_token).',
      '> Request and answer',
      '    POST https://login.example.com/oauth2/token',
      '    client ci-client, client_secret_basic (form), body: grant_type, refresh_token',
      '    502 Bad Gateway, application/json, after 0.2 s',
      "Error: login.example.com answered 502 Bad Gateway. The provider's status page may tell more. Not tried again, for the grant may have been used up: what it carries is accepted once.",
    ],
  ),
  row(
    'a start outside a workflow',
    inputs({}, { environment: { GITHUB_OUTPUT: '' } }),
    'not in a workflow',
    [
      'Error: GITHUB_OUTPUT is not set, so there is nowhere to put a token. This runs as a step of a GitHub Actions workflow; npm run demo tries settings without one.',
    ],
  ),
];

function encryptedKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cipher = { cipher: 'aes-256-cbc', passphrase: 'a-passphrase' } as const;
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString();
}
