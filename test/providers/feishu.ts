/** What Feishu documents of the two endpoints that give a custom app a tenant access token. */
import type { ProviderRequest } from '../support/making/provider-request.ts';

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/feishu.yml',
    page: 'https://open.larkoffice.com/document/ukTMukTMukTM/ukDNz4SO0MjL5QzM/auth-v3/auth/tenant_access_token_internal.md',
    request: {
      method: 'POST',
      url: 'https://open.feishu.cn/open-apis/auth/v3/tenant_access_token/internal',
      contentType: 'application/json',
      body: { app_id: 'feishu-app-id', app_secret: 'feishu-app-secret' },
    },
    answer: {
      status: 200,
      body: { code: 0, msg: 'ok', tenant_access_token: 't-made-up', expire: 7200 },
    },
    outputs: { token: 't-made-up', 'expires-in': '7199' },
  },
  {
    example: 'examples/feishu-oauth.yml',
    page: 'https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/authentication-management/access-token/tenant_access_token.md',
    request: {
      method: 'POST',
      url: 'https://accounts.feishu.cn/oauth/v3/token',
      authorization: 'basic',
      body: { grant_type: 'client_credentials' },
    },
    answer: {
      status: 200,
      body: { access_token: 'made-up.feishu.token', token_type: 'Bearer', expires_in: 7200 },
    },
    outputs: { 'token-type': 'Bearer', 'expires-in': '7199' },
  },
];
