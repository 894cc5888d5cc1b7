/** ID tokens of GitHub's that cannot be had, or that a server does not trust. */
import { federated, idTokenService, inputs } from '../failure-scene.ts';
import { json } from '../../doubles/scripted-server.ts';
import { empty, unavailable, asking, row, type Failure } from './row.ts';

/** ID tokens of GitHub's that cannot be had, or that a server does not trust. */
export const idTokenFailures: readonly Failure[] = [
  row(
    'a job without id-token: write',
    inputs({ ...empty, 'id-token-as': 'client_assertion' }),
    'no ID token',
    [
      "Error: This job has no permission to request GitHub's OIDC token. Add `permissions: { id-token: write }` to the job (runs for pull requests from forks never have it).",
    ],
  ),
  row(
    'an ID token service that is down',
    idTokenService(unavailable, unavailable, unavailable, unavailable),
    'no ID token',
    [
      asking,
      "Attempt 1 of 4 to get GitHub's ID token failed: 503 Service Unavailable. Retrying now.",
      "Attempt 2 of 4 to get GitHub's ID token failed: 503 Service Unavailable. Retrying now.",
      "Attempt 3 of 4 to get GitHub's ID token failed: 503 Service Unavailable. Retrying now.",
      "Attempt 4 of 4 to get GitHub's ID token failed: 503 Service Unavailable.",
      "> GitHub's ID token: request and answer",
      '    GET https://token.actions.githubusercontent.com/idtoken',
      "    audience: GitHub's default",
      '    503 Service Unavailable, application/json, 2 bytes, after 0.2 s',
      "Error: GitHub's OIDC token service answered 503 Service Unavailable. See githubstatus.com. Stopped after 4 attempts.",
    ],
  ),
  row('an ID token service that refuses', idTokenService(json(400, {})), 'no ID token', [
    asking,
    "> GitHub's ID token: request and answer",
    '    GET https://token.actions.githubusercontent.com/idtoken',
    "    audience: GitHub's default",
    '    400 Bad Request, application/json, 2 bytes, after 0.2 s',
    "Error: GitHub's OIDC token service answered 400 Bad Request. See githubstatus.com; an audience that it does not accept can be the reason, too (id-token-audience). Not retried: the answer would be the same.",
  ]),
  row(
    'a server that trusts another subject',
    federated({ subject: 'repo:octo-org/octo-repo:environment:production' }),
    'ID token refused',
    [
      'Asking login.example.com (client_credentials).',
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client federated-client, ID token as client_assertion, body: grant_type, client_id, client_assertion_type, client_assertion',
      '    ID token: iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: api://AzureADTokenExchange',
      '    401 Unauthorized, application/json, 593 bytes, after 0.2 s',
      '    error: invalid_client',
      "    error_description: AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:octo-org/octo-repo:ref:refs/heads/main'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.  Trace ID: ...",
      '    ... ...',
      '    other fields: error_codes, timestamp, trace_id, correlation_id',
      `Error: login.example.com refused GitHub's OIDC token: 401 invalid_client, "AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:octo-org/octo-repo:ref:refs/heads/main'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion". The token has iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: api://AzureADTokenExchange; the trust at the provider must name exactly these. id-token-audience sets aud; sub depends on what started the run. client-id must name the client that trusts this token; Keycloak wants none, so remove it there. Not retried: the answer would be the same.`,
    ],
  ),
  row(
    'a server that trusts another audience',
    federated(
      { audience: 'https://login.example.com' },
      { 'id-token-as': 'assertion', 'id-token-audience': '' },
    ),
    'ID token refused',
    [
      'Asking login.example.com (jwt-bearer).',
      '> Request and answer',
      '    POST https://login.example.com/token',
      '    client federated-client, none, body: grant_type, client_id, assertion',
      '    ID token: iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: https://github.com/octo-org',
      '    400 Bad Request, application/json, 577 bytes, after 0.2 s',
      '    error: invalid_grant',
      "    error_description: AADSTS700212: No matching federated identity record found for presented assertion audience 'https://github.com/octo-org'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.  Trace ID: ...",
      '    ... ...',
      '    other fields: error_codes, timestamp, trace_id, correlation_id',
      `Error: login.example.com refused GitHub's OIDC token: 400 invalid_grant, "AADSTS700212: No matching federated identity record found for presented assertion audience 'https://github.com/octo-org'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion". The token has iss: https://token.actions.githubusercontent.com, sub: repo:octo-org/octo-repo:ref:refs/heads/main, aud: https://github.com/octo-org; the trust at the provider must name exactly these. id-token-audience sets aud; sub depends on what started the run. Not retried: the answer would be the same.`,
    ],
  ),
];
