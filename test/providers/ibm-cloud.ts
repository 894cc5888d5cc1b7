import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/ibm-cloud.yml',
    page: 'https://cloud.ibm.com/docs/iam?topic=iam-iamtoken_from_apikey',
    request: {
      method: 'POST',
      url: 'https://iam.cloud.ibm.com/identity/token',
      body: {
        grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
        apikey: 'ibm-cloud-api-key',
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up.ibm.token',
        refresh_token: 'not_supported',
        token_type: 'Bearer',
        expires_in: 3600,
        expiration: Date.parse('2026-01-31T12:00:00Z') / 1000,
        scope: 'ibm openid',
      },
    },
    outputs: { 'expires-in': '3599', scope: 'ibm openid', 'refresh-token': 'not_supported' },
  },
];
