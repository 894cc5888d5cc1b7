/** What eBay documents of its token endpoint. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/ebay.yml',
    page: 'https://developer.ebay.com/api-docs/static/oauth-client-credentials-grant.html',
    request: {
      method: 'POST',
      url: 'https://api.ebay.com/identity/v1/oauth2/token',
      authorization: 'basic',
      body: {
        grant_type: 'client_credentials',
        scope: 'https://api.ebay.com/oauth/api_scope',
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'v^1.1#i^1#p^1#made-up',
        expires_in: 7200,
        token_type: 'Application Access Token',
      },
    },
    outputs: { 'token-type': 'Application Access Token' },
  },
];
