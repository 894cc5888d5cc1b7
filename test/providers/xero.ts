/** What Xero documents of its token endpoint. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/xero.yml',
    page: 'https://developer.xero.com/documentation/guides/oauth2/auth-flow/',
    request: {
      method: 'POST',
      url: 'https://identity.xero.com/connect/token',
      authorization: 'basic',
      body: { grant_type: 'refresh_token', refresh_token: 'xero-refresh-token' },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made.up.access-token',
        expires_in: 1800,
        token_type: 'Bearer',
        refresh_token: 'the-next-refresh-token',
        scope: 'accounting.settings.read offline_access',
      },
    },
    outputs: {
      'token-type': 'Bearer',
      scope: 'accounting.settings.read offline_access',
      'refresh-token': 'the-next-refresh-token',
    },
  },
  {
    example: 'examples/xero-custom-connection.yml',
    page: 'https://developer.xero.com/documentation/guides/oauth2/custom-connections/',
    request: {
      method: 'POST',
      url: 'https://identity.xero.com/connect/token',
      authorization: 'basic',
      body: { grant_type: 'client_credentials', scope: 'accounting.settings.read' },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made.up.access-token',
        expires_in: 1800,
        token_type: 'Bearer',
        scope: 'accounting.settings.read',
      },
    },
    outputs: { scope: 'accounting.settings.read', 'refresh-token': '' },
  },
];
