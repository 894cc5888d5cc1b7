/** What CrowdStrike documents of its token endpoint. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/crowdstrike.yml',
    page: 'https://developer.crowdstrike.com/api-reference/collections/oauth2/',
    request: {
      method: 'POST',
      url: 'https://api.crowdstrike.com/oauth2/token',
      body: { client_id: 'falcon-client-id', client_secret: 'falcon-client-secret' },
    },
    answer: {
      status: 201,
      body: { access_token: 'made-up.falcon.token', token_type: 'bearer', expires_in: 1799 },
    },
    outputs: { 'token-type': 'bearer', 'expires-in': '1798' },
  },
];
