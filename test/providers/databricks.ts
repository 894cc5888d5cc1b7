import { githubIdToken } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

const url = 'https://acme.cloud.databricks.com/oidc/v1/token';

const rest = {
  answer: {
    status: 200,
    body: {
      access_token: 'made-up.databricks.token',
      scope: 'all-apis',
      token_type: 'Bearer',
      expires_in: 3600,
    },
  },
  outputs: { 'expires-in': '3599', scope: 'all-apis' },
} as const;

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/databricks.yml',
    page: 'https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m',
    request: {
      method: 'POST',
      url,
      authorization: 'basic',
      body: { grant_type: 'client_credentials', scope: 'all-apis' },
    },
    ...rest,
  },
  {
    example: 'examples/databricks-id-token.yml',
    page: 'https://docs.databricks.com/aws/en/dev-tools/auth/oauth-federation-exchange',
    request: {
      method: 'POST',
      url,
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        client_id: 'databricks-client-id',
        scope: 'all-apis',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        subject_token: githubIdToken('https://github.com/acme'),
      },
    },
    ...rest,
  },
];
