import { githubIdToken, signedJwt } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/google-service-account.yml',
    page: 'https://developers.google.com/identity/protocols/oauth2/service-account',
    request: {
      method: 'POST',
      url: 'https://oauth2.googleapis.com/token',
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: signedJwt({
          header: { alg: 'RS256', kid: 'google-key-id' },
          claims: {
            iss: 'ci@acme-prod.iam.gserviceaccount.com',
            scope: 'https://www.googleapis.com/auth/devstorage.read_only',
            aud: 'https://oauth2.googleapis.com/token',
          },
        }),
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up.google.token',
        // As a library that reads the answer documents it; the page shows it too.
        scope: 'https://www.googleapis.com/auth/devstorage.read_only',
        token_type: 'Bearer',
        expires_in: 3600,
      },
    },
    outputs: {
      'expires-in': '3599',
      scope: 'https://www.googleapis.com/auth/devstorage.read_only',
    },
  },
  {
    example: 'examples/google-workload-identity.yml',
    page: 'https://google.aip.dev/auth/4117',
    request: {
      method: 'POST',
      url: 'https://sts.googleapis.com/v1/token',
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience:
          '//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/github/providers/acme',
        scope: 'https://www.googleapis.com/auth/cloud-platform',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        subject_token: githubIdToken(
          'https://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/github/providers/acme',
        ),
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up.google.token',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 3599,
      },
    },
    outputs: {
      'expires-in': '3598',
      response: '{"issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}',
    },
  },
];
