/** What Slack documents of oauth.v2.access, for token rotation. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/slack.yml',
    page: 'https://docs.slack.dev/authentication/using-token-rotation/',
    request: {
      method: 'POST',
      url: 'https://slack.com/api/oauth.v2.access',
      authorization: 'basic',
      body: { grant_type: 'refresh_token', refresh_token: 'slack-refresh-token' },
    },
    answer: {
      status: 200,
      body: {
        ok: true,
        app_id: 'A0KRD7HC3',
        scope: 'chat:write,channels:read',
        token_type: 'bot',
        access_token: 'xoxe.xoxb-1-made-up',
        bot_user_id: 'U0KRQLJ9H',
        refresh_token: 'xoxe-1-the-next-refresh-token',
        expires_in: 43200,
        team: { id: 'T9TK3CUKW', name: 'acme' },
        enterprise: null,
        is_enterprise_install: false,
      },
    },
    outputs: {
      'token-type': 'bot',
      scope: 'chat:write channels:read',
      'refresh-token': 'xoxe-1-the-next-refresh-token',
    },
  },
];
