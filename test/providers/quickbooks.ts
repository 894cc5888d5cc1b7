/** What Intuit documents of its token endpoint. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/quickbooks.yml',
    page: 'https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0',
    request: {
      method: 'POST',
      url: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
      authorization: 'basic',
      body: { grant_type: 'refresh_token', refresh_token: 'intuit-refresh-token' },
    },
    answer: {
      status: 200,
      body: {
        token_type: 'bearer',
        access_token: 'made.up.access-token',
        expires_in: 3600,
        refresh_token: 'the-next-refresh-token',
        x_refresh_token_expires_in: 8640000,
      },
    },
    outputs: {
      'token-type': 'bearer',
      'refresh-token': 'the-next-refresh-token',
      response: '{"x_refresh_token_expires_in":8640000}',
    },
  },
];
