import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/cognito.yml',
    page: 'https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html',
    request: {
      method: 'POST',
      url: 'https://acme.auth.eu-west-1.amazoncognito.com/oauth2/token',
      authorization: 'basic',
      body: { grant_type: 'client_credentials', scope: 'orders/read' },
    },
    answer: {
      status: 200,
      body: { access_token: 'made-up.cognito.token', token_type: 'Bearer', expires_in: 3600 },
    },
    // Cognito names no scope: what was requested is what was granted (RFC 6749 section 5.1).
    outputs: { 'expires-in': '3599', scope: 'orders/read' },
  },
];
