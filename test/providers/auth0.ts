import { signedJwt } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

const answer = {
  status: 200,
  body: { access_token: 'made-up.auth0.token', token_type: 'Bearer', expires_in: 86_400 },
} as const;

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/auth0.yml',
    page: 'https://auth0.com/docs/secure/tokens/access-tokens/get-access-tokens',
    request: {
      method: 'POST',
      url: 'https://acme.eu.auth0.com/oauth/token',
      body: {
        grant_type: 'client_credentials',
        client_id: 'auth0-client-id',
        client_secret: 'auth0-client-secret',
        audience: 'https://acme.eu.auth0.com/api/v2/',
      },
    },
    answer: { ...answer, body: { ...answer.body, scope: 'read:clients' } },
    outputs: { 'token-type': 'Bearer', 'expires-in': '86399', scope: 'read:clients' },
  },
  {
    example: 'examples/auth0-private-key.yml',
    page: 'https://auth0.com/docs/get-started/authentication-and-authorization-flow/authenticate-with-private-key-jwt',
    discovery: {
      // The issuer ends with a slash, which must not be doubled.
      url: 'https://acme.eu.auth0.com/.well-known/openid-configuration',
      metadata: {
        issuer: 'https://acme.eu.auth0.com/',
        token_endpoint: 'https://acme.eu.auth0.com/oauth/token',
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      },
    },
    request: {
      method: 'POST',
      url: 'https://acme.eu.auth0.com/oauth/token',
      body: {
        grant_type: 'client_credentials',
        // Not on the page; RFC 7521 section 4.2 allows it, and Auth0's own library sends it.
        client_id: 'auth0-client-id',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: signedJwt({
          header: { alg: 'RS256' },
          claims: {
            iss: 'auth0-client-id',
            sub: 'auth0-client-id',
            aud: 'https://acme.eu.auth0.com/',
          },
        }),
        audience: 'https://api.acme.example',
      },
    },
    answer,
    outputs: { 'expires-in': '86399' },
  },
];
