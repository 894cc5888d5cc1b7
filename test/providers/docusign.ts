import { signedJwt } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/docusign.yml',
    page: 'https://docs.docusign.com/esign/guide/authentication/oa2_jwt.html',
    request: {
      method: 'POST',
      url: 'https://account.docusign.com/oauth/token',
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: signedJwt({
          header: { alg: 'RS256' },
          claims: {
            iss: 'docusign-integration-key',
            sub: 'docusign-user-id',
            aud: 'account.docusign.com',
            scope: 'signature impersonation',
          },
        }),
      },
    },
    answer: {
      status: 200,
      body: { access_token: 'made-up.docusign.token', token_type: 'Bearer', expires_in: 3600 },
    },
    outputs: { 'expires-in': '3599' },
  },
];
