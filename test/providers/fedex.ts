/** What FedEx documents of its token endpoint. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/fedex.yml',
    page: 'https://developer.fedex.com/api/en-us/catalog/authorization/docs.html',
    request: {
      method: 'POST',
      url: 'https://apis.fedex.com/oauth/token',
      body: {
        grant_type: 'client_credentials',
        client_id: 'fedex-api-key',
        client_secret: 'fedex-secret-key',
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up-fedex-token',
        token_type: 'bearer',
        expires_in: 3599,
        scope: 'CXS',
      },
    },
    outputs: { 'token-type': 'bearer', 'expires-in': '3598', scope: 'CXS' },
  },
];
