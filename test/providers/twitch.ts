/** What Twitch documents of its token endpoint. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/twitch.yml',
    page: 'https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/',
    request: {
      method: 'POST',
      url: 'https://id.twitch.tv/oauth2/token',
      body: {
        grant_type: 'client_credentials',
        client_id: 'twitch-client-id',
        client_secret: 'twitch-client-secret',
      },
    },
    answer: {
      status: 200,
      body: { access_token: 'made-up-app-token', expires_in: 5011271, token_type: 'bearer' },
    },
    outputs: { 'token-type': 'bearer' },
  },
];
