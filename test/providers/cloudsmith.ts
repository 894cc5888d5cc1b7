import { githubIdToken } from '../support/making/matchers.ts';
import type { ProviderRequest } from '../support/making/provider-request.ts';

/** A JWT that says when it expires; nobody signed it. */
const token = [
  { typ: 'JWT', alg: 'RS256' },
  { exp: Date.parse('2026-01-31T12:30:00Z') / 1000 },
  'signature',
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/cloudsmith.yml',
    page: 'https://github.com/cloudsmith-io/cloudsmith-cli-action',
    request: {
      method: 'POST',
      url: 'https://api.cloudsmith.io/openid/acme/',
      contentType: 'application/json',
      body: { oidc_token: githubIdToken('https://github.com/acme'), service_slug: 'ci-x1y2' },
    },
    answer: { status: 201, body: { token } },
    outputs: { token, 'expires-at': '2026-01-31T12:30:00Z' },
  },
];
