/** What Jamf documents of the two token endpoints of Jamf Pro. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/jamf-pro.yml',
    page: 'https://developer.jamf.com/jamf-pro/reference/postoauthtoken',
    request: {
      method: 'POST',
      url: 'https://acme.jamfcloud.com/api/oauth/token',
      body: {
        grant_type: 'client_credentials',
        client_id: 'jamf-client-id',
        client_secret: 'jamf-client-secret',
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up.jamf.token',
        scope: 'api-role:2',
        token_type: 'Bearer',
        expires_in: 599,
      },
    },
    outputs: { 'token-type': 'Bearer', 'expires-in': '598', scope: 'api-role:2' },
  },
  {
    example: 'examples/jamf-pro-user.yml',
    page: 'https://developer.jamf.com/jamf-pro/docs/jamf-pro-api-overview',
    values: { 'secrets.JAMF_USER': 'ci', 'secrets.JAMF_PASSWORD': 'p+ss w%rd' },
    request: {
      method: 'POST',
      url: 'https://acme.jamfcloud.com/api/v1/auth/token',
      authorization: `Basic ${Buffer.from('ci:p+ss w%rd').toString('base64')}`,
      body: {},
    },
    answer: {
      status: 200,
      body: { token: 'made-up.jamf.token', expires: '2099-01-24T21:35:20.373Z' },
    },
    outputs: { token: 'made-up.jamf.token', 'expires-at': '2099-01-24T21:35:20Z' },
  },
];
