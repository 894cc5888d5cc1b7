/** What Atlassian documents of its token endpoint. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    // The page names the URL, client_id, client_secret and the lifetime; the body's format is the one of 3LO.
    example: 'examples/atlassian-service-account.yml',
    page: 'https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/',
    request: {
      method: 'POST',
      url: 'https://auth.atlassian.com/oauth/token',
      contentType: 'application/json',
      body: {
        grant_type: 'client_credentials',
        client_id: 'atlassian-client-id',
        client_secret: 'atlassian-client-secret',
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made.up.access-token',
        expires_in: 3600,
        token_type: 'Bearer',
        scope: 'read:jira-user',
      },
    },
    outputs: { scope: 'read:jira-user', 'refresh-token': '' },
  },
  {
    example: 'examples/atlassian-3lo.yml',
    page: 'https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/',
    request: {
      method: 'POST',
      url: 'https://auth.atlassian.com/oauth/token',
      contentType: 'application/json',
      body: {
        grant_type: 'refresh_token',
        client_id: 'atlassian-client-id',
        client_secret: 'atlassian-client-secret',
        refresh_token: 'atlassian-refresh-token',
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made.up.access-token',
        refresh_token: 'the-next-refresh-token',
        expires_in: 3600,
        scope: 'read:jira-user offline_access',
      },
    },
    outputs: {
      'token-type': 'Bearer',
      scope: 'read:jira-user offline_access',
      'refresh-token': 'the-next-refresh-token',
    },
  },
];
