/** What Zoom documents of its token endpoint, for Server-to-Server OAuth apps. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/zoom.yml',
    page: 'https://developers.zoom.us/docs/internal-apps/s2s-oauth/',
    request: {
      method: 'POST',
      url: 'https://zoom.us/oauth/token',
      authorization: 'basic',
      body: { grant_type: 'account_credentials', account_id: 'zoom-account-id' },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up.zoom.token',
        token_type: 'bearer',
        expires_in: 3600,
        scope: 'user:read:admin meeting:read:admin',
        api_url: 'https://api.zoom.us',
      },
    },
    outputs: {
      'token-type': 'bearer',
      scope: 'user:read:admin meeting:read:admin',
      response: '{"api_url":"https://api.zoom.us"}',
    },
  },
];
