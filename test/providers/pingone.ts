import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/pingone.yml',
    page: 'https://developer.pingidentity.com/pingone-api/workflow-library/application-management/configure-a-non-interactive-worker-application/step-3-get-a-token.html',
    request: {
      method: 'POST',
      url: 'https://auth.pingone.eu/pingone-environment/as/token',
      authorization: 'basic',
      body: { grant_type: 'client_credentials' },
    },
    answer: {
      status: 200,
      body: { access_token: 'made-up.pingone.token', token_type: 'Bearer', expires_in: 3600 },
    },
    outputs: { 'expires-in': '3599', scope: '' },
  },
];
