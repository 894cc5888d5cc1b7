/** What Strava documents of its token endpoint. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/strava.yml',
    page: 'https://developers.strava.com/docs/authentication/',
    request: {
      method: 'POST',
      url: 'https://www.strava.com/oauth/token',
      body: {
        grant_type: 'refresh_token',
        client_id: 'strava-client-id',
        client_secret: 'strava-client-secret',
        refresh_token: 'strava-refresh-token',
      },
    },
    answer: {
      status: 200,
      body: {
        token_type: 'Bearer',
        access_token: 'made-up-access-token',
        expires_at: 1568775134,
        expires_in: 20566,
        refresh_token: 'the-next-refresh-token',
      },
    },
    outputs: {
      'token-type': 'Bearer',
      'refresh-token': 'the-next-refresh-token',
      response: '{"expires_at":1568775134}',
    },
  },
];
