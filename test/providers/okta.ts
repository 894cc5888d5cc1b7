import { signedJwt } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/okta.yml',
    page: 'https://developer.okta.com/docs/guides/implement-client-creds/',
    discovery: {
      url: 'https://acme.okta.com/oauth2/default/.well-known/openid-configuration',
      metadata: {
        issuer: 'https://acme.okta.com/oauth2/default',
        token_endpoint: 'https://acme.okta.com/oauth2/default/v1/token',
      },
    },
    request: {
      method: 'POST',
      url: 'https://acme.okta.com/oauth2/default/v1/token',
      authorization: 'basic',
      body: { grant_type: 'client_credentials', scope: 'orders.read orders.write' },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up.okta.token',
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'orders.read orders.write',
      },
    },
    outputs: { 'expires-in': '3599', scope: 'orders.read orders.write' },
  },
  {
    example: 'examples/okta-org.yml',
    page: 'https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/',
    request: {
      method: 'POST',
      url: 'https://acme.okta.com/oauth2/v1/token',
      body: {
        grant_type: 'client_credentials',
        scope: 'okta.users.read',
        // Not on the page; RFC 7521 section 4.2 allows it.
        client_id: 'okta-client-id',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: signedJwt({
          header: { alg: 'RS256', kid: 'okta-key-id' },
          claims: {
            iss: 'okta-client-id',
            sub: 'okta-client-id',
            aud: 'https://acme.okta.com/oauth2/v1/token',
          },
        }),
      },
    },
    answer: {
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: 3600,
        access_token: 'made-up.okta.token',
        scope: 'okta.users.read',
      },
    },
    outputs: { 'expires-in': '3599', scope: 'okta.users.read' },
  },
];
