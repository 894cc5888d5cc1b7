/** What package registries document of the exchange of an OIDC token for a token that publishes. */
import { bearer, githubIdToken } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/pypi.yml',
    page: 'https://docs.pypi.org/trusted-publishers/using-a-publisher/',
    request: {
      method: 'POST',
      url: 'https://pypi.org/_/oidc/mint-token',
      // The page's curl names no type; the body is this JSON.
      contentType: 'application/json',
      body: { token: githubIdToken('pypi') },
    },
    answer: { status: 200, body: { success: true, token: 'pypi-made-up' } },
    outputs: { token: 'pypi-made-up', 'expires-at': '' },
  },
  {
    example: 'examples/crates-io.yml',
    page: 'https://crates.io/docs/trusted-publishing',
    request: {
      method: 'POST',
      url: 'https://crates.io/api/v1/trusted_publishing/tokens',
      contentType: 'application/json',
      body: { jwt: githubIdToken('crates.io') },
    },
    answer: { status: 200, body: { token: 'cio-made-up' } },
    outputs: { token: 'cio-made-up', 'expires-at': '' },
  },
  {
    example: 'examples/rubygems.yml',
    page: 'https://github.com/rubygems/configure-rubygems-credentials',
    request: {
      method: 'POST',
      url: 'https://rubygems.org/api/v1/oidc/trusted_publisher/exchange_token',
      contentType: 'application/json',
      body: { jwt: githubIdToken('rubygems.org') },
    },
    answer: {
      status: 201,
      body: {
        rubygems_api_key: 'rubygems_made_up',
        name: 'GitHub Actions acme/widgets @ .github/workflows/push.yml 2026-01-31T11:00:00Z',
        scopes: ['push_rubygem'],
        expires_at: '2026-01-31T11:15:00.000Z',
      },
    },
    outputs: { token: 'rubygems_made_up', 'expires-at': '2026-01-31T11:15:00Z' },
  },
  {
    example: 'examples/npm.yml',
    page: 'https://github.com/npm/cli/blob/latest/lib/utils/oidc.js',
    request: {
      method: 'POST',
      url: 'https://registry.npmjs.org/-/npm/v1/oidc/token/exchange/package/@acme%2fwidgets',
      body: {},
      headers: { authorization: bearer(githubIdToken('npm:registry.npmjs.org')) },
    },
    answer: { status: 201, body: { token: 'npm_made_up' } },
    outputs: { token: 'npm_made_up', 'expires-at': '' },
  },
  {
    example: 'examples/nuget.yml',
    page: 'https://learn.microsoft.com/en-us/nuget/nuget-org/trusted-publishing',
    request: {
      method: 'POST',
      url: 'https://www.nuget.org/api/v2/token',
      contentType: 'application/json',
      body: { username: 'nuget-user', tokenType: 'ApiKey' },
      headers: { authorization: bearer(githubIdToken('https://www.nuget.org')) },
    },
    answer: {
      status: 200,
      body: {
        tokenType: 'ApiKey',
        expires: '2026-01-31T12:00:00.0000000+00:00',
        apiKey: 'oy2-made-up',
      },
    },
    outputs: { token: 'oy2-made-up', 'expires-at': '2026-01-31T12:00:00Z' },
  },
];
