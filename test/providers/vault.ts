import { githubIdToken } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/vault.yml',
    page: 'https://developer.hashicorp.com/vault/api-docs/auth/jwt',
    request: {
      method: 'POST',
      url: 'https://vault.acme.example:8200/v1/auth/jwt/login',
      contentType: 'application/json',
      body: { role: 'ci', jwt: githubIdToken('https://vault.acme.example:8200') },
    },
    answer: {
      status: 200,
      body: {
        auth: {
          client_token: 'hvs.made-up',
          accessor: '0e9e354a-520f-df04-6867-ee81cae3d42d',
          policies: ['default', 'ci'],
          lease_duration: 600,
          renewable: true,
        },
      },
    },
    outputs: { token: 'hvs.made-up', 'expires-in': '599' },
  },
];
