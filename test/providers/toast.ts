/** What Toast documents of its login. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/toast.yml',
    page: 'https://doc.toasttab.com/openapi/authentication/operation/authenticationLoginPost',
    values: { 'vars.TOAST_HOST': 'toast-api.example' },
    request: {
      method: 'POST',
      url: 'https://toast-api.example/authentication/v1/authentication/login',
      contentType: 'application/json',
      body: {
        clientId: 'toast-client-id',
        clientSecret: 'toast-client-secret',
        userAccessType: 'TOAST_MACHINE_CLIENT',
      },
    },
    answer: {
      status: 200,
      body: {
        token: {
          tokenType: 'Bearer',
          scope: 'restaurants:read',
          expiresIn: 86_400,
          accessToken: 'made-up.toast.token',
          idToken: null,
          refreshToken: null,
        },
        status: 'SUCCESS',
      },
    },
    outputs: {
      token: 'made-up.toast.token',
      'token-type': 'Bearer',
      'expires-in': '86399',
      scope: 'restaurants:read',
    },
  },
];
