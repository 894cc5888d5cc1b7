/** What Zitadel documents of its token endpoint, for service accounts. */
import { signedJwt } from '../support/making/matchers.ts';
import type { Given, ProviderRequest } from '../support/making/provider-request.ts';

/** What is used of a key file. */
interface KeyFile {
  readonly keyId: string;
  readonly userId: string;
}

/** The key file in `private-key`. */
function readKeyFile({ inputs }: Given): KeyFile {
  return JSON.parse(inputs['private-key'] ?? '') as KeyFile;
}

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/zitadel.yml',
    page: 'https://zitadel.com/docs/guides/integrate/service-accounts/private-key-jwt',
    discovery: {
      url: 'https://acme.zitadel.cloud/.well-known/openid-configuration',
      metadata: {
        issuer: 'https://acme.zitadel.cloud',
        token_endpoint: 'https://acme.zitadel.cloud/oauth/v2/token',
        revocation_endpoint: 'https://acme.zitadel.cloud/oauth/v2/revoke',
      },
    },
    request: {
      method: 'POST',
      url: 'https://acme.zitadel.cloud/oauth/v2/token',
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        scope: 'openid profile',
        assertion: signedJwt({
          header: (given) => ({ alg: 'RS256', kid: readKeyFile(given).keyId }),
          claims: (given) => {
            const { userId } = readKeyFile(given);
            return { iss: userId, sub: userId, aud: 'https://acme.zitadel.cloud' };
          },
        }),
      },
    },
    answer: {
      status: 200,
      body: {
        access_token: 'made-up-opaque-token',
        token_type: 'Bearer',
        expires_in: 43199,
        id_token: 'made.up.id-token',
      },
    },
    outputs: { 'token-type': 'Bearer', 'id-token': 'made.up.id-token' },
  },
];
