import { githubIdToken } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/jfrog.yml',
    page: 'https://jfrog.com/help/r/jfrog-rest-apis/oidc-token-exchange',
    request: {
      method: 'POST',
      url: 'https://acme.jfrog.io/access/api/v1/oidc/token',
      contentType: 'application/json',
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: githubIdToken('jfrog-github'),
        provider_name: 'github-oidc',
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up.jfrog.token',
        expires_in: 600,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        username: 'ci',
      },
    },
    outputs: { 'expires-in': '599', 'token-type': 'Bearer' },
  },
];
