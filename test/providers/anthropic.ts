/** What Anthropic documents of its token endpoint, for workload identity federation. */
import { githubIdToken } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/anthropic.yml',
    page: 'https://platform.claude.com/docs/en/manage-claude/wif-reference',
    request: {
      method: 'POST',
      url: 'https://api.anthropic.com/v1/oauth/token',
      contentType: 'application/json',
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: githubIdToken('https://api.anthropic.com'),
        federation_rule_id: 'anthropic-federation-rule-id',
        organization_id: 'anthropic-organization-id',
        service_account_id: 'anthropic-service-account-id',
      },
      // Not on that page: Anthropic's SDKs send it and say that the exchange needs it.
      headers: { 'anthropic-beta': 'oauth-2025-04-20,oidc-federation-2026-04-01' },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'sk-ant-oat01-made-up',
        token_type: 'Bearer',
        expires_in: 600,
        scope: 'workspace:developer',
      },
    },
    outputs: { 'token-type': 'Bearer', scope: 'workspace:developer' },
  },
];
