import { bearer, signedJwt } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

const url = 'https://api.github.com/app/installations/app-installation-id/access_tokens';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/github-app.yml',
    page: 'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app',
    request: {
      method: 'POST',
      url,
      contentType: 'application/json',
      body: { permissions: { json: { contents: 'read', metadata: 'read' } } },
      headers: {
        authorization: bearer(
          signedJwt({
            header: { alg: 'RS256' },
            claims: ({ now }) => ({
              iss: 'app-client-id',
              // 60 seconds in the past, as GitHub recommends.
              iat: Math.floor(now.getTime() / 1000) - 60,
              // Not on GitHub's page, which names iss, iat and exp.
              aud: url,
            }),
          }),
        ),
        'x-github-api-version': '2022-11-28',
      },
    },
    answer: {
      status: 201,
      body: {
        token: 'ghs_made-up',
        expires_at: '2026-01-31T12:00:00Z',
        permissions: { contents: 'read', metadata: 'read' },
        repository_selection: 'selected',
      },
    },
    outputs: { token: 'ghs_made-up', 'expires-at': '2026-01-31T12:00:00Z' },
  },
];
