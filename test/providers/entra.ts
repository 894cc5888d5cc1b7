import { githubIdToken, signedJwt, thumbprint } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

const url = 'https://login.microsoftonline.com/tenant-id/oauth2/v2.0/token';

/** What all three requests have in common. */
const body = {
  grant_type: 'client_credentials',
  client_id: 'entra-client-id',
  scope: 'https://graph.microsoft.com/.default',
} as const;

const page =
  'https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow';

/** Entra names no scope in its answer, which is not the same as none granted. */
const rest = {
  answer: {
    status: 200,
    body: { token_type: 'Bearer', expires_in: 3599, access_token: 'made-up.entra.token' },
  },
  outputs: { 'expires-in': '3598', scope: 'https://graph.microsoft.com/.default' },
} as const;

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/entra.yml',
    page,
    request: {
      method: 'POST',
      url,
      body: { ...body, client_secret: 'entra-client-secret' },
    },
    ...rest,
  },
  {
    example: 'examples/entra-certificate.yml',
    page: 'https://learn.microsoft.com/entra/identity-platform/certificate-credentials',
    request: {
      method: 'POST',
      url,
      body: {
        ...body,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: signedJwt({
          header: ({ certificate }) => ({ alg: 'PS256', 'x5t#S256': thumbprint(certificate) }),
          // The page lists nbf as well; RFC 7519 leaves it to the one who writes the JWT.
          claims: { iss: 'entra-client-id', sub: 'entra-client-id', aud: url },
        }),
      },
    },
    ...rest,
  },
  {
    example: 'examples/entra-id-token.yml',
    page,
    request: {
      method: 'POST',
      url,
      body: {
        ...body,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: githubIdToken('api://AzureADTokenExchange'),
      },
    },
    ...rest,
  },
];
