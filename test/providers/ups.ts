/** What UPS documents of its token endpoint, for client credentials. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/ups.yml',
    page: 'https://github.com/UPS-API/api-documentation/blob/main/OAuthClientCredentials.yaml',
    request: {
      method: 'POST',
      url: 'https://onlinetools.ups.com/security/v1/oauth/token',
      authorization: 'basic',
      body: { grant_type: 'client_credentials' },
    },
    answer: {
      status: 200,
      body: {
        token_type: 'Bearer',
        issued_at: '1769860800000',
        client_id: 'ups-client-id',
        access_token: 'made-up-ups-token',
        expires_in: '14399',
        status: 'approved',
      },
    },
    outputs: {
      'token-type': 'Bearer',
      'expires-in': '14398',
      response: '{"issued_at":"1769860800000","client_id":"ups-client-id","status":"approved"}',
    },
  },
];
