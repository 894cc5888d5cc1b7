/** What OpenAI documents of its token endpoint, for workload identity federation. */
import { githubIdToken } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/openai.yml',
    page: 'https://developers.openai.com/api/reference/workload-identity-federation',
    request: {
      method: 'POST',
      url: 'https://auth.openai.com/oauth/token',
      contentType: 'application/json',
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: githubIdToken('https://api.openai.com/v1'),
        identity_provider_id: 'openai-identity-provider-id',
        service_account_id: 'openai-service-account-id',
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up-access-token',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 300,
      },
    },
    outputs: {
      'token-type': 'Bearer',
      response: '{"issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}',
    },
  },
];
