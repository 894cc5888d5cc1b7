import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/stanford-acs.yml',
    // No page of the vendor's is public: what the Python library sends.
    page: '../from-stanford-green.md',
    values: { 'vars.ACS_TOKEN_URL': 'https://api.endpoint.com/api/v1/token' },
    request: {
      method: 'GET',
      url: 'https://api.endpoint.com/api/v1/token',
      body: {},
      headers: { 'client-id': 'acs-client-id', 'client-secret': 'acs-client-secret' },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up.acs.token',
        expires_at: '2026-01-31T12:00:00Z',
        // Wrong on purpose: expires_at decides.
        expires_in: 60,
      },
    },
    outputs: { 'token-type': 'Bearer', 'expires-at': '2026-01-31T12:00:00Z' },
  },
];
