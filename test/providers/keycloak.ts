import { githubIdToken } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

const realm = 'https://sso.acme.example/realms/ci';

const discovery = {
  url: `${realm}/.well-known/openid-configuration`,
  metadata: { issuer: realm, token_endpoint: `${realm}/protocol/openid-connect/token` },
} as const;

const rest = {
  answer: {
    status: 200,
    body: {
      access_token: 'made-up.keycloak.token',
      expires_in: 300,
      refresh_expires_in: 0,
      token_type: 'Bearer',
      'not-before-policy': 0,
      scope: 'profile email',
    },
  },
  outputs: {
    'expires-in': '299',
    scope: 'profile email',
    response: '{"refresh_expires_in":0,"not-before-policy":0}',
  },
} as const;

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/keycloak.yml',
    page: 'https://www.keycloak.org/docs/latest/server_admin/index.html#_service_accounts',
    discovery,
    request: {
      method: 'POST',
      url: `${realm}/protocol/openid-connect/token`,
      authorization: 'basic',
      body: { grant_type: 'client_credentials' },
    },
    ...rest,
  },
  {
    example: 'examples/keycloak-id-token.yml',
    page: 'https://www.keycloak.org/2026/01/federated-client-authentication',
    discovery,
    request: {
      method: 'POST',
      url: `${realm}/protocol/openid-connect/token`,
      body: {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: githubIdToken(realm),
      },
    },
    ...rest,
  },
];
