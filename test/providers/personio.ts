/** What Personio documents of its two token endpoints. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/personio.yml',
    page: 'https://developer.personio.de/reference/post_v2-auth-token.md',
    request: {
      method: 'POST',
      url: 'https://api.personio.de/v2/auth/token',
      body: {
        grant_type: 'client_credentials',
        client_id: 'personio-client-id',
        client_secret: 'personio-client-secret',
      },
    },
    answer: {
      status: 200,
      body: { access_token: 'papi-made-up', token_type: 'Bearer', expires_in: 86_400 },
    },
    outputs: { 'token-type': 'Bearer', 'expires-in': '86399' },
  },
  {
    example: 'examples/personio-v1.yml',
    page: 'https://github.com/personio/api-docs/blob/master/personio-auth-api.yaml',
    request: {
      method: 'POST',
      url: 'https://api.personio.de/v1/auth',
      contentType: 'application/json',
      body: { client_id: 'personio-client-id', client_secret: 'personio-client-secret' },
    },
    answer: { status: 200, body: { success: true, data: { token: 'papi-made-up' } } },
    outputs: { token: 'papi-made-up', 'expires-at': '' },
  },
];
