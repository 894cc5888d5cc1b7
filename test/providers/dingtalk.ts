/** What DingTalk documents of the login of an internal app. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/dingtalk.yml',
    page: 'https://help.dingtalk.io/open/development/obtain-the-access-token-of-an-internal-app',
    request: {
      method: 'POST',
      // That page has the host of the international service, api.dingtalk.io.
      url: 'https://api.dingtalk.com/v1.0/oauth2/accessToken',
      contentType: 'application/json',
      body: { appKey: 'dingtalk-app-key', appSecret: 'dingtalk-app-secret' },
    },
    answer: { status: 200, body: { accessToken: 'made-up-dingtalk-token', expireIn: 7200 } },
    outputs: { token: 'made-up-dingtalk-token', 'expires-in': '7199' },
  },
];
