/** GitHub's ID tokens that do not come, or that a server does not trust. */
import { federated, idTokenService, inputs } from '../failure-scene.ts';
import { json } from '../../doubles/scripted-server.ts';
import { empty, unavailable, asking, row, type Failure } from './row.ts';

/** GitHub's ID tokens that do not come, or that a server does not trust. */
export const idTokenFailures: readonly Failure[] = [
  row(
    'a job without id-token: write',
    inputs({ ...empty, 'id-token-as': 'client_assertion' }),
    'no OIDC token',
    [
      "Error: This job has no permission to request GitHub's OIDC token. Add `permissions: { id-token: write }` to the job. Runs for pull requests from forks never have it.",
    ],
  ),
  row(
    'an ID token service that is down',
    idTokenService(unavailable, unavailable, unavailable, unavailable),
    'no OIDC token',
    [
      asking,
      "Attempt 1 of 4 to get GitHub's OIDC token failed: 503 Service Unavailable. Retrying now.",
      "Attempt 2 of 4 to get GitHub's OIDC token failed: 503 Service Unavailable. Retrying now.",
      "Attempt 3 of 4 to get GitHub's OIDC token failed: 503 Service Unavailable. Retrying now.",
      "Attempt 4 of 4 to get GitHub's OIDC token failed: 503 Service Unavailable.",
      "> GitHub's OIDC token: request and answer",
      '    GET https://token.actions.githubusercontent.com/idtoken',
      "    audience: GitHub's default",
      '    503 Service Unavailable, application/json, 2 bytes, after 0.2 s',
      "Error: GitHub's OIDC token service answered 503 Service Unavailable. See githubstatus.com. Stopped after 4 attempts.",
    ],
  ),
  row('an ID token service that refuses', idTokenService(json(400, {})), 'no OIDC token', [
    asking,
    "> GitHub's OIDC token: request and answer",
    '    GET https://token.actions.githubusercontent.com/idtoken',
    "    audience: GitHub's default",
    '    400 Bad Request, application/json, 2 bytes, after 0.2 s',
    "Error: GitHub's OIDC token service answered 400 Bad Request. See githubstatus.com. The reason may also be an audience that GitHub does not accept (id-token-audience). Not retried: the answer would be the same.",
  ]),
  row(
    'a server that trusts another subject',
    federated({ subject: 'repo:octo-org/octo-repo:environment:production' }),
    'OIDC token refused',
    [
      'Requesting a token from login.example.com (client_credentials).',
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client federated-client, OIDC token as client_assertion, body: grant_type, client_id, client_assertion_type, client_assertion',
      '    OIDC token: iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: api://AzureADTokenExchange',
      '    401 Unauthorized, application/json, 593 bytes, after 0.2 s',
      '    error: invalid_client',
      "    error_description: AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:octo-org/octo-repo:ref:refs/heads/main'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.  Trace ID: ...",
      '    ... ...',
      '    other fields: error_codes, timestamp, trace_id, correlation_id',
      `Error: login.example.com refused GitHub's OIDC token: 401 invalid_client, "AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:octo-org/octo-repo:ref:refs/heads/main'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion". The token has iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: api://AzureADTokenExchange. The trust at the provider must have exactly these values. id-token-audience sets aud; sub depends on what started the run. client-id must name the client that trusts this token. Keycloak expects no client-id, so remove it there. Not retried: the answer would be the same.`,
    ],
  ),
  row(
    'a server that trusts another audience',
    federated(
      { audience: 'https://login.example.com' },
      { 'id-token-as': 'assertion', 'id-token-audience': '' },
    ),
    'OIDC token refused',
    [
      'Requesting a token from login.example.com (jwt-bearer).',
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client federated-client, none, body: grant_type, client_id, assertion',
      '    OIDC token: iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: https://github.com/octo-org',
      '    400 Bad Request, application/json, 577 bytes, after 0.2 s',
      '    error: invalid_grant',
      "    error_description: AADSTS700212: No matching federated identity record found for presented assertion audience 'https://github.com/octo-org'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.  Trace ID: ...",
      '    ... ...',
      '    other fields: error_codes, timestamp, trace_id, correlation_id',
      `Error: login.example.com refused GitHub's OIDC token: 400 invalid_grant, "AADSTS700212: No matching federated identity record found for presented assertion audience 'https://github.com/octo-org'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion". The token has iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: https://github.com/octo-org. The trust at the provider must have exactly these values. id-token-audience sets aud; sub depends on what started the run. Not retried: the answer would be the same.`,
    ],
  ),
];
