/** What ADP documents of its token endpoint, for data connectors: Basic, on a connection with a certificate. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/adp.yml',
    page: 'https://developers.adp.com/articles/guides/auth-process-data-connector-apps',
    request: {
      method: 'POST',
      url: 'https://accounts.adp.com/auth/oauth/v2/token',
      authorization: 'basic',
      body: { grant_type: 'client_credentials' },
      clientCertificate: true,
    },
    answer: {
      status: 200,
      body: {
        access_token: '0a1b2c3d-made-up',
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'api',
      },
    },
    outputs: { 'token-type': 'Bearer', 'expires-in': '3599', scope: 'api' },
  },
];
