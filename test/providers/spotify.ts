/** What Spotify documents of its token endpoint. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/spotify.yml',
    page: 'https://developer.spotify.com/documentation/web-api/tutorials/client-credentials-flow',
    request: {
      method: 'POST',
      url: 'https://accounts.spotify.com/api/token',
      authorization: 'basic',
      body: { grant_type: 'client_credentials' },
    },
    answer: {
      status: 200,
      body: { access_token: 'BQC-made-up', token_type: 'Bearer', expires_in: 3600 },
    },
    outputs: { 'token-type': 'Bearer', scope: '', 'refresh-token': '', response: '{}' },
  },
];
