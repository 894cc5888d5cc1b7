/** What Safaricom documents of the token endpoint of M-Pesa (Daraja). */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/m-pesa.yml',
    page: 'https://developer.safaricom.co.ke/apis/Authorization',
    request: {
      method: 'GET',
      url: 'https://sandbox.safaricom.co.ke/oauth/v1/generate?grant_type=client_credentials',
      authorization: 'basic',
      body: {},
    },
    answer: { status: 200, body: { access_token: 'made-up-daraja-token', expires_in: '3599' } },
    outputs: { 'token-type': 'Bearer', 'expires-in': '3598' },
  },
];
