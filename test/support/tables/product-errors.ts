/** Error bodies of real products, as they are documented or were seen, with what is shown of them and the advice. */

/** One answer. */
export interface ProductError {
  readonly product: string;
  readonly status: number;
  /** JSON, or a text. */
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The differences from a client with a secret that is sent by HTTP Basic. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The server's words as they are quoted; empty if it has only a code. */
  readonly shown: string;
  readonly title: string;
  /** A part of the advice. */
  readonly advice: string;
}

const credentials = 'Check that client-id and client-secret belong together and are current';
const grantType = 'Allow this grant type for the client at the provider';
const html = { 'content-type': 'text/html; charset=UTF-8' } as const;
const apiKey = 'Set an API key in parameters or headers';
const key = {
  'client-secret': '',
  'private-key': 'PEM',
} as const;
const keyGrant = { ...key, 'private-key-as': 'assertion' } as const;
const audience = { audience: 'https://api.example.com' } as const;
const refresh = { 'refresh-token': 'a-refresh-token', scopes: '' } as const;

export const productErrors: readonly ProductError[] = [
  {
    product: 'Keycloak, a client without service accounts',
    status: 401,
    body: {
      error: 'unauthorized_client',
      error_description: 'Client not enabled to retrieve service account',
    },
    shown: 'Client not enabled to retrieve service account',
    title: 'grant not allowed',
    advice: 'Service accounts roles',
  },
  {
    product: 'Keycloak, a wrong secret',
    status: 401,
    body: {
      error: 'unauthorized_client',
      error_description: 'Invalid client or Invalid client credentials',
    },
    shown: 'Invalid client or Invalid client credentials',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Keycloak, a realm that does not exist',
    status: 404,
    body: { error: 'Realm does not exist' },
    shown: '',
    title: 'no token endpoint there',
    advice: 'Check token-url',
  },
  {
    product: 'Keycloak, JSON in place of a form',
    status: 400,
    body: { error: 'invalid_request', error_description: 'Missing form parameter: grant_type' },
    inputs: { 'body-format': 'json' },
    shown: 'Missing form parameter: grant_type',
    title: 'refused',
    advice: 'remove body-format',
  },
  {
    product: 'Keycloak, a client that is disabled',
    status: 401,
    body: { error: 'invalid_client', error_description: 'Client disabled' },
    shown: 'Client disabled',
    title: 'refused',
    advice: 'Enable it again at the provider.',
  },
  {
    product: 'Entra ID, a wrong secret',
    status: 401,
    body: {
      error: 'invalid_client',
      error_description:
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '11111111-2222-3333-4444-555555555555'. Trace ID: a Correlation ID: b Timestamp: 2026-01-31 11:00:00Z",
      error_codes: [7_000_215],
      correlation_id: 'b',
    },
    shown: 'AADSTS7000215: Invalid client secret provided. Ensure the secret being sent',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Entra ID, an application of another tenant',
    status: 400,
    body: {
      error: 'unauthorized_client',
      error_description:
        "AADSTS700016: Application with identifier 'ci-client' was not found in the directory 'Contoso'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
    },
    shown: "AADSTS700016: Application with identifier 'ci-client' was not found",
    title: 'refused',
    advice: 'Check client-id (the application ID), and the tenant in token-url.',
  },
  {
    product: 'Entra ID, a tenant that does not exist',
    status: 400,
    body: {
      error: 'invalid_request',
      error_description:
        "AADSTS90002: Tenant 'contoso' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
    },
    shown: "AADSTS90002: Tenant 'contoso' not found",
    title: 'refused',
    advice: 'Check the name of the tenant or realm in token-url.',
  },
  {
    product: 'Entra ID, a scope without .default',
    status: 400,
    body: {
      error: 'invalid_scope',
      error_description:
        'AADSTS1002012: The provided value for scope https://graph.microsoft.com/User.Read is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
    },
    shown: 'AADSTS1002012: The provided value for scope',
    title: 'scope refused',
    advice: 'Entra expects one scope, which ends in /.default.',
  },
  {
    product: 'Entra ID, no scope',
    status: 400,
    body: {
      error: 'invalid_request',
      error_description:
        "AADSTS900144: The request body must contain the following parameter: 'scope'.",
    },
    inputs: { scopes: '' },
    shown: "AADSTS900144: The request body must contain the following parameter: 'scope'",
    title: 'refused',
    advice: 'Set scopes.',
  },
  {
    product: 'Entra ID, no credential',
    status: 401,
    body: {
      error: 'invalid_client',
      error_description:
        "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    },
    inputs: { 'client-secret': '', 'client-auth-method': 'none' },
    shown: 'AADSTS7000218: The request body must contain',
    title: 'refused',
    advice: 'The client did not authenticate. Set client-secret or private-key.',
  },
  {
    product: 'Auth0, a wrong secret',
    status: 401,
    body: { error: 'access_denied', error_description: 'Unauthorized' },
    shown: 'Unauthorized',
    title: 'refused',
    advice: credentials,
  },
  {
    product: 'Auth0, an audience that does not exist',
    status: 403,
    body: {
      error: 'access_denied',
      error_description: 'Service not found: https://api.example.com',
    },
    inputs: audience,
    shown: 'Service not found: https://api.example.com',
    title: 'resource refused',
    advice: 'Check audience: https://api.example.com.',
  },
  {
    product: 'Auth0, a client that may not use an API',
    status: 403,
    body: {
      error: 'access_denied',
      error_description:
        'Client is not authorized to access "https://api.example.com". You need to create a "client-grant" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants',
    },
    inputs: audience,
    shown: 'Client is not authorized to access "https://api.example.com"',
    title: 'resource refused',
    advice: 'Check audience',
  },
  {
    product: 'Auth0, no audience',
    status: 403,
    body: {
      error: 'access_denied',
      error_description:
        'No audience parameter was provided, and no default audience has been configured',
    },
    shown: 'No audience parameter was provided',
    title: 'refused',
    advice: 'Set audience to the API that the token is for.',
  },
  {
    product: 'Auth0, a grant type that is not allowed',
    status: 403,
    body: {
      error: 'unauthorized_client',
      error_description: "Grant type 'client_credentials' not allowed for the client.",
    },
    shown: "Grant type 'client_credentials' not allowed for the client",
    title: 'grant not allowed',
    advice: grantType,
  },
  {
    product: 'Okta, a wrong secret',
    status: 401,
    body: {
      error: 'invalid_client',
      error_description: 'The client secret supplied for a confidential client is invalid.',
    },
    shown: 'The client secret supplied for a confidential client is invalid',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Okta, a scope that it does not have',
    status: 400,
    body: {
      error: 'invalid_scope',
      error_description:
        'One or more scopes are not configured for the authorization server resource.',
    },
    shown: 'One or more scopes are not configured for the authorization server resource',
    title: 'scope refused',
    advice: 'Check scopes: read list.',
  },
  {
    product: 'Okta, a policy',
    status: 400,
    body: {
      error: 'access_denied',
      error_description:
        'Policy evaluation failed for this request, please check the policy configurations.',
    },
    shown: 'Policy evaluation failed for this request',
    title: 'refused',
    advice: 'change the policy there',
  },
  {
    product: 'Okta, its other form',
    status: 403,
    body: {
      errorCode: 'E0000006',
      errorSummary: 'You do not have permission to perform the requested action',
      errorLink: 'E0000006',
      errorId: 'oae1',
      errorCauses: [],
    },
    shown: 'You do not have permission to perform the requested action',
    title: 'refused',
    advice: 'Grant the permission to this client',
  },
  {
    product: 'Okta, an assertion that has expired',
    status: 401,
    body: {
      error: 'invalid_client',
      error_description: 'The client_assertion token has an expiration that is not valid.',
    },
    inputs: key,
    shown: 'The client_assertion token has an expiration that is not valid',
    title: 'client refused',
    advice: 'Check that clock (NTP)',
  },
  {
    product: 'Google, a signature that does not fit',
    status: 400,
    body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
    inputs: keyGrant,
    shown: 'Invalid JWT Signature',
    title: 'grant refused',
    advice: 'Check that the provider has the public key of private-key',
  },
  {
    product: 'Google, a clock that is off',
    status: 400,
    body: {
      error: 'invalid_grant',
      error_description:
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    },
    inputs: keyGrant,
    shown: 'Invalid JWT: Token must be a short-lived token',
    title: 'grant refused',
    advice: 'Check that clock (NTP)',
  },
  {
    product: 'Google, its APIs',
    status: 403,
    body: {
      error: {
        code: 403,
        message:
          'Permission iam.serviceAccounts.getAccessToken denied on resource (or it may not exist).',
        status: 'PERMISSION_DENIED',
      },
    },
    shown: 'Permission iam.serviceAccounts.getAccessToken denied',
    title: 'refused',
    advice: 'Grant the permission to this client',
  },
  {
    product: 'Hydra, a client that it does not know',
    status: 401,
    body: {
      error: 'invalid_client',
      error_description:
        'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method). The requested OAuth 2.0 Client does not exist.',
    },
    shown: 'Client authentication failed (e.g., unknown client, no client authentication included',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Hydra, a client for another method',
    status: 401,
    body: {
      error: 'invalid_client',
      error_description:
        'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method). The OAuth 2.0 Client supports client authentication method "client_secret_post", but method "client_secret_basic" was requested.',
    },
    shown: 'Client authentication failed (e.g., unknown client',
    title: 'client refused',
    advice: 'The provider expects client-auth-method: client_secret_post from this client.',
  },
  {
    product: 'Hydra, a scope that the client may not have',
    status: 400,
    body: {
      error: 'invalid_scope',
      error_description:
        "The requested scope is invalid, unknown, or malformed. The OAuth 2.0 Client is not allowed to request scope 'list'.",
    },
    shown: 'The requested scope is invalid, unknown, or malformed',
    title: 'scope refused',
    advice: 'Check scopes: read list.',
  },
  {
    product: 'Ping, a wrong secret',
    status: 401,
    body: {
      error: 'invalid_client',
      error_description:
        'Request denied: Invalid client credentials (Correlation ID: 11111111-2222)',
    },
    shown: 'Request denied: Invalid client credentials (Correlation ID: 11111111-2222)',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Salesforce, no user for the flow',
    status: 400,
    body: { error: 'invalid_grant', error_description: 'no client credentials user enabled' },
    shown: 'no client credentials user enabled',
    title: 'grant refused',
    advice: 'Set up the account in whose name this client acts',
  },
  {
    product: 'Salesforce, a client that it does not know',
    status: 400,
    body: { error: 'invalid_client_id', error_description: 'client identifier invalid' },
    shown: 'client identifier invalid',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Salesforce, its APIs',
    status: 401,
    body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
    shown: 'Session expired or invalid',
    title: 'refused',
    advice: credentials,
  },
  {
    product: 'SAP BTP, a wrong secret',
    status: 401,
    body: { error: 'unauthorized', error_description: 'Bad credentials' },
    shown: 'Bad credentials',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'IBM Cloud IAM, an API key that it does not know',
    status: 400,
    body: {
      errorCode: 'BXNIM0415E',
      errorMessage: 'Provided API key could not be found.',
      context: { requestId: 'r' },
    },
    inputs: {
      'client-secret': '',
      'client-auth-method': 'none',
      'grant-type': 'urn:ibm:params:oauth:grant-type:apikey',
      parameters: 'apikey=an-api-key-of-ibm',
      scopes: '',
    },
    shown: 'Provided API key could not be found',
    title: 'refused',
    advice: 'Check apikey in parameters',
  },
  {
    product: 'IBM Cloud IAM, an API key as a client secret',
    status: 400,
    body: {
      errorCode: 'BXNIM0109E',
      errorMessage: 'Property missing or empty: apikey',
      context: {},
    },
    shown: 'Property missing or empty: apikey',
    title: 'refused',
    advice: apiKey,
  },
  {
    product: 'FedEx',
    status: 401,
    body: {
      transactionId: 't1',
      errors: [
        { code: 'NOT.AUTHORIZED.ERROR', message: 'The given client credentials were not valid.' },
      ],
    },
    shown: 'The given client credentials were not valid',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'UPS',
    status: 401,
    body: {
      response: { errors: [{ code: '10400', message: 'Invalid/Missing Authorization Header' }] },
    },
    shown: 'Invalid/Missing Authorization Header',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Zoom',
    status: 400,
    body: { reason: 'Invalid client_id or client_secret', error: 'invalid_client' },
    shown: 'Invalid client_id or client_secret',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'WeChat',
    status: 200,
    body: { errcode: 40_013, errmsg: 'invalid appid rid: 1' },
    shown: 'invalid appid rid: 1',
    title: 'no access_token',
    advice: credentials,
  },
  {
    product: 'DingTalk',
    status: 400,
    body: {
      code: 'invalidClientIdOrSecret',
      requestid: 'r',
      message: 'Invalid client id or secret',
    },
    shown: 'Invalid client id or secret',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Feishu',
    status: 200,
    body: { code: 10_003, msg: 'invalid param' },
    shown: 'invalid param',
    title: 'no access_token',
    advice: 'Check that token-url is the token endpoint, and grant-type.',
  },
  {
    product: 'Slack',
    status: 200,
    body: { ok: false, error: 'bad_client_secret' },
    shown: '',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'GitHub, a wrong secret',
    status: 200,
    body: {
      error: 'incorrect_client_credentials',
      error_description: 'The client_id and/or client_secret passed are incorrect.',
      error_uri:
        'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#incorrect-client-credentials',
    },
    shown: 'The client_id and/or client_secret passed are incorrect',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'GitHub, an App',
    status: 401,
    body: {
      message: 'A JSON web token could not be decoded',
      documentation_url: 'https://docs.github.com/rest',
      status: '401',
    },
    inputs: key,
    shown: 'A JSON web token could not be decoded',
    title: 'refused',
    advice: 'Check that the provider knows the public key of private-key',
  },
  {
    product: 'Twitch',
    status: 403,
    body: { status: 403, message: 'invalid client secret' },
    shown: 'invalid client secret',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Strava',
    status: 401,
    body: {
      message: 'Authorization Error',
      errors: [{ resource: 'Application', field: 'client_id', code: 'invalid' }],
    },
    shown: 'Authorization Error',
    title: 'refused',
    advice: credentials,
  },
  {
    product: 'QuickBooks, a refresh token that was used',
    status: 400,
    body: { error: 'invalid_grant', error_description: 'Incorrect or invalid refresh token' },
    inputs: refresh,
    shown: 'Incorrect or invalid refresh token',
    title: 'grant refused',
    advice: 'Get a new one and store it.',
  },
  {
    product: 'Box',
    status: 400,
    body: {
      error: 'invalid_grant',
      error_description:
        "Please check the 'aud' claim. The 'aud' specified must be 'https://api.box.com/oauth2/token'.",
    },
    inputs: keyGrant,
    shown: "Please check the 'aud' claim",
    title: 'grant refused',
    advice: 'The JWT has aud https://login.example.com/oauth2/token.',
  },
  {
    product: 'DocuSign, no consent',
    status: 400,
    body: { error: 'consent_required' },
    inputs: keyGrant,
    shown: '',
    title: 'refused',
    advice: 'Grant consent for this client at the provider',
  },
  {
    product: 'DocuSign, a key that it does not have',
    status: 400,
    body: { error: 'invalid_grant', error_description: 'no_valid_keys_or_signatures' },
    inputs: keyGrant,
    shown: 'no_valid_keys_or_signatures',
    title: 'grant refused',
    advice: 'Check that the provider has the public key',
  },
  {
    product: 'Adobe IMS',
    status: 400,
    body: { error: 'invalid_client', error_description: 'invalid client_secret parameter' },
    shown: 'invalid client_secret parameter',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'ServiceNow',
    status: 401,
    body: { error_description: 'access_denied', error: 'server_error' },
    shown: 'access_denied',
    title: 'server busy',
    advice: "Check the provider's status page.",
  },
  {
    product: 'HashiCorp Vault, an audience',
    status: 400,
    body: {
      errors: [
        'error validating token: invalid audience (aud) claim: audience claim does not match any expected audience',
      ],
    },
    inputs: { 'client-secret': '', 'client-id': '', 'id-token-as': 'assertion', scopes: '' },
    shown: 'error validating token: invalid audience (aud) claim',
    title: 'OIDC token refused',
    advice: 'The token has iss: https://token.actions.githubusercontent.com',
  },
  {
    product: 'PyPI',
    status: 422,
    body: {
      message: 'Token request failed',
      errors: [
        { code: 'invalid-publisher', description: 'valid token, but no corresponding publisher' },
      ],
    },
    shown: 'Token request failed',
    title: 'refused',
    advice: "what the provider's documentation says about this answer",
  },
  {
    product: 'crates.io',
    status: 400,
    body: {
      errors: [
        { detail: 'No Trusted Publishing config found for repository `octo-org/octo-repo`.' },
      ],
    },
    inputs: { 'client-secret': '', 'client-id': '', 'id-token-as': 'assertion', scopes: '' },
    shown: 'No Trusted Publishing config found for repository `octo-org/octo-repo`',
    title: 'OIDC token refused',
    advice: 'The trust at the provider must have exactly these values',
  },
  {
    product: 'Infisical',
    status: 401,
    body: { statusCode: 401, message: 'Invalid credentials', error: 'UnauthorizedError' },
    shown: 'Invalid credentials',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'JFrog',
    status: 401,
    body: { errors: [{ status: 401, message: 'Bad credentials' }] },
    shown: 'Bad credentials',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Docker Hub',
    status: 401,
    body: { detail: 'Incorrect authentication credentials' },
    shown: 'Incorrect authentication credentials',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'CrowdStrike',
    status: 403,
    body: {
      meta: { query_time: 0.1, trace_id: 't' },
      errors: [{ code: 403, message: 'access denied, authorization failed' }],
    },
    shown: 'access denied, authorization failed',
    title: 'refused',
    advice: credentials,
  },
  {
    product: 'Jamf Pro',
    status: 401,
    body: {
      httpStatus: 401,
      errors: [{ code: 'INVALID_TOKEN', description: 'Unauthorized', id: '0', field: null }],
    },
    shown: '',
    title: 'refused',
    advice: credentials,
  },
  {
    product: 'M-Pesa',
    status: 400,
    body: {
      requestId: 'r',
      errorCode: '400.008.01',
      errorMessage: 'Invalid Authentication passed',
    },
    shown: 'Invalid Authentication passed',
    title: 'refused',
    advice: credentials,
  },
  {
    product: 'Tableau',
    status: 401,
    body: {
      error: {
        summary: 'Signin Error',
        detail: 'Error signing in to Tableau Server',
        code: '401001',
      },
    },
    shown: 'Error signing in to Tableau Server',
    title: 'refused',
    advice: credentials,
  },
  {
    product: 'ASP.NET, a field that is missing',
    status: 400,
    body: {
      type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
      title: 'One or more validation errors occurred.',
      status: 400,
      errors: { client_id: ['The client_id field is required.'] },
      traceId: '00-1',
    },
    shown: 'client_id: The client_id field is required',
    title: 'refused',
    advice: 'Try client-auth-method: client_secret_post',
  },
  {
    product: 'Problem details (RFC 9457)',
    status: 401,
    body: { type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'Unknown API key' },
    shown: 'Unknown API key',
    title: 'refused',
    advice: apiKey,
  },
  {
    product: 'Apigee',
    status: 401,
    body: {
      fault: { faultstring: 'Invalid ApiKey', detail: { errorcode: 'oauth.v2.InvalidApiKey' } },
    },
    shown: 'Invalid ApiKey',
    title: 'refused',
    advice: apiKey,
  },
  {
    product: 'AWS, XML',
    status: 403,
    body: '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match.</Message></Error></ErrorResponse>',
    headers: { 'content-type': 'text/xml' },
    shown: 'The request signature we calculated does not match',
    title: 'refused',
    advice: credentials,
  },
  {
    product: 'Kong, a limit',
    status: 429,
    body: { message: 'API rate limit exceeded' },
    shown: 'API rate limit exceeded',
    title: 'too many requests',
    advice: 'Request tokens less often',
  },
  {
    product: 'MuleSoft, text',
    status: 401,
    body: 'Unauthorized',
    headers: { 'content-type': 'text/plain' },
    shown: '',
    title: 'refused',
    advice: credentials,
  },
  {
    product: 'Cloudflare, a challenge',
    status: 403,
    body: '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body></body></html>',
    headers: { ...html, 'cf-mitigated': 'challenge' },
    shown: 'Just a moment',
    title: 'blocked by a firewall',
    advice: 'allow the address of this runner at the firewall',
  },
  {
    product: 'Akamai, a block',
    status: 403,
    body: '<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\nReference #18.1</BODY></HTML>',
    headers: html,
    shown: 'Access Denied',
    title: 'blocked by a firewall',
    advice: 'says nothing about the credentials',
  },
  {
    product: 'F5, a rejection that is called a success',
    status: 200,
    body: '<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Your support ID is: 1</body></html>',
    headers: html,
    shown: '',
    title: 'blocked by a firewall',
    advice: 'says nothing about the credentials',
  },
  {
    product: 'Cloudflare, a block as text',
    status: 403,
    body: 'error code: 1010',
    headers: { 'content-type': 'text/plain; charset=UTF-8', server: 'cloudflare' },
    shown: 'error code: 1010',
    title: 'blocked by a firewall',
    advice: 'says nothing about the credentials',
  },
  {
    product: 'AWS WAF, a block by a load balancer',
    status: 403,
    body: '<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>',
    headers: { 'content-type': 'text/html', server: 'awselb/2.0' },
    shown: '',
    title: 'blocked by a firewall',
    advice: 'says nothing about the credentials',
  },
  {
    product: 'AWS API Gateway, a path that it does not have',
    status: 403,
    body: { message: 'Missing Authentication Token' },
    shown: 'Missing Authentication Token',
    title: 'refused',
    advice: 'Check the path in token-url',
  },
  {
    product: 'CloudFront, a block',
    status: 403,
    body: '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">\n<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1>Request blocked.</BODY></HTML>',
    headers: { 'content-type': 'text/html', server: 'CloudFront' },
    shown: 'ERROR: The request could not be satisfied',
    title: 'blocked by a firewall',
    advice: 'says nothing about the credentials',
  },
  {
    product: 'Imperva, a block',
    status: 403,
    body: '<html><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"></head><body><iframe src="/_Incapsula_Resource?CWUDNSAI=9">Request unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>',
    headers: { 'content-type': 'text/html' },
    shown: 'Request unsuccessful. Incapsula incident ID: 1-2',
    title: 'blocked by a firewall',
    advice: 'says nothing about the credentials',
  },
  {
    product: 'Azure Front Door, a block',
    status: 403,
    body: '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"\'http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\'><html xmlns="http://www.w3.org/1999/xhtml"><head><title>Azure WAF</title></head><body>The request is blocked.</body></html>',
    headers: { ...html, 'x-azure-ref': 'x' },
    shown: 'Azure WAF',
    title: 'blocked by a firewall',
    advice: 'says nothing about the credentials',
  },
  {
    product: 'Fastly, a block',
    status: 403,
    body: '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n<html><head><title>403 Blocked</title></head><body><h1>Error 403 Blocked</h1></body></html>',
    headers: html,
    shown: '403 Blocked',
    title: 'blocked by a firewall',
    advice: 'says nothing about the credentials',
  },
  {
    product: 'Tomcat',
    status: 400,
    body: '<!doctype html><html lang="en"><head><title>HTTP Status 400 – Bad Request</title></head><body><h1>HTTP Status 400 – Bad Request</h1><p><b>Type</b> Status Report</p><p><b>Message</b> Unknown client</p></body></html>',
    headers: html,
    shown: 'Unknown client',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'Spring Security, no credentials',
    status: 401,
    body: {
      error: 'unauthorized',
      error_description: 'Full authentication is required to access this resource',
    },
    shown: 'Full authentication is required to access this resource',
    title: 'client refused',
    advice: credentials,
  },
  {
    product: 'nginx, a server that is busy',
    status: 503,
    body: '<html><head><title>503 Service Temporarily Unavailable</title></head><body><center><h1>503 Service Temporarily Unavailable</h1></center><hr><center>nginx</center></body></html>',
    headers: html,
    shown: '503 Service Temporarily Unavailable',
    title: 'server failed',
    advice: "Check the provider's status page.",
  },
  {
    product: 'nginx, a server that is down',
    status: 502,
    body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body></html>',
    headers: html,
    shown: '',
    title: 'server failed',
    advice: "Check the provider's status page.",
  },
];
