/** What Docker documents of the login of Docker Hub's API. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

/** A JWT that nobody signed; `exp` is 2100-01-01. */
const token = [{ alg: 'RS256', typ: 'JWT' }, { exp: 4_102_444_800 }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat('made-up')
  .join('.');

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/docker-hub.yml',
    page: 'https://docs.docker.com/reference/api/hub/latest/operations/AuthCreateAccessToken.md',
    request: {
      method: 'POST',
      url: 'https://hub.docker.com/v2/auth/token',
      contentType: 'application/json',
      body: { identifier: 'dockerhub-name', secret: 'dockerhub-token' },
    },
    answer: { status: 200, body: { access_token: token } },
    outputs: { token, 'expires-at': '2100-01-01T00:00:00Z' },
  },
];
