import { githubIdToken } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

const rest = {
  answer: {
    status: 200,
    body: {
      accessToken: 'made-up.infisical.token',
      expiresIn: 7200,
      accessTokenMaxTTL: 43200,
      tokenType: 'Bearer',
    },
  },
  outputs: { token: 'made-up.infisical.token', 'expires-in': '7199', 'token-type': 'Bearer' },
} as const;

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/infisical.yml',
    page: 'https://infisical.com/docs/api-reference/endpoints/oidc-auth/login',
    request: {
      method: 'POST',
      url: 'https://us.infisical.com/api/v1/auth/oidc-auth/login',
      contentType: 'application/json',
      body: { identityId: 'infisical-identity-id', jwt: githubIdToken(undefined) },
    },
    ...rest,
  },
  {
    example: 'examples/infisical-secret.yml',
    page: 'https://infisical.com/docs/api-reference/endpoints/universal-auth/login',
    request: {
      method: 'POST',
      url: 'https://us.infisical.com/api/v1/auth/universal-auth/login',
      contentType: 'application/json',
      body: { clientId: 'infisical-client-id', clientSecret: 'infisical-client-secret' },
    },
    ...rest,
  },
];
