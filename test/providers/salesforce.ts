import { signedJwt } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

const answer = {
  status: 200,
  body: {
    access_token: '00Dmade!up.salesforce.token',
    instance_url: 'https://acme.my.salesforce.com',
    id: 'https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA',
    token_type: 'Bearer',
    scope: 'api',
  },
} as const;

/** Salesforce names no lifetime: the recipe assumes one. */
const outputs = {
  'expires-in': '899',
  scope: 'api',
  response: JSON.stringify({ instance_url: answer.body.instance_url, id: answer.body.id }),
} as const;

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/salesforce.yml',
    page: 'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm',
    request: {
      method: 'POST',
      url: 'https://acme.my.salesforce.com/services/oauth2/token',
      body: {
        grant_type: 'client_credentials',
        client_id: 'salesforce-key',
        client_secret: 'salesforce-secret',
      },
    },
    answer: {
      ...answer,
      body: { ...answer.body, issued_at: '1769857200000', signature: 'bWFkZSB1cCBzaWduYXR1cmU=' },
    },
    outputs: {
      ...outputs,
      response: JSON.stringify({
        instance_url: answer.body.instance_url,
        id: answer.body.id,
        issued_at: '1769857200000',
        signature: 'bWFkZSB1cCBzaWduYXR1cmU=',
      }),
    },
  },
  {
    example: 'examples/salesforce-jwt.yml',
    page: 'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm',
    request: {
      method: 'POST',
      url: 'https://login.salesforce.com/services/oauth2/token',
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: signedJwt({
          header: { alg: 'RS256' },
          claims: {
            iss: 'salesforce-key',
            sub: 'ci@acme.example',
            aud: 'https://login.salesforce.com',
          },
        }),
      },
    },
    answer,
    outputs,
  },
];
