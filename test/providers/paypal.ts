/** What PayPal documents of its token endpoint. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/paypal.yml',
    page: 'https://developer.paypal.com/api/rest/authentication/',
    request: {
      method: 'POST',
      url: 'https://api-m.paypal.com/v1/oauth2/token',
      authorization: 'basic',
      body: { grant_type: 'client_credentials' },
    },
    answer: {
      status: 200,
      body: {
        scope: 'https://uri.paypal.com/services/invoicing openid',
        access_token: 'A21AA-made-up',
        token_type: 'Bearer',
        app_id: 'APP-80W284485P519543T',
        expires_in: 31668,
        nonce: '2026-01-31T12:00:00Z-made-up',
      },
    },
    outputs: {
      'token-type': 'Bearer',
      scope: 'https://uri.paypal.com/services/invoicing openid',
      response: '{"app_id":"APP-80W284485P519543T","nonce":"2026-01-31T12:00:00Z-made-up"}',
    },
  },
];
