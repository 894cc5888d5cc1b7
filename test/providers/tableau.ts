/** What Tableau documents of signing in with a personal access token. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

/** A secret that toJSON() has to escape. */
const secret = 'made"up==:secret';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/tableau.yml',
    page: 'https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_auth.htm',
    values: { 'secrets.TABLEAU_TOKEN_SECRET': secret },
    request: {
      method: 'POST',
      url: 'https://10ay.online.tableau.com/api/3.27/auth/signin',
      contentType: 'application/json',
      body: {
        credentials: {
          json: {
            personalAccessTokenName: 'tableau-token-name',
            personalAccessTokenSecret: secret,
            site: { contentUrl: 'acme' },
          },
        },
      },
    },
    answer: {
      status: 200,
      body: {
        credentials: {
          site: { id: '9a8b7c6d', contentUrl: 'acme' },
          user: { id: '9f9e9d9c' },
          token: 'made-up|tableau|token',
          estimatedTimeToExpiration: '177:05:38',
        },
      },
    },
    outputs: {
      token: 'made-up|tableau|token',
      'expires-in': '7199',
      response: JSON.stringify({
        credentials: {
          site: { id: '9a8b7c6d', contentUrl: 'acme' },
          user: { id: '9f9e9d9c' },
          estimatedTimeToExpiration: '177:05:38',
        },
      }),
    },
  },
];
