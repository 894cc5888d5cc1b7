/** Metadata of an issuer that leads to no token. */
import { issuer } from '../failure-scene.ts';
import { json, reply } from '../../doubles/scripted-server.ts';
import { page, unavailable, asking, row, type Failure } from './row.ts';
import { same } from '../wording.ts';

const metadata = '/.well-known/openid-configuration';

const start = reply({
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html><title>Welcome</title>',
});

/** Metadata of an issuer that leads to no token. */
export const metadataFailures: readonly Failure[] = [
  row('an issuer without metadata', issuer({}), 'no metadata there', [
    asking,
    '> Metadata: request and answer',
    '    metadata of https://login.example.com',
    '    GET https://login.example.com/.well-known/openid-configuration: 404 Not Found',
    '    GET https://login.example.com/.well-known/oauth-authorization-server: 404 Not Found',
    '    an empty body, after 0.2 s',
    `Error: login.example.com has no metadata for this issuer. Tried: https://login.example.com/.well-known/openid-configuration (404), https://login.example.com/.well-known/oauth-authorization-server (404). Check issuer against the provider's documentation, or set token-url instead. ${same}`,
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
      '    application/json, 84 bytes, after 0.2 s',
      '    fields: issuer, token_endpoint',
      '    issuer: https://login.example.com/',
      'Error: The metadata of login.example.com is for the issuer https://login.example.com/, not https://login.example.com. The two must be identical, including the last slash. Set issuer to the first if that is the server you mean, or set token-url instead. Not retried: the answer would be the same.',
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
      '    application/json, 49 bytes, after 0.2 s',
      '    fields: token_endpoint',
      `Error: login.example.com has metadata without an issuer. Check issuer against the provider's documentation, or set token-url instead. ${same}`,
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
      '    GET https://login.example.com/.well-known/oauth-authorization-server: 404 Not Found',
      '    application/json, 35 bytes, after 0.2 s',
      '    fields: issuer',
      'Error: The metadata of login.example.com has no token endpoint. Set token-url instead of issuer. Not retried: the answer would be the same.',
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
      '    application/json, 85 bytes, after 0.2 s',
      '    fields: issuer, token_endpoint',
      '    token_endpoint: http://login.example.com/token',
      'Error: The metadata of login.example.com has a token endpoint that cannot be used: http://login.example.com/token. It must begin with https:// and have no user, password or fragment. Set token-url instead of issuer. Not retried: the answer would be the same.',
    ],
  ),
  row(
    'metadata that is the page of a web site',
    issuer({ [metadata]: () => start, '/.well-known/oauth-authorization-server': () => start }),
    'no metadata there',
    [
      asking,
      '> Metadata: request and answer',
      '    metadata of https://login.example.com',
      '    GET https://login.example.com/.well-known/openid-configuration: 200 OK',
      '    GET https://login.example.com/.well-known/oauth-authorization-server: 200 OK',
      '    text/html, 37 bytes, after 0.2 s',
      `Error: login.example.com answered 200 OK with text/html instead of metadata. Check issuer against the provider's documentation, or set token-url instead. ${same}`,
    ],
  ),
  row(
    'metadata that is a page to log in',
    issuer({ [metadata]: () => page, '/.well-known/oauth-authorization-server': () => page }),
    'a page, not a token',
    [
      asking,
      '> Metadata: request and answer',
      '    metadata of https://login.example.com',
      '    GET https://login.example.com/.well-known/openid-configuration: 200 OK',
      '    GET https://login.example.com/.well-known/oauth-authorization-server: 200 OK',
      '    text/html, 37 bytes, after 0.2 s',
      `Error: login.example.com answered 200 OK with a login page instead of metadata. Check that issuer is not the address of a web page. A gateway with its own login may be in front of the server. ${same}`,
    ],
  ),
  row(
    'metadata that cannot be had for now',
    issuer({ [metadata]: () => unavailable }),
    'server failed',
    [
      asking,
      "Attempt 1 of 4 to read the issuer's metadata failed: 503 Service Unavailable. Retrying now.",
      "Attempt 2 of 4 to read the issuer's metadata failed: 503 Service Unavailable. Retrying now.",
      "Attempt 3 of 4 to read the issuer's metadata failed: 503 Service Unavailable. Retrying now.",
      "Attempt 4 of 4 to read the issuer's metadata failed: 503 Service Unavailable.",
      '> Metadata: request and answer',
      '    metadata of https://login.example.com',
      '    GET https://login.example.com/.well-known/openid-configuration: 503 Service Unavailable',
      '    GET https://login.example.com/.well-known/oauth-authorization-server: 404 Not Found',
      '    application/json, 2 bytes, after 0.2 s',
      "Error: login.example.com answered the request for its metadata with 503 Service Unavailable. Check the provider's status page. With token-url instead of issuer, no metadata is needed. Stopped after 4 attempts.",
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
      '    200 OK, application/json, 2 bytes, after 0.2 s',
      'Error: login.example.com answered 200 OK without an access_token. Check issuer, whose metadata names this token endpoint, and grant-type. Not retried: the answer would be the same.',
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
      'Error: revoke: true is not possible: the metadata of login.example.com has no revocation endpoint. Set revocation-url, or remove revoke. No token was requested.',
    ],
  ),
];
