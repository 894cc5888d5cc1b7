import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/snowflake.yml',
    page: 'https://docs.snowflake.com/en/user-guide/oauth-azure',
    request: {
      method: 'POST',
      url: 'https://login.microsoftonline.com/tenant-id/oauth2/v2.0/token',
      body: {
        grant_type: 'client_credentials',
        client_id: 'entra-client-id',
        client_secret: 'entra-client-secret',
        scope: 'api://snowflake-acme/.default',
      },
    },
    answer: {
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3599, access_token: 'made-up.entra.token' },
    },
    outputs: { 'expires-in': '3598' },
  },
];
